"""Reading, once a model is filled, what its slots view: so that using it meets no page that is not there yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loadstone.core.slices import FileRange
from loadstone.frameworks.torch.placement.placement import Devices
from loadstone.planning.recipes import Piece, Recipe, Stored, Tied
from loadstone.planning.split import CPU
from loadstone.transfer.weight_files import Weights


def populate(recipes: Mapping[str, Recipe], devices: Devices, weights: Weights) -> None:
    """Begin to read what stays in memory, of the CPU's and the disk's units; the model can be used meanwhile."""
    places, kept = devices.placement.places, devices.placement.kept
    stays = [unit for unit in devices.units if places[unit.name] == CPU or unit.name in kept]
    views = (_pieces_of(recipes, slot) for unit in stays for slot in unit.slots if _is_view(devices, slot))
    parts = [piece.tensor for pieces in views for piece in pieces]
    tensors = [part for part in parts if part.nbytes and part.file in weights.maps]
    weights.warm(weights.views(FileRange(tensor.file, tensor.range) for tensor in tensors))


def _is_view(devices: Devices, slot: str) -> bool:
    size = devices.sizes.get(slot)
    return devices.on_disk(slot) or (size is not None and size.is_view)


def piece_of(recipes: Mapping[str, Recipe], slot: str) -> Piece | None:
    """The stored tensor behind a slot, or behind the one it is tied to; None for initialized and empty ones."""
    pieces = _pieces_of(recipes, slot)
    return pieces[0] if pieces and pieces[0].tensor.nbytes else None


def _pieces_of(recipes: Mapping[str, Recipe], slot: str) -> Sequence[Piece]:
    """All of them: of a view, several where it has strides."""
    recipe = recipes[slot]
    if isinstance(recipe, Tied):
        recipe = recipes[recipe.slot]
    return recipe.pieces if isinstance(recipe, Stored) else ()
