"""``loadstone convert``: a checkpoint in another form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadstone.cli.completion import dtypes_to_cast_to, formats, gguf_types
from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import (
    AsJson,
    GgufFile,
    LeftAlone,
    Quantize,
    Revision,
    Subfolder,
    Traceback,
    Variant,
    quantization_of,
)
from loadstone.core.paths import local_path


def convert(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A checkpoint's folder or file, or an id on the Hub.")],
    target: Annotated[
        Path,
        typer.Argument(metavar="DST", help="The folder to write, new or empty; of GGUF the file.", parser=local_path),
    ],
    to: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="safetensors, pytorch (.bin), msgpack (Flax) or gguf.",
            autocompletion=formats,
        ),
    ] = "safetensors",
    dtype: Annotated[
        str | None,
        typer.Option(
            metavar="DTYPE",
            help="Cast floating-point tensors to bfloat16, float16, float32, …",
            autocompletion=dtypes_to_cast_to,
        ),
    ] = None,
    gguf_type: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE",
            help="Of a GGUF file's matrices: f32, f16, bf16, q8_0, q4_0, …; else the weights'.",
            autocompletion=gguf_types,
        ),
    ] = None,
    max_shard_size: Annotated[str, typer.Option(metavar="SIZE", help="Size limit of one file: 5GB, 500MiB, …")] = "5GB",
    dequantize: Annotated[bool, typer.Option("--dequantize", help="Dequantize packed weights.")] = False,
    quantize: Quantize = None,
    left_alone: LeftAlone = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read the written files back and compare every tensor.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the checkpoint that is in DST.")] = False,
    subfolder: Subfolder = "",
    variant: Variant = None,
    revision: Revision = None,
    gguf_file: GgufFile = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Convert a checkpoint to another format, dtype or shard size, or quantize it. All or nothing."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.convert import show
        from loadstone.conversion.convert import convert as convert_checkpoint

        output = Output()
        conversion = convert_checkpoint(
            source,
            target,
            format=to,
            dtype=dtype,
            gguf_type=gguf_type,
            max_shard_size=max_shard_size,
            dequantize=dequantize,
            quantization_config=quantization_of(quantize, left_alone),
            verify=verify,
            overwrite=overwrite,
            subfolder=subfolder,
            variant=variant,
            revision=revision,
            gguf_file=gguf_file,
        )
        if as_json:
            output.json(conversion.to_json())
        else:
            show(conversion, output)
