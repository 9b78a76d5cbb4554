"""The vocabulary of a tokenizer: tokens ↔ ids, special tokens, added tokens, and ids → text."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loadstone.errors import ArgumentError
from loadstone.text.library import guarded
from loadstone.text.special_tokens import SpecialTokens, Token
from loadstone.text.tensors import as_lists

if TYPE_CHECKING:
    import tokenizers

_BEFORE_QUOTES = (" .", " ?", " !", " ,")
_CONTRACTIONS = (" n't", " 'm", " 's", " 've", " 're")
"""A blank that English texts do not have: before these."""


class Vocabulary(SpecialTokens):
    """What a tokenizer knows of tokens."""

    _tokenizer: tokenizers.Tokenizer
    _lock: threading.Lock
    """Held while the state of ``_tokenizer`` is set and used."""
    source: str
    """The file that it was read from, for errors."""
    clean_up_tokenization_spaces: bool

    @property
    def backend_tokenizer(self) -> tokenizers.Tokenizer:
        """The ``tokenizers.Tokenizer`` that does the work."""
        return self._tokenizer

    @property
    def is_fast(self) -> bool:
        """Always True: there is no other kind here."""
        return True

    @property
    def vocab_size(self) -> int:
        """How many ids the vocabulary has, without added tokens; ``len(tokenizer)`` counts these too."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=False))

    def __len__(self) -> int:
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def __bool__(self) -> bool:
        return True

    def get_vocab(self) -> dict[str, int]:
        """Token → id, added tokens included."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        return vocabulary

    @property
    def vocab(self) -> dict[str, int]:
        """:meth:`get_vocab`."""
        return self.get_vocab()

    @property
    def added_tokens_decoder(self) -> dict[int, tokenizers.AddedToken]:
        """Id → token, for tokens that texts are cut at before anything else."""
        added: dict[int, tokenizers.AddedToken] = self._tokenizer.get_added_tokens_decoder()
        return added

    @property
    def added_tokens_encoder(self) -> dict[str, int]:
        """Token → id, for the same."""
        return {token.content: token_id for token_id, token in sorted(self.added_tokens_decoder.items())}

    def get_added_vocab(self) -> dict[str, int]:
        """:attr:`added_tokens_encoder`."""
        return self.added_tokens_encoder

    @property
    def end_ids(self) -> tuple[int, ...]:
        """Tokens that end a text, or a turn in a conversation, as far as the tokenizer's files tell."""
        ends = (self.special_tokens_map.get(f"{role}_token") for role in ("eos", "eot", "eom"))
        ids = (self._tokenizer.token_to_id(token) for token in ends if token is not None)
        return tuple(dict.fromkeys(token_id for token_id in ids if token_id is not None))

    def add_tokens(self, new_tokens: Token | Sequence[Token], special_tokens: bool = False) -> int:
        """Add tokens that the vocabulary lacks, text or ``tokenizers.AddedToken``; returns how many are new.

        Texts are cut at each of them before anything else. Give the model as many rows:
        ``model.resize_token_embeddings(len(tokenizer))``.
        """
        tokens = list(new_tokens) if isinstance(new_tokens, list | tuple) else [new_tokens]
        if not all(isinstance(token, str) or hasattr(token, "content") for token in tokens):
            raise ArgumentError(f"add_tokens: expected texts or AddedTokens, found {tokens!r}.")
        with self._lock:
            add = self._tokenizer.add_special_tokens if special_tokens else self._tokenizer.add_tokens
            return int(add(tokens)) if tokens else 0

    def to_json(self) -> str:
        """What ``tokenizer.json`` says; how far texts are padded and cut is for calls to say."""
        with self._lock:
            self._tokenizer.no_padding()
            self._tokenizer.no_truncation()
            return str(self._tokenizer.to_str(pretty=True))

    def num_special_tokens_to_add(self, pair: bool = False) -> int:
        """How many special tokens a text, or a pair of texts, gets."""
        return int(self._tokenizer.num_special_tokens_to_add(pair))

    def convert_tokens_to_ids(self, tokens: Any) -> Any:
        """Ids of tokens as the vocabulary spells them, one or a list; the id of ``unk_token`` for others."""
        if isinstance(tokens, str):
            token_id = self._tokenizer.token_to_id(tokens)
            if token_id is None and self.unk_token is not None and tokens != self.unk_token:
                return self._tokenizer.token_to_id(self.unk_token)
            return token_id
        return [self.convert_tokens_to_ids(token) for token in tokens]

    def convert_ids_to_tokens(self, ids: Any, skip_special_tokens: bool = False) -> Any:
        """Tokens of ids, one or a list, as the vocabulary spells them; None for an id that there is not."""
        if isinstance(ids, int):
            return self._tokenizer.id_to_token(ids)
        skipped = set(self.all_special_ids) if skip_special_tokens else set()
        return [self._tokenizer.id_to_token(int(token_id)) for token_id in as_lists(ids) if token_id not in skipped]

    def convert_tokens_to_string(self, tokens: Sequence[str]) -> str:
        """Tokens, as the vocabulary spells them, as the text that they stand for."""
        decoder = self._tokenizer.decoder
        return " ".join(tokens) if decoder is None else str(decoder.decode(list(tokens)))

    def decode(
        self,
        token_ids: Any,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> Any:
        """The text of ids: a number, a list or an array; of a batch, a list of texts.

        ``clean_up_tokenization_spaces`` takes out the blank before punctuation that joining words leaves; it changes
        nothing for BPE, which keeps blanks as they were.

        Raises :class:`ArgumentError` for what is no ids.
        """
        ids = as_lists(token_ids)
        if isinstance(ids, int):
            ids = [ids]
        if isinstance(ids, Mapping):
            ids = as_lists(ids["input_ids"])
        is_batch = bool(ids) and isinstance(ids[0], list)
        rows = ids if is_batch else [ids]
        with guarded(self.source, "ids could not be decoded"):
            try:
                texts = self._tokenizer.decode_batch(rows, skip_special_tokens=skip_special_tokens)
            except (OverflowError, TypeError):
                raise ArgumentError(f"decode: expected ids, integers of at least 0, found {ids!r:.200}.") from None
        cleans = (
            self.clean_up_tokenization_spaces if clean_up_tokenization_spaces is None else clean_up_tokenization_spaces
        )
        if cleans and type(self._tokenizer.model).__name__ != "BPE":
            texts = [self.clean_up_tokenization(text) for text in texts]
        return texts if is_batch else texts[0]

    def batch_decode(
        self,
        sequences: Any,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> list[str]:
        """The texts of several sequences of ids."""
        texts = self.decode(sequences, skip_special_tokens, clean_up_tokenization_spaces)
        return [texts] if isinstance(texts, str) else texts

    @staticmethod
    def clean_up_tokenization(text: str) -> str:
        """The text without blanks before punctuation and English contractions."""
        for piece in _BEFORE_QUOTES:
            text = text.replace(piece, piece[1:])
        text = text.replace(" ' ", "'")
        for piece in _CONTRACTIONS:
            text = text.replace(piece, piece[1:])
        return text
