"""``AutoConfig``: from a folder or Hub id to the config class of its family."""

from __future__ import annotations

import os
from typing import Any

from loadstone.architectures import registry
from loadstone.config import CONFIG_NAME, PretrainedConfig, read_config
from loadstone.errors import ArgumentError, Fault, InvalidConfig
from loadstone.hub import resolve_config


class AutoConfig:
    """Picks the config class of a checkpoint's ``model_type``."""

    def __init__(self) -> None:
        raise ArgumentError("AutoConfig is not made by calling it. Use AutoConfig.from_pretrained(path_or_id).")

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: Any) -> PretrainedConfig:
        """The config of a folder or Hub id, with keys set anew by keyword (``num_labels=3``, ``torch_dtype=…``).

        Raises :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`UnknownModelType`, :class:`HubError`.
        """
        names = ("cache_dir", "force_download", "local_files_only", "token", "revision", "subfolder")
        where = {name: kwargs.pop(name) for name in names if name in kwargs}
        kwargs.pop("trust_remote_code", None)
        where = {name: value for name, value in where.items() if value is not None}
        folder = resolve_config(pretrained_model_name_or_path, **where).folder / where.get("subfolder", "")
        values = read_config(folder)
        model_type = values.get("model_type")
        if not isinstance(model_type, str):
            raise InvalidConfig(
                [Fault(f"{folder / CONFIG_NAME}, key 'model_type'", "the name of a family", repr(model_type))],
                hint="Is this a model's folder? A model-specific class, such as LlamaForCausalLM, needs no model_type.",
            )
        config = registry.family(model_type).config.from_dict(values, **kwargs)
        config._name_or_path = str(pretrained_model_name_or_path)
        return config

    @classmethod
    def for_model(cls, model_type: str, **kwargs: Any) -> PretrainedConfig:
        """A config of a family by its ``model_type``."""
        return registry.family(model_type).config(**kwargs)
