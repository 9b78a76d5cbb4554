"""Tools that find layers by their class: accelerate, FSDP, pickles."""

from __future__ import annotations

import copy
import functools
import io
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path

import accelerate.utils.dataclasses
import pytest
import torch
import torch.distributed
from forks import Forks
from frameworks.torch import tiny
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard
from torch.distributed.fsdp.wrap import transformer_auto_wrap_policy


@pytest.fixture(scope="module")
def one_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    store = tmp_path_factory.mktemp("gloo") / "store"
    torch.distributed.init_process_group("gloo", init_method=f"file://{store}", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def test_accelerate_finds_the_layers_by_the_family_s_name_for_them() -> None:
    model = tiny.llama()
    found = accelerate.utils.dataclasses.get_module_class_from_name(model, "LlamaDecoderLayer")
    assert found is type(model.model.layers[0]) and type(model)._no_split_modules == ["LlamaDecoderLayer"]


def test_each_layer_is_wrapped_by_fsdp_and_gradients_are_the_same(one_process: None) -> None:
    model = tiny.llama().train()
    plain, layer = copy.deepcopy(model), type(model.model.layers[0])
    policy = functools.partial(transformer_auto_wrap_policy, transformer_layer_cls={layer})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one process has nothing to share with
        wrapped = FullyShardedDataParallel(
            model, auto_wrap_policy=policy, device_id=torch.device("cpu"), use_orig_params=True
        )
    assert [type(each) for each in wrapped.module.model.layers] == [FullyShardedDataParallel] * 2
    assert_same_step(wrapped, plain, "module.model.layers.1._fsdp_wrapped_module.mlp.up_proj.weight")


def test_each_layer_is_sharded_by_fsdp_2_and_gradients_are_the_same(one_process: None) -> None:
    model = tiny.llama().train()
    plain, mesh = copy.deepcopy(model), init_device_mesh("cpu", (1,))
    for layer in model.model.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)
    assert_same_step(model, plain, "model.layers.1.mlp.up_proj.weight")


def assert_same_step(model: torch.nn.Module, plain: torch.nn.Module, name: str) -> None:
    """One pass forward and back gives the loss and the gradient of a parameter that a plain model has."""
    losses = []
    for each in (model, plain):
        loss = each(tiny.IDS, labels=tiny.IDS).loss
        loss.backward()
        losses.append(loss)
    assert torch.equal(*losses)
    gradient = model.get_parameter(name).grad
    gradient = gradient.full_tensor() if hasattr(gradient, "full_tensor") else gradient
    assert gradient is not None and gradient.any()
    own = plain.get_parameter("model.layers.1.mlp.up_proj.weight").grad
    assert torch.allclose(gradient, own, atol=1e-7)  # type: ignore[arg-type]


def test_a_whole_model_that_was_saved_is_loaded_in_another_process(tmp_path: Path, forks: Forks) -> None:
    model = tiny.llama()
    torch.save(model, tmp_path / "model.pt")
    done = forks.run(_LOADED, tmp_path / "model.pt")
    assert done.stdout.split() == ["LlamaDecoderLayer", "LlamaRMSNorm", "LlamaRotaryEmbedding"], done.stderr


_LOADED = """
import sys
import torch
body = torch.load(sys.argv[1], weights_only=False).model
print(*(type(each).__name__ for each in (body.layers[0], body.norm, body.rotary_emb)))
"""


def test_copies_and_pickles_have_the_classes_of_the_model() -> None:
    model, file = tiny.llama(), io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), loaded):
        assert [type(each) for each in other.modules()] == [type(each) for each in model.modules()]
        assert torch.equal(other(tiny.IDS).logits, model(tiny.IDS).logits)
