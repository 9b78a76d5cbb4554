"""``loadstone lock``: a lock file is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, GgufFile, Revision, Subfolder, Traceback, Variant
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
    revision: Revision = None,
    subfolder: Subfolder = "",
    variant: Variant = None,
    gguf_file: GgufFile = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Write a lock file: every file that loading PATH uses, with size and SHA-256.

    These are configs, weights, code, the tokenizer, chat templates and the processor.
    """
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.lockfile.lockfile import lock_sources

        output = Output()
        with output.working(f"Hashing {', '.join(paths)}"):
            which: dict[str, Any] = {"subfolder": subfolder, "variant": variant, "gguf_file": gguf_file}
            lockfile = lock_sources(paths, output_file, revision=revision, **which)
            lockfile.write()
        if as_json:
            output.json({"lock": str(output_file), "sources": lockfile.to_json()["sources"]})
            return
        files = sum(len(source.files) for source in lockfile.sources.values())
        output.line(f"{output_file}: {files} files of {', '.join(lockfile.sources)}")
