"""How the names in files and the names of slots are linked: data that a family declares and planning reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from loadstone.core.naming_rules import Rule
from loadstone.core.records import record
from loadstone.core.tensors import StoredTensor

Rename = Callable[[Mapping[str, StoredTensor]], Mapping[str, StoredTensor]]
"""Stored tensors → the same under the names of slots, put together and split as the slots are."""


@record
class Fused:
    """One stored tensor that another layout splits: rows of ``whole`` are those of ``parts``, in order."""

    whole: str
    parts: tuple[str, ...]


@record
class StackedExperts:
    """How files name the experts that a model holds stacked.

    ``slot`` (ending of a slot's name, such as ``experts.gate_up_proj``) is made of ``stored`` for each expert
    number put into ``{}``: several are stacked one after another along the rows. Or it is one name without ``{}``, that
    of a stack in the file.
    """

    slot: str
    stored: tuple[str, ...]

    @property
    def is_stored_whole(self) -> bool:
        """Whether files have them stacked too."""
        return "{}" not in self.stored[0]


@record
class Naming:
    """Everything that links one model's slots to stored names."""

    prefix: str = ""
    """Where this model holds its bare model; nothing if it is one."""
    prefixes: tuple[str, ...] = ()
    """Where files of its family hold it."""
    tied: Mapping[str, str] = field(default_factory=dict)
    """Slot → the slot whose values it shares."""
    stand_ins: tuple[tuple[str, str], ...] = ()
    """Pairs of slots either of which may be filled from the other's stored tensor, where a file has only one."""
    optional: tuple[tuple[str, ...], ...] = ()
    """Groups of parts that may be newly initialized if the checkpoint wholly lacks the group."""
    computed: frozenset[str] = frozenset()
    """Slots that have their values already, for where the checkpoint has none."""
    known: tuple[str, ...] = ()
    """Endings of slots whose values need no file, for where the checkpoint has none."""
    rules: tuple[Rule, ...] = ()
    """Other spellings of stored names."""
    leftovers: tuple[str, ...] = ()
    """Endings of stored names that files carry and no model uses."""
    spare: tuple[str, ...] = ()
    """Levels of stored names (``layers.61``) that files carry and no model uses."""
    fused: tuple[Fused, ...] = ()
    experts: tuple[StackedExperts, ...] = ()
    renamed: Rename | None = None
    """What a class says by code, where rules do not say it."""
