"""What is stored and where its bytes lie: checkpoint files → a lazy, checked :class:`Checkpoint`.

No framework, no data in memory, nothing that a file says believed before it is checked against the file.
"""

from __future__ import annotations

from loadstone.checkpoint.mapping import Checkpoint
from loadstone.checkpoint.open import open_checkpoint

__all__ = ["Checkpoint", "open_checkpoint"]
