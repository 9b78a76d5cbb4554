"""What each tensor of a model takes, and where: the rows that pictures of memory are drawn from."""

from __future__ import annotations

from typing import NamedTuple

from loadstone.core.tensors import DType
from loadstone.planning.layout import Layout
from loadstone.planning.match import LoadPlan
from loadstone.planning.slot_dtypes import SlotDTypes, own_dtypes
from loadstone.planning.split import Place
from loadstone.planning.units import sizes


class Weight(NamedTuple):
    """A slot that owns its values; one that is tied to it takes nothing."""

    name: str
    place: Place
    dtype: str
    nbytes: int

    def to_dict(self) -> dict[str, str | int]:
        """As JSON has it; the device as text, as ``bytes_by_device`` there has it."""
        return {"name": self.name, "device": str(self.place), "dtype": self.dtype, "nbytes": self.nbytes}


def weights_of(layout: Layout) -> tuple[Weight, ...]:
    """Every slot of a layout that owns its values, in the order of the model."""
    places = layout.placement.slots
    return tuple(
        Weight(name, places.get(name, layout.device), str(size.dtype.value), size.nbytes)
        for name, size in layout.sizes.items()
    )


def weights_at(place: object, plan: LoadPlan, dtype: DType | None) -> tuple[Weight, ...]:
    """The same of a model that was put somewhere: as its layout has it; or, in the frameworks that know one place for
    the whole model only, all there, floating-point values in ``dtype`` (None: as stored)."""
    if isinstance(place, Layout):
        return weights_of(place)
    taken = sizes(plan.slots, plan, SlotDTypes(dtype, by_slot=own_dtypes(plan.slots)))
    return tuple(Weight(name, str(place), str(size.dtype.value), size.nbytes) for name, size in taken.items())
