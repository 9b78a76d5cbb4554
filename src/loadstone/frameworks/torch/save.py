"""Model → folder: recipes backwards, so that the rest of the ecosystem reads the names and layouts it knows."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from loadstone.config import CONFIG_NAME
from loadstone.errors import Fault, SaveError
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.framework import ties
from loadstone.frameworks.torch.model import PreTrainedModel
from loadstone.generation_config import GENERATION_CONFIG_NAME
from loadstone.naming import StackedExperts
from loadstone.progress import Progress
from loadstone.saving import OutgoingTensor, save_checkpoint


def save(
    model: PreTrainedModel,
    folder: Path,
    state_dict: Mapping[str, Tensor] | None,
    max_shard_size: int | str,
    safe_serialization: bool,
    variant: str | None,
) -> None:
    """Write config and weights, all or nothing; see :func:`loadstone.saving.save_checkpoint`.

    ``max_shard_size`` in bytes or as ``"5GB"`` (decimal) or ``"5GiB"``; ``safe_serialization=False`` writes PyTorch's
    own format; ``variant="fp16"`` puts it into the names. Tied slots are stored once, experts one by one.

    Raises :class:`SaveError`, and what was in the folder before is then untouched.
    """
    tensors = dict(outgoing(model, model.state_dict() if state_dict is None else state_dict))
    meta = [Fault(name, "numbers", "a slot on the meta device") for name, t in tensors.items() if t.is_meta]
    if meta:
        raise SaveError(f"The model has slots without memory, nothing was written: {', '.join(map(str, meta[:5]))}")
    config = copy.deepcopy(model.config)
    config.architectures = [type(model).__name__]
    config.torch_dtype = model.dtype
    files = {CONFIG_NAME: config.to_json_string().encode()}
    if model.generation_config is not None:
        files[GENERATION_CONFIG_NAME] = model.generation_config.to_json_string().encode()
    written = [_outgoing_tensor(name, tensor) for name, tensor in tensors.items()]
    with Progress("Saving", sum(tensor.nbytes for tensor in written)) as progress:
        save_checkpoint(
            folder,
            written,
            max_shard_size=max_shard_size,
            variant=variant,
            extra_files=files,
            weight_format="safetensors" if safe_serialization else "pytorch",
            write_shard=None if safe_serialization else lambda path, shard: _torch_save(path, shard, tensors),
            progress=progress,
        )


def outgoing(model: PreTrainedModel, state: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Stored name and tensor for everything that is written."""
    # Where the config says that readers will not tie, each name is written.
    dropped = ties(model) if model.config.tie_word_embeddings else {}
    for name, tensor in state.items():
        if name in dropped and dropped[name] in state:
            continue
        rule = next((rule for rule in model.family_spec.experts if name.endswith(rule.slot)), None)
        if rule is None:
            yield name, tensor.detach()
        else:
            yield from _experts(name[: -len(rule.slot)], rule, tensor.detach())


def _experts(stem: str, rule: StackedExperts, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    rows = tensor.shape[1] // len(rule.stored)
    for expert in range(tensor.shape[0]):
        for index, pattern in enumerate(rule.stored):
            yield stem + pattern.format(expert), tensor[expert, index * rows : (index + 1) * rows]


def _outgoing_tensor(name: str, tensor: Tensor) -> OutgoingTensor:
    def read() -> Any:
        return tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()

    return OutgoingTensor(name, from_torch(tensor.dtype), tuple(tensor.shape), read)


def _torch_save(path: Path, shard: Sequence[OutgoingTensor], tensors: Mapping[str, Tensor]) -> None:
    torch.save({each.name: _alone(tensors[each.name].cpu()) for each in shard}, path)


def _alone(tensor: Tensor) -> Tensor:
    """The tensor without what else its storage holds, since torch.save writes whole storages."""
    return tensor if tensor.untyped_storage().nbytes() == tensor.nbytes else tensor.clone()
