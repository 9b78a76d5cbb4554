"""Padding of ids that were tokenized before, as a data collator asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadstone.errors import ArgumentError
from loadstone.text.lengths import Padding
from loadstone.text.tensors import as_lists

_FILLED = ("attention_mask", "token_type_ids", "special_tokens_mask")


def gathered(encoded: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A list of examples as one mapping of lists; arrays as lists."""
    if not isinstance(encoded, Mapping):
        if not encoded or not all(isinstance(example, Mapping) for example in encoded):
            raise ArgumentError("pad takes a mapping with input_ids, or a list of such mappings.")
        names = encoded[0].keys()
        lacking = [name for name in names if any(name not in example for example in encoded)]
        if lacking:
            raise ArgumentError(f"pad: not all examples have {', '.join(lacking)}.")
        encoded = {name: [example[name] for example in encoded] for name in names}
    return {name: as_lists(value) for name, value in encoded.items()}


def pad_rows(columns: dict[str, Any], main: str, padding: Padding | None, with_mask: bool) -> dict[str, list[Any]]:
    """Every row of ``main``, and what goes with it, padded to one length; ``padding`` None adds the mask alone.

    (batch, tokens) lists by name. Lists of other names (labels, lengths) stay as they are.
    :class:`ArgumentError` for columns of different batch sizes.
    """
    rows = columns[main]
    sizes = {name: len(column) for name, column in columns.items() if isinstance(column, list)}
    if len(set(sizes.values())) > 1:
        raise ArgumentError(f"pad: expected one batch size, found {sizes}.")
    result = dict(columns)
    if with_mask and "attention_mask" not in result:
        result["attention_mask"] = [[1] * len(row) for row in rows]
    if padding is None:
        return result
    length = max(map(len, rows)) if padding.length is None else padding.length
    if padding.pad_to_multiple_of:
        length += -length % padding.pad_to_multiple_of
    fillers = {main: padding.pad_id, **dict(zip(_FILLED, (0, padding.pad_type_id, 1), strict=True))}
    if not with_mask:
        del fillers["attention_mask"]
    for name, filler in fillers.items():
        if name in result:
            result[name] = [_filled(row, length, filler, padding.direction) for row in result[name]]
    return result


def _filled(row: list[int], length: int, filler: int, side: str) -> list[int]:
    rest = [filler] * (length - len(row))
    return [*rest, *row] if side == "left" else [*row, *rest]
