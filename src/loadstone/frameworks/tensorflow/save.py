"""Model → folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from loadstone.frameworks.arrays import from_numpy, numpy_dtype
from loadstone.frameworks.outgoing import outgoing, save_model, weight_format
from loadstone.frameworks.tensorflow.framework import ties
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel
from loadstone.saving import OutgoingTensor


def save(
    model: TFPreTrainedModel,
    folder: str | os.PathLike[str],
    state_dict: Mapping[str, Any] | None,
    max_shard_size: int | str,
    safe_serialization: bool,
    variant: str | None,
    format: str | None,
) -> None:
    """Write config and weights, all or nothing; see :func:`loadstone.frameworks.outgoing.save_model`.

    ``format``: ``"safetensors"`` or, as ``safe_serialization=False`` asks for, ``"msgpack"``. Tied slots are stored
    once, experts one by one. Raises :class:`SaveError`, and what was in the folder before is then untouched.
    """
    state = model.named_weights() if state_dict is None else state_dict
    # Where the config says that readers will not tie, each name is written.
    dropped = ties(model) if model.config.tie_word_embeddings else {}
    # NumPy's slices are views, TensorFlow's would be a copy for each expert.
    stacked = tuple(rule.slot for rule in model.family_spec.experts)
    here = {name: _array(each) if stacked and name.endswith(stacked) else each for name, each in state.items()}
    save_model(
        model,
        folder,
        [_outgoing_tensor(name, each) for name, each in outgoing(model.family_spec, here, dropped)],
        dtype=model.dtype,
        prefix="TF",
        max_shard_size=max_shard_size,
        weight_format=weight_format(format, safe_serialization, ("msgpack",)),
        variant=variant,
    )


def _array(tensor: Any) -> np.ndarray[Any, Any]:
    """The numbers of a variable, a tensor or an array; without a copy where they lie on the CPU."""
    return np.asarray(tensor.value.value() if isinstance(tensor, keras.Variable) else tensor)


def _outgoing_tensor(name: str, tensor: Any) -> OutgoingTensor:
    def read() -> Any:
        return np.ascontiguousarray(_array(tensor)).reshape(-1).view(np.uint8)

    dtype = getattr(tensor.dtype, "name", tensor.dtype)
    return OutgoingTensor(name, from_numpy(numpy_dtype(dtype)), tuple(tensor.shape), read)
