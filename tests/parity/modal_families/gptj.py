"""GPT-J."""

from __future__ import annotations

from typing import Any

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

SIZES: dict[str, Any] = {
    name: value for name, value in PLAIN.items() if name not in ("intermediate_size", "num_key_value_heads")
}
"""Of all heads each has a key of its own, and the inner width is called otherwise."""
TIED = dict(tie_word_embeddings=True, hidden_size=40, n_inner=44, activation_function="relu", vocab_size=101)

PARITY = ModalFamily(
    family="gptj",
    config="GPTJConfig",
    plain=SIZES | dict(rotary_dim=4),
    inputs=inputs,
    main="GPTJForCausalLM",
    awkward={"tied": TIED | dict(rotary_dim=10)},
    changes={"GPTJForQuestionAnswering": dict(num_labels=2)},
    wide={name: value for name, value in WIDE.items() if name != "intermediate_size"},
    prompt=prompt,
)
