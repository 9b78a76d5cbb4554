"""A tokenizer → the metadata of a GGUF file: the way back from the builders beside this file.

What is described is built again from the metadata, as a reader would, and must cut some texts into the same tokens:
what a file cannot say is an error, and never a model that reads other tokens than it was trained on.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.checkpoint.gguf.write import Value
from loadstone.errors import TokenizerError
from loadstone.text.gguf import build_tokenizer
from loadstone.text.gguf.byte_level import splitter
from loadstone.text.gguf.sentencepiece import SPACE, merges_by_score
from loadstone.text.gguf.splits import SPLITS
from loadstone.text.gguf.vocabulary import read_vocabulary
from loadstone.text.piece_type import PieceType

if TYPE_CHECKING:
    import tokenizers

    from loadstone.text.tokenizer import PreTrainedTokenizerFast

_GGML = "tokenizer.ggml."
_ROLE_KEYS = {
    "bos": "bos_token_id",
    "eos": "eos_token_id",
    "unk": "unknown_token_id",
    "sep": "seperator_token_id",  # so spelled by llama.cpp
    "pad": "padding_token_id",
    "cls": "cls_token_id",
    "mask": "mask_token_id",
}
TEXTS = (
    "Once upon a time, in a land far away, there lived three dragons.",
    "I'm sure they've WON'T we'll DON'T, 'twas o'clock: it's 's 'S!",
    "1 12 123 1234 12345 1,234,567.89 3.14e-10 0xDEADBEEF x1y22z333",
    "'small 'tall 'remark 'llama a  12 b   345 c\t6 d\n7",
    "two  three   four    blanks\tand\ttabs, a line\nand\n\nanother\r\n\r\n  one",
    "def f(x: int) -> str:\n    return f'{x!r:>10}'  # a comment\n\n\nclass A: pass",
    "for (int i = 0; i < n; ++i) { a[i] += b[i] * c->d; } // {{}} && || != <=> __init__",
    "Straße, naïve café, ÀÉÎÕÜ, ŒUVRE; Русский текст, Ελληνικά, עברית, العربية ١٢٣, हिन्दी भाषा, ไทย",
    "中文字符，日本語のテキスト。한국어 문장입니다。",
    "😀👍🏽 👨‍👩‍👧‍👦 ✨ ∑∫√∞≠ x² ½ Ⅷ ① $5+5=10 ~a~ `b` ^c^ <d>|e| %f% #g @h *i* /j\\ (k) [l]",
    "http://example.org/a/b?c=d&e=f#g user@example.org CamelCaseWordsAndXMLHttpRequest iPhone McDonald",
    "！？…“x”‘y’—：；、 。，A．B word!word ?word …word .Word !Word\u3000x 'word \"word\" -word- _word_ a'b",
)
"""What ways to cut texts differ in."""


class Tokens(NamedTuple):
    """The vocabulary of a tokenizer."""

    texts: list[str]
    """By id."""
    kinds: list[int]


def describe_tokenizer(tokenizer: PreTrainedTokenizerFast, rows: int) -> dict[str, Value]:
    """The keys of ``tokenizer.ggml.`` and ``tokenizer.chat_template``; ``rows``: how many tokens the model has.

    Raises :class:`TokenizerError` for a tokenizer that llama.cpp has no algorithm for, that cuts texts in a way that
    has no name there, or that becomes another one on the way.
    """
    backend, source = tokenizer.backend_tokenizer, tokenizer.source
    said = json.loads(backend.to_str())
    model = said["model"]
    tokens = _tokens(tokenizer, rows)
    described: dict[str, Value]
    if model["type"] == "WordPiece":
        described = _word_pieces(said, tokens)
    elif model["type"] == "Unigram":
        described = _unigram(backend, said, tokens, source)
    elif model["type"] == "BPE" and model.get("byte_fallback"):
        described = _sentencepiece(backend, model, tokens)
    elif model["type"] == "BPE" and any(part.get("type") == "ByteLevel" for part in _parts(said["pre_tokenizer"])):
        described = _byte_level(backend, said, tokens, source)
    else:
        raise TokenizerError(
            f"{source}: expected BPE of bytes or with byte fallback, Unigram or WordPiece, which llama.cpp knows; "
            f"found {model['type']} of another kind."
        )
    metadata = {f"{_GGML}{key}": value for key, value in described.items()}
    metadata |= _roles(tokenizer) | _templates(tokenizer)
    _check(tokenizer, metadata, is_composed=any(part.get("type") == "NFC" for part in _parts(said["normalizer"])))
    return metadata


def _parts(part: Any) -> Iterator[Mapping[str, Any]]:
    """A normalizer or pre-tokenizer, and those that a sequence is made of."""
    if isinstance(part, dict):
        yield part
        for inner in (*part.get("normalizers", ()), *part.get("pretokenizers", ())):
            yield from _parts(inner)


def _tokens(tokenizer: PreTrainedTokenizerFast, rows: int) -> Tokens:
    """Every row of the embeddings has a token, as llama.cpp wants it; those without are named for their number."""
    backend = tokenizer.backend_tokenizer
    texts: list[str | None] = [None] * rows
    kinds = [int(PieceType.UNUSED)] * rows
    for text, index in backend.get_vocab(with_added_tokens=True).items():
        if index >= rows:
            raise TokenizerError(
                f"{tokenizer.source}: token {text!r:.100} has the id {index}, but the model has {rows} tokens. Give it "
                "rows first: model.resize_token_embeddings(len(tokenizer))."
            )
        texts[index], kinds[index] = text, int(PieceType.NORMAL)
    for index, token in backend.get_added_tokens_decoder().items():
        kinds[index] = int(PieceType.CONTROL if token.special else PieceType.USER_DEFINED)
    return Tokens([f"[PAD{index}]" if text is None else text for index, text in enumerate(texts)], kinds)


def _byte_level(
    backend: tokenizers.Tokenizer, said: Mapping[str, Any], tokens: Tokens, source: str
) -> dict[str, Value]:
    others = [part["type"] for part in _parts(said["normalizer"]) if part["type"] not in ("NFC", "Sequence")]
    if others:
        raise TokenizerError(f"{source}: expected no normalizer, or NFC; found {', '.join(others)}.")
    prefix = any(part.get("add_prefix_space") for part in _parts(said["pre_tokenizer"]) if part["type"] == "ByteLevel")
    return {
        "model": "gpt2",
        "pre": _pre(backend, bool(said["model"].get("ignore_merges")), prefix, source),
        "tokens": tokens.texts,
        "token_type": tokens.kinds,
        "merges": [" ".join(_pair(merge)) for merge in said["model"]["merges"]],
        **({"add_space_prefix": True} if prefix else {}),
    }


def _pair(merge: str | list[str]) -> tuple[str, str]:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right


def _pre(backend: tokenizers.Tokenizer, whole_words: bool, prefix: bool, source: str) -> str:
    """The name of the way in which text is split: the first of those that split the texts above in the same way."""
    expected = [backend.pre_tokenizer.pre_tokenize_str(text) for text in TEXTS]
    for name, split in SPLITS.items():
        if split.whole_words is whole_words:
            cut = splitter(split, prefix)
            if all(cut.pre_tokenize_str(text) == pieces for text, pieces in zip(TEXTS, expected, strict=True)):
                return name
    raise TokenizerError(
        f"{source}: text is split before it is merged in a way that has no name in llama.cpp ('tokenizer.ggml.pre') "
        f"that Loadstone knows. Known are {', '.join(SPLITS)}."
    )


def _sentencepiece(backend: tokenizers.Tokenizer, model: Mapping[str, Any], tokens: Tokens) -> dict[str, Value]:
    """Merges by score, of which only the order counts: what an earlier merge makes has the higher one."""
    _mark(tokens, model.get("unk_token"))
    ranks: dict[str, int] = {}
    merges = [_pair(merge) for merge in model["merges"]]
    for number, (left, right) in enumerate(merges):
        ranks.setdefault(left + right, number)
    scores = [
        0.0 if kind in (PieceType.CONTROL, PieceType.BYTE, PieceType.UNKNOWN) else -float(ranks.get(text, len(merges)))
        for text, kind in zip(*tokens, strict=True)
    ]
    return {
        "model": "llama",
        "pre": "default",
        "tokens": tokens.texts,
        "scores": scores,
        "token_type": tokens.kinds,
        "add_space_prefix": _puts_space(backend),
    }


def _mark(tokens: Tokens, unknown: str | None) -> None:
    """The kinds of bytes and of the token for what no other spells."""
    for index, text in enumerate(tokens.texts):
        if text == unknown:
            tokens.kinds[index] = int(PieceType.UNKNOWN)
        elif len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
            tokens.kinds[index] = int(PieceType.BYTE)


def _puts_space(backend: tokenizers.Tokenizer) -> bool:
    pieces: list[str] = backend.encode("a", add_special_tokens=False).tokens
    return bool(pieces) and pieces[0].startswith(SPACE)


def _unigram(backend: tokenizers.Tokenizer, said: Mapping[str, Any], tokens: Tokens, source: str) -> dict[str, Value]:
    model = said["model"]
    unknown = model.get("unk_id")
    if unknown is None:
        raise TokenizerError(f"{source}: expected a token for the unknown, found none.")
    _mark(tokens, model["vocab"][unknown][0])
    scores = dict(model["vocab"])
    charsmaps = (part.get("precompiled_charsmap") for part in _parts(said["normalizer"]))
    charsmap = next((each for each in charsmaps if each), "")
    described: dict[str, Value] = {
        "model": "t5",
        "pre": "default",
        "tokens": tokens.texts,
        "scores": [float(scores.get(text, 0.0)) for text in tokens.texts],
        "token_type": tokens.kinds,
        "unknown_token_id": unknown,
        "add_space_prefix": _puts_space(backend),
        "remove_extra_whitespaces": _ids(backend, "a  a") == _ids(backend, "a a"),
    }
    return described | ({"precompiled_charsmap": base64.b64decode(charsmap)} if charsmap else {})


def _ids(backend: tokenizers.Tokenizer, text: str) -> list[int]:
    ids: list[int] = backend.encode(text, add_special_tokens=False).ids
    return ids


def _word_pieces(said: Mapping[str, Any], tokens: Tokens) -> dict[str, Value]:
    """GGUF marks the beginning of a word, BERT what goes on with one."""
    continues = said["model"]["continuing_subword_prefix"]
    for index, text in enumerate(tokens.texts):
        is_bracketed = text.startswith("[") and text.endswith("]") and len(text) > 2
        if tokens.kinds[index] == PieceType.NORMAL and not is_bracketed:
            goes_on = text.startswith(continues) and text != continues
            tokens.texts[index] = text[len(continues) :] if goes_on else SPACE + text
    normalizer = next((part for part in _parts(said["normalizer"]) if part["type"] == "BertNormalizer"), {})
    lowercase = bool(normalizer.get("lowercase"))
    accents = normalizer.get("strip_accents")
    return {
        "model": "bert",
        "pre": "default",
        "tokens": tokens.texts,
        "token_type": tokens.kinds,
        "normalizer.lowercase": lowercase,
        "normalizer.strip_accents": lowercase if accents is None else bool(accents),
        "token_type_count": 2,
    }


def _roles(tokenizer: PreTrainedTokenizerFast) -> dict[str, Value]:
    """Special tokens by their roles, and those that go around a text."""
    ids = {role: getattr(tokenizer, f"{role}_token_id", None) for role in _ROLE_KEYS}
    bare, framed = tokenizer.encode("a", add_special_tokens=False), tokenizer.encode("a")
    start = next((at for at in range(len(framed)) if framed[at : at + len(bare)] == bare), 0)
    before, behind = framed[:start], framed[start + len(bare) :]
    for role, around in (("bos", before), ("eos", behind)):
        if len(around) > 1:
            raise TokenizerError(f"{tokenizer.source}: expected one token around a text at most, found ids {around}.")
        ids[role] = around[0] if around else ids[role]
    metadata: dict[str, Value] = {
        f"{_GGML}{_ROLE_KEYS[role]}": index for role, index in ids.items() if index is not None
    }
    return metadata | {f"{_GGML}add_bos_token": bool(before), f"{_GGML}add_eos_token": bool(behind)}


def _templates(tokenizer: PreTrainedTokenizerFast) -> dict[str, Value]:
    templates = tokenizer.chat_template
    if templates is None:
        return {}
    if isinstance(templates, str):
        return {"tokenizer.chat_template": templates}
    others = [name for name in templates if name != "default"]
    metadata: dict[str, Value] = {f"tokenizer.chat_template.{name}": templates[name] for name in others}
    if "default" in templates:
        metadata["tokenizer.chat_template"] = templates["default"]
    return metadata | ({"tokenizer.chat_templates": others} if others else {})


def _check(tokenizer: PreTrainedTokenizerFast, metadata: Mapping[str, Value], is_composed: bool) -> None:
    """:class:`TokenizerError` if a reader of the metadata cuts texts into other tokens, or merges what was not merged.

    ``is_composed``: letters and their accents are put together first (NFC), which llama.cpp leaves to its callers.
    """
    source = f"{tokenizer.source}, as a GGUF file says it"
    if metadata[f"{_GGML}model"] == "llama":
        merges = {_pair(merge) for merge in json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]}
        others = [merge for merge in merges_by_score(read_vocabulary(metadata, source)) if merge not in merges]
        if others:
            raise TokenizerError(
                f"{source}: merges do not follow from the order of tokens: {others[0]} would be merged as well. Such a "
                "tokenizer is none of SentencePiece's, and llama.cpp has none like it."
            )
    built, _ = build_tokenizer(metadata, source)
    for text in TEXTS:
        text = unicodedata.normalize("NFC", text) if is_composed else text
        expected, found = tokenizer.encode(text), built.encode(text).ids
        if expected != found:
            raise TokenizerError(
                f"{source}: {text!r:.60}…: expected ids {str(expected)[:80]}…, found {str(found)[:80]}…. llama.cpp has "
                "no algorithm that does what this tokenizer does."
            )
