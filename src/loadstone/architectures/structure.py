"""A blueprint as a layout sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.architectures.demands import activation_bytes, cache_bytes
from loadstone.core.structure import Layer, LayerKind


class BlueprintStructure:
    """See :class:`loadstone.core.structure.Structure`."""

    def __init__(self, component: Component, class_name: str) -> None:
        self._component, self.class_name = component, class_name

    def modules(self) -> Collection[str]:
        """Every module by its full name, those without slots too."""
        return set(_modules(self._component))

    def blocks(self) -> Collection[str]:
        """The layers of each stack."""
        return [name for name, _ in components.blocks(self._component)]

    def layers(self) -> Mapping[str, Layer]:
        """Linear layers, embeddings and experts."""
        bare = {name for name, _ in components.walk_bare(self._component)}
        routers = {id(each.logits.component) for each in components.find(self._component, components.Router)}
        leaves = ((name, _kind(leaf), id(leaf) in routers) for name, leaf in components.walk(self._component))
        return {name: Layer(kind, name not in bare, routes) for name, kind, routes in leaves if kind is not None}

    def cache_bytes(self, batch: int, length: int, element_bytes: int) -> Mapping[str, int]:
        """Block → bytes of the keys and values that it keeps."""
        return cache_bytes(self._component, batch, length, element_bytes)

    def activation_bytes(self, batch: int, length: int, element_bytes: int) -> int:
        """Room for what is alive at once in a forward pass."""
        return activation_bytes(self._component, batch, length, element_bytes)


def _kind(leaf: Component) -> LayerKind | None:
    if isinstance(leaf, components.Linear):
        return LayerKind.TRANSPOSED_LINEAR if leaf.transposed else LayerKind.LINEAR
    if isinstance(leaf, components.Embedding):
        return LayerKind.EMBEDDING
    if isinstance(leaf, components.ClampedExperts):
        return LayerKind.TRANSPOSED_EXPERTS
    return LayerKind.EXPERTS if isinstance(leaf, components.Experts) else None


def _modules(component: Component, prefix: str = "") -> Iterator[str]:
    if isinstance(component, components.Tower):
        yield f"{prefix}.rotary_emb" if prefix else "rotary_emb"
    for name, child in component.parts():
        full = f"{prefix}.{name}" if prefix and name else prefix or name
        yield full
        yield from _modules(child, full)
