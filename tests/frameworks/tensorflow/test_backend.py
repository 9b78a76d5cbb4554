"""Keras on another backend, and what importing costs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | environment
    )
    return done.stdout.strip()


_ASK = """
import loadstone
for name in ("TFBertModel", "TFPreTrainedModel"):
    try:
        getattr(loadstone, name)
    except loadstone.errors.FrameworkNotInstalled as error:
        print(error)
"""


@pytest.mark.parametrize("before", ["", "import keras"])
def test_keras_on_another_backend_is_told_how_to_be_set(before: str) -> None:
    """Whether Keras would run on it, or does so already."""
    said = run(before + _ASK, KERAS_BACKEND="jax").splitlines()
    assert len(said) == 2
    for line in said:
        assert "Keras runs on jax" in line and "KERAS_BACKEND=tensorflow before anything imports keras" in line


def test_importing_loadstone_imports_no_framework() -> None:
    found = run("import sys, loadstone; loadstone.TFAutoModel; print(*sys.modules)").split()
    assert {"keras", "tensorflow", "torch", "jax"} & set(found) == set()


def test_loading_in_tensorflow_imports_nothing_of_the_other_frameworks() -> None:
    """TensorFlow itself tries to import JAX where that is installed, so what counts is what is ours, and PyTorch."""
    code = """
import sys, loadstone
loadstone.TFAutoModel.from_config(loadstone.BertConfig(num_hidden_layers=1, hidden_size=24, vocab_size=9))
ours = [name for name in sys.modules if name.startswith(("loadstone.frameworks.torch", "loadstone.frameworks.flax"))]
print(ours + [name for name in ("torch", "flax") if name in sys.modules])
"""
    assert run(code) == "[]"
