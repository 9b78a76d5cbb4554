"""How far found objects are from those that a picture shows, which the loss of an object detector says.

Each object is matched with one of those found, so that together they cost least (the Hungarian method); what is found
and matched with nothing should say that it is nothing: arXiv:2005.12872, section 3.1. Boxes are compared by their
distance and by how far they overlap: generalized IoU, arXiv:1902.09630.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.architectures.components.run import Array, ArrayFunctions
from loadstone.architectures.inputs import may_be
from loadstone.architectures.task import IGNORED
from loadstone.core.records import record
from loadstone.errors import ArgumentError, FrameworkNotInstalled

if TYPE_CHECKING:
    import numpy as np


class Objects(NamedTuple):
    """What pictures show, in as many columns as the picture with most objects has, or more."""

    classes: Array
    """(batch, objects): -100 where there is none."""
    boxes: Array
    """(batch, objects, 4): center, width and height, as shares of the picture's; ones where there is none, which has an
    area, so that gradients of what is left out are finite."""


@record
class Weights:
    """How much what counts."""

    class_cost: float
    box_cost: float
    overlap_cost: float
    box_loss: float
    overlap_loss: float
    nothing: float
    """Of the cross entropy where nothing is to be found."""
    is_auxiliary: bool
    """Whether the layers in between are to find objects too."""


def losses(xp: ArrayFunctions, logits: Array, boxes: Array, objects: Objects, weights: Weights) -> dict[str, Any]:
    """``loss`` (), and ``loss_dict``, what it is made of: ``loss_ce``, ``loss_bbox``, ``loss_giou``; and how far the
    number of objects is off, ``cardinality_error``, which is no part of it.

    ``logits`` (batch, found, classes + 1), of which the last is for no object; ``boxes`` (batch, found, 4).
    Raises :class:`ArgumentError` for objects of another number of pictures, and for weights that say nothing.
    """
    _check(xp.shape(logits)[0], xp.shape(objects.classes)[0], weights)
    logits, boxes = xp.astype(logits, xp.float32), xp.astype(boxes, xp.float32)
    there, (found, outputs) = objects.classes != IGNORED, xp.shape(logits)[1:]
    # Of each object which of those found it is matched with; -1 for none.
    costs = xp.stop_gradient(_costs(xp, logits, boxes, objects, weights))
    _scipy()  # here, where what it raises reaches the caller
    chosen = xp.on_host(matched, objects.classes, costs, there)
    is_chosen, place = chosen >= 0, xp.clip(chosen, min=0)
    own = xp.arange(found, like=chosen)[None, :, None] == chosen[:, None, :]
    is_object = xp.any(own, axis=2, keepdims=False)
    label = xp.sum(xp.where(own, objects.classes[:, None, :], 0), axis=2, keepdims=False)
    label = xp.reshape(xp.where(is_object, label, outputs - 1), (-1, 1))
    odds = xp.at_places(xp.reshape(xp.log_softmax(logits), (-1, outputs)), label)
    counted = xp.reshape(xp.where(is_object, 1.0, weights.nothing), (-1, 1))
    near = xp.at_places(boxes, place)
    number = xp.clip(_total(xp, xp.astype(there, xp.float32)), min=1)
    distance = xp.sum(xp.abs(near - objects.boxes), axis=2, keepdims=False)
    apart = 1 - overlap(xp, near, objects.boxes)
    sure = xp.astype(xp.argmax(logits, axis=-1) != outputs - 1, xp.float32)
    off = xp.sum(sure, axis=1, keepdims=False) - xp.sum(xp.astype(there, xp.float32), axis=1, keepdims=False)
    parts = {
        "loss_ce": -_total(xp, odds * counted) / _total(xp, counted),
        "loss_bbox": _total(xp, xp.where(is_chosen, distance, xp.zeros_like(distance))) / number,
        "loss_giou": _total(xp, xp.where(is_chosen, apart, xp.zeros_like(apart))) / number,
        "cardinality_error": xp.mean(xp.abs(off), axis=0),
    }
    total = parts["loss_ce"] + weights.box_loss * parts["loss_bbox"] + weights.overlap_loss * parts["loss_giou"]
    return {"loss": total, "loss_dict": parts}


def overlap(xp: ArrayFunctions, one: Array, other: Array) -> Array:
    """Generalized IoU of boxes (…, 4), as far as they broadcast: 1 for the same, towards -1 the farther apart."""
    sizes, inner, outer = [], [], []
    (x, y, width, height), (other_x, other_y, other_width, other_height) = xp.unstack(one, 4), xp.unstack(other, 4)
    for center, size, its_center, its_size in (
        (x, width, other_x, other_width),
        (y, height, other_y, other_height),
    ):
        start, its_start = center - 0.5 * size, its_center - 0.5 * its_size
        end, its_end = center + 0.5 * size, its_center + 0.5 * its_size
        sizes.append((end - start, its_end - its_start))
        first, last = xp.where(start > its_start, start, its_start), xp.where(end < its_end, end, its_end)
        inner.append(xp.clip(last - first, min=0))
        outer.append(xp.where(end > its_end, end, its_end) - xp.where(start < its_start, start, its_start))
    common, around = inner[0] * inner[1], outer[0] * outer[1]
    union = sizes[0][0] * sizes[1][0] + sizes[0][1] * sizes[1][1] - common
    return common / union - (around - union) / around


def matched(costs: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Of each object (batch, objects) which of those found it is matched with, -1 for none.

    ``costs`` (batch, objects, found); where one is no number, that pair comes last. ``there`` (batch, objects).
    """
    import numpy as np

    worst = float(np.finfo(np.float32).max)
    costs = np.nan_to_num(costs, nan=worst, posinf=worst, neginf=worst)
    places = np.full(there.shape, -1, np.int64)
    for row, (cost, real) in enumerate(zip(costs, there, strict=True)):
        (columns,) = np.nonzero(real)
        found, objects = _scipy().linear_sum_assignment(cost[columns].T)
        places[row, columns[objects]] = found
    return places


def _costs(xp: ArrayFunctions, logits: Array, boxes: Array, objects: Objects, weights: Weights) -> Array:
    """What it costs to take an object for one of those found, (batch, objects, found)."""
    odds = xp.at_places(xp.permute_dims(xp.softmax(logits), (0, 2, 1)), xp.clip(objects.classes, min=0))
    each, its = objects.boxes[:, :, None, :], boxes[:, None, :, :]
    distance = xp.sum(xp.abs(each - its), axis=3, keepdims=False)
    return weights.box_cost * distance - weights.class_cost * odds - weights.overlap_cost * overlap(xp, its, each)


def _total(xp: ArrayFunctions, x: Array) -> Array:
    return xp.sum(xp.reshape(x, (-1,)), axis=0, keepdims=False)


def _check(pictures: int | Array, labeled: int | Array, weights: Weights) -> None:
    known = isinstance(pictures, int) and isinstance(labeled, int)
    if known and not may_be(pictures, labeled):
        raise ArgumentError(f"labels has {labeled} dicts, expected {pictures}: one for each picture.")
    if weights.class_cost == weights.box_cost == weights.overlap_cost == 0:
        raise ArgumentError(
            "config.class_cost, config.bbox_cost and config.giou_cost are all 0, so that any object could be matched "
            "with any that is found. Give one of them another value."
        )
    if weights.is_auxiliary:
        raise ArgumentError(
            "config.auxiliary_loss is True: YOLOS has no loss of the layers in between, here or in Transformers, where "
            "a pass with it fails. Set it to False."
        )


def _scipy() -> Any:
    """The module that solves the matching; :class:`FrameworkNotInstalled` says how to get it."""
    try:
        from scipy import optimize  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise FrameworkNotInstalled(
            "Objects are matched with those found by scipy, which is not installed. Install it with: "
            "pip install 'loadstone[detection]'"
        ) from error
    return optimize
