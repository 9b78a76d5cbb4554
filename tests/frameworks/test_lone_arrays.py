"""Lone arrays and buffers: loaded, computed with, cast and saved by each framework as any other slot is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frameworks import blended

EACH = pytest.mark.parametrize("framework", blended.FRAMEWORKS)
BUFFERS = {name for name, slot in blended.slots().items() if slot.kind == "buffer"}


def expected(values: dict[str, np.ndarray]) -> np.ndarray:
    import torch

    model = blended.model_class("torch")(blended.config()).eval()
    model.load_state_dict({name: torch.tensor(value) for name, value in values.items()})
    return blended.hidden("torch", model)


def test_pytorch_computes_what_the_component_says() -> None:
    values = blended.values()
    x = values["embed.tokens.weight"][blended.IDS]
    for index in range(blended.LAYERS):
        of = {name: values[f"layers.{index}.{name}"] for name in ("proj.weight", "proj.bias", "gain", "tables.0")}
        inner = x @ of["proj.weight"].T + of["proj.bias"] + of["tables.0"] + values[f"layers.{index}.tables.1"]
        x = x + of["gain"] * inner
    np.testing.assert_allclose(expected(values), x * values["logit_scale"], rtol=1e-5)


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


@pytest.mark.parametrize("dtype", ["auto", "bfloat16"])
@pytest.mark.parametrize(
    ("device_map", "room"),
    [
        ("disk", {"cpu": 1000}),
        ("auto", {"cpu": 1000}),
        ({"layers": "disk", "embed": "cpu", "logit_scale": "disk"}, None),
    ],
    ids=["disk", "auto", "by-hand"],
)
def test_from_the_disk_pytorch_computes_the_same(device_map: Any, room: Any, dtype: str, tmp_path: Path) -> None:
    folder, cls = blended.saved(tmp_path / "model"), blended.model_class("torch")
    model = cls.from_pretrained(
        folder, device_map=device_map, max_memory=room, torch_dtype=dtype, offload_folder=tmp_path / "offload"
    )
    other = cls.from_pretrained(folder, torch_dtype=dtype)
    for _ in range(2):
        np.testing.assert_array_equal(blended.hidden("torch", model), blended.hidden("torch", other))
    kept = model.state_dict()
    assert all((kept[name] == value).all() for name, value in other.state_dict().items())


def test_an_array_beside_blocks_is_where_the_model_computes_while_it_runs() -> None:
    import torch

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
