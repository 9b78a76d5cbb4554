"""Nomic BERT."""

from __future__ import annotations

from . import ModalFamily
from .roformer import SIZES, inputs

PARITY = ModalFamily(
    family="nomic_bert",
    config="NomicBertConfig",
    plain={**SIZES, "type_vocab_size": 3},
    inputs=inputs,
    main="NomicBertForMaskedLM",
    awkward={
        # Heads that are wider than their share, a scaling that these texts are long enough for, another activation.
        "scaled": dict(
            num_attention_heads=3,
            head_dim=10,
            hidden_act="gelu",
            max_position_embeddings=8,
            rope_parameters=dict(rope_type="dynamic", factor=2.0, rope_theta=500.0),
            classifier_dropout=0.3,
        ),
    },
    wide=dict(hidden_size=96, intermediate_size=160),
)
