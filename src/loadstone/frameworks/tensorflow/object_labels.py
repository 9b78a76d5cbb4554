"""What pictures show, as tensors of one shape."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures.objects import Objects
from loadstone.architectures.tasks import IGNORED
from loadstone.errors import ArgumentError
from loadstone.frameworks.object_labels import Kind, check_picture, check_values, pictures


def padded(labels: object, count: int) -> Objects:
    """Labels of pictures of so many classes; :class:`ArgumentError` for those that are none."""
    given = [(_tensor(index, label), _tensor(index, box)) for index, (label, box) in enumerate(pictures(labels))]
    for index, (label, box) in enumerate(given):
        check_picture(index, _kind(label), _kind(box))
        if tf.executing_eagerly():
            check_values(index, label.numpy(), tf.cast(box, tf.float32).numpy(), count)
    lengths = tf.stack([tf.shape(label)[0] for label, _ in given])
    classes = tf.concat([tf.cast(label, tf.int32) for label, _ in given], axis=0)
    boxes = tf.concat([tf.reshape(tf.cast(box, tf.float32), (-1, 4)) for _, box in given], axis=0)
    rows = [tf.RaggedTensor.from_row_lengths(values, lengths) for values in (classes, boxes)]
    return Objects(rows[0].to_tensor(IGNORED), rows[1].to_tensor(1.0))


def _tensor(index: int, value: object) -> tf.Tensor:
    try:
        return tf.convert_to_tensor(value)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"labels[{index}] holds a {type(value).__name__}, expected tensors: {error}") from error


def _kind(tensor: tf.Tensor) -> Kind:
    shape = tuple(tensor.shape) if tensor.shape.rank is not None else ()
    return Kind(tensor.dtype.name, tensor.dtype.is_integer, tensor.dtype.is_floating, shape)
