"""Which linear layers of a model may be kept quantized."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from loadstone.frameworks.torch.loading.foreign import is_of_transformers
from loadstone.frameworks.torch.loading.module_walk import modules_of, plain_class
from loadstone.frameworks.torch.modeling.structure import TorchStructure


def linear_modules(model: nn.Module, kinds: tuple[type[nn.Module], ...]) -> Iterator[str]:
    """Linear layers of exactly these kinds, heads apart: what lies outside the bare model, or is the last of all."""
    names = [name for name, module in modules_of(model) if plain_class(module) in kinds]
    inside = model.bare_prefix if isinstance(model, TorchStructure) else ""
    if is_of_transformers(model) and isinstance(getattr(model, str(model.base_model_prefix) or "-", None), nn.Module):
        inside = str(model.base_model_prefix)
    if inside:
        yield from (name for name in names if name.startswith(f"{inside}."))
    elif isinstance(model, TorchStructure) and model.component is not None:
        yield from names
    else:
        last = next((name.rpartition(".")[0] for name, _ in reversed(list(model.named_parameters()))), "")
        yield from (name for name in names if name != last)
