"""What families that read one text and write another have in common: shared tables, heads, what their classes take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation, Dropout, Linear
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.tasks import (
    BARE,
    QUESTION_ANSWERING,
    SEQ2SEQ,
    SEQ2SEQ_KEPT,
    SEQ2SEQ_LM,
    SEQUENCE_CLASSIFICATION,
)
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


class Built(NamedTuple):
    """How a class with a head is made."""

    build: Callable[[Any], Component]
    """Config → blueprint."""
    prefix: str
    """Where the bare model lies in it (``"model."``)."""
    also: tuple[str, ...] = ()
    """Other tasks whose Auto classes give it."""


def tied(*towers: str, prefix: str = "", head: str = "") -> Callable[[PretrainedConfig], Mapping[str, str]]:
    """Config → what is tied to the ``shared`` table: the tables of the ``towers``, always, and ``head`` if it says so.

    ``prefix`` is where the bare model lies.
    """

    def ties(config: PretrainedConfig) -> Mapping[str, str]:
        shared = f"{prefix}shared.weight"
        found = {f"{prefix}{tower}.embed_tokens.weight": shared for tower in towers}
        return {**found, f"{head}.weight": shared} if head and config.tie_word_embeddings else found

    return ties


Ties: TypeAlias = Callable[[str, str], Callable[[Any], Mapping[str, str]]]
"""Where the bare model lies, and the output embeddings or "" → config → what is tied."""


def two_tables(prefix: str, head: str) -> Callable[[PretrainedConfig], Mapping[str, str]]:
    """Both towers' tables are the ``shared`` one, and so is the ``head`` where the config says so."""
    return tied("encoder", "decoder", prefix=prefix, head=head)


def encoder_decoder_heads(
    stem: str,
    bare: Callable[[Any], Component],
    language: Built,
    sequence: Built | None = None,
    answers: Built | None = None,
    *,
    ties: Ties = two_tables,
) -> tuple[HeadSpec, ...]:
    """The classes of such a family: what ``language`` writes goes to ``lm_head``, and the two others, where there are
    any, read a text twice. Their decoder is given it one place later, unless it is given another text."""
    reads = {
        "inputs": tuple(name for name in SEQ2SEQ if name != "past_key_values"),
        "writes": "input_ids",
        "kept": SEQ2SEQ_KEPT,
    }
    heads = [
        HeadSpec(f"{stem}Model", BARE, bare, tied=ties("", ""), differs={"inputs": SEQ2SEQ}),
        HeadSpec(
            f"{stem}ForConditionalGeneration",
            SEQ2SEQ_LM,
            language.build,
            tied=ties(language.prefix, "lm_head"),
            also=language.also,
            # A file of a model that is not tied may still have only one of the two.
            stand_ins=(("lm_head.weight", f"{language.prefix}shared.weight"),),
        ),
    ]
    if sequence is not None:
        heads.append(
            HeadSpec(
                f"{stem}ForSequenceClassification",
                SEQUENCE_CLASSIFICATION,
                sequence.build,
                (("classification_head",),),
                ties(sequence.prefix, ""),
                differs={**reads, "output": "Seq2SeqSequenceClassifierOutput"},
            )
        )
    if answers is not None:
        heads.append(
            HeadSpec(
                f"{stem}ForQuestionAnswering",
                QUESTION_ANSWERING,
                answers.build,
                (("qa_outputs",),),
                ties(answers.prefix, ""),
                differs={**reads, "output": "Seq2SeqQuestionAnsweringModelOutput"},
            )
        )
    return tuple(heads)


def start_token(config: Any) -> int | None:
    """What a text to be written begins with: padding, where the config does not say otherwise."""
    start: int | None = config.decoder_start_token_id
    return config.pad_token_id if start is None else start


def end_tokens(config: PretrainedConfig) -> tuple[int, ...]:
    """What a text may end with; :class:`InvalidConfig` where nothing says it."""
    end = config.eos_token_id
    if end is None or end == []:
        expected = "a token: what is written in the place of a text's end is classified"
        raise InvalidConfig([Fault("config key 'eos_token_id'", expected, repr(end))])
    return (end,) if isinstance(end, int) else tuple(end)


def classification_head(width: int, labels: int, std: float, dropout: float) -> Part:
    """``classification_head``: two maps, over what is written for the end of the text."""
    steps = (
        Part("dropout", Dropout(dropout)),
        Part("dense", Linear(width, width, std=std)),
        Part("tanh", Activation("tanh")),
        Part("dropout_2", Dropout(dropout)),
        Part("out_proj", Linear(width, labels, std=std)),
    )
    return Part("classification_head", Chain(steps))
