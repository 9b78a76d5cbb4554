"""UniSpeech-SAT."""

from __future__ import annotations

from . import ModalFamily
from .unispeech import inputs
from .wav2vec2 import CODEBOOKS, PLAIN, SPEAKERS, STABLE, UNMASKED, WIDE

PARITY = ModalFamily(
    family="unispeech-sat",
    config="UniSpeechSatConfig",
    plain={**PLAIN, **CODEBOOKS, **SPEAKERS, "num_clusters": 5},
    inputs=inputs,
    main="UniSpeechSatModel",
    awkward={"stable": STABLE, "unmasked": UNMASKED},
    wide={
        **WIDE,
        **dict(num_codevectors_per_group=64, codevector_dim=64, proj_codevector_dim=64, xvector_output_dim=64),
    },
)
