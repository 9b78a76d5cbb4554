"""GPT-BigCode."""

from __future__ import annotations

from ..decoder_texts import inputs, prompt
from . import ModalFamily
from .gptj import PARITY as GPTJ
from .gptj import SIZES

PARITY = ModalFamily(
    family="gpt_bigcode",
    config="GPTBigCodeConfig",
    plain=SIZES,
    inputs=inputs,
    main="GPTBigCodeForCausalLM",
    awkward={
        "a key for each head": dict(multi_query=False, n_inner=44, activation_function="relu"),
        "untied": dict(tie_word_embeddings=False, hidden_size=40, scale_attn_weights=False, vocab_size=101),
    },
    wide=GPTJ.wide,
    unlike={"": ("cross_attentions",)},  # transformers gives an empty tuple of them
    prompt=prompt,
)
