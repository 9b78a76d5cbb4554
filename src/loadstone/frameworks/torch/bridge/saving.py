"""Model of transformers' → folder, all or nothing, under the names that files have.

transformers' conversions are run backwards on tensors that only know where their elements lie, so that nothing is
copied until its turn to be written comes.
"""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.core_model_loading import revert_weight_conversion

from loadstone.core.arrays import ByteArray
from loadstone.core.paths import local_path
from loadstone.core.progress import Progress
from loadstone.core.slices import Box, boxes, overlap, relative, shape_of
from loadstone.errors import Fault, StateMismatch
from loadstone.frameworks.save_model import Written
from loadstone.frameworks.torch.bridge.located import Block, Located, NotTracked
from loadstone.frameworks.torch.bridge.names import any_of
from loadstone.frameworks.torch.distributed.dtensors import is_dtensor
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading.given import WHOLE_NEEDED
from loadstone.frameworks.torch.quantized.library import flattened
from loadstone.frameworks.torch.save import outgoing_tensor
from loadstone.remote_code.carrying import carried
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions, save_checkpoint
from loadstone.transfer.array_bytes import elements


def write(
    model: PreTrainedModel,
    folder: str | os.PathLike[str],
    state_dict: Mapping[str, Tensor] | None,
    options: SaveOptions,
) -> Written:
    """Write config and weights, all or nothing; see :func:`loadstone.saving.checkpoint.save_checkpoint`.

    Raises :class:`StateMismatch` and :class:`SaveError`, and what was in the folder before is then untouched.
    """
    folder = local_path(folder)
    state = _state(model, state_dict)
    plain, metadata = flattened(state)
    tensors = [_outgoing(name, tensor, plain) for name, tensor in _under_stored_names(model, plain).items()]
    options = replace(options, metadata={"format": "pt", **metadata})
    with Progress("Saving", sum(tensor.nbytes for tensor in tensors)) as progress:
        paths = save_checkpoint(folder, tensors, options, extra_files=_configs(model, state), progress=progress)
    return Written(folder, [path.relative_to(folder).as_posix() for path in paths])


def _state(model: PreTrainedModel, given: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
    """What is written: each slot's tensor, of those that are tied the one that counts.

    Raises :class:`StateMismatch`.
    """
    own = model.state_dict()
    state = dict(own if given is None else given)
    ignored = any_of(getattr(model, "_keys_to_ignore_on_save", None))
    tied: Mapping[str, str] = getattr(model, "all_tied_weights_keys", {})
    faults = [Fault(name, "a name that model.state_dict() has", "another") for name in state if name not in own]
    faults += [
        Fault(name, "a tensor", "none") for name in own if name not in state and name not in tied and given is not None
    ]
    faults += [
        Fault(name, "a tensor with memory", "one on the meta device")
        for name, tensor in state.items()
        if tensor.is_meta
    ]
    if faults:
        raise StateMismatch(faults)
    parts = [Fault(name, "a whole tensor", "a DTensor") for name, tensor in state.items() if is_dtensor(tensor)]
    if parts:
        raise StateMismatch(parts, hint=WHOLE_NEEDED)
    dropped = {name for name, source in tied.items() if source in state and _is_one(state.get(name), state[source])}
    return {
        name: tensor.detach()
        for name, tensor in state.items()
        if name not in dropped and not (ignored is not None and ignored.search(name))
    }


def _is_one(one: Tensor | None, other: Tensor) -> bool:
    """Whether two tensors are the same memory."""
    if one is None or one.shape != other.shape or one.device != other.device:
        return False
    return one is other or (one.data_ptr() == other.data_ptr() and one.stride() == other.stride())


def _under_stored_names(model: PreTrainedModel, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Stored name → tensor: :class:`Located` ones, whose sources are names of the state, or, of a conversion that
    cannot be followed, real ones."""
    located: dict[str, Tensor] = {
        name: Located.whole(name, tensor.shape, tensor.dtype, tensor.stride()) for name, tensor in state.items()
    }
    try:
        return dict(revert_weight_conversion(model, located))
    except NotTracked:
        return dict(revert_weight_conversion(model, dict(state)))


def _outgoing(name: str, tensor: Tensor, state: Mapping[str, Tensor]) -> OutgoingTensor:
    if not isinstance(tensor, Located):
        return outgoing_tensor(name, tensor)
    parts = [(_view(state[block.source], block), block.into) for block in tensor.blocks]
    if len(parts) == 1:
        return outgoing_tensor(name, parts[0][0])
    shape = tuple(tensor.shape)

    def read(first: int, last: int) -> ByteArray:
        flat = [_gathered(parts, box).view(-1).view(torch.uint8) for box in boxes(shape, first, last)]
        return (flat[0] if len(flat) == 1 else torch.cat(flat)).cpu().numpy()

    return OutgoingTensor(name, from_torch(tensor.dtype), shape, elements(tensor.element_size(), read))


def _view(tensor: Tensor, block: Block) -> Tensor:
    """The elements of a block, of the slot that has them."""
    if block.sizes == tuple(tensor.shape) and block.strides == tensor.stride() and not block.start:
        return tensor
    return tensor.as_strided(block.sizes, block.strides, tensor.storage_offset() + block.start)


def _gathered(parts: Sequence[tuple[Tensor, tuple[slice, ...]]], box: Box) -> Tensor:
    """A box of what several views make up."""
    first = parts[0][0]
    made = torch.empty(shape_of(box), dtype=first.dtype, device=first.device)
    for view, into in parts:
        shared = overlap(box, into)
        if shared is not None:
            made[relative(shared, box)] = view[relative(shared, into)]
    return made


def _configs(model: PreTrainedModel, state: Mapping[str, Tensor]) -> dict[str, bytes]:
    """The config files, as transformers writes them; and the code of a class that came with a checkpoint."""
    code, config = carried(copy.deepcopy(model.config), type(model))
    config.architectures = [type(model).__name__]
    config.dtype = next((tensor.dtype for tensor in state.values() if tensor.is_floating_point()), model.dtype)
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        if model.can_generate() and model.generation_config is not None:
            model.generation_config.save_pretrained(folder)
        return {**code, **{path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}}
