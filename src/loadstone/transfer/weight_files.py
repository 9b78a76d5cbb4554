"""The weight files of one load: how each is read, the maps of those that are mapped, and what is read ahead."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.core.remote_path import RemotePath
from loadstone.core.slices import ByteRange, FileRange
from loadstone.transfer.copy import EXTENT_BYTES
from loadstone.transfer.machine import available_bytes
from loadstone.transfer.mapped_file import MappedFile
from loadstone.transfer.memory import new_memory
from loadstone.transfer.prefetch import Region, Warmup
from loadstone.transfer.probe import FileFacts, probe
from loadstone.transfer.read_log import ReadLog
from loadstone.transfer.strategy import Choice, TransferOptions, choose, choose_remote
from loadstone.transfer.weight_file import WeightFile

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource, OpenSource
    from loadstone.core.tensors import StoredTensor


REMOTE_EXTENT_BYTES = 8 << 20
"""Of one request for bytes that are not on this machine. Measured on loopback: longer ones are no faster."""
REMOTE_THREADS = 6
"""Requests under way, each with a buffer: less than 96 MiB with what the client holds."""


class Weights:
    """Files, mapped or read. Holds no open file."""

    def __init__(
        self, ends: Mapping[Path, int], options: TransferOptions | None = None, private_bytes: int = 0
    ) -> None:
        """``ends``: each file, and how many bytes of it the tensors need. ``private_bytes``: what the load will take
        of the free memory for itself.

        Raises :class:`CorruptCheckpoint` for a file that has become shorter, or cannot be opened any more;
        :class:`ArgumentError` where the options ask for maps of, or direct reads from, what is not on this machine.
        """
        self.options, self._ends = options or TransferOptions(), dict(ends)
        self._remote = [path for path in ends if isinstance(path, RemotePath)]
        local = {path: end for path, end in ends.items() if not isinstance(path, RemotePath)}
        self._facts = {path: _facts(path, end) for path, end in local.items()}
        self.choices: dict[Path, Choice] = choose(
            self._facts, max(available_bytes() - private_bytes, 0), self.options.read
        )
        if self._remote:
            self.choices |= dict.fromkeys(self._remote, choose_remote(self.options.read))
        self.maps = {path: MappedFile(path, end) for path, end in local.items()}
        self.populates = False
        """Whether all that is mapped is being populated."""
        self.read_for_others = 0
        """Bytes that this process read for others of its node, less those that they read for it."""
        self.log = ReadLog()
        """When which of the files were read."""
        self._warmups: list[Warmup] = []

    def add(self, path: Path) -> None:
        """One more file, which is mapped."""
        self.choices[path] = Choice(True, False, True)
        self.maps[path] = MappedFile(path)

    def needed(self) -> dict[str, int]:
        """Each file, and how far the tensors in it reach, in bytes."""
        return {str(path): nbytes for path, nbytes in self._ends.items()}

    def mapped(self) -> dict[Path, MappedFile]:
        """The maps of files whose weights may be views."""
        return {path: mapped for path, mapped in self.maps.items() if self.is_mapped(path)}

    def is_mapped(self, path: Path) -> bool:
        """Whether weights of that file that need no change are views of its map."""
        return self.choices[path].is_mapped

    @property
    def is_remote(self) -> bool:
        """Whether some of the files are not on this machine."""
        return bool(self._remote)

    @property
    def extent_bytes(self) -> int:
        """Of what is best read at once."""
        if not self._remote:
            return EXTENT_BYTES
        return min(REMOTE_EXTENT_BYTES, *(path.range_bytes for path in self._remote))

    @property
    def threads(self) -> int:
        """How many threads read and copy."""
        return self.options.threads or REMOTE_THREADS if self._remote else self.options.count()

    def bytes_of(self, tensor: StoredTensor) -> memoryview:
        """A tensor's bytes, gaps between strides included: the map's, or else read into memory of their own.

        Raises what reading raises.
        """
        if tensor.file in self.maps:
            return self.maps[tensor.file].buffer[tensor.offset : tensor.offset + tensor.nbytes]
        buffer = memoryview(new_memory(tensor.nbytes))[: tensor.nbytes]
        self.open(tensor.file).read_into(tensor.offset, tensor.nbytes, buffer)
        return buffer

    def open(self, path: Path) -> ByteSource:
        """For reading what is copied. Raises :class:`CorruptCheckpoint`."""
        return self.log.open(self._opened, path)

    def _opened(self, path: Path) -> ByteSource:
        if isinstance(path, RemotePath) and path.source is not None:
            return path.source
        return self.open_here(path)

    def open_for_small_reads(self, tensors: Iterable[StoredTensor]) -> OpenSource:
        """What opens files to read packed tensors some rows at a time: of remote ones larger blocks are fetched."""
        if not self._remote:
            return self.open
        from loadstone.transfer.read_ahead import ReadAhead  # which files here do without

        parts = (part for tensor in tensors if tensor.packing is not None for part in tensor.packing.parts)
        return ReadAhead(self.open, (FileRange(part.file, part.range) for part in parts)).open

    def open_here(self, path: Path) -> WeightFile:
        """The same for a file on this machine."""
        return WeightFile(path, cached=not self.choices[path].is_direct, expected_bytes=self._ends.get(path, 0))

    def read_ahead(self, populates: bool) -> None:
        """Begin to read all files that may be read ahead; what is mapped into the page tables too if ``populates``."""
        self.populates = populates and all(choice.is_mapped for choice in self.choices.values())
        self.warm(
            Region(path, ByteRange(0, mapped.nbytes), *mapped.place(0))
            if populates and self.is_mapped(path)
            else Region(path, ByteRange(0, mapped.nbytes), None, 0)
            for path, mapped in self.maps.items()
            if self.choices[path].is_warmed and (populates or self._facts[path].cached_share < 1)
        )

    def read_share(self, index: int, count: int, ranges: Iterable[FileRange] | None = None) -> None:
        """Begin to read one of ``count`` shares of some ranges of mapped files, or of all of them, into the page cache;
        other processes of this machine read the others."""
        files = {path: self._facts[path] for path in self.mapped()}
        fits = all(self.choices[path].is_warmed for path in files)
        if not fits or all(facts.cached_share == 1 for facts in files.values()):
            return
        if ranges is None:
            ranges = (FileRange(path, ByteRange(0, facts.nbytes)) for path, facts in files.items())
        share = _share(sorted(each for each in ranges if each.file in files), index, count)
        self.warm(Region(path, part, None, part.start) for path, part in share)

    def views(self, ranges: Iterable[FileRange]) -> Iterable[Region]:
        """Those of mapped files, as regions for :meth:`warm`."""
        for path, part in sorted(ranges):
            if path in self.maps and self.choices[path].is_warmed:
                yield Region(path, part, *self.maps[path].place(part.start))

    def warm(self, regions: Iterable[Region]) -> None:
        """Begin to read some regions ahead."""
        warmup = Warmup(regions, self.options.threads, self.log)
        self._warmups.append(warmup)
        warmup.start()

    @property
    def warmed_bytes(self) -> int:
        """What is being read ahead."""
        return sum(warmup.nbytes for warmup in self._warmups)

    def wait(self, progress: Callable[[int], None] | None = None) -> None:
        """Until all that was begun is there. Raises :class:`CorruptCheckpoint`."""
        for warmup in self._warmups:
            warmup.wait(progress)
        self._warmups.clear()

    def detach(self) -> None:
        """Let what is under way go on while the model is used."""
        for warmup in self._warmups:
            warmup.detach()

    def cancel(self) -> None:
        """Stop reading ahead, and wait for what is under way."""
        for warmup in self._warmups:
            warmup.cancel()
        self._warmups.clear()

    def describe(self) -> list[str]:
        """What was chosen and why, files of one kind together."""
        groups: dict[tuple[Choice, str], list[FileFacts]] = {}
        for path, facts in self._facts.items():
            groups.setdefault((self.choices[path], facts.kind), []).append(facts)
        lines = []
        for (choice, _), those in groups.items():
            about = "; ".join(filter(None, (str(functools.reduce(operator.add, those)), choice.why)))
            lines.append(f"{len(those)} file{'s' if len(those) > 1 else ''} {choice} ({about})")
        if self._remote:
            count, size = len(self._remote), f"{self.extent_bytes >> 20} MiB"
            lines.append(
                f"{count} remote file{'s' if count > 1 else ''} read in ranges of {size}, {self.threads} at once"
            )
        return lines


def _share(ranges: Sequence[FileRange], index: int, count: int) -> Iterator[FileRange]:
    """One of ``count`` runs of as many bytes each, of ranges one after another."""
    total, begin = sum(each.range.nbytes for each in ranges), 0
    first, last = total * index // count, total * (index + 1) // count
    for path, (start, stop) in ranges:
        part = ByteRange(start + max(first - begin, 0), start + min(last - begin, stop - start))
        begin += stop - start
        if part.start < part.stop:
            yield FileRange(path, part)


def _facts(path: Path, end: int) -> FileFacts:
    file = WeightFile(path, cached=True, expected_bytes=end)
    try:
        return probe(file.descriptor, file.nbytes)
    finally:
        file.close()
