"""What the pipeline asks of a framework: one protocol, which the adapters of PyTorch, Flax and TensorFlow satisfy.

A load calls it in this order, and nothing else of the framework::

    framework = require_framework("flax")
    cls = framework.resolve_class(family, head)                # or the caller's own, or gate.load(…, base_class())
    model = framework.skeleton(cls, config, (), {}, dtype)     # no memory yet
    stored = checkpoint or framework.held(state_dict)
    slots = framework.slots(model)
    plan = match(slots, stored, framework.naming(model), same=framework.alike(state_dict))
    place = framework.placement(options, model, plan, dtype)   # nothing is read before this
    filled = framework.fill_model(model, plan, weights, options, dtype, place)
    framework.finish(model, dtype, place)                      # the model can be used

The adapters are the modules ``loadstone.frameworks.<name>.adapter``; mypy checks each in its room's ``__init__.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from loadstone.architectures.family import Family, HeadSpec
    from loadstone.configs.generation import GenerationConfig
    from loadstone.configs.load_options import Options
    from loadstone.configs.pretrained import PretrainedConfig
    from loadstone.core.naming import Naming
    from loadstone.core.tensors import DType, Slot, StoredTensor
    from loadstone.frameworks.ranks import Ranks
    from loadstone.planning.match import LoadPlan
    from loadstone.planning.same import Same
    from loadstone.reporting.load_report import LoadReport, RankBytes
    from loadstone.transfer.weight_files import Weights

ModelT = TypeVar("ModelT")
"""A framework's models."""
TensorT_contra = TypeVar("TensorT_contra", contravariant=True)
"""What it can be given in a ``state_dict``."""
PlaceT = TypeVar("PlaceT")
"""Its own way to say where a model goes; ``str()`` of it is for people."""


class Model(Protocol):
    """What the pipeline itself does with a loaded model."""

    load_report: LoadReport | None
    name_or_path: str
    generation_config: GenerationConfig | None

    def can_generate(self) -> bool:
        """Whether it has ``generate``, and so wants a ``generation_config``."""
        ...


class Filled(Protocol):
    """What filling took, in bytes."""

    @property
    def viewed(self) -> int:
        """Of slots that are views of mapped files."""
        ...

    @property
    def copied(self) -> int:
        """Of slots in memory of their own."""
        ...


class Framework(Protocol[ModelT, TensorT_contra, PlaceT]):
    """A framework as the pipeline sees it."""

    def base_class(self) -> type[ModelT]:
        """What all models derive from, those of one's own too."""
        ...

    def class_named(self, name: str, /) -> type[ModelT]:
        """A model-specific class by its full name, ``"FlaxLlamaModel"``; :class:`KeyError` if there is none."""
        ...

    def resolve_class(self, family: Family, head: HeadSpec, /) -> type[ModelT]:
        """The class of a family and head."""
        ...

    def skeleton(
        self,
        cls: type[ModelT],
        config: PretrainedConfig,
        arguments: Sequence[object],
        extra: Mapping[str, object],
        dtype: DType,
        /,
    ) -> ModelT:
        """``cls(config, *arguments, **extra)`` without memory behind its slots, tied as its config says. ``dtype`` is
        that of the slots that will be floating-point; the class may ask for it.

        Raises what the class raises.
        """
        ...

    def from_config(self, cls: type[ModelT], config: PretrainedConfig, keywords: Mapping[str, object], /) -> ModelT:
        """A model with random values after its family's scheme; ``keywords``: ``torch_dtype``, …

        Raises :class:`ArgumentError`, :class:`UnsupportedDType` and :class:`UnknownArgument` for keywords that make no
        sense.
        """
        ...

    def slots(self, model: ModelT, /) -> list[Slot]:
        """What has to be filled, in the model's order; those that share their values under each name."""
        ...

    def naming(self, model: ModelT, /) -> Naming:
        """What links the slots to stored names."""
        ...

    def held(self, state_dict: object, /) -> Mapping[str, StoredTensor]:
        """A ``state_dict`` in the words of a checkpoint; :class:`ArgumentError` for what is none."""
        ...

    def alike(self, state_dict: Mapping[str, TensorT_contra] | None, /) -> Same:
        """What tells whether two tensors have the same values: of ``state_dict``, or, where that is None, of files."""
        ...

    def placement(self, options: Options, model: ModelT, plan: LoadPlan, dtype: DType, /) -> PlaceT:
        """Where the model goes. Raises :class:`ArgumentError` for what this framework cannot do here."""
        ...

    def ranks_asked(self, options: Options, /) -> Ranks | None:
        """The processes that the options ask to hold the model together; None for this one alone."""
        ...

    def fill_model(
        self, model: ModelT, plan: LoadPlan, weights: Weights, options: Options, dtype: DType | None, place: PlaceT, /
    ) -> Filled:
        """Give every slot its values; floating-point ones in ``dtype``, where that is None as stored."""
        ...

    def rank_bytes(self, model: ModelT, place: PlaceT, weights: Weights, filled: Filled, /) -> RankBytes | None:
        """What this process did, of a model that others hold parts of; None where that is not known."""
        ...

    def without_gradients(self) -> AbstractContextManager[object]:
        """Within it, a forward pass keeps nothing for a backward one."""
        ...

    def finish(self, model: ModelT, dtype: DType, place: PlaceT, /) -> None:
        """What a loaded model says of itself; it is ready for inference."""
        ...


SomeFramework = Framework[Model, object, object]
"""One of the three. What one of its functions returns is its own affair, and only goes back into the others."""
