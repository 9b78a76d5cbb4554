"""Colors that color-blind people tell apart too, with text in black on them, for light pages and for dark ones.

Source: Paul Tol, SRON technical note SRON/EPS/TN/09-002 (2021), the scheme "light", which is meant for labeled cells.
"""

from __future__ import annotations

_LIGHT = ("#77aadd", "#ee8866", "#eedd88", "#44bb99", "#ffaabb", "#99ddff", "#bbcc33", "#dddddd")
_DARK = ("#6795c2", "#d0775a", "#cfc077", "#3ca385", "#de94a3", "#86c1de", "#a4b32d", "#b4b4b4")


_PAPER = {"paper": "#ffffff", "ink": "#1b1f24", "faint": "#57606a", "line": "#c9d1d9", "frame": "#f0f2f5"}
_NIGHT = {"paper": "#0d1117", "ink": "#e6edf3", "faint": "#9aa4af", "line": "#3d444d", "frame": "#1c2229"}


def variables(scope: str) -> str:
    """CSS that names the colors within ``scope``, a selector: ``--c0`` and so on, ``--ink``, ``--paper``, …"""

    def rule(colors: tuple[str, ...], others: dict[str, str]) -> str:
        named = {**{f"c{number}": color for number, color in enumerate(colors)}, **others}
        return f"{scope}{{{';'.join(f'--{name}:{color}' for name, color in named.items())}}}"

    return f"{rule(_LIGHT, _PAPER)}@media(prefers-color-scheme:dark){{{rule(_DARK, _NIGHT)}}}"
