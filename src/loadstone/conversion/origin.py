"""A checkpoint that is read as data, without a model: its tensors, its config, and the files that belong to it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.gguf.open import GgufFile
from loadstone.checkpoint.names import CONFIG_NAME, GENERATION_CONFIG_NAME, OTHER_FORMATS
from loadstone.checkpoint.registry import suffixes
from loadstone.configs.read import values_beside
from loadstone.core.json_values import JsonValue
from loadstone.core.remote_path import is_address
from loadstone.errors import ArgumentError, TokenizerError
from loadstone.pipeline.quantized_checkpoint import Settings, dequantized, refuse_unread, settings_of
from loadstone.saving.journal import STAGING
from loadstone.sources.open import open_files
from loadstone.sources.repository import fetch_files
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.sources.source import Source

_FROM_HUB = (
    *(
        GENERATION_CONFIG_NAME,
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
    ),
    *("vocab.json", "vocab.txt", "merges.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model"),
    *("chat_template.jinja", "chat_template.json", "preprocessor_config.json", "processor_config.json"),
    *("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "LICENSE", "README.md"),
)
"""What is fetched of a repository beside config and weights."""
_MOST_ENTRIES = 1000
_MOST_BYTES = 1 << 30
"""Of a file that is copied along; what is larger is no tokenizer."""


@lru_cache(maxsize=1)
def _weights() -> re.Pattern[str]:
    """The names of files that hold weights, and of indexes."""
    return re.compile(
        r".*(\.index(\..+)?\.json|" + "|".join(map(re.escape, (*suffixes(), *OTHER_FORMATS))) + ")", re.ASCII
    )


class Origin(NamedTuple):
    """Where weights come from."""

    source: Source
    checkpoint: Checkpoint
    config: Mapping[str, JsonValue] | None
    which: FileChoice
    hub: HubOptions
    """How further files of the same repository are asked for."""
    gguf: GgufFile | None = None
    """The one file that all comes from, if it does."""

    @property
    def folder(self) -> Path:
        """Where the config lies, if there is one; else the weights."""
        return self.source.configs or self.source.folder

    @property
    def repo_id(self) -> str | None:
        return self.source.repo_id

    @property
    def quantization(self) -> Settings | None:
        """What is said of quantized weights, in the config or beside it."""
        if self.gguf is not None:
            return None
        return settings_of(self.checkpoint, (self.config or {}).get)

    def unpacked(self) -> Checkpoint:
        """The tensors as a model has them: those that are packed know how they come out.

        Raises :class:`InvalidConfig` for a method that is not known, and for quantized weights of which nothing is
        said; :class:`CorruptCheckpoint` where tensors contradict what is said.
        """
        settings = self.quantization
        if settings is None:
            refuse_unread(self.checkpoint)
            return self.checkpoint
        return dequantized(
            self.checkpoint, settings.values, str((self.config or {}).get("model_type", "")), settings.where
        )


def open_origin(path_or_id: str | os.PathLike[str], which: FileChoice, hub: HubOptions) -> Origin:
    """A folder, a weight file or an index, or a Hub id. Reads headers only.

    Raises what :func:`loadstone.sources.open.open_files` raises; :class:`InvalidConfig`; :class:`ArgumentError` for an
    address.
    """
    if is_address(path_or_id):
        raise ArgumentError(f"{path_or_id}: files of a store or a server are not taken here; download them first")
    source, checkpoint, gguf = open_files(path_or_id, which, hub)
    config = values_beside(source) if gguf is None else gguf.config
    return Origin(source, checkpoint, config, which, hub, gguf)


class Companions(NamedTuple):
    """What lies beside the weights."""

    files: Mapping[str, Path | bytes]
    """Name → file, or its content: config, tokenizer, code and so on."""
    left_out: tuple[str, ...]
    """Folders and the like, and what is too large to be one of these; or why there is no tokenizer."""


def companions(origin: Origin) -> Companions:
    """The files that belong to the weights; none where there is no config, for then it is no model's folder.

    Of a repository on the Hub, those with the names that models commonly have; code stays there. Of a GGUF file, those
    that its metadata stand for, but for the config.
    """
    if origin.gguf is not None:
        return _of_gguf(origin.gguf)
    if origin.config is None:
        return Companions({}, ())
    if origin.repo_id is not None:
        subfolder = Path(origin.which.subfolder)
        names = [(subfolder / name).as_posix() for name in _FROM_HUB]
        root = fetch_files(origin.repo_id, names, origin.hub._replace(revision=origin.source.commit))
        paths = {name: root / subfolder / name for name in (CONFIG_NAME, *_FROM_HUB)}
        return Companions({name: path for name, path in paths.items() if path.is_file()}, ())
    files: dict[str, Path | bytes] = {}
    left_out = []
    with os.scandir(origin.folder) as entries:
        listed = sorted(islice(entries, _MOST_ENTRIES + 1), key=lambda entry: entry.name)
    if len(listed) > _MOST_ENTRIES:
        raise ArgumentError(f"{origin.folder}: more than {_MOST_ENTRIES} files, which is no model's folder")
    for entry in listed:
        if entry.name.startswith(".") or entry.name == STAGING or _weights().fullmatch(entry.name):
            continue
        if entry.is_file() and entry.stat().st_size <= _MOST_BYTES:
            files[entry.name] = Path(entry.path)
        else:
            left_out.append(entry.name + ("/" if entry.is_dir() else ""))
    return Companions(files, tuple(left_out))


def _of_gguf(gguf: GgufFile) -> Companions:
    try:
        import tokenizers  # noqa: F401

        from loadstone.text.gguf import tokenizer_json

        content, settings = tokenizer_json(gguf.metadata, str(gguf.path))
    except ImportError:
        return Companions({}, ("the tokenizer, which needs the tokenizers package: pip install 'loadstone[text]'",))
    except TokenizerError as error:
        return Companions({}, (f"the tokenizer: {error}",))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", **settings}
    tokenizer_config = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
    return Companions({"tokenizer.json": content.encode(), "tokenizer_config.json": tokenizer_config.encode()}, ())
