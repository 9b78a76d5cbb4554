"""Writes ``docs/rooms.svg``: the rooms of the package and what imports what, from the imports themselves.

Run ``python tools/draw_rooms.py`` after a room was added or an arrow changed; a test compares the file with what this
makes. An arrow that follows from others is not drawn: what a room may import, all above it may import too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "loadstone"
PICTURE = ROOT / "docs" / "rooms.svg"
FRAMEWORKS = ("torch", "flax", "tensorflow")
_UPWARDS = {"loadstone.pipeline.load.from_pretrained", "loadstone.pipeline.swap_weights.swap_weights"}
"""What the classes' own ``from_pretrained`` imports when it is called: the one arrow upwards, which is not drawn."""

Arrows = Mapping[str, set[str]]
_BOX_WIDTH, _BOX_HEIGHT, _GAP, _FLOOR, _MARGIN = 128, 34, 44, 76, 24


def room_of(module: str) -> str | None:
    """``loadstone.checkpoint.names`` → ``checkpoint``; None for a module that is not ours, or lies at the root."""
    parts = module.split(".")
    if parts[0] != "loadstone" or len(parts) < 2 or parts[1] in ("__init__", "modeling_utils"):
        return None
    if parts[1] == "frameworks" and len(parts) > 2 and parts[2] in FRAMEWORKS:
        return f"frameworks.{parts[2]}"
    return parts[1] if parts[1] == "errors" or (PACKAGE / parts[1]).is_dir() else None


def imported(file: Path) -> Iterator[str]:
    """Every name that a file imports, wherever in it, as ``module.name``."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows() -> dict[str, set[str]]:
    """Room → the rooms that it imports."""
    graph: dict[str, set[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        room = room_of("loadstone." + ".".join(file.relative_to(PACKAGE).with_suffix("").parts))
        if room is None:
            continue
        others = {room_of(name) for name in imported(file) if name not in _UPWARDS}
        graph.setdefault(room, set()).update(other for other in others if other not in (None, room))
    return graph


def reached(room: str, graph: Arrows) -> set[str]:
    """All rooms below a room."""
    below: set[str] = set()
    rest = [room]
    while rest:
        new = graph.get(rest.pop(), set()) - below
        below |= new
        rest += new
    return below


def reduced(graph: Arrows) -> dict[str, set[str]]:
    """The arrows that do not follow from others."""
    return {
        room: {other for other in below if not any(other in reached(third, graph) for third in below - {other})}
        for room, below in graph.items()
    }


def floors(graph: Arrows) -> list[list[str]]:
    """The rooms by the length of the longest way down, from the ground up."""
    height: dict[str, int] = {}

    def of(room: str) -> int:
        if room not in height:
            height[room] = 1 + max(map(of, graph.get(room, ())), default=-1)
        return height[room]

    rows: list[list[str]] = [[] for _ in range(1 + max(map(of, sorted(graph))))]
    for room in sorted(graph):
        rows[height[room]].append(room)
    return rows


def picture(graph: Arrows) -> str:
    """The rooms as an SVG: the ground floor at the bottom, arrows to what is imported."""
    rows = floors(graph)
    width = 2 * _MARGIN + max(len(row) * (_BOX_WIDTH + _GAP) - _GAP for row in rows)
    height = 2 * _MARGIN + (len(rows) - 1) * _FLOOR + _BOX_HEIGHT
    corner: dict[str, tuple[float, float]] = {}
    for level, row in enumerate(rows):
        left = (width - len(row) * (_BOX_WIDTH + _GAP) + _GAP) / 2
        for index, room in enumerate(row):
            corner[room] = left + index * (_BOX_WIDTH + _GAP), height - _MARGIN - _BOX_HEIGHT - level * _FLOOR
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
        '     font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="The rooms of Loadstone">',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
        '<path d="M0,0 L8,4 L0,8 z" fill="#7a8699"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for room, below in sorted(reduced(graph).items()):
        x, y = corner[room]
        for other in sorted(below):
            to_x, to_y = corner[other]
            start, end = (x + _BOX_WIDTH / 2, y + _BOX_HEIGHT), (to_x + _BOX_WIDTH / 2, to_y)
            bend = (end[1] - start[1]) / 2
            lines.append(
                f'<path d="M{start[0]:g},{start[1]:g} C{start[0]:g},{start[1] + bend:g} {end[0]:g},{end[1] - bend:g} '
                f'{end[0]:g},{end[1]:g}" fill="none" stroke="#7a8699" marker-end="url(#head)"/>'
            )
    for room, (x, y) in sorted(corner.items()):
        lines += [
            f'<rect x="{x:g}" y="{y:g}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="6" fill="#eef3fb" '
            'stroke="#3b5b8c"/>',
            f'<text x="{x + _BOX_WIDTH / 2:g}" y="{y + _BOX_HEIGHT / 2 + 4.5:g}" text-anchor="middle" fill="#1c2b44">'
            f"{escape(room.removeprefix('frameworks.') if '.' in room else room)}</text>",
        ]
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(picture(arrows()), encoding="utf-8")
    print(f"Written: {PICTURE.relative_to(ROOT)}")
