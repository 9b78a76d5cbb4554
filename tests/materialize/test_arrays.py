"""Load plan → NumPy arrays: views where nothing changes, otherwise one copy, aligned, rounded as frameworks round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from safetensors.numpy import save_file
from transfer.weights_of import weights_of

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.core.naming import Fused, Naming, StackedExperts
from loadstone.core.tensors import BY_NAME, DType, Slot
from loadstone.errors import ArgumentError, UnsupportedDType
from loadstone.materialize.arrays import Arrays, ArraySource, cast_into, fill_arrays, from_numpy, held, numpy_dtype
from loadstone.planning.match import match
from loadstone.transfer.weight_files import Weights

BF16 = np.dtype(ml_dtypes.bfloat16)
Shapes = dict[str, tuple[int, ...]]


def checkpoint(folder: Path, aligned: bool = True, **tensors: np.ndarray[Any, Any]) -> Checkpoint:
    """A checkpoint whose first tensor starts at a multiple of 64 bytes, or does not."""
    for padding in range(0, 64, 8):
        save_file(tensors, folder / "model.safetensors", {"x": "y" * (8 + padding)})
        opened = open_checkpoint(folder)
        if (next(iter(opened.values())).offset % 64 == 0) == aligned:
            return opened
    raise AssertionError("no header of such a length")


def filled(opened: Checkpoint, shapes: Shapes, naming: Naming | None = None, **options: Any) -> Arrays:
    dtype = options.pop("dtype", None)
    plan = match([Slot(name, shape) for name, shape in shapes.items()], opened, naming or Naming())
    source = ArraySource(Weights(opened.ends))
    return fill_arrays(plan, shapes, source, lambda stored: dtype or stored.dtype, **options)


def is_aligned(array: np.ndarray[Any, Any]) -> bool:
    return array.ctypes.data % 64 == 0


def test_what_is_stored_aligned_and_in_the_right_dtype_is_a_view_and_nothing_is_copied(tmp_path: Path) -> None:
    numbers = np.arange(64, dtype=np.float32).reshape(4, 16)
    made = filled(checkpoint(tmp_path, a=numbers), {"a": (4, 16)})
    assert (made.viewed, made.copied) == (numbers.nbytes, 0)
    np.testing.assert_array_equal(made.arrays["a"], numbers)
    assert is_aligned(made.arrays["a"])


def test_what_lies_unaligned_is_copied_once_into_aligned_memory(tmp_path: Path) -> None:
    numbers = np.arange(64, dtype=np.float32).reshape(4, 16)
    made = filled(checkpoint(tmp_path, aligned=False, a=numbers), {"a": (4, 16)})
    assert (made.viewed, made.copied) == (0, numbers.nbytes)
    np.testing.assert_array_equal(made.arrays["a"], numbers)
    assert is_aligned(made.arrays["a"])


def test_without_may_view_everything_is_a_copy(tmp_path: Path) -> None:
    made = filled(checkpoint(tmp_path, a=np.ones(16, np.float32)), {"a": (16,)}, may_view=False)
    assert (made.viewed, made.copied) == (0, 64)


@pytest.mark.parametrize("shared", [True, False])
def test_two_slots_are_views_of_the_same_bytes_only_where_arrays_never_change(tmp_path: Path, shared: bool) -> None:
    opened = checkpoint(tmp_path, a=np.arange(16, dtype=np.float32))
    made = filled(opened, {"a": (16,), "b": (16,)}, Naming(stand_ins=(("a", "b"),)), shared=shared)
    assert np.shares_memory(made.arrays["a"], made.arrays["b"]) == shared
    np.testing.assert_array_equal(made.arrays["a"], made.arrays["b"])


@pytest.mark.parametrize("to", [DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.FLOAT64])
@pytest.mark.parametrize("kept", ["float32", "float16", "bfloat16", "float64"])
def test_a_cast_gives_what_numpy_gives(tmp_path: Path, kept: str, to: DType) -> None:
    numbers = np.linspace(-3, 3, 600).reshape(20, 30).astype(numpy_dtype(kept))
    made = filled(checkpoint(tmp_path, a=numbers), {"a": (20, 30)}, dtype=to).arrays["a"]
    assert made.dtype == numpy_dtype(to)
    np.testing.assert_array_equal(made, numbers.astype(made.dtype))


def test_rows_of_a_fused_tensor_go_each_to_their_slot(tmp_path: Path) -> None:
    whole = np.arange(12 * 16, dtype=np.float32).reshape(12, 16)
    naming = Naming(fused=(Fused("qkv", ("q", "k", "v")),))
    opened = checkpoint(tmp_path, **{"qkv.weight": whole})
    made = filled(opened, {"q.weight": (8, 16), "k.weight": (2, 16), "v.weight": (2, 16)}, naming).arrays
    for name, rows in (("q", whole[:8]), ("k", whole[8:10]), ("v", whole[10:])):
        np.testing.assert_array_equal(made[f"{name}.weight"], rows)


@pytest.mark.parametrize("dtype", [DType.FLOAT32, DType.BFLOAT16])
def test_experts_are_stacked(tmp_path: Path, dtype: DType) -> None:
    rng = np.random.default_rng(0)
    tensors = {
        f"experts.{i}.{part}.weight": rng.standard_normal((3, 5), np.float32)
        for i in range(4)
        for part in ("gate", "up")
    }
    rule = StackedExperts("experts.gate_up", ("experts.{}.gate.weight", "experts.{}.up.weight"))
    made = filled(
        checkpoint(tmp_path, **tensors), {"experts.gate_up": (4, 6, 5)}, Naming(experts=(rule,)), dtype=dtype
    ).arrays["experts.gate_up"]
    for i in range(4):
        for part, rows in (("gate", slice(0, 3)), ("up", slice(3, 6))):
            np.testing.assert_array_equal(made[i, rows], tensors[f"experts.{i}.{part}.weight"].astype(made.dtype))


@pytest.mark.parametrize("dtype", [DType.FLOAT32, DType.BFLOAT16])
def test_a_tensor_that_is_stored_transposed_is_turned(tmp_path: Path, dtype: DType) -> None:
    numbers = np.random.default_rng(0).standard_normal((700, 900), np.float32)
    plain = checkpoint(tmp_path, a=numbers)["a"]
    turned = plain._replace(shape=(900, 700), strides=(1, 900))
    plan = match([Slot("a", (900, 700))], {"a": turned}, Naming())
    source = ArraySource(weights_of([turned]))
    made = fill_arrays(plan, {"a": (900, 700)}, source, lambda stored: dtype).arrays["a"]
    np.testing.assert_array_equal(made, numbers.T.astype(made.dtype))


def test_empty_and_scalar_tensors(tmp_path: Path) -> None:
    opened = checkpoint(
        tmp_path, full=np.ones(16, np.float32), none=np.ones((0, 3), np.float32), one=np.array(7, np.float32)
    )
    made = filled(opened, {"full": (16,), "none": (0, 3), "one": ()}, dtype=DType.BFLOAT16).arrays
    assert made["none"].shape == (0, 3) and made["one"].shape == () and made["one"] == 7


def test_whole_numbers_for_a_slot_are_named_all_at_once(tmp_path: Path) -> None:
    opened = checkpoint(tmp_path, a=np.ones(16, np.int8), b=np.ones(16, np.int32))
    with pytest.raises(UnsupportedDType, match=r"(?s)tensor a.*int8.*tensor b.*int32"):
        filled(opened, {"a": (16,), "b": (16,)})


def test_a_state_dict_of_arrays_is_taken_without_a_copy() -> None:
    from loadstone.transfer.memory import Arena

    state = {"a": np.frombuffer(Arena([64]).memory, np.float32, 16)}
    plan = match([Slot("a", (16,))], held(state), Naming())
    made = fill_arrays(plan, {"a": (16,)}, ArraySource(weights_of([]), state), lambda stored: stored.dtype)
    assert np.shares_memory(made.arrays["a"], state["a"])


@pytest.mark.parametrize("state", [[1], {"a": [1.0]}, {1: np.ones(1)}])
def test_a_state_dict_that_is_none_is_an_argument_error(state: Any) -> None:
    with pytest.raises(ArgumentError, match="state_dict"):
        held(state)


@given(arrays_of.arrays(np.uint32, st.integers(1, 300), elements=st.integers(0, 2**32 - 1)))
def test_float32_is_rounded_to_bfloat16_as_ml_dtypes_rounds_it_and_nan_stays_nan(bits: Any) -> None:
    numbers = bits.view(np.float32)
    made = np.empty(numbers.shape, BF16)
    cast_into(made, numbers)
    with np.errstate(invalid="ignore"):
        expected = numbers.astype(BF16)
    is_nan = np.isnan(numbers)
    np.testing.assert_array_equal(np.isnan(made.astype(np.float32)), is_nan)
    np.testing.assert_array_equal(made.view(np.uint16)[~is_nan], expected.view(np.uint16)[~is_nan])


def test_every_bfloat16_becomes_the_float32_that_it_is() -> None:
    numbers = np.arange(1 << 16, dtype=np.uint16).view(BF16)
    made = np.empty(numbers.shape, np.float32)
    cast_into(made, numbers)
    expected = numbers.view(np.uint16).astype(np.uint32) << 16
    np.testing.assert_array_equal(made.view(np.uint32), expected)


@pytest.mark.parametrize("dtype", [dtype for dtype in DType if dtype.bits >= 8])
def test_a_dtype_goes_to_numpy_and_back(dtype: DType) -> None:
    assert from_numpy(numpy_dtype(dtype)) is dtype


@pytest.mark.parametrize("name", ["float4_e2m1fn", "float7", "object"])
def test_a_dtype_that_numpy_lacks_is_named(name: str) -> None:
    with pytest.raises(UnsupportedDType, match=name):
        numpy_dtype(BY_NAME.get(name, name))


def test_a_dtype_that_checkpoints_lack_is_named() -> None:
    with pytest.raises(UnsupportedDType, match="complex128"):
        from_numpy(np.dtype(np.complex128))
