"""Linear weights of a checkpoint, quantized to be written: as ``from_pretrained`` quantizes them, without a model.

One weight after the other is quantized, and its parts go into a scratch file that has no name, beside the target. From
there writers take them in the order of the new files, in which the scales of all weights come before their values. So
each weight is quantized once, and memory holds one.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from loadstone.architectures.family import Family, HeadSpec
from loadstone.checkpoint import Checkpoint
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import Fault, SaveError, UnsupportedDType
from loadstone.frameworks.registry import require_torch
from loadstone.planning.match import Gaps, match
from loadstone.planning.recipes import Stack, Stored, Tied
from loadstone.planning.ties import match_untied
from loadstone.quantization.config import read
from loadstone.transfer.machine import accelerator_bytes
from loadstone.transfer.outgoing import READ_NBYTES, OutgoingTensor, TensorRange, bytes_of
from loadstone.transfer.strategy import BUFFERED, TransferOptions
from loadstone.transfer.weight_files import Weights

_PLAIN = json.dumps({"_type": "Tensor"})
"""What torchao's files say of a tensor that is none of its own."""


class DescribedModel(NamedTuple):
    """What a config says that the tensors are of."""

    family: Family
    head: HeadSpec
    config: PretrainedConfig


class PlainTensor(NamedTuple):
    """A stored tensor that is written in a plain dtype, under the name that it has here."""

    stored: StoredTensor
    dtype: DType | None
    """None: as it is."""


class QuantizedOutput:
    """What is written of a checkpoint whose weights are quantized. Use it in a ``with``."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        described: DescribedModel,
        quantization_config: object,
        dtype: DType | None,
        scratch: Path,
    ) -> None:
        """Plans, and quantizes nothing yet.

        :param dtype: of everything else, and of the weights before they are quantized; None: as ``torch_dtype="auto"``
        :raises ArgumentError: what is asked for makes no sense, or this machine cannot do it
        :raises FrameworkNotInstalled: PyTorch, or the library that quantizes, is not there
        :raises MissingTensors, ShapeMismatch: the tensors are not those of the model that the config describes
        """
        options: dict[str, object] = {
            "quantization_config": quantization_config,
            "torch_dtype": None if dtype is None else dtype.value,
        }
        if read(quantization_config).needs_accelerator and accelerator_bytes():
            options["device_map"] = 0
        framework = require_torch()
        family, head, config = described
        given, _ = Options.split(options)
        self.dtype = given.wanted_dtype(config, checkpoint)
        """What all that is not quantized is in, and what is computed in."""
        make = partial(framework.skeleton, framework.resolve_class(family, head), config, (), {}, self.dtype)
        model = make()
        matched = partial(
            match, framework.slots(model), checkpoint, same=framework.alike(None), gaps=Gaps(checkpoint.absent)
        )

        def untie(names: Collection[str]) -> None:
            nonlocal model
            config.untie(names)
            model = make()

        self._plan = match_untied(matched, lambda: framework.naming(model), untie)
        devices = framework.placement(given, model, self._plan, self.dtype)
        self._quantizer = framework.quantizer(model, self._plan, devices)
        self._checkpoint, self._family, self._asked_dtype = checkpoint, family, dtype
        self._dtype_of = devices.dtypes
        self._shapes = {slot.name: slot.shape for slot in self._plan.slots}
        self._recipes = dict(self._written(bool(config.tie_word_embeddings)))
        self._layout: list[tuple[str, DType, tuple[int, ...]]] = []
        self._check_kinds()
        self._scratch = _Scratch(scratch)
        self.metadata: dict[str, str] = {}
        """What safetensors files say of the parts; nothing before :meth:`tensors`."""

    def __enter__(self) -> QuantizedOutput:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.close()

    @property
    def settings(self) -> dict[str, object]:
        """``quantization_config`` for the new ``config.json``, with each linear layer by name that is left alone."""
        return self._quantizer.settings

    @property
    def is_untied(self) -> bool:
        """Whether what is stored contradicts the config's ties, so that the new config says that there are none."""
        return bool(self._plan.untied)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the weights that are quantized."""
        return tuple(self._quantizer.slots)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Stored tensors that no model needs."""
        return self._plan.leftovers

    def _written(self, is_tied: bool) -> Iterator[tuple[str, Stored]]:
        """Each slot that is written, and how it is made: tied ones once, but where readers will not tie."""
        for name, recipe in self._plan.recipes.items():
            if isinstance(recipe, Tied) and not is_tied:
                recipe = self._plan.recipes[recipe.slot]
            if isinstance(recipe, Stored):
                yield name, recipe

    def tensors(self) -> list[PlainTensor | OutgoingTensor]:
        """All that is to be written, in the order of the model, as ``save_pretrained`` names it; weights are quantized.

        Tensors that the model has no place for come last, as they are. What files carry and no model needs is left out.

        :raises SaveError: no room for the scratch file, or a kind of weight that has no stored form
        :raises CorruptCheckpoint: a file is cut short
        """
        slots = self._quantize()
        tensors: list[PlainTensor | OutgoingTensor] = []
        descriptions: dict[str, str] = {}
        for name, recipe in self._recipes.items():
            if name in slots:
                tensors += slots[name].tensors
                descriptions |= slots[name].descriptions or dict.fromkeys(
                    (tensor.name for tensor in slots[name].tensors), _PLAIN
                )
            else:
                kept = self._unquantized(name, recipe)
                tensors += kept
                descriptions |= dict.fromkeys((plain.stored.name for plain in kept), _PLAIN)
        others = [PlainTensor(self._checkpoint[name], self._asked_dtype) for name in self._plan.unused]
        descriptions |= dict.fromkeys((plain.stored.name for plain in others), _PLAIN)
        if any(slot.descriptions for slot in slots.values()):  # else the library has no such words
            self.metadata = {"tensor_names": json.dumps(list(descriptions)), **descriptions}
        return tensors + others

    def again(self) -> None:
        """Quantize all weights anew, so that what was written can be compared with that.

        Raises :class:`SaveError` if other parts come out than the first time.
        """
        before = self._layout
        self._scratch.rewind()
        self._quantize()
        if self._layout != before:
            raise SaveError("Quantized again, weights have other parts than the first time. Nothing was written.")

    def _quantize(self) -> dict[str, _SlotTensors]:
        """Quantized weights, and slots that are put together or part of a stored tensor: slot → its tensors, which are
        in the scratch file."""
        loose = [
            (name, recipe, self._shapes[name], self._dtype_of(name, recipe.pieces[0].tensor))
            for name, recipe in self._recipes.items()
            if name not in self._quantizer.slots and not self._unquantized(name, recipe)
        ]
        weights = Weights(self._checkpoint.ends, TransferOptions(BUFFERED))
        slots: dict[str, _SlotTensors] = {}
        for slot, tensors, descriptions in self._quantizer.saved(weights, loose):
            parts = [self._scratch.add(tensor) for tensor in tensors]
            slots[slot] = _SlotTensors(
                parts, {name: text for name, text in descriptions.items() if name != "tensor_names"}
            )
        self._layout = [
            (tensor.name, tensor.dtype, tensor.shape) for those in slots.values() for tensor in those.tensors
        ]
        return slots

    def _unquantized(self, name: str, recipe: Stored) -> list[PlainTensor]:
        """The stored tensors that a slot is made of, each whole; none if it is not."""
        piece, own = recipe.pieces[0], self._checkpoint.get(name)
        dtype = self._dtype_of(name, piece.tensor)
        if isinstance(recipe.pieces, Stack):
            rule = next(rule for rule in self._family.experts if name.endswith(rule.slot))
            count, stem = self._shapes[name][0], name[: -len(rule.slot)]
            names = (stem + pattern.format(expert) for expert in range(count) for pattern in rule.stored)
            return [
                PlainTensor(tensor._replace(name=new), dtype) for new, tensor in zip(names, recipe.tensors, strict=True)
            ]
        if own is not None and own.slices and own.shape == self._shapes[name]:
            return [PlainTensor(own, dtype)]  # its pieces are the slices
        is_whole = len(recipe.pieces) == 1 and piece.rows is None and piece.into is None
        return [PlainTensor(piece.tensor._replace(name=self._stored_name(name)), dtype)] if is_whole else []

    def _stored_name(self, name: str) -> str:
        """What files call a slot that they have as the model has it."""
        rules = (rule for rule in self._family.experts if name.endswith(rule.slot) and rule.is_stored_whole)
        return next((name[: -len(rule.slot)] + rule.stored[0] for rule in rules), name)

    def _check_kinds(self) -> None:
        faults = [
            Fault(f"{tensor.file}, tensor {tensor.name}", "a floating-point dtype", tensor.dtype.value)
            for name in self._quantizer.slots
            for tensor in self._recipes[name].tensors
            if not tensor.dtype.is_floating
        ]
        if faults:
            raise UnsupportedDType(faults, hint="Are these quantized weights, and does config.json say so?")


class _SlotTensors(NamedTuple):
    tensors: list[OutgoingTensor]
    descriptions: Mapping[str, str]


class _Scratch:
    """A file without a name that tensors are appended to, and read from by several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._end, self._lock = folder, 0, threading.Lock()
        try:
            self._file = tempfile.TemporaryFile(dir=folder, prefix=".loadstone-scratch-", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        self._file.close()

    def rewind(self) -> None:
        """What is added next takes the place of what was first."""
        self._end = 0

    def add(self, tensor: OutgoingTensor) -> OutgoingTensor:
        """The same tensor, which from now on comes from here."""
        begin = self._end
        for part in tensor.range.split(READ_NBYTES):
            view = bytes_of(TensorRange(tensor, part))
            try:
                with self._lock:
                    self._file.seek(begin + part.start)
                    while view:
                        view = view[self._file.write(view) :]
            except OSError as error:
                raise self._failure(error) from error
        self._end = begin + tensor.nbytes
        return OutgoingTensor(tensor.name, tensor.dtype, tensor.shape, partial(self._read, begin))

    def _read(self, begin: int, start: int, stop: int) -> bytearray:
        buffer = bytearray(stop - start)
        view, at = memoryview(buffer), begin + start
        while view:
            with self._lock:  # the file has one position, and what it holds is mostly in the page cache
                self._file.seek(at)
                count = self._file.readinto(view)
            if not count:
                raise SaveError(f"The scratch file in {self._folder} was cut short. Nothing was written.")
            view, at = view[count:], at + count
        return buffer

    def _failure(self, error: OSError) -> SaveError:
        return SaveError(
            f"{self._folder}: nothing was written, for there is no scratch file for quantized weights: "
            f"{error.strerror or error}. They take room there once more until all is done."
        )
