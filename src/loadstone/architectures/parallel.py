"""Tensor parallelism from a blueprint: along which axis each slot may be split over devices. Pure data.

Maps into a network's inner width (query, key, value, gate, up) are split by their outputs, maps out of it (attention's
output, down) by their inputs, so that a layer needs one sum over the devices for each half (Megatron-LM,
arXiv:1909.08053). Token tables and maps to the vocabulary are split by token, stacked experts by expert. What is not
named is kept whole on each device: norms, routers, poolers, classifiers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from loadstone.architectures import components
from loadstone.architectures.components.base import Component, Part


class Split(NamedTuple):
    """A way to split a slot."""

    axis: int
    units: int
    """Into how many parts at the most: each part must hold whole units (heads, tokens, experts)."""

    def fits(self, parts: int) -> bool:
        """Whether so many equal parts hold whole units."""
        return self.units % parts == 0


def tensor_parallel(component: Component, prefix: str = "") -> dict[str, tuple[Split, ...]]:
    """Slot → the ways to split it, the best first."""
    splits: dict[str, tuple[Split, ...]] = {}
    for name, *ways in _splits(component, prefix):
        splits[name] = tuple(ways)
    return splits


def chosen_split(ways: tuple[Split, ...], parts: int) -> Split | None:
    """The first way that gives so many equal parts; None to keep the slot whole."""
    return next((way for way in ways if way.fits(parts)), None)


_Splits = Iterator[tuple[str, Split] | tuple[str, Split, Split]]


def _splits(component: Component, name: str) -> _Splits:
    done: set[int] = set()
    for part, splits in _own(component, name):
        done.add(id(part))
        yield from splits
    for part in component.parts():
        if id(part) not in done:
            yield from _splits(part.component, _join(name, part.name))


def _own(component: Component, name: str) -> Iterator[tuple[Part, _Splits]]:
    """The parts whose split this component decides, each with its splits."""
    if isinstance(component, components.Attention):
        heads, kv_heads = component.heads, component.kv_heads
        units = (heads, kv_heads, kv_heads)
        if len(component.projections) == 1:
            units = (heads if component.fused == "heads" else heads + 2 * kv_heads,) * 3
        for part, part_units in zip(component.projections, units, strict=False):
            yield part, _by_outputs(part, name, part_units)
        if component.output is not None:
            yield component.output, _by_inputs(component.output, name, heads)
    elif isinstance(component, components.FeedForward | components.Gated):
        ups = (component.up,) if isinstance(component, components.FeedForward) else component.projections
        for part in ups:
            yield part, _by_outputs(part, name)
        yield component.down, _by_inputs(component.down, name)
    elif isinstance(component, components.BertAttention):
        attention = component.attention.component
        heads = attention.heads if isinstance(attention, components.Attention) else 1
        yield component.output, _dense(component.output, name, heads)
    elif isinstance(component, components.BertLayer):
        yield component.intermediate, _by_outputs(component.intermediate, name)
        yield component.output, _dense(component.output, name)
    elif isinstance(component, components.SparseExperts):
        yield component.experts, _experts(component.experts, name)
    elif isinstance(component, components.Embeddings):
        yield component.tokens, _table(component.tokens, name)
    elif isinstance(component, components.Head) and not component.labels:
        yield component.output, _vocabulary(component, name)


def _by_outputs(part: Part, name: str, units: int | None = None) -> _Splits:
    """A linear map, or the one that a chain begins with."""
    linear, name = part.component, _join(name, part.name)
    if isinstance(linear, components.Chain):
        yield from _by_outputs(linear.steps[0], name, units)
        return
    assert isinstance(linear, components.Linear)
    split = Split(1 if linear.transposed else 0, units or linear.outputs)
    yield _join(name, "weight"), split
    if linear.bias:
        yield _join(name, "bias"), split._replace(axis=0)


def _by_inputs(part: Part, name: str, units: int | None = None) -> _Splits:
    linear = part.component
    assert isinstance(linear, components.Linear)
    yield _join(name, part.name, "weight"), Split(0 if linear.transposed else 1, units or linear.inputs)


def _dense(part: Part, name: str, units: int | None = None) -> _Splits:
    """The linear map before a residual sum."""
    add_norm = part.component
    if isinstance(add_norm, components.AddNorm) and add_norm.dense is not None:
        yield from _by_inputs(add_norm.dense, _join(name, part.name), units)


def _experts(part: Part, name: str) -> _Splits:
    experts = part.component
    assert isinstance(experts, components.Experts)
    yield _join(name, part.name, "gate_up_proj"), Split(0, experts.count), Split(1, experts.inner)
    yield _join(name, part.name, "down_proj"), Split(0, experts.count), Split(2, experts.inner)


def _table(part: Part, name: str) -> _Splits:
    table = part.component
    assert isinstance(table, components.Embedding)
    yield _join(name, part.name, "weight"), Split(0, table.count)


def _vocabulary(head: components.Head, name: str) -> _Splits:
    """Every part of a language model's head that has an output for each token of the vocabulary."""
    backbone = head.backbone.component
    assert isinstance(backbone, components.Backbone | components.Wrapped)
    for leaf_name, leaf in components.walk(head.output.component, _join(name, head.output.name)):
        if isinstance(leaf, components.Linear) and leaf.outputs == backbone.vocab:
            yield from _by_outputs(Part("", leaf), leaf_name)
        elif isinstance(leaf, components.Weight) and leaf.shape == (backbone.vocab,):
            yield leaf_name, Split(0, backbone.vocab)


def _join(*names: str) -> str:
    return ".".join(filter(None, names))
