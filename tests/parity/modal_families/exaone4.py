"""EXAONE 4.0."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="exaone4",
    config="Exaone4Config",
    plain=PLAIN | dict(sliding_window=5, sliding_window_pattern=2),
    inputs=inputs,
    main="Exaone4ForCausalLM",
    awkward={
        # Without a window transformers itself divides by 0 unless it is told the types.
        "no windows": dict(
            sliding_window=None, layer_types=["full_attention"] * 2, head_dim=12, tie_word_embeddings=True
        ),
        "odd": dict(
            layer_types=["full_attention", "sliding_attention"],
            hidden_size=40,
            num_key_value_heads=1,
            hidden_act="gelu",
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
