"""Texts of every kind, and small vocabularies as a GGUF file's metadata holds them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

ROOT = Path(__file__).parents[3]
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6

LINES = (
    "Once upon a time, in a land far away,",
    "don't WON'T we'll I'm they've 'twas o'clock Ain't 's 'S ’s",
    "1 12 123 1234 12345 1,234,567.89 3.14e-10 0xDEADBEEF x1y22z333",
    "   leading,  two,   three    blanks\tand\ttabs ",
    "line\nend\n\nparagraph\r\nwindows\r\n\r\n  \n\t\n   indented",
    "def f(x: int) -> str:\n    return f'{x!r:>10}'  # comment\n\n\nclass A: pass",
    "for (int i = 0; i < n; ++i) { a[i] += b[i] * c->d; } // {{}} && || != <=>",
    "Ünïcödé naïve café ÀÉÎÕÜ ß Straße ŒUVRE ﬁne ｆｕｌｌ",
    "combining: e\u0301 a\u0308 n\u0303 | हिन्दी भाषा | ไทย | தமிழ்",
    "中文字符，日本語のテキスト。한국어 문장입니다。",
    "Русский текст, Ελληνικά, עברית, العربية ١٢٣",
    "emoji 😀👍🏽 👨‍👩‍👧‍👦 🇩🇪 ❤️ ✨",
    "math ∑∫√∞≠ αβγ x² y₃ ½ Ⅷ ①",
    "signs !!! ??? ... --- ___ *** /// \\\\ <<>> [[ ]] (( )) ~~ `` ^^ $$ %% @@ ##",
    "http://example.org/a/b?c=d&e=f#g user@example.org",
    "nbsp\u00a0zero\u200bwidth\ufefftext\u2028line\u3000wide",
    "CamelCaseWordsAndXMLHttpRequest SHOUTING iPhone McDonald",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaa aaa aa a",
    "                                 ",
    "\n\n\n\n",
    "",
    " ",
)
"""What tokenizers trip over."""


@cache
def corpus() -> tuple[str, ...]:
    """The lines above, and this project's own pages and a part of its code."""
    files = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "src/loadstone/planning").glob("*.py"))]
    return (*LINES, *(file.read_text("utf-8") for file in files))


def texts(*special: str) -> st.SearchStrategy[str]:
    """Any text, and texts put together from lines of every kind, blanks and special tokens."""
    pieces = st.one_of(st.sampled_from(LINES), st.sampled_from(special or (" ",)), st.text(max_size=8), st.just("  "))
    return st.one_of(st.text(max_size=60), st.lists(pieces, max_size=6).map("".join))


@cache
def _trained_bytes() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=1500, initial_alphabet=alphabet))
    return tokenizer


def byte_level(pre: str | None = "gpt-2", **more: Any) -> dict[str, Any]:
    """A vocabulary of merged bytes, trained on the corpus, with an end token."""
    import json

    model = json.loads(_trained_bytes().to_str())["model"]
    tokens = [*sorted(model["vocab"], key=model["vocab"].__getitem__), "<|end|>"]
    metadata = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [NORMAL] * (len(tokens) - 1) + [CONTROL],
        "tokenizer.ggml.merges": [" ".join(merge) for merge in model["merges"]],
        "tokenizer.ggml.eos_token_id": len(tokens) - 1,
    }
    return metadata | ({} if pre is None else {"tokenizer.ggml.pre": pre}) | dotted(more)


def sentencepiece(pieces: dict[str, float], *, with_bytes: bool = True, **more: Any) -> dict[str, Any]:
    """Pieces with their scores, after the three control tokens and the 256 bytes that most files begin with."""
    start = ["<unk>", "<s>", "</s>"] + ([f"<0x{byte:02X}>" for byte in range(256)] if with_bytes else [])
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [*start, *pieces],
        "tokenizer.ggml.scores": [0.0] * len(start) + list(pieces.values()),
        "tokenizer.ggml.token_type": [UNKNOWN, CONTROL, CONTROL] + [BYTE] * (len(start) - 3) + [NORMAL] * len(pieces),
    } | dotted(more)


@cache
def _trained_unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Replace("\n", " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    tokenizer.train_from_iterator(
        corpus(),
        trainers.UnigramTrainer(vocab_size=800, special_tokens=special, unk_token="<unk>", shrinking_factor=0.5),
    )
    return tokenizer


def unigram(**more: Any) -> dict[str, Any]:
    """Pieces with log-probabilities, trained on the corpus."""
    import json

    vocab = json.loads(_trained_unigram().to_str())["model"]["vocab"]
    return {
        "tokenizer.ggml.model": "t5",
        "tokenizer.ggml.tokens": [token for token, _ in vocab],
        "tokenizer.ggml.scores": [score for _, score in vocab],
        "tokenizer.ggml.token_type": [CONTROL, CONTROL, UNKNOWN] + [NORMAL] * (len(vocab) - 3),
        "tokenizer.ggml.bos_token_id": 1,
    } | dotted(more)


def word_pieces(**more: Any) -> dict[str, Any]:
    """A few words, spelled as GGUF spells them."""
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁the", "▁cat", "s", "▁un", "known", "▁.", "▁é"]
    return {
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [CONTROL, UNKNOWN, CONTROL, CONTROL] + [NORMAL] * (len(tokens) - 4),
        "tokenizer.ggml.padding_token_id": 0,
        "tokenizer.ggml.unknown_token_id": 1,
        "tokenizer.ggml.bos_token_id": 2,
        "tokenizer.ggml.seperator_token_id": 3,
    } | dotted(more)


def dotted(more: dict[str, Any]) -> dict[str, Any]:
    """``pre=…`` → ``tokenizer.ggml.pre``; a name with a dot is a whole key."""
    return {name if "." in name else f"tokenizer.ggml.{name}": value for name, value in more.items()}
