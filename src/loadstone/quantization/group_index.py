"""Inputs that are in no order: the group of each, data that has to make sense before any is used."""

from __future__ import annotations

import numpy as np

from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.contents import Contents, lies_in_rows
from loadstone.quantization.problems import Problems


def order_of(
    stored: Contents, name: str, inputs: int, group: int, groups: int, problems: Problems
) -> tuple[StoredTensor | None, bool]:
    """The tensor of that name if it says more than that neighbors share a group; and whether it makes sense.

    A −1 says that it was never filled in (compressed-tensors).
    """
    tensor = stored.get(name)
    if tensor is None:
        return None, True
    if tensor.dtype is not DType.INT32 or not lies_in_rows(tensor):
        problems.add(tensor, "int32 group indices", f"{tensor.dtype}, shape {tensor.shape}")
        return None, False
    if not problems.shape(tensor, (inputs,), "a group for each input"):
        return None, False
    numbers = np.frombuffer(stored.read(name), "<i4")
    least, most = int(numbers.min()), int(numbers.max())
    if least == -1:
        return None, True
    if least < 0 or most >= groups:
        problems.add(tensor, f"group indices from 0 to {groups - 1}", f"{least} to {most}")
        return None, False
    return (None if np.array_equal(numbers, np.arange(inputs) // group) else tensor), True
