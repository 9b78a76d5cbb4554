"""GPT-Neo."""

from __future__ import annotations

from ..decoder_texts import inputs, prompt
from . import ModalFamily
from .gptj import PARITY as GPTJ
from .gptj import SIZES

PARITY = ModalFamily(
    family="gpt_neo",
    config="GPTNeoConfig",
    plain=SIZES | dict(attention_types=[[["global", "local"], 1]], window_size=5),
    inputs=inputs,
    main="GPTNeoForCausalLM",
    awkward={
        "untied": dict(
            attention_types=[[["local"], 2], [["global", "local"], 1], [["global"], 0]],
            num_hidden_layers=4,
            window_size=4,  # the last of three places of padding still sees a token
            tie_word_embeddings=False,
            intermediate_size=44,
            activation_function="relu",
            vocab_size=101,
        ),
    },
    wide=GPTJ.wide,
    prompt=prompt,
)
