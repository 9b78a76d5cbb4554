"""Flax files are written byte for byte as Flax writes them, in parts and in its layouts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loadstone.checkpoint import open_checkpoint
from loadstone.checkpoint.flax.write import plan_msgpack
from loadstone.core.tensors import BY_NAME, DType
from loadstone.errors import ArgumentError, SaveError
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.outgoing import OutgoingTensor, transposed

Array = np.ndarray[Any, Any]
DTYPES = [dtype.value for dtype in DType if dtype.bits >= 8]


def outgoing(name: str, array: Array) -> OutgoingTensor:
    return OutgoingTensor(name, BY_NAME[array.dtype.name], array.shape, of_array(array))


def written(path: Path, arrays: Mapping[str, Array], **options: Any) -> bytes:
    plan = plan_msgpack([outgoing(name, array) for name, array in arrays.items()], **options)
    told: list[int] = []
    write_files({path: plan}, progress=told.append)
    assert path.stat().st_size == plan.nbytes
    assert sum(told) == sum(array.nbytes for array in arrays.values())
    return path.read_bytes()


def as_flax_writes(arrays: Mapping[str, Array]) -> bytes:
    import flax.serialization
    import flax.traverse_util

    return flax.serialization.to_bytes(flax.traverse_util.unflatten_dict(dict(arrays), sep="/"))


LEVELS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=40)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6)


def random_array(name: str, shape: tuple[int, ...], seed: int) -> Array:
    """Zeros and ones of a dtype. Not drawn one by one, which takes longer than all the rest."""
    bits = np.random.default_rng(seed).integers(0, 2, shape, np.uint8)
    return np.asarray(bits).astype(np.dtype(getattr(ml_dtypes, name, None) or name))


ARRAYS = st.builds(random_array, st.sampled_from(DTYPES), SHAPES, st.integers(0, 99))


@given(st.dictionaries(st.lists(LEVELS, min_size=1, max_size=4).map("/".join), ARRAYS, max_size=20), st.integers(1, 99))
@settings(max_examples=150, deadline=None)
def test_any_tensors_are_written_as_flax_writes_them_whole_and_in_parts(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, Array], chunk_nbytes: int
) -> None:
    import flax.serialization

    arrays = {
        name: array for name, array in arrays.items() if not any(other.startswith(f"{name}/") for other in arrays)
    }
    folder = tmp_path_factory.mktemp("any")
    assert written(folder / "whole", arrays) == as_flax_writes(arrays)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flax.serialization, "MAX_CHUNK_SIZE", chunk_nbytes)
        assert written(folder / "parts", arrays, chunk_nbytes=chunk_nbytes) == as_flax_writes(arrays)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 31, 32, 255, 256, 65535, 65536])
def test_every_width_of_a_length_is_written_as_flax_writes_it(tmp_path: Path, count: int) -> None:
    arrays = {f"{'k' * count}/a": np.zeros(count, np.int8), "b": np.zeros((count, 1), np.int8)}
    assert written(tmp_path / "a", arrays) == as_flax_writes(arrays)


def test_a_map_of_many_entries_is_written_as_flax_writes_it(tmp_path: Path) -> None:
    arrays = {f"{index}": np.zeros(1, np.int8) for index in range(70_000)}
    assert written(tmp_path / "a", arrays) == as_flax_writes(arrays)


def test_the_limit_for_parts_is_that_of_flax() -> None:
    import flax.serialization

    from loadstone.checkpoint.flax.write import CHUNK_NBYTES

    assert CHUNK_NBYTES == flax.serialization.MAX_CHUNK_SIZE


def test_what_is_written_opens_here_with_the_hubs_names(tmp_path: Path) -> None:
    kernel = np.arange(6, dtype=np.float32).reshape(2, 3)
    written(tmp_path / "a.msgpack", {"q/kernel": kernel, "q/bias": kernel[0]}, chunk_nbytes=8)
    checkpoint = open_checkpoint(tmp_path / "a.msgpack")
    assert np.array_equal(checkpoint.numpy("q.weight"), kernel.T)
    assert np.array_equal(checkpoint.numpy("q.bias"), kernel[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 3), (1, 4), (0, 5)])
def test_a_tensor_is_transposed_when_it_is_asked_for(dtype: str, shape: tuple[int, int]) -> None:
    array = np.arange(shape[0] * shape[1]).astype(np.dtype(getattr(ml_dtypes, dtype, None) or dtype)).reshape(shape)
    asked: list[str] = []

    def read(start: int, stop: int) -> bytes:
        asked.append("now")
        return array.tobytes()[start:stop]

    turned = transposed(OutgoingTensor("a", BY_NAME[dtype], shape, read), "b")
    assert (turned.name, turned.shape, turned.nbytes, asked) == ("b", shape[::-1], array.nbytes, [])
    for start in range(array.nbytes):
        assert bytes(turned.read(start, array.nbytes)) == array.T.tobytes()[start:]


@pytest.mark.parametrize("names", [["a", "a"], ["a", "a/b"], ["a/b", "a"], ["x/a/b/c", "x/a"]])
def test_names_that_cannot_both_be_in_one_tree_are_refused(names: list[str]) -> None:
    with pytest.raises(ArgumentError, match=r"tensors? to save"):
        plan_msgpack([outgoing(name, np.ones(1)) for name in names])


def test_names_and_elements_that_the_format_cannot_hold_are_refused() -> None:
    with pytest.raises(ArgumentError, match="cannot be written as UTF-8"):
        plan_msgpack([outgoing("a\ud800", np.ones(1))])
    with pytest.raises(ArgumentError, match="'a' of float4_e2m1fn"):
        plan_msgpack([OutgoingTensor("a", DType.FLOAT4_E2M1FN, (2,), lambda start, stop: b"x")])


def test_a_tensor_that_gives_too_few_bytes_is_named(tmp_path: Path) -> None:
    plan = plan_msgpack([OutgoingTensor("a/kernel", DType.FLOAT32, (4,), lambda start, stop: bytes(12))])
    with pytest.raises(SaveError, match=r"'a/kernel': expected 16 bytes .* found 12"):
        write_files({tmp_path / "a": plan})
