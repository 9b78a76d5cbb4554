"""What the names in a PyTorch file stand for: inert tokens that say where a tensor lies. Nothing is imported.

Source: what ``torch.save`` writes (``torch/_utils.py``, ``torch/serialization.py``), PyTorch 0.4 to 2.13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from loadstone.core.tensors import BY_NAME, DType

_MAX_DIMENSIONS = 64
_LIMIT = 2**63
_LONGEST_KEY = 8
_PLAIN = frozenset({str, int, float, bool, type(None)})


class RefusedPickle(Exception):
    """Internal: the pickle asks for what weights never need."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class MalformedPickle(Exception):
    """Internal: the pickle makes no sense, or describes a tensor that cannot be."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = found


class Name(NamedTuple):
    """A global that a pickle names."""

    full_name: str


class Inert(NamedTuple):
    """A plain value that may stand beside tensors and says nothing of them: bytes, a complex number, a device."""

    kind: str


class Ordered(dict[object, object]):
    """An ``OrderedDict``: what a module's ``state_dict()`` is."""


class StorageToken(NamedTuple):
    """A run of bytes in the file that tensors lie in."""

    key: str
    dtype: DType | str
    """The plain name of a dtype that has no other name here."""
    elements: int
    view_offset: int = 0
    """Elements before this one in the storage that ``key`` names; only in the old format, for views of a storage."""
    untyped: bool = False


class TensorToken(NamedTuple):
    """A tensor: part of a storage. Sizes are checked to be integers from 0 to 2⁶³; not yet against the file."""

    storage: StorageToken
    dtype: DType | str
    offset: int
    """Elements of ``dtype``, from the start of the storage."""
    shape: tuple[int, ...]
    strides: tuple[int, ...]


_STORAGE_DTYPES: dict[str, DType | str] = {
    "DoubleStorage": DType.FLOAT64,
    "FloatStorage": DType.FLOAT32,
    "HalfStorage": DType.FLOAT16,
    "BFloat16Storage": DType.BFLOAT16,
    "ComplexFloatStorage": DType.COMPLEX64,
    "LongStorage": DType.INT64,
    "IntStorage": DType.INT32,
    "ShortStorage": DType.INT16,
    "CharStorage": DType.INT8,
    "ByteStorage": DType.UINT8,
    "BoolStorage": DType.BOOL,
    "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8",
    "QInt32Storage": "qint32",
    "QUInt8Storage": "quint8",
    "QUInt4x2Storage": "quint4x2",
    "QUInt2x4Storage": "quint2x4",
}
_STORAGES: dict[str, DType | str] = {
    f"{module}.{name}": dtype for module in ("torch", "torch.cuda") for name, dtype in _STORAGE_DTYPES.items()
}
_UNTYPED = frozenset({"torch.UntypedStorage", "torch.storage.UntypedStorage"})

# PyTorch counts float4_e2m1fn_x2 in pairs, so its shapes mean something else: not among ours.
_DTYPES: dict[str, DType | str] = {
    **{f"torch.{name}": dtype for name, dtype in BY_NAME.items() if dtype.bits >= 8},
    "torch.complex128": "complex128",
    "torch.complex32": "complex32",
    "torch.float4_e2m1fn_x2": "float4_e2m1fn_x2",
}
_CLASSES = frozenset({"torch.Tensor", "torch.nn.parameter.Parameter"})


def storage(persistent_id: object, fields: int) -> tuple[StorageToken, object]:
    """The storage that a persistent id names, and the id's last field, which only the old format has.

    :param fields: how many fields the id has: 5 in the zip format, 6 in the old one
    """
    if not isinstance(persistent_id, tuple) or not persistent_id or persistent_id[0] != "storage":
        raise RefusedPickle("a persistent id that is not a storage's")
    if len(persistent_id) != fields:
        raise MalformedPickle(f"a storage's id with {fields} fields", f"{len(persistent_id)}")
    _, kind, key, location, elements = persistent_id[:5]
    name = kind.full_name if isinstance(kind, Name) else ""
    untyped = name in _UNTYPED
    dtype = DType.UINT8 if untyped else _STORAGES.get(name)
    if dtype is None or not isinstance(key, str) or not isinstance(location, str) or not _is_size(elements):
        raise MalformedPickle("a storage's id: its class, key, location and size", "something else")
    return StorageToken(key, dtype, elements, 0, untyped), persistent_id[-1]


def view(root: StorageToken, metadata: object) -> StorageToken:
    """A part of ``root`` that PyTorch before 0.4 named as a storage of its own: ``(key, offset, size)``, or None."""
    if metadata is None:
        return root
    if not isinstance(metadata, tuple) or len(metadata) != 3 or not all(map(_is_size, metadata[1:])):
        raise MalformedPickle("a view of a storage: its key, offset and size", "something else")
    _, offset, elements = metadata
    if offset + elements > root.elements:
        raise MalformedPickle(f"a view inside a storage of {root.elements} elements", f"one up to {offset + elements}")
    return root._replace(view_offset=offset, elements=elements)


def put(target: dict[object, object], pairs: Iterable[tuple[object, object]]) -> None:
    """Adds pairs to a dict. Keys are text or numbers, or a few of them: to hash a nested tuple can take for ever."""
    for key, value in pairs:
        if type(key) is not str and not _is_plain(key):
            raise MalformedPickle("text, a number, or a short tuple of these as a key", f"a {type(key).__name__}")
        if key in target:
            raise MalformedPickle("each key once", f"{key!r:.120} twice")
        target[key] = value


def _is_plain(key: object) -> bool:
    """Whether a key is hashed in no time, however it was made."""
    if type(key) is tuple:
        return len(key) <= _LONGEST_KEY and all(type(part) in _PLAIN for part in key)
    return type(key) in _PLAIN


def rebuild(name: str, args: tuple[object, ...]) -> object:
    """What the call of ``name`` with ``args`` stands for.

    :raises RefusedPickle: it is not a name to call
    """
    meaning = _CALLS.get(name)
    if meaning is None:
        raise RefusedPickle(f"a call of {name}")
    if not meaning.fewest <= len(args) <= meaning.most:
        raise MalformedPickle(f"{meaning.fewest} to {meaning.most} arguments for {name}", f"{len(args)}")
    return meaning.make(*args)


def _ordered_dict(pairs: object = ()) -> Ordered:
    """``OrderedDict()``, or ``OrderedDict([[key, value], …])`` as Python 2 wrote it."""
    if not isinstance(pairs, list | tuple) or not all(type(pair) in (list, tuple) and len(pair) == 2 for pair in pairs):
        raise MalformedPickle("an OrderedDict of pairs", "something else")
    ordered = Ordered()
    put(ordered, ((key, value) for key, value in pairs))
    return ordered


def _items(items: object = ()) -> object:
    """``set([item, …])``: the list. No copy is made, of which a small file could ask for many."""
    if not isinstance(items, list | tuple):
        raise MalformedPickle("a set of items in a list", f"a {type(items).__name__}")
    return items


def _counter(counts: object = None) -> dict[object, object]:
    """``Counter({item: count})``: the dict."""
    if counts is not None and type(counts) is not dict:
        raise MalformedPickle("a Counter of a dict", f"a {type(counts).__name__}")
    return {} if counts is None else counts


def _encoded(text: object, encoding: object) -> Inert:
    """``_codecs.encode(text, "latin1")``: how protocol 2 writes bytes."""
    if type(text) is not str or encoding != "latin1":
        raise MalformedPickle("bytes as text in latin1", "something else")
    return Inert("bytes")


def _bytearray(content: object = Inert("bytes")) -> Inert:
    if content != Inert("bytes"):
        raise MalformedPickle("a bytearray of bytes", f"a {type(content).__name__}")
    return Inert("bytearray")


def _complex(real: object, imaginary: object) -> Inert:
    if type(real) is not float or type(imaginary) is not float:
        raise MalformedPickle("a complex number of two floats", "something else")
    return Inert("complex")


def _device(kind: object, index: object = None) -> Inert:
    if type(kind) is not str or (index is not None and type(index) is not int):
        raise MalformedPickle("a device's kind and number", "something else")
    return Inert("device")


def _size(sizes: object) -> tuple[int, ...]:
    if type(sizes) is not tuple or len(sizes) > _MAX_DIMENSIONS or not all(map(_is_size, sizes)):
        raise MalformedPickle("a shape: integers", "something else")
    return sizes


def _tensor(storage: object, offset: object, shape: object, strides: object) -> TensorToken:
    if not isinstance(storage, StorageToken) or not isinstance(offset, int) or not _is_size(offset):
        raise MalformedPickle("a tensor's storage and its offset in there", "something else")
    shape, strides = _size(shape), _size(strides)
    if len(shape) != len(strides):
        raise MalformedPickle(f"{len(shape)} strides", f"{len(strides)}")
    return TensorToken(storage, storage.dtype, offset, shape, strides)


def _tensor_v2(
    storage: object,
    offset: object,
    shape: object,
    strides: object,
    requires_grad: object,
    hooks: object,
    metadata: object = None,
) -> TensorToken:
    _check_extras(requires_grad, hooks)
    if metadata:
        raise MalformedPickle("a tensor without flags", "one to be conjugated or negated on reading")
    return _tensor(storage, offset, shape, strides)


def _tensor_v3(
    storage: object,
    offset: object,
    shape: object,
    strides: object,
    requires_grad: object,
    hooks: object,
    dtype: object,
    metadata: object = None,
) -> TensorToken:
    """As v2, with the dtype beside an untyped storage: so are written the dtypes that came after typed storages."""
    tensor = _tensor_v2(storage, offset, shape, strides, requires_grad, hooks, metadata)
    tensor_dtype = _DTYPES.get(dtype.full_name) if isinstance(dtype, Name) else None
    if tensor_dtype is None:
        raise MalformedPickle("a dtype", "something else")
    return tensor._replace(dtype=tensor_dtype)


def _parameter(data: object, requires_grad: object, hooks: object, state: object = None) -> TensorToken:
    _check_extras(requires_grad, hooks)
    if not isinstance(data, TensorToken):
        raise MalformedPickle("a tensor in a Parameter", f"a {type(data).__name__}")
    return data


def _from_type(function: object, kind: object, args: object, state: object) -> TensorToken:
    """A tensor with Python attributes, or of a subclass; the attributes are dropped, subclasses refused."""
    if not isinstance(kind, Name) or kind.full_name not in _CLASSES:
        raise RefusedPickle("a tensor of a class of its own")
    if not isinstance(function, Name) or function.full_name not in _TENSOR_CALLS or type(args) is not tuple:
        raise RefusedPickle("a tensor made in an unknown way")
    tensor = rebuild(function.full_name, args)
    assert isinstance(tensor, TensorToken)
    return tensor


def _check_extras(requires_grad: object, hooks: object) -> None:
    if type(requires_grad) is not bool or not (hooks is None or isinstance(hooks, Ordered)) or hooks:
        raise MalformedPickle("requires_grad and no hooks", "something else")


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value < _LIMIT


class _Meaning(NamedTuple):
    """What a call stands for, and how many arguments it has."""

    make: Callable[..., object]
    fewest: int
    most: int


_TENSOR_CALLS = {
    "torch._utils._rebuild_tensor": _Meaning(_tensor, 4, 4),
    "torch._utils._rebuild_tensor_v2": _Meaning(_tensor_v2, 6, 7),
    "torch._utils._rebuild_tensor_v3": _Meaning(_tensor_v3, 7, 8),
    "torch._utils._rebuild_parameter": _Meaning(_parameter, 3, 3),
    "torch._utils._rebuild_parameter_with_state": _Meaning(_parameter, 4, 4),
}
_CALLS = {
    **_TENSOR_CALLS,
    "collections.OrderedDict": _Meaning(_ordered_dict, 0, 1),
    "torch._tensor._rebuild_from_type_v2": _Meaning(_from_type, 4, 4),
    "torch.Size": _Meaning(_size, 1, 1),
    "torch.device": _Meaning(_device, 1, 2),
    "__builtin__.set": _Meaning(_items, 0, 1),
    "__builtin__.bytearray": _Meaning(_bytearray, 0, 1),
    "__builtin__.complex": _Meaning(_complex, 2, 2),
    "_codecs.encode": _Meaning(_encoded, 2, 2),
    "collections.Counter": _Meaning(_counter, 0, 1),
}

NAMES = frozenset({*_CALLS, *_CLASSES, *_STORAGES, *_UNTYPED, *_DTYPES})
"""Every global that a PyTorch file may name here."""
