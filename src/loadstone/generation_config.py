"""``generation_config.json``: how a model wants its text to be generated."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadstone.config import PretrainedConfig, has_type, read_json, type_name
from loadstone.errors import Fault, InvalidConfig

GENERATION_CONFIG_NAME = "generation_config.json"


class GenerationConfig:
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

    def __repr__(self) -> str:
        return f"GenerationConfig {self.to_json_string()}"
