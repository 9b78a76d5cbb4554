"""DeepSeek-V3 and its kin: what the tables of :mod:`modal_families` do not say."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.utils.flop_counter import FlopCounterMode

import loadstone
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.errors import InvalidConfig

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families.deepseek_v3 import PARITY, PLAIN, texts

BIAS = "model.layers.1.mlp.gate.e_score_correction_bias"
BLOCK = 8
FP8 = {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [BLOCK, BLOCK]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(PARITY.main, transformers.DeepseekV3Config(**PLAIN), tmp_path_factory.mktemp("v3"))


def changed(made: Made, folder: Path, tensors: dict[str, torch.Tensor], **keys: Any) -> Path:
    """A checkpoint of the same config with other tensors, and some other keys."""
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    config = json.loads((made.folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | keys))
    return folder


def stored(made: Made) -> dict[str, torch.Tensor]:
    return load_file(made.folder / "model.safetensors")


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        return model.eval()(texts(slice(0))["input_ids"]).logits.float()


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:])]
)
def test_the_correction_stays_float32_whatever_the_dtype(made: Made, framework: str, tmp_path: Path) -> None:
    """As in transformers: in fewer bits two experts would have one score."""
    cls = getattr(loadstone, SIDES[framework].prefix + PARITY.main)
    model = cls.from_pretrained(made.folder, torch_dtype="bfloat16")
    model.save_pretrained(tmp_path, **({"safe_serialization": True} if framework == "flax" else {}))
    saved = load_file(tmp_path / "model.safetensors")
    assert {name for name, value in saved.items() if value.dtype != torch.bfloat16} == {BIAS}
    assert saved[BIAS].equal(stored(made)[BIAS])
    if framework == "torch":
        forecast = loadstone.plan(made.folder, head=CAUSAL_LM, dtype="bfloat16")
        assert {each.name for each in forecast.weights if each.dtype == "float32"} == {BIAS}
        theirs = transformers.DeepseekV3ForCausalLM.from_pretrained(
            made.folder, dtype=torch.bfloat16, experts_implementation="eager"
        )
        assert (logits(model) - logits(theirs)).abs().max() < 0.05


def test_layers_that_guess_further_tokens_are_left_over(made: Made, tmp_path: Path) -> None:
    beyond = {
        name.replace("layers.1", "layers.2"): value.clone()
        for name, value in stored(made).items()
        if "layers.1." in name
    }
    beyond["model.layers.2.eh_proj.weight"] = torch.ones(16, 32)
    folder = changed(made, tmp_path, stored(made) | beyond)
    model = loadstone.DeepseekV3ForCausalLM.from_pretrained(folder)
    assert {*model.load_report.leftovers} == beyond.keys() and not model.load_report.unused
    model = loadstone.DeepseekV3ForCausalLM.from_pretrained(folder, num_nextn_predict_layers=0)
    assert {*model.load_report.unused} == beyond.keys() and not model.load_report.leftovers


def test_kimi_k2_is_another_name(made: Made, tmp_path: Path) -> None:
    code = {"AutoModelForCausalLM": "modeling_deepseek.DeepseekV3ForCausalLM"}
    folder = changed(made, tmp_path, stored(made), model_type="kimi_k2", auto_map=code)
    for cls in (loadstone.AutoModelForCausalLM, loadstone.DeepseekV3ForCausalLM):
        model = cls.from_pretrained(folder)
        assert type(model).__name__ == "DeepseekV3ForCausalLM"
        assert logits(model).equal(logits(made.of("torch")))


def quantized(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """float8 in blocks, the scale of each, and the numbers that both say."""
    rows, columns = weight.shape
    scales = torch.empty(-(-rows // BLOCK), -(-columns // BLOCK))
    small, numbers = torch.empty_like(weight, dtype=torch.float8_e4m3fn), torch.empty_like(weight)
    for i in range(scales.shape[0]):
        for j in range(scales.shape[1]):
            at = slice(i * BLOCK, (i + 1) * BLOCK), slice(j * BLOCK, (j + 1) * BLOCK)
            scales[i, j] = weight[at].abs().max() / 448
            small[at] = (weight[at] / scales[i, j]).to(torch.float8_e4m3fn)
            numbers[at] = small[at].float() * scales[i, j]
    return small, scales, numbers


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:])]
)
def test_float8_in_blocks_as_the_hub_has_it(made: Made, framework: str, tmp_path: Path) -> None:
    """Projections, the one to keys and values among them, and experts one by one, which become stacks."""
    packed, plain = dict(stored(made)), dict(stored(made))
    for name, value in stored(made).items():
        if ("_proj" in name or "experts" in name) and value.dim() == 2:
            packed[name], packed[f"{name}_scale_inv"], plain[name] = quantized(value)
    (tmp_path / "packed").mkdir()
    (tmp_path / "plain").mkdir()
    folder = changed(made, tmp_path / "packed", packed, quantization_config=FP8)
    cls, side = getattr(loadstone, SIDES[framework].prefix + PARITY.main), SIDES[framework]
    read = {"input_ids": texts(slice(0))["input_ids"]}
    found = side.call(cls.from_pretrained(folder, dequantize=True), **read).logits
    expected = side.call(cls.from_pretrained(changed(made, tmp_path / "plain", plain)), **read).logits
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        (dict(n_group=3), "n_group"),
        (dict(n_group=8), "n_group"),
        (dict(topk_group=5), "topk_group"),
        (dict(topk_group=1), "num_experts_per_tok"),
        (dict(qk_rope_head_dim=3), "qk_rope_head_dim"),
        (dict(kv_lora_rank=0), "kv_lora_rank"),
        (dict(q_lora_rank=-1), "q_lora_rank"),
        (dict(n_shared_experts=0), "n_shared_experts"),
        (dict(num_experts_per_tok=9), "num_experts_per_tok"),
        (dict(scoring_func="softmax"), "scoring_func"),
        (dict(topk_method="greedy"), "topk_method"),
        (dict(moe_layer_freq=2), "moe_layer_freq"),
        (dict(num_nextn_predict_layers=10**9), "num_nextn_predict_layers"),
        (dict(num_nextn_predict_layers=-1), "num_nextn_predict_layers"),
        (dict(rope_scaling={"rope_type": "yarn", "factor": 2.0, "mscale_all_dim": "much"}), "mscale_all_dim"),
    ],
)
def test_a_config_that_contradicts_itself_names_the_key(keys: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidConfig, match=named):
        loadstone.DeepseekV3Model(loadstone.DeepseekV3Config(**(PLAIN | keys)))


@pytest.mark.parametrize("cache", ["dynamic", "static"])
def test_the_cache_holds_latents_alone(made: Made, cache: str) -> None:
    """Of each token the vector that keys and values are made of, and the key that heads share."""
    model, ids = made.of("torch"), texts(slice(0))["input_ids"]
    past = loadstone.DynamicCache() if cache == "dynamic" else loadstone.StaticCache(max_cache_len=9)
    with torch.no_grad():
        for start, stop in ((0, 5), (5, 6), (6, 9)):
            found = model(ids[:, start:stop], past_key_values=past).logits
            torch.testing.assert_close(found, model(ids[:, :stop]).logits[:, start:], atol=1e-5, rtol=1e-5)
    assert [tuple(each.shape) for each in past[0]] == [(2, 1, 9, PLAIN["kv_lora_rank"]), (2, 1, 9, 4)]


def test_a_step_makes_no_keys_and_values_of_the_tokens_before(made: Made) -> None:
    """Unless somebody is to see how they are made: the map's hooks then are called, and the numbers are the same."""
    model, ids = copy.deepcopy(made.of("torch")), texts(slice(0))["input_ids"].repeat(1, 4)
    found, operations, seen = [], [], []
    for _ in range(2):
        past = loadstone.DynamicCache()
        with torch.no_grad():
            model(ids[:, :-1], past_key_values=past)
            with FlopCounterMode(display=False) as counter:
                found.append(model(ids[:, -1:], past_key_values=past).logits)
        operations.append(counter.get_total_flops())
        model.model.layers[0].self_attn.kv_b_proj.register_forward_hook(lambda *_: seen.append(1))
    torch.testing.assert_close(found[0], found[1], atol=1e-5, rtol=1e-5)
    assert operations[0] < operations[1] and seen


def test_another_tools_cache_goes_on_too(made: Made) -> None:
    ids = texts(slice(0))["input_ids"]
    past = transformers.DynamicCache()
    with torch.no_grad():
        for start, stop in ((0, 5), (5, 9)):
            found = made.of("torch")(ids[:, start:stop], past_key_values=past).logits
    torch.testing.assert_close(found, logits(made.of("torch"))[:, 5:], atol=1e-5, rtol=1e-5)
