"""The heads of the families that read sound as it is sampled, and their classes: wav2vec 2.0's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loadstone.architectures import speech
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layer_sum import LayerSum
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Dropout, Linear, Weight
from loadstone.architectures.components.quantized_sound import Contrast, Quantizer
from loadstone.architectures.components.sound_heads import CTCOutput, DilatedFrames, XVector
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.initial import Uniform
from loadstone.architectures.sound_configs import said
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
from loadstone.architectures.waveforms import as_pytorch, heard, linear
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

OPTIONAL = (("masked_spec_embed",),)
"""Of the bare model, what many files lack that were made for listening alone."""


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
