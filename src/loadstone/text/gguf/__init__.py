"""The tokenizer that lies in a GGUF file: its metadata → a ``tokenizers.Tokenizer``.

A GGUF file has no ``tokenizer.json``. It holds the vocabulary as arrays (tokens, their kinds, scores or merges) and
names the algorithm: ``tokenizer.ggml.model``. llama.cpp defines what they mean (its ``llama-vocab.cpp``); here each
algorithm is one file that says the same with the parts of the ``tokenizers`` library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from loadstone.errors import TokenizerError
from loadstone.text.gguf import byte_level, sentencepiece, unigram, word_pieces
from loadstone.text.gguf.vocabulary import ROLES, Vocabulary, read_vocabulary

if TYPE_CHECKING:
    import tokenizers

    from loadstone.core.json_values import JsonObject

_Builder: TypeAlias = "Callable[[Vocabulary], tokenizers.Tokenizer]"
_BUILDERS: Mapping[str, _Builder] = MappingProxyType(
    {"gpt2": byte_level.build, "llama": sentencepiece.build, "t5": unigram.build, "bert": word_pieces.build}
)


def build_tokenizer(metadata: Mapping[str, object], source: str) -> tuple[tokenizers.Tokenizer, JsonObject]:
    """The tokenizer, and what ``tokenizer_config.json`` would say beside it: special tokens, chat template, length.

    ``metadata`` is that of a GGUF file, key → value, arrays as sequences; ``source`` names the file in errors. Raises
    :class:`TokenizerError` for an algorithm or a way to split that is not known here, and for metadata that
    contradicts itself. Needs the ``tokenizers`` package.
    """
    build, vocabulary = _read(metadata, source)
    return _built(build, vocabulary)


def tokenizer_json(metadata: Mapping[str, object], source: str) -> tuple[str, JsonObject]:
    """What ``tokenizer.json`` would say, and ``tokenizer_config.json`` beside it; as :func:`build_tokenizer` otherwise.

    Raises :class:`TokenizerError` too for tokens that are merged from the left, which ``tokenizer.json`` cannot say.
    """
    build, vocabulary = _read(metadata, source)
    if build is sentencepiece.build and sentencepiece.order_of(vocabulary) is sentencepiece.Order.FROM_THE_LEFT:
        raise TokenizerError(
            f"{source}: expected scores that differ, or merges; found neither, so tokens are merged from the left. "
            "tokenizer.json cannot express that: use the GGUF file's own tokenizer."
        )
    tokenizer, settings = _built(build, vocabulary)
    return tokenizer.to_str(), settings


def _read(metadata: Mapping[str, object], source: str) -> tuple[_Builder, Vocabulary]:
    model = metadata.get("tokenizer.ggml.model")
    build = _BUILDERS.get(model) if isinstance(model, str) else None
    if build is None:
        found = "none, so there is no tokenizer in this file" if model is None else repr(model)[:100]
        raise TokenizerError(
            f"{source}: metadata key 'tokenizer.ggml.model': expected one of {', '.join(map(repr, _BUILDERS))}, found "
            f"{found}. Use a folder with this model's tokenizer.json, or call the model with token ids of your own."
        )
    return build, read_vocabulary(metadata, source)


def _built(build: _Builder, vocabulary: Vocabulary) -> tuple[tokenizers.Tokenizer, JsonObject]:
    try:
        tokenizer = build(vocabulary)
    except TokenizerError:
        raise
    except Exception as error:  # noqa: BLE001  the library raises a bare Exception for parts that do not fit together
        raise TokenizerError(
            f"{vocabulary.source}: expected a tokenizer, found what tokenizers refuses: {error}"
        ) from None
    settings: JsonObject = {
        f"{role}_token": tokenizer.id_to_token(vocabulary.ids[role]) for role in ROLES if role in vocabulary.ids
    }
    if vocabulary.chat_templates:
        settings["chat_template"] = [
            {"name": name, "template": template} for name, template in vocabulary.chat_templates.items()
        ]
    if vocabulary.context_length is not None:
        settings["model_max_length"] = vocabulary.context_length
    return tokenizer, settings
