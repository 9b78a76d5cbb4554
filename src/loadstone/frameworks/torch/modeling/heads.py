"""The forward pass of each task: one class reads what :mod:`loadstone.architectures.tasks` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from inspect import Parameter
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.architectures.components.ranges import check_ends
from loadstone.architectures.inputs import INPUTS
from loadstone.architectures.tasks import Task
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks import frame_writer, outputs
from loadstone.frameworks.forward_keywords import check_unknown
from loadstone.frameworks.forward_signature import Types, by_name, with_signature
from loadstone.frameworks.outputs import ModelOutput, MoeCausalLMOutputWithPast
from loadstone.frameworks.torch.modeling import losses
from loadstone.frameworks.torch.modeling.arguments import check_tensors, values_known
from loadstone.frameworks.torch.modeling.cache import KeyValueCache, check_version
from loadstone.frameworks.torch.modeling.generation import GenerationMixin
from loadstone.frameworks.torch.modeling.model import PreTrainedModel
from loadstone.frameworks.torch.modeling.run import Run
from loadstone.frameworks.torch.modeling.state import Options, State
from loadstone.frameworks.torch.modeling.unmasked import warn_unmasked
from loadstone.frameworks.unmasked import check_last

OutputT = TypeVar("OutputT", bound=ModelOutput)

_TYPES = Types("Tensor", "DynamicCache", "{}[Tensor]", "tuple[object, ...]")
_ITEMS = Parameter(
    "num_items_in_batch", Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation="Tensor | int | None"
)
_UNKNOWN = Parameter("unknown", Parameter.VAR_KEYWORD, annotation="object")
_TRAINER_LOSSES = {"next_token": "ForCausalLM"}
"""Tells Transformers' ``Trainer`` that the first token of a row is no label when it counts them."""


class TaskModel(PreTrainedModel):
    """A model with a forward pass that its task declares."""

    _supports_cache_class = True
    task: ClassVar[Task]
    _arrays: ClassVar[tuple[str, ...]]
    """The names of its inputs that are arrays."""
    is_causal: bool
    """Whether each token of a text that it reads sees only itself and those before it."""
    has_states: bool
    """Whether layers carry a state from each of its tokens to the next."""
    has_cache: bool
    """Whether a cache saves the next token's pass from reading all before it."""

    def __init__(self, config: PretrainedConfig, *, component: components.Component | None = None) -> None:
        super().__init__(config, component=component)
        component = self.component
        reading = None if component is None else components.text_tower(component)
        self.is_causal = reading is not None and reading.is_causal
        self.has_states = reading is not None and bool(reading.states)
        may_cache = "use_cache" in self.task.options
        self.has_cache = component is not None and may_cache and components.writer(component) is not None
        self._has_experts = component is not None and any(components.find(component, components.SparseExperts))

    def _compute(self, given: Mapping[str, Any]) -> ModelOutput:
        raise NotImplementedError

    def _bare(self, component: components.Component, given: Mapping[str, Any]) -> Any:
        """What a component without a head makes of the arguments of a forward pass, its parts being in this model."""
        config, take = self.config, given.get
        check_tensors(**{name: take(name) for name in self._arrays})
        cache, use_cache = take("past_key_values"), take("use_cache")
        attentions, hidden_states = take("output_attentions"), take("output_hidden_states")
        router_logits = take("output_router_logits")
        checkpointing = self.gradient_checkpointing and self.training
        text = config.get_text_config()
        use_cache = text.use_cache if use_cache is None else use_cache
        use_cache = bool(use_cache or cache is not None) and self.has_cache and not checkpointing
        if take("attention_mask") is None and not torch.compiler.is_compiling():
            warn_unmasked(self, take("input_ids"), take("position_ids"), use_cache)
        if router_logits is None:
            router_logits = self._has_experts and text.output_router_logits
        elif router_logits and not self._has_experts:
            check_unknown({"output_router_logits": True}, (), False)
        options = Options(
            use_cache=use_cache,
            output_attentions=config.output_attentions if attentions is None else attentions,
            output_hidden_states=config.output_hidden_states if hidden_states is None else hidden_states,
            output_router_logits=router_logits,
            eager=config.attn_implementation == "eager",
            checkpointing=checkpointing,
        )
        if torch.compiler.is_compiling():  # a version would be compiled in
            return component.compute(Run(self, State(options)), given)
        if cache is not None:
            check_version(cache, self.weights_version)
        out = component.compute(Run(self, State(options)), given)
        if use_cache and isinstance(filled := getattr(out, "past_key_values", None), KeyValueCache):
            filled.weights_version = self.weights_version
        return out

    def get_encoder(self) -> nn.Module:
        """The part that reads; the bare model, where it is not made of two."""
        return self._part("encoder")

    def get_decoder(self) -> nn.Module:
        """The part that writes; the bare model, where it is not made of two."""
        return self._part("decoder")

    def freeze_feature_encoder(self) -> None:
        """No gradients for the convolutions over samples, as fine-tuning for speech wants it. :class:`ArgumentError`
        where there are none."""
        heard = None if self.component is None else next(components.find(self.component, components.Waveform), None)
        if heard is None or not heard.convolutions:
            raise ArgumentError(
                f"{type(self).__name__} has no convolutions over samples that could be kept as they are."
            )
        for part in heard.convolutions:
            self.base_model.get_submodule(part.name).requires_grad_(False)

    def freeze_base_model(self) -> None:
        """Gradients for the head alone."""
        self.base_model.requires_grad_(False)

    def _part(self, name: str) -> nn.Module:
        body = self.component.backbone.component if isinstance(self.component, components.Head) else self.component
        if isinstance(body, components.EncoderDecoder):
            return self.base_model.get_submodule(getattr(body, name).name)
        towers = [part.name for part in body.parts() if isinstance(part.component, components.Tower)] if body else []
        held = next((each for each in towers if each.rpartition(".")[2] == name), None)
        return self.base_model if held is None else self.base_model.get_submodule(held)

    def _returned(self, out: OutputT, return_dict: bool | None) -> OutputT | tuple[object, ...]:
        named = self.config.return_dict if return_dict is None else return_dict
        return out if named else out.to_tuple()


class Bare(TaskModel):
    """A model without a head."""

    def __init__(
        self, config: PretrainedConfig, *, add_pooling_layer: bool = True, component: components.Component | None = None
    ) -> None:
        if not add_pooling_layer and component is None and self.head_spec is not None:
            blueprint = self.head_spec.blueprint(config)
            component = replace(blueprint, pooler=None) if isinstance(blueprint, components.Tower) else blueprint
            super().__init__(config, component=component)
            self.post_init()
        else:
            super().__init__(config, component=component)

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

    def __init__(self, config: PretrainedConfig, *, component: components.Component | None = None) -> None:
        super().__init__(config, component=component)
        body, own = self.base_model, {*self.task.inputs, *self.task.options} - {"return_dict"}
        mask = getattr(self.component, "mask", "attention_mask")
        looked_at = {"all": self.task.inputs, "places": ()}.get(self.task.reads, ("input_ids", mask))
        self._looked_at: tuple[str, ...] = looked_at  # of the inputs, by what is above the bare model
        # The arguments that the model below takes, too.
        names = body.task.arguments if isinstance(body, TaskModel) and body is not self else ()
        self._passed_on = tuple(name for name in names if name in own)

    def _compute(self, given: Mapping[str, Any]) -> ModelOutput:
        task, choices, head = self.task, 0, self.component
        assert isinstance(head, components.Head)
        if task.per_choice:
            given, choices = _one_row_a_choice(given, task)
        run = Run(self, State(Options()))
        ids = given.get("input_ids")
        if head.pool == "end" and ids is not None and values_known(ids):
            check_ends(head.end, ids.cpu().numpy())
        out = self._body(head, head.given_to_body(run, task, given))
        x = out.last_hidden_state
        issued = None if torch.compiler.is_compiling() else self.warnings_issued
        text = self.config.get_text_config()
        check_last(head, text.pad_token_id, given.get("input_ids"), x.shape[0], issued)
        there = {name: given[name].to(x.device) for name in self._looked_at if given.get(name) is not None}
        keep = {"logits_to_keep": given.get("logits_to_keep")}
        values = head.compute(run, task, out, {**there, **keep, "choices": choices, "padding": text.pad_token_id})
        labels = [given[name] for name in task.labels if given.get(name) is not None]
        loss = None
        if labels and len(labels) == len(task.labels):
            loss = losses.LOSSES[task.loss](values, labels, self.config, given)
        asked = given.get("output_hidden_states")
        kept = head.kept(task, out, self.config.output_hidden_states if asked is None else asked)
        if out.get("router_logits") is not None:
            balance, share = None, text.get("router_aux_loss_coef")
            if share is not None:  # else the family keeps its experts busy otherwise
                balance = self._load_balance(out.router_logits, given.get("attention_mask"), values[0].shape[0])
                loss = None if loss is None else loss + share * balance.to(loss.device)
            return MoeCausalLMOutputWithPast(
                loss=loss, aux_loss=balance, logits=values[0], **kept, router_logits=out.router_logits
            )
        kept |= dict(zip(task.gives, values, strict=False))  # beside them may be what the loss alone is told
        made: ModelOutput = getattr(outputs, task.output)(**kept, **(outputs.fields_of_loss(loss) if task.loss else {}))
        return made

    def _body(self, head: components.Head, given: Mapping[str, Any]) -> Any:
        """The output of what is below the head: a model of its own, or parts that lie in this one."""
        if not head.backbone.name:
            return self._bare(head.backbone.component, given)
        return self.base_model(**{name: given.get(name) for name in self._passed_on}, return_dict=True)

    def _load_balance(self, router_logits: tuple[Tensor, ...], attention_mask: Tensor | None, batch: int) -> Tensor:
        """How unequally busy the experts are; padding is left out where a mask (batch, tokens) tells what is."""
        counted = None
        if attention_mask is not None and attention_mask.dim() == 2:
            counted = attention_mask[:, -(router_logits[0].shape[0] // batch) :]
        assert self.component is not None
        top_k = next(components.find(self.component, components.SparseExperts)).top_k
        return losses.load_balance(router_logits, top_k, counted)


class FrameWriter(frame_writer.FrameWriter, WithHead):
    """Reads off which token each frame of a sound is."""

    generate = torch.no_grad()(frame_writer.FrameWriter.generate)

    def _reading(self, mask: Tensor | None, logits: Tensor) -> tuple[Run, Tensor | None]:
        return Run(self, State(Options())), None if mask is None else mask.to(logits.device)


def _one_row_a_choice(given: Mapping[str, Any], task: Task) -> tuple[dict[str, Any], int]:
    """What is (batch, choices, …) as (batch · choices, …), and how many choices there are."""
    check_tensors(**{name: given.get(name) for name in task.inputs})
    texts = given.get("input_ids") if given.get("input_ids") is not None else given.get("inputs_embeds")
    axes = 3 if given.get("inputs_embeds") is None else 4
    if texts is None or texts.dim() != axes:
        shape = None if texts is None else tuple(texts.shape)
        name = "input_ids" if axes == 3 else "inputs_embeds"
        raise ArgumentError(f"{name} has shape {shape}, expected (batch, choices, tokens{', width' * (axes - 3)}).")
    flat = {name: given[name].flatten(0, 1) for name in task.inputs if given.get(name) is not None}
    return {**given, **flat}, texts.shape[1]


def _shifted(self: TaskModel, labels: Tensor) -> Tensor:
    """What the decoder reads to write ``labels`` (batch, tokens), for collators: these, one place later."""
    pair = next(components.find(self.component, components.EncoderDecoder))  # type: ignore[arg-type]
    read: Tensor = pair.shifted(Run(self, State(Options())), "labels", labels)
    return read


@cache
def task_class(task: Task) -> type[PreTrainedModel]:
    """The class with a task's forward pass, which the families' classes derive from."""
    names = task.arguments + (("num_items_in_batch",) if task.sums_items else ())
    known = frozenset(names)

    def forward(self: TaskModel, *args: object, **given: Any) -> ModelOutput | tuple[object, ...]:
        if args:
            given = by_name(names, args, given)
        unknown = {name: value for name, value in given.items() if name not in known}
        if unknown:
            check_unknown(unknown, names, given.get("position_ids") is not None)
        if self.weights_incomplete:  # here too, so that what is compiled refuses
            self.check_complete()
        return self._returned(self._compute(given), given.get("return_dict"))

    def part_pass(part: Task) -> Any:
        def method(self: TaskModel, *args: object, **given: Any) -> ModelOutput | tuple[object, ...]:
            if args:
                given = by_name(part.arguments, args, given)
            unknown = {name: value for name, value in given.items() if name not in part.arguments}
            if unknown:
                check_unknown(unknown, part.arguments, given.get("position_ids") is not None)
            assert self.component is not None
            return self._returned(
                self._bare(components.PartPass(self.component, part.name), given), given.get("return_dict")
            )

        return with_signature(method, part.name, part, _TYPES, [_UNKNOWN])

    more = [_ITEMS, _UNKNOWN] if task.sums_items else [_UNKNOWN]
    body: dict[str, object] = {"task": task, "__doc__": task.title, "__module__": __name__}
    body["main_input_name"] = task.inputs[0]
    body["_arrays"] = tuple(name for name in task.inputs if INPUTS[name].is_array)
    body["forward"] = with_signature(forward, "forward", task, _TYPES, more)
    if task.writes == "labels":
        body["prepare_decoder_input_ids_from_labels"] = _shifted
    body |= {part.name: part_pass(part) for part in task.passes}
    if task.loss in _TRAINER_LOSSES:
        body["loss_type"] = _TRAINER_LOSSES[task.loss]
    with_head = (WithHead, GenerationMixin) if task.generates else (FrameWriter if task.writes_frames else WithHead,)
    bases = (Bare,) if task.is_bare else with_head
    return type(task.class_name, bases, body)
