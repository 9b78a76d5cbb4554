"""``generate`` beside transformers': its arguments, caches of the caller's own, the end of a table of positions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.torch.modeling.cache import DynamicCache

NEW = 6
PADDED = torch.tensor([[0, 0, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])
MASK = (PADDED != 0).long()
SIZES: dict[str, dict[str, Any]] = {
    "GPT2LMHeadModel": dict(family="gpt2", pad_token_id=0, bos_token_id=1, eos_token_id=2),
    "BertLMHeadModel": dict(family="bert", is_decoder=True, pad_token_id=0, eos_token_id=2, type_vocab_size=3),
    "LlamaForCausalLM": dict(family="llama", pad_token_id=0, bos_token_id=1, eos_token_id=2),
}


def both(class_name: str, folder: Path, **changes: Any) -> tuple[Any, Any]:
    """The same model as Loadstone's and as transformers'."""
    model = tiny.model(class_name, **(SIZES[class_name] | changes))
    for name, parameter in model.named_parameters():
        parameter.data *= 0 if name.endswith("bias") else 3  # so that texts depend on their tokens
    tiny.saved(model, folder)
    return tuple(getattr(each, class_name).from_pretrained(folder).eval() for each in (loadstone, transformers))  # type: ignore[return-value]


@pytest.mark.parametrize("use_cache", [True, False], ids=["cache", "no-cache"])
@pytest.mark.parametrize("class_name", ["GPT2LMHeadModel", "BertLMHeadModel"])
def test_token_types_count_and_go_on_with_the_last(class_name: str, use_cache: bool, tmp_path: Path) -> None:
    ours, theirs = both(class_name, tmp_path)
    types = torch.tensor([[0, 0, 1, 1, 0, 1], [0, 0, 0, 1, 1, 1]])
    options = dict(attention_mask=MASK, token_type_ids=types, max_new_tokens=NEW, use_cache=use_cache)
    expected = theirs.generate(PADDED, **options)
    assert torch.equal(ours.generate(PADDED, **options), expected)
    assert not torch.equal(ours.generate(PADDED, attention_mask=MASK, max_new_tokens=NEW), expected)
    with pytest.raises(ArgumentError, match=r"token_type_ids has shape \(2, 5\), expected \(2, 6\)"):
        ours.generate(PADDED, token_type_ids=types[:, 1:])


def test_token_types_say_nothing_to_a_model_without_them() -> None:
    model = tiny.llama()
    types = torch.ones_like(tiny.IDS)
    assert torch.equal(model.generate(tiny.IDS, token_type_ids=types), model.generate(tiny.IDS))


def test_drawn_tokens_are_those_of_transformers(tmp_path: Path) -> None:
    ours, theirs = both("LlamaForCausalLM", tmp_path)
    cases: list[dict[str, Any]] = [
        {},
        {"temperature": 3.0, "top_k": 0},
        {"temperature": 3.0, "top_k": None, "top_p": 0.7},
        {"temperature": 2.0, "top_k": 9, "top_p": 0.5},
        {"top_p": 0.0},
    ]
    for options in cases:
        texts = []
        for model in (ours, theirs):
            torch.manual_seed(0)
            texts.append(model.generate(tiny.IDS, do_sample=True, max_new_tokens=12, eos_token_id=None, **options))
        assert torch.equal(*texts), options


def test_keys_of_the_file_make_the_text_of_transformers(tmp_path: Path) -> None:
    tiny.saved(tiny.llama(eos_token_id=2, pad_token_id=0), tmp_path)
    plain = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path).generate(tiny.IDS, max_new_tokens=NEW)
    ends = [int(plain[0, 8]), int(plain[1, 7])]
    files: list[dict[str, Any]] = [
        {"eos_token_id": ends},
        {"eos_token_id": ends[0], "pad_token_id": 3, "max_length": 10},
        {"max_new_tokens": 4, "max_length": 8, "temperature": 0.0, "top_k": -1},
        {},
        {"repetition_penalty": 1.3, "no_repeat_ngram_size": 2, "suppress_tokens": ends, "forced_eos_token_id": 5},
        {"num_beams": 3, "num_return_sequences": 2, "early_stopping": True, "bad_words_ids": [ends, [ends[0]]]},
        {"do_sample": True, "temperature": 1.7, "top_p": 0.8, "min_p": 0.02, "sequence_bias": [[[ends[1]], 2.0]]},
        {"min_length": 9, "eos_token_id": ends, "exponential_decay_length_penalty": [1, 1.4], "max_time": 60},
    ]
    for keys in files:
        (tmp_path / "generation_config.json").write_text(json.dumps(keys))
        texts = []
        for each in (loadstone, transformers):
            torch.manual_seed(0)
            texts.append(each.AutoModelForCausalLM.from_pretrained(tmp_path).eval().generate(tiny.IDS))
        assert torch.equal(*texts), keys
    (tmp_path / "generation_config.json").write_text(
        json.dumps({"return_dict_in_generate": True, "output_scores": True})
    )
    out = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path).generate(tiny.IDS, max_new_tokens=2)
    assert len(out.scores) == 2


def test_older_configs_that_say_how_to_generate_make_the_text_of_transformers(tmp_path: Path) -> None:
    tiny.saved(tiny.llama(eos_token_id=2, pad_token_id=0), tmp_path)
    (tmp_path / "generation_config.json").unlink(missing_ok=True)
    values = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(values | {"max_length": 9, "top_k": 3, "temperature": 0.0}))
    ours, theirs = (
        each.AutoModelForCausalLM.from_pretrained(tmp_path).eval().generate(tiny.IDS)
        for each in (loadstone, transformers)
    )
    assert ours.shape == (2, 9) and torch.equal(ours, theirs)


def test_a_generation_config_as_second_argument_is_that_of_the_call() -> None:
    model = tiny.llama()
    assert model.generate(tiny.IDS, loadstone.GenerationConfig(max_new_tokens=2)).shape == (2, 8)
    assert model.generate(tiny.IDS, generation_config={"max_new_tokens": 2}, max_new_tokens=3).shape == (2, 9)


def test_keywords_that_change_nothing_are_taken() -> None:
    model = tiny.llama()
    taken: dict[str, Any] = dict(
        num_beams=1, num_return_sequences=1, synced_gpus=False, tokenizer=None, return_dict_in_generate=False
    )
    taken |= dict(labels=tiny.IDS, logits_processor=[], stopping_criteria=None, repetition_penalty=1.0, use_cache=None)
    assert torch.equal(model.generate(tiny.IDS, **taken), model.generate(tiny.IDS))
    with pytest.raises(UnknownArgument, match=r"'atention_mask'\. Did you mean 'attention_mask'"):
        model.generate(tiny.IDS, atention_mask=MASK)


def test_without_a_prompt_a_text_begins_with_its_token(tmp_path: Path) -> None:
    ours, theirs = both("GPT2LMHeadModel", tmp_path)
    assert torch.equal(ours.generate(max_new_tokens=NEW), theirs.generate(max_new_tokens=NEW))
    with pytest.raises(ArgumentError, match="needs input_ids of shape"):
        ours.generate(bos_token_id=None)


@pytest.mark.parametrize("ids", [[[1, 2]], torch.ones(2, 0), torch.ones(0, 2).long(), torch.ones(1, 2)], ids=str)
def test_what_is_no_prompt_is_refused(ids: Any) -> None:
    with pytest.raises(ArgumentError, match="needs input_ids of shape"):
        tiny.llama().generate(ids)


# caches -----------------------------------------------------------------------------------------------


class Witness(loadstone.LlamaForCausalLM):  # type: ignore[misc]
    """Keeps what each step was prepared from, and takes an input of its own."""

    def prepare_inputs_for_generation(self, input_ids: Any, note: Any = None, **kwargs: Any) -> dict[str, Any]:
        self.__dict__.setdefault("seen", []).append((kwargs["past_key_values"], note))
        made: dict[str, Any] = super().prepare_inputs_for_generation(input_ids, **kwargs)
        return made


def test_no_cache_is_handed_over_before_the_first_step() -> None:
    model = Witness(tiny.config("llama"))
    model.generate(tiny.IDS, max_new_tokens=2, eos_token_id=None, note="mine")
    (first, note), (second, _) = model.__dict__["seen"]
    assert first is None and note == "mine"
    assert second.get_seq_length() == 6 + 1, "it has grown since"


@pytest.mark.parametrize("whole", [True, False], ids=["whole-text", "new-tokens"])
@pytest.mark.parametrize("class_name", ["LlamaForCausalLM", "GPT2LMHeadModel"])
def test_a_cache_of_the_callers_goes_on(class_name: str, whole: bool, tmp_path: Path) -> None:
    ours, theirs = both(class_name, tmp_path)
    texts = []
    for model in (ours, theirs):
        with torch.no_grad():
            start = dict(attention_mask=MASK[:, :4], position_ids=(MASK[:, :4].cumsum(1) - 1).clamp(min=0))
            cache = model(PADDED[:, :4], **start, use_cache=True).past_key_values
        ids = PADDED if whole else PADDED[:, 4:]
        texts.append(model.generate(ids, attention_mask=MASK, past_key_values=cache, max_new_tokens=NEW))
        assert cache.get_seq_length() == 6 + NEW - 1
    plain = ours.generate(PADDED, attention_mask=MASK, max_new_tokens=NEW)
    assert torch.equal(texts[0], plain if whole else plain[:, 4:])
    assert torch.equal(*texts)


@pytest.mark.parametrize(
    ("cache", "options", "message"),
    [
        ([(torch.ones(1), torch.ones(1))], {}, "past_key_values is a list, expected a DynamicCache"),
        ("empty", {"use_cache": False}, "past_key_values is a cache, and use_cache=False"),
        ("filled", {}, "holds 6 tokens, and the prompt has 6 in all: none is left to read"),
        ("filled", {"attention_mask": torch.ones(2, 7)}, r"expected \(2, 6\), or \(2, 12\) with what the cache holds"),
    ],
    ids=["tuples", "no-cache", "all-read", "mask"],
)
def test_a_cache_that_cannot_go_on_is_refused(cache: Any, options: dict[str, Any], message: str) -> None:
    model = tiny.llama()
    if cache == "filled":
        with torch.no_grad():
            cache = model(tiny.IDS, use_cache=True).past_key_values
    with pytest.raises(ArgumentError, match=message):
        model.generate(tiny.IDS, past_key_values=DynamicCache() if cache == "empty" else cache, **options)


def test_a_cache_for_a_model_that_keeps_none_is_refused() -> None:
    model = tiny.model("RobertaForCausalLM", "roberta", pad_token_id=1)
    with pytest.raises(ArgumentError, match="is no decoder: it reads no past_key_values"):
        model.generate(tiny.IDS, past_key_values=DynamicCache())


# positions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("class_name", "family"), [("GPT2LMHeadModel", "gpt2"), ("OPTForCausalLM", "opt")])
def test_text_stops_where_the_positions_do_and_says_so(
    class_name: str, family: str, caplog: pytest.LogCaptureFixture
) -> None:
    changes: dict[str, Any] = (
        dict(n_positions=9) if family == "gpt2" else dict(ffn_dim=48, max_position_embeddings=9, word_embed_proj_dim=32)
    )
    model = tiny.model(class_name, family, eos_token_id=None, **changes)
    assert model.generate(tiny.IDS, max_new_tokens=4).shape == (2, 10)
    assert caplog.messages == []
    text = model.generate(tiny.IDS, max_new_tokens=50)
    assert text.shape == (2, 10), "the last token is never read, so it needs no position"
    assert "stopped after 4 new tokens" in caplog.text
    padded = model.generate(PADDED[:1], attention_mask=MASK[:1], max_new_tokens=50)
    assert padded.shape == (1, 12), "padding takes no position"
    with pytest.raises(ArgumentError, match="has 10 tokens, and this model has positions for 9"):
        model.generate(text, max_new_tokens=1)


def test_roberta_generates_up_to_its_last_position() -> None:
    model = tiny.model("RobertaForCausalLM", "roberta", pad_token_id=1, eos_token_id=None, max_position_embeddings=10)
    assert model.generate(tiny.IDS, max_new_tokens=50).shape == (2, 9), "10 rows, the first two of them for padding"


def test_a_prompt_that_comes_twice_and_a_mask_that_is_no_tensor_are_refused() -> None:
    model = tiny.llama()
    with pytest.raises(ArgumentError, match="Give the prompt once"):
        model.generate(tiny.IDS, input_ids=tiny.IDS)
    with pytest.raises(ArgumentError, match="attention_mask is a str, expected a tensor"):
        model.generate(tiny.IDS, attention_mask="ones")
