"""Coverage-guided fuzzing of the binary readers with atheris: ``python fuzz_guided.py TARGET WORK SEEDS RUNS``.

It looks for inputs that reach new lines. An error that is not ours ends the process with a crash and keeps the input.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris
from fuzz import put

with atheris.instrument_imports(include=["loadstone.checkpoint"]):
    from loadstone.checkpoint import open_checkpoint
    from loadstone.checkpoint.flax.read import read_msgpack  # noqa: F401 - imported so that it is instrumented
    from loadstone.checkpoint.keras.read import read_keras  # noqa: F401
    from loadstone.checkpoint.pytorch.read import read_pytorch  # noqa: F401
from loadstone.errors import LoadstoneError

NAMES = {
    "safetensors": "model.safetensors",
    "pytorch": "pytorch_model.bin",
    "msgpack": "flax_model.msgpack",
    "hdf5": "tf_model.h5",
}


def main() -> None:
    target, work, seeds, runs = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    path = work / NAMES[target]
    path.touch()

    def one(data: bytes) -> None:
        put(path, data)
        try:
            for tensor in open_checkpoint(path).values():
                assert 0 <= tensor.offset <= tensor.offset + tensor.nbytes <= len(data), tensor
        except LoadstoneError as error:
            str(error)

    corpus = work / "corpus"
    corpus.mkdir()
    # Single allocations are bounded. The peak of the resident set is not looked at: a process that was forked from a
    # large one begins with that one's peak.
    limits = ["-timeout=1", "-malloc_limit_mb=64", "-rss_limit_mb=0", "-max_len=4096"]
    options = [f"-runs={runs}", "-seed=1", "-print_final_stats=1", *limits]
    artifacts = f"-artifact_prefix={work}/"
    atheris.Setup([sys.argv[0], *options, artifacts, str(corpus), str(seeds / target)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
