"""What loading makes: one named Keras variable for each slot, from the checkpoint's own bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from frameworks.tensorflow import tiny
from peaks import WATCHING

import loadstone
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError, UnsupportedDType
from loadstone.frameworks.tensorflow.variables import tensor_of


def test_variables_have_the_names_of_pytorchs_state_dict(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    folder = tiny.saved(tiny.bert(), tmp_path)
    model = loadstone.TFAutoModelForSequenceClassification.from_pretrained(folder)
    names = list(loadstone.AutoModelForSequenceClassification.from_pretrained(folder).state_dict())
    assert list(model.named_weights()) == names
    assert sorted(v.name for v in model.weights) == sorted(v.path for v in model.weights) == sorted(names)
    assert len(model.trainable_variables) == len(names)


def test_the_attribute_path_of_a_variable_is_its_name() -> None:
    llama, bert = tiny.llama(num_hidden_layers=2), tiny.bert()
    assert llama.model.layers[1].self_attn.q_proj.weight.name == "model.layers.1.self_attn.q_proj.weight"
    output = bert.bert.encoder.layer[0].attention.output
    assert output.dense.bias.name == "bert.encoder.layer.0.attention.output.dense.bias"
    assert len(llama.model.layers) == 2 and [each.name for each in llama.model.layers[:2]] == ["0", "1"]
    assert llama.model.layers[-1] is list(llama.model.layers)[1]


def test_a_skeleton_has_no_variables() -> None:
    from loadstone.frameworks.tensorflow import adapter as framework

    model = framework.skeleton(loadstone.TFLlamaForCausalLM, tiny.config("llama"), (), {}, DType.FLOAT32)
    assert model.weights == []
    assert {slot.name: slot.shape for slot in framework.slots(model)}["lm_head.weight"] == (64, 32)


def test_tied_slots_are_one_variable_that_counts_once(tmp_path: Path) -> None:
    model = loadstone.TFAutoModelForCausalLM.from_pretrained(tiny.saved(tiny.llama(tie_word_embeddings=True), tmp_path))
    assert model.lm_head.weight is model.model.embed_tokens.weight
    assert len(model.weights) == len(model.named_weights()) - 1
    assert model.num_parameters() == sum(v.value.numpy().size for v in model.weights)
    assert model.num_parameters(exclude_embeddings=True) == model.num_parameters() - 64 * 32
    assert model.get_output_embeddings() is model.lm_head
    assert model.get_input_embeddings() is model.model.embed_tokens


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_variables_and_computation_have_the_dtype_asked_for(tmp_path: Path, dtype: str) -> None:
    base = tiny.bert()
    model = loadstone.TFAutoModelForSequenceClassification.from_pretrained(tiny.saved(base, tmp_path), dtype=dtype)
    assert {variable.dtype for variable in model.weights} == {dtype}
    assert model.dtype == model.compute_dtype == dtype == model.config.torch_dtype
    assert model(tiny.IDS).logits.dtype == dtype
    assert tiny.difference(model(tiny.IDS).logits, base(tiny.IDS).logits) < 0.05


def test_dtype_auto_keeps_what_is_stored(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path / "wide")
    narrow = loadstone.TFAutoModel.from_pretrained(folder, dtype="bfloat16")
    again = loadstone.TFAutoModel.from_pretrained(tiny.saved(narrow, tmp_path / "narrow"), dtype="auto")
    assert again.dtype == "bfloat16"
    theirs = tiny.numbers(narrow)
    assert all(np.array_equal(each, theirs[name]) for name, each in tiny.numbers(again).items())


def test_a_dtype_without_kernels_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    with pytest.raises(UnsupportedDType, match="float32, float16, bfloat16"):
        loadstone.TFAutoModel.from_pretrained(folder, dtype="float8_e4m3fn")


def test_keras_global_dtype_policy_changes_nothing(tmp_path: Path) -> None:
    base = tiny.bert()
    folder = tiny.saved(base, tmp_path)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = loadstone.TFAutoModelForSequenceClassification.from_pretrained(folder)
        made = loadstone.TFBertModel(tiny.config("bert"))
    finally:
        keras.config.set_dtype_policy(before)
    assert model(tiny.IDS).logits.dtype == made(tiny.IDS).pooler_output.dtype == tf.float32
    assert tiny.difference(model(tiny.IDS).logits, base(tiny.IDS).logits) == 0


def test_keras_mixed_precision_computes_in_half_on_whole_variables() -> None:
    model = tiny.bert()
    exact = model(tiny.IDS).logits
    for layer in model._flatten_layers():
        layer.dtype_policy = "mixed_bfloat16"
    assert model(tiny.IDS).logits.dtype == tf.bfloat16
    assert {variable.dtype for variable in model.weights} == {"float32"}
    assert 0 < tiny.difference(model(tiny.IDS).logits, exact) < 0.05


# Memory -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64, ml_dtypes.bfloat16])
def test_a_tensor_shares_the_memory_of_an_aligned_array(dtype: Any) -> None:
    memory = np.zeros(64 + 1024, np.uint8)
    start = -memory.ctypes.data % 64
    array = memory[start : start + 1024].view(dtype).reshape(4, -1)
    tensor = tensor_of(array)
    array[1, 2] = 7
    assert float(tensor[1, 2]) == 7 and tensor.dtype.name == array.dtype.name and tuple(tensor.shape) == array.shape


@pytest.mark.parametrize("kind", ["misaligned", "read-only", "transposed", "empty"])
def test_a_tensor_copies_what_it_cannot_share(kind: str) -> None:
    whole = np.arange(64, dtype=np.float32).reshape(8, 8)
    array = {
        "misaligned": whole.reshape(-1)[(-whole.ctypes.data % 64) // 4 + 1 :],
        "read-only": np.frombuffer(whole.tobytes(), np.float32),
        "transposed": whole.T,
        "empty": whole[:0],
    }[kind]
    assert np.array_equal(tensor_of(array).numpy(), array)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_aligned_weights_are_mapped_and_not_copied(tmp_path: Path, dtype: str) -> None:
    base = tiny.llama()
    tiny.saved(base, tmp_path / "wide")
    narrow = loadstone.TFAutoModelForCausalLM.from_pretrained(tmp_path / "wide", dtype=dtype)
    folder = tiny.aligned(tiny.saved(narrow, tmp_path / "aligned"))
    model = loadstone.TFAutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    assert "100 % mapped" in str(model.load_report)
    theirs = tiny.numbers(narrow)
    assert all(np.array_equal(each, theirs[name]) for name, each in tiny.numbers(model).items())


def test_training_on_mapped_weights_changes_no_file_and_learns_the_same(tmp_path: Path) -> None:
    base = tiny.bert(num_hidden_layers=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    folder = tiny.aligned(tiny.saved(base, tmp_path))
    before = (folder / "model.safetensors").read_bytes()
    mapped = loadstone.TFAutoModelForSequenceClassification.from_pretrained(folder)
    for model in (mapped, base):
        tiny.compiled(model, keras.optimizers.AdamW(1e-2))
        model.fit({"input_ids": tiny.IDS, "labels": np.array([0, 2])}, epochs=2, verbose=0)
    assert (folder / "model.safetensors").read_bytes() == before
    ours, theirs = tiny.numbers(mapped), tiny.numbers(base)
    # Adam divides small gradients by their size, which makes much of how sums were rounded: 1 % of a step is allowed.
    assert max(tiny.difference(ours[name], theirs[name]) for name in ours) < 1e-4


_PROBE = """
import json, sys
import numpy as np, tensorflow as tf, keras, loadstone
small, folder, *dtypes = sys.argv[1:]
models, measured = [], {}  # models stay, so that none takes memory that another gave back
for dtype in dtypes:
    loadstone.TFAutoModelForCausalLM.from_pretrained(small, dtype=dtype)  # everything imported, pools made
    with Peak() as peak:
        models.append(loadstone.TFAutoModelForCausalLM.from_pretrained(folder, dtype=dtype))
    measured[dtype] = dict(peak=peak.added, model=models[-1].get_memory_footprint())
print(json.dumps(measured))
"""
_DTYPES = ("float32", "bfloat16")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    """Dtype → what loading a model so took at most, and what it takes, in bytes."""
    root = tmp_path_factory.mktemp("memory")
    small = tiny.saved(tiny.llama(), root / "small")
    wide = dict(hidden_size=1024, intermediate_size=2048, vocab_size=4096, num_attention_heads=8, num_key_value_heads=8)
    large = tiny.saved(tiny.llama(num_hidden_layers=2, **wide), root / "large")
    command = [sys.executable, "-c", WATCHING + _PROBE, str(small), str(large), *_DTYPES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, int]] = json.loads(done.stdout.splitlines()[-1])
    return found


_CASTING_BYTES = 12 << 20
"""A few chunks of 1 MiB for each thread, whatever the size of the model."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells what memory is private")
@pytest.mark.parametrize("dtype", _DTYPES)
def test_a_load_takes_the_models_memory_once(measured: dict[str, dict[str, int]], dtype: str) -> None:
    """At most 1.05 × the model and what threads cast in, whether the bytes are taken as they are or cast."""
    found = measured[dtype]
    assert found["model"] > 40 * 2**20
    assert found["peak"] <= 1.05 * found["model"] + _CASTING_BYTES


# Arguments ----------------------------------------------------------------------------------------


def test_a_state_dict_of_arrays_or_tensors_takes_the_place_of_files() -> None:
    base = tiny.bert()
    arrays, tensors = tiny.numbers(base), {name: v.value for name, v in base.named_weights().items()}
    for state_dict in (arrays, tensors):
        model = loadstone.TFBertForSequenceClassification.from_pretrained(
            None, config=base.config, state_dict=state_dict
        )
        assert tiny.difference(model(tiny.IDS).logits, base(tiny.IDS).logits) == 0


@pytest.mark.parametrize("device_map", [None, "auto", "cpu", "/CPU:0", "cpu:0", {"": "cpu"}])
def test_a_model_goes_to_one_device(tmp_path: Path, device_map: Any) -> None:
    model = loadstone.TFAutoModel.from_pretrained(tiny.saved(tiny.bert(), tmp_path), device_map=device_map)
    place = model.load_report.device
    assert place == "/CPU:0" or device_map in (None, "auto")
    assert all(variable.value.device.endswith(place.removeprefix("/")) for variable in model.weights)


@pytest.mark.parametrize("device_map", ["disk", "balanced", "tpu9", {"bert": "cpu", "": "disk"}, 1.5, True, 99])
def test_a_device_map_that_tensorflow_has_not_names_what_it_has(tmp_path: Path, device_map: Any) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    with pytest.raises(ArgumentError, match=r"CPU:0|one device") as raised:
        loadstone.TFAutoModel.from_pretrained(folder, device_map=device_map)
    assert "PyTorch" in str(raised.value)


def test_sharding_says_that_it_is_flaxs(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="Flax"):
        loadstone.TFAutoModel.from_pretrained(tiny.saved(tiny.bert(), tmp_path), sharding=object())


def test_fresh_weights_follow_keras_seed_and_the_familys_scheme() -> None:
    made = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        made.append(tiny.numbers(loadstone.TFBertModel(tiny.config("bert", initializer_range=0.5))))
    first, second = made
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert 0.4 < first["encoder.layer.0.intermediate.dense.weight"].std() < 0.6
    assert not first["encoder.layer.0.intermediate.dense.bias"].any()
    assert (first["embeddings.LayerNorm.weight"] == 1).all()
    assert not first["embeddings.word_embeddings.weight"][0].any()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_from_config_makes_the_dtype_asked_for(dtype: str) -> None:
    model = loadstone.TFAutoModelForCausalLM.from_config(tiny.config("llama"), dtype=dtype)
    assert {variable.dtype for variable in model.weights} == {dtype} and model.config.torch_dtype == dtype
    assert model.num_parameters() > 0 and model.can_generate()


def test_keys_set_by_the_caller_reach_the_model_and_auto_within_a_config_means_as_stored(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(num_hidden_layers=2), tmp_path)
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(values | {"torch_dtype": "auto"}))
    config = loadstone.AutoConfig.from_pretrained(folder)
    config.num_hidden_layers, config.rope_parameters = 1, {"rope_type": "linear", "factor": 4.0}
    model = loadstone.TFAutoModelForCausalLM.from_pretrained(folder, config=config, dtype="auto")
    plain = loadstone.TFAutoModelForCausalLM.from_pretrained(folder, num_hidden_layers=1)
    assert len(model.model.layers) == len(plain.model.layers) == 1 and model.dtype == "float32"
    assert not np.array_equal(model(tiny.IDS).logits, plain(tiny.IDS).logits)
    assert loadstone.TFAutoModelForCausalLM.from_config(config).dtype == "float32"


def test_a_bare_model_comes_without_its_pooler_if_told_so(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    model = loadstone.TFBertModel.from_pretrained(folder, add_pooling_layer=False)
    assert model(tiny.IDS).pooler_output is None
    assert not any("pooler" in name for name in model.named_weights())


def test_resizing_says_which_framework_does_it() -> None:
    with pytest.raises(ArgumentError, match=r"LlamaForCausalLM\.resize_token_embeddings \(PyTorch\)"):
        tiny.llama(num_hidden_layers=1).resize_token_embeddings(70, mean_resizing=False)
