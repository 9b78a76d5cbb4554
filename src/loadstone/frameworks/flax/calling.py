"""From the arguments of a call to a forward pass: options from the config, unknown keywords, lines in the log."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import jax
import numpy as np
from jax import Array

from loadstone.architectures.tasks import READING
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.forward import Forward, Options, run
from loadstone.frameworks.forward_keywords import check_unknown, router_logits_wanted
from loadstone.frameworks.unmasked import LOOKED, Attentive, warn_unmasked

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from loadstone.frameworks.flax.structure import About


class Model(Forward, Attentive, Protocol):
    """What a call asks of a model; its config says what options are where the call does not."""

    @property
    def about(self) -> About:
        """Where what has been warned of is written down."""


class CallOptions(NamedTuple):
    """What a call asks for besides its arrays; what is None comes from the config."""

    use_cache: bool | None = None
    output_attentions: bool | None = None
    output_hidden_states: bool | None = None
    output_router_logits: bool | None = None
    return_dict: bool | None = None
    logits_to_keep: int | ArrayLike = 0
    train: bool = False
    dropout_rng: Array | None = None
    choices: int = 0
    part: str = ""


def call(model: Model, given: Mapping[str, Any], unknown: Mapping[str, object]) -> Any:
    """A model's output for what it is ``given``, by name: arrays, and what :class:`CallOptions` has.

    Raises :class:`UnknownArgument` for ``unknown`` keywords that would change something.
    """
    requested = CallOptions(**{name: value for name, value in given.items() if name in CallOptions._fields})
    arrays = {name: value for name, value in given.items() if name not in (*CallOptions._fields, *READING)}
    if unknown:
        known = [name for name in inspect.signature(type(model).__call__).parameters if name not in ("self", "unknown")]
        check_unknown(unknown, known, arrays.get("position_ids") is not None)
    config, text = model.config, model.config.get_text_config()
    if arrays.get("attention_mask") is None:
        _look(model, arrays, bool(requested.use_cache))
    logits_to_keep = requested.logits_to_keep
    attentions, hidden_states = requested.output_attentions, requested.output_hidden_states
    at_places = not isinstance(logits_to_keep, int)
    options = Options(
        use_cache=bool(requested.use_cache),
        output_attentions=config.output_attentions if attentions is None else attentions,
        output_hidden_states=config.output_hidden_states if hidden_states is None else hidden_states,
        output_router_logits=router_logits_wanted(requested.output_router_logits, config, model.component),
        router_aux_loss_coef=text.get("router_aux_loss_coef"),
        train=requested.train,
        last_logits=logits_to_keep if isinstance(logits_to_keep, int) else 0,
        pad_token_id=text.pad_token_id,
        problem_type=config.problem_type,
        choices=requested.choices,
        part=requested.part,
        reading=tuple(name for name in READING if given.get(name)),
    )
    more = {"dropout_rng": requested.dropout_rng, "logits_to_keep": logits_to_keep if at_places else None}
    out = run(model, {**arrays, **more}, options)
    named = config.return_dict if requested.return_dict is None else requested.return_dict
    return out if named else out.to_tuple()


def _look(model: Model, arrays: Mapping[str, ArrayLike | KeyValueCache | None], use_cache: bool) -> None:
    """Say what inputs without a mask look as if they needed one; on an accelerator only look at a model's first."""
    ids, positions = arrays.get("input_ids"), arrays.get("position_ids")
    given = ids if positions is None else positions
    if given is None or isinstance(given, jax.core.Tracer | jax.ShapeDtypeStruct):
        return
    issued = model.about.warnings_issued
    if isinstance(given, Array) and any(device.platform != "cpu" for device in given.devices()):
        if issued.get(LOOKED):
            return
        issued[LOOKED] = True
    cached = use_cache or arrays.get("past_key_values") is not None
    warn_unmasked(model, issued, np.asarray(given), positions is not None, cached)
