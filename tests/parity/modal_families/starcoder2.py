"""StarCoder 2."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="starcoder2",
    config="Starcoder2Config",
    plain=PLAIN,
    inputs=inputs,
    main="Starcoder2ForCausalLM",
    awkward={
        "window": dict(sliding_window=5, use_bias=False, tie_word_embeddings=False),
        "odd": dict(
            hidden_size=40,
            num_key_value_heads=1,
            vocab_size=101,
            hidden_act="relu",
            rope_parameters=dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=16),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
