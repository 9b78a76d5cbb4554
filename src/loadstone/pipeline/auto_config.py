"""``AutoConfig``: from a folder or Hub id to the config class of its family."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, overload

from loadstone.architectures import registry
from loadstone.architectures import user_classes as registered
from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.configs.read import read_config, read_values
from loadstone.core.keywords import unknown_argument
from loadstone.errors import ArgumentError, CustomCodeError, Fault, InvalidConfig, LoadstoneError
from loadstone.lockfile.guard import Locked
from loadstone.remote_code.gate import Gate
from loadstone.remote_code.trust import Trust
from loadstone.sources.resolve import resolve_config


class AutoConfig:
    """Picks the config class of a checkpoint's ``model_type``."""

    def __init__(self) -> None:
        raise ArgumentError("AutoConfig is not made by calling it. Use AutoConfig.from_pretrained(path_or_id).")

    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        *,
        return_unused_kwargs: Literal[True],
        **kwargs: Any,
    ) -> tuple[PretrainedConfig, dict[str, Any]]: ...

    @overload
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: Any
    ) -> PretrainedConfig: ...

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: Any) -> Any:
        """The config of a folder or Hub id, with keys set anew by keyword (``num_labels=3``, ``torch_dtype=…``).

        A config class that comes with the checkpoint is used only with ``trust_remote_code``. That keyword,
        ``code_revision``, ``allow_transformers``, ``lock`` and ``gguf_file`` are those of
        :func:`loadstone.pipeline.load.from_pretrained`. ``return_unused_kwargs=True`` gives the config and the keywords
        that are none of its keys.

        Raises :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`UnknownModelType`, :class:`UnknownArgument`,
        :class:`HubError`, :class:`UntrustedCode`, :class:`CustomCodeError`, :class:`LockMismatch`.
        """
        names = ("cache_dir", "force_download", "local_files_only", "token", "revision", "subfolder", "gguf_file")
        is_unused_wanted = kwargs.pop("return_unused_kwargs", False)
        where = {name: value for name in names if (value := kwargs.pop(name, None)) is not None}
        trust = Trust.taken_from(kwargs)
        locked = Locked.of(kwargs.pop("lock", None), pretrained_model_name_or_path, where.pop("revision", None))
        source = resolve_config(pretrained_model_name_or_path, revision=locked.revision, **where)
        folder = source.folder / where.get("subfolder", "")
        locked.check_configs(source.folder, folder, where.get("gguf_file"))
        of_code = {name: value for name, value in where.items() if name != "gguf_file"}
        gate = Gate(trust, str(pretrained_model_name_or_path), source.commit, locked.revision, of_code)
        config, unused = read(folder, locked.guard(gate), kwargs, read_values(folder, where.get("gguf_file")))
        if is_unused_wanted:
            return config, unused
        if unused:
            raise unknown_argument("AutoConfig.from_pretrained", unused, {*names, *config.known_keys()})
        return config

    @classmethod
    def for_model(cls, model_type: str, **kwargs: Any) -> PretrainedConfig:
        """A config of a family by its ``model_type``."""
        found = registered.config_class(model_type) or registry.family(model_type).config
        made: PretrainedConfig = found(**kwargs)
        return made

    @staticmethod
    def register(model_type: str, config: type[PretrainedConfig], exist_ok: bool = False) -> None:
        """Have ``AutoConfig`` read configs that say ``model_type`` with a class of one's own.

        Raises :class:`ArgumentError` if the class says another ``model_type``, or one that is taken.
        """
        if not (isinstance(config, type) and issubclass(config, PretrainedConfig)):
            raise ArgumentError(f"{config!r} does not derive from PretrainedConfig.")
        registered.register_config(model_type, config, is_taken=registry.is_family(model_type), exist_ok=exist_ok)


def read(
    folder: Path, gate: Gate, overrides: Mapping[str, Any], values: Mapping[str, Any] | None = None
) -> tuple[PretrainedConfig, dict[str, Any]]:
    """The config of a folder: of the class that the gate lets through, one registered, or its family's; and those of
    the ``overrides`` that are no keys of it.

    ``values`` are those of its ``config.json``, if it was read already or another file says them.
    """
    values = read_config(folder) if values is None else values
    model_type = values.get("model_type")
    known = registered.config_class(model_type)
    if known is None and registry.is_family(model_type):
        known = registry.family(str(model_type)).config
    reference = gate.reference(values.get("auto_map"), "AutoConfig", is_known=known is not None)
    if reference is not None:
        found = gate.load(reference, PretrainedConfig)
        config, unused = _made(found, values, overrides, str(reference))
    elif known is not None:
        config, unused = known.from_dict(values, return_unused_kwargs=True, **overrides)
    elif not isinstance(model_type, str):
        raise InvalidConfig(
            [Fault(f"{folder / CONFIG_NAME}, key 'model_type'", "the name of a family", repr(model_type))],
            hint="Is this a model's folder? A model-specific class, such as LlamaForCausalLM, needs no model_type.",
        )
    else:
        found = registry.family(model_type).config  # it names the nearest
        config, unused = found.from_dict(values, return_unused_kwargs=True, **overrides)
    config._name_or_path, config._commit_hash = gate.source, gate.commit
    return config, unused


def _made(cls: type[Any], values: Mapping[str, Any], overrides: Mapping[str, Any], reference: str) -> Any:
    try:
        return cls.from_dict(values, return_unused_kwargs=True, **overrides)
    except LoadstoneError:
        raise
    except Exception as error:  # a stranger's code may raise anything
        raise CustomCodeError(f"{reference} could not be made from {CONFIG_NAME}: {error!r}") from error
