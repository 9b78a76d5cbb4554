"""What every PyTorch model can do, whatever its family and head."""

from __future__ import annotations

import copy
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import torch
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.checkpoint.names import PYTORCH
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.load_options import check_attention
from loadstone.configs.pretrained import PretrainedConfig, named_dtype
from loadstone.core.dtypes import dtype_name
from loadstone.core.keywords import RESIZE_KEYWORDS, unknown_argument
from loadstone.errors import ArgumentError, Fault, UnknownArgument, UnsupportedDType
from loadstone.frameworks.saves import Saves
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.module_walk import bytes_of, packed_elements
from loadstone.frameworks.torch.loading.skeleton import are_emptied, as_registered
from loadstone.frameworks.torch.modeling.build import Naming, attach, place
from loadstone.frameworks.torch.modeling.initialize import initialize, materialize
from loadstone.frameworks.torch.modeling.pytrees import register_outputs
from loadstone.frameworks.torch.modeling.resize import resize_vocabulary
from loadstone.frameworks.torch.modeling.swapping import Swapping, held, share_gate
from loadstone.frameworks.torch.modeling.tying import Tying
from loadstone.frameworks.torch.transformers_compat.adapters import Adapters
from loadstone.frameworks.torch.transformers_compat.conventions import (
    Conventions,
    declared_ties,
    dtypes_as_objects,
    set_checkpointing,
)

if TYPE_CHECKING:
    from loadstone.frameworks.classes import Classes
    from loadstone.frameworks.save_model import Written
    from loadstone.saving.checkpoint import SaveOptions


_completing = threading.Lock()


class PreTrainedModel(Swapping, Conventions, Adapters, Tying, Saves, nn.Module):
    """A model that comes from a config: load one with :meth:`from_pretrained`, or call a class with a config.

    Calling the class gives random weights after the family's own scheme, or a skeleton without memory under
    ``with torch.device("meta")`` or accelerate's ``init_empty_weights()``.

    A class of one's own derives from this one, sets ``config_class``, and builds its modules in ``__init__``; see
    :mod:`loadstone.frameworks.torch.transformers_compat.conventions`.
    """

    config_class: ClassVar[type[PretrainedConfig]] = PretrainedConfig
    main_input_name: ClassVar[str] = "input_ids"
    supports_gradient_checkpointing: ClassVar[bool] = True
    _other_formats: ClassVar[tuple[str, ...]] = (PYTORCH, "msgpack")
    _no_split_modules: ClassVar[list[str]] = []
    """Classes of modules that accelerate, FSDP and PEFT must not spread over several devices: a family's layers."""

    _classes: ClassVar[Classes[PreTrainedModel]]
    hf_device_map: Mapping[str, object]

    def __init__(self, config: PretrainedConfig, *, component: components.Component | None = None) -> None:
        super().__init__()
        if not isinstance(config, PretrainedConfig):
            raise ArgumentError(
                f"{type(self).__name__} takes a config, not {type(config).__name__}. "
                f"To load a checkpoint: {type(self).__name__}.from_pretrained({config!r})."
            )
        self.config = config if self.head_spec is None else self.head_spec.own(config)
        self.name_or_path = config.name_or_path
        self.load_report = None
        if self.family_spec is None:
            dtypes_as_objects(config)
        self.gradient_checkpointing = False
        self.component = component
        if self.family_spec is None:
            register_outputs()  # those that its code defines are there by now
        if self.family_spec is None and config.attn_implementation is None:
            config.attn_implementation = "sdpa" if self._supports_sdpa else "eager"
        if self.head_spec is not None:
            self.component = component or self.head_spec.blueprint(config)
            if component is None:
                with as_registered():
                    self._attach(self.component)
            else:  # in another model, which saw to that
                self._attach(self.component)
            self.tie_weights()
            if component is None and not self._is_skeleton():
                self.post_init()

    def _is_skeleton(self) -> bool:
        """Whether a blueprint's parts have no memory, so that there is nothing to initialize."""
        if type(self).post_init is not PreTrainedModel.post_init:
            return False
        first = next(self.parameters(), None)
        return first is not None and first.is_meta

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.family_spec is not None and "family_spec" in cls.__dict__:
            cls._no_split_modules = cls.family_spec.classes().layers

    def _attach(self, component: components.Component) -> None:
        assert self.family_spec is not None and self.head_spec is not None
        naming = Naming(self.family_spec.classes(self.head_spec))
        if not isinstance(component, components.Head):
            attach(self, component, naming)
            return
        backbone = component.backbone
        if backbone.name:
            bare = self._classes.body_class(self.family_spec, self.head_spec)
            inner = bare(self.config, component=backbone.component)
            self.add_module(backbone.name, inner)
            share_gate(self, inner)
        else:
            attach(self, backbone.component, naming)
        for part in component.parts():
            if part is backbone:
                continue
            if part.name:
                place(self, part, naming)
            else:
                attach(self, part.component, naming)

    def post_init(self) -> None:
        """Random initial values for every slot that has memory. A subclass calls it at the end of its ``__init__``."""
        initialize(self, {name for name, slot in self._initial_slots() if not slot.is_meta})
        if self.family_spec is None:
            self.tie_weights()

    def _initial_slots(self) -> Iterator[tuple[str, Tensor]]:
        """What has values before training: every parameter once, and the buffers that the blueprint stores."""
        yield from self.named_parameters()
        if self.head_spec is not None and self.component is not None:
            stored = {slot.name for slot in components.slots(self.component) if slot.kind == "buffer"}
            yield from ((name, buffer) for name, buffer in self.named_buffers() if name in stored)

    # Parts ----------------------------------------------------------------------------------------

    @property
    def base_model(self) -> PreTrainedModel:
        """The bare model inside, or the model itself."""
        return getattr(self, self.bare_prefix) if self.bare_prefix else self

    def get_input_embeddings(self) -> nn.Module:
        """The input embeddings, a module."""
        if self.component is None and self.bare_prefix:
            return self.base_model.get_input_embeddings()
        return self.get_submodule(self._embedding_name())

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the input embeddings; tied slots follow."""
        if self.component is None and self.bare_prefix:
            held = self._ties_that_hold()
            self.base_model.set_input_embeddings(value)
            self._tie_again(held)
            return
        held = self._ties_that_hold()
        place_at(self, self._embedding_name(), value)
        self._tie_again(held)

    def get_output_embeddings(self) -> nn.Module | None:
        """The output embeddings (language-model head); None if the model has none."""
        name = self._output_name()
        return None if name is None else self.get_submodule(name)

    def set_output_embeddings(self, value: nn.Module) -> None:
        """Replace the output embeddings (language-model head)."""
        name = self._output_name()
        if name is None:
            raise ArgumentError(f"{type(self).__name__} has no output embeddings.")
        place_at(self, name, value)

    def resize_token_embeddings(
        self,
        new_num_tokens: int | None = None,
        pad_to_multiple_of: int | None = None,
        mean_resizing: bool = False,
        **unknown: object,
    ) -> nn.Module:
        """Change the vocabulary size; returns the input embeddings. The config is updated.

        Everything with a row for each token changes: input embeddings, untied output embeddings, their biases. Old
        rows are kept; new ones are initialized by the family's scheme, or with ``mean_resizing`` to the mean of the old
        ones. ``pad_to_multiple_of`` rounds up.
        """
        if unknown:
            raise unknown_argument("resize_token_embeddings", unknown, RESIZE_KEYWORDS)
        if self.component is not None and self.head_spec is not None:
            resize_vocabulary(self, new_num_tokens, pad_to_multiple_of, to_mean=mean_resizing)
        elif self.bare_prefix:
            self.base_model.resize_token_embeddings(new_num_tokens, pad_to_multiple_of, mean_resizing)
        return self.get_input_embeddings()

    def tied_slots(self) -> Mapping[str, str]:
        """Slot → the slot whose values it shares."""
        if self.head_spec is not None:
            return self.head_spec.tied(self.config)
        return declared_ties(self) if self.family_spec is None else {}

    # What it is -----------------------------------------------------------------------------------

    @property
    def device(self) -> torch.device:
        """Where the first parameter lies."""
        return next((p.device for p in self.parameters()), torch.device("cpu"))

    def num_parameters(self, only_trainable: bool = False, exclude_embeddings: bool = False) -> int:
        """How many values the parameters hold; tied ones count once."""
        skipped = {id(p) for p in self.get_input_embeddings().parameters()} if exclude_embeddings else set()
        packed = packed_elements(self)
        return sum(
            packed.get(id(p), p.numel())
            for p in self.parameters()
            if id(p) not in skipped and (p.requires_grad or not only_trainable)
        )

    def get_memory_footprint(self, return_buffers: bool = True) -> int:
        """Bytes of all parameters and, unless told otherwise, buffers."""
        tensors = [*self.parameters(), *(self.buffers() if return_buffers else ())]
        return sum(bytes_of(tensor) for tensor in tensors)

    def can_generate(self) -> bool:
        """Whether the model has :meth:`generate`."""
        return hasattr(self, "generate")

    @property
    def generation_config(self) -> GenerationConfig | None:
        """Defaults for :meth:`generate`: what the model's config says, until another is set. None without it."""
        if self.__dict__.get("generation_config") is None and self.can_generate():
            self.__dict__["generation_config"] = GenerationConfig.for_model(self.config, None)
        return self.__dict__.get("generation_config")

    @generation_config.setter
    def generation_config(self, value: GenerationConfig | None) -> None:
        self.__dict__["generation_config"] = value

    # Training -------------------------------------------------------------------------------------

    @property
    def is_gradient_checkpointing(self) -> bool:
        """Whether layers are computed again in the backward pass to save memory."""
        return any(model.gradient_checkpointing for model in self._models())

    def gradient_checkpointing_enable(self, gradient_checkpointing_kwargs: Mapping[str, object] | None = None) -> None:
        """Compute layers again in the backward pass, which costs time and saves memory.

        Always the non-reentrant kind of ``torch.utils.checkpoint``, whatever ``use_reentrant`` says.
        """
        set_checkpointing(self, True)

    def gradient_checkpointing_disable(self) -> None:
        """Keep what layers compute for the backward pass."""
        set_checkpointing(self, False)

    @property
    def is_activation_checkpointing(self) -> bool:
        """The newer name of :attr:`is_gradient_checkpointing`."""
        return self.is_gradient_checkpointing

    def activation_checkpointing_enable(
        self,
        activation_checkpointing_kwargs: Mapping[str, object] | None = None,
        every_n_layers: int = 1,
        offload: bool = False,
    ) -> None:
        """The newer name of :meth:`gradient_checkpointing_enable`; of all layers, and what is kept stays where it is.

        Raises :class:`ArgumentError` where other layers or offloading are asked for.
        """
        if every_n_layers != 1 or offload:
            raise ArgumentError(
                f"every_n_layers={every_n_layers!r}, offload={offload!r}: every layer is checkpointed (1), and what it "
                "keeps stays on its device (False)."
            )
        self.gradient_checkpointing_enable(activation_checkpointing_kwargs)

    def activation_checkpointing_disable(self) -> None:
        """The newer name of :meth:`gradient_checkpointing_disable`."""
        self.gradient_checkpointing_disable()

    def _models(self) -> Iterator[PreTrainedModel]:
        """This model and every one inside it."""
        return (module for module in self.modules() if isinstance(module, PreTrainedModel))

    def enable_input_require_grads(self) -> None:
        """Let gradients flow to the outputs of the input embeddings, as adapters on a frozen model need."""

        def hook(module: nn.Module, inputs: tuple[object, ...], output: Tensor) -> None:
            output.requires_grad_(True)

        self._require_grads_hook = self.get_input_embeddings().register_forward_hook(hook)

    def disable_input_require_grads(self) -> None:
        """Undo :meth:`enable_input_require_grads`."""
        self._require_grads_hook.remove()

    def set_attn_implementation(self, attn_implementation: str) -> None:
        """``"sdpa"`` (PyTorch's fused kernels) or ``"eager"`` (step by step)."""
        self.config.attn_implementation = check_attention(attn_implementation)

    @property
    def loss_function(self) -> Callable[..., Tensor]:
        """What a class of one's own may compute its loss with: next tokens, or what its name says."""
        from loadstone.frameworks.torch.transformers_compat.loss import loss_function_of

        return loss_function_of(type(self).__name__)

    @classmethod
    def complete(cls) -> type[Self]:
        """The class, with the :meth:`generate` that its base had in Transformers before 4.50.

        Then a class that prepares the inputs of its steps could generate without deriving from ``GenerationMixin``.
        """
        if hasattr(cls, "prepare_inputs_for_generation") and not hasattr(cls, "generate"):
            from loadstone.frameworks.torch.modeling.generation import GenerationMixin

            with _completing:
                if GenerationMixin not in cls.__mro__:
                    cls.__bases__ = (*cls.__bases__, GenerationMixin)
        return cls

    # Loading and saving ---------------------------------------------------------------------------

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: object, **kwargs: object
    ) -> Self:
        """Load a checkpoint from a folder or the Hub: see :func:`loadstone.pipeline.load.from_pretrained`."""
        from loadstone.pipeline.load import from_pretrained

        if cls.head_spec is None and cls.__init__ is PreTrainedModel.__init__:
            raise ArgumentError(
                f"{cls.__name__} is the base class of models and has no layers of its own. Use an Auto class, such as "
                "AutoModel, or a class with a head."
            )
        model: Self = from_pretrained("torch", pretrained_model_name_or_path, cls, model_args, kwargs)
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
        dtype = torch.get_default_dtype() if given is None else to_torch(dtype_name(given))
        if not dtype.is_floating_point:
            raise UnsupportedDType([Fault(f"torch_dtype {given!r}", "a floating-point dtype", "none")])
        config = copy.deepcopy(config)
        if attention is not None:
            config.attn_implementation = check_attention(attention)
        with torch.device("meta"):
            model = cls(config)
        device = torch.device("meta") if are_emptied() else torch.get_default_device()
        materialize(model, {name for name, _ in model._initial_slots()}, dtype, device)
        model.config.torch_dtype = dtype
        return model

    @held
    def _write_pretrained(
        self, folder: str | os.PathLike[str], state_dict: Mapping[str, Any] | None, options: SaveOptions
    ) -> Written:
        """The files of the model, or, where it has adapters in its layers, of the one that is set."""
        if self._hf_peft_config_loaded:
            from loadstone.frameworks.torch.bridge.adapters import save as save_adapter

            return save_adapter(self, folder, state_dict, options)
        if self._is_saved_by_ranks(state_dict):
            from loadstone.frameworks.torch.distributed.save import save_together

            return save_together(self, folder, state_dict, options)
        from loadstone.frameworks.torch.save import save

        return save(self, folder, state_dict, options)

    def _is_saved_by_ranks(self, state_dict: Mapping[str, Any] | None) -> bool:
        """Whether what is to be saved is spread over ranks."""
        if "torch.distributed.tensor" not in sys.modules or self._hf_peft_config_loaded:
            return False
        from loadstone.frameworks.torch.distributed.dtensors import is_dtensor

        # Not parameters(): FSDP's may be gathered just now.
        given = self.state_dict() if state_dict is None else state_dict
        return isinstance(given, Mapping) and any(is_dtensor(tensor) for tensor in given.values())


def place_at(model: nn.Module, name: str, value: nn.Module) -> None:
    """Replace a submodule by its full name."""
    parent, _, leaf = name.rpartition(".")
    model.get_submodule(parent).add_module(leaf, value)
