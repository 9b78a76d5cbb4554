"""What h5py, Keras and Transformers' TensorFlow models write reads as they read it, without any of them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.errors import CorruptCheckpoint, UnsupportedDType

DATA = Path(__file__).with_name("data")
Array = np.ndarray[Any, Any]
DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8"]
DTYPES += ["uint64", "uint32", "uint16", "uint8", "bool"]


def keras_3(path: Path, arrays: Mapping[str, Any]) -> Checkpoint:
    """Arrays by path, as Keras 3 stores them."""
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            dataset = file.create_dataset(name, data=array)
            if getattr(array, "dtype", None) == ml_dtypes.bfloat16:
                dataset.attrs["dtype"] = "bfloat16"
    return open_checkpoint(path)


def transformers(path: Path, layers: Mapping[str, Mapping[str, Array]], top: str = "") -> Checkpoint:
    """Layer → variable → array, as ``save_weights`` stores them for Transformers' TensorFlow models."""
    with h5py.File(path, "w") as file:
        root = file.create_group(top) if top else file
        root.attrs["layer_names"] = [name.encode() for name in layers]
        for name, variables in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [variable.encode() for variable in variables]
            for variable, array in variables.items():
                group.create_dataset(variable, data=array)
    return open_checkpoint(path)


def assert_same(checkpoint: Checkpoint, expected: Mapping[str, Array]) -> None:
    assert set(checkpoint) == set(expected)
    for name, array in expected.items():
        stored = checkpoint[name]
        assert (stored.shape, stored.dtype.value) == (array.shape, array.dtype.name), name
        assert bytes(checkpoint.read(name)) == np.ascontiguousarray(array).tobytes(), name


def datasets(path: Path) -> dict[str, Array]:
    """As h5py reads them."""
    found: dict[str, Array] = {}

    def visit(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset):
            found[name] = node[()]

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


LEVELS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="./:"), min_size=1, max_size=12)
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda name: hnp.arrays(np.dtype(name), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
)


@given(st.dictionaries(st.lists(LEVELS, min_size=1, max_size=3).map(tuple), ARRAYS, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_datasets_in_any_groups_read_as_h5py_reads_them(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[tuple[str, ...], Array]
) -> None:
    inner = {path[:length] for path in arrays for length in range(1, len(path))}
    named = {"/".join(path): array for path, array in arrays.items() if path not in inner and path[0] != "optimizer"}
    path = tmp_path_factory.mktemp("any") / "a.weights.h5"
    keras_3(path, {f"{name}/0": array for name, array in named.items()})
    assert_same(open_checkpoint(path), {f"{name}/0": array for name, array in named.items()})


@pytest.mark.parametrize("dtype", [*DTYPES, "bfloat16"])
def test_every_dtype(tmp_path: Path, dtype: str) -> None:
    array = np.arange(6).astype(np.dtype(getattr(ml_dtypes, dtype, None) or dtype)).reshape(2, 3)
    assert_same(keras_3(tmp_path / "a.h5", {"q/vars/0": array}), {"q/vars/0": array})


@pytest.mark.parametrize(
    "array",
    [
        np.arange(3, dtype=">f4"),
        np.arange(3, dtype=">i8"),
        np.arange(3, dtype="complex64"),
        np.array([b"text"]),
        np.zeros(3, ml_dtypes.float8_e4m3fn),
        np.zeros(2, "V2"),
        np.zeros(2, [("a", "f4")]),
        np.array("text", h5py.string_dtype()),
        np.array([h5py.Reference()] * 2, h5py.ref_dtype),
        np.zeros(2, h5py.enum_dtype({"RED": 0, "BLUE": 1}, "i1")),
        np.zeros(2, np.longdouble),
    ],
    ids=lambda array: array.dtype.str,
)
def test_elements_that_are_no_little_endian_numbers_are_unsupported(tmp_path: Path, array: Array) -> None:
    with pytest.raises(UnsupportedDType, match=r"a\.h5: 'layer/vars/0': expected numbers, little-endian"):
        keras_3(tmp_path / "a.h5", {"layer/vars/0": array})


def test_a_group_of_many_datasets_reads_through_all_levels_of_its_tree(tmp_path: Path) -> None:
    arrays = {f"block/vars/{index:04}": np.full(1, index, np.int32) for index in range(3000)}
    assert_same(keras_3(tmp_path / "a.h5", arrays), arrays)


def test_a_small_dataset_within_its_own_header_reads_too(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        layout.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((3,))
        dataset = h5py.Dataset(h5py.h5d.create(file.id, b"a", h5py.h5t.IEEE_F32LE, space, dcpl=layout))
        dataset[:] = [1, 2, 3]
    assert_same(open_checkpoint(path), {"a": np.array([1, 2, 3], np.float32)})


# Names and layouts of Transformers' TensorFlow models


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("tf_bert_model/bert/encoder/layer_._11/self/query/kernel:0", "bert.encoder.layer.11.self.query.weight"),
        ("tf_bert_model/bert/embeddings/word_embeddings/weight:0", "bert.embeddings.word_embeddings.weight"),
        ("tf_bert_model/bert/position_embeddings/embeddings:0", "bert.position_embeddings.weight"),
        ("tf_bert_model/bert/embeddings/LayerNorm/gamma:0", "bert.embeddings.LayerNorm.weight"),
        ("tf_bert_model/bert/embeddings/LayerNorm/beta:0", "bert.embeddings.LayerNorm.bias"),
        ("tf_bert_for_masked_lm/mlm___cls/predictions/bias:0", "cls.predictions.bias"),
        ("tf_bart/model/encoder/a___b___c//d/bias:0", "model.encoder.c.d.bias"),
        ("final_logits_bias:0", "final_logits_bias"),
    ],
)  # fmt: skip
def test_a_variable_gets_the_name_that_pytorch_has(tmp_path: Path, variable: str, name: str) -> None:
    checkpoint = transformers(tmp_path / "tf_model.h5", {"layer": {variable: np.ones((2, 2), np.float32)}})
    assert list(checkpoint) == [name]


def test_kernels_are_transposed_by_their_strides_and_not_copied(tmp_path: Path) -> None:
    arrays = {
        "m/q/kernel:0": np.arange(6, dtype=np.float32).reshape(2, 3),
        "m/conv1/kernel:0": np.arange(24, dtype=np.float32).reshape(4, 2, 3),
        "m/conv2/kernel:0": np.arange(120, dtype=np.float32).reshape(5, 4, 2, 3),
        "m/c_attn/weight:0": np.arange(6, dtype=np.float32).reshape(2, 3),
        "m/c_attn/bias:0": np.arange(3, dtype=np.float32).reshape(1, 3),
    }
    checkpoint = transformers(tmp_path / "tf_model.h5", {"m": arrays})
    expected = {
        "q.weight": arrays["m/q/kernel:0"].T,
        "conv1.weight": np.einsum("wio->oiw", arrays["m/conv1/kernel:0"]),
        "conv2.weight": np.einsum("hwio->oihw", arrays["m/conv2/kernel:0"]),
        "c_attn.weight": arrays["m/c_attn/weight:0"],
        "c_attn.bias": arrays["m/c_attn/bias:0"][0],
    }
    assert_same(checkpoint, expected)
    assert checkpoint["q.weight"].strides == (1, 3)
    assert checkpoint.format == "tensorflow"


def test_a_variable_that_two_layers_share_is_taken_once(tmp_path: Path) -> None:
    table = {"m/bert/words/weight:0": np.ones((3, 2), np.float32)}
    layers = {"bert": table, "mlm___cls": {**table, "m/mlm___cls/bias:0": np.ones(3, np.float32)}}
    assert set(transformers(tmp_path / "tf_model.h5", layers)) == {"bert.words.weight", "cls.bias"}


@pytest.mark.parametrize("other", ["m/a/embeddings:0", "m/b___a/kernel:0"])
def test_two_variables_that_would_have_one_name_are_refused(tmp_path: Path, other: str) -> None:
    layers = {"one": {"m/a/kernel:0": np.ones((2, 2))}, "two": {other: np.ones((2, 2))}}
    with pytest.raises(CorruptCheckpoint, match=r"tensor 'a\.weight': expected one variable of this name"):
        transformers(tmp_path / "tf_model.h5", layers)


def test_a_shared_variable_with_two_shapes_is_refused(tmp_path: Path) -> None:
    layers = {"one": {"m/a/bias:0": np.ones(2)}, "two": {"m/a/bias:0": np.ones(3)}}
    with pytest.raises(CorruptCheckpoint, match="or of two shapes"):
        transformers(tmp_path / "tf_model.h5", layers)


def test_of_a_whole_model_only_the_weights_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    transformers(path, {"dense": {"model/dense/kernel": np.ones((2, 3))}}, top="model_weights")
    with h5py.File(path, "a") as file:
        file["optimizer_weights/adam/m"] = np.ones(3)
    assert_same(open_checkpoint(path), {"dense.weight": np.ones((3, 2))})


def test_attribute_lists_too_long_for_one_attribute_are_recognized(tmp_path: Path) -> None:
    path = tmp_path / "tf_model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names0"] = [b"bert"]
        group = file.create_group("bert")
        group.attrs["weight_names0"] = [b"x" * 300] * 200
        group["m/bert/gamma:0"] = np.ones(2)
    assert list(open_checkpoint(path)) == ["bert.weight"]


def test_shards_are_found_by_their_index_whose_names_are_those_of_variables(tmp_path: Path) -> None:
    """As Transformers writes them: without the model's own name, but for names with "model." in them."""
    variables = {
        "tf_bert/bert/layer_._0/kernel:0": "bert/layer_._0/kernel:0",
        "tf_opt/model.decoder/gamma:0": "tf_opt/model.decoder/gamma:0",
        "final_logits_bias:0": "final_logits_bias:0",
    }
    for index, path in enumerate(variables.values()):
        with h5py.File(tmp_path / f"tf_model-{index}.h5", "w") as file:
            file[path] = np.full((2, 3), index)
            file.attrs["layer_names"] = [path.encode()]
    weight_map = {name: f"tf_model-{index}.h5" for index, name in enumerate(variables)}
    (tmp_path / "tf_model.h5.index.json").write_text(json.dumps({"weight_map": weight_map}))
    checkpoint = open_checkpoint(tmp_path)
    assert set(checkpoint) == {"bert.layer.0.weight", "model.decoder.weight", "final_logits_bias"}
    assert checkpoint["bert.layer.0.weight"].shape == (3, 2)


# Keras 3's own files


def test_variables_that_bear_the_hubs_names_open_under_them_and_others_under_their_paths(tmp_path: Path) -> None:
    arrays = {
        "bert/encoder/layer/0/query/vars/weight": np.ones((2, 3)),
        "bert/encoder/layer/0/output_/vars/bias": np.ones(3),
        "layers/dense/vars/0": np.ones(2),
        "optimizer/vars/0": np.ones(()),
    }
    checkpoint = keras_3(tmp_path / "model.weights.h5", arrays)
    assert {name: stored.shape for name, stored in checkpoint.items()} == {
        "bert.encoder.layer.0.query.weight": (2, 3),
        "bert.encoder.layer.0.output.bias": (3,),
        "layers/dense/vars/0": (2,),
    }
    assert open_checkpoint(tmp_path).files == (tmp_path / "model.weights.h5",)


@pytest.fixture(scope="module")
def trained() -> Any:
    """A Keras model that has seen a step, in float32 and bfloat16, so that its optimizer holds variables too."""
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(4), keras.layers.Dense(2, dtype="bfloat16"), keras.layers.BatchNormalization()]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile("adam", "mse")
    model.fit(np.ones((4, 3), np.float32), np.ones((4, 2), np.float32), verbose=0)
    return model


@pytest.mark.parametrize("suffix", [".weights.h5", ".keras"])
def test_what_keras_3_saves_reads_as_the_models_own_weights(tmp_path: Path, trained: Any, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    trained.save(path) if suffix == ".keras" else trained.save_weights(path)
    checkpoint = open_checkpoint(tmp_path)
    assert checkpoint.files == (path,)
    expected = {}
    for layer, name in zip(trained.layers, ("dense", "dense_1", "batch_normalization"), strict=True):
        expected |= {f"layers/{name}/vars/{i}": np.asarray(v.numpy()) for i, v in enumerate(layer.weights)}
    assert_same(checkpoint, expected)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_what_keras_saves_in_the_legacy_format_reads_under_variable_names(tmp_path: Path, trained: Any) -> None:
    path = tmp_path / "model.h5"
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, name="first")])
    model.save(path)
    kernel, bias = model.get_weights()
    assert_same(open_checkpoint(path), {"first.weight": kernel.T, "first.bias": bias})


def test_an_archive_stored_without_compression_is_mapped_in_place(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with h5py.File(inner, "w") as file:
        file["a/vars/0"] = np.arange(5, dtype=np.int32)
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", inner.getvalue())
    stored = open_checkpoint(path)["a/vars/0"]
    assert path.read_bytes()[stored.offset : stored.offset + stored.nbytes] == np.arange(5, dtype=np.int32).tobytes()


# Files that Transformers 4.57.1 wrote


@pytest.mark.parametrize("name", ["tf-bert", "tf-gpt2"])
def test_shards_hold_what_the_single_file_holds(name: str) -> None:
    """The same model saved twice; the numbers of the single file are compared with h5py's below."""
    single, sharded = open_checkpoint(DATA / name), open_checkpoint(DATA / f"{name}-sharded")
    assert len(sharded.files) > 1
    assert {n: (t.dtype, t.shape, bytes(single.read(n))) for n, t in single.items()} == {
        n: (t.dtype, t.shape, bytes(sharded.read(n))) for n, t in sharded.items()
    }


@pytest.mark.parametrize("name", ["tf-bert", "tf-gpt2"])
def test_every_dataset_of_a_file_of_transformers_is_a_tensor_with_its_numbers(name: str) -> None:
    checkpoint = open_checkpoint(DATA / name)
    by_bytes = {bytes(checkpoint.read(each)) for each in checkpoint}
    for path, array in datasets(DATA / name / "tf_model.h5").items():
        array = array.T if "/kernel:" in path else array
        assert np.ascontiguousarray(array).tobytes() in by_bytes, path


@pytest.mark.parametrize("folder", sorted(DATA.glob("tf-*")), ids=lambda folder: folder.name)
def test_a_model_from_a_file_of_transformers_computes_in_pytorch_what_it_did_in_tensorflow(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    import loadstone

    task = loadstone.AutoModelForMaskedLM if "bert" in folder.name else loadstone.AutoModelForCausalLM
    model = task.from_pretrained(folder, strict=True)
    expected = np.load(folder / "expected.npz")
    with torch.no_grad():
        output = model(input_ids=torch.tensor(expected["input_ids"]))
    np.testing.assert_allclose(output.logits.numpy(), expected["output"], atol=1e-5)


def test_reading_imports_neither_h5py_nor_keras_nor_tensorflow(tmp_path: Path) -> None:
    keras_3(tmp_path / "a.h5", {"a/vars/0": np.ones(2)})
    code = (
        "import sys; from loadstone.checkpoint import open_checkpoint; open_checkpoint(sys.argv[1]).read('a/vars/0');"
        "print(sorted({'h5py', 'keras', 'tensorflow', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.h5")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
