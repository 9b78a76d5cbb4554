"""The model-specific classes: ``LlamaForCausalLM`` and the others, made from the registry when first asked for."""

from __future__ import annotations

import threading
from typing import Any

from loadstone.architectures import registry
from loadstone.architectures.family import BARE, Family, HeadSpec
from loadstone.frameworks.torch.heads import TASK_CLASSES
from loadstone.frameworks.torch.model import PreTrainedModel

_made: dict[str, type[PreTrainedModel]] = {}
_lock = threading.RLock()


def abstract_class(family: Family) -> type[PreTrainedModel]:
    """``LlamaPreTrainedModel``: what all classes of a family derive from, and what one's own may."""
    name = f"{family.stem}PreTrainedModel"
    doc = f"What all {family.stem} models share. Derive from it to build a model of your own on that family's parts."
    body = {"family_spec": family, "config_class": family.config, "base_model_prefix": family.prefix}
    return _make(name, (PreTrainedModel,), doc, body)


def model_class(family: Family, head: HeadSpec) -> type[PreTrainedModel]:
    """The class of a family and head."""
    task = TASK_CLASSES[head.task]
    doc = (
        f"{task.__doc__}\n\nThe {family.stem} family (model_type {family.model_type!r}; {family.sources}). "
        f"Load one with ``{head.class_name}.from_pretrained(path_or_id)``, or make one with random weights with "
        f"``{head.class_name}({family.config.__name__}(...))``."
    )
    body = {"head_spec": head, "optional_parts": head.optional, "base_model_prefix": head.prefix or family.prefix}
    return _make(head.class_name, (abstract_class(family), task), doc, body)


def bare_class(family: Family) -> type[PreTrainedModel]:
    """The class of a family's bare model."""
    head = family.head(BARE)
    assert head is not None, f"family {family.model_type} declares no bare model"
    return model_class(family, head)


def class_named(name: str) -> type[PreTrainedModel]:
    """A model-specific class by its name on the Hub; :class:`KeyError` if there is none."""
    family, head = registry.class_names()[name]
    return abstract_class(family) if head is None else model_class(family, head)


def _make(name: str, bases: tuple[type, ...], doc: str, body: dict[str, Any]) -> type[PreTrainedModel]:
    with _lock:
        if name not in _made:
            # Pickle and help() find the class where users import it from.
            body |= {"__module__": "loadstone", "__qualname__": name, "__doc__": doc}
            _made[name] = type(name, bases, body)
        return _made[name]
