"""What ``save_pretrained`` writes of a tokenizer: ``tokenizer.json``, its settings, and chat templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from loadstone.errors import TokenizerError
from loadstone.text.files import CONFIG, TEMPLATE, TEMPLATES, TOKENIZER_NAME
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


def files_of(tokenizer: ChatEncoder, with_jinja: bool) -> dict[str, bytes]:
    """Name → content. ``with_jinja``: chat templates in files of their own, rather than among the settings.

    :class:`TokenizerError` for a tokenizer with parts that ``tokenizer.json`` has no words for.
    """
    try:
        content: str = tokenizer.backend_tokenizer.to_str(pretty=True)
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
    if templates is not None and not with_jinja:
        named = (
            [{"name": name, "template": text} for name, text in templates.items()]
            if isinstance(templates, dict)
            else []
        )
        settings["chat_template"] = named or templates
    elif templates is not None:
        each = {"default": templates} if isinstance(templates, str) else templates
        for name, text in each.items():
            files[TEMPLATE if name == "default" else f"{TEMPLATES}/{name}.jinja"] = text.encode()
    written = json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return {TOKENIZER_NAME: content.encode(), CONFIG: written.encode(), **files}


def _plain(value: Any) -> Any:
    """Tokens as their texts: what else they are stands in ``tokenizer.json``."""
    return value.content if hasattr(value, "content") else value
