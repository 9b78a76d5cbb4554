"""What a forward pass makes of its arguments: masks, padding without a mask, unknown keywords, the routers' loss."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

from loadstone.errors import ArgumentError, UnknownArgument

PACKED = np.array([[0, 1, 2, 0, 1, 2]])
SAID = Callable[[], list[str]]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> SAID:
    """What Loadstone has written into the log."""
    caplog.set_level(logging.WARNING, "loadstone")
    return lambda: [record.message for record in caplog.records if record.name == "loadstone"]


def test_texts_in_a_row_are_kept_apart_under_nnx_jit_too_unless_a_cache_is_in_use(said: SAID) -> None:
    model = tiny.llama(num_hidden_layers=1)
    alone = model(tiny.IDS[:, 3:]).logits
    together = nnx.jit(lambda model: model(tiny.IDS, position_ids=PACKED).logits)(model)
    assert tiny.close(together[:, 3:], alone)
    assert said() == []
    for _ in range(2):
        cached = model(tiny.IDS, position_ids=PACKED, use_cache=True).logits
    assert not tiny.close(cached[:, 3:], alone)
    assert ["see each other" in message for message in said()] == [True]


def test_padding_without_a_mask_is_named_once(said: SAID) -> None:
    ids = tiny.IDS.copy()
    ids[0, :2] = 3
    model = tiny.bert(pad_token_id=3, num_hidden_layers=1)
    model(ids, attention_mask=(ids != 3).astype(int))
    model(tiny.IDS)
    assert said() == []
    model(ids)
    model(ids)
    assert ["pad_token_id 3" in message for message in said()] == [True]


def test_a_classifier_of_vectors_says_that_it_cannot_tell_padding(said: SAID) -> None:
    model = tiny.model("FlaxLlamaForSequenceClassification", "llama", pad_token_id=3, num_hidden_layers=1)
    for _ in range(2):
        model(inputs_embeds=np.ones((2, 6, 32), np.float32))
    assert ["inputs_embeds" in message for message in said()] == [True]


@pytest.mark.parametrize(
    ("keywords", "says"),
    [
        ({"atention_mask": np.ones((2, 6))}, r"'atention_mask'.*'attention_mask'"),
        ({"output_router_logits": True}, "experts"),
        ({"head_mask": np.ones((2, 4))}, "head_mask"),
        ({"cu_seq_lens_q": np.array([0, 3, 6])}, "position_ids"),
    ],
)
def test_a_keyword_that_nothing_takes_is_refused_by_name(keywords: dict[str, Any], says: str) -> None:
    with pytest.raises(UnknownArgument, match=says):
        tiny.llama(num_hidden_layers=1)(tiny.IDS, **keywords)


def test_what_changes_nothing_is_taken() -> None:
    model = tiny.llama(num_hidden_layers=1)
    out = model(tiny.IDS, cache_position=np.arange(6), head_mask=None, output_router_logits=False)
    assert tiny.close(out.logits, model(tiny.IDS).logits)


@pytest.mark.parametrize("mask", [np.ones((2, 1, 6, 6), np.int32), np.ones((2, 1, 6, 5), bool)], ids=["dtype", "shape"])
def test_a_ready_made_mask_that_could_mean_two_things_or_does_not_fit_is_refused(mask: Any) -> None:
    with pytest.raises(ArgumentError, match="4-D attention_mask"):
        tiny.llama(num_hidden_layers=1)(tiny.IDS, attention_mask=mask)


def test_the_routers_loss_has_a_gradient_and_survives_checkpointing() -> None:
    model = tiny.model("FlaxMixtralForCausalLM", "mixtral", router_aux_loss_coef=0.5)

    def loss(model: Any, wanted: bool) -> Any:
        return model(tiny.IDS, labels=tiny.IDS, output_router_logits=wanted).loss

    step = nnx.jit(nnx.grad(loss), static_argnums=1)
    without, plain = (step(model, wanted)["model"]["layers"][0]["block_sparse_moe"]["gate"] for wanted in (False, True))
    model.gradient_checkpointing_enable()
    again = step(model, True)["model"]["layers"][0]["block_sparse_moe"]["gate"]
    assert not tiny.close(plain["weight"][...], without["weight"][...])
    assert tiny.close(again["weight"][...], plain["weight"][...])
