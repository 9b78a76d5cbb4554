"""A tokenizer of transformers with a vocabulary of 64 words, for models of 64 tokens, and texts for it."""

from __future__ import annotations

from typing import Any

import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

SPECIAL = ("[PAD]", "[UNK]", "[EOS]", "[MASK]", "[CLS]", "[SEP]")
WORDS = (*SPECIAL, *(f"w{number}" for number in range(58)))


def tokenizer(pairs: bool = False) -> Any:
    """Words between spaces; with ``pairs`` texts begin with ``[CLS]`` and end with ``[SEP]``, as BERT reads them."""
    made = Tokenizer(models.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if pairs:
        ends = [(word, WORDS.index(word)) for word in ("[CLS]", "[SEP]")]
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
        )
    names = ("pad_token", "unk_token", "eos_token", "mask_token", "cls_token", "sep_token")
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, model_max_length=64, **dict(zip(names, SPECIAL, strict=True))
    )


def text(number: int, words: int = 8) -> str:
    """Some words, others for each number."""
    return " ".join(f"w{(number * 7 + place * 3) % 58}" for place in range(words))
