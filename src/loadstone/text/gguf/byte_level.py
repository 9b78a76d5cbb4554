"""``gpt2``: merges of bytes, each byte spelled as a letter (Radford et al. 2019, section 2.2)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loadstone.text.gguf.framing import add_tokens, frame
from loadstone.text.gguf.splits import SPLITS, Split
from loadstone.text.gguf.vocabulary import Vocabulary, shown

if TYPE_CHECKING:
    import tokenizers

logger = logging.getLogger(__name__)

_KEY = "tokenizer.ggml.merges"


def build(vocabulary: Vocabulary) -> tokenizers.Tokenizer:
    """The tokenizer; :class:`TokenizerError` for an unknown way to split, and for merges that name no token."""
    from tokenizers import Tokenizer, decoders, models

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
    tokenizer.pre_tokenizer = splitter(split, bool(vocabulary.space_prefix))
    tokenizer.decoder = decoders.ByteLevel()
    add_tokens(tokenizer, vocabulary, strip_right=frozenset())
    frame(tokenizer, vocabulary, bos=split.adds_bos, eos=False)
    return tokenizer


def splitter(split: Split, space_prefix: bool) -> tokenizers.pre_tokenizers.PreTokenizer:
    """What cuts a text in one way, and spells its bytes as letters."""
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), behavior="isolated") for pattern in split.patterns),
            pre_tokenizers.ByteLevel(add_prefix_space=space_prefix, use_regex=False),
        ]
    )


def read_merges(vocabulary: Vocabulary, index: dict[str, int]) -> list[tuple[str, str]]:
    """``"left right"`` → ``("left", "right")``; both, and what they make together, must be tokens.

    A merge that can have no effect, since no text is ever cut into its parts, is ignored with a warning.
    """
    if vocabulary.merges is None:
        raise vocabulary.error(_KEY, "an array of strings", "none", "Convert the file again with llama.cpp's converter")
    merges, others = [], []
    for number, merge in enumerate(vocabulary.merges):
        # The first part has at least one letter, which may be a blank.
        middle = merge.find(" ", 1)
        left, right = merge[:middle], merge[middle + 1 :]
        if middle >= 0 and left in index and right in index and left + right in index:
            merges.append((left, right))
        elif middle >= 0:
            others.append((number, left, right))
        else:
            raise vocabulary.error(f"{_KEY}[{number}]", "two tokens that make a third", shown(merge))
    if others:
        _check_idle(vocabulary, index, others)
    return merges


def _check_idle(vocabulary: Vocabulary, index: dict[str, int], merges: Sequence[tuple[int, str, str]]) -> None:
    """A warning that names merges (number, left, right) which no text ever meets; an error for one that some may.

    Without effect is a merge if neither its parts nor what they make are tokens; or if a part is none and is made by no
    other merge. What would be of any other is llama.cpp's alone: it joins them, and then spells the whole in bytes.
    """
    reached = {left + right for _, left, right in merges}
    for number, left, right in merges:
        never = any(part not in index and len(part) > 1 and part not in reached for part in (left, right))
        if not never and not index.keys().isdisjoint((left, right, left + right)):
            raise vocabulary.error(f"{_KEY}[{number}]", "two tokens that make a third", shown(f"{left} {right}"))
    _, left, right = merges[0]
    logger.warning(
        "%s: metadata key %r: ignored %d merges of strings that are no tokens, such as %s",
        vocabulary.source,
        _KEY,
        len(merges),
        shown(f"{left} {right}"),
    )
