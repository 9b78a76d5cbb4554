"""What a load did: where each slot's values came from, and what each stage took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from loadstone.core.sizes import format_bytes
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Recipe


@dataclass
class Stage:
    """One step of a load."""

    name: str
    elapsed_s: float = 0.0
    nbytes: int = 0
    detail: str = ""


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

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time a step."""
        entry = Stage(name)
        start = time.perf_counter()
        yield entry
        entry.elapsed_s = time.perf_counter() - start
        self.stages.append(entry)

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
