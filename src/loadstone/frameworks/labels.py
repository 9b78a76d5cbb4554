"""Labels that do not fit what they are compared with: the errors of all three frameworks."""

from __future__ import annotations

from collections.abc import Sequence

from loadstone.architectures.inputs import agree
from loadstone.errors import ArgumentError

REGRESSION = "regression"
SINGLE_LABEL = "single_label_classification"
MULTI_LABEL = "multi_label_classification"
_PROBLEMS = (REGRESSION, SINGLE_LABEL, MULTI_LABEL)
OF_TEXTS = (
    "That is the class of each sequence. For several labels per sequence: "
    "problem_type='multi_label_classification', and a value for each class."
)
"""What to say of labels that are to be the classes of texts."""
SPEAKER_SCALE, SPEAKER_MARGIN = 30.0, 0.4
"""By how much cosines to speakers are multiplied before a softmax, and by how much that of the right one must be
larger (s and m of arXiv:1801.05599)."""


def problem_of(problem: str | None, classes: int, is_fractional: bool) -> str:
    """A config's ``problem_type``; without one, what the number of classes and the dtype of labels suggest."""
    if problem is None:
        if classes == 1:
            return REGRESSION
        return MULTI_LABEL if is_fractional else SINGLE_LABEL
    if problem not in _PROBLEMS:
        raise ArgumentError(f"config.problem_type is {problem!r}, expected one of {', '.join(_PROBLEMS)}.")
    return problem


def check_classes(
    name: str,
    dtype: object,
    is_whole: bool,
    shape: Sequence[int | None],
    expected: Sequence[int | None],
    hint: str = "",
) -> None:
    """:class:`ArgumentError` for labels that are no classes, or not as many as are ``expected``, in that shape or flat.

    A size that is not known yet is None.
    """
    if not is_whole:
        raise ArgumentError(f"{name} is {dtype}, expected integers. {hint}".strip())
    if not agree(shape, expected) and not (len(shape) == 1 and agree(shape, [_product(expected)])):
        raise ArgumentError(f"{name} has shape {_shown(shape)}, expected {_shown(expected)}. {hint}".strip())


def check_pixel_labels(
    dtype: object, is_whole: bool, shape: Sequence[int | None], logits: Sequence[int | None]
) -> None:
    """:class:`ArgumentError` for labels that are no class for each pixel, (batch, height, width); ``logits``: the shape
    of these. A size that is not known yet is None."""
    if not is_whole:
        raise ArgumentError(f"labels is {dtype}, expected integers: the class of each pixel.")
    if len(shape) != 3 or not agree(shape[:1], logits[:1]) or 0 in shape:
        raise ArgumentError(f"labels has shape {_shown(shape)}, expected ({_shown(logits[:1])[1:-2]}, height, width).")


def check_numbers(problem: str, shape: Sequence[int | None], expected: Sequence[int | None]) -> None:
    """:class:`ArgumentError` for labels that are not one for each logit; a size that is not known yet is None."""
    flat = problem == REGRESSION and len(shape) < 2 and agree([_product(shape)], [_product(expected)])
    if not flat and not agree(shape, expected):
        hint = "For the class of each sequence instead: problem_type='single_label_classification', and integers."
        raise ArgumentError(
            f"labels has shape {_shown(shape)}, expected {_shown(expected)}: a value for each of the outputs "
            f"({problem}). {hint if problem == MULTI_LABEL else ''}".strip()
        )


def check_texts_of_labels(
    dtype: object, is_whole: bool, shape: Sequence[int | None], logits: Sequence[int | None]
) -> None:
    """:class:`ArgumentError` for labels that are no texts (batch, tokens), one for each row of ``logits``."""
    if not is_whole:
        raise ArgumentError(f"labels is {dtype}, expected integers: the tokens of what is said.")
    if len(shape) != 2 or not agree(shape[:1], logits[:1]):
        raise ArgumentError(f"labels has shape {_shown(shape)}, expected {(logits[0], 'tokens')}: what each row says.")


def check_one_each(shape: Sequence[int | None], expected: Sequence[int | None]) -> None:
    """:class:`ArgumentError` for labels that are not one for each frame and class."""
    if not agree(shape, expected):
        raise ArgumentError(
            f"labels has shape {_shown(shape)}, expected {_shown(expected)}: for each frame 1 at its class and else 0."
        )


def check_pairs(texts: int | None, pictures: int | None) -> None:
    """:class:`ArgumentError` where texts and pictures are no pairs; a number that is not known yet is None."""
    if texts is not None and pictures is not None and texts != pictures:
        raise ArgumentError(f"return_loss takes pairs: there are {texts} texts and {pictures} pictures.")


def label_beyond(name: str, lowest: int, highest: int, classes: int) -> ArgumentError | None:
    """The error for labels of which some are no class; None where ``lowest`` and ``highest`` both are one."""
    if 0 <= lowest <= highest < classes:
        return None
    value = highest if highest >= classes else lowest
    return ArgumentError(
        f"{name} has {value}, expected 0 to {classes - 1}, or -100 for what the loss ignores. There are as many "
        "classes as config.num_labels says; for a language model, as the vocabulary has tokens."
    )


def _product(shape: Sequence[int | None]) -> int | None:
    product = 1
    for size in shape:
        if size is None:
            return None
        product *= size
    return product


def _shown(shape: Sequence[int | None]) -> str:
    return str(tuple(shape))
