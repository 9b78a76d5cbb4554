"""Which configs and heads a check is tried with, as pytest parameters, so that one family more costs little.

- :func:`pairs`, every config × its heads: what a head does itself. Its outputs, its names and shapes, how it starts,
  what a file without it leaves out.
- :func:`trunk_pairs`, every config with one head, and three families with all of theirs: what the layers below the
  heads do, whatever stands on them. Kernels of attention, positions, vectors for ids, hidden states.
- :func:`decoding_pairs`, every config that decodes with a cache in a way of its own.
- the families in ``KINDS``: what a framework does with a component, whatever the family is.
- the families in ``LAYOUTS``: what a reader or a writer of files does, whatever the family is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pytest

from .cases import CASES, FAMILIES, Case

PAIRS = [(case, head) for case in CASES for head in case.heads]

KINDS = (
    *("llama", "mixtral", "gemma2", "gpt2", "gpt_neox", "opt"),
    *("bert", "distilbert", "mpnet", "modernbert"),
)
"""Families that have every kind of component between them, and every way in which one may work (a test walks the
blueprints of all). What a framework does with a component whatever the family is, is tried on these: programs that are
compiled, text, losses, gradients."""

EVERY_HEAD = ("llama", "bert", "modernbert")
"""Families whose every head is tried also where the head has no part in it: one for the heads that all decoders have,
one for those of the encoders, and the one that has heads of its own."""

LAYOUTS = ("llama", "mixtral", "gpt2", "bert", "modernbert")
"""Families whose files differ in kind: one matrix a projection, experts one by one, matrices that lie the other way,
tied decoders with biases, fused projections. What a reader or writer does whatever the family is, is tried on these."""


def pairs(*heads: str, plain_only: bool = False, families: Collection[str] = FAMILIES) -> list[Any]:
    """Every (case, head), or those with the named heads, as pytest parameters with readable ids."""
    return [
        _parameter(case, head)
        for case, head in PAIRS
        if (not heads or head in heads) and (not plain_only or case.variant == "plain") and case.family in families
    ]


def decoding_pairs() -> list[Any]:
    """The language models whose decoding with a cache is their config's own: the plain ones, and the awkward ones that
    change positions, masks or what a cache holds. The others decode as the plain ones do, and differ in what
    :func:`trunk_pairs` compares."""
    return [
        _parameter(case, head)
        for case, head in PAIRS
        if head == "causal_lm" and (case.variant == "plain" or not case.decodes_as_plain)
    ]


def trunk_pairs(*, plain_only: bool = False) -> list[Any]:
    """The (case, head) for what a model does below its head, as pytest parameters.

    Each case with the first of its heads, which is the bare model where it has one; plain cases of the families in
    ``EVERY_HEAD`` with all. One family more thus adds a parameter a config, however many heads it has.
    """
    return [
        _parameter(case, head)
        for case, head in PAIRS
        if head == case.heads[0]
        or (case.family in EVERY_HEAD and case.variant == "plain" and head != "multiple_choice")
        if not plain_only or case.variant == "plain"
    ]


PADDINGS = ("none", "right", "left")


def padded_pairs() -> list[Any]:
    """Every (case, head, padding): all paddings for what :func:`trunk_pairs` has, and for the other heads that on the
    right; a head that looks for a row's last token also finds it before padding and after."""
    trunk = trunk_pairs()
    ids = {each.id for each in trunk}
    heads = [each for each in pairs() if each.id not in ids]
    return [
        *crossed(trunk, PADDINGS),
        *crossed(heads, ["right"]),
        *crossed(
            [each for each in heads if each.values[1] in ("sequence_classification", "multiple_choice")], ["left"]
        ),
    ]


def crossed(parameters: Sequence[Any], values: Iterable[str]) -> list[Any]:
    """Each of the parameters with each of the values as its last."""
    return [
        pytest.param(*each.values, value, id=f"{each.id}-{value}", marks=each.marks)
        for each in parameters
        for value in values
    ]


def _parameter(case: Case, head: str) -> Any:
    return pytest.param(case, head, id=f"{case.id}-{head}")
