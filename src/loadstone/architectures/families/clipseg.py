"""CLIPSeg: CLIP, and a small decoder that says which pixels of a picture a text, or another picture, means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures.components import (
    Activation,
    Chain,
    Component,
    Conv,
    ConvTranspose,
    Head,
    Linear,
    Part,
    Tower,
    TwoTowers,
    Weight,
)
from loadstone.architectures.components.feature_maps import taking
from loadstone.architectures.components.layers import post_norm
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.prompted_masks import (
    FilmStack,
    FilmStem,
    MaskDecoder,
    MaskOutput,
    PromptedMasks,
    PromptedTowers,
)
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.image_text import (
    ImageTowerConfig,
    TextTowerConfig,
    compares,
    layer,
    projection,
    text_tower,
)
from loadstone.architectures.image_text import vision_tower as clip_vision_tower
from loadstone.architectures.images import IRRELEVANT, REFUSED, pair
from loadstone.architectures.tasks import (
    BARE,
    IMAGE_SEGMENTATION,
    IMAGE_TOWER,
    TEXT_TOWER,
    ZERO_SHOT_IMAGE_CLASSIFICATION,
)
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

_OF_WHOLE = {"projection_dim": "that of the whole model counts"}


class CLIPSegTextConfig(TextTowerConfig):
    """The keys of CLIPSeg's tower that reads texts. Defaults are those of CLIP base."""

    model_type = "clipseg_text_model"
    base_config_key = "text_config"

    irrelevant: ClassVar[Mapping[str, str]] = {**TextTowerConfig.irrelevant, **_OF_WHOLE}


class CLIPSegVisionConfig(ImageTowerConfig):
    """The keys of CLIPSeg's tower that reads pictures. Defaults are those of CLIP base with patches of 32 × 32."""

    model_type = "clipseg_vision_model"
    base_config_key = "vision_config"

    irrelevant: ClassVar[Mapping[str, str]] = {**ImageTowerConfig.irrelevant, **_OF_WHOLE}


class CLIPSegConfig(PretrainedConfig):
    """The keys of a CLIPSeg model: the two towers', how they are compared, and the decoder's."""

    model_type = "clipseg"
    complete_dicts: ClassVar[Mapping[str, str]] = {
        "text_config_dict": "text_config",
        "vision_config_dict": "vision_config",
    }

    text_config: CLIPSegTextConfig = CLIPSegTextConfig()
    vision_config: CLIPSegVisionConfig = CLIPSegVisionConfig()
    projection_dim: int = 512
    logit_scale_init_value: float = 2.6592
    initializer_factor: float = 1.0
    extract_layers: list[int] = [3, 6, 9]  # noqa: RUF012 (copied for each config)
    reduce_dim: int = 64
    decoder_num_attention_heads: int = 4
    decoder_attention_dropout: float = 0.0
    decoder_hidden_act: str = "quick_gelu"
    decoder_intermediate_size: int = 2048
    conditional_layer: int = 0
    use_complex_transposed_convolution: bool = False

    positive: ClassVar[tuple[str, ...]] = (
        *("projection_dim", "reduce_dim", "decoder_num_attention_heads", "decoder_intermediate_size"),
    )
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = {
        **IRRELEVANT,
        "id2label": "no class of this family tells classes apart",
        "decoder_attention_dropout": "the decoder has that of the tower that reads pictures",
        "decoder_hidden_act": "the decoder has relu",
    }

    def check_together(self) -> None:
        divide("reduce_dim", self.reduce_dim, "decoder_num_attention_heads", self.decoder_num_attention_heads)


def vision_tower(config: CLIPSegVisionConfig) -> Tower:
    """CLIP's, whose pictures may have any size."""
    tower = clip_vision_tower(config)
    stem = tower.stem.component
    assert isinstance(stem, Chain)
    (name, patches), *rest = stem.steps
    assert isinstance(patches, Patches)
    steps = (Part(name, replace(patches, any_size=True)), *rest)
    return replace(tower, stem=Part(tower.stem.name, Chain(steps)))


def blueprint(config: CLIPSegConfig) -> TwoTowers:
    """``text_model``, ``vision_model``, ``visual_projection``, ``text_projection`` and ``logit_scale``."""
    text, vision = config.text_config, config.vision_config

    def project(tower: CLIPSegTextConfig | CLIPSegVisionConfig) -> Linear:
        return replace(
            projection(tower, config.projection_dim), std=tower.hidden_size**-0.5 * config.initializer_factor
        )

    return TwoTowers(
        Part("text_model", text_tower(text)),
        Part("vision_model", vision_tower(vision)),
        Part("visual_projection", project(vision)),
        Part("text_projection", project(text)),
        Part("logit_scale", Weight((), value=config.logit_scale_init_value)),
    )


def prompted_towers(config: CLIPSegConfig) -> PromptedTowers:
    """The same, of which hidden states of pictures are taken."""
    own = blueprint(config)
    tower = own.vision.component
    assert isinstance(tower, Tower)
    read = tuple(index + 1 for index in config.extract_layers)
    taken = tuple(sorted({*read}))
    vision = taking(tower, taken, pooler=tower.pooler, is_grid=False, keeps_tokens=True, is_inner=True)
    return PromptedTowers(
        own.text,
        Part(own.vision.name, vision),
        own.vision_projection,
        own.text_projection,
        own.scale,
        # The decoder begins with what is read last.
        read=tuple(taken.index(each) for each in reversed(read)),
        width=config.projection_dim,
    )


def decoder(config: CLIPSegConfig) -> MaskDecoder:
    """``film_mul``, ``film_add``, ``reduces``, ``layers`` and ``transposed_convolution``."""
    vision, width, std = config.vision_config, config.reduce_dim, config.initializer_factor
    own = CLIPSegVisionConfig(
        hidden_size=width,
        intermediate_size=config.decoder_intermediate_size,
        num_hidden_layers=vision.num_hidden_layers,  # by which its weights start
        num_attention_heads=config.decoder_num_attention_heads,
        hidden_act="relu",
        layer_norm_eps=vision.layer_norm_eps,
        attention_dropout=vision.attention_dropout,
        initializer_factor=config.initializer_factor,
    )
    film = Linear(config.projection_dim, width, std=std)
    depth = range(len(config.extract_layers))
    reduces = tuple(Part(f"reduces.{index}", Linear(vision.hidden_size, width, std=std)) for index in depth)
    layers = tuple(Part(f"layers.{index}", layer(own, index, causal=False, step=post_norm)) for index in depth)
    tower = Tower(
        stem=Part("", FilmStem(Part("film_mul", film), Part("film_add", film), reduces)),
        stack=Part("", FilmStack(layers, config.conditional_layer)),
        width=width,
    )
    return MaskDecoder(Part("", tower), Part("transposed_convolution", _larger(config)), pair(vision.patch_size))


def _larger(config: CLIPSegConfig) -> Component:
    """From patches to pixels, at once or in two steps."""
    width, std = config.reduce_dim, config.initializer_factor
    side, _ = pair(config.vision_config.patch_size)
    if not config.use_complex_transposed_convolution:
        return ConvTranspose(width, 1, (side, side), side, std=std)
    step = side // 4
    return Chain(
        (
            Part("0", Conv(width, width, (3, 3), padding=1, std=std)),
            Part("1", Activation("relu")),
            Part("2", ConvTranspose(width, width // 2, (step, step), step, std=std)),
            Part("3", Activation("relu")),
            Part("4", ConvTranspose(width // 2, 1, (step, step), step, std=std)),
        )
    )


def image_segmentation(config: CLIPSegConfig) -> Component:
    """``clip`` and ``decoder``."""
    _check_decoder(config)
    masks = PromptedMasks(Part("clip", prompted_towers(config)), Part("decoder", decoder(config)))
    return Head(Part("", masks), Part("", MaskOutput()), labels=1)


def _check_decoder(config: CLIPSegConfig) -> None:
    """:class:`InvalidConfig` for a decoder that cannot be: the towers alone need none of these keys."""
    faults, read, layers = [], config.extract_layers, config.vision_config.num_hidden_layers
    if not read or not all(0 <= index < layers for index in read):
        expected = f"the numbers of layers of vision_config, 0 to {layers - 1}"
        faults.append(Fault("config key 'extract_layers'", expected, repr(read)))
    elif not 0 <= config.conditional_layer < len(read):
        expected = f"the number of one of the decoder's layers, 0 to {len(read) - 1}"
        faults.append(Fault("config key 'conditional_layer'", expected, str(config.conditional_layer)))
    high, wide = pair(config.vision_config.patch_size)
    least = 4 if config.use_complex_transposed_convolution else 1
    if high != wide or high < least:
        found = repr(config.vision_config.patch_size)
        faults.append(Fault("config key 'vision_config.patch_size'", f"squares with sides of at least {least}", found))
    if config.use_complex_transposed_convolution and config.reduce_dim < 2:
        faults.append(Fault("config key 'reduce_dim'", "at least 2, of which half are left", str(config.reduce_dim)))
    if faults:
        raise InvalidConfig(faults)


_ANY_SIZE: Mapping[str, Any] = {
    "doc": """``pixel_values`` (batch, channels, height, width), pictures of any size → hidden states, and
    ``pooler_output`` (batch, width).

    Positions are interpolated, with and without ``interpolate_pos_encoding``.
    """,
}

FAMILY = Family(
    config=CLIPSegConfig,
    stem="CLIPSeg",
    prefix="clip",
    heads=(
        HeadSpec("CLIPSegModel", BARE, blueprint, also=(ZERO_SHOT_IMAGE_CLASSIFICATION,), differs=compares()),
        HeadSpec(
            "CLIPSegTextModel", TEXT_TOWER, text_tower, also=(BARE,), prefix="text_model", config=CLIPSegTextConfig
        ),
        HeadSpec(
            "CLIPSegVisionModel",
            IMAGE_TOWER,
            vision_tower,
            also=(BARE,),
            prefix="vision_model",
            differs=_ANY_SIZE,
            config=CLIPSegVisionConfig,
        ),
        HeadSpec("CLIPSegForImageSegmentation", IMAGE_SEGMENTATION, image_segmentation, (("decoder",),)),
    ),
    leftovers=("embeddings.position_ids",),
    class_names={
        "clip": "{}Model",
        "text_model": "{}TextModel",
        "vision_model": "{}VisionModel",
        "encoder": "{}Encoder",
        "encoder.layers.{}": "{}EncoderLayer",
        "decoder": "{}Decoder",
        "decoder.layers.{}": "{}DecoderLayer",
        "Embeddings": "{}TextEmbeddings",
        "Patches": "{}VisionEmbeddings",
    },
    sources="arXiv:2112.10003",
)
