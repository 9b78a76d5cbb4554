"""What is drawn of a forecast, and of a load report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from loadstone.core.sizes import format_bytes
from loadstone.pictures.page import Picture
from loadstone.pictures.timeline import Bar, Group, Track, rate, seconds
from loadstone.pictures.tree import Tree, grow
from loadstone.planning.weights import Weight
from loadstone.reporting.file_reads import FileReads
from loadstone.reporting.stage import Stage

if TYPE_CHECKING:
    from loadstone.transfer.read_log import Span

_MOST_FILES = 40
"""Tracks of files in a timeline; those of fewer bytes share the last."""
_MOST_NOTES = 40
_MOST_BARS = 100
"""Of a thread in a track, about; what lies closer together is drawn as one."""
_STAGE_COLOR, _READ_COLOR, _CACHED_COLOR = 0, 1, 3
_READ, _CACHED = "read", "entered from the page cache"


def picture_of_plan(
    title: str, about: str, weights: Sequence[Weight], facts: Sequence[tuple[str, str]], notes: Sequence[str]
) -> Picture:
    """The memory that a model would take, with ``facts`` as a table."""
    size = format_bytes(sum(each.nbytes for each in weights))
    return Picture(title, f"{about} · {size}", _tree(weights), facts=facts, notes=notes[:_MOST_NOTES])


def picture_of_load(
    title: str,
    about: str,
    weights: Sequence[Weight],
    stages: Sequence[Stage],
    files: Sequence[FileReads],
    notes: Sequence[str],
) -> Picture:
    """The memory that a model takes, and when its load did what."""
    groups = [Group("stages", tuple(map(_stage, stages)))]
    if files:
        keys = ((_READ, _READ_COLOR), (_CACHED, _CACHED_COLOR))
        groups.append(Group("files", tuple(_file_tracks(files)), keys))
    size = format_bytes(sum(each.nbytes for each in weights))
    took = seconds(sum(stage.elapsed_s for stage in stages))
    facts = [("load", took), ("weights", size)]
    return Picture(title, f"{about} · {size} in {took}", _tree(weights), groups, facts, notes[:_MOST_NOTES])


def _tree(weights: Iterable[Weight]) -> Tree:
    return grow((name, str(place), dtype, nbytes) for name, place, dtype, nbytes in weights)


def _stage(stage: Stage) -> Track:
    took = seconds(stage.elapsed_s)
    note = f"{took}, {format_bytes(stage.nbytes)}" if stage.nbytes else took
    about = "\n".join(filter(None, (stage.name, note, stage.detail)))
    return Track(stage.name, note, (Bar(stage.start_s, stage.start_s + stage.elapsed_s, about, _STAGE_COLOR),))


def _file_tracks(files: Sequence[FileReads]) -> Iterator[Track]:
    """A track for each file, in their order; of very many the largest, and one for all others."""
    ranked = sorted(files, key=lambda file: -file.nbytes)
    alone = {file.path for file in (files if len(files) <= _MOST_FILES else ranked[: _MOST_FILES - 1])}
    for file in files:
        if file.path in alone:
            yield _track(file.path.replace("\\", "/").rpartition("/")[2], file)
    others = [file for file in files if file.path not in alone]
    if others:
        spans = tuple(sorted(span for file in others for span in file.spans))
        yield _track(f"{len(others):,} more files", FileReads("", sum(file.nbytes for file in others), spans))


def _track(name: str, file: FileReads) -> Track:
    spans = file.spans
    note = f"{format_bytes(file.nbytes)}, mapped: read when used"
    if spans:
        note = rate(file.read_bytes, file.reading_s)
    strips = {thread: strip for strip, thread in enumerate(sorted({span.thread for span in spans}))}
    bars = [
        Bar(
            span.start_s,
            span.stop_s,
            f"{name}\n{rate(span.nbytes, span.stop_s - span.start_s)}\n" + (_CACHED if span.was_cached else _READ),
            _CACHED_COLOR if span.was_cached else _READ_COLOR,
            strips[span.thread],
        )
        for span in _joined(spans)
    ]
    return Track(name, note, tuple(bars))


def _joined(spans: Sequence[Span]) -> list[Span]:
    """The same with those of a thread joined that are too close to be told apart, if there are very many."""
    if len(spans) <= _MOST_BARS:
        return list(spans)
    pause_s = (spans[-1].stop_s - spans[0].start_s) / _MOST_BARS
    joined: dict[int, list[Span]] = {}
    for span in spans:
        those = joined.setdefault(span.thread, [])
        if those and span.start_s - those[-1].stop_s < pause_s:
            last = those[-1]
            is_cached = last.was_cached and span.was_cached
            stop_s, nbytes = max(last.stop_s, span.stop_s), last.nbytes + span.nbytes
            those[-1] = last._replace(stop_s=stop_s, nbytes=nbytes, was_cached=is_cached)
        else:
            those.append(span)
    return sorted(span for those in joined.values() for span in those)
