"""What the families that read sound as it is sampled have in common: wav2vec 2.0's keys, layers, stem and heads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures import declarations, speech
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.frame_lengths import FrameLengths, Step
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layer_sum import LayerSum
from loadstone.architectures.components.layers import Chain, Layer, Residual, Stack, post_norm, pre_norm
from loadstone.architectures.components.leaves import Activation, Conv, Dropout, GroupNorm, LayerNorm, Linear, Weight
from loadstone.architectures.components.quantized_sound import Contrast, Quantizer
from loadstone.architectures.components.sound_heads import CTCOutput, DilatedFrames, XVector
from loadstone.architectures.components.span_mask import SpanMask
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.waveform import AlongTime, GatedConv, SoundConv, Waveform, WeightNormed
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.initial import Uniform
from loadstone.architectures.tasks import (
    AUDIO_CLASSIFICATION,
    AUDIO_FRAME_CLASSIFICATION,
    AUDIO_XVECTOR,
    BARE,
    CTC,
    PRETRAINING,
    SOUND,
    TASKS,
)
from loadstone.configs.keys import Refusal, Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming_rules import Rule as Naming
from loadstone.errors import Fault, InvalidConfig

_SHOWN = ("output_attentions", "output_hidden_states", "return_dict")
READS_SOUND: Mapping[str, Any] = {
    "doc": """``input_values`` (batch, samples) → hidden states of the frames.

    ``attention_mask`` (batch, samples): 1 for a sample, 0 for padding at the end. ``mask_time_indices`` (batch,
    frames): true for those that a learned vector replaces.
    """,
    "inputs": (*SOUND, "mask_time_indices"),
    "options": _SHOWN,
}
"""What of a bare model's task is otherwise where it reads sound."""

NAMES = (
    Naming("weight_g", "parametrizations.weight.original0"),
    Naming("weight_v", "parametrizations.weight.original1"),
)
"""What older files call the two factors of a convolution's weight."""

OPTIONAL = (("masked_spec_embed",),)
"""Of the bare model, what many files lack that were made for listening alone."""

CLASS_NAMES: Mapping[str, str] = {
    "encoder": "{}Encoder",
    "encoder.layers.{}": "{}EncoderLayer",
    "encoder.pos_conv_embed": "{}PositionalConvEmbedding",
    "feed_forward": "{}FeedForward",
    "adapter": "{}Adapter",
}

_MOST = 1 << 20
"""No width, kernel or step of a convolution is larger."""


class SoundConfig(speech.SpeechConfig):
    """The keys of all that read sound frame by frame. Defaults are those of wav2vec 2.0 base."""

    vocab_size: int | None = 32
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout: float = 0.1
    activation_dropout: float = 0.1
    attention_dropout: float = 0.1
    feat_proj_dropout: float = 0.0
    final_dropout: float = 0.1
    layerdrop: float = 0.1
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-5
    ctc_loss_reduction: str = "sum"
    ctc_zero_infinity: bool = False
    pad_token_id: int | None = 0
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2

    positive: ClassVar[tuple[str, ...]] = (
        *speech.SpeechConfig.positive,
        *("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"),
    )
    refused: ClassVar[Mapping[str, Refusal]] = {
        **declarations.REFUSED,
        **declarations.WITHOUT_ROPE,
        "tie_last_hidden_states": Refusal((False,), "the last of hidden_states is the last layer's output"),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **declarations.IRRELEVANT,
        "is_decoder": "frames see each other, whatever is said",
        "tie_word_embeddings": "no text is read",
    }

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)
        check_one_of(self, "ctc_loss_reduction", "sum", "mean", "none")
        check_activation(self.hidden_act)
        if "tdnn_dim" in self.fields():
            check_alike(self, "tdnn_dim", "tdnn_kernel", "tdnn_dilation")


class WaveformConfig(SoundConfig):
    """The keys of those that read it as it is sampled, too."""

    feat_extract_norm: str = "group"
    feat_extract_activation: str = "gelu"
    conv_dim: list[int] = [512] * 7
    conv_stride: list[int] = [5, 2, 2, 2, 2, 2, 2]  # noqa: RUF012
    conv_kernel: list[int] = [10, 3, 3, 3, 3, 2, 2]  # noqa: RUF012
    conv_bias: bool = False
    num_feat_extract_layers: int | None = None
    num_conv_pos_embeddings: int = 128
    num_conv_pos_embedding_groups: int = 16
    do_stable_layer_norm: bool = False

    positive: ClassVar[tuple[str, ...]] = (
        *SoundConfig.positive,
        *("num_conv_pos_embeddings", "num_conv_pos_embedding_groups"),
    )
    follows: ClassVar[Mapping[str, Rule]] = {
        "num_feat_extract_layers": Rule(lambda config, given: len(config.conv_dim)),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **SoundConfig.irrelevant,
        "num_feat_extract_layers": "conv_dim has one entry for each",
    }

    @property
    def inputs_to_logits_ratio(self) -> int:
        """How many samples there are to a frame."""
        return math.prod(self.conv_stride)

    def check_together(self) -> None:
        super().check_together()
        divide("hidden_size", self.hidden_size, "num_conv_pos_embedding_groups", self.num_conv_pos_embedding_groups)
        check_alike(self, "conv_dim", "conv_stride", "conv_kernel")
        if "feat_extract_norm" in self.fields():
            check_one_of(self, "feat_extract_norm", "group", "layer")
        check_activation(self.feat_extract_activation)


class SpeakerKeys(PretrainedConfig):
    """The keys of those that tell speakers apart."""

    tdnn_dim: list[int] = [512, 512, 512, 512, 1500]  # noqa: RUF012
    tdnn_kernel: list[int] = [5, 3, 3, 1, 1]  # noqa: RUF012
    tdnn_dilation: list[int] = [1, 2, 3, 1, 1]  # noqa: RUF012
    xvector_output_dim: int = 512


class SpeakerConfig(SpeakerKeys, WaveformConfig):
    """All of these together."""

    positive: ClassVar[tuple[str, ...]] = (*WaveformConfig.positive, "xvector_output_dim")
    follows: ClassVar[Mapping[str, Rule]] = WaveformConfig.follows
    refused: ClassVar[Mapping[str, Refusal]] = WaveformConfig.refused
    irrelevant: ClassVar[Mapping[str, str]] = WaveformConfig.irrelevant


class QuantizedConfig(PretrainedConfig):
    """The keys of those whose pretraining tells vectors of a codebook apart, too."""

    feat_quantizer_dropout: float = 0.0
    num_codevectors_per_group: int = 320
    num_codevector_groups: int = 2
    contrastive_logits_temperature: float = 0.1
    num_negatives: int = 100
    codevector_dim: int = 256
    proj_codevector_dim: int = 256
    diversity_loss_weight: float = 0.1

    positive: ClassVar[tuple[str, ...]] = (
        *("num_codevectors_per_group", "num_codevector_groups", "codevector_dim", "proj_codevector_dim"),
    )
    irrelevant: ClassVar[Mapping[str, str]] = {"num_negatives": "the caller draws them"}


class AdaptedConfig(PretrainedConfig):
    """The keys of those that may have convolutions after the layers, too."""

    add_adapter: bool = False
    adapter_kernel_size: int = 3
    adapter_stride: int = 2
    num_adapter_layers: int = 3
    output_hidden_size: int | None = None

    positive: ClassVar[tuple[str, ...]] = (
        *("adapter_kernel_size", "adapter_stride", "num_adapter_layers", "output_hidden_size"),
    )
    follows: ClassVar[Mapping[str, Rule]] = {
        "output_hidden_size": Rule(lambda config, given: given or config.hidden_size),
    }

    @property
    def adapter_padding(self) -> int:
        """How many zeros the adapter's convolutions have at each end."""
        return 1


def check_alike(config: Any, *names: str) -> None:
    """:class:`InvalidConfig` unless the keys are lists of sizes, with as many in each."""
    faults, lengths = [], {name: len(getattr(config, name)) for name in names}
    for name in names:
        sizes = getattr(config, name)
        if not sizes or min(sizes) < 1 or max(sizes) > _MOST:
            faults.append(Fault(f"config key {name!r}", f"sizes from 1 to {_MOST}", repr(sizes)))
    if len(set(lengths.values())) > 1:
        keys, found = ", ".join(map(repr, names)), ", ".join(map(str, lengths.values()))
        faults.append(Fault(f"config keys {keys}", "lists of one length", found))
    if faults:
        raise InvalidConfig(faults)


def check_one_of(config: Any, name: str, *allowed: str) -> None:
    """:class:`InvalidConfig` for a key that says something else."""
    if getattr(config, name) not in allowed:
        expected = " or ".join(map(repr, allowed))
        raise InvalidConfig([Fault(f"config key {name!r}", expected, repr(getattr(config, name)))])


def check_buckets(config: Any, buckets: str, distance: str) -> None:
    """:class:`InvalidConfig` where the buckets of distances leave none for those far away."""
    near = getattr(config, buckets) // 4
    if near < 1 or getattr(config, distance) <= near:
        found = f"{getattr(config, buckets)} and {getattr(config, distance)}"
        expected = "at least 4, and more than a quarter of that"
        raise InvalidConfig([Fault(f"config keys {buckets!r} and {distance!r}", expected, found)])


def said(config: Any, name: str, default: object) -> Any:
    """What a config says for a key; the default where its family has no such key."""
    return getattr(config, name) if name in config.fields() else default


def linear(config: Any, inputs: int, outputs: int) -> Linear:
    """A linear map with the config's spread for initial weights."""
    return Linear(inputs, outputs, std=config.initializer_range)


def as_pytorch(inputs: int, outputs: int) -> Linear:
    """A linear map whose initial values are PyTorch's own."""
    bound = Uniform(-(inputs**-0.5), inputs**-0.5)
    return Linear(inputs, outputs, initial=bound, initial_bias=bound)


def norm(config: Any, width: int | None = None) -> LayerNorm:
    """A layer norm with the config's epsilon."""
    return LayerNorm(width or config.hidden_size, config.layer_norm_eps)


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int = 0, bias: bool = True) -> Conv:
    """A convolution over time whose initial values are He's (arXiv:1502.01852)."""
    fan_in = inputs * kernel
    low = Uniform(-(fan_in**-0.5), fan_in**-0.5)
    return Conv(inputs, outputs, (kernel,), stride, padding, bias=bias, std=(2 / fan_in) ** 0.5, initial_bias=low)


def lengths(config: Any) -> FrameLengths:
    """How many frames the convolutions over samples make."""
    return FrameLengths(tuple(map(Step, config.conv_kernel, config.conv_stride)))


def heard(config: Any) -> FrameLengths:
    """How many there are in the end."""
    steps = lengths(config).steps if "conv_kernel" in config.fields() else ()
    if said(config, "add_adapter", False):
        step = Step(config.adapter_kernel_size, config.adapter_stride, 2 * config.adapter_padding)
        steps += (step,) * config.num_adapter_layers
    return FrameLengths(steps)


def convolutions(config: Any, *, zero_bias: bool = False) -> tuple[Part, ...]:
    """``feature_extractor.conv_layers.0`` …: group norm after the first, or layer norms after all. ``zero_bias``: how
    initial biases are."""
    parts, inputs = [], 1
    for index, (width, kernel, stride) in enumerate(
        zip(config.conv_dim, config.conv_kernel, config.conv_stride, strict=True)
    ):
        normed = None
        if said(config, "feat_extract_norm", "layer") == "layer":
            normed = Part("layer_norm", LayerNorm(width))
        elif index == 0:
            normed = Part("layer_norm", GroupNorm(width, width))
        over = conv(inputs, width, kernel, stride, bias=config.conv_bias)
        over = replace(over, initial_bias=None) if zero_bias else over
        layer = SoundConv(Part("conv", over), config.feat_extract_activation, normed)
        parts.append(Part(f"feature_extractor.conv_layers.{index}", layer))
        inputs = width
    return tuple(parts)


def mask_vector(config: Any) -> Part:
    """``masked_spec_embed``."""
    return Part("masked_spec_embed", Weight((config.hidden_size,), initial=Uniform(0.0, 1.0)))


def spans(config: Any) -> tuple[Part | None, Part | None]:
    """What is hidden while training: of frames, and of all frames' values."""
    over_time = SpanMask(1, None, config.mask_time_prob, config.mask_time_length, config.mask_time_min_masks)
    over_width = SpanMask(
        2, config.hidden_size, config.mask_feature_prob, config.mask_feature_length, config.mask_feature_min_masks
    )
    wanted = said(config, "apply_spec_augment", True)
    hides = [each if wanted and each.share > 0 else None for each in (over_time, over_width)]
    first, second = (None if each is None else Part("", each) for each in hides)
    return first, second


def hides(config: Any) -> bool:
    """Whether anything is hidden while training."""
    return bool(config.mask_time_prob > 0 or config.mask_feature_prob > 0)


def stem(config: Any, *, normed: bool = True, plain: bool = False, masked: bool = False) -> Waveform:
    """``feature_extractor``, ``feature_projection`` and ``masked_spec_embed``. ``plain``: initial values are those of
    any other map, and what is mapped is not shown. ``masked``: there is a vector for what is
    hidden, even if nothing is."""
    inputs, width = config.conv_dim[-1], config.hidden_size
    projection = linear(config, inputs, width) if plain else as_pytorch(inputs, width)
    over_time, over_width = spans(config)
    return Waveform(
        convolutions(config, zero_bias=plain),
        lengths(config),
        norm=Part("feature_projection.layer_norm", norm(config, inputs)) if normed else None,
        projection=Part("feature_projection.projection", projection),
        dropout=config.feat_proj_dropout,
        mask_vector=mask_vector(config) if hides(config) or masked else None,
        over_time=over_time,
        over_width=over_width,
        shows_features=not plain,
        may_hide=said(config, "apply_spec_augment", True),
    )


def positions(config: Any) -> Part:
    """``pos_conv_embed``: what is near tells where a frame is."""
    width, kernel, groups = config.hidden_size, config.num_conv_pos_embeddings, config.num_conv_pos_embedding_groups
    whole = Conv(width, width, (kernel,), 1, ((kernel // 2, (kernel - 1) // 2),), groups)
    # PyTorch's own initial values, which transformers leaves as they are (it sets those of the product, a copy).
    fan_in = width // groups * kernel
    low = fan_in**-0.5
    length = low * (width * (width // groups) / 3) ** 0.5
    normed = WeightNormed(
        whole,
        length=Part("parametrizations.weight.original0", Weight((1, 1, kernel), value=length)),
        direction=Part(
            "parametrizations.weight.original1", Weight((width, width // groups, kernel), initial=Uniform(-low, low))
        ),
        bias=Part("bias", Weight((width,))),
    )
    step = SoundConv(Part("conv", normed), config.feat_extract_activation)
    return Part("", Residual(Part("pos_conv_embed", AlongTime((Part("", step),)))))


def attention(config: Any, index: int) -> Attention:
    """``k_proj``, ``v_proj``, ``q_proj``, ``out_proj``."""
    width, heads = config.hidden_size, config.num_attention_heads
    return Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(name, linear(config, width, width)) for name in ("q_proj", "k_proj", "v_proj")),
        output=Part("out_proj", linear(config, width, width)),
        scale=(width // heads) ** -0.5,
        causal=False,
        dropout=config.attention_dropout,
        index=index,
    )


def feed_forward(config: Any) -> FeedForward:
    """``intermediate_dense`` and ``output_dense``."""
    return FeedForward(
        Part("intermediate_dense", linear(config, config.hidden_size, config.intermediate_size)),
        config.hidden_act,
        Part("output_dense", linear(config, config.intermediate_size, config.hidden_size)),
        config.activation_dropout,
    )


def layer(config: Any, index: int, attend: Component | None = None) -> Layer:
    """``attention``, ``layer_norm``, ``feed_forward``, ``final_layer_norm``; of a stable model ``adapter_layer``, where
    there is one."""
    stable = said(config, "do_stable_layer_norm", False)
    step = pre_norm if stable else post_norm
    bodies = (
        (Part("attention", attend or attention(config, index)), "layer_norm"),
        (Part("feed_forward", feed_forward(config)), "final_layer_norm"),
    )
    steps = [step(body, Part(name, norm(config)), config.hidden_dropout) for body, name in bodies]
    narrow, width = said(config, "adapter_attn_dim", None), config.hidden_size
    if narrow is not None and stable:
        adapter = (
            Part("norm", LayerNorm(width)),
            Part("linear_1", linear(config, width, narrow)),
            Part("act_fn", Activation("relu")),
            Part("linear_2", linear(config, narrow, width)),
        )
        steps.append(Part("", Residual(Part("adapter_layer", Chain(adapter)))))
    return Layer(tuple(steps), config.layerdrop)


def encoder(config: Any, before: Sequence[Part], layers: Sequence[Component]) -> Part:
    """``encoder``: what comes ``before`` the layers, where norms come last their norm, and they."""
    steps = list(before)
    if not said(config, "do_stable_layer_norm", False):
        steps.append(Part("layer_norm", norm(config)))
    stack = Stack(tuple(Part(f"layers.{index}", each) for index, each in enumerate(layers)))
    return Part("encoder", Chain((*steps, Part("dropout", Dropout(config.hidden_dropout)), Part("", stack))))


def adapter(config: Any) -> Part:
    """``adapter``: convolutions that leave fewer frames. None is left out by chance while training: lengths would
    change."""
    width, steps = config.output_hidden_size, []
    if width != config.hidden_size:
        steps += [
            Part("proj", linear(config, config.hidden_size, width)),
            Part("proj_layer_norm", LayerNorm(width)),
        ]
    kernel, stride = config.adapter_kernel_size, config.adapter_stride
    layers = (
        Part(f"layers.{index}", GatedConv(Part("conv", conv(width, 2 * width, kernel, stride, padding=1))))
        for index in range(config.num_adapter_layers)
    )
    return Part("adapter", Chain((*steps, Part("", AlongTime(tuple(layers))))))


def tower(config: Any, first: Component, encoding: Part, *, normed: bool = False) -> Tower:
    """The stem, the encoder, the norm of a stable one, and the adapter, where there is one. ``normed``: that norm is
    there."""
    stable = normed or said(config, "do_stable_layer_norm", False)
    ends = [Part("encoder.layer_norm", norm(config))] if stable else []
    width = config.hidden_size
    if said(config, "add_adapter", False):
        ends.append(adapter(config))
        width = config.output_hidden_size
    end = ends[0] if len(ends) == 1 else Part("", Chain(tuple(ends))) if ends else None
    return Tower(Part("", first), encoding, width, end, shows_normed=False)


def weighted(config: Any) -> Part | None:
    """``layer_weights``, where a weighted mean of all hidden states is read."""
    count = config.num_hidden_layers + 1
    layers = Part("", LayerSum(Part("layer_weights", Weight((count,), value=1 / count))))
    return layers if config.use_weighted_layer_sum else None


def ctc(config: Any, backbone: Part) -> Head:
    """``lm_head`` over each frame."""
    if config.vocab_size is None or config.pad_token_id is None:
        missing = "vocab_size" if config.vocab_size is None else "pad_token_id"
        raise InvalidConfig([Fault(f"config key {missing!r}", "a number, for a class that writes", "None")])
    assert isinstance(backbone.component, Tower)
    steps = (
        Part("dropout", Dropout(config.final_dropout)),
        Part("lm_head", linear(config, backbone.component.width, config.vocab_size)),
    )
    output = CTCOutput(Part("", Chain(steps)), config.pad_token_id, config.ctc_loss_reduction, config.ctc_zero_infinity)
    return Head(backbone, Part("", output), labels=config.vocab_size, frames=heard(config))


def sequence_classification(config: Any, backbone: Part) -> Head:
    """``projector`` and ``classifier``."""
    without_adapter(config)
    return speech.audio_classification(config, backbone, config.initializer_range, heard(config))


def frame_classification(config: Any, backbone: Part) -> Head:
    """``classifier`` over each frame."""
    without_adapter(config)
    classifier = Part("classifier", linear(config, config.hidden_size, config.num_labels))
    return Head(backbone, classifier, labels=config.num_labels, layers=weighted(config))


def speakers(config: Any, backbone: Part) -> Head:
    """``projector``, ``tdnn``, ``feature_extractor``, ``classifier`` and ``objective``."""
    without_adapter(config)
    widths, out = config.tdnn_dim, config.xvector_output_dim
    layers = tuple(
        Part(f"tdnn.{index}", DilatedFrames(Part("kernel", linear(config, before * size, width)), size, dilation))
        for index, (before, width, size, dilation) in enumerate(
            zip((widths[0], *widths), widths, config.tdnn_kernel, config.tdnn_dilation, strict=False)
        )
    )
    output = XVector(
        layers,
        embedding=Part("feature_extractor", linear(config, 2 * widths[-1], out)),
        logits=Part("classifier", linear(config, out, out)),
        speakers=Part("objective.weight", Weight((out, config.num_labels), std=1.0)),
    )
    return Head(
        backbone,
        Part("", output),
        labels=config.num_labels,
        layers=weighted(config),
        project=Part("projector", linear(config, config.hidden_size, widths[0])),
        frames=heard(config),
    )


def without_adapter(config: Any) -> None:
    """:class:`InvalidConfig` where there are fewer frames in the end than hidden states."""
    if said(config, "add_adapter", False):
        raise InvalidConfig([Fault("config key 'add_adapter'", "False, for a class that classifies", "True")])


def pretraining(config: Any, backbone: Part) -> Head:
    """``quantizer``, ``project_hid`` and ``project_q``."""
    assert isinstance(backbone.component, Tower)
    out, dim, width = config.proj_codevector_dim, config.codevector_dim, backbone.component.width
    head = Contrast(
        quantizer=Part("quantizer", quantizer(config, config.conv_dim[-1])),
        states=Part("project_hid", as_pytorch(width, out)),
        targets=Part("project_q", as_pytorch(dim, out)),
        dropout=config.feat_quantizer_dropout,
        temperature=config.contrastive_logits_temperature,
        diversity=config.diversity_loss_weight,
    )
    return Head(backbone, Part("", head))


def quantizer(config: Any, inputs: int) -> Quantizer:
    """``codevectors`` and ``weight_proj``, over so many ``inputs``."""
    groups, entries = config.num_codevector_groups, config.num_codevectors_per_group
    dim = divide("codevector_dim", config.codevector_dim, "num_codevector_groups", groups)
    return Quantizer(
        Part("codevectors", Weight((1, groups * entries, dim), initial=Uniform(0.0, 1.0))),
        Part("weight_proj", Linear(inputs, groups * entries, std=1.0)),
        groups,
    )


Build = Callable[[Any, Part], Component]
_GUESSES: Mapping[str, Any] = {
    "title": "Tells what is hidden of a sound from other parts of it.",
    "doc": """``projected_states`` and ``projected_quantized_states`` (batch, frames, width) of ``input_values`` (batch,
    samples).

    ``attention_mask`` (batch, samples): 1 for a sample, 0 for padding at the end. ``mask_time_indices`` (batch,
    frames): true for what is hidden. With ``sampled_negative_indices`` (batch, frames, negatives), the places of other
    frames, counted through all rows, the loss.
    """,
    "inputs": (*SOUND, "mask_time_indices", "sampled_negative_indices"),
    "labels": ("sampled_negative_indices",),
    "output": "Wav2Vec2ForPreTrainingOutput",
    "reads": "all",
    "loss": "own",
    "gives": (
        *("projected_states", "projected_quantized_states", "codevector_perplexity"),
        *("contrastive_loss", "diversity_loss"),
    ),
}
_HEADS: Mapping[str, tuple[str, Build, tuple[tuple[str, ...], ...]]] = {
    CTC: ("ForCTC", ctc, (("lm_head",),)),
    AUDIO_CLASSIFICATION: ("ForSequenceClassification", sequence_classification, speech.CLASSIFIER),
    AUDIO_FRAME_CLASSIFICATION: (
        "ForAudioFrameClassification",
        frame_classification,
        (("classifier",), ("layer_weights",)),
    ),
    AUDIO_XVECTOR: (
        "ForXVector",
        speakers,
        (("projector", "tdnn", "feature_extractor", "classifier", "objective"), ("layer_weights",)),
    ),
    PRETRAINING: ("ForPreTraining", pretraining, (("quantizer", "project_hid", "project_q"),)),
}


def heads(
    stem_name: str, prefix: str, bare: Callable[[Any], Tower], *tasks: str, heard_as: str = "input_values"
) -> tuple[HeadSpec, ...]:
    """The classes of a family: the bare model, which those with a head have under ``prefix``, and those of the
    ``tasks``. ``heard_as``: the name of what is heard."""

    def with_head(build: Build) -> Callable[[Any], Component]:
        return lambda config: build(config, Part(prefix, bare(config)))

    def told(task: str, differs: Mapping[str, Any]) -> Mapping[str, Any]:
        if heard_as == "input_values":
            return differs
        doc, inputs = differs.get("doc", TASKS[task].doc), differs.get("inputs", TASKS[task].inputs)
        doc = doc.replace("``input_values`` (batch, samples)", f"``{heard_as}`` (batch, frames, bands)")
        doc = doc.replace("(batch, samples): 1 for a sample", "(batch, frames): 1 for a frame")
        return {**differs, "doc": doc, "inputs": (heard_as, *inputs[1:])}

    own = {AUDIO_CLASSIFICATION: {"inputs": SOUND, "doc": _CLASSIFIES}, PRETRAINING: _GUESSES}
    found = [HeadSpec(f"{stem_name}Model", BARE, bare, OPTIONAL, differs=told(BARE, READS_SOUND))]
    for task in tasks:
        name, build, optional = _HEADS[task]
        differs = told(task, own.get(task, {}))
        found.append(HeadSpec(f"{stem_name}{name}", task, with_head(build), optional, differs=differs))
    return tuple(found)


_CLASSIFIES = """Logits (batch, labels) of ``input_values`` (batch, samples); with ``labels`` (batch,) the loss.

            ``attention_mask`` (batch, samples): 1 for a sample, 0 for padding at the end.
            """
