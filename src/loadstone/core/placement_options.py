"""What the caller of a load says of dtypes, devices and quantization, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, field
from pathlib import Path
from typing import Any, TypeAlias

from loadstone.core.records import record
from loadstone.core.tensors import DType

MaxMemory: TypeAlias = Mapping[Any, int | str]
"""Device → bytes, or text such as ``"10GiB"``. A mapping's keys are invariant: no narrower type has room for both
``{0: …}`` and ``{"cpu": …}``."""


@record
class PlacementOptions:
    """What a layout depends on beside the model and its checkpoint. The words are those of ``from_pretrained``."""

    _: KW_ONLY
    dtype: DType | None
    """For floating-point slots of which nothing else is said; None: as stored."""
    dtype_by_module: Mapping[str, DType] = field(default_factory=dict)
    dtype_by_slot: Mapping[str, DType] = field(default_factory=dict)
    """Slots whose dtype is settled, whatever the others say."""
    device_map: object = None
    max_memory: MaxMemory | None = None
    batch_and_length: tuple[int, int] | None = None
    """Batch size and sequence length (tokens) that memory is reserved for."""
    offload_folder: Path | None = None
    quantization_config: object = None
    """What plain weights are quantized by while they are loaded."""
    stored_quantization: object = None
    """``quantization_config`` of the checkpoint's config: what weights that stay packed are stored by."""
    has_files: bool = True
    """False for tensors that the caller has in memory, which cannot be read from the disk later."""
    sharding: object = None
