"""``loadstone inspect``: what a checkpoint contains."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, GgufFile, Subfolder, Traceback, Variant
from loadstone.core.paths import local_path
from loadstone.core.remote_path import is_address


def inspect(
    path: Annotated[
        str, typer.Argument(help="A checkpoint's folder, one weight file, or the address of either.", metavar="PATH")
    ],
    as_json: AsJson = False,
    subfolder: Subfolder = "",
    variant: Variant = None,
    gguf_file: GgufFile = None,
    show_traceback: Traceback = False,
) -> None:
    """Show what a checkpoint contains: family, tensors, dtypes, sizes, shards. Reads headers only."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.inspect import inspect_checkpoint, show

        output = Output()
        with output.working(f"Reading the headers of {path}"):
            place = path if is_address(path) else local_path(path)
            inspection = inspect_checkpoint(place, subfolder=subfolder, variant=variant, gguf_file=gguf_file)
        if as_json:
            output.json(inspection.to_json())
        else:
            show(inspection, output)
