"""CodeGen."""

from __future__ import annotations

from ..decoder_texts import inputs, prompt
from . import ModalFamily
from .gptj import PARITY as GPTJ
from .gptj import SIZES, TIED

PARITY = ModalFamily(
    family="codegen",
    config="CodeGenConfig",
    plain=SIZES | dict(rotary_dim=4),
    inputs=inputs,
    main="CodeGenForCausalLM",
    awkward={"two heads a processor": TIED | dict(num_attention_heads=8, hidden_size=32, rotary_dim=2)},
    wide=GPTJ.wide,
    prompt=prompt,
)
