"""Run a command as it runs on an x86-64 processor that has AVX2 and no AVX-512: ``tools/on_avx2.py COMMAND…``.

Libraries choose their kernels by what the processor has, and so round differently from one to the next. These variables
are read by PyTorch, MKL, oneDNN, OpenBLAS, NumPy and XLA when they start.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

VARIABLES = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "DNNL_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    # TensorFlow asks the processor, and not oneDNN, whether oneDNN takes bfloat16; told less, oneDNN ends the process.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # What Inductor compiled for more than AVX2 gives NaN in a process that has less, and its cache mixes the two.
    "TORCHINDUCTOR_CACHE_DIR": str(Path(tempfile.gettempdir(), f"torchinductor-avx2-{os.getuid()}")),
}
XLA = "--xla_cpu_max_isa=AVX2"


def main(command: list[str]) -> None:
    """Become the command."""
    if not command:
        sys.exit(__doc__)
    flags = f"{os.environ.get('XLA_FLAGS', '')} {XLA}".strip()
    os.execvpe(command[0], command, {**os.environ, **VARIABLES, "XLA_FLAGS": flags})


if __name__ == "__main__":
    main(sys.argv[1:])
