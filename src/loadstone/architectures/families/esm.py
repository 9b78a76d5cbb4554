"""ESM: encoders of proteins; BERT's parts with norms first, whose positions are rotary in ESM-2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from loadstone.architectures import declarations, encoders
from loadstone.architectures.components.attention import angles_of
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Add, Biased, Chain, Layer, Pooler, Residual, Stack
from loadstone.architectures.components.leaves import Activation, Embedding, Linear, Weight
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import padding
from loadstone.architectures.family import Family
from loadstone.architectures.rotary import Rotary, make_rotary
from loadstone.architectures.tasks import BARE, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION
from loadstone.configs.keys import Refusal
from loadstone.core.naming_rules import Rule
from loadstone.core.records import record
from loadstone.core.tensors import DType
from loadstone.errors import Fault, InvalidConfig

_MASKED = 0.15 * 0.8
"""The share of tokens that were masked in training."""
_INV_FREQ = "attention.self.rotary_embeddings.inv_freq"


class EsmConfig(encoders.EncoderConfig):
    """The keys of an ESM model. Defaults are those of Transformers, the vocabulary that of all such models."""

    model_type = "esm"
    without = ("type_vocab_size", "hidden_act")

    refused: ClassVar = {
        **encoders.EncoderConfig.refused,
        **{name: Refusal((), "rotary positions have rope_theta alone") for name in declarations.WITHOUT_ROPE},
        "is_folding_model": Refusal((False,), "ESMFold's folding trunk is not computed; bridge=True loads its class"),
        "position_embedding_type": Refusal(("absolute", "rotary"), "relative position embeddings are not supported"),
    }
    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "classifier_dropout": "this family's classifiers have hidden_dropout_prob",
        "esmfold_config": "ESMFold's, which is refused",
        "vocab_list": "ESMFold's, which is refused",
    }
    positive = tuple(name for name in encoders.EncoderConfig.positive if name != "type_vocab_size")

    vocab_size: int = 33
    mask_token_id: int | None = None
    pad_token_id: int | None = None
    eos_token_id: int | list[int] | None = 2
    max_position_embeddings: int = 1026
    position_embedding_type: str | None = "absolute"
    rope_theta: float = 10000.0
    emb_layer_norm_before: bool | None = None
    token_dropout: bool | None = False
    is_folding_model: bool | None = False
    esmfold_config: dict[str, Any] | None = None
    vocab_list: list[str] | None = None

    def check_together(self) -> None:
        super().check_together()
        _rotary(self)
        if self.token_dropout and self.mask_token_id is None:
            raise InvalidConfig([Fault("config key 'mask_token_id'", "the token that token_dropout looks for", "None")])


def _rotary(config: EsmConfig) -> Rotary | None:
    if config.position_embedding_type != "rotary":
        return None
    head_dim = config.hidden_size // config.num_attention_heads
    rotary = make_rotary(head_dim=head_dim, theta=config.rope_theta, max_position=config.max_position_embeddings)
    return rotary._replace(stored=True)


@record
class ProteinEmbeddings(Embeddings):
    """Embeddings in which masked tokens count as dropped out, and padding as nothing.

    Vectors that are given in place of ids are what comes out, as they are.
    """

    masked: int | None = None
    """The token that is taken for dropped out, where any is: what is left of a text is then scaled, so that as much
    comes out as in training (arXiv:2206.13517, appendix A)."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        xp, inputs = run.xp, run.read(self, given)
        if inputs.inputs_embeds is not None:
            return inputs.inputs_embeds
        ids, padding = inputs.input_ids, run.state.padding
        x = run.lookup(self, self.tokens, "input_ids", ids)
        shown = xp.astype(ids == ids if padding is None else padding, xp.float32)
        if self.masked is not None:
            is_masked = ids == self.masked
            length, gone = (
                xp.sum(xp.astype(each, xp.float32), axis=1, keepdims=True)[..., None] for each in (shown, is_masked)
            )
            scale = (1 - _MASKED) * length / xp.clip(length - gone, min=1.0)
            x = xp.astype(xp.where(is_masked[..., None], 0.0, x) * scale, x.dtype)
        if self.position is not None:
            x = x + self._placed(run, inputs.position_ids, x)
        if self.norm is not None:
            x = run(self.norm, x)
        return x if padding is None else x * xp.astype(shown, x.dtype)[..., None]


@record
class Angles(Component):
    """Positions times the inverse frequencies that files hold."""

    inv_freq: Part
    rotary: Rotary

    def compute(self, run: Run, positions: Array) -> Array:
        """``positions`` (batch or 1, tokens) → (batch or 1, 1, tokens, dim / 2) in float32."""
        xp = run.xp
        frequencies = xp.near(xp.astype(run.weight(self.inv_freq), xp.float32), positions)
        return angles_of(xp, self.rotary, positions, frequencies)


@record
class TurnedByAngles(Component):
    """Leaves cos and sin of the positions in the state, of the angles that a part gives."""

    angles: Part
    rotary: Rotary

    def compute(self, run: Run, x: Array) -> Array:
        xp = run.xp
        angles = run(self.angles, run.state.position_ids)
        angles = xp.concat((angles, angles), axis=-1)
        run.leave_rotary(self.rotary, xp.astype(xp.cos(angles), x.dtype), xp.astype(xp.sin(angles), x.dtype))
        return x


@record
class Frequencies:
    """The inverse frequencies of a rotary, as initial values."""

    rotary: Rotary

    def __call__(self, rng: Any, shape: tuple[int, ...]) -> Any:
        import numpy as np

        return np.asarray(self.rotary.frequencies()[0], np.float32)


def _layer(config: EsmConfig, index: int, rotary: Rotary | None) -> Layer:
    width, inner = config.hidden_size, config.intermediate_size
    norm = Part("LayerNorm", encoders.layer_norm(config))

    def end(inputs: int) -> Part:
        dense = Part("dense", encoders.linear(config, inputs, width))
        return Part("output", Add(dense, dropout=config.hidden_dropout_prob))

    attention = replace(encoders.bert_attention(config, index, ("query", "key", "value")), rotary=rotary)
    steps = (Part("dense", encoders.linear(config, width, inner)), Part("activation", Activation("gelu")))
    return Layer(
        (
            Part("attention", Residual(Part("self", attention), norm, end(width), shows_attention=True)),
            Part("", Residual(Part("intermediate", Chain(steps)), norm, end(inner))),
        )
    )


def blueprint(config: EsmConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    width, std, rotary, row = config.hidden_size, config.initializer_range, _rotary(config), padding(config)
    counted: Literal["count", "tokens"] = "tokens" if rotary is None else "count"
    stem = ProteinEmbeddings(
        tokens=Part("word_embeddings", Embedding(config.vocab_size, width, row, std=std)),
        position=Part("position_embeddings", Embedding(config.max_position_embeddings, width, row, std=std))
        if rotary is None
        else None,
        norm=Part("layer_norm", encoders.layer_norm(config)) if config.emb_layer_norm_before else None,
        positions=counted,
        offset=(row or 0) if rotary is None else 0,
        padding=row,
        masked=config.mask_token_id if config.token_dropout else None,
    )
    layers = [Part(f"layer.{index}", _layer(config, index, rotary)) for index in range(config.num_hidden_layers)]
    norm = Part("emb_layer_norm_after", encoders.layer_norm(config))
    steps: tuple[Part, ...] = (Part("encoder", Chain((Part("", Stack(tuple(layers))), norm))),)
    if rotary is not None:
        held = Weight(((rotary.dim + 1) // 2,), trained=False, initial=Frequencies(rotary), dtype=DType.FLOAT32)
        angles = Part("rotary_embeddings", Angles(Part("inv_freq", held), rotary))
        steps = (Part("", TurnedByAngles(angles, rotary)), *steps)
    # What tells contacts of attentions lies in every file, and no pass computes it.
    regression = Part("regression", Linear(config.num_hidden_layers * config.num_attention_heads, 1, std=std))
    return Tower(
        stem=Part("embeddings", stem),
        stack=Part("", Chain(steps, beside=(Part("contact_head", Chain((regression,))),))),
        width=width,
        pooler=Part("pooler", Pooler(Part("dense", encoders.linear(config, width, width)))) if pooler else None,
    )


def language_head(config: EsmConfig) -> Part:
    """``lm_head``: dense, gelu, norm, decoder, and a bias beside them."""
    width = config.hidden_size
    steps = (
        Part("dense", encoders.linear(config, width, width)),
        Part("activation", Activation("gelu")),
        Part("layer_norm", encoders.layer_norm(config)),
        Part("decoder", Linear(width, config.vocab_size, False, config.initializer_range)),
    )
    return Part("lm_head", Biased(Part("", Chain(steps)), Part("bias", Weight((config.vocab_size,)))))


def classifier(config: EsmConfig) -> Part:
    """Two linear maps over the first token."""
    return encoders.dense_classifier(config, "tanh", config.hidden_dropout_prob)


FAMILY = Family(
    config=EsmConfig,
    stem="Esm",
    prefix="esm",
    heads=tuple(
        head
        for head in encoders.encoder_heads(
            "Esm",
            encoders.BareEncoder("esm", blueprint, also=()),
            encoders.LanguageHead(language_head, decoder="lm_head.decoder", optional=("lm_head",), also=()),
            encoders.SequenceHead(classifier),
            encoders.SequenceHead(classifier),
            encoders.Dropouts(lambda config: config.hidden_dropout_prob),
        )
        if head.task in (BARE, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)
    ),
    rules=(
        *encoders.RULES,
        # Older files hold the frequencies in each layer; Transformers 5 writes one of them, with a star for its number.
        *(Rule(f"encoder.layer.{layer}.{_INV_FREQ}", "rotary_embeddings.inv_freq") for layer in "0*"),
    ),
    # Files of ESM-2 hold a table of positions, too.
    leftovers=(*encoders.LEFTOVERS, f".{_INV_FREQ}", "embeddings.position_embeddings.weight"),
    known=("rotary_embeddings.inv_freq",),
    class_names={
        **encoders.CLASS_NAMES,
        "rotary_embeddings": "{}RotaryEmbedding",
        "contact_head": "{}ContactPredictionHead",
    },
    sources="arXiv:2206.13517; doi:10.1126/science.ade2574",
)
