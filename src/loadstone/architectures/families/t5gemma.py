"""T5Gemma: an encoder and a decoder of Gemma 2's layers, each of its own size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures import declarations, decoders, tasks
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import HidingEmbeddings
from loadstone.architectures.components.encoder_decoder import EncoderDecoder, Written
from loadstone.architectures.components.head import Head, Pool
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual
from loadstone.architectures.components.leaves import Dropout, Embedding, Linear, RMSNorm, Softcap
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.families import gemma2
from loadstone.architectures.family import Family, HeadSpec
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig

_OF_THE_WHOLE = "the whole model's counts"


class T5GemmaModuleConfig(gemma2.Gemma2Config):
    """The keys of an encoder or a decoder. Defaults are those of Gemma 2 2B."""

    model_type = "t5_gemma_module"
    without: ClassVar = (*gemma2.Gemma2Config.without, "classifier_dropout", "use_bidirectional_attention")

    tie_word_embeddings: bool = True
    dropout_rate: float = 0.0
    cross_attention_hidden_size: int | None = None

    refused: ClassVar = declarations.but(gemma2.Gemma2Config.refused, "is_causal", "use_bidirectional_attention")
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        **dict.fromkeys(("dropout_rate", "tie_word_embeddings"), _OF_THE_WHOLE),
        "is_decoder": "the key that it lies in says so",
        "cross_attention_hidden_size": "the encoder says how wide it is",
    }


def _as_decoder(name: str) -> Rule:
    return Rule(lambda config, given: getattr(config.decoder, name, None) if given is None else given)


class T5GemmaConfig(PretrainedConfig):
    """The keys of a T5Gemma model: the encoder's, the decoder's, and what both have in common."""

    model_type = "t5gemma"

    encoder: T5GemmaModuleConfig = T5GemmaModuleConfig()
    decoder: T5GemmaModuleConfig = T5GemmaModuleConfig()
    is_encoder_decoder: bool = True
    dropout_rate: float = 0.0
    classifier_dropout_rate: float = 0.0
    attention_dropout: float = 0.0
    vocab_size: int = 256000
    initializer_range: float | None = None

    follows: ClassVar = {
        name: _as_decoder(name) for name in ("initializer_range", "bos_token_id", "eos_token_id", "pad_token_id")
    }
    refused: ClassVar = declarations.REFUSED_BY_ENCODER_DECODERS
    irrelevant: ClassVar = {
        **declarations.but(declarations.IRRELEVANT_TO_ENCODER_DECODERS, "is_encoder_decoder"),
        "vocab_size": "encoder and decoder say how many tokens each has",
    }


def tower(config: T5GemmaConfig, name: str) -> Tower:
    """``embed_tokens``, ``layers``, ``norm``. The decoder looks at what the encoder says."""
    own: T5GemmaModuleConfig = getattr(config, name)
    writes, dropout = name == "decoder", config.dropout_rate
    norm = RMSNorm(own.hidden_size, own.rms_norm_eps, offset=1.0)
    feed_forward = replace(decoders.feed_forward(own, own.hidden_activation), dropout=dropout)

    def step(body: Part, kind: str) -> Part:
        end = Part("", Add(Part(f"post_{kind}_layernorm", norm), dropout=dropout))
        return Part("", Residual(body, Part(f"pre_{kind}_layernorm", norm), end))

    layers = []
    for index in range(own.num_hidden_layers):
        seeing = replace(gemma2.attention(own, index), causal=writes, dropout=config.attention_dropout)
        looking = [step(Part("cross_attn", crossing(seeing, config)), "cross_attn")] if writes else []
        steps = (step(Part("self_attn", seeing), "self_attn"), *looking, step(Part("mlp", feed_forward), "feedforward"))
        layers.append(Layer(steps))
    padding = decoders.padding(own)
    table = Embedding(own.vocab_size, own.hidden_size, padding, std=own.initializer_range)
    return Tower(
        stem=Part("", HidingEmbeddings(Part("embed_tokens", table), dropout=dropout, padding=padding)),
        stack=decoders.stack(layers),
        width=own.hidden_size,
        norm=Part("", Chain((Part("norm", norm), Part("", Dropout(dropout))))),
    )


def crossing(attention: Attention, config: T5GemmaConfig) -> Attention:
    """The same over what the encoder says, all of it and without positions."""
    query, *others = attention.projections
    width = config.encoder.hidden_size
    keys = (Part(name, replace(linear, inputs=width)) for name, linear in others if isinstance(linear, Linear))
    return replace(attention, projections=(query, *keys), causal=False, memory=True, window=None, rotary=None)


def blueprint(config: T5GemmaConfig) -> EncoderDecoder:
    """The bare model."""
    return EncoderDecoder(
        encoder=Part("encoder", tower(config, "encoder")),
        decoder=Part("decoder", tower(config, "decoder")),
        start=config.decoder.bos_token_id,
        padding=config.decoder.pad_token_id,
    )


def encoder(config: T5GemmaConfig) -> Wrapped:
    """The encoder alone."""
    return Wrapped(Part("encoder", tower(config, "encoder")))


def conditional_generation(config: T5GemmaConfig) -> Head:
    """``lm_head.out_proj``, and perhaps a soft cap."""
    decoder = config.decoder
    std = (config.initializer_range or 0.0) * decoder.vocab_size**-0.5
    head = Part("lm_head", Chain((Part("out_proj", Linear(decoder.hidden_size, decoder.vocab_size, False, std)),)))
    cap = decoder.final_logit_softcapping
    output = head if cap is None else Part("", Chain((head, Part("", Softcap(cap)))))
    return Head(Part("model", blueprint(config)), output)


def classification(config: T5GemmaConfig, pool: Pool) -> Head:
    """``score`` over what is written of a text that is read, or over what the encoder says. ``pool``: the vectors."""
    writes, labels = config.is_encoder_decoder, config.num_labels
    bare = Written(Part("", blueprint(config)), config.decoder.pad_token_id) if writes else encoder(config)
    width = (config.decoder if writes else config.encoder).hidden_size
    out = Linear(width, labels, std=(config.initializer_range or 0.0) * labels**-0.5)
    score = Chain((Part("dropout", Dropout(config.classifier_dropout_rate)), Part("out_proj", out)))
    return Head(Part("model", bare), Part("score", score), pool, labels)


def sequence_classification(config: T5GemmaConfig) -> Head:
    """Over the last token, which is one place later where the text is written again."""
    return classification(config, "after_last" if config.is_encoder_decoder else "last")


def token_classification(config: T5GemmaConfig) -> Head:
    """Over all tokens."""
    return classification(config, "none")


def _tied(config: PretrainedConfig) -> Mapping[str, str]:
    return {"lm_head.out_proj.weight": "model.decoder.embed_tokens.weight"} if config.tie_word_embeddings else {}


_INPUTS = (*tasks.SEQ2SEQ[:2], "position_ids", *tasks.SEQ2SEQ[2:4], "decoder_position_ids", *tasks.SEQ2SEQ[4:])
_REREAD: Mapping[str, Any] = {
    "inputs": tuple(name for name in _INPUTS if name != "past_key_values"),
    "writes": "input_ids",
    "kept": ("hidden_states", "attentions"),
}

FAMILY = Family(
    config=T5GemmaConfig,
    stem="T5Gemma",
    prefix="model",
    heads=(
        HeadSpec("T5GemmaModel", tasks.BARE, blueprint, differs={"inputs": _INPUTS, "output": "Seq2SeqModelOutput"}),
        HeadSpec(
            "T5GemmaForConditionalGeneration",
            tasks.SEQ2SEQ_LM,
            conditional_generation,
            (("lm_head",),),
            _tied,
            also=(tasks.PRETRAINING,),
            differs={"inputs": _INPUTS, "options": (*tasks.TASKS[tasks.SEQ2SEQ_LM].options, "logits_to_keep")},
        ),
        HeadSpec(
            "T5GemmaEncoderModel",
            tasks.TEXT_ENCODING,
            encoder,
            differs={"inputs": ("input_ids", "attention_mask", "position_ids", "inputs_embeds")},
        ),
        HeadSpec(
            "T5GemmaForSequenceClassification",
            tasks.SEQUENCE_CLASSIFICATION,
            sequence_classification,
            (("score",),),
            differs=_REREAD,
        ),
        HeadSpec(
            "T5GemmaForTokenClassification",
            tasks.TOKEN_CLASSIFICATION,
            token_classification,
            (("score",),),
            differs=_REREAD,
        ),
    ),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layers.{}": "{}EncoderLayer",
        "decoder": "{}Decoder",
        "decoder.layers.{}": "{}DecoderLayer",
        "self_attn": "{}SelfAttention",
        "cross_attn": "{}CrossAttention",
        "lm_head": "{}LMHead",
        "score": "{}ClassificationHead",
    },
    sources="arXiv:2504.06225",
)
