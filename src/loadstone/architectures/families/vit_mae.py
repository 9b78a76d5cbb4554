"""ViT-MAE: ViT that sees some patches of a picture, and a decoder that paints the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from loadstone.architectures.components import Component, Conv, Head, LayerNorm, Part, Patches, Stack, Tower, Weight
from loadstone.architectures.components.patches import interpolated
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import (
    IRRELEVANT,
    NAMES,
    SHOWN,
    LayersConfig,
    PatchesConfig,
    check_sizes,
    encoder,
    layer,
    linear,
    sized,
)
from loadstone.architectures.initial import Uniform
from loadstone.architectures.inputs import Axis
from loadstone.architectures.tasks import BARE, PRETRAINING
from loadstone.core.naming_rules import Rule as Naming
from loadstone.core.records import record
from loadstone.errors import ArgumentError, Fault, InvalidConfig

if TYPE_CHECKING:
    import numpy as np


class ViTMAEConfig(LayersConfig):
    """The keys of a ViT-MAE model. Defaults are those of the base model."""

    model_type = "vit_mae"

    image_size: int | list[int] = 224
    patch_size: int | list[int] = 16
    num_channels: int = 3
    qkv_bias: bool = True
    decoder_num_attention_heads: int = 16
    decoder_hidden_size: int = 512
    decoder_num_hidden_layers: int = 8
    decoder_intermediate_size: int = 2048
    mask_ratio: float = 0.75
    norm_pix_loss: bool = False

    positive: ClassVar[tuple[str, ...]] = (
        *(*LayersConfig.positive, "num_channels", "decoder_num_attention_heads", "decoder_hidden_size"),
        *("decoder_num_hidden_layers", "decoder_intermediate_size"),
    )
    irrelevant: ClassVar[Mapping[str, str]] = {**IRRELEVANT, "id2label": "no class tells classes apart"}

    def check_together(self) -> None:
        check_sizes(self)
        faults = [
            Fault(
                f"config key {name!r}", "a multiple of 4, for sines and cosines of two axes", str(getattr(self, name))
            )
            for name in ("hidden_size", "decoder_hidden_size")
            if getattr(self, name) % 4
        ]
        if not 0 <= self.mask_ratio < 1:
            faults.append(Fault("config key 'mask_ratio'", "a share of at least 0 and below 1", repr(self.mask_ratio)))
        if faults:
            raise InvalidConfig(faults)


@record
class GridSinusoids:
    """Sines and cosines of columns, then of rows, for each patch of a grid; zeros for the token before them."""

    grid: tuple[int, int]

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        import numpy as np

        quarter = shape[-1] // 4
        frequencies = 10000.0 ** (-np.arange(quarter) / quarter)
        rows, columns = np.indices(self.grid).reshape(2, -1, 1)
        halves = [np.concatenate((np.sin(at * frequencies), np.cos(at * frequencies)), 1) for at in (columns, rows)]
        table = np.concatenate(halves, axis=1)
        return np.concatenate((np.zeros((1, shape[-1])), table))[None].astype(np.float32)


@record
class MaskedTower(Tower):
    """A tower that sees some of the patches, chosen by chance (arXiv:2111.06377)."""

    mask_ratio: float = 0.75
    """The share of the patches that are hidden."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: the arguments of a pass; the patches with the least ``noise`` (batch, patches) are seen."""
        run.begin(self, given)
        xp, x = run.xp, run(self.stem, given)
        order = xp.argsort(self._noise(run, given, x), axis=1)
        restore = xp.argsort(order, axis=1)
        seen = int(order.shape[1] * (1 - self.mask_ratio))
        x = xp.concat((x[:, :1], xp.at_places(x[:, 1:], order[:, :seen])), axis=1)
        last = run(self.stack, x)
        assert self.norm is not None
        out = run.end(run(self.norm, last), None, last)
        return run.output(
            "ViTMAEModelOutput",
            last_hidden_state=out.last_hidden_state,
            mask=xp.astype(restore >= seen, x.dtype),
            ids_restore=restore,
            hidden_states=out.hidden_states,
            attentions=out.attentions,
        )

    def _noise(self, run: Run, given: Mapping[str, Any], x: Array) -> Array:
        batch, places = run.xp.shape(x)[:2]
        if given.get("noise") is None:
            noise = run.random((batch, places - 1), x, always=True)
            if noise is None:
                raise ArgumentError("Give noise (batch, patches): the patches with the least of it are seen.")
            return noise
        run.take(given, "noise", (Axis("batch"), Axis("patches", run.known(places - 1))))
        return given["noise"]  # in its own dtype: rounded, some would be equal


@record
class MaskedStem(Component):
    """What a decoder reads: what an encoder says of the patches that it saw, and a token in the place of each other."""

    embed: Part
    mask_token: Part
    position: Part
    """A ``Weight`` (1, 1 + patches, width)."""
    grid: tuple[int, int]
    """How many patches there are positions for, above and beside each other."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, 1 + patches, width), of ``seen``, the encoder's output, and ``grid``, how many patches there
        are."""
        xp, seen = run.xp, given["seen"]
        x, restore = run(self.embed, seen.last_hidden_state), seen.ids_restore
        batch, places, width = xp.shape(x)
        hidden = xp.broadcast_to(run.weight(self.mask_token), (batch, xp.shape(restore)[1] + 1 - places, width))
        patches = xp.at_places(xp.concat((x[:, 1:], hidden), axis=1), restore)
        positions = interpolated(xp, run.weight(self.position), self.grid, given["grid"], 1)
        return xp.concat((x[:, :1], patches), axis=1) + positions


@record
class PatchPainter(Component):
    """Paints every patch, and says how far the hidden ones are from what they were."""

    decoder: Part
    pixels: Part
    patch: tuple[int, int]
    normed: bool
    """Whether the pixels of each patch are normed before."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array, Array, Array, Array]:
        """The loss (), pixels (batch, patches, numbers), and ``mask`` and ``ids_restore`` of ``out``, the encoder's
        output."""
        xp = run.xp
        target, grid = self._patches(run, given)
        x = run(self.pixels, run(self.decoder, {"seen": out, "grid": grid}).last_hidden_state)[:, 1:]
        apart = xp.mean((x - target) ** 2, axis=-1)
        total = [xp.sum(xp.reshape(each, (-1,)), axis=0, keepdims=False) for each in (apart * out.mask, out.mask)]
        return total[0] / total[1], x, out.mask, out.ids_restore

    def _patches(self, run: Run, given: Mapping[str, Any]) -> tuple[Array, tuple[Any, Any]]:
        """The pixels of each patch, row by row, each with its channels, and how many patches there are."""
        xp, (high, wide) = run.xp, self.patch
        axes = (Axis("batch"), Axis("channels"), Axis("height", known=True), Axis("width", known=True))
        pixels = run.take(given, "pixel_values", axes)
        batch, channels, height, width = xp.shape(pixels)
        rows, columns = height // high, width // wide
        x = xp.reshape(pixels[:, :, : rows * high, : columns * wide], (batch, channels, rows, high, columns, wide))
        x = xp.reshape(xp.permute_dims(x, (0, 2, 4, 3, 5, 1)), (batch, rows * columns, high * wide * channels))
        if self.normed:
            x = x - xp.mean(x, axis=-1)[..., None]
            variance = xp.sum(x * x, axis=-1, keepdims=True) / (x.shape[-1] - 1)
            x = x / xp.sqrt(variance + 1e-6)
        return x, (rows, columns)


def blueprint(config: ViTMAEConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    (height, across), patch = sized(config)
    width, grid = config.hidden_size, (height // patch[0], across // patch[1])
    bound = (6 / (config.num_channels * patch[0] * patch[1] + width)) ** 0.5
    conv = Conv(config.num_channels, width, patch, patch, initial=Uniform(-bound, bound))
    stem = Patches(
        Part("patch_embeddings.projection", conv),
        (height, across),
        (Part("cls_token", Weight((1, 1, width), config.initializer_range)),),
        Part("position_embeddings", _positions(grid, width)),
    )
    return MaskedTower(
        stem=Part("embeddings", stem),
        stack=encoder(config),
        width=width,
        norm=Part("layernorm", LayerNorm(width, config.layer_norm_eps)),
        shows_normed=False,
        mask_ratio=config.mask_ratio,
    )


def _positions(grid: tuple[int, int], width: int) -> Weight:
    return Weight((1, grid[0] * grid[1] + 1, width), trained=False, initial=GridSinusoids(grid))


def pretraining(config: ViTMAEConfig) -> Component:
    """``decoder`` over what the encoder says of the patches that it saw."""
    (height, across), patch = sized(config)
    width, grid = config.decoder_hidden_size, (height // patch[0], across // patch[1])
    own = PatchesConfig(
        hidden_size=width,
        num_attention_heads=config.decoder_num_attention_heads,
        intermediate_size=config.decoder_intermediate_size,
        hidden_act=config.hidden_act,
        hidden_dropout_prob=config.hidden_dropout_prob,
        attention_probs_dropout_prob=config.attention_probs_dropout_prob,
        initializer_range=config.initializer_range,
        layer_norm_eps=config.layer_norm_eps,
        qkv_bias=config.qkv_bias,
    )
    stem = MaskedStem(
        Part("decoder_embed", linear(config, config.hidden_size, width)),
        Part("mask_token", Weight((1, 1, width))),
        Part("decoder_pos_embed", _positions(grid, width)),
        grid,
    )
    layers = (Part(f"decoder_layers.{place}", layer(own, place)) for place in range(config.decoder_num_hidden_layers))
    decoder = Tower(
        stem=Part("", stem),
        stack=Part("", Stack(tuple(layers))),
        width=width,
        norm=Part("decoder_norm", LayerNorm(width, config.layer_norm_eps)),
    )
    pixels = Part("decoder_pred", linear(config, width, patch[0] * patch[1] * config.num_channels))
    painter = PatchPainter(Part("", decoder), pixels, patch, config.norm_pix_loss)
    return Head(Part("vit", blueprint(config)), Part("decoder", painter))


_READS: Mapping[str, Any] = {"inputs": ("pixel_values", "noise"), "options": SHOWN}
"""What of its tasks is otherwise."""

FAMILY = Family(
    config=ViTMAEConfig,
    stem="ViTMAE",
    prefix="vit",
    heads=(
        HeadSpec(
            "ViTMAEModel",
            BARE,
            blueprint,
            differs={
                **_READS,
                "doc": """``pixel_values`` (batch, channels, height, width) → hidden states of the patches that are
                seen.

                ``noise`` (batch, patches): the patches with the least of it are seen, 1 - ``config.mask_ratio`` of
                them. Random where it is not given; in Flax that takes ``train=True`` and ``dropout_rng``.
                ``interpolate_pos_encoding``: pictures may have any size; positions are interpolated.
                """,
                "output": "ViTMAEModelOutput",
            },
        ),
        HeadSpec(
            "ViTMAEForPreTraining",
            PRETRAINING,
            pretraining,
            (("decoder",),),
            differs={
                **_READS,
                "title": "Paints the patches of a picture that were hidden.",
                "doc": """``logits`` (batch, patches, numbers), the pixels of each patch of ``pixel_values`` (batch,
                channels, height, width), and the loss: how far those of hidden patches are from the picture's.

                ``noise`` (batch, patches): the patches with the least of it are seen, 1 - ``config.mask_ratio`` of
                them. Random where it is not given; in Flax that takes ``train=True`` and ``dropout_rng``.
                """,
                "labels": (),
                "output": "MaskedAutoencoderOutput",
                "reads": "all",
                "loss": "",
                "gives": ("loss", "logits", "mask", "ids_restore"),
            },
        ),
    ),
    rules=(*NAMES, Naming("decoder.decoder_encoder.layer.{}", "decoder.decoder_layers.{}")),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layer.{}": "{}Layer",
        "decoder": "{}Decoder",
        "decoder_layers.{}": "{}Layer",
    },
    sources="arXiv:2111.06377",
)
