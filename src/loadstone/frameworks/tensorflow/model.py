"""What every TensorFlow model can do, whatever its family and head."""

from __future__ import annotations

import copy
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

import keras
import tensorflow as tf

from loadstone.architectures import components
from loadstone.configs.load_options import check_attention
from loadstone.configs.pretrained import PretrainedConfig, named_dtype
from loadstone.core.dtypes import dtype_name
from loadstone.core.tensors import BY_NAME
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.saves import Saves
from loadstone.frameworks.tensorflow.build import attach, place
from loadstone.frameworks.tensorflow.cache import Cache, init_cache
from loadstone.frameworks.tensorflow.dtypes import to_tensorflow
from loadstone.frameworks.tensorflow.leaf import Holder
from loadstone.frameworks.tensorflow.names import attribute
from loadstone.frameworks.tensorflow.serving import Serving
from loadstone.frameworks.tensorflow.slots import at, check_layers, walk
from loadstone.frameworks.tensorflow.structure import TFStructure
from loadstone.frameworks.tensorflow.training import Training
from loadstone.frameworks.tensorflow.variables import initialize_all

if TYPE_CHECKING:
    from loadstone.configs.generation import GenerationConfig
    from loadstone.frameworks.save_model import Written
    from loadstone.reporting.load_report import LoadReport

_skeletons: ContextVar[bool] = ContextVar("_skeletons", default=False)


@contextmanager
def skeletons() -> Iterator[None]:
    """Models made inside have no variables: filling makes them."""
    before = _skeletons.get()
    try:  # around the setting too, as an interrupt may come right after it
        _skeletons.set(True)
        yield
    finally:
        _skeletons.set(before)


class TFPreTrainedModel(Saves, TFStructure, Holder, Training, Serving, keras.Model):
    """A Keras model that comes from a config: load one with :meth:`from_pretrained`, or call a class with a config.

    Calling the class gives random weights after the family's own scheme. A variable's name is the slot's:
    ``{variable.name: variable for variable in model.weights}`` has the keys that PyTorch's ``state_dict()`` has.
    """

    config_class: ClassVar[type[PretrainedConfig]] = PretrainedConfig
    main_input_name: ClassVar[str] = "input_ids"

    config: PretrainedConfig
    component: components.Component | None
    is_causal: bool
    """Whether each token of a text that it reads sees only itself and those before it."""
    has_states: bool
    """Whether layers carry a state from each of its tokens to the next."""
    has_cache: bool
    """Whether a cache saves the next token's pass from reading all before it."""
    load_report: LoadReport | None
    generation_config: GenerationConfig | None

    def __init__(
        self, config: PretrainedConfig, *, component: components.Component | None = None, name: str | None = None
    ) -> None:
        if not isinstance(config, PretrainedConfig):
            raise ArgumentError(
                f"{type(self).__name__} takes a config, not {type(config).__name__}. "
                f"To load a checkpoint: {type(self).__name__}.from_pretrained({config!r})."
            )
        super().__init__(name=name, dtype="float32")
        self.config = config if self.head_spec is None else self.head_spec.own(config)
        self.name_or_path = config.name_or_path
        self.load_report = None
        self.generation_config = None
        self.component = component
        self.is_causal, self.has_states, self.has_cache = False, False, False
        if self.head_spec is not None:
            self.component = component or self.head_spec.blueprint(config)
            reading = components.text_tower(self.component)
            self.is_causal = reading is not None and reading.is_causal
            self.has_states = reading is not None and bool(reading.states)
            self.has_cache = components.writer(self.component) is not None
            self._attach(self.component)
            if component is None:
                self.post_init()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__ == "loadstone":  # so that keras.models.load_model finds the class
            keras.saving.register_keras_serializable("loadstone")(cls)

    def _attach(self, component: components.Component) -> None:
        if not isinstance(component, components.Head):
            attach(self, component)
            return
        backbone = component.backbone
        if backbone.name:
            assert self.family_spec is not None and self.head_spec is not None
            bare = self._classes.body_class(self.family_spec, self.head_spec)
            setattr(self, attribute(backbone.name), bare(self.config, component=backbone.component, name=backbone.name))
        else:
            attach(self, backbone.component)
        for part in component.parts():
            if part is backbone:
                continue
            if part.name:
                place(self, *part)
            else:
                attach(self, part.component)

    def post_init(self) -> None:
        """Initial values for every slot without a variable. A subclass calls it at the end of its ``__init__``."""
        if not _skeletons.get():
            check_layers(self)
            self.finish_variables(keras.config.floatx(), initialize=True)

    def finish_variables(self, dtype: str, *, initialize: bool = False) -> None:
        """Say of all layers that they are built and compute in ``dtype``; ``initialize`` makes what variables lack."""
        if initialize:
            initialize_all(self, BY_NAME[to_tensorflow(dtype).name])
        policy = keras.DTypePolicy(dtype)
        for layer in self._flatten_layers():
            if layer.dtype_policy != policy:
                layer.dtype_policy = policy
            if not layer.built:
                layer.built = True

    # Parts ----------------------------------------------------------------------------------------

    @property
    def layers(self) -> keras.Layer | list[keras.Layer]:
        """The part of that name, where the model has one (``model.layers[0]``); else Keras's list of direct layers."""
        return self.__dict__["layers_"] if "layers_" in self.__dict__ else super().layers

    def __dir__(self) -> list[str]:
        # Keras saves layers under the first of these names that leads to them: it is to be the one that a slot has.
        twice = {"base_model"} if "layers_" in self.__dict__ else {"base_model", "layers"}
        return [name for name in super().__dir__() if name not in twice]

    @property
    def base_model(self) -> TFPreTrainedModel:
        """The bare model inside, or the model itself."""
        return getattr(self, self.bare_prefix) if self.bare_prefix else self

    def get_input_embeddings(self) -> keras.Layer:
        """The input embeddings, a layer."""
        return at(self, self._embedding_name())

    def get_output_embeddings(self) -> keras.Layer | None:
        """The map from hidden states to the vocabulary, a layer; None if the model has none."""
        name = self._output_name()
        return None if name is None else at(self, name)

    def resize_token_embeddings(self, *args: object, **kwargs: object) -> NoReturn:
        """Keras's variables keep their shapes: :class:`ArgumentError`, with what to do."""
        name = type(self).__name__.removeprefix("TF")
        raise ArgumentError(
            f"A TensorFlow model's vocabulary stays as large as it is. Use {name}.resize_token_embeddings (PyTorch) or "
            f"Flax{name}'s, save that model, and load it here."
        )

    def tied_slots(self) -> Mapping[str, str]:
        """Slot → the slot whose values it shares."""
        return {} if self.head_spec is None else self.head_spec.tied(self.config)

    def named_weights(self) -> dict[str, keras.Variable]:
        """Slot → its ``keras.Variable``, in PyTorch's order; tied slots under each name."""
        return {slot.name: slot.variable for slot in walk(self)}

    # What it is -----------------------------------------------------------------------------------

    def num_parameters(self, only_trainable: bool = False, exclude_embeddings: bool = False) -> int:
        """How many values the parameters hold; tied ones count once."""
        skipped = {id(v) for v in self.get_input_embeddings().weights} if exclude_embeddings else set()
        skipped |= {id(owned.variable) for owned in walk(self) if owned.slot.kind == "buffer"}
        variables = self.trainable_variables if only_trainable else self.weights
        return sum(math.prod(v.shape) for v in variables if id(v) not in skipped)

    def get_memory_footprint(self) -> int:
        """Bytes of all variables; tied ones count once."""
        return sum(math.prod(v.shape) * tf.as_dtype(v.dtype).size for v in self.weights)

    def can_generate(self) -> bool:
        """Whether the model has :meth:`generate`."""
        return hasattr(self, "generate")

    def init_cache(self, batch_size: int, max_length: int) -> Cache:
        """An empty key-value cache with room for ``max_length`` tokens, to be given as ``past_key_values``."""
        if self.component is None or not self.has_cache:
            raise ArgumentError(f"{type(self).__name__} is no decoder: it needs no key-value cache.")
        return init_cache(self.component, batch_size, max_length, tf.as_dtype(self.dtype))

    def summary(self, *args: object, **kwargs: object) -> None:
        """Keras's table of the layers directly inside, and how many numbers they hold."""
        keras.Model.summary(_Listed(self), *args, **kwargs)

    # Loading and saving ---------------------------------------------------------------------------

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: object, **kwargs: object
    ) -> Self:
        """Load a checkpoint from a folder or the Hub: see :func:`loadstone.pipeline.load.from_pretrained`."""
        from loadstone.pipeline.load import from_pretrained

        if cls.head_spec is None and cls.__init__ is TFPreTrainedModel.__init__:
            raise ArgumentError(
                f"{cls.__name__} is the base class of models and has no layers of its own. Use an Auto class, such as "
                "TFAutoModel, or a class with a head."
            )
        model: Self = from_pretrained("tensorflow", pretrained_model_name_or_path, cls, model_args, kwargs)
        return model

    @classmethod
    def _from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Self:
        """Random weights after the family's scheme, in the config's ``torch_dtype`` or the one given."""
        requested = [kwargs.pop(name, None) for name in ("torch_dtype", "dtype")]
        given = named_dtype(*requested, config.torch_dtype)
        attention = kwargs.pop("attn_implementation", None)
        if kwargs:
            names = ", ".join(sorted(kwargs))
            raise UnknownArgument(f"from_config takes torch_dtype and attn_implementation, not {names}.")
        dtype = to_tensorflow(keras.config.floatx() if given is None else dtype_name(given)).name
        config = copy.deepcopy(config)
        if attention is not None:
            config.attn_implementation = check_attention(attention)
        with skeletons():
            model = cls(config)
        check_layers(model)
        model.finish_variables(dtype, initialize=True)
        model.config.torch_dtype = dtype
        return model

    def _write_pretrained(self, *arguments: Any) -> Written:
        from loadstone.frameworks.tensorflow.save import save

        return save(self, *arguments)

    def get_config(self) -> dict[str, Any]:
        """For Keras: what ``model.save("model.keras")`` writes besides the variables."""
        return {"config": self.config.to_dict(), "dtype": self.dtype, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Mapping[str, object] | None = None) -> Self:
        """For Keras: the model that :meth:`get_config` tells of. Loadstone's own way is an Auto class's from_config."""
        if not isinstance(config, dict) or "config" not in config:
            raise ArgumentError(
                f"For a model with random weights: TFAutoModel.from_config(config) or {cls.__name__}(config)."
            )
        model = cls._from_config(cls.config_class.from_dict(config["config"]), dtype=config.get("dtype"))
        model.name = config.get("name", model.name)
        return model


class _Listed:
    """A model as Keras's summary sees it, whatever the model calls its layers."""

    def __init__(self, model: TFPreTrainedModel) -> None:
        self._model = model
        self.layers = list(model._flatten_layers(include_self=False, recursive=False))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)
