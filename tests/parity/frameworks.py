"""One view of a model for each framework, so that a parity test is written once.

PyTorch's own model is the measure: it is the one that the other tests here hold against transformers. A side takes and
returns PyTorch tensors on the CPU, whatever its framework, so that the helpers of :mod:`reference` serve all three.
"""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import ml_dtypes
import numpy as np
import pytest
import torch

import loadstone

from .cases import CLASSES, TABLES, Case
from .reference import Store

FRAMEWORKS = ("flax", "tensorflow")
"""Those that are held against PyTorch."""

Tensors = Mapping[str, torch.Tensor]


class Side(Protocol):
    """What a parity test wants of a framework."""

    prefix: str
    """What its class names start with."""
    experts: tuple[type, str]
    """The class that computes a layer's experts, and the name of its method that does."""

    def to(self, value: Any) -> Any:
        """A PyTorch tensor, or those in a list of dicts, as the framework's own; anything else as it is."""

    def eager(self) -> AbstractContextManager[Any]:
        """Where models run operation by operation."""

    def call(self, model: Any, **inputs: Any) -> SimpleNamespace:
        """The fields of the model's output that are set; the cache stays as the framework has it."""

    def compiled(self, model: Any, **inputs: Any) -> SimpleNamespace:
        """:meth:`call`, as one compiled program."""

    def cache(self, model: Any, rows: int, length: int) -> Any:
        """What the first call of a cached decoding gets as ``past_key_values``."""

    def generate(self, model: Any, **options: Any) -> list[list[int]]:
        """The ids that ``model.generate`` returns."""

    def gradients(self, model: Any, inputs: Tensors) -> dict[str, torch.Tensor]:
        """Slot → gradient of the loss, for each slot that the loss reaches."""

    def state(self, model: Any) -> dict[str, torch.Tensor]:
        """Slot → its numbers."""


def load(side: Side, folder: Path, head: str, **options: Any) -> Any:
    """The folder's model by the framework's Auto class for a head."""
    return getattr(loadstone, side.prefix + TABLES[head][0]).from_pretrained(folder, **options)


def model_class(side: Side, family: str, head: str) -> Any:
    """The framework's model-specific class."""
    return getattr(loadstone, side.prefix + CLASSES[family, head])


class TorchSide:
    """PyTorch, the measure of the others."""

    prefix = ""

    @cached_property
    def experts(self) -> tuple[type, str]:
        return importlib.import_module("loadstone.frameworks.torch.modeling.leaves").Experts, "forward"

    def to(self, value: Any) -> Any:
        return value

    def compiled(self, model: Any, **inputs: Any) -> SimpleNamespace:
        return self.call(model, **inputs)

    def eager(self) -> AbstractContextManager[Any]:
        return torch.no_grad()

    def call(self, model: Any, **inputs: Any) -> SimpleNamespace:
        with self.eager():
            return SimpleNamespace(**dict(model(**inputs).items()))

    def cache(self, model: Any, rows: int, length: int) -> None:
        return None  # one that grows comes with the first output

    def generate(self, model: Any, **options: Any) -> list[list[int]]:
        ids: list[list[int]] = model.generate(**options).tolist()
        return ids

    def gradients(self, model: Any, inputs: Tensors) -> dict[str, torch.Tensor]:
        model.zero_grad()
        model(**inputs).loss.backward()
        gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
        model.zero_grad()
        return gradients

    def state(self, model: Any) -> dict[str, torch.Tensor]:
        return dict(model.state_dict())


class FlaxSide:
    """Flax. Mostly without compiling whole models: an operation compiled for one serves all that share its shapes."""

    prefix = "Flax"

    @cached_property
    def jax(self) -> Any:
        return importlib.import_module("jax")

    @cached_property
    def nnx(self) -> Any:
        return importlib.import_module("flax.nnx")

    @cached_property
    def experts(self) -> tuple[type, str]:
        return importlib.import_module("loadstone.frameworks.flax.leaves").Experts, "__call__"

    def to(self, value: Any) -> Any:
        return nested(lambda each: self.jax.numpy.asarray(array_of(each)), value)

    def eager(self) -> AbstractContextManager[Any]:
        disabled: AbstractContextManager[Any] = self.jax.disable_jit()
        return disabled

    def call(self, model: Any, **inputs: Any) -> SimpleNamespace:
        with self.eager():
            return as_torch(model(**self._given(inputs)))

    def compiled(self, model: Any, **inputs: Any) -> SimpleNamespace:
        return as_torch(model(**self._given(inputs)))

    def cache(self, model: Any, rows: int, length: int) -> Any:
        return model.init_cache(rows, length)

    def generate(self, model: Any, **options: Any) -> list[list[int]]:
        return [[int(each) for each in row] for row in np.asarray(model.generate(**self._given(options)))]

    def gradients(self, model: Any, inputs: Tensors) -> dict[str, torch.Tensor]:
        given = self._given(inputs)
        # One program: cheaper than an operation at a time, and how people train.
        return self._named(self.nnx.jit(self.nnx.grad(lambda model: model(**given).loss))(model))

    def state(self, model: Any) -> dict[str, torch.Tensor]:
        return self._named(self.nnx.state(model, self.nnx.Param))

    def _given(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.to(value) for name, value in inputs.items()}

    def _named(self, state: Any) -> dict[str, torch.Tensor]:
        return {".".join(map(str, path)): tensor_of(leaf.get_value()) for path, leaf in self.nnx.to_flat_state(state)}


class TensorFlowSide:
    """TensorFlow, called eagerly."""

    prefix = "TF"

    @cached_property
    def tf(self) -> Any:
        return importlib.import_module("tensorflow")

    @cached_property
    def experts(self) -> tuple[type, str]:
        return importlib.import_module("loadstone.frameworks.tensorflow.leaves").Experts, "call"

    def to(self, value: Any) -> Any:
        return nested(lambda each: self.tf.constant(array_of(each)), value)

    def eager(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def call(self, model: Any, **inputs: Any) -> SimpleNamespace:
        return as_torch(model(**{name: self.to(value) for name, value in inputs.items()}))

    def compiled(self, model: Any, **inputs: Any) -> SimpleNamespace:
        options = {name: value for name, value in inputs.items() if not isinstance(value, torch.Tensor | list)}
        tensors = {name: self.to(value) for name, value in inputs.items() if name not in options}
        step = self.tf.function(lambda tensors: dict(model(**tensors, **options).items()))
        return as_torch(step(tensors))

    def cache(self, model: Any, rows: int, length: int) -> Any:
        return model.init_cache(rows, length)

    def generate(self, model: Any, **options: Any) -> list[list[int]]:
        ids = model.generate(**{name: self.to(value) for name, value in options.items()})
        return [[int(each) for each in row] for row in np.asarray(ids)]

    def gradients(self, model: Any, inputs: Tensors) -> dict[str, torch.Tensor]:
        with self.tf.GradientTape() as tape:
            loss = model(**{name: self.to(value) for name, value in inputs.items()}).loss
        slots = model.named_weights()
        gradients = tape.gradient(loss, [variable.value for variable in slots.values()])
        named = zip(slots, gradients, strict=True)
        return {name: tensor_of(self.tf.convert_to_tensor(each)) for name, each in named if each is not None}

    def state(self, model: Any) -> dict[str, torch.Tensor]:
        return {name: tensor_of(variable.value) for name, variable in model.named_weights().items()}


TORCH = TorchSide()
SIDES: dict[str, Side] = {"torch": TORCH, "flax": FlaxSide(), "tensorflow": TensorFlowSide()}


def nested(change: Callable[[torch.Tensor], Any], value: Any) -> Any:
    """A tensor changed, and those in a list of dicts; anything else as it is."""
    if isinstance(value, dict):
        return {name: nested(change, each) for name, each in value.items()}
    if isinstance(value, list):
        return [nested(change, each) for each in value]
    return change(value) if isinstance(value, torch.Tensor) else value


def tensor_of(array: Any) -> torch.Tensor:
    """Any framework's array as a PyTorch tensor of the same bits."""
    if isinstance(array, torch.Tensor):
        return array
    values = np.array(array.numpy() if hasattr(array, "numpy") else array)
    if values.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(values.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(values)


def array_of(tensor: torch.Tensor) -> Any:
    """The way back: a PyTorch tensor as a NumPy array of the same bits."""
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()


def as_torch(output: Any) -> SimpleNamespace:
    """An output's fields that are set, with their arrays as PyTorch tensors."""
    fields: dict[str, Any] = {}
    for name, value in output.items():
        if name == "past_key_values":
            fields[name] = value
        elif isinstance(value, dict) and not hasattr(value, "to_tuple"):
            fields[name] = {key: tensor_of(each) for key, each in value.items()}
        elif isinstance(value, tuple):
            fields[name] = tuple(map(tensor_of, value))
        elif hasattr(value, "items"):
            fields[name] = as_torch(value)
        else:
            fields[name] = tensor_of(value)
    return SimpleNamespace(**fields)


class Models:
    """The frameworks' models from one reference checkpoint, loaded once a session for the tests that only read them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._loaded: dict[tuple[str, ...], Any] = {}

    def folder(self, case: Case, head: str, **changes: Any) -> Path:
        """The checkpoint that transformers saved."""
        return self.store.reference(case, head, **changes).folder

    def torch(self, case: Case, head: str, **changes: Any) -> Any:
        """PyTorch's model, with attention spelled out, as the probabilities want it."""
        return self.store.ours(case, head, **changes)

    def of(self, framework: str, case: Case, head: str, **changes: Any) -> Any:
        """A framework's model."""
        if framework == "torch":
            return self.torch(case, head, **changes)
        key = (framework, case.id, head, json.dumps(changes, sort_keys=True))
        if key not in self._loaded:
            self._loaded[key] = load(SIDES[framework], self.folder(case, head, **changes), head)
        return self._loaded[key]


def in_frameworks(parameters: Sequence[Any], *names: str, **more: Sequence[str]) -> Any:
    """``parametrize`` over framework × the given (case, head); an id reads ``flax-llama-plain-causal_lm``.

    ``names`` are those of further values in each parameter; ``more`` is one last argument with its values.
    """
    found = [
        pytest.param(framework, *each.values, *last, id="-".join([framework, str(each.id), *last]), marks=each.marks)
        for each in parameters
        for last in itertools.product(*more.values())
        for framework in FRAMEWORKS
    ]
    return pytest.mark.parametrize(["framework", "case", "head", *names, *more], found)
