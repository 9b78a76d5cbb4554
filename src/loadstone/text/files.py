"""The files of a tokenizer: in a folder, beside a file, or in a repository of the Hub at one commit."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from loadstone.checkpoint.names import CONFIG_NAME, GGUF_SUFFIX
from loadstone.errors import CheckpointNotFound, TokenizerError
from loadstone.saving.journal import finish_interrupted_save
from loadstone.sources.request import FileChoice, HubOptions, check_files, check_gguf_file
from loadstone.sources.resolve import find_beside, local_folder
from loadstone.text.families import FAMILIES, UNNAMED, WITHOUT_VOCABULARY, class_name_of
from loadstone.transfer.json_file import read_json

if TYPE_CHECKING:
    from loadstone.sources.private_folder import PrivateFolder

TOKENIZER_NAME = "tokenizer.json"
CONFIG = "tokenizer_config.json"
SPECIAL_TOKENS = "special_tokens_map.json"
ADDED_TOKENS = "added_tokens.json"
TEMPLATE = "chat_template.jinja"
TEMPLATES = "additional_chat_templates"
WORD_PIECES = "vocab.txt"
VOCABULARY, MERGES = "vocab.json", "merges.txt"
SENTENCEPIECE = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "spm.model", "sentencepiece.model")
SETTINGS = (CONFIG, SPECIAL_TOKENS, ADDED_TOKENS, TEMPLATE, CONFIG_NAME)
OLDER = (WORD_PIECES, VOCABULARY, MERGES, *SENTENCEPIECE)
"""Vocabularies that are read where there is no ``tokenizer.json``."""
ELSEWHERE = (
    *("source.spm", "target.spm", "target_vocab.json", "vocab-src.json", "vocab-tgt.json", "bpe.codes", "dict.txt"),
    *("emoji.json", "entity_vocab.json", "prophetnet.tokenizer", "spm_char.model", "word_shape.json"),
    *("word_pronunciation.json", "byte_maps.json", "normalizer.json"),
)
"""Those that only classes of transformers read."""
_LARGEST = 1 << 30
_LISTED = 5


class TokenizerFiles(NamedTuple):
    """Where they lie."""

    folder: Path
    """What ``tokenizer_config.json`` and the others lie in."""
    vocabulary: Path
    """A ``tokenizer.json``, an older vocabulary, or a GGUF file."""
    commit: str | None = None
    """Of the Hub's repository; None for a folder of the user's own."""
    root: Path | None = None
    """What a lock names files from."""
    private: PrivateFolder | None = None
    """Where the files of an address lie as long as this is held."""

    @property
    def all(self) -> list[Path]:
        """Every file that is read, or may be."""
        names = () if self.vocabulary.suffix == GGUF_SUFFIX else (*SETTINGS, MERGES)
        beside = [path for name in names if (path := self.folder / name).is_file() and path != self.vocabulary]
        return [self.vocabulary, *beside, *sorted((self.folder / TEMPLATES).glob("*.jinja"))]


class ReadElsewhere(TokenizerError):
    """A vocabulary of a class that is not known here; transformers may have it."""


Check = Callable[[TokenizerFiles], None]
"""Called with the files before they are read, as a lock asks for."""


def find_tokenizer(path_or_id: str | os.PathLike[str], which: FileChoice, hub: HubOptions) -> TokenizerFiles:
    """The files that a name stands for: a folder, a file in one, or a Hub id, as for a model.

    :class:`TokenizerError` where there is none that is read here; :class:`HubError` and :class:`ArgumentError` as for a
    model.
    """
    check_files(which, hub)
    if which.gguf_file is not None:
        check_gguf_file(which.gguf_file)
    try:
        local = local_folder(path_or_id, CheckpointNotFound)
        if local is None:
            return _on_hub(os.fspath(path_or_id), which, hub)
    except CheckpointNotFound as error:
        raise TokenizerError(f"{error}") from None
    if not local.is_dir():
        vocabulary = local if _is_vocabulary(local) else _vocabulary_in(local.parent)
        return TokenizerFiles(local.parent, vocabulary, root=local.parent)
    folder = local / which.subfolder
    finish_interrupted_save(folder)
    vocabulary = folder / which.gguf_file if which.gguf_file is not None else _vocabulary_in(folder)
    if not vocabulary.is_file():
        raise TokenizerError(f"{vocabulary}: no such file, so text cannot be tokenized.")
    return TokenizerFiles(folder, vocabulary, root=local)


def read_bytes(path: Path) -> bytes:
    """What a file of a tokenizer holds; :class:`TokenizerError` for more than 1 GiB."""
    size = path.stat().st_size
    if size > _LARGEST:
        raise TokenizerError(f"{path}: expected at most {_LARGEST} bytes, found {size}.")
    return path.read_bytes()


def _on_hub(repo_id: str, which: FileChoice, hub: HubOptions) -> TokenizerFiles:
    choices = [[TOKENIZER_NAME], OLDER, ELSEWHERE, [CONFIG]] if which.gguf_file is None else [[which.gguf_file]]
    source = find_beside(repo_id, choices, (*SETTINGS, f"{TEMPLATES}/") if which.gguf_file is None else (), which, hub)
    folder = source.configs or source.folder
    vocabulary = folder / which.gguf_file if which.gguf_file is not None else _vocabulary_in(folder)
    return TokenizerFiles(folder, vocabulary, source.commit, source.folder, source.private)


def _is_vocabulary(path: Path) -> bool:
    return path.name in (TOKENIZER_NAME, *OLDER) or path.suffix.lower() in (GGUF_SUFFIX, ".model")


def _vocabulary_in(folder: Path) -> Path:
    for name in (TOKENIZER_NAME, VOCABULARY, WORD_PIECES, *SENTENCEPIECE):
        path = folder / name
        if path.is_file() and (name != VOCABULARY or (folder / MERGES).is_file()):
            return path
    others = sorted(file.name for file in folder.glob("*") if "token" in file.name or "vocab" in file.name)
    raise (ReadElsewhere if _is_elsewhere(folder) else TokenizerError)(
        f"{folder}: no {TOKENIZER_NAME} there, nor a vocabulary of another kind, so text cannot be tokenized"
        + (f" (found {', '.join(others[:_LISTED])}). " if others else ". ")
        + f"Looked for {TOKENIZER_NAME}, {VOCABULARY} with {MERGES}, {WORD_PIECES} and {', '.join(SENTENCEPIECE)}. "
        "Add this model's, or call the model with token ids of your own."
    )


def _is_elsewhere(folder: Path) -> bool:
    """Whether files name a class that is not known here, and hold its vocabulary, if it has any: of nothing,
    transformers would make a tokenizer that knows no words."""
    said = [read_json(folder / name, "tokenizer") for name in (CONFIG, CONFIG_NAME) if (folder / name).is_file()]
    stated = next((name for each in said if (name := each.get("tokenizer_class"))), None)
    name = class_name_of(stated, next((name for each in said if (name := each.get("model_type"))), None))
    if name in FAMILIES or name in UNNAMED:
        return False
    return name in WITHOUT_VOCABULARY or any((folder / each).is_file() for each in (*OLDER, *ELSEWHERE))
