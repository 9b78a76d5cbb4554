"""The words that every room shares: a dtype, a stored tensor, a slot. No framework, no I/O."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from loadstone.core.slices import Box, ByteRange

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray


class DType(enum.Enum):
    """An element type, under the name that NumPy, PyTorch and JAX all use.

    ``code`` is its name in a safetensors header, ``bits`` the size of one element.
    Source: the safetensors format, https://github.com/huggingface/safetensors#format
    """

    code: str
    bits: int
    is_floating: bool

    def __new__(cls, name: str, code: str, bits: int, is_floating: bool) -> DType:
        member = object.__new__(cls)
        member._value_ = name
        member.code = code
        member.bits = bits
        member.is_floating = is_floating
        return member

    FLOAT64 = "float64", "F64", 64, True
    FLOAT32 = "float32", "F32", 32, True
    FLOAT16 = "float16", "F16", 16, True
    BFLOAT16 = "bfloat16", "BF16", 16, True
    FLOAT8_E4M3FN = "float8_e4m3fn", "F8_E4M3", 8, True
    FLOAT8_E5M2 = "float8_e5m2", "F8_E5M2", 8, True
    FLOAT8_E4M3FNUZ = "float8_e4m3fnuz", "F8_E4M3FNUZ", 8, True
    FLOAT8_E5M2FNUZ = "float8_e5m2fnuz", "F8_E5M2FNUZ", 8, True
    FLOAT8_E8M0FNU = "float8_e8m0fnu", "F8_E8M0", 8, True
    FLOAT6_E2M3FN = "float6_e2m3fn", "F6_E2M3", 6, True
    FLOAT6_E3M2FN = "float6_e3m2fn", "F6_E3M2", 6, True
    FLOAT4_E2M1FN = "float4_e2m1fn", "F4", 4, True
    COMPLEX64 = "complex64", "C64", 64, False
    INT64 = "int64", "I64", 64, False
    INT32 = "int32", "I32", 32, False
    INT16 = "int16", "I16", 16, False
    INT8 = "int8", "I8", 8, False
    UINT64 = "uint64", "U64", 64, False
    UINT32 = "uint32", "U32", 32, False
    UINT16 = "uint16", "U16", 16, False
    UINT8 = "uint8", "U8", 8, False
    BOOL = "bool", "BOOL", 8, False

    # Members are compared by identity; Enum's own hash is a Python function, which 100,000 look-ups would feel.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return str(self.value)

    __str__ = __repr__


BY_CODE: dict[str, DType] = {dtype.code: dtype for dtype in DType}
BY_NAME: dict[str, DType] = {dtype.value: dtype for dtype in DType}


class StoredTensor(NamedTuple):
    """One tensor of a checkpoint: what it is and where its bytes lie. Holds no data.

    A tuple and not a dataclass because a checkpoint may have 100,000 of them.
    """

    name: str
    dtype: DType
    shape: tuple[int, ...]
    file: Path
    offset: int
    """First byte, counted from the start of ``file``."""
    nbytes: int
    """Bytes from the first element to the end of the last one, gaps between strides included."""
    strides: tuple[int, ...] | None = None
    """Elements to step for each dimension; None means row-major without gaps."""
    slices: tuple[TensorSlice, ...] = ()
    """Where its bytes do not lie in one row: the boxes that it is made of. ``nbytes`` then spans from the first to the
    last of them."""
    packing: Packing | None = None
    """For quantized values, or values in several parts: how they are decoded from the stored bytes.
    ``offset`` and ``nbytes`` are those of the first part."""
    is_spare: bool = False
    """Nothing is lost where no slot takes it: a bias of zeros, which quantizers add to layers that have none."""

    @property
    def range(self) -> ByteRange:
        """Its bytes in ``file``."""
        return ByteRange(self.offset, self.offset + self.nbytes)

    @property
    def is_packed(self) -> bool:
        """Whether its values have to be decoded, all or some."""
        return self.packing is not None or any(part.packing is not None for part, _ in self.slices)


class Packing(Protocol):
    """How the values of a tensor come out of stored parts. Holds no data. Hashable, and tells itself by ``repr``."""

    @property
    def kind(self) -> str:
        """What people call it: ``"GGUF Q4_K"``."""
        ...

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        """The first is read some rows at a time; the others, which are small beside it, whole."""
        ...

    @property
    def rows(self) -> int:
        """Rows of the first part: ranges of as many bytes each."""
        ...

    @property
    def step(self) -> int:
        """Rows that belong together: what is decoded begins at a multiple of this, and ends at one or at the end."""
        ...

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        """Rows from number ``first`` on, as bytes (count, bytes of a row), and the other parts' bytes → boxes of the
        tensor, a slice for each dimension, and their values as float32."""
        ...


class TensorSlice(NamedTuple):
    """Some elements of a tensor, and their place in it.

    It stands here, not beside :data:`Box`, since it and :class:`StoredTensor` name each other.
    """

    tensor: StoredTensor
    """Bears the name of the whole, and has as many dimensions."""
    into: Box
    """What of the whole it is: a slice for every dimension."""


class Slot(NamedTuple):
    """One place in a model that needs values."""

    name: str
    shape: tuple[int, ...]
    kind: str = "parameter"
    """``"parameter"``; ``"frozen"``, a parameter that is not trained; or ``"buffer"``, which is stored too and is no
    parameter."""
    dtype: DType | None = None
    """Of what no ``torch_dtype`` changes: integers, and numbers that need to be exact; None for others."""

    @property
    def elements(self) -> int:
        return math.prod(self.shape)
