"""DINOv2 with registers."""

from __future__ import annotations

from . import ModalFamily
from .dinov2 import AWKWARD, PLAIN, inputs

PARITY = ModalFamily(
    family="dinov2_with_registers",
    config="Dinov2WithRegistersConfig",
    plain=PLAIN | {"num_register_tokens": 3},
    inputs=inputs,
    main="Dinov2WithRegistersForImageClassification",
    awkward=AWKWARD | {"larger": dict(image_size=32, num_register_tokens=1)},
    wide=dict(hidden_size=96, image_size=32),
)
