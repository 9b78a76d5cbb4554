"""``load_into`` fills any module; ``load_sharded_checkpoint`` copies into a model's own memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from frameworks.torch import tiny
from torch import nn

import loadstone
import loadstone.modeling_utils
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    LoadstoneError,
    MissingTensors,
    ShapeMismatch,
    UnsupportedDType,
    UnusedTensors,
)


class Net(nn.Module):
    """Layers of several kinds, with buffers that are saved and one that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 4)
        self.norm = nn.BatchNorm1d(4)
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
        self.out = nn.Linear(4, 10, bias=False)
        self.out.weight = self.table.weight
        with torch.device("cpu"):
            self.register_buffer("steps", torch.arange(4.0), persistent=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.table(ids))
        for layer in self.layers:
            x = torch.relu(layer(x)) + self.steps
        return self.out(x)


IDS = torch.tensor([1, 5, 9])


@pytest.fixture
def net() -> Net:
    made = Net().eval()
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for tensor in made.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape, generator=generator))
            else:
                tensor.fill_(7)
    return made


@pytest.fixture
def file(net: Net, tmp_path: Path) -> Path:
    """A checkpoint of the net that holds its tied table once."""
    state = {name: tensor.clone() for name, tensor in net.state_dict().items() if name != "out.weight"}
    safetensors.torch.save_file(state, tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


def skeleton() -> Net:
    with torch.device("meta"):
        return Net().eval()


def test_a_module_on_the_meta_device_is_filled_from_file_folder_or_checkpoint(net: Net, file: Path) -> None:
    for source in (file, str(file), file.parent, loadstone.open_checkpoint(file)):
        made = skeleton()
        report = loadstone.load_into(made, source)
        tiny.assert_same(dict(made.state_dict()), dict(net.state_dict()))
        assert made.out.weight is made.table.weight
        assert torch.equal(made(IDS), net(IDS))
        assert report.model_class == "Net" and "Net from" in str(report)


def test_values_are_mapped_and_a_module_with_memory_is_filled_too(net: Net, file: Path) -> None:
    before = file.read_bytes()
    made = Net().eval()
    loadstone.load_into(made, file)
    assert torch.equal(made(IDS), net(IDS))
    with torch.no_grad():
        made.table.weight.zero_()
    assert file.read_bytes() == before


def moved_by_a_step(optimizer: torch.optim.Optimizer, module: nn.Module) -> set[str]:
    """Names of the parameters that a step along gradients of 1 changes."""
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    for parameter in module.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return {name for name, parameter in module.named_parameters() if not torch.equal(parameter, before[name])}


def test_what_has_memory_is_filled_in_place_in_its_own_dtype_and_an_optimizer_goes_on(net: Net, file: Path) -> None:
    made = Net().eval().bfloat16()
    optimizer = torch.optim.SGD(made.parameters(), lr=1.0)
    places = {name: tensor.data_ptr() for name, tensor in made.state_dict().items()}
    report = loadstone.load_into(made, file)
    tiny.assert_same(dict(made.state_dict()), dict(net.bfloat16().state_dict()))
    assert {name: tensor.data_ptr() for name, tensor in made.state_dict().items()} == places
    assert "the module's own" in str(report)
    assert moved_by_a_step(optimizer, made) == dict(made.named_parameters()).keys()


def test_an_optimizer_goes_on_after_a_load_in_another_dtype(net: Net, file: Path) -> None:
    made = Net().eval().bfloat16()
    optimizer = torch.optim.SGD(made.parameters(), lr=1.0)
    made.table.weight.grad = torch.ones_like(made.table.weight)
    loadstone.load_into(made, file, dtype="float32")
    tiny.assert_same(dict(made.state_dict()), dict(net.state_dict()))
    assert made.table.weight.grad is None, "a gradient in the dtype that was"
    assert moved_by_a_step(optimizer, made) == dict(made.named_parameters()).keys()


def test_of_a_module_that_has_memory_in_part_the_rest_is_mapped(net: Net, file: Path) -> None:
    made = Net().eval()
    made.layers[1] = nn.Linear(4, 4, device="meta")
    kept = made.layers[0].weight.data_ptr()
    loadstone.load_into(made, file)
    tiny.assert_same(dict(made.state_dict()), dict(net.state_dict()))
    assert made.layers[0].weight.data_ptr() == kept and made.out.weight is made.table.weight


def test_memory_in_another_order_is_kept_and_memory_that_elements_share_is_not(tmp_path: Path) -> None:
    stored = {"weight": torch.rand(4, 3, 2, 2), "bias": torch.rand(4), "places": torch.arange(3.0)}
    torch.save(stored, tmp_path / "pytorch_model.bin")
    made = nn.Conv2d(3, 4, 2).to(memory_format=torch.channels_last)
    made.register_buffer("places", torch.zeros(1).expand(3))
    kept = made.weight.data_ptr()
    loadstone.load_into(made, tmp_path)
    tiny.assert_same(dict(made.state_dict()), stored)
    assert made.weight.data_ptr() == kept and made.weight.is_contiguous(memory_format=torch.channels_last)


def test_whole_numbers_do_not_become_weights_by_a_cast_and_the_module_is_unchanged(tmp_path: Path) -> None:
    stored = {"0.weight": torch.ones(2, 2), "1.weight": torch.ones(2, 2, dtype=torch.int8)}
    torch.save(stored, tmp_path / "pytorch_model.bin")
    for device in ("cpu", "meta"):
        made = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False, device=device))
        before = made[0].weight.detach().clone()
        loads = (loadstone.load_into, loadstone.load_sharded_checkpoint)[: 2 if device == "cpu" else 1]
        for load in loads:
            with pytest.raises(UnsupportedDType, match=r"1\.weight: expected a floating-point dtype, found int8"):
                load(made, tmp_path)
        assert torch.equal(made[0].weight, before)


def test_dtype_casts_floating_point_slots_only(net: Net, file: Path) -> None:
    made = skeleton()
    loadstone.load_into(made, file, dtype=torch.float64)
    assert made.table.weight.dtype == made.norm.running_mean.dtype == torch.float64
    assert made.norm.num_batches_tracked.dtype == torch.int64
    for wrong in (torch.int8, "int8", "float33"):
        with pytest.raises(UnsupportedDType, match="floating-point"):
            loadstone.load_into(skeleton(), file, dtype=wrong)


def test_trainability_is_kept(file: Path) -> None:
    made = skeleton()
    made.layers[0].requires_grad_(False)
    loadstone.load_into(made, file)
    assert not made.layers[0].weight.requires_grad and made.layers[1].weight.requires_grad


def test_a_missing_slot_is_named_and_the_module_is_unchanged(file: Path) -> None:
    made = skeleton()
    made.more = nn.Linear(4, 4)
    before = dict(made.named_parameters())
    with pytest.raises(MissingTensors, match=r"more\.weight"):
        loadstone.load_into(made, file)
    assert all(before[name] is parameter for name, parameter in made.named_parameters())


def test_an_unused_tensor_is_an_error_unless_strict_is_off(file: Path) -> None:
    made = skeleton()
    del made.layers[2]
    with pytest.raises(UnusedTensors, match=r"layers\.2\.weight"):
        loadstone.load_into(made, file)
    report = loadstone.load_into(made, file, strict=False)
    assert set(report.unused) == {"layers.2.weight", "layers.2.bias"}


def test_a_wrong_shape_is_named(file: Path) -> None:
    made = skeleton()
    made.layers[1] = nn.Linear(4, 5, device="meta")
    with pytest.raises(ShapeMismatch, match=r"layers\.1\.weight: expected shape \(5, 4\), found \(4, 4\)"):
        loadstone.load_into(made, file)


def test_key_mapping_renames(net: Net, file: Path) -> None:
    state = {f"net.{name}": tensor for name, tensor in safetensors.torch.load_file(file).items()}
    safetensors.torch.save_file(state, file)
    made = skeleton()
    loadstone.load_into(made, file, key_mapping={r"^net\.": ""})
    assert torch.equal(made(IDS), net(IDS))


def test_a_buffer_that_no_checkpoint_stores_must_have_its_value(file: Path) -> None:
    made = skeleton()
    made.register_buffer("lost", torch.empty(2, device="meta"), persistent=False)
    with pytest.raises(MissingTensors, match=r"lost.*meta device"):
        loadstone.load_into(made, file)


def test_what_is_no_module_is_refused(file: Path) -> None:
    for wrong in (None, "model", Net):
        with pytest.raises(ArgumentError, match=r"nn\.Module"):
            loadstone.load_into(wrong, file)  # type: ignore[arg-type]


def test_a_class_of_transformers_is_filled(tmp_path: Path) -> None:
    import transformers

    folder = tiny.saved(tiny.llama(), tmp_path)
    config = transformers.AutoConfig.from_pretrained(folder)
    with torch.device("meta"):
        model = transformers.LlamaForCausalLM(config)
    # A rotary buffer is computed when the module is made, and never stored: it is for the caller to make it for real.
    model.model.rotary_emb = type(model.model.rotary_emb)(config)
    loadstone.load_into(model.eval(), folder)
    torch.testing.assert_close(model(tiny.IDS).logits, tiny.llama()(tiny.IDS).logits, atol=1e-5, rtol=1e-4)


# load_sharded_checkpoint --------------------------------------------------------------------------------


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    return tiny.saved(tiny.llama(0), tmp_path / "shards", max_shard_size="30kB")


@pytest.mark.parametrize("load", [loadstone.load_sharded_checkpoint, loadstone.modeling_utils.load_sharded_checkpoint])
def test_a_sharded_checkpoint_is_copied_into_the_models_own_memory(load: Any, shards: Path) -> None:
    model = tiny.llama(1)
    before = {name: parameter.data_ptr() for name, parameter in model.named_parameters()}
    result = load(model, shards)
    assert result == ([], []) and result.missing_keys == result.unexpected_keys == []
    tiny.assert_same(dict(model.state_dict()), dict(tiny.llama(0).state_dict()))
    assert {name: parameter.data_ptr() for name, parameter in model.named_parameters()} == before


def test_the_models_dtype_is_kept(shards: Path) -> None:
    model = tiny.llama(1).bfloat16()
    loadstone.load_sharded_checkpoint(model, str(shards))
    tiny.assert_same(dict(model.state_dict()), dict(tiny.llama(0).bfloat16().state_dict()))


def test_strict_names_what_is_missing_or_unexpected_and_copies_nothing(shards: Path) -> None:
    model = tiny.llama(1)
    model.extra = nn.Linear(2, 2)
    before = tiny.numbers(model)
    with pytest.raises(MissingTensors, match=r"extra\.weight"):
        loadstone.load_sharded_checkpoint(model, shards)
    fewer = tiny.llama(1)
    del fewer.model.layers[1]
    with pytest.raises(UnusedTensors, match=r"model\.layers\.1\."):
        loadstone.load_sharded_checkpoint(fewer, shards)
    tiny.assert_same(dict(model.state_dict()), before)


def test_not_strict_copies_what_there_is_and_lists_the_rest(shards: Path) -> None:
    model = tiny.llama(1)
    del model.model.layers[1]
    model.extra = nn.Linear(2, 2)
    kept = model.extra.weight.clone()
    missing, unexpected = loadstone.load_sharded_checkpoint(model, shards, strict=False)
    assert missing == ["extra.weight", "extra.bias"]
    assert len(unexpected) == 9 and all(name.startswith("model.layers.1.") for name in unexpected)
    assert torch.equal(model.extra.weight, kept)
    assert torch.equal(model.lm_head.weight, tiny.llama(0).lm_head.weight)


def test_a_wrong_shape_is_an_error_even_if_not_strict(shards: Path) -> None:
    model = tiny.llama(1, intermediate_size=52)
    with pytest.raises(ShapeMismatch, match=r"up_proj"):
        loadstone.load_sharded_checkpoint(model, shards, strict=False)


def test_a_plain_module_is_loaded_too(net: Net, file: Path) -> None:
    made = Net().eval()
    assert loadstone.load_sharded_checkpoint(made, file.parent) == ([], [])
    assert torch.equal(made(IDS), net(IDS))
    assert int(made.norm.num_batches_tracked) == 7


def test_experts_are_copied_into_their_stacks(tmp_path: Path) -> None:
    one, other = (tiny.model("MixtralForCausalLM", "mixtral", seed) for seed in (0, 1))
    loadstone.load_sharded_checkpoint(other, tiny.saved(one, tmp_path, max_shard_size="40kB"))
    tiny.assert_same(dict(other.state_dict()), dict(one.state_dict()))


def test_pytorch_shards_are_read_where_there_are_no_others_or_they_are_preferred(tmp_path: Path) -> None:
    tiny.saved(tiny.llama(0), tmp_path, safe_serialization=False, max_shard_size="30kB")
    model = tiny.llama(1)
    loadstone.load_sharded_checkpoint(model, tmp_path)
    tiny.assert_same(dict(model.state_dict()), dict(tiny.llama(0).state_dict()))
    tiny.saved(tiny.llama(2), tmp_path, max_shard_size="30kB")
    loadstone.load_sharded_checkpoint(model, tmp_path, prefer_safe=False)
    tiny.assert_same(dict(model.state_dict()), dict(tiny.llama(0).state_dict()))
    loadstone.load_sharded_checkpoint(model, tmp_path)
    tiny.assert_same(dict(model.state_dict()), dict(tiny.llama(2).state_dict()))


def test_no_folder_no_weights_and_no_memory_are_refused(shards: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="is no folder"):
        loadstone.load_sharded_checkpoint(tiny.llama(), tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointNotFound):
        loadstone.load_sharded_checkpoint(tiny.llama(), tmp_path / "empty")
    with torch.device("meta"):
        model = loadstone.LlamaForCausalLM(tiny.config("llama"))
    with pytest.raises(LoadstoneError, match=r"meta device.*load_into"):
        loadstone.load_sharded_checkpoint(model, shards)
