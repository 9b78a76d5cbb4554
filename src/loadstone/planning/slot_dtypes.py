"""What dtype each slot gets: one for all, another for some modules, float8 for linear weights where that is asked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field

from loadstone.core.records import record
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.errors import ArgumentError

_SHOWN = 20


@record
class SlotDTypes:
    """The dtype of every floating-point slot; integers stay what they are."""

    main: DType | None
    """For what nothing else is said of; None: as stored."""
    by_module: Mapping[str, DType] = field(default_factory=dict)
    """Module → dtype, without the main one. The longest name that a slot's begins with counts."""
    by_slot: Mapping[str, DType] = field(default_factory=dict)
    """Slots with a dtype of their own, whatever their module computes in."""

    def __call__(self, slot: str, stored: StoredTensor) -> DType:
        """The dtype of a slot that is made of ``stored``."""
        if not stored.dtype.is_floating:
            return stored.dtype
        return self.of(slot) or stored.dtype

    def of(self, slot: str) -> DType | None:
        """The dtype of a floating-point slot; None: as stored."""
        return self.by_slot.get(slot) or self.computes_in(slot)

    def computes_in(self, name: str) -> DType | None:
        """The dtype in which a module, or a slot's module, computes."""
        if not self.by_module:
            return self.main
        while name:
            if name in self.by_module:
                return self.by_module[name]
            name = name.rpartition(".")[0]
        return self.main

    @property
    def float_bits(self) -> int:
        """Bits of what is computed: those of keys and values that are kept."""
        return (self.main or DType.FLOAT32).bits


def own_dtypes(slots: Iterable[Slot]) -> dict[str, DType]:
    """The floating-point slots that have a dtype of their own, whatever is asked for."""
    return {slot.name: slot.dtype for slot in slots if slot.dtype is not None and slot.dtype.is_floating}


def slot_dtypes(
    main: DType | None,
    by_module: Mapping[str, DType],
    modules: Collection[str],
    linear_weights: Callable[[], Iterable[str]],
    tied: Mapping[str, str],
) -> SlotDTypes:
    """What ``torch_dtype`` asks for. float8 is for storing: the ``linear_weights`` are in it, all else in bfloat16.

    ``modules``: the names that ``by_module`` may use; ``tied``: further slot → the slot whose values it shares.
    Raises :class:`ArgumentError` that lists names of no module, and for tied slots of two dtypes.
    """
    unknown = [name for name in by_module if name not in modules]
    if unknown:
        told = []
        for name in unknown[:_SHOWN]:
            near = difflib.get_close_matches(name, modules, n=1)
            told.append(f"{name!r}" + (f" (did you mean {near[0]!r}?)" if near else ""))
        raise ArgumentError(f"dtype names unknown modules of this model: {', '.join(told)}. '' stands for all others.")
    dtypes = SlotDTypes(main, by_module)
    for alias, owner in tied.items():
        one, other = dtypes.of(alias), dtypes.of(owner)
        if one is not other:
            raise ArgumentError(
                f"dtype says {one} for {alias} and {other} for {owner}, which are tied: one tensor under two names. "
                "Give both the same."
            )
    named = {*by_module.values(), main} if main is not None else set(by_module.values())
    if not any(_is_narrow(dtype) for dtype in named):
        return dtypes
    wide = SlotDTypes(None if main is None else _wide(main), {name: _wide(dtype) for name, dtype in by_module.items()})
    narrow = {
        weight: requested for weight in linear_weights() if (requested := dtypes.of(weight)) and _is_narrow(requested)
    }
    return SlotDTypes(wide.main, wide.by_module, narrow)


def _is_narrow(dtype: DType | None) -> bool:
    return dtype is not None and dtype.is_floating and dtype.bits == 8


def _wide(dtype: DType) -> DType:
    return DType.BFLOAT16 if _is_narrow(dtype) else dtype
