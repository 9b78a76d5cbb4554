"""One tiny checkpoint: a model of random values, saved by transformers' own ``save_pretrained``."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import torch

from .overrides import OVERRIDES
from .tiny import tiny
from .types import auto_tables

MOST_PARAMETERS = 45_000_000
"""What is larger counts as a config that nobody has made small yet."""
_SHARE = 0.1


class NotBuilt(Exception):
    """There is no tiny model of this type here: why."""


def class_of(auto: str, model_type: str, config: Any) -> type[Any]:
    """The class that an Auto class of transformers has for a config."""
    from transformers.models.auto import modeling_auto

    mapping = getattr(modeling_auto, auto)._model_mapping
    if type(config) in mapping:
        found: Any = mapping[type(config)]
        first: type[Any] = found[0] if isinstance(found, tuple) else found
        return first
    # Two model types share a config class, and the mapping knows one: by name, it has the other too.
    import transformers

    named: type[Any] | None = getattr(transformers, str(mapping._model_mapping[model_type]), None)
    if named is None:
        raise NotBuilt(f"{auto} of transformers has no class for {type(config).__name__}")
    return named


def make(auto: str, model_type: str, folder: Path) -> Any:
    """Builds the model, gives everything in it that is saved a value of its own, saves it, and returns it.

    :class:`NotBuilt` says why there is none.
    """
    try:
        config = tiny(model_type)
        model_class = class_of(auto, model_type, config)
        with torch.device("meta"):
            count = sum(weight.numel() for weight in model_class(config).parameters())
        if count > MOST_PARAMETERS:
            raise NotBuilt(f"its smallest config so far has {count / 1e6:.0f} million parameters")
        torch.manual_seed(0)
        model = model_class(tiny(model_type)).eval()
    except NotBuilt:
        raise
    except Exception as error:
        raise NotBuilt(f"{type(error).__name__}: {' '.join(str(error).split())}") from error
    add_noise(model, zlib.crc32(f"{model_type} {auto}".encode()))
    model.save_pretrained(folder)
    saved = json.loads((folder / "config.json").read_text()).get("model_type")
    if saved not in auto_tables()[auto]:
        raise NotBuilt(f"what {model_class.__name__} saves is a {saved}, which {auto} of transformers does not load")
    for name in OVERRIDES.get(model_type, {}).get("_files", ()):
        torch.save({}, folder / name)
    return model


def add_noise(model: Any, seed: int) -> None:
    """Makes every value that is saved differ from what the class would have made.

    What is positive stays positive, as variances must. Integers only change places, so that positions and indices stay
    within their range.
    """
    generator = torch.Generator().manual_seed(seed)
    kept = set(model.state_dict())
    named = {**dict(model.named_parameters()), **{name: each for name, each in model.named_buffers() if name in kept}}
    with torch.no_grad():
        for name, tensor in named.items():
            if not tensor.numel():
                continue
            if tensor.is_floating_point() or tensor.is_complex():
                noise = torch.rand(tensor.shape, generator=generator)
                tensor.mul_((1 + _SHARE * noise).to(tensor.dtype))
                tensor.add_((_SHARE / 2 * torch.rand(tensor.shape, generator=generator)).to(tensor.dtype))
            elif name.endswith("num_batches_tracked"):
                tensor.add_(7)
            else:
                order = torch.randperm(tensor.numel(), generator=generator)
                tensor.copy_(tensor.flatten()[order].view(tensor.shape))
