"""Where units go: by hand, by strategy, and what is said where they cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from loadstone.core.tensors import DType, Slot
from loadstone.errors import ArgumentError, DoesNotFit, InvalidDeviceMap
from loadstone.planning.device_map import Demand, Placement, budgets, compact, keep, normalize, place
from loadstone.planning.split import CPU, DISK, Place
from loadstone.planning.units import Size, Unit, units

LAYERS, LAYER_BYTES, TABLE_BYTES, NORM_BYTES = 4, 100, 60, 2


def decoder(tied: bool = False, **changes: Any) -> list[Unit]:
    found = [Unit("model.embed_tokens", ("model.embed_tokens.weight",), TABLE_BYTES)]
    for layer in range(LAYERS):
        slots = (f"model.layers.{layer}.attn.weight", f"model.layers.{layer}.mlp.weight")
        found.append(Unit(f"model.layers.{layer}", slots, LAYER_BYTES, is_block=True)._replace(**changes))
    found.append(Unit("model.norm", ("model.norm.weight",), NORM_BYTES))
    found.append(Unit("lm_head", ("lm_head.weight",), 0 if tied else TABLE_BYTES))
    return found


TIED = {"lm_head.weight": "model.embed_tokens.weight"}
NOTHING_FREE: dict[Place, int] = {CPU: 0}


def placed(device_map: Any, max_memory: Mapping[Any, Any] | None = None, **further: Any) -> Placement:
    return place(Demand(decoder()), device_map, max_memory, {CPU: 10_000}, **further)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(0, 0), (3, 3), ("cuda", 0), ("cuda:1", 1), ("xpu:2", 2), ("mps", 0), ("cpu", CPU), ("disk", DISK)],
)
def test_a_device_has_one_name(given: Any, expected: Place) -> None:
    assert normalize(given) == expected


@pytest.mark.parametrize("given", ["gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:99999", "CPU", "", -1, True, 1.5, None])
def test_what_is_no_device_is_said(given: Any) -> None:
    with pytest.raises(ArgumentError, match="is no device"):
        normalize(given)


def test_devices_are_filled_in_order_of_speed_whatever_the_order_of_the_dict() -> None:
    assert list(budgets({"disk": "1GB", "cpu": "30GiB", 1: "10GiB", "cuda:0": 5}, {})) == [0, 1, CPU, DISK]
    assert budgets({0: "10GiB"}, {CPU: 5}) == {0: 10 << 30}, "max_memory names all that may be used"


@pytest.mark.parametrize("size", ["10 GiBs", "-1GB", -1, "", "GB", "1e3000GB", float("nan"), True, None])
def test_what_is_no_size_is_said(size: Any) -> None:
    with pytest.raises(ArgumentError, match=r"max_memory\['cpu'\]"):
        budgets({"cpu": size}, {})


def test_two_sizes_for_one_device_contradict() -> None:
    with pytest.raises(ArgumentError, match="twice"):
        budgets({0: "1GB", "cuda:0": "2GB"}, {})
    with pytest.raises(ArgumentError, match="expected a dict"):
        budgets("10GB", {})  # type: ignore[arg-type]


def test_auto_fills_accelerators_then_cpu_then_disk() -> None:
    made = placed("auto", {0: 460, 1: 200, CPU: 200, DISK: "1GB"})
    assert list(made.places.values()) == [0, 0, 1, CPU, DISK, DISK, DISK]
    assert made.nbytes == {0: 160, 1: 100, CPU: 100, DISK: 162}
    assert made.reserve_bytes == 200, "a ring of two of the largest block that is streamed"
    assert set(made.reasons) == {"model.layers.2", "model.layers.3", "model.norm", "lm_head"}
    assert made.main == 0


def test_each_device_keeps_room_for_its_largest_block() -> None:
    everything = LAYERS * LAYER_BYTES + 2 * TABLE_BYTES + NORM_BYTES
    assert set(placed("auto", {0: everything + LAYER_BYTES, CPU: 0}).places.values()) == {0}
    assert set(placed("auto", {0: everything + LAYER_BYTES - 1, CPU: 10_000}).places.values()) == {0, CPU}


def test_keys_and_values_take_room_where_their_block_runs() -> None:
    plain = place(Demand(decoder()), "auto", {0: 700, CPU: 10_000}, NOTHING_FREE)
    cached = place(Demand(decoder(cache_bytes=50)), "auto", {0: 700, CPU: 10_000}, NOTHING_FREE)
    assert list(plain.places.values()).count(0) > list(cached.places.values()).count(0)
    with_activations = place(Demand(decoder(), {}, 200), "auto", {0: 700, CPU: 10_000}, NOTHING_FREE)
    assert list(plain.places.values()).count(0) > list(with_activations.places.values()).count(0)


def test_tied_slots_lie_and_count_where_their_numbers_are() -> None:
    made = place(Demand(decoder(tied=True), TIED), "auto", {0: 560, CPU: 900}, NOTHING_FREE)
    assert made.places["lm_head"] == made.places["model.embed_tokens"] == 0
    assert made.slots["lm_head.weight"] == 0
    assert sum(made.nbytes.values()) == LAYERS * LAYER_BYTES + TABLE_BYTES + NORM_BYTES


def test_a_tied_head_needs_no_entry_in_a_map_by_hand() -> None:
    by_hand = {"model.embed_tokens": 0, "model.layers": 0, "model.norm": CPU}
    made = place(Demand(decoder(tied=True), TIED), by_hand, {0: 10_000, CPU: 10_000}, NOTHING_FREE)
    assert made.places["lm_head"] == 0


def test_the_longest_prefix_of_a_map_counts() -> None:
    by_hand = {"model.embed_tokens": 0, "model.layers.0": 0, "model.layers.1": "cuda:1", "model.layers.2": "cpu"}
    by_hand |= {"model.layers.3": "disk", "model.norm": "disk", "lm_head": "disk"}
    made = placed(by_hand, {0: 900, 1: 900, CPU: 900})
    assert list(made.places.values()) == [0, 0, 1, CPU, DISK, DISK, DISK]


def test_a_map_that_leaves_something_out_shows_one_that_does_not() -> None:
    with pytest.raises(InvalidDeviceMap) as caught:
        placed({"model.embed_tokens": CPU, "model.layers.0": CPU, "model.layers.1": DISK, "lm_head": DISK})
    missing = ["model.layers.2", "model.layers.3", "model.norm"]
    assert [fault.where for fault in caught.value.faults] == missing
    assert "A map that covers the model" in str(caught.value)


@pytest.mark.parametrize(
    ("by_hand", "said"),
    [
        ({"": CPU, "model.layer.0": CPU}, "Did you mean 'model.layers.0'"),
        ({"": CPU, "model.layers.9": CPU}, "none of this name"),
        ({"model": CPU, "model.layers.1": DISK, "lm_head": CPU}, "while 'model' holds it and is on 'cpu'"),
        ({"model": CPU, "model.layers.1.mlp": DISK, "lm_head": CPU}, "what the keys around it say"),
    ],
)
def test_a_map_that_names_nothing_or_contradicts_itself_is_an_error(by_hand: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDeviceMap, match="nothing was read") as caught:
        placed(by_hand)
    assert said in str(caught.value)


def test_a_block_is_never_split() -> None:
    by_hand = {"model.embed_tokens": CPU, "model.norm": CPU, "lm_head": CPU}
    by_hand |= {f"model.layers.{layer}": CPU for layer in range(1, LAYERS)}
    by_hand |= {"model.layers.0.attn": CPU, "model.layers.0.mlp": DISK}
    with pytest.raises(InvalidDeviceMap, match="never split"):
        placed(by_hand)


def test_what_does_not_fit_is_said_in_bytes_with_the_nearest_map_that_does() -> None:
    with pytest.raises(DoesNotFit) as caught:
        placed({"": CPU}, {CPU: 430, DISK: 10_000})
    text = str(caught.value)
    assert "522 bytes" in text and "92 bytes" in text and "model.norm is the first" not in text
    assert "model.layers.3 is the first that does not fit" in text
    nearest = eval(text.partition("A map that fits: ")[2])
    made = placed(nearest, {CPU: 430, DISK: 10_000})
    assert made.nbytes[CPU] + made.reserve_bytes <= 430


def test_too_little_for_any_map_names_what_is_short() -> None:
    with pytest.raises(DoesNotFit, match="The model takes 522 bytes"):
        placed("auto", {CPU: 100, DISK: 100})
    with pytest.raises(DoesNotFit, match="at work"):
        placed("auto", {CPU: 150})


def test_a_fixed_part_of_what_is_on_disk_stays_in_memory() -> None:
    found = decoder()
    places: dict[str, Place] = dict.fromkeys((unit.name for unit in found), DISK)
    assert keep(found, places, 522) == frozenset(places)
    assert keep(found, places, 521) == {"model.norm", "model.embed_tokens", "lm_head"} | {
        f"model.layers.{n}" for n in range(1)
    }, "521 less a ring of 200"
    assert keep(found, places, 200) == frozenset()
    assert keep(found, places, 0) == frozenset()


def test_a_map_is_shown_with_few_keys() -> None:
    places: dict[str, Place] = {"a.x": 0, "a.y": 0, "b.layers.0": 0, "b.layers.1": CPU, "b.layers.2": CPU, "c": CPU}
    assert compact(places) == {"a": 0, "b.layers.0": 0, "b.layers.1": CPU, "b.layers.2": CPU, "c": CPU}
    assert compact(dict.fromkeys(places, DISK)) == {"": DISK}
    assert compact({}) == {}


def test_units_are_blocks_and_the_uppermost_modules_around_them() -> None:
    names = ["wte.weight", "model.h.0.a.weight", "model.h.0.b.weight", "model.h.1.a.weight", "model.n.weight", "scale"]
    slots = [Slot(name, (3,)) for name in names]
    sizes = {name: Size(12, DType.FLOAT32, name != "scale") for name in names if name != "model.n.weight"}
    found = units(slots, sizes, ["model.h.0", "model.h.1"], {"model.h.1": 7})
    assert [(unit.name, unit.nbytes, unit.private_bytes, unit.is_block, unit.cache_bytes) for unit in found] == [
        ("wte", 12, 0, False, 0),
        ("model.h.0", 24, 0, True, 0),
        ("model.h.1", 12, 0, True, 7),
        ("model.n", 0, 0, False, 0),
        ("scale", 12, 12, False, 0),
    ]
    assert [unit.name for unit in units(slots, sizes, [])] == ["wte", "model", "scale"]
