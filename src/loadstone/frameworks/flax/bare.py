"""The forward pass of a model without a head."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import jax.numpy as jnp
from jax import Array
from jax.typing import DTypeLike

from loadstone.architectures import components
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.forward import Options
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.model import FlaxPreTrainedModel
from loadstone.frameworks.flax.outputs import BaseModelOutput, FieldTuple
from loadstone.frameworks.flax.run import Run
from loadstone.frameworks.flax.state import State

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class BareModel(FlaxPreTrainedModel):
    """A model without a head: it returns hidden states."""

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
            component = replace(blueprint, pooler=None) if isinstance(blueprint, components.Backbone) else blueprint
        super().__init__(config, seed=seed, dtype=dtype, component=component)

    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple:
        """``input_ids`` (batch, tokens) or ``inputs_embeds`` (batch, tokens, width) → hidden states.

        ``attention_mask`` (batch, tokens in the cache plus new ones, or as many as the cache has room for): 1 for a
        token, 0 for padding; or a 4-D mask (batch or 1, heads or 1, tokens, keys): true where seen, or values to add
        to the scores. ``position_ids`` (batch or 1, tokens) that start again within a row begin another sequence, which
        attends only to itself, where no mask is given and no cache is in use (not in bidirectional models).
        ``past_key_values``: a cache from :meth:`init_cache` or from the last call. ``use_cache=True``
        without one returns the keys and values of these tokens in a cache that has no room for more.
        ``train=True`` needs ``dropout_rng``, a JAX random key, where the config has any dropout.
        """
        return self._call(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            token_type_ids=token_type_ids,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=return_dict,
            output_router_logits=output_router_logits,
            train=train,
            dropout_rng=dropout_rng,
            unknown=unknown,
        )

    def forward(self, inputs: Inputs, options: Options) -> BaseModelOutput:
        """The pure forward pass; see :func:`loadstone.frameworks.flax.forward.run`."""
        state = State(
            train=options.train,
            rng=inputs.get("dropout_rng") if options.train else None,
            keep_weights=options.output_attentions,
            checkpointing=self.gradient_checkpointing,
        )
        state.attentions = [] if options.output_attentions else None
        state.hidden_states = [] if options.output_hidden_states else None
        state.router_logits = [] if options.output_router_logits else None
        if options.use_cache and "past_key_values" not in inputs and self.is_causal:
            given = inputs["input_ids"] if "input_ids" in inputs else inputs["inputs_embeds"]
            inputs = {**inputs, "past_key_values": self.init_cache(*given.shape[:2])}
        assert self.component is not None
        out: BaseModelOutput = self.component.compute(Run(self, state), inputs)
        return out
