"""``model.fit``: with the model's own loss where labels are among the inputs, or with one of Keras's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import keras
import tensorflow as tf

from loadstone.errors import ArgumentError
from loadstone.frameworks.tensorflow.arguments import without_router_logits

_MAIN = ("logits", "start_logits", "end_logits", "last_hidden_state")
_TARGETS = ("labels", "start_positions", "end_positions")


class Training:
    """How Keras's loops call the model."""

    loss: object
    main_input_name: ClassVar[str]

    def train_step(self, data: object) -> dict[str, tf.Tensor]:
        """One step of ``fit``."""
        return super().train_step(self._with_labels(data))  # type: ignore[misc]

    def test_step(self, data: object) -> dict[str, tf.Tensor]:
        """One step of ``evaluate``."""
        return super().test_step(self._with_labels(data))  # type: ignore[misc]

    def predict_step(self, data: object) -> dict[str, tf.Tensor]:
        """One step of ``predict``: labels, which only a loss would need, are left out."""
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        extra = without_router_logits(self)
        if isinstance(x, Mapping):
            x = {name: value for name, value in x.items() if name not in _TARGETS} | extra
        elif extra:
            x = {self.main_input_name: x, **extra}
        return super().predict_step(keras.utils.pack_x_y_sample_weight(x, y, weight))  # type: ignore[misc]

    def _with_labels(self, data: object) -> object:
        """Where the model has to find its own loss, ``y`` goes among the inputs; metrics find labels in ``y``."""
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        if self.loss is None:
            if weight is not None:
                raise ArgumentError("The model's own loss takes no sample_weight. Compile with a loss of Keras's.")
            x = dict(x) if isinstance(x, Mapping) else {self.main_input_name: x}
            if y is None:
                y = x.get("labels")
            else:
                x |= y if isinstance(y, Mapping) else {"labels": y}
        return keras.utils.pack_x_y_sample_weight(x, y, weight)

    def compute_loss(
        self,
        x: object = None,
        y: object = None,
        y_pred: object = None,
        sample_weight: object = None,
        training: bool = True,
    ) -> tf.Tensor:
        """The loss given to ``compile``, of the logits and ``y``; without one the model's own."""
        if self.loss is not None:
            return super().compute_loss(x, y, main_output(y_pred), sample_weight, training)  # type: ignore[misc]
        own = y_pred.get("loss") if isinstance(y_pred, Mapping) else None
        if own is None:
            raise ArgumentError(
                f"{type(self).__name__} has no loss here. Give labels, as y or among the inputs, to a model with a "
                "head; or compile it with a loss: model.compile(optimizer, loss=…)."
            )
        extra = [tf.reduce_sum(tf.cast(loss, own.dtype)) for loss in self.losses]  # type: ignore[attr-defined]
        return tf.add_n([own, *extra])

    def compute_metrics(
        self, x: object, y: object, y_pred: object, sample_weight: object = None
    ) -> dict[str, tf.Tensor]:
        """Metrics see the logits."""
        return super().compute_metrics(x, y, main_output(y_pred), sample_weight)  # type: ignore[misc]


def main_output(output: object) -> object:
    """What losses and metrics look at: the logits, a dict of them where there are several, or the hidden states."""
    if not isinstance(output, Mapping):
        return output
    outputs = {name: output[name] for name in _MAIN if name in output}
    return next(iter(outputs.values())) if len(outputs) == 1 else outputs
