"""Collects what is wrong with the files of a checkpoint, so that one error can tell all of it."""

from __future__ import annotations

from pathlib import Path

from loadstone.errors import CorruptCheckpoint, Fault, UnsafeCheckpoint, UnsupportedDType

_SHOWN_CHARACTERS = 120


class Faults:
    """Three lists of faults; :meth:`raise_if_any` raises the gravest kind, with the faults of all kinds."""

    def __init__(self) -> None:
        self._unsafe: list[Fault] = []
        self._damaged: list[Fault] = []
        self._unsupported: list[Fault] = []

    def __len__(self) -> int:
        return len(self._unsafe) + len(self._damaged) + len(self._unsupported)

    def unsafe(self, where: str | Path, expected: str, found: str, hint: str = "") -> None:
        """The file asks for more than weights: code, a path outside its folder."""
        self._unsafe.append(_fault(where, expected, found, hint))

    def damaged(self, where: str | Path, expected: str, found: str, hint: str = "") -> None:
        """The file contradicts itself, its format or its neighbors."""
        self._damaged.append(_fault(where, expected, found, hint))

    def unsupported(self, where: str | Path, expected: str, found: str, hint: str = "") -> None:
        """The file is sound, as far as can be told, but holds a dtype that has no name here."""
        self._unsupported.append(_fault(where, expected, found, hint))

    def raise_if_any(self) -> None:
        """:raises UnsafeCheckpoint, CorruptCheckpoint, UnsupportedDType: in this order of gravity."""
        faults = [*self._unsafe, *self._damaged, *self._unsupported]
        if self._unsafe:
            raise UnsafeCheckpoint(faults)
        if self._damaged:
            raise CorruptCheckpoint(faults)
        if self._unsupported:
            raise UnsupportedDType(faults)


def _fault(where: str | Path, expected: str, found: str, hint: str) -> Fault:
    return Fault(printable(str(where)), printable(expected), printable(found), printable(hint))


def printable(text: str) -> str:
    """``text`` with control characters escaped: a file's name must not write over the rest of a message."""
    return (
        text
        if text.isprintable()
        else "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    )


def quoted(text: str) -> str:
    """``text`` from an untrusted file, fit for a message: no control characters, not too long."""
    if len(text) > _SHOWN_CHARACTERS:
        return f"{text[:_SHOWN_CHARACTERS]!r}…"
    return repr(text)


def in_file(file: Path, name: str) -> str:
    """Where a fault is: a file and a tensor in it."""
    return f"{file}: tensor {quoted(name)}"
