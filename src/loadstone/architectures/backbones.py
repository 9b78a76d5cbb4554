"""Towers within larger models, of which these read several hidden states: backbones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feature_maps import taking
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.stage_names import STAGES, stages_of
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig


class BackboneKeys(PretrainedConfig):
    """The keys that say which hidden states are taken: by their indices, or by names."""

    is_of_several_kinds: ClassVar[bool] = True

    num_hidden_layers: int = 12
    out_features: list[str] | None = None
    out_indices: list[int] | None = None

    follows: ClassVar[Mapping[str, Rule]] = STAGES

    def check_together(self) -> None:
        super().check_together()
        stages_of(self)


def inner(tower: Tower, taken: tuple[int, ...], *, normed: bool = True) -> Part:
    """``backbone``: a tower of which these hidden states are taken, through its norm or as they are."""
    own = taking(tower, taken, normed=(normed,) * len(taken), is_grid=False, keeps_tokens=True, is_inner=True)
    return Part("", Wrapped(Part("backbone", own)))
