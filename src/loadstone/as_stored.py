"""Checkpoints in fewer bits, as a model has them: in a plain dtype, or packed as they are for a library to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.names import GGUF
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import StoredTensor, Stretch
from loadstone.errors import ArgumentError, Fault, InvalidConfig
from loadstone.quantised import KEYS, Settings, dequantised, say_that_nothing_is, settings_of
from loadstone.quantization.methods import COMPRESSED_TENSORS, RUN_BY, method_of
from loadstone.quantization.packed import Kept, is_in_blocks

_BY_GPTQMODEL = "their library, GPTQModel, has to be compiled where it is installed, and Loadstone does not use it"
_BY_KERNELS = "their kernels need an accelerator, and Loadstone does not use them"
_WHY_NOT = {
    **dict.fromkeys(("gptq", "awq"), _BY_GPTQMODEL),
    **dict.fromkeys(("fp8", "fbgemm_fp8", "modelopt", "mxfp4"), _BY_KERNELS),
    "mlx": "their kernels are those of Apple's MLX",
}
"""``quant_method`` → why such weights do not run as they are stored."""

_STATE = ".quant_state.bitsandbytes__"


def library_of(config: PretrainedConfig) -> str | None:
    """The library that a config's weights in fewer bits run by; None for plain ones."""
    return RUN_BY.get(method_of(config.get("quantization_config")) or "")


def as_loaded(
    checkpoint: Checkpoint,
    config: PretrainedConfig,
    options: Options,
    framework: str,
    checked: Callable[[Path], None] | None = None,
) -> Checkpoint:
    """The checkpoint as a model has it: each tensor once. ``config`` says nothing of quantisation any more where
    ``dequantize`` makes plain weights. ``checked`` is called with a file beside it that is to say how the weights are
    quantized, before that is read.

    Raises :class:`InvalidConfig` for weights that cannot run as they are stored, :class:`ArgumentError` for what
    packed weights of a GGUF file do not go with, and what :func:`dequantised` raises.
    """
    if checkpoint.format == GGUF:
        return _gguf(checkpoint, options, framework)
    settings = settings_of(checkpoint, config.get, checked)
    if settings is None:
        if options.dequantize:
            say_that_nothing_is(checkpoint)
        return checkpoint
    method = settings.method
    if options.quantization_config is not None and not options.dequantize:
        raise InvalidConfig(
            [Fault(settings.where, "none, since the caller gives one", f"quant_method {method!r}")],
            hint="Leave quantization_config= out to run the weights as they are stored; or add dequantize=True, and "
            "plain numbers are made of them, and quantised anew.",
        )
    found = dequantised(checkpoint, settings.values, config.model_type, settings.where)
    if options.dequantize:
        _forget(config)
        return found
    library = library_of(config)
    if library is None:
        why = _WHY_NOT.get(str(method), "they do only where config.json says so, under 'quantization_config'")
        raise InvalidConfig(
            [Fault(settings.where, "none, or dequantize=True", f"quant_method {method!r}")],
            hint=f"{method!r} weights cannot run as they are stored here: {why}. "
            "dequantize=True makes them plain ones.",
        )
    if framework != "torch":
        raise InvalidConfig(
            [Fault(settings.where, "none, or dequantize=True", f"quant_method {method!r}")],
            hint=f"{library}'s weights run as they are stored in PyTorch only. dequantize=True makes them plain ones.",
        )
    return checkpoint.holding(_kept(checkpoint, found, settings))


def _forget(config: PretrainedConfig) -> None:
    for key in KEYS:
        if config.get(key) is not None:
            delattr(config, key)


def _gguf(checkpoint: Checkpoint, options: Options, framework: str) -> Checkpoint:
    """Plain unless the caller says ``dequantize=False``; then every matrix in blocks stays packed."""
    if options.dequantize is not False:
        return checkpoint
    if framework != "torch":
        raise ArgumentError("dequantize=False keeps GGUF weights packed, which runs in PyTorch only. Leave it out.")
    if options.quantization_config is not None:
        raise ArgumentError(
            "dequantize=False keeps weights as the GGUF file has them, and quantization_config= quantises anew: give "
            "one of them."
        )
    return checkpoint.holding(map(_in_blocks, checkpoint.values()))


def _in_blocks(tensor: StoredTensor) -> StoredTensor:
    """A tensor of a GGUF file; matrices, and stacks of them, to stay packed if they are."""
    if tensor.stretches:
        return tensor._replace(stretches=tuple(Stretch(_in_blocks(part), into) for part, into in tensor.stretches))
    if is_in_blocks(tensor.packing) and tensor.packing.is_of_matrices:
        return tensor._replace(packing=Kept(tensor.packing, "", ""))
    return tensor


def _kept(checkpoint: Checkpoint, logical: Checkpoint, settings: Settings) -> list[StoredTensor]:
    assert isinstance(settings.values, Mapping)  # else nothing had read it
    if RUN_BY[str(settings.method)] != COMPRESSED_TENSORS:
        states = {name.partition(_STATE)[0]: name for name in checkpoint if _STATE in name}
        return [_packed(tensor, checkpoint, states) for tensor in logical.values()]
    from loadstone.quantization.compressed_tensors_packed import kept  # which needs NumPy

    faults: list[Fault] = []
    found = list(kept(checkpoint, logical.values(), settings.values, faults))
    if not any(isinstance(tensor.packing, Kept) for tensor in found):
        faults.append(Fault(settings.where, "none, for no weight is stored in fewer bits", f"{COMPRESSED_TENSORS!r}"))
    if faults:
        raise InvalidConfig(
            faults, hint="These weights cannot run as they are stored. dequantize=True makes plain ones."
        )
    return found


def _packed(tensor: StoredTensor, checkpoint: Checkpoint, states: Mapping[str, str]) -> StoredTensor:
    if tensor.packing is None:
        return tensor
    if tensor.name in states:
        note = bytes(checkpoint.read(states[tensor.name])).decode()
    else:
        note = checkpoint.metadata.get(tensor.name, "")
    module = tensor.name[: tensor.name.rfind(".") + 1]
    return tensor._replace(packing=Kept(tensor.packing, note, module))
