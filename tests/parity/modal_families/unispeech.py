"""UniSpeech."""

from __future__ import annotations

from typing import Any

from . import Inputs, ModalFamily
from .wav2vec2 import CODEBOOKS, PLAIN, STABLE, UNMASKED, WIDE
from .wav2vec2 import inputs as of_wav2vec2


def inputs(class_name: str, config: Any) -> Inputs:
    given = of_wav2vec2(class_name, config)
    if class_name.endswith("ForPreTraining"):  # which computes no loss
        return {name: given[name] for name in ("input_values", "attention_mask")}
    return given


PARITY = ModalFamily(
    family="unispeech",
    config="UniSpeechConfig",
    plain={**PLAIN, **CODEBOOKS, "num_ctc_classes": 5},
    inputs=inputs,
    main="UniSpeechModel",
    awkward={"stable": STABLE, "unmasked": UNMASKED},
    wide={**WIDE, "num_codevectors_per_group": 64, "codevector_dim": 64, "proj_codevector_dim": 64},
)
