"""What pictures show, as a caller says it, for all three frameworks: the errors where it cannot be so.

A dict for each picture, as image processors of Transformers make them: ``class_labels`` (objects,) and ``boxes``
(objects, 4), each the center, width and height as shares of the picture's. What else is in it is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from loadstone.architectures.inputs import agree, may_be
from loadstone.errors import ArgumentError

_KEYS = ("class_labels", "boxes")
_EXPECTED = "expected a list with a dict for each picture: class_labels (objects,) and boxes (objects, 4)."


class Kind(NamedTuple):
    """An array, as far as it is known without its values."""

    dtype: object
    is_whole: bool
    is_floating: bool
    shape: Sequence[int | None]


def pictures(labels: object) -> list[tuple[Any, Any]]:
    """Classes and boxes of each picture; :class:`ArgumentError` for labels that are no dicts, or lack one."""
    if not isinstance(labels, Sequence) or not labels:
        found = labels if isinstance(labels, list) else f"a {type(labels).__name__}"
        raise ArgumentError(f"labels is {found}, {_EXPECTED}")
    for index, picture in enumerate(labels):
        if not isinstance(picture, Mapping):
            raise ArgumentError(f"labels[{index}] is a {type(picture).__name__}, {_EXPECTED}")
        if missing := [key for key in _KEYS if key not in picture]:
            raise ArgumentError(
                f"labels[{index}] has no {missing[0]}, only {', '.join(map(str, picture))}; {_EXPECTED}"
            )
    return [(picture["class_labels"], picture["boxes"]) for picture in labels]


def check_picture(index: int, classes: Kind, boxes: Kind) -> None:
    """:class:`ArgumentError` for classes and boxes of a picture whose dtypes or shapes are others."""
    name = f"labels[{index}]"
    if not classes.is_whole or len(classes.shape) != 1:
        raise ArgumentError(
            f"{name}['class_labels'] is {classes.dtype} of shape {tuple(classes.shape)}, expected integers of shape "
            "(objects,): the class of each."
        )
    if not boxes.is_floating or len(boxes.shape) != 2 or not may_be(boxes.shape[1], 4):
        raise ArgumentError(
            f"{name}['boxes'] is {boxes.dtype} of shape {tuple(boxes.shape)}, expected floating-point numbers of shape "
            "(objects, 4): center, width and height of each. For a picture without objects: (0, 4)."
        )
    if not agree(classes.shape, boxes.shape[:1]):
        raise ArgumentError(
            f"{name} has {classes.shape[0]} class_labels and {boxes.shape[0]} boxes, expected one box for each."
        )


def check_values(index: int, classes: np.ndarray, boxes: np.ndarray, count: int) -> None:
    """:class:`ArgumentError` for a class that is none of ``count``, and for a box that is none."""
    wrong = classes[(classes < 0) | (classes >= count)]
    if wrong.size:
        raise ArgumentError(
            f"labels[{index}]['class_labels'] has {int(wrong[0])}, expected 0 to {count - 1}: there are as many "
            "classes as config.num_labels says."
        )
    with np.errstate(invalid="ignore"):
        fit = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] >= 0).all(axis=1)
    if not fit.all():
        raise ArgumentError(
            f"labels[{index}]['boxes'] has {boxes[~fit][0].tolist()}, expected center x, center y, width and height, "
            "as shares of the picture's: finite, and no size below 0."
        )
