"""A layout of a model that is only told about, on machines that are only told about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from loadstone.core.naming import Naming
from loadstone.core.placement_options import PlacementOptions
from loadstone.core.structure import Layer, LayerKind
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.errors import ArgumentError, UnsupportedDType
from loadstone.planning.layout import Layout, Machine, layout
from loadstone.planning.match import LoadPlan, match

NAMES = ("embed", "layers.0.up", "layers.1.up", "head")
SHAPE = (128, 128)
NBYTES = 128 * 128 * 4
GPUS = Machine({0: 1 << 30, 1: 1 << 30, "cpu": 1 << 30}, accelerators=2, kind="cuda")
NO_GPU = Machine({"cpu": 1 << 30})


class Told:
    """Two linear blocks between an embedding and a head."""

    class_name = "Told"

    def __init__(self, kind: LayerKind = LayerKind.LINEAR) -> None:
        self._kind = kind

    def modules(self) -> Collection[str]:
        return {*NAMES, "layers", *self.blocks()}

    def blocks(self) -> Collection[str]:
        return ["layers.0", "layers.1"]

    def layers(self) -> Mapping[str, Layer]:
        return {name: Layer(self._kind, name == "head") for name in NAMES if name != "embed"}

    def cache_bytes(self, batch: int, length: int, element_bytes: int) -> Mapping[str, int]:
        return dict.fromkeys(self.blocks(), batch * length * element_bytes)

    def activation_bytes(self, batch: int, length: int, element_bytes: int) -> int:
        return 3 * batch * length * element_bytes


def matched() -> LoadPlan:
    slots = [Slot(f"{name}.weight", SHAPE) for name in NAMES]
    stored = {
        slot.name: StoredTensor(slot.name, DType.FLOAT32, SHAPE, Path("model.safetensors"), NBYTES * index, NBYTES)
        for index, slot in enumerate(slots)
    }
    return match(slots, stored, Naming())


def laid_out(machine: Machine = NO_GPU, structure: Told | None = None, **options: Any) -> Layout:
    return layout(matched(), structure or Told(), PlacementOptions(**{"dtype": DType.FLOAT32, **options}), machine)


def test_sizes_are_those_of_the_dtype_and_what_is_stored_so_is_a_view() -> None:
    whole, half = laid_out(), laid_out(dtype=DType.BFLOAT16)
    assert {(size.nbytes, size.is_view) for size in whole.sizes.values()} == {(NBYTES, True)}
    assert {(size.nbytes, size.is_view) for size in half.sizes.values()} == {(NBYTES // 2, False)}
    assert whole.hf_device_map() == {"": "cpu"} and not whole.offloaded


def test_what_is_written_to_the_disk_is_what_is_not_stored_as_it_is_needed() -> None:
    assert laid_out(device_map="disk").offloaded == ()
    assert laid_out(dtype=DType.BFLOAT16, device_map={"": "cpu", "layers": "cpu"}).offloaded == ()
    places = {"embed": "cpu", "layers": "disk", "head": "cpu"}
    made = laid_out(dtype=DType.BFLOAT16, device_map=places, offload_folder=Path("offload"))
    assert made.offloaded == ("layers.0.up.weight", "layers.1.up.weight")
    with pytest.raises(ArgumentError, match=r"65.54 kB.*offload_folder.*torch_dtype='auto'"):
        laid_out(dtype=DType.BFLOAT16, device_map=places)


@pytest.mark.parametrize(
    ("device_map", "device", "shown"),
    [
        ("cuda", "cuda", {"": "cuda"}),
        ({"": "cuda"}, "cuda", {"": "cuda"}),
        ("cuda:1", 1, {"": 1}),
        (torch.device("cuda", 1), 1, {"": 1}),
        ("sequential", 0, {"": 0}),
        ({"embed": "cpu", "layers": 1, "head": 1}, 1, {"embed": "cpu", "layers.0": 1, "layers.1": 1, "head": 1}),
    ],
    ids=str,
)
def test_the_device_that_computes_has_the_name_that_it_was_given(device_map: Any, device: Any, shown: Any) -> None:
    made = laid_out(GPUS, device_map=device_map)
    assert made.device == device and made.hf_device_map() == shown and made.is_accelerated


@pytest.mark.parametrize(
    ("device_map", "machine", "said"),
    [
        (2, GPUS, "names 2, .*no accelerator of that number"),
        ("cuda:2", GPUS, "names 'cuda:2', .*no accelerator of that number"),
        ("xpu:0", GPUS, "names 'xpu:0', .*called 'cuda'"),
        ({"embed": "mps", "layers": 0, "head": 0}, GPUS, "called 'cuda'"),
        ("cuda", NO_GPU, "names 'cuda', .*no accelerator"),
    ],
    ids=str,
)
def test_devices_that_this_machine_has_not_are_refused(device_map: Any, machine: Machine, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        laid_out(machine, device_map=device_map)


def test_a_machine_that_is_described_or_not_known_has_what_is_named() -> None:
    described = Machine(NO_GPU.free, is_any=True)
    assert laid_out(described, device_map=3, max_memory={3: "1GB"}).device == 3
    with pytest.raises(ArgumentError, match="no accelerator"):
        laid_out(described, device_map=3)
    assert laid_out(Machine(NO_GPU.free, accelerators=None), device_map="mps").device == "mps"


def test_room_is_kept_for_what_is_announced() -> None:
    made = laid_out(device_map="auto", batch_and_length=(2, 8), max_memory={"cpu": "1MB"})
    assert [unit.cache_bytes for unit in made.units] == [0, 64, 64, 0]
    assert made.placement.reserve_bytes == 3 * 64 + 2 * 64


def test_quantized_weights_lie_where_they_compute() -> None:
    int4 = {"quant_method": "torchao", "quant_type": "int4"}
    made = laid_out(GPUS, device_map=0, quantization_config=int4)
    assert made.quantized is not None and set(made.quantized.sizes) == {"layers.0.up.weight", "layers.1.up.weight"}
    assert made.sizes["layers.0.up.weight"].nbytes < NBYTES // 2
    with pytest.raises(ArgumentError, match="needs an accelerator"):
        laid_out(quantization_config=int4)
    split = {"embed": 0, "layers.0": 0, "layers.1": "cpu", "head": 0}
    with pytest.raises(ArgumentError, match=r"leaves 1 quantized weights .* layers.1.up.weight"):
        laid_out(GPUS, device_map=split, quantization_config={"load_in_8bit": True})


def test_float8_needs_layers_that_cast_what_they_keep() -> None:
    made = laid_out(dtype=DType.FLOAT8_E4M3FN)
    assert made.dtypes.of("layers.0.up.weight") is DType.FLOAT8_E4M3FN
    assert made.dtypes.of("head.weight") is made.dtypes.of("embed.weight") is DType.BFLOAT16
    with pytest.raises(UnsupportedDType, match="linear layers of Loadstone's own"):
        laid_out(structure=Told(LayerKind.PLAIN_LINEAR), dtype=DType.FLOAT8_E4M3FN)
