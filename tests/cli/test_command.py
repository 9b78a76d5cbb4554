"""What holds for every command: help, errors, exit codes, color, Ctrl-C."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.conftest import loadstone_process as loadstone
from cli.conftest import write_tokenizer
from typer.testing import CliRunner

from loadstone.cli.app import app

ESCAPE = "\x1b["


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    import numpy as np
    from safetensors.numpy import save_file

    save_file({f"layers.{layer}.w": np.zeros(3, np.float32) for layer in range(2)}, tmp_path / "model.safetensors")
    return tmp_path


def in_terminal(*arguments: str | Path, **environment: str) -> str:
    """What the command writes when its output is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "loadstone.cli", *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env={**clean, "TERM": "xterm", **environment}
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux says EIO where the other side has gone
                break
            if not chunk:
                break
            written += chunk
    os.close(ours)
    assert process.returncode == 0, written.decode()
    return written.decode()


def test_help_names_every_command() -> None:
    done = loadstone("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("inspect", "run", "demo"))
    assert ESCAPE not in done.stdout


def test_version_is_printed(weights: Path) -> None:
    import loadstone as package

    assert CliRunner().invoke(app, ["--version"]).stdout == f"loadstone {package.__version__}\n"


def test_a_wrong_option_is_exit_code_2_with_the_option_named() -> None:
    done = loadstone("inspect", "x", "--jsn")
    assert done.returncode == 2
    assert "--jsn" in done.stderr


def test_our_error_is_one_message_without_traceback_and_exit_code_1(tmp_path: Path) -> None:
    done = loadstone("inspect", tmp_path / "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: '{tmp_path / 'nowhere'}'")
    assert "Traceback" not in done.stderr
    assert ESCAPE not in done.stderr


@pytest.mark.parametrize(("flags", "environment"), [(["--traceback"], {}), ([], {"LOADSTONE_DEBUG": "1"})])
def test_a_traceback_is_shown_on_request(tmp_path: Path, flags: list[str], environment: dict[str, str]) -> None:
    done = loadstone("inspect", tmp_path / "nowhere", *flags, **environment)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "CheckpointNotFound" in done.stderr


def test_a_terminal_gets_a_tree_and_color(weights: Path) -> None:
    written = in_terminal("inspect", weights)
    assert ESCAPE in written
    assert "└── " in written


def test_no_color_in_a_terminal_keeps_the_tree_and_drops_the_color(weights: Path) -> None:
    written = in_terminal("inspect", weights, NO_COLOR="1")
    assert "└── " in written
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", written)


def test_an_encoding_without_our_signs_gets_question_marks(weights: Path) -> None:
    done = loadstone("inspect", weights, PYTHONIOENCODING="iso8859-5")
    assert done.returncode == 0
    assert re.search(r"layers\.\[0-1\]\.w .* \?2\n", done.stdout)


def test_ctrl_c_is_exit_code_130_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "loadstone.cli", "run", str(tmp_path), "-"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs this in the background has its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: once it is written, the command is past its start and reads. Then it waits for more.
        process.stdin.write("word " * 200_000)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_a_reader_that_leaves_early_is_no_traceback(weights: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m loadstone.cli inspect {weights} --json | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_cli_extra_the_command_says_what_to_install(missing: str) -> None:
    code = f"import sys; sys.modules['{missing}'] = None; from loadstone.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "pip install 'loadstone[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_pytorch_running_a_model_says_what_to_install(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    arguments = ["run", str(tmp_path), "the cat"]
    code = (
        f"import sys; sys.modules['torch'] = None; sys.argv[1:] = {arguments}; from loadstone.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "pip install 'loadstone[torch]'" in done.stderr
    assert "Traceback" not in done.stderr
