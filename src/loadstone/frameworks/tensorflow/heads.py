"""The forward pass of each task: one class reads what :mod:`loadstone.architectures.tasks` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from inspect import Parameter
from types import new_class
from typing import Any, ClassVar

import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.ranges import check_ends
from loadstone.architectures.tasks import Task
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.frameworks import frame_writer
from loadstone.frameworks.forward_signature import Types, by_name, with_signature
from loadstone.frameworks.outputs import ModelOutput, fields_of_loss
from loadstone.frameworks.tensorflow import losses, outputs
from loadstone.frameworks.tensorflow.arguments import bad_argument, gather, past_keras, router_logits_wanted
from loadstone.frameworks.tensorflow.cache import Cache
from loadstone.frameworks.tensorflow.generation import GenerationMixin
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel
from loadstone.frameworks.tensorflow.object_labels import padded
from loadstone.frameworks.tensorflow.outputs import MoeCausalLMOutputWithPast
from loadstone.frameworks.tensorflow.run import Run
from loadstone.frameworks.tensorflow.state import Options, State, shape_of
from loadstone.frameworks.tensorflow.unmasked import look, warnings_issued
from loadstone.frameworks.unmasked import check_last

_TYPES = Types("tf.Tensor", "Cache", "{}", "FieldTuple")
_TRAINING = Parameter("training", Parameter.POSITIONAL_OR_KEYWORD, default=False, annotation="bool | None")


class TaskModel(TFPreTrainedModel):
    """A model with a forward pass that its task declares. It is called with ids, a dict of inputs, or keywords; arrays
    become tensors."""

    task: ClassVar[Task]

    def __init__(
        self, config: PretrainedConfig, *, component: components.Component | None = None, name: str | None = None
    ) -> None:
        super().__init__(config, component=component, name=name)
        self._convert_input_args = False  # hidden states and caches keep their dtypes
        self._allow_non_tensor_positional_args = True

    @tf.autograph.experimental.do_not_convert
    def __call__(self, *args: object, **kwargs: object) -> Any:
        named = self.call_signature_parameters
        if self.task.loss != "objects":
            return super().__call__(**gather(named, args, kwargs, more_axes=int(self.task.per_choice)))
        given = gather(named, args, kwargs, of_objects=True)
        if given.get("labels") is not None:
            with past_keras():
                given["labels"] = padded(given["labels"], self.config.num_labels)
        return super().__call__(**given)

    def _compute(self, given: Mapping[str, Any]) -> ModelOutput:
        raise NotImplementedError

    def _bare(self, component: components.Component, given: Mapping[str, Any]) -> Any:
        """What a component without a head makes of the arguments of a forward pass, its parts being in this model."""
        config, take = self.config, given.get
        past, attentions, hidden_states = (
            take("past_key_values"),
            take("output_attentions"),
            take("output_hidden_states"),
        )
        if take("attention_mask") is None and tf.executing_eagerly():
            look(self, take("input_ids"), take("position_ids"), past is not None)
        options = Options(
            training=bool(take("training")),
            output_attentions=config.output_attentions if attentions is None else attentions,
            output_hidden_states=config.output_hidden_states if hidden_states is None else hidden_states,
            output_router_logits=router_logits_wanted(self, take("output_router_logits")),
        )
        given = {**given, "past_key_values": self._cache(past, take("use_cache"))}
        with past_keras():
            return component.compute(Run(self, State(options)), given)

    def _cache(self, past: Cache | None, use_cache: bool | None) -> Cache | None:
        if not self.has_cache:
            return None
        if past is None and use_cache:
            raise bad_argument(
                "use_cache=True needs a cache, whose size is fixed here: "
                "past_key_values=model.init_cache(batch_size, max_length)."
            )
        if past is not None and not isinstance(past, Cache):
            raise bad_argument(f"past_key_values is a {type(past).__name__}, expected what model.init_cache gives.")
        return past

    def _returned(self, out: ModelOutput, return_dict: bool | None) -> ModelOutput | tuple[object, ...]:
        named = self.config.return_dict if return_dict is None else return_dict
        if self.is_served:
            out = type(out)(**{name: value for name, value in out.items() if not isinstance(value, ModelOutput)})
        return out if named else out.to_tuple()


class Bare(TaskModel):
    """A model without a head."""

    def __init__(
        self,
        config: PretrainedConfig,
        *,
        add_pooling_layer: bool = True,
        component: components.Component | None = None,
        name: str | None = None,
    ) -> None:
        without = not add_pooling_layer and component is None and self.head_spec is not None
        if without:
            blueprint = self.head_spec.blueprint(config)  # type: ignore[union-attr]
            component = replace(blueprint, pooler=None) if isinstance(blueprint, components.Tower) else blueprint
        super().__init__(config, component=component, name=name)
        if without:
            self.post_init()

    def _compute(self, given: Mapping[str, Any]) -> ModelOutput:
        assert self.component is not None
        out: ModelOutput = self._bare(self.component, given)
        task = self.task
        if task.loss and given.get("return_loss"):
            values = [getattr(out, name) for name in task.gives]
            out["loss"] = losses.LOSSES[task.loss](values, (), self.config, given)
        return out


class WithHead(TaskModel):
    """A bare model and an output part."""

    def _compute(self, given: Mapping[str, Any]) -> ModelOutput:
        task, choices, head = self.task, None, self.component
        assert isinstance(head, components.Head)
        if task.per_choice:
            given, choices = _one_row_a_choice(given, task)
        run = Run(self, State(Options(training=bool(given.get("training")))))
        ids = given.get("input_ids")
        with past_keras():
            if head.pool == "end" and ids is not None and tf.executing_eagerly():
                check_ends(head.end, ids.numpy())
            below = head.given_to_body(run, task, given)
        out = self._body(head, below)
        x = out.last_hidden_state
        text = self.config.get_text_config()
        with past_keras():
            check_last(head, text.pad_token_id, given.get("input_ids"), x.shape[0], warnings_issued(self))
        more = {"choices": choices, "padding": text.pad_token_id}
        with past_keras():
            values = head.compute(run, task, out, {**given, **more})
        labels = [given[name] for name in task.labels if given.get(name) is not None]
        loss = None
        if labels and len(labels) == len(task.labels):
            with past_keras():
                loss = losses.LOSSES[task.loss](values, labels, self.config, given)
        asked = given.get("output_hidden_states")
        kept = head.kept(task, out, self.config.output_hidden_states if asked is None else asked)
        if out.get("router_logits") is not None:
            mask, past = given.get("attention_mask"), given.get("past_key_values")
            balance, share = None, text.get("router_aux_loss_coef")
            if share is not None:  # else the family keeps its experts busy otherwise
                balance = self._load_balance(out.router_logits, mask, past, shape_of(values[0])[0])
                loss = None if loss is None else loss + share * balance
            return MoeCausalLMOutputWithPast(
                loss=loss, aux_loss=balance, logits=values[0], **kept, router_logits=out.router_logits
            )
        kept |= dict(zip(task.gives, values, strict=False))  # beside them may be what the loss alone is told
        made: ModelOutput = getattr(outputs, task.output)(**kept, **(fields_of_loss(loss) if task.loss else {}))
        return made

    def _body(self, head: components.Head, given: Mapping[str, Any]) -> Any:
        """The output of what is below the head: a model of its own, or parts that lie in this one."""
        if not head.backbone.name:
            return self._bare(head.backbone.component, given)
        bare = self.base_model
        assert isinstance(bare, TaskModel)
        own = {*self.task.inputs, *self.task.options, "training"} - {"return_dict"}
        names = (name for name in (*bare.task.arguments, "training") if name in own)
        return bare(**{name: given.get(name) for name in names}, return_dict=True)

    def _load_balance(
        self,
        router_logits: tuple[tf.Tensor, ...],
        attention_mask: tf.Tensor | None,
        past: Cache | None,
        batch: int | tf.Tensor,
    ) -> tf.Tensor:
        """How unequally busy the experts are; padding is left out where a mask (batch, tokens) tells what is."""
        counted = None
        if attention_mask is not None and attention_mask.shape.rank == 2:
            start, tokens = 0 if past is None else past.length, shape_of(router_logits[0])[0] // batch
            counted = attention_mask[:, start : start + tokens]
        assert self.component is not None
        top_k = next(components.find(self.component, components.SparseExperts)).top_k
        return losses.load_balance(router_logits, top_k, counted)


class FrameWriter(frame_writer.FrameWriter, WithHead):
    """Reads off which token each frame of a sound is."""

    def _reading(self, mask: Any, logits: tf.Tensor) -> tuple[Run, tf.Tensor | None]:
        return Run(self, State(Options())), None if mask is None else tf.convert_to_tensor(mask)


def _one_row_a_choice(given: Mapping[str, Any], task: Task) -> tuple[dict[str, Any], int | tf.Tensor]:
    """What is (batch, choices, …) as (batch · choices, …), and how many choices there are."""
    flat = {}
    for name in task.inputs:
        if given.get(name) is not None:
            flat[name] = tf.reshape(given[name], [-1, *shape_of(given[name])[2:]])
    texts = given.get("input_ids") if given.get("inputs_embeds") is None else given["inputs_embeds"]
    if texts is None:
        raise bad_argument("Give either input_ids or inputs_embeds, one of the two.")
    return {**given, **flat}, shape_of(texts)[1]


@cache
def task_class(task: Task) -> type[TFPreTrainedModel]:
    """The class with a task's forward pass, which the families' classes derive from."""
    names = (*task.arguments, "training")

    def call(self: TaskModel, *args: object, **given: Any) -> ModelOutput | tuple[object, ...]:
        if args:
            given = by_name(names, args, given)
        return self._returned(self._compute(given), given.get("return_dict"))

    def part_pass(part: Task) -> Any:
        def method(self: TaskModel, *args: object, **given: Any) -> ModelOutput | tuple[object, ...]:
            taken: dict[str, Any] = gather((*part.arguments, "training"), args, given)
            assert self.component is not None
            out = self._bare(components.PartPass(self.component, part.name), taken)
            return self._returned(out, taken.get("return_dict"))

        return with_signature(method, part.name, part, _TYPES, [_TRAINING])

    body: dict[str, object] = {"task": task, "__doc__": task.title, "__module__": __name__}
    body["main_input_name"] = task.inputs[0]
    body |= {part.name: part_pass(part) for part in task.passes}
    body["call"] = with_signature(call, "call", task, _TYPES, [_TRAINING])
    with_head = (WithHead, GenerationMixin) if task.generates else (FrameWriter if task.writes_frames else WithHead,)
    bases = (Bare,) if task.is_bare else with_head
    return new_class(task.class_name, bases, exec_body=lambda names: names.update(body))
