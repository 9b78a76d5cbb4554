"""GPT-2: learned positions, one fused projection, weights stored input-first."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders, gpt2_layers
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.leaves import LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, PRETRAINING
from loadstone.configs.pretrained import PretrainedConfig


class GPT2Config(PretrainedConfig):
    """The keys of a GPT-2 model. Defaults are those of GPT-2 small."""

    model_type = "gpt2"
    attribute_map: ClassVar = {
        "hidden_size": "n_embd",
        "max_position_embeddings": "n_positions",
        "num_attention_heads": "n_head",
        "num_hidden_layers": "n_layer",
    }

    refused: ClassVar = {**declarations.REFUSED_BY_DECODERS, **declarations.WITHOUT_ROPE}
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_DECODERS,
        "reorder_and_upcast_attn": "it guards half precision against overflow; scores are summed in float32 anyway",
        **dict.fromkeys(
            (
                "summary_type",
                "summary_use_proj",
                "summary_activation",
                "summary_proj_to_labels",
                "summary_first_dropout",
            ),
            "of the head for multiple choice, which this family has not here",
        ),
        "n_ctx": "what old files have beside n_positions",
    }

    vocab_size: int = 50257
    n_positions: int = 1024
    n_embd: int = 768
    n_layer: int = 12
    n_head: int = 12
    n_inner: int | None = None
    activation_function: str = "gelu_new"
    resid_pdrop: float = 0.1
    embd_pdrop: float = 0.1
    attn_pdrop: float = 0.1
    layer_norm_epsilon: float = 1e-5
    initializer_range: float = 0.02
    scale_attn_weights: bool = True
    scale_attn_by_inverse_layer_idx: bool = False
    reorder_and_upcast_attn: bool = False
    classifier_dropout: float | None = None
    hidden_dropout: float | None = None
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256

    positive = ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner")

    def check_together(self) -> None:
        decoders.divide("n_embd", self.n_embd, "n_head", self.n_head)


def blueprint(config: GPT2Config) -> Tower:
    """The bare model."""
    width, heads, std = config.n_embd, config.n_head, config.initializer_range
    head_dim = width // heads
    # The ends of the residual branches start smaller, by the root of their number (the GPT-2 paper, section 2.3).
    end = std / (2 * config.n_layer) ** 0.5
    norm = LayerNorm(width, config.layer_norm_epsilon)
    inner = config.n_inner or 4 * width
    feed_forward = FeedForward(
        up=Part("c_fc", Linear(width, inner, std=std, transposed=True)),
        activation=config.activation_function,
        down=Part("c_proj", Linear(inner, width, std=end, transposed=True)),
    )
    layers = []
    for index in range(config.n_layer):
        scale = head_dim**-0.5 if config.scale_attn_weights else 1.0
        attention = Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=head_dim,
            projections=(Part("c_attn", Linear(width, 3 * width, std=std, transposed=True)),),
            output=Part("c_proj", Linear(width, width, std=end, transposed=True)),
            scale=scale / (index + 1) if config.scale_attn_by_inverse_layer_idx else scale,
            dropout=config.attn_pdrop,
            index=index,
        )
        layers.append(gpt2_layers.layer(attention, feed_forward, norm, config.resid_pdrop))
    stem = gpt2_layers.embeddings(config.vocab_size, config.n_positions, width, std, config.embd_pdrop)
    return gpt2_layers.tower(stem, layers, norm, width)


FAMILY = Family(
    config=GPT2Config,
    stem="GPT2",
    prefix="transformer",
    heads=decoders.decoder_heads(
        "GPT2",
        blueprint,
        decoders.HeadParts("transformer", embedding="wte", token_classifier="classifier"),
        names={CAUSAL_LM: "GPT2LMHeadModel"},
        also={CAUSAL_LM: (PRETRAINING,)},
    ),
    leftovers=("attn.bias", "attn.masked_bias"),
    inputs_first=("c_attn.weight", "c_fc.weight", "c_proj.weight"),
    class_names={"h.{}": "{}Block"},
    sources="Radford et al. 2019, https://github.com/openai/gpt-2",
)
