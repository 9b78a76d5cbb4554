"""What hangs on a processor's kernels, on this one as it is and as one with AVX2 and no AVX-512."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ON_AVX2 = [sys.executable, str(ROOT / "tools" / "on_avx2.py"), sys.executable]

SENSITIVE = [
    "tests/parity/test_frameworks_outputs.py::test_bfloat16_is_as_close_as_pytorchs_own[flax-mixtral-plain-base]",
    "tests/parity/test_frameworks_outputs.py::test_bfloat16_is_as_close_as_pytorchs_own[tensorflow-mixtral-plain-base]",
    "tests/parity/test_outputs.py::test_bfloat16_is_as_close_as_the_references_own[mixtral-plain-causal_lm-torch_dtype]",
    "tests/parity/test_frameworks_round_trips.py::test_half_precision_is_kept_by_auto_and_saved_as_pytorch_does"
    "[tensorflow-llama-plain-causal_lm-float16]",
    "tests/frameworks/torch/test_ggml_layers.py::test_a_layer_computes_in_the_dtype_of_its_inputs",
    "tests/frameworks/torch/test_ggml_kernels.py::test_products_are_those_of_the_numbers_within_float32_sums",
]


def test_kernels_of_avx_512_are_out_of_reach() -> None:
    script = "import torch; print(torch.backends.cpu.get_cpu_capability())"
    run = subprocess.run([*ON_AVX2, "-c", script], capture_output=True, text=True, check=True)
    assert "AVX512" not in run.stdout


@pytest.mark.long
def test_rounding_stays_within_its_bounds_without_avx_512() -> None:
    command = [*ON_AVX2, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SENSITIVE]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
