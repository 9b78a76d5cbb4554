"""``loadstone lock``: a lock file is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import GgufFile, Traceback
from loadstone.core.paths import local_path


def lock(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Checkpoints' folders or files, or ids on the Hub.")
    ],
    output_file: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The lock file; its other entries stay.", parser=local_path, metavar="PATH"
        ),
    ] = Path("loadstone.lock"),
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")] = None,
    subfolder: Annotated[str, typer.Option(help="The folder inside PATH to look in.")] = "",
    variant: Annotated[str | None, typer.Option(help="Look for files such as model.VARIANT.safetensors.")] = None,
    gguf_file: GgufFile = None,
    show_traceback: Traceback = False,
) -> None:
    """Write a lock file: every file that loading PATH uses (configs, weights, code), with size and SHA-256."""
    with failing_clearly(show_traceback):
        from loadstone.lockfile.lockfile import lock_sources

        output = Output()
        with output.working(f"Hashing {', '.join(paths)}"):
            which: dict[str, Any] = {"subfolder": subfolder, "variant": variant, "gguf_file": gguf_file}
            lockfile = lock_sources(paths, output_file, revision=revision, **which)
            lockfile.write()
        files = sum(len(source.files) for source in lockfile.sources.values())
        output.line(f"{output_file}: {files} files of {', '.join(lockfile.sources)}")
