"""Modules bear the class names that transformers gives them: tools that wrap, split and report by name rely on it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from torch import nn

import loadstone
from loadstone.core.naming_rules import to_others

from . import test_qwen2_vl
from .cases import CLASSES, PLAIN
from .modal_families import families

TOWER: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 44,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
READS = TOWER | {"vocab_size": 99, "max_position_embeddings": 20}
SEES = TOWER | {"image_size": 16, "patch_size": 8}
T5 = {"vocab_size": 99, "d_model": 32, "d_kv": 8, "d_ff": 44, "num_layers": 2, "num_heads": 4}
T5 |= {"decoder_start_token_id": 0}
WHISPER: dict[str, Any] = dict.fromkeys(("encoder_layers", "decoder_layers"), 2)
WHISPER |= dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 4)
WHISPER |= {"vocab_size": 99, "d_model": 32, "max_source_positions": 10, "max_target_positions": 20, "num_mel_bins": 8}
WHISPER |= {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
BART: dict[str, Any] = dict.fromkeys(("encoder_layers", "decoder_layers"), 2)
BART |= dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 4)
BART |= {"vocab_size": 99, "d_model": 32, "max_position_embeddings": 20, "pad_token_id": 1}
MAMBA = {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 4}
SEEING = {key: test_qwen2_vl.config().to_dict()[key] for key in ("text_config", "vision_config")}

MODELS: dict[str, tuple[str, dict[str, Any]]] = {name: (family, PLAIN[family]) for (family, _), name in CLASSES.items()}
MODELS |= {each.main: (each.family, dict(each.plain)) for each in families().values() if each.main.endswith("CausalLM")}
MODELS |= dict.fromkeys(("T5Model", "T5ForConditionalGeneration", "T5ForSequenceClassification"), ("t5", T5))
MODELS |= {"MT5ForSequenceClassification": ("mt5", T5), "UMT5ForConditionalGeneration": ("umt5", T5)}
MOONSHINE: dict[str, Any] = {"vocab_size": 99, "hidden_size": 32, "intermediate_size": 44}
MOONSHINE |= {f"{side}_num_hidden_layers": 2 for side in ("encoder", "decoder")}
MODELS |= {"MoonshineForConditionalGeneration": ("moonshine", MOONSHINE)}
MODELS |= {"ParakeetForCTC": ("parakeet_ctc", {"encoder_config": TOWER})}
GEMMA = TOWER | {"vocab_size": 99, "num_key_value_heads": 2, "head_dim": 8}
PAIR = {"encoder": GEMMA, "decoder": GEMMA}
MODELS |= {f"T5Gemma{what}": ("t5gemma", PAIR) for what in ("ForConditionalGeneration", "ForSequenceClassification")}
MODELS |= {"T5EncoderModel": ("t5", T5 | {"feed_forward_proj": "gated-gelu"})}
MODELS |= dict.fromkeys(("ViTModel", "ViTForImageClassification", "ViTForMaskedImageModeling"), ("vit", SEES))
MODELS |= {f"Whisper{what}": ("whisper", WHISPER) for what in ("Model", "ForConditionalGeneration", "ForCausalLM")}
MODELS |= dict.fromkeys(("BartForSequenceClassification", "BartForCausalLM"), ("bart", BART))
MODELS |= {"MBartForConditionalGeneration": ("mbart", BART), "M2M100ForConditionalGeneration": ("m2m_100", BART)}
MODELS |= {"MambaForCausalLM": ("mamba", MAMBA), "WhisperForAudioClassification": ("whisper", WHISPER)}
MODELS |= {"CLIPModel": ("clip", {"text_config": READS, "vision_config": SEES})}
MODELS |= {"CLIPTextModelWithProjection": ("clip_text_model", READS)}
MODELS |= dict.fromkeys(("Qwen2VLModel", "Qwen2VLForConditionalGeneration"), ("qwen2_vl", SEEING))

NOT_CALLED = {"ViTPatchEmbeddings", "ViTMLP", "PatchEmbed", "WhisperDecoderWrapper", "BartDecoderWrapper"}
NOT_CALLED |= {"BloomGelu"}
NOT_CALLED |= {"ParakeetEncoderRelPositionalEncoding"}
"""Levels that here are only part of names, as files on the Hub have them, or not even that."""
HELD_BY_THE_HEAD = {"Qwen2VLModel"}
"""The bare model, whose parts lie in the model with a head, under the names that files on the Hub have."""
_OWN = (("rotary_pos_emb", "rotary_emb"), ("model.language_model", "model"))
"""What Qwen2-VL has under another name, and files do not hold."""


@pytest.mark.parametrize("name", MODELS)
def test_every_module_bears_the_class_name_that_transformers_gives_it(name: str) -> None:
    family, config = MODELS[name]
    with torch.device("meta"):
        made = transformers.AutoConfig.for_model(family, **config)
        theirs = getattr(transformers, name)(made)
        ours = getattr(loadstone, name)(getattr(loadstone, type(made).__name__)(**config))
    assert ours.family_spec is not None
    renamed = to_others(ours.family_spec.rules)
    found = {renamed(path): module for path, module in ours.named_modules()}
    found |= dict(ours.named_modules())
    compared = 0
    for path, module in theirs.named_modules():
        expected = type(module).__name__
        if not path or not type(module).__module__.startswith("transformers.models."):
            continue
        if expected in NOT_CALLED or (expected in HELD_BY_THE_HEAD and path == "model"):
            continue
        path = path if path in found else path.replace(*_OWN[0]).replace(*_OWN[1])
        if isinstance(found[path], nn.Linear | nn.Embedding | nn.Conv1d | nn.Conv2d | nn.LayerNorm):
            continue  # what derives from PyTorch's own layers keeps its name
        assert type(found[path]).__name__ == expected, path
        compared += 1
    assert compared > 4


@pytest.mark.parametrize(("family", "head"), [key for key in CLASSES if key[1] in ("base", "causal_lm")])
def test_the_layers_that_must_not_be_split_are_named_and_there(family: str, head: str) -> None:
    name = CLASSES[family, head]
    made = transformers.AutoConfig.for_model(family, **PLAIN[family])
    with torch.device("meta"):
        ours = getattr(loadstone, name)(getattr(loadstone, type(made).__name__)(**PLAIN[family]))
    theirs = getattr(transformers, name)._no_split_modules
    if theirs is not None:
        assert {each for each in theirs if not each.endswith("Embeddings")} == {*ours._no_split_modules}
    assert {*ours._no_split_modules} <= {type(module).__name__ for module in ours.modules()}
