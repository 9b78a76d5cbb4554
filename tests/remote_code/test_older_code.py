"""Code for transformers 4 on the transformers 5 that is installed: its names, its bases, its caches, its loop."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from remote_code.repositories import minimal, write
from safetensors.torch import save
from torch import nn

import loadstone
from loadstone import AutoModel, AutoModelForCausalLM
from loadstone.errors import CustomCodeError, FrameworkNotInstalled
from loadstone.remote_code.resolution import OwnNames, RealNames, StandIn

DROPPED = [
    ("transformers", "LogitsWarper, SlidingWindowCache, HybridCache, OffloadedCache"),
    ("transformers.cache_utils", "Cache, DynamicCache, StaticCache, SlidingWindowCache"),
    ("transformers.onnx", "OnnxConfig, OnnxConfigWithPast, PatchingSpec"),
    ("transformers.onnx.utils", "compute_effective_axis_dimension"),
    ("transformers.pytorch_utils", "find_pruneable_heads_and_indices, prune_conv1d_layer, isin_mps_friendly"),
    ("transformers.modeling_utils", "SequenceSummary, apply_chunking_to_forward, prune_linear_layer, PretrainedConfig"),
    ("transformers.utils.model_parallel_utils", "assert_device_map, get_device_map"),
    ("transformers.utils.backbone_utils", "load_backbone"),
    ("transformers.utils.import_utils", "is_torch_fx_available"),
    ("transformers.utils", "logging, is_safetensors_available"),
    ("transformers.modeling_rope_utils", "ROPE_INIT_FUNCTIONS, dynamic_rope_update"),
]


def real(**files: str) -> StandIn:
    return StandIn("somewhere", RealNames({name: text.encode() for name, text in files.items()}))


@pytest.mark.parametrize(("module", "names"), DROPPED)
def test_a_name_that_the_installed_release_has_no_more_is_there(module: str, names: str) -> None:
    assert real().lacking(module, names.split(", ")) == []


def test_what_the_release_has_is_its_own() -> None:
    import transformers

    module = real().imported("transformers", ("LlamaModel", "modeling_outputs", "utils"))
    assert module.LlamaModel is transformers.LlamaModel and module.__version__ == transformers.__version__
    assert module.modeling_outputs.BaseModelOutput is transformers.modeling_outputs.BaseModelOutput
    assert module.utils.logging.get_verbosity() == transformers.utils.logging.get_verbosity()
    assert (
        real()
        .imported("transformers.models.llama.modeling_llama", ("repeat_kv",))
        .repeat_kv.__module__.startswith("transformers.")
    )
    for name in ("PreTrainedModel", "PretrainedConfig", "DynamicCache", "GenerationMixin"):
        assert issubclass(getattr(module, name), getattr(transformers, name))
        assert getattr(module, name) is not getattr(transformers, name)


def test_code_for_the_fifth_version_gets_its_classes_as_they_are() -> None:
    import transformers

    module = real(config="from transformers import PreTrainedConfig").imported("transformers", ("PreTrainedModel",))
    assert module.PreTrainedModel is transformers.PreTrainedModel and module.DynamicCache is transformers.DynamicCache


def test_a_name_that_nobody_has_is_refused_and_a_part_of_another_family_is_none() -> None:
    stand_in = real()
    assert stand_in.lacking("transformers", ["NothingLikeIt"]) == ["NothingLikeIt"]
    assert stand_in.lacking("transformers.models.bloom.modeling_bloom", ["_expand_mask", "BloomModel"]) == [
        "_expand_mask"
    ]
    assert stand_in.lacking("transformers.nowhere", ()) == ["nowhere"]


LACKING = "from transformers import NothingLikeIt, PreTrainedModel\nfrom .more import x\n"


@pytest.mark.parametrize("allowed", [None, False])
def test_all_names_that_are_lacking_are_listed_at_once_and_nothing_runs(tmp_path: Path, allowed: bool | None) -> None:
    more = "raise RuntimeError\nfrom transformers.utils import nor_this\n"
    more += "try:\n    from transformers import NorThat\nexcept ImportError:\n    x = 1"
    folder = write(tmp_path, minimal(LACKING) | {"more.py": more})
    with pytest.raises(CustomCodeError) as caught:
        AutoModel.from_pretrained(folder, trust_remote_code=True, allow_transformers=allowed)
    assert "NothingLikeIt from transformers; nor_this from transformers.utils" in str(caught.value)
    assert "NorThat" not in str(caught.value) and "RuntimeError" not in repr(caught.value.__cause__)


def test_without_transformers_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("loadstone.remote_code.trust.is_installed", lambda: False)
    monkeypatch.setattr("loadstone.remote_code.resolution.is_installed", lambda: False)
    assert "loadstone[transformers]" in OwnNames().way
    folder = write(tmp_path, minimal())
    with pytest.raises(FrameworkNotInstalled, match=r"loadstone\[transformers\]"):
        AutoModel.from_pretrained(folder, trust_remote_code=True, allow_transformers=True)
    model = AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert isinstance(model, loadstone.PreTrainedModel)


# Configs


def test_a_config_has_its_keys_where_they_were() -> None:
    import transformers

    from loadstone.frameworks.torch.bridge.older.configs import PretrainedConfig

    class Config(PretrainedConfig):
        model_type = "older"

        def __init__(self, rope_theta: float = 5.0, rope_scaling: Any = None, **kwargs: Any) -> None:
            self.rope_theta, self.rope_scaling = rope_theta, rope_scaling
            super().__init__(**kwargs)

    config = Config(max_length=7, pruned_heads={"1": [2]}, torch_dtype="float16", pad_token_id=3)
    assert config.rope_theta == 5.0 and config.rope_scaling is None and not hasattr(config, "rope_parameters")
    assert (config.max_length, config.num_beams, config.do_sample, config.is_decoder) == (7, 1, False, False)
    assert config.pruned_heads == {1: [2]} and config.torch_dtype is torch.float16 and config.pad_token_id == 3
    assert config.tie_word_embeddings and config.use_return_dict and not hasattr(config, "absent")
    assert isinstance(transformers.LlamaConfig(), PretrainedConfig) and not isinstance(
        transformers.LlamaConfig(), Config
    )
    assert issubclass(transformers.LlamaConfig, PretrainedConfig) and not issubclass(transformers.LlamaConfig, Config)
    again = Config.from_dict(json.loads(config.to_json_string()))
    assert again.to_dict() == config.to_dict()
    scaled = Config(rope_scaling={"type": "linear", "factor": 2.0})
    assert scaled.rope_scaling == {"type": "linear", "factor": 2.0}


@pytest.mark.parametrize("kind", ["default", "linear", "dynamic", "llama3"])
def test_rotary_frequencies_of_either_kind_of_config(kind: str) -> None:
    import transformers

    from loadstone.frameworks.torch.bridge.older.configs import PretrainedConfig
    from loadstone.frameworks.torch.bridge.older.rotary import ROPE_INIT_FUNCTIONS

    more = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16}
    scaling = {"rope_type": kind, "factor": 2.0, **(more if kind == "llama3" else {})}
    sizes = {"hidden_size": 32, "num_attention_heads": 4, "max_position_embeddings": 64}
    older = PretrainedConfig(**sizes, rope_theta=1e4)
    older.rope_scaling = None if kind == "default" else scaling
    newer = transformers.LlamaConfig(**sizes, rope_parameters={**scaling, "rope_theta": 1e4})
    expected = transformers.models.llama.modeling_llama.LlamaRotaryEmbedding(newer).inv_freq
    for config in (older, newer):
        assert torch.allclose(ROPE_INIT_FUNCTIONS[kind](config, None)[0], expected)
    assert set(ROPE_INIT_FUNCTIONS) >= {"default", "yarn", "longrope"} and len(ROPE_INIT_FUNCTIONS) >= 6


# Models


def model_of(**members: Any) -> Any:
    """A model with a table and a head, of a class with these members."""
    from loadstone.frameworks.torch.bridge.older.configs import PretrainedConfig
    from loadstone.frameworks.torch.bridge.older.models import PreTrainedModel

    def init(self: Any, config: Any) -> None:
        PreTrainedModel.__init__(self, config)
        self.table, self.head = nn.Embedding(5, 4), nn.Linear(4, 5, bias=False)
        self.init_weights()  # all that code from before post_init() calls

    body = {
        "__init__": init,
        "config_class": PretrainedConfig,
        "get_input_embeddings": lambda self: self.table,
        "__module__": __name__,
    }
    return type("Older", (PreTrainedModel,), {**body, **members})(PretrainedConfig(is_decoder=False))


def output(self: Any) -> nn.Module:
    head: nn.Module = self.head
    return head


def test_ties_as_the_fourth_version_says_them() -> None:
    tie = {"_tie_weights": lambda self: setattr(self.head, "weight", self.table.weight)}
    for members in (
        {"_tied_weights_keys": ["head.weight"], "get_output_embeddings": output},
        {"get_output_embeddings": output},
        tie,
        {"tie_weights": lambda self: setattr(self.head, "weight", self.table.weight)},
        {"_tied_weights_keys": {"head.weight": "table.weight"}},
    ):
        assert (model := model_of(**members)).head.weight is model.table.weight, members
    assert model_of(_tied_weights_keys=["head.weight"]).all_tied_weights_keys == {}  # which has no output embeddings


def test_masks_for_heads_and_padding_and_pruning() -> None:
    model = model_of(_prune_heads=lambda self, heads: setattr(self, "pruned", heads))
    assert model.get_head_mask(None, 2) == [None, None]
    assert model.get_head_mask(torch.ones(3), 2).shape == (2, 1, 3, 1, 1)
    mask = model.get_extended_attention_mask(torch.tensor([[1, 0]]), (1, 2))
    assert mask.shape == (1, 1, 1, 2) and mask[0, 0, 0].tolist() == [0.0, torch.finfo(torch.float32).min]
    assert model.invert_attention_mask(torch.ones(1, 2)).abs().sum() == 0
    model.prune_heads({0: [1]})
    assert model.pruned == {0: [1]} and model.warnings_issued == {} and model.framework == "pt"


# Caches


def test_a_cache_has_tuples_lists_and_no_bound() -> None:
    import transformers

    from loadstone.frameworks.torch.bridge.older.caches import Cache, DynamicCache

    pair = (torch.ones(1, 2, 3, 4), torch.zeros(1, 2, 3, 4))
    cache = DynamicCache.from_legacy_cache((pair, pair))
    assert isinstance(cache, Cache) and isinstance(cache, transformers.DynamicCache)
    assert isinstance(transformers.DynamicCache(), Cache) and isinstance(transformers.DynamicCache(), DynamicCache)
    assert not isinstance(1, Cache) and issubclass(transformers.StaticCache, Cache)
    assert (len(cache), len(list(cache)), cache.seen_tokens, cache.get_usable_length(1)) == (2, 2, 3, 3)
    assert torch.equal(cache[1][0], pair[0]) and torch.equal(cache.value_cache[0], pair[1])
    assert len(cache.to_legacy_cache()) == 2 and torch.equal(cache.key_cache[0], pair[0])
    assert cache.get_max_length() is None and DynamicCache().get_max_cache_shape() is None
    assert cache.get_mask_sizes(torch.arange(3, 4), 0) == (4, 0) and not DynamicCache(2)
    cache.crop(2)
    assert cache.get_seq_length() == 2
    cache.crop(-1)
    assert cache.get_seq_length() == 1

    class Own(Cache):
        def __init__(self) -> None:
            super().__init__()

    assert Own().get_seq_length() == 0


# Generation


DECODER = """\
import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
{imports}
from transformers.modeling_outputs import CausalLMOutputWithPast


class Config(PretrainedConfig):
    model_type = "older_decoder"


class Model(PreTrainedModel):
    config_class = Config

    def __init__(self, config):
        super().__init__(config)
        self.weight = nn.Parameter(torch.ones(1))
        self.read = []

    def prepare_inputs_for_generation(self, input_ids, past_key_values=None, attention_mask=None, {named}**kwargs):
        {prepare}
        return {{"input_ids": input_ids, "past_key_values": past_key_values, "attention_mask": attention_mask,
                 "use_cache": kwargs.get("use_cache")}}

    def forward(self, input_ids, attention_mask=None, position_ids=None, past_key_values=None, use_cache=None, **kw):
        assert position_ids is None and attention_mask is not None and not kw.get("next_sequence_length")
        self.read.append(input_ids.shape[1])
        keys = (input_ids.float() * self.weight)[:, None, :, None]
        {cache}
        total = keys.sum(dim=(1, 2, 3)).long() % 8
        logits = nn.functional.one_hot(total, 8).float()[:, None]
        return CausalLMOutputWithPast(logits=logits, past_key_values=past_key_values if use_cache else None)
"""
TUPLES = {
    "imports": "",
    "named": "",
    "prepare": "input_ids = input_ids if past_key_values is None else input_ids[:, past_key_values[0][0].shape[2]:]",
    "cache": "keys = keys if past_key_values is None else torch.cat((past_key_values[0][0], keys), dim=2)\n"
    "        past_key_values = ((keys, keys),)",
}
OBJECTS = {
    "imports": "from transformers.cache_utils import Cache, DynamicCache",
    "named": "cache_position=None, ",
    "prepare": "input_ids = input_ids[:, cache_position]",
    "cache": "assert past_key_values is None or past_key_values.get_usable_length(1) >= 0\n"
    "        if past_key_values is not None:\n            keys = past_key_values.update(keys, keys, 0)[0]",
}


@pytest.mark.parametrize("how", [TUPLES, OBJECTS], ids=["tuples", "objects"])
@pytest.mark.parametrize("beams", [1, 2])
@pytest.mark.parametrize("use_cache", [True, False])
def test_generate_drives_a_loop_of_the_fourth_version(
    tmp_path: Path, how: dict[str, str], beams: int, use_cache: bool
) -> None:
    auto_map = {"AutoConfig": "modeling.Config", "AutoModelForCausalLM": "modeling.Model"}
    values = {"model_type": "older_decoder", "auto_map": auto_map, "num_hidden_layers": 1}
    files = {
        "config.json": json.dumps(values),
        "model.safetensors": save({"weight": torch.ones(1)}),
        "modeling.py": DECODER.format(**how),
    }
    model = AutoModelForCausalLM.from_pretrained(write(tmp_path, files), trust_remote_code=True)
    options = {"num_beams": beams, "use_cache": use_cache, "pad_token_id": 0, "eos_token_id": None}
    out = model.generate(torch.tensor([[1, 2]]), max_new_tokens=4, **options)
    assert out[0].tolist()[:2] == [1, 2] and (beams > 1 or out[0].tolist() == [1, 2, 3, 6, 4, 0])
    assert model.read == ([2, 1, 1, 1] if use_cache else [2, 3, 4, 5])


# Nothing of transformers is changed


REGISTERS = """\
from transformers import AutoConfig, AutoModel, PretrainedConfig


class Own(PretrainedConfig):
    model_type = "own-of-code"


AutoConfig.register("own-of-code", Own)
"""


def test_what_code_registers_is_known_to_it_and_not_to_the_library(tmp_path: Path) -> None:
    import transformers

    before = transformers.PreTrainedModel.__dict__.copy(), transformers.PretrainedConfig.__dict__.copy()
    model = AutoModel.from_pretrained(write(tmp_path, minimal(REGISTERS)), trust_remote_code=True)
    module = sys.modules[type(model).__module__]
    own = type("OwnModel", (type(model),), {"config_class": module.Own, "__module__": module.__name__})
    module.AutoModel.register(module.Own, own)
    assert type(module.AutoConfig.for_model("own-of-code")) is module.Own
    assert type(module.AutoModel.from_config(module.Own())) is module.AutoModel._model_mapping[module.Own] is own
    assert "own-of-code" not in transformers.CONFIG_MAPPING
    assert module.Own not in transformers.AutoModel._model_mapping
    assert transformers.LlamaConfig in module.AutoModel._model_mapping
    assert (transformers.PreTrainedModel.__dict__, transformers.PretrainedConfig.__dict__) == before
    assert isinstance(model, transformers.PreTrainedModel) and model().item() == 7.0


def test_the_parts_that_were_dropped_do_what_they_did() -> None:
    from types import SimpleNamespace

    from loadstone.errors import ArgumentError
    from loadstone.frameworks.torch.transformers_compat import dropped
    from loadstone.frameworks.torch.transformers_compat.layers import Conv1D
    from loadstone.remote_code import exporting

    x = torch.arange(24.0).view(2, 3, 4)
    for kind, expected in (("first", x[:, 0]), ("last", x[:, 2]), ("mean", x.mean(1))):
        assert torch.equal(dropped.SequenceSummary(SimpleNamespace(summary_type=kind))(x), expected)
    chosen = dropped.SequenceSummary(SimpleNamespace(summary_type="cls_index"))
    assert torch.equal(chosen(x, torch.tensor([1, 0])), torch.stack((x[0, 1], x[1, 0]))) and torch.equal(
        chosen(x), x[:, 2]
    )
    projected = SimpleNamespace(
        summary_use_proj=True, summary_proj_to_labels=True, num_labels=3, hidden_size=4, summary_activation="tanh"
    )
    assert dropped.SequenceSummary(projected)(x).shape == (2, 3)
    layer = dropped.prune_conv1d_layer(Conv1D(3, 4), torch.tensor([0, 2]))
    assert layer.weight.shape == (4, 2) and layer.bias.shape == (2,)
    assert dropped.get_device_map(3, [0, 1]) == {0: [0, 1], 1: [2]}
    dropped.assert_device_map({0: [0, 1], 1: [2]}, 3)
    with pytest.raises(ArgumentError, match="each of 4 layers once"):
        dropped.assert_device_map({0: [0, 1], 1: [2]}, 4)
    assert dropped.get_parameter_dtype(layer) is torch.float32 and dropped.get_parameter_device(layer).type == "cpu"
    assert dropped.isin_mps_friendly(torch.tensor([1, 2]), torch.tensor([2])).tolist() == [False, True]
    y = torch.softmax(torch.tensor([1.0, 2.0]), 0)
    gradient = dropped.softmax_backward_data(SimpleNamespace(dim=0), torch.tensor([1.0, 0.0]), y, 0, y)
    assert torch.allclose(gradient, torch.stack((y[0] * (1 - y[0]), -y[0] * y[1])))
    assert exporting.compute_effective_axis_dimension(-1, 8, 2) == 6
    with pytest.raises(CustomCodeError, match="ONNX"):
        type("Mine", (exporting.OnnxConfig,), {})()
