"""What one architecture of GGUF calls the tensors of a family's checkpoints, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from loadstone.checkpoint.gguf.metadata import Facts, Values

Quirk = Literal["paired", "sorted", "turned", "below", "plus one", "row", "by turns"]
"""What the converter did: see :mod:`loadstone.quantization.gguf_tensor`; ``"row"``: a vector is a matrix's only row;
``"by turns"``: see :mod:`loadstone.quantization.gguf_stacks`."""


@dataclass(frozen=True)
class GgufArchitecture:
    """Names without their ``.weight`` or ``.bias``."""

    config: Callable[[Facts], Values]
    """The file's facts → ``config.json``, ``model_type`` too."""
    outer: dict[str, str]
    layers: str
    """Where the Hub has layers: the beginning of their names, before the number."""
    layer: dict[str, str]
    """What stands after the layer's number."""
    stacks: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """The same two for layers whose names do not begin with ``blk.``, by what they begin with."""
    experts: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """Stacked experts, with ``.bias`` their biases: the Hub's whole name, which part of it this is, and of how many."""
    by_head: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """A matrix for each head, which one map of the Hub has among those of others: that map, and whether each lies
    turned there."""
    whole: dict[str, str] = field(default_factory=dict)
    """What stands after a layer's number where the two do not end alike."""
    quirks: dict[str, Quirk] = field(default_factory=dict)
    read: tuple[str, ...] = ()
    """What only the config is made of."""

    def hub_name(self, name: str) -> tuple[str, tuple[int, int]] | None:
        """``blk.3.attn_q.weight`` → the Hub's name, and which part of how many the tensor is of it."""
        stem, dot, leaf = name.rpartition(".")
        beginning, number, inner = self._parts(stem)
        if not beginning:
            hub_stem = self.outer.get(stem)
            return None if hub_stem is None else (f"{hub_stem}{dot}{leaf}", (0, 1))
        layers, layer = self._stacks[beginning]
        expert = self.experts.get(f"{inner}.{leaf}") or self.experts.get(inner)
        if expert is not None:
            to, part, parts = expert
            return f"{layers}.{number}.{to}", (part, parts)
        if f"{inner}{dot}{leaf}" in self.whole:
            return f"{layers}.{number}.{self.whole[f'{inner}{dot}{leaf}']}", (0, 1)
        if inner in layer:
            return f"{layers}.{number}.{layer[inner]}{dot}{leaf}", (0, 1)
        return None

    def head_of(self, name: str) -> tuple[str, int, bool] | None:
        """Of a tensor with a matrix for each head: the Hub's map, which part of each head in it this is, and whether it
        lies turned there."""
        stem, _, leaf = name.rpartition(".")
        beginning, number, inner = self._parts(stem)
        if not beginning or inner not in self.by_head:
            return None
        to, is_turned = self.by_head[inner]
        return f"{self._stacks[beginning][0]}.{number}.{to}.{leaf}", [*self.by_head].index(inner), is_turned

    def file_names(self, hub_name: str) -> tuple[tuple[str, int], ...]:
        """The way back from :meth:`hub_name`: the names of the tensors that a file has of one, each with the part that
        it is of it, in order; none where llama.cpp has no place for it."""
        stem, dot, leaf = hub_name.rpartition(".")
        outer = {ours: theirs for theirs, ours in self.outer.items()}
        if stem in outer:
            return ((f"{outer[stem]}{dot}{leaf}", 0),)
        for beginning, (layers, layer) in self._stacks.items():
            number, _, inner = hub_name.removeprefix(f"{layers}.").partition(".")
            if not layers or not hub_name.startswith(f"{layers}.") or not number.isdecimal():
                continue
            parts = sorted((part, theirs) for theirs, (ours, part, _) in self.experts.items() if ours == inner)
            if parts:
                named = ((part, theirs if theirs.endswith(".bias") else f"{theirs}.weight") for part, theirs in parts)
                return tuple((f"{beginning}{number}.{name}", part) for part, name in named)
            if found := [theirs for theirs, ours in self.whole.items() if ours == inner]:
                return ((f"{beginning}{number}.{found[0]}", 0),)
            stem, dot, leaf = inner.rpartition(".")
            names = [theirs for theirs, ours in layer.items() if ours == stem]
            return tuple((f"{beginning}{number}.{theirs}{dot}{leaf}", 0) for theirs in names)
        return ()

    @property
    def _stacks(self) -> dict[str, tuple[str, dict[str, str]]]:
        return {"blk.": (self.layers, self.layer), **self.stacks}

    def _parts(self, stem: str) -> tuple[str, str, str]:
        """``blk.3.attn_q`` → ``blk.``, ``3`` and ``attn_q``; of what lies in no layer the last alone."""
        beginning = next((each for each in self._stacks if stem.startswith(each)), "")
        number, _, inner = stem.removeprefix(beginning).partition(".") if beginning else ("", "", stem)
        return beginning, number, inner

    def quirk(self, name: str) -> Quirk | None:
        """What was done to a tensor."""
        stem, _, leaf = name.rpartition(".")
        quirk = self.quirks.get(self._parts(stem)[2])
        return None if quirk == "turned" and leaf == "bias" else quirk
