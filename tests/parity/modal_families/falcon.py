"""Falcon. ALiBi has tests of its own, :mod:`test_falcon`: transformers adds it twice where attention is eager."""

from __future__ import annotations

from ..decoder_texts import inputs, prompt
from . import ModalFamily
from .gptj import PARITY as GPTJ
from .gptj import SIZES

PARITY = ModalFamily(
    family="falcon",
    config="FalconConfig",
    # Told from the beginning: later transformers does not take it, and adds masks of its kernels to eager scores.
    plain=SIZES | dict(ffn_hidden_size=44, attn_implementation="eager"),
    inputs=inputs,
    main="FalconForCausalLM",
    awkward={
        "groups": dict(
            new_decoder_architecture=True,
            num_kv_heads=2,
            tie_word_embeddings=False,
            vocab_size=101,
            rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=300.0),
        ),
        "groups under one norm": dict(new_decoder_architecture=True, num_kv_heads=4, num_ln_in_parallel_attn=1),
        "in a row": dict(parallel_attn=False, multi_query=False, bias=True, activation="relu", hidden_size=40),
    },
    wide=GPTJ.wide,
    prompt=prompt,
    packs=False,  # in transformers
)
