"""``AutoProcessor`` and its kind: processors of pictures, sound and films, made by transformers where it is installed;
and the tokenizers that only it reads.

The files come from where a model's files come from: a folder, or a repository of the Hub at one commit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.errors import ArgumentError, CheckpointNotFound, ConfigNotFound, FrameworkNotInstalled
from loadstone.frameworks.registry import require_torch
from loadstone.lockfile.guard import Locked
from loadstone.remote_code.references import CodeReference
from loadstone.remote_code.trust import Trust, is_installed
from loadstone.sources.request import FileChoice, HubOptions, check_files, files_asked_for
from loadstone.sources.resolve import find_beside, local_folder
from loadstone.sources.source import Source
from loadstone.text.companions import OF_PROCESSORS, PROCESSORS, companions_in
from loadstone.text.files import SETTINGS
from loadstone.transfer.json_file import read_json

_READ = (*OF_PROCESSORS, CONFIG_NAME)
_OF_CODE = (*PROCESSORS, CONFIG_NAME, "tokenizer_config.json")


class _OfTransformers:
    """Base of the Auto classes that only transformers has."""

    def __init__(self) -> None:
        name = type(self).__name__
        raise ArgumentError(f"{name} is not made by calling it. Use {name}.from_pretrained(path_or_id).")

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: Any) -> Any:
        """What transformers' class of this name makes of a folder's or repository's files: transformers' own object.

        ``revision``, ``subfolder``, ``token``, ``cache_dir``, ``local_files_only``, ``lock`` and ``trust_remote_code``
        are those of a model; all else goes to transformers. From the Hub, files are fetched here at one commit and
        handed over as a folder. Imports transformers.

        Raises :class:`FrameworkNotInstalled` without transformers, :class:`ConfigNotFound` where there are no such
        files, :class:`UntrustedCode` for code of the processor's own, :class:`ConfigError` for what transformers
        refuses, :class:`HubError`, :class:`LockMismatch`.
        """
        if not is_installed():
            raise FrameworkNotInstalled(
                f'{cls.__name__} comes from transformers, which is not installed: pip install "loadstone[transformers]"'
            )
        return of_transformers(cls.__name__, pretrained_model_name_or_path, kwargs)


class AutoProcessor(_OfTransformers):
    """What a model reads beside texts, and its texts: pictures, sound, films and the tokenizer in one."""


class AutoImageProcessor(_OfTransformers):
    """Pictures as a model reads them."""


class AutoFeatureExtractor(_OfTransformers):
    """Sound as a model reads it."""


class AutoVideoProcessor(_OfTransformers):
    """Films as a model reads them."""


def of_transformers(name: str, path_or_id: str | os.PathLike[str], kwargs: dict[str, Any]) -> Any:
    """What transformers' Auto class of a name makes of a folder or repository; errors as for :class:`AutoProcessor`."""
    trust = Trust.taken_from(kwargs)
    which, hub = files_asked_for(kwargs)
    locked = Locked.of(kwargs.pop("lock", None), path_or_id, hub.revision)
    source = _found(path_or_id, which, hub._replace(revision=locked.revision))
    folder = source.configs or source.folder
    locked.check_companions(source.folder, companions_in(folder, _READ))
    references = dict(_references(folder))
    if name in references:
        trust.require(references[name], str(path_or_id))
    covered = [trust.covers(each, str(path_or_id)) for each in references.values()]
    place: str | Path = folder
    if any(covered):
        kwargs |= {"trust_remote_code": True}
        if source.repo_id is not None:  # transformers fetches the code itself, of the same commit
            place = source.repo_id
            kwargs |= {"revision": source.commit, "subfolder": which.subfolder, "token": hub.token}
    return require_torch().transformers_processor(name, place, kwargs)


def _found(path_or_id: str | os.PathLike[str], which: FileChoice, hub: HubOptions) -> Source:
    check_files(which, hub)
    local = local_folder(path_or_id, ConfigNotFound)
    if local is not None:
        folder = local / which.subfolder
        if not any((folder / name).is_file() for name in (*PROCESSORS, *SETTINGS)):
            raise ConfigNotFound(f"{folder}: none of {', '.join(PROCESSORS)} there.")
        return Source(local, configs=folder)
    try:
        return find_beside(os.fspath(path_or_id), [PROCESSORS, SETTINGS], _READ, which, hub)
    except CheckpointNotFound as error:
        raise ConfigNotFound(str(error)) from None


def _references(folder: Path) -> Iterator[tuple[str, CodeReference]]:
    """Name of an Auto class → the code that a file names for it."""
    for name in _OF_CODE:
        code = read_json(folder / name, "processor").get("auto_map") if (folder / name).is_file() else None
        for auto_class, text in code.items() if isinstance(code, dict) else ():
            if isinstance(text, str) and auto_class in _NAMES:
                yield auto_class, CodeReference.parse(text, f"{folder / name}, key 'auto_map', {auto_class!r}")


_NAMES = tuple(cls.__name__ for cls in _OfTransformers.__subclasses__())
