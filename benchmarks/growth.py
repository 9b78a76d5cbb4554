"""How cost grows: the axes along which a load is measured, one checkpoint for each point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report import Series, shown
from shapes import QUICK, TINYLLAMA, Shape, Stored
from shapes_experts import MIXTRAL, QUICK_MIXTRAL, Qwen3Moe

TURNS = ("first", "again")
PATIENCE_S = 20.0
"""A peer stops before a point at which its first load would take longer (see :func:`forecast_s`)."""


@dataclass(frozen=True)
class Point:
    """Where on the axis, and the checkpoint that lies there."""

    at: int
    shape: Stored
    threads: int | None = None


@dataclass(frozen=True)
class Panel:
    """One curve for each library and turn."""

    title: str
    points: Sequence[Point]
    dtype: str = "auto"
    fills: bool = True
    """Whether the model is in memory of its own."""


@dataclass(frozen=True)
class Axis:
    """One plot."""

    case: str
    title: str
    label: str
    """Of the axis, with its unit."""
    panels: Sequence[Panel]
    scale: float = 1
    """What ``at`` is divided by to be shown."""
    grows: bool = True
    """Whether there is more to do farther along the axis."""

    def key(self, panel: Panel, point: Point) -> str:
        """The case of a point's samples."""
        return f"{self.case}, {panel.title}, {point.at}"


def axes(quick: bool) -> tuple[Axis, ...]:
    """All of them; ``quick`` ends each where a process takes little more than its imports."""
    tensors, layers = ((3, 8), (11, 33)) if quick else ((3, 8, 25, 80, 254), (111, 333, 1111, 3333))
    shards = (1, 10) if quick else (1, 10, 100, 1000)
    sizes = _SIZES[:2] if quick else _SIZES
    threads = (1, 2) if quick else (1, 2, 4)
    llama, mixtral = (QUICK, QUICK_MIXTRAL) if quick else (TINYLLAMA, MIXTRAL)
    return (
        Axis(
            "by-tensors",
            "Time against the number of tensors",
            "stored tensors",
            (
                Panel("layers of 128 experts of 3 × 1 KiB", [_counted(_experts(number)) for number in tensors]),
                Panel("layers of 9 tensors, 26 KiB", [_counted(_layers(number)) for number in layers], fills=False),
            ),
        ),
        Axis(
            "by-shards",
            f"Time against the number of shards ({_even(1, quick).nbytes / 1e6:.0f} MB in all)",
            "shards",
            (Panel("bfloat16 → bfloat16", [Point(number, _even(number, quick)) for number in shards], fills=False),),
        ),
        Axis(
            "by-bytes",
            "Time against total bytes",
            "checkpoint, MB",
            (
                Panel("bfloat16 → bfloat16", [Point(shape.nbytes, shape) for shape in sizes], fills=False),
                Panel("bfloat16 → float32", [Point(shape.nbytes, shape) for shape in sizes], dtype="float32"),
            ),
            scale=1e6,
        ),
        Axis(
            "by-threads",
            "Time against threads",
            "threads",
            (
                Panel("bfloat16 → bfloat16", [Point(number, llama, number) for number in threads], fills=False),
                Panel("bfloat16 → float32", [Point(number, llama, number) for number in threads], dtype="float32"),
                Panel("experts stacked", [Point(number, mixtral, number) for number in threads]),
            ),
            grows=False,
        ),
    )


def forecast_s(first_s: float, again_s: float, ratio: float) -> float:
    """A first load where the axis is at ``ratio`` times this point: what does not come again stays, the rest grows."""
    return first_s - again_s + again_s * ratio


_SIZES = (
    Shape("llama-10mb", 256, 704, 4, 4, 2, 4096),
    QUICK,
    Shape("llama-500mb", 1024, 2816, 16, 16, 4, 32000),
    TINYLLAMA,
    Shape("llama-4gb", 2048, 5632, 42, 32, 4, 32000),
)


def _counted(shape: Stored) -> Point:
    return Point(sum(1 for _ in shape.tensors()), shape)


def _experts(layers: int) -> Qwen3Moe:
    return Qwen3Moe(f"experts-{layers}-layers", 32, 16, layers, 128, 2, 1, 256)


def _layers(layers: int) -> Shape:
    return Shape(f"llama-{layers}-layers", 32, 96, layers, 2, 2, 256, shards=1)


def _even(shards: int, quick: bool) -> Shape:
    """Matrices of one size, more of them than shards, so that no shard is empty."""
    width, layers = (64, 10) if quick else (256, 150)
    return Shape(f"llama-{layers}x{width}", width, width, layers, 4, 4, width, shards=shards)


def table(axis: Axis, series: Series, libraries: Sequence[str]) -> str:
    """The medians of load + touch, first and again, a line a point."""
    columns = [(library, turn) for library in libraries for turn in TURNS]
    lines = [
        f"| {axis.label} | {' | '.join(f'{library}, {turn}' for library, turn in columns)} |",
        f"| --- |{' ---: |' * len(columns)}",
    ]
    for panel in axis.panels:
        for point in panel.points:
            cells = [f"{panel.title}: {point.at / axis.scale:,.0f}"]
            for library, turn in columns:
                found = library, axis.key(panel, point), f"total_{turn}_s"
                cells.append(shown(series.median(*found), found[2]) if found in series else "–")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
