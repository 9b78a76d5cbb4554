"""``Auto…`` classes: from a config to the right class of the right framework."""

from __future__ import annotations

import importlib
import os
from typing import Any, ClassVar, NoReturn

from loadstone.architectures import registry
from loadstone.architectures.family import (
    BARE,
    CAUSAL_LM,
    MASKED_LM,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
    Family,
    HeadSpec,
)
from loadstone.config import CONFIG_NAME, PretrainedConfig, read_config
from loadstone.errors import ArgumentError, Fault, FrameworkNotInstalled, InvalidConfig, UnknownModelType

_PACKAGES = {"torch": "torch"}


def require_framework(name: str) -> Any:
    """The door to a framework; :class:`FrameworkNotInstalled` names the command that installs it."""
    try:
        importlib.import_module(_PACKAGES[name])
    except ModuleNotFoundError as error:
        if error.name != _PACKAGES[name]:
            raise
        raise FrameworkNotInstalled(
            f"This needs {name}, which is not installed. Install it with: pip install 'loadstone[{name}]'"
        ) from None
    return importlib.import_module(f"loadstone.frameworks.{name}.framework")


class AutoConfig:
    """Picks the config class of a checkpoint's ``model_type``."""

    def __init__(self) -> None:
        _not_made("AutoConfig")

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: Any) -> PretrainedConfig:
        """The config of a folder or Hub id, with keys set anew by keyword (``num_labels=3``, ``torch_dtype=…``).

        Raises :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`UnknownModelType`, :class:`HubError`.
        """
        from loadstone.hub import resolve_config

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


class AutoClass:
    """What all ``Auto…`` model classes share. They are not made, only asked."""

    framework: ClassVar[str] = "torch"
    task: ClassVar[str] = BARE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _not_made(type(self).__name__)

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> Any:
        """Load a checkpoint from a folder or the Hub into the class that its config asks for.

        Arguments and errors: :func:`loadstone.loading.from_pretrained`.
        """
        from loadstone.loading import from_pretrained

        return from_pretrained(cls.framework, pretrained_model_name_or_path, cls, model_args, kwargs)

    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any:
        """A model with random weights after its family's scheme; ``torch_dtype`` and ``attn_implementation`` apply."""
        if not isinstance(config, PretrainedConfig):
            raise ArgumentError(f"from_config takes a config, not {type(config).__name__}.")
        kwargs.pop("trust_remote_code", None)
        family = registry.family(config.model_type)
        head = head_for(cls, family)
        return require_framework(cls.framework).resolve_class(family, head)._from_config(config, **kwargs)


def head_for(auto: type[AutoClass], family: Family) -> HeadSpec:
    """The family's head for the task of an ``Auto…`` class; :class:`UnknownModelType` lists those that it has."""
    head = family.head(auto.task)
    if head is None:
        known = ", ".join(each.class_name for each in family.heads)
        raise UnknownModelType(f"{auto.__name__}: the {family.model_type} family has no such head; it has {known}.")
    return head


def _not_made(name: str) -> NoReturn:
    raise ArgumentError(
        f"{name} is not made by calling it. Use {name}.from_pretrained(path_or_id) or {name}.from_config."
    )


class AutoModel(AutoClass):
    """The bare model of a checkpoint: it returns hidden states."""

    task = BARE


class AutoModelForCausalLM(AutoClass):
    """A model that predicts the next token, and so generates text."""

    task = CAUSAL_LM


class AutoModelForMaskedLM(AutoClass):
    """A model that fills in masked tokens."""

    task = MASKED_LM


class AutoModelForSequenceClassification(AutoClass):
    """A model that tells which class a text is of, or a number for it."""

    task = SEQUENCE_CLASSIFICATION


class AutoModelForTokenClassification(AutoClass):
    """A model that tells which class each token is of."""

    task = TOKEN_CLASSIFICATION


class AutoModelForQuestionAnswering(AutoClass):
    """A model that finds the span of a text that answers a question."""

    task = QUESTION_ANSWERING
