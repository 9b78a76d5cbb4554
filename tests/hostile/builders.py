"""Builds checkpoint files byte by byte, sound ones and broken ones."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

OLD_MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""How a file of PyTorch before 1.6 starts."""


def entry(dtype: str, shape: list[int], start: int, end: int) -> dict[str, object]:
    """A tensor's entry in a safetensors header."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def safetensors_bytes(header: Mapping[str, object] | bytes, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file; ``length`` replaces the true length of the header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def floats(**shapes: list[int]) -> bytes:
    """A sound safetensors file of float32 tensors: 0, 1, 2, … all through."""
    header: dict[str, object] = {}
    count = 0
    for name, shape in shapes.items():
        elements = 1
        for size in shape:
            elements *= size
        header[name] = entry("F32", shape, 4 * count, 4 * (count + elements))
        count += elements
    return safetensors_bytes(header, struct.pack(f"<{count}f", *range(count)))


def write_shards(
    folder: Path, shards: Mapping[str, bytes], weight_map: object, stem: str = "model.safetensors"
) -> Path:
    """Shards and the index that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in shards.items():
        (folder / name).write_bytes(content)
    index = folder / f"{stem}.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": weight_map}))
    return index


def zip_bytes(
    records: Iterable[tuple[str, bytes]], *, method: int = 0, flags: int = 0, bad_crc: bool = False, tail: bytes = b""
) -> bytes:
    """A zip archive with every record stored as it is, whatever ``method`` and ``flags`` claim."""
    out = bytearray()
    directory = bytearray()
    count = 0
    for name, data in records:
        start, raw, crc = len(out), name.encode(), zlib.crc32(data) ^ bad_crc
        sizes = (crc, len(data), len(data), len(raw), 0)
        out += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags, method, 0, 0, *sizes) + raw + data
        directory += (
            struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, flags, method, 0, 0, *sizes, 0, 0, 0, 0, start) + raw
        )
        count += 1
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory + end + tail)


class Pickle:
    """Pickle opcodes, put together by hand: each method gives the bytes that push one value."""

    @staticmethod
    def text(value: str) -> bytes:
        return b"X" + struct.pack("<I", len(value.encode())) + value.encode()

    @staticmethod
    def integer(value: int) -> bytes:
        raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        return b"\x8a" + bytes([len(raw)]) + raw

    @staticmethod
    def named(full_name: str) -> bytes:
        module, _, name = full_name.rpartition(".")
        return f"c{module}\n{name}\n".encode()

    @staticmethod
    def tuple(*items: bytes) -> bytes:
        return b"(" + b"".join(items) + b"t"

    @classmethod
    def call(cls, full_name: str, *args: bytes) -> bytes:
        return cls.named(full_name) + cls.tuple(*args) + b"R"

    @classmethod
    def storage(cls, key: str = "0", elements: int = 4, kind: str = "torch.FloatStorage", extra: bytes = b"") -> bytes:
        fields = cls.tuple(
            cls.text("storage"), cls.named(kind), cls.text(key), cls.text("cpu"), cls.integer(elements), extra
        )
        return fields + b"Q"

    @classmethod
    def tensor(
        cls, shape: Iterable[int], strides: Iterable[int], *, offset: int = 0, storage: bytes | None = None
    ) -> bytes:
        return cls.call(
            "torch._utils._rebuild_tensor_v2",
            cls.storage() if storage is None else storage,
            cls.integer(offset),
            cls.tuple(*map(cls.integer, shape)),
            cls.tuple(*map(cls.integer, strides)),
            b"\x89",
            cls.call("collections.OrderedDict"),
        )

    @classmethod
    def dict(cls, **items: bytes) -> bytes:
        return b"}(" + b"".join(cls.text(name) + value for name, value in items.items()) + b"u"

    @staticmethod
    def whole(value: bytes) -> bytes:
        return b"\x80\x02" + value + b"."


def torch_zip(pickle: bytes, storages: Mapping[str, bytes] | None = None, **options: object) -> bytes:
    """A PyTorch file of the zip format. ``pickle`` is the value's opcodes without frame; storage ``0`` has 16 bytes."""
    data = {"0": bytes(16)} if storages is None else storages
    records = [
        ("archive/data.pkl", Pickle.whole(pickle)),
        ("archive/byteorder", b"little"),
        ("archive/version", b"3\n"),
    ]
    records += [(f"archive/data/{key}", content) for key, content in data.items()]
    return zip_bytes(records, **options)  # type: ignore[arg-type]
