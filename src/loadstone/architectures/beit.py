"""BEiT's layers, its tower and its pyramid of maps: ViT's, with a bias for how far two patches are from each other,
and scaled steps."""

from __future__ import annotations

from typing import Any, ClassVar

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.feature_maps import FeaturePyramid
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Add, Chain, Layer, LayerScale, Residual, Stack
from loadstone.architectures.components.leaves import Activation, BatchNorm, Conv, ConvTranspose, LayerNorm, Weight
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.stages import MaxPool
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.two_towers import FirstPooler
from loadstone.architectures.images import linear, sized
from loadstone.core.records import record


@record
class WindowBias(Component):
    """A learned number for each head and each way from one patch to another, added to attention scores; three more are
    for the class token (arXiv:2106.08254, after Swin's, arXiv:2103.14030)."""

    table: Part
    """A ``Weight`` ((2 · rows - 1) · (2 · columns - 1) + 3, heads)."""
    grid: tuple[int, int]
    """Rows and columns of patches that the table is for; others have one that is interpolated."""

    biases_attention: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        """Leaves the bias (1, heads, places, places) in the state; gives ``x`` back."""
        xp, grid = run.xp, run.state.grid
        table = run.weight(self.table)
        ways = (2 * grid[0] - 1) * (2 * grid[1] - 1)
        table = table if grid == self.grid else self._resized(run, table, grid)
        patch = xp.astype(xp.arange(grid[0] * grid[1], like=x), xp.int32)
        down, right = (each[:, None] - each[None] for each in (patch // grid[1], patch % grid[1]))
        index = xp.pad((down + grid[0] - 1) * (2 * grid[1] - 1) + right + grid[1] - 1, 1, 0, axis=0)
        index = xp.pad(index, 1, 0, axis=1)
        row, column = index[:, :1] * 0, index[:1] * 0
        place = xp.astype(xp.arange(grid[0] * grid[1] + 1, like=x), xp.int32)
        row, column = row + place[:, None], column + place[None]
        index = xp.where(row == 0, xp.where(column == 0, ways + 2, ways), xp.where(column == 0, ways + 1, index))
        bias = xp.take(table, xp.reshape(index, (-1,)), axis=0)
        count = grid[0] * grid[1] + 1
        run.state.bias = xp.permute_dims(xp.reshape(bias, (count, count, -1)), (2, 0, 1))[None]
        return x

    def _resized(self, run: Run, table: Array, grid: tuple[int, int]) -> Array:
        xp, (rows, columns) = run.xp, self.grid
        heads = table.shape[-1]
        ways = xp.reshape(table[:-3], (1, 2 * rows - 1, 2 * columns - 1, heads))
        wide = xp.resize(xp.permute_dims(ways, (0, 3, 1, 2)), (2 * grid[0] - 1, 2 * grid[1] - 1), "bilinear")
        return xp.concat((xp.reshape(xp.permute_dims(wide, (0, 2, 3, 1)), (-1, heads)), table[-3:]), axis=0)


@record
class MeanPooler(Component):
    """``norm(mean of all but the first)``."""

    norm: Part

    def compute(self, run: Run, x: Array) -> Array:
        return run(self.norm, run.xp.mean(x[:, 1:], axis=1))


def window_bias(config: Any, name: str) -> Part:
    """``relative_position_bias`` below ``name``."""
    (height, width), (rows, columns) = sized(config)
    grid = height // rows, width // columns
    ways = (2 * grid[0] - 1) * (2 * grid[1] - 1) + 3
    table = Part("relative_position_bias_table", Weight((ways, config.num_attention_heads)))
    return Part(f"{name}relative_position_bias", WindowBias(table, grid))


def layer(config: Any, index: int) -> Layer:
    """``layernorm_before``, ``attention``, ``lambda_1``, ``layernorm_after``, ``intermediate``, ``output`` and
    ``lambda_2``."""
    width, inner, heads = config.hidden_size, config.intermediate_size, config.num_attention_heads
    head_dim = width // heads
    attention = Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=head_dim,
        projections=tuple(
            Part(f"attention.{name}", linear(config, width, heads * head_dim, bias=name != "key"))
            for name in ("query", "key", "value")
        ),
        output=Part("output.dense", linear(config, heads * head_dim, width)),
        scale=head_dim**-0.5,
        causal=False,
        bias=window_bias(config, "attention.") if config.use_relative_position_bias else None,
        dropout=config.attention_probs_dropout_prob,
        index=index,
    )
    feed_forward = FeedForward(
        Part("intermediate.dense", linear(config, width, inner)),
        config.hidden_act,
        Part("output.dense", linear(config, inner, width)),
    )
    norm, scale = LayerNorm(width, config.layer_norm_eps), config.layer_scale_init_value
    steps = []
    for number, body, before in (
        (1, Part("attention", attention), "layernorm_before"),
        (2, Part("", feed_forward), "layernorm_after"),
    ):
        scaled = Part("", LayerScale(Part(f"lambda_{number}", Weight((width,), value=scale))))
        chance = config.drop_path_rate * index / max(config.num_hidden_layers - 1, 1)
        end = Add(scaled if scale > 0 else None, dropout=config.hidden_dropout_prob, drop_path=chance)
        steps.append(Part("", Residual(body, Part(before, norm), Part("", end))))
    return Layer(tuple(steps))


def tower(config: Any, *, pooler: bool) -> Tower:
    """``embeddings``, ``encoder.layer.0`` …, ``layernorm`` where the class token stands for the picture, ``pooler``."""
    size, patch = sized(config)
    width, places = config.hidden_size, (size[0] // patch[0]) * (size[1] // patch[1]) + 1
    conv = Conv(config.num_channels, width, patch, patch, std=config.initializer_range)
    absolute = config.use_absolute_position_embeddings
    stem = Patches(
        Part("patch_embeddings.projection", conv),
        size,
        (Part("cls_token", Weight((1, 1, width))),),
        Part("position_embeddings", Weight((1, places, width))) if absolute else None,
        Part("mask_token", Weight((1, 1, width))) if config.use_mask_token else None,
        dropout=config.hidden_dropout_prob,
        any_size=True,
    )
    layers = (layer(config, index) for index in range(config.num_hidden_layers))
    stack: Component = Stack(tuple(Part(f"layer.{index}", each) for index, each in enumerate(layers)))
    if config.use_shared_relative_position_bias:
        stack = Chain((window_bias(config, ""), Part("", stack)))
    norm, is_mean = LayerNorm(width, config.layer_norm_eps), config.use_mean_pooling
    pool = Part("pooler", MeanPooler(Part("layernorm", norm))) if is_mean else Part("", FirstPooler())
    return Tower(
        stem=Part("embeddings", stem),
        stack=Part("encoder", stack),
        width=width,
        norm=None if is_mean else Part("layernorm", norm),
        pooler=pool if pooler else None,
        shows_normed=False,
    )


def pyramid(config: Any) -> Part:
    """``fpn1`` to ``fpn4``: four times as large, twice, as large, and half."""
    width = config.hidden_size
    larger = ConvTranspose(width, width, (2, 2), 2, std=config.initializer_range)
    four_times = (Part("0", larger), Part("1", BatchNorm(width)), Part("2", Activation("gelu")), Part("3", larger))
    levels = (Chain(four_times), Chain((Part("0", larger),)), Chain(()), MaxPool(2, 2))
    return Part("", FeaturePyramid(tuple(Part(f"fpn{number}", level) for number, level in enumerate(levels, start=1))))
