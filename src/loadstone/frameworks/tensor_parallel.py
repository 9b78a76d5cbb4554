"""Tensor parallelism where each rank computes by itself: what of a blueprint each has, and what passes between them.

Pure. A weight that is split is cut along one dimension as ``torch.chunk`` cuts it, whatever it holds, so that it is an
ordinary DTensor, which any mesh can put together again. Where a rank computes with other outputs of a map than those
whose rows it holds (queries, keys and values in one map; fewer heads of keys than ranks), the outputs change places
between the ranks, not the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, find
from loadstone.architectures.components.leaves import Embedding, Experts, Linear, RMSNorm
from loadstone.architectures.components.splitting import Role, Section
from loadstone.errors import Fault, InvalidMesh
from loadstone.planning.mesh import chunk

Rows = tuple[int, int]
"""Start and stop along the outputs of a map."""


class SplitLeaf(NamedTuple):
    """A leaf that is split, or computes with what is."""

    name: str
    leaf: Component
    role: Role
    axes: Mapping[str, int]
    """Its slots that are cut, and along which dimension."""


def split_leaves(component: Component, parts: int, tied: Mapping[str, str] | None = None) -> list[SplitLeaf]:
    """What of a model is split over so many ranks; whatever is not in the list is whole on each.

    ``tied``: slot → the slot whose values it has: both are cut alike.

    Raises :class:`InvalidMesh` where that leaves heads in pieces, or ranks without experts, and where nothing can be
    split.
    """
    leaves = list(_tied_alike(list(_leaves(component)), tied or {}))
    faults = [fault for each in leaves for fault in _faults(each, parts)]
    if faults:
        raise InvalidMesh(faults, hint=f"Take another number of ranks than {parts}, or fsdp_size in place of tp_size.")
    if parts > 1 and not leaves:
        fault = Fault(type(component).__name__, "parts that each rank can compute with a share of", "none")
        raise InvalidMesh([fault], hint="Take fsdp_size in place of tp_size.")
    return leaves


def split_slots(component: Component, parts: int, tied: Mapping[str, str] | None = None) -> dict[str, int]:
    """Slot → the dimension along which it is cut into so many parts; slots that are not named are whole on each rank.

    Raises what :func:`split_leaves` raises.
    """
    leaves = split_leaves(component, parts, tied)
    return {f"{each.name}.{slot}": axis for each in leaves for slot, axis in each.axes.items()}


def shares(role: Role, outputs: int, parts: int, index: int) -> list[Rows]:
    """Of each section of a map's outputs those that one of so many ranks computes with."""
    sections = role.sections or (Section(outputs),)
    width, at, found = outputs // sum(section.units for section in sections), 0, []
    for section in sections:
        start, stop = _units(section, parts, index)
        found.append((at + start * width, at + stop * width))
        at += section.units * width
    return found


def exchange(role: Role, outputs: int, parts: int) -> list[list[Rows]] | None:
    """For each rank the outputs that it computes with; None where these are everywhere those of its own rows."""
    wanted = [shares(role, outputs, parts, index) for index in range(parts)]
    is_plain = all(_joined(rows) == chunk(outputs, parts, index) for index, rows in enumerate(wanted))
    return None if is_plain else wanted


def _joined(rows: list[Rows]) -> Rows | None:
    """Several ranges as one; None where something lies between them."""
    in_a_row = all(one[1] == other[0] for one, other in pairwise(rows))
    return (rows[0][0], rows[-1][1]) if in_a_row else None


def _units(section: Section, parts: int, index: int) -> Rows:
    if section.repeats and section.units < parts:
        unit = index * section.units // parts
        return unit, unit + 1
    return chunk(section.units, parts, index)


def _leaves(component: Component) -> Iterator[SplitLeaf]:
    """Every leaf with a role, from the top down."""
    biases = [each.bias.component for each in find(component, Attention) if each.bias is not None]
    given = {id(part) for bias in biases for part in find(bias, Component)}
    is_loose = any(each.biases_attention and id(each) not in given for each in find(component, Component))
    return _walk(component, "", None, Attention if is_loose else Experts)


def _walk(component: Component, name: str, role: Role | None, whole: type[Component]) -> Iterator[SplitLeaf]:
    """``whole``: a kind of component whose parts have no roles: attention, where a bias for all heads is added."""
    if component.own_slots():
        axes = {slot: ways[0].axis for slot, ways in component.splits(role).items() if slot}
        if role is not None and role.by == "rows":
            axes.pop("bias", None)  # added to what all ranks have said
        if axes or (role is not None and role.by == "within"):
            yield SplitLeaf(name, component, role or Role("outputs"), axes)
        return
    its = [*component.roles(role)] if _takes(component, role, whole) else []
    roles = {id(part): part_role for part, part_role in its}
    for part in component.parts():
        below = ".".join(filter(None, (name, part.name)))
        yield from _walk(part.component, below, roles.get(id(part)), whole)


_LEAVES: Mapping[str, tuple[type[Component], ...]] = {
    "outputs": (Linear, Embedding),
    "inputs": (Linear,),
    "across": (RMSNorm,),
}
"""What computes with a share in that role; in the others any leaf is right."""


def _takes(component: Component, role: Role | None, whole: type[Component]) -> bool:
    """Whether a component computes right in a role, which its parts then have by what it says."""
    if component.own_slots():
        return role is None or isinstance(component, _LEAVES.get(role.by, Component))
    roles = [*component.roles(role)]
    if role is None and not roles:
        return True
    is_right = bool(vars(type(component)).get("computes_shares", False)) and not isinstance(component, whole)
    if role is not None and not roles:  # the logits of a vocabulary are whole; no one gives each rank its own sections
        return role.by in ("rows", "within") or (is_right and not role.sections)
    return is_right and all(_takes(part.component, its, whole) for part, its in roles)


def _tied_alike(leaves: list[SplitLeaf], tied: Mapping[str, str]) -> Iterator[SplitLeaf]:
    """Without the leaves whose slots are tied to others that are not cut as they are."""
    axes = {f"{each.name}.{slot}": axis for each in leaves for slot, axis in each.axes.items()}
    apart = {name for pair in tied.items() if axes.get(pair[0]) != axes.get(pair[1]) for name in pair}
    return (each for each in leaves if not any(f"{each.name}.{slot}" in apart for slot in each.axes))


def _faults(leaf: SplitLeaf, parts: int) -> Iterator[Fault]:
    """What of a leaf cannot be shared by so many ranks, if anything."""
    role, found = leaf.role, ""
    if isinstance(leaf.leaf, Experts):
        found = f"{leaf.leaf.count} experts" if leaf.leaf.count < parts else ""
    elif role.units is not None and role.by != "rows":
        # Where a later step gives each rank its own, it does not matter how the earlier ones are cut.
        sections = role.sections or (Section(role.units, repeats=role.by != "inputs"),)
        uneven = [section.units for section in sections if not _is_even(section, parts)]
        found = f"{uneven[0]} heads" if uneven else ""
    if found:
        expected = f"at least one for each of {parts} ranks" if found.endswith("experts") else f"a multiple of {parts}"
        yield from (Fault(f"{leaf.name}.{slot}", expected, found) for slot in leaf.axes)


def _is_even(section: Section, parts: int) -> bool:
    return section.units % parts == 0 or (section.repeats and parts % section.units == 0)
