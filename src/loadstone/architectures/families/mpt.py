"""MPT: ALiBi, no biases at all, one map for all queries, keys and values, which may be clipped."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Layer, pre_norm
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear
from loadstone.architectures.components.linear_bias import LinearBiasEmbeddings, geometric_slopes
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, PRETRAINING
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

_OF_THE_WHOLE = "the larger config says it"


class MptAttentionConfig(PretrainedConfig):
    """The keys of ``attn_config``."""

    base_config_key = "attn_config"
    refused: ClassVar = {
        "attn_type": Refusal(("multihead_attention",), "each head has a key of its own"),
        "alibi": Refusal((True,), "positions are ALiBi's"),
        "prefix_lm": Refusal((False,), "this family is causal"),
        "qk_ln": Refusal((False,), "queries and keys are not normed"),
        "attn_uses_sequence_id": Refusal((False,), "rows are told apart by position_ids"),
    }
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_DECODERS,
        "attn_impl": "how to compute, not what",
        **dict.fromkeys(("tie_word_embeddings", "add_cross_attention", "id2label"), _OF_THE_WHOLE),
    }

    attn_type: str = "multihead_attention"
    attn_pdrop: float = 0.0
    attn_impl: str = "torch"
    clip_qkv: float | None = None
    softmax_scale: float | None = None
    prefix_lm: bool = False
    qk_ln: bool = False
    attn_uses_sequence_id: bool = False
    alibi: bool = True
    alibi_bias_max: int = 8

    positive = ("alibi_bias_max",)


class MptConfig(PretrainedConfig):
    """The keys of an MPT model. Defaults are those of the reference implementation."""

    model_type = "mpt"
    attribute_map: ClassVar = {
        "num_attention_heads": "n_heads",
        "hidden_size": "d_model",
        "num_hidden_layers": "n_layers",
    }
    refused: ClassVar = {
        **declarations.but(declarations.REFUSED_BY_DECODERS, "clip_qkv", "alibi"),
        **declarations.WITHOUT_ROPE,
        "logit_scale": Refusal((), "logits are not scaled"),
        "no_bias": Refusal((True,), "no part has a bias"),
        "norm_type": Refusal(("low_precision_layernorm", "layernorm"), "norms are layer norms"),
        "embedding_fraction": Refusal((1.0, 1), "gradients of embeddings are not scaled"),
    }
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_DECODERS,
        "init_device": "where the original code made its weights",
        "learned_pos_emb": "positions are ALiBi's, whatever is said",
        "max_seq_len": "for how long texts it was trained; the bias is known for any",
        "resid_pdrop": "Transformers has attn_pdrop in its place",
        "emb_pdrop": "Transformers has none",
    }

    d_model: int = 2048
    n_heads: int = 16
    n_layers: int = 24
    expansion_ratio: int = 4
    max_seq_len: int = 2048
    vocab_size: int = 50368
    resid_pdrop: float = 0.0
    layer_norm_epsilon: float = 1e-5
    emb_pdrop: float = 0.0
    learned_pos_emb: bool = True
    attn_config: MptAttentionConfig = MptAttentionConfig()
    init_device: str = "cpu"
    logit_scale: float | str | None = None
    no_bias: bool = True
    embedding_fraction: float = 1.0
    norm_type: str = "low_precision_layernorm"
    use_cache: bool = False
    initializer_range: float = 0.02
    classifier_dropout: float | None = None
    hidden_dropout: float | None = None

    positive = ("d_model", "n_heads", "n_layers", "expansion_ratio", "max_seq_len", "vocab_size")

    def check_together(self) -> None:
        decoders.divide("d_model", self.d_model, "n_heads", self.n_heads)
        for name in ("clip_qkv", "softmax_scale"):
            value = getattr(self.attn_config, name)
            if value is not None and value < 0:
                raise InvalidConfig([Fault(f"config key 'attn_config.{name}'", "at least 0, or null", repr(value))])


@record
class ClippedAttention(Attention):
    """Attention whose queries, keys and values are kept within a limit, where there is one."""

    limit: float | None = None

    computes_shares: ClassVar[bool] = True

    def _project(self, run: Run, x: Array) -> tuple[Array, Array, Array]:
        made = Attention._project(self, run, x)
        if self.limit is None:
            return made
        query, key, value = (run.xp.clip(each, min=-self.limit, max=self.limit) for each in made)
        return query, key, value


def attention(config: MptConfig, index: int) -> Attention:
    """``Wqkv``, ``out_proj``."""
    width, heads, std, its = config.d_model, config.n_heads, config.initializer_range, config.attn_config
    head_dim = width // heads
    return ClippedAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=head_dim,
        projections=(Part("Wqkv", Linear(width, 3 * width, False, std)),),
        output=Part("out_proj", Linear(width, width, False, std)),
        scale=head_dim**-0.5 if its.softmax_scale is None else its.softmax_scale,
        dropout=its.attn_pdrop,
        index=index,
        limit=its.clip_qkv or None,
    )


def blueprint(config: MptConfig) -> Tower:
    """The bare model."""
    width, std, dropout = config.d_model, config.initializer_range, config.attn_config.attn_pdrop
    norm, inner = LayerNorm(width, config.layer_norm_epsilon, bias=False), config.expansion_ratio * width
    feed_forward = FeedForward(
        up=Part("up_proj", Linear(width, inner, False, std)),
        activation="gelu",
        down=Part("down_proj", Linear(inner, width, False, std)),
    )
    layers = []
    for index in range(config.n_layers):
        steps = (
            pre_norm(Part("attn", attention(config, index)), Part("norm_1", norm), dropout),
            pre_norm(Part("ffn", feed_forward), Part("norm_2", norm), dropout),
        )
        layers.append(Layer(steps))
    embeddings = LinearBiasEmbeddings(
        tokens=Part("wte", Embedding(config.vocab_size, width, std=std)),
        slopes=geometric_slopes(config.n_heads, config.attn_config.alibi_bias_max),
    )
    return Tower(
        stem=Part("", embeddings),
        stack=decoders.stack(layers, "blocks"),
        norm=Part("norm_f", norm),
        width=width,
    )


FAMILY = Family(
    config=MptConfig,
    stem="Mpt",
    prefix="transformer",
    heads=decoders.decoder_heads(
        "Mpt",
        blueprint,
        decoders.HeadParts("transformer", embedding="wte", token_classifier="classifier"),
        also={CAUSAL_LM: (PRETRAINING,)},
    ),
    class_names={"blocks.{}": "{}Block", "attn": "{}Attention"},
    sources="https://www.databricks.com/blog/mpt-7b",
)
