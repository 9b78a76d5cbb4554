"""UniSpeech: wav2vec 2.0, trained with labels and without at once."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import sound_configs, waveform_heads, waveforms
from loadstone.architectures.components import Head, Linear, Part, Tower
from loadstone.architectures.components.quantized_sound import Quantized
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import AUDIO_CLASSIFICATION, CTC, PRETRAINING, SOUND


class UniSpeechConfig(sound_configs.QuantizedConfig, sound_configs.WaveformConfig):
    """The keys of a UniSpeech model. Defaults are those of UniSpeech large."""

    model_type = "unispeech"

    ctc_loss_reduction: str = "mean"
    num_ctc_classes: int = 80
    replace_prob: float = 0.5

    positive = (*sound_configs.WaveformConfig.positive, *sound_configs.QuantizedConfig.positive, "num_ctc_classes")
    irrelevant: ClassVar = {
        **sound_configs.WaveformConfig.irrelevant,
        **sound_configs.QuantizedConfig.irrelevant,
        **dict.fromkeys(
            ("replace_prob", "contrastive_logits_temperature", "diversity_loss_weight"),
            "of a loss that is not computed, here as in transformers",
        ),
    }


def blueprint(config: UniSpeechConfig) -> Tower:
    """``feature_extractor``, ``feature_projection`` and ``encoder``."""
    layers = [waveforms.layer(config, index) for index in range(config.num_hidden_layers)]
    encoder = waveforms.encoder(config, [waveforms.positions(config)], layers)
    return waveforms.tower(config, waveforms.stem(config), encoder)


def pretraining(config: UniSpeechConfig) -> Head:
    """``quantizer``, ``project_q``, ``project_hid`` and ``ctc_proj``."""
    width, narrow, std = config.hidden_size, config.proj_codevector_dim, config.initializer_range
    output = Quantized(
        Part("quantizer", waveform_heads.quantizer(config, config.conv_dim[-1])),
        Part("project_q", Linear(config.codevector_dim, narrow, std=std)),
        Part("project_hid", Linear(narrow, width, std=std)),
        config.feat_quantizer_dropout,
        beside=(Part("ctc_proj", Linear(width, config.num_ctc_classes, std=std)),),
    )
    return Head(Part("unispeech", blueprint(config)), Part("", output))


FAMILY = Family(
    config=UniSpeechConfig,
    stem="UniSpeech",
    prefix="unispeech",
    heads=(
        *waveform_heads.heads("UniSpeech", "unispeech", blueprint, CTC, AUDIO_CLASSIFICATION),
        HeadSpec(
            "UniSpeechForPreTraining",
            PRETRAINING,
            pretraining,
            (("quantizer", "project_q", "project_hid", "ctc_proj"),),
            differs={
                "title": "What a quantizer says of each frame, beside what an encoder says.",
                "doc": """``projected_states`` and ``projected_quantized_states`` (batch, frames, width) of
                ``input_values`` (batch, samples). ``attention_mask`` (batch, samples): 1 for a sample, 0 for padding at
                the end.
                """,
                "inputs": SOUND,
                "labels": (),
                "output": "Wav2Vec2ForPreTrainingOutput",
                "reads": "all",
                "loss": "",
                "gives": ("projected_states", "projected_quantized_states", "codevector_perplexity"),
            },
        ),
    ),
    rules=waveforms.NAMES,
    leftovers=("masked_spec_embed",),
    class_names=waveforms.CLASS_NAMES,
    sources="arXiv:2101.07597",
)
