"""The forward pass of each task: one class for each, which the families' classes derive from."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, TypedDict, TypeVar, Unpack

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.architectures.family import (
    BARE,
    CAUSAL_LM,
    MASKED_LM,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks.forward_keywords import check_unknown
from loadstone.frameworks.outputs import (
    BaseModelOutput,
    CausalLMOutput,
    MaskedLMOutput,
    ModelOutput,
    MoeCausalLMOutputWithPast,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
)
from loadstone.frameworks.torch.modeling import losses
from loadstone.frameworks.torch.modeling.arguments import Inputs, check_tensors
from loadstone.frameworks.torch.modeling.cache import DynamicCache
from loadstone.frameworks.torch.modeling.generation import GenerationMixin
from loadstone.frameworks.torch.modeling.model import PreTrainedModel
from loadstone.frameworks.torch.modeling.run import Run
from loadstone.frameworks.torch.modeling.unmasked import warn_unmasked
from loadstone.frameworks.unmasked import warn_vectors

OutputT = TypeVar("OutputT", bound=ModelOutput)


class _Task(PreTrainedModel):
    """A forward pass that knows its keywords."""

    def _check_unknown(self, unknown: Mapping[str, object], position_ids: Tensor | None) -> None:
        """:class:`UnknownArgument` for keywords that nothing takes and that would change something."""
        known = inspect.signature(type(self).forward).parameters
        check_unknown(unknown, [name for name in known if name not in ("self", "unknown")], position_ids is not None)


class BareModel(_Task):
    """A model without a head: it returns hidden states."""

    def __init__(
        self, config: PretrainedConfig, *, add_pooling_layer: bool = True, component: components.Component | None = None
    ) -> None:
        if not add_pooling_layer and component is None and self.head_spec is not None:
            blueprint = self.head_spec.blueprint(config)
            component = replace(blueprint, pooler=None) if isinstance(blueprint, components.Backbone) else blueprint
            super().__init__(config, component=component)
            self.post_init()
        else:
            super().__init__(config, component=component)
        self._is_causal = (
            all(attention.causal for attention in components.find(self.component, components.Attention))
            if self.component
            else False
        )
        self._has_experts = bool(self.component and any(components.find(self.component, components.SparseExperts)))

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]:
        """``input_ids`` (batch, tokens) or ``inputs_embeds`` (batch, tokens, width) → hidden states.

        ``attention_mask`` (batch, tokens in the cache plus new ones): 1 for a token, 0 for padding; or a 4-D mask
        (batch or 1, heads or 1, tokens, keys): true where seen, or values to add to the scores. ``position_ids``
        (batch or 1, tokens) that start again within a row begin another sequence, which attends only to itself, where
        no mask is given and no cache is in use (as in Transformers; not in models that read in both directions).
        """
        if unknown:
            self._check_unknown(unknown, position_ids)
        check_tensors(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            token_type_ids=token_type_ids,
        )
        config = self.config
        checkpointing = self.gradient_checkpointing and self.training
        use_cache = config.use_cache if use_cache is None else use_cache
        use_cache = bool(use_cache or past_key_values is not None) and self._is_causal and not checkpointing
        if attention_mask is None and not torch.compiler.is_compiling():
            warn_unmasked(self, input_ids, position_ids, self._is_causal, use_cache)
        if output_router_logits is None:
            output_router_logits = self._has_experts and config.output_router_logits
        elif output_router_logits and not self._has_experts:
            check_unknown({"output_router_logits": True}, (), False)
        assert self.component is not None
        inputs = Inputs(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            token_type_ids=token_type_ids,
            use_cache=use_cache,
            output_attentions=config.output_attentions if output_attentions is None else output_attentions,
            output_hidden_states=config.output_hidden_states if output_hidden_states is None else output_hidden_states,
            output_router_logits=output_router_logits,
            eager=config.attn_implementation == "eager",
            checkpointing=checkpointing,
        )
        out: BaseModelOutput = self.component.compute(Run(self, None), inputs)
        return _returned(self, out, return_dict)


def _returned(model: PreTrainedModel, out: OutputT, return_dict: bool | None) -> OutputT | tuple[object, ...]:
    named = model.config.return_dict if return_dict is None else return_dict
    return out if named else out.to_tuple()


class _BareInputs(TypedDict, total=False):
    """What :meth:`BareModel.forward` takes."""

    input_ids: Tensor | None
    attention_mask: Tensor | None
    position_ids: Tensor | None
    past_key_values: DynamicCache | None
    inputs_embeds: Tensor | None
    token_type_ids: Tensor | None
    use_cache: bool | None
    output_attentions: bool | None
    output_hidden_states: bool | None
    output_router_logits: bool | None


class _WithHead(_Task):
    """A backbone and an output part."""

    def _backbone(self, **inputs: Unpack[_BareInputs]) -> BaseModelOutput[Tensor]:
        out: BaseModelOutput[Tensor] = self.base_model(**inputs, return_dict=True)
        return out

    def _output(self, x: Tensor) -> Tensor:
        assert isinstance(self.component, components.Head)
        result: Tensor = Run(self, None)(self.component.output, x)
        return result

    def _pooled(self, out: BaseModelOutput[Tensor], input_ids: Tensor | None, attention_mask: Tensor | None) -> Tensor:
        """The vector (batch, width) that stands for each sequence."""
        assert isinstance(self.component, components.Head) and out.last_hidden_state is not None
        x, pool = out.last_hidden_state, self.component.pool
        if pool == "pooler":
            assert out.pooler_output is not None
            return out.pooler_output
        if pool == "first":
            return x[:, 0]
        if pool == "mean":
            if attention_mask is None:
                return x.mean(dim=1)
            mask = attention_mask.to(x.dtype)[..., None]
            return (x * mask).sum(dim=1) / mask.sum(dim=1)
        padding = self.config.pad_token_id
        if padding is None or input_ids is None:
            if padding is None and x.shape[0] > 1:
                raise ArgumentError(
                    "Without config.pad_token_id the last token of each of several sequences is not known. "
                    "Set model.config.pad_token_id, or give one sequence at a time."
                )
            if padding is not None and not torch.compiler.is_compiling():
                warn_vectors(self.warnings_issued)
            return x[:, -1]
        places = torch.arange(x.shape[1], device=x.device)
        last = (places * input_ids.to(x.device).ne(padding)).argmax(dim=-1)
        return x[torch.arange(x.shape[0], device=x.device), last]


class CausalLM(_WithHead, GenerationMixin):
    """Predicts the next token."""

    loss_type: ClassVar[str] = "ForCausalLM"
    """Tells Transformers' ``Trainer`` that the first token of a row is no label when it counts them."""

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutput[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the next-token loss.

        ``logits_to_keep``: only the logits of the last tokens, this many (0: all), or those at the given indices.
        ``num_items_in_batch``: the divisor of the summed token losses, in place of the number of labeled tokens.
        ``output_router_logits``, of models with experts: also the routers' logits and ``aux_loss``, which the loss
        contains ``config.router_aux_loss_coef`` times.
        """
        if unknown:
            self._check_unknown(unknown, position_ids)
        out = self._backbone(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            token_type_ids=token_type_ids,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            output_router_logits=output_router_logits,
        )
        x = out.last_hidden_state
        assert x is not None
        if isinstance(logits_to_keep, Tensor):
            x = x[:, logits_to_keep]
        elif logits_to_keep:
            x = x[:, -logits_to_keep:]
        logits = self._output(x)
        loss = None if labels is None else losses.next_token(logits, labels, num_items_in_batch)
        kept = out.past_key_values, out.hidden_states, out.attentions
        if out.router_logits is None:
            return _returned(self, CausalLMOutput(loss, logits, *kept), return_dict)
        balance = self._load_balance(out.router_logits, attention_mask, logits.shape[0])
        if loss is not None:
            loss = loss + self.config.router_aux_loss_coef * balance.to(loss.device)
        result = MoeCausalLMOutputWithPast(loss, balance, logits, *kept, out.router_logits)
        return _returned(self, result, return_dict)

    def _load_balance(self, router_logits: tuple[Tensor, ...], attention_mask: Tensor | None, batch: int) -> Tensor:
        """How unequally busy the experts are; padding is left out where a mask (batch, tokens) tells what is."""
        counted = None
        if attention_mask is not None and attention_mask.dim() == 2:
            counted = attention_mask[:, -(router_logits[0].shape[0] // batch) :]
        assert self.component is not None
        top_k = next(components.find(self.component, components.SparseExperts)).top_k
        return losses.load_balance(router_logits, top_k, counted)


class MaskedLM(_WithHead):
    """Predicts masked tokens."""

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> MaskedLMOutput[Tensor] | tuple[object, ...]:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the loss.

        ``num_items_in_batch``: the divisor of the summed token losses, in place of the number of labeled tokens.
        """
        if unknown:
            self._check_unknown(unknown, position_ids)
        out = self._backbone(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
        )
        assert out.last_hidden_state is not None
        logits = self._output(out.last_hidden_state)
        loss = None if labels is None else losses.masked_token(logits, labels, num_items_in_batch)
        return _returned(self, MaskedLMOutput(loss, logits, out.hidden_states, out.attentions), return_dict)


class SequenceClassification(_WithHead):
    """Sequence classification or regression."""

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]:
        """Logits (batch, labels); with ``labels`` (batch,) or (batch, labels) the loss of ``config.problem_type``."""
        if unknown:
            self._check_unknown(unknown, position_ids)
        out = self._backbone(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
        )
        logits = self._output(self._pooled(out, input_ids, attention_mask))
        loss = None if labels is None else losses.sequence_classes(logits, labels, self.config)
        result = SequenceClassifierOutput(loss, logits, out.past_key_values, out.hidden_states, out.attentions)
        return _returned(self, result, return_dict)


class TokenClassification(_WithHead):
    """Token classification."""

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]:
        """Logits (batch, tokens, labels); with ``labels`` (batch, tokens; -100 is ignored) the loss."""
        if unknown:
            self._check_unknown(unknown, position_ids)
        out = self._backbone(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
        )
        assert out.last_hidden_state is not None
        logits = self._output(out.last_hidden_state)
        loss = None if labels is None else losses.token_classes(logits, labels)
        return _returned(self, TokenClassifierOutput(loss, logits, out.hidden_states, out.attentions), return_dict)


class QuestionAnswering(_WithHead):
    """Extractive question answering: start and end of the answer."""

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput[Tensor] | tuple[object, ...]:
        """``start_logits`` and ``end_logits`` (batch, tokens); with both positions (batch,) the loss."""
        if unknown:
            self._check_unknown(unknown, position_ids)
        out = self._backbone(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
        )
        assert out.last_hidden_state is not None
        start, end = self._output(out.last_hidden_state).unbind(dim=-1)
        loss = None
        if start_positions is not None and end_positions is not None:
            loss = losses.span(start, end, start_positions, end_positions)
        result = QuestionAnsweringModelOutput(loss, start, end, out.hidden_states, out.attentions)
        return _returned(self, result, return_dict)


TASK_CLASSES: dict[str, type[PreTrainedModel]] = {
    BARE: BareModel,
    CAUSAL_LM: CausalLM,
    MASKED_LM: MaskedLM,
    SEQUENCE_CLASSIFICATION: SequenceClassification,
    TOKEN_CLASSIFICATION: TokenClassification,
    QUESTION_ANSWERING: QuestionAnswering,
}
