"""Our header check accepts and refuses what the ``safetensors`` library does, but for the stricter rules it names."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hostile.builders import entry, safetensors_bytes
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError, deserialize, safe_open

from loadstone.checkpoint import open_checkpoint
from loadstone.core.tensors import BY_CODE
from loadstone.errors import CheckpointError

Object = list[tuple[str, Any]]
"""A JSON object that may hold a key twice."""


class Raw(str):
    """JSON text as it stands."""


def dump(value: Any) -> str:
    match value:
        case Raw():
            return str(value)
        case list() if value and all(isinstance(each, tuple) for each in value):
            return "{" + ",".join(f"{json.dumps(key)}:{dump(inner)}" for key, inner in value) + "}"
        case list():
            return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


NAMES = st.sampled_from(["a", "b", "c", "layer-0.weight", "x:y", "", "é", 'q"', "__metadata__ "])
DIMENSIONS = st.sampled_from([0, 1, 2, 3, 4, 8])
JSON_VALUES = st.recursive(
    st.sampled_from([Raw(each) for each in (
        "0", "-0", "1.5", "null", "true", '""', '"x:y"', "1e999", "-1e999", "0e999", "NaN", "Infinity", "01", "9" * 400,
        "9" * 5000, "-1", '"\\ud800"', '"\\ud83d\\ude00"', '"\\u00e9"', '"\t"', "1.", "18446744073709551616", "{}",
    )]),
    lambda inner: st.lists(inner, max_size=3)
    | st.lists(st.tuples(st.sampled_from("kl"), inner), min_size=1, max_size=3),
    max_leaves=4,
)  # fmt: skip
NESTED = st.sampled_from([60, 123, 124, 125, 126, 127, 128, 1500]).map(lambda n: Raw("[" * n + "]" * n))
ODD_NUMBERS = st.sampled_from(
    [Raw(each) for each in (
        "-0", "1.0", "1e0", "-1", "true", "null", '"1"', "18446744073709551615", "18446744073709551616",
        "9223372036854775808", "4294967296", "[1]", "{}", "1E400",
    )]
)  # fmt: skip


@st.composite
def sound(draw: st.DrawFn) -> tuple[Object, int]:
    """A sound header and the number of its data bytes."""
    header: Object = []
    reached = 0
    for name in draw(st.lists(NAMES, max_size=4, unique=True)):
        code = draw(st.sampled_from(sorted(BY_CODE)))
        shape = draw(st.lists(DIMENSIONS, max_size=3))
        nbits = math.prod(shape) * BY_CODE[code].bits
        if nbits % 8:
            shape = [*shape, 4]
            nbits *= 4
        fields = [("dtype", code), ("shape", shape), ("data_offsets", [reached, reached + nbits // 8])]
        header.append((name, draw(st.permutations(fields))))
        reached += nbits // 8
    if draw(st.booleans()):
        header.append(("__metadata__", draw(st.sampled_from([Raw("null"), Raw("{}"), [("format", "pt")]]))))
    return draw(st.permutations(header)), reached


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A safetensors file with up to three things wrong; perhaps none."""
    header, nbytes = draw(sound())
    header = [(name, list(value) if isinstance(value, list) else value) for name, value in header]
    entries = [
        index for index, (name, value) in enumerate(header) if name != "__metadata__" and isinstance(value, list)
    ]
    for _ in range(draw(st.integers(0, 3))):
        match draw(st.integers(0, 9)):
            case 0 | 7 | 8 if entries:
                change_field(draw, header[draw(st.sampled_from(entries))][1])
            case 1 if entries:
                fields = header[draw(st.sampled_from(entries))][1]
                fields.append((draw(st.sampled_from(["extra", "shape", "dtype"])), draw(JSON_VALUES | NESTED)))
            case 2 if entries:
                del header[draw(st.sampled_from(entries))][1][0]
            case 3 if header:
                header.append(draw(st.sampled_from(header)))
            case 4:
                value = draw(st.sampled_from([[("k", "1"), ("k", "2")], [("k", Raw("1"))], Raw("[]"), [("a:b", "c")]]))
                header.append(("__metadata__", value))
            case 5 if entries:
                index = draw(st.sampled_from(entries))
                fields = dict(header[index][1])
                array = [fields.get(key, 0) for key in ("dtype", "shape", "data_offsets")]
                header[index] = (header[index][0], draw(st.sampled_from([array, [*array, 1], Raw("null"), Raw("1")])))
                entries.remove(index)
            case 6:
                nbytes = max(0, nbytes + draw(st.integers(-5, 5)))
            case _:
                pass
    text = (dump(header) if header else draw(st.sampled_from(["{}", "[]", "null", "", "1", '""']))).encode()
    length = len(text)
    match draw(st.integers(0, 15)):
        case 0:
            text = draw(st.sampled_from([b" ", b"\n\t\r", b"\xef\xbb\xbf", b"\0"])) + text
            length = len(text)
        case 1:
            text += draw(st.sampled_from([b"   ", b"\n", b"\0", b"x", b"{}", b","]))
            length = len(text)
        case 2 if text:
            at = draw(st.integers(0, len(text) - 1))
            text = text[:at] + draw(st.binary(max_size=2)) + text[at + 1 :]
            length = len(text)
        case 3:
            length = max(0, length + draw(st.sampled_from([-1, 1, 8, 2**63, 100_000_001])))
    return safetensors_bytes(text, bytes(nbytes), length)


def change_field(draw: st.DrawFn, fields: Object) -> None:
    at = draw(st.integers(0, len(fields) - 1))
    key, value = fields[at]
    if key == "dtype":
        codes = st.sampled_from([*BY_CODE, "f32", "C128", "F8", "", Raw("null"), Raw("1"), Raw('"F\\u00332"')])
        fields[at] = (
            key,
            draw(codes | codes.filter(lambda code: not isinstance(code, Raw)).map(lambda c: [(c, None)])),
        )
    elif key == "data_offsets" and isinstance(value, list) and draw(st.booleans()):
        steps = st.sampled_from([-8, -1, 0, 1, 4, 8])
        fields[at] = (key, [max(0, each + draw(steps)) if isinstance(each, int) else each for each in value])
    elif key == "shape" and isinstance(value, list) and draw(st.booleans()):
        fields[at] = (key, draw(st.permutations([*value, draw(st.sampled_from([0, 1, 2, 2**32, 2**63]))])))
    elif isinstance(value, list) and draw(st.integers(0, 3)):
        numbers = [*value, 0][: draw(st.integers(0, len(value) + 1))]
        if numbers:
            odd = ODD_NUMBERS | st.integers(-2, 70) | st.just(2**32)
            numbers[draw(st.integers(0, len(numbers) - 1))] = draw(odd)
        fields[at] = (key, numbers)
    else:
        fields[at] = (key, draw(st.sampled_from([Raw("null"), Raw("[]"), Raw("{}"), Raw("3"), Raw("[0,0]")])))


def theirs(path: Path, content: bytes) -> dict[str, tuple[str, list[int], bytes]] | None:
    """What the library reads, or None where it refuses."""
    try:
        with safe_open(path, "np") as file:
            keys = set(file.keys())
        read = deserialize(content)
    except SafetensorError:
        return None
    assert {name for name, _ in read} == keys
    return {name: (tensor["dtype"], tensor["shape"], bytes(tensor["data"])) for name, tensor in read}


def ours(path: Path) -> dict[str, tuple[str, list[int], bytes]] | None:
    try:
        checkpoint = open_checkpoint(path)
    except CheckpointError:
        return None
    return {
        name: (tensor.dtype.code, list(tensor.shape), bytes(checkpoint.read(name)))
        for name, tensor in checkpoint.items()
    }


def breaks_a_stricter_rule(content: bytes) -> bool:
    """The rules of ``loadstone.checkpoint.safetensors.read``, put in another way. The library accepts."""
    repeated = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        repeated |= len({key for key, _ in items}) < len(items)
        return dict(items)

    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length], object_pairs_hook=pairs)
    entries = [value for name, value in header.items() if name != "__metadata__"]
    return (
        repeated
        or any(isinstance(value, list) for value in entries)
        or any(isinstance(value["dtype"], dict) for value in entries)
    )


def compare(content: bytes) -> bool:
    """Whether both accept; fails where one accepts and the other refuses for no stated reason."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        path.write_bytes(content)
        reference, found = theirs(path, content), ours(path)
    if reference is not None and breaks_a_stricter_rule(content):
        assert found is None
        return False
    assert found == reference
    return found is not None


@settings(max_examples=400, deadline=None)
@given(sound())
def test_every_sound_file_opens_with_the_same_tensors_as_in_the_library(header: tuple[Object, int]) -> None:
    text, nbytes = header
    assert compare(
        safetensors_bytes(dump(text).encode() if text else b"{}", bytes(index % 251 for index in range(nbytes)))
    )


@settings(max_examples=600, deadline=None)
@given(mutated())
@example(safetensors_bytes(b'{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'))
@example(safetensors_bytes(b'{":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}', bytes(2)))
@example(safetensors_bytes(b'{"__metadata__":{},":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}', bytes(2)))
@example(safetensors_bytes({"a": entry("F32", [2**40, 2**40, 0], 0, 0)}))
@example(safetensors_bytes({"a": entry("F32", [0, 2**40, 2**40], 0, 0)}))
@example(safetensors_bytes({"b": entry("U8", [4], 0, 4), "a": entry("U8", [0], 2, 2)}, bytes(4)))
@example(safetensors_bytes({"b": entry("U8", [4], 0, 4), "a": entry("U8", [0], 4, 4)}, bytes(4)))
@example(safetensors_bytes({"b": entry("U8", [4], 0, 4), "a": entry("U8", [0], 0, 0)}, bytes(4)))
@example(safetensors_bytes({"a": entry("F4", [1], 0, 0)}))
@example(safetensors_bytes({"a": entry("F6_E2M3", [4], 0, 3)}, bytes(3)))
@example(safetensors_bytes(b'{"a\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'))
@example(safetensors_bytes(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"extra":"\\udc00"}}'))
@example(safetensors_bytes(b'{"__metadata__":{"k":"\\ud83d\\ude00"}}'))
@example(safetensors_bytes(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"extra":1e999}}'))
@example(safetensors_bytes(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"extra":' + b"9" * 400 + b"}}"))
@example(b"")
@example(b"\0" * 7)
@example(b"\0" * 8)
def test_a_damaged_file_is_refused_exactly_where_the_library_or_a_stated_stricter_rule_refuses_it(
    content: bytes,
) -> None:
    compare(content)


DEPTHS = [*range(120, 132), 5000]


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("kind", ["arrays", "objects"])
def test_an_unknown_key_may_hold_what_nests_as_deep_as_the_library_reads(depth: int, kind: str) -> None:
    inner = "[" * depth + "]" * depth if kind == "arrays" else '{"k":' * depth + "1" + "}" * depth
    text = f'{{"a":{{"dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":{inner}}}}}'
    compare(safetensors_bytes(text.encode(), b"1"))


@pytest.mark.parametrize("length", [100_000_000, 100_000_001])
def test_a_header_may_be_as_long_as_the_library_allows(length: int) -> None:
    text = b"{}".ljust(length)
    assert compare(safetensors_bytes(text)) is (length <= 100_000_000)


@pytest.mark.parametrize(
    "header",
    [
        b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        b'{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        b'{"a":["U8",[1],[0,1]]}',
        b'{"a":{"dtype":{"U8":null},"shape":[1],"data_offsets":[0,1]}}',
    ],
    ids=["tensor twice", "metadata key twice", "entry as an array", "dtype as an object"],
)
def test_a_stricter_rule_refuses_what_the_library_accepts(header: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes(header, b"1"))
    assert theirs(path, path.read_bytes()) is not None
    assert ours(path) is None
