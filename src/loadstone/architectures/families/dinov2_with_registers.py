"""DINOv2 with registers: tokens without positions, between the class token and the patches."""

from __future__ import annotations

from loadstone.architectures.components import Tower
from loadstone.architectures.dino import CLASS_NAMES, FUSED, NAMES, Dinov2Keys, heads, tower
from loadstone.architectures.family import Family


class Dinov2WithRegistersConfig(Dinov2Keys):
    """The keys of a DINOv2 model with registers. Defaults are those of the base model."""

    model_type = "dinov2_with_registers"

    num_register_tokens: int = 4


def blueprint(config: Dinov2WithRegistersConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    return tower(config, mask_token=True, registers=config.num_register_tokens, method="bicubic_antialiased")


FAMILY = Family(
    config=Dinov2WithRegistersConfig,
    stem="Dinov2WithRegisters",
    prefix="dinov2_with_registers",
    heads=heads(
        "Dinov2WithRegisters", "dinov2_with_registers", blueprint, lambda config: 1 + config.num_register_tokens
    ),
    rules=NAMES,
    fused=FUSED,
    class_names=CLASS_NAMES,
    sources="arXiv:2309.16588",
)
