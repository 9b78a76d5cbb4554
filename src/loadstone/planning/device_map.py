"""Where each unit of a model goes: by hand, by prefix, or by the best split over what the devices have free."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any

from loadstone.core.placement_options import MaxMemory
from loadstone.core.records import record
from loadstone.core.sizes import format_bytes, parse_size
from loadstone.errors import ArgumentError, DoesNotFit, Fault, InvalidDeviceMap
from loadstone.planning.split import CPU, DISK, STRATEGIES, Bin, Block, Place, Strategy, split
from loadstone.planning.units import Unit

RING_BLOCKS = 2
"""Blocks that are in memory at once while weights are streamed: one computes, the next is read."""
_ACCELERATOR = r"(?:cuda|hip|xpu|mps|npu|hpu|musa|xla|privateuseone)(?::(\d{1,4}))?"
_SHOWN = 12


@record
class Placement:
    """Unit → place, and what that takes."""

    places: Mapping[str, Place]
    """In the order of the model."""
    slots: Mapping[str, Place]
    nbytes: Mapping[Place, int]
    """Bytes of weights for each place."""
    budgets: Mapping[Place, int]
    """What there was to give; a place without a limit is not in it."""
    kept: frozenset[str] = frozenset()
    """Units on disk that stay in memory once they are read."""
    reserve_bytes: int = 0
    """Kept free on the device that computes: a ring for streamed blocks, activations, keys and values."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why a unit is not on the fastest device."""

    @cached_property
    def main(self) -> Place:
        """Where blocks run that lie on the CPU or the disk."""
        return next((place for place in self.places.values() if isinstance(place, int)), CPU)


def normalize(place: object) -> Place:
    """``"cuda:1"`` or ``torch.device("cuda", 1)`` → 1; :class:`ArgumentError` for what is no device."""
    if isinstance(place, int) and not isinstance(place, bool) and place >= 0:
        return place
    text = str(place)
    if text in (CPU, DISK):
        return text
    if text == f"{CPU}:0":
        return CPU
    if text == "meta":
        raise ArgumentError(
            "device_map names 'meta', where nothing can be loaded. For a skeleton: a class and its config."
        )
    accelerator = re.fullmatch(_ACCELERATOR, text)
    if accelerator is None:
        raise ArgumentError(
            f"{place!r} is no device. Expected the number of an accelerator, 'cuda:0', 'cpu' or 'disk'; for a whole "
            f"model also {', '.join(STRATEGIES)}."
        )
    return int(accelerator[1] or 0)


def budgets(max_memory: MaxMemory | None, free: Mapping[Place, int]) -> dict[Place, int]:
    """Bytes to give for each device, in the order in which devices are filled; the disk has no limit.

    ``max_memory`` (``{0: "10GiB", "cpu": "30GiB"}``) names all devices to use; without it they are those in ``free``.
    """
    if max_memory is None:
        return dict(free)
    if not isinstance(max_memory, Mapping):
        raise ArgumentError(f"max_memory is {max_memory!r}, expected a dict such as {{0: '10GiB', 'cpu': '30GiB'}}.")
    given: dict[Place, int] = {}
    for key, size in max_memory.items():
        place, nbytes = normalize(key), parse_size(size, f"max_memory[{key!r}]", least=0)
        if given.setdefault(place, nbytes) != nbytes:
            raise ArgumentError(f"max_memory names {place!r} twice, with {given[place]} and {nbytes} bytes.")
    return {place: given[place] for place in sorted(given, key=_speed)}


def _speed(place: Place) -> tuple[int, int]:
    return (0, place) if isinstance(place, int) else (1 if place == CPU else 2, 0)


@record
class Demand:
    """What is to be placed."""

    units: Sequence[Unit]
    tied: Mapping[str, str] = field(default_factory=dict)
    """Slot → the slot whose values it shares."""
    activation_bytes: int = 0
    """Of what is alive at once in a forward pass."""


def place(
    demand: Demand,
    device_map: object,
    max_memory: MaxMemory | None,
    free: Mapping[Place, int],
    *,
    known: Collection[str] = (),
) -> Placement:
    """What a ``device_map`` of any kind asks for: None (the CPU), a device, a strategy, or a dict by prefix, of which
    ``{"": …}`` means what its one value does.

    ``free``: what each device has, where ``max_memory`` does not say what may be used. Raises what
    :func:`place_by_strategy` and :func:`place_by_hand` do.
    """
    room = budgets(max_memory, free)
    if isinstance(device_map, Mapping) and set(device_map) == {""}:
        device_map = device_map[""]
    if isinstance(device_map, str) and device_map in STRATEGIES:
        return place_by_strategy(demand, device_map, room)
    if not isinstance(device_map, Mapping):
        device_map = {"": CPU if device_map is None else device_map}
    # A map by hand may be larger than what is free now where the system can take its pages back.
    private_only = (CPU,) if max_memory is None else ()
    return place_by_hand(demand, device_map, room, known=known, private_only=private_only)


def place_by_strategy(demand: Demand, strategy: str, budgets: Mapping[Place, int]) -> Placement:
    """The best split over the devices; see :func:`loadstone.planning.split.split` for what is best.

    Room is kept on each device for its largest block; on the one that computes also for activations, keys and values,
    and where anything is streamed for a ring of two blocks. Raises :class:`DoesNotFit` where even that is too much,
    :class:`ArgumentError` for a strategy of no kind.
    """
    chosen = _strategy(strategy)
    units, activation_bytes = demand.units, demand.activation_bytes
    rows = _rows(units, demand.tied)
    main = next((place for place in budgets if isinstance(place, int)), CPU)
    kept_back = activation_bytes
    while True:
        bins = [
            Bin(place, max(nbytes - (kept_back if place == main else 0), 0))
            for place, nbytes in budgets.items()
            if place != DISK
        ]
        blocks = [
            Block(sum(unit.nbytes for unit in row), sum(unit.cache_bytes for unit in row) if main != CPU else 0)
            for row in rows
        ]
        chosen_places = split(blocks, [*bins, Bin(DISK, budgets.get(DISK))], chosen)
        if chosen_places is None:
            raise DoesNotFit(_too_large(units, budgets))
        streamed = [row for row, place in zip(rows, chosen_places, strict=True) if _is_streamed(place, main)]
        needed = activation_bytes + _ring(streamed) + sum(unit.cache_bytes for row in streamed for unit in row)
        if main == CPU:
            needed += sum(unit.cache_bytes for row in rows for unit in row if row not in streamed)
        if needed <= kept_back:
            break
        kept_back = needed
    there = budgets.get(main, 0)
    if kept_back > there:
        raise DoesNotFit(
            f"Running this model needs {_exact(kept_back)} on {_shown(main)} for the blocks at work, activations, keys "
            f"and values; the budget there is {_exact(there)}, {_exact(kept_back - there)} short. Give more in "
            "max_memory, or less to compute in max_batch and max_length."
        )
    places = {unit.name: place for row, place in zip(rows, chosen_places, strict=True) for unit in row}
    return _placement(demand, places, budgets, kept_back, "no room on a faster device")


def place_by_hand(
    demand: Demand,
    device_map: Mapping[Any, object],
    budgets: Mapping[Place, int],
    *,
    known: Collection[str] = (),
    private_only: Collection[Place] = (),
) -> Placement:
    """What a ``device_map`` by module-name prefix says; tied slots lie where their values do.

    ``known``: modules without slots that a map may name too. ``private_only``: places where views of files do not
    count, since the system takes their memory back when it needs it.

    Raises :class:`InvalidDeviceMap` for modules that no key covers, keys that name nothing, overlaps that contradict,
    a block that would be split; :class:`DoesNotFit` where a place has too few bytes, with the best map that has enough.
    """
    units, tied = demand.units, demand.tied
    keys = {str(key): normalize(place) for key, place in device_map.items()}
    _check_keys(keys, units, known)
    places: dict[str, Place] = {}
    faults = []
    if keys.keys() == {""}:  # one place for all, as nearly always
        places = dict.fromkeys((unit.name for unit in units), keys[""])
    for unit in units if not places else ():
        key_of = {slot: _covering(slot, keys) for slot in unit.slots}
        missing = [slot for slot, key in key_of.items() if key is None]
        if missing and all(slot in tied for slot in missing):
            continue  # it has no values of its own to place
        if missing:
            faults.append(Fault(unit.name, "a place in device_map", "none"))
            continue
        wanted = {keys[key] for key in key_of.values() if key is not None}
        if len(wanted) > 1:
            where = ", ".join(map(repr, sorted(wanted, key=_speed)))
            faults.append(Fault(unit.name, "one place, since a block is never split", where))
        else:
            places[unit.name] = wanted.pop()
    if faults:
        raise InvalidDeviceMap(faults, hint=f"A map that covers the model: {shown_map(_completed(units, places))}")
    main = next((place for place in places.values() if isinstance(place, int)), CPU)
    streamed = [[unit] for unit in units if _is_streamed(places.get(unit.name, CPU), main)]
    reserve = demand.activation_bytes + _ring(streamed) + sum(unit.cache_bytes for unit in units)
    placement = _placement(demand, places, budgets, reserve, "device_map says so")
    _check_fit(demand, placement, private_only)
    return placement


def keep(units: Iterable[Unit], places: Mapping[str, Place], budget_bytes: int) -> frozenset[str]:
    """Which units on disk stay in memory, where ``budget_bytes`` are free: all, or a fixed part beside a ring.

    The model reads them one after another, over and over. Whatever is kept saves its own bytes at each turn, so the
    smallest come first: they cost as much to wait for as large ones.
    """
    disk = [unit for unit in units if places.get(unit.name) == DISK and unit.nbytes]
    if sum(unit.nbytes for unit in disk) <= budget_bytes:
        return frozenset(unit.name for unit in disk)
    left = budget_bytes - _ring([[unit] for unit in disk])
    kept = set()
    for unit in sorted(disk, key=lambda unit: unit.nbytes):
        if unit.nbytes > left:
            break
        kept.add(unit.name)
        left -= unit.nbytes
    return frozenset(kept)


def compact(places: Mapping[str, Place]) -> dict[str, Place]:
    """The same map with as few keys as say it: one prefix where all below it lies in one place."""
    compacted: dict[str, Place] = {}

    def visit(prefix: str, names: list[str]) -> None:
        if len({places[name] for name in names}) == 1:
            compacted[prefix] = places[names[0]]
            return
        below: dict[str, list[str]] = {}
        start = len(prefix) + 1 if prefix else 0
        for name in names:
            end = name.find(".", start)
            below.setdefault(name if end < 0 else name[:end], []).append(name)
        for key, members in below.items():
            visit(key, members)

    if places:
        visit("", list(places))
    return compacted


def shown_map(places: Mapping[str, Place]) -> str:
    """A map as one would write it, long ones cut."""
    items = [f"{name!r}: {place!r}" for name, place in compact(places).items()]
    return "{" + ", ".join(items[:_SHOWN]) + (", …}" if len(items) > _SHOWN else "}")


def _strategy(name: str) -> Strategy:
    for strategy in STRATEGIES:
        if strategy == name:
            return strategy
    raise ArgumentError(f"{name!r} is no strategy. Expected one of {', '.join(STRATEGIES)}.")


def _rows(units: Sequence[Unit], tied: Mapping[str, str]) -> list[list[Unit]]:
    """Units that must not part: each block alone; what lies before, between or after blocks together.

    What lies around blocks may add up in one another's forward pass, so it stays on one device. A unit without values
    of its own follows those it is tied to.
    """
    rows: list[list[Unit]] = []
    for unit in units:
        if all(slot in tied for slot in unit.slots):
            continue
        if rows and not unit.is_block and not rows[-1][-1].is_block:
            rows[-1].append(unit)
        else:
            rows.append([unit])
    return rows


def _ring(streamed: Sequence[Sequence[Unit]]) -> int:
    return RING_BLOCKS * max((unit.nbytes for row in streamed for unit in row), default=0)


def _is_streamed(place: Place, main: Place) -> bool:
    return place == DISK or (place == CPU and main != CPU)


def _placement(
    demand: Demand, places: Mapping[str, Place], budgets: Mapping[Place, int], reserve: int, reason: str
) -> Placement:
    units, tied = demand.units, demand.tied
    slots = {slot: places[unit.name] for unit in units if unit.name in places for slot in unit.slots}
    slots |= {slot: slots[source] for slot, source in tied.items() if source in slots}
    ordered: dict[str, Place] = {}
    for unit in units:
        own = next((slot for slot in unit.slots if slot not in tied), unit.slots[0])
        ordered[unit.name] = slots[own]
    nbytes: dict[Place, int] = dict.fromkeys(sorted({*budgets, *ordered.values()}, key=_speed), 0)
    for unit in units:
        nbytes[ordered[unit.name]] += unit.nbytes
    main = next((place for place in ordered.values() if isinstance(place, int)), CPU)
    left = budgets.get(CPU, 0) - nbytes.get(CPU, 0) - (reserve - _ring([[u] for u in units if ordered[u.name] == DISK]))
    kept = keep(units, ordered, max(left, 0)) if main == CPU else frozenset()
    reasons = {name: reason for name, place in ordered.items() if place == DISK or (place == CPU and main != CPU)}
    return Placement(ordered, slots, nbytes, dict(budgets), kept, reserve, reasons)


def _check_keys(keys: Mapping[str, Place], units: Sequence[Unit], known: Collection[str]) -> None:
    if keys.keys() == {""}:
        return
    modules = {"", *known}
    for unit in units:
        for slot in unit.slots:
            modules.add(slot)
            modules.update(slot[:end] for end, letter in enumerate(slot) if letter == ".")
    faults = []
    for key in keys:
        if key not in modules:
            near = difflib.get_close_matches(key, [unit.name for unit in units][:500], n=1)
            hint = f"Did you mean {near[0]!r}?" if near else ""
            faults.append(Fault(f"device_map[{key!r}]", "a module of this model", "none of this name", hint))
    for key, place in keys.items():
        for above in ("", *(key[:end] for end, letter in enumerate(key) if letter == ".")):
            if above != key and keys.get(above, place) != place:
                found = f"{place!r}, while {above!r} holds it and is on {keys[above]!r}"
                faults.append(Fault(f"device_map[{key!r}]", "what the keys around it say", found))
    if faults:
        raise InvalidDeviceMap(faults, hint="Name each module once, or one prefix that covers it.")


def _covering(slot: str, keys: Mapping[str, Place]) -> str | None:
    """The longest key that holds a slot."""
    end = len(slot)
    while end >= 0:
        if slot[:end] in keys:
            return slot[:end]
        end = slot.rfind(".", 0, end)
    return "" if "" in keys else None


def _completed(units: Sequence[Unit], places: Mapping[str, Place]) -> dict[str, Place]:
    """The map with each uncovered unit where the one before it is."""
    last = next(iter(places.values()), CPU)
    completed: dict[str, Place] = {}
    for unit in units:
        last = completed[unit.name] = places.get(unit.name, last)
    return completed


def _check_fit(demand: Demand, placement: Placement, private_only: Collection[Place]) -> None:
    for place, budget in placement.budgets.items():
        used = placement.reserve_bytes if place == placement.main else 0
        first = None
        for unit in demand.units:
            if placement.places[unit.name] == place:
                used += unit.private_bytes if place in private_only else unit.nbytes
                first = first or (unit.name if used > budget else None)
        if used <= budget:
            continue
        try:
            nearest = f"A map that fits: {shown_map(place_by_strategy(demand, 'auto', placement.budgets).places)}"
        except DoesNotFit as error:
            nearest = str(error)
        named = f"; {first} is the first that does not fit" if first else ""
        raise DoesNotFit(
            f"device_map puts {_exact(used)} on {_shown(place)}, {_exact(used - budget)} more than the "
            f"{_exact(budget)} there{named}. {nearest}"
        )


def _too_large(units: Sequence[Unit], budgets: Mapping[Place, int]) -> str:
    total = sum(unit.nbytes for unit in units)
    largest = max(units, key=lambda unit: unit.nbytes)
    room = ", ".join(f"{_shown(place)} {_exact(nbytes)}" for place, nbytes in budgets.items())
    return (
        f"The model takes {_exact(total)}, and max_memory gives {room}, where each device keeps room for its largest "
        f"block (of the model, {largest.name}: {_exact(largest.nbytes)}). Give more, or leave 'disk' without a limit."
    )


def _exact(nbytes: int) -> str:
    return f"{nbytes} bytes ({format_bytes(nbytes)})"


def _shown(place: Place) -> str:
    return f"accelerator {place}" if isinstance(place, int) else f"the {place}" if place == DISK else "the CPU"
