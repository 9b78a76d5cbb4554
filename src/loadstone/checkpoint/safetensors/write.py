"""The layout of a safetensors file.

Source of the layout: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

from loadstone.core.slices import ByteRange
from loadstone.errors import ArgumentError
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, TensorRange

DATA_ALIGNMENT = 4096
"""The data section starts at a multiple of so many bytes: what direct reads and writes, maps and shared blocks need."""
MAX_HEADER_NBYTES = 100_000_000
"""The longest header that readers of the format take."""

# From the last to the first in a file, as the safetensors library writes them: equal models give equal files.
# Wide elements come first, so that every tensor starts at a multiple of its element size.
_ASCENDING = [
    "BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
    "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64",
]  # fmt: skip
_RANK = {code: -rank for rank, code in enumerate(_ASCENDING)}


def plan_safetensors(tensors: Iterable[OutgoingTensor], metadata: Mapping[str, str] | None = None) -> FilePlan:
    """Lays out a file, byte for byte as the ``safetensors`` library would, but for more spaces after the header.

    Reads no tensor. The pieces are the header and the tensors.

    :raises ArgumentError: two tensors of one name, a name or text that UTF-8 cannot hold, elements that do not fill
        whole bytes, or a header longer than readers take.
    """
    ordered = sorted(tensors, key=lambda tensor: (_RANK[tensor.dtype.code], tensor.name))
    entries: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    whole: list[ByteRange] = []
    of_size: dict[int, ByteRange] = {}  # shared: of 100,000 tensors, most have one of a few sizes
    end = 0
    for tensor in ordered:
        name, dtype, shape, *_ = tensor
        if name == "__metadata__":
            raise ArgumentError("a tensor cannot be named '__metadata__': the safetensors format keeps that for itself")
        if name in entries:
            raise ArgumentError(f"two tensors to save are named {name!r}")
        nbytes, rest = divmod(math.prod(shape) * dtype.bits, 8)
        if rest or (shape and min(shape) < 0):
            raise ArgumentError(f"tensor {name!r} of {dtype.value}, shape {list(shape)}, does not fill whole bytes")
        entries[name] = {"dtype": dtype.code, "shape": shape, "data_offsets": (end, end + nbytes)}
        whole.append(of_size.setdefault(nbytes, ByteRange(0, nbytes)))
        end += nbytes
    try:
        text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(f"a name cannot be written as UTF-8: {error.object[error.start : error.end]!r}") from error
    text += b" " * (-(8 + len(text)) % DATA_ALIGNMENT)
    if len(text) > MAX_HEADER_NBYTES:
        raise ArgumentError(
            f"the header of one file would take {len(text)} bytes, and readers take at most {MAX_HEADER_NBYTES}: "
            "give a smaller max_shard_size"
        )
    header = len(text).to_bytes(8, "little") + text
    return FilePlan([header, *map(TensorRange, ordered, whole)], len(header) + end)
