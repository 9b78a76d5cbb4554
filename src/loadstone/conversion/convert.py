"""Convert a checkpoint: another format, dtype or shard size, dequantized or quantized. No framework.

Headers are read, every tensor of the new files is planned, and then a few threads read, round and write a few MiB at a
time. What need not change is copied by the kernel. The new folder appears when all of it is on the disk, or not at all.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.names import CONFIG_NAME, GGUF, PYTORCH, SAFETENSORS
from loadstone.checkpoint.pytorch.write import checksums, plan_pytorch
from loadstone.checkpoint.registry import suffixes, written_formats
from loadstone.conversion.gguf import checked_gguf_target, checked_type, convert_to_gguf
from loadstone.conversion.model_names import flax_names, head_of, model_of, spare_names
from loadstone.conversion.origin import Companions, Origin, companions, open_origin
from loadstone.conversion.planned import Planned, planned
from loadstone.conversion.quantize import DescribedModel, QuantizedOutput
from loadstone.conversion.result import Conversion
from loadstone.conversion.verify import verify as verify_files
from loadstone.core.dtypes import dtype_name
from loadstone.core.paths import local_path
from loadstone.core.progress import Progress
from loadstone.core.sizes import parse_size
from loadstone.core.tensors import BY_NAME, DType
from loadstone.errors import ArgumentError, Fault, InvalidConfig, SaveError
from loadstone.materialize.reader import TensorReader
from loadstone.pipeline.quantized_checkpoint import refuse_unread, say_that_nothing_is, settings_keys
from loadstone.quantization.config import read as read_quantization
from loadstone.quantization.encode import TARGETS
from loadstone.quantization.ggml_types import GgmlType
from loadstone.quantization.registry import settings_files
from loadstone.saving.checkpoint import MSGPACK, SaveOptions, in_flax_layout, save_checkpoint
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.machine import cores
from loadstone.transfer.outgoing import OutgoingTensor

if TYPE_CHECKING:
    pass

_SUB_CONFIGS = ("text_config", "vision_config", "audio_config")


def convert(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    format: str = SAFETENSORS,
    dtype: object = None,
    max_shard_size: int | str = "5GB",
    gguf_type: str | None = None,
    dequantize: bool = False,
    quantization_config: object = None,
    verify: bool = False,
    overwrite: bool = False,
    subfolder: str = "",
    variant: str | None = None,
    revision: str | None = None,
    gguf_file: str | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    local_files_only: bool = False,
    token: str | bool | None = None,
) -> Conversion:
    """Convert a checkpoint into the folder ``target``, or the GGUF file, atomically.

    :param source: a folder, a weight file or an index, or a Hub id, in any format that :func:`open_checkpoint` reads.
        Config, tokenizer and the other files right beside the weights are copied along, if there is a config
    :param target: a folder, new or empty; with ``overwrite=True`` one that holds a checkpoint, which is replaced as
        ``save_pretrained`` would. Never the folder that the weights lie in. With
        ``format="gguf"`` a path that ends in ``.gguf``
    :param format: ``"safetensors"``, ``"pytorch"`` (``.bin``; needs no PyTorch), ``"msgpack"`` (Flax) or ``"gguf"``
        (llama.cpp's one file, with config and tokenizer in it). The last two need a config of a family that Loadstone
        knows, since names and layouts there depend on the model; GGUF needs the ``tokenizers`` package too
    :param dtype: what all floating-point tensors become, rounded to nearest, ties to even; None or ``"auto"`` keeps
        each as it is. Integers stay
    :param gguf_type: of the matrices of a GGUF file: ``"f32"``, ``"f16"``, ``"bf16"``, ``"q8_0"``, and with the
        ``gguf`` package ``"q4_0"``, ``"q4_1"``, ``"q5_0"``, ``"q5_1"``, ``"mxfp4"``, ``"tq1_0"``, ``"tq2_0"``; None:
        that of the dtype of most weights. Vectors are in float32
    :param dequantize: packed weights are dequantized. Without it their stored parts are copied as they are; those
        of a GGUF file are always dequantized
    :param quantization_config: linear weights are quantized, as :meth:`from_pretrained` takes it: the files are those
        that the model quantized while it is loaded would save. It needs PyTorch, the library that quantizes, and a
        config of a family that Loadstone knows. All else is then in ``dtype``, by default in the config's
    :param gguf_file: the GGUF file in the folder or repository that config, weights and tokenizer come from.
        Not needed for a path that ends in ``.gguf``
    :param verify: before the new folder takes its place, read it back and compare every byte with the source;
        weights that are quantized are quantized a second time for that
    :raises ArgumentError: arguments that contradict each other, a target that may not be written to
    :raises InvalidConfig: packed weights that stay packed cannot be had in another dtype or format
    :raises UnsupportedDType: a dtype that the format, or rounding, does not know
    :raises FrameworkNotInstalled, MissingTensors, ShapeMismatch: weights cannot be quantized without PyTorch and a
        library for it, or are not those of the model that the config describes
    :raises TokenizerError: a GGUF file is asked for, and there is no tokenizer, or none that llama.cpp has a like for
    :raises SaveError: the disk is full, or the like; nothing is left behind
    :raises CorruptCheckpoint: the source is damaged, or was written to meanwhile; nothing is left behind
    """
    begin_s = time.monotonic()
    wanted = _wanted(dtype)
    if format not in (*written_formats(), GGUF):
        known = ", ".join(map(repr, (*written_formats(), GGUF)))
        raise ArgumentError(f"format={format!r}: expected one of {known}; others are only read.")
    kind = _checked_gguf_type(format, gguf_type, dtype, quantization_config)
    parse_size(max_shard_size, "max_shard_size")
    if quantization_config is not None:
        _check_quantizing(quantization_config, wanted, format)
    which = FileChoice(subfolder, variant, gguf_file=gguf_file)
    origin = open_origin(source, which, HubOptions(revision, cache_dir, False, local_files_only, token))
    if format == GGUF:
        path = checked_gguf_target(Path(os.path.realpath(local_path(target))), origin, overwrite)
        plain = _checkpoint(origin, DType.FLOAT32, dequantize, False)
        return convert_to_gguf(origin, plain, path, kind, verify)
    folder = _checked_target(Path(os.path.realpath(local_path(target))), origin, overwrite)
    checkpoint = _checkpoint(origin, wanted, dequantize, quantization_config is not None)
    beside = companions(origin)
    scratch = _existing(folder.parent)
    with TensorReader(scratch) as reader, contextlib.ExitStack() as stack:
        reader.watch(checkpoint.ends)
        quantized = None
        if quantization_config is None:
            dropped = spare_names(origin, checkpoint)
            plan = [planned(stored, wanted, reader) for name, stored in checkpoint.items() if name not in dropped]
        else:
            quantized = stack.enter_context(_quantized_output(origin, checkpoint, quantization_config, wanted, scratch))
            plan = [
                Planned(None, tensor) if isinstance(tensor, OutgoingTensor) else planned(*tensor, reader)
                for tensor in quantized.tensors()
            ]
            reader.check()
            dropped = quantized.left_out
        files = _files(beside, origin, plan, dequantize, quantized)
        tensors = [each.tensor for each in plan]
        if format == MSGPACK:
            stored = [each.stored for each in plan if each.stored is not None]
            tensors = in_flax_layout(tensors, flax_names(origin, stored))
        check = _check([each.tensor for each in plan], quantized) if verify else None
        metadata = {"format": "pt"} if quantized is None else {"format": "pt", **quantized.metadata}
        options = SaveOptions(max_shard_size, weight_format=format, metadata=metadata)
        paths = _save(folder, tensors, files, options, check)
        overflowed = tuple(reader.overflowed)
    kept = [(each.stored, each.tensor) for each in plan if each.stored is not None]
    return Conversion(
        folder,
        tuple(paths),
        format,
        len(plan),
        sum(tensor.nbytes for tensor in tensors),
        time.monotonic() - begin_s,
        verify,
        tuple(stored.name for stored, tensor in kept if stored.dtype is not tensor.dtype),
        tuple(stored.name for stored, _ in kept if stored.is_packed),
        overflowed,
        beside.left_out,
        () if quantized is None else quantized.names,
        dropped,
        checkpoint.passed_over,
    )


def _wanted(dtype: object) -> DType | None:
    name = None if dtype is None else dtype_name(dtype)
    if name in (None, "auto"):
        return None
    wanted = BY_NAME.get(str(name))
    if wanted not in TARGETS:
        known = ", ".join(target.value for target in TARGETS)
        raise ArgumentError(
            f"dtype={name!r}: expected one of {known}. Weights are quantized by quantization_config= "
            "(--quantize int8, float8, nf4)."
        )
    return wanted


def _checked_gguf_type(
    format: str, gguf_type: str | None, dtype: object, quantization_config: object
) -> GgmlType | None:
    """The type of a GGUF file's matrices; :class:`ArgumentError` for what does not go together."""
    if format != GGUF and gguf_type is not None:
        raise ArgumentError(f"gguf_type={gguf_type!r}: only format='gguf' has such types, not {format!r}.")
    if format == GGUF and (dtype is not None or quantization_config is not None):
        given = "dtype" if dtype is not None else "quantization_config"
        raise ArgumentError(f"{given}=: a GGUF file has types of its own; give gguf_type= (--gguf-type f16, q8_0).")
    return checked_type(gguf_type)


def _check_quantizing(quantization_config: object, wanted: DType | None, format: str) -> None:
    """:class:`ArgumentError` for what does not go with quantized weights, before anything is opened."""
    read_quantization(quantization_config)
    if format != SAFETENSORS:
        raise ArgumentError(f"format={format!r}: quantized weights are written as {SAFETENSORS!r} only.")
    if wanted is not None and wanted.bits < 16:
        raise ArgumentError(
            f"dtype={wanted.value!r}: with quantization_config= it is the compute dtype: bfloat16, "
            "float16 or float32. For weights in float8 there is TorchAoConfig('float8') (--quantize float8)."
        )


def _quantized_output(
    origin: Origin, checkpoint: Checkpoint, quantization_config: object, wanted: DType | None, scratch: Path
) -> QuantizedOutput:
    spec, config = model_of(origin, len(checkpoint), "Which weights are linear layers' depends on the model.")
    head = head_of(spec, config)
    if head is None:
        named = config.architectures or ()
        known = ", ".join(head_spec.class_name for head_spec in spec.heads)
        where = f"{origin.folder / CONFIG_NAME}: 'architectures'"
        hint = "Which weights are the head's, and stay unquantized, depends on the class."
        raise InvalidConfig([Fault(where, f"one of {known}", ", ".join(map(str, named)) or "none")], hint=hint)
    return QuantizedOutput(checkpoint, DescribedModel(spec, head, config), quantization_config, wanted, scratch)


def _checked_target(folder: Path, origin: Origin, overwrite: bool) -> Path:
    """Where to write; the error comes before anything is read."""
    if folder.suffix in {*suffixes(), ".json"}:
        raise ArgumentError(
            f"{folder}: expected a folder to write to, not a file; the files in it get the usual names."
        )
    if os.path.lexists(folder) and not folder.is_dir():
        raise ArgumentError(f"{folder}: expected a folder to write to, found a file. Give another path.")
    homes = {os.path.realpath(path.parent) for path in (*origin.checkpoint.files, origin.folder / CONFIG_NAME)}
    homes |= {os.path.realpath(path.resolve().parent) for path in origin.checkpoint.files}
    if str(folder) in homes or any(_is_same(folder, home) for home in homes):
        raise ArgumentError(f"{folder}: the weights lie there, and nothing is converted in place. Give another folder.")
    try:
        if not overwrite and folder.is_dir() and any(os.scandir(folder)):
            raise ArgumentError(
                f"{folder}: there is something in it already. Give another folder; overwrite=True (--overwrite) "
                "replaces the weights and configs there."
            )
    except OSError as error:
        raise SaveError(f"{folder}: nothing was written, for it cannot be looked at: {error.strerror}") from None
    return folder


def _is_same(folder: Path, home: str) -> bool:
    try:
        return os.path.samefile(folder, home)
    except OSError:
        return False


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that there is."""
    return next(candidate for candidate in (folder, *folder.parents) if candidate.is_dir())


def _checkpoint(origin: Origin, wanted: DType | None, dequantize: bool, quantize: bool) -> Checkpoint:
    """The tensors to write: stored parts as they are, or what comes out of them, as it always does of a GGUF file."""
    if dequantize and origin.gguf is None and origin.quantization is None:
        refuse_unread(origin.checkpoint)
        say_that_nothing_is(origin.checkpoint)
    if dequantize or origin.gguf is not None:
        return origin.unpacked()
    if wanted is None and not quantize:
        return origin.checkpoint
    settings = origin.quantization
    if settings is not None:
        refused = "quantized again" if quantize else f"had as {wanted}"
        raise InvalidConfig(
            [Fault(f"{origin.folder}: {settings.where}", "unquantized weights", f"quant_method {settings.method!r}")],
            hint=f"Packed weights cannot be {refused}; dequantize=True (--dequantize) dequantizes them first.",
        )
    refuse_unread(origin.checkpoint)
    return origin.checkpoint


def _files(
    beside: Companions, origin: Origin, plan: Sequence[Planned], dequantized: bool, quantized: QuantizedOutput | None
) -> dict[str, bytes | Path]:
    """What is copied along; the config says what the weights now are."""
    files: dict[str, bytes | Path] = dict(beside.files)
    if origin.config is None:
        return files
    config: dict[str, object] = dict(origin.config)
    if dequantized or origin.gguf is not None:
        for key in settings_keys():
            config.pop(key, None)
        for name in settings_files():
            files.pop(name, None)
    dtypes: Counter[DType] = Counter()
    for each in plan:
        if each.tensor.dtype.is_floating:
            dtypes[each.tensor.dtype] += math.prod(each.tensor.shape)
    if quantized is not None:
        config["quantization_config"] = quantized.settings
        _name_dtype(config, quantized.dtype.value)
        if quantized.is_untied:
            config["tie_word_embeddings"] = False
    elif dtypes and any(each.is_changed for each in plan):
        _name_dtype(config, dtypes.most_common(1)[0][0].value)
    auto_map = config.get("auto_map")
    if origin.repo_id is not None and isinstance(auto_map, dict):
        config["auto_map"] = {key: _rebased(entry, origin.repo_id) for key, entry in auto_map.items()}
    if config != origin.config or origin.gguf is not None:
        files[CONFIG_NAME] = (json.dumps(config, indent=2, sort_keys=True) + "\n").encode()
    return files


def _name_dtype(config: dict[str, object], name: str) -> None:
    """In the config, and in those of its parts that name one. ``dtype`` is the newer key."""
    for key in ("dtype", "torch_dtype"):
        if key in config or (key == "torch_dtype" and "dtype" not in config):
            config[key] = name
    for part in _SUB_CONFIGS:
        inner = config.get(part)
        if isinstance(inner, dict):
            config[part] = {key: name if key in ("dtype", "torch_dtype") else value for key, value in inner.items()}


def _rebased(entry: object, repo_id: str) -> object:
    """A reference to code that stays in its repository."""
    if isinstance(entry, list):
        return [_rebased(reference, repo_id) for reference in entry]
    return entry if not isinstance(entry, str) or "--" in entry else f"{repo_id}--{entry}"


def _save(
    folder: Path,
    tensors: Sequence[OutgoingTensor],
    files: Mapping[str, bytes | Path],
    options: SaveOptions,
    check: Callable[[Path], None] | None,
) -> list[Path]:
    nbytes = sum(tensor.nbytes for tensor in tensors)
    is_bin = options.weight_format == PYTORCH
    passes = 2 if is_bin else 1
    with Progress("Converting", passes * nbytes) as progress:

        def write_bin(path: Path, shard: Sequence[OutgoingTensor]) -> None:
            crcs = checksums(shard, max(cores(), 2), progress)
            write_files({path: plan_pytorch(shard, crcs)}, progress=progress)

        return save_checkpoint(
            folder,
            tensors,
            replace(options, write_shard=write_bin) if is_bin else options,
            extra_files=files,
            progress=None if is_bin else progress,
            check=check,
        )


def _check(tensors: Sequence[OutgoingTensor], quantized: QuantizedOutput | None) -> Callable[[Path], None]:
    """For ``save_checkpoint``: compares the new files before they take their place."""

    def check(stage: Path) -> None:
        if quantized is not None:
            quantized.again()
        verify_files(stage, tensors)

    return check
