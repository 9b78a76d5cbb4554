"""ModernBERT: a pre-norm encoder with rotary positions, gated feed-forward networks and local attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from loadstone.architectures import declarations
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import Gated
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual, pre_norm
from loadstone.architectures.components.leaves import Activation, Dropout, Embedding, LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import divide, padding, stack
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, layer_types_rule
from loadstone.architectures.rope_config import RopePlace, RotaryConfig
from loadstone.architectures.rotary import make_rotary
from loadstone.architectures.tasks import (
    BARE,
    MASKED_LM,
    MULTIPLE_CHOICE,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig


def _every_nth_is_full(config: PretrainedConfig) -> list[str]:
    every = config.global_attn_every_n_layers
    return [SLIDING if index % every else FULL for index in range(config.num_hidden_layers)]


class ModernBertConfig(RotaryConfig):
    """The keys of a ModernBERT model. Defaults are those of ModernBERT base."""

    model_type = "modernbert"
    without = ("rope_theta",)
    refused: ClassVar = {
        **declarations.REFUSED_BY_ENCODERS,
        "is_decoder": Refusal((False,), "this family is bidirectional"),
        "rope_theta": Refusal((), "global_rope_theta and local_rope_theta are this family's"),
        "sparse_prediction": Refusal((False,), "logits are computed for every token"),
    }
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT,
        "sparse_pred_ignore_index": "of sparse_prediction, which is refused",
        "deterministic_flash_attn": "of a kernel that is not used",
        "reference_compile": "how to compute, not what",
        "repad_logits_with_grad": "how to compute, not what",
    }
    follows: ClassVar = {"layer_types": layer_types_rule(_every_nth_is_full, "global_attn_every_n_layers")}
    rope_types = (FULL, SLIDING)
    scaled_types = (FULL, SLIDING)
    within: ClassVar = {
        "global_rope_theta": RopePlace("rope_theta", FULL),
        "local_rope_theta": RopePlace("rope_theta", SLIDING),
        "rope_scaling": None,
    }

    vocab_size: int = 50368
    hidden_size: int = 768
    intermediate_size: int = 1152
    num_hidden_layers: int = 22
    num_attention_heads: int = 12
    hidden_activation: str = "gelu"
    max_position_embeddings: int = 8192
    initializer_range: float = 0.02
    initializer_cutoff_factor: float | None = 2.0
    norm_eps: float = 1e-5
    norm_bias: bool = False
    pad_token_id: int | None = 50283
    eos_token_id: int | list[int] | None = 50282
    bos_token_id: int | None = 50281
    cls_token_id: int | None = 50281
    sep_token_id: int | None = 50282
    global_rope_theta: float = 160000.0
    local_rope_theta: float | None = 10000.0
    attention_bias: bool = False
    attention_dropout: float = 0.0
    global_attn_every_n_layers: int = 3
    layer_types: list[str] | None = None
    local_attention: int = 128
    embedding_dropout: float = 0.0
    mlp_bias: bool = False
    mlp_dropout: float = 0.0
    decoder_bias: bool = True
    classifier_pooling: Literal["cls", "mean"] = "cls"
    classifier_dropout: float = 0.0
    classifier_bias: bool = False
    classifier_activation: str = "gelu"

    positive = (
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "max_position_embeddings",
        "global_attn_every_n_layers",
        "local_attention",
    )

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)

    @property
    def sliding_window(self) -> int:
        """How far a local layer sees to each side: half of ``local_attention``."""
        return self.local_attention // 2

    @sliding_window.setter
    def sliding_window(self, value: int) -> None:
        self.local_attention = 2 * value


def _norm(config: ModernBertConfig) -> LayerNorm:
    return LayerNorm(config.hidden_size, config.norm_eps, bias=config.norm_bias)


def _out(config: ModernBertConfig) -> float:
    """The spread of initial weights at the end of residual branches."""
    return float(config.initializer_range / (2.0 * config.num_hidden_layers) ** 0.5)


def blueprint(config: ModernBertConfig) -> Tower:
    """The bare model."""
    width, inner, heads = config.hidden_size, config.intermediate_size, config.num_attention_heads
    std, cutoff = config.initializer_range, config.initializer_cutoff_factor or 3.0
    head_dim = width // heads
    thetas = {FULL: config.global_rope_theta, SLIDING: config.local_rope_theta or config.global_rope_theta}
    norm = _norm(config)
    feed_forward = Gated(
        projections=(Part("Wi", Linear(width, 2 * inner, config.mlp_bias, std, cutoff)),),
        activation=config.hidden_activation,
        down=Part("Wo", Linear(inner, width, config.mlp_bias, _out(config), cutoff)),
        dropout=config.mlp_dropout,
    )
    dropout, layers = Part("", Add(dropout=config.attention_dropout)), []
    for index, layer_type in enumerate(config.layer_types or ()):
        attention = Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=head_dim,
            projections=(Part("Wqkv", Linear(width, 3 * width, config.attention_bias, std, cutoff)),),
            output=Part("Wo", Linear(width, width, config.attention_bias, _out(config), cutoff)),
            scale=head_dim**-0.5,
            causal=False,
            window=config.sliding_window if layer_type == SLIDING else None,
            rotary=make_rotary(
                head_dim=head_dim,
                theta=thetas[layer_type],
                max_position=config.max_position_embeddings,
                scaling=config.rope_parameters[layer_type],
            ),
            dropout=config.attention_dropout,
            index=index,
        )
        layers.append(
            Layer(
                (
                    # The embeddings are already normed.
                    Part("", Residual(Part("attn", attention), Part("attn_norm", norm) if index else None, dropout)),
                    pre_norm(Part("mlp", feed_forward), Part("mlp_norm", norm)),
                )
            )
        )
    embeddings = Embeddings(
        tokens=Part(
            "tok_embeddings",
            Embedding(config.vocab_size, width, padding(config), std=std, cutoff=cutoff, zero_padding=False),
        ),
        norm=Part("norm", norm),
        dropout=config.embedding_dropout,
    )
    return Tower(
        stem=Part("embeddings", embeddings),
        stack=stack(layers),
        norm=Part("final_norm", norm),
        width=width,
    )


def _head(config: ModernBertConfig) -> Part:
    cutoff = config.initializer_cutoff_factor or 3.0
    steps = (
        Part("dense", Linear(config.hidden_size, config.hidden_size, config.classifier_bias, _out(config), cutoff)),
        Part("act", Activation(config.classifier_activation)),
        Part("norm", _norm(config)),
    )
    return Part("head", Chain(steps))


def masked_lm(config: ModernBertConfig) -> Component:
    """``head`` and ``decoder``."""
    cutoff = config.initializer_cutoff_factor or 3.0
    decoder = Linear(config.hidden_size, config.vocab_size, config.decoder_bias, _out(config), cutoff)
    return Head(Part("model", blueprint(config)), Part("", Chain((_head(config), Part("decoder", decoder)))))


def _classifier(config: ModernBertConfig, outputs: int | None = None) -> Part:
    cutoff = config.initializer_cutoff_factor or 3.0
    classifier = Linear(config.hidden_size, outputs or config.num_labels, True, config.hidden_size**-0.5, cutoff)
    steps = (_head(config), Part("drop", Dropout(config.classifier_dropout)), Part("classifier", classifier))
    return Part("", Chain(steps))


def sequence_classification(config: ModernBertConfig) -> Component:
    """``head`` and ``classifier`` over the first token or the mean."""
    pool: Literal["first", "mean"] = "first" if config.classifier_pooling == "cls" else "mean"
    return Head(Part("model", blueprint(config)), _classifier(config), pool=pool, labels=config.num_labels)


def multiple_choice(config: ModernBertConfig) -> Component:
    """``head`` and ``classifier`` over the first token that is not padding, or the mean."""
    pool: Literal["first_shown", "mean"] = "first_shown" if config.classifier_pooling == "cls" else "mean"
    return Head(Part("model", blueprint(config)), _classifier(config, 1), pool=pool, labels=1)


def token_classification(config: ModernBertConfig) -> Component:
    """``head`` and ``classifier`` over each token."""
    return Head(Part("model", blueprint(config)), _classifier(config), labels=config.num_labels)


def _tied(config: ModernBertConfig) -> Mapping[str, str]:
    return {"decoder.weight": "model.embeddings.tok_embeddings.weight"} if config.tie_word_embeddings else {}


_CLASSIFIER = (("head",), ("classifier",))

FAMILY = Family(
    config=ModernBertConfig,
    stem="ModernBert",
    prefix="model",
    heads=(
        HeadSpec("ModernBertModel", BARE, blueprint),
        HeadSpec("ModernBertForMaskedLM", MASKED_LM, masked_lm, (("head",), ("decoder",)), _tied),
        HeadSpec("ModernBertForSequenceClassification", SEQUENCE_CLASSIFICATION, sequence_classification, _CLASSIFIER),
        HeadSpec("ModernBertForMultipleChoice", MULTIPLE_CHOICE, multiple_choice, _CLASSIFIER),
        HeadSpec("ModernBertForTokenClassification", TOKEN_CLASSIFICATION, token_classification, _CLASSIFIER),
        HeadSpec("ModernBertForQuestionAnswering", QUESTION_ANSWERING, token_classification, _CLASSIFIER),
    ),
    class_names={"layers.{}": "{}EncoderLayer", "head": "{}PredictionHead"},
    sources="arXiv:2412.13663",
)
