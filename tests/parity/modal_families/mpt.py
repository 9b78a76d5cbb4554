"""MPT."""

from __future__ import annotations

from ..decoder_texts import inputs, prompt
from . import ModalFamily
from .gptj import PARITY as GPTJ
from .gptj import SIZES

PARITY = ModalFamily(
    family="mpt",
    config="MptConfig",
    plain=SIZES,
    inputs=inputs,
    main="MptForCausalLM",
    awkward={
        # Slopes of a number of heads that is no power of 2. transformers does not read alibi_bias_max, which is 16 in
        # MPT-7B-StoryWriter: see tests/architectures/test_linear_bias.py.
        "clipped": dict(
            tie_word_embeddings=False,
            num_attention_heads=3,
            hidden_size=36,
            attn_config=dict(clip_qkv=0.7, softmax_scale=0.5),
            vocab_size=101,
        ),
    },
    wide=GPTJ.wide,
    prompt=prompt,
    packs=False,  # in transformers
)
