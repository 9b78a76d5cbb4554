"""Parity of the families that have no case: a tiny checkpoint of transformers', and the same in all three.

A test of such a family has a file of its own, and says for each class of the family which inputs it gets. PyTorch is
held against transformers, Flax and TensorFlow against PyTorch.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors import safe_open

import loadstone

from .frameworks import SIDES, TORCH
from .reference import TOLERANCE, fill

FRAMEWORKS = ("torch", "flax", "tensorflow")
IN_FRAMEWORKS = ("torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:]))
"""The same as parameters of a test whose Flax and TensorFlow run among the long."""

MEASURED: dict[str, float] = {}
"""Class → the largest difference that the test which runs has seen; what has run writes it down (:mod:`conftest`)."""


class Made:
    """One class of a family: a model of transformers with telling weights, and the folder that it saved itself into.

    ``config``: a config of transformers.
    """

    def __init__(self, class_name: str, config: Any, folder: Path, norms_at: float = 1.0) -> None:
        self.class_name = class_name
        self.folder = folder
        self.model = getattr(transformers, class_name)(config).eval()
        self.model.set_attn_implementation("eager")
        fill(self.model, zlib.crc32(class_name.encode()), norms_at=norms_at)
        self.model.save_pretrained(folder)
        self._loaded: dict[str, Any] = {}

    def of(self, framework: str) -> Any:
        """A framework's model from the folder, loaded once."""
        if framework not in self._loaded:
            model = getattr(loadstone, SIDES[framework].prefix + self.class_name).from_pretrained(self.folder)
            self._loaded[framework] = model.eval() if framework == "torch" else model
        return self._loaded[framework]

    def expected(self, inputs: Mapping[str, Any]) -> Any:
        """What transformers gives; its config is as before, though a first pass with labels writes into it."""
        problem = getattr(self.model.config, "problem_type", None)
        with torch.no_grad():
            output = self.model(**inputs)
        self.model.config.problem_type = problem
        return output

    def stored(self) -> dict[str, tuple[int, ...]]:
        """Name → shape of the file's tensors."""
        with safe_open(self.folder / "model.safetensors", "pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 (not a dict)

    def check(self, inputs: Mapping[str, Any], *fields: str, frameworks: tuple[str, ...] = FRAMEWORKS) -> None:
        """The outputs' ``fields`` agree: of PyTorch with transformers, of the others with PyTorch."""
        expected = self.expected(inputs)
        ours = vars(TORCH.call(self.of("torch"), **inputs))
        for field in fields:
            _close(ours[field], expected[field], self.class_name, field)
        for framework in frameworks:
            if framework != "torch":
                theirs = vars(SIDES[framework].compiled(self.of(framework), **inputs))
                for field in fields:
                    _close(theirs[field], ours[field], SIDES[framework].prefix + self.class_name, field)


def _close(found: Any, expected: Any, class_name: str, field: str) -> None:
    if isinstance(expected, tuple):
        assert len(found) == len(expected), f"{class_name}.{field}"
        for place, pair in enumerate(zip(found, expected, strict=True)):
            _close(*pair, class_name, f"{field}[{place}]")
        return
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), f"{class_name}.{field}"
        for key, value in expected.items():
            _close(found[key], value, class_name, f"{field}[{key!r}]")
        return
    shapes = f"{tuple(found.shape)}, expected {tuple(expected.shape)}"
    assert found.shape == expected.shape, f"{class_name}.{field}: {shapes}"
    note(class_name, (found.float() - expected.float()).abs().max().item(), field)


def note(class_name: str, difference: float, field: str) -> None:
    """Write down how far a class's output is from what it should be; too far is an error."""
    assert difference < TOLERANCE, f"{class_name}.{field}: off by {difference}"
    MEASURED[class_name] = max(MEASURED.get(class_name, 0.0), difference)
