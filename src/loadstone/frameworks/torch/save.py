"""Model → folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from loadstone.checkpoint.names import PYTORCH
from loadstone.errors import Fault, SaveError
from loadstone.frameworks.outgoing import outgoing, save_model, weight_format
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.framework import ties
from loadstone.frameworks.torch.model import PreTrainedModel
from loadstone.saving import MSGPACK, OutgoingTensor


def save(
    model: PreTrainedModel,
    folder: Path,
    state_dict: Mapping[str, Tensor] | None,
    max_shard_size: int | str,
    safe_serialization: bool,
    variant: str | None,
    format: str | None = None,
) -> None:
    """Write config and weights, all or nothing; see :func:`loadstone.frameworks.outgoing.save_model`.

    ``format``: ``"safetensors"``, ``"pytorch"`` (what ``safe_serialization=False`` asks for) or ``"msgpack"``. Tied
    slots are stored once, experts one by one. Raises :class:`SaveError`, and what was in the folder before is then
    untouched.
    """
    state = model.state_dict() if state_dict is None else state_dict
    # Where the config says that readers will not tie, each name is written.
    dropped = ties(model) if model.config.tie_word_embeddings else {}
    tensors = {name: tensor.detach() for name, tensor in outgoing(model.family_spec, state, dropped)}
    meta = [Fault(name, "numbers", "a slot on the meta device") for name, t in tensors.items() if t.is_meta]
    if meta:
        raise SaveError(f"The model has slots without memory, nothing was written: {', '.join(map(str, meta[:5]))}")
    save_model(
        model,
        folder,
        [_outgoing_tensor(name, tensor) for name, tensor in tensors.items()],
        dtype=model.dtype,
        prefix="",
        max_shard_size=max_shard_size,
        weight_format=weight_format(format, safe_serialization, (PYTORCH, MSGPACK)),
        variant=variant,
        write_shard=lambda path, shard: _torch_save(path, shard, tensors),
    )


def _outgoing_tensor(name: str, tensor: Tensor) -> OutgoingTensor:
    def read() -> Any:
        return tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()

    return OutgoingTensor(name, from_torch(tensor.dtype), tuple(tensor.shape), read)


def _torch_save(path: Path, shard: Sequence[OutgoingTensor], tensors: Mapping[str, Tensor]) -> None:
    torch.save({each.name: _alone(tensors[each.name].cpu()) for each in shard}, path)


def _alone(tensor: Tensor) -> Tensor:
    """The tensor without what else its storage holds, since torch.save writes whole storages."""
    return tensor if tensor.untyped_storage().nbytes() == tensor.nbytes else tensor.clone()
