"""wav2vec 2.0, and what its kin's tests share."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers

PLAIN: dict[str, Any] = dict(
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=10,
    conv_dim=[8, 8],
    conv_kernel=[4, 3],
    conv_stride=[3, 2],
    num_conv_pos_embeddings=4,
    num_conv_pos_embedding_groups=2,
    vocab_size=11,
    num_labels=3,
    classifier_proj_size=6,
)
SPEAKERS: dict[str, Any] = dict(tdnn_dim=[6, 5], tdnn_kernel=[3, 2], tdnn_dilation=[1, 2], xvector_output_dim=5)
CODEBOOKS: dict[str, Any] = dict(
    num_codevectors_per_group=4, num_codevector_groups=2, codevector_dim=8, proj_codevector_dim=6
)
STABLE: dict[str, Any] = dict(
    do_stable_layer_norm=True,
    feat_extract_norm="layer",
    conv_bias=True,
    hidden_act="relu",
    feat_extract_activation="gelu_new",
    num_conv_pos_embeddings=5,
    num_conv_pos_embedding_groups=3,
    layer_norm_eps=1e-3,
    use_weighted_layer_sum=True,
    ctc_loss_reduction="mean",
    ctc_zero_infinity=True,
)
"""Norms come first, the kernel of the positions has an odd number of places, and a weighted mean of all hidden states
is read."""
UNMASKED: dict[str, Any] = dict(mask_time_prob=0.0, num_hidden_layers=1, num_labels=4)
"""There is no vector for what is hidden."""
WIDE: dict[str, Any] = dict(
    hidden_size=96,
    intermediate_size=160,
    conv_dim=[64, 64],
    num_conv_pos_embedding_groups=4,
    vocab_size=200,
    classifier_proj_size=64,
    num_labels=100,
)

SHOWN = torch.ones(3, 90, dtype=torch.long)
SHOWN[1, 61:] = 0
SHOWN[2, 44:] = 0
FRAMES = 14
SAID = torch.tensor([[3, 4, 4, 2], [5, -100, 6, -100], [7, 1, -100, -100]])
"""Tokens twice in a row, gaps, and fewer than others say."""


def inputs(class_name: str, config: Any) -> Inputs:
    """Sounds of three lengths, and what a class is told of them while training."""
    return {"input_values": numbers(3, 90), "attention_mask": SHOWN, **told(class_name, config, FRAMES)}


def told(class_name: str, config: Any, frames: int) -> dict[str, Any]:
    """The labels of a class; what is hidden of the frames for one without any."""
    if class_name.endswith("ForCTC"):
        return {"labels": SAID}
    if class_name.endswith(("ForSequenceClassification", "ForXVector")):
        return {"labels": torch.tensor([1, 0, 2])}
    hidden = torch.zeros(3, frames, dtype=torch.bool)
    hidden[:, 2:5] = True
    hidden[0, 6] = True
    if class_name.endswith("ForAudioFrameClassification"):
        classes = torch.arange(3 * frames).reshape(3, frames) % config.num_labels
        return {"labels": torch.nn.functional.one_hot(classes, config.num_labels)}
    if class_name.endswith("ForPreTraining"):
        others = torch.randint(0, 3 * frames, (3, frames, 4), generator=torch.Generator().manual_seed(1))
        return {"mask_time_indices": hidden, "sampled_negative_indices": others} if config.mask_time_prob else {}
    return {"mask_time_indices": hidden} if config.mask_time_prob else {}


PARITY = ModalFamily(
    family="wav2vec2",
    config="Wav2Vec2Config",
    plain={**PLAIN, **SPEAKERS, **CODEBOOKS},
    inputs=inputs,
    main="Wav2Vec2ForCTC",
    awkward={
        "stable": {**STABLE, "adapter_attn_dim": 3},
        "unmasked": UNMASKED,
        # Convolutions after the layers leave fewer frames, of another width.
        "adapted": dict(add_adapter=True, num_adapter_layers=1, output_hidden_size=6, do_stable_layer_norm=True),
    },
    refuses={
        # Classes of frames need as many as there were.
        "adapted": (
            *("Wav2Vec2ForSequenceClassification", "Wav2Vec2ForAudioFrameClassification", "Wav2Vec2ForXVector"),
            "Wav2Vec2ForPreTraining",
        ),
    },
    wide={**WIDE, "num_codevectors_per_group": 64, "codevector_dim": 64, "xvector_output_dim": 64},
)
