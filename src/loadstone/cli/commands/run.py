"""``loadstone run``: a model does its task on texts."""

from __future__ import annotations

from typing import Annotated

import typer

from loadstone.cli.console import Output, SilentOutput, failing_clearly
from loadstone.cli.options import (
    AsJson,
    Dequantize,
    Device,
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
    quantization_of,
)


def run(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="A checkpoint's folder with its tokenizer, a weight file in it, a GGUF file, an address, or an id on "
            "the Hub.",
        ),
    ],
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]...",
            help="One text or several; - reads one from standard input. Without any, a conversation.",
            show_default=False,
        ),
    ] = None,
    files: Annotated[
        list[str] | None, typer.Option("--file", metavar="PATH", help="A file with a text. May be repeated.")
    ] = None,
    head: Head = None,
    chat: Annotated[
        bool, typer.Option("--chat", help="TEXT is a user message: apply the model's chat template.")
    ] = False,
    system: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What stands before the user's messages (chat).")
    ] = None,
    context: Annotated[str | None, typer.Option(help="The text to find the answer in (question answering).")] = None,
    max_new_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="Generate at most this many tokens: 100 for a TEXT if not given.", show_default=False),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0.0, help="Sampling temperature; 0 is greedy decoding.")
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Sample from the most likely tokens with this total probability."),
    ] = None,
    top_k: Annotated[int | None, typer.Option(min=1, help="Sample from this many most likely tokens.")] = None,
    min_p: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Sample from tokens at least this likely, as a part of the likeliest."),
    ] = None,
    repetition_penalty: Annotated[
        float | None, typer.Option(help="Over 1: tokens that came before are less likely.")
    ] = None,
    no_repeat_ngram_size: Annotated[
        int | None, typer.Option(min=1, help="No run of this many tokens comes twice.")
    ] = None,
    stops: Annotated[
        list[str] | None,
        typer.Option("--stop", metavar="TEXT", help="End before this string. May be repeated."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed for sampling.")] = None,
    dtype: DType = "auto",
    device: Device = None,
    device_map: DeviceMap = "",
    max_memory: MaxMemory = None,
    offload_folder: OffloadFolder = None,
    dequantize: Dequantize = None,
    quantize: Quantize = None,
    left_alone: LeftAlone = None,
    revision: Revision = None,
    subfolder: Subfolder = "",
    gguf_file: GgufFile = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run the model class that comes with the checkpoint.")
    ] = False,
    report: Annotated[bool, typer.Option("--report", help="Also print the load report, to stderr.")] = False,
    stats: Annotated[
        bool | None,
        typer.Option(
            "--stats/--no-stats", help="Tokens a second and time to first token, on stderr; by default in a terminal."
        ),
    ] = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Load a model and run its task on TEXT: generate, fill the mask, classify, answer, or embed."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.cli.plan import device_map_of, max_memory_of
        from loadstone.cli.run import check_request, load, perform, placed, show, task_of
        from loadstone.cli.streaming import INTERRUPTED
        from loadstone.cli.tasks import WRITTEN, Options
        from loadstone.cli.texts import texts_of
        from loadstone.cli.writing import write

        output = SilentOutput() if as_json else Output()
        inputs = texts_of(texts or [], files or [])
        options = Options(
            max_new_tokens=max_new_tokens or (100 if inputs else None),
            temperature=temperature,
            top_p=top_p,
            top_k=top_k,
            min_p=min_p,
            repetition_penalty=repetition_penalty,
            no_repeat_ngram_size=no_repeat_ngram_size,
            stops=tuple(stops or ()),
            seed=seed,
            context=context,
            chat=chat,
            system=system,
        )
        loading: dict[str, object] = {
            "torch_dtype": dtype,
            "max_memory": max_memory_of(max_memory or []),
            "offload_folder": offload_folder,
            "dequantize": dequantize,
            "quantization_config": quantization_of(quantize, left_alone),
            "revision": revision,
            "subfolder": subfolder or None,
            "gguf_file": gguf_file,
            "trust_remote_code": trust_remote_code or None,
        }
        task = task_of(path, head, loading)
        check_request(task, inputs, options, as_json=as_json)
        with output.working(f"Loading {path}"):
            asked = device_map_of(device_map) if device_map else None
            pipe = load(path, task, loading | {"device_map": placed(device, asked, loading)})
        if report:
            output.note(str(pipe.model.load_report))
        if not inputs:
            from loadstone.cli.chat import converse

            options.begin_drawing()
            converse(pipe, options.sampling(), output, system)
            return
        if task in WRITTEN:
            is_told = output.errors.is_terminal if stats is None else stats
            results = write(pipe, inputs, options, output, stats=is_told)
        else:
            with output.working("Running the model"):
                results = perform(pipe, task, inputs, options)
            show(task, results, output)
        if as_json:
            output.json({"task": task, "results": results})
        if results[-1].get("finish") == "interrupted":
            raise typer.Exit(INTERRUPTED)
