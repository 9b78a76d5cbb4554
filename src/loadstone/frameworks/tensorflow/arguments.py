"""The arguments of a forward pass: ids, a dict of inputs, or keywords, as tensors."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from loadstone.architectures.inputs import INPUTS
from loadstone.errors import ArgumentError
from loadstone.frameworks import forward_keywords
from loadstone.frameworks.tensorflow.structure import TFStructure

_RANKS = {"input_ids": 2, "inputs_embeds": 3, "token_type_ids": 2, "decoder_input_ids": 2, "decoder_inputs_embeds": 3}
_WHOLE = ("input_ids", "position_ids", "token_type_ids", "decoder_input_ids", "decoder_position_ids")


def bad_argument(message: str) -> ArgumentError:
    """An error that Keras lets through as it is; others it wraps into a message of its own."""
    error = ArgumentError(message)
    error._keras_call_info_injected = True  # type: ignore[attr-defined]
    return error


@contextmanager
def past_keras() -> Iterator[None]:
    """An :class:`ArgumentError` raised within is let through by Keras as it is."""
    try:
        yield
    except ArgumentError as error:
        error._keras_call_info_injected = True  # type: ignore[attr-defined]
        raise


def gather(
    names: Collection[str],
    args: tuple[object, ...],
    given: Mapping[str, object],
    *,
    more_axes: int = 0,
    of_objects: bool = False,
) -> dict[str, object]:
    """The arguments of a call by name, arrays as tensors. The first may be a dict of several. ``more_axes``: 1
    where each row has several sequences to choose from; ``of_objects``: labels are dicts, and left as they are.

    Raises :class:`UnknownArgument` for a name that nothing takes, if it would change something, and
    :class:`ArgumentError` for one that comes twice, and for ids that are no integers or have another shape than
    (batch, tokens).
    """
    arguments: dict[str, object] = {}
    unknown: dict[str, object] = {}
    sources: list[Mapping[str, object]] = [given]
    if args and isinstance(args[0], Mapping):
        sources.insert(0, args[0])
        args = args[1:]
        if args:
            raise bad_argument("After a dict of inputs, give what follows by keyword.")
    if len(args) > len(names):
        raise bad_argument(f"Expected at most {len(names)} arguments, found {len(args)}.")
    sources.insert(0, dict(zip(names, args, strict=False)))
    for source in sources:
        for name, value in source.items():
            if name not in names:
                unknown[str(name)] = value
                continue
            if name in arguments and value is not None and arguments[name] is not None:
                raise bad_argument(f"{name} is given twice.")
            arguments[name] = value if value is not None else arguments.get(name)
    if unknown:
        with past_keras():
            forward_keywords.check_unknown(unknown, names, arguments.get("position_ids") is not None)
    labels = {"labels": arguments.pop("labels", None)} if of_objects else {}
    return {name: _checked(name, _tensor(value), more_axes) for name, value in arguments.items()} | labels


def router_logits_wanted(model: TFStructure, wanted: bool | None) -> bool:
    """Whether a bare model collects its routers' logits; :class:`UnknownArgument` for those of no experts."""
    with past_keras():
        return forward_keywords.router_logits_wanted(wanted, model.config, model.component)


def without_router_logits(model: Any) -> dict[str, bool]:
    """What a call is given where only the main output counts, though the config asks for the routers' logits too."""
    wanted = (
        model.config.get_text_config().get("output_router_logits")
        and "output_router_logits" in model.call_signature_parameters
    )
    return {"output_router_logits": False} if wanted else {}


def _tensor(value: object) -> object:
    numbers = isinstance(value, list) and value and isinstance(value[0], int | float | list)
    return tf.convert_to_tensor(value) if numbers or isinstance(value, np.ndarray) else value


def _checked(name: str, value: object, more_axes: int) -> object:
    if name == "encoder_outputs" and type(value) in (tuple, list):
        return tuple(_tensor(each) for each in value)  # type: ignore[attr-defined]
    if value is None or not (name == "labels" or (name in INPUTS and INPUTS[name].is_array)):
        return value
    if not hasattr(value, "shape") or not hasattr(value, "dtype"):
        raise bad_argument(f"{name} is a {type(value).__name__}, expected a tensor. For several inputs: a dict.")
    if name in _RANKS and len(value.shape) != _RANKS[name] + more_axes:
        shape = f"(batch, {'choices, ' * more_axes}tokens{', width' if _RANKS[name] == 3 else ''})"
        raise bad_argument(f"{name} has shape {tuple(value.shape)}, expected {shape}.")
    if name in _WHOLE and getattr(value.dtype, "name", value.dtype) not in ("int32", "int64"):
        raise bad_argument(
            f"{name} has dtype {value.dtype}, expected integers, int32 or int64; for a keras.Input: dtype='int32'."
        )
    return value
