"""A tree of weights as a treemap in SVG: each module a frame around its parts, each area as large as its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from loadstone.core.sizes import format_bytes
from loadstone.pictures.markup import escaped, fitted
from loadstone.pictures.squarify import Box, cut
from loadstone.pictures.tree import Legend, Node, Tree, seen

HEAD_PX = 16
"""Of a frame, for the module's name."""
GAP_PX = 2
_LEAST_AREA_PX = 60
"""Of a part; smaller ones are merged."""
OPEN_PX = (46, 34)
"""Width and height from which on a module is a frame with its parts in it; below it is one cell with its name."""
_FONT_PX = 11
_LEGEND_PX = 22


class Tile(NamedTuple):
    """A cell, or a frame that has others in it."""

    node: Node
    path: str
    box: Box
    depth: int
    is_open: bool


def tiles(root: Node, box: Box) -> Iterator[Tile]:
    """What is seen, each frame before what lies in it."""
    if not root.children:
        return
    least = _LEAST_AREA_PX * root.nbytes / max(box.width * box.height, 1.0)
    yield from _tiles(seen(root, least), "", box, 0)


def legend_of(legend: Legend) -> list[tuple[str, str]]:
    """Each value of a legend with its share in bytes, in the order of the colors."""
    return [(_named(value), format_bytes(nbytes)) for value, nbytes in zip(*legend[1:], strict=True)]


def drawing(tree: Tree, width: int, height: int) -> str:
    """The legend and the map below it, as the inside of an ``<svg>`` of that size."""
    by = tree.color_by
    parts = [*_legend(tree.legends[by], width)]
    box = Box(0, _LEGEND_PX, width, height - _LEGEND_PX)
    for tile in tiles(tree.root, box):
        if tile.depth:
            parts.append(_drawn(tile, tree, by))
    return "".join(parts)


def about(node: Node, path: str, tree: Tree) -> str:
    """What a tooltip says of a module: its name, its size, and its value for each legend."""
    lines = [path or "all weights", format_bytes(node.nbytes)]
    if node.tensors > 1:
        lines[-1] += f" in {node.tensors:,} tensors"
    for legend, look in zip(tree.legends[1:], node.looks[1:], strict=True):
        if look // 2 < len(legend.values):
            lines.append(f"{'mostly ' if look % 2 else ''}{_named(legend.values[look // 2])}")
    return "\n".join(lines)


def _tiles(node: Node, path: str, box: Box, depth: int) -> Iterator[Tile]:
    is_open = bool(node.children) and (depth == 0 or (box.width >= OPEN_PX[0] and box.height >= OPEN_PX[1]))
    yield Tile(node, path, box, depth, is_open)
    if not is_open:
        return
    inner = box
    if depth:
        inner = Box(
            *(box.x + GAP_PX, box.y + HEAD_PX),
            *(box.width - 2 * GAP_PX, box.height - HEAD_PX - GAP_PX),
        )
    for child, part in zip(node.children, cut([child.nbytes for child in node.children], inner), strict=True):
        yield from _tiles(child, f"{path}.{child.name}" if path else child.name, part, depth + 1)


def _drawn(tile: Tile, tree: Tree, by: int) -> str:
    node, (x, y, width, height) = tile.node, tile.box
    kind = f"frame d{min(tile.depth, 4)}" if tile.is_open else f"cell c{node.looks[by] // 2}"
    rect = f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    return f"<g><title>{escaped(about(node, tile.path, tree), 400)}</title>{rect}{''.join(_labels(tile))}</g>"


def _labels(tile: Tile) -> Iterator[str]:
    """The name, and the size where there is room for it."""
    x, y, width, height = tile.box
    label = tile.node.name.removesuffix(".weight")
    size = format_bytes(tile.node.nbytes)
    if height < _FONT_PX + 3:
        return
    if tile.is_open:
        name = fitted(label, width - 8, _FONT_PX)
        yield _text("name", x + 4, y + 12, name)
        room = width - 16 - 0.68 * _FONT_PX * len(name)
        if not name.endswith("…") and fitted(size, room, _FONT_PX) == size:
            yield _text("size end", x + width - 4, y + 12, size)
        return
    yield _text("name", x + 4, y + 13, fitted(label, width - 7, _FONT_PX))
    if height >= 2 * _FONT_PX + 8 and fitted(size, width - 7, _FONT_PX) == size:
        yield _text("size", x + 4, y + 27, size)


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escaped(text)}</text>' if text else ""


def _legend(legend: Legend, width: int) -> Iterator[str]:
    """One row: a square and a name for each color, as many as there is room for."""
    x = 0.0
    for number, (value, size) in enumerate(legend_of(legend)):
        text = fitted(f"{value} {size}", 260, _FONT_PX)
        needed = 18 + 0.64 * _FONT_PX * len(text) + 12
        if x + needed > width:
            return
        yield f'<rect class="key c{number}" x="{x:.1f}" y="3" width="11" height="11" rx="2"/>'
        yield _text("size", x + 16, 13, text)
        x += needed


def _named(value: str) -> str:
    return f"accelerator {value}" if value.isdecimal() else value
