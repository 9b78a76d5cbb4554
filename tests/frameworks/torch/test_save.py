"""``save_pretrained`` of a model: which names are written, what is refused. Files: test_saving.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch
from frameworks.torch import tiny

import loadstone
from loadstone.errors import SaveError


def stored(folder: Path) -> dict[str, torch.Tensor]:
    return dict(safetensors.torch.load_file(folder / "model.safetensors"))


def test_a_skeleton_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with torch.device("meta"):
        model = loadstone.LlamaForCausalLM(tiny.config("llama"))
    with pytest.raises(SaveError, match=r"model\.embed_tokens\.weight.*without memory"):
        model.save_pretrained(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_tied_weights_are_stored_once_and_untied_ones_twice(tmp_path: Path) -> None:
    tied = stored(tiny.saved(tiny.llama(tie_word_embeddings=True), tmp_path / "tied"))
    assert "lm_head.weight" not in tied and "model.embed_tokens.weight" in tied
    untied = stored(tiny.saved(tiny.llama(), tmp_path / "untied"))
    assert not torch.equal(untied["lm_head.weight"], untied["model.embed_tokens.weight"])


def test_weights_tied_by_hand_against_the_config_are_stored_under_both_names(tmp_path: Path) -> None:
    model = tiny.llama()
    model.lm_head.weight = model.model.embed_tokens.weight
    written = stored(tiny.saved(model, tmp_path))
    assert torch.equal(written["lm_head.weight"], written["model.embed_tokens.weight"])


def test_a_loaded_model_saves_onto_its_own_folder(tmp_path: Path) -> None:
    before = tiny.numbers(tiny.llama())
    tiny.saved(tiny.llama(), tmp_path)
    model = loadstone.LlamaForCausalLM.from_pretrained(tmp_path)
    with torch.no_grad():
        model.lm_head.weight.add_(1)
    model.save_pretrained(tmp_path, max_shard_size="20kB")
    assert not (tmp_path / "model.safetensors").exists()
    again = loadstone.LlamaForCausalLM.from_pretrained(tmp_path)
    tiny.assert_same(dict(again.state_dict()), before | {"lm_head.weight": before["lm_head.weight"] + 1})
    tiny.assert_same(dict(model.state_dict()), dict(again.state_dict()))


def test_the_state_dict_argument_is_written_in_place_of_the_models_own(tmp_path: Path) -> None:
    model = tiny.llama()
    other = {name: tensor + 1 for name, tensor in model.state_dict().items()}
    model.save_pretrained(tmp_path, state_dict=other)
    tiny.assert_same(stored(tmp_path), other)


def test_only_the_main_process_writes(tmp_path: Path) -> None:
    tiny.llama().save_pretrained(tmp_path / "out", is_main_process=False, save_function=torch.save)
    assert not (tmp_path / "out").exists()


def test_the_config_says_class_and_dtype_and_nothing_that_follows_from_other_keys(tmp_path: Path) -> None:
    model = tiny.model("Qwen2ForCausalLM", "qwen2").bfloat16()
    before = model.config.to_dict()
    written = json.loads((tiny.saved(model, tmp_path) / "config.json").read_text())
    assert written["architectures"] == ["Qwen2ForCausalLM"]
    assert written["torch_dtype"] == "bfloat16"
    assert "layer_types" not in written and "head_dim" not in written
    assert model.config.to_dict() == before, "saving changes nothing in the model"


def test_unknown_keys_of_the_config_are_written_back(tmp_path: Path) -> None:
    model = tiny.llama(house_style="plain")
    assert json.loads((tiny.saved(model, tmp_path) / "config.json").read_text())["house_style"] == "plain"


@pytest.mark.parametrize("safe", [True, False])
def test_experts_are_stored_one_by_one_and_come_back_stacked(safe: bool, tmp_path: Path) -> None:
    model = tiny.model("MixtralForCausalLM", "mixtral", num_local_experts=4)
    tiny.saved(model, tmp_path, safe_serialization=safe)
    names = set(loadstone.open_checkpoint(tmp_path))
    assert "model.layers.0.block_sparse_moe.experts.3.w2.weight" in names
    assert not [name for name in names if "gate_up" in name]
    again = loadstone.MixtralForCausalLM.from_pretrained(tmp_path)
    tiny.assert_same(dict(again.state_dict()), dict(model.state_dict()))


def test_a_variant_is_in_the_names_and_is_found_again(tmp_path: Path) -> None:
    tiny.saved(tiny.llama().half(), tmp_path, variant="fp16")
    assert (tmp_path / "model.fp16.safetensors").is_file()
    assert loadstone.LlamaForCausalLM.from_pretrained(tmp_path, variant="fp16", dtype="auto").dtype == torch.float16
