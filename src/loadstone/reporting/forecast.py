"""What a load would do: what :func:`loadstone.plan` gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loadstone.core.sizes import format_bytes
from loadstone.planning.split import Place

if TYPE_CHECKING:
    from loadstone.pictures.page import Picture
    from loadstone.planning.weights import Weight


@dataclass(frozen=True)
class Module:
    """One line of a forecast: a module that lies in one place."""

    name: str
    place: Place
    nbytes: int
    reason: str = ""
    """Why it is not on the fastest device."""
    stays: bool = True
    """False where its weights are read from the disk at each forward pass."""


@dataclass(frozen=True)
class RankForecast:
    """What one rank of a mesh would do. All sizes are in bytes."""

    rank: int
    place: Mapping[str, int]
    """Axis of the mesh → where the rank stands along it."""
    nbytes: int
    """Weights that it holds."""
    read_bytes: int
    """Of the checkpoint's files, what they are made of."""
    private_bytes: int
    """Of the weights, on a CPU, what cannot be views of the files: columns, and what is cast or stacked."""


@dataclass(frozen=True)
class Forecast:
    """What a load would do; over a mesh, what its first rank would. All sizes are in bytes."""

    source: str
    model_class: str
    dtype: str
    device_map: Mapping[str, Place]
    """What ``hf_device_map`` would be: module → place, in the order of the model."""
    bytes_by_device: Mapping[Place, int]
    """Weights on each device."""
    budgets: Mapping[Place, int]
    """What each device has to give; the disk has no limit."""
    modules: tuple[Module, ...]
    parameters: int
    read_bytes: int
    """Of the checkpoint's files, what the load itself reads or maps; weights on the disk are read when they run."""
    cast_bytes: int
    """What is cast or stacked into memory of its own on the CPU."""
    copy_bytes: int
    """What crosses to accelerators."""
    offload_bytes: int
    """What would be written once to ``offload_folder``, since it cannot be used as it is stored."""
    peak_private_bytes: int
    """The most memory of its own that the load takes on the CPU at once, beside the interpreter and the framework.
    Views of files are not in it: the system takes their pages back when it needs them."""
    reserve_bytes: int
    """Kept free where the model computes: a ring for streamed blocks, activations, keys and values."""
    initialized: Mapping[str, str] = field(default_factory=dict)
    """Slot that would be newly initialized → why."""
    unused: tuple[str, ...] = ()
    """Stored tensors that the model has no place for."""
    mismatched: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()
    """Name, stored shape and the slot's shape, where ``ignore_mismatched_sizes`` allows it."""
    untied: Mapping[str, str] = field(default_factory=dict)
    """Slot → the slot that the config ties it to, where both are stored and differ: both are counted."""
    passed_over: tuple[str, ...] = ()
    """What the load report would say under that name of files and their index."""
    left_plain: tuple[str, ...] = ()
    """Slots that ``quantization_config`` leaves in full precision since its library has no form for them."""

    ranks: tuple[RankForecast, ...] = ()
    """Each rank of the mesh that was asked for."""

    weights: tuple[Weight, ...] = field(default=(), repr=False)
    """What each tensor would take, and where; over a mesh, the first rank's part of each."""

    @property
    def initialised(self) -> Mapping[str, str]:
        """:attr:`initialized` under its former name."""
        return self.initialized

    @property
    def streamed_bytes(self) -> int:
        """What each forward pass reads from the disk."""
        return sum(module.nbytes for module in self.modules if not module.stays)

    def to_json(self) -> dict[str, Any]:
        """All but the single tensors, as JSON has it: what ``loadstone plan --json`` prints."""
        return {
            "source": self.source,
            "model_class": self.model_class,
            "dtype": self.dtype,
            "parameters": self.parameters,
            "device_map": dict(self.device_map),
            "bytes_by_device": {str(place): nbytes for place, nbytes in self.bytes_by_device.items()},
            "budgets": {str(place): nbytes for place, nbytes in self.budgets.items()},
            "read_bytes": self.read_bytes,
            "cast_bytes": self.cast_bytes,
            "copy_bytes": self.copy_bytes,
            "offload_bytes": self.offload_bytes,
            "streamed_bytes": self.streamed_bytes,
            "peak_private_bytes": self.peak_private_bytes,
            "reserve_bytes": self.reserve_bytes,
            "modules": [
                {
                    "name": module.name,
                    "device": module.place,
                    "nbytes": module.nbytes,
                    "stays_in_memory": module.stays,
                    "reason": module.reason,
                }
                for module in self.modules
            ],
            "initialized": dict(self.initialized),
            "unused": list(self.unused),
            "mismatched": [[name, list(stored), list(needed)] for name, stored, needed in self.mismatched],
            "untied": dict(self.untied),
            "passed_over": list(self.passed_over),
            "left_plain": list(self.left_plain),
            "ranks": [{**vars(each), "place": dict(each.place)} for each in self.ranks],
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON has it: what :meth:`to_json` gives, and ``weights``, a list with the ``name``,
        ``device``, ``dtype`` and ``nbytes`` of each tensor."""
        return {**self.to_json(), "weights": [weight.to_dict() for weight in self.weights]}

    def to_html(self) -> str:
        """A page with a map of the memory that the model would take; it needs no network and no other file."""
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
        from loadstone.reporting.picture import picture_of_plan

        facts = [(_named(where), self._of_budget(where)) for where in self.bytes_by_device]
        about = f"{self.source} · {self.dtype} · {self.parameters:,} parameters"
        notes = [f"newly initialized: {name} ({reason})" for name, reason in self.initialized.items()]
        notes += [f"not used: {len(self.unused):,} stored tensors"] if self.unused else []
        facts += self.totals()
        for each in self.ranks:
            facts.append((f"rank {each.rank}", f"{format_bytes(each.nbytes)}, reads {format_bytes(each.read_bytes)}"))
        return picture_of_plan(self.model_class, about, self.weights, facts, [*notes, *self.passed_over])

    def _of_budget(self, where: Place) -> str:
        held = format_bytes(self.bytes_by_device[where])
        return f"{held} of {format_bytes(self.budgets[where])}" if where in self.budgets else held

    def totals(self) -> list[tuple[str, str]]:
        """What it takes, as lines of a table."""
        rows = [
            ("read or map", self.read_bytes),
            ("cast or stack", self.cast_bytes),
            ("copy to accelerators", self.copy_bytes),
            ("write to offload_folder, once", self.offload_bytes),
            ("read at each forward pass", self.streamed_bytes),
            ("peak private memory of the load", self.peak_private_bytes),
            ("kept free for running", self.reserve_bytes),
        ]
        return [(name, format_bytes(nbytes)) for name, nbytes in rows if nbytes or name.startswith(("read or", "peak"))]

    def __str__(self) -> str:
        lines = [f"{self.model_class} from {self.source} ({self.dtype}, {self.parameters:,} parameters)"]
        for where, nbytes in self.bytes_by_device.items():
            budget = f" of {format_bytes(self.budgets[where])}" if where in self.budgets else ""
            lines.append(f"  {where!s:<6}{format_bytes(nbytes):>10}{budget}")
        lines += [f"  {name}: {size}" for name, size in self.totals()]
        for each in self.ranks:
            held, read = format_bytes(each.nbytes), format_bytes(each.read_bytes)
            lines.append(f"  rank {each.rank}: {held}, {read} of the files")
        lines += [f"  {text}" for text in self.passed_over]
        if self.untied:
            lines.append(f"  not tied, as the stored values differ: {', '.join(self.untied)}")
        if self.left_plain:
            lines.append(f"  not quantized: {len(self.left_plain)} stacks of experts, the first {self.left_plain[0]}")
        return "\n".join(lines)


def _named(where: Place) -> str:
    return f"accelerator {where}" if isinstance(where, int) else where
