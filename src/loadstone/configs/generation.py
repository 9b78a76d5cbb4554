"""``generation_config.json``: a model's defaults for ``generate``."""

from __future__ import annotations

import json
import logging
import os
import reprlib
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from loadstone.checkpoint.names import GENERATION_CONFIG_NAME
from loadstone.configs.generation_keys import KEYS, SHAPES_TEXT, SPECIAL_IDS
from loadstone.configs.keys import Hint, has_type, type_name
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import unknown_argument
from loadstone.core.paths import local_path
from loadstone.errors import ArgumentError, ConfigNotFound, Fault, InvalidConfig
from loadstone.saving.folders import write_small_files
from loadstone.sources.publish import PushToHub, upload_asked_for
from loadstone.sources.request import files_asked_for
from loadstone.transfer.json_file import read_json

logger = logging.getLogger("loadstone")

_METADATA = ("_from_model_config", "_commit_hash", "transformers_version")


class GenerationConfig(PushToHub):
    """Defaults for ``generate``, as attributes; keys that Loadstone does not use are kept and written back.

    A key of ``generate`` that nobody has set is None; ``docs/generation.md`` has them all.

    Raises :class:`InvalidConfig` where a value has the wrong type. A file is not refused for that, since the weights
    do not need it: see :meth:`for_model`.
    """

    max_new_tokens: int | None = None
    max_length: int | None = None
    do_sample: bool = False
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    use_cache: bool | None = None
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None
    decoder_start_token_id: int | list[int] | None = None

    _from_model_config: bool = False  # which transformers' Seq2SeqTrainer asks

    def __init__(self, /, **values: object) -> None:
        values = {name: _listed(value) for name, value in values.items()}
        if faults := list(_faults(values).values()):
            raise InvalidConfig(faults, hint=f"These keys come from {GENERATION_CONFIG_NAME}, or from a script.")
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        if name in KEYS:
            return None
        raise AttributeError(f"{type(self).__name__} has no key {name!r}")

    def __eq__(self, other: object) -> bool:
        return self.to_diff_dict() == other.to_diff_dict() if isinstance(other, GenerationConfig) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.to_json_string(use_diff=True))

    @typing.overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name: str | os.PathLike[str],
        config_file_name: str | None = ...,
        *,
        return_unused_kwargs: typing.Literal[True],
        **keywords: object,
    ) -> tuple[GenerationConfig, dict[str, object]]: ...

    @typing.overload
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name: str | os.PathLike[str], config_file_name: str | None = ..., **keywords: Any
    ) -> GenerationConfig: ...

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name: str | os.PathLike[str],
        config_file_name: str | None = None,
        *,
        return_unused_kwargs: bool = False,
        **keywords: object,
    ) -> GenerationConfig | tuple[GenerationConfig, dict[str, object]]:
        """The generation config of a folder or Hub id, with keys overridden by keyword (``top_k=5``).

        ``config_file_name``: another name than ``generation_config.json``. ``revision``, ``subfolder``, ``token``,
        ``cache_dir``, ``force_download`` and ``local_files_only`` say where it is, as for a model. With
        ``return_unused_kwargs`` also the keywords that are no keys.

        Raises :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`HubError`, and :class:`UnknownArgument` for
        keywords that are no keys, where they are not returned.
        """
        from loadstone.sources.resolve import resolve_config

        name = config_file_name or GENERATION_CONFIG_NAME
        if os.path.basename(name) != name:
            raise ArgumentError(f"config_file_name={name!r}: expected the name of a file in the folder")
        which, hub = files_asked_for(keywords)
        if which.gguf_file is not None:
            raise ArgumentError(
                f"gguf_file={which.gguf_file!r}: a GGUF file has no generation config of its own. Special tokens are "
                "in its config: GenerationConfig.from_model_config(AutoConfig.from_pretrained(…, gguf_file=…))."
            )
        source = resolve_config(pretrained_model_name, which, hub, name)
        folder = source.configs or source.folder
        if not (folder / name).is_file():
            raise ConfigNotFound(
                f"{folder}: no {name} there. What config.json says of special tokens: "
                "GenerationConfig.from_model_config(AutoConfig.from_pretrained(…))."
            )
        config, unused = cls.from_dict(read_json(folder / name, "model"), return_unused_kwargs=True, **keywords)
        if unused and not return_unused_kwargs:
            raise unknown_argument("GenerationConfig.from_pretrained", unused, KEYS)
        return (config, unused) if return_unused_kwargs else config

    @typing.overload
    @classmethod
    def from_dict(
        cls, config_dict: Mapping[str, object], *, return_unused_kwargs: typing.Literal[True], **keywords: object
    ) -> tuple[GenerationConfig, dict[str, object]]: ...

    @typing.overload
    @classmethod
    def from_dict(cls, config_dict: Mapping[str, object], **keywords: Any) -> GenerationConfig: ...

    @classmethod
    def from_dict(
        cls, config_dict: Mapping[str, object], *, return_unused_kwargs: bool = False, **keywords: object
    ) -> GenerationConfig | tuple[GenerationConfig, dict[str, object]]:
        """What a file says, with keys overridden; with ``return_unused_kwargs`` also the keywords that are no keys."""
        config = cls(**config_dict)
        unused = config.update(False, False, **keywords)
        return (config, unused) if return_unused_kwargs else config

    @classmethod
    def from_model_config(cls, model_config: PretrainedConfig | Mapping[str, object]) -> GenerationConfig:
        """What a model's config says of special tokens and generation."""
        config = model_config if isinstance(model_config, PretrainedConfig) else PretrainedConfig(**model_config)
        return cls.for_model(config, None)

    def update(
        self, defaults_only: bool = False, allow_custom_entries: bool = False, **keywords: object
    ) -> dict[str, object]:
        """Set keys; gives the keywords that are none.

        ``defaults_only``: only those that are None; ``allow_custom_entries``: keys of any name. Nothing is set where
        one of the values makes no sense: :class:`InvalidConfig`.
        """
        known = KEYS | self.__dict__.keys()
        taken = {name: _listed(value) for name, value in keywords.items() if allow_custom_entries or name in known}
        fresh = {name: value for name, value in taken.items() if not defaults_only or self.__dict__.get(name) is None}
        if faults := list(_faults(fresh).values()):
            raise InvalidConfig(faults)
        self.__dict__.update(fresh)
        passed = fresh if defaults_only else taken
        return {name: value for name, value in keywords.items() if name not in passed}

    def validate(self, strict: bool = False) -> None:
        """:class:`InvalidConfig` for values of a type that no text can be written by. ``strict`` is accepted: what
        depends on a call is judged there."""
        if faults := list(_faults(self.__dict__).values()):
            raise InvalidConfig(faults)

    @classmethod
    def for_model(cls, config: PretrainedConfig, folder: Path | None) -> GenerationConfig:
        """What the folder's file says; without one, what the model's config says of special tokens and generation.

        A file that cannot be used gives one log line, and counts as absent. So does a key of it that cannot be used: a
        special token is then the config's, and any other value stays, for ``generate`` to judge if it needs it.
        """
        path = folder / GENERATION_CONFIG_NAME if folder is not None else None
        if path is None or not os.path.lexists(path):
            return cls._kept(_keys_of(config))
        try:
            if not path.is_file():
                raise InvalidConfig([Fault(str(path), "a file", "something else")])
            values = read_json(path, "model")
        except (InvalidConfig, OSError) as error:
            reason = str(error.faults[0]) if isinstance(error, InvalidConfig) else f"{path}: {error}"
            logger.warning(
                "%s. The weights do not need that file. Special tokens are those of the model's config; saving the "
                "model writes them into a new %s.",
                *(reason.rstrip("."), GENERATION_CONFIG_NAME),
            )
            return cls._kept(_keys_of(config))
        faults = _faults(values)
        if faults:
            logger.warning(
                "%s: %s. Special tokens are then those of the model's config; other values are refused where text "
                "generation needs them.",
                *(path, "; ".join(map(str, faults.values()))),
            )
        ids = {name: _special_id(config, name) for name in SPECIAL_IDS if name in faults}
        usable = {name: value for name, value in values.items() if name not in faults or _can_stay(name, value)}
        return cls._kept(usable | {name: value for name, value in ids.items() if value is not None})

    @classmethod
    def _kept(cls, values: Mapping[str, object]) -> GenerationConfig:
        """With values as they are."""
        config = cls()
        config.__dict__.update(values)
        return config

    @staticmethod
    def _get_default_generation_params() -> dict[str, object]:
        """What transformers' ``Seq2SeqTrainer`` asks for, to pad texts to one length."""
        return {"max_length": 20}

    def to_dict(self) -> Mapping[str, Any]:
        """The keys that were set."""
        return dict(self.__dict__)

    def to_diff_dict(self) -> dict[str, Any]:
        """The keys that say something: those that were set, and are not None."""
        return {name: value for name, value in self.__dict__.items() if value is not None}

    def to_json_string(
        self, use_diff: bool = False, ignore_metadata: bool = False, keys_to_pop: Iterable[str] | None = None
    ) -> str:
        """The text of ``generation_config.json``; :class:`InvalidConfig` for attributes that JSON cannot hold.

        ``use_diff``: without keys that are None; ``ignore_metadata``: without what says who wrote it; ``keys_to_pop``:
        without these.
        """
        left_out = {*(keys_to_pop or ()), *(_METADATA if ignore_metadata else ())}
        said = {name: value for name, value in self.__dict__.items() if name not in left_out}
        if faults := [_json_fault(name, value) for name, value in said.items() if not _fits_json(value)]:
            raise InvalidConfig(faults)
        said = {name: value for name, value in said.items() if value is not None or not use_diff}
        return json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def save_pretrained(
        self,
        save_directory: str | os.PathLike[str],
        config_file_name: str | None = None,
        push_to_hub: bool = False,
        **others: object,
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
        return f"GenerationConfig({self.__dict__!r})"


def _keys_of(config: PretrainedConfig) -> dict[str, object]:
    """A model config's special tokens, and the generation keys that older files have there."""
    values = {name: _special_id(config, name) for name in SPECIAL_IDS}
    values |= {name: value for name, value in config.other_keys().items() if name in SHAPES_TEXT}
    own = config.fields().keys() - PretrainedConfig.fields().keys()  # BART's files rely on its defaults
    values |= {name: config.get(name) for name in own & SHAPES_TEXT - {*SPECIAL_IDS}}
    return {name: value for name, value in values.items() if value is not None}


def _special_id(config: PretrainedConfig, name: str) -> object:
    """A special token: the whole config's, else its text part's."""
    own = config.get(name)
    return config.get_text_config(decoder=True).get(name) if own is None else own


@cache
def _hints() -> dict[str, Hint]:
    return typing.get_type_hints(GenerationConfig)


def _faults(values: Mapping[str, object]) -> dict[str, Fault]:
    """Key → what is wrong with it."""
    hints = _hints()
    faults = {}
    for name, value in values.items():
        where = f"generation key {name!r}"
        if _is_a_method(name):
            faults[name] = Fault(where, "a name that is not a method's", "one that is")
        elif value is not None and not has_type(value, hints.get(name, Any)):
            faults[name] = Fault(where, type_name(hints[name]), reprlib.repr(value))
        elif not _fits_json(value):
            faults[name] = _json_fault(name, value)
    return faults


def _json_fault(name: str, value: object) -> Fault:
    return Fault(f"generation key {name!r}", "a value that JSON can hold", reprlib.repr(value))


def _is_a_method(name: str) -> bool:
    return name not in _hints() and hasattr(GenerationConfig, name)


def _can_stay(name: str, value: object) -> bool:
    """Whether a key that is wrong can be an attribute all the same, and be written back."""
    return name not in SPECIAL_IDS and not _is_a_method(name) and _fits_json(value)


def _listed(value: object) -> object:
    """A dict whose keys are tuples, which JSON does not have, as a list of pairs, which ``generate`` takes as well."""
    if isinstance(value, Mapping) and any(isinstance(key, tuple) for key in value):
        return [[list(key), each] for key, each in value.items()]
    return value


def _fits_json(value: object) -> bool:
    """Python's reader takes NaN and Infinity, which are no JSON."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
