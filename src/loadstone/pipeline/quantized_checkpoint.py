"""Checkpoints stored in fewer bits: from what the config, or a file beside it, says of them to tensors that know how
they come out."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from loadstone.architectures import registry
from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.names import CONFIG_NAME, GGUF, QUANTIZATION_FILES
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import StoredTensor, TensorSlice
from loadstone.errors import ArgumentError, Fault, InvalidConfig
from loadstone.planning.quantized_codes import codes_in, refuse
from loadstone.quantization.methods import COMPRESSED_TENSORS, RUN_BY, method_of
from loadstone.quantization.packed import Kept, is_in_blocks
from loadstone.quantization.problems import Problems
from loadstone.transfer.json_file import read_json

logger = logging.getLogger("loadstone")

_FORMATS = {
    "fp8": "block_fp8",
    "fbgemm_fp8": "block_fp8",
    "modelopt": "modelopt",
    "compressed-tensors": "compressed_tensors",
    "gptq": "gptq",
    "awq": "awq",
    "bitsandbytes": "bitsandbytes",
    "bitsandbytes_4bit": "bitsandbytes",
    "bitsandbytes_8bit": "bitsandbytes",
    "mlx": "mlx",
    "mxfp4": "mxfp4",
    "torchao": "torchao",
}
"""``quant_method`` → the module of ``loadstone.quantization`` that reads it."""


_KEY, _OF_2024, _OF_MLX = KEYS = ("quantization_config", "compression_config", "quantization")
"""Keys of ``config.json`` that settings stand under: everybody's, that of compressed-tensors in 2024, and MLX's."""
_HERE = f"config key {_KEY!r}"
_LIKELY = {
    "awq": ("w_bit", "q_group_size", "zero_point"),
    "gptq": ("desc_act", "sym", "damp_percent", "true_sequential"),
    "mlx": ("group_size", "bits"),
}
"""Method → keys of which one tells people, but does not say, that settings are its own; the first that fits."""
_TO_SAY = {"awq": '"quant_method": "awq"', "gptq": '"quant_method": "gptq"', "mlx": '"mode": "affine"'}
"""What such settings would say."""


class Settings(NamedTuple):
    """What is said of how weights were quantized."""

    values: object
    """``quantization_config``, or what stands for it, with its ``quant_method``."""
    where: str
    """For errors: the key, or the file."""

    @property
    def method(self) -> str | None:
        return method_of(self.values)


def settings_of(
    checkpoint: Checkpoint, config: Callable[[str], object], checked: Callable[[Path], None] | None = None
) -> Settings | None:
    """The settings of a checkpoint; None for plain weights, and for those of which nothing is said.

    ``config`` gives the value of a key, or None. Other places than ``quantization_config`` count only where something
    is stored that needs them. ``checked`` is called with a file before it is read. Raises :class:`InvalidConfig` for a
    file that cannot be read.
    """
    values = config(_KEY)
    if values is not None:
        return None if _is_of_the_cache_alone(values) else Settings(values, _HERE)
    if not checkpoint.files or not codes_in(checkpoint):
        return None
    values = config(_OF_2024)
    if isinstance(values, Mapping):  # whatever method it names: it was called otherwise before
        return Settings({**values, "quant_method": "compressed-tensors"}, f"config key {_OF_2024!r}")
    values = config(_OF_MLX)
    if isinstance(values, Mapping):
        return Settings(values, f"config key {_OF_MLX!r}")
    folder = (checkpoint.index or checkpoint.files[0]).parent
    # The config may be one that the caller made, which says nothing of how these weights are stored.
    for path in (folder / name for name in (CONFIG_NAME, *QUANTIZATION_FILES)):
        if path.is_file():
            if checked is not None:
                checked(path)
            said = read_json(path, "weights")
            values = said.get(_KEY) if path.name == CONFIG_NAME else said.get("quantization", said)
            if values is not None and not _is_of_the_cache_alone(values):
                return Settings(values, str(path))
    return None


def refuse_unread(checkpoint: Checkpoint) -> None:
    """:class:`InvalidConfig` for codes of which nothing says how they are read, where nothing else would look."""
    codes = codes_in(checkpoint)
    if codes:
        raise refuse(codes)


def say_that_nothing_is(checkpoint: Checkpoint) -> None:
    """One line for who asked for ``dequantize=True`` where all is plain. Codes that nothing tells how to read are not:
    whoever knows the model's slots refuses them."""
    if codes_in(checkpoint):
        return
    where = checkpoint.index or checkpoint.files[0]
    logger.warning("dequantize=True changes nothing: no weight of %s is quantized", where)


def dequantised(checkpoint: Checkpoint, settings: object, model_type: str = "", where: str = _HERE) -> Checkpoint:
    """The checkpoint as the model has it: each tensor once, those that are packed with their ``packing``.

    ``settings`` and ``where`` they stand, as in :class:`Settings`. ``model_type``: some families have weights as
    (inputs, outputs), which all formats pack as (outputs, inputs). Raises :class:`InvalidConfig` for a method that is
    not known, or settings that make no sense, and :class:`CorruptCheckpoint` where tensors contradict them; each lists
    all.
    """
    method = method_of(settings)
    if not isinstance(settings, Mapping) or method is None or method not in _FORMATS:
        raise _unread(settings, where)
    problems = Problems(where)
    module: Any = importlib.import_module(f"loadstone.quantization.{_FORMATS[method]}")
    tensors = list(module.read(checkpoint, settings, problems))
    problems.raise_if_any()
    inputs_first = registry.family(model_type).inputs_first if registry.is_family(model_type) else ()
    return checkpoint.holding(_turned(tensors, inputs_first) if inputs_first else tensors)


def _turned(tensors: list[StoredTensor], inputs_first: tuple[str, ...]) -> list[StoredTensor]:
    from loadstone.quantization.transposed import turned  # which needs NumPy

    return [turned(each) if each.packing and each.name.endswith(inputs_first) else each for each in tensors]


def _unread(settings: object, where: str) -> InvalidConfig:
    """The error for settings of a method that is not known, or of none that they name."""
    known, method = ", ".join(map(repr, _FORMATS)), method_of(settings)
    found = f"quant_method {method!r}"
    hint = "Loadstone does not read these weights; load the model's unquantised version."
    if method is None and isinstance(settings, Mapping):
        likely = next((name for name, keys in _LIKELY.items() if any(key in settings for key in keys)), None)
        if likely is not None:
            found = f"none, in settings that look like those of {likely!r}"
            hint = f"If that is what they are, add {_TO_SAY[likely]} to them; dequantize=True then makes plain weights."
    return InvalidConfig([Fault(where, f"a quant_method of {known}", found)], hint=hint)


def _is_of_the_cache_alone(values: object) -> bool:
    """Whether ModelOpt quantized the cache of keys and values, and no weights."""
    return method_of(values) == "modelopt" and isinstance(values, Mapping) and values.get("quant_algo", "") is None


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
        return tensor._replace(stretches=tuple(TensorSlice(_in_blocks(part), into) for part, into in tensor.stretches))
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
