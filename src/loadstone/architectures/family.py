"""What a family declares: its config class, its blueprints, and how its checkpoints name things."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from typing import Any

from loadstone.architectures.class_names import DECODERS, ClassNames
from loadstone.architectures.components.base import Component
from loadstone.architectures.tasks import BARE, TASKS, Task
from loadstone.configs.nested import NestedConfigs
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Fused, Naming, StackedExperts
from loadstone.core.naming_rules import Rule
from loadstone.core.records import record


@record
class HeadSpec:
    """One class of a family: its name on the Hub, its task, and its blueprint.

    ``build`` makes a :class:`~loadstone.architectures.components.towers.Tower` for the bare model, otherwise a
    :class:`~loadstone.architectures.components.head.Head`.
    """

    class_name: str
    task: str
    build: Callable[[Any], Component]
    optional: tuple[tuple[str, ...], ...] = ()
    """Groups of parts that may be newly initialized if the checkpoint wholly lacks the group: a head, a pooler."""
    tied: Callable[[Any], Mapping[str, str]] = field(default=lambda config: {})
    """Slot → the slot that it shares its values with."""
    also: tuple[str, ...] = ()
    """Other tasks that have this class: pretraining, where it is the language model's."""
    stand_ins: tuple[tuple[str, str], ...] = ()
    """Pairs of slots either of which may be filled from the other's stored tensor, where a file has only one. One of
    them may be another class's."""
    prefix: str | None = None
    """The name of the bare model inside this class, where it differs from the family's."""
    body: str = BARE
    """The task of the class that is below the head."""
    differs: Mapping[str, Any] = field(default_factory=dict)
    """What of the task's data is otherwise in this class, such as the inputs of a family that reads no texts."""
    config: type[PretrainedConfig] | None = None
    """The class of its config, where that is one within the family's."""
    class_names: Mapping[str, str] = field(default_factory=dict)
    """What of the family's table of that name is otherwise in this class."""

    @property
    def of_task(self) -> Task:
        """Its task as data."""
        return replace(TASKS[self.task], **self.differs) if self.differs else TASKS[self.task]

    @property
    def is_part(self) -> bool:
        """Whether it is made of one part of what the family's models are made of."""
        return self.prefix is not None and (self.config is not None or self.body != BARE)

    def own(self, config: PretrainedConfig) -> PretrainedConfig:
        """Its config: the one given, or the one within that."""
        if self.config is None:
            return config
        within = (each for _, each in config.configs() if isinstance(each, self.config))
        return next(within, config)

    def blueprint(self, config: PretrainedConfig) -> Component:
        """What the model is made of. :class:`InvalidConfig` where the config, which may have been changed since it was
        made, contradicts itself or asks for what is not computed."""
        config.validate()
        return self.build(self.own(config))


@record
class Family:
    """All architectures that share one ``model_type``."""

    config: type[PretrainedConfig]
    stem: str
    """What class names start with: ``Llama``, ``GPTNeoX``."""
    prefix: str
    """The name of the bare model inside a model with a head: ``model``, ``bert``, ``transformer``."""
    heads: tuple[HeadSpec, ...]
    rules: tuple[Rule, ...] = ()
    """Other spellings of names, older or newer (``LayerNorm.gamma`` for ``LayerNorm.weight``)."""
    leftovers: tuple[str, ...] = ()
    """Endings of stored names that files carry and no model uses, such as ``rotary_emb.inv_freq``."""
    spare: Callable[[Any], tuple[str, ...]] = lambda config: ()
    """Levels of stored names (``layers.61``) that files carry and no model of a config uses."""
    known: tuple[str, ...] = ()
    """Endings of slots whose values need no file, such as sines of positions: files may lack them."""
    other_prefixes: tuple[str, ...] = ()
    """What files of other code call the bare model inside a model with a head."""
    inputs_first: tuple[str, ...] = ()
    """Endings of the slots that are (inputs, outputs) where other families have (outputs, inputs)."""
    fused: tuple[Fused, ...] = ()
    experts: tuple[StackedExperts, ...] = ()
    class_names: Mapping[str, str] = field(default_factory=lambda: DECODERS)
    """What the classes of its modules are called: see :mod:`loadstone.architectures.class_names`."""
    sources: str = ""
    """Paper, model card or code that the architecture comes from."""

    @property
    def model_type(self) -> str:
        """What ``config.json`` calls the family."""
        return self.config.model_type

    @property
    def configs(self) -> Mapping[str, type[PretrainedConfig]]:
        """Name → config class: the family's own, and those of the configs within it."""
        found: dict[str, type[PretrainedConfig]] = {}
        classes: list[type[NestedConfigs]] = [self.config]
        for cls in classes:
            if issubclass(cls, PretrainedConfig) and cls.__name__ not in found:
                found[cls.__name__] = cls
                classes += cls.nested().values()
        return found

    def classes(self, head: HeadSpec | None = None) -> ClassNames:
        """The names of the classes of its modules, in a model of the class ``head``."""
        return ClassNames(self.stem, {**self.class_names, **(head.class_names if head is not None else {})})

    def naming(
        self,
        head: HeadSpec | None,
        prefix: str,
        optional: tuple[tuple[str, ...], ...],
        config: PretrainedConfig,
        tied: Mapping[str, str],
    ) -> Naming:
        """What links the slots of a model of the class ``head`` to stored names; ``prefix`` is where it holds its bare
        model."""
        if head is not None and head.is_part:
            # Files of a model with a head hold the part within the bare model.
            prefixes = [head.prefix, f"{self.prefix}.{head.prefix}" if self.prefix else ""]
        else:
            prefixes = [self.prefix, *(each.prefix for each in self.heads if not each.is_part), *self.other_prefixes]
        return Naming(
            stand_ins=head.stand_ins if head is not None else (),
            prefix=prefix,
            prefixes=tuple(dict.fromkeys(name for name in prefixes if name)),
            tied=tied,
            optional=optional,
            known=self.known,
            rules=self.rules,
            leftovers=self.leftovers,
            spare=self.spare(config),
            fused=self.fused,
            experts=self.experts,
        )

    def config_of(self, model_type: object) -> type[PretrainedConfig] | None:
        """The class of the configs with a ``model_type``: the family's own, or one that lies within it and has one."""
        named = (each for each in self.configs.values() if each.model_type)
        return next((each for each in named if model_type in (each.model_type, *each.also_called)), None)

    def heads_of(self, model_type: str) -> tuple[HeadSpec, ...]:
        """The classes that can be made of a config with a ``model_type``: its own, or that of a part of its models."""
        part = None if model_type == self.model_type else self.config_of(model_type)
        return tuple(head for head in self.heads if part in (None, head.config))

    def head(self, task: str, model_type: str = "", names: Collection[str] = ()) -> HeadSpec | None:
        """The class for a task, if the family has one; of several, the one that bears one of the ``names``, as
        ``architectures`` in a config has them. ``model_type``: that of a part, where that is all there is."""
        heads, part = self.heads_of(model_type), self.config_of(model_type)
        own = [head for head in heads if head.config is (None if part is self.config else part)]
        of_task = [head for head in (*own, *heads) if head.task == task]
        serving = (head for head in own if task in head.also)
        named = (head for head in of_task if head.class_name in names)
        return next(named, next(iter(of_task), next(serving, None)))
