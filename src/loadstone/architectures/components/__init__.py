"""What models are made of, as data: the leaves that own weights, and what is composed of them."""

from __future__ import annotations

from loadstone.architectures.components.attention import Attention, RelativeBias
from loadstone.architectures.components.base import ACTIVATIONS, Component, Part, check_activation, find
from loadstone.architectures.components.clipped import Clipped
from loadstone.architectures.components.conformer import ConformerConv, RelativeKeyAttention
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.feature_maps import Backbone
from loadstone.architectures.components.feed_forward import FeedForward, Gated, SparseExperts, Weighted
from loadstone.architectures.components.frame_lengths import FrameLengths, Step
from loadstone.architectures.components.frames import Frames
from loadstone.architectures.components.fusion import FusedClasses, FusedMaps, Fusion, MapHead, Neck
from loadstone.architectures.components.grids import Fold, GridPatches
from loadstone.architectures.components.grouped_router import GroupedRouter
from loadstone.architectures.components.head import Head, like
from loadstone.architectures.components.head_norm import HeadLayerNorm
from loadstone.architectures.components.latent_attention import LatentAttention
from loadstone.architectures.components.layer_sum import LayerSum
from loadstone.architectures.components.layers import (
    Add,
    Biased,
    Chain,
    Layer,
    LayerScale,
    Pooler,
    Residual,
    Stack,
    Sum,
    TwoOutputs,
    post_norm,
    pre_norm,
)
from loadstone.architectures.components.leaves import (
    Activation,
    BatchNorm,
    ClampedExperts,
    Conv,
    ConvTranspose,
    Dropout,
    Embedding,
    Experts,
    GroupNorm,
    LayerNorm,
    Linear,
    RMSNorm,
    Scaled,
    Softcap,
    Weight,
)
from loadstone.architectures.components.linear_bias import LinearBiasEmbeddings
from loadstone.architectures.components.merged import Mark, Marked, Merged
from loadstone.architectures.components.padded_patches import PaddedPatches
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.pixels import PixelDecoder
from loadstone.architectures.components.pooled_layer import FrameAttention, PooledLayer, PooledLayers
from loadstone.architectures.components.queries import (
    find_merged,
    frequencies_change_at,
    inputs_of,
    pair_in,
    places_itself,
    readers,
    text_tower,
    vocabulary,
    writer,
)
from loadstone.architectures.components.query_pooler import QueryAttention, QueryPooler
from loadstone.architectures.components.routers import Router, SoftmaxRouter, SparseMixer, TopKRouter
from loadstone.architectures.components.segmentation import ChannelDropout, PixelOutput
from loadstone.architectures.components.sentence import Pooled, Projection, SentenceModules, Splade, UnitLength
from loadstone.architectures.components.sinusoids import Sinusoids
from loadstone.architectures.components.sound_heads import CTCOutput, DilatedFrames, XVector
from loadstone.architectures.components.span_mask import SpanMask
from loadstone.architectures.components.stages import (
    ChannelsFirst,
    ChannelsLast,
    Flatten,
    MapsTower,
    MaxPool,
    MeanPooler,
    PictureRows,
    Pictures,
    StageLayers,
    Stages,
    Taken,
    mapping,
)
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.components.tubelets import Tubelets
from loadstone.architectures.components.two_towers import EndPooler, FirstPooler, LastPooler, PartPass, TwoTowers
from loadstone.architectures.components.walk import blocks, slots, walk, walk_bare
from loadstone.architectures.components.waveform import AlongTime, Bands, GatedConv, SoundConv, Waveform, WeightNormed
from loadstone.architectures.components.windows import (
    ContinuousBias,
    GridDecoder,
    GridPooler,
    GridTower,
    PatchGrid,
    PatchMerging,
    Unit,
    WindowAttention,
    WindowBias,
)

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Add",
    "AlongTime",
    "Attention",
    "Backbone",
    "Bands",
    "BatchNorm",
    "Biased",
    "CTCOutput",
    "Chain",
    "ChannelDropout",
    "ChannelsFirst",
    "ChannelsLast",
    "ClampedExperts",
    "Clipped",
    "Component",
    "ConformerConv",
    "ContinuousBias",
    "Conv",
    "ConvTranspose",
    "DilatedFrames",
    "Dropout",
    "Embedding",
    "Embeddings",
    "EncoderDecoder",
    "EndPooler",
    "Experts",
    "FeedForward",
    "FirstPooler",
    "Flatten",
    "Fold",
    "FrameAttention",
    "FrameLengths",
    "Frames",
    "FusedClasses",
    "FusedMaps",
    "Fusion",
    "Gated",
    "GatedConv",
    "GridDecoder",
    "GridPatches",
    "GridPooler",
    "GridTower",
    "GroupNorm",
    "GroupedRouter",
    "Head",
    "HeadLayerNorm",
    "LastPooler",
    "LatentAttention",
    "Layer",
    "LayerNorm",
    "LayerScale",
    "LayerSum",
    "Linear",
    "LinearBiasEmbeddings",
    "MapHead",
    "MapsTower",
    "Mark",
    "Marked",
    "MaxPool",
    "MeanPooler",
    "Merged",
    "Neck",
    "PaddedPatches",
    "Part",
    "PartPass",
    "PatchGrid",
    "PatchMerging",
    "Patches",
    "PictureRows",
    "Pictures",
    "PixelDecoder",
    "PixelOutput",
    "Pooled",
    "PooledLayer",
    "PooledLayers",
    "Pooler",
    "Projection",
    "QueryAttention",
    "QueryPooler",
    "RMSNorm",
    "RelativeBias",
    "RelativeKeyAttention",
    "Residual",
    "Router",
    "Scaled",
    "SentenceModules",
    "Sinusoids",
    "Softcap",
    "SoftmaxRouter",
    "SoundConv",
    "SpanMask",
    "SparseExperts",
    "SparseMixer",
    "Splade",
    "Stack",
    "StageLayers",
    "Stages",
    "Step",
    "Sum",
    "Taken",
    "TopKRouter",
    "Tower",
    "Tubelets",
    "TwoOutputs",
    "TwoTowers",
    "Unit",
    "UnitLength",
    "Waveform",
    "Weight",
    "WeightNormed",
    "Weighted",
    "WindowAttention",
    "WindowBias",
    "Wrapped",
    "XVector",
    "blocks",
    "check_activation",
    "find",
    "find_merged",
    "frequencies_change_at",
    "inputs_of",
    "like",
    "mapping",
    "pair_in",
    "places_itself",
    "post_norm",
    "pre_norm",
    "readers",
    "slots",
    "text_tower",
    "vocabulary",
    "walk",
    "walk_bare",
    "writer",
]
