"""Fresh processes for programs that use PyTorch, without the seconds that each would spend on its import.

One process imports PyTorch and Loadstone, does nothing else, and forks for each program: so each begins with the same
memory, no model, no pool of threads and no open file, whatever ran before it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import IO, Any


class Forks:
    """A process that waits for programs and runs each in a fork of itself. Close it in the end.

    Programs are run as ``python -c`` runs them, with the environment that this was made with.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(
        self, code: str, *arguments: object, cwd: Path | None = None, timeout_s: int = 300
    ) -> subprocess.CompletedProcess[str]:
        """What the program wrote, and its exit status; minus SIGKILL where it took longer than ``timeout_s``."""
        to, answers = _pipes(self._process)
        with tempfile.TemporaryDirectory() as folder:
            job = {
                "code": code,
                "arguments": [str(argument) for argument in arguments],
                "cwd": str(cwd or Path.cwd()),
                "timeout_s": timeout_s,
                "output": folder,
            }
            to.write(json.dumps(job) + "\n")
            to.flush()
            status = int(answers.readline())
            stdout, stderr = (Path(folder, name).read_text("utf-8") for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess([code, *job["arguments"]], status, stdout, stderr)

    def close(self) -> None:
        to, answers = _pipes(self._process)
        to.close()
        self._process.wait()
        answers.close()


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


def _become(job: dict[str, Any]) -> None:
    """Run the program of a job in this process, which then ends."""
    streams = (os.devnull, os.O_RDONLY), ("stdout", os.O_WRONLY | os.O_CREAT), ("stderr", os.O_WRONLY | os.O_CREAT)
    for number, (name, flags) in enumerate(streams):
        descriptor = os.open(Path(job["output"], name), flags)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(job["cwd"])
    sys.argv, sys.path[0] = ["-c", *job["arguments"]], ""
    main = sys.modules["__main__"] = ModuleType("__main__")
    exec(compile(job["code"], "<program>", "exec"), vars(main))


def _serve() -> None:
    import torch  # noqa: F401

    from loadstone import AutoModelForCausalLM  # noqa: F401

    answers = os.fdopen(os.dup(1), "w")
    while line := sys.stdin.readline():
        job = json.loads(line)
        child = os.fork()
        if not child:
            answers.close()
            _become(job)
            return
        with open(os.pidfd_open(child)) as ended:
            if not select.select([ended], [], [], job["timeout_s"])[0]:
                os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
