"""``generate`` with what only a caller can give: processors, criteria, streamers, tokenizers, vectors, caches; and what
it returns beside a text. All of it beside transformers'."""

from __future__ import annotations

import queue
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

import loadstone
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.stops import Stops
from loadstone.frameworks.torch.modeling.cache import DynamicCache

from .writing_pairs import IDS, NEW, Pairs

SEARCH: dict[str, Any] = {"num_beams": 3, "num_return_sequences": 2}
WHOLE = torch.tensor([[5, 6, 7, 8, 9, 7, 8], [11, 12, 13, 11, 12, 13, 11]])
"""Without padding."""


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Words of one to three letters, by byte pairs."""
    letters = [chr(97 + place) for place in range(26)]
    words = {
        word: place for place, word in enumerate([*letters, *(one + "b" for one in letters[:8]), "abc", "bca", "."])
    }
    made = Tokenizer(models.WordLevel(words, unk_token="."))
    made.pre_tokenizer, made.decoder = pre_tokenizers.Split("", "isolated"), decoders.Fuse()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, unk_token=".")


# what is returned ---------------------------------------------------------------------------------------


def tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    return [each for part in value for each in tensors(part)] if isinstance(value, tuple | list) else []


@pytest.mark.parametrize("way", [{}, {"do_sample": True}, SEARCH], ids=["greedy", "sampled", "beams"])
@pytest.mark.parametrize("family", ["llama", "t5"])
def test_outputs_have_the_names_and_values_of_transformers(writers: Pairs, family: str, way: dict[str, Any]) -> None:
    pair = writers(family)
    flags = ("scores", "logits", "attentions", "hidden_states")
    asked = {f"output_{flag}": True for flag in flags} | {"return_dict_in_generate": True, "eos_token_id": None}
    made = []
    for model in (pair.theirs, pair.ours):
        torch.manual_seed(0)
        made.append(model.generate(WHOLE, max_new_tokens=4, **asked, **way))
    theirs, ours = made
    assert type(ours).__name__ == type(theirs).__name__ and list(ours.keys()) == list(theirs.keys())
    for name in {*ours.keys()} - {"past_key_values"}:
        found, expected = tensors(ours[name]), tensors(theirs[name])
        assert [each.shape for each in found] == [each.shape for each in expected], name
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4, check_dtype=False)
    assert ours.past_key_values.get_seq_length() == theirs.past_key_values.get_seq_length()
    rows = ours.get("beam_indices")
    for normalize in (False, True):
        expected = pair.theirs.compute_transition_scores(theirs.sequences, theirs.scores, rows, normalize)
        found = pair.ours.compute_transition_scores(ours.sequences, ours.scores, rows, normalize)
        torch.testing.assert_close(found, expected)


def test_beams_that_end_early_have_their_scores(writers: Pairs) -> None:
    pair = writers("llama")
    text = pair.agree()
    ends = [int(text[0, 9]), int(text[1, 8])]
    options: dict[str, Any] = dict(eos_token_id=ends, return_dict_in_generate=True, output_scores=True, **SEARCH)
    theirs, ours = (model.generate(**pair.inputs, max_new_tokens=NEW, **options) for model in (pair.theirs, pair.ours))
    assert torch.equal(ours.sequences, theirs.sequences) and torch.equal(ours.beam_indices, theirs.beam_indices)
    assert (ours.beam_indices < 0).any()
    torch.testing.assert_close(ours.sequences_scores, theirs.sequences_scores)
    found, expected = (
        model.compute_transition_scores(out.sequences, out.scores, out.beam_indices)
        for model, out in ((pair.ours, ours), (pair.theirs, theirs))
    )
    torch.testing.assert_close(found, expected)


def test_without_a_dict_the_flags_say_nothing(writers: Pairs) -> None:
    assert isinstance(writers("llama").ours.generate(WHOLE, output_scores=True, output_attentions=True), torch.Tensor)


# processors and criteria --------------------------------------------------------------------------------


def shifted(ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    return scores.roll(1, dims=-1) if ids.shape[1] % 2 else scores


def stamped(ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    scores[:, 3] = scores.max()  # where it is
    return scores


@pytest.mark.parametrize("way", [{}, {"do_sample": True}, SEARCH], ids=["greedy", "sampled", "beams"])
@pytest.mark.parametrize("family", ["llama", "t5"])
def test_processors_of_anyone(writers: Pairs, family: str, way: dict[str, Any]) -> None:
    pair = writers(family)
    lists = (
        [shifted, stamped],
        transformers.LogitsProcessorList([transformers.TopKLogitsWarper(4), shifted]),
        [transformers.NoRepeatNGramLogitsProcessor(2)],
    )
    for processors in lists:
        pair.agree(logits_processor=processors, repetition_penalty=1.2, **way)
    one = pair.ours.generate(WHOLE, logits_processor=shifted)
    assert torch.equal(one, pair.ours.generate(WHOLE, logits_processor=[shifted]))


def test_a_processor_of_the_callers_stands_in_for_the_rule(writers: Pairs, caplog: pytest.LogCaptureFixture) -> None:
    writers("llama").agree(
        repetition_penalty=5.0, logits_processor=[transformers.RepetitionPenaltyLogitsProcessor(1.1)]
    )
    assert "repetition_penalty: the logits processors that generate was given are used instead" in caplog.text


def test_a_processor_that_writes_into_its_scores_leaves_the_logits(writers: Pairs) -> None:
    asked: dict[str, Any] = dict(return_dict_in_generate=True, output_logits=True, max_new_tokens=1)
    model = writers("llama").ours
    plain, other = (model.generate(WHOLE, **asked, **more) for more in ({}, {"logits_processor": stamped}))
    assert torch.equal(plain.logits[0], other.logits[0])


@pytest.mark.parametrize("way", [{}, SEARCH], ids=["greedy", "beams"])
def test_only_some_tokens_may_follow(writers: Pairs, way: dict[str, Any]) -> None:
    pair = writers("llama")

    def allowed(prompt: int, text: torch.Tensor) -> list[int]:
        assert isinstance(text, torch.Tensor) and text.dim() == 1
        return [5 + prompt, 9, int(text[-1]) % 30 + 1]

    pair.agree(prefix_allowed_tokens_fn=allowed, **way)
    pair.agree(prefix_allowed_tokens_fn=allowed, suppress_tokens=[9, 12], **way)
    pair.agree(prefix_allowed_tokens_fn=allowed, bad_words_ids=[[token] for token in range(1, 37)], **way)


class Stop(transformers.StoppingCriteria):
    """A text is complete with a token; keeps what it was given."""

    def __init__(self, token: int) -> None:
        self.token = token
        self.given: list[Any] = []

    def __call__(self, input_ids: Any, scores: Any, **others: Any) -> Any:
        self.given.append(scores)
        return input_ids[:, -1] == self.token


@pytest.mark.parametrize("way", [{}, SEARCH], ids=["greedy", "beams"])
def test_criteria_of_anyone(writers: Pairs, way: dict[str, Any]) -> None:
    pair = writers("llama")
    text = pair.agree(**way)
    token, length = int(text[0, 9]), IDS.shape[1]
    for criteria in (
        [Stop(token)],
        transformers.StoppingCriteriaList([Stop(token), lambda ids, scores: ids[:, -1] == int(text[1, 8])]),
        [transformers.MaxLengthCriteria(length + 3)],
    ):
        pair.agree(stopping_criteria=criteria, eos_token_id=int(text[1, 9]), pad_token_id=1, **way)
        if not way:
            pair.agree(stopping_criteria=criteria, pad_token_id=1)
    pair.agree(stopping_criteria=[transformers.EosTokenCriteria(token)], pad_token_id=1)
    if not way:  # transformers' search has no room for more than max_new_tokens
        longer = pair.agree(stopping_criteria=[transformers.MaxLengthCriteria(length + 12)])
        assert longer.shape[1] == length + 12, "the criterion is the limit, not max_new_tokens"
    assert pair.ours.generate(WHOLE, stopping_criteria=lambda ids, scores: True, **way).shape[1] == length + 1


def test_criteria_see_the_scores_that_are_returned(writers: Pairs) -> None:
    for flags, kept in (({}, None), ({"return_dict_in_generate": True, "output_scores": True}, [1, 2])):
        stop = Stop(99)
        writers("llama").ours.generate(WHOLE, max_new_tokens=2, eos_token_id=None, stopping_criteria=[stop], **flags)
        assert [each and len(each) for each in stop.given] == (kept or [None, None])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"logits_processor": lambda ids, scores: scores[:, :5]}, r"<lambda> returned a tensor \(2, 5\) of float32"),
        (
            {"logits_processor": lambda ids, scores: scores.argmax(-1)},
            r"returned a tensor \(2,\) of int64, expect",
        ),
        ({"logits_processor": [lambda ids, scores: None]}, r"returned a NoneType, expected scores \(2, 37\)"),
        ({"logits_processor": ["top"]}, "logits_processor has a str, expected a function"),
        ({"logits_processor": 3}, "logits_processor has a int, expected a function"),
        ({"stopping_criteria": [lambda ids, scores: "soon"]}, "returned 'soon', expected True or False"),
        ({"stopping_criteria": lambda ids, scores: ids}, r"returned a tensor \(2, 8\) of int64, expected True"),
        ({"stopping_criteria": {"a": 1}}, "stopping_criteria has a dict, expected a function"),
        ({"prefix_allowed_tokens_fn": lambda prompt, text: []}, r"returned \[\] for prompt 0, expected a list with at"),
        ({"prefix_allowed_tokens_fn": lambda prompt, text: [99]}, r"returned \[99\] for prompt 0"),
        ({"prefix_allowed_tokens_fn": [3]}, r"prefix_allowed_tokens_fn is \[3\], expected a function"),
        ({"stop_strings": ["."]}, r"stop_strings is \['.'\], and tokenizer is none: .* Give generate tokenizer="),
        ({"stop_strings": ".", "tokenizer": 3}, "tokenizer is a int, which has no decode"),
        ({"stop_strings": 3}, "stop_strings is 3, expected a string, or a list of them"),
        ({"max_time": -1}, "max_time is -1, expected 0 or more, in seconds"),
        ({"synced_gpus": True}, "no process group of torch.distributed is there"),
        ({"num_beams": 2, "streamer": object()}, "no token is sure before the end"),
        (
            {"inputs_embeds": torch.ones(2, 3)},
            r"inputs_embeds has shape \(2, 3\), expected vectors \(2, t",
        ),
        ({"inputs_embeds": torch.ones(3, 3, 16)}, r"inputs_embeds has shape \(3, 3, 16\), expected vectors \(2, "),
        ({"position_ids": torch.ones(2, 3).long()}, r"position_ids has shape \(2, 3\), expected \(2, 7\)"),
        ({"bad_words_ids": [3]}, r"bad_words_ids is \[3\], expected a list of lists of token ids"),
        ({"bad_words_ids": [[99]]}, r"bad_words_ids is \[\[99\]\], expected tokens of the vocabulary, 0 to 36"),
        ({"sequence_bias": {3: 1.0}}, r"sequence_bias is \{3: 1.0\}, expected a dict"),
        ({"sequence_bias": [[[3], "much"]]}, "sequence_bias is .*, expected a dict"),
        ({"repetition_penalty": 0}, "repetition_penalty is 0, expected more than 0"),
        ({"no_repeat_ngram_size": -1}, "no_repeat_ngram_size is -1, expected an integer, 0"),
        (
            {"exponential_decay_length_penalty": 3, "eos_token_id": 2},
            "is 3, expected a pair of an integer and",
        ),
        ({"do_sample": True, "min_p": 2}, "min_p is 2, expected a number from 0 to 1"),
        ({"do_sample": True, "typical_p": 0}, "typical_p is 0, expected more than 0"),
        ({"do_sample": True, "top_h": 0}, "top_h is 0, expected more than 0"),
    ],
)
def test_what_makes_no_sense_names_both_sides(writers: Pairs, options: dict[str, Any], says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        writers("llama").ours.generate(WHOLE, **options)


# streams, strings, time ---------------------------------------------------------------------------------


class Heard(transformers.generation.streamers.BaseStreamer):
    """What comes, in order."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def put(self, value: torch.Tensor) -> None:
        assert value.device.type == "cpu"
        self.values.append(value.tolist())

    def end(self) -> None:
        self.values.append("end")


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_streamers_hear_what_transformers_lets_them_hear(writers: Pairs, family: str, tokenizer: Any) -> None:
    pair, heard = writers(family), (Heard(), Heard())
    for model, streamer in zip((pair.theirs, pair.ours), heard, strict=True):
        model.generate(**pair.inputs, max_new_tokens=4, streamer=streamer, eos_token_id=None)
    assert heard[0].values == heard[1].values and heard[1].values[-1] == "end"
    texts = []
    for model in (pair.theirs, pair.ours):
        streamer = transformers.TextIteratorStreamer(tokenizer, skip_prompt=True, timeout=5)
        model.generate(WHOLE[:1], max_new_tokens=4, streamer=streamer, eos_token_id=None)
        texts.append("".join(streamer))
        with pytest.raises(queue.Empty):
            streamer.text_queue.get_nowait()
    assert texts[0] == texts[1] != ""


@pytest.mark.parametrize("way", [{}, SEARCH], ids=["greedy", "beams"])
def test_strings_that_end_texts(writers: Pairs, tokenizer: Any, way: dict[str, Any]) -> None:
    pair = writers("llama")
    alone: dict[str, Any] = {"input_ids": WHOLE[:1], "attention_mask": None}
    written = tokenizer.decode(pair.agree(**alone, **way)[0, WHOLE.shape[1] :])
    lengths = set()
    for strings in (written[2:4], [written[1:3], "zzz"], [written[5:7]], ["never written"]):
        how: dict[str, Any] = dict(stop_strings=strings, tokenizer=tokenizer, eos_token_id=2, pad_token_id=1, **way)
        lengths.add(pair.agree(**alone, **how).shape[1])
        pair.agree(**how)
        if not way:
            pair.agree(**(how | {"eos_token_id": None}))  # then nothing fills up
    assert len(lengths) > 2 or way
    given = tokenizer.backend_tokenizer
    one = pair.ours.generate(WHOLE[:1], stop_strings=written[2:4], tokenizer=given, max_new_tokens=NEW)
    other = pair.ours.generate(WHOLE[:1], stop_strings=written[2:4], tokenizer=tokenizer, max_new_tokens=NEW)
    assert torch.equal(one, other), "a tokenizer of tokenizers decodes too"


def test_strings_within_a_token_and_across_tokens_and_characters() -> None:
    class Bytes:
        """Each id is a byte, and 300 a word."""

        def decode(self, ids: list[int]) -> str:
            return b"".join(b"so. And" if each == 300 else bytes([each]) for each in ids).decode(errors="replace")

    def ends(ids: list[int], *strings: str) -> bool:
        return bool(Stops(strings, Bytes()).begin().ended(np.array([ids]))[0])

    assert ends([*b"what is so", 300], ". A") and ends([300], "so.") and ends([*b"stop"], "op", "never")
    assert not ends([300, *b"x"], "so.") and not ends([*b"stop "], "stop"), "it ended before the last token"
    assert ends([*"né".encode()], "é") and not ends([*"né".encode()][:-1], "é")
    assert ends([*"né".encode(), 300], "és")


PROSE = "A cat sat. né déjà vu → größer; 漢字かな and 😀😀 ended the_text(here), then: again! " * 3


def by_bytes(kind: str) -> Any:
    """A tokenizer whose tokens may be parts of characters."""
    made = Tokenizer(models.BPE(byte_fallback=kind == "fallback", unk_token="<unk>"))
    if kind == "level":
        made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
        letters, special = pre_tokenizers.ByteLevel.alphabet(), ["<unk>"]
    else:
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        parts = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        made.decoder, letters = decoders.Sequence(parts), []
        special = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=letters, special_tokens=special, show_progress=False)
    made.train_from_iterator([PROSE if kind == "level" else "A cat sat, ended then the text here again"], trainer)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>")


@pytest.mark.parametrize("kind", ["level", "fallback"])
def test_strings_are_found_where_transformers_finds_them(kind: str) -> None:
    tokenizer, ended, rng = by_bytes(kind), 0, np.random.default_rng(0)
    ids = tokenizer(PROSE)["input_ids"]
    text = tokenizer.decode(ids)
    assert "漢字かな" in text and len(ids) > 60
    for _ in range(12):
        starts = rng.integers(5, len(text) - 9, 2)
        strings = [text[start : start + int(rng.choice([1, 2, 4, 8]))] for start in starts]
        theirs, ours = transformers.StopStringCriteria(tokenizer, strings), Stops(tuple(strings), tokenizer).begin()
        for length in range(3, len(ids) + 1):
            found = bool(ours.ended(np.array([ids[:length]]))[0])
            assert found == bool(theirs(torch.tensor([ids[:length]]), None)[0]), (strings, length)
            ended += found
    assert ended > 30


def test_a_text_ends_when_its_time_is_over(writers: Pairs) -> None:
    model = writers("llama").ours
    assert model.generate(WHOLE, max_time=0.0, max_new_tokens=NEW, eos_token_id=None).shape[1] == WHOLE.shape[1] + 1
    assert model.generate(WHOLE, max_time=0.0, num_beams=2, max_new_tokens=NEW).shape[1] == WHOLE.shape[1] + 1
    assert model.generate(WHOLE, max_time=60, max_new_tokens=NEW, eos_token_id=None).shape[1] == WHOLE.shape[1] + NEW


# vectors, positions, caches -----------------------------------------------------------------------------


@pytest.mark.parametrize("way", [{}, SEARCH, {"do_sample": True}], ids=["greedy", "beams", "sampled"])
@pytest.mark.parametrize("family", ["llama", "gpt2", pytest.param("mamba", marks=pytest.mark.long)])
def test_vectors_in_place_of_tokens(writers: Pairs, family: str, way: dict[str, Any]) -> None:
    pair, none = writers(family), {"input_ids": None, "attention_mask": None}
    embeds = pair.theirs.get_input_embeddings()(WHOLE).detach()
    alone = pair.agree(**(none | {"inputs_embeds": embeds}), **way)
    assert alone.shape[1] == NEW
    padded = pair.theirs.get_input_embeddings()(IDS).detach()
    pair.agree(**(none | {"inputs_embeds": padded, "attention_mask": (IDS != 0).long()}), **way)
    both = pair.agree(**(none | {"input_ids": WHOLE, "inputs_embeds": embeds}), **way)
    assert both[:, WHOLE.shape[1] :].tolist() == alone.tolist() or "do_sample" in way
    pair.agree(**(none | {"inputs_embeds": embeds, "max_new_tokens": None, "max_length": 12}), **way)
    pair.agree(**(none | {"inputs_embeds": embeds, "repetition_penalty": 1.5, "no_repeat_ngram_size": 2}), **way)
    if "num_beams" not in way:
        pair.agree(**(none | {"inputs_embeds": embeds, "eos_token_id": int(alone[0, 2]), "min_length": 10}), **way)


@pytest.mark.parametrize("way", [{}, SEARCH], ids=["greedy", "beams"])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_positions_of_the_callers(writers: Pairs, family: str, way: dict[str, Any]) -> None:
    pair = writers(family)
    places = torch.arange(IDS.shape[1])[None] * torch.tensor([[1], [2], [3]]) + 1
    moved = pair.agree(position_ids=places, **way)
    assert not torch.equal(moved, pair.agree(**way))
    pair.agree(position_ids=places, use_cache=False)
    pair.agree(position_ids=places, do_sample=True, num_return_sequences=2)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_a_cache_of_either_library_goes_on(writers: Pairs, family: str) -> None:
    pair, how = writers(family), {"eos_token_id": None, "pad_token_id": None}
    expected = pair.ours.generate(WHOLE, max_new_tokens=NEW, **how)
    for cache in (DynamicCache(), transformers.DynamicCache()):
        begun = pair.ours.generate(WHOLE, max_new_tokens=3, past_key_values=cache, return_dict_in_generate=True, **how)
        assert begun.past_key_values is cache and cache.get_seq_length() == WHOLE.shape[1] + 2
        rest = pair.ours.generate(begun.sequences, max_new_tokens=NEW - 3, past_key_values=cache, **how)
        assert torch.equal(rest, expected)


def test_processes_go_on_together(writers: Pairs, tmp_path: Any) -> None:
    model, passes = writers("llama").ours, []
    expected = model.generate(WHOLE, max_new_tokens=3)
    dist.init_process_group("gloo", f"file://{tmp_path / 'group'}", rank=0, world_size=1)
    handle = model.register_forward_hook(lambda *_: passes.append(1))
    try:
        assert torch.equal(model.generate(WHOLE, max_new_tokens=3, synced_gpus=True), expected)
        assert len(passes) == 3, "nobody else writes"
    finally:
        handle.remove()
        dist.destroy_process_group()


# what transformers does ---------------------------------------------------------------------------------


def test_ways_that_only_transformers_has(writers: Pairs) -> None:
    pair = writers("llama")
    one = {"input_ids": WHOLE[:1], "attention_mask": None}
    helped = pair.ours.generate(WHOLE[:1], prompt_lookup_num_tokens=3, max_new_tokens=NEW, eos_token_id=None)
    assert torch.equal(helped, pair.agree(**one))
    helped = pair.ours.generate(WHOLE[:1], assistant_model=pair.ours, max_new_tokens=NEW, eos_token_id=None)
    assert torch.equal(helped, pair.agree(**one))
    helped = pair.ours.generate(WHOLE[:1], assistant_model=pair.theirs, max_new_tokens=NEW, eos_token_id=None)
    assert torch.equal(helped, pair.agree(**one))
    marked = pair.agree(**one, watermarking_config=transformers.WatermarkingConfig(bias=6.0))
    assert not torch.equal(marked, pair.agree(**one))
    pair.agree(**one, guidance_scale=2.5)
    pair.agree(**one, guidance_scale=1.5, negative_prompt_ids=WHOLE[1:, :4], do_sample=True)
    for given in ({"guidance_scale": 1.5, "max_new_tokens": 3}, loadstone.GenerationConfig(guidance_scale=1.5)):
        assert pair.ours.generate(WHOLE[:1], generation_config=given).shape[0] == 1
    pair.agree(**one, custom_generate=lambda model, input_ids, generation_config, **others: input_ids[:, 1:])
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        pair.ours.generate(WHOLE[:1], penalty_alpha=0.6, top_k=4)
    with pytest.raises(ArgumentError, match=r"torch\.manual_seed"):
        pair.ours.generate(WHOLE[:1], guidance_scale=1.5, generator=torch.Generator())


def test_without_transformers_they_are_refused_with_the_line_that_installs_it(
    writers: Pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadstone.frameworks.torch.modeling.generation.transformers_version", lambda: None)
    with pytest.raises(UnknownArgument, match=r'guidance_scale=2\.5.* pip install "loadstone\[transformers\]"'):
        writers("llama").ours.generate(WHOLE, guidance_scale=2.5)
