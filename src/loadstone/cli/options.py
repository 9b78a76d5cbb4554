"""Options that several commands have, in the same words in each."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.completion import device_maps, devices, dtypes, heads, quantizations
from loadstone.errors import ArgumentError

Traceback = Annotated[
    bool, typer.Option("--traceback", help="Show where an error was raised (also LOADSTONE_DEBUG=1).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result, or the error, as one JSON document.")]
Revision = Annotated[str | None, typer.Option(metavar="NAME", help="Branch, tag or commit on the Hub.")]
Subfolder = Annotated[str, typer.Option(metavar="NAME", help="The folder inside the checkpoint to look in.")]
Variant = Annotated[str | None, typer.Option(metavar="NAME", help="Look for files such as model.NAME.safetensors.")]
GgufFile = Annotated[str | None, typer.Option(metavar="NAME", help="The GGUF file to use, if a folder has several.")]
DType = Annotated[
    str,
    typer.Option(metavar="DTYPE", help="auto (as stored), float32, bfloat16, float16, …", autocompletion=dtypes),
]
Head = Annotated[
    str | None,
    typer.Option(
        metavar="TASK",
        help="The task, if not what config.json says: model (embed), causal-lm, masked-lm, …",
        autocompletion=heads,
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        metavar="DEVICE",
        help="cpu, cuda, cuda:1, …; without it, an accelerator if there is one.",
        autocompletion=devices,
    ),
]
DeviceMap = Annotated[
    str,
    typer.Option(
        metavar="MAP",
        help="auto, balanced, balanced_low_0, sequential, one device (cpu, disk, 0), or a JSON object: module-name "
        "prefix to device.",
        autocompletion=device_maps,
    ),
]
MaxMemory = Annotated[
    list[str] | None,
    typer.Option(metavar="DEVICE=SIZE", help="Memory limit: 0=10GiB, cpu=30GiB. May be repeated."),
]
OffloadFolder = Annotated[
    str | None,
    typer.Option(metavar="FOLDER", help="Folder for weights on the disk that are not stored as the model needs them."),
]
Dequantize = Annotated[
    bool | None,
    typer.Option(
        "--dequantize/--keep-packed",
        help="Dequantize weights; or keep those of a GGUF file packed, which are dequantized by default.",
    ),
]
Quantize = Annotated[
    str | None,
    typer.Option(
        metavar="HOW",
        help="Quantize linear weights: int8, float8 or int4 (accelerators only) with torchao; nf4, fp4 or llm-int8 "
        "with bitsandbytes. PyTorch only.",
        autocompletion=quantizations,
    ),
]
LeftAlone = Annotated[
    list[str] | None,
    typer.Option("--module-to-not-convert", metavar="MODULE", help="A module not to quantize. May be repeated."),
]


def quantization_of(how: str | None, left_alone: list[str] | None) -> object:
    """What ``quantization_config=`` is given for ``--quantize``."""
    from loadstone.quantization.config import named

    if how is None and left_alone:
        raise ArgumentError("--module-to-not-convert goes with --quantize.")
    return None if how is None else named(how, left_alone or ())
