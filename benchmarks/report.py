"""From samples to words: medians, the section of RESULTS.md, the raw data as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HEADER = "# Results\n\nEach section is written by the command that it names, and replaced by its next run.\n"


@dataclass(frozen=True)
class Sample:
    """The figures of one fresh process. Each figure's name ends in its unit: ``_s`` or ``_bytes``."""

    case: str
    library: str
    repetition: int
    figures: dict[str, float]


class Series:
    """All samples of a run, looked up by library, case and figure."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._values: dict[tuple[str, str, str], list[float]] = {}
        for sample in samples:
            for figure, value in sample.figures.items():
                self._values.setdefault((sample.library, sample.case, figure), []).append(value)

    def __contains__(self, key: tuple[str, str, str]) -> bool:
        return key in self._values

    def figures(self, library: str, case: str) -> list[str]:
        """The names of all figures of a library's case, in the order in which they came."""
        return [figure for found, of, figure in self._values if (found, of) == (library, case)]

    def values(self, library: str, case: str, figure: str) -> Sequence[float]:
        return self._values[library, case, figure]

    def median(self, library: str, case: str, figure: str) -> float:
        return statistics.median(self._values[library, case, figure])


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure of a case, under a title."""

    title: str
    case: str
    figure: str


@dataclass(frozen=True)
class Goal:
    """A figure to reach, with what was predicted for it before it was measured."""

    title: str
    case: str
    figure: str
    at_least: float | None = None
    """The peer's median (or that of ``against``) over ours, at least so large."""
    below: float | None = None
    """Our median, in seconds or bytes, below this."""
    predicted: float = 0.0
    """A ratio for ``at_least`` and ``at_most``, seconds or bytes for ``below``; 0 where nothing was predicted."""
    at_most: float | None = None
    """Our median over another's, at most so large."""
    against: str = ""
    """The other in ``at_most``, empty for the bytes of the model; in ``at_least`` what stands for the peer."""


def shown(value: float, figure: str) -> str:
    """``value`` in the unit that people read: s, ms or MB (10⁶ bytes)."""
    if figure.endswith("_bytes"):
        return f"{value / 1e6:,.1f} MB"
    return f"{value:.3f} s" if value >= 0.1 else f"{value * 1e3:.1f} ms"


def table(rows: Iterable[Row], series: Series, ours: str, peer: str) -> str:
    """Medians of both, the smallest and largest value of each, and the peer's median over ours."""
    lines = [
        f"| measured | {ours} | {peer} | ratio | {ours}, min–max | {peer}, min–max |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        if (ours, row.case, row.figure) not in series:
            continue
        cells = [row.title]
        medians = [series.median(library, row.case, row.figure) for library in (ours, peer)]
        cells += [shown(median, row.figure) for median in medians]
        cells.append(f"{medians[1] / medians[0]:.1f}×" if min(medians) > 0 else "–")
        for library in (ours, peer):
            values = series.values(library, row.case, row.figure)
            cells.append(f"{shown(min(values), row.figure)} – {shown(max(values), row.figure)}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def goals_table(goals: Iterable[Goal], series: Series, ours: str, peer: str, predicted_on: str) -> str:
    """Each goal with its prediction, the measured value and whether it was reached."""
    lines = [
        f"| figure to reach | goal | predicted ({predicted_on}) | measured | |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for goal in goals:
        if (ours, goal.case, goal.figure) not in series:
            continue
        value = series.median(ours, goal.case, goal.figure)
        if goal.at_least is not None:
            value = series.median(peer, goal.case, goal.figure) / value
            reached, aim = value >= goal.at_least, f"≥ {goal.at_least:g}×"
            written: Callable[[float], str] = "{:.1f}×".format
        else:
            assert goal.below is not None
            reached, aim = value < goal.below, f"< {shown(goal.below, goal.figure)}"
            written = lambda number, figure=goal.figure: shown(number, figure)  # type: ignore[misc] # noqa: E731
        cells = [goal.title, aim, written(goal.predicted), written(value), "reached" if reached else "**missed**"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def limits_table(
    goals: Iterable[Goal], series: Series, ours: str, peer: str, nbytes: Mapping[str, int], predicted_on: str
) -> str:
    """Goals beside what each is compared with.

    ``at_least`` is the peer (or ``against``) over ours, ``at_most`` ours over ``against`` or over the model's bytes (by
    case), ``below`` is ours alone.
    """
    lines = [
        f"| figure to reach | compared with | goal | predicted ({predicted_on}) | measured | |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for goal in goals:
        other = goal.against or (peer if goal.at_least is not None else "")
        if (ours, goal.case, goal.figure) not in series or (other and (other, goal.case, goal.figure) not in series):
            continue
        value = series.median(ours, goal.case, goal.figure)
        written: Callable[[float], str] = "{:.2f}×".format
        against = f"`{other}`" if other else "the model's bytes"
        if goal.below is not None:
            reached, aim, against = value < goal.below, f"< {shown(goal.below, goal.figure)}", "–"
            written = lambda number, figure=goal.figure: shown(number, figure)  # type: ignore[misc] # noqa: E731
        elif goal.at_least is not None:
            value, aim = series.median(other, goal.case, goal.figure) / value, f"≥ {goal.at_least:g}×"
            reached = value >= goal.at_least
        else:
            assert goal.at_most is not None
            base = series.median(other, goal.case, goal.figure) if other else nbytes[goal.case]
            value, aim = value / base, f"≤ {goal.at_most:g}×"
            reached = value <= goal.at_most
        verdict = "reached" if reached else "**missed**"
        predicted = written(goal.predicted) if goal.predicted else "–"
        lines.append(f"| {goal.title} | {against} | {aim} | {predicted} | {written(value)} | {verdict} |")
    return "\n".join(lines)


def medians_table(rows: Iterable[Row], series: Series, subjects: Sequence[str]) -> str:
    """Each subject's median with its smallest and largest value, one column a subject."""
    lines = [f"| median (min–max) | {' | '.join(subjects)} |", f"| --- |{' ---: |' * len(subjects)}"]
    for row in rows:
        cells = [row.title]
        for subject in subjects:
            if (subject, row.case, row.figure) not in series:
                cells.append("–")
                continue
            values = series.values(subject, row.case, row.figure)
            low, high = shown(min(values), row.figure), shown(max(values), row.figure)
            cells.append(f"{shown(series.median(subject, row.case, row.figure), row.figure)} ({low}–{high})")
        if set(cells[1:]) != {"–"}:
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def stages(series: Series, library: str, case: str) -> tuple[str, str] | None:
    """The medians of a load's stages, in words, of the first load and of the second; None without stages."""
    words = []
    for turn in ("first", "again"):
        medians = {
            name.removeprefix("stage_").removesuffix(f"_{turn}_s"): series.median(library, case, name)
            for name in series.figures(library, case)
            if name.startswith("stage_") and name.endswith(f"_{turn}_s")
        }
        words.append(", ".join(f"{name} {elapsed_s * 1e3:.1f} ms" for name, elapsed_s in medians.items()))
    return (words[0], words[1]) if words[0] else None


def raw(samples: Sequence[Sample]) -> str:
    """Every number of every process, one line a figure, in the order of the repetitions."""
    lines = []
    for key in dict.fromkeys((sample.case, sample.library) for sample in samples):
        chosen = [sample.figures for sample in samples if (sample.case, sample.library) == key]
        for figure in chosen[0]:
            scale, digits = (1e6, 1) if figure.endswith("_bytes") else (1, 4)
            unit = figure.replace("_bytes", "_mb")
            numbers = " ".join(f"{figures[figure] / scale:.{digits}f}" for figures in chosen)
            lines.append(f"{key[0]:8} {key[1]:14} {unit:28} {numbers}")
    return "<details><summary>Raw numbers</summary>\n\n```text\n" + "\n".join(lines) + "\n```\n\n</details>"


def machine() -> dict[str, str | int]:
    """What was measured on."""
    cpu = [line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    total = [int(line.split()[1]) * 1024 for line in _lines("/proc/meminfo") if line.startswith("MemTotal:")]
    return {
        "cpu": cpu[0] if cpu else platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_bytes": total[0],
        "kernel": f"{platform.system()} {platform.release()}",
        "load_average_before": f"{os.getloadavg()[0]:.2f}",
    }


def versions(*packages: str) -> dict[str, str]:
    """Python's version and each package's; a package that runs from its source tree has none."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "source tree"
    return found


def replace_section(page: str, name: str, body: str) -> str:
    """``page`` with the text between the markers of section ``name`` replaced, or the section added at its end."""
    begin, end = f"<!-- begin:{name} -->", f"<!-- end:{name} -->"
    section = f"{begin}\n\n{body.strip()}\n\n{end}"
    if begin not in page and end not in page:
        return f"{page.rstrip()}\n\n{section}\n"
    head, found, rest = page.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"RESULTS.md: the markers of section {name!r} do not stand in a pair")
    return head + section + tail


def write(folder: Path, name: str, body: str, facts: dict[str, object], samples: Sequence[Sample]) -> None:
    """``RESULTS.md`` with this section, and ``results/NAME.json`` with the samples."""
    (folder / "results").mkdir(parents=True, exist_ok=True)
    page = folder / "RESULTS.md"
    page.write_text(replace_section(page.read_text() if page.is_file() else HEADER, name, body))
    data = facts | {"samples": [asdict(sample) for sample in samples]}
    (folder / "results" / f"{name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines()
