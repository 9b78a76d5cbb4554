"""What ``save_pretrained`` writes of a tokenizer: ``tokenizer.json``, its settings, and chat templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadstone.errors import LoadstoneError, SaveError, TokenizerError
from loadstone.saving.replace_folder import replace_files
from loadstone.text.files import ADDED_TOKENS, CONFIG, SPECIAL_TOKENS, TEMPLATE, TOKENIZER_NAME
from loadstone.text.special_tokens import EXTRA, EXTRA_NAMES

if TYPE_CHECKING:
    from loadstone.text.chat.encode import ChatEncoder

_LEFT_OUT = (
    "name_or_path",
    "added_tokens_decoder",
    "chat_template",
    "tokenizer_file",
    "add_bos_token",
    "add_eos_token",
)
"""Where it was, and what ``tokenizer.json`` says itself."""


_READ_BESIDE = (TEMPLATE, SPECIAL_TOKENS, ADDED_TOKENS)


def files_of(tokenizer: ChatEncoder, with_jinja: bool) -> dict[str, bytes]:
    """Name → content. ``with_jinja``: a chat template in a file of its own; several are among the settings.

    :class:`TokenizerError` for a tokenizer with parts that ``tokenizer.json`` has no words for.
    """
    try:
        content = tokenizer.to_json()
    except Exception as error:  # noqa: BLE001  the library raises a bare Exception
        raise TokenizerError(f"{tokenizer.source}: tokenizer.json cannot express this tokenizer: {error}") from None
    settings = {
        name: _plain(value)
        for name, value in tokenizer.file_values.items()
        if name not in (*_LEFT_OUT, *EXTRA_NAMES) and value is not None
    }
    settings |= {
        "clean_up_tokenization_spaces": tokenizer.clean_up_tokenization_spaces,
        "model_max_length": tokenizer.model_max_length,
        "padding_side": tokenizer.padding_side,
        "truncation_side": tokenizer.truncation_side,
        "model_input_names": tokenizer.model_input_names,
        "split_special_tokens": tokenizer.split_special_tokens,
        "tokenizer_class": tokenizer.class_name,
    }
    for role in tokenizer.SPECIAL_TOKENS_ATTRIBUTES:
        settings.pop(role, None)
    settings |= tokenizer.special_tokens_map
    if tokenizer.extra_special_tokens:
        settings[EXTRA] = tokenizer.extra_special_tokens
    files: dict[str, bytes] = {}
    templates = tokenizer.chat_template
    if isinstance(templates, str) and with_jinja:
        files[TEMPLATE] = templates.encode()
    elif isinstance(templates, str):
        settings["chat_template"] = templates
    elif templates is not None:
        settings["chat_template"] = [{"name": name, "template": text} for name, text in templates.items()]
    written = json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return {TOKENIZER_NAME: content.encode(), **files, CONFIG: written.encode()}


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write them into a folder (made if absent), all or nothing; :class:`SaveError` where that fails.

    Files of an older save that would be read beside them, and contradict them, are removed.
    """
    if "\0" in str(folder):
        raise SaveError(f"{str(folder)!r}: a path cannot hold NUL")

    def write(stage: Path) -> None:
        for name, content in files.items():
            (stage / name).write_bytes(content)

    try:
        replace_files(folder, list(files), write, lambda name: name in _READ_BESIDE and name not in files)
    except LoadstoneError:
        raise
    except OSError as error:
        hint = "Give the path of a folder" if folder.is_file() else "See that the path can be written to"
        raise SaveError(f"{folder}: the tokenizer could not be written: {error.strerror or error}. {hint}") from error


def _plain(value: Any) -> Any:
    """Tokens as their texts: what else they are stands in ``tokenizer.json``."""
    return value.content if hasattr(value, "content") else value
