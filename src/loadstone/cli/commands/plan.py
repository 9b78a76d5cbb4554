"""``loadstone plan``: what a load would take."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import (
    AsJson,
    Dequantize,
    DeviceMap,
    DType,
    GgufFile,
    Head,
    LeftAlone,
    MaxMemory,
    OffloadFolder,
    Quantize,
    Revision,
    Subfolder,
    Traceback,
    Variant,
    quantization_of,
)


def plan(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A checkpoint's folder or file, its address, or an id on the Hub.")
    ],
    device_map: DeviceMap = "auto",
    max_memory: MaxMemory = None,
    offload_folder: OffloadFolder = None,
    dtype: DType = "auto",
    head: Head = None,
    max_batch: Annotated[int | None, typer.Option(min=1, help="Reserve memory for this batch size.")] = None,
    max_length: Annotated[int | None, typer.Option(min=1, help="Reserve memory for sequences of this length.")] = None,
    tp: Annotated[int | None, typer.Option(min=1, help="Ranks that split layers (tensor parallel).")] = None,
    fsdp: Annotated[int | None, typer.Option(min=1, help="Ranks that split parameters by rows (FSDP).")] = None,
    dequantize: Dequantize = None,
    quantize: Quantize = None,
    left_alone: LeftAlone = None,
    subfolder: Subfolder = "",
    variant: Variant = None,
    revision: Revision = None,
    gguf_file: GgufFile = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="For a load with stream=True: of a Hub id no weights are fetched.")
    ] = False,
    picture: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw the memory into a page (.html) or a picture (.svg) of its own."),
    ] = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Show which device each module would be on and the memory a load would take. Reads headers only."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.plan import check_picture, device_map_of, draw, max_memory_of, mesh_of, show
        from loadstone.pipeline.plan import plan as make_plan

        output = Output()
        check_picture(picture)
        with output.working(f"Reading the headers of {path}"):
            forecast = make_plan(
                path,
                device_map=device_map_of(device_map),
                max_memory=max_memory_of(max_memory or []),
                offload_folder=offload_folder,
                dtype=dtype,
                head=head,
                max_batch=max_batch,
                max_length=max_length,
                mesh=mesh_of(tp, fsdp),
                subfolder=subfolder,
                variant=variant,
                revision=revision,
                gguf_file=gguf_file,
                stream=stream,
                dequantize=dequantize,
                quantization_config=quantization_of(quantize, left_alone),
            )
        if picture is not None:
            draw(forecast, picture, output)
        if as_json:
            output.json(forecast.to_json())
        else:
            show(forecast, output)
