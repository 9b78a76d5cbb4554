"""``AutoTokenizer``: from a folder or Hub id to its tokenizer."""

from __future__ import annotations

import logging
import os
from typing import Any

from loadstone.errors import ArgumentError, ConfigError, TokenizerError
from loadstone.lockfile.guard import Locked
from loadstone.pipeline.auto_processor import of_transformers
from loadstone.remote_code.trust import is_installed
from loadstone.text.files import ReadElsewhere, TokenizerFiles
from loadstone.text.load import load
from loadstone.text.tokenizer import PreTrainedTokenizerFast

logger = logging.getLogger(__name__)


class AutoTokenizer:
    """Makes the tokenizer of a checkpoint, whichever files it has."""

    def __init__(self) -> None:
        raise ArgumentError("AutoTokenizer is not made by calling it. Use AutoTokenizer.from_pretrained(path_or_id).")

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | os.PathLike[str], **kwargs: Any) -> Any:
        """The tokenizer of a folder, a file in it, a GGUF file or a Hub id.

        Read are ``tokenizer.json``, ``vocab.txt``, ``vocab.json`` with ``merges.txt``, SentencePiece models and GGUF
        files, with the settings, special tokens and chat templates beside them. Vocabularies that only a class of
        transformers reads (Marian's, wav2vec 2.0's, …) become an object of that class where transformers is installed.

        Args:
            pretrained_model_name_or_path: As for a model.
            **kwargs: ``revision``, ``subfolder``, ``token``, ``cache_dir``, ``force_download``, ``local_files_only``,
                ``gguf_file`` and ``lock`` say where the files are, as for a model. Settings of
                ``tokenizer_config.json`` are put over the file's: ``padding_side``, ``truncation_side``,
                ``model_max_length``, ``pad_token`` and the other roles, ``chat_template``, ``add_prefix_space``,
                ``do_lower_case``, … Of no effect are ``use_fast``, for there is one kind, and ``trust_remote_code``:
                code that comes with a tokenizer is never run.

        Raises :class:`TokenizerError` where there is no tokenizer, where its files are damaged, contradict each other
        or hold more tokens than the model's config; :class:`ConfigError` for settings that are no JSON,
        :class:`UnknownArgument`, :class:`ArgumentError`, :class:`HubError`, :class:`LockMismatch`, and
        :class:`CorruptCheckpoint` for a GGUF file that is damaged.
        """
        lock = kwargs.pop("lock", None)
        locked = Locked.of(lock, pretrained_model_name_or_path, kwargs.get("revision"))
        if locked:
            kwargs["revision"] = locked.revision

        def check(files: TokenizerFiles) -> None:
            locked.check_companions(files.root or files.folder, files.all)

        try:
            return PreTrainedTokenizerFast.of_files(load(pretrained_model_name_or_path, kwargs, check))
        except ReadElsewhere as error:
            return _elsewhere(error, pretrained_model_name_or_path, {**kwargs, "lock": lock})


def _elsewhere(error: ReadElsewhere, path_or_id: str | os.PathLike[str], keywords: dict[str, Any]) -> Any:
    """transformers' own tokenizer, of files that are not read here; else the error that said so."""
    if not is_installed():
        raise TokenizerError(f'{error} Or: pip install "loadstone[transformers]", which may read it.') from None
    try:
        made = of_transformers("AutoTokenizer", path_or_id, keywords)
    except ConfigError as refused:
        raise TokenizerError(f"{error} ({refused})") from refused
    logger.info("%s: the tokenizer is transformers' %s.", path_or_id, type(made).__name__)
    return made
