"""Command R7B."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="cohere2",
    config="Cohere2Config",
    plain=PLAIN | dict(logit_scale=0.5, sliding_window=5, layer_types=["sliding_attention", "full_attention"]),
    inputs=inputs,
    main="Cohere2ForCausalLM",
    awkward={
        "four layers": dict(num_hidden_layers=4, layer_types=None, attention_bias=True, tie_word_embeddings=False),
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
