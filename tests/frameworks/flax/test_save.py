"""Saving: the names, layouts and bytes that the rest of the ecosystem reads."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.core.slices import boxes
from loadstone.errors import ArgumentError, SaveError
from loadstone.frameworks.flax import save


@pytest.mark.parametrize("weight_format", [None, "msgpack"])
@pytest.mark.parametrize("shard", ["5GB", "20KB"])
def test_what_is_saved_comes_back_bit_for_bit(weight_format: str | None, shard: str, tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    tiny.saved(model, tmp_path, format=weight_format, max_shard_size=shard)
    files = {path.suffix for path in tmp_path.iterdir()}
    assert files == {".json", ".msgpack" if weight_format else ".safetensors"}
    again = loadstone.FlaxAutoModelForCausalLM.from_pretrained(tmp_path)
    assert type(again) is type(model) and again.lm_head.weight is again.model.embed_tokens.weight
    tiny.assert_same(again, model)


def test_the_config_names_the_class_without_its_framework(tmp_path: Path) -> None:
    tiny.saved(tiny.llama(), tmp_path)
    written = json.loads((tmp_path / "config.json").read_text())
    assert written["architectures"] == ["LlamaForCausalLM"] and written["torch_dtype"] == "float32"


def test_tied_slots_are_stored_once_and_experts_one_by_one(tmp_path: Path) -> None:
    model = tiny.model("FlaxMixtralForCausalLM", "mixtral", tie_word_embeddings=True, num_hidden_layers=1)
    stored = loadstone.open_checkpoint(tiny.saved(model, tmp_path))
    assert "lm_head.weight" not in stored and "model.embed_tokens.weight" in stored
    experts = [name for name in stored if ".experts." in name]
    assert len(experts) == 4 * 3 and "model.layers.0.block_sparse_moe.experts.3.w2.weight" in experts
    tiny.assert_same(loadstone.FlaxMixtralForCausalLM.from_pretrained(tmp_path), model)


def test_a_model_that_was_compiled_saves_the_same_files(tmp_path: Path) -> None:
    model = loadstone.FlaxBertForMaskedLM(tiny.config("bert", num_hidden_layers=1))
    tiny.saved(model, tmp_path / "one", max_shard_size="10KB")
    nnx.jit(lambda model: model(tiny.IDS).logits)(model)
    tiny.saved(model, tmp_path / "two", max_shard_size="10KB")
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert len(one) > 3 and one == two


def test_arrays_given_are_written_in_place_of_the_models(tmp_path: Path) -> None:
    model = tiny.bert()
    halved = {name: array / 2 for name, array in tiny.numbers(model).items()}
    again = loadstone.FlaxBertForMaskedLM.from_pretrained(tiny.saved(model, tmp_path, state_dict=halved))
    assert np.array_equal(again.bert.embeddings.LayerNorm.bias[...], model.bert.embeddings.LayerNorm.bias[...] / 2)


def test_a_skeleton_or_an_unknown_format_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="without memory"):
        loadstone.FlaxLlamaForCausalLM(tiny.config("llama"), seed=None).save_pretrained(tmp_path / "new")
    with pytest.raises(ArgumentError, match="pickle"):
        tiny.llama().save_pretrained(tmp_path / "new", format="pickle")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("shape", "is_turned"),
    [((), False), ((5,), False), ((7, 3), False), ((7, 3), True), ((1, 6), True), ((4, 3, 5), False)],
)
@pytest.mark.parametrize("read_nbytes", [1, 8, 1 << 20])
def test_an_array_on_an_accelerator_is_fetched_by_the_window(
    shape: tuple[int, ...], is_turned: bool, read_nbytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the CPU here, where windows of a few sizes give the same bytes as a view does."""
    monkeypatch.setattr(save, "READ_NBYTES", read_nbytes)
    array = np.arange(math.prod(shape), dtype=np.int16).reshape(shape)
    expected = (array.T if is_turned else array).reshape(-1)
    wanted = shape[::-1] if is_turned else shape
    for start in range(array.size):
        for stop in range(start + 1, array.size + 1, 4):
            found = save._fetch(jnp.asarray(array), boxes(wanted, start, stop), is_turned)
            assert found.tobytes() == expected[start:stop].tobytes()
