"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Small trained checkpoints that lie beside a checkout, where there are any (not part of the project)."""


def pytest_configure(config: pytest.Config) -> None:
    """No test reaches a network, and workers do not fight over the cores. Both are read when a library is imported."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def stories260k() -> Path:
    """A trained Llama of 260k parameters with its tokenizer; tests that want it are extra ones."""
    return _shared("stories260k-llama")


@pytest.fixture(scope="session")
def capp_gpt2() -> Path:
    """A trained GPT-2 of 236k parameters that brings no ``tokenizer.json``."""
    return _shared("capp-gpt2")


def _shared(name: str) -> Path:
    folder = SHARED_DATA / name
    if not folder.is_dir():
        pytest.skip(f"an extra test: {folder} is not on this machine")
    return folder
