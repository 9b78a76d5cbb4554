"""The forward pass of each task: one class for each, which the families' classes derive from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
from jax import Array

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
from loadstone.frameworks.flax import losses
from loadstone.frameworks.flax.bare import BareModel
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.forward import Options
from loadstone.frameworks.flax.generation import GenerationMixin
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.model import FlaxPreTrainedModel
from loadstone.frameworks.flax.outputs import (
    BaseModelOutput,
    CausalLMOutput,
    FieldTuple,
    MaskedLMOutput,
    MoeCausalLMOutputWithPast,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
)
from loadstone.frameworks.flax.run import Run
from loadstone.frameworks.flax.state import State
from loadstone.frameworks.unmasked import warn_vectors

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class _WithHead(FlaxPreTrainedModel):
    """A backbone and an output part."""

    def _backbone(self, inputs: Inputs, options: Options) -> BaseModelOutput:
        out: BaseModelOutput = self.base_model.forward(inputs, options)
        return out

    def _output(self, x: Array, inputs: Inputs, options: Options) -> Array:
        assert isinstance(self.component, components.Head)
        rng = inputs.get("dropout_rng") if options.train else None
        # Not the key that the layers' keys are split from.
        state = State(train=options.train, rng=None if rng is None else jax.random.fold_in(rng, 1))
        result: Array = Run(self, state)(self.component.output, x)
        return result

    def _pooled(self, out: BaseModelOutput, inputs: Inputs, options: Options) -> Array:
        """The vector (batch, width) that stands for each sequence."""
        input_ids, attention_mask = inputs.get("input_ids"), inputs.get("attention_mask")
        assert isinstance(self.component, components.Head) and out.last_hidden_state is not None
        x, pool = out.last_hidden_state, self.component.pool
        if pool == "pooler":
            assert out.pooler_output is not None
            return out.pooler_output
        if pool == "first":
            return x[:, 0]
        if pool == "mean":
            if attention_mask is None:
                return x.mean(axis=1)
            mask = attention_mask.astype(x.dtype)[..., None]
            return (x * mask).sum(axis=1) / mask.sum(axis=1)
        padding = options.pad_token_id
        if padding is None or input_ids is None:
            if padding is None and x.shape[0] > 1:
                raise ArgumentError(
                    "Without config.pad_token_id the last token of each of several sequences is not known. "
                    "Set model.config.pad_token_id, or give one sequence at a time."
                )
            if padding is not None:
                warn_vectors(self.about.warnings_issued)  # while the program is traced, so once for each shape at most
            return x[:, -1]
        last = jnp.argmax(jnp.arange(x.shape[1]) * (input_ids != padding), axis=-1)
        return jnp.take_along_axis(x, last[:, None, None], axis=1)[:, 0]


class CausalLM(_WithHead, GenerationMixin):
    """Predicts the next token."""

    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        train: bool = False,
        dropout_rng: Array | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the next-token loss.

        ``logits_to_keep``: only the logits of the last tokens, this many (0: all), or those at the given indices.
        ``output_router_logits``, of models with experts: also the routers' logits and ``aux_loss``, which the loss
        contains ``config.router_aux_loss_coef`` times.
        """
        return self._call(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            token_type_ids=token_type_ids,
            labels=labels,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=return_dict,
            logits_to_keep=logits_to_keep,
            output_router_logits=output_router_logits,
            train=train,
            dropout_rng=dropout_rng,
            unknown=unknown,
        )

    def forward(self, inputs: Inputs, options: Options) -> CausalLMOutput | MoeCausalLMOutputWithPast:
        """The pure forward pass."""
        out = self._backbone(inputs, options)
        x = out.last_hidden_state
        assert x is not None
        if "logits_to_keep" in inputs:
            x = x[:, inputs["logits_to_keep"]]
        elif options.last_logits:
            x = x[:, -options.last_logits :]
        logits = self._output(x, inputs, options)
        loss = losses.next_token(logits, inputs["labels"]) if "labels" in inputs else None
        kept = out.past_key_values, out.hidden_states, out.attentions
        if out.router_logits is None:
            return CausalLMOutput(loss, logits, *kept)
        balance = self._load_balance(out.router_logits, inputs, logits.shape[0])
        if loss is not None:
            loss = loss + options.router_aux_loss_coef * balance
        return MoeCausalLMOutputWithPast(loss, balance, logits, *kept, out.router_logits)

    def _load_balance(self, router_logits: tuple[Array, ...], inputs: Inputs, batch: int) -> Array:
        """How unequally busy the experts are; padding is left out where a mask (batch, tokens) tells what is."""
        counted, cache = inputs.get("attention_mask"), inputs.get("past_key_values")
        if counted is not None:
            past, tokens = 0 if cache is None else cache.length, router_logits[0].shape[0] // batch
            counted = jax.lax.dynamic_slice_in_dim(counted, past, tokens, axis=1) if counted.ndim == 2 else None
        assert self.component is not None
        top_k = next(components.find(self.component, components.SparseExperts)).top_k
        return losses.load_balance(router_logits, top_k, counted)


class MaskedLM(_WithHead):
    """Predicts masked tokens."""

    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedLMOutput | FieldTuple:
        """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the loss."""
        return self._call(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            labels=labels,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=return_dict,
            train=train,
            dropout_rng=dropout_rng,
            unknown=unknown,
        )

    def forward(self, inputs: Inputs, options: Options) -> MaskedLMOutput:
        """The pure forward pass."""
        out = self._backbone(inputs, options)
        assert out.last_hidden_state is not None
        logits = self._output(out.last_hidden_state, inputs, options)
        loss = losses.masked_token(logits, inputs["labels"]) if "labels" in inputs else None
        return MaskedLMOutput(loss, logits, out.hidden_states, out.attentions)


class SequenceClassification(_WithHead):
    """Sequence classification or regression."""

    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple:
        """Logits (batch, labels); with ``labels`` (batch,) or (batch, labels) the loss of ``config.problem_type``."""
        return self._call(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            labels=labels,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=return_dict,
            train=train,
            dropout_rng=dropout_rng,
            unknown=unknown,
        )

    def forward(self, inputs: Inputs, options: Options) -> SequenceClassifierOutput:
        """The pure forward pass."""
        out = self._backbone(inputs, options)
        logits = self._output(self._pooled(out, inputs, options), inputs, options)
        labels = inputs.get("labels")
        loss = None if labels is None else losses.sequence_classes(logits, labels, options.problem_type)
        return SequenceClassifierOutput(loss, logits, out.past_key_values, out.hidden_states, out.attentions)


class TokenClassification(_WithHead):
    """Token classification."""

    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple:
        """Logits (batch, tokens, labels); with ``labels`` (batch, tokens; -100 is ignored) the loss."""
        return self._call(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            labels=labels,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=return_dict,
            train=train,
            dropout_rng=dropout_rng,
            unknown=unknown,
        )

    def forward(self, inputs: Inputs, options: Options) -> TokenClassifierOutput:
        """The pure forward pass."""
        out = self._backbone(inputs, options)
        assert out.last_hidden_state is not None
        logits = self._output(out.last_hidden_state, inputs, options)
        loss = losses.token_classes(logits, inputs["labels"]) if "labels" in inputs else None
        return TokenClassifierOutput(loss, logits, out.hidden_states, out.attentions)


class QuestionAnswering(_WithHead):
    """Extractive question answering: start and end of the answer."""

    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput | FieldTuple:
        """``start_logits`` and ``end_logits`` (batch, tokens); with both positions (batch,) the loss."""
        return self._call(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            start_positions=start_positions,
            end_positions=end_positions,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=return_dict,
            train=train,
            dropout_rng=dropout_rng,
            unknown=unknown,
        )

    def forward(self, inputs: Inputs, options: Options) -> QuestionAnsweringModelOutput:
        """The pure forward pass."""
        out = self._backbone(inputs, options)
        assert out.last_hidden_state is not None
        start, end = jnp.moveaxis(self._output(out.last_hidden_state, inputs, options), -1, 0)
        loss = None
        if "start_positions" in inputs and "end_positions" in inputs:
            loss = losses.span(start, end, inputs["start_positions"], inputs["end_positions"])
        return QuestionAnsweringModelOutput(loss, start, end, out.hidden_states, out.attentions)


__all__ = [
    "TASK_CLASSES",
    "BareModel",
    "CausalLM",
    "MaskedLM",
    "QuestionAnswering",
    "SequenceClassification",
    "TokenClassification",
]

TASK_CLASSES: dict[str, type[FlaxPreTrainedModel]] = {
    BARE: BareModel,
    CAUSAL_LM: CausalLM,
    MASKED_LM: MaskedLM,
    SEQUENCE_CLASSIFICATION: SequenceClassification,
    TOKEN_CLASSIFICATION: TokenClassification,
    QUESTION_ANSWERING: QuestionAnswering,
}
