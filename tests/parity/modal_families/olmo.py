"""OLMo."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="olmo",
    config="OlmoConfig",
    plain=PLAIN,
    inputs=inputs,
    main="OlmoForCausalLM",
    awkward={
        "clipped": dict(clip_qkv=0.5, attention_bias=True, num_key_value_heads=1),
        "tied": dict(
            tie_word_embeddings=True,
            hidden_act="gelu",
            hidden_size=40,
            num_key_value_heads=4,
            vocab_size=101,
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
