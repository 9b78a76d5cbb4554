"""Tiny models of transformers' classes, of types that Loadstone has no family of."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers as hf
from torch import nn

_TEXT: dict[str, Any] = {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
_ENCODER = {**_TEXT, "intermediate_size": 37}
_BOTH = {
    **{"vocab_size": 99, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 37},
    **{"decoder_ffn_dim": 37, "encoder_attention_heads": 4, "decoder_attention_heads": 4},
}


class Shape(NamedTuple):
    """A class, and what makes its config."""

    auto: str
    cls: str
    config: Callable[[], Any]
    inputs: Callable[[], dict[str, torch.Tensor]]


def _ids() -> dict[str, torch.Tensor]:
    return {"input_ids": torch.arange(3, 12)[None]}


def _pixels(size: int = 30) -> dict[str, torch.Tensor]:
    return {"pixel_values": torch.linspace(-1, 1, 3 * size * size).view(1, 3, size, size)}


SHAPES = {
    "nystromformer": Shape(
        "AutoModelForMaskedLM", "NystromformerForMaskedLM", lambda: hf.NystromformerConfig(**_ENCODER), _ids
    ),
    "persimmon": Shape(
        "AutoModelForCausalLM",
        "PersimmonForCausalLM",
        lambda: hf.PersimmonConfig(**_ENCODER, tie_word_embeddings=True),
        _ids,
    ),
    "falcon_h1": Shape(
        "AutoModelForCausalLM",
        "FalconH1ForCausalLM",
        lambda: hf.FalconH1Config(
            **_ENCODER,
            **{"num_key_value_heads": 2, "head_dim": 8, "mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8},
            mamba_d_state=8,
        ),
        _ids,
    ),
    "flex_olmo": Shape(
        "AutoModelForCausalLM",
        "FlexOlmoForCausalLM",
        lambda: hf.FlexOlmoConfig(
            **{**_ENCODER, "intermediate_size": 24},
            num_key_value_heads=2,
            num_experts=5,
            num_experts_per_tok=2,
            pad_token_id=0,
        ),
        _ids,
    ),
    "hrm_text": Shape("AutoModelForCausalLM", "HrmTextForCausalLM", lambda: hf.HrmTextConfig(**_ENCODER), _ids),
    "fsmt": Shape(
        "AutoModelForSeq2SeqLM",
        "FSMTForConditionalGeneration",
        lambda: hf.FSMTConfig(
            **{**_BOTH, "langs": ["en", "de"], "src_vocab_size": 99, "tgt_vocab_size": 99},
            max_position_embeddings=64,
        ),
        lambda: {**_ids(), "decoder_input_ids": torch.tensor([[0, 3]])},
    ),
    "nllb-moe": Shape(
        "AutoModel",
        "NllbMoeModel",
        lambda: hf.NllbMoeConfig(**_BOTH, max_position_embeddings=64, num_experts=4),
        lambda: {**_ids(), "decoder_input_ids": torch.tensor([[0, 3]])},
    ),
    "speecht5": Shape(
        "AutoModel",
        "SpeechT5Model",
        lambda: hf.SpeechT5Config(
            **{"hidden_size": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4},
            **{"decoder_attention_heads": 4, "encoder_ffn_dim": 37, "decoder_ffn_dim": 37, "vocab_size": 99},
        ),
        lambda: {
            "input_values": torch.linspace(-1, 1, 5 * 32).view(1, 5, 32),
            "decoder_input_values": torch.linspace(0, 1, 64).view(1, 2, 32),
        },
    ),
    "detr": Shape(
        "AutoModelForObjectDetection",
        "DetrForObjectDetection",
        lambda: hf.DetrConfig(
            **{name: size for name, size in _BOTH.items() if name != "vocab_size"},
            **{"use_timm_backbone": False, "backbone": None, "use_pretrained_backbone": False, "num_queries": 5},
            backbone_config=hf.ResNetConfig(
                embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], out_features=["stage4"]
            ),
        ),
        lambda: _pixels(40),
    ),
    "llava": Shape(
        "AutoModelForImageTextToText",
        "LlavaForConditionalGeneration",
        lambda: hf.LlavaConfig(
            vision_config=hf.CLIPVisionConfig(**_ENCODER_OF_IMAGES),
            text_config=hf.LlamaConfig(**_ENCODER),
            image_token_index=7,
        ),
        lambda: {"input_ids": torch.tensor([[1, *[7] * 36, 4]]), **_pixels()},
    ),
}
_ENCODER_OF_IMAGES = {
    **{name: size for name, size in _ENCODER.items() if name != "vocab_size"},
    **{"image_size": 30, "patch_size": 5},
}


@cache
def made(name: str) -> Any:
    """A model with random values, which no two parameters share that are not tied."""
    shape = SHAPES[name]
    torch.manual_seed(len(name))
    model = getattr(hf, shape.cls)(shape.config()).eval()
    with torch.no_grad():
        for slot in model.parameters():
            slot.add_(torch.randn_like(slot) * 0.02)
        for part, buffer in model.named_buffers():
            if buffer.is_floating_point() and part in model.state_dict():
                buffer.add_(torch.rand_like(buffer) * 0.01)
    return model


def saved(name: str, folder: Path, **keywords: Any) -> Path:
    """The folder that transformers makes of it."""
    made(name).save_pretrained(folder, **keywords)
    return folder


def tensors(model: nn.Module) -> dict[str, torch.Tensor]:
    """Every parameter and buffer, under each of its names."""
    return {
        **dict(model.named_parameters(remove_duplicate=False)),
        **dict(model.named_buffers(remove_duplicate=False)),
    }


def first(outputs: Any) -> torch.Tensor:
    """The first tensor of some outputs."""
    tensor: torch.Tensor = next(value for value in outputs.values() if isinstance(value, torch.Tensor))
    return tensor
