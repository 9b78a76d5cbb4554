"""``loadstone convert``: what was written, and what is worth a look."""

from __future__ import annotations

from collections.abc import Sequence

from loadstone.cli.console import Output
from loadstone.conversion.result import Conversion
from loadstone.core.sizes import format_bytes

_LISTED = 10


def show(conversion: Conversion, output: Output) -> None:
    """One line on the result; on standard error what was lost or left."""
    output.line(
        f"{conversion.folder}: {conversion.tensors} tensors, {format_bytes(conversion.nbytes)}, {conversion.format}, "
        f"{len(conversion.files)} files, {conversion.elapsed_s:.1f} s{', verified' if conversion.is_verified else ''}"
    )
    if conversion.rounded:
        output.line(f"{len(conversion.rounded)} tensors cast")
    if conversion.quantized:
        output.line(f"{len(conversion.quantized)} weights quantized")
    if conversion.unpacked:
        output.line(f"{len(conversion.unpacked)} packed tensors dequantized")
    if conversion.dropped:
        output.line(f"{len(conversion.dropped)} tensors dropped that no model needs")
    if conversion.overflowed:
        output.note(f"overflow in {_listed(conversion.overflowed)}: values beyond the range of the new dtype")
    for text in conversion.passed_over:
        output.note(text)
    if conversion.left_out:
        output.note(f"not copied: {_listed(conversion.left_out)}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
