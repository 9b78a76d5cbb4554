"""What every Flax model can do, whatever its family and head."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from loadstone.architectures import components
from loadstone.configs.load_options import check_attention
from loadstone.configs.pretrained import PretrainedConfig, named_dtype
from loadstone.core.dtypes import dtype_name
from loadstone.core.keywords import RESIZE_KEYWORDS, unknown_argument
from loadstone.core.tensors import BY_NAME
from loadstone.errors import ArgumentError, Fault, UnknownArgument, UnsupportedDType
from loadstone.frameworks.flax.build import attach, build, place
from loadstone.frameworks.flax.cache import KeyValueCache, empty_cache
from loadstone.frameworks.flax.forward import Options
from loadstone.frameworks.flax.initial import fill_fresh
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.resize import resize_vocabulary
from loadstone.frameworks.flax.structure import About, FlaxStructure
from loadstone.frameworks.flax.tree import at, is_slot, modules, parent_of, variables
from loadstone.frameworks.saves import Saves

if TYPE_CHECKING:
    from loadstone.frameworks.save_model import Written


class FlaxPreTrainedModel(Saves, FlaxStructure):
    """A model that comes from a config: load one with :meth:`from_pretrained`, or call a class with a config.

    Calling the class gives random weights after the family's own scheme, drawn from ``seed``, in ``dtype``. Under
    ``nnx.eval_shape``, or with ``seed=None``, it gives a skeleton without memory.
    """

    config_class: ClassVar[type[PretrainedConfig]] = PretrainedConfig
    main_input_name: ClassVar[str] = "input_ids"

    gradient_checkpointing: bool

    def __init__(
        self,
        config: PretrainedConfig,
        *,
        seed: int | None = 0,
        dtype: DTypeLike = jnp.float32,
        component: components.Component | None = None,
    ) -> None:
        if not isinstance(config, PretrainedConfig):
            raise ArgumentError(
                f"{type(self).__name__} takes a config, not {type(config).__name__}. "
                f"To load a checkpoint: {type(self).__name__}.from_pretrained({config!r})."
            )
        self._about = About(config if self.head_spec is None else self.head_spec.own(config))
        self.gradient_checkpointing = False
        self.component = component
        if self.head_spec is not None:
            self.component = component = component or self.head_spec.blueprint(config)
            self._attach(component)
            self.tie_weights()
            if seed is not None:
                fill_fresh(self, seed, floating(dtype))

    def _attach(self, component: components.Component) -> None:
        if not isinstance(component, components.Head):
            attach(self, component)
            return
        backbone = component.backbone
        if backbone.name:
            assert self.family_spec is not None and self.head_spec is not None
            bare = self._classes.body_class(self.family_spec, self.head_spec)
            setattr(self, backbone.name, bare(self.config, component=backbone.component, seed=None))
        else:
            attach(self, backbone.component)
        for part in component.parts():
            if part is backbone:
                continue
            if part.name:
                place(self, part.name, build(part.component))
            else:
                attach(self, part.component)

    # Parts ----------------------------------------------------------------------------------------

    @property
    def base_model(self) -> FlaxPreTrainedModel:
        """The bare model inside, or the model itself."""
        return getattr(self, self.bare_prefix) if self.bare_prefix else self

    def get_input_embeddings(self) -> nnx.Module:
        """The input embeddings, a module."""
        return at(self, self._embedding_name())

    def set_input_embeddings(self, value: nnx.Module) -> None:
        """Replace the input embeddings; tied slots follow."""
        held = {name: source for name, source in self.tied_slots().items() if at(self, name) is at(self, source)}
        holder, leaf = parent_of(self, self._embedding_name())
        setattr(holder, leaf, value)
        self._share(held)  # a slot that was given a variable of its own keeps it

    def get_output_embeddings(self) -> nnx.Module | None:
        """The output embeddings (language-model head); None if the model has none."""
        name = self._output_name()
        return None if name is None else at(self, name)

    def set_output_embeddings(self, value: nnx.Module) -> None:
        """Replace the output embeddings (language-model head)."""
        name = self._output_name()
        if name is None:
            raise ArgumentError(f"{type(self).__name__} has no output embeddings.")
        holder, leaf = parent_of(self, name)
        setattr(holder, leaf, value)

    def resize_token_embeddings(
        self,
        new_num_tokens: int | None = None,
        pad_to_multiple_of: int | None = None,
        mean_resizing: bool = False,
        **unknown: object,
    ) -> nnx.Module:
        """Change the vocabulary size; returns the input embeddings. The config is updated.

        Everything with a row for each token changes: input embeddings, untied output embeddings, their biases. Old
        rows are kept; new ones are initialized by the family's scheme, or with ``mean_resizing`` to the mean of the old
        ones. ``pad_to_multiple_of`` rounds up.
        """
        if unknown:
            raise unknown_argument("resize_token_embeddings", unknown, RESIZE_KEYWORDS)
        if self.head_spec is not None:
            resize_vocabulary(self, new_num_tokens, pad_to_multiple_of, to_mean=mean_resizing)
        elif self.bare_prefix:
            self.base_model.resize_token_embeddings(new_num_tokens, pad_to_multiple_of, mean_resizing)
        return self.get_input_embeddings()

    def tied_slots(self) -> Mapping[str, str]:
        """Slot → the slot whose values it shares."""
        return {} if self.head_spec is None else self.head_spec.tied(self.config)

    def tie_weights(self) -> None:
        """Make tied slots one parameter."""
        self._share(self.tied_slots())

    def _share(self, ties: Mapping[str, str]) -> None:
        for name, source in ties.items():
            holder, leaf = parent_of(self, name)
            setattr(holder, leaf, at(self, source))

    # Running --------------------------------------------------------------------------------------

    def forward(self, inputs: Inputs, options: Options) -> Any:
        """The pure forward pass; see :func:`loadstone.frameworks.flax.forward.run`."""
        raise NotImplementedError

    # What it is -----------------------------------------------------------------------------------

    def num_parameters(self, only_trainable: bool = False, exclude_embeddings: bool = False) -> int:
        """How many values the parameters hold; tied ones count once. All are trainable."""
        skipped = set()
        if exclude_embeddings:
            skipped = {id(variable) for _, variable in variables(self.get_input_embeddings())}
        return sum(parameter.size for parameter in self._parameters() if id(parameter) not in skipped)

    def get_memory_footprint(self) -> int:
        """Bytes of all parameters and buffers."""
        slots = {id(variable): variable for _, variable in variables(self) if is_slot(variable)}
        return sum(slot.size * jnp.dtype(slot.dtype).itemsize for slot in slots.values())

    def can_generate(self) -> bool:
        """Whether the model has :meth:`generate`."""
        return hasattr(self, "generate")

    @property
    def is_causal(self) -> bool:
        """Whether each token of a text that it reads sees only itself and those before it."""
        tower = None if self.component is None else components.text_tower(self.component)
        return tower is not None and tower.is_causal

    @property
    def has_states(self) -> bool:
        """Whether layers carry a state from each token of a text that it reads to the next."""
        tower = None if self.component is None else components.text_tower(self.component)
        return tower is not None and bool(tower.states)

    def init_cache(self, batch_size: int, max_length: int) -> KeyValueCache:
        """An empty cache for ``batch_size`` sequences of ``max_length`` tokens, prompt included."""
        writing = None if self.component is None else components.writer(self.component)
        if writing is None:
            raise ArgumentError(f"{type(self).__name__} is no decoder, so it has no key-value cache.")
        return empty_cache(writing, batch_size, max_length, self.dtype)

    # Training -------------------------------------------------------------------------------------

    @property
    def is_gradient_checkpointing(self) -> bool:
        """Whether layers are computed again in the backward pass to save memory."""
        return any(model.gradient_checkpointing for model in self._models())

    def gradient_checkpointing_enable(self) -> None:
        """Compute layers again in the backward pass, which costs time and saves memory."""
        for model in self._models():
            model.gradient_checkpointing = True

    def gradient_checkpointing_disable(self) -> None:
        """Keep what layers compute for the backward pass."""
        for model in self._models():
            model.gradient_checkpointing = False

    def _models(self) -> list[FlaxPreTrainedModel]:
        """This model and every one inside it."""
        return [module for module in modules(self) if isinstance(module, FlaxPreTrainedModel)]

    # Loading and saving ---------------------------------------------------------------------------

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: object, **kwargs: object
    ) -> Self:
        """Load a checkpoint from a folder or the Hub: see :func:`loadstone.pipeline.load.from_pretrained`."""
        from loadstone.pipeline.load import from_pretrained

        if cls.head_spec is None and cls.__init__ is FlaxPreTrainedModel.__init__:
            raise ArgumentError(
                f"{cls.__name__} is the base class of models and has no layers of its own. Use an Auto class, such as "
                "FlaxAutoModel, or a class with a head."
            )
        model: Self = from_pretrained("flax", pretrained_model_name_or_path, cls, model_args, kwargs)
        return model

    @classmethod
    def _from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Self:
        """Random weights after the family's scheme, in the config's ``torch_dtype`` or the one given."""
        requested = [kwargs.pop(name, None) for name in ("torch_dtype", "dtype")]
        given = named_dtype(*requested, config.torch_dtype) or "float32"
        attention, seed = kwargs.pop("attn_implementation", None), kwargs.pop("seed", 0)
        if kwargs:
            names = ", ".join(sorted(kwargs))
            raise UnknownArgument(f"from_config takes torch_dtype, seed and attn_implementation, not {names}.")
        dtype = floating(given)
        config = copy.deepcopy(config)
        if attention is not None:
            config.attn_implementation = check_attention(attention)
        model = cls(config, seed=seed, dtype=dtype)
        model.config.torch_dtype = dtype
        return model

    def _write_pretrained(self, *arguments: Any) -> Written:
        from loadstone.frameworks.flax.save import save

        return save(self, *arguments)


def floating(dtype: object) -> jnp.dtype:
    """A floating-point dtype from a dtype or its name; :class:`UnsupportedDType` for anything else."""
    wanted = BY_NAME.get(dtype_name(dtype))
    if wanted is None or not wanted.is_floating or not hasattr(jnp, wanted.value):
        raise UnsupportedDType([Fault(f"dtype {dtype!r}", "a floating-point dtype that JAX has", "none")])
    return jnp.dtype(getattr(jnp, wanted.value))
