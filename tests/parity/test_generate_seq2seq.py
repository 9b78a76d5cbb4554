"""``generate`` of encoder-decoders equals transformers' token for token, in three frameworks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import transformers

from loadstone.errors import ArgumentError, UnknownArgument

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made

IDS = torch.tensor([[3, 4, 5, 6, 7], [8, 9, 10, 0, 0], [11, 12, 13, 14, 0], [15, 16, 17, 18, 19]])
MASK = (IDS != 0).long()
READ = {"input_ids": IDS, "attention_mask": MASK}
PROMPT = torch.tensor([[0, 5], [0, 7], [0, 8], [0, 9]])
NEW = 8

in_each = pytest.mark.parametrize("framework", FRAMEWORKS)
in_torch_first = pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:])]
)
"""What is computed once for all frameworks: the others compile programs of other shapes for it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A T5 whose texts depend on all that it reads."""
    config = transformers.T5Config(
        **{"vocab_size": 31, "d_model": 12, "d_kv": 3, "d_ff": 20, "num_layers": 1},
        **{"num_heads": 4, "decoder_start_token_id": 0, "eos_token_id": 1, "tie_word_embeddings": False},
    )
    made = Made("T5ForConditionalGeneration", config, tmp_path_factory.mktemp("t5"))
    for name, parameter in made.model.named_parameters():
        if "norm" not in name:
            parameter.data *= 1.7
    made.model.save_pretrained(made.folder)
    return made


@pytest.fixture(scope="module")
def stops(made: Made) -> list[int]:
    """Tokens that the free texts have, at different places: what ends some of them early."""
    free = expected(made, max_new_tokens=NEW, eos_token_id=None)
    return [free[0][3], free[1][5]]


def expected(made: Made, **options: Any) -> list[list[int]]:
    return made.model.generate(**(READ | options)).tolist()  # type: ignore[no-any-return]


def found(made: Made, framework: str, **options: Any) -> list[list[int]]:
    return SIDES[framework].generate(made.of(framework), **(READ | options))


def agree(made: Made, framework: str, **options: Any) -> list[list[int]]:
    """The texts, which are those of transformers."""
    texts = expected(made, **options)
    assert found(made, framework, **options) == texts, options
    return texts


@in_each
def test_greedy_texts_that_end_at_different_times(made: Made, stops: list[int], framework: str) -> None:
    texts = agree(made, framework, max_new_tokens=NEW, eos_token_id=stops, pad_token_id=2)
    assert len({tuple(text) for text in texts}) > 1 and any(2 in text for text in texts)
    agree(made, framework, max_length=NEW, min_new_tokens=5, eos_token_id=stops)
    agree(made, framework, max_length=NEW, min_length=6, eos_token_id=stops[0])


@in_torch_first
def test_forced_and_suppressed_tokens(made: Made, stops: list[int], framework: str) -> None:
    first = [text[1] for text in expected(made, max_new_tokens=1)]
    for options in (
        {"suppress_tokens": first, "forced_eos_token_id": 2},
        {"begin_suppress_tokens": first},
        {"forced_bos_token_id": 7, "begin_suppress_tokens": first},
        {"forced_bos_token_id": 7, "num_beams": 2, "suppress_tokens": stops},
    ):
        rows = {name: array[:2] for name, array in READ.items()} if "num_beams" in options else {}
        agree(made, framework, max_new_tokens=NEW, eos_token_id=None, **options, **rows)


BEAMS: list[dict[str, Any]] = [
    {"length_penalty": 2.0, "early_stopping": True, "num_return_sequences": 2},
    {"length_penalty": -1.0, "early_stopping": False},
    {"length_penalty": 0.0, "early_stopping": "never"},
]


@in_each
@pytest.mark.parametrize("options", BEAMS, ids=lambda options: str(options["early_stopping"]))
def test_beams(made: Made, stops: list[int], framework: str, options: dict[str, Any]) -> None:
    two = {name: array[1:3] for name, array in READ.items()}
    agree(made, framework, max_new_tokens=NEW, num_beams=2, eos_token_id=stops, **two, **options)


@in_torch_first
def test_a_text_may_be_begun(made: Made, framework: str) -> None:
    texts = agree(made, framework, decoder_input_ids=PROMPT, max_length=NEW + 1, eos_token_id=None)
    assert found(made, framework, decoder_input_ids=PROMPT[:, 1:], max_new_tokens=NEW - 1, eos_token_id=None) == texts
    places = [[1, 5], [2, 9], [4, 3]]
    begun = found(made, framework, forced_decoder_ids=places, max_length=NEW + 1, eos_token_id=None)
    assert all(text[:3] == [0, 5, 9] and text[4] == 3 for text in begun)


@in_each
def test_padding_is_told_from_the_ids_and_the_encoder_may_have_been_run(made: Made, framework: str) -> None:
    options: dict[str, Any] = {"max_new_tokens": NEW, "eos_token_id": None}
    texts = expected(made, **options)
    side, model = SIDES[framework], made.of(framework)
    assert side.generate(model, inputs=IDS, **options) == texts
    with torch.no_grad():
        encoded = made.model.get_encoder()(**READ).last_hidden_state
    outputs = (side.to(encoded),)
    assert side.generate(model, encoder_outputs=outputs, attention_mask=MASK, **options) == texts
    vectors = made.model.get_input_embeddings()(IDS).detach()
    assert side.generate(model, inputs_embeds=vectors, attention_mask=MASK, **options) == texts


@in_each
def test_samples_repeat_with_their_seed_and_streams_are_what_is_written(made: Made, framework: str) -> None:
    class Listener:
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def put(self, value: Any) -> None:
            self.seen.append(np.asarray(value))

        def end(self) -> None:
            self.seen.append("end")

    def drawn(seed: int, **more: Any) -> list[list[int]]:
        if framework == "torch":
            more["generator"] = torch.Generator().manual_seed(seed)
        elif framework == "flax":
            import jax

            more["prng_key"] = jax.random.key(seed)
        else:
            more["seed"] = seed
        return found(made, framework, do_sample=True, max_new_tokens=NEW, eos_token_id=None, **more)

    listener = Listener()
    first = drawn(3, streamer=listener)
    assert drawn(3) == first != drawn(4)
    prompt, *steps, end = listener.seen
    assert np.concatenate((prompt, np.stack(steps, axis=1)), axis=1).tolist() == first and end == "end"
    half = {name: array[:2] for name, array in READ.items()}
    assert np.shape(drawn(3, num_return_sequences=2, **half)) == (4, NEW + 1)


@pytest.mark.long
@in_each
def test_without_a_cache(made: Made, stops: list[int], framework: str) -> None:
    agree(made, framework, max_new_tokens=5, use_cache=False)
    agree(made, framework, max_new_tokens=5, use_cache=False, num_beams=3, eos_token_id=stops)


@pytest.mark.long
@in_each
@pytest.mark.parametrize("early_stopping", [False, True, "never"])
@pytest.mark.parametrize("length_penalty", [-1.0, 0.0, 0.7, 2.0])
def test_many_beams(made: Made, stops: list[int], framework: str, early_stopping: Any, length_penalty: float) -> None:
    shape = {"early_stopping": early_stopping, "length_penalty": length_penalty, "max_new_tokens": NEW}
    for ends in (None, stops[0], [*stops, 1]):
        agree(made, framework, num_beams=4, num_return_sequences=3, eos_token_id=ends, **shape)
    agree(made, framework, num_beams=4, decoder_input_ids=PROMPT, eos_token_id=stops, min_new_tokens=3, **shape)


def test_tensorflow_traces_each_pass_once(made: Made) -> None:
    model = made.of("tensorflow")
    for rows, new in ((1, 3), (4, 5), (2, 4)):
        found(
            made,
            "tensorflow",
            input_ids=IDS[:rows, : rows + 1],
            attention_mask=MASK[:rows, : rows + 1],
            max_new_tokens=new,
        )
    _, programs = model.__dict__["_generation_programs"]
    answers = next(each for key, each in programs.items() if key[0] == "answer")
    assert [each.experimental_get_tracing_count() for each in (answers.first, answers.later)] == [1, 1]


@in_each
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"input_ids": None, "attention_mask": None}, "needs something to read: input_ids or inputs_embeds"),
        ({"inputs": IDS}, "Give input_ids once"),
        (
            {"decoder_input_ids": PROMPT[:2]},
            r"decoder_input_ids has shape \(2, 2\) .*, expected integers \(4, tokens\)",
        ),
        ({"decoder_attention_mask": MASK}, r"decoder_attention_mask has shape \(4, 5\), expected \(4, 1\)"),
        ({"encoder_outputs": 3}, "encoder_outputs is a int, expected an encoder's output"),
        ({"num_return_sequences": 2}, "greedy decoding writes one text"),
        ({"num_beams": 2, "do_sample": True, "num_return_sequences": 3}, "beam search no more than it has beams"),
        ({"num_beams": 2, "early_stopping": "soon"}, 'early_stopping is .soon., expected True, False or "never"'),
        ({"num_beams": 0}, "num_beams is 0, expected an integer, 1 or more"),
        ({"num_beams": 2, "streamer": object()}, "no token is sure before the end"),
        ({"forced_bos_token_id": 99}, r"forced_bos_token_id is \[99\], expected tokens of the vocabulary"),
        ({"forced_decoder_ids": [3]}, "forced_decoder_ids is .*, expected pairs of a place and a token id"),
    ],
)
def test_what_makes_no_sense_is_refused(made: Made, framework: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        found(made, framework, **options)


def test_a_model_that_says_nothing_of_the_first_token_is_told_so() -> None:
    from loadstone import T5Config, T5ForConditionalGeneration

    config = T5Config(d_model=8, d_kv=4, d_ff=8, num_heads=2, num_layers=1, vocab_size=20, pad_token_id=None)
    model = T5ForConditionalGeneration(config)
    with pytest.raises(ArgumentError, match="says with which token a text begins"):
        model.generate(IDS)
    assert model.generate(IDS, decoder_start_token_id=5, max_new_tokens=1)[:, 0].tolist() == [5] * 4
    assert model.generate(IDS, decoder_start_token_id=[5, 6, 7, 8], max_new_tokens=1)[:, 0].tolist() == [5, 6, 7, 8]
    assert model.generate(IDS, bos_token_id=4, max_new_tokens=1)[:, 0].tolist() == [4] * 4
    with pytest.raises(UnknownArgument, match="pixel_values"):
        model.generate(IDS, pixel_values=torch.ones(1), decoder_start_token_id=5)  # type: ignore[call-arg]
