"""A pickle reader that can build nothing but tuples, lists, dicts and the inert tokens of ``torch_tokens``.

It never imports, looks up or calls what a pickle names: a name is a string to it, and must be on a short list. The
opcodes are those that ``torch.save`` writes (pickle protocol 2). Work and memory are bounded by a small multiple of
the pickle's own length.

Source of the opcodes: ``pickletools`` in Python's standard library.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import ClassVar

from loadstone.checkpoint.faults import quoted
from loadstone.checkpoint.pytorch.tokens import NAMES, MalformedPickle, Name, Ordered, RefusedPickle, put, rebuild

_STOP = ord(".")
_MAX_MARKS = 64
_SPARE = 1024
_SHORTEST = 6
"""What ``torch.save`` writes has more bytes than this for each container and each memo entry that it makes."""

_OTHER_OPCODES = {
    b"i": "INST, which makes an object of a class",
    b"o": "OBJ, which makes an object of a class",
    b"\x81": "NEWOBJ, which makes an object of a class",
    b"\x92": "NEWOBJ_EX, which makes an object of a class",
    b"\x93": "STACK_GLOBAL, which looks a name up",
    b"\x82": "EXT1, which looks a name up",
    b"\x83": "EXT2, which looks a name up",
    b"\x84": "EXT4, which looks a name up",
}


class TruncatedPickle(Exception):
    """Internal: the bytes end before the pickle does."""


class PickleMachine:
    """Reads one pickle out of ``data``, from ``position`` on; afterwards ``position`` is the byte behind it.

    :param persistent_load: makes a token of a persistent id, which is how a pickle refers to a storage
    """

    def __init__(self, data: bytes, position: int, persistent_load: Callable[[object], object]) -> None:
        self._data = data
        self.position = position
        self._persistent_load = persistent_load
        self._stack: list[object] = []
        self._marks: list[int] = []
        self._memo: dict[int, object] = {}
        self._containers_left = self._memo_left = _SPARE + (len(data) - position) // _SHORTEST

    def run(self) -> object:
        """The value of the pickle.

        :raises TruncatedPickle: the bytes end first
        :raises RefusedPickle: it asks for what weights never need
        :raises MalformedPickle: it makes no sense
        """
        operations = self._OPERATIONS
        data = self._data
        end = len(data)
        try:
            while self.position < end:
                opcode = data[self.position]
                operation = operations.get(opcode)
                if operation is None:
                    if opcode == _STOP:
                        self.position += 1
                        return self._stop()
                    raise self._refusal(opcode)
                handler, width = operation
                start = self.position + 1
                self.position = stop = start + width
                if stop > end:
                    raise TruncatedPickle
                handler(self, int.from_bytes(data[start:stop], "little") if width else 0)
        except IndexError:
            raise MalformedPickle("a pickle", "one that takes more from its stack than it put there") from None
        raise TruncatedPickle

    def _stop(self) -> object:
        if self._marks or len(self._stack) != 1:
            raise MalformedPickle("a pickle of one value", f"{len(self._stack)} values")
        return self._stack[0]

    @staticmethod
    def _refusal(opcode: int) -> RefusedPickle:
        byte = bytes([opcode])
        return RefusedPickle(f"the opcode {_OTHER_OPCODES.get(byte, f'{byte!r}, which torch.save does not write')}")

    def _take(self, count: int) -> bytes:
        start = self.position
        self.position = stop = start + count
        if stop > len(self._data):
            raise TruncatedPickle
        return self._data[start:stop]

    def _count_container(self) -> None:
        self._containers_left -= 1
        if self._containers_left < 0:
            raise RefusedPickle("more containers than its length can account for")

    def _pop(self) -> object:
        # Below the last mark lies what belongs to someone else.
        if self._marks and len(self._stack) <= self._marks[-1]:
            raise IndexError
        return self._stack.pop()

    def _pop_to_mark(self) -> list[object]:
        mark = self._marks.pop()
        items = self._stack[mark:]
        del self._stack[mark:]
        return items

    # Each opcode's handler has the number that follows the opcode, or 0 where none does.

    def _proto(self, protocol: int) -> None:
        if protocol != 2:
            raise MalformedPickle("pickle protocol 2, as torch.save writes", f"protocol {protocol}")

    def _mark(self, _: int) -> None:
        if len(self._marks) >= _MAX_MARKS:
            raise RefusedPickle("containers nested deeper than weights need")
        self._marks.append(len(self._stack))

    def _none(self, _: int) -> None:
        self._stack.append(None)

    def _true(self, _: int) -> None:
        self._stack.append(True)

    def _false(self, _: int) -> None:
        self._stack.append(False)

    def _int(self, value: int) -> None:
        self._stack.append(value)

    def _signed_int(self, value: int) -> None:
        self._stack.append(value - 2**32 if value >= 2**31 else value)

    def _long(self, length: int) -> None:
        self._stack.append(int.from_bytes(self._take(length), "little", signed=True))

    def _float(self, bits: int) -> None:
        self._stack.append(struct.unpack(">d", bits.to_bytes(8, "little"))[0])

    def _text(self, length: int) -> None:
        text = self._take(length)
        try:
            self._stack.append(text.decode("utf-8"))
        except UnicodeDecodeError:
            raise MalformedPickle("text in UTF-8", f"{text[:40]!r}") from None

    def _empty_tuple(self, _: int) -> None:
        self._stack.append(())

    def _tuple(self, _: int) -> None:
        self._count_container()
        self._stack.append(tuple(self._pop_to_mark()))

    def _tuple1(self, _: int) -> None:
        self._push_tuple(1)

    def _tuple2(self, _: int) -> None:
        self._push_tuple(2)

    def _tuple3(self, _: int) -> None:
        self._push_tuple(3)

    def _push_tuple(self, count: int) -> None:
        self._count_container()
        items = [self._pop() for _ in range(count)]
        self._stack.append(tuple(reversed(items)))

    def _empty_list(self, _: int) -> None:
        self._count_container()
        self._stack.append([])

    def _append(self, _: int) -> None:
        self._extend([self._pop()])

    def _appends(self, _: int) -> None:
        self._extend(self._pop_to_mark())

    def _extend(self, items: list[object]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            raise MalformedPickle("a list to append to", f"a {type(target).__name__}")
        target.extend(items)

    def _empty_dict(self, _: int) -> None:
        self._count_container()
        self._stack.append({})

    def _set_item(self, _: int) -> None:
        value, key = self._pop(), self._pop()
        self._update([key, value])

    def _set_items(self, _: int) -> None:
        self._update(self._pop_to_mark())

    def _update(self, items: list[object]) -> None:
        target = self._stack[-1]
        if not isinstance(target, dict) or len(items) % 2:
            raise MalformedPickle("pairs for a dict", f"{len(items)} values for a {type(target).__name__}")
        put(target, zip(items[::2], items[1::2], strict=True))

    def _global(self, _: int) -> None:
        full_name = f"{self._line()}.{self._line()}"
        if full_name not in NAMES:
            raise RefusedPickle(f"the global {quoted(full_name)}")
        self._count_container()
        self._stack.append(Name(full_name))

    def _line(self) -> str:
        stop = self._data.find(b"\n", self.position, self.position + 256)
        if stop < 0:
            if self.position + 256 > len(self._data):
                raise TruncatedPickle
            raise RefusedPickle("a global with an endless name")
        line = self._data[self.position : stop]
        self.position = stop + 1
        return line.decode("utf-8", "backslashreplace")

    def _reduce(self, _: int) -> None:
        self._count_container()
        args, function = self._pop(), self._pop()
        if not isinstance(function, Name) or type(args) is not tuple:
            raise RefusedPickle(f"a call of a {type(function).__name__}")
        self._stack.append(rebuild(function.full_name, args))

    def _build(self, _: int) -> None:
        state, target = self._pop(), self._stack[-1]
        # A module's state_dict carries its `_metadata` so. No tensor is in there; it is dropped.
        if not isinstance(target, Ordered) or not isinstance(state, dict):
            raise RefusedPickle(f"the opcode BUILD on a {type(target).__name__}")

    def _persistent_id(self, _: int) -> None:
        self._count_container()
        self._stack.append(self._persistent_load(self._pop()))

    def _get(self, index: int) -> None:
        try:
            self._stack.append(self._memo[index])
        except KeyError:
            raise MalformedPickle(f"memo entry {index}", "none") from None

    def _put(self, index: int) -> None:
        self._memo_left -= 1
        if self._memo_left < 0:
            raise RefusedPickle("more memo entries than its length can account for")
        self._memo[index] = self._stack[-1]

    _OPERATIONS: ClassVar[dict[int, tuple[Callable[[PickleMachine, int], None], int]]] = {
        ord("\x80"): (_proto, 1),
        ord("("): (_mark, 0),
        ord("N"): (_none, 0),
        ord("\x88"): (_true, 0),
        ord("\x89"): (_false, 0),
        ord("K"): (_int, 1),
        ord("M"): (_int, 2),
        ord("J"): (_signed_int, 4),
        ord("\x8a"): (_long, 1),
        ord("G"): (_float, 8),
        ord("X"): (_text, 4),
        ord("U"): (_text, 1),  # a str of Python 2
        ord(")"): (_empty_tuple, 0),
        ord("t"): (_tuple, 0),
        ord("\x85"): (_tuple1, 0),
        ord("\x86"): (_tuple2, 0),
        ord("\x87"): (_tuple3, 0),
        ord("]"): (_empty_list, 0),
        ord("a"): (_append, 0),
        ord("e"): (_appends, 0),
        ord("}"): (_empty_dict, 0),
        ord("s"): (_set_item, 0),
        ord("u"): (_set_items, 0),
        ord("c"): (_global, 0),
        ord("R"): (_reduce, 0),
        ord("b"): (_build, 0),
        ord("Q"): (_persistent_id, 0),
        ord("h"): (_get, 1),
        ord("j"): (_get, 4),
        ord("q"): (_put, 1),
        ord("r"): (_put, 4),
    }
    """Opcode → its handler, and how many bytes its number has."""
