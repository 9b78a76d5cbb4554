"""The forward pass of each task: one class for each, which the families' classes derive from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from loadstone.errors import ArgumentError
from loadstone.frameworks.outputs import (
    BaseModelOutput,
    CausalLMOutput,
    MaskedLMOutput,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
)
from loadstone.frameworks.torch import losses
from loadstone.frameworks.torch.build import Built, call
from loadstone.frameworks.torch.cache import DynamicCache
from loadstone.frameworks.torch.generation import GenerationMixin
from loadstone.frameworks.torch.model import PreTrainedModel


class BareModel(PreTrainedModel):
    """A model without a head: it returns hidden states."""

    def __init__(
        self, config: Any, *, add_pooling_layer: bool = True, component: components.Component | None = None
    ) -> None:
        if not add_pooling_layer and component is None and self.head_spec is not None:
            made = self.head_spec.blueprint(config)
            component = replace(made, pooler=None) if isinstance(made, components.Backbone) else made
            super().__init__(config, component=component)
            self.post_init()
        else:
            super().__init__(config, component=component)
        self._is_causal = (
            all(each.causal for each in components.find(self.component, components.Attention))
            if self.component
            else False
        )

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
    ) -> BaseModelOutput | tuple[Any, ...]:
        """``input_ids`` (batch, tokens) or ``inputs_embeds`` (batch, tokens, width) → hidden states.

        ``attention_mask`` (batch, tokens in the cache plus new ones): 1 for a token, 0 for padding; or ready-made
        (batch or 1, heads or 1, tokens, keys): true where seen, or numbers to add to the scores.
        """
        config = self.config
        checkpointing = self.gradient_checkpointing and self.training
        use_cache = config.use_cache if use_cache is None else use_cache
        use_cache = bool(use_cache or past_key_values is not None) and self._is_causal and not checkpointing
        assert self.component is not None
        out: BaseModelOutput = Built.made_from[type(self.component)].run(
            self,
            self.component,
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            token_type_ids=token_type_ids,
            use_cache=use_cache,
            output_attentions=config.output_attentions if output_attentions is None else output_attentions,
            output_hidden_states=config.output_hidden_states if output_hidden_states is None else output_hidden_states,
            eager=config._attn_implementation == "eager",
            checkpointing=checkpointing,
        )
        return _returned(self, out, return_dict)


def _returned(model: PreTrainedModel, out: Any, return_dict: bool | None) -> Any:
    named = model.config.return_dict if return_dict is None else return_dict
    return out if named else out.to_tuple()


class _WithHead(PreTrainedModel):
    """A backbone and an output part."""

    def _backbone(self, **inputs: Any) -> BaseModelOutput:
        out: BaseModelOutput = self.base_model(**inputs, return_dict=True)
        return out

    def _output(self, x: Tensor) -> Tensor:
        assert isinstance(self.component, components.Head)
        result: Tensor = call(self, self.component.output, x)
        return result

    def _pooled(self, out: BaseModelOutput, input_ids: Tensor | None, attention_mask: Tensor | None) -> Tensor:
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
            return x[:, -1]
        places = torch.arange(x.shape[1], device=x.device)
        last = (places * input_ids.to(x.device).ne(padding)).argmax(dim=-1)
        return x[torch.arange(x.shape[0], device=x.device), last]


class CausalLM(_WithHead, GenerationMixin):
    """Predicts the next token."""

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
    ) -> CausalLMOutput | tuple[Any, ...]:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the loss of each next token.

        ``logits_to_keep``: only the last so many tokens' logits (0: all), or those at the given places.
        """
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
        )
        x = out.last_hidden_state
        assert x is not None
        if isinstance(logits_to_keep, Tensor):
            x = x[:, logits_to_keep]
        elif logits_to_keep:
            x = x[:, -logits_to_keep:]
        logits = self._output(x)
        loss = None if labels is None else losses.next_token(logits, labels)
        result = CausalLMOutput(loss, logits, out.past_key_values, out.hidden_states, out.attentions)
        return _returned(self, result, return_dict)


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
    ) -> MaskedLMOutput | tuple[Any, ...]:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the loss."""
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
        loss = None if labels is None else losses.masked_token(logits, labels)
        return _returned(self, MaskedLMOutput(loss, logits, out.hidden_states, out.attentions), return_dict)


class SequenceClassification(_WithHead):
    """Tells which class a sequence is of, or a number for it."""

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
    ) -> SequenceClassifierOutput | tuple[Any, ...]:
        """Logits (batch, labels); with ``labels`` (batch,) or (batch, labels) the loss of ``config.problem_type``."""
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
    """Tells which class each token is of."""

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
    ) -> TokenClassifierOutput | tuple[Any, ...]:
        """Logits (batch, tokens, labels); with ``labels`` (batch, tokens; -100 is ignored) the loss."""
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
    """Finds the span of a text that answers a question."""

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
    ) -> QuestionAnsweringModelOutput | tuple[Any, ...]:
        """``start_logits`` and ``end_logits`` (batch, tokens); with both positions (batch,) the loss."""
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
