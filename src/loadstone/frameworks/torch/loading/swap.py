"""Other weights for a model that is in use: made beside the old ones, or written over them, while nobody runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

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
from loadstone.frameworks.torch.modeling.weights_gate import Turn
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Stored
from loadstone.reporting.load_report import LoadReport
from loadstone.transfer.weight_files import Weights

ResultT = TypeVar("ResultT")


class Swap:
    """One swap: :meth:`prepare` may fail and changes nothing; :meth:`publish` then changes all."""

    def __init__(self, model: PreTrainedModel, in_place: bool) -> None:
        """``in_place``: every tensor keeps its memory.

        Raises :class:`ArgumentError` in a thread that runs the model.
        """
        self.turn = Turn()
        self._model, self._in_place = model, in_place
        self._models = list(model._models())
        # That of the outer one first, where who runs it enters first.
        self._gates = list(dict.fromkeys(map(gate_of, self._models)))
        self._values: dict[str, Tensor] = {}
        self._is_announced = False
        for gate in self._gates:
            gate.check_outside()

    def begin(self) -> None:
        """Wait until no other swap of the model is under way. Raises :class:`ArgumentError` for a model that cannot do
        it."""
        for gate in self._gates:
            gate.begin_swap(self.turn)
        check_swappable(self._model, self._in_place)
        if is_of_fsdp(self._model):  # which shards what it has gathered
            self._while_nobody_runs(lambda: settle(self._model))
        self._slots = {name: local_part(tensor) for name, tensor in tensors_of(self._model)}

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

        def publish() -> int:
            settle(self._model)
            for device in {tensor.device for tensor in self._slots.values()} - {torch.device("cpu")}:
                torch.accelerator.synchronize(device)
            change = self._write if self._in_place else self._rebind
            return change(confirm, lambda: self._announce(report, name))

        return self._while_nobody_runs(publish)

    def _while_nobody_runs(self, work: Callable[[], ResultT]) -> ResultT:
        """What ``work`` gives, done when nobody runs the model or one in it; who comes waits."""
        turn = Turn()
        try:
            for gate in self._gates:
                gate.close(turn)
            return work()
        finally:
            turn.is_over = True

    def _write(self, confirm: Callable[[], object], announce: Callable[[], object]) -> int:
        """Over what is there."""
        stored = {name for name, recipe in self._plan.recipes.items() if isinstance(recipe, Stored)}
        memory = {name: tensor for name, tensor in self._slots.items() if name in stored}
        self._refuse()
        try:
            written = write(self._plan, memory, self._weights)
        except Exception as error:
            raise WeightsIncomplete(f"{self._model.weights_incomplete}\n{error}") from error
        _tell_autograd(memory.values())
        confirm()
        announce()
        return written

    def _rebind(self, confirm: Callable[[], object], announce: Callable[[], object]) -> int:
        """The parameters stay the same objects, as optimizers and ties need it."""
        old = {name: self._slots[name].data for name in self._values}
        try:
            self._refuse()
            self._let_have(self._values)
            confirm()
            announce()
        except BaseException:
            if not self._is_announced:
                self._let_have(old)
            self._run_again()
            raise
        return 0

    def _refuse(self) -> None:
        """From here on the model refuses to run."""
        why = f"{type(self._model).__name__} has some weights of one checkpoint and some of another: a swap failed."
        for each in self._models:
            each.weights_incomplete = f"{why} It runs again when swap_weights has succeeded."

    def _run_again(self) -> None:
        for each in self._models:
            vars(each).pop("weights_incomplete", None)  # an attribute that is new would have all compiled again

    def _announce(self, report: LoadReport, name: str) -> None:
        """Have the model say that it has its new weights, and run with them."""
        version = self._model.weights_version + 1
        self._is_announced = True
        for each in self._models:
            each.weights_version, each.name_or_path = version, name
        report.weights_version = version
        self._model.load_report = report
        self._run_again()

    def _let_have(self, values: Mapping[str, Tensor]) -> None:
        for name, value in values.items():
            self._slots[name].data = value
        _tell_autograd(self._slots[name] for name in values)


def _tell_autograd(tensors: Iterable[Tensor]) -> None:
    """So that a backward pass whose forward pass had the old values is an error, and does not take the new ones."""
    for tensor in tensors:
        torch.autograd.graph.increment_version(tensor)


def swap(model: object, in_place: bool) -> Swap:
    """One that has not begun yet."""
    if not isinstance(model, PreTrainedModel):
        raise ArgumentError(f"swap_weights replaces the weights of a model of Loadstone's; this is {model!r}.")
    return Swap(model, in_place)
