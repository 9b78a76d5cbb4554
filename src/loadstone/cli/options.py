"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.errors import ArgumentError

Traceback = Annotated[
    bool, typer.Option("--traceback", help="Show where an error was raised (also LOADSTONE_DEBUG=1).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
Quantize = Annotated[
    str | None,
    typer.Option(
        metavar="HOW",
        help="Quantize linear weights: int8, float8 or int4 (accelerators only) with torchao; nf4, fp4 or llm-int8 "
        "with bitsandbytes. PyTorch only.",
    ),
]
LeftAlone = Annotated[
    list[str] | None,
    typer.Option("--module-to-not-convert", metavar="MODULE", help="A module not to quantize. May be repeated."),
]
GgufFile = Annotated[str | None, typer.Option(metavar="NAME", help="The GGUF file to use, if a folder has several.")]


def quantization_of(how: str | None, left_alone: list[str] | None) -> object:
    """What ``quantization_config=`` is given for ``--quantize``."""
    from loadstone.quantization.config import named

    if how is None and left_alone:
        raise ArgumentError("--module-to-not-convert goes with --quantize.")
    return None if how is None else named(how, left_alone or ())
