"""``loadstone plan``: what a load would take."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, GgufFile, LeftAlone, Quantize, Traceback, quantization_of


def plan(
    path: Annotated[str, typer.Argument(help="A checkpoint's folder or file, its address, or an id on the Hub.")],
    device_map: Annotated[
        str,
        typer.Option(
            help="auto, balanced, balanced_low_0, sequential, one device (cpu, disk, 0), or a JSON object: "
            "module-name prefix to device."
        ),
    ] = "auto",
    max_memory: Annotated[
        list[str] | None,
        typer.Option(metavar="DEVICE=SIZE", help="Memory limit: 0=10GiB, cpu=30GiB. May be repeated."),
    ] = None,
    offload_folder: Annotated[
        str | None,
        typer.Option(help="Folder for weights on the disk that are not stored as the model needs them."),
    ] = None,
    dtype: Annotated[str | None, typer.Option(help="auto (as stored), bfloat16, …; float32 if not given.")] = None,
    head: Annotated[
        str | None, typer.Option(help="The task, if not what config.json says: causal-lm, model, …")
    ] = None,
    max_batch: Annotated[int | None, typer.Option(min=1, help="Reserve memory for this batch size.")] = None,
    max_length: Annotated[int | None, typer.Option(min=1, help="Reserve memory for sequences of this length.")] = None,
    tp: Annotated[int | None, typer.Option(min=1, help="Ranks that split layers (tensor parallel).")] = None,
    fsdp: Annotated[int | None, typer.Option(min=1, help="Ranks that split parameters by rows (FSDP).")] = None,
    dequantize: Annotated[
        bool | None,
        typer.Option(
            "--dequantize/--keep-packed",
            help="Dequantize weights; or keep those of a GGUF file packed, which are dequantized by default.",
        ),
    ] = None,
    quantize: Quantize = None,
    left_alone: LeftAlone = None,
    subfolder: Annotated[str, typer.Option(help="The folder inside PATH to look in.")] = "",
    variant: Annotated[str | None, typer.Option(help="Look for files such as model.VARIANT.safetensors.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")] = None,
    gguf_file: GgufFile = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Show which device each module would be on and the memory a load would take. Reads headers only."""
    with failing_clearly(show_traceback):
        from loadstone.cli.plan import device_map_of, max_memory_of, mesh_of, show
        from loadstone.pipeline.plan import plan as make_plan

        output = Output()
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
                dequantize=dequantize,
                quantization_config=quantization_of(quantize, left_alone),
            )
        if as_json:
            output.json(forecast.to_json())
        else:
            show(forecast, output)
