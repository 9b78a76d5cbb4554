"""Models as SavedModels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from loadstone.architectures import components
from loadstone.frameworks.tensorflow.arguments import without_router_logits


class Serving:
    """Export and serving signatures."""

    component: components.Component | None

    def serving_signature(self) -> dict[str, tf.TensorSpec]:
        """The inputs that an exported model takes by default, int32 (batch, tokens) or (batch, choices, tokens)."""
        names = ["input_ids", "attention_mask"]
        embeddings = next(components.find(self.component, components.Embeddings), None) if self.component else None
        if embeddings is not None and embeddings.segment is not None:
            names.append("token_type_ids")
        axes = 3 if getattr(self, "task", None) is not None and self.task.per_choice else 2  # type: ignore[attr-defined]
        return {name: tf.TensorSpec((None,) * axes, tf.int32, name=name) for name in names}

    @property
    def serving(self) -> tf.types.experimental.PolymorphicFunction:
        """A ``tf.function`` over the default inputs, for ``tf.saved_model.save(model, path, model.serving)``."""

        @tf.function(input_signature=[self.serving_signature()], autograph=False)
        def serving(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            return dict(self(inputs, training=False, **without_router_logits(self)).items())  # type: ignore[operator]

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
