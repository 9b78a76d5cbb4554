"""Which models can get other weights while they are in use, and why others cannot."""

from __future__ import annotations

from torch import nn

from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.distributed.dtensors import is_of_fsdp, local_part
from loadstone.frameworks.torch.loading.fill import tensors_of
from loadstone.frameworks.torch.loading.module_walk import modules_of
from loadstone.frameworks.torch.loading.own_memory import is_plain
from loadstone.frameworks.torch.placement.lone_weights import borrows
from loadstone.frameworks.torch.placement.streaming import streams


def check_swappable(model: nn.Module, in_place: bool) -> None:
    """:class:`ArgumentError` for a model whose weights are more, or elsewhere, than plain tensors in memory."""
    why = _why_not(model)
    if not why and not in_place and is_of_fsdp(model):
        why = "FSDP keeps them in memory of its own. Give in_place=True."
    if why:
        raise ArgumentError(f"swap_weights cannot replace the weights of this {type(model).__name__}: {why}")


def _why_not(model: nn.Module) -> str:
    settings = getattr(model, "config", None)
    if settings is not None and settings.get("quantization_config") is not None:
        return "they are quantized. Load the other checkpoint with from_pretrained."
    for path, module in modules_of(model):
        if getattr(module, "packed_elements", None):
            return f"{path} holds them packed, as their GGUF file has them. Load the other file with from_pretrained."
        if type(module).__module__.partition(".")[0] == "peft":
            return f"{path} has an adapter in it. Merge or unload it first, and load it anew afterwards."
        if streams(module) or borrows(module):
            return (
                f"those of {path or 'the model'} are brought where they compute while it runs (offloaded by "
                "device_map). Load the other checkpoint with from_pretrained."
            )
    for name, tensor in tensors_of(model):
        if tensor.is_meta:
            return f"{name} is on the meta device and has no memory. Load the checkpoint with from_pretrained."
        if not is_plain(local_part(tensor)):
            return (
                f"{name} is a {type(tensor).__name__} of {type(tensor).__module__}, not a plain tensor. "
                "Load the other checkpoint with from_pretrained, or with load_into."
            )
    return ""
