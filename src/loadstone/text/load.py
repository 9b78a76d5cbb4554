"""``from_pretrained`` of a tokenizer: find its files, read them, check them against each other, build."""

from __future__ import annotations

import base64
import copy
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.checkpoint.gguf.header import read_metadata
from loadstone.checkpoint.names import CONFIG_NAME, GGUF_SUFFIX
from loadstone.core.keywords import WITHOUT_EFFECT
from loadstone.errors import TokenizerError
from loadstone.sources.private_folder import removing_folders
from loadstone.sources.request import files_asked_for
from loadstone.text.charsmap import check_charsmap
from loadstone.text.decoders import with_word_ends
from loadstone.text.families import class_name_of
from loadstone.text.files import (
    ADDED_TOKENS,
    CONFIG,
    SPECIAL_TOKENS,
    TEMPLATE,
    TEMPLATES,
    TOKENIZER_NAME,
    Check,
    TokenizerFiles,
    find_tokenizer,
    read_bytes,
)
from loadstone.text.gguf import build_tokenizer
from loadstone.text.library import guarded, require_tokenizers
from loadstone.text.older import build_older
from loadstone.text.older.built import Built
from loadstone.text.settings import Settings
from loadstone.text.vocabulary import Vocabulary
from loadstone.transfer.json_file import read_json

if TYPE_CHECKING:
    import tokenizers

logger = logging.getLogger(__name__)

_WITHOUT_EFFECT = (
    *WITHOUT_EFFECT,
    "use_fast",
    "trust_remote_code",
    "code_revision",
    "config",
    "tokenizer_type",
    "verbose",
)
_LARGEST_TEMPLATE = 4 << 20
_EDITS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "add_prefix_space": ("add_prefix_space", ("ByteLevel", "RobertaProcessing")),
    "do_lower_case": ("lowercase", ("BertNormalizer",)),
    "strip_accents": ("strip_accents", ("BertNormalizer",)),
    "tokenize_chinese_chars": ("handle_chinese_chars", ("BertNormalizer",)),
    "trim_offsets": ("trim_offsets", ("RobertaProcessing",)),
}
"""Setting → the key that says it in ``tokenizer.json``, and the parts that have this key."""


class Loaded(NamedTuple):
    """A tokenizer as its files make it, before it has its class."""

    built: Built
    files: TokenizerFiles


@removing_folders()
def load(path_or_id: str | os.PathLike[str], options: Mapping[str, Any], check: Check | None = None) -> Loaded:
    """What a name stands for; ``check`` is shown the files before they are read.

    Raises :class:`TokenizerError` where there is none, and where it is damaged; :class:`UnknownArgument`,
    :class:`ArgumentError`, :class:`ConfigError` for settings that are no JSON, :class:`HubError`, and
    :class:`CorruptCheckpoint` for a GGUF file that is damaged.
    """
    given = {name: value for name, value in options.items() if name not in _WITHOUT_EFFECT}
    which, hub = files_asked_for(given)
    require_tokenizers()
    files = find_tokenizer(path_or_id, which, hub)
    if check is not None:
        check(files)
    given.setdefault("name_or_path", os.fspath(path_or_id))
    is_gguf = files.vocabulary.suffix.lower() == GGUF_SUFFIX
    return Loaded(_of_gguf(files, given) if is_gguf else _of_folder(files, given), files)


def _of_gguf(files: TokenizerFiles, given: Mapping[str, Any]) -> Built:
    source = str(files.vocabulary)
    backend, values = build_tokenizer(read_metadata(files.vocabulary), source)
    return Built(backend, Settings.of(values, given, source))


def _of_folder(files: TokenizerFiles, given: dict[str, Any]) -> Built:
    values, config = _values_in(files.folder), _config_in(files.folder)
    stated = given.get("tokenizer_class") or values.get("tokenizer_class") or config.get("tokenizer_class")
    class_name = class_name_of(stated, config.get("model_type"))
    is_json = files.vocabulary.name == TOKENIZER_NAME
    if is_json:
        # The file says itself what goes around a text.
        values = {name: value for name, value in values.items() if name not in ("add_bos_token", "add_eos_token")}
    code = values.get("auto_map")
    if (isinstance(code, dict) and "AutoTokenizer" in code) or isinstance(code, list):
        logger.warning(
            "%s names code of its own for the tokenizer, which is not run: %s is used as it is.",
            files.folder / CONFIG,
            files.vocabulary.name,
        )
    backend = _read_json_tokenizer(files.vocabulary) if is_json else None
    if backend is not None:
        values = {**_of_backend(backend), **values}
    settings = Settings.of(values, given, str(files.vocabulary), class_name)
    if backend is None:
        return build_older(files.vocabulary, settings)
    _edit(backend, settings)
    with_word_ends(backend)
    return Built(backend, settings)


def _values_in(folder: Path) -> dict[str, Any]:
    """The settings of a folder: ``tokenizer_config.json``, what older files have beside it, and chat templates."""
    values: dict[str, Any] = read_json(folder / CONFIG, "tokenizer") if (folder / CONFIG).is_file() else {}
    values = {name: value for name, value in values.items() if value is not None}
    if "added_tokens_decoder" not in values:
        if (folder / SPECIAL_TOKENS).is_file():
            special = read_json(folder / SPECIAL_TOKENS, "tokenizer")
            values |= {name: value for name, value in special.items() if value is not None}
        if (folder / ADDED_TOKENS).is_file():
            values["added_tokens_decoder"] = _added(folder / ADDED_TOKENS, values)
    templates = {file.stem: _template(file) for file in sorted((folder / TEMPLATES).glob("*.jinja"))}
    if (folder / TEMPLATE).is_file():
        templates = {"default": _template(folder / TEMPLATE), **templates}
    if templates:
        values["chat_template"] = templates["default"] if list(templates) == ["default"] else templates
    return values


def _added(path: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """``added_tokens.json``, token → id, as ``added_tokens_decoder`` says it."""
    extra = values.get("extra_special_tokens") or values.get("additional_special_tokens") or []
    named = [value for name, value in values.items() if name.endswith("_token")]
    listed = [*named, *(extra if isinstance(extra, list) else [])]
    special = {each.get("content") if isinstance(each, dict) else str(each) for each in listed}
    added = {}
    for token, index in read_json(path, "tokenizer").items():
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            raise TokenizerError(f"{path}: token {token!r:.100}: expected an id, found {index!r:.100}.")
        is_special = token in special
        added[str(index)] = {"content": token, "normalized": not is_special, "special": is_special}
    return added


def _template(path: Path) -> str:
    if path.stat().st_size > _LARGEST_TEMPLATE:
        raise TokenizerError(f"{path}: expected at most {_LARGEST_TEMPLATE} bytes, found {path.stat().st_size}.")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise TokenizerError(f"{path}: expected text in UTF-8, found other bytes.") from None


def _config_in(folder: Path) -> dict[str, Any]:
    """The model's config, where it lies beside its tokenizer."""
    return read_json(folder / CONFIG_NAME, "model") if (folder / CONFIG_NAME).is_file() else {}


def _read_json_tokenizer(path: Path) -> tokenizers.Tokenizer:
    from tokenizers import Tokenizer

    content = read_bytes(path)
    if b'"precompiled_charsmap"' in content:
        _check_charsmaps(content, path)
    with guarded(str(path)):
        backend: tokenizers.Tokenizer = Tokenizer.from_str(content.decode())
    return backend


def _check_charsmaps(content: bytes, path: Path) -> None:
    """SentencePiece's normalization within ``tokenizer.json``: a damaged one ends the process."""

    def wrong(expected: str, found: str) -> TokenizerError:
        return TokenizerError(f"{path}, precompiled_charsmap: expected {expected}, found {found}")

    def look(values: dict[str, Any]) -> dict[str, Any]:
        charsmap = values.get("precompiled_charsmap")
        if charsmap is not None:
            try:
                raw = base64.b64decode(charsmap, validate=True)
            except (ValueError, TypeError):
                raise wrong("base64", f"{charsmap!r:.100}") from None
            if raw:
                check_charsmap(raw, wrong)
        return values

    try:
        json.loads(content, object_hook=look)
    except TokenizerError:
        raise
    except (ValueError, RecursionError) as error:
        raise TokenizerError(f"{path}: expected a tokenizer, found what is no JSON: {error}") from None


def _of_backend(backend: tokenizers.Tokenizer) -> dict[str, Any]:
    """What a ``tokenizer.json`` asks for of padding and truncation: sides, the padding token; a call says lengths."""
    values: dict[str, Any] = {}
    if backend.padding is not None:
        values |= {"pad_token": backend.padding["pad_token"], "padding_side": backend.padding["direction"]}
    if backend.truncation is not None:
        values["truncation_side"] = backend.truncation["direction"]
    backend.no_padding()
    backend.no_truncation()
    return values


def _edit(backend: tokenizers.Tokenizer, settings: Settings) -> None:
    """Settings of how text is split, where they differ from what ``tokenizer.json`` says: those that the caller gives,
    and those of a class that has them."""
    wanted = {
        name: value
        for name in _EDITS
        if isinstance(value := settings.values.get(name), bool) and (name in settings.given or not settings.is_generic)
    }
    for part in ("normalizer", "pre_tokenizer", "post_processor") if wanted else ():
        component = getattr(backend, part)
        if component is None:
            continue
        said = json.loads(component.__getstate__())
        changed = _edited(said, wanted)
        if changed != said:
            component = copy.deepcopy(component)
            component.__setstate__(json.dumps(changed).encode())
            setattr(backend, part, component)


def _edited(said: Any, wanted: Mapping[str, bool]) -> Any:
    if isinstance(said, list):
        return [_edited(each, wanted) for each in said]
    if not isinstance(said, dict):
        return said
    changed = {name: _edited(value, wanted) for name, value in said.items()}
    for name, value in wanted.items():
        key, parts = _EDITS[name]
        if said.get("type") in parts and key in said:
            changed[key] = value
    return changed


def compare_with_config(tokenizer: Vocabulary, files: TokenizerFiles) -> None:
    """:class:`TokenizerError` for a vocabulary that is larger than the model's, if its config lies beside it."""
    config = {} if files.vocabulary.suffix.lower() == GGUF_SUFFIX else _config_in(files.folder)
    text = config.get("text_config")
    rows = (text if isinstance(text, dict) else config).get("vocab_size", config.get("vocab_size"))
    if not isinstance(rows, int) or isinstance(rows, bool):
        return
    if tokenizer.vocab_size > rows:
        raise TokenizerError(
            f"{files.vocabulary} has {tokenizer.vocab_size} tokens, but {files.folder / CONFIG_NAME} says "
            f"vocab_size {rows}. Do this tokenizer and this model belong together?"
        )
    beyond = [token for token, index in tokenizer.added_tokens_encoder.items() if index >= rows]
    if beyond:
        logger.warning(
            "%s: %s beyond the model's vocab_size of %d; give it rows: model.resize_token_embeddings(len(tokenizer)).",
            files.vocabulary,
            f"{', '.join(beyond[:5])} {'is' if len(beyond) == 1 else 'are'}",
            rows,
        )
