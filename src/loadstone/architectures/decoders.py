"""What the decoder families have in common: layers after Llama's pattern, and the heads on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from loadstone.architectures import declarations
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import Gated
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual, Stack, pre_norm
from loadstone.architectures.components.leaves import Dropout, Embedding, LayerNorm, Linear, RMSNorm, Scaled, Softcap
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.rope_config import ALL, RotaryConfig
from loadstone.architectures.rotary import Rotary, make_rotary
from loadstone.architectures.tasks import (
    BARE,
    CAUSAL_LM,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Fused
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

ConfigT = TypeVar("ConfigT", bound=PretrainedConfig)
"""The config class of one family."""

LEFTOVERS = ("rotary_emb.inv_freq",)
"""Buffers that files written before 2023 carry; they are computed now."""

FUSED = (
    Fused("self_attn.qkv_proj", ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")),
    Fused("mlp.gate_up_proj", ("mlp.gate_proj", "mlp.up_proj")),
)


def _head_dim(config: PretrainedConfig, given: int | None) -> int:
    if given is not None:
        return given
    return divide("hidden_size", config.hidden_size, "num_attention_heads", config.num_attention_heads)


def _kv_heads(config: PretrainedConfig, given: int | None) -> int:
    return int(config.num_attention_heads) if given is None else given


class DecoderConfig(RotaryConfig):
    """The keys that Llama's descendants share."""

    vocab_size: int = 32000
    hidden_size: int = 4096
    intermediate_size: int = 11008
    num_hidden_layers: int = 32
    num_attention_heads: int = 32
    num_key_value_heads: int | None = None
    head_dim: int | None = None
    hidden_act: str = "silu"
    max_position_embeddings: int = 2048
    initializer_range: float = 0.02
    rms_norm_eps: float = 1e-6
    attention_dropout: float = 0.0
    tie_word_embeddings: bool = False
    classifier_dropout: float | None = None

    positive: ClassVar[tuple[str, ...]] = (
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "max_position_embeddings",
    )

    refused: ClassVar = declarations.REFUSED_BY_DECODERS
    irrelevant: ClassVar = declarations.IRRELEVANT_TO_DECODERS
    follows: ClassVar = {"head_dim": Rule(_head_dim), "num_key_value_heads": Rule(_kv_heads)}

    def check_together(self) -> None:
        divide("num_attention_heads", self.num_attention_heads, "num_key_value_heads", self.num_key_value_heads or 0)


def check_head_dim(config: PretrainedConfig) -> None:
    """:class:`InvalidConfig` where the heads together are not as wide as the model, of families that have no others."""
    heads, dim = config.num_attention_heads, config.head_dim
    if heads * dim != config.hidden_size:
        expected = f"num_attention_heads = {heads} times head_dim = {dim}"
        raise InvalidConfig([Fault("config key 'hidden_size'", expected, str(config.hidden_size))])


def divide(name: str, value: int, by_name: str, by: int) -> int:
    """``value // by`` for two config keys; :class:`InvalidConfig` if it does not come out even."""
    if value % by:
        raise InvalidConfig([Fault(f"config key {name!r}", f"a multiple of {by_name} = {by}", str(value))])
    return value // by


def separate_attention(
    config: PretrainedConfig,
    index: int,
    *,
    rotary: Rotary | None,
    bias: bool | tuple[bool, bool] = False,
    window: int | None = None,
    head_norm: RMSNorm | None = None,
) -> Attention:
    """Causal attention with ``q_proj``, ``k_proj``, ``v_proj``, ``o_proj``, as in Llama.

    ``bias``: of all four; or of the first three, and of the last. ``head_norm``: over each head's query and key.
    """
    input_bias, output_bias = bias if isinstance(bias, tuple) else (bias, bias)
    width, heads, kv_heads, dim = (
        config.hidden_size,
        config.num_attention_heads,
        config.num_key_value_heads,
        config.head_dim,
    )
    std = config.initializer_range
    return Attention(
        heads=heads,
        kv_heads=kv_heads,
        head_dim=dim,
        projections=(
            Part("q_proj", Linear(width, heads * dim, input_bias, std)),
            Part("k_proj", Linear(width, kv_heads * dim, input_bias, std)),
            Part("v_proj", Linear(width, kv_heads * dim, input_bias, std)),
        ),
        output=Part("o_proj", Linear(heads * dim, width, output_bias, std)),
        scale=dim**-0.5,
        window=window,
        rotary=rotary,
        query_norm=Part("q_norm", head_norm) if head_norm else None,
        key_norm=Part("k_norm", head_norm) if head_norm else None,
        dropout=config.attention_dropout,
        index=index,
    )


def rotary(
    config: PretrainedConfig,
    layer_type: str = ALL,
    *,
    partial: float | None = None,
    original_max_position: int | None = None,
) -> Rotary:
    """The rotary that the config describes, for layers of one type; of whole heads, where no ``partial`` is given."""
    parameters = config.rope_parameters if layer_type == ALL else config.rope_parameters[layer_type]
    share = parameters.get("partial_rotary_factor", config.get("partial_rotary_factor"))
    if partial is None and share not in (None, 1):
        expected = f"1.0: {config.model_type} models rotate whole heads"
        raise InvalidConfig([Fault("config key 'partial_rotary_factor'", expected, repr(share))])
    return make_rotary(
        head_dim=config.head_dim,
        theta=parameters["rope_theta"],
        max_position=config.max_position_embeddings,
        scaling=parameters,
        partial=1.0 if partial is None else partial,
        original_max_position=original_max_position,
    )


def feed_forward(config: PretrainedConfig, activation: str | None = None, bias: bool = False) -> Gated:
    """``gate_proj``, ``up_proj``, ``down_proj`` in the config's standard sizes."""
    activation = activation or config.hidden_act
    return gated(config.hidden_size, config.intermediate_size, activation, config.initializer_range, bias)


def gated(width: int, inner: int, activation: str, std: float, bias: bool = False) -> Gated:
    """``gate_proj``, ``up_proj``, ``down_proj``, as in Llama."""
    return Gated(
        projections=(
            Part("gate_proj", Linear(width, inner, bias, std)),
            Part("up_proj", Linear(width, inner, bias, std)),
        ),
        activation=activation,
        down=Part("down_proj", Linear(inner, width, bias, std)),
    )


SANDWICH = (
    ("input_layernorm", "post_attention_layernorm"),
    ("pre_feedforward_layernorm", "post_feedforward_layernorm"),
)
"""What Gemma calls the norms before and after attention, and before and after the feed-forward network."""


def sandwich_layer(
    attention: Part, feed_forward: Part, norm: RMSNorm, names: tuple[tuple[str, str], tuple[str, str]] = SANDWICH
) -> Layer:
    """A layer with a norm before and after attention and feed-forward network."""

    def step(body: Part, before: str, after: str) -> Part:
        return Part("", Residual(body, Part(before, norm), Part("", Add(Part(after, norm)))))

    return Layer((step(attention, *names[0]), step(feed_forward, *names[1])))


def post_norm_layer(attention: Attention, feed_forward: Gated, norm: RMSNorm) -> Layer:
    """A layer with norms over what attention and feed-forward network say, before it is added, as in OLMo 2."""

    def step(body: Part, after: str) -> Part:
        return Part("", Residual(body, end=Part("", Add(Part(after, norm)))))

    return Layer(
        (
            step(Part("self_attn", attention), "post_attention_layernorm"),
            step(Part("mlp", feed_forward), "post_feedforward_layernorm"),
        )
    )


def normed_as_a_whole(attention: Attention, eps: float) -> Attention:
    """The same with a norm over all heads' queries together, and over all heads' keys, as in OLMo 2."""

    def normed(projection: Part, name: str) -> Part:
        assert isinstance(projection.component, Linear)
        return Part("", Chain((projection, Part(name, RMSNorm(projection.component.outputs, eps)))))

    query, key, value = attention.projections
    return replace(attention, projections=(normed(query, "q_norm"), normed(key, "k_norm"), value))


def pre_norm_layer(attention: Attention, feed_forward: Part, norm: RMSNorm | LayerNorm, dropout: float = 0.0) -> Layer:
    """A layer with ``input_layernorm`` and ``post_attention_layernorm``, as in Llama."""
    return Layer(
        (
            pre_norm(Part("self_attn", attention), Part("input_layernorm", norm), dropout),
            pre_norm(feed_forward, Part("post_attention_layernorm", norm), dropout),
        )
    )


def stack(layers: list[Layer], name: str = "layers") -> Part:
    """Numbered layers directly in the model."""
    return Part("", Stack(tuple(Part(f"{name}.{index}", layer) for index, layer in enumerate(layers))))


def tower(
    config: PretrainedConfig,
    layers: list[Layer],
    norm: RMSNorm | LayerNorm,
    *,
    scale: float = 1.0,
    dropout: float = 0.0,
) -> Tower:
    """``embed_tokens``, ``layers``, ``norm``."""
    table = Embedding(config.vocab_size, config.hidden_size, padding(config), scale, config.initializer_range)
    return Tower(
        stem=Part("", Embeddings(Part("embed_tokens", table), dropout=dropout)),
        stack=stack(layers),
        norm=Part("norm", norm),
        width=config.hidden_size,
    )


def padding(config: PretrainedConfig) -> int | None:
    """The padding row of the token table, if the config names one that the table has."""
    row = config.pad_token_id
    return row if row is not None and 0 <= row < config.vocab_size else None


def classifier_dropout(config: PretrainedConfig) -> float:
    """The dropout before a token classifier: its own key, else ``hidden_dropout``, else 0.1."""
    for key in ("classifier_dropout", "hidden_dropout"):
        value = config.get(key)
        if value is not None:
            return float(value)
    return 0.1


@record
class HeadParts:
    """What the classes of a decoder family call their parts."""

    prefix: str = "model"
    """The bare model."""
    embedding: str = "embed_tokens"
    """The token table in it."""
    lm_head: str = "lm_head"
    lm_head_bias: bool = False
    token_classifier: str = "score"
    question_prefix: str | None = None
    """The bare model in the class for question answering, where it is not ``prefix``."""
    logits_scale: Callable[[Any], float] | None = None
    """Config → what logits are multiplied by."""


def decoder_heads(
    stem: str,
    model: Callable[[ConfigT], Tower | Wrapped],
    parts: HeadParts | None = None,
    *,
    names: Mapping[str, str] | None = None,
    also: Mapping[str, tuple[str, ...]] | None = None,
    tasks: tuple[str, ...] = (CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION, QUESTION_ANSWERING),
) -> tuple[HeadSpec, ...]:
    """The heads of a decoder family; ``names`` gives the class names that do not follow the pattern, ``also`` the other
    tasks that a task's class has."""
    parts = parts or HeadParts()
    prefix, lm_head, token_classifier = parts.prefix, parts.lm_head, parts.token_classifier

    def part(config: ConfigT, name: str = prefix) -> Part:
        return Part(name, model(config))

    def linear(bare: Part, outputs: int, config: ConfigT, bias: bool) -> Linear:
        std = config.get("initializer_range") or config.get("init_std") or 0.02
        assert isinstance(bare.component, Tower | Wrapped)
        return Linear(bare.component.width, outputs, bias, std)

    def causal_lm(config: ConfigT) -> Component:
        bare = part(config)
        bias = parts.lm_head_bias or bool(config.get("lm_head_bias"))
        output = Part(lm_head, linear(bare, config.vocab_size, config, bias))
        if parts.logits_scale is not None:
            output = Part("", Chain((output, Part("", Scaled(parts.logits_scale(config))))))
        cap = config.get("final_logit_softcapping")
        if cap is not None:
            output = Part("", Chain((output, Part("softcap", Softcap(cap)))))
        return Head(bare, output)

    def sequence_classification(config: ConfigT) -> Component:
        bare = part(config)
        output = Part("score", linear(bare, config.num_labels, config, False))
        return Head(bare, output, pool="last", labels=config.num_labels)

    def token_classification(config: ConfigT) -> Component:
        bare = part(config)
        steps = (
            Part("dropout", Dropout(classifier_dropout(config))),
            Part(token_classifier, linear(bare, config.num_labels, config, True)),
        )
        return Head(bare, Part("", Chain(steps)), labels=config.num_labels)

    def question_answering(config: ConfigT) -> Component:
        bare = part(config, parts.question_prefix or prefix)
        return Head(bare, Part("qa_outputs", linear(bare, 2, config, True)), labels=2)

    def tied(config: ConfigT) -> Mapping[str, str]:
        return {f"{lm_head}.weight": f"{prefix}.{parts.embedding}.weight"} if config.tie_word_embeddings else {}

    by_task = {
        CAUSAL_LM: HeadSpec(f"{stem}ForCausalLM", CAUSAL_LM, causal_lm, ((lm_head,),), tied),
        SEQUENCE_CLASSIFICATION: HeadSpec(
            f"{stem}ForSequenceClassification", SEQUENCE_CLASSIFICATION, sequence_classification, (("score",),)
        ),
        TOKEN_CLASSIFICATION: HeadSpec(
            f"{stem}ForTokenClassification", TOKEN_CLASSIFICATION, token_classification, ((token_classifier,),)
        ),
        QUESTION_ANSWERING: HeadSpec(
            f"{stem}ForQuestionAnswering",
            QUESTION_ANSWERING,
            question_answering,
            (("qa_outputs",),),
            prefix=parts.question_prefix,
        ),
    }
    bare = HeadSpec(f"{stem}Model", BARE, model)
    heads = (bare, *(by_task[task] for task in tasks))
    return tuple(
        replace(head, class_name=(names or {}).get(head.task, head.class_name), also=(also or {}).get(head.task, ()))
        for head in heads
    )
