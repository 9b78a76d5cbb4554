"""What a format of checkpoint files tells the rest of the package about itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadstone.checkpoint.faults import Faults
    from loadstone.core.tensors import StoredTensor
    from loadstone.transfer.outgoing import FilePlan, OutgoingTensor


class Format(ABC):
    """One way in which files hold tensors.

    A format is a folder in :mod:`loadstone.checkpoint` with an instance of this as ``FORMAT``::

        class Raw(Format):
            name, rank, suffixes, stem = "raw", 60, (".raw",), "raw_model"

            def read(self, path, faults):
                return [StoredTensor("weight", DType.UINT8, (n := path.stat().st_size,), path, 0, n)], {}

        FORMAT = Raw()

    That finds ``raw_model.raw``, ``raw_model.raw.index.json`` and their variants in a folder, and opens any ``….raw``.
    To import it must be cheap, as all of them are imported to look one up: the reader is imported in ``read``.
    """

    name: str
    """What :attr:`Checkpoint.format <loadstone.checkpoint.Checkpoint.format>` says."""
    rank: int
    """In a folder with several, the format of the lowest rank is read."""
    suffixes: tuple[str, ...]
    """The ends of its files' names; those in a folder that bear the usual name have the first."""
    stem: str | None = None
    """What the usual name starts with: ``"model"``; a variant stands behind it. None: never looked for in a folder."""
    other_names: tuple[str, ...] = ()
    """Further names of a file that holds a whole model; there are no variants of them, and no index."""
    owns_suffix: bool = False
    """Whether whatever has the suffix holds weights. To ``.bin``, say, trainers give all kinds of things."""
    written_as: str | None = None
    """The ``weight_format`` of a save, where it can be written."""
    is_written_by_caller: bool = False
    """Whether a save needs a function that writes a file, since :meth:`plan` does not plan one."""

    def usual_names(self, variant: str | None) -> tuple[str, str]:
        """Of the one file, and of the index where there are shards instead."""
        dotted = f".{variant}" if variant else ""
        return f"{self.stem}{dotted}{self.suffixes[0]}", f"{self.stem}{self.suffixes[0]}.index{dotted}.json"

    @abstractmethod
    def read(self, path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
        """The tensors of one file, in the order of their bytes, under the Hub's names; and its metadata. The tensors'
        bytes are not touched. Every fault found is added to ``faults``, and then what is returned does not count."""

    def hub_names(self, metadata: Mapping[str, str]) -> Callable[[str], str] | None:
        """How a name that the index has for a tensor of a file with such metadata becomes the Hub's; None: it is."""
        return None

    def plan(self, tensors: Sequence[OutgoingTensor], metadata: Mapping[str, str]) -> FilePlan:
        """A file with these tensors, to be written. Asked of formats that are ``written_as`` something only."""
        raise NotImplementedError
