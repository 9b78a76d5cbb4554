"""OLMo 3."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="olmo3",
    config="Olmo3Config",
    plain=PLAIN | dict(sliding_window=5, layer_types=["sliding_attention", "full_attention"]),
    inputs=inputs,
    main="Olmo3ForCausalLM",
    awkward={
        "four layers": dict(num_hidden_layers=4, layer_types=None, attention_bias=True, tie_word_embeddings=True),
        "rotaries": dict(
            num_key_value_heads=1,
            hidden_act="gelu",
            hidden_size=40,
            rope_parameters=dict(
                full_attention=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
                sliding_attention=dict(rope_type="default", rope_theta=300.0),
            ),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
