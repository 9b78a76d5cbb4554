"""``generate(compile=True)``: when a program is made, what it serves, and what is said where there can be none."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny
from frameworks.torch.test_compiled_families import CONFIGS, inputs_of

import loadstone
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.torch.modeling import static_cache

NEW = 6
PADDED = torch.tensor([[0, 0, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])
OPTIONS: dict[str, Any] = dict(max_new_tokens=NEW, do_sample=False, eos_token_id=None, pad_token_id=0)


class Counting:
    """A backend that runs graphs as they are, and counts them."""

    def __init__(self) -> None:
        self.graphs = 0

    def __call__(self, graph: Any, inputs: object) -> Callable[..., Any]:
        self.graphs += 1
        forward: Callable[..., Any] = graph.forward
        return forward


def test_one_program_serves_prompts_of_all_lengths_and_calls() -> None:
    model, backend = tiny.llama(max_position_embeddings=512), Counting()
    for ids in (tiny.IDS, tiny.IDS[:, :3], PADDED):
        expected = model.generate(ids, **OPTIONS)
        assert torch.equal(model.generate(ids, **OPTIONS, compile_config={"backend": backend}), expected)
        assert backend.graphs == 1


@pytest.mark.long
def test_beams_and_samples_are_the_same() -> None:
    model, backend = tiny.llama(max_position_embeddings=512), Counting()
    for options in ({"num_beams": 2}, {"do_sample": True}):
        texts = []
        for compiled in ({}, {"compile_config": {"backend": backend}}):
            torch.manual_seed(0)
            texts.append(model.generate(tiny.IDS, **(OPTIONS | options), **compiled))
        assert torch.equal(*texts)


@pytest.mark.long
def test_a_cache_of_the_callers_goes_on() -> None:
    model, backend = tiny.llama(), Counting()
    cache = loadstone.StaticCache(config=model.config, max_cache_len=20)
    with torch.no_grad():
        model(tiny.IDS[:, :4], past_key_values=cache)
    texts = model.generate(tiny.IDS, **OPTIONS, past_key_values=cache, compile_config={"backend": backend})
    assert torch.equal(texts, model.generate(tiny.IDS, **OPTIONS))
    grows = loadstone.DynamicCache()
    with torch.no_grad():
        model(tiny.IDS[:, :4], past_key_values=grows)
    with pytest.raises(ArgumentError, match="past_key_values is a DynamicCache: a compiled step needs"):
        model.generate(tiny.IDS, **OPTIONS, past_key_values=grows, compile=True)


@pytest.mark.long
def test_copies_and_pickles_come_without_programs() -> None:
    model, backend = tiny.llama(), Counting()
    model.generate(tiny.IDS, **OPTIONS, compile_config={"backend": backend})
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(other.generate(tiny.IDS, **OPTIONS), model.generate(tiny.IDS, **OPTIONS))


@pytest.mark.long
def test_changed_weights_count() -> None:
    model, backend = tiny.llama(), Counting()
    model.generate(tiny.IDS, **OPTIONS, compile_config={"backend": backend})
    with torch.no_grad():
        model.lm_head.weight.neg_()
    expected = model.generate(tiny.IDS, **OPTIONS)
    assert torch.equal(model.generate(tiny.IDS, **OPTIONS, compile_config={"backend": backend}), expected)


@pytest.mark.long
def test_a_config_of_transformers_is_read() -> None:
    config = transformers.CompileConfig(backend="eager", mode=None)
    model = tiny.llama()
    assert torch.equal(model.generate(tiny.IDS, **OPTIONS, compile_config=config), model.generate(tiny.IDS, **OPTIONS))


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"compile": 1}, ArgumentError, "compile is 1, expected True or False"),
        ({"compile": True, "disable_compile": True}, ArgumentError, "compile=True and disable_compile=True"),
        ({"compile": True, "use_cache": False}, ArgumentError, "compile=True and use_cache=False"),
        ({"compile": True, "cache_implementation": "dynamic"}, ArgumentError, "cache_implementation='dynamic'"),
        ({"compile_config": 3}, ArgumentError, "compile_config is a int, expected a CompileConfig or a dict"),
        ({"compile": True, "token_healing": True}, ArgumentError, "compile=True with what only transformers' generate"),
        ({"compile_config": {"mod": "x"}}, UnknownArgument, "compile_config does not know 'mod'. Did you mean 'mode'?"),
        ({"compile_config": {"mode": "default", "options": {}}}, ArgumentError, "mode and options"),
    ],
)
def test_what_contradicts_itself_is_named(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said.replace("?", r"\?")):
        tiny.llama().generate(tiny.IDS, **OPTIONS, **options)


def test_a_step_that_is_no_program_is_named() -> None:
    model = tiny.llama()
    model.model.layers[0].register_forward_hook(lambda *_: print())
    with pytest.raises(ArgumentError, match=r"compile=True: torch\.compile cannot compile a step of LlamaForCausalLM"):
        model.generate(tiny.IDS, **OPTIONS, compile_config={"backend": "eager"})


_WITHOUT = """
import os, sys, tempfile
os.environ |= {"CXX": "/no/such/compiler", "TORCHINDUCTOR_CACHE_DIR": tempfile.mkdtemp()}
import torch, loadstone
config = loadstone.AutoConfig.for_model(
    "llama", vocab_size=9, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
)
try:
    model = loadstone.LlamaForCausalLM(config)
    model.generate(torch.tensor([[1, 2]]), max_new_tokens=3, eos_token_id=None, compile=True)
except loadstone.errors.FrameworkNotInstalled as error:
    print(error)
"""


@pytest.mark.long
def test_without_a_compiler_the_error_says_how_to_get_one() -> None:
    done = subprocess.run([sys.executable, "-c", _WITHOUT], capture_output=True, text=True, check=True)
    assert "needs a C++ compiler, and torch.compile found none" in done.stdout
    assert "CXX" in done.stdout


OTHERS = {
    "bart": "BartForConditionalGeneration",
    "bert": "BertLMHeadModel",
    "electra": "ElectraForCausalLM",
    "m2m_100": "M2M100ForConditionalGeneration",
    "mamba": "MambaForCausalLM",
    "marian": "MarianForCausalLM",
    "qwen2_vl": "Qwen2VLForConditionalGeneration",
    "roberta": "RobertaForCausalLM",
    "t5": "T5ForConditionalGeneration",
    "whisper": "WhisperForConditionalGeneration",
    "xlm-roberta": "XLMRobertaForCausalLM",
}
"""Family → class: those that are no decoders alone."""


def other(family: str) -> tuple[Any, dict[str, Any]]:
    """A model of another kind than Llama, and what it is asked about."""
    torch.manual_seed(0)
    name = OTHERS[family]
    if family not in CONFIGS:
        return tiny.model(name, family, is_decoder=True, pad_token_id=0), {"input_ids": PADDED}
    model = getattr(loadstone, name)(loadstone.AutoConfig.for_model(family, **CONFIGS[family])).eval()
    given = inputs_of(family, name)
    return model, {key: value for key, value in given.items() if key != "decoder_input_ids"}


@pytest.mark.parametrize("family", OTHERS)
def test_other_kinds_write_the_same_through_a_cache_of_a_fixed_size(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, given = other(family)
    expected = model.generate(**given, **OPTIONS)
    for _ in ("views", "fixed shapes"):
        assert torch.equal(model.generate(**given, **OPTIONS, cache_implementation="static"), expected)
        monkeypatch.setattr(static_cache, "values_known", lambda _: False)


@pytest.mark.long
@pytest.mark.parametrize("family", OTHERS)
def test_other_kinds_become_one_program(family: str) -> None:
    model, given = other(family)
    backend = Counting()
    expected = model.generate(**given, **OPTIONS)
    assert torch.equal(model.generate(**given, **OPTIONS, compile_config={"backend": backend}), expected)
    assert backend.graphs == 1


@pytest.mark.long
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_inductor_writes_the_same_text(dtype: torch.dtype) -> None:
    model = tiny.llama().to(dtype)
    expected = model.generate(PADDED, **OPTIONS)
    for _ in range(2):
        assert torch.equal(model.generate(PADDED, **OPTIONS, compile=True), expected)
