"""ConvNeXt: a convolution of each channel by itself, then two linear maps, in layers that are added to their input."""

from __future__ import annotations

from loadstone.architectures.components import LayerScale, Part, Tower, Weight
from loadstone.architectures.convnext import CLASS_NAMES, ConvNextKeys, heads, tower
from loadstone.architectures.family import Family


class ConvNextConfig(ConvNextKeys):
    """The keys of a ConvNeXt model. Defaults are those of ConvNeXt tiny."""

    model_type = "convnext"

    layer_scale_init_value: float = 1e-6


def _scale(config: ConvNextConfig, width: int) -> tuple[Part, ...]:
    """``layer_scale_parameter``, a factor for each channel."""
    start = config.layer_scale_init_value
    weight = Part("layer_scale_parameter", Weight((width,), value=start))
    return (Part("", LayerScale(weight)),) if start > 0 else ()


def blueprint(config: ConvNextConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    return tower(config, lambda config, width: (), _scale)


FAMILY = Family(
    config=ConvNextConfig,
    stem="ConvNext",
    prefix="convnext",
    heads=heads("ConvNext", "convnext", blueprint),
    class_names=CLASS_NAMES,
    sources="arXiv:2201.03545",
)
