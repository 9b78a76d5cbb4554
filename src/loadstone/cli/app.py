"""The program: its commands, each a module of :mod:`loadstone.cli.commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.commands.code import code
from loadstone.cli.commands.convert import convert
from loadstone.cli.commands.demo import demo
from loadstone.cli.commands.diff import diff
from loadstone.cli.commands.inspect import inspect
from loadstone.cli.commands.lock import lock
from loadstone.cli.commands.plan import plan
from loadstone.cli.commands.run import run
from loadstone.cli.commands.verify import verify
from loadstone.cli.program import Command, Program

app = typer.Typer(
    name="loadstone",
    cls=Program,
    help="Turns a stored checkpoint into a running model.",
    epilog="Exit status: 0 done, 1 an error, 2 wrong usage, 130 Ctrl-C. `loadstone COMMAND -h` describes a command.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Help without Rich, whose import takes longer than all the rest of `--help`.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _version(is_requested: bool) -> None:
    if is_requested:
        import loadstone

        typer.echo(f"loadstone {loadstone.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Turns a stored checkpoint into a running model."""


_COMMANDS = (
    (inspect, "Show what a checkpoint contains."),
    (plan, "Show what a load would take, and where each module would be."),
    (code, "Show the code that comes with a checkpoint."),
    (lock, "Write a lock file: every file with size and SHA-256."),
    (verify, "Compare files with a lock file."),
    (convert, "Write a checkpoint in another format, dtype or shard size."),
    (diff, "Compare two checkpoints."),
    (run, "Have a model do its task on texts."),
    (demo, "Try two small real models."),
)
for _command, _shown in _COMMANDS:
    app.command(cls=Command, short_help=_shown)(_command)
