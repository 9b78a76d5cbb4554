"""DeiT."""

from __future__ import annotations

from . import ModalFamily
from .vit import PAINTS, POOLS, WIDE, inputs

PARITY = ModalFamily(
    family="deit",
    config="DeiTConfig",
    plain=PAINTS,
    inputs=inputs,
    main="DeiTForImageClassificationWithTeacher",
    awkward=POOLS,
    # Of 3.67 × 3.67 patches transformers paints another number of pixels than it is given.
    refuses={"odd": ("DeiTForMaskedImageModeling",)},
    wide=WIDE,
)
