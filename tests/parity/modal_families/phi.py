"""Phi."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="phi",
    config="PhiConfig",
    plain=PLAIN,
    inputs=inputs,
    main="PhiForCausalLM",
    awkward={
        # Norms over each head, of which 4 of 12 values turn; one key for all queries.
        "normed": dict(
            qk_layernorm=True,
            hidden_size=36,
            num_attention_heads=3,
            num_key_value_heads=1,
            rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=300.0, partial_rotary_factor=0.35),
        ),
        "tied": dict(tie_word_embeddings=True, hidden_act="relu", vocab_size=101, num_key_value_heads=None),
    },
    wide=WIDE,
    prompt=prompt,
)
