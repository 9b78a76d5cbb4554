"""LayoutLM 3: texts on pages, and the pictures of these pages, in one encoder."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.documents import Documents, PlacedLayers, TextTokens
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.leaves import Conv, Dropout, Embedding, LayerNorm, Linear, Weight
from loadstone.architectures.components.pages import JoinedPageEmbeddings
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import (
    BARE,
    DOCUMENT_QUESTION_ANSWERING,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.architectures.text_tasks import ON_PAGES
from loadstone.configs.keys import Refusal
from loadstone.errors import Fault, InvalidConfig

_FEW_LABELS = 10  # of fewer a token classifier is one map


class LayoutLMv3Config(encoders.EncoderConfig):
    """The keys of a LayoutLM 3 model. Defaults are those of LayoutLM 3 base."""

    model_type = "layoutlmv3"
    positive: ClassVar = (
        *encoders.EncoderConfig.positive,
        *("max_2d_position_embeddings", "coordinate_size", "shape_size", "input_size", "num_channels", "patch_size"),
    )
    refused: ClassVar = {
        **declarations.but(encoders.EncoderConfig.refused, "position_embedding_type"),
        "is_decoder": Refusal((False,), "this family reads in both directions"),
        "text_embed": Refusal((True,), "a model of pictures alone has no text embeddings"),
    }
    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "position_embedding_type": "the keys about distances say it",
        "tie_word_embeddings": "this family has no language model",
    }

    vocab_size: int = 50265
    layer_norm_eps: float = 1e-5
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    max_2d_position_embeddings: int = 1024
    coordinate_size: int = 128
    shape_size: int = 128
    has_relative_attention_bias: bool = True
    rel_pos_bins: int = 32
    max_rel_pos: int = 128
    has_spatial_attention_bias: bool = True
    rel_2d_pos_bins: int = 64
    max_rel_2d_pos: int = 256
    text_embed: bool = True
    visual_embed: bool = True
    input_size: int = 224
    num_channels: int = 3
    patch_size: int = 16

    def check_together(self) -> None:
        super().check_together()
        faults, joined = [], 4 * self.coordinate_size + 2 * self.shape_size
        if joined != self.hidden_size:
            where = "config keys 'coordinate_size' and 'shape_size'"
            expected = f"4 of the one and 2 of the other to be hidden_size = {self.hidden_size}"
            faults.append(Fault(where, expected, str(joined)))
        for bins, farthest in (("rel_pos_bins", "max_rel_pos"), ("rel_2d_pos_bins", "max_rel_2d_pos")):
            count, most = getattr(self, bins), getattr(self, farthest)
            if not 4 <= count <= 1 << 16:
                faults.append(Fault(f"config key {bins!r}", f"4 to {1 << 16} bins", repr(count)))
            elif most <= count // 4:
                expected = f"more than a fourth of {bins} = {count}"
                faults.append(Fault(f"config key {farthest!r}", expected, repr(most)))
        if self.visual_embed and not self.patch_size <= self.input_size <= 1 << 14:
            expected = f"at least patch_size = {self.patch_size}, at most {1 << 14}"
            faults.append(Fault("config key 'input_size'", expected, repr(self.input_size)))
        if faults:
            raise InvalidConfig(faults)


def text_embeddings(config: LayoutLMv3Config) -> JoinedPageEmbeddings:
    """``embeddings``: RoBERTa's, with where a token is on its page."""
    plain, std = encoders.bert_embeddings(config, positions="tokens"), config.initializer_range
    ends = Embedding(config.max_2d_position_embeddings, config.coordinate_size, std=std)
    sizes = Embedding(config.max_2d_position_embeddings, config.shape_size, std=std)
    return JoinedPageEmbeddings(
        plain.tokens,
        plain.position,
        plain.segment,
        plain.norm,
        dropout=plain.dropout,
        positions=plain.positions,
        offset=plain.offset,
        padding=plain.padding,
        left_right=Part("x_position_embeddings", ends),
        upper_lower=Part("y_position_embeddings", ends),
        height=Part("h_position_embeddings", sizes),
        wide=Part("w_position_embeddings", sizes),
    )


def pictures(config: LayoutLMv3Config) -> Patches:
    """Patches of pictures of one size."""
    width, patch, side = config.hidden_size, config.patch_size, config.input_size
    count = (side // patch) ** 2 + 1
    conv = Conv(config.num_channels, width, (patch, patch), stride=patch, std=config.initializer_range)
    return Patches(
        Part("patch_embed.proj", conv),
        (side, side),
        tokens=(Part("cls_token", Weight((1, 1, width))),),
        position=Part("pos_embed", Weight((1, count, width))),
        norm=Part("norm", LayerNorm(width, 1e-6)),
    )


def blueprint(config: LayoutLMv3Config) -> Tower:
    """The bare model."""
    heads = config.num_attention_heads
    layers = [Part(f"layer.{i}", encoders.plain_bert_layer(config, i)) for i in range(config.num_hidden_layers)]
    stem = Documents(
        Part("embeddings", text_embeddings(config)),
        Part("", pictures(config)) if config.visual_embed else None,
        Part("LayerNorm", encoders.layer_norm(config)) if config.visual_embed else None,
        config.hidden_dropout_prob,
    )

    def distances(name: str, bins: int, is_there: bool) -> Part | None:
        return Part(name, Linear(bins, heads, bias=False, std=config.initializer_range)) if is_there else None

    on_page = config.has_spatial_attention_bias
    stack = PlacedLayers(
        tuple(layers),
        read=distances("rel_pos_bias", config.rel_pos_bins, config.has_relative_attention_bias),
        across=distances("rel_pos_x_bias", config.rel_2d_pos_bins, on_page),
        down=distances("rel_pos_y_bias", config.rel_2d_pos_bins, on_page),
        farthest=config.max_rel_pos,
        farthest_on_page=config.max_rel_2d_pos,
        scale=(config.hidden_size // heads) ** -0.5,
    )
    return Tower(Part("", stem), Part("encoder", stack), config.hidden_size)


def _backbone(config: LayoutLMv3Config) -> Part:
    return Part("layoutlmv3", blueprint(config))


def _classifier(config: LayoutLMv3Config) -> Part:
    return encoders.dense_classifier(config, "tanh", config.head_dropout)


def token_classification(config: LayoutLMv3Config) -> Component:
    """One map over each token of the text, or where there are many labels, two."""
    dropout = Part("dropout", Dropout(config.hidden_dropout_prob))
    one = Part("classifier", encoders.linear(config, config.hidden_size, config.num_labels))
    last = one if config.num_labels < _FEW_LABELS else _classifier(config)
    return Head(_backbone(config), Part("", TextTokens((dropout, last))), labels=config.num_labels)


def question_answering(config: LayoutLMv3Config) -> Component:
    """Two maps over each place, those of the picture included."""
    return Head(_backbone(config), Part("qa_outputs", _classifier(config).component), labels=2)


_GIVEN = {"inputs": (*ON_PAGES, "pixel_values")}
_CLASSIFIER = (("classifier",),)

FAMILY = Family(
    config=LayoutLMv3Config,
    stem="LayoutLMv3",
    prefix="layoutlmv3",
    heads=(
        HeadSpec("LayoutLMv3Model", BARE, blueprint, differs=_GIVEN),
        HeadSpec(
            "LayoutLMv3ForSequenceClassification",
            SEQUENCE_CLASSIFICATION,
            lambda config: Head(_backbone(config), _classifier(config), "first", config.num_labels),
            _CLASSIFIER,
            differs=_GIVEN,
        ),
        HeadSpec(
            "LayoutLMv3ForTokenClassification",
            TOKEN_CLASSIFICATION,
            token_classification,
            _CLASSIFIER,
            differs={**_GIVEN, "reads": "all"},
        ),
        HeadSpec(
            "LayoutLMv3ForQuestionAnswering",
            QUESTION_ANSWERING,
            question_answering,
            (("qa_outputs",),),
            also=(DOCUMENT_QUESTION_ANSWERING,),
            differs=_GIVEN,
        ),
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        **encoders.CLASS_NAMES,
        "JoinedPageEmbeddings": "{}TextEmbeddings",
        "qa_outputs": "{}ClassificationHead",
    },
    sources="arXiv:2204.08387",
)
