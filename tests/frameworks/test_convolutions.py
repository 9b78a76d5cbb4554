"""Convolutions in each framework, against PyTorch's own functions."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from frameworks import blended
from frameworks.leaf_cases import computed, torch_leaf, values_of
from torch import nn

from loadstone.architectures.components.leaves import Conv, ConvTranspose

EACH = pytest.mark.parametrize("framework", blended.FRAMEWORKS)
CASES = {
    "one-axis": (Conv(3, 8, (3,)), (2, 3, 17)),
    "strided-and-padded": (Conv(3, 8, (3,), stride=2, padding=1), (2, 3, 17)),
    "dilated": (Conv(4, 6, (3,), dilation=2, padding=2), (1, 4, 12)),
    "dilated-and-strided": (Conv(4, 6, (3,), dilation=2, stride=2), (1, 4, 12)),
    "patches": (Conv(3, 10, (4, 4), stride=4), (2, 3, 18, 13)),
    "no-bias": (Conv(3, 8, (3, 3), padding=1, bias=False), (2, 3, 7, 9)),
    "uneven-kernel": (Conv(3, 8, (3, 5), stride=(2, 1), padding=(1, 2)), (2, 3, 11, 8)),
    "uneven-padding": (Conv(3, 4, (2, 3), padding=((0, 1), (2, 0))), (2, 3, 5, 6)),
    "groups": (Conv(6, 9, (3, 3), groups=3, padding=1), (2, 6, 5, 7)),
    "groups-one-axis": (Conv(6, 4, (5,), groups=2, stride=2), (2, 6, 15)),
    "depthwise-with-the-past-alone": (Conv(5, 5, (4,), groups=5, padding=((3, 0),)), (2, 5, 9)),
    "depthwise": (Conv(4, 4, (7, 7), groups=4, padding=3), (2, 4, 9, 8)),
    "depthwise-strided": (Conv(4, 8, (3, 3), stride=2, groups=4, padding=1), (2, 4, 9, 8)),
    "depthwise-uneven": (Conv(4, 4, (3, 2), stride=(2, 1), groups=4, dilation=(1, 2)), (2, 4, 9, 8)),
    "depthwise-long": (Conv(4, 4, (65,), groups=4, padding=32), (1, 4, 70)),
    "three-axes": (Conv(3, 4, (2, 3, 3), stride=(2, 1, 1), padding=(0, 1, 1)), (1, 3, 4, 6, 5)),
    "three-axes-groups": (Conv(4, 4, (2, 2, 2), groups=2), (1, 4, 4, 5, 3)),
}


def reference(component: Conv, values: dict[str, Any], x: np.ndarray) -> np.ndarray:
    function: Any = (F.conv1d, F.conv2d, F.conv3d)[len(component.kernel) - 1]
    padded = F.pad(torch.tensor(x), [zeros for pair in reversed(component.pads) for zeros in pair])
    weight, bias = torch.tensor(values["weight"]), torch.tensor(values["bias"]) if component.bias else None
    return function(padded, weight, bias, component.strides, 0, component.dilations, component.groups).numpy()


@EACH
@pytest.mark.parametrize("which", CASES)
def test_a_convolution_is_pytorch_s(framework: str, which: str) -> None:
    component, shape = CASES[which]
    values, x = values_of(component), np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    found = computed(framework, component, values, x)
    np.testing.assert_allclose(found, reference(component, values, x), rtol=1e-4, atol=2e-5)


LARGER = {
    "side-by-side": ConvTranspose(3, 5, (4, 4), 4),
    "overlapping": ConvTranspose(3, 5, (4, 4), 2, 1, bias=False),
    "apart": ConvTranspose(3, 5, (2, 3), 3),
    "cut": ConvTranspose(3, 5, (2, 2), 2, 1),
}


@EACH
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("which", LARGER)
def test_a_transposed_convolution_is_pytorch_s(framework: str, which: str, dtype: str) -> None:
    component = LARGER[which]
    values, x = values_of(component), np.random.default_rng(1).standard_normal((2, 3, 4, 5)).astype(np.float32)
    if dtype == "bfloat16":
        values = {name: value.astype(dtype).astype(np.float32) for name, value in values.items()}
        x = x.astype(dtype).astype(np.float32)
    weight, bias = torch.tensor(values["weight"]), torch.tensor(values["bias"]) if component.bias else None
    expected = F.conv_transpose2d(torch.tensor(x), weight, bias, component.stride, component.padding).numpy()
    found = computed(framework, component, values, x.astype(dtype))
    near = {"rtol": 1e-4, "atol": 2e-5} if dtype == "float32" else {"rtol": 2e-2, "atol": 6e-2}
    np.testing.assert_allclose(found, expected, **near)
    assert isinstance(torch_leaf(component, values), nn.ConvTranspose2d)


@EACH
@pytest.mark.parametrize("which", ["one-axis", "patches", "groups", "depthwise-with-the-past-alone"])
def test_half_precision_rounds_what_float32_gives(framework: str, which: str) -> None:
    component, shape = CASES[which]
    x = np.random.default_rng(1).standard_normal(shape).astype(ml_dtypes.bfloat16)
    values = {name: value.astype(ml_dtypes.bfloat16).astype(np.float32) for name, value in values_of(component).items()}
    expected = reference(component, values, x.astype(np.float32))
    np.testing.assert_allclose(computed(framework, component, values, x), expected, rtol=2e-2, atol=6e-2)


@pytest.mark.parametrize("which", CASES)
def test_in_pytorch_it_is_the_layer_that_people_look_for(which: str) -> None:
    component, _ = CASES[which]
    module = torch_leaf(component, values_of(component))
    assert isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d)[len(component.kernel) - 1])
    assert {name: tuple(slot.shape) for name, slot in module.named_parameters()} == {
        slot.name: slot.shape for slot in component.own_slots()
    }


@pytest.mark.parametrize("which", ["depthwise", "groups", "three-axes-groups"])
def test_tensorflow_and_flax_have_gradients_of_convolutions_in_groups(which: str) -> None:
    import jax
    import jax.numpy as jnp
    import keras
    import tensorflow as tf

    from loadstone.frameworks.flax.build import build as build_flax
    from loadstone.frameworks.flax.tree import put, variables
    from loadstone.frameworks.tensorflow.build import build as build_tf

    component, shape = CASES[which]
    values, x = values_of(component), np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    module = torch_leaf(component, values)
    module(torch.tensor(x)).square().sum().backward()
    expected = module.weight.grad.numpy()

    layer: Any = build_tf(component, "leaf")
    for name, value in values.items():
        setattr(layer, name, keras.Variable(value, name=name))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(layer(tf.constant(x))))
    found = tape.gradient(loss, layer.weight.value).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-2)

    leaf: Any = build_flax(component)
    for name, variable in variables(leaf):
        put(variable, jnp.asarray(values[name]))
    leaves, structure = jax.tree.flatten(leaf)
    gradients = jax.grad(lambda leaves: jnp.square(jax.tree.unflatten(structure, leaves)(x)).sum())(leaves)
    found = dict(variables(jax.tree.unflatten(structure, gradients)))["weight"][...]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-2)
