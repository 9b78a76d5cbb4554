"""Text to tokens and back: tokenizers, chat templates, and the tokenizer that a GGUF file holds."""

from __future__ import annotations

from loadstone.text.tokenizer import TextTokenizer

__all__ = ["TextTokenizer"]
