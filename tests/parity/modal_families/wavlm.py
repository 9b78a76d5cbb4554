"""WavLM."""

from __future__ import annotations

from . import ModalFamily
from .wav2vec2 import PLAIN, SPEAKERS, STABLE, UNMASKED, WIDE, inputs

PARITY = ModalFamily(
    family="wavlm",
    config="WavLMConfig",
    plain={**PLAIN, **SPEAKERS, "num_buckets": 8, "max_bucket_distance": 10},
    inputs=inputs,
    main="WavLMModel",
    awkward={
        "stable": {**STABLE, "num_buckets": 13},
        "unmasked": {**UNMASKED, "num_attention_heads": 4, "num_hidden_layers": 2},
        "adapted": dict(add_adapter=True, num_adapter_layers=1, output_hidden_size=6),
    },
    # transformers shows the mean over the heads, as often as there are heads; tests/parity/test_wav2vec2.py compares.
    unlike={"": ("attentions",)},
    refuses={
        # Classes of frames need as many as there were.
        "adapted": tuple(
            f"WavLMFor{name}" for name in ("SequenceClassification", "AudioFrameClassification", "XVector")
        ),
    },
    wide={**WIDE, "xvector_output_dim": 64, "num_attention_heads": 12},
)
