"""Families that read one text and write another with fairseq's layers: BART, Marian, M2M-100 and models like them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, TypeAlias

from loadstone.architectures import declarations, encoder_decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Biased
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear, Scaled, Weight
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.decoders import padding
from loadstone.architectures.encoder_decoders import Built
from loadstone.architectures.fairseq import FairseqConfig, Side
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.initial import sinusoids_in_halves
from loadstone.architectures.tasks import BARE, CAUSAL_LM, SEQ2SEQ_LM
from loadstone.configs.keys import Refusal
from loadstone.core.records import record

LEFTOVERS = ("encoder.version", "decoder.version", "embed_positions._float_tensor", "embed_positions.weights")
"""What fairseq's own files hold beside weights, and files made of them."""

BIAS = ("final_logits_bias",)
"""What files may lack: it is 0, unless someone has set it."""

SINES = ("embed_positions.weight",)
"""What files may lack where positions are sines and cosines."""

CLASS_NAMES: Mapping[str, str] = {
    "encoder": "{}Encoder",
    "encoder.layers.{}": "{}EncoderLayer",
    "decoder": "{}Decoder",
    "decoder.layers.{}": "{}DecoderLayer",
    "classification_head": "{}ClassificationHead",
}

Name: TypeAlias = Literal["encoder", "decoder"]
"""Which of the two towers."""


class FairseqTextConfig(FairseqConfig):
    """The keys that they share. Defaults are those of BART large."""

    vocab_size: int = 50265
    max_position_embeddings: int = 1024
    d_model: int = 1024
    encoder_layers: int = 12
    encoder_attention_heads: int = 16
    encoder_ffn_dim: int = 4096
    decoder_layers: int = 12
    decoder_attention_heads: int = 16
    decoder_ffn_dim: int = 4096
    dropout: float = 0.1
    decoder_start_token_id: int | None = 2
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    forced_eos_token_id: int | list[int] | None = 2

    positive: ClassVar[tuple[str, ...]] = (*FairseqConfig.positive, "max_position_embeddings")
    refused: ClassVar[Mapping[str, Refusal]] = {**FairseqConfig.refused, **declarations.WITHOUT_ROPE}
    irrelevant: ClassVar[Mapping[str, str]] = {
        **FairseqConfig.irrelevant,
        "forced_eos_token_id": "of generation",
        "id2label": declarations.WITHOUT_CLASSES["id2label"],
    }

    @property
    def embed_scale(self) -> float:
        """What vectors of tokens are multiplied by."""
        return float(self.d_model**0.5) if self.scale_embedding else 1.0


class ReadingConfig(FairseqTextConfig):
    """The keys of those that have classes to classify texts, too."""

    classifier_dropout: float = 0.0

    irrelevant: ClassVar[Mapping[str, str]] = declarations.but(FairseqTextConfig.irrelevant, "id2label")


def tokens(config: FairseqTextConfig, count: int | None = None, *, scaled: bool = True) -> Embedding:
    """A table of the vocabulary, or of so many tokens; ``scaled``: by the config's scale when it is looked up in."""
    rows, row = count or config.vocab_size, padding(config)
    scale = config.embed_scale if scaled else 1.0
    return Embedding(rows, config.d_model, row if row is None or row < rows else None, scale, config.init_std)


def learned_stem(config: FairseqTextConfig, *, reserved: int = 0, norm: bool = False) -> Embeddings:
    """``embed_tokens``, ``embed_positions`` after so many ``reserved`` rows, and perhaps ``layernorm_embedding``."""
    width, rows = config.d_model, config.max_position_embeddings + reserved
    return Embeddings(
        Part("embed_tokens", tokens(config)),
        Part("embed_positions", Embedding(rows, width, std=config.init_std)),
        norm=Part("layernorm_embedding", LayerNorm(width)) if norm else None,
        dropout=config.dropout,
        offset=reserved,
    )


def bart_stem(config: FairseqTextConfig, name: Name) -> Embeddings:
    """BART's: fairseq reserved two rows for what never came."""
    return learned_stem(config, reserved=2, norm=True)


def sinusoidal_stem(config: FairseqTextConfig, name: Name, count: int | None = None) -> Embeddings:
    """``embed_tokens``, and ``embed_positions`` that are sines and cosines, which files may hold or not.

    A decoder scales also what is given in place of tokens.
    """
    width, writes = config.d_model, name == "decoder"
    table = Embedding(config.max_position_embeddings, width, trained=False, initial=sinusoids_in_halves)
    return Embeddings(
        Part("embed_tokens", tokens(config, count, scaled=not writes)),
        Part("embed_positions", table),
        project=Part("", Scaled(config.embed_scale)) if writes else None,
        dropout=config.dropout,
    )


@record
class Texts:
    """What a family's towers are: how tokens become vectors, and where norms stand."""

    stem: Callable[[Any, Name], Embeddings]
    norm_first: bool
    """Whether norms come before what they belong to, and ``layer_norm`` after the last layer."""
    repeats: bool = False
    """See :class:`~loadstone.architectures.components.encoder_decoder.EncoderDecoder`."""
    pair: type[EncoderDecoder] = EncoderDecoder
    """What holds both towers."""
    shares: Callable[[Any], bool] = lambda config: True
    """Whether encoder and decoder have one table of tokens, ``shared``."""
    biased: bool = True
    """Whether logits have a bias, ``final_logits_bias``."""
    language: str = "ForConditionalGeneration"
    """How the name ends of the class that writes."""
    also: tuple[str, ...] = ()
    """Other tasks whose Auto classes give it."""
    reads: bool = False
    """Whether there are classes that classify a text, and find answers in it."""
    continues: bool = True
    """Whether there is a class of the decoder alone."""

    def tower(self, config: Any, name: Name) -> Tower:
        """What reads, or what writes."""
        return Side.of(config, name, norm_first=self.norm_first).tower(self.stem(config, name))

    def blueprint(self, config: Any) -> EncoderDecoder:
        """The bare model."""
        return self.pair(
            encoder=Part("encoder", self.tower(config, "encoder")),
            decoder=Part("decoder", self.tower(config, "decoder")),
            beside=(Part("shared", tokens(config)),) if self.shares(config) else (),
            start=config.decoder_start_token_id,
            padding=config.pad_token_id,
            repeats=self.repeats,
        )

    def conditional_generation(self, config: Any) -> Head:
        """``lm_head``, and perhaps a bias that is stored and not trained."""
        count = self._written(config)
        head = Part("lm_head", Linear(config.d_model, count, False, config.init_std))
        if self.biased:
            head = Part("", Biased(head, Part("final_logits_bias", Weight((1, count), trained=False))))
        return Head(Part("model", self.blueprint(config)), head)

    def sequence_classification(self, config: Any) -> Head:
        """``classification_head`` over what is written for the end of the text."""
        width, labels, ends = config.d_model, config.num_labels, encoder_decoders.end_tokens(config)
        head = encoder_decoders.classification_head(width, labels, config.init_std, config.classifier_dropout)
        return Head(Part("model", self.blueprint(config)), head, "end", labels, ends)

    def question_answering(self, config: Any) -> Head:
        """``qa_outputs`` over what is written."""
        outputs = Linear(config.d_model, 2, std=config.init_std)
        return Head(Part("model", self.blueprint(config)), Part("qa_outputs", outputs), labels=2)

    def causal_lm(self, config: Any) -> Head:
        """The decoder alone, which may still look at what another model has read."""
        decoder = Wrapped(Part("model.decoder", self.tower(config, "decoder")))
        head = Linear(config.d_model, self._written(config), False, config.init_std)
        return Head(Part("", decoder), Part("lm_head", head))

    def _written(self, config: Any) -> int:
        """How many tokens it may write."""
        table = self.stem(config, "decoder").tokens.component
        assert isinstance(table, Embedding)
        return table.count

    def ties(self, prefix: str, head: str) -> Callable[[Any], Mapping[str, str]]:
        """Config → what is tied; ``prefix``: where the bare model lies, ``head``: the output embeddings."""
        apart = _ties_of_decoder(prefix, head)

        def tied(config: Any) -> Mapping[str, str]:
            if not config.tie_word_embeddings or not self.shares(config):
                return apart(config)
            names = (*_tables(prefix), *((f"{head}.weight",) if head else ()))
            return dict.fromkeys(names, f"{prefix}shared.weight")

        return tied

    def heads(self, stem: str) -> tuple[HeadSpec, ...]:
        """The family's classes; names begin with ``stem``."""
        sequence, answers = Built(self.sequence_classification, "model."), Built(self.question_answering, "model.")
        found = encoder_decoders.encoder_decoder_heads(
            stem,
            self.blueprint,
            Built(self.conditional_generation, "model.", self.also),
            *((sequence, answers) if self.reads else (None, None)),
            ties=self.ties,
        )
        alone = HeadSpec(
            f"{stem}ForCausalLM",
            CAUSAL_LM,
            self.causal_lm,
            (("lm_head",),),
            _ties_of_decoder("model.", "lm_head"),
            stand_ins=_stand_ins("model.")[1:],
            differs=_DECODER,
        )
        return (*(self._finished(head, stem) for head in found), *((alone,) if self.continues else ()))

    def _finished(self, head: HeadSpec, stem: str) -> HeadSpec:
        if head.task == SEQ2SEQ_LM:
            name, pairs = f"{stem}{self.language}", (*_stand_ins("model."), *head.stand_ins)
            return replace(head, class_name=name, stand_ins=pairs)
        return replace(head, stand_ins=_stand_ins("" if head.task == BARE else "model."))


def _tables(prefix: str) -> tuple[str, str]:
    return f"{prefix}encoder.embed_tokens.weight", f"{prefix}decoder.embed_tokens.weight"


def _stand_ins(prefix: str) -> tuple[tuple[str, str], ...]:
    """Before version 5, Transformers tied the tables whatever the config said, and wrote only the ``shared`` one."""
    return tuple((name, f"{prefix}shared.weight") for name in _tables(prefix))


def _ties_of_decoder(prefix: str, head: str) -> Callable[[Any], Mapping[str, str]]:
    """Config → a ``head`` that has the decoder's table, where it says so."""
    pair = {f"{head}.weight": _tables(prefix)[1]} if head else {}
    return lambda config: pair if config.tie_word_embeddings else {}


_DECODER: Mapping[str, Any] = {
    "inputs": (
        *("input_ids", "attention_mask", "encoder_hidden_states", "encoder_attention_mask"),
        *("past_key_values", "inputs_embeds"),
    ),
    "loss": "masked_token",  # labels are for the place itself
    "output": "CausalLMOutputWithCrossAttentions",
    "kept": ("past_key_values", "hidden_states", "attentions", "cross_attentions"),
}
