"""Products and values of packed tensors, by the compiled functions of the module ``ggml_kernels`` beside this one.

None where those cannot serve: other devices, rarer types, no llvmlite. PyTorch's operations do what is left.
"""

from __future__ import annotations

import functools
import itertools
import os
from functools import partial

import torch
from torch import Tensor

from loadstone.frameworks.torch.quantized import ggml_kernels
from loadstone.quantization.ggml_types import GgmlType
from loadstone.transfer.threads import Job, Workers

_FEW_VECTORS = 4
"""Up to here a product for each is sooner done than values for all."""
_SHARE = 1 << 20
"""Weights that are worth another thread: a tenth of a millisecond's work."""


def numbers(raw: Tensor, kind: GgmlType) -> Tensor | None:
    """Bytes of whole blocks, (rows, bytes of a row) of uint8 → float32, (rows, values of a row)."""
    if raw.dim() != 2:
        return None
    rows, row_bytes = raw.shape
    blocks, rest = divmod(row_bytes, kind.nbytes)
    function = ggml_kernels.numbers(kind) if raw.numel() and not rest and _is_readable(raw, torch.uint8) else None
    if function is None:
        return None
    values = torch.empty((rows, blocks * kind.elements))
    function(raw.data_ptr(), 1, rows * blocks, values.data_ptr(), None)
    return values


def product(raw: Tensor, kind: GgmlType, vectors: Tensor) -> Tensor | None:
    """(rows, bytes of a row) of uint8 and a few vectors, (…, inputs) of float32 → (…, rows) of float32.

    By as many threads as PyTorch uses, where there is work for them.
    """
    if raw.dim() != 2:
        return None
    (rows, row_bytes), inputs = raw.shape, vectors.shape[-1]
    count = vectors.numel() // max(inputs, 1)
    blocks, rest = divmod(row_bytes, kind.nbytes)
    fits = 0 < count <= _FEW_VECTORS and rows and inputs and blocks * kind.elements == inputs and not rest
    if not fits or not _is_readable(raw, torch.uint8) or not _is_readable(vectors, torch.float32):
        return None
    function = ggml_kernels.product(kind)
    if function is None:
        return None
    output = torch.empty((count, rows))

    def run(start: int, end: int) -> None:
        for number in range(count):
            x, to = vectors.data_ptr() + 4 * inputs * number, output.data_ptr() + 4 * (rows * number + start)
            function(raw.data_ptr() + row_bytes * start, end - start, blocks, x, to)

    threads = min(torch.get_num_threads(), 1 + rows * inputs * count // _SHARE, rows)
    if threads == 1:
        run(0, rows)
    else:
        cuts = [rows * part // threads for part in range(threads + 1)]
        others = [Job(partial(run, *cut)) for cut in itertools.pairwise(cuts[1:])]
        for job in others:
            _workers(os.getpid()).submit(job)
        run(cuts[0], cuts[1])
        for job in others:
            job.result()
    return output.view(*vectors.shape[:-1], rows)


def _is_readable(tensor: Tensor, dtype: torch.dtype) -> bool:
    """Whether such values lie in this process's memory, in a row: not those of a tensor of another class."""
    is_plain = type(tensor) is Tensor and tensor.dtype is dtype and tensor.device.type == "cpu"
    if not is_plain or not tensor.is_contiguous() or torch.compiler.is_compiling():
        return False
    try:
        return tensor.data_ptr() != 0
    except RuntimeError:  # one that stands for many, in `torch.vmap`
        return False


@functools.cache
def _workers(process: int) -> Workers:
    """Threads of this process: those of the one that it was forked from are not there."""
    return Workers(max(os.cpu_count() or 1, 1), "loadstone-products")
