"""``loadstone convert``: what was written, and what is worth a look."""

from __future__ import annotations

from collections.abc import Sequence

from loadstone.cli.console import Output
from loadstone.conversion.convert import Conversion
from loadstone.core.sizes import format_bytes

_LISTED = 10


def show(made: Conversion, output: Output) -> None:
    """One line on the result; on standard error what was lost or left."""
    output.line(
        f"{made.folder}: {made.tensors} tensors, {format_bytes(made.nbytes)}, {made.format}, {len(made.files)} files, "
        f"{made.elapsed_s:.1f} s{', verified' if made.is_verified else ''}"
    )
    if made.rounded:
        output.line(f"{len(made.rounded)} tensors have another dtype now")
    if made.quantized:
        output.line(f"{len(made.quantized)} weights are in fewer bits now")
    if made.unpacked:
        output.line(f"{len(made.unpacked)} tensors were packed, and are plain now")
    if made.dropped:
        output.line(f"{len(made.dropped)} tensors, which no model needs, are not there any more")
    if made.overflowed:
        output.note(f"numbers are lost in {_listed(made.overflowed)}: the new dtype does not reach so far")
    for text in made.passed_over:
        output.note(text)
    if made.left_out:
        output.note(f"not copied: {_listed(made.left_out)}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
