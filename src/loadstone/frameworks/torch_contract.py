"""What only PyTorch is asked: to fill a module that is there already, and to quantize weights for a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from loadstone.frameworks.contract import Filled, Framework

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from loadstone.checkpoint import Checkpoint
    from loadstone.configs.bridged import BridgedConfig
    from loadstone.configs.load_options import Options
    from loadstone.core.structure import Structure
    from loadstone.core.tensors import DType
    from loadstone.frameworks.ranks import Ranks
    from loadstone.planning.match import LoadPlan
    from loadstone.planning.recipes import Stored
    from loadstone.planning.slot_dtypes import SlotDTypes
    from loadstone.reporting.load_report import LoadReport
    from loadstone.transfer.outgoing import OutgoingTensor
    from loadstone.transfer.weight_files import Weights


class TorchPlacement(Protocol):
    """Where a PyTorch model goes, and in which dtypes."""

    @property
    def dtypes(self) -> SlotDTypes:
        """Of each slot."""
        ...


class OwnMemory(Protocol):
    """The memory that a module has already."""

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Slot → tensor that is not on the meta device."""
        ...

    def dtypes(self) -> Mapping[str, DType]:
        """Slot → dtype, of each that computes."""
        ...


Other = tuple[str, "Stored", tuple[int, ...], "DType"]
"""A slot that is saved in a plain dtype: its name, how it is made, its shape and its dtype."""
Saved = tuple[str, list["OutgoingTensor"], Mapping[str, str]]
"""A slot, what is saved of it, and what safetensors files say of that: name → JSON."""


class Quantizer(Protocol):
    """The weights of one model that are quantized to be saved, not to be run."""

    @property
    def slots(self) -> Collection[str]:
        """Those that are quantized."""
        ...

    @property
    def settings(self) -> dict[str, object]:
        """``quantization_config`` for ``config.json``."""
        ...

    def saved(self, weights: Weights, others: Iterable[Other], /) -> Iterator[Saved]:
        """Each weight quantized, in the order of the files, then the others; one is in memory at a time."""
        ...


class Turn(Protocol):
    """Somebody's turn."""

    is_over: bool


class Swap(Protocol):
    """Other weights for one model."""

    @property
    def turn(self) -> Turn:
        """When it is over, another swap may begin."""
        ...

    def begin(self) -> None:
        """Wait until no other swap of the model is under way. :class:`ArgumentError` for a model that cannot do it."""
        ...

    def prepare(self, plan: LoadPlan, weights: Weights, /) -> Filled:
        """All that can fail while the model has its old ones."""
        ...

    def publish(self, report: LoadReport, name: str, confirm: Callable[[], object], /) -> int:
        """Let the model have them when nobody runs it; ``confirm`` waits until all ranks have theirs. Returns how many
        bytes were written.

        :class:`WeightsIncomplete` where that fails halfway.
        """
        ...


PlacementT = TypeVar("PlacementT", bound=TorchPlacement)
MemoryT = TypeVar("MemoryT", bound=OwnMemory)


class TorchFramework(Framework["nn.Module", "Tensor", PlacementT], Protocol[PlacementT, MemoryT]):
    """PyTorch. Any module has slots that can be filled; what :meth:`skeleton` makes is a model, and can be finished."""

    def placement(
        self,
        options: Options,
        model: nn.Module,
        plan: LoadPlan,
        dtype: DType | None,
        by_slot: Mapping[str, DType] = ...,
        /,
    ) -> PlacementT:
        """Where the model goes, ``by_slot`` in dtypes of their own, whatever ``dtype`` is."""
        ...

    def fill_module(
        self,
        model: nn.Module,
        plan: LoadPlan,
        weights: Weights,
        options: Options,
        place: PlacementT,
        memory: MemoryT | None,
        /,
    ) -> Filled:
        """Give every slot its values, in the dtypes that ``place`` says, and in ``memory`` where it fits."""
        ...

    def own_memory(self, module: nn.Module, /, *, stays: bool) -> MemoryT:
        """The memory that a module has; ``stays``: none of it changes its device."""
        ...

    def rank_plan(self, module: nn.Module, plan: LoadPlan, /) -> LoadPlan:
        """The plan with this rank's part of each slot that is a DTensor; the same plan where none is."""
        ...

    def ranks_holding(self, module: nn.Module, /) -> Ranks | None:
        """The ranks that hold a module together, by its DTensors; None where this process holds all of it."""
        ...

    def placements(self, module: nn.Module, /) -> Mapping[str, str]:
        """How each parameter and buffer that is distributed is cut, in words that are the same on every rank."""
        ...

    def settle(self, module: nn.Module, /) -> None:
        """Have FSDP hold each parameter that it manages as this rank's shard."""
        ...

    def rank_of(self, module: nn.Module, /) -> str:
        """Which rank of which mesh this is, in words; empty where nothing of the module is distributed."""
        ...

    def structure(self, model: nn.Module, /) -> Structure:
        """A module as a layout sees it."""
        ...

    def kept_dtypes(self, model: nn.Module, dtype: DType, /) -> Mapping[str, DType]:
        """Slots that a class keeps in another dtype than the model's."""
        ...

    def transformers_class(self, config: BridgedConfig, auto_class: str | None, /) -> type[nn.Module]:
        """transformers' own class for a config."""
        ...

    def transformers_config(self, config: BridgedConfig, /) -> tuple[Any, dict[str, Any]]:
        """transformers' own config object, and the keywords that are none of its keys."""
        ...

    def transformers_processor(self, auto_class: str, place: str | Path, keywords: Mapping[str, Any], /) -> Any:
        """What transformers' Auto class of that name makes of a folder, or of a repository whose code may run."""
        ...

    def bridge(self, model: nn.Module, folder: Path | None, /) -> None:
        """What one of transformers' models gets of Loadstone, once it is filled. ``folder``: where configs lie."""
        ...

    def copy_into(self, model: nn.Module, checkpoint: Checkpoint, strict: bool, /) -> tuple[list[str], list[str]]:
        """Copy what is stored into a module's memory; returns the slots and the stored tensors without a counterpart.

        Raises :class:`ArgumentError` for a module on the meta device, and what ``match`` raises.
        """
        ...

    def swap(self, model: nn.Module, in_place: bool, /) -> Swap:
        """Other weights for a model that is in use; ``in_place``: each tensor keeps its memory.

        :class:`ArgumentError` in a thread that runs the model.
        """
        ...

    def quantizer(self, model: nn.Module, plan: LoadPlan, devices: PlacementT, /) -> Quantizer:
        """Quantizes the weights of a skeleton to be saved; ``devices`` says how."""
        ...
