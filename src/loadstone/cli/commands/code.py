"""``loadstone code``: the code that comes with a checkpoint."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, Revision, Subfolder, Traceback


def code(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A checkpoint's folder, or an id on the Hub.")],
    revision: Revision = None,
    subfolder: Subfolder = "",
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Show the code that comes with a checkpoint, without running it: files, hashes, imports, notable calls."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.code import show, survey

        output = Output()
        with output.working(f"Reading the code of {path}"):
            listing = survey(path, revision=revision, subfolder=subfolder)
        if as_json:
            output.json(listing)
        else:
            show(listing, output)
