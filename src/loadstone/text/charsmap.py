"""SentencePiece's compiled normalization: checked before it is used, since the library that reads it does not.

Four bytes with the size of a trie, the trie (Darts, https://github.com/s-yata/darts-clone: units of 32 bits), then the
replacements, each ended by a zero byte. A trie whose units point outside of it ends a process inside ``tokenizers``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_IS_VALUE = np.uint32(1 << 31)


def check_charsmap(raw: bytes, wrong: Callable[[str, str], Exception]) -> None:
    """Where a walk through the trie could leave it, or end at no replacement: raises what ``wrong`` makes of what was
    expected and found."""
    if len(raw) < 4:
        raise wrong("at least 4 bytes", f"{len(raw)}")
    trie_nbytes = int.from_bytes(raw[:4], "little")
    if trie_nbytes % 4 or not 0 < trie_nbytes <= len(raw) - 4:
        raise wrong(f"a trie within its {len(raw)} bytes", f"one of {trie_nbytes}")
    replacements = raw[4 + trie_nbytes :]
    try:
        replacements.decode("utf-8")
    except UnicodeDecodeError:
        raise wrong("replacements in UTF-8", "other bytes") from None
    units = np.frombuffer(raw, "<u4", trie_nbytes // 4, 4)
    # A walk starts at the first unit, whatever it says, and goes on at units that are no values.
    nodes = (units & _IS_VALUE) == 0
    nodes[0] = True
    places = np.flatnonzero(nodes).astype(np.int64)
    inner = units[nodes].astype(np.int64)
    # A child lies at its parent's place, xor the offset, xor one byte; a value lies at the first two.
    offsets = (inner >> 10) << ((inner & (1 << 9)) >> 6)
    if places.size and int(((places ^ offsets) | 0xFF).max()) >= units.size:
        raise wrong(f"a trie of {units.size} units", "one that points outside")
    leaves = (places ^ offsets)[(inner >> 8) & 1 == 1]
    values = (units[leaves] & ~_IS_VALUE).astype(np.int64)
    bytes_ = np.frombuffer(replacements + b"\0", np.uint8)
    if values.size and (int(values.max()) >= bytes_.size or bool(((bytes_[values] & 0xC0) == 0x80).any())):
        raise wrong("values that are places of replacements", "others")
