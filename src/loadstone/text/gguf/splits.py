"""How text is split before bytes are merged: ``tokenizer.ggml.pre`` → regular expressions.

The names are llama.cpp's (``llama-vocab.cpp``), each for the models that came with that way to split; the expressions
are those of the models' own ``tokenizer.json``, in the dialect of the ``tokenizers`` library (Oniguruma). Expressions
apply one after the other, each to the pieces that the last one left; what matches is a piece, and so is what lies
between two matches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_CONTRACTIONS = r"'s|'t|'re|'ve|'m|'ll|'d"
_ANY_CONTRACTION = rf"(?i:{_CONTRACTIONS})"
_SPACES = r"\s+(?!\S)|\s+"
_LINES = rf"\s*[\r\n]+|{_SPACES}"
_NOT_A_WORD = r"[^\r\n\p{L}\p{N}]"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SIGNS = r"!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~"
_CONTINENTAL = r" ?[^(\s|.,!?…。，、।۔،)]+"
_CASED = (
    "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-Ֆ\u10a0-\u10c5Ꭰ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚ"
    "\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4"
    "\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc"
    "\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f"
    "\u2145-\u2149\u214e\u2183\u2184Ⰰ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ"
    "𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"
)
"""Letters that come in capitals and small ones, as DeepSeek LLM lists them; by number where they look like others."""

GPT2 = rf"{_CONTRACTIONS}| ?\p{{L}}+| ?\p{{N}}+| ?[^\s\p{{L}}\p{{N}}]+|{_SPACES}"


def _words_and_digits(digits: str, *, contractions: str = f"{_ANY_CONTRACTION}|", letter: str = r"\p{L}") -> str:
    """The way of GPT-4 and of most after it: a word takes one sign in front, a sign takes the line ends behind it."""
    signs = r" ?[^\s\p{L}\p{N}]+[\r\n]*" if letter == r"\p{L}" else r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    return rf"{contractions}{_NOT_A_WORD}?{letter}+|{digits}|{signs}|{_LINES}"


def _words_by_case(digits: str, suffix: str = "") -> str:
    """The way of GPT-4o: a word ends where a capital follows a small letter."""
    return (
        rf"{_NOT_A_WORD}?{_UPPER}*{_LOWER}+{suffix}|{_NOT_A_WORD}?{_UPPER}+{_LOWER}*{suffix}"
        rf"|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_LINES}"
    )


_THREE, _ONE = r"\p{N}{1,3}", r"\p{N}"
_LLAMA3, _QWEN2 = _words_and_digits(_THREE), _words_and_digits(_ONE)
_GPT4O = _words_by_case(_THREE, f"{_ANY_CONTRACTION}?")
_EASTERN = "[一-龥ࠀ-一가-퟿]+"
_CJK = "[一-龥぀-ゟ゠-ヿ]+"
_DEEPSEEK_WORDS = rf"[{_SIGNS}][A-Za-z]+|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}\p{{S}}]+"


@dataclass(frozen=True)
class Split:
    """One way to split, and what goes with it."""

    patterns: tuple[str, ...]
    whole_words: bool = False
    """Whether a piece that is a token is taken as it is, whatever its merges are."""
    adds_bos: bool = False
    """Whether a text begins with the bos token where the file does not say."""


def _table(*rows: tuple[str, Split]) -> Mapping[str, Split]:
    return MappingProxyType({name: split for names, split in rows for name in names.split()})


SPLITS: Mapping[str, Split] = _table(
    ("default", Split((r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"))),
    (
        "gpt-2 phi-2 mpt olmo jais trillion granite-docling exaone4 gigachat a.x-4.0 mellum modern-bert "
        "jina-es jina-de jina-v1-en jina-v2-es jina-v2-de jina-v2-code roberta-bpe",
        Split((GPT2,)),
    ),
    ("smollm starcoder refact command-r codeshell exaone minerva-7b mellum2", Split((_ONE, GPT2))),
    ("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", Split((_LLAMA3,), True, True)),
    ("dbrx smaug-bpe glm4 chatglm-bpe", Split((_LLAMA3,))),
    (
        "qwen2 stablelm2 deepseek-r1-qwen kormo f2llmv2 megrez hunyuan solar-open grok-2",
        Split((_QWEN2,)),
    ),
    ("qwen35", Split((_words_and_digits(_ONE, letter=r"[\p{L}\p{M}]"),))),
    ("ufakzeka", Split((_words_and_digits(_ONE, contractions=""),))),
    ("minicpm5", Split((_THREE, _words_and_digits(r"\p{N}+")), True)),
    ("laguna", Split((r"[^\n]+|[\n]+", _QWEN2))),
    ("tekken", Split((_words_by_case(_ONE),), True, True)),
    ("gpt-4o llama4 kanana2 talkie minimax-m2", Split((_GPT4O,))),
    ("granite-embed-multi-97m", Split((_GPT4O,), True)),
    ("tiny_aya cohere2moe", Split((r"\d{1,3}(?=(?:\d{3})*\b)", _GPT4O))),
    (
        "deepseek-llm",
        Split(
            ("[\r\n]", rf"\s?[{_CASED}]+", r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", "[一-龥ࠀ-一가-퟿]+", r"\p{N}+")
        ),
    ),
    ("deepseek-coder", Split(("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", _EASTERN, _ONE))),
    (
        "deepseek-v3 hunyuan-dense joyai-llm hy_v4",
        Split((_THREE, _CJK, rf"{_DEEPSEEK_WORDS}[\r\n]*|{_LINES}")),
    ),
    ("spark2_5", Split((_THREE, _CJK, rf"{_DEEPSEEK_WORDS}|[\r\n]|{_SPACES}", _ONE))),
    (
        "youtu",
        Split(
            (
                rf"[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|{_CJK}",
                _words_by_case(_ONE, f"{_ANY_CONTRACTION}?"),
            ),
            True,
        ),
    ),
    ("falcon", Split((r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"))),
    ("bloom poro-chat gpt3-finnish", Split((_CONTINENTAL,))),
    ("viking", Split((_CONTINENTAL, _ONE))),
    (
        "chameleon",
        Split(
            (
                "<sentinel:[0-9]+>",
                "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z",
                r"([\t\n]|    |  )",
                _ONE,
                r"[\p{P}!-/:-@\[-`{-~]",
                GPT2,
            ),
            adds_bos=True,
        ),
    ),
    (
        "bailingmoe bailingmoe2 llada-moe",
        Split(
            (
                r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]"
                rf"|{_SPACES}",
            )
        ),
    ),
    (
        "seed-coder",
        Split((rf"{_ANY_CONTRACTION}|{_NOT_A_WORD}?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}\r\n]+|{_LINES}",)),
    ),
    (
        "exaone-moe",
        Split(
            (
                rf"{_ANY_CONTRACTION}|{_NOT_A_WORD}?(?:\p{{L}}\p{{M}}*(?: \p{{L}}\p{{M}}*)*)+|\p{{N}}"
                rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]?|\s*[\r\n]|{_SPACES}",
            )
        ),
    ),
)
