"""Help: for every command, in the same words for the same option, and at little cost."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from typing import Any

import pytest
import typer
from cli.conftest import loadstone, loadstone_process

from loadstone.cli.app import app

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
LIGHT = {"annotated_doc", "click", "colorama", "loadstone", "shellingham", "typer", "typing_extensions"}
"""What help may import beside Python's own: what Typer is made of, without Rich and Pydantic."""
OF_LOADSTONE = ("loadstone", "loadstone.cli", "loadstone.core", "loadstone.errors")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_h_is_help(command: str) -> None:
    short, long = (loadstone(*command.split(), flag) for flag in ("-h", "--help"))
    assert short.returncode == 0 and short.stdout == long.stdout
    assert short.stdout.startswith("Usage:") and "--help" in short.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_the_options_that_all_have(command: str) -> None:
    options = {name for parameter in COMMANDS[command].params for name in parameter.opts}
    assert {"--json", "--traceback"} <= options


def test_the_same_option_has_the_same_words_in_every_command() -> None:
    said: dict[str, dict[str, list[str]]] = {}
    for name, command in COMMANDS.items():
        for parameter in command.params:
            if parameter.param_type_name == "option":
                said.setdefault(parameter.opts[0], {}).setdefault(parameter.help or "", []).append(name)
    # `convert` casts and dequantizes what it writes, and `diff` asks for two checkpoints at once.
    meant = {name: {"convert"} for name in ("--dtype", "--dequantize")}
    meant |= {name: {"diff"} for name in ("--subfolder", "--variant", "--gguf-file", "--revision")}
    for option, texts in said.items():
        shared = {text: names for text, names in texts.items() if not set(names) <= meant.get(option, set())}
        assert len(shared) == 1, (option, shared)
        assert all(text.endswith((".", ")", "…")) for text in texts), (option, texts)


def test_help_imports_neither_a_library_nor_what_a_command_does() -> None:
    code = f"""
import json, sys
before = set(sys.modules)
from loadstone.cli import main
for command in {["", *COMMANDS]!r}:
    sys.argv = ["loadstone", *command.split(), "--help"]
    try:
        main()
    except SystemExit as end:
        assert not end.code
print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = json.loads(done.stderr)
    roots = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert {name for name in roots if not name.startswith("_sysconfigdata")} <= LIGHT
    ours = {name for name in imported if name.partition(".")[0] == "loadstone"}
    assert all(name.startswith(OF_LOADSTONE) for name in ours), ours
    assert "loadstone.cli.inspect" not in ours and "loadstone.cli.demo" not in ours


def test_help_takes_less_than_300_ms_of_a_processor() -> None:
    def spent_s() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert loadstone_process("plan", "--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(spent_s() for _ in range(3)) < 0.3


def test_the_list_of_commands_fits_into_a_narrow_terminal() -> None:
    done = loadstone("--help", COLUMNS="80")
    lines = done.stdout.splitlines()
    assert "..." not in done.stdout.partition("Commands:")[2] and max(map(len, lines)) <= 80
    assert all(any(line.startswith(f"  {command} ") for line in lines) for command in COMMANDS)
    assert "Exit status: 0 done, 1 an error, 2 wrong usage, 130 Ctrl-C." in done.stdout


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_into_a_narrow_terminal_with_words_whole(command: str) -> None:
    words = [command] if command else []
    narrow, wide = (loadstone(*words, "--help", COLUMNS=columns).stdout for columns in ("40", "300"))
    assert max(map(len, narrow.splitlines())) <= 40
    assert set(re.split(r"[\s-]+", narrow)) == set(re.split(r"[\s-]+", wide)), "broken at blanks and hyphens alone"
