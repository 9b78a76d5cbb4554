"""What the families whose pictures become smaller stage by stage have in common: keys, heads, task data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from loadstone.architectures.images import IRRELEVANT, REFUSED, pair
from loadstone.architectures.stage_names import STAGES
from loadstone.configs.keys import Refusal, Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

_LARGEST = 1 << 31
_LARGEST_DEPTH = 10_000

WITHOUT_ATTENTION: Mapping[str, Any] = {
    "options": ("output_hidden_states", "return_dict"),
    "kept": ("hidden_states",),
}
"""What of a task's data is otherwise in a model that has no attention."""

READS_PICTURES: Mapping[str, Any] = {
    "doc": """``pixel_values`` (batch, channels, height, width), of any size → ``last_hidden_state`` (batch, width,
    rows, columns), and its mean ``pooler_output``.
    """,
    "inputs": ("pixel_values",),
}
"""What of a bare model's task is otherwise where its output is a picture, too."""


class StagesConfig(PretrainedConfig):
    """The keys that families with stages share."""

    num_channels: int = 3
    depths: list[int] = [3, 4, 6, 3]  # noqa: RUF012 (a key's default, which each config copies)

    positive: ClassVar[tuple[str, ...]] = ("num_channels",)
    by_stage: ClassVar[tuple[str, ...]] = ()
    """Keys with a number for each stage, at least 1."""
    refused: ClassVar[Mapping[str, Refusal]] = {
        **REFUSED,
        "tie_last_hidden_states": Refusal((False,), "the last of hidden_states is the last stage's output"),
    }
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT

    def check_together(self) -> None:
        faults = [
            fault
            for name in ("depths", *self.by_stage)
            if (fault := _fault(name, getattr(self, name), len(self.depths)))
        ]
        if not faults and sum(self.depths) > _LARGEST_DEPTH:
            faults.append(Fault("config key 'depths'", f"at most {_LARGEST_DEPTH} layers", repr(self.depths)))
        if faults:
            raise InvalidConfig(faults)


class MappedConfig(StagesConfig):
    """The same of families that have backbones."""

    out_features: list[str] | None = None
    out_indices: list[int] | None = None

    follows: ClassVar[Mapping[str, Rule]] = STAGES


def _fault(name: str, values: Sequence[int], stages: int) -> Fault | None:
    """What is wrong with a key that has a number for each stage."""
    if len(values) == stages > 0 and all(1 <= value < _LARGEST for value in values):
        return None
    expected = f"{stages} numbers, as many as in 'depths'," if name != "depths" else "at least one number, each"
    return Fault(f"config key {name!r}", f"{expected} from 1 to {_LARGEST - 1}", repr(values))


def check_pair(config: PretrainedConfig, name: str) -> None:
    """:class:`InvalidConfig` for a size that is not one number or two."""
    value = getattr(config, name)
    if len(pair(value)) != 2 or min(pair(value)) < 1:
        raise InvalidConfig([Fault(f"config key {name!r}", "a size of at least 1, or [height, width]", repr(value))])


def fan_out(outputs: int, kernel: int, groups: int = 1) -> float:
    """The standard deviation of the initial weight of a convolution before a ReLU (arXiv:1502.01852), so that gradients
    keep their size."""
    return math.sqrt(2 * groups / (outputs * kernel**2))


def drop_paths(rate: float, layers: int) -> list[float]:
    """For each layer the chance to be left out while training: none for the first, ``rate`` for the last."""
    return [rate * index / max(layers - 1, 1) for index in range(layers)]
