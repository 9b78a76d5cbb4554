"""HuBERT."""

from __future__ import annotations

from . import ModalFamily
from .wav2vec2 import PLAIN, STABLE, UNMASKED, WIDE, inputs

PARITY = ModalFamily(
    family="hubert",
    config="HubertConfig",
    plain=PLAIN,
    inputs=inputs,
    main="HubertModel",
    awkward={
        "stable": {**STABLE, "feat_proj_layer_norm": False},
        # A batch norm in place of the weight norm.
        "normed": {**UNMASKED, "conv_pos_batch_norm": True},
    },
    wide=WIDE,
)
