"""What happened when, as bars over time in SVG: one track for each step, and for each file that was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from loadstone.core.sizes import format_bytes
from loadstone.pictures.markup import escaped, fitted

_TRACK_PX, _BAR_PX, _FONT_PX = 22, 14, 11
_NAME_PX, _NOTE_PX = 190, 250
"""Columns beside the bars: what a track is, and what it came to."""
_NARROW_PX, _INSET_PX = 600, 14
_AXIS_PX = 24
_STRIPS = 6
"""Threads of which each has a strip of a track of its own."""


class Bar(NamedTuple):
    """Some time, in seconds since the beginning."""

    start_s: float
    stop_s: float
    about: str
    """For its tooltip."""
    color: int = 0
    strip: int = 0
    """Where several go on at once: which of them this is."""


class Track(NamedTuple):
    """A row of bars."""

    name: str
    note: str
    bars: tuple[Bar, ...]


class Group(NamedTuple):
    """Tracks under a title."""

    title: str
    tracks: tuple[Track, ...]
    keys: tuple[tuple[str, int], ...] = ()
    """What each color means, where there are several."""


def height_of(groups: Sequence[Group], width: int) -> int:
    """In pixels."""
    return sum(_TRACK_PX + _track_px(width) * len(group.tracks) for group in groups) + _AXIS_PX


def _track_px(width: int) -> int:
    """A narrow picture has the texts of a track above its bars, where another has them beside."""
    return _TRACK_PX if width >= _NARROW_PX else 2 * _TRACK_PX


def drawing(groups: Sequence[Group], width: int) -> str:
    """The tracks above an axis of seconds, as the inside of an ``<svg>``."""
    total = max((bar.stop_s for group in groups for track in group.tracks for bar in track.bars), default=0.0) or 1e-3
    is_narrow = width < _NARROW_PX
    left, right = (_INSET_PX, width - _INSET_PX) if is_narrow else (_NAME_PX, width - _NOTE_PX)
    scale = (right - left) / total
    bottom = height_of(groups, width) - _AXIS_PX
    parts = [*_axis(total, left, scale, bottom)]
    y = 0
    for group in groups:
        parts.append(f'<text class="head" x="0" y="{y + 15}">{escaped(group.title)}</text>')
        parts += _keys(group, _NAME_PX / 2 if is_narrow else left, y)
        y += _TRACK_PX
        for track in group.tracks:
            parts.append(f'<text class="track" x="0" y="{y + 15}">{escaped(_start(track.name))}</text>')
            note = fitted(track.note, _NOTE_PX - 12, _FONT_PX)
            place = f'note end" x="{width}' if is_narrow else f'note" x="{right + 12}'
            parts.append(f'<text class="{place}" y="{y + 15}">{escaped(note)}</text>')
            y += _track_px(width)
            strips = min(1 + max((bar.strip for bar in track.bars), default=0), _STRIPS)
            parts += [_bar(bar, strips, y - _TRACK_PX, left, scale) for bar in track.bars]
    return "".join(parts)


def _keys(group: Group, x: float, y: int) -> Iterator[str]:
    for meaning, color in group.keys:
        yield f'<rect class="key c{color}" x="{x:.1f}" y="{y + 5}" width="11" height="11" rx="2"/>'
        yield f'<text class="note" x="{x + 16:.1f}" y="{y + 15}">{escaped(meaning)}</text>'
        x += 40 + 0.6 * _FONT_PX * len(meaning)


def _start(name: str) -> str:
    """The end of a long name tells more: shards differ in it."""
    if fitted(name, _NAME_PX - 10, _FONT_PX) == name:
        return name
    reversed_end = fitted(name[::-1], _NAME_PX - 10, _FONT_PX)
    return "…" + reversed_end.rstrip("…")[::-1]


def _bar(bar: Bar, strips: int, y: int, left: float, scale: float) -> str:
    height = _BAR_PX / strips
    top = y + (_TRACK_PX - _BAR_PX) / 2 + height * (bar.strip % strips)
    width = max((bar.stop_s - bar.start_s) * scale, 1.0)
    return (
        f'<rect class="bar c{bar.color}" x="{left + bar.start_s * scale:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}"><title>{escaped(bar.about, 400)}</title></rect>'
    )


def _axis(total: float, left: float, scale: float, bottom: int) -> Iterator[str]:
    """A line at each round number of seconds."""
    step = _step(total / 5)
    for number in range(int(total / step + 1e-9) + 1):
        x = left + number * step * scale
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TRACK_PX}" y2="{bottom + 4}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{bottom + 18}">{escaped(_tick(number * step))}</text>'


def _step(least: float) -> float:
    """The next of 1, 2, 5, 10, … times a power of ten."""
    power = 1e-6
    while True:
        for digit in (1, 2, 5):
            if digit * power >= least:
                return digit * power
        power *= 10


def _tick(time_s: float) -> str:
    return f"{time_s * 1000:.4g} ms" if 0 < time_s < 1 else f"{time_s:.4g} s"


def seconds(time_s: float) -> str:
    """``0.0123`` → ``"12.3 ms"``; ``75`` → ``"75.0 s"``."""
    if not time_s:
        return "0"
    return f"{time_s * 1000:.3g} ms" if time_s < 1 else f"{time_s:.2f} s" if time_s < 10 else f"{time_s:.1f} s"


def rate(nbytes: int, time_s: float) -> str:
    """``"2.20 GB in 1.10 s, 2.00 GB/s"``."""
    if time_s <= 0:
        return format_bytes(nbytes)
    return f"{format_bytes(nbytes)} in {seconds(time_s)}, {format_bytes(nbytes / time_s)}/s"
