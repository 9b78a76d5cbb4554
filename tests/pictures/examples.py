"""Plans that the tests draw: of any number of tensors, without a checkpoint."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from loadstone.planning.weights import Weight
from loadstone.reporting.forecast import Forecast

HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "]]><svg onload='1'>&amp;{{'\"`$",
    "\x00\x1b[31m\u202emodel\ud800\u2028\ufeff",
    "a" * 100_000,
    ".".join("b" * 20_000),
    "...",
    "",
    "model.層.重み.🧲",
)
"""Names that a file may give its tensors."""


def forecast(weights: Iterable[Weight], source: str = "org/model") -> Forecast:
    """A plan of these weights."""
    kept = tuple(weights)
    by_device: dict[int | str, int] = {}
    for each in kept:
        by_device[each.place] = by_device.get(each.place, 0) + each.nbytes
    total = sum(by_device.values())
    return Forecast(
        *(source, "LlamaForCausalLM", "bfloat16", {}, by_device, {}, (), total // 2, total, 0, 0, 0, 0, 0),
        weights=kept,
    )


def decoder(layers: int) -> list[Weight]:
    """A decoder over an accelerator, the CPU and the disk."""
    sizes = {
        **{f"self_attn.{name}_proj.weight": size for name, size in (("q", 4), ("k", 1), ("v", 1), ("o", 4))},
        **{f"mlp.{name}_proj.weight": 11 for name in ("gate", "up", "down")},
    }
    weights = [Weight("model.embed_tokens.weight", 0, "bfloat16", 32_000 << 11)]
    for layer in range(layers):
        place = 0 if layer < layers * 0.6 else "cpu" if layer < layers * 0.9 else "disk"
        weights += [Weight(f"model.layers.{layer}.{name}", place, "bfloat16", n << 20) for name, n in sizes.items()]
        weights.append(Weight(f"model.layers.{layer}.input_layernorm.weight", place, "float32", 4096))
    return [*weights, Weight("lm_head.weight", "cpu", "bfloat16", 32_000 << 11)]


@functools.cache
def experts() -> tuple[Weight, ...]:
    """100,000 tensors: 64 layers of 520 experts."""
    return tuple(
        Weight(f"model.layers.{layer}.mlp.experts.{expert}.w{part}.weight", layer // 8, "bfloat16", 8 << 20)
        for layer in range(64)
        for expert in range(521)
        for part in (1, 2, 3)
    )
