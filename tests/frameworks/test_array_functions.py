"""Each framework has every array function that components are written against."""

from __future__ import annotations

import importlib
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from loadstone.architectures.components.run import ArrayFunctions

MODULES = ("torch.modeling", "flax", "tensorflow")
NAMES = {name for name in {*vars(ArrayFunctions), *ArrayFunctions.__annotations__} if not name.startswith("_")}


@pytest.mark.parametrize("where", MODULES)
def test_a_framework_has_all_of_them(where: str) -> None:
    module = importlib.import_module(f"loadstone.frameworks.{where}.array_functions")
    assert {name for name in NAMES if not hasattr(module, name)} == set()


@pytest.mark.parametrize("where", MODULES)
def test_they_do_what_the_standard_says(where: str) -> None:
    """A few that frameworks spell in ways of their own."""
    xp = importlib.import_module(f"loadstone.frameworks.{where}.array_functions").xp
    x = xp.asarray([3.0, 1.0, 2.0])
    assert [float(each) for each in xp.split(x, (1, 2))[1]] == [1.0, 2.0]
    assert [int(each) for each in xp.top_k(x, 2)[1]] == [0, 2]
    assert [float(each) for each in xp.clip(x, min=1.5, max=2.5)] == [2.5, 1.5, 2.0]
    assert [float(each) for each in xp.cumulative_sum(x[None], axis=1)[0]] == [3.0, 4.0, 6.0]
    assert [float(each) for each in xp.slice(x[None], 1, 2)[0]] == [1.0, 2.0]
    assert float(xp.sum(xp.softmax(x), axis=-1, keepdims=False)) == pytest.approx(1.0)
    assert bool(xp.any(x > 2.5, axis=-1, keepdims=False))
    assert tuple(xp.shape(xp.permute_dims(x[None, :, None], (1, 0, 2)))) == (3, 1, 1)
    assert tuple(xp.shape(xp.expand_dims(x, axis=0))) == (1, 3)
    assert [float(each) for each in xp.flip(x, axis=-1)] == [2.0, 1.0, 3.0]
    assert [float(each) for each in xp.roll(x, (-1,), axis=(0,))] == [1.0, 2.0, 3.0]
    picture = xp.asarray([[[[-3.0, -1.0, -4.0], [-1.0, -5.0, -9.0]]]])
    pooled = xp.max_pool(picture, 3, 2, 1)
    assert np.asarray(pooled).tolist() == [[[[-1.0, -1.0]]]], "beyond the edges there is nothing"
    assert [float(each) for each in xp.broadcast_to(x[None], (2, 3))[1]] == [3.0, 1.0, 2.0]
    assert [float(each) for each in xp.pad(x, 1, 2, axis=0)] == [0.0, 3.0, 1.0, 2.0, 0.0, 0.0]
    assert [float(each) for each in xp.pad(x[None], 0, 1, axis=-2)[1]] == [0.0, 0.0, 0.0]
    assert tuple(xp.shape(xp.pad(x[None], 0, 1, axis=0))) == (2, 3)
    assert [float(each) for each in xp.sqrt(xp.exp(x))] == pytest.approx(
        [float(each) for each in np.exp([1.5, 0.5, 1])]
    )
    grid = xp.reshape(xp.asarray([3.0, 1.0, 2.0, -1.0, 0.5, 4.0]), (1, 2, 3))
    assert np.asarray(xp.fft2_real(grid)) == pytest.approx(np.fft.fft2(np.asarray(grid)).real, abs=1e-5)
    assert [float(each) for each in xp.softplus(x)] == pytest.approx(np.log1p(np.exp([3.0, 1.0, 2.0])).tolist())


@pytest.mark.parametrize("where", MODULES)
def test_numpy_computes_within_a_compiled_program(where: str) -> None:
    xp = importlib.import_module(f"loadstone.frameworks.{where}.array_functions").xp

    def twice(x: np.ndarray, shown: np.ndarray) -> np.ndarray:
        assert isinstance(x, np.ndarray)
        return np.where(shown, 2 * x, -1).astype(np.int64)

    given = np.asarray([1.5, 2.5, 3.5], np.float32)
    (found,) = compiled(where, lambda x: xp.on_host(twice, xp.astype(x, xp.int32), x, x > 2), given)
    assert found.tolist() == [-1, 5, 7]


def compiled(where: str, function: Any, *arrays: np.ndarray) -> list[np.ndarray]:
    """What a function of the framework's arrays gives, as one program where there are such."""
    if where == "flax":
        import jax

        outputs = jax.tree.leaves(jax.jit(function)(*arrays))
    elif where == "tensorflow":
        import tensorflow as tf

        outputs = tf.nest.flatten(tf.function(function)(*map(tf.constant, arrays)))
    else:
        outputs = torch.utils._pytree.tree_leaves(function(*map(torch.tensor, arrays)))
    return [np.asarray(output) for output in outputs]


def functions(where: str) -> ArrayFunctions:
    module: Any = importlib.import_module(f"loadstone.frameworks.{where}.array_functions")
    found: ArrayFunctions = module.xp
    return found


@pytest.mark.parametrize("where", MODULES)
@pytest.mark.parametrize("method", ["area", "bilinear", "bilinear_aligned", "bicubic", "bicubic_antialiased"])
@pytest.mark.parametrize("sizes", [(3, 5), (4, 5), (9, 7), (2, 13), (1, 1), (14, 14)])
def test_pictures_are_resized_as_pytorch_does(where: str, method: Any, sizes: tuple[int, int]) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype(np.float32)
    mode, _, more = method.partition("_")
    is_aligned, smooth = more == "aligned", more == "antialiased"
    corners = None if method == "area" else is_aligned
    expected = F.interpolate(torch.tensor(x), sizes, mode=mode, align_corners=corners, antialias=smooth)
    (found,) = compiled(where, lambda x: functions(where).resize(x, sizes, method), x)
    np.testing.assert_allclose(found, expected.numpy(), atol=2e-6)


@pytest.mark.parametrize("where", MODULES)
def test_pictures_of_one_channel_are_resized_too(where: str) -> None:
    """For which a product of a matrix and a batch ends the process in TensorFlow's graphs."""
    x = np.random.default_rng(0).standard_normal((2, 1, 9, 7)).astype(np.float32)
    (found,) = compiled(where, lambda x: functions(where).resize(x, (35, 27), "bilinear"), x)
    expected = F.interpolate(torch.tensor(x), (35, 27), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(found, expected.numpy(), atol=2e-6)


@pytest.mark.parametrize("where", MODULES[1:])
def test_of_half_precision_the_resized_picture_is_rounded_once(where: str) -> None:
    x = np.random.default_rng(0).standard_normal((1, 2, 4, 5)).astype(ml_dtypes.bfloat16)
    expected = F.interpolate(torch.tensor(x.astype(np.float32)), (6, 6), mode="bicubic").numpy()
    (found,) = compiled(where, lambda x: functions(where).resize(x, (6, 6), "bicubic"), x)
    assert found.dtype == ml_dtypes.bfloat16
    np.testing.assert_allclose(found.astype(np.float32), expected, rtol=2**-8, atol=1e-3)


def decay(carry: tuple[Any, Any], x: tuple[Any, Any]) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    state, count = carry
    state = state * x[0] + x[1]
    return (state, count + 1), (state, state * count)


@pytest.mark.parametrize("where", MODULES)
@pytest.mark.parametrize("steps", [1, 7])
def test_a_scan_goes_from_one_to_the_next(where: str, steps: int) -> None:
    rng = np.random.default_rng(0)
    rates, inputs = rng.random((2, steps, 2, 3)).astype(np.float32)
    state = np.zeros((2, 3), np.float32)
    states = []
    for index in range(steps):
        state = state * rates[index] + inputs[index]
        states.append(state)

    def run(rates: Any, inputs: Any) -> Any:
        xp = functions(where)
        start = xp.zeros_like(inputs[0])
        return xp.scan(decay, (start, xp.zeros_like(inputs[0, 0, 0])), (rates, inputs))

    last, count, first, second = compiled(where, run, rates, inputs)
    np.testing.assert_allclose(last, states[-1], rtol=1e-6)
    assert count == steps
    np.testing.assert_allclose(first, np.stack(states), rtol=1e-6)
    np.testing.assert_allclose(second, np.stack(states) * np.arange(steps)[:, None, None], rtol=1e-6)
    (sums,) = compiled(where, lambda x: functions(where).scan(lambda a, b: (a + b, a + b), x[0] * 0, x)[1], inputs)
    np.testing.assert_allclose(sums, np.cumsum(inputs, axis=0), rtol=1e-6)


def test_a_scan_in_tensorflow_has_gradients_and_takes_lengths_that_a_graph_does_not_know() -> None:
    import tensorflow as tf

    xp = functions("tensorflow")

    def run(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            last, _ = xp.scan(lambda a, b: (a * b, a), tf.ones_like(x[0]), x)
        return tape.gradient(last, x)

    x = np.array([[2.0, 1.0], [3.0, 4.0], [5.0, 6.0]], np.float32)
    expected = [[15.0, 24.0], [10.0, 6.0], [6.0, 4.0]]
    unknown = tf.function(run, input_signature=[tf.TensorSpec((None, None), tf.float32)])
    for function in (run, tf.function(run), unknown, tf.function(run, jit_compile=True)):
        np.testing.assert_allclose(function(tf.constant(x)).numpy(), expected)
