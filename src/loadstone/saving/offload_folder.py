"""The offload folder: weights that cannot be used as they are stored, written once in their final form.

One folder for each source and final form, one safetensors file for each unit of the model in it, its data aligned to
pages. A folder appears under its name when it is complete, so a later load of the same source takes it as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from loadstone.checkpoint.safetensors.write import plan_safetensors
from loadstone.core.sizes import format_bytes
from loadstone.errors import SaveError
from loadstone.saving.checkpoint import write_safetensors
from loadstone.saving.folders import locked, remove_tree, sync_path
from loadstone.transfer.outgoing import OutgoingTensor

_PREFIX = "loadstone-"
_SOURCE = "source.json"


def offload_name(sources: Sequence[Path], form: object) -> tuple[str, str]:
    """The name of the folder for weights made of ``sources`` in a ``form`` (anything whose ``repr`` tells it).

    Changes when a source does. The second text says what it stands for, and is kept in the folder.
    """
    states = [(str(path.resolve()), (status := path.stat()).st_size, status.st_mtime_ns) for path in sorted(sources)]
    digest = hashlib.sha256(repr((states, form)).encode()).hexdigest()[:24]
    return _PREFIX + digest, json.dumps({"sources": states}, indent=1)


def offloaded_files(
    folder: Path,
    name: str,
    source: str,
    units: Mapping[str, Sequence[OutgoingTensor]],
    progress: Callable[[int], None] | None = None,
) -> dict[str, Path]:
    """The file of each unit, under ``folder / name``: those of an earlier load, or written now.

    Folders of earlier states of the same sources are removed. :raises SaveError: the folder cannot be made or written
    to, or the disk is full; nothing of this load is left in it then.
    """
    target = folder / name
    files = {unit: target / f"{number:05d}.safetensors" for number, unit in enumerate(units)}
    needed = sum(tensor.nbytes for tensors in units.values() for tensor in tensors)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            if _is_whole(files, units):
                return files
            remove_tree(target)
            _remove_outdated(folder, source)
            free = shutil.disk_usage(folder).free
            if free < needed:
                raise SaveError(
                    f"offload_folder {folder}: the model needs {needed} bytes ({format_bytes(needed)}) there, and "
                    f"{free} are free. Give another folder, or torch_dtype='auto' to use the files as they are."
                )
            draft = folder / f"{name}.{os.getpid()}.tmp"
            remove_tree(draft)
            try:
                draft.mkdir()
                for unit, tensors in units.items():
                    write_safetensors(draft / files[unit].name, plan_safetensors(tensors), progress=progress)
                (draft / _SOURCE).write_text(source)
                os.replace(draft, target)
                sync_path(folder)
            finally:
                remove_tree(draft)
    except SaveError:
        raise
    except OSError as error:
        raise SaveError(
            f"offload_folder {folder}: {error.strerror or error}. {needed} bytes ({format_bytes(needed)}) were to be "
            "written there, and nothing of them is left. Give a folder with room that may be written to."
        ) from error
    return files


def _is_whole(files: Mapping[str, Path], units: Mapping[str, Sequence[OutgoingTensor]]) -> bool:
    """Whether every file is there, as long as it has to be."""
    for unit, tensors in units.items():
        expected = plan_safetensors(tensors).nbytes
        try:
            if files[unit].stat().st_size != expected:
                return False
        except OSError:
            return False
    return True


def _remove_outdated(folder: Path, source: str) -> None:
    """Remove what was made of the same files when they held something else; a running model keeps what it has open."""
    now = {path: state for path, *state in json.loads(source)["sources"]}
    for other in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            then = {path: state for path, *state in json.loads((other / _SOURCE).read_text())["sources"]}
            if then.keys() == now.keys() and then != now:
                remove_tree(other)
