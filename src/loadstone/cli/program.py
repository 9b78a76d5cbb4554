"""The group of commands: how it is called, how its help is laid out, and what a wrong call prints under ``--json``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from loadstone.cli.console import echo_json

# Newer Typer has its own copy of Click, older ones import it: the base of all errors in a call is found by its name.
_WrongCall: type[Any] = next(cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException")


_WIDE = 60
"""Columns from which on there is room for what an option means beside its name."""


class Command(TyperCommand):
    """Typer's command, whose help fits into a narrow terminal."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help into the formatter."""
        super().format_help(ctx, _fitting(formatter))


class Program(TyperGroup):
    """Typer's group, which says a wrong option or argument in JSON where the rest of the call asks for JSON."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help into the formatter."""
        super().format_help(ctx, _fitting(formatter))

    def get_params(self, ctx: Any) -> Any:
        """The options of the program itself; flags that Typer adds get a default, for it imports Pydantic to convert
        None."""
        params = super().get_params(ctx)
        for flag in params:
            if flag.default is None and getattr(flag, "is_flag", False):
                flag.default = False
        return params

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command that ``args`` name, and ends the process with its exit status."""
        words = sys.argv[1:] if args is None else list(args)
        how: dict[str, Any] = {"complete_var": complete_var, "windows_expand_args": windows_expand_args, **extra}
        if not standalone_mode or not asks_for_json(words):
            return super().main(args, prog_name, standalone_mode=standalone_mode, **how)
        try:
            status = super().main(args, prog_name, standalone_mode=False, **how)
        except _WrongCall as error:
            hint = "loadstone --help" if error.ctx is None else f"{error.ctx.command_path} --help"
            fields = {"type": "UsageError", "message": error.format_message(), "faults": [], "hint": hint}
            echo_json({"error": fields})
            sys.exit(error.exit_code)
        except typer.Abort:  # standard input ended where something was asked
            sys.exit(1)
        sys.exit(status or 0)


def _fitting(formatter: Any) -> Any:
    """Click's formatter, which thinks that every terminal has 50 columns at least: below what is ``_WIDE``, what an
    option means comes under its name."""
    columns = shutil.get_terminal_size().columns
    if columns < _WIDE:
        formatter.width = max(columns - 2, 20)
        formatter.write_dl = partial(formatter.write_dl, col_max=2)
    return formatter


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether ``--json`` is among the options of a call; what follows ``--`` are no options."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options
