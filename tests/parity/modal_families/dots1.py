"""dots.llm1."""

from __future__ import annotations

from . import ModalFamily
from .deepseek_v3 import YARN, inputs, prompt
from .glm4_moe import PARITY as GLM

PARITY = ModalFamily(
    family="dots1",
    config="Dots1Config",
    plain={key: value for key, value in GLM.plain.items() if key != "use_qk_norm"} | {"sliding_window": None},
    inputs=inputs,
    main="Dots1ForCausalLM",
    awkward={
        "unlike": dict(
            sliding_window=4,
            max_window_layers=1,
            attention_bias=True,
            norm_topk_prob=True,
            rope_parameters=YARN,
            tie_word_embeddings=True,
        ),
    },
    wide=GLM.wide,
    prompt=prompt,
)
