"""Stored weights → the parts that a quantized model is saved as, one weight after the other: no model in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from loadstone.core.tensors import DType
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.fill import Source
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.placement.placement import Devices
from loadstone.frameworks.torch.quantized.library import flattened
from loadstone.frameworks.torch.quantized.quantize import One, one_by_one
from loadstone.frameworks.torch.save import outgoing_tensor
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Stored
from loadstone.transfer.outgoing import OutgoingTensor
from loadstone.transfer.weight_files import Weights


class Saved(NamedTuple):
    """What is saved of one slot; it holds the values until it is let go of."""

    slot: str
    tensors: list[OutgoingTensor]
    descriptions: Mapping[str, str]
    """What safetensors files say of it: name → JSON."""


Other = tuple[str, Stored, tuple[int, ...], DType]
"""A slot, how it is made, its shape and its dtype."""


class TorchQuantizer:
    """The weights of one model that are quantized to be saved, not to be run."""

    def __init__(self, model: TorchStructure, plan: LoadPlan, devices: Devices) -> None:
        """``model`` is a skeleton, and gets the library's layers; ``devices`` knows what is asked for."""
        assert devices.quantized_layers is not None
        self._model, self._plan, self._devices, self._layers = model, plan, devices, devices.quantized_layers
        self._layers.prepare(model, devices.dtypes.main)
        self._layers.describe(model, devices.dtypes.main)

    @property
    def slots(self) -> Collection[str]:
        """Those that are quantized."""
        return self._layers.sizes.keys()

    @property
    def settings(self) -> dict[str, object]:
        """What ``quantization_config`` in ``config.json`` then says."""
        settings: dict[str, object] = self._model.config.quantization_config
        return settings

    def saved(self, weights: Weights, others: Iterable[Other]) -> Iterator[Saved]:
        """Every weight, quantized, in the order of the files; then the others, which are made in the dtype given.

        Raises what quantizing raises, and :class:`SaveError` for a kind of weight that has no stored form.
        """
        source = Source(weights)
        for weight in one_by_one(self._model, self._plan, self._layers, source, self._devices):
            tensors, metadata = flattened(_state(weight))
            yield Saved(weight.name, [outgoing_tensor(*item) for item in tensors.items()], metadata)
        for name, recipe, shape, dtype in others:
            plain_tensors = source.make([Job(name, recipe.pieces, shape, to_torch(dtype))], torch.device("cpu")).tensors
            yield Saved(name, [outgoing_tensor(name, plain_tensors[name])], {})


def _state(weight: One) -> dict[str, Tensor]:
    """What the module's ``state_dict`` has for the weight; the module is without it again then."""
    (path, _, leaf), slots, own = weight.name.rpartition("."), weight.module._parameters, vars(weight.module)
    held = slots[leaf]
    slots[leaf] = weight.parameter
    try:
        state: dict[str, Tensor] = weight.module.state_dict(prefix=f"{path}.")
    finally:
        slots[leaf] = held
        if "quant_state" in own:  # bitsandbytes' layers hold on to the scales
            own["quant_state"] = None
    return {name: tensor.detach() for name, tensor in state.items() if not tensor.is_meta}  # others are
