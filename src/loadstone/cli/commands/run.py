"""``loadstone run``: a model does its task on texts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, Device, DType, Head, Traceback
from loadstone.core.paths import local_path
from loadstone.errors import ArgumentError


def run(
    path: Annotated[
        Path,
        typer.Argument(
            help="A checkpoint's folder, with its tokenizer.json, or a weight file in it; or a GGUF file.",
            parser=local_path,
            metavar="PATH",
        ),
    ],
    texts: Annotated[list[str], typer.Argument(metavar="TEXT", help="One text or several; - reads one from stdin.")],
    head: Head = None,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Generate at most this many tokens.")] = 100,
    temperature: Annotated[
        float | None, typer.Option(min=0.0, help="Sampling temperature; 0 is greedy decoding.")
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Sample from the most likely tokens with this total probability."),
    ] = None,
    top_k: Annotated[int | None, typer.Option(min=1, help="Sample from this many most likely tokens.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed for sampling.")] = None,
    chat: Annotated[
        bool, typer.Option("--chat", help="TEXT is a user message: apply the model's chat template.")
    ] = False,
    context: Annotated[str | None, typer.Option(help="The text to find the answer in (question answering).")] = None,
    dtype: DType = "auto",
    device: Device = None,
    report: Annotated[bool, typer.Option("--report", help="Also print the load report, to stderr.")] = False,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Load a model and run its task on TEXT: generate, fill the mask, classify, answer, or embed."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.run import load, perform, show, task_of
        from loadstone.cli.tasks import Options

        if texts.count("-") > 1:
            raise ArgumentError("Only one TEXT can be -, since there is one stdin.")
        texts = [sys.stdin.read().strip() if text == "-" else text for text in texts]
        options = Options(
            max_new_tokens=max_new_tokens,
            temperature=temperature,
            top_p=top_p,
            top_k=top_k,
            seed=seed,
            context=context,
            chat=chat,
        )
        output = Output()
        task = task_of(path, head)
        with output.working(f"Loading {path}"):
            pipe = load(path, task, dtype=dtype, device=device)
        if report:
            output.note(str(pipe.model.load_report))
        with output.working("Running the model"):
            results = perform(pipe, task, texts, options)
        if as_json:
            output.json({"task": task, "results": results})
        else:
            show(task, results, output)
