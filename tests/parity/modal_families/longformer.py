"""Longformer. Its attentions are in :mod:`test_longformer`, since Flax does not compile what shows them."""

from __future__ import annotations

from typing import Any

from ..encoded_texts import PLAIN, WIDE
from ..encoded_texts import inputs as texts
from . import Inputs, ModalFamily

_GLOBAL = ("Model", "ForMaskedLM", "ForTokenClassification")


def inputs(class_name: str, config: Any) -> Inputs:
    """Texts that are no multiple of a window, with three separators each."""
    given = texts(class_name, config)
    for text in given["input_ids"].reshape(-1, 9):
        text[3 if text[2] == 2 else 6 if text[5] == 2 else 1 if text[0] == 2 else 5] = 2
    if class_name.endswith(_GLOBAL) and config.num_hidden_layers > 1:
        given["global_attention_mask"] = given["attention_mask"] * 0
        for place in ((0, 0), (0, 4), (1, 3), (1, 7), (1, 0)):  # the last is padding
            given["global_attention_mask"][place] = 1
    return given


PARITY = ModalFamily(
    family="longformer",
    config="LongformerConfig",
    plain=PLAIN | dict(attention_window=[4, 8], sep_token_id=2),
    inputs=inputs,
    main="LongformerForQuestionAnswering",
    changes={"LongformerForQuestionAnswering": dict(num_labels=2)},
    awkward={
        "untied": dict(tie_word_embeddings=False, hidden_size=15, num_attention_heads=3, attention_window=6),
        "local": dict(num_hidden_layers=1, attention_window=[4], hidden_act="relu", layer_norm_eps=1e-3),
    },
    wide=WIDE,
    shown={"output_hidden_states": True},
)
