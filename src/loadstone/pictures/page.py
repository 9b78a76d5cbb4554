"""Pictures put together: an SVG file, an HTML page with a map to zoom into, and a fragment for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from loadstone.pictures import timeline, treemap
from loadstone.pictures.markup import escaped, readable, script_data
from loadstone.pictures.palette import variables
from loadstone.pictures.timeline import Group
from loadstone.pictures.tree import COLORS, MOST_NODES, Node, Tree, seen

_WIDTH, _MAP_HEIGHT = 1160, 640
_NARROW = 376
"""Of a timeline, on a phone."""
_HEAD_PX, _FONT = 58, "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
_MOST_DATA_BYTES = 2_200_000
_NAME_CHARACTERS = 80


class Picture(NamedTuple):
    """All that is shown of a plan, or of a load."""

    title: str
    """The class of the model."""
    subtitle: str
    tree: Tree
    groups: Sequence[Group] = ()
    """The timeline; none for a plan."""
    facts: Sequence[tuple[str, str]] = ()
    """A table: what, and how much."""
    notes: Sequence[str] = ()


def svg(picture: Picture) -> str:
    """A file of its own, which follows the reader's choice of light or dark."""
    height = _HEAD_PX + _MAP_HEIGHT + (timeline.height_of(picture.groups, _WIDTH) + 16 if picture.groups else 0)
    inside = (
        f'<rect class="paper" width="{_WIDTH + 40}" height="{height + 40}"/><g transform="translate(20 20)">'
        f'<text class="title" x="0" y="18">{escaped(picture.title, 80)}</text>'
        f'<text class="note" x="0" y="40">{escaped(picture.subtitle, 160)}</text>'
        f'<g transform="translate(0 {_HEAD_PX})">{treemap.drawing(picture.tree, _WIDTH, _MAP_HEIGHT)}</g>'
    )
    if picture.groups:
        top = _HEAD_PX + _MAP_HEIGHT + 16
        inside += f'<g transform="translate(0 {top})">{timeline.drawing(picture.groups, _WIDTH)}</g>'
    return _svg(f"{inside}</g>", _WIDTH + 40, height + 40, f"{variables('svg')}{_style('')}", picture.title)


def fragment(picture: Picture) -> str:
    """What a notebook shows: no script, and no style that reaches beyond it."""
    scope = ".loadstone-picture"
    parts = [_svg(treemap.drawing(picture.tree, 900, 420), 900, 420, "", f"memory of {picture.title}")]
    if picture.groups:
        height = timeline.height_of(picture.groups, 900)
        parts.append(_svg(timeline.drawing(picture.groups, 900), 900, height, "", f"load of {picture.title}"))
    style = f"{variables(scope)}{_style(scope + ' ')}{scope}{{background:var(--paper);color:var(--ink);padding:8px}}"
    return (
        f'<div class="loadstone-picture"><style>{style}{scope} svg{{max-width:100%;height:auto}}</style>'
        f"<strong>{escaped(picture.title, 80)}</strong> {escaped(picture.subtitle, 160)}<br>{''.join(parts)}</div>"
    )


def html(picture: Picture) -> str:
    """A page that needs nothing else: no network, and without its script the picture stands still."""
    tree = picture.tree
    radios = "".join(
        f'<label><input type="radio" name="color" value="{number}"{" checked" * (number == tree.color_by)}> '
        f"{escape(legend.title)}</label>"
        for number, legend in enumerate(tree.legends)
    )
    still = _svg(treemap.drawing(tree, _WIDTH, _MAP_HEIGHT), _WIDTH, _MAP_HEIGHT, "", "memory by module")
    drawn = ""
    if picture.groups:
        wide, narrow = (
            f'<div class="{name}">{_timeline(picture.groups, width)}</div>'
            for name, width in (("wide", _WIDTH), ("narrow", _NARROW))
        )
        drawn = f'<section class="time"><h2>Time</h2>{wide}{narrow}</section>'
    rows = "".join(f"<tr><th>{escaped(what)}</th><td>{escaped(value)}</td></tr>" for what, value in picture.facts)
    notes = "".join(f"<li>{escaped(note, 400)}</li>" for note in picture.notes)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escaped(picture.title, 80)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{variables(':root')}{_style('')}{_beside('page.css')}</style></head>"
        '<body class="still"><main>'
        f'<header><h1>{escaped(picture.title, 80)}</h1><p class="about">{escaped(picture.subtitle, 300)}</p></header>'
        f'<section class="memory"><h2>Memory</h2><div class="bar-above"><nav id="trail" aria-label="shown"></nav>'
        f'<fieldset id="colors"><legend>color by</legend>{radios}</fieldset></div><ul id="legend"></ul>'
        f'<div id="map" role="tree" aria-label="memory by module">{still}</div>'
        '<p class="help">Click, or Enter, goes into a module; Escape goes out; arrow keys move.</p></section>'
        f"{drawn}<section><h2>Figures</h2><table>{rows}</table><ul>{notes}</ul></section></main>"
        f'<div id="tip" role="status" hidden></div><script type="application/json" id="data">{_data(tree)}</script>'
        f"<script>{_beside('treemap.js')}</script></body></html>\n"
    )


def _data(tree: Tree) -> str:
    """The tree for the script, which draws what can be seen of it; the largest of its nodes if it is too large."""
    legends = [
        {"title": legend.title, "values": [[readable(value, 60), size] for value, size in treemap.legend_of(legend)]}
        for legend in tree.legends
    ]
    most = MOST_NODES
    while True:
        root = seen(tree.root, tree.root.nbytes / most)
        text = script_data({"legends": legends, "by": tree.color_by, "root": _packed(root)})
        if len(text) <= _MOST_DATA_BYTES or most < 1000:
            return text
        most //= 2


def _timeline(groups: Sequence[Group], width: int) -> str:
    return _svg(timeline.drawing(groups, width), width, timeline.height_of(groups, width), "", "load over time")


def _packed(node: Node) -> list[object]:
    """Name, bytes, tensors, looks, and the same of each child."""
    values: list[object] = [readable(node.name, _NAME_CHARACTERS), node.nbytes, node.tensors, *node.looks]
    return [*values, [_packed(child) for child in node.children]] if node.children else values


def _svg(inside: str, width: int, height: int, style: str, label: str) -> str:
    styled = f"<style>{style}</style>" if style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escaped(label, 80)}" font-family="{_FONT}" font-size="11">{styled}{inside}</svg>'
    )


def _style(scope: str) -> str:
    """How the parts of drawings look, below ``scope``."""
    rules = {
        "text": "fill:var(--ink)",
        ".paper": "fill:var(--paper)",
        ".title": "font-size:18px;font-weight:600",
        ".frame": "fill:var(--frame);stroke:var(--line)",
        ".frame~.name": "font-weight:600",
        ".cell": "stroke:var(--paper)",
        ".cell~text": "fill:#111",
        ".note,.size,.tick": "fill:var(--faint)",
        ".cell~.size": "fill:#222",
        ".head": "font-weight:600;font-size:12px",
        ".end": "text-anchor:end",
        ".tick": "text-anchor:middle",
        ".grid": "stroke:var(--line);stroke-dasharray:2 3",
        **{f".c{number}": f"fill:var(--c{number});background-color:var(--c{number})" for number in range(COLORS)},
    }
    return "".join(
        f"{','.join(scope + each for each in selector.split(','))}{{{rule}}}" for selector, rule in rules.items()
    )


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
