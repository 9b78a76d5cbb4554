"""``AutoConfig``: from a folder or Hub id to the config class of its family."""

from __future__ import annotations

import os
from typing import Any, ClassVar, Literal, overload

from loadstone.architectures import registry, user_classes
from loadstone.configs.bridged import BridgedConfig, bridged, transformers_has
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import unknown_argument
from loadstone.errors import ArgumentError
from loadstone.frameworks.registry import require_torch
from loadstone.pipeline.resolve import OPTIONS_OF_CONFIGS, resolve_config


class AutoConfig:
    """Picks the config class of a checkpoint's ``model_type``."""

    registered: ClassVar[user_classes.Registered] = user_classes.OWN

    def __init__(self) -> None:
        raise ArgumentError("AutoConfig is not made by calling it. Use AutoConfig.from_pretrained(path_or_id).")

    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        *,
        return_unused_kwargs: Literal[True],
        **kwargs: object,
    ) -> tuple[PretrainedConfig, dict[str, object]]: ...

    @overload
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: Any
    ) -> PretrainedConfig: ...

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: object
    ) -> PretrainedConfig | tuple[PretrainedConfig, dict[str, object]]:
        """The config of a folder or Hub id, or the one beside a weight file, with keys overridden by keyword
        (``num_labels=3``, ``torch_dtype=…``).

        A config class that comes with the checkpoint is used only with ``trust_remote_code``. That keyword,
        ``code_revision``, ``allow_transformers``, ``lock`` and ``gguf_file`` are those of
        :func:`loadstone.pipeline.load.from_pretrained`. ``return_unused_kwargs=True`` gives the config and the keywords
        that are none of its keys.

        Raises :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`UnknownModelType`, :class:`UnknownArgument`,
        :class:`HubError`, :class:`UntrustedCode`, :class:`CustomCodeError`, :class:`LockMismatch`.
        """
        is_unused_wanted = kwargs.pop("return_unused_kwargs", False)
        given: dict[str, Any] = {
            name: value for name in OPTIONS_OF_CONFIGS if (value := kwargs.pop(name, None)) is not None
        }
        config, unused = resolve_config(pretrained_model_name_or_path, Options(**given), kwargs, cls.registered)
        if isinstance(config, BridgedConfig):
            config, unused = require_torch().transformers_config(config)
            if is_unused_wanted or not unused:
                return (config, unused) if is_unused_wanted else config
            raise unknown_argument("AutoConfig.from_pretrained", unused, {*OPTIONS_OF_CONFIGS, *config.to_dict()})
        if is_unused_wanted:
            return config, unused
        if unused:
            raise unknown_argument("AutoConfig.from_pretrained", unused, {*OPTIONS_OF_CONFIGS, *config.known_keys()})
        return config

    @classmethod
    def for_model(cls, model_type: str, **kwargs: object) -> Any:
        """A config of a family by its ``model_type``; of another type transformers' own, where that is installed."""
        config_class = cls.registered.config_class(model_type)
        if config_class is None and not registry.is_family(model_type) and transformers_has(model_type):
            return require_torch().transformers_config(bridged({"model_type": model_type}, kwargs))[0]
        config_class = config_class or registry.config_class(model_type)
        config: PretrainedConfig = config_class(**kwargs)
        return config

    @classmethod
    def register(cls, model_type: str, config: type[PretrainedConfig], exist_ok: bool = False) -> None:
        """Register a config class of your own for ``model_type``.

        Raises :class:`ArgumentError` if the class says another ``model_type``, or one that is taken.
        """
        if not (isinstance(config, type) and issubclass(config, PretrainedConfig)):
            raise ArgumentError(f"{config!r} does not derive from PretrainedConfig.")
        is_taken = registry.is_family(model_type) and not cls.registered.is_of_code
        cls.registered.register_config(model_type, config, is_taken=is_taken, exist_ok=exist_ok)

    @classmethod
    def for_code(cls, registered: user_classes.Registered) -> type[AutoConfig]:
        """The same for code that came with a checkpoint, which registers its classes for itself alone."""
        return type(cls.__name__, (cls,), {"registered": registered, "__doc__": cls.__doc__})
