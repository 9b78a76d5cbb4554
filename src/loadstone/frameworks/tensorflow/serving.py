"""Models as SavedModels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.inputs import INPUTS
from loadstone.frameworks.tensorflow.arguments import without_router_logits

_TEXT = ("input_ids", "attention_mask")


def _dtype(name: str) -> tf.DType:
    return tf.float32 if INPUTS[name].kind == "values" else tf.int32


class Serving:
    """Export and serving signatures."""

    component: components.Component | None

    def serving_signature(self) -> dict[str, tf.TensorSpec]:
        """The inputs that an exported model takes by default: texts are int32 (batch, tokens) or (batch, choices,
        tokens), pictures float32."""
        stems = components.inputs_of(self.component) if self.component else {}
        sizes = {name: [axis.size for axis in axes] for name, axes in stems.items()} or dict.fromkeys(_TEXT, [None] * 2)
        task = getattr(self, "task", None)
        if task is not None and task.per_choice:
            sizes = {name: [None, *shape] for name, shape in sizes.items()}
        if task is not None and task.writes == "input_ids":  # a decoder that reads the same text
            sizes = {name: shape for name, shape in sizes.items() if not name.startswith("decoder_")}
        return {name: tf.TensorSpec(shape, _dtype(name), name=name) for name, shape in sizes.items()}

    @property
    def serving(self) -> tf.types.experimental.PolymorphicFunction:
        """A ``tf.function`` over the default inputs, for ``tf.saved_model.save(model, path, model.serving)``."""

        @tf.function(input_signature=[self.serving_signature()], autograph=False)
        def serving(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            out = self(inputs, training=False, **without_router_logits(self))  # type: ignore[operator]
            # A signature gives tensors, no tuples of them: a classifier that reads all hidden states shows these too.
            return {name: value for name, value in out.items() if not isinstance(value, tuple)}

        return serving

    @property
    def _default_save_signature(self) -> tf.types.experimental.PolymorphicFunction:
        # What tf.saved_model.save asks a Keras model for; Keras's own wants a model that was called.
        return self.serving

    def export(
        self, filepath: str | os.PathLike[str], format: str = "tf_saved_model", *args: Any, **kwargs: Any
    ) -> None:
        """``keras.Model.export``; without an ``input_signature`` it serves :meth:`serving_signature`'s inputs."""
        if kwargs.get("input_signature") is None and len(args) < 2:
            kwargs["input_signature"] = [self.serving_signature()]
        with _main_output_only(self):
            super().export(filepath, format, *args, **kwargs)  # type: ignore[misc]


@contextmanager
def _main_output_only(model: Any) -> Iterator[None]:
    """Leave the routers' logits out of a graph that Keras traces: it has no way to pass arguments on."""
    if not without_router_logits(model):
        yield
        return
    config = model.config.get_text_config()
    config.output_router_logits = False
    try:
        yield
    finally:
        config.output_router_logits = True
