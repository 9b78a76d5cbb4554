"""ConvNeXt V2: ConvNeXt with a norm by which channels compete, in place of factors for each."""

from __future__ import annotations

from loadstone.architectures.components import Component, Part, Tower, Weight
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.convnext import CLASS_NAMES, ConvNextKeys, heads, tower
from loadstone.architectures.family import Family
from loadstone.core.records import record

_EPS = 1e-6


class ConvNextV2Config(ConvNextKeys):
    """The keys of a ConvNeXt V2 model. Defaults are those of ConvNeXt V2 tiny."""

    model_type = "convnextv2"


@record
class ResponseNorm(Component):
    """``weight · x · n + bias + x``, where n is how much a channel says in all of the picture, as a share of what
    channels say on average (arXiv:2301.00808, section 3)."""

    weight: Part
    bias: Part

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, height, width, channels) → the same; lengths are in float32."""
        xp = run.xp
        wide = xp.astype(x, xp.float32)
        squares = xp.sum(xp.sum(wide * wide, axis=1, keepdims=True), axis=2, keepdims=True)
        says = squares > 0
        length = xp.where(says, xp.sqrt(xp.where(says, squares, 1.0)), 0.0)  # whose gradient at 0 is no NaN
        share = length / (xp.sum(length, axis=-1, keepdims=True) / x.shape[-1] + _EPS)
        factor = run.weight(self.weight) * xp.astype(share, x.dtype) + 1  # one for each channel of a picture
        return x * factor + run.weight(self.bias)


def _norm(config: ConvNextV2Config, width: int) -> tuple[Part, ...]:
    weight, bias = (Part(name, Weight((1, 1, 1, width))) for name in ("weight", "bias"))
    return (Part("grn", ResponseNorm(weight, bias)),)


def blueprint(config: ConvNextV2Config) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    return tower(config, _norm, lambda config, width: ())


FAMILY = Family(
    config=ConvNextV2Config,
    stem="ConvNextV2",
    prefix="convnextv2",
    heads=heads("ConvNextV2", "convnextv2", blueprint),
    class_names={**CLASS_NAMES, "grn": "{}GRN"},
    sources="arXiv:2301.00808",
)
