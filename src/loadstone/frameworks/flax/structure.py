"""What a Flax model is made of and knows of itself: what everything that handles models may ask of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.architectures.family import Family
from loadstone.frameworks.flax.leaf import Frozen
from loadstone.frameworks.flax.tree import variables
from loadstone.frameworks.structure import ModelBase

if TYPE_CHECKING:
    from loadstone.configs.generation import GenerationConfig
    from loadstone.configs.pretrained import PretrainedConfig
    from loadstone.reporting.load_report import LoadReport


class About:
    """What a model knows of itself besides its modules. Equal only to itself, so that it may stand in a graph."""

    def __init__(self, config: PretrainedConfig) -> None:
        self.config = config
        self.name_or_path: str = config.name_or_path
        self.load_report: LoadReport | None = None
        self.generation_config: GenerationConfig | None = None
        self.warnings_issued: dict[str, bool] = {}
        """What has been said of inputs without an attention mask."""
        self.seed = 0
        """What newly initialized slots are drawn from when a checkpoint lacks them."""
        self.nbytes_by_device: Mapping[str, int] = {}
        """Device → bytes of stored tensors that were read for it, where the model is spread over a mesh."""
        self.remake: Callable[[], nnx.Module] | None = None
        """Makes the model again, for the variables that no checkpoint stores."""


class FlaxStructure(ModelBase, nnx.Module):
    """A module that is a model of Loadstone's, and no other library's."""

    family_spec: ClassVar[Family]

    _about: About
    _component: components.Component | None

    @property
    def component(self) -> components.Component | None:
        """Its blueprint; None for a class of one's own."""
        return self._component

    @component.setter
    def component(self, value: components.Component | None) -> None:
        self._component = value

    @property
    def about(self) -> About:
        """What it knows of itself besides its modules."""
        return self._about

    @property
    def config(self) -> PretrainedConfig:
        """The config that it was made from."""
        return self._about.config

    @config.setter
    def config(self, value: PretrainedConfig) -> None:
        self._about.config = value

    @property
    def name_or_path(self) -> str:
        """Where it came from."""
        return self._about.name_or_path

    @name_or_path.setter
    def name_or_path(self, value: str) -> None:
        self._about.name_or_path = value

    @property
    def load_report(self) -> LoadReport | None:
        """What its load did."""
        return self._about.load_report

    @load_report.setter
    def load_report(self, value: LoadReport | None) -> None:
        self._about.load_report = value

    @property
    def generation_config(self) -> GenerationConfig | None:
        """Defaults for ``generate``."""
        return self._about.generation_config

    @generation_config.setter
    def generation_config(self, value: GenerationConfig | None) -> None:
        self._about.generation_config = value

    def _parameters(self) -> list[nnx.Variable[Array]]:
        """Every parameter once."""
        slots = (variable for _, variable in variables(self))
        parameters = {id(variable): variable for variable in slots if isinstance(variable, nnx.Param | Frozen)}
        return list(parameters.values())

    @property
    def dtype(self) -> jnp.dtype:
        """The dtype of the first floating-point parameter."""
        dtypes = (jnp.dtype(parameter.dtype) for parameter in self._parameters())
        return next((dtype for dtype in dtypes if jnp.issubdtype(dtype, jnp.floating)), jnp.dtype(jnp.float32))
