"""``gpt2``: merges of bytes, each byte spelled as a letter (Radford et al. 2019, section 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.gguf_tokenizer.framing import add_tokens, frame
from loadstone.gguf_tokenizer.splits import SPLITS
from loadstone.gguf_tokenizer.vocabulary import Vocabulary, shown

if TYPE_CHECKING:
    import tokenizers

_KEY = "tokenizer.ggml.merges"


def build(vocabulary: Vocabulary) -> tokenizers.Tokenizer:
    """The tokenizer; :class:`TokenizerError` for an unknown way to split, and for merges that name no token."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    # llama.cpp, too, splits in the default way where a file does not say how.
    split = SPLITS.get(vocabulary.pre or "default")
    if split is None:
        raise vocabulary.error(
            "tokenizer.ggml.pre",
            "a way to split text that Loadstone knows",
            shown(vocabulary.pre),
            "Use a folder with this model's tokenizer.json; is there a newer Loadstone?",
        )
    index = vocabulary.index()
    tokenizer = Tokenizer(
        models.BPE(vocab=index, merges=read_merges(vocabulary, index), ignore_merges=split.whole_words)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), behavior="isolated") for pattern in split.patterns),
            pre_tokenizers.ByteLevel(add_prefix_space=bool(vocabulary.space_prefix), use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    add_tokens(tokenizer, vocabulary, strip_right=frozenset())
    frame(tokenizer, vocabulary, bos=split.adds_bos, eos=False)
    return tokenizer


def read_merges(vocabulary: Vocabulary, index: dict[str, int]) -> list[tuple[str, str]]:
    """``"left right"`` → ``("left", "right")``; both, and what they make together, must be tokens."""
    if vocabulary.merges is None:
        raise vocabulary.error(_KEY, "an array of strings", "none", "Make the file anew with llama.cpp's converter")
    merges = []
    for number, merge in enumerate(vocabulary.merges):
        # The first part has at least one letter, which may be a blank.
        middle = merge.find(" ", 1)
        left, right = merge[:middle], merge[middle + 1 :]
        if middle < 0 or left not in index or right not in index or left + right not in index:
            raise vocabulary.error(f"{_KEY}[{number}]", "two tokens that make a third", shown(merge))
        merges.append((left, right))
    return merges
