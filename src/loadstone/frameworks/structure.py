"""What a model is made of, whatever the framework, and what follows from that for names and ties.

Below the model classes, so that what fills, places, resizes and saves models need not import them: a model is told
from any other module by ``isinstance(model, ModelBase)``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from loadstone.architectures import components
from loadstone.architectures.family import Family, HeadSpec
from loadstone.core.naming import Naming
from loadstone.errors import ArgumentError
from loadstone.frameworks.classes import Classes

if TYPE_CHECKING:
    from loadstone.configs.generation import GenerationConfig
    from loadstone.configs.pretrained import PretrainedConfig
    from loadstone.reporting.load_report import LoadReport


class ModelBase:
    """A model as its config and its blueprint describe it; every framework's models derive from this."""

    family_spec: ClassVar[Family | None]
    """None for a class that is of no family here."""
    head_spec: ClassVar[HeadSpec | None] = None
    base_model_prefix: ClassVar[str] = ""
    optional_parts: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of parts that a checkpoint may wholly lack; they are then newly initialized."""
    _classes: ClassVar[Classes[Any]]
    """The table that made this class, where the bare class of its family is; of what models it is, a framework says."""

    config: PretrainedConfig
    generation_config: GenerationConfig | None
    load_report: LoadReport | None
    component: components.Component | None
    """The blueprint; None for a class of one's own."""

    @property
    def base_model(self) -> ModelBase:
        """The bare model inside, or the model itself."""
        raise NotImplementedError

    @property
    def bare_prefix(self) -> str:
        """The name under which this class holds the bare model; nothing in the bare model itself."""
        if isinstance(self.component, components.Head):
            return self.component.backbone.name
        # A class of one's own, derived from the family's abstract class, holds it where the family does.
        held = self._child(self.base_model_prefix) if self.component is None else None
        return self.base_model_prefix if isinstance(held, ModelBase) else ""

    def _child(self, name: str) -> object:
        """What the model holds under a name; None for nothing."""
        return vars(self).get(name)

    def _embedding_name(self) -> str:
        """Where the input embeddings are: the table of tokens, or in a model without one the first convolution.

        :class:`ArgumentError` for a model that has neither."""
        if self.component is None and self.bare_prefix:
            return f"{self.bare_prefix}.{self.base_model._embedding_name()}"
        name = None
        if self.component is not None:
            # Not the first table there is, which may be one of positions.
            stems = (reader.tokens.component for reader in components.find(self.component, components.Embeddings))
            first = next(stems, None) or next(components.find(self.component, components.Conv), None)
            name = next((name for name, leaf in components.walk(self.component) if leaf == first), None)
        if name is None:
            raise ArgumentError(f"{type(self).__name__} has no input embeddings.")
        return name

    def _output_name(self) -> str | None:
        """Where the map from hidden states to the vocabulary is; None for a model that has none."""
        if not isinstance(self.component, components.Head) or self.component.labels:
            return None
        leaves = components.walk(self.component.output.component, self.component.output.name)
        rows = components.vocabulary(self.component.backbone.component)
        maps = ((name, leaf) for name, leaf in leaves if isinstance(leaf, components.Linear))
        return next((name for name, leaf in maps if leaf.outputs == rows), None)

    def tied_slots(self) -> Mapping[str, str]:
        """Slot → the slot whose values it shares."""
        raise NotImplementedError


def naming_of(model: ModelBase, tied: Mapping[str, str]) -> Naming:
    """What links the slots of a family's model to stored names."""
    assert model.family_spec is not None
    prefix, optional = model.bare_prefix, model.optional_parts
    if prefix:  # what the bare model may lack, it may lack inside another model too
        optional += tuple(tuple(f"{prefix}.{part}" for part in group) for group in model.base_model.optional_parts)
    return model.family_spec.naming(model.head_spec, prefix, optional, model.config, tied)


def ties_of(slots: Iterable[tuple[str, object]], declared: Collection[str]) -> dict[str, str]:
    """Further name of an object among ``slots`` → the name that counts: the one ``declared``, else the first."""
    names: dict[int, list[str]] = {}
    for name, slot in slots:
        names.setdefault(id(slot), []).append(name)
    ties = {}
    for group in names.values():
        if len(group) == 1:
            continue
        counts = next((name for name in group if name in declared), group[0])
        ties.update({name: counts for name in group if name != counts})
    return ties
