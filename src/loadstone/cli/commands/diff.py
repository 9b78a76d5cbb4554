"""``loadstone diff``: two checkpoints compared."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, Traceback


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A checkpoint's folder or file, or an id on the Hub.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, in any format.")],
    tolerance: Annotated[
        float, typer.Option(help="Absolute tolerance: values that differ by no more are equal.")
    ] = 0.0,
    relative_tolerance: Annotated[
        float, typer.Option(help="Relative tolerance: the same, times the larger magnitude of the two.")
    ] = 0.0,
    ignore_dtype: Annotated[
        bool, typer.Option("--ignore-dtype", help="Compare names, shapes and values only.")
    ] = False,
    bits: Annotated[
        bool, typer.Option("--bits", help="Compare bits: 0.0 and -0.0 differ, and so do NaNs of other bits.")
    ] = False,
    stored: Annotated[
        bool, typer.Option("--stored", help="Compare packed weights as they are stored (codes, scales).")
    ] = False,
    subfolder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="The folder inside the checkpoint to look in. Twice: for A, then for B ('' for none)."
        ),
    ] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Look for files such as model.NAME.safetensors. Twice: as above."),
    ] = None,
    gguf_file: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The GGUF file to use, if a folder has several. Twice: as above."),
    ] = None,
    revision: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Branch, tag or commit on the Hub. Twice: as above."),
    ] = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Show which tensors differ in name, shape, dtype or values. Exit status: 0 the same, 1 different, 2 an error."""
    with failing_clearly(show_traceback, status=2, as_json=as_json):
        from loadstone.cli.diff import pair, show
        from loadstone.conversion.diff import diff as compare

        output = Output()
        difference = compare(
            first,
            second,
            tolerance=tolerance,
            relative_tolerance=relative_tolerance,
            ignore_dtype=ignore_dtype,
            bits=bits,
            stored=stored,
            subfolder=[name or "" for name in pair(subfolder, "--subfolder")],
            variant=pair(variant, "--variant"),
            gguf_file=pair(gguf_file, "--gguf-file"),
            revision=pair(revision, "--revision"),
        )
        if as_json:
            output.json(difference.to_json())
        else:
            show(difference, output)
        if not difference.is_empty:
            raise typer.Exit(1)
