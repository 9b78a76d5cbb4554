"""Models built under ``torch.device("meta")`` or accelerate's ``init_empty_weights()``, and what fills them."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import accelerate
import pytest
import torch
from frameworks.torch import tiny

import loadstone
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.loading.skeleton import are_emptied
from loadstone.modeling_utils import load_sharded_checkpoint

Empty = Callable[[], contextlib.AbstractContextManager[Any]]
EMPTY: dict[str, Empty] = {
    "meta device": lambda: torch.device("meta"),
    "init_empty_weights": accelerate.init_empty_weights,
    "with buffers": lambda: accelerate.init_empty_weights(include_buffers=True),
}


@pytest.fixture(params=EMPTY)
def empty(request: pytest.FixtureRequest) -> Empty:
    return EMPTY[request.param]


def tied(family: str) -> Any:
    """A tied model; decoders have rotary frequencies, BERT has two ties, GPT-2 and Mixtral leaves of other kinds."""
    names = {"llama": "LlamaForCausalLM", "bert": "BertForMaskedLM", "gpt2": "GPT2LMHeadModel"}
    return tiny.model(names.get(family, "MixtralForCausalLM"), family, tie_word_embeddings=True)


@pytest.mark.parametrize("family", ["llama", "bert", "gpt2", "mixtral"])
@pytest.mark.parametrize("way", ["class", "from_config"])
def test_a_model_is_empty_but_for_what_it_computes(empty: Empty, family: str, way: str) -> None:
    original = tied(family)
    config = original.config
    with empty():
        auto = loadstone.AutoModelForMaskedLM if family == "bert" else loadstone.AutoModelForCausalLM
        model = type(original)(config) if way == "class" else auto.from_config(config)
    assert all(parameter.is_meta for parameter in model.parameters())
    assert list(model.state_dict()) == list(original.state_dict())
    assert len(list(model.parameters())) == len(list(original.parameters()))  # ties are ties
    buffers = dict(original.named_buffers())
    assert all(torch.equal(buffer, buffers[name]) for name, buffer in model.named_buffers())


@pytest.mark.parametrize("changes", [{}, {"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}}], ids=str)
@pytest.mark.parametrize("family", ["llama", "modernbert"])
def test_an_empty_model_runs_for_its_shapes(empty: Empty, family: str, changes: dict[str, Any]) -> None:
    with empty():
        model = loadstone.AutoModel.from_config(tiny.config(family, **changes))
    for ids in (tiny.IDS, tiny.IDS.to("meta")):
        states = model(ids).last_hidden_state
        assert states.is_meta and states.shape == (*ids.shape, model.config.hidden_size)


def test_from_config_keeps_the_dtype_of_what_is_empty() -> None:
    with accelerate.init_empty_weights():
        model = loadstone.AutoModelForCausalLM.from_config(tiny.config("llama"), torch_dtype=torch.bfloat16)
    assert {(p.dtype, p.is_meta) for p in model.parameters()} == {(torch.bfloat16, True)}


def test_nothing_is_empty_once_the_context_is_left() -> None:
    for empty in EMPTY.values():
        with empty():
            pass
        assert not are_emptied() and not any(p.is_meta for p in tied("llama").parameters())
        assert not any(p.is_meta for p in loadstone.AutoModel.from_config(tiny.config("llama")).parameters())


def test_a_load_inside_of_it_has_its_numbers(empty: Empty, tmp_path: Path) -> None:
    original = tied("llama")
    tiny.saved(original, tmp_path)
    with empty():
        model = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path)
    tiny.assert_same(model.state_dict(), original.state_dict())


@pytest.mark.parametrize("family", ["llama", "bert"])
@pytest.mark.parametrize("device_map", [{"": "cpu"}, "auto"], ids=str)
def test_accelerates_recipe_fills_a_tied_model(empty: Empty, family: str, device_map: Any, tmp_path: Path) -> None:
    original = tied(family)
    tiny.saved(original, tmp_path, max_shard_size="50kB")  # accelerate collects all garbage after each shard
    assert len(list(tmp_path.glob("*.safetensors"))) in (2, 3)
    config = loadstone.AutoConfig.from_pretrained(tmp_path)
    with empty():
        model = type(original)(config)
    model.tie_weights()
    model = accelerate.load_checkpoint_and_dispatch(model, tmp_path, device_map=device_map).eval()
    assert torch.equal(model(tiny.IDS).logits, original(tiny.IDS).logits)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


def test_load_into_fills_what_is_empty(empty: Empty, tmp_path: Path) -> None:
    original = tied("llama")
    tiny.saved(original, tmp_path, max_shard_size="10kB")
    with empty():
        model = loadstone.LlamaForCausalLM(original.config)
    with pytest.raises(ArgumentError, match="Use load_into"):
        load_sharded_checkpoint(model, tmp_path)
    loadstone.load_into(model, tmp_path)
    assert torch.equal(model.eval()(tiny.IDS).logits, original(tiny.IDS).logits)
    assert model.lm_head.weight is model.model.embed_tokens.weight


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_accelerates_recipe_fills_both_where_the_file_unties_the_model(
    empty: Empty, family: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    original = tiny.model(type(tied(family)).__name__, family, tie_word_embeddings=False)
    path = tiny.saved(original, tmp_path) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"tie_word_embeddings": True}))
    config = loadstone.AutoConfig.from_pretrained(tmp_path)
    with empty():
        model = type(original)(config)
    with caplog.at_level(logging.WARNING, "loadstone"):
        model.tie_weights()
    assert "is not tied" in caplog.text and model.config.tie_word_embeddings is False
    model = accelerate.load_checkpoint_and_dispatch(model, tmp_path, device_map="auto").eval()
    assert torch.equal(model(tiny.IDS).logits, original(tiny.IDS).logits)


def test_tying_a_skeleton_of_no_folder_reads_nothing(tmp_path: Path) -> None:
    config = tiny.config("llama", tie_word_embeddings=True)
    config.save_pretrained(tmp_path)  # without weights
    for each in (config, loadstone.LlamaConfig.from_pretrained(tmp_path)):
        with torch.device("meta"):
            model = loadstone.LlamaForCausalLM(each)
        model.tie_weights()
        assert model.lm_head.weight is model.model.embed_tokens.weight
