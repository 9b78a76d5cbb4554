"""Texts → ids: a tokenizer as it is called, and padding of what it gave.

What a ``tokenizers.Tokenizer`` keeps of padding and truncation is set for each call under a lock, so that threads do
not disturb each other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.errors import ArgumentError, LoadstoneError, TokenizerError
from loadstone.text.batch_encoding import BatchEncoding
from loadstone.text.lengths import Lengths, Padding, Truncation, checked_side
from loadstone.text.library import guarded
from loadstone.text.padding import gathered, pad_rows
from loadstone.text.tensors import kind_of
from loadstone.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import tokenizers

logger = logging.getLogger(__name__)

_COLUMNS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "token_type_ids": lambda encoding: encoding.type_ids,
        "attention_mask": lambda encoding: encoding.attention_mask,
        "special_tokens_mask": lambda encoding: encoding.special_tokens_mask,
        "offset_mapping": lambda encoding: encoding.offsets,
        "length": len,
    }
)
"""Name of an output → what an encoding has for it."""


class _Call(NamedTuple):
    """What one call asks for, apart from lengths."""

    special: bool
    """Whether special tokens go around texts."""
    words: bool
    """Whether texts are lists of words."""
    split_special: bool
    overflowing: bool
    wanted: list[str]
    """Names of :data:`_COLUMNS`."""
    arrays: str | None


class TextEncoder(Vocabulary):
    """Makes ids of texts."""

    model_max_length: int
    padding_side: str
    truncation_side: str
    model_input_names: list[str]
    split_special_tokens: bool
    pad_token_type_id: int
    deprecation_warnings: dict[str, bool]

    @property
    def max_len_single_sentence(self) -> int:
        """The longest text, in tokens, that leaves room for special tokens."""
        return self.model_max_length - self.num_special_tokens_to_add(False)

    @property
    def max_len_sentences_pair(self) -> int:
        """The same for the two texts of a pair together."""
        return self.model_max_length - self.num_special_tokens_to_add(True)

    def __call__(
        self,
        text: Any = None,
        text_pair: Any = None,
        text_target: Any = None,
        text_pair_target: Any = None,
        add_special_tokens: bool = True,
        padding: bool | str = False,
        truncation: bool | str | None = None,
        max_length: int | None = None,
        stride: int = 0,
        is_split_into_words: bool = False,
        pad_to_multiple_of: int | None = None,
        padding_side: str | None = None,
        return_tensors: str | None = None,
        return_token_type_ids: bool | None = None,
        return_attention_mask: bool | None = None,
        return_overflowing_tokens: bool = False,
        return_special_tokens_mask: bool = False,
        return_offsets_mapping: bool = False,
        return_length: bool = False,
        verbose: bool = True,
        max_target_length: int | None = None,
        split_special_tokens: bool | None = None,
    ) -> BatchEncoding:
        """Tokenize a text, or a list of them: ``input_ids``, ``attention_mask`` and what else is asked for.

        Args:
            text: One text, or a list; with ``is_split_into_words``, lists of words.
            text_pair: A second text for each, as in question answering.
            text_target: Texts to be learned: their ids become ``labels``, or ``input_ids`` where there is no ``text``.
            text_pair_target: A second text for each of these.
            add_special_tokens: Whether the special tokens that the model was trained with go around each text.
            padding: True or ``"longest"``: to the longest of the batch; ``"max_length"``: to ``max_length``.
            truncation: True or ``"longest_first"``, ``"only_first"``, ``"only_second"``: which text of a pair is cut.
            max_length: In tokens, special ones included; by default ``model_max_length``. Given alone, it cuts.
            stride: How many tokens overflowing parts repeat of the one before.
            is_split_into_words: Whether texts are lists of words.
            pad_to_multiple_of: Pad to a multiple of this many tokens.
            padding_side: ``"left"`` or ``"right"``; by default the tokenizer's own.
            return_tensors: ``"pt"``, ``"np"``, ``"jax"`` or ``"tf"``: (batch, tokens) arrays of integers instead of
                lists. int64 in PyTorch and NumPy, int32 in JAX and TensorFlow.
            return_token_type_ids: 0 or 1: which text of a pair. By default where the model reads it.
            return_attention_mask: 1 for a token, 0 for padding. By default where the model reads it.
            return_overflowing_tokens: What was cut off as further rows, with ``overflow_to_sample_mapping``.
            return_special_tokens_mask: 1 for special tokens.
            return_offsets_mapping: (start, end) of each token in its text, in characters.
            return_length: The number of tokens.
            verbose: Whether a text longer than the model takes is worth a warning.
            max_target_length: ``max_length`` for ``text_target``.
            split_special_tokens: Whether special tokens in a text count as text.

        Raises :class:`ArgumentError` for what is no text, for keywords that contradict each other, for rows of
        different lengths as an array, and where padding is asked for and there is no ``pad_token``.
        """
        if text is None and text_target is None:
            raise ArgumentError("Give the tokenizer a text, or text_target.")
        wanted = {
            "token_type_ids": "token_type_ids" in self.model_input_names
            if return_token_type_ids is None
            else return_token_type_ids,
            "attention_mask": "attention_mask" in self.model_input_names
            if return_attention_mask is None
            else return_attention_mask,
            "special_tokens_mask": return_special_tokens_mask,
            "offset_mapping": return_offsets_mapping,
            "length": return_length,
        }
        lengths = Lengths(padding, truncation, max_length, stride, pad_to_multiple_of, padding_side)
        call = _Call(
            add_special_tokens,
            is_split_into_words,
            self.split_special_tokens if split_special_tokens is None else split_special_tokens,
            return_overflowing_tokens,
            [name for name, is_wanted in wanted.items() if is_wanted],
            return_tensors,
        )
        result = None if text is None else self._encode(text, text_pair, lengths, call, verbose)
        if text_target is None:
            assert result is not None
            return result
        if max_target_length is not None:
            lengths = lengths._replace(max_length=max_target_length)
        target = self._encode(text_target, text_pair_target, lengths, call, verbose)
        if result is None:
            return target
        result["labels"] = target["input_ids"]
        return result

    def _encode(self, text: Any, pair: Any, lengths: Lengths, call: _Call, verbose: bool) -> BatchEncoding:
        inputs, is_batch = _inputs(text, pair, call.words)
        encodings = self._encodings(inputs, lengths, call) if inputs else []
        rows = [[each, *each.overflowing] if call.overflowing else [each] for each in encodings]
        flat = [encoding for row in rows for encoding in row]
        columns: dict[str, list[Any]] = {"input_ids": [encoding.ids for encoding in flat]}
        for name in call.wanted:
            columns[name] = [_COLUMNS[name](encoding) for encoding in flat]
        if call.overflowing:
            columns["overflow_to_sample_mapping"] = [index for index, row in enumerate(rows) for _ in row]
        longest = max(map(len, columns["input_ids"]), default=0)
        if verbose and lengths.max_length is None and longest > self.model_max_length:
            if not self.deprecation_warnings.get("too long"):
                self.deprecation_warnings["too long"] = True
                logger.warning("A text has %d tokens, and this model takes %d.", longest, self.model_max_length)
        if is_batch or call.arrays is not None or call.overflowing:
            return BatchEncoding(columns, flat, call.arrays)
        return BatchEncoding({name: column[0] for name, column in columns.items()}, flat)

    def _encodings(self, inputs: list[Any], lengths: Lengths, call: _Call) -> list[tokenizers.Encoding]:
        """The library's own results, of one call under the lock."""
        pads, cuts, max_length = lengths.resolved(self.model_max_length)
        padding = self._padding(pads, max_length, lengths) if pads != "do_not_pad" else None
        truncation = None
        if cuts != "do_not_truncate" and max_length is not None:
            truncation = Truncation(max_length, cuts, lengths.stride, self.truncation_side)
            has_pair = isinstance(inputs[0], tuple)
            taken = self.num_special_tokens_to_add(has_pair) if call.special else 0
            if max_length < taken or (lengths.stride and lengths.stride >= max_length - taken):
                raise ArgumentError(
                    f"max_length={max_length}, of which special tokens take {taken}, leaves no room for a text"
                    + (f" and stride={lengths.stride}." if lengths.stride else ".")
                )
        backend = self._tokenizer
        with self._lock:
            backend.encode_special_tokens = call.split_special
            if truncation is None:
                backend.no_truncation()
            else:
                backend.enable_truncation(**truncation._asdict())
            if padding is None:
                backend.no_padding()
            else:
                backend.enable_padding(**padding._asdict())
            with guarded(self.source, *_failure(truncation)):
                try:
                    return list(
                        backend.encode_batch(inputs, add_special_tokens=call.special, is_pretokenized=call.words)
                    )
                except (TypeError, UnicodeEncodeError) as error:
                    raise ArgumentError(f"Expected texts, found what tokenizers refuses: {error}") from None

    def _padding(self, pads: str, max_length: int | None, lengths: Lengths) -> Padding:
        if self.pad_token is None or self.pad_token_id is None:
            raise ArgumentError(
                "Padding needs a pad_token, and this tokenizer names none that its vocabulary has. Set one: "
                "tokenizer.pad_token = tokenizer.eos_token."
            )
        return Padding(
            length=max_length if pads == "max_length" else None,
            direction=checked_side(lengths.padding_side or self.padding_side, "padding_side"),
            pad_id=self.pad_token_id,
            pad_token=self.pad_token,
            pad_type_id=self.pad_token_type_id,
            pad_to_multiple_of=lengths.pad_to_multiple_of,
        )

    def encode(self, text: Any, text_pair: Any = None, add_special_tokens: bool = True, **options: Any) -> Any:
        """The ids of a text: a list, or an array with ``return_tensors=``. Keywords and errors are those of a call."""
        return self(text, text_pair, add_special_tokens=add_special_tokens, **options)["input_ids"]

    def encode_plus(self, text: Any, text_pair: Any = None, **options: Any) -> BatchEncoding:
        """A call, by its older name."""
        return self(text, text_pair, **options)

    def batch_encode_plus(self, batch_text_or_text_pairs: Any, **options: Any) -> BatchEncoding:
        """A call with a list of texts, or of pairs, by its older name."""
        return self(batch_text_or_text_pairs, **options)

    def tokenize(
        self, text: str, pair: str | None = None, add_special_tokens: bool = False, **options: Any
    ) -> list[str]:
        """The tokens of a text, as the vocabulary spells them."""
        return self(text, pair, add_special_tokens=add_special_tokens, **options).tokens()

    def pad(
        self,
        encoded_inputs: Any,
        padding: bool | str = True,
        max_length: int | None = None,
        pad_to_multiple_of: int | None = None,
        padding_side: str | None = None,
        return_attention_mask: bool | None = None,
        return_tensors: str | None = None,
        verbose: bool = True,
    ) -> BatchEncoding:
        """Pad what was tokenized before: a mapping with ``input_ids``, of one sequence or a batch, or a list of these.

        ``input_ids``, ``attention_mask``, ``token_type_ids`` and ``special_tokens_mask`` are padded; what else there is
        stays. Arrays are answered by arrays of their kind. Keywords are those of a call.

        Raises :class:`ArgumentError` for other input, and without a ``pad_token``.
        """
        main = self.model_input_names[0]
        first = encoded_inputs[0] if isinstance(encoded_inputs, list | tuple) and encoded_inputs else encoded_inputs
        if isinstance(first, Mapping) and main in first and return_tensors is None:
            probe = first[main]
            probe = probe[0] if isinstance(probe, list | tuple) and probe else probe
            return_tensors = kind_of(probe)
        columns = gathered(encoded_inputs)
        if main not in columns:
            raise ArgumentError(f"pad: expected {main!r} among the inputs, found {', '.join(columns) or 'nothing'}.")
        with_mask = (
            "attention_mask" in self.model_input_names if return_attention_mask is None else return_attention_mask
        )
        lengths = Lengths(padding, False, max_length, 0, pad_to_multiple_of, padding_side)
        pads, _, max_length = lengths.resolved(self.model_max_length)
        wanted = self._padding(pads, max_length, lengths) if pads != "do_not_pad" else None
        if not columns[main]:
            return BatchEncoding({**columns, **({"attention_mask": []} if return_attention_mask else {})})
        if isinstance(columns[main][0], list):
            return BatchEncoding(pad_rows(columns, main, wanted, with_mask), tensor_type=return_tensors)
        single = pad_rows({name: [value] for name, value in columns.items()}, main, wanted, with_mask)
        return BatchEncoding({name: value[0] for name, value in single.items()}, tensor_type=return_tensors)


def _failure(truncation: Truncation | None) -> tuple[str, type[LoadstoneError]]:
    """What it means where the library fails: mostly lengths that no text can have."""
    if truncation is None:
        return "a text could not be tokenized", TokenizerError
    asked = f"max_length={truncation.max_length}, stride={truncation.stride}"
    return f"a text could not be cut to {asked} with truncation={truncation.strategy!r}", ArgumentError


def _inputs(text: Any, pair: Any, are_words: bool) -> tuple[list[Any], bool]:
    """What the library takes, one entry a text or pair, and whether a batch was given.

    :class:`ArgumentError` for what is no text.
    """
    is_batch = not isinstance(text, str) and (not are_words or (bool(text) and isinstance(text[0], list | tuple)))
    if not isinstance(text, str | list | tuple):
        raise ArgumentError(f"Expected a text or a list of texts, found {type(text).__name__}.")
    if not is_batch:
        if pair is not None and isinstance(pair, str) is not isinstance(text, str):
            raise ArgumentError(f"text is {type(text).__name__}, text_pair {type(pair).__name__}: expected two alike.")
        return [(text, pair) if pair else text], False
    if pair is None:
        return list(text), True
    if isinstance(pair, str) or len(pair) != len(text):
        count = "one text" if isinstance(pair, str) else f"{len(pair)} texts"
        raise ArgumentError(f"text has {len(text)} texts, text_pair {count}: expected as many.")
    return list(zip(text, pair, strict=True)), True
