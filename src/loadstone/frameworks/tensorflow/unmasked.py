"""Inputs without an attention mask; see :mod:`loadstone.frameworks.unmasked`."""

from __future__ import annotations

import tensorflow as tf

from loadstone.frameworks.tensorflow.structure import TFStructure
from loadstone.frameworks.unmasked import LOOKED, warn_unmasked


def look(model: TFStructure, input_ids: tf.Tensor | None, position_ids: tf.Tensor | None, cached: bool) -> None:
    """Say what eager inputs look as if they needed a mask; on an accelerator only look at a model's first."""
    given, issued = input_ids if position_ids is None else position_ids, warnings_issued(model)
    if given is None:
        return
    if "CPU" not in given.device:
        if issued.get(LOOKED):
            return
        issued[LOOKED] = True
    warn_unmasked(model, issued, given.numpy(), position_ids is not None, cached)


def warnings_issued(model: object) -> dict[str, bool]:
    """Where a model notes what it has said; past Keras, which would save it with the model."""
    issued: dict[str, bool] = model.__dict__.setdefault("_warnings_issued", {})
    return issued
