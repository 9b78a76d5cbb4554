"""What a conversion did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Conversion:
    """What a conversion did."""

    folder: Path
    files: tuple[Path, ...]
    """Weights, their index if there are shards, then the files that were copied along."""
    format: str
    tensors: int
    nbytes: int
    """Of all tensors as they are now."""
    elapsed_s: float
    is_verified: bool
    rounded: tuple[str, ...]
    """Tensors whose dtype changed."""
    unpacked: tuple[str, ...]
    """Tensors that were packed, and are plain now."""
    overflowed: tuple[str, ...]
    """Tensors in which values were beyond what the new dtype reaches: they became infinite, or its largest number."""
    left_out: tuple[str, ...]
    """What lies beside the old weights and was not copied: folders, and files too large to be a tokenizer."""
    quantized: tuple[str, ...] = ()
    """Weights that were quantized."""
    dropped: tuple[str, ...] = ()
    """Tensors that the model has no use for: biases of zeros, which quantizers add to layers that have none; and where
    weights are quantized, all that files of the family carry and no model needs."""
    passed_over: tuple[str, ...] = ()
    """Where the old weights and their index contradict each other, and what else of the kind lies there."""
    fallbacks: tuple[str, ...] = ()
    """Tensors of a GGUF file that are in F16, since their rows are no whole blocks of the type that was asked for."""

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        return {
            "folder": str(self.folder),
            "files": [path.name for path in self.files],
            "format": self.format,
            "tensors": self.tensors,
            "nbytes": self.nbytes,
            "elapsed_s": self.elapsed_s,
            "verified": self.is_verified,
            "rounded": list(self.rounded),
            "unpacked": list(self.unpacked),
            "overflowed": list(self.overflowed),
            "left_out": list(self.left_out),
            "quantized": list(self.quantized),
            "dropped": list(self.dropped),
            "passed_over": list(self.passed_over),
            "fallbacks": list(self.fallbacks),
        }
