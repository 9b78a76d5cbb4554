"""Repositories with code of their own, as people publish them: written against ``transformers``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

RESNET_CONFIG = """\
from transformers import PretrainedConfig
from typing import List


class ResnetConfig(PretrainedConfig):
    model_type = "resnet"

    def __init__(
        self,
        block_type="bottleneck",
        layers: List[int] = [3, 4, 6, 3],
        num_classes: int = 1000,
        input_channels: int = 3,
        cardinality: int = 1,
        base_width: int = 64,
        stem_width: int = 64,
        stem_type: str = "",
        avg_down: bool = False,
        **kwargs,
    ):
        if block_type not in ["basic", "bottleneck"]:
            raise ValueError(f"`block_type` must be 'basic' or bottleneck', got {block_type}.")
        if stem_type not in ["", "deep", "deep-tiered"]:
            raise ValueError(f"`stem_type` must be '', 'deep' or 'deep-tiered', got {stem_type}.")

        self.block_type = block_type
        self.layers = layers
        self.num_classes = num_classes
        self.input_channels = input_channels
        self.cardinality = cardinality
        self.base_width = base_width
        self.stem_width = stem_width
        self.stem_type = stem_type
        self.avg_down = avg_down
        super().__init__(**kwargs)
"""
RESNET_MODEL = """\
import torch
from transformers import PreTrainedModel
from timm.models.resnet import BasicBlock, Bottleneck, ResNet
from .configuration_resnet import ResnetConfig


BLOCK_MAPPING = {"basic": BasicBlock, "bottleneck": Bottleneck}


class ResnetModelForImageClassification(PreTrainedModel):
    config_class = ResnetConfig

    def __init__(self, config):
        super().__init__(config)
        block_layer = BLOCK_MAPPING[config.block_type]
        self.model = ResNet(
            block_layer,
            config.layers,
            num_classes=config.num_classes,
            in_chans=config.input_channels,
            cardinality=config.cardinality,
            base_width=config.base_width,
            stem_width=config.stem_width,
            stem_type=config.stem_type,
            avg_down=config.avg_down,
        )

    def forward(self, tensor, labels=None):
        logits = self.model(tensor)
        if labels is not None:
            loss = torch.nn.functional.cross_entropy(logits, labels)
            return {"loss": loss, "logits": logits}
        return {"logits": logits}
"""
"""The example of the "Customize models" guide that ``sgugger/custom-resnet50d`` holds."""

DECODER_CONFIG = """\
from transformers.configuration_utils import PretrainedConfig
from transformers.utils import logging

logger = logging.get_logger(__name__)


class TinyConfig(PretrainedConfig):
    model_type = "tiny_decoder"
    keys_to_ignore_at_inference = ["past_key_values"]
    attribute_map = {"n_layer": "num_hidden_layers"}

    def __init__(self, vocab_size=61, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                 hidden_act="gelu_new", max_position_embeddings=64, use_cache=True, bos_token_id=1, eos_token_id=2,
                 tie_word_embeddings=True, **kwargs):
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.num_attention_heads = num_attention_heads
        self.hidden_act = hidden_act
        self.max_position_embeddings = max_position_embeddings
        self.use_cache = use_cache
        self.bos_token_id = bos_token_id
        self.eos_token_id = eos_token_id
        super().__init__(bos_token_id=bos_token_id, eos_token_id=eos_token_id,
                         tie_word_embeddings=tie_word_embeddings, **kwargs)
"""
DECODER_MODEL = '''\
"""A decoder with its own attention (ALiBi-like slopes), a cache of tuples, and generate."""
import math
from typing import Optional, Tuple

import torch
from torch import nn
from transformers.activations import ACT2FN
from transformers.generation import GenerationMixin
from transformers.modeling_attn_mask_utils import _prepare_4d_causal_attention_mask
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast
from transformers.modeling_utils import PreTrainedModel
from transformers.utils import add_start_docstrings, is_flash_attn_2_available, logging

from .configuration_tiny import TinyConfig
from .layers import slopes

logger = logging.get_logger(__name__)

if is_flash_attn_2_available():
    from flash_attn import flash_attn_func


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.num_attention_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.out = nn.Linear(config.hidden_size, config.hidden_size)
        self.register_buffer("slopes", slopes(self.heads), persistent=False)
        self.register_buffer("scale", torch.full((1,), 1.0))

    def forward(self, x, mask, past: Optional[Tuple[torch.Tensor, torch.Tensor]] = None):
        batch, length, width = x.shape
        q, k, v = (each.view(batch, length, self.heads, -1).transpose(1, 2) for each in self.qkv(x).chunk(3, dim=-1))
        if past is not None:
            k, v = torch.cat((past[0], k), dim=2), torch.cat((past[1], v), dim=2)
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) * self.scale
        keys = torch.arange(k.shape[2], device=x.device)
        distance = keys[None, :] - keys[-length:, None]
        scores = scores + self.slopes[None, :, None, None].to(scores.dtype) * distance
        if mask is not None:
            scores = scores + mask
        y = scores.softmax(dim=-1) @ v
        return self.out(y.transpose(1, 2).reshape(batch, length, width)), (k, v)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = nn.LayerNorm(config.hidden_size)
        self.attention = Attention(config)
        self.up = nn.Linear(config.hidden_size, 2 * config.hidden_size)
        self.down = nn.Linear(2 * config.hidden_size, config.hidden_size)
        self.act = ACT2FN[config.hidden_act]

    def forward(self, x, mask, past):
        y, present = self.attention(self.norm(x), mask, past)
        x = x + y
        return x + self.down(self.act(self.up(x))), present


class TinyPreTrainedModel(PreTrainedModel):
    config_class = TinyConfig
    base_model_prefix = "transformer"
    _no_split_modules = ["Layer"]
    supports_gradient_checkpointing = True

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            module.weight.data.normal_(mean=0.0, std=0.02)
            if module.bias is not None:
                module.bias.data.zero_()
        elif isinstance(module, nn.Embedding):
            module.weight.data.normal_(mean=0.0, std=0.02)


@add_start_docstrings("The bare model.")
class TinyModel(TinyPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList([Layer(config) for _ in range(config.n_layer)])
        self.norm = nn.LayerNorm(config.hidden_size)
        self.gradient_checkpointing = False
        self.post_init()

    def get_input_embeddings(self):
        return self.embed

    def set_input_embeddings(self, value):
        self.embed = value

    def forward(self, input_ids, attention_mask=None, past_key_values=None, use_cache=None, return_dict=None, **kwargs):
        use_cache = use_cache if use_cache is not None else self.config.use_cache
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        x = self.embed(input_ids)
        past = past_key_values[0][0].shape[2] if past_key_values is not None else 0
        mask = _prepare_4d_causal_attention_mask(attention_mask, input_ids.shape, x, past)
        presents = ()
        for index, layer in enumerate(self.layers):
            x, present = layer(x, mask, past_key_values[index] if past_key_values is not None else None)
            presents += (present,)
        x = self.norm(x)
        if not return_dict:
            return (x, presents if use_cache else None)
        return BaseModelOutputWithPast(last_hidden_state=x, past_key_values=presents if use_cache else None)


class TinyForCausalLM(TinyPreTrainedModel, GenerationMixin):
    _tied_weights_keys = ["lm_head.weight"]

    def __init__(self, config):
        super().__init__(config)
        self.transformer = TinyModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.transformer.embed

    def get_output_embeddings(self):
        return self.lm_head

    def set_output_embeddings(self, value):
        self.lm_head = value

    def prepare_inputs_for_generation(self, input_ids, past_key_values=None, attention_mask=None, **kwargs):
        if past_key_values is not None:
            input_ids = input_ids[:, -1:]
        return {"input_ids": input_ids, "past_key_values": past_key_values, "attention_mask": attention_mask,
                "use_cache": kwargs.get("use_cache")}

    def forward(self, input_ids, attention_mask=None, past_key_values=None, labels=None, use_cache=None,
                return_dict=None, **kwargs):
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        out = self.transformer(input_ids, attention_mask, past_key_values, use_cache, return_dict=True)
        logits = self.lm_head(out.last_hidden_state)
        loss = None
        if labels is not None:
            loss = nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        if not return_dict:
            return (logits, out.past_key_values)
        return CausalLMOutputWithPast(loss=loss, logits=logits, past_key_values=out.past_key_values)
'''
DECODER_LAYERS = """\
import torch


def slopes(heads):
    return torch.tensor([2.0 ** (-(index + 1)) for index in range(heads)])
"""
ENCODER_MODEL = """\
from torch import nn
from transformers import BertConfig, BertModel
from transformers.modeling_outputs import BaseModelOutputWithPooling


class ScaledConfig(BertConfig):
    model_type = "scaled-bert"

    def __init__(self, extra_size=5, **kwargs):
        super().__init__(**kwargs)
        self.extra_size = extra_size


class ScaledBert(BertModel):
    config_class = ScaledConfig

    def __init__(self, config):
        super().__init__(config, add_pooling_layer=False)
        self.projection = nn.Linear(config.hidden_size, config.extra_size)
        self.post_init()

    def forward(self, input_ids, attention_mask=None, **kwargs):
        out = super().forward(input_ids, attention_mask=attention_mask, **kwargs)
        return BaseModelOutputWithPooling(
            last_hidden_state=out.last_hidden_state, pooler_output=self.projection(out.last_hidden_state[:, 0])
        )
"""
DECODER: dict[str, str] = {
    "configuration_tiny.py": DECODER_CONFIG,
    "modeling_tiny.py": DECODER_MODEL,
    "layers.py": DECODER_LAYERS,
}
DECODER_AUTO_MAP = {
    "AutoConfig": "configuration_tiny.TinyConfig",
    "AutoModel": "modeling_tiny.TinyModel",
    "AutoModelForCausalLM": "modeling_tiny.TinyForCausalLM",
}
ENCODER: dict[str, str] = {"modeling_scaled.py": ENCODER_MODEL}
ENCODER_AUTO_MAP = {"AutoConfig": "modeling_scaled.ScaledConfig", "AutoModel": "modeling_scaled.ScaledBert"}
BERT_SIZES = {
    "vocab_size": 61,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files into a folder that is made for them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def config_json(**values: Any) -> bytes:
    return json.dumps(values).encode()


def minimal(body: str = "", **config: Any) -> dict[str, str | bytes]:
    """A model of one number, whose file runs ``body`` when it is imported."""
    model = f"""\
import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel

{body}


class OneConfig(PretrainedConfig):
    model_type = "one"


class One(PreTrainedModel):
    config_class = OneConfig

    def __init__(self, config):
        super().__init__(config)
        self.number = nn.Parameter(torch.empty(1))

    def forward(self):
        return self.number
"""
    auto_map = {"AutoConfig": "modeling_one.OneConfig", "AutoModel": "modeling_one.One"}
    return {
        "config.json": config_json(**({"model_type": "one", "auto_map": auto_map} | config)),
        "model.safetensors": save({"number": torch.tensor([7.0])}),
        "modeling_one.py": model,
    }
