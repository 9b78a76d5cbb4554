"""What a load did: where each slot's values came from, and what each stage took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loadstone.core.sizes import format_bytes
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Recipe
from loadstone.reporting.stage import Stage

if TYPE_CHECKING:
    from loadstone.pictures.page import Picture
    from loadstone.planning.weights import Weight
    from loadstone.reporting.file_reads import FileReads
    from loadstone.transfer.read_log import ReadLog, Span
    from loadstone.transfer.weight_files import Weights


@dataclass
class RankBytes:
    """What one rank of a mesh did of a load, in bytes."""

    rank: str
    """Which one, of which mesh."""
    read: int = 0
    """Of the files: what its slots are made of; or its share of what the ranks of a node have read together."""
    viewed: int = 0
    """Of slots that are views of mapped files."""
    copied: int = 0
    """Of slots in memory of their own."""

    def __str__(self) -> str:
        read, viewed, copied = map(format_bytes, (self.read, self.viewed, self.copied))
        return f"{self.rank}: {read} of the files, {viewed} of views, {copied} of copies"


@dataclass(eq=False)
class LoadReport:
    """``str(report)`` is a short table; the fields hold everything."""

    source: str = ""
    model_class: str = ""
    dtype: str = ""
    device: str = ""
    stages: list[Stage] = field(default_factory=list)
    sources: Mapping[str, Recipe] = field(default_factory=dict)
    """Slot → where its values came from."""
    initialized: Mapping[str, str] = field(default_factory=dict)
    """Newly initialized slot → why."""
    unused: tuple[str, ...] = ()
    """Stored tensors that the model has no place for."""
    leftovers: tuple[str, ...] = ()
    """Stored tensors that files carry and no model needs (old buffers)."""
    transfer: Sequence[str] = ()
    """How the files were read, and why."""
    left_plain: tuple[str, ...] = ()
    """Slots that ``quantization_config`` leaves in full precision since its library has no form for them."""
    mismatched: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()
    """Name, stored shape and the slot's shape, where ``ignore_mismatched_sizes`` allowed it."""

    untied: Mapping[str, str] = field(default_factory=dict)
    """Slot → the slot that the config ties it to, where both are stored and differ: the model is not tied."""

    weights_version: int = 0
    """How many times the model's weights have been swapped since it was loaded, this one included."""

    passed_over: tuple[str, ...] = ()
    """A sentence for all that an index lists or a folder holds and that was not read, or not as the index has it."""

    by_rank: RankBytes | None = None
    """Of a module that is spread over a mesh: this rank's part."""

    weights: Sequence[Weight] = field(default=(), repr=False)
    """What each tensor takes, and where; of a module that is spread over a mesh, this rank's part of each."""

    files: Mapping[str, int] = field(default_factory=dict)
    """Weight file → how far the tensors in it reach, its header included, in bytes."""

    reads: ReadLog | None = field(default=None, repr=False)
    """When which bytes of the files were read. What is mapped and not read ahead is read when it is used, and is not
    in it."""

    began_s: float = field(default_factory=time.perf_counter, repr=False)
    """When the load began, as ``time.perf_counter`` counts."""

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time a step."""
        start = time.perf_counter()
        entry = Stage(name, start_s=start - self.began_s)
        yield entry
        entry.elapsed_s = time.perf_counter() - start
        self.stages.append(entry)

    def reads_from(self, weights: Weights) -> None:
        """Note the files that a load reads, and how; what it reads from now on, it is told by their log."""
        self.transfer, self.files, self.reads = weights.describe(), weights.needed(), weights.log

    def take(self, plan: LoadPlan) -> None:
        """Note what a plan decided."""
        self.sources = plan.recipes
        self.initialized = plan.initialized
        self.unused, self.leftovers, self.mismatched = plan.unused, plan.leftovers, plan.mismatched
        self.untied = plan.untied

    def loading_info(self) -> dict[str, Any]:
        """What ``output_loading_info`` returns, in Transformers' words."""
        return {
            "missing_keys": sorted(self.initialized.keys() - {name for name, _, _ in self.mismatched}),
            "unexpected_keys": sorted(self.unused),
            "mismatched_keys": list(self.mismatched),
            "untied_keys": sorted(self.untied),
            "error_msgs": [],
        }

    @property
    def initialised(self) -> Mapping[str, str]:
        """:attr:`initialized` under its former name."""
        return self.initialized

    @property
    def elapsed_s(self) -> float:
        """Seconds of all stages."""
        return sum(stage.elapsed_s for stage in self.stages)

    def file_reads(self) -> list[FileReads]:
        """Each weight file, and when it was read."""
        from loadstone.reporting.file_reads import FileReads

        return [FileReads(path, nbytes, self._spans(path)) for path, nbytes in self.files.items()]

    def _spans(self, path: str) -> tuple[Span, ...]:
        spans = () if self.reads is None else self.reads.spans(path)
        return tuple(
            span._replace(start_s=span.start_s - self.began_s, stop_s=span.stop_s - self.began_s) for span in spans
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON has it. Sizes are in bytes, times in seconds since the load began.

        ``source``, ``model_class``, ``dtype``, ``device``, ``elapsed_s``, ``weights_version``, ``initialized``,
        ``unused``, ``leftovers``, ``mismatched``, ``untied``, ``passed_over``, ``left_plain`` and ``transfer`` are the
        attributes; and there are:

        ============================ =============================================================================
        ``stages``                   of each ``name``, ``start_s``, ``elapsed_s``, ``nbytes``, ``detail``
        ``files``                    of each ``path``; ``nbytes``, as far as the tensors in it reach; ``read_bytes``;
                                     ``reading_s``, in which one thread read it at least; ``bytes_per_s``, or null;
                                     and ``spans``: ``start_s``, ``stop_s``, ``nbytes``, ``was_cached``, ``thread``
        ``weights``                  of each tensor ``name``, ``device``, ``dtype``, ``nbytes``
        ``sources``                  slot → where its values came from, as text
        ``by_rank``                  null, or ``rank``, ``read``, ``viewed`` and ``copied``
        ============================ =============================================================================
        """
        return {
            "source": self.source,
            "model_class": self.model_class,
            "dtype": self.dtype,
            "device": self.device,
            "elapsed_s": self.elapsed_s,
            "stages": [dict(vars(stage)) for stage in self.stages],
            "files": [file.to_dict() for file in self.file_reads()],
            "weights": [weight.to_dict() for weight in self.weights],
            "sources": {name: str(recipe) for name, recipe in self.sources.items()},
            "initialized": dict(self.initialized),
            "unused": list(self.unused),
            "leftovers": list(self.leftovers),
            "mismatched": [[name, list(stored), list(needed)] for name, stored, needed in self.mismatched],
            "untied": dict(self.untied),
            "passed_over": list(self.passed_over),
            "left_plain": list(self.left_plain),
            "transfer": list(self.transfer),
            "weights_version": self.weights_version,
            "by_rank": None if self.by_rank is None else dict(vars(self.by_rank)),
        }

    def to_html(self) -> str:
        """A page with a map of the memory and a timeline of the load; it needs no network and no other file."""
        from loadstone.pictures.page import html

        return html(self._picture())

    def to_svg(self) -> str:
        """The same as one picture that stands still."""
        from loadstone.pictures.page import svg

        return svg(self._picture())

    def _repr_html_(self) -> str:
        """What notebooks show."""
        from loadstone.pictures.page import fragment

        return fragment(self._picture())

    def _picture(self) -> Picture:
        from loadstone.reporting.picture import picture_of_load

        took = f"{self.dtype} · {self.device}"
        notes = [*self.transfer, *self.passed_over]
        return picture_of_load(
            self.model_class, f"{self.source} · {took}", self.weights, self.stages, self.file_reads(), notes
        )

    def __str__(self) -> str:
        lines = [f"{self.model_class} from {self.source} ({self.dtype}, {self.device})"]
        for stage in self.stages:
            size = format_bytes(stage.nbytes) if stage.nbytes else ""
            lines.append(f"  {stage.name:<12}{stage.elapsed_s * 1000:>10.1f} ms{size:>12}  {stage.detail}".rstrip())
        lines.append(f"  {'total':<12}{self.elapsed_s * 1000:>10.1f} ms   {len(self.sources)} slots")
        lines += [f"  {text}" for text in self.transfer]
        lines += [f"  {self.by_rank}"] if self.by_rank is not None else []
        reasons: dict[str, list[str]] = {}
        for name, reason in self.initialized.items():
            reasons.setdefault(reason, []).append(name)
        lines += [f"  newly initialized ({reason}): {_some(names)}" for reason, names in reasons.items()]
        lines += [f"  {text}" for text in self.passed_over]
        if self.untied:
            pairs = [f"{name} and {source}" for name, source in self.untied.items()]
            lines.append(f"  not tied, as the stored values differ: {_some(pairs)}")
        if self.left_plain:
            lines.append(f"  not quantized, as the library has no form for stacks: {_some(self.left_plain)}")
        if self.unused:
            lines.append(f"  not used: {_some(self.unused)}")
        if self.leftovers:
            lines.append(f"  left over, not needed: {_some(self.leftovers)}")
        return "\n".join(lines)


def _some(names: list[str] | tuple[str, ...], shown: int = 4) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
