"""What a plain load imports: each module costs every process that loads a model, so rare things wait until used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from frameworks.torch import tiny

FOR_OTHER_LOADS = (
    *("architectures.encoders", "checkpoint.flax.read", "checkpoint.gguf.header", "checkpoint.keras.read"),
    *("checkpoint.pytorch.read", "checkpoint.pytorch.unpickler", "quantization.methods"),
    *("conversion", "cli", "frameworks.flax", "frameworks.tensorflow", "lockfile.lockfile", "pipeline.load_into"),
    *("pipeline.plan", "reporting.forecast", "text"),
    *("quantization.config", "frameworks.torch.quantized.select", "frameworks.torch.quantized.quantize"),
    *("frameworks.torch.placement.offload", "frameworks.torch.placement.streaming"),
    *("remote", "checkpoint.remote", "sources.addresses", "sources.streamed", "transfer.read_ahead"),
    *("remote_code.fetch", "remote_code.reading", "remote_code.running", "remote_code.transformers_names"),
    *("remote_code.tree", "frameworks.torch.transformers_compat.attention"),
    *("frameworks.torch.transformers_compat.layers", "frameworks.torch.transformers_compat.outputs"),
)
"""Other formats, frameworks, devices and precisions, code that comes with a checkpoint, plans."""
FOR_LATER = (
    *("frameworks.decoding", "frameworks.save_model", "frameworks.torch.save"),
    *("saving.checkpoint", "saving.offload_folder", "saving.replace_folder"),
)
"""For generating and for saving."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every module that there is after a small model was loaded from a folder, in a process of its own."""
    folder = tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain") / "model")
    program = (
        "import sys, torch\nfrom loadstone import AutoModelForCausalLM\n"
        f"AutoModelForCausalLM.from_pretrained({str(folder)!r}, dtype='auto')\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_plain_load_imports_only_what_it_uses(imported: set[str]) -> None:
    rare = tuple(f"loadstone.{name}." for name in (*FOR_OTHER_LOADS, *FOR_LATER))
    assert {name for name in imported if f"{name}.".startswith(rare)} == set()
    assert "loadstone.frameworks.torch.adapter" in imported


def test_every_module_that_waits_exists() -> None:
    """So that one that moves is not lost from the list."""
    package = Path(__file__).parents[2] / "src" / "loadstone"
    for name in (*FOR_OTHER_LOADS, *FOR_LATER):
        path = package.joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_a_load_from_a_folder_needs_no_hub_and_no_peer(imported: set[str]) -> None:
    assert {name.partition(".")[0] for name in imported} & {"huggingface_hub", "transformers", "accelerate"} == set()
