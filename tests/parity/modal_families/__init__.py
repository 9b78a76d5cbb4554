"""What the tests of :mod:`test_modal_families` and :mod:`test_modal_decoders` know of a family: a module for each.

A module is named after its family (``-`` becomes ``_``) and has one ``PARITY``, a :class:`ModalFamily`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class ModalFamily:
    """A family's tiny configs, and what its classes are given.

    Widths and lengths are best those of other families, unless the difference is the point: each new shape compiles
    programs of its own in Flax.
    """

    family: str
    """``model_type``."""
    config: str
    """The class of the config in transformers."""
    plain: Inputs
    """The keys of a tiny config; a dict within is that of a nested config."""
    inputs: Callable[[str, Any], Inputs]
    """Class and transformers' config → the arguments of a pass: PyTorch tensors, labels too where it has a loss."""
    main: str
    """The class that the quick suite runs in three frameworks; of the others Flax and TensorFlow run among the long."""
    awkward: Mapping[str, Inputs] = field(default_factory=dict)
    """Name → the keys that are otherwise, merged into nested ones: what changes how it computes or what is stored."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Class → the key of the nested config that is its own (``vision_config``)."""
    changes: Mapping[str, Inputs] = field(default_factory=dict)
    """Class → the keys that are otherwise for it alone."""
    unlike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Class, or ``""`` for all → fields of the output that are not compared; a comment beside it says why."""
    refuses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Variant → classes that transformers itself cannot run with it; a comment beside it says why."""
    wide: Inputs = field(default_factory=dict)
    """The keys of a config that is large enough to tell how parameters start: about a hundred wide."""
    fresh_unlike: tuple[str, ...] = ()
    """Ends of names of parameters that start otherwise than in transformers; a comment beside it says why."""
    computed: tuple[str, ...] = ()
    """Ends of names of slots that transformers computes, and does not save with every class."""
    shown: Inputs = field(default_factory=lambda: {"output_hidden_states": True, "output_attentions": True})
    """Keywords that ask for all that a pass can show."""
    misspelled: Mapping[str, tuple[str, str] | Mapping[str, str]] = field(default_factory=dict)
    """Class, or ``""`` for all → what transformers writes in names, and what the Hub's files have there, or several
    such; a comment beside it says why."""
    norms_at: float = 1.0
    """About what norms' weights are."""
    prompt: Callable[[str, Any], Inputs] | None = None
    """Class and config → what ``generate`` is given, if a class writes: with padding where the family knows any. A
    decoder's is two rows or more of ``input_ids`` and ``attention_mask``, padded on the left (:mod:`decoder_texts`)."""
    new_tokens: int = 5
    packs: bool = True
    """Of a decoder: whether positions that start again within a row begin another text, here and in transformers."""


def families() -> dict[str, ModalFamily]:
    """``model_type`` → what is known, of all modules here."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").PARITY for name in names]
    return {each.family: each for each in found}
