"""What each rank of a mesh would hold and read of a model, from its blueprint and headers alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from loadstone.architectures.components.base import Component
from loadstone.errors import ArgumentError, Fault, InvalidMesh
from loadstone.frameworks.tensor_parallel import split_slots
from loadstone.planning.match import LoadPlan
from loadstone.planning.mesh import coordinate, local_plan, slots_of_rank, stored_bytes
from loadstone.planning.recipes import Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.planning.units import sizes
from loadstone.reporting.forecast import RankForecast

_AXES = ("fsdp", "tp")
_MOST_RANKS = 1024


def mesh_sizes(mesh: object) -> dict[str, int]:
    """``{"tp": 8, "fsdp": 2}``, checked: :class:`ArgumentError` for what names no such axis or no size."""
    if not isinstance(mesh, Mapping) or not all(
        axis in _AXES and isinstance(size, int) and not isinstance(size, bool) and size > 0
        for axis, size in mesh.items()
    ):
        raise ArgumentError(f"mesh is {mesh!r}, expected the sizes of its axes, such as {{'tp': 8, 'fsdp': 2}}.")
    if math.prod(mesh.values()) > _MOST_RANKS:
        raise ArgumentError(f"mesh is {mesh!r}, expected at most {_MOST_RANKS} ranks in all.")
    return dict(mesh)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def plans_of_ranks(matched: LoadPlan, component: Component | None, mesh: Mapping[str, int]) -> Iterator[LoadPlan]:
    """The plan of each rank, in their order.

    Raises :class:`InvalidMesh`, with all slots that the axis ``tp`` does not divide.
    """
    dimensions: Mapping[str, int] = {}
    if mesh.get("tp", 1) > 1:
        if component is None:
            fault = Fault(
                "the model", "a family of Loadstone's, whose blueprint says what may be split", "another class"
            )
            raise InvalidMesh([fault], hint="The axis fsdp splits any model.")
        tied = {name: recipe.slot for name, recipe in matched.recipes.items() if isinstance(recipe, Tied)}
        dimensions = split_slots(component, mesh["tp"], tied)
    for rank in range(math.prod(mesh.values())):
        yield local_plan(matched, slots_of_rank(matched.slots, dimensions, mesh, rank))


def rank_forecast(rank: int, plan: LoadPlan, mesh: Mapping[str, int], dtypes: SlotDTypes) -> RankForecast:
    """What a rank with that plan holds and reads."""
    held = sizes(plan.slots, plan, dtypes).values()
    axes = [axis for axis in _AXES if axis in mesh]
    return RankForecast(
        rank,
        dict(zip(axes, coordinate([mesh[axis] for axis in axes], rank), strict=True)),
        sum(size.nbytes for size in held),
        stored_bytes(plan),
        sum(size.nbytes for size in held if not size.is_view),
    )
