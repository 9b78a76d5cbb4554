"""Other weights for a model that is in use: made beside the old ones, or written over them, while nobody runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor

from loadstone.core.slices import FileRange
from loadstone.core.tensors import StoredTensor
from loadstone.errors import ArgumentError, DoesNotFit, WeightsIncomplete
from loadstone.frameworks.torch.distributed.dtensors import is_of_fsdp, local_part, settle
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.fill import Filled, SlotForms, Source, check_kinds, stored_values, tensors_of
from loadstone.frameworks.torch.loading.own_memory import write
from loadstone.frameworks.torch.loading.swappable import check_swappable
from loadstone.frameworks.torch.modeling.model import PreTrainedModel
from loadstone.frameworks.torch.modeling.swapping import gate_of
from loadstone.frameworks.torch.modeling.weights_gate import WeightsGate
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Stored
from loadstone.reporting.load_report import LoadReport
from loadstone.transfer.weight_files import Weights


class Swap:
    """One swap: :meth:`prepare` may fail and changes nothing; :meth:`publish` then changes all."""

    def __init__(self, models: Sequence[PreTrainedModel], gates: Sequence[WeightsGate], in_place: bool) -> None:
        """``models``: the one that is meant, and those in it. ``in_place``: every tensor keeps its memory.

        Raises :class:`ArgumentError` for a model that cannot do it.
        """
        model, *_ = models
        self._model, self._models, self._gates, self._in_place = model, models, gates, in_place
        check_swappable(model, in_place)
        if is_of_fsdp(model):  # which shards what it has gathered
            with self._closed():
                settle(model)
        self._slots = {name: local_part(tensor) for name, tensor in tensors_of(model)}
        self._values: dict[str, Tensor] = {}

    def prepare(self, plan: LoadPlan, weights: Weights) -> Filled:
        """Get everything ready while the model runs: new tensors, or, in place, what is to be read. ``plan`` is this
        rank's.

        Raises :class:`UnsupportedDType` where integers are stored for a floating-point slot, :class:`DoesNotFit` where
        a device has no room for the weights twice, and :class:`CorruptCheckpoint`.
        """
        self._plan, self._weights = plan, weights
        check_kinds(plan, self._slots)
        filled = Filled(0, 0)
        if not self._in_place:
            forms = SlotForms(self._dtype_of, lambda slot: self._slots[slot].device, lambda slot: None)
            try:
                self._values, filled = stored_values(plan, Source(weights), forms, self._slots)
            except torch.OutOfMemoryError as error:
                reason = str(error).partition(". ")[0]
                raise DoesNotFit(
                    f"There is no room for the new weights beside the old ones: {reason}. swap_weights(…, "
                    "in_place=True) writes them over the old ones; should that fail, the model refuses to run."
                ) from None
        weights.warm(weights.views(self._ranges()))
        return filled

    def _ranges(self) -> Iterator[FileRange]:
        """What is yet to be read: in place everything, else what is viewed."""
        for name, recipe in self._plan.recipes.items():
            if isinstance(recipe, Stored) and (self._in_place or self._is_view(name, recipe)):
                yield from (FileRange(each.file, each.range) for each in recipe.tensors if each.nbytes)

    def _is_view(self, name: str, recipe: Stored) -> bool:
        first = recipe.pieces[0].tensor
        is_one = len(recipe.pieces) == 1 and not first.is_packed
        return is_one and to_torch(first.dtype) == self._values[name].dtype and self._values[name].device.type == "cpu"

    def _dtype_of(self, slot: str, stored: StoredTensor) -> torch.dtype:
        return self._slots[slot].dtype

    def publish(self, report: LoadReport, name: str, confirm: Callable[[], object]) -> int:
        """Wait until nobody runs, then let the model have its new weights, and say where they are from: ``name``.
        Returns how many bytes were written.

        ``confirm`` returns when all ranks have theirs, and raises where one has not. The config stays as it is, as
        does what it says of its own origin. Raises :class:`WeightsIncomplete` where writing in place fails; the model
        then refuses to run.
        """
        with self._closed():
            settle(self._model)
            for device in {tensor.device for tensor in self._slots.values()} - {torch.device("cpu")}:
                torch.accelerator.synchronize(device)
            with self._incomplete():
                written = self._write(confirm) if self._in_place else self._rebind(confirm)
            for each in self._models:
                each.weights_version += 1
                each.name_or_path = name
            report.weights_version = self._model.weights_version
            self._model.load_report = report
        return written

    @contextmanager
    def _closed(self) -> Iterator[None]:
        """Within it nobody runs the model, or one in it."""
        with ExitStack() as stack:
            for gate in self._gates:
                stack.enter_context(gate.closed())
            yield

    @contextmanager
    def _incomplete(self) -> Iterator[None]:
        """Within it, and after an error in it, the model refuses to run."""
        why = f"{type(self._model).__name__} has some weights of one checkpoint and some of another: a swap has failed."
        for each in self._models:
            each.weights_incomplete = f"{why} It runs again when swap_weights has succeeded."
        yield
        self._complete()

    def _complete(self) -> None:
        for each in self._models:
            vars(each).pop("weights_incomplete", None)  # an attribute that is new would have all compiled again

    def _write(self, confirm: Callable[[], object]) -> int:
        """Over what is there."""
        stored = {name for name, recipe in self._plan.recipes.items() if isinstance(recipe, Stored)}
        memory = {name: tensor for name, tensor in self._slots.items() if name in stored}
        try:
            written = write(self._plan, memory, self._weights)
        except Exception as error:
            raise WeightsIncomplete(f"{self._model.weights_incomplete}\n{error}") from error
        _tell_autograd(memory.values())
        confirm()
        return written

    def _rebind(self, confirm: Callable[[], object]) -> int:
        """The parameters stay the same objects, as optimizers and ties need it."""
        old = {name: self._slots[name].data for name in self._values}
        try:
            self._let_have(self._values)
            confirm()
        except BaseException:
            self._let_have(old)
            self._complete()
            raise
        self._values = {}
        return 0

    def _let_have(self, values: Mapping[str, Tensor]) -> None:
        for name, value in values.items():
            self._slots[name].data = value
        _tell_autograd(self._slots[name] for name in values)


def _tell_autograd(tensors: Iterable[Tensor]) -> None:
    """So that a backward pass whose forward pass had the old values is an error, and does not take the new ones."""
    for tensor in tensors:
        torch.autograd.graph.increment_version(tensor)


@contextmanager
def swap(model: object, in_place: bool) -> Iterator[Swap]:
    """A swap, the only one of its model at the time."""
    if not isinstance(model, PreTrainedModel):
        raise ArgumentError(f"swap_weights replaces the weights of a model of Loadstone's; this is {model!r}.")
    models = list(model._models())
    gates = list(dict.fromkeys(map(gate_of, models)))  # that of the outer one first, where who runs it enters first
    for gate in gates:
        gate.check_outside()
    with ExitStack() as stack:
        for gate in gates:
            stack.enter_context(gate.swapping)
        yield Swap(models, gates, in_place)
