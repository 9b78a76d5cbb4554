"""The model-specific classes, ``LlamaForCausalLM`` and the others, made from the registry when first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from loadstone.architectures import registry
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import Task

ModelT_co = TypeVar("ModelT_co", covariant=True)
"""What all models of a framework derive from."""


class Classes(Generic[ModelT_co]):
    """The classes of one framework.

    ``prefix`` is what their names start with (``""``, ``"Flax"``, ``"TF"``), ``base`` what all derive from, and
    ``of_task`` gives the class with a task's forward pass.
    """

    def __init__(self, prefix: str, base: type[ModelT_co], of_task: Callable[[Task], type[ModelT_co]]) -> None:
        self.prefix = prefix
        self._base: type = base
        self._of_task = of_task
        self._by_name: dict[str, type[ModelT_co]] = {}
        self._lock = threading.RLock()

    def abstract_class(self, family: Family) -> type[ModelT_co]:
        """``LlamaPreTrainedModel``: what all classes of a family derive from, and what one's own may."""
        doc = (
            f"What all {family.stem} models share. Derive from it to build a model of your own on that family's parts."
        )
        body = {"family_spec": family, "config_class": family.config, "base_model_prefix": family.prefix}
        body["_classes"] = self  # where a class finds its family's others without an import
        return self._make(f"{family.stem}PreTrainedModel", (self._base,), doc, body)

    def model_class(self, family: Family, head: HeadSpec) -> type[ModelT_co]:
        """The class of a family and head."""
        task = self._of_task(head.of_task)
        name = self.prefix + head.class_name
        doc = (
            f"{task.__doc__}\n\nThe {family.stem} family (model_type {family.model_type!r}; {family.sources}). "
            f"Load one with ``{name}.from_pretrained(path_or_id)``, or make one with random weights with "
            f"``{name}({(head.config or family.config).__name__}(...))``."
        )
        body = {"head_spec": head, "optional_parts": head.optional, "base_model_prefix": head.prefix or family.prefix}
        body["config_class"] = head.config or family.config
        return self._make(head.class_name, (self.abstract_class(family), task), doc, body)

    def body_class(self, family: Family, head: HeadSpec) -> type[ModelT_co]:
        """The class of the model that a head stands on."""
        body = family.head(head.body)
        assert body is not None, f"family {family.model_type} declares no {head.body}"
        return self.model_class(family, body)

    def class_named(self, name: str) -> type[ModelT_co]:
        """A model-specific class by its full name; :class:`KeyError` if there is none."""
        found = registry.class_named(name.removeprefix(self.prefix)) if name.startswith(self.prefix) else None
        if found is None:
            raise KeyError(name)
        family, head = found
        return self.abstract_class(family) if head is None else self.model_class(family, head)

    def _make(self, plain_name: str, bases: tuple[type, ...], doc: str, body: dict[str, object]) -> type[ModelT_co]:
        name = self.prefix + plain_name
        with self._lock:
            if name not in self._by_name:
                # Pickle and help() find the class where users import it from.
                body |= {"__module__": "loadstone", "__qualname__": name, "__doc__": doc}
                self._by_name[name] = type(self._base)(name, bases, body)
            return self._by_name[name]
