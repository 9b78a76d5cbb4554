"""What ``flax.serialization`` and Transformers' Flax models write reads as they read it, without Flax."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError, CheckpointNotFound, CorruptCheckpoint, UnsupportedDType

DATA = Path(__file__).with_name("data")
Array = np.ndarray[Any, Any]
NAMED_WEIGHT = ("kernel", "embedding", "scale")


def written(path: Path, tree: Mapping[str, Any]) -> Checkpoint:
    import flax.serialization

    path.write_bytes(flax.serialization.msgpack_serialize(dict(tree)))
    return open_checkpoint(path)


def as_on_the_hub(flat: Mapping[tuple[str, ...], Array]) -> dict[str, Array]:
    """The names and layouts that PyTorch has, said once more and otherwise."""
    found = {}
    for path, array in flat.items():
        if path[-1] == "kernel":
            array = np.einsum("hwio->oihw", array) if array.ndim == 4 else array.T
        leaf = "weight" if path[-1] in NAMED_WEIGHT else path[-1]
        found[".".join((*path[:-1], leaf))] = array
    return found


def assert_same(checkpoint: Checkpoint, expected: Mapping[str, Array]) -> None:
    assert set(checkpoint) == set(expected)
    for name, array in expected.items():
        stored = checkpoint[name]
        assert (stored.shape, stored.dtype.value) == (array.shape, array.dtype.name), name
        assert bytes(checkpoint.read(name)) == np.ascontiguousarray(array).tobytes(), name


def restored(path: Path) -> dict[tuple[str, ...], Array]:
    """As Flax itself reads it."""
    import flax.serialization
    import flax.traverse_util

    flat = flax.traverse_util.flatten_dict(flax.serialization.msgpack_restore(path.read_bytes()))
    return {name: np.asarray(array) for name, array in flat.items()}


DTYPES = [dtype.value for dtype in DType if dtype.bits >= 8]
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda name: hnp.arrays(np.uint8, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)).map(
        lambda array: np.asarray(array % 2).astype(np.dtype(getattr(ml_dtypes, name, None) or name))
    )
)
KEYS = st.one_of(
    st.sampled_from(["kernel", "scale", "bias", "0"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="./")),
)
TREES = st.dictionaries(
    KEYS, st.recursive(ARRAYS, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=8), max_size=4
)


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_any_tree_of_arrays_reads_as_flax_reads_it(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, Any]
) -> None:
    import flax.serialization
    import flax.traverse_util

    path = tmp_path_factory.mktemp("tree") / "flax_model.msgpack"
    path.write_bytes(flax.serialization.msgpack_serialize(dict(tree)))
    flat = {k: np.asarray(v) for k, v in flax.traverse_util.flatten_dict(tree).items()}
    expected = as_on_the_hub(flat)
    if len(expected) < len(flat):  # "kernel" and "scale" side by side
        with pytest.raises(CorruptCheckpoint, match="one array of this name"):
            open_checkpoint(path)
    else:
        assert_same(open_checkpoint(path), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype(tmp_path: Path, dtype: str) -> None:
    array = np.arange(6).astype(np.dtype(getattr(ml_dtypes, dtype, None) or dtype)).reshape(2, 3)
    assert_same(written(tmp_path / "a.msgpack", {"a": {"kernel": array}}), {"a.weight": array.T})


@pytest.mark.parametrize("dtype", ["complex128", "int4", "uint4", "float4_e2m1fn"])
def test_a_dtype_that_has_no_name_here_is_said_to_be_unsupported(tmp_path: Path, dtype: str) -> None:
    array = np.zeros(2, np.dtype(getattr(ml_dtypes, dtype, None) or dtype))
    with pytest.raises(UnsupportedDType, match=rf"a\.msgpack: tensor 'layer/bias'.*{dtype}"):
        written(tmp_path / "a.msgpack", {"layer": {"bias": array}})


def test_a_matrix_under_kernel_is_transposed_by_its_strides_and_not_copied(tmp_path: Path) -> None:
    checkpoint = written(tmp_path / "a.msgpack", {"q": {"kernel": np.ones((2, 3), np.float32), "bias": np.ones(3)}})
    stored = checkpoint["q.weight"]
    assert (stored.shape, stored.strides, stored.nbytes) == ((3, 2), (1, 3), 24)
    assert checkpoint["q.bias"].strides is None
    assert checkpoint.format == "flax"


def test_a_numpy_scalar_and_an_array_of_no_dimensions_are_both_tensors(tmp_path: Path) -> None:
    tree = {"a": np.float32(2.5), "b": np.array(3, np.int64)}
    checkpoint = written(tmp_path / "a.msgpack", tree)
    assert (checkpoint["a"].shape, checkpoint["b"].shape) == ((), ())
    assert (checkpoint.numpy("a"), checkpoint.numpy("b")) == (2.5, 3)


def test_tensors_come_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    tree = {"z": {"b": np.ones(3), "a": np.ones(2)}, "c": np.ones(5)}
    offsets = [stored.offset for stored in written(tmp_path / "a.msgpack", tree).values()]
    assert offsets == sorted(offsets)


# Arrays of more than 2³⁰ bytes lie in parts: made here with parts of a few bytes


@given(st.integers(1, 60), hnp.array_shapes(min_dims=1, max_dims=4, max_side=5), st.sampled_from(["kernel", "bias"]))
@settings(deadline=None)
def test_an_array_in_parts_reads_as_flax_reads_it(
    tmp_path_factory: pytest.TempPathFactory, nbytes: int, shape: tuple[int, ...], leaf: str
) -> None:
    import flax.serialization

    path = tmp_path_factory.mktemp("parts") / "a.msgpack"
    array = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flax.serialization, "MAX_CHUNK_SIZE", nbytes)
        path.write_bytes(flax.serialization.msgpack_serialize({"m": {leaf: array, "after": np.ones(1)}}))
    expected = as_on_the_hub({("m", leaf): array, ("m", "after"): np.ones(1)})
    assert_same(open_checkpoint(path), expected)
    assert_same(pickle.loads(pickle.dumps(open_checkpoint(path))), expected)
    assert open_checkpoint(path).nbytes == array.nbytes + 8


def test_a_weight_in_parts_fills_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    import flax.serialization

    import loadstone

    monkeypatch.setattr(flax.serialization, "MAX_CHUNK_SIZE", 28)
    kernel = np.arange(15, dtype=np.float32).reshape(3, 5)
    table = np.arange(12, dtype=np.float32).reshape(4, 3)
    written(
        tmp_path / "a.msgpack", {"0": {"embedding": table}, "1": {"kernel": kernel, "bias": np.ones(5, np.float32)}}
    )
    with torch.device("meta"):
        module = torch.nn.Sequential(torch.nn.Embedding(4, 3), torch.nn.Linear(3, 5))
    loadstone.load_into(module, tmp_path / "a.msgpack")
    assert np.array_equal(module[0].weight.detach().numpy(), table)
    assert np.array_equal(module[1].weight.detach().numpy(), kernel.T)


# Folders


def test_shards_are_found_by_their_index_whose_names_are_paths(tmp_path: Path) -> None:
    import flax.serialization

    shards = {"m-1.msgpack": {"a": {"kernel": np.ones((2, 3))}}, "m-2.msgpack": {"a": {"bias": np.ones(3)}}}
    for name, tree in shards.items():
        (tmp_path / name).write_bytes(flax.serialization.msgpack_serialize(tree))
    index = tmp_path / "flax_model.msgpack.index.json"
    index.write_text(json.dumps({"weight_map": {"a/kernel": "m-1.msgpack", "a/bias": "m-2.msgpack"}}))
    for checkpoint in (open_checkpoint(tmp_path), open_checkpoint(index)):
        assert set(checkpoint) == {"a.weight", "a.bias"}
        assert (checkpoint.format, checkpoint.index) == ("flax", index)
    index.write_text(json.dumps({"weight_map": {"a/kernel": "m-2.msgpack", "a/bias": "m-2.msgpack"}}))
    opened = open_checkpoint(tmp_path)
    assert set(opened) == {"a.bias"} and set(opened.absent) == {"a.weight"}


def test_safetensors_come_first_unless_another_format_is_preferred(tmp_path: Path) -> None:
    import safetensors.numpy

    written(tmp_path / "flax_model.msgpack", {"a": np.ones(1)})
    safetensors.numpy.save_file({"a": np.ones(1)}, tmp_path / "model.safetensors")
    assert open_checkpoint(tmp_path).format == "safetensors"
    assert open_checkpoint(tmp_path, prefer="flax").format == "flax"
    assert open_checkpoint(tmp_path, prefer="tensorflow").format == "safetensors"
    assert open_checkpoint(tmp_path, use_safetensors=False).format == "flax"
    (tmp_path / "model.safetensors").unlink()
    assert open_checkpoint(tmp_path).format == "flax"
    with pytest.raises(CheckpointNotFound, match=r"use_safetensors=True these are ignored: flax_model\.msgpack"):
        open_checkpoint(tmp_path, use_safetensors=True)
    with pytest.raises(ArgumentError, match="prefer='jax': expected one of"):
        open_checkpoint(tmp_path, prefer="jax")


# Files that Transformers 4.57.1 wrote


@pytest.mark.parametrize("folder", sorted(DATA.glob("flax-*")), ids=lambda folder: folder.name)
def test_a_file_of_transformers_holds_the_names_and_numbers_that_flax_reads(folder: Path) -> None:
    flat: dict[tuple[str, ...], Array] = {}
    for path in folder.glob("*.msgpack"):
        flat |= restored(path)
    assert_same(open_checkpoint(folder), as_on_the_hub(flat))


@pytest.mark.parametrize("folder", sorted(DATA.glob("flax-*")), ids=lambda folder: folder.name)
def test_a_model_from_a_file_of_transformers_computes_in_pytorch_what_it_did_in_flax(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    import loadstone

    task = loadstone.AutoModelForMaskedLM if "bert" in folder.name else loadstone.AutoModelForCausalLM
    model = task.from_pretrained(folder, strict=True)
    expected = np.load(folder / "expected.npz")
    with torch.no_grad():
        output = model(input_ids=torch.tensor(expected["input_ids"]))
    np.testing.assert_allclose(output.logits.numpy(), expected["output"], atol=1e-5)


def test_reading_imports_neither_flax_nor_jax_nor_msgpack_nor_numpy(tmp_path: Path) -> None:
    path = tmp_path / "a.msgpack"
    written(path, {"a": {"bias": np.ones((2, 3))}})
    code = (
        "import sys; from loadstone.checkpoint import open_checkpoint; open_checkpoint(sys.argv[1]).read('a.bias');"
        "print(sorted({'flax', 'jax', 'msgpack', 'numpy', 'h5py'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
