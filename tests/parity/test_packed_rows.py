"""Rows that hold several texts, told apart by positions that start again: each text sees only itself."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import torch

from .cases import DECODERS, Case
from .frameworks import SIDES, TORCH, Models, in_frameworks
from .reference import Store, assert_close, make_inputs, token_ids
from .selections import pairs

WINDOWS = ("window", "layer_types", "window_top1", "window_tied", "window_biases")
DECODER_LMS = [
    p for p in pairs("causal_lm") if p.values[0].family in DECODERS and p.values[0].variant in ("plain", *WINDOWS)
]
LIKE_THE_REFERENCE = [p for p in DECODER_LMS if p.values[0].family != "opt"]
"""transformers 5.23 gives OPT's mask no positions, so that its texts see each other; here they do not."""


def positions(case: Case) -> torch.Tensor:
    """Three rows: texts of 4 and the rest; of 2, 5 and the rest; and one text."""
    rows = [(4, case.length - 4), (2, 5, case.length - 7), (case.length,)]
    return torch.stack([torch.cat([torch.arange(length) for length in lengths]) for lengths in rows])


def packed(case: Case) -> dict[str, Any]:
    return {"input_ids": token_ids(case), "position_ids": positions(case), "use_cache": False}


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@pytest.mark.parametrize(("case", "head"), LIKE_THE_REFERENCE)
def test_logits_and_loss_equal_the_reference(store: Store, case: Case, head: str, attention: str) -> None:
    inputs = packed(case) | {"labels": token_ids(case)}
    expected = store.reference(case, head)(**inputs)
    with torch.no_grad():
        ours = store.ours(case, head, attention=attention)(**inputs)
    assert_close(ours.logits, expected.logits, "logits")
    assert_close(ours.loss, expected.loss, "loss", 1e-5)


@pytest.mark.parametrize("use_cache", [None, False])
@pytest.mark.parametrize(
    ("case", "head"), pairs("token_classification", "question_answering", plain_only=True, families=("llama", "gpt2"))
)
def test_other_heads_keep_texts_apart_where_the_reference_does(
    store: Store, case: Case, head: str, use_cache: bool | None
) -> None:
    """With a cache, which the config asks for where a call does not, the texts of a row see each other there."""
    inputs = packed(case) | {"use_cache": use_cache}
    expected = store.reference(case, head)(**{name: value for name, value in inputs.items() if value is not None})
    with torch.no_grad():
        ours = store.ours(case, head)(**inputs)
    for name in ("logits", "start_logits", "end_logits"):
        if name in expected:
            assert_close(ours[name], expected[name], name)


@pytest.mark.parametrize(("case", "head"), [p for p in DECODER_LMS if p.values[0].variant == "plain"])
def test_a_text_in_a_row_gives_what_it_gives_alone(store: Store, case: Case, head: str) -> None:
    model, inputs = store.ours(case, head, attention="sdpa"), packed(case)
    with torch.no_grad():
        together = model(**inputs).logits
        alone = model(input_ids=inputs["input_ids"][1:2, 2:7]).logits
    assert_close(together[1:2, 2:7], alone, "logits")


@pytest.mark.parametrize(("case", "head"), [p for p in LIKE_THE_REFERENCE if p.values[0].family in ("gpt2", "mistral")])
def test_one_row_of_positions_serves_a_batch_of_vectors(store: Store, case: Case, head: str) -> None:
    reference = store.reference(case, head)
    vectors = reference.model.get_input_embeddings()(token_ids(case)).detach()
    inputs = {"inputs_embeds": vectors, "position_ids": positions(case)[:1], "use_cache": False}
    with torch.no_grad():
        assert_close(store.ours(case, head)(**inputs).logits, reference(**inputs).logits, "logits")


def test_gradient_checkpointing_turns_the_cache_off_and_so_keeps_texts_apart(store: Store) -> None:
    case, head = next(p.values for p in LIKE_THE_REFERENCE)
    inputs = packed(case)
    expected = store.reference(case, head)(**inputs)
    model = store.ours(case, head)
    model.train()
    model.gradient_checkpointing_enable()
    try:
        actual = model(input_ids=inputs["input_ids"], position_ids=inputs["position_ids"]).logits
    finally:
        model.gradient_checkpointing_disable()
        model.eval()
    assert_close(actual.detach(), expected.logits, "logits")


def test_with_a_cache_or_a_mask_texts_see_each_other_as_in_the_reference(store: Store) -> None:
    case, head = next(p.values for p in LIKE_THE_REFERENCE)
    inputs = packed(case)
    del inputs["use_cache"]
    reference, model = store.reference(case, head), store.ours(case, head)
    with torch.no_grad():
        for more in ({}, {"use_cache": False, "attention_mask": torch.ones_like(inputs["input_ids"])}):
            assert_close(model(**inputs, **more).logits, reference(**inputs, **more).logits, "logits")


@pytest.mark.parametrize(("case", "head"), [p for p in pairs("base", plain_only=True) if p.values[0].family == "bert"])
def test_a_model_of_both_directions_computes_what_the_reference_does_and_says_so(
    store: Store, caplog: pytest.LogCaptureFixture, case: Case, head: str
) -> None:
    inputs = make_inputs(case) | {"position_ids": positions(case)}
    reference, model = store.reference(case, head), store.ours(case, head)
    model.warnings_issued.clear()
    with caplog.at_level(logging.WARNING, "loadstone"), torch.no_grad():
        ours = model(**inputs)
        model(**inputs)
    assert_close(ours.last_hidden_state, reference(**inputs).last_hidden_state, "last_hidden_state")
    said = [record.message for record in caplog.records if record.name == "loadstone"]
    assert ["see each other" in message for message in said] == [True]


@in_frameworks([p for p in DECODER_LMS if p.id in ("llama-plain-causal_lm", "gemma2-plain-causal_lm")])
def test_packed_rows_equal_pytorchs(models: Models, framework: str, case: Case, head: str) -> None:
    inputs = packed(case) | {"labels": token_ids(case)}
    expected = TORCH.call(models.torch(case, head), **inputs)
    actual = SIDES[framework].compiled(models.of(framework, case, head), **inputs)
    assert_close(actual.logits, expected.logits, "logits")
    assert_close(actual.loss, expected.loss, "loss", 1e-5)
