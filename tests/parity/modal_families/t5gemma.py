"""T5Gemma."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .mt5 import inputs as as_mt5
from .mt5 import texts, written

MODULE: dict[str, Any] = dict(
    vocab_size=97,
    hidden_size=24,
    intermediate_size=19,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=6,
    query_pre_attn_scalar=10,
    sliding_window=5,
    final_logit_softcapping=3.0,
    attn_logit_softcapping=2.0,
)


def inputs(class_name: str, config: Any) -> Inputs:
    given = dict(as_mt5(class_name, config))
    if class_name in ("T5GemmaModel", "T5GemmaForConditionalGeneration"):
        given["output_hidden_states"] = True  # else transformers gives the last as if it were all
    if class_name == "T5GemmaForConditionalGeneration":
        # Without padding in the middle: where no mask is given, transformers hides it unless there is a cache.
        given["labels"] = written()
        given["labels"][:, -1] = -100
    if class_name == "T5GemmaForTokenClassification":
        given["labels"] = given["input_ids"] % 3
    if class_name == "T5GemmaModel":
        given["position_ids"] = torch.arange(13)[None] + 2
    return given


PARITY = ModalFamily(
    family="t5gemma",
    config="T5GemmaConfig",
    plain=dict(encoder=MODULE, decoder=MODULE, num_labels=3),
    inputs=inputs,
    main="T5GemmaForConditionalGeneration",
    awkward={
        # Towers of different sizes, one key for all heads, biases, no caps, a head that is not tied.
        "unlike": dict(
            encoder=dict(
                hidden_size=12, num_hidden_layers=1, num_key_value_heads=1, attention_bias=True, pad_token_id=3
            ),
            decoder=dict(
                hidden_activation="gelu",
                num_attention_heads=2,
                head_dim=8,
                attention_bias=True,
                attn_logit_softcapping=None,
                final_logit_softcapping=None,
                layer_types=["full_attention", "sliding_attention"],
            ),
            tie_word_embeddings=False,
        ),
        "encoder only": dict(is_encoder_decoder=False),
    },
    # transformers has T5GemmaEncoderModel for that.
    refuses={"encoder only": ("T5GemmaModel", "T5GemmaForConditionalGeneration")},
    changes={"T5GemmaEncoderModel": dict(is_encoder_decoder=False)},
    wide=dict(
        encoder=dict(hidden_size=96, intermediate_size=160, head_dim=24),
        decoder=dict(hidden_size=96, intermediate_size=120, initializer_range=0.1),
        tie_word_embeddings=False,
    ),
    prompt=lambda class_name, config: texts(),
)
