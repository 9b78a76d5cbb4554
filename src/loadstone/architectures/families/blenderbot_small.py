"""Blenderbot of 90 million parameters, whose decoder norms tokens before they have positions."""

from __future__ import annotations

from dataclasses import replace

from loadstone.architectures import fairseq_texts
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Scaled
from loadstone.architectures.fairseq_texts import FairseqTextConfig, Name, Texts, learned_stem, tokens
from loadstone.architectures.family import Family


class BlenderbotSmallConfig(FairseqTextConfig):
    """The keys of a small Blenderbot model. Defaults are those of Blenderbot 90M."""

    model_type = "blenderbot-small"

    max_position_embeddings: int = 512
    d_model: int = 512
    encoder_layers: int = 8
    encoder_ffn_dim: int = 2048
    decoder_layers: int = 8
    decoder_ffn_dim: int = 2048
    decoder_start_token_id: int | None = 1
    pad_token_id: int | None = 0
    bos_token_id: int | None = 1


def stem(config: BlenderbotSmallConfig, name: Name) -> Embeddings:
    """``embed_tokens``, ``embed_positions`` and ``layernorm_embedding``."""
    read = learned_stem(config, norm=True)
    if name == "encoder":
        return read
    assert read.norm is not None
    table = Part("embed_tokens", tokens(config, scaled=False))
    normed = Chain((Part("", Scaled(config.embed_scale)), read.norm))
    return replace(read, tokens=table, project=Part("", normed), norm=None)


FAMILY = Family(
    config=BlenderbotSmallConfig,
    stem="BlenderbotSmall",
    prefix="model",
    heads=Texts(stem, norm_first=False).heads("BlenderbotSmall"),
    leftovers=fairseq_texts.LEFTOVERS,
    known=fairseq_texts.BIAS,
    class_names=fairseq_texts.CLASS_NAMES,
    sources="arXiv:2004.13637",
)
