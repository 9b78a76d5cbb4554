"""``loadstone demo``: two small real models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadstone.cli.console import Output, SilentOutput, failing_clearly
from loadstone.cli.options import AsJson, Traceback
from loadstone.core.paths import local_path


def demo(
    model: Annotated[
        Path | None,
        typer.Option(help="Another model to ask: a folder, or a GGUF file.", parser=local_path, metavar="PATH"),
    ] = None,
    embedder: Annotated[
        Path | None,
        typer.Option(help="A folder with another sentence-embedding model.", parser=local_path, metavar="PATH"),
    ] = None,
    question: Annotated[str | None, typer.Option(help="Another question.")] = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Load two small real models that come with an install: one answers a question, one compares sentences."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.demo import QUESTION, ask, compare

        output = SilentOutput() if as_json else Output()
        answer = ask(output, model=model, question=question or QUESTION)
        output.line()
        similarity = compare(output, model=embedder)
        if as_json:
            output.json({"answer": answer, "similarity": similarity})
