"""Models that compute on an accelerator while part of their weights lies elsewhere.

The accelerator here is the CPU under a number: blocks take their turns, weights are lent and come home, as they do on
a real one. What only a real one shows, streams and pinned memory, is in ``tests/gpu``.
"""

from __future__ import annotations

import copy
import pickle
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks import blended
from frameworks.torch import tiny
from torch import Tensor, nn

import loadstone
from loadstone import AutoModel, AutoModelForCausalLM
from loadstone.architectures.components.masks import MaskKind
from loadstone.core.slices import ByteRange, FileRange
from loadstone.errors import CorruptCheckpoint, LoadstoneError
from loadstone.frameworks.torch.loading import staging as lanes
from loadstone.frameworks.torch.modeling.state import Mask, Options, State
from loadstone.frameworks.torch.placement import device_ring
from loadstone.frameworks.torch.placement import placement as placing
from loadstone.frameworks.torch.placement.device_hooks import _Bring, _Enter, _Leave
from loadstone.frameworks.torch.placement.device_ring import DeviceRing
from loadstone.frameworks.torch.placement.lone_weights import Loan
from loadstone.frameworks.torch.placement.move import move
from loadstone.transfer import stream

LAYERS = 6
MAPS: dict[str, Any] = {
    "all-on-cpu-but-one": {"model.layers.0": 0} | {"model.embed_tokens": "cpu", "model.norm": "cpu", "lm_head": "cpu"}
    | {f"model.layers.{n}": "cpu" for n in range(1, LAYERS)},
    "three-places": {"model.embed_tokens": 0, "model.layers.0": 0, "model.layers.1": 0, "model.layers.2": "cpu"}
    | {f"model.layers.{n}": "disk" for n in range(3, LAYERS)} | {"model.norm": "disk", "lm_head": "disk"},
    "two-accelerators": {"model.embed_tokens": 0, "model.norm": 1, "lm_head": 1}
    | {f"model.layers.{n}": int(n > 2) for n in range(LAYERS)},
    "one-on-disk": {"model": 0, "lm_head": "disk"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number is an accelerator that is the CPU."""
    real, machine = placing.device_of, placing.machine
    cpu = torch.device("cpu")
    monkeypatch.setattr(placing, "machine", lambda: replace(machine(), accelerators=2))
    monkeypatch.setattr(placing, "device_of", lambda each: cpu if isinstance(each, int) else real(each))
    monkeypatch.setattr(placing.Devices, "resolve", lambda self, place: cpu)


@pytest.fixture(params=[True, False], ids=["tied", "untied"])
def original(request: pytest.FixtureRequest) -> Any:
    return tiny.llama(num_hidden_layers=LAYERS, tie_word_embeddings=request.param)


@pytest.fixture
def folder(original: Any, tmp_path: Path) -> Path:
    return tiny.saved(original, tmp_path / "model", max_shard_size="50kB")


def logits(model: Any) -> Tensor:
    with torch.no_grad():
        found: Tensor = model(tiny.IDS).logits
    return found


def test_buffers_and_lone_arrays_cross_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = torch.device("cpu", 0)
    monkeypatch.setattr(placing, "device_of", lambda each: there if isinstance(each, int) else torch.device(each))
    monkeypatch.setattr(placing.Devices, "resolve", lambda self, place: torch.device("cpu"))
    began: list[Tensor] = []
    begin = Loan.begin
    monkeypatch.setattr(Loan, "begin", lambda self: (began.append(self._array), begin(self)))
    cls, folder = blended.model_class("torch"), blended.saved(tmp_path / "model")
    device_map = {
        "embed": 0,
        "layers.0": 0,
        "layers.1": "cpu",
        "layers.2": "disk",
        "logit_scale": "cpu",
        "seen": "disk",
    }
    for dtype in ("float32", "bfloat16"):
        model = cls.from_pretrained(folder, device_map=device_map, torch_dtype=dtype, offload_folder=tmp_path / "off")
        expected = blended.hidden("torch", cls.from_pretrained(folder, torch_dtype=dtype))
        for _ in range(2):
            assert (blended.hidden("torch", model) == expected).all()
        assert {id(array) for array in began[-2:]} == {id(model.logit_scale), id(model.seen)}


@pytest.mark.parametrize("read_bytes", [4096, 8 << 20])
@pytest.mark.parametrize("device_map", MAPS.values(), ids=MAPS)
def test_logits_are_those_of_the_model_in_memory(
    device_map: Any, read_bytes: int, original: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "READ_BYTES", read_bytes)
    monkeypatch.setattr(device_ring, "READ_BYTES", read_bytes)
    if original.config.tie_word_embeddings:
        device_map = {name: place for name, place in device_map.items() if name != "lm_head"}
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=device_map)
    homes = {name: parameter.data_ptr() for name, parameter in model.named_parameters()}
    for _ in range(3):
        assert logits(model).equal(logits(original))
    assert {name: parameter.data_ptr() for name, parameter in model.named_parameters()} == homes, "all came home"
    assert all(value.equal(original.state_dict()[name]) for name, value in model.state_dict().items())


def test_auto_puts_what_is_left_onto_cpu_and_disk_and_it_runs(original: Any, folder: Path) -> None:
    room = {0: "140kB", "cpu": "75kB"}
    model = AutoModelForCausalLM.from_pretrained(folder, device_map="auto", max_memory=room)
    assert set(model.hf_device_map.values()) == {0, "cpu", "disk"}
    assert model.hf_device_map == loadstone.plan(folder, device_map="auto", max_memory=room).device_map
    assert logits(model).equal(logits(original))
    expected = original.generate(tiny.IDS, max_new_tokens=8, do_sample=False)
    assert model.generate(tiny.IDS, max_new_tokens=8, do_sample=False).equal(expected)


@pytest.mark.parametrize("family", ["gpt2", "bert", "mpnet"])
def test_other_families_run_from_the_cpu_and_the_disk(family: str, tmp_path: Path) -> None:
    class_name = {"gpt2": "GPT2Model", "bert": "BertModel", "mpnet": "MPNetModel"}[family]
    original = tiny.model(class_name, family)
    folder = tiny.saved(original, tmp_path / family)
    names = list(loadstone.plan(folder, device_map="disk").modules)
    device_map = {module.name: (0, "cpu", "disk")[index % 3] for index, module in enumerate(names)}
    model = AutoModel.from_pretrained(folder, device_map=device_map)
    with torch.no_grad():
        assert model(tiny.IDS)[0].equal(original(tiny.IDS)[0])


def test_a_weight_that_was_changed_counts(original: Any, folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=MAPS["three-places"])
    logits(model)
    with torch.no_grad():
        for changed in (model, original):
            for layer in (2, 4):
                changed.model.layers[layer].mlp.up_proj.weight.mul_(1.5)
    for _ in range(2):
        assert logits(model).equal(logits(original))


def test_gradients_through_streamed_weights_are_refused_when_they_are_asked_for(folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=MAPS["three-places"])
    out = model(tiny.IDS).logits
    with pytest.raises(LoadstoneError, match="no gradients"):
        out.sum().backward()


def test_copies_and_pickles_run_without_the_hooks(original: Any, folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=MAPS["three-places"])
    logits(model)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert logits(twin).equal(logits(original))


@pytest.mark.filterwarnings("ignore:Dynamo does not know how to trace")
def test_it_runs_compiled_and_in_inference_mode(original: Any, folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=MAPS["three-places"])
    with torch.inference_mode():
        assert model(tiny.IDS).logits.equal(logits(original))
    assert logits(torch.compile(model, backend="eager")).equal(logits(original))


def test_a_file_that_was_cut_short_is_an_error_at_the_next_pass(folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=MAPS["three-places"])
    logits(model)
    for file in folder.glob("*.safetensors"):
        with file.open("r+b") as opened:
            opened.truncate(file.stat().st_size - 8)
    with pytest.raises(CorruptCheckpoint, match="bytes that it had"):
        logits(model)


def test_a_module_of_ones_own_runs(tmp_path: Path) -> None:
    net = nn.Sequential(*(nn.Linear(16, 16) for _ in range(5)))
    torch.save(net.state_dict(), tmp_path / "pytorch_model.bin")
    with torch.device("meta"):
        empty = nn.Sequential(*(nn.Linear(16, 16) for _ in range(5)))
    loadstone.load_into(empty, tmp_path, device_map={"0": 0, "1": "cpu", "2": 0, "3": "disk", "4": 1})
    with torch.no_grad():
        assert empty(torch.ones(2, 16)).equal(net(torch.ones(2, 16)))


def test_two_buffers_hold_the_largest_block_and_staging_is_small(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(bytes(range(256)) * 400)
    memory = torch.arange(5000, dtype=torch.int16)
    parts = FileRange(file, ByteRange(1001, 6001)), FileRange(file, ByteRange(7, 10))
    blocks = [[memory, parts[0]], [parts[1], torch.ones(1)], [torch.zeros(30_000)]]
    ring = DeviceRing(blocks, torch.device("cpu"))
    assert [each.numel() for each in ring._memory] == [120_064, 120_064]
    assert lanes._DEVICE_BUFFERS * lanes.BUFFER_BYTES < 64 << 20
    for index in (0, 1, 2, 0, 2, 1, 1, 0):
        found = ring.tensors(index)
        for source, flat in zip(blocks[index], found, strict=True):
            assert flat.data_ptr() % 4 == 0
            if isinstance(source, FileRange):
                assert bytes(flat) == file.read_bytes()[slice(*source.range)]
            else:
                assert flat.view(source.dtype).equal(source)
        ring.release(index)


def test_tensors_cross_wherever_they_are() -> None:
    """The meta device stands for another one: what goes there is seen, and nothing needs to come back."""
    there = torch.device("meta")
    x = torch.ones(2)
    state = State(Options(output_hidden_states=True, output_router_logits=True))
    state.masks = {MaskKind(True): Mask(x, False), MaskKind(False): Mask(None, True)}
    inputs, keywords = _Bring(there)(nn.Identity(), (x, [x], 3, state), {"mask": {"a": x}, "flag": None})
    assert inputs[0].device == inputs[1][0].device == keywords["mask"]["a"].device == there
    assert inputs[2] == 3 and keywords["flag"] is None
    moved = inputs[3]
    assert moved.masks[MaskKind(True)].allowed.device == there and state.masks[MaskKind(True)].allowed is x
    assert moved.masks[MaskKind(False)].causal
    assert moved.hidden_states is state.hidden_states and moved.router_logits is state.router_logits
    assert state.on_device(there) is moved, "once a pass, not once a layer"


def test_outputs_go_back_to_where_the_inputs_were_also_after_an_error() -> None:
    came = threading.local()
    enter, leave = _Enter(torch.device("cpu"), came), _Leave(came)
    there = torch.device("meta")
    came.devices = [there]
    out = loadstone.frameworks.outputs.CausalLMOutput(logits=torch.ones(2))
    assert leave(nn.Identity(), (), out).logits.device == there and came.devices == []
    enter(nn.Identity(), (), {"input_ids": torch.ones(1)})
    assert came.devices == [torch.device("cpu")]
    assert leave(nn.Identity(), (), None) is None and came.devices == []
    assert move("text", there) == "text"
