"""DINOv2: pictures of any size in patches, and layers whose steps are scaled."""

from __future__ import annotations

from loadstone.architectures.components import Tower
from loadstone.architectures.dino import CLASS_NAMES, FUSED, NAMES, Dinov2Keys, heads, tower
from loadstone.architectures.family import Family


class Dinov2Config(Dinov2Keys):
    """The keys of a DINOv2 model. Defaults are those of DINOv2 base."""

    model_type = "dinov2"

    patch_size: int | list[int] = 14
    use_mask_token: bool = True


def blueprint(config: Dinov2Config) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    return tower(config, mask_token=config.use_mask_token)


FAMILY = Family(
    config=Dinov2Config,
    stem="Dinov2",
    prefix="dinov2",
    heads=heads("Dinov2", "dinov2", blueprint, lambda config: 1),
    rules=NAMES,
    fused=FUSED,
    class_names=CLASS_NAMES,
    sources="arXiv:2304.07193",
)
