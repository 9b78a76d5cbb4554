"""``loadstone inspect``: what a checkpoint contains."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, GgufFile, Revision, Subfolder, Traceback, Variant


def inspect(
    path: Annotated[
        str,
        typer.Argument(
            help="A checkpoint's folder, one weight file, the address of either, or an id on the Hub.", metavar="PATH"
        ),
    ],
    subfolder: Subfolder = "",
    variant: Variant = None,
    revision: Revision = None,
    gguf_file: GgufFile = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Show what a checkpoint contains: family, tensors, dtypes, sizes, shards. Reads headers only."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.inspect import inspect_checkpoint, show
        from loadstone.sources.request import FileChoice

        output = Output()
        with output.working(f"Reading the headers of {path}"):
            inspection = inspect_checkpoint(path, FileChoice(subfolder, variant, gguf_file=gguf_file), revision)
        if as_json:
            output.json(inspection.to_json())
        else:
            show(inspection, output)
