"""What a tokenizer returns: a mapping of lists or arrays, which also knows where each token comes from."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from loadstone.errors import ArgumentError
from loadstone.text.tensors import array_maker, is_array

if TYPE_CHECKING:
    import tokenizers


class CharSpan(NamedTuple):
    """Characters of a text: from ``start`` up to ``end``, which is not among them."""

    start: int
    end: int


class TokenSpan(NamedTuple):
    """Tokens of a sequence: from ``start`` up to ``end``, which is not among them."""

    start: int
    end: int


class BatchEncoding(UserDict[str, Any]):
    """Tokenized texts: ``input_ids``, ``attention_mask``, … by name, as keys and as attributes.

    Values are lists, or arrays after ``return_tensors=``: (batch, tokens), or (tokens,) lists for a single text.
    The methods about words and characters take ``(index)`` for the first sequence of the batch or
    ``(batch_index, index)``, and return None where nothing corresponds. They raise :class:`ArgumentError` for
    encodings that did not come from a text: those of :meth:`PreTrainedTokenizerFast.pad` know ids alone.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        encoding: tokenizers.Encoding | Sequence[tokenizers.Encoding] | None = None,
        tensor_type: object = None,
        prepend_batch_axis: bool = False,
        n_sequences: int | None = None,
    ) -> None:
        super().__init__(data)
        if encoding is not None and not isinstance(encoding, Sequence):
            encoding = [encoding]
        self._encodings = encoding
        self._n_sequences = n_sequences
        self.convert_to_tensors(tensor_type, prepend_batch_axis)

    def __getitem__(self, item: Any) -> Any:
        """A value by name, the ``tokenizers.Encoding`` of one sequence by its index."""
        if isinstance(item, str):
            return self.data[item]
        if self._encodings is not None:
            return self._encodings[item]
        if isinstance(item, slice):
            return {name: value[item] for name, value in self.data.items()}
        raise KeyError(f"{item!r}: expected a name, one of {', '.join(self.data)}")

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["data"][name]
        except KeyError:
            raise AttributeError(f"BatchEncoding has no {name!r}") from None

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data, "_encodings": self._encodings, "_n_sequences": self._n_sequences}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @property
    def is_fast(self) -> bool:
        """Whether it knows where its tokens come from."""
        return self._encodings is not None

    @property
    def encodings(self) -> Sequence[tokenizers.Encoding] | None:
        """One ``tokenizers.Encoding`` a sequence; None where ids are all that is known."""
        return self._encodings

    @property
    def n_sequences(self) -> int | None:
        """1, or 2 for pairs; None where it is not known."""
        if self._n_sequences is None and self._encodings:
            return self._encodings[0].n_sequences
        return self._n_sequences

    def tokens(self, batch_index: int = 0) -> list[str]:
        """The tokens of one sequence, as the vocabulary spells them."""
        return self._encoding(batch_index).tokens

    def sequence_ids(self, batch_index: int = 0) -> list[int | None]:
        """Which text of a pair each token comes from, 0 or 1; None for special tokens and padding."""
        return self._encoding(batch_index).sequence_ids

    def word_ids(self, batch_index: int = 0) -> list[int | None]:
        """Which word of its text each token comes from; None for special tokens and padding."""
        return self._encoding(batch_index).word_ids

    def token_to_sequence(self, batch_or_token_index: int, token_index: int | None = None) -> int | None:
        """Which text of a pair a token comes from."""
        encoding, index = self._token(batch_or_token_index, token_index)
        return encoding.token_to_sequence(index)

    def token_to_word(self, batch_or_token_index: int, token_index: int | None = None) -> int | None:
        """Which word of its text a token comes from."""
        encoding, index = self._token(batch_or_token_index, token_index)
        found = encoding.token_to_word(index)
        return found[1] if isinstance(found, tuple) else found

    def token_to_chars(self, batch_or_token_index: int, token_index: int | None = None) -> CharSpan | None:
        """Which characters of its text a token stands for."""
        encoding, index = self._token(batch_or_token_index, token_index)
        found = encoding.token_to_chars(index)
        if found is not None and isinstance(found[1], tuple):
            found = found[1]
        return None if found is None else CharSpan(*found)

    def word_to_tokens(
        self, batch_or_word_index: int, word_index: int | None = None, sequence_index: int = 0
    ) -> TokenSpan | None:
        """The tokens of a word."""
        encoding, index = self._other(batch_or_word_index, word_index)
        found = encoding.word_to_tokens(index, sequence_index)
        return None if found is None else TokenSpan(*found)

    def word_to_chars(
        self, batch_or_word_index: int, word_index: int | None = None, sequence_index: int = 0
    ) -> CharSpan | None:
        """The characters of a word."""
        encoding, index = self._other(batch_or_word_index, word_index)
        found = encoding.word_to_chars(index, sequence_index)
        return None if found is None else CharSpan(*found)

    def char_to_token(
        self, batch_or_char_index: int, char_index: int | None = None, sequence_index: int = 0
    ) -> int | None:
        """The token that a character belongs to; None for white space that belongs to none."""
        encoding, index = self._other(batch_or_char_index, char_index)
        return encoding.char_to_token(index, sequence_index)

    def char_to_word(
        self, batch_or_char_index: int, char_index: int | None = None, sequence_index: int = 0
    ) -> int | None:
        """The word that a character belongs to."""
        encoding, index = self._other(batch_or_char_index, char_index)
        return encoding.char_to_word(index, sequence_index)

    def convert_to_tensors(self, tensor_type: object = None, prepend_batch_axis: bool = False) -> Self:
        """Make arrays of the lists, in place: ``"pt"``, ``"np"``, ``"jax"`` or ``"tf"``; None changes nothing.

        Raises :class:`ArgumentError` for sequences of different lengths, :class:`FrameworkNotInstalled`.
        """
        if tensor_type is None:
            return self
        make = array_maker(tensor_type)
        for name, value in self.data.items():
            rows = [value] if prepend_batch_axis else value
            if is_array(rows):
                continue
            try:
                self.data[name] = make(rows)
            except (ValueError, TypeError):
                raise ArgumentError(
                    f"{name}: expected sequences of one length for an array, found {_lengths(rows)}. "
                    "Give padding=True, and truncation=True for texts that are too long."
                ) from None
        return self

    def to(self, device: object, *, non_blocking: bool = False) -> Self:
        """Move PyTorch's tensors to a device, in place; what are no tensors of PyTorch's stays as it is."""
        move: Callable[[Any], Any] = lambda value: value.to(device=device, non_blocking=non_blocking)  # noqa: E731
        self.data = {name: move(value) if hasattr(value, "detach") else value for name, value in self.data.items()}
        return self

    def _encoding(self, batch_index: int) -> tokenizers.Encoding:
        if self._encodings is None:
            raise ArgumentError("These ids did not come from a text, so words and characters are not known.")
        try:
            return self._encodings[batch_index]
        except IndexError:
            raise ArgumentError(f"batch index {batch_index}: there are {len(self._encodings)} sequences.") from None

    def _other(self, first: int, second: int | None) -> tuple[tokenizers.Encoding, int]:
        """The sequence, and the index in it, of ``(index)`` or ``(batch_index, index)``."""
        return (self._encoding(0), first) if second is None else (self._encoding(first), second)

    def _token(self, first: int, second: int | None) -> tuple[tokenizers.Encoding, int]:
        """The same for tokens, which may be counted from the end."""
        encoding, index = self._other(first, second)
        return encoding, index + len(encoding) if index < 0 else index


def _lengths(rows: object) -> str:
    if isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows):
        return "lengths " + ", ".join(str(length) for length in sorted({len(row) for row in rows}))
    return type(rows).__name__
