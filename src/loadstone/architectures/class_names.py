"""What the classes of a family's modules are called, as its users know them: ``LlamaDecoderLayer``, ``BertAttention``.

A family says it in a table (``Family.class_names``): the end of a module's path → the name of its class, in which
``{}`` stands for the stem of the family's names. ``{}`` in a path is a number. What no path fits is called by its
kind of component (:data:`KINDS`); the table may have names for kinds, too, and under ``""`` another stem. Layers
directly in a list of layers are those whose path ends in ``{}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "Attention": "{}Attention",
    "Gated": "{}MLP",
    "FeedForward": "{}MLP",
    "SparseExperts": "{}SparseMoeBlock",
    "Experts": "{}Experts",
    "RMSNorm": "{}RMSNorm",
    "RotaryEmbedding": "{}RotaryEmbedding",
    "Embeddings": "{}Embeddings",
    "Patches": "{}Embeddings",
    "Pooler": "{}Pooler",
}
"""Kind of component → name, for most families."""

DECODERS: Mapping[str, str] = {"layers.{}": "{}DecoderLayer"}
"""The table of most decoders."""


class ClassNames:
    """The names of one family's classes, whose names begin with ``stem``."""

    def __init__(self, stem: str, table: Mapping[str, str]) -> None:
        stem = table.get("", stem)
        self._by_key = {key: name.replace("{}", stem) for key, name in {**KINDS, **table}.items()}
        self._paths = sorted((key for key in table if key), key=lambda key: -key.count("."))
        ends = "|".join(f"({re.escape(key).replace(_NUMBER_IN_KEYS, '[0-9]+')})" for key in self._paths)
        self._ending = re.compile(rf"(?:^|\.)(?:{ends})$")
        self._last = {key.rpartition(".")[2] for key in self._paths}

    @property
    def layers(self) -> list[str]:
        """The classes of what lies in the lists of layers."""
        return list(dict.fromkeys(self._by_key[key] for key in self._paths if key.endswith("{}")))

    def of(self, path: str, kind: str) -> str:
        """The name of the class of a module at a path; that of its kind of component where the family has none."""
        last = path.rpartition(".")[2]
        if last not in self._last and not ("{}" in self._last and last.isdecimal()):
            return self._by_key.get(kind, kind)  # as for most
        found = self._ending.search(path)
        if found is None or found.lastindex is None:
            return self._by_key.get(kind, kind)
        return self._by_key[self._paths[found.lastindex - 1]]


_NUMBER_IN_KEYS = re.escape("{}")
