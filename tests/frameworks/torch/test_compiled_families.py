"""Every class of the families that read more than one text compiles without a graph break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from parity.modal_families import families

import loadstone
from loadstone.architectures import registry

IDS = torch.tensor([[5, 6, 7, 8, 1], [9, 10, 11, 12, 1]])
TEXT = {"input_ids": IDS, "attention_mask": torch.ones_like(IDS)}
PIXELS = {"pixel_values": torch.arange(2 * 3 * 12 * 12).view(2, 3, 12, 12) / 500 - 0.8}
SOUND = {"input_features": torch.arange(2 * 5 * 14).view(2, 5, 14) / 100 - 0.7}
_LAYER = dict(hidden_size=16, intermediate_size=20, num_hidden_layers=1, num_attention_heads=2)
_SEEN = dict(depth=1, embed_dim=8, hidden_size=16, num_heads=2, patch_size=2, mlp_ratio=2)
_PICTURE = dict(image_size=12, patch_size=4)
_TOKENS = dict(bos_token_id=0, eos_token_id=1, pad_token_id=1)
_WRITES = dict(
    **dict(vocab_size=40, d_model=16, max_position_embeddings=9, pad_token_id=0, bos_token_id=2, eos_token_id=1),
    **dict.fromkeys(("encoder_layers", "decoder_layers"), 1),
    **dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 2),
    **dict.fromkeys(("encoder_ffn_dim", "decoder_ffn_dim"), 20),
    decoder_start_token_id=3,
)
WRITERS = ("bart", "mbart", "marian", "pegasus", "blenderbot", "blenderbot-small", "m2m_100")
CONFIGS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(WRITERS, _WRITES),
    "t5": dict(vocab_size=40, d_model=16, d_kv=4, d_ff=20, num_layers=1, num_heads=2, decoder_start_token_id=0),
    "vit": dict(**_LAYER, **_PICTURE, encoder_stride=4),
    "whisper": dict(
        **dict(vocab_size=40, num_mel_bins=5, d_model=16, max_source_positions=7, max_target_positions=9),
        **dict.fromkeys(("encoder_layers", "decoder_layers"), 1),
        **dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 2),
        **dict.fromkeys(("encoder_ffn_dim", "decoder_ffn_dim"), 20),
        **dict(bos_token_id=1, eos_token_id=2, pad_token_id=0, decoder_start_token_id=3),
    ),
    "mamba": dict(vocab_size=40, hidden_size=16, num_hidden_layers=1, state_size=4),
    "clip": dict(
        text_config=dict(vocab_size=40, max_position_embeddings=9, **_LAYER, **_TOKENS),
        vision_config=dict(**_LAYER, **_PICTURE),
        projection_dim=6,
    ),
    "qwen2_vl": dict(
        text_config=dict(
            vocab_size=60,
            **_LAYER,
            num_key_value_heads=1,
            rope_scaling={"type": "mrope", "mrope_section": [1, 1, 2]},
        ),
        vision_config=_SEEN,
        image_token_id=50,
        video_token_id=51,
        vision_start_token_id=52,
        vision_end_token_id=53,
    ),
}


def inputs_of(family: str, class_name: str) -> dict[str, torch.Tensor]:
    """What a class is called with."""
    decoded = {"decoder_input_ids": IDS} if class_name in ("T5Model", "T5ForConditionalGeneration") else {}
    if family in WRITERS:
        alone = class_name.endswith(("ForCausalLM", "ForSequenceClassification", "ForQuestionAnswering"))
        return TEXT if alone else {**TEXT, "decoder_input_ids": IDS}
    if family in ("t5", "mamba"):
        return {**TEXT, **decoded}
    if family == "vit":
        masked = {"bool_masked_pos": torch.ones(2, 9, dtype=torch.bool)} if "Masked" in class_name else {}
        return {**PIXELS, **masked}
    if family == "whisper":
        writes = class_name in ("WhisperModel", "WhisperForConditionalGeneration")
        return TEXT if "CausalLM" in class_name else {**SOUND, **({"decoder_input_ids": IDS} if writes else {})}
    if family == "clip":
        return {**TEXT, **PIXELS} if class_name == "CLIPModel" else TEXT if "Text" in class_name else PIXELS
    if class_name == "Qwen2VLTextModel":
        return TEXT
    seen = torch.tensor([[5, 52, 50, 53, 6]])
    picture = {"pixel_values": torch.arange(96).view(4, 24) / 96, "image_grid_thw": torch.tensor([[1, 2, 2]])}
    return {"input_ids": seen, "attention_mask": torch.ones_like(seen), **picture}


def classes() -> Iterator[Any]:
    for family in CONFIGS:
        for head in registry.family(family).heads:
            yield pytest.param(family, head, id=head.class_name)


@pytest.mark.long
@pytest.mark.parametrize(("family", "head"), list(classes()))
def test_it_is_one_graph(family: str, head: Any) -> None:
    config = loadstone.AutoConfig.for_model(family, **CONFIGS[family])
    model = getattr(loadstone, head.class_name)(head.own(config)).eval()
    given = inputs_of(family, head.class_name)
    torch._dynamo.reset()
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    with torch.no_grad():
        torch.testing.assert_close(compiled(**given)[0], model(**given)[0])
    torch._dynamo.reset()


OF_TABLES = ("umt5", "t5gemma", "moonshine", "parakeet_ctc")
"""Families whose configs and inputs are those of the tables."""


def classes_of_tables() -> Iterator[Any]:
    for family in OF_TABLES:
        for head in registry.family(family).heads:
            yield pytest.param(family, head, id=head.class_name)


@pytest.mark.long
@pytest.mark.parametrize(("family", "head"), list(classes_of_tables()))
def test_a_pass_with_masks_and_labels_is_one_graph(family: str, head: Any) -> None:
    known = families()[family]
    config = head.own(getattr(loadstone, known.config)(**{**known.plain, **known.changes.get(head.class_name, {})}))
    model = getattr(loadstone, head.class_name)(config).eval()
    given = dict(known.inputs(head.class_name, config))
    if head.of_task.loss == "ctc":  # PyTorch's own loss is not one
        del given["labels"]
    torch._dynamo.reset()
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    with torch.no_grad():
        torch.testing.assert_close(compiled(**given)[0], model(**given)[0])
    torch._dynamo.reset()
