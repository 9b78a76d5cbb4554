"""Plots of how cost grows, as SVG files. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from growth import Axis
from report import Series

_INK: Mapping[str, tuple[str, str]] = {"loadstone": ("#0b5394", "o"), "transformers": ("#b45309", "s")}
"""A library's color and marker."""
_LINES: Mapping[str, dict[str, Any]] = {
    "first": {"linestyle": "-", "markerfacecolor": None},
    "again": {"linestyle": "--", "markerfacecolor": "white"},
}


def draw(axis: Axis, series: Series, libraries: Sequence[str], file: Path) -> None:
    """Medians of load + touch against where a point lies, both axes logarithmic; a panel beside the other.

    The same numbers give the same bytes, so that a file only changes with them.
    """
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    style = {
        "svg.fonttype": "none",
        "svg.hashsalt": axis.case,
        "font.family": "sans-serif",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with pyplot.rc_context(style):
        width = 1.2 + 4.2 * len(axis.panels)
        figure, plots = pyplot.subplots(
            1, len(axis.panels), figsize=(width, 4.2), sharey=True, squeeze=False, layout="constrained"
        )
        for plot, panel in zip(plots[0], axis.panels, strict=True):
            for library in libraries:
                color, marker = _INK[library]
                for turn, line in _LINES.items():
                    keys = [(point.at, (library, axis.key(panel, point), f"total_{turn}_s")) for point in panel.points]
                    found = [(at / axis.scale, series.median(*key)) for at, key in keys if key in series]
                    if not found:
                        continue
                    plot.plot(
                        *zip(*found, strict=True),
                        color=color,
                        marker=marker,
                        label=f"{library}, {turn}",
                        **line | {"markerfacecolor": line["markerfacecolor"] or color},
                    )
            plot.set_xscale("log")
            plot.set_yscale("log")
            if not axis.grows:
                plot.xaxis.set_major_locator(FixedLocator([point.at for point in panel.points]))
                plot.xaxis.set_minor_locator(NullLocator())
            plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            plot.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            plot.set_title(panel.title, fontsize=10)
            plot.set_xlabel(axis.label)
            plot.grid(which="major", color="#d9d9d9", linewidth=0.7)
            plot.set_axisbelow(True)
        plots[0][0].set_ylabel("load + touch every page, s")
        figure.suptitle(axis.title, fontsize=11)
        handles, labels = plots[0][0].get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="outside lower center",
            ncols=2 if len(axis.panels) == 1 else len(labels),
            frameon=False,
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, metadata={"Date": None}, facecolor="white")
        pyplot.close(figure)
