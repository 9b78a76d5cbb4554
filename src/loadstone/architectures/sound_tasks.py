"""Tasks of models that hear."""

from __future__ import annotations

from loadstone.architectures.task import (
    AUDIO_CLASSIFICATION,
    AUDIO_FRAME_CLASSIFICATION,
    AUDIO_TOWER,
    AUDIO_XVECTOR,
    CTC,
    SEQ2SEQ_KEPT,
    SHOWN,
    SOUND,
    SPEECH,
    SPEECH_SEQ2SEQ,
    Task,
)

SOUNDS = (
    Task(
        AUDIO_TOWER,
        "AudioTower",
        "The part of a model of several that hears.",
        "``input_features`` (batch, bands, frames) → hidden states.",
        ("input_features", "attention_mask"),
    ),
    Task(
        SPEECH_SEQ2SEQ,
        "SpeechSeq2Seq",
        "Writes down what is said.",
        """Logits (batch, target tokens, vocab) for ``decoder_input_ids`` (batch, target tokens), after what
        ``input_features`` (batch, bands, frames) say.

        With ``labels`` (batch, target tokens; -100 is ignored) the loss; without ``decoder_input_ids`` these are
        the labels, one place later. ``encoder_outputs``: what the encoder has said already, in place of its
        inputs.
        """,
        SPEECH,
        ("labels",),
        ("use_cache", *SHOWN),
        output="Seq2SeqLMOutput",
        kept=SEQ2SEQ_KEPT,
        loss="masked_token",
        writes="labels",
        generates=True,
    ),
    Task(
        CTC,
        "CTC",
        "Writes down what is said, a token or nothing for each frame (connectionist temporal classification).",
        """Logits (batch, frames, vocab) of ``input_values`` (batch, samples).

        ``attention_mask`` (batch, samples): 1 for a sample, 0 for padding at the end.

        With ``labels`` (batch, tokens; -100 and the blank token are ignored) the loss.
        """,
        SOUND,
        ("labels",),
        output="CausalLMOutput",
        reads="frames",
        loss="ctc",
    ),
    Task(
        AUDIO_FRAME_CLASSIFICATION,
        "AudioFrameClassification",
        "Classification of each frame of a sound.",
        """Logits (batch, frames, labels) of ``input_values`` (batch, samples). ``attention_mask`` (batch, samples):
        1 for a sample, 0 for padding at the end.

        With ``labels`` (batch, frames, labels), the largest where a frame's class is, the loss.
        """,
        SOUND,
        ("labels",),
        output="TokenClassifierOutput",
        loss="frame_classes",
    ),
    Task(
        AUDIO_XVECTOR,
        "AudioXVector",
        "A vector for whoever speaks.",
        """``logits`` and ``embeddings`` (batch, width) of ``input_values`` (batch, samples). ``attention_mask``
        (batch, samples): 1 for a sample, 0 for padding at the end.

        With ``labels`` (batch,), who speaks, the loss.
        """,
        SOUND,
        ("labels",),
        output="XVectorOutput",
        reads="frames",
        loss="speakers",
        gives=("logits", "embeddings"),
    ),
    Task(
        AUDIO_CLASSIFICATION,
        "AudioClassification",
        "Audio classification.",
        "Logits (batch, labels) of ``input_features`` (batch, bands, frames); with ``labels`` (batch,) the loss.",
        ("input_features", "encoder_outputs"),
        ("labels",),
        output="SequenceClassifierOutput",
        reads="sequence",
        loss="token_classes",
    ),
)
