"""SmolLM3."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="smollm3",
    config="SmolLM3Config",
    plain=PLAIN | dict(no_rope_layer_interval=2),
    inputs=inputs,
    main="SmolLM3ForCausalLM",
    awkward={
        "windows": dict(use_sliding_window=True, sliding_window=5, attention_bias=True, tie_word_embeddings=False),
        "lists": dict(
            no_rope_layers=[0, 1, 1],
            layer_types=["full_attention", "sliding_attention"],
            use_sliding_window=True,
            sliding_window=5,
            mlp_bias=True,
            num_key_value_heads=4,
            hidden_size=40,
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
