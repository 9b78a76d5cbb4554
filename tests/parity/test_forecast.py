"""What ``plan`` says of every family is what its load then does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import loadstone

from .cases import FAMILIES, Case
from .reference import Store, auto_class
from .selections import EVERY_HEAD, pairs


def distinct(model: Any) -> dict[str, Any]:
    """The tensors of a model that own their numbers, the first name of each."""
    found: dict[int, tuple[str, Any]] = {}
    for name, tensor in model.state_dict().items():
        found.setdefault(tensor.data_ptr(), (name, tensor))
    return dict(found.values())


def bytes_by_place(model: Any) -> dict[str | int, int]:
    """Counted on the model itself, where the map says that each lies."""
    found: Counter[str | int] = Counter()
    for name, tensor in distinct(model).items():
        prefixes = [name[:end] for end, letter in enumerate(f"{name}.") if letter == "."]
        place = next(model.hf_device_map[each] for each in [*reversed(prefixes), ""] if each in model.hf_device_map)
        found[place] += tensor.nbytes
    return found


ONE_OF_EACH_FAMILY = pairs("causal_lm", "masked_lm", plain_only=True, families=set(FAMILIES) - set(EVERY_HEAD))


@pytest.mark.parametrize(("case", "head"), ONE_OF_EACH_FAMILY + pairs(plain_only=True, families=EVERY_HEAD))
def test_forecast_is_what_the_load_does(store: Store, case: Case, head: str, tmp_path: Path) -> None:
    folder = store.reference(case, head).folder
    asked = {"head": {"base": "model"}.get(head, head.replace("_", "-")), "dtype": "auto"}
    whole = loadstone.plan(folder, device_map="cpu", **asked)
    total = whole.bytes_by_device["cpu"]
    for device_map, share in (("cpu", None), ("auto", 3), ("auto", 0.9), ("sequential", 0.7), ("disk", None)):
        room = None if share is None else {"cpu": int(share * total)}
        try:
            forecast = loadstone.plan(folder, device_map=device_map, max_memory=room, offload_folder=tmp_path, **asked)
        except loadstone.errors.DoesNotFit:
            assert share is not None and share < 1, "a tiny model may be little more than one block"
            continue
        model = auto_class(head, loadstone).from_pretrained(
            folder, device_map=device_map, max_memory=room, dtype="auto", offload_folder=tmp_path
        )
        assert model.hf_device_map == forecast.device_map
        assert bytes_by_place(model) == {place: size for place, size in forecast.bytes_by_device.items() if size}
        assert forecast.parameters == sum(tensor.numel() for tensor in distinct(model).values())
        assert forecast.model_class == type(model).__name__
        assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) >= forecast.offload_bytes
