"""One case: a tiny checkpoint, loaded by transformers twice and by Loadstone once, and what the comparison says."""

from __future__ import annotations

import contextlib
import importlib
import random
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from . import checkpoints, compare, inputs
from .judge import judge, listed, lost_by
from .types import ModelType

RIGHT, REFUSED, WRONG, NOT_BUILT = "right", "refused", "wrong", "not built"
_FORWARD_BUDGET_S = 8.0


@dataclass
class Result:
    """What is known of a model type loaded by one Auto class."""

    auto: str
    model_class: str = ""
    verdict: str = NOT_BUILT
    why: str = ""
    """Of a verdict that is not ``right``."""
    notes: list[str] = field(default_factory=list)
    """What transformers itself does to a checkpoint, where it is not what was stored."""
    forward: str = ""
    """``equal``, or why no forward was compared."""
    parameters: int = 0
    elapsed_s: float = 0.0


def run(model_type: ModelType, dtype: str, loader: str) -> list[dict[str, Any]]:
    """All cases of a model type."""
    results = []
    for auto in model_type.autos:
        begin = time.perf_counter()
        result = Result(auto)
        with tempfile.TemporaryDirectory(prefix="sweep-") as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _Case(model_type, getattr(torch, dtype), Path(folder), result).run(LOADERS[loader])
            except checkpoints.NotBuilt as error:
                result.why = str(error)[:400]
        result.elapsed_s = round(time.perf_counter() - begin, 2)
        results.append(asdict(result))
    return results


Loader = Callable[[str, type[Any], Path, torch.dtype], Any]


def _bridge(auto: str, model_class: type[Any], folder: Path, dtype: torch.dtype) -> Any:
    loadstone = importlib.import_module("loadstone")
    own = getattr(loadstone, auto, None) or _stand_in(auto)
    return own.from_pretrained(folder, bridge=True, dtype=dtype)


def _stand_in(auto: str) -> Any:
    """An Auto class that Loadstone does not have."""
    return type(auto, (importlib.import_module("loadstone.pipeline.auto").AutoClass,), {})


def _reference(auto: str, model_class: type[Any], folder: Path, dtype: torch.dtype) -> Any:
    return model_class.from_pretrained(folder, dtype=dtype)


LOADERS: dict[str, Loader] = {"bridge": _bridge, "transformers": _reference}
"""Whose load is compared with transformers'; the second tries the sweep itself."""


class _Case:
    def __init__(self, model_type: ModelType, dtype: torch.dtype, folder: Path, result: Result) -> None:
        self._type, self._dtype, self._folder, self._result = model_type, dtype, folder, result

    def run(self, load: Loader) -> None:
        result = self._result
        built = checkpoints.make(result.auto, self._type.name, self._folder)
        model_class = type(built)
        result.model_class = model_class.__name__
        result.parameters = sum(weight.numel() for weight in built.parameters())
        try:
            reference = _reference(result.auto, model_class, self._folder, self._dtype)
            with _poisoned(11):
                again = compare.held(_reference(result.auto, model_class, self._folder, self._dtype))
        except Exception as error:
            raise checkpoints.NotBuilt(f"transformers does not load it: {_said(error)}") from error
        try:
            with _poisoned(12):
                ours = load(result.auto, model_class, self._folder, self._dtype)
        except Exception as error:
            if lost := lost_by(built, compare.held(reference), again):
                raise checkpoints.NotBuilt(
                    f"transformers gives random values for {listed(lost)} of what it saved; Loadstone refuses: "
                    f"{_said(error)}"
                ) from error
            result.verdict, result.why = REFUSED, _said(error)
            return
        if not hasattr(importlib.import_module("loadstone"), result.auto):
            result.notes.append(f"Loadstone has no `{result.auto}` yet: one was made for this")
        if type(ours) is not model_class:
            result.verdict, result.why = WRONG, f"gives a {type(ours).__module__}.{type(ours).__name__}"
            return
        found = judge(built, reference, again, ours)
        result.verdict, result.why = WRONG if found.faults else RIGHT, listed(found.faults)
        result.notes += found.notes
        if found.truth is None:
            result.forward = "none: transformers computes with what nobody has set"
        elif found.truth is built and self._dtype is not torch.float32:
            result.forward = "none: transformers computes with what it has altered"
        elif not found.faults:
            self._forward(found.truth, ours)

    def _forward(self, truth: Any, ours: Any) -> None:
        result = self._result
        said, deadline = "", time.perf_counter() + _FORWARD_BUDGET_S
        for given in inputs.attempts(truth):
            given = {name: self._cast(value) for name, value in given.items()}
            try:
                expected = _computed(truth, given)
            except Exception as error:  # noqa: BLE001  these inputs do not fit
                said = said or _said(error)
                if time.perf_counter() > deadline:
                    break
                continue
            if not any(True for _ in compare.tensors(expected)):
                continue
            try:
                found = _computed(ours, given)
            except Exception as error:  # noqa: BLE001  whatever it raises, the reference does not
                result.verdict, result.why = WRONG, f"the forward pass fails: {_said(error)}"
                return
            if compare.same_outputs(expected, found):
                result.forward = "equal"
            elif not compare.same_outputs(expected, _computed(truth, given)):
                result.forward = "none: transformers computes something else each time"
            else:
                result.verdict, result.why = WRONG, f"the forward pass differs, given {', '.join(given)}"
                result.forward = "differs"
            return
        asked = inputs.unknown(truth)
        result.forward = f"none: asks for {', '.join(asked)}" if asked else f"none: {said[:160] or 'no input fits'}"

    def _cast(self, value: Any) -> Any:
        return value.to(self._dtype) if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def _computed(model: Any, given: dict[str, Any]) -> Any:
    _seed(7)
    with torch.no_grad():
        return model(
            **{name: value.clone() if isinstance(value, torch.Tensor) else value for name, value in given.items()}
        )


@contextlib.contextmanager
def _poisoned(seed: int) -> Iterator[None]:
    """With another seed, and all memory that nobody has written to full of NaN."""
    _seed(seed)
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


def _seed(seed: int) -> None:
    import numpy as np

    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:600]
