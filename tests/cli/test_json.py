"""``--json``: every command prints one JSON document, of its result or of its error, and nothing else."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from cli.conftest import loadstone, loadstone_process
from remote_code.repositories import minimal, write
from typer.testing import CliRunner

from loadstone.cli.app import app
from loadstone.cli.console import echo_json
from loadstone.cli.options import AsJson
from loadstone.cli.program import Program

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
STATUS_OF_ERRORS = {"diff": 2}


class Files(NamedTuple):
    """What the commands are tried on."""

    model: Path
    """A tiny Llama that has a chat template."""
    embedder: Path
    code: Path
    folder: Path
    """For what is written."""

    @property
    def lock(self) -> Path:
        return self.folder / "the.lock"


@pytest.fixture
def files(checkpoint: Callable[[str], Path], tmp_path: Path) -> Files:
    model = Path(shutil.copytree(checkpoint("LlamaForCausalLM"), tmp_path / "model"))
    settings = model / "tokenizer_config.json"
    template = "{% for m in messages %}{{ cls_token }} {{ m.content }}{{ sep_token }}{% endfor %}the"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"chat_template": template}))
    (tmp_path / "new").mkdir()
    files = Files(model, checkpoint("BertModel"), write(tmp_path / "code", minimal()), tmp_path / "new")
    assert loadstone("lock", files.model, "--output", files.lock).returncode == 0
    return files


Arguments = Callable[[Files], list[str | Path]]
GOOD: dict[str, tuple[Arguments, set[str]]] = {
    "code": (lambda files: [files.code], {"code"}),
    "convert": (lambda files: [files.model, files.folder / "a"], {"format", "files"}),
    "demo": (
        lambda files: ["--model", files.model, "--embedder", files.embedder, "--question", "the cat"],
        {"answer", "similarity"},
    ),
    "diff": (lambda files: [files.model, files.model], {"tensors", "only_in_first"}),
    "inspect": (lambda files: [files.model], {"tensors", "dtypes"}),
    "lock": (lambda files: [files.model, "--output", files.folder / "b.lock"], {"lock", "sources"}),
    "plan": (lambda files: [files.model], {"device_map"}),
    "run": (lambda files: [files.model, "the cat", "--max-new-tokens", "2"], {"results"}),
    "verify": (lambda files: [files.lock], {"lock", "unchanged_files"}),
}
"""Of each command a call that succeeds, and keys of what it prints."""
BAD: dict[str, tuple[Arguments, str]] = {
    "code": (lambda files: [files.folder / "absent"], "ConfigNotFound"),
    "convert": (lambda files: [files.model, files.folder / "a", "--format", "absent"], "ArgumentError"),
    "demo": (lambda files: ["--model", files.folder / "absent"], "TokenizerError"),
    "diff": (lambda files: [files.model, files.folder / "absent"], "CheckpointNotFound"),
    "inspect": (lambda files: [files.folder / "absent"], "CheckpointNotFound"),
    "lock": (lambda files: [files.folder / "absent", "--output", files.folder / "b.lock"], "CheckpointNotFound"),
    "plan": (lambda files: [files.folder / "absent"], "CheckpointNotFound"),
    "run": (lambda files: [files.model, "the cat", "--head", "absent"], "ArgumentError"),
    "verify": (lambda files: [files.folder / "absent.lock"], "ConfigNotFound"),
}
"""And one that fails, and the error."""


def error_in(text: str) -> dict[str, Any]:
    document = json.loads(text)
    assert list(document) == ["error"] and list(document["error"]) == ["type", "message", "faults", "hint"]
    error: dict[str, Any] = document["error"]
    return error


def test_every_command_is_tried_here_and_described() -> None:
    assert set(COMMANDS) == set(GOOD) == set(BAD)
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text()
    assert all(f"\n| `{command}` | " in page for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_result_is_one_document(command: str, files: Files) -> None:
    arguments, keys = GOOD[command]
    done = loadstone(command, *arguments(files), "--json")
    assert done.returncode == 0, done.stderr
    assert keys <= json.loads(done.stdout).keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_error_is_one_document_on_standard_output(command: str, files: Files) -> None:
    arguments, name = BAD[command]
    done = loadstone(command, *arguments(files), "--json")
    assert done.returncode == STATUS_OF_ERRORS.get(command, 1)
    error = error_in(done.stdout)
    assert error["type"] == name and "absent" in error["message"] and done.stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_option_is_one_document_with_status_2(command: str) -> None:
    done = loadstone(command, "--jsn", "--json")
    error = error_in(done.stdout)
    assert (done.returncode, done.stderr) == (2, "")
    assert error["type"] == "UsageError" and "--jsn" in error["message"] and error["hint"].endswith(f"{command} --help")


@pytest.mark.parametrize(("arguments", "said"), [(("--json",), "--json"), (("absent", "--json"), "absent")])
def test_so_is_a_call_without_a_command(arguments: tuple[str, ...], said: str) -> None:
    done = loadstone_process(*arguments)
    assert done.returncode == 2 and said in error_in(done.stdout)["message"] and done.stderr == ""


def test_a_value_called_json_is_no_option(files: Files) -> None:
    done = loadstone("plan", "--", "--json")
    assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("error: ")


def test_an_error_with_faults_lists_them_all_and_its_hint(files: Files) -> None:
    for name in ("config.json", "tokenizer.json"):
        (files.model / name).write_text((files.model / name).read_text() + " ")
    done = loadstone("verify", files.lock, "--json")
    error = error_in(done.stdout)
    assert done.returncode == 1 and error["type"] == "LockMismatch" and "update the lock" in error["hint"]
    assert sorted(fault["where"].rpartition(", ")[2] for fault in error["faults"]) == ["config.json", "tokenizer.json"]
    assert all(set(fault) == {"where", "expected", "found", "hint"} for fault in error["faults"])


def test_a_traceback_goes_to_standard_error_beside_the_document(files: Files) -> None:
    done = loadstone("inspect", files.folder / "absent", "--json", LOADSTONE_DEBUG="1")
    assert error_in(done.stdout)["type"] == "CheckpointNotFound"
    assert "Traceback" in done.stderr


def test_a_document_does_not_steer_the_terminal(tmp_path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    save_file({"\x9b31m\u2028red": np.zeros(1)}, tmp_path / "a.safetensors")
    done = loadstone("inspect", tmp_path / "a.safetensors", "--json")
    assert "\\u009b31m" in done.stdout and "\x9b" not in done.stdout and "\u2028" not in done.stdout
    assert json.loads(done.stdout)["tensors"][0]["name"] == "\x9b31m\u2028red"


def test_a_number_that_json_does_not_have_is_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    echo_json({"scores": [float("nan"), (-math.inf, 1.5)], "count": 2})
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == {
        "scores": ["nan", ["-inf", 1.5]],
        "count": 2,
    }


@pytest.mark.parametrize(("stopped_by", "status"), [(EOFError, 1), (KeyboardInterrupt, 130)])
def test_what_is_broken_off_leaves_standard_output_empty(stopped_by: type[BaseException], status: int) -> None:
    program = typer.Typer(cls=Program)

    @program.command()
    def ask(as_json: AsJson = False) -> None:
        raise stopped_by

    @program.command()
    def other() -> None:
        pass

    done = CliRunner().invoke(program, ["ask", "--json"], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (status, "")
