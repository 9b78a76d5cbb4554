"""GTE."""

from __future__ import annotations

from . import ModalFamily
from .roformer import SIZES, inputs

PARITY = ModalFamily(
    family="gte",
    config="GteConfig",
    plain={**SIZES, "type_vocab_size": 3},
    inputs=inputs,
    main="GteForMaskedLM",
    awkward={
        # No segments, another activation and scaling, a head that is not tied.
        "no segments": dict(
            type_vocab_size=0,
            num_attention_heads=3,
            hidden_act="relu",
            pad_token_id=0,
            rope_parameters=dict(rope_type="linear", factor=1.1, rope_theta=320000.0),
            tie_word_embeddings=False,
        ),
    },
    wide=dict(hidden_size=96, intermediate_size=160, type_vocab_size=2),
)
