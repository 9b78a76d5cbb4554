"""``vocab.json`` and ``merges.txt``: byte-pair encoding of bytes, each spelled as a letter (GPT-2)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadstone.errors import TokenizerError
from loadstone.text.decoders import with_word_ends
from loadstone.text.files import MERGES, read_bytes
from loadstone.text.gguf.splits import SPLITS
from loadstone.text.library import guarded
from loadstone.text.older.built import Built, Ids, flag, needed, roberta_frame, token
from loadstone.text.settings import Settings

if TYPE_CHECKING:
    import tokenizers
    from tokenizers.processors import PostProcessor

_CLIP_WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
"""How CLIP cuts a text into words: contractions, letters, single digits, other signs; white space is left out."""


def gpt2(path: Path, settings: Settings) -> Built:
    """GPT-2's: no special tokens around a text, unless the settings ask for them."""
    from tokenizers import pre_tokenizers

    tokenizer = _merged(path, settings)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=flag(settings, "add_prefix_space", False))
    return Built(tokenizer, settings)


def gpt_neox(path: Path, settings: Settings) -> Built:
    """GPT-2's, of normalized text."""
    from tokenizers import normalizers

    built = gpt2(path, settings)
    built.tokenizer.normalizer = normalizers.NFC()
    return built


def roberta(path: Path, settings: Settings) -> Built:
    """GPT-2's, between ``<s>`` and ``</s>``."""
    prefix = flag(settings, "add_prefix_space", False)
    frame = roberta_frame(settings, flag(settings, "trim_offsets", True), prefix)
    return gpt2(path, settings)._replace(frame=frame)


def qwen2(path: Path, settings: Settings) -> Built:
    """Of normalized text, split as GPT-4's, each digit alone."""
    from tokenizers import Regex, normalizers, pre_tokenizers

    tokenizer = _merged(path, settings)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in SPLITS["qwen2"].patterns),
            pre_tokenizers.ByteLevel(add_prefix_space=flag(settings, "add_prefix_space", False), use_regex=False),
        ]
    )
    return Built(tokenizer, settings)


def clip(path: Path, settings: Settings) -> Built:
    """Of text in small letters; the last piece of a word ends with ``</w>``."""
    from tokenizers import Regex, normalizers, pre_tokenizers

    tokenizer = _merged(path, settings, end_of_word_suffix="</w>", unk_token=token(settings, "unk"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_CLIP_WORDS), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    with_word_ends(tokenizer)
    framed = settings._replace(
        named={**settings.named, "sep_token": token(settings, "eos"), "cls_token": token(settings, "bos")}
    )
    return Built(tokenizer, settings, roberta_frame(framed, False, False))


def whisper(path: Path, settings: Settings) -> Built:
    """GPT-2's, after tokens that say which language is spoken and what is to be done."""

    def frame(ids: Ids) -> PostProcessor:
        from tokenizers import processors

        begin = ["<|startoftranscript|>"]
        for name in ("language", "task"):
            if settings.values.get(name) is not None:
                begin.append(f"<|{settings.values[name]}|>")
        if not flag(settings, "predict_timestamps", False):
            begin.append("<|notimestamps|>")
        end = token(settings, "eos")
        special = needed(ids, [*begin, end], settings)
        return processors.TemplateProcessing(
            single=[*(f"{each}:0" for each in begin), "$A:0", f"{end}:0"],
            pair=[*(f"{each}:0" for each in begin), "$A:0", "$B:1", f"{end}:1"],
            special_tokens=list(special.items()),
        )

    return gpt2(path, settings)._replace(frame=frame)


def _merged(path: Path, settings: Settings, **more: Any) -> tokenizers.Tokenizer:
    from tokenizers import Tokenizer, decoders, models

    vocabulary, merges = _vocabulary(path), _merges(path.with_name(MERGES))
    whole = {left + right[len(more.get("continuing_subword_prefix", "")) :] for left, right in merges}
    unknown = [each for merge in merges for each in merge if each not in vocabulary]
    unknown += sorted(each for each in whole if each not in vocabulary)
    if unknown:
        raise TokenizerError(
            f"{path.with_name(MERGES)}: merges {', '.join(map(repr, unknown[:5]))}, which {path.name} does not have"
            + (f" (and {len(unknown) - 5} more)" if len(unknown) > 5 else "")
            + ". Do these two files belong together?"
        )
    with guarded(str(path)):
        tokenizer = Tokenizer(
            models.BPE(
                vocab=vocabulary,
                merges=merges,
                **{"continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False, **more},
            )
        )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _vocabulary(path: Path) -> dict[str, int]:
    try:
        values = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise TokenizerError(f"{path}: expected JSON, found {error}") from None
    if not isinstance(values, dict):
        raise TokenizerError(f"{path}: expected an object, token to id, found {type(values).__name__}.")
    for token_, index in values.items():
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < 1 << 32:
            raise TokenizerError(f"{path}: token {token_!r:.100}: expected an id of at least 0, found {index!r:.100}.")
    return values


def _merges(path: Path) -> list[tuple[str, str]]:
    try:
        lines = read_bytes(path).decode().split("\n")
    except UnicodeDecodeError:
        raise TokenizerError(f"{path}: expected text in UTF-8, two tokens a line; found other bytes.") from None
    merges = []
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\r")
        if not line or line.startswith("#version"):
            continue
        left, _, right = line.partition(" ")
        if not left or not right or " " in right:
            raise TokenizerError(
                f"{path}, line {number}: expected two tokens with a blank between, found {line!r:.100}."
            )
        merges.append((left, right))
    return merges
