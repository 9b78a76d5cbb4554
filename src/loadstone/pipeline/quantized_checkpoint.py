"""Pre-quantized checkpoints: from what the config, or a file beside it, says of them to tensors that know how
they come out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from loadstone.architectures.registry import family, is_family
from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.names import CONFIG_NAME, GGUF
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import StoredTensor, TensorSlice
from loadstone.errors import ArgumentError, Fault, InvalidConfig
from loadstone.planning.quantized_codes import codes_in, refuse
from loadstone.quantization import registry
from loadstone.quantization.packed import PackedTensor, is_in_blocks
from loadstone.quantization.problems import Problems
from loadstone.transfer.json_file import read_json

logger = logging.getLogger("loadstone")

_KEY = "quantization_config"
_HERE = f"config key {_KEY!r}"


class Settings(NamedTuple):
    """What is said of how weights were quantized."""

    values: object
    """``quantization_config``, or what stands for it, with its ``quant_method``."""
    where: str
    """For errors: the key, or the file."""

    @property
    def method(self) -> str | None:
        """The ``quant_method``, known or not."""
        return registry.name_of(self.values)


def settings_of(
    checkpoint: Checkpoint,
    config: Callable[[str], object],
    checked: Callable[[Path], None] | None = None,
    beside: Path | None = None,
) -> Settings | None:
    """The settings of a checkpoint; None for plain weights, and for those of which nothing is said.

    ``config`` gives the value of a key, or None. Other places than ``quantization_config`` count only where something
    is stored that needs them. ``checked`` is called with a file before it is read. ``beside``: the folder that such
    files lie in, where it is not that of the weights. Raises :class:`InvalidConfig` for a
    file that cannot be read.
    """
    values = config(_KEY)
    if values is not None:
        return Settings(values, _HERE) if _concern_weights(values) else None
    if not checkpoint.files or not codes_in(checkpoint):
        return None
    for key, meant in registry.settings_keys().items():
        values = config(key)
        if isinstance(values, Mapping):
            return Settings({**values, **meant}, f"config key {key!r}")
    folder = beside or (checkpoint.index or checkpoint.files[0]).parent
    # The config may be one that the caller made, which says nothing of how these weights are stored.
    for path in (folder / name for name in (CONFIG_NAME, *registry.settings_files())):
        if path.is_file():
            if checked is not None:
                checked(path)
            content = read_json(path, "weights")
            owner = registry.settings_files().get(path.name)
            values = content.get(_KEY) if owner is None else owner.settings_in(content)
            if values is not None and _concern_weights(values):
                return Settings(values, str(path))
    return None


def settings_keys() -> tuple[str, ...]:
    """Keys of ``config.json`` that settings may stand under."""
    return _KEY, *registry.settings_keys()


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


def dequantized(checkpoint: Checkpoint, settings: object, model_type: str = "", where: str = _HERE) -> Checkpoint:
    """The checkpoint as the model has it: each tensor once, those that are packed with their ``packing``.

    ``settings`` and ``where`` they stand, as in :class:`Settings`. ``model_type``: some families have weights as
    (inputs, outputs), which all formats pack as (outputs, inputs). Raises :class:`InvalidConfig` for a method that is
    not known, or settings that make no sense, and :class:`CorruptCheckpoint` where tensors contradict them; each lists
    all.
    """
    method = registry.method_of(settings)
    if not isinstance(settings, Mapping) or method is None:
        raise _unread(settings, where)
    problems = Problems(where)
    tensors = list(method.read(checkpoint, settings, problems))
    problems.raise_if_any()
    inputs_first = family(model_type).inputs_first if is_family(model_type) else ()
    return checkpoint.holding(_turned(tensors, inputs_first) if inputs_first else tensors)


def _turned(tensors: list[StoredTensor], inputs_first: tuple[str, ...]) -> list[StoredTensor]:
    from loadstone.quantization.transposed import turned  # which needs NumPy

    return [turned(tensor) if tensor.packing and tensor.name.endswith(inputs_first) else tensor for tensor in tensors]


def _unread(settings: object, where: str) -> InvalidConfig:
    """The error for settings of a method that is not known, or of none that they name."""
    known, name = ", ".join(map(repr, registry.method_names())), registry.name_of(settings)
    found = f"quant_method {name!r}"
    hint = "Loadstone does not read these weights; load the model's unquantized version."
    likely = registry.method_resembling(settings) if name is None else None
    if likely is not None:
        found = f"none, in settings that look like those of {likely.names[0]!r}"
        hint = f"If that is what they are, add {likely.declaration} to them; dequantize=True then dequantizes them."
    return InvalidConfig([Fault(where, f"a quant_method of {known}", found)], hint=hint)


def _concern_weights(values: object) -> bool:
    method = registry.method_of(values)
    return method is None or not isinstance(values, Mapping) or method.concerns_weights(values)


def library_of(config: PretrainedConfig) -> str | None:
    """The library that runs a config's quantized weights; None for unquantized ones."""
    method = registry.method_of(config.get(_KEY))
    return None if method is None else method.library


def as_loaded(
    checkpoint: Checkpoint,
    config: PretrainedConfig,
    options: Options,
    framework: str,
    checked: Callable[[Path], None] | None = None,
    beside: Path | None = None,
) -> Checkpoint:
    """The checkpoint as a model has it: each tensor once. ``config`` says nothing of quantization any more where
    ``dequantize`` decodes them. ``checked`` is called with a file beside it that is to say how the weights are
    quantized, before that is read; ``beside`` is the folder of such files, where the weights are not on this machine.

    Raises :class:`InvalidConfig` for weights that cannot run as they are stored, :class:`ArgumentError` for what
    packed weights of a GGUF file do not go with, and what :func:`dequantized` raises.
    """
    if checkpoint.format == GGUF:
        return _gguf(checkpoint, options, framework)
    settings = settings_of(checkpoint, config.get, checked, beside)
    if settings is None:
        if options.dequantize:
            say_that_nothing_is(checkpoint)
        return checkpoint
    name = settings.method
    if options.quantization_config is not None and not options.dequantize:
        raise InvalidConfig(
            [Fault(settings.where, "none, since the caller gives one", f"quant_method {name!r}")],
            hint="Leave quantization_config= out to run the weights as they are stored; or add dequantize=True, and "
            "they are dequantized, and quantized again.",
        )
    logical = dequantized(checkpoint, settings.values, config.model_type, settings.where)
    if options.dequantize:
        _forget(config)
        return logical
    method, library = registry.method_named(name), library_of(config)
    assert method is not None and isinstance(settings.values, Mapping)  # else nothing had read it
    if library is None:
        why = method.why_not_packed or "they do only where config.json says so, under 'quantization_config'"
        raise InvalidConfig(
            [Fault(settings.where, "none, or dequantize=True", f"quant_method {name!r}")],
            hint=f"{name!r} weights cannot run as they are stored here: {why}. dequantize=True dequantizes them.",
        )
    if framework != "torch":
        raise InvalidConfig(
            [Fault(settings.where, "none, or dequantize=True", f"quant_method {name!r}")],
            hint=f"{library}'s weights run as they are stored in PyTorch only. dequantize=True dequantizes them.",
        )
    return checkpoint.holding(method.packed(checkpoint, logical.values(), settings.values, settings.where))


def _forget(config: PretrainedConfig) -> None:
    for key in settings_keys():
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
            "dequantize=False keeps weights as the GGUF file has them, and quantization_config= quantizes them: "
            "give one of them."
        )
    return checkpoint.holding(map(_in_blocks, checkpoint.values()))


def _in_blocks(tensor: StoredTensor) -> StoredTensor:
    """A tensor of a GGUF file; matrices, and stacks of them, to stay packed if they are."""
    if tensor.slices:
        return tensor._replace(slices=tuple(TensorSlice(_in_blocks(part), into) for part, into in tensor.slices))
    if is_in_blocks(tensor.packing) and tensor.packing.is_of_matrices:
        return tensor._replace(packing=PackedTensor(tensor.packing, "", ""))
    return tensor
