"""StableLM."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="stablelm",
    config="StableLmConfig",
    plain=PLAIN,
    inputs=inputs,
    main="StableLmForCausalLM",
    awkward={
        "parallel": dict(
            use_parallel_residual=True, qk_layernorm=True, num_key_value_heads=4, partial_rotary_factor=0.5
        ),
        "normed heads": dict(qk_layernorm=True, use_qkv_bias=True, tie_word_embeddings=True),
        "odd": dict(
            use_parallel_residual=True,
            hidden_size=40,
            vocab_size=101,
            hidden_act="relu",
            num_key_value_heads=1,
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5, partial_rotary_factor=0.6),
        ),
    },
    wide=WIDE | dict(qk_layernorm=True, use_qkv_bias=True),
    prompt=prompt,
)
