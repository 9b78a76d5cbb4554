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
from loadstone.checkpoint.names import CONFIG_NAME, QUANTIZATION_FILES
from loadstone.core.tensors import StoredTensor
from loadstone.errors import Fault, InvalidConfig
from loadstone.planning.quantized_codes import codes_in, refuse
from loadstone.quantization.methods import method_of
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
