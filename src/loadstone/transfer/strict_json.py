"""JSON as strict as the safetensors library reads it (Rust's ``serde_json``), and no key twice."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

MAX_NBYTES = 100_000_000
"""The safetensors library's cap on a header; here for every description that is read whole."""

MAX_DEPTH = 127
"""Containers within containers that ``serde_json`` reads."""


class MalformedJson(ValueError):
    """Internal: why a text is not acceptable JSON."""


def parse(text: bytes) -> object:
    """The value of a JSON text in UTF-8.

    Beyond Python's own parser it refuses what ``serde_json`` refuses: ``NaN`` and infinities, numbers too large for
    a double, halves of surrogate pairs. ``-0`` is a float. And it refuses a key that one object holds twice, which
    readers resolve differently. Depth is left to the caller: see :func:`check_depth`.

    :raises MalformedJson: says what is wrong, and where if known
    """
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson(f"not UTF-8 at byte {error.start}") from None
    # Only -0 differs between Python's integers and serde's; a hook for each integer would double the time.
    parse_int = _integer if b"-0" in text else None
    value = _loads(decoded, parse_int, None)
    # Colons are the pairs plus those inside strings: if there are no more of them than pairs, no key was dropped.
    if text.count(b":") != _pairs(value):
        value = _loads(decoded, parse_int, _unique)
    if b"\\u" in text:
        _check_surrogates(value)
    return value


def check_depth(value: object, above: int) -> None:
    """``value`` lies within ``above`` containers: are there at most :data:`MAX_DEPTH` in all?

    :raises MalformedJson: there are more
    """
    level = [value]
    depth = above
    while level := [container for container in level if isinstance(container, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise MalformedJson(f"nested more than {MAX_DEPTH} levels deep")
        level = [
            inner for container in level for inner in (container.values() if isinstance(container, dict) else container)
        ]


def check_numbers(value: object) -> None:
    """:raises MalformedJson: an integer in ``value`` is too large for a double"""
    rest = [value]
    while rest:
        nested = rest.pop()
        if isinstance(nested, dict):
            rest.extend(nested.values())
        elif isinstance(nested, list):
            rest.extend(nested)
        elif isinstance(nested, int):
            try:
                float(nested)
            except OverflowError:
                raise MalformedJson("a number out of range") from None


def _loads(
    text: str,
    parse_int: Callable[[str], int | float] | None,
    object_pairs_hook: Callable[[list[tuple[str, object]]], dict[str, object]] | None,
) -> object:
    try:
        return json.loads(
            text,
            parse_int=parse_int,
            parse_float=_float,
            parse_constant=_refuse_constant,
            object_pairs_hook=object_pairs_hook,
        )
    except MalformedJson:
        raise
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise MalformedJson("nested too deeply") from None
    except ValueError:
        # Python's limit on the digits of an integer.
        raise MalformedJson("a number out of range") from None


def _pairs(value: object) -> int:
    """Key-value pairs in the first two levels. Deeper ones are not counted, which only costs a second look."""
    if type(value) is not dict:
        return 0
    return len(value) + sum([len(inner) for inner in value.values() if type(inner) is dict])


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise MalformedJson(f"the key {key[:120]!r} twice in one object")
            seen.add(key)
    return unique


def _integer(digits: str) -> int | float:
    return -0.0 if digits == "-0" else int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise MalformedJson("a number out of range")
    return number


def _refuse_constant(name: str) -> object:
    raise MalformedJson(f"{name}, which is not JSON")


def _check_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedJson("half of a surrogate pair") from None
    except RecursionError:
        raise MalformedJson("nested too deeply") from None
