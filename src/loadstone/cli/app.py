"""The commands and their options; what they do lies in the modules beside this one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, GgufFile, LeftAlone, Quantize, Traceback, quantization_of
from loadstone.core.paths import local_path
from loadstone.core.remote_path import is_address
from loadstone.errors import ArgumentError

app = typer.Typer(
    name="loadstone",
    help="Turns a stored checkpoint into a running model.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(is_requested: bool) -> None:
    if is_requested:
        import loadstone

        typer.echo(f"loadstone {loadstone.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Turns a stored checkpoint into a running model."""


@app.command()
def inspect(
    path: Annotated[
        str, typer.Argument(help="A checkpoint's folder, one weight file, or the address of either.", metavar="PATH")
    ],
    as_json: AsJson = False,
    subfolder: Annotated[str, typer.Option(help="The folder inside PATH to look in.")] = "",
    variant: Annotated[str | None, typer.Option(help="Look for files such as model.VARIANT.safetensors.")] = None,
    gguf_file: GgufFile = None,
    show_traceback: Traceback = False,
) -> None:
    """Show what a checkpoint contains: family, tensors, dtypes, sizes, shards. Reads headers only."""
    with failing_clearly(show_traceback):
        from loadstone.cli.inspect import inspect_checkpoint, show

        output = Output()
        with output.working(f"Reading the headers of {path}"):
            place = path if is_address(path) else local_path(path)
            inspection = inspect_checkpoint(place, subfolder=subfolder, variant=variant, gguf_file=gguf_file)
        if as_json:
            output.json(inspection.to_json())
        else:
            show(inspection, output)


@app.command()
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


@app.command()
def code(
    path: Annotated[str, typer.Argument(help="A checkpoint's folder, or an id on the Hub.")],
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")] = None,
    subfolder: Annotated[str, typer.Option(help="The folder inside PATH to look in.")] = "",
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Show the code that comes with a checkpoint, without running it: files, hashes, imports, notable calls."""
    with failing_clearly(show_traceback):
        from loadstone.cli.code import show, survey

        output = Output()
        with output.working(f"Reading the code of {path}"):
            listing = survey(path, revision=revision, subfolder=subfolder)
        if as_json:
            output.json(listing)
        else:
            show(listing, output)


@app.command()
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


@app.command()
def verify(
    lock_file: Annotated[Path, typer.Argument(metavar="LOCK", help="A lock file.", parser=local_path)] = Path(
        "loadstone.lock"
    ),
    show_traceback: Traceback = False,
) -> None:
    """Hash every file that a lock file lists, and name those that differ."""
    with failing_clearly(show_traceback):
        from loadstone.lockfile.lockfile import Lock
        from loadstone.lockfile.lockfile import verify as verify_lock

        output = Output()
        with output.working(f"Hashing what {lock_file} lists"):
            count = verify_lock(Lock.read(lock_file))
        output.line(f"{lock_file}: all {count} files are unchanged")


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A checkpoint's folder or file, or an id on the Hub.")],
    target: Annotated[
        Path, typer.Argument(metavar="DST", help="The folder to write, new or empty.", parser=local_path)
    ],
    to: Annotated[str, typer.Option("--format", help="safetensors, pytorch (.bin) or msgpack (Flax).")] = "safetensors",
    dtype: Annotated[
        str | None, typer.Option(help="Cast floating-point tensors to bfloat16, float16, float32, …")
    ] = None,
    max_shard_size: Annotated[str, typer.Option(help="Size limit of one file: 5GB, 500MiB, …")] = "5GB",
    dequantize: Annotated[bool, typer.Option("--dequantize", help="Dequantize packed weights.")] = False,
    quantize: Quantize = None,
    left_alone: LeftAlone = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read the written files back and compare every tensor.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the checkpoint that is in DST.")] = False,
    subfolder: Annotated[str, typer.Option(help="The folder inside SRC to look in.")] = "",
    variant: Annotated[str | None, typer.Option(help="Look for files such as model.VARIANT.safetensors.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")] = None,
    gguf_file: GgufFile = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Convert a checkpoint to another format, dtype or shard size, or quantize it. All or nothing."""
    with failing_clearly(show_traceback):
        from loadstone.cli.convert import show
        from loadstone.conversion.convert import convert as convert_checkpoint

        output = Output()
        conversion = convert_checkpoint(
            source,
            target,
            format=to,
            dtype=dtype,
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


@app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A checkpoint's folder or file, or an id on the Hub.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, in any format.")],
    tolerance: Annotated[
        float, typer.Option(help="Absolute tolerance: values that differ by no more are equal.")
    ] = 0.0,
    relative_tolerance: Annotated[
        float, typer.Option(help="Relative tolerance: the same, times the larger magnitude of the two.")
    ] = 0.0,
    ignore_dtype: Annotated[
        bool, typer.Option("--ignore-dtype", help="Compare names, shapes and values only.")
    ] = False,
    bits: Annotated[
        bool, typer.Option("--bits", help="Compare bits: 0.0 and -0.0 differ, and so do NaNs of other bits.")
    ] = False,
    stored: Annotated[
        bool, typer.Option("--stored", help="Compare packed weights as they are stored (codes, scales).")
    ] = False,
    subfolder: Annotated[
        list[str] | None,
        typer.Option(help="The folder inside A and B to look in. Given twice: for A, then for B ('' for none)."),
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option(help="Look for files such as model.VARIANT.safetensors. Twice: as above.")
    ] = None,
    gguf_file: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="The GGUF file to use. Twice: as above.")
    ] = None,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Show which tensors differ in name, shape, dtype or values. Exit status: 0 the same, 1 different, 2 an error."""
    with failing_clearly(show_traceback, status=2):
        from loadstone.cli.diff import pair, show
        from loadstone.conversion.diff import diff as compare

        output = Output()
        difference = compare(
            first,
            second,
            tolerance=tolerance,
            relative_tolerance=relative_tolerance,
            ignore_dtype=ignore_dtype,
            bits=bits,
            stored=stored,
            subfolder=[name or "" for name in pair(subfolder, "--subfolder")],
            variant=pair(variant, "--variant"),
            gguf_file=pair(gguf_file, "--gguf-file"),
        )
        if as_json:
            output.json(difference.to_json())
        else:
            show(difference, output)
        if not difference.is_empty:
            raise typer.Exit(1)


@app.command()
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
    head: Annotated[
        str | None,
        typer.Option(
            help="The task, if not what config.json says: model (embed), causal-lm, masked-lm, "
            "sequence-classification, token-classification or question-answering."
        ),
    ] = None,
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
    dtype: Annotated[str, typer.Option(help="auto (as stored), float32, bfloat16, float16.")] = "auto",
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:1, …; without it, an accelerator if there is one.")
    ] = None,
    report: Annotated[bool, typer.Option("--report", help="Also print the load report, to stderr.")] = False,
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Load a model and run its task on TEXT: generate, fill the mask, classify, answer, or embed."""
    with failing_clearly(show_traceback):
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


@app.command()
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
    show_traceback: Traceback = False,
) -> None:
    """Load two small real models that come with an install: one answers a question, one compares sentences."""
    with failing_clearly(show_traceback):
        from loadstone.cli.demo import QUESTION, ask, compare

        output = Output()
        ask(output, model=model, question=question or QUESTION)
        output.line()
        compare(output, model=embedder)
