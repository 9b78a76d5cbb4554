"""UniSpeech-SAT: HuBERT's training with mixed utterances, so that speakers are told apart."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import sound_configs, tasks, waveform_heads, waveforms
from loadstone.architectures.components import Head, Part, Tower, Weight
from loadstone.architectures.components.quantized_sound import Shown
from loadstone.architectures.family import Family, HeadSpec


class UniSpeechSatConfig(sound_configs.QuantizedConfig, sound_configs.SpeakerConfig):
    """The keys of a UniSpeech-SAT model. Defaults are those of UniSpeech-SAT base."""

    model_type = "unispeech-sat"

    ctc_loss_reduction: str = "mean"
    num_clusters: int = 504

    positive = (*sound_configs.SpeakerConfig.positive, *sound_configs.QuantizedConfig.positive, "num_clusters")
    irrelevant: ClassVar = {
        **sound_configs.SpeakerConfig.irrelevant,
        **sound_configs.QuantizedConfig.irrelevant,
        **dict.fromkeys(
            ("contrastive_logits_temperature", "diversity_loss_weight"),
            "of a loss that is not computed, here as in transformers",
        ),
    }


def blueprint(config: UniSpeechSatConfig) -> Tower:
    """``feature_extractor``, ``feature_projection`` and ``encoder``."""
    layers = [waveforms.layer(config, index) for index in range(config.num_hidden_layers)]
    encoder = waveforms.encoder(config, [waveforms.positions(config)], layers)
    return waveforms.tower(config, waveforms.stem(config, masked=True), encoder)


def pretraining(config: UniSpeechSatConfig) -> Head:
    """``label_embeddings_concat``, ``quantizer``, three maps and a norm, which nothing uses yet."""
    width, dim, narrow = config.hidden_size, config.codevector_dim, config.proj_codevector_dim
    beside = (
        Part("label_embeddings_concat", Weight((config.num_clusters, dim))),
        Part("quantizer", waveform_heads.quantizer(config, width)),
        Part("project_q", waveforms.linear(config, dim, narrow)),
        Part("project_hid", waveforms.linear(config, width, narrow)),
        Part("speaker_proj", waveforms.linear(config, width, dim)),
        Part("layer_norm_for_extract", waveforms.norm(config)),
    )
    output = Shown(config.feat_quantizer_dropout, beside)
    return Head(Part("unispeech_sat", blueprint(config)), Part("", output))


FAMILY = Family(
    config=UniSpeechSatConfig,
    stem="UniSpeechSat",
    prefix="unispeech_sat",
    heads=(
        *waveform_heads.heads(
            *("UniSpeechSat", "unispeech_sat", blueprint),
            *(tasks.CTC, tasks.AUDIO_CLASSIFICATION, tasks.AUDIO_FRAME_CLASSIFICATION, tasks.AUDIO_XVECTOR),
        ),
        HeadSpec(
            "UniSpeechSatForPreTraining",
            tasks.PRETRAINING,
            pretraining,
            (
                ("label_embeddings_concat", "quantizer", "project_q"),
                ("project_hid", "speaker_proj", "layer_norm_for_extract"),
            ),
            differs={
                "title": "What convolutions make of each frame, and what an encoder makes of it.",
                "doc": """``logits`` (batch, frames, channels) and ``projected_states`` (batch, frames, width) of
                ``input_values`` (batch, samples). ``attention_mask`` (batch, samples): 1 for a sample, 0 for padding at
                the end.
                """,
                "inputs": tasks.SOUND,
                "labels": (),
                "output": "UniSpeechSatForPreTrainingOutput",
                "reads": "all",
                "loss": "",
                "gives": ("logits", "projected_states"),
            },
        ),
    ),
    rules=waveforms.NAMES,
    leftovers=("masked_spec_embed",),
    class_names=waveforms.CLASS_NAMES,
    sources="arXiv:2110.05752",
)
