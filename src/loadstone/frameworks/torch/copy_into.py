"""Checkpoint → a model that has its memory already: every slot keeps its memory and dtype."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from loadstone.checkpoint import Checkpoint
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.fill import Source, taken, tensors_of
from loadstone.frameworks.torch.framework import naming, slots
from loadstone.planning.match import match
from loadstone.planning.recipes import Stored
from loadstone.transfer.mapping import MappedFile


@torch.no_grad()
def copy_into(model: nn.Module, checkpoint: Checkpoint, strict: bool) -> tuple[list[str], list[str]]:
    """Copy what is stored; returns the slots that the checkpoint lacks and the stored tensors that the model lacks."""
    needed = slots(model)
    names = replace(naming(model), optional=() if strict else tuple((slot.name,) for slot in needed))
    plan = match(needed, checkpoint, names, strict=strict)
    source = Source({path: MappedFile(path) for path in checkpoint.files})
    memory = dict(tensors_of(model))
    empty = [slot.name for slot in needed if memory[slot.name].is_meta]
    if empty:
        raise ArgumentError(f"{empty[0]} is on the meta device, which has no memory to copy into. Use load_into.")
    for name, recipe in plan.recipes.items():
        if isinstance(recipe, Stored):
            for piece in recipe.pieces:
                target = memory[name] if piece.into is None else memory[name][piece.into]
                target.copy_(taken(source, piece))
                source.drop(piece.tensor, 0, piece.tensor.nbytes)
    return list(plan.fresh), list(plan.unused)
