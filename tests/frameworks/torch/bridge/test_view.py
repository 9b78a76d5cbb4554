"""transformers' own ``generate`` on a model of ours."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone
from loadstone.frameworks.torch.bridge.view import view


def t5() -> Any:
    sizes = dict(vocab_size=64, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, decoder_start_token_id=0)
    torch.manual_seed(0)
    return loadstone.T5ForConditionalGeneration(loadstone.AutoConfig.for_model("t5", **sizes)).eval()


@pytest.fixture(scope="module", params=["llama", "mistral-window", "gpt2", "t5"])
def model(request: pytest.FixtureRequest) -> Any:
    makers = {
        "llama": tiny.llama,
        "mistral-window": lambda: tiny.model("MistralForCausalLM", "mistral", sliding_window=4),
        "gpt2": lambda: tiny.model("GPT2LMHeadModel", "gpt2"),
        "t5": t5,
    }
    return makers[request.param]()


@pytest.mark.parametrize("how", [{}, {"num_beams": 3}, {"use_cache": False}], ids=["greedy", "beams", "no cache"])
def test_text_is_that_of_our_own_loop(model: Any, how: dict[str, Any]) -> None:
    ours = model.generate(tiny.IDS, max_new_tokens=5, **how)
    assert torch.equal(view(model).generate(tiny.IDS, max_new_tokens=5, **how), ours)


def test_assisted_decoding_writes_what_the_model_would(model: Any) -> None:
    alone, prompt = model.generate(tiny.IDS[:1], max_new_tokens=8), tiny.IDS[:1]
    assert torch.equal(view(model).generate(prompt, max_new_tokens=8, prompt_lookup_num_tokens=3), alone)


def test_an_assistant_of_ours_assists() -> None:
    model, small = tiny.llama(), tiny.llama(seed=1, num_hidden_layers=1)
    helped = view(model).generate(tiny.IDS[:1], max_new_tokens=8, assistant_model=view(small))
    assert torch.equal(helped, model.generate(tiny.IDS[:1], max_new_tokens=8))


def test_watermarks_are_those_of_transformers_on_its_own_model() -> None:
    model = tiny.llama()
    peer = transformers.LlamaForCausalLM(transformers.LlamaConfig(**model.config.to_dict())).eval()
    peer.load_state_dict(model.state_dict())
    how: dict[str, Any] = {"max_new_tokens": 8, "watermarking_config": transformers.WatermarkingConfig(bias=5.0)}
    marked = view(model).generate(tiny.IDS, **how)
    assert torch.equal(marked, peer.generate(tiny.IDS, **how))
    assert not torch.equal(marked, model.generate(tiny.IDS, max_new_tokens=8))


def test_the_view_has_no_state_of_its_own() -> None:
    model = tiny.llama()
    seen = view(model)
    assert vars(seen) is vars(model) and type(model) is loadstone.LlamaForCausalLM
    assert isinstance(seen, transformers.GenerationMixin) and isinstance(seen, transformers.PreTrainedModel)
    model.generation_config = loadstone.GenerationConfig(max_new_tokens=3)
    assert seen.generate(tiny.IDS).shape[1] == tiny.IDS.shape[1] + 3
