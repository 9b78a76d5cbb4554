"""``loadstone diff``: what two checkpoints differ in."""

from __future__ import annotations

from collections.abc import Sequence

from loadstone.cli.console import Output
from loadstone.conversion.diff import Difference, TensorDifference
from loadstone.errors import ArgumentError

_LISTED = 200


def pair(given: Sequence[str] | None, option: str) -> tuple[str | None, str | None]:
    """What an option says of A and of B, given once for both, or twice; ``""`` stands for none."""
    values = [value or None for value in given or ("",)]
    if len(values) > 2:
        raise ArgumentError(f"{option} was given {len(values)} times: once is for both, twice for A and for B.")
    return values[0], values[-1]


def show(difference: Difference, output: Output) -> None:
    """A table of tensors that differ, and names that only one has; one line if nothing differs."""
    first, second = difference.sources
    if difference.is_empty:
        output.line(f"{difference.compared} tensors, all the same")
        return
    _names(difference.only_in_first, first, output)
    _names(difference.only_in_second, second, output)
    if difference.tensors:
        rows = [_row(tensor) for tensor in difference.tensors[:_LISTED]]
        output.table(["tensor", "differs in", "elements", "max abs", "max rel"], rows, numbers=(2, 3, 4))
        if len(difference.tensors) > _LISTED:
            output.line(f"… and {len(difference.tensors) - _LISTED} more (all of them: --json)")
    names = len(difference.only_in_first) + len(difference.only_in_second)
    output.line(f"{len(difference.tensors)} of {difference.compared} tensors differ, {names} are in one only", "bold")


def _names(names: Sequence[str], source: str, output: Output) -> None:
    for name in names[:_LISTED]:
        output.line(f"only in {source}: {name}")
    if len(names) > _LISTED:
        output.line(f"… and {len(names) - _LISTED} more only there (all of them: --json)")


def _row(tensor: TensorDifference) -> list[str]:
    if not tensor.has_same_shape:
        shapes = " and ".join(str(list(shape)) for shape in tensor.shapes)
        return [tensor.name, f"shape: {shapes}", "", "", ""]
    what = [] if tensor.has_same_kind else [f"dtype: {' and '.join(tensor.kinds)}"]
    if tensor.differing:
        what.append(f"values{f', NaN in {tensor.nan}' if tensor.nan else ''}")
    count = f"{tensor.differing} of {tensor.elements}"
    return [tensor.name, "; ".join(what), count, f"{tensor.max_abs:.3g}", f"{tensor.max_rel:.3g}"]
