"""One file of a load, and when it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from loadstone.transfer.read_log import Span


class FileReads(NamedTuple):
    """A weight file."""

    path: str
    nbytes: int
    """How far the tensors in it reach, its header included."""
    spans: tuple[Span, ...]
    """When it was read, in seconds since the load began, in the order in which they began."""

    @property
    def read_bytes(self) -> int:
        """What was read of it during the load."""
        return sum(span.nbytes for span in self.spans)

    @property
    def reading_s(self) -> float:
        """Seconds in which one thread read it at least."""
        total = reached = 0.0
        for span in self.spans:
            total += max(span.stop_s - max(span.start_s, reached), 0.0)
            reached = max(reached, span.stop_s)
        return total

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        time_s = self.reading_s
        return {
            "path": self.path,
            "nbytes": self.nbytes,
            "read_bytes": self.read_bytes,
            "reading_s": time_s,
            "bytes_per_s": self.read_bytes / time_s if time_s else None,
            "spans": [span._asdict() for span in self.spans],
        }
