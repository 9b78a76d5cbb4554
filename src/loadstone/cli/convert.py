"""``loadstone convert``: what was written, and what is worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loadstone.checkpoint.names import GGUF
from loadstone.cli.console import Output
from loadstone.conversion.result import Conversion
from loadstone.core.sizes import format_bytes

_LISTED = 10


def show(conversion: Conversion, output: Output) -> None:
    """One line on the result; on standard error what was lost or left."""
    count = len(conversion.files)
    output.line(
        f"{_written(conversion)}: {conversion.tensors} tensors, {format_bytes(conversion.nbytes)}, "
        f"{conversion.format}, {count} file{'s' if count > 1 else ''}, {conversion.elapsed_s:.1f} s"
        f"{', verified' if conversion.is_verified else ''}"
    )
    if conversion.rounded:
        output.line(f"{len(conversion.rounded)} tensors cast")
    if conversion.quantized:
        output.line(f"{len(conversion.quantized)} weights quantized")
    if conversion.unpacked:
        output.line(f"{len(conversion.unpacked)} packed tensors dequantized")
    if conversion.dropped:
        output.line(f"{len(conversion.dropped)} tensors dropped that no model needs")
    if conversion.fallbacks:
        output.note(f"in F16, since their rows are no whole blocks: {_listed(conversion.fallbacks)}")
    if conversion.overflowed:
        output.note(f"overflow in {_listed(conversion.overflowed)}: values beyond the range of the new dtype")
    for text in conversion.passed_over:
        output.note(text)
    if conversion.left_out:
        output.note(f"not copied: {_listed(conversion.left_out)}")


def _written(conversion: Conversion) -> Path:
    """The one file, or the folder of several."""
    return conversion.files[0] if conversion.format == GGUF else conversion.folder


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
