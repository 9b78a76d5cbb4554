"""Weights as a tree of modules: sizes summed up, chains joined, and what is too small to be seen merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_NODES = 40_000
"""What a page holds of a tree at most, about: a child smaller than this share of the whole is merged."""
_DEEPEST = 12
"""Levels of a tree; names with more dots keep the rest in one part."""
_FEW = 8
"""Of a node of small parts only, one is left for so many times the smallest size that is seen."""
COLORS = 8
"""Values of a legend with a color of their own; the smallest share the last, which is called "other"."""
OTHER = "other"
_NAMELESS = "(no name)"

Area = tuple[str, str, str, int]
"""A tensor: its dotted name, its device, its dtype, and bytes."""


class Legend(NamedTuple):
    """What one way to color means."""

    title: str
    values: tuple[str, ...]
    """The value of each color, the largest first."""
    nbytes: tuple[int, ...]


class Node:
    """A module, a tensor, or several of them that are drawn as one."""

    __slots__ = ("children", "looks", "name", "nbytes", "tensors")

    def __init__(self, name: str, nbytes: int = 0, tensors: int = 0, looks: tuple[int, ...] = ()) -> None:
        self.name, self.nbytes, self.tensors = name, nbytes, tensors
        self.looks = looks
        """For each legend twice the number of the color, and one more where some of it has another."""
        self.children: Sequence[Node] = ()
        """The largest first."""


class Tree(NamedTuple):
    """All weights."""

    root: Node
    legends: tuple[Legend, ...]
    """Module, device, dtype."""

    @property
    def color_by(self) -> int:
        """The number of the legend that tells most: devices or dtypes where there are several, else modules."""
        module, device, dtype = range(3)
        several = (each for each in (device, dtype) if len(self.legends[each].values) > 1)
        return next(several, module)


def grow(areas: Iterable[Area]) -> Tree:
    """The tree of tensors; those without bytes have no place in it."""
    root = _Branch("", _OUTSIDE)
    branches = {"": root}
    sums: tuple[dict[str, int], ...] = ({}, {}, {})
    for name, device, dtype, nbytes in areas:
        if nbytes <= 0:
            continue
        above, _, last = name.rpartition(".")
        branch = branches.get(above) or _branch(above, branches)
        fact = (branch.role or last or _NAMELESS, device, dtype)
        branch.leaves.append((last, nbytes, fact))
        for values, value in zip(sums, fact, strict=True):
            values[value] = values.get(value, 0) + nbytes
    legends = tuple(map(_legend, ("module", "device", "dtype"), sums))
    whole = _node("", root, _Looks(legends))
    if whole.tensors and not whole.children:  # a lone tensor: shown inside of all weights too
        whole = _sum("", [whole])
    return Tree(whole, legends)


def seen(node: Node, least: float) -> Node:
    """The same with what is smaller than ``least`` bytes merged: several parts into one, all of them into the node.

    Of a large node of small parts only, the largest of them are left.
    """
    copy = Node(node.name, node.nbytes, node.tensors, node.looks)
    shown = sum(child.nbytes >= least for child in node.children)
    shown = shown or min(len(node.children), int(node.nbytes / least / _FEW)) if least else len(node.children)
    if not shown:
        return copy
    rest = node.children[shown:]
    children = [seen(child, least) for child in node.children[:shown]]
    if len(rest) == 1:
        children.append(seen(rest[0], least))
    elif rest:
        others = _sum(f"{len(rest):,} smaller", rest)
        others.children = ()
        children.append(others)
    copy.children = children
    return copy


class _Branch:
    """A module while the tree grows.

    ``role`` is what it is in its block: that of ``model.layers.3.self_attn.q_proj`` is ``self_attn``. Outside blocks it
    is the module's name; blocks in blocks (``stages.0.layers.3.attn``) count as one. ``place`` is where in a block its
    name ends.
    """

    __slots__ = ("branches", "leaves", "place", "role")

    def __init__(self, role: str, place: int) -> None:
        self.role, self.place = role, place
        self.branches: dict[str, _Branch] = {}
        self.leaves: list[tuple[str, int, tuple[str, str, str]]] = []
        """Name, bytes, and the value for each legend."""


_OUTSIDE, _AT_NUMBER, _PART, _WITHIN = range(4)


def _branch(path: str, branches: dict[str, _Branch]) -> _Branch:
    """The module of that name; made where there is none yet, as are those above it."""
    if path in branches:
        return branches[path]
    above, _, name = path.rpartition(".")
    if path.count(".") >= _DEEPEST:
        *parts, name = path.split(".", _DEEPEST)
        above = ".".join(parts)
    parent = _branch(above, branches)
    if parent.place == _WITHIN or (parent.place == _PART and not name.isdecimal()):
        made = _Branch(parent.role, _WITHIN)
    elif name.isdecimal():
        made = _Branch(parent.role or name, _AT_NUMBER)
    else:
        made = _Branch(name, _PART if parent.place == _AT_NUMBER else _OUTSIDE)
    branches[path] = parent.branches[name] = made
    return made


class _Looks(dict[tuple[str, str, str], tuple[int, ...]]):
    """Values for the legends → what a node of them looks like."""

    def __init__(self, legends: Sequence[Legend]) -> None:
        self._numbers = [{value: number for number, value in enumerate(legend.values)} for legend in legends]

    def __missing__(self, fact: tuple[str, str, str]) -> tuple[int, ...]:
        looks = tuple(2 * numbers.get(value, COLORS - 1) for value, numbers in zip(fact, self._numbers, strict=True))
        self[fact] = looks
        return looks


def _node(name: str, branch: _Branch, looks: _Looks) -> Node:
    """A module with its children; one that only holds another is joined with it."""
    children = [_node(part, below, looks) for part, below in branch.branches.items()]
    children += [Node(last or _NAMELESS, nbytes, 1, looks[fact]) for last, nbytes, fact in branch.leaves]
    if len(children) == 1:
        child = children[0]
        child.name = f"{name}.{child.name}" if name else child.name
        return child
    return _sum(name, children)


def _sum(name: str, children: Sequence[Node]) -> Node:
    """Several as one, which looks as the largest does."""
    node = Node(name)
    if not children:
        return node
    node.children = children = sorted(children, key=lambda child: -child.nbytes)
    node.nbytes = sum([child.nbytes for child in children])
    node.tensors = sum([child.tensors for child in children])
    first = children[0].looks
    found = {child.looks for child in children}
    if len(found) > 1:
        first = tuple(look | any(each[index] != look for each in found) for index, look in enumerate(first))
    node.looks = first
    return node


def _legend(title: str, sums: dict[str, int]) -> Legend:
    ranked = sorted(sums.items(), key=lambda item: -item[1])
    if len(ranked) > COLORS:
        rest = sum(nbytes for _, nbytes in ranked[COLORS - 1 :])
        ranked = [*ranked[: COLORS - 1], (OTHER, rest)]
    return Legend(title, tuple(value for value, _ in ranked), tuple(nbytes for _, nbytes in ranked))
