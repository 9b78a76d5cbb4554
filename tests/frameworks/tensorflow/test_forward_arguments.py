"""What a forward pass makes of its arguments: masks, padding without a mask, unknown keywords, the routers' loss."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from frameworks.tensorflow import tiny

from loadstone.errors import ArgumentError, UnknownArgument

PACKED = np.array([[0, 1, 2, 0, 1, 2]])
SAID = Callable[[], list[str]]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> SAID:
    """What Loadstone has written into the log."""
    caplog.set_level(logging.WARNING, "loadstone")
    return lambda: [record.message for record in caplog.records if record.name == "loadstone"]


def test_texts_in_a_row_are_kept_apart_unless_a_cache_is_in_use(said: SAID) -> None:
    model = tiny.llama(num_hidden_layers=1)
    alone = model(tiny.IDS[:, 3:]).logits
    assert tiny.difference(model(tiny.IDS, position_ids=PACKED).logits[:, 3:], alone) < 1e-5
    assert said() == []
    for _ in range(2):
        cached = model(tiny.IDS, position_ids=PACKED, past_key_values=model.init_cache(2, 6)).logits
    assert tiny.difference(cached[:, 3:], alone) > 1e-3
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
    model = tiny.model("TFLlamaForSequenceClassification", "llama", pad_token_id=3, num_hidden_layers=1)
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
    assert tiny.difference(out.logits, model(tiny.IDS).logits) == 0


@pytest.mark.parametrize("mask", [np.ones((2, 1, 6, 6), np.int32), np.ones((2, 1, 6, 5), bool)], ids=["dtype", "shape"])
def test_a_ready_made_mask_that_could_mean_two_things_or_does_not_fit_is_refused(mask: Any) -> None:
    with pytest.raises(ArgumentError, match="4-D attention_mask"):
        tiny.llama(num_hidden_layers=1)(tiny.IDS, attention_mask=mask)


def test_a_model_whose_config_wants_the_routers_loss_predicts_serves_and_writes_text(tmp_path: Path) -> None:
    """There the routers' logits would be in the way: they have no row for each sequence."""
    model = tiny.model("TFMixtralForCausalLM", "mixtral", num_hidden_layers=1, output_router_logits=True)
    assert "aux_loss" in model(tiny.IDS)
    model.compile()
    assert "aux_loss" not in model.predict(tiny.IDS, batch_size=1, verbose=0)
    assert model.generate(tiny.IDS, max_new_tokens=1).shape == (2, 7)
    model.export(tmp_path / "served", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "served")).signatures["serving_default"]
    assert "aux_loss" not in served.structured_outputs
