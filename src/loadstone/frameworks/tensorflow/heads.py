"""The forward pass of each task: one class for each, which the families' classes derive from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import tensorflow as tf

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
from loadstone.frameworks.outputs import ModelOutput
from loadstone.frameworks.tensorflow import losses
from loadstone.frameworks.tensorflow.arguments import Inputs, bad_argument, gather, router_logits_wanted
from loadstone.frameworks.tensorflow.cache import Cache
from loadstone.frameworks.tensorflow.generation import GenerationMixin
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel
from loadstone.frameworks.tensorflow.outputs import (
    BaseModelOutput,
    CausalLMOutput,
    FieldTuple,
    MaskedLMOutput,
    MoeCausalLMOutputWithPast,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
)
from loadstone.frameworks.tensorflow.run import Run
from loadstone.frameworks.tensorflow.state import State, shape_of
from loadstone.frameworks.tensorflow.unmasked import look, warnings_issued
from loadstone.frameworks.unmasked import warn_vectors

OutputT = TypeVar("OutputT", bound=ModelOutput)


class _Task(TFPreTrainedModel):
    """A model that can be called with ids, a dict of inputs, or keywords; arrays become tensors."""

    def __init__(
        self, config: PretrainedConfig, *, component: components.Component | None = None, name: str | None = None
    ) -> None:
        super().__init__(config, component=component, name=name)
        self._convert_input_args = False  # hidden states and caches keep their dtypes
        self._allow_non_tensor_positional_args = True

    @tf.autograph.experimental.do_not_convert
    def __call__(self, *args: object, **kwargs: object) -> Any:
        return super().__call__(**gather(self.call_signature_parameters, args, kwargs))


class BareModel(_Task):
    """A model without a head: it returns hidden states."""

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
            component = replace(blueprint, pooler=None) if isinstance(blueprint, components.Backbone) else blueprint
        super().__init__(config, component=component, name=name)
        if without:
            self.post_init()

    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
        output_router_logits: bool | None = None,
    ) -> BaseModelOutput | FieldTuple:
        """``input_ids`` (batch, tokens) or ``inputs_embeds`` (batch, tokens, width) → hidden states.

        ``attention_mask`` (batch, tokens in the cache plus new ones, or the cache's whole length): 1 for a token, 0 for
        padding; or a 4-D mask (batch or 1, heads or 1, tokens, keys): true where seen, or values to add to the scores.
        ``position_ids`` (batch or 1, tokens) that start again within a row begin another sequence, which attends only
        to itself, where no mask is given and no cache is in use (not in models that read in both directions).
        ``past_key_values``: what :meth:`init_cache` or the call before gave.
        """
        config = self.config
        if attention_mask is None and tf.executing_eagerly():
            look(self, input_ids, position_ids, past_key_values is not None)
        inputs = Inputs(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=self._cache(past_key_values, use_cache),
            inputs_embeds=inputs_embeds,
            token_type_ids=token_type_ids,
            output_attentions=config.output_attentions if output_attentions is None else output_attentions,
            output_hidden_states=config.output_hidden_states if output_hidden_states is None else output_hidden_states,
            output_router_logits=router_logits_wanted(self, output_router_logits),
            training=bool(training),
        )
        assert self.component is not None
        out: BaseModelOutput = self.component.compute(Run(self, State(training=inputs.training)), inputs)
        return _returned(self, out, return_dict)

    def _cache(self, past: Cache | None, use_cache: bool | None) -> Cache | None:
        if not self.is_causal:
            return None
        if past is None and use_cache:
            raise bad_argument(
                "use_cache=True needs a cache, whose size is fixed here: "
                "past_key_values=model.init_cache(batch_size, max_length)."
            )
        if past is not None and not isinstance(past, Cache):
            raise bad_argument(f"past_key_values is a {type(past).__name__}, expected what model.init_cache gives.")
        return past


def _returned(model: TFPreTrainedModel, out: OutputT, return_dict: bool | None) -> OutputT | FieldTuple:
    named = model.config.return_dict if return_dict is None else return_dict
    return out if named else out.to_tuple()


class _WithHead(_Task):
    """A backbone and an output part."""

    def _backbone(self, **inputs: object) -> BaseModelOutput:
        out: BaseModelOutput = self.base_model(**inputs, return_dict=True)
        return out

    def _output(self, x: tf.Tensor, training: bool | None) -> tf.Tensor:
        assert isinstance(self.component, components.Head)
        return Run(self, State(training=bool(training)))(self.component.output, x)

    def _pooled(self, out: BaseModelOutput, input_ids: tf.Tensor | None, attention_mask: tf.Tensor | None) -> tf.Tensor:
        """The vector (batch, width) that stands for each sequence."""
        assert isinstance(self.component, components.Head) and out.last_hidden_state is not None
        x, pool = out.last_hidden_state, self.component.pool
        if pool == "pooler":
            return out.pooler_output
        if pool == "first":
            return x[:, 0]
        if pool == "mean":
            if attention_mask is None:
                return tf.reduce_mean(x, axis=1)
            mask = tf.cast(attention_mask, x.dtype)[..., None]
            return tf.reduce_sum(x * mask, axis=1) / tf.reduce_sum(mask, axis=1)
        padding = self.config.pad_token_id
        if padding is None or input_ids is None:
            if padding is None and x.shape[0] != 1:
                raise bad_argument(
                    "Without config.pad_token_id the last token of each of several sequences is not known. "
                    "Set model.config.pad_token_id, or give one sequence at a time."
                )
            if padding is not None:
                warn_vectors(warnings_issued(self))
            return x[:, -1]
        places = tf.range(shape_of(x)[1]) * tf.cast(input_ids != padding, tf.int32)
        return tf.gather(x, tf.argmax(places, axis=-1), batch_dims=1)


class CausalLM(_WithHead, GenerationMixin):
    """Predicts the next token."""

    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        training: bool | None = False,
        output_router_logits: bool | None = None,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the next-token loss.

        ``logits_to_keep``: only the logits of the last tokens, this many (0: all), or those at the given indices.
        ``output_router_logits``, of models with experts: also the routers' logits and ``aux_loss``, which the loss
        contains ``config.router_aux_loss_coef`` times.
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
            output_router_logits=output_router_logits,
            training=training,
        )
        x = out.last_hidden_state
        assert x is not None
        if not isinstance(logits_to_keep, int):
            x = tf.gather(x, logits_to_keep, axis=1)
        elif logits_to_keep:
            x = x[:, -logits_to_keep:]
        logits = self._output(x, training)
        loss = None if labels is None else losses.next_token(logits, labels)
        kept = {name: out.get(name) for name in ("past_key_values", "hidden_states", "attentions")}
        if out.router_logits is None:
            return _returned(self, CausalLMOutput(loss=loss, logits=logits, **kept), return_dict)
        balance = self._load_balance(out.router_logits, attention_mask, past_key_values, shape_of(logits)[0])
        if loss is not None:
            loss += self.config.router_aux_loss_coef * balance
        result = MoeCausalLMOutputWithPast(
            loss=loss, aux_loss=balance, logits=logits, router_logits=out.router_logits, **kept
        )
        return _returned(self, result, return_dict)

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


class MaskedLM(_WithHead):
    """Predicts masked tokens."""

    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedLMOutput | FieldTuple:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the loss."""
        out = self._backbone(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            training=training,
        )
        logits = self._output(out.last_hidden_state, training)
        loss = None if labels is None else losses.masked_token(logits, labels)
        result = MaskedLMOutput(loss=loss, logits=logits, hidden_states=out.hidden_states, attentions=out.attentions)
        return _returned(self, result, return_dict)


class SequenceClassification(_WithHead):
    """Sequence classification or regression."""

    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple:
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
            training=training,
        )
        logits = self._output(self._pooled(out, input_ids, attention_mask), training)
        loss = None if labels is None else losses.sequence_classes(logits, labels, self.config)
        result = SequenceClassifierOutput(
            loss=loss,
            logits=logits,
            past_key_values=out.past_key_values,
            hidden_states=out.hidden_states,
            attentions=out.attentions,
        )
        return _returned(self, result, return_dict)


class TokenClassification(_WithHead):
    """Token classification."""

    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple:
        """Logits (batch, tokens, labels); with ``labels`` (batch, tokens; -100 is ignored) the loss."""
        out = self._backbone(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            training=training,
        )
        logits = self._output(out.last_hidden_state, training)
        loss = None if labels is None else losses.token_classes(logits, labels)
        result = TokenClassifierOutput(
            loss=loss, logits=logits, hidden_states=out.hidden_states, attentions=out.attentions
        )
        return _returned(self, result, return_dict)


class QuestionAnswering(_WithHead):
    """Extractive question answering: start and end of the answer."""

    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> QuestionAnsweringModelOutput | FieldTuple:
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
            training=training,
        )
        start, end = tf.unstack(self._output(out.last_hidden_state, training), num=2, axis=-1)
        loss = None
        if start_positions is not None and end_positions is not None:
            loss = losses.span(start, end, start_positions, end_positions)
        result = QuestionAnsweringModelOutput(
            loss=loss, start_logits=start, end_logits=end, hidden_states=out.hidden_states, attentions=out.attentions
        )
        return _returned(self, result, return_dict)


TASK_CLASSES: dict[str, type[TFPreTrainedModel]] = {
    BARE: BareModel,
    CAUSAL_LM: CausalLM,
    MASKED_LM: MaskedLM,
    SEQUENCE_CLASSIFICATION: SequenceClassification,
    TOKEN_CLASSIFICATION: TokenClassification,
    QUESTION_ANSWERING: QuestionAnswering,
}
