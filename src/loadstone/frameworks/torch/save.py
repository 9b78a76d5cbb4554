"""Model → folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from loadstone.checkpoint.names import PYTORCH, SAFETENSORS
from loadstone.core.slices import boxes
from loadstone.errors import SaveError
from loadstone.frameworks.save_model import Described, Written, outgoing, save_model, ties_of_file
from loadstone.frameworks.sentence_save import SentenceSave
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading.given import checked_state
from loadstone.frameworks.torch.loading.module_walk import modules_of, parameters_of
from loadstone.frameworks.torch.quantized.ggml_experts import PackedExperts
from loadstone.frameworks.torch.quantized.ggml_layers import PackedEmbedding, PackedLinear
from loadstone.frameworks.torch.quantized.library import flattened
from loadstone.frameworks.torch.transformers_compat.conventions import Conventions
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions
from loadstone.transfer.array_bytes import Read, elements, of_array

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray

WORDS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
"""Number of bytes → a dtype that NumPy knows too; to be saved, elements are only bytes."""


def save(
    model: Conventions,
    folder: str | os.PathLike[str],
    state_dict: Mapping[str, Tensor] | None,
    options: SaveOptions,
) -> Written:
    """Write config and weights, all or nothing; see :func:`loadstone.frameworks.save_model.save_model`.

    Tied slots are stored once, experts one by one. Raises :class:`SaveError`, and what was in the folder before is then
    untouched.
    """
    refuse_packed(model, state_dict)
    given = checked_state(model, state_dict)
    state = given.tensors
    dropped, is_tied = ties_of_file(model, given)
    # As torchao's users have them, and Transformers reads them.
    stacked = {name for name, tensor in state.items() if hasattr(tensor, "__tensor_flatten__")}
    detached = {name: tensor.detach() for name, tensor in outgoing(model.family_spec, state, dropped, stacked)}
    tensors, metadata = flattened(detached)
    as_format = options.weight_format
    if as_format != SAFETENSORS and model.config.get("quantization_config") is not None:
        raise SaveError(f"Quantized weights are written as safetensors only, not as {as_format}. Nothing was written.")

    sentence = SentenceSave.of(model)
    stored = tensors if sentence is None else {sentence.own_name(name): tensor for name, tensor in tensors.items()}

    def write_shard(path: Path, shard: Sequence[OutgoingTensor]) -> None:
        torch.save({tensor.name: _alone(stored[tensor.name].cpu()) for tensor in shard}, path)

    options = replace(options, metadata={"format": "pt", **metadata})
    if as_format == PYTORCH:
        options = replace(options, write_shard=write_shard)
    return save_model(
        model,
        folder,
        [outgoing_tensor(name, tensor) for name, tensor in tensors.items()],
        Described("", model.dtype if state_dict is None else saved_dtype(state, model.dtype), is_tied),
        options,
    )


def saved_dtype(state: Mapping[str, Tensor], otherwise: torch.dtype) -> torch.dtype:
    """Of the first floating-point tensor."""
    return next((tensor.dtype for tensor in state.values() if tensor.is_floating_point()), otherwise)


_OF_GGUF_FILES = (PackedLinear, PackedEmbedding, PackedExperts)


def refuse_packed(model: Conventions, state_dict: Mapping[str, Tensor] | None) -> None:
    """:class:`SaveError` for bytes of a GGUF file, which mean nothing in other files."""
    state = dict(parameters_of(model)) if state_dict is None else state_dict
    layers = ((path, module) for path, module in modules_of(model) if isinstance(module, _OF_GGUF_FILES))
    names = [f"{path}.{leaf}" for path, layer in layers for leaf in layer.packed_elements]
    names = [name for name in names if name in state and state[name].dtype is torch.uint8]
    if names:
        raise SaveError(
            f"{len(names)} weights are packed as their GGUF file has them, the first {names[0]}, and nothing was "
            "written. The file itself is the checkpoint of this model; for an unquantized one, load it with "
            "dequantize=True and save that, or use `loadstone convert`."
        )


def outgoing_tensor(name: str, tensor: Tensor) -> OutgoingTensor:
    """A tensor on any device, to be saved."""
    tensor = tensor.resolve_neg()  # memory has other bits than the values of what is negated lazily
    is_here = tensor.device.type == "cpu" and tensor.is_contiguous()
    return OutgoingTensor(
        name,
        from_torch(tensor.dtype),
        tuple(tensor.shape),
        reader(tensor),
        address=tensor.data_ptr() if is_here else None,
        # Made when it is asked for: most formats never do.
        read_transposed=(lambda start, stop: reader(tensor.t())(start, stop)) if tensor.dim() == 2 else None,
    )


def reader(tensor: Tensor) -> Read:
    """Reads any range of a tensor on any device. Only what is asked for is copied, and only where it has to be."""
    if tensor.device.type == "cpu":
        # NumPy copies what is strided in the thread that asks; PyTorch would wake a team of its own for each.
        return of_array(tensor.view(WORDS[tensor.element_size()]).numpy())
    if tensor.is_contiguous():
        flat = tensor.view(-1).view(torch.uint8)
        return lambda start, stop: flat[start:stop].cpu().numpy().data

    def read(first: int, last: int) -> ByteArray:
        parts = [tensor[box].contiguous().view(-1).view(torch.uint8) for box in boxes(tensor.shape, first, last)]
        return (parts[0] if len(parts) == 1 else torch.cat(parts)).cpu().numpy()

    return elements(tensor.element_size(), read)


def _alone(tensor: Tensor) -> Tensor:
    """The tensor without what else its storage holds, since torch.save writes whole storages."""
    return tensor if tensor.untyped_storage().nbytes() == tensor.nbytes else tensor.clone()
