"""Keywords that say where files come from, which others accept, or which mean something else here."""

from __future__ import annotations

import difflib
import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from loadstone.errors import ArgumentError, UnknownArgument

WITHOUT_EFFECT: frozenset[str] = frozenset(
    {"proxies", "resume_download", "mirror", "user_agent", "_from_auto", "_from_pipeline", "_commit_hash"}
)
"""What scripts pass to ``from_pretrained`` and what changes nothing here: ``huggingface_hub`` reads proxies from the
environment and always resumes."""

RESIZE_KEYWORDS = ("new_num_tokens", "pad_to_multiple_of", "mean_resizing")
"""What ``resize_token_embeddings`` takes, in every framework."""

NEVER_KEYS: frozenset[str] = WITHOUT_EFFECT | {
    *("token", "use_auth_token", "cache_dir", "force_download", "local_files_only"),
    *("trust_remote_code", "code_revision", "return_unused_kwargs", "stream", "storage_options"),
}
"""Arguments that are no keys of a config, so that none of them, a token least of all, gets into a ``config.json``."""

_INSTEAD: Mapping[str, str] = {
    "use_auth_token": "Give token=.",
    "tp_size": "Give distributed_config={'tp_size': …}.",
    "device": "Give device_map=, such as device_map='cuda'.",
    "use_kernels": "Leave it out; attn_implementation= picks the way to compute attention.",
    "use_flash_attention_2": "Give attn_implementation=.",
    "load_in_8bit": "Give quantization_config=.",
    "load_in_4bit": "Give quantization_config=.",
    "generation_config": "Set model.generation_config after loading, or give it to generate.",
}
"""Keyword that is not known here → what to write in its place."""


class Kind(NamedTuple):
    """What an argument may be, besides None."""

    types: tuple[type, ...]
    name: str
    """For people."""
    values: tuple[object, ...] = ()
    """Where only some values of these types will do: which."""

    def admits(self, value: object) -> bool:
        """Whether an argument may be this."""
        return isinstance(value, self.types) and (not self.values or value in self.values)


FLAG = Kind((bool, int), "True or False", (0, 1))
TEXT = Kind((str,), "text")
PATH = Kind((str, os.PathLike), "a path")


def check_kinds(given: Mapping[str, object], kinds: Mapping[str, Kind]) -> None:
    """:class:`ArgumentError` that lists every argument of a type that it may not have."""
    wrong = [
        f"{name} is {given[name]!r}, expected {kind.name}"
        for name, kind in kinds.items()
        if given.get(name) is not None and not kind.admits(given[name])
    ]
    if wrong:
        raise ArgumentError("; ".join(wrong) + ".")


def nearest(name: str, known: Iterable[str]) -> str:
    """``"Did you mean …?"`` if a known name is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else ""


def unknown_argument(where: str, unknown: Iterable[str], known: Iterable[str]) -> UnknownArgument:
    """The error that names every unknown keyword of a call, and what to write instead, where that can be told."""
    known = sorted(known)
    hints = [f"{name!r}. {_INSTEAD.get(name) or nearest(name, known)}".strip() for name in unknown]
    return UnknownArgument(f"{where} does not know {' '.join(hints)}")


def takes(function: Callable[..., object], name: str) -> bool:
    """Whether a function has a parameter of a name, or takes any keyword."""
    parameters = inspect.signature(function).parameters.values()
    return any(parameter.name == name or parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
