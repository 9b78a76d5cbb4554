"""Lone arrays and buffers: loaded, computed with, cast and saved by each framework as any other slot is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from frameworks import blended
from frameworks.leaf_cases import computed, tensorflow_leaf, torch_leaf, values_of

from loadstone.architectures.components.leaves import BatchNorm, GroupNorm
from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.flax.msgpack import Walker
from loadstone.transfer.regular_file import RegularFile

EACH = pytest.mark.parametrize("framework", blended.FRAMEWORKS)
BUFFERS = {name for name, slot in blended.slots().items() if slot.kind == "buffer"}


def expected(values: dict[str, np.ndarray]) -> np.ndarray:
    model = blended.model_class("torch")(blended.config()).eval()
    model.load_state_dict({name: torch.tensor(value) for name, value in values.items()})
    return blended.hidden("torch", model)


def test_pytorch_computes_what_the_component_says() -> None:
    values = blended.values()
    x = values["embed.tokens.weight"][blended.IDS]
    for index in range(blended.LAYERS):
        start = f"layers.{index}."
        of = {name.removeprefix(start): value for name, value in values.items() if name.startswith(start)}
        channels = torch.tensor(x.transpose(0, 2, 1))
        statistics = (of[f"norm.{name}"] for name in ("running_mean", "running_var", "weight", "bias"))
        normed = F.batch_norm(channels, *map(torch.tensor, statistics))
        mixed = F.conv1d(normed, torch.tensor(of["mix.weight"]), torch.tensor(of["mix.bias"]), padding=1, groups=6)
        inner = x @ of["proj.weight"].T + of["proj.bias"] + of["tables.0"] + of["tables.1"]
        x = x + of["gain"] * (inner + mixed.numpy().transpose(0, 2, 1))
    np.testing.assert_allclose(expected(values), x * values["logit_scale"] + values["seen"].mean(), rtol=1e-5)


@EACH
def test_what_is_loaded_computes_and_is_saved_bit_for_bit(framework: str, tmp_path: Path) -> None:
    folder, cls = blended.saved(tmp_path / "first"), blended.model_class(framework)
    model = cls.from_pretrained(folder)
    np.testing.assert_allclose(blended.hidden(framework, model), expected(blended.values()), rtol=2e-5)
    model.save_pretrained(tmp_path / "again")
    again = blended.stored(tmp_path / "again")
    assert list(again.keys()) == list(blended.stored(folder).keys())
    for name, value in blended.values().items():
        assert again[name].dtype == value.dtype
        np.testing.assert_array_equal(again[name], value, err_msg=name)
    other = cls.from_pretrained(tmp_path / "again")
    np.testing.assert_array_equal(blended.hidden(framework, other), blended.hidden(framework, model))


@EACH
def test_floating_buffers_are_cast_as_parameters_are_and_integers_stay(framework: str, tmp_path: Path) -> None:
    model = blended.model_class(framework).from_pretrained(blended.saved(tmp_path / "first"), torch_dtype="bfloat16")
    kinds = dtypes(framework, model)
    assert {kind for name, kind in kinds.items() if blended.slots()[name].dtype is None} == {"bfloat16"}
    assert all(kinds[name].startswith("int") for name, slot in blended.slots().items() if slot.dtype is not None)
    np.testing.assert_allclose(blended.hidden(framework, model), expected(blended.values()), rtol=0.06)


@EACH
def test_new_models_start_as_the_blueprint_says(framework: str) -> None:
    made = arrays(framework, blended.model_class(framework)(blended.config()))
    assert made.keys() == blended.slots().keys()
    assert float(made["logit_scale"]) == 2.0
    np.testing.assert_array_equal(made["layers.1.gain"], np.full(blended.WIDTH, 0.5))
    for index in range(blended.LAYERS):
        assert made[f"layers.{index}.norm.running_var"].all() and not made[f"layers.{index}.norm.running_mean"].any()
        assert made[f"layers.{index}.norm.num_batches_tracked"] == 0
    for name in ("layers.0.tables.0", "layers.2.tables.1"):
        assert made[name].any() and np.abs(made[name]).max() < 2
    for name, slot in blended.slots().items():
        assert made[name].shape == slot.shape
    config = blended.config()
    half = dtypes(framework, blended.model_class(framework)._from_config(config, torch_dtype="bfloat16"))
    assert {kind for name, kind in half.items() if blended.slots()[name].dtype is None} == {"bfloat16"}


def test_buffers_are_no_parameters_in_pytorch() -> None:
    model = blended.model_class("torch")(blended.config())
    assert {name for name, _ in model.named_buffers()} == BUFFERS
    assert BUFFERS.isdisjoint(dict(model.named_parameters()))
    assert model.state_dict().keys() == blended.slots().keys()


def test_buffers_get_no_gradient_in_flax_and_the_forward_pass_is_compiled_all_the_same() -> None:
    import jax
    from flax import nnx

    from loadstone.frameworks.flax.forward import _is_pure, parts_of

    model = blended.model_class("flax")(blended.config())
    assert _is_pure(parts_of(model)[0])
    gradients = nnx.grad(lambda model: model(blended.IDS).last_hidden_state.sum())(model)
    names = {".".join(map(str, path)) for path, _ in nnx.to_flat_state(gradients)}
    assert names == blended.slots().keys() - BUFFERS
    assert jax.tree.leaves(nnx.state(model, nnx.Not(nnx.Param)))


def test_buffers_are_not_trained_in_tensorflow() -> None:
    model = blended.model_class("tensorflow")(blended.config())
    assert {variable.name for variable in model.non_trainable_variables} == BUFFERS
    assert {variable.name for variable in model.trainable_variables} == blended.slots().keys() - BUFFERS
    trained = sum(slot.elements for slot in blended.slots().values() if slot.kind == "parameter")
    assert model.num_parameters() == trained


@EACH
def test_the_number_of_parameters_leaves_buffers_out_and_their_bytes_count(framework: str) -> None:
    model = blended.model_class(framework)(blended.config())
    slots = blended.slots().values()
    assert model.num_parameters() == sum(slot.elements for slot in slots if slot.kind == "parameter")
    floating = sum(4 * slot.elements for slot in slots if slot.dtype is None)
    assert model.get_memory_footprint() >= floating


@EACH
def test_flax_s_own_files_have_statistics_in_a_collection_of_their_own(framework: str, tmp_path: Path) -> None:
    model = blended.model_class("flax").from_pretrained(blended.saved(tmp_path / "first"))
    model.save_pretrained(tmp_path / "own", format="msgpack")
    with RegularFile(tmp_path / "own" / "flax_model.msgpack") as file:
        paths = {"/".join(array.path): array.shape for array in Walker(file, Faults()).arrays()}
    assert paths["batch_stats/layers/0/norm/mean"] == (6,) and paths["params/layers/0/norm/scale"] == (6,)
    assert paths["params/layers/0/mix/kernel"] == (3, 1, 6) and paths["params/logit_scale"] == ()
    again = blended.model_class(framework).from_pretrained(tmp_path / "own")
    np.testing.assert_allclose(blended.hidden(framework, again), expected(blended.values()), rtol=2e-5)


def test_over_a_mesh_in_flax_it_is_the_same(tmp_path: Path) -> None:
    import jax

    folder, mesh = blended.saved(tmp_path / "first"), jax.sharding.Mesh(jax.devices()[:1], ("model",))
    model = blended.model_class("flax").from_pretrained(folder, sharding=mesh)
    np.testing.assert_allclose(blended.hidden("flax", model), expected(blended.values()), rtol=2e-5)
    model.save_pretrained(tmp_path / "again")
    for name, value in blended.values().items():
        np.testing.assert_array_equal(blended.stored(tmp_path / "again")[name], value, err_msg=name)


def test_keras_s_own_files_have_them_too(tmp_path: Path) -> None:
    cls = blended.model_class("tensorflow")
    model = cls.from_pretrained(blended.saved(tmp_path / "first"))
    model.save_weights(tmp_path / "own.weights.h5")
    other = cls(blended.config())
    other.load_weights(tmp_path / "own.weights.h5")
    for name, value in blended.values().items():
        np.testing.assert_array_equal(arrays("tensorflow", other)[name], value, err_msg=name)
    (tmp_path / "own.weights.h5").rename(tmp_path / "tf_model.h5")
    blended.config().save_pretrained(tmp_path)
    again = blended.model_class("torch").from_pretrained(tmp_path)
    np.testing.assert_allclose(blended.hidden("torch", again), expected(blended.values()), rtol=2e-5)


@pytest.mark.parametrize("framework", ["torch", "flax"])
def test_a_lone_buffer_grows_along_the_axis_that_the_vocabulary_has(framework: str, tmp_path: Path) -> None:
    model = blended.model_class(framework).from_pretrained(blended.saved(tmp_path / "first"))
    for count in (blended.VOCAB + 2, blended.VOCAB - 3):
        model.resize_token_embeddings(count, mean_resizing=True)
        seen, kept = arrays(framework, model)["seen"], min(count, blended.VOCAB)
        assert seen.shape == (1, count)
        np.testing.assert_array_equal(seen[:, :kept], blended.values()["seen"][:, :kept])
        assert not seen[:, kept:].any()
    model.save_pretrained(tmp_path / "again")
    assert blended.stored(tmp_path / "again")["seen"].shape == (1, blended.VOCAB - 3)


@EACH
def test_files_that_do_not_count_batches_are_loaded(framework: str, tmp_path: Path) -> None:
    values = {name: value for name, value in blended.values().items() if not name.endswith("num_batches_tracked")}
    model = blended.model_class(framework).from_pretrained(blended.saved(tmp_path / "first", values))
    np.testing.assert_allclose(blended.hidden(framework, model), expected(blended.values()), rtol=2e-5)
    assert arrays(framework, model)["layers.0.norm.num_batches_tracked"] == 0


def test_in_training_pytorch_moves_the_statistics_as_its_own_norm_does() -> None:
    component = BatchNorm(4, eps=1e-3, momentum=0.2)
    ours, theirs = torch_leaf(component, values_of(component)), torch.nn.BatchNorm1d(4, 1e-3, 0.2)
    theirs.load_state_dict(ours.state_dict())
    for _ in range(2):
        x = torch.randn(3, 4, 7)
        assert torch.equal(ours.train()(x), theirs.train()(x))
    assert all(torch.equal(one, other) for one, other in zip(ours.buffers(), theirs.buffers(), strict=True))
    assert isinstance(ours, torch.nn.BatchNorm2d)


@pytest.mark.parametrize("sizes", [(), (4, 3)])
def test_in_training_tensorflow_moves_the_statistics_as_pytorch_does(sizes: tuple[int, ...]) -> None:
    import tensorflow as tf

    component = BatchNorm(4, eps=1e-3, momentum=0.2)
    theirs, ours = torch_leaf(component, values_of(component)).train(), tensorflow_leaf(component, values_of(component))
    step = tf.function(lambda x: ours(x, training=True), autograph=False)
    for call in (step, lambda x: ours(x, training=True)):
        x = torch.randn(3, 4, *sizes)
        np.testing.assert_allclose(call(tf.constant(x.numpy())).numpy(), theirs(x).detach().numpy(), atol=1e-5)
    for name, buffer in theirs.named_buffers():
        np.testing.assert_allclose(getattr(ours, name).numpy(), buffer.numpy(), atol=1e-5)
    same = ours(tf.constant(x.numpy())).numpy()
    np.testing.assert_allclose(same, theirs.eval()(x).detach().numpy(), atol=1e-5)
    assert int(ours.num_batches_tracked) == 5, "not by a pass that does not train"


@EACH
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("sizes", [(), (5,), (4, 3)])
@pytest.mark.parametrize("kind", ["batch", "group"])
def test_norms_of_channels_are_pytorch_s(framework: str, dtype: str, sizes: tuple[int, ...], kind: str) -> None:
    component = BatchNorm(6, eps=1e-3) if kind == "batch" else GroupNorm(3, 6, eps=1e-3)
    values = {
        name: value.astype(dtype).astype(np.float32) if value.dtype == np.float32 else value
        for name, value in values_of(component).items()
    }
    x = np.random.default_rng(1).standard_normal((2, 6, *sizes)).astype(dtype)
    given = torch.tensor(x.astype(np.float32))
    of = {name: torch.tensor(value) for name, value in values.items()}
    if kind == "batch":
        reference = F.batch_norm(given, of["running_mean"], of["running_var"], of["weight"], of["bias"], eps=1e-3)
    else:
        reference = F.group_norm(given, 3, of["weight"], of["bias"], eps=1e-3)
    found = computed(framework, component, values, x)
    tolerance = dict(rtol=1e-5, atol=2e-6) if dtype == "float32" else dict(rtol=2e-2, atol=3e-2)
    np.testing.assert_allclose(found, reference.numpy(), **tolerance)


@pytest.mark.parametrize("dtype", ["auto", "bfloat16"])
@pytest.mark.parametrize(
    ("device_map", "room"),
    [
        ("disk", {"cpu": 1000}),
        ("auto", {"cpu": 1000}),
        ({"layers": "disk", "embed": "cpu", "logit_scale": "disk", "seen": "cpu"}, None),
    ],
    ids=["disk", "auto", "by-hand"],
)
def test_from_the_disk_pytorch_computes_the_same(device_map: Any, room: Any, dtype: str, tmp_path: Path) -> None:
    folder, cls = blended.saved(tmp_path / "model"), blended.model_class("torch")
    model = cls.from_pretrained(
        folder, device_map=device_map, max_memory=room, torch_dtype=dtype, offload_folder=tmp_path / "offload"
    )
    assert "disk" in model.hf_device_map.values()
    other = cls.from_pretrained(folder, torch_dtype=dtype)
    for _ in range(2):
        np.testing.assert_array_equal(blended.hidden("torch", model), blended.hidden("torch", other))
    kept = model.state_dict()
    assert all((kept[name] == value).all() for name, value in other.state_dict().items())


def test_an_array_beside_blocks_is_where_the_model_computes_while_it_runs() -> None:
    from loadstone.frameworks.torch.placement.lone_weights import Loan

    array = torch.nn.Parameter(torch.ones(2))
    home, loan = array.data, Loan(array, lambda values: values + 1)  # a copy that a test can tell from the original
    loan.begin()
    loan.begin()
    assert torch.equal(array, torch.full((2,), 2.0))
    loan.end()
    assert torch.equal(array, torch.full((2,), 2.0)), "another thread still computes with it"
    loan.end()
    assert array.data_ptr() == home.data_ptr() and torch.equal(array, torch.ones(2))


def arrays(framework: str, model: Any) -> dict[str, np.ndarray]:
    """Every slot's values, under its name."""
    if framework == "torch":
        return {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    if framework == "flax":
        from loadstone.frameworks.flax.tree import value_of, variables

        return {name: np.asarray(value_of(variable)) for name, variable in variables(model)}
    return {name: np.asarray(variable.value) for name, variable in model.named_weights().items()}


def dtypes(framework: str, model: Any) -> dict[str, str]:
    """Every slot's dtype, under its name."""
    if framework == "torch":
        return {name: str(tensor.dtype).removeprefix("torch.") for name, tensor in model.state_dict().items()}
    return {name: str(array.dtype) for name, array in arrays(framework, model).items()}
