"""The forward pass of each task: one class reads what :mod:`loadstone.architectures.tasks` says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from inspect import Parameter
from types import new_class
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import DTypeLike

from loadstone.architectures import components
from loadstone.architectures.components.tubelets import HIDDEN
from loadstone.architectures.tasks import Task
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks import frame_writer, outputs
from loadstone.frameworks.flax import losses
from loadstone.frameworks.flax.calling import call
from loadstone.frameworks.flax.forward import Options
from loadstone.frameworks.flax.generation import GenerationMixin
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.model import FlaxPreTrainedModel
from loadstone.frameworks.flax.object_labels import padded
from loadstone.frameworks.flax.run import Run
from loadstone.frameworks.flax.state import Shown, State
from loadstone.frameworks.forward_signature import Types, by_name, with_signature
from loadstone.frameworks.outputs import ModelOutput, MoeCausalLMOutputWithPast
from loadstone.frameworks.unmasked import check_last

_TYPES = Types("ArrayLike", "KeyValueCache", "{}", "FieldTuple")
_TRAIN = (
    Parameter("train", Parameter.POSITIONAL_OR_KEYWORD, default=False, annotation="bool"),
    Parameter("dropout_rng", Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation="Array | None"),
)
_UNKNOWN = Parameter("unknown", Parameter.VAR_KEYWORD, annotation="object")


class TaskModel(FlaxPreTrainedModel):
    """A model with a forward pass that its task declares."""

    task: ClassVar[Task]

    def _bare(self, component: components.Component, inputs: Inputs, options: Options) -> Any:
        """What a component without a head makes of the inputs, its parts being in this model."""
        state = State(
            train=options.train,
            rng=inputs.get("dropout_rng") if options.train else None,
            checkpointing=self.gradient_checkpointing,
            use_cache=options.use_cache,
            shown=Shown(options.output_attentions, options.output_hidden_states, options.output_router_logits),
            dtype=self.dtype,
        )
        told = {HIDDEN: options.hidden_patches, **dict.fromkeys(options.reading, True)}
        return component.compute(Run(self, state), {**inputs, **told})


class Bare(TaskModel):
    """A model without a head."""

    def __init__(
        self,
        config: PretrainedConfig,
        *,
        add_pooling_layer: bool = True,
        seed: int | None = 0,
        dtype: DTypeLike = jnp.float32,
        component: components.Component | None = None,
    ) -> None:
        if not add_pooling_layer and component is None and self.head_spec is not None:
            blueprint = self.head_spec.blueprint(config)
            component = replace(blueprint, pooler=None) if isinstance(blueprint, components.Tower) else blueprint
        super().__init__(config, seed=seed, dtype=dtype, component=component)

    def forward(self, inputs: Inputs, options: Options) -> Any:
        """The pure forward pass; see :func:`loadstone.frameworks.flax.forward.run`."""
        assert self.component is not None
        if options.part:
            return self._bare(components.PartPass(self.component, options.part), inputs, options)
        out, task = self._bare(self.component, inputs, options), self.task
        if task.loss and "return_loss" in options.reading:
            values = [getattr(out, name) for name in task.gives]
            out["loss"] = losses.LOSSES[task.loss](values, (), options.problem_type, inputs)
        return out


class WithHead(TaskModel):
    """A bare model and an output part."""

    def forward(self, inputs: Inputs, options: Options) -> ModelOutput:
        """The pure forward pass; see :func:`loadstone.frameworks.flax.forward.run`."""
        task, head = self.task, self.component
        assert isinstance(head, components.Head)
        given: dict[str, Any] = dict(inputs)
        rng = inputs.get("dropout_rng") if options.train else None
        # Not the key that the layers' keys are split from.
        run = Run(self, State(train=options.train, rng=None if rng is None else jax.random.fold_in(rng, 1)))
        below: Any = head.given_to_body(run, task, given)
        asked = options.output_hidden_states
        options = replace(options, output_hidden_states=below.get("output_hidden_states", options.output_hidden_states))
        if head.backbone.name:
            out: Any = self.base_model.forward(below, options)
        else:
            out = self._bare(head.backbone.component, below, options)
        x = out.last_hidden_state
        # While the program is traced, so once for each shape at most.
        check_last(head, options.pad_token_id, inputs.get("input_ids"), x.shape[0], self.about.warnings_issued)
        more = {"choices": options.choices, "padding": options.pad_token_id, HIDDEN: options.hidden_patches}
        values = head.compute(run, task, out, {"logits_to_keep": options.last_logits, **given, **more})
        loss = None
        if task.labels and all(name in given for name in task.labels):
            loss = losses.LOSSES[task.loss](values, [given[name] for name in task.labels], options.problem_type, inputs)
        kept = head.kept(task, out, asked)
        if out.get("router_logits") is not None:
            balance, share = None, options.router_aux_loss_coef
            if share is not None:  # else the family keeps its experts busy otherwise
                balance = self._load_balance(out.router_logits, inputs, values[0].shape[0])
                loss = None if loss is None else loss + share * balance
            return MoeCausalLMOutputWithPast(
                loss=loss, aux_loss=balance, logits=values[0], **kept, router_logits=out.router_logits
            )
        kept |= dict(zip(task.gives, values, strict=False))  # beside them may be what the loss alone is told
        made: ModelOutput = getattr(outputs, task.output)(**kept, **(outputs.fields_of_loss(loss) if task.loss else {}))
        return made

    def _load_balance(self, router_logits: tuple[Array, ...], inputs: Inputs, batch: int) -> Array:
        """How unequally busy the experts are; padding is left out where a mask (batch, tokens) tells what is."""
        counted, cache = inputs.get("attention_mask"), inputs.get("past_key_values")
        if counted is not None:
            past, tokens = 0 if cache is None else cache.length, router_logits[0].shape[0] // batch
            counted = jax.lax.dynamic_slice_in_dim(counted, past, tokens, axis=1) if counted.ndim == 2 else None
        assert self.component is not None
        top_k = next(components.find(self.component, components.SparseExperts)).top_k
        return losses.load_balance(router_logits, top_k, counted)


class FrameWriter(frame_writer.FrameWriter, WithHead):
    """Reads off which token each frame of a sound is."""

    def _reading(self, mask: Any, logits: Array) -> tuple[Run, Array | None]:
        return Run(self, State()), None if mask is None else jnp.asarray(mask)


def _one_row_a_choice(given: dict[str, Any], task: Task) -> dict[str, Any]:
    """What is (batch, choices, …) as (batch · choices, …), and how many ``choices`` there are."""
    axes = 3 if given.get("inputs_embeds") is None else 4
    name = "input_ids" if axes == 3 else "inputs_embeds"
    shape = jnp.shape(given[name]) if given.get(name) is not None else None
    if shape is None or len(shape) != axes:
        raise ArgumentError(f"{name} has shape {shape}, expected (batch, choices, tokens{', width' * (axes - 3)}).")
    flat = {
        name: np.reshape(given[name], (-1, *np.shape(given[name])[2:]))
        if isinstance(given[name], np.ndarray | list)
        else jnp.reshape(given[name], (-1, *jnp.shape(given[name])[2:]))
        for name in task.inputs
        if given.get(name) is not None
    }
    return {**given, **flat, "choices": shape[1]}


@cache
def task_class(task: Task) -> type[FlaxPreTrainedModel]:
    """The class with a task's forward pass, which the families' classes derive from."""
    names = (*task.arguments, *(parameter.name for parameter in _TRAIN))
    known = frozenset(names)

    def __call__(self: TaskModel, *args: object, **given: Any) -> Any:
        if args:
            given = by_name(names, args, given)
        unknown = {name: value for name, value in given.items() if name not in known}
        given = {name: value for name, value in given.items() if name in known}
        if task.loss == "objects" and given.get("labels") is not None:
            given["labels"] = padded(given["labels"], self.config.num_labels)
        return call(self, _one_row_a_choice(given, task) if task.per_choice else given, unknown)

    def part_pass(part: Task) -> Any:
        names = (*part.arguments, *(parameter.name for parameter in _TRAIN))

        def method(self: TaskModel, *args: object, **given: Any) -> Any:
            if args:
                given = by_name(names, args, given)
            unknown = {name: value for name, value in given.items() if name not in names}
            known = {name: value for name, value in given.items() if name in names}
            return call(self, {**known, "part": part.name}, unknown)

        return with_signature(method, part.name, part, _TYPES, [*_TRAIN, _UNKNOWN])

    body: dict[str, object] = {"task": task, "__doc__": task.title, "__module__": __name__}
    body["main_input_name"] = task.inputs[0]
    body |= {part.name: part_pass(part) for part in task.passes}
    body["__call__"] = with_signature(__call__, "__call__", task, _TYPES, [*_TRAIN, _UNKNOWN])
    with_head = (WithHead, GenerationMixin) if task.generates else (FrameWriter if task.writes_frames else WithHead,)
    bases = (Bare,) if task.is_bare else with_head
    return new_class(task.class_name, bases, exec_body=lambda names: names.update(body))
