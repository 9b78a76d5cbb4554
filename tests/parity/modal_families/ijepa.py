"""I-JEPA."""

from __future__ import annotations

from . import ModalFamily
from .vit import AWKWARD, PLAIN, WIDE, inputs

PARITY = ModalFamily(
    family="ijepa",
    config="IJepaConfig",
    plain=PLAIN,
    inputs=inputs,
    main="IJepaForImageClassification",
    awkward=AWKWARD,
    wide=WIDE,
)
