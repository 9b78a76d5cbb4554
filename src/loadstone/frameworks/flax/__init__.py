"""Blueprint → ``flax.nnx`` modules: build, fill, shard, run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadstone.frameworks.contract import Framework
    from loadstone.frameworks.flax import adapter
    from loadstone.frameworks.flax.model import FlaxPreTrainedModel
    from loadstone.frameworks.flax.placement import Placement

    _checked: Framework[FlaxPreTrainedModel, object, Placement] = adapter
