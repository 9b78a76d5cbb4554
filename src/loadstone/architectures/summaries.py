"""What RoFormer and ConvBERT choose sequences by: one place of each, and what XLM's summary makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation, Dropout
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.tasks import MULTIPLE_CHOICE
from loadstone.core.records import record


@record
class Place(Component):
    """The first place, or the last, be it padding."""

    which: Literal["first", "last"]

    def compute(self, run: Run, x: Array) -> Array:
        return x[:, 0 if self.which == "first" else -1]


def summary(config: Any) -> Part:
    """``sequence_summary`` of the place that ``summary_type`` says, and ``classifier``; both read all hidden states."""
    width = config.hidden_size
    place = Place("first" if config.summary_type == "first" else "last")
    steps = [Part("", place), Part("first_dropout", Dropout(config.summary_first_dropout))]
    if config.summary_use_proj:
        steps.append(Part("summary", encoders.linear(config, width, width)))
    if config.summary_activation:
        steps.append(Part("activation", Activation(config.summary_activation)))
    steps.append(Part("last_dropout", Dropout(config.summary_last_dropout)))
    score = Part("classifier", encoders.linear(config, width, 1))
    return Part("", Chain((Part("sequence_summary", Chain(tuple(steps))), score)))


CHOICE = encoders.SequenceHead(summary, optional=("sequence_summary", "classifier"))
"""What scores each of several sequences."""


def seeing_all(head: HeadSpec) -> HeadSpec:
    """The same class; where it chooses one of several sequences, its summary sees all hidden states."""
    return replace(head, differs={**head.differs, "reads": "places"}) if head.task == MULTIPLE_CHOICE else head
