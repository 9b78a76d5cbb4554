"""The types that a tensor of a GGUF file may have: how many numbers a block holds, and in how many bytes.

Source: ``ggml_type`` and the ``block_…`` structs of https://github.com/ggml-org/llama.cpp (``ggml/include/ggml.h``,
``ggml/src/ggml-common.h``), as of ``gguf`` 0.19. Numbers that are missing here were given to types that are gone.
"""

from __future__ import annotations

from typing import NamedTuple

from loadstone.core.tensors import DType


class GgmlType(NamedTuple):
    """One of them. A row of a tensor is made of whole blocks."""

    name: str
    elements: int
    """Of a block."""
    nbytes: int
    """Of a block."""
    dtype: DType | None = None
    """Where each block is one plain number."""


TYPES = {
    0: GgmlType("F32", 1, 4, DType.FLOAT32),
    1: GgmlType("F16", 1, 2, DType.FLOAT16),
    2: GgmlType("Q4_0", 32, 18),
    3: GgmlType("Q4_1", 32, 20),
    6: GgmlType("Q5_0", 32, 22),
    7: GgmlType("Q5_1", 32, 24),
    8: GgmlType("Q8_0", 32, 34),
    9: GgmlType("Q8_1", 32, 40),
    10: GgmlType("Q2_K", 256, 84),
    11: GgmlType("Q3_K", 256, 110),
    12: GgmlType("Q4_K", 256, 144),
    13: GgmlType("Q5_K", 256, 176),
    14: GgmlType("Q6_K", 256, 210),
    15: GgmlType("Q8_K", 256, 292),
    16: GgmlType("IQ2_XXS", 256, 66),
    17: GgmlType("IQ2_XS", 256, 74),
    18: GgmlType("IQ3_XXS", 256, 98),
    19: GgmlType("IQ1_S", 256, 50),
    20: GgmlType("IQ4_NL", 32, 18),
    21: GgmlType("IQ3_S", 256, 110),
    22: GgmlType("IQ2_S", 256, 82),
    23: GgmlType("IQ4_XS", 256, 136),
    24: GgmlType("I8", 1, 1, DType.INT8),
    25: GgmlType("I16", 1, 2, DType.INT16),
    26: GgmlType("I32", 1, 4, DType.INT32),
    27: GgmlType("I64", 1, 8, DType.INT64),
    28: GgmlType("F64", 1, 8, DType.FLOAT64),
    29: GgmlType("IQ1_M", 256, 56),
    30: GgmlType("BF16", 1, 2, DType.BFLOAT16),
    34: GgmlType("TQ1_0", 256, 54),
    35: GgmlType("TQ2_0", 256, 66),
    39: GgmlType("MXFP4", 32, 17),
    40: GgmlType("NVFP4", 64, 36),
    41: GgmlType("Q1_0", 128, 18),
}
"""The number in the file → the type."""
ENCODED = ("F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "MXFP4", "TQ1_0", "TQ2_0")
"""Names of the types that values can be encoded in."""
NUMBERS = {kind.name: number for number, kind in TYPES.items()}
"""The name of a type → its number."""
FILE_TYPES = {
    **{"F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q5_1": 9},
    **{"BF16": 32, "TQ1_0": 36, "TQ2_0": 37, "MXFP4": 38},
}
"""The type of most tensors of a file → ``general.file_type`` (``llama_ftype`` in llama.cpp's ``llama.h``)."""
