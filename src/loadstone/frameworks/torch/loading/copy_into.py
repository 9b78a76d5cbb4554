"""Checkpoint → a model that has its memory already: every slot keeps its memory and dtype."""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from loadstone.checkpoint import Checkpoint
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.loading.fill import tensors_of
from loadstone.frameworks.torch.loading.own_memory import write
from loadstone.frameworks.torch.loading.slots import naming, slots
from loadstone.frameworks.torch.modeling.untying import untie
from loadstone.materialize.equality import stored_alike
from loadstone.planning.match import Gaps, MatchOptions, match
from loadstone.transfer.weight_files import Weights


def copy_into(model: nn.Module, checkpoint: Checkpoint, strict: bool) -> tuple[list[str], list[str]]:
    """Copy what is stored; returns the slots that the checkpoint lacks and the stored tensors that the model lacks."""
    needed = slots(model)
    names = replace(naming(model), optional=() if strict else tuple((slot.name,) for slot in needed))
    plan = match(needed, checkpoint, names, MatchOptions(strict), same=stored_alike, gaps=Gaps(checkpoint.absent))
    memory = dict(tensors_of(model))
    empty = [slot.name for slot in needed if memory[slot.name].is_meta]
    if empty:
        raise ArgumentError(f"{empty[0]} is on the meta device, which has no memory to copy into. Use load_into.")
    if plan.untied:
        untie(model, plan.untied)
        memory = dict(tensors_of(model))
    write(plan, memory, Weights(checkpoint.ends))
    return list(plan.initialized), list(plan.unused)
