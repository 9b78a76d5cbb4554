"""The group of commands: how it is called, and what a wrong call prints under ``--json``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from loadstone.cli.console import echo_json

# Newer Typer has its own copy of Click, older ones import it: the base of all errors in a call is found by its name.
_WrongCall: type[Any] = next(cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException")


class Program(TyperGroup):
    """Typer's group, which says a wrong option or argument in JSON where the rest of the call asks for JSON."""

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


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether ``--json`` is among the options of a call; what follows ``--`` are no options."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options
