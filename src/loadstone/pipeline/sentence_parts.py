"""A folder of sentence-transformers in a load: which modules lie above the encoder, and their weights."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from loadstone.architectures.sentence_modules import description
from loadstone.architectures.tasks import SENTENCE_EMBEDDING
from loadstone.checkpoint import Checkpoint
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.remote_path import is_address
from loadstone.lockfile.guard import Locked
from loadstone.pipeline.select_class import AutoTarget
from loadstone.sources.open import open_files, open_weights
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.sources.resolve import resolve_files
from loadstone.sources.sentence_files import KEY, SentenceFiles, find_sentence_files

logger = logging.getLogger("loadstone")


def makes_sentences(target: type[Any] | AutoTarget) -> bool:
    """Whether what is asked for is a model that makes vectors of texts."""
    if isinstance(target, AutoTarget):
        return target.task == SENTENCE_EMBEDDING
    head = getattr(target, "head_spec", None)
    return head is not None and head.task == SENTENCE_EMBEDDING


def sentence_files(
    place: str | os.PathLike[str], options: Options, hub: HubOptions, locked: Locked
) -> SentenceFiles | None:
    """What says which modules there are; None where nothing does. Raises what
    :func:`loadstone.sources.sentence_files.find_sentence_files` raises, and :class:`LockMismatch`."""
    return find_sentence_files(place, options.which, hub, locked.check_companions)


def encoder_folder(options: Options, sentence: SentenceFiles) -> str:
    """The subfolder of the encoder; a GGUF file is the encoder, wherever it lies."""
    return options.subfolder if options.gguf_file is not None else sentence.within(options.subfolder)


def opened_parts(
    place: str | os.PathLike[str], options: Options, sentence: SentenceFiles, is_hashed: bool
) -> Iterator[tuple[str, Checkpoint]]:
    """The weights of the modules above the encoder, by name; ``options`` are the caller's. ``is_hashed``: they are
    hashed as they are read, where they are not on this machine."""
    path = None if is_address(place) else Path(place)
    if path is not None and path.is_file():
        place = path.parent
    hub = options.hub._replace(revision=sentence.source.commit or options.revision)
    for name, folder in sentence.stored.items():
        which = FileChoice((PurePosixPath(options.subfolder) / folder).as_posix())
        source = resolve_files(place, which, hub)
        yield name, open_weights(source.hashed() if is_hashed else source, which)


def opened_whole(place: str | os.PathLike[str]) -> Checkpoint:
    """The weights of the encoder, and of the modules above it, by name."""
    sentence = find_sentence_files(place, FileChoice(), HubOptions())
    if sentence is None:
        return open_files(place).checkpoint
    encoder = open_files(place, FileChoice(sentence.encoder_path)).checkpoint
    return encoder.beside(dict(opened_parts(place, Options(), sentence, is_hashed=False)))


def describe(config: PretrainedConfig, sentence: SentenceFiles | None, place: object) -> None:
    """Have the config say which modules there are: those of the files, unless the caller's config says others. Where
    nobody says it, one line tells what is taken (:func:`loadstone.architectures.sentence_modules.description`)."""
    if config.get(KEY) is None:
        if sentence is not None:
            modules, settings = [dict(each) for each in sentence.modules], dict(sentence.settings)
            setattr(config, KEY, {"modules": modules, "settings": settings})
        else:
            pooling = description(config)["modules"][1]["config"]
            (mode,) = (key for key, value in pooling.items() if value is True)
            logger.warning("%s has no modules.json: the vectors of tokens become one by %s.", place, mode)
    config.use_cache = False  # no text is continued
