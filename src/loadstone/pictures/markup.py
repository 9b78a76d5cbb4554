"""Text that comes from files, made safe to stand in SVG, HTML and a script's data."""

from __future__ import annotations

import json
import re
import unicodedata
from html import escape

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""What XML forbids, what no font shows, and what turns the direction of the text around it."""


def readable(text: str, most: int = 200) -> str:
    """At most so many characters, with those that steer spelled out, as ``\\x1b`` is."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), short)


def escaped(text: str, most: int = 200) -> str:
    """As text between tags, or between the quotes of an attribute."""
    return escape(readable(text, most))


def script_data(value: object) -> str:
    """JSON that can stand in a ``<script>`` element: nothing in it ends the element, or opens a comment."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def fitted(text: str, width: float, font_px: float) -> str:
    """As much of a text as is sure to fit into ``width`` pixels; nothing where that is less than two characters."""
    text = readable(text)
    most = width / (0.62 * font_px)  # the widest common sans-serif takes so much for a character on average
    if sum(map(_columns, text)) <= most:
        return text
    kept, used = 0, 1.0
    for character in text:
        used += _columns(character)
        if used > most:
            break
        kept += 1
    return text[:kept] + "…" if kept >= 2 else ""


def _columns(character: str) -> float:
    if character in "mwMW@%—…":
        return 1.5
    return 1.7 if unicodedata.east_asian_width(character) in "WF" else 1.0 if character.isascii() else 1.3
