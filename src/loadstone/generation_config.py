"""``generation_config.json``: how a model wants its text to be generated."""

from __future__ import annotations

import json
import os
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadstone.config import PretrainedConfig, read_json, write_small_files
from loadstone.config_keys import has_type, type_name
from loadstone.errors import ArgumentError, Fault, InvalidConfig
from loadstone.paths import local_path
from loadstone.publishing import PushToHub, upload_asked_for

GENERATION_CONFIG_NAME = "generation_config.json"
_DEFAULT_NEW_TOKENS = 20


class GenerationConfig(PushToHub):
    """Defaults for ``generate``, as attributes; keys that Loadstone does not use are kept and written back.

    Raises :class:`InvalidConfig` where a value has the wrong type.
    """

    max_new_tokens: int | None = None
    max_length: int | None = None
    do_sample: bool = False
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None

    def __init__(self, /, **values: Any) -> None:
        faults = []
        hints = typing.get_type_hints(type(self))
        for name, value in values.items():
            if name not in hints and hasattr(type(self), name):
                faults.append(Fault(f"generation key {name!r}", "a name that is not a method's", "one that is"))
            elif value is not None and not has_type(value, hints.get(name, Any)):
                faults.append(Fault(f"generation key {name!r}", type_name(hints[name]), repr(value)))
        if faults:
            raise InvalidConfig(faults, hint=f"These keys come from {GENERATION_CONFIG_NAME}, or from a script.")
        self.__dict__.update(values)

    @classmethod
    def for_model(cls, config: PretrainedConfig, folder: Path | None) -> GenerationConfig:
        """What the folder's file says, else what the model's config says of special tokens."""
        path = folder / GENERATION_CONFIG_NAME if folder is not None else None
        if path is not None and path.is_file():
            return cls(**read_json(path, "model"))
        ids = {name: getattr(config, name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
        return cls(**{name: value for name, value in ids.items() if value is not None})

    def to_dict(self) -> Mapping[str, Any]:
        """The keys that were set."""
        return dict(self.__dict__)

    def to_json_string(self) -> str:
        """The text of ``generation_config.json``."""
        return json.dumps(self.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def save_pretrained(
        self,
        save_directory: str | os.PathLike[str],
        config_file_name: str | None = None,
        push_to_hub: bool = False,
        **others: Any,
    ) -> None:
        """Write ``generation_config.json``, or a file of another name, into a folder (made if absent).

        ``push_to_hub=True`` and its keywords as for a config's. Raises :class:`SaveError` where the folder cannot be
        written to, and :class:`UnknownArgument` for a keyword that nothing takes.
        """
        upload = upload_asked_for(GenerationConfig.save_pretrained, save_directory, push_to_hub, others)
        folder, name = local_path(save_directory), config_file_name or GENERATION_CONFIG_NAME
        if os.path.basename(name) != name:
            raise ArgumentError(f"config_file_name={name!r}: expected the name of a file in the folder")
        write_small_files(folder, {name: self.to_json_string().encode()})
        if upload is not None:
            upload.send(folder, [name], self._title)

    def __repr__(self) -> str:
        return f"GenerationConfig {self.to_json_string()}"


@dataclass(frozen=True)
class Decoding:
    """How one call of ``generate`` chooses tokens: what the caller asked for, and defaults for the rest."""

    new_tokens: int
    """How many tokens to add at the most."""
    sample: bool
    temperature: float | None
    top_k: int | None
    top_p: float | None
    ends: tuple[int, ...]
    """Tokens after which a text is complete."""
    padding: int
    """What fills up a text that is complete before the others."""


def decoding(
    prompt_tokens: int,
    defaults: GenerationConfig,
    config: PretrainedConfig,
    *,
    max_new_tokens: int | None = None,
    max_length: int | None = None,
    do_sample: bool | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    eos_token_id: int | Sequence[int] | None = None,
    pad_token_id: int | None = None,
) -> Decoding:
    """The arguments of ``generate``; what is None comes from ``defaults``. :class:`ArgumentError` for nonsense."""
    temperature = defaults.temperature if temperature is None else temperature
    top_k = defaults.top_k if top_k is None else top_k
    top_p = defaults.top_p if top_p is None else top_p
    if temperature is not None and temperature <= 0:
        raise ArgumentError(f"temperature is {temperature}, expected more than 0. For greedy text: do_sample=False.")
    if top_k is not None and top_k < 0:
        raise ArgumentError(f"top_k is {top_k}, expected 0 (off) or more.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ArgumentError(f"top_p is {top_p}, expected more than 0 and at most 1.")
    ends = defaults.eos_token_id if eos_token_id is None else eos_token_id
    ends = () if ends is None else (ends,) if isinstance(ends, int) else tuple(ends)
    fillers = (pad_token_id, defaults.pad_token_id, config.pad_token_id, *ends, 0)
    return Decoding(
        new_tokens=_limit(prompt_tokens, max_new_tokens, max_length, defaults),
        sample=defaults.do_sample if do_sample is None else do_sample,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        ends=ends,
        padding=next(each for each in fillers if each is not None),
    )


def _limit(prompt: int, new: int | None, total: int | None, defaults: GenerationConfig) -> int:
    if new is not None and total is not None:
        raise ArgumentError("Give max_new_tokens or max_length, not both.")
    if new is None and total is None:
        new, total = defaults.max_new_tokens, defaults.max_length if defaults.max_new_tokens is None else None
    if new is None:
        new = _DEFAULT_NEW_TOKENS if total is None else total - prompt
    if new < 1:
        raise ArgumentError(f"No room for a new token: the prompt has {prompt} tokens, the limit leaves {new}.")
    return new
