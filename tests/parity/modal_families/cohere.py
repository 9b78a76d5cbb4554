"""Command R."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="cohere",
    config="CohereConfig",
    plain=PLAIN | dict(logit_scale=0.5),
    inputs=inputs,
    main="CohereForCausalLM",
    awkward={
        "normed heads": dict(use_qk_norm=True, attention_bias=True, tie_word_embeddings=False),
        "odd": dict(
            use_qk_norm=True,
            hidden_size=40,
            num_key_value_heads=1,
            hidden_act="gelu",
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE | dict(use_qk_norm=True),
    prompt=prompt,
)
