"""GPTQ, against its definition, worked out one number at a time."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from quantization.element_by_element import Example, codes_of
from quantization.stored import Tensors, assert_numbers, assert_same, opened, quantized, weight_in
from safetensors.torch import load_file, save_file

import loadstone
from loadstone import AutoModelForCausalLM as Auto
from loadstone.errors import CorruptCheckpoint, InvalidConfig

SETTINGS: dict[str, Any] = {"quant_method": "gptq", "bits": 4, "group_size": 16, "desc_act": False, "sym": False}


@pytest.mark.parametrize("layout", ["gptq", "gptq_v2"])
@pytest.mark.parametrize("group", [-1, 16, 64])
@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_numbers_are_those_of_the_definition(bits: int, group: int, layout: str, tmp_path: Path) -> None:
    example = Example(32, 160, bits, 160 if group == -1 else group)  # 160 is no multiple of 64
    settings = SETTINGS | {"bits": bits, "group_size": group, "checkpoint_format": layout}
    checkpoint = opened(tmp_path, example.gptq(less_one=layout == "gptq"), settings)
    assert list(checkpoint) == ["weight"] and checkpoint["weight"].dtype.value == "float16"
    assert_same(weight_in(checkpoint), example.weight())


def test_a_known_answer_by_hand(tmp_path: Path) -> None:
    # Inputs 0 to 7 of output 0 have the codes 1 to 8; its zero is 7 + 1, its scale a half. Output 1: codes 0, zero 1.
    first, second = 0x87654321 - (1 << 32), 0
    stored = {
        "l.qweight": torch.tensor([[first, second]], dtype=torch.int32),
        "l.qzeros": torch.tensor([[0x07]], dtype=torch.int32),
        "l.scales": torch.tensor([[0.5, 2.0]], dtype=torch.float16),
    }
    found = weight_in(opened(tmp_path, stored, SETTINGS | {"group_size": -1}), "l.weight")
    assert found.tolist() == [[-3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0], [-2] * 8]


def test_three_bits_cross_from_word_to_word(tmp_path: Path) -> None:
    # Of codes 0 … 31 the 11th takes two bits of the first word and one of the second, the 22nd one and two.
    codes = [0] * 32
    codes[10], codes[21], codes[31] = 5, 3, 7  # 0b101: 01 | 1, 0b011: 1 | 01, and the last three bits
    words = [0b01 << 30, 0b1 | 0b1 << 31, 0b01 | 0b111 << 29]
    signed = [word - (1 << 32) if word >= 1 << 31 else word for word in words]
    stored = {
        "qweight": torch.tensor([[word] * 32 for word in signed], dtype=torch.int32),
        "qzeros": torch.zeros(1, 3, dtype=torch.int32),
        "scales": torch.ones(1, 32, dtype=torch.float16),
    }
    found = weight_in(opened(tmp_path, stored, SETTINGS | {"bits": 3, "group_size": -1}))
    assert found.tolist() == [[code - 1 for code in codes]] * 32


@pytest.mark.parametrize("bits", [3, 4])
def test_inputs_in_activation_order_take_the_scale_of_their_group(bits: int, tmp_path: Path) -> None:
    order = [i // 16 for i in range(96)]
    random.Random(0).shuffle(order)
    example = Example(32, 96, bits, 16, order)
    checkpoint = opened(tmp_path, example.gptq(), SETTINGS | {"bits": bits, "desc_act": True})
    assert len(checkpoint["weight"].packing.parts) == 4  # type: ignore[union-attr]
    assert_same(weight_in(checkpoint), example.weight())


def test_without_an_order_groups_are_neighbors(tmp_path: Path) -> None:
    example = Example(32, 96, 4, 16)
    stored = example.gptq()
    del stored["g_idx"]
    checkpoint = opened(tmp_path, stored, SETTINGS)
    assert len(checkpoint["weight"].packing.parts) == 3  # type: ignore[union-attr]
    assert_same(weight_in(checkpoint), example.weight())


WORDS_OF_ONES = {
    2: [0b01010101010101010101010101010101],
    3: [0b00100100100100100100100100100100, 0b10010010010010010010010010010010, 0b01001001001001001001001001001001],
    4: [0b00010001000100010001000100010001],
    8: [0b00000001000000010000000100000001],
}


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_zeros_that_gptqmodel_took_a_one_off_by_words_are_put_back(bits: int, tmp_path: Path) -> None:
    example = Example(32, 32, bits, 16)
    for output in range(0, 32, 3):
        example.zeros[output, 0] = 0  # of which one cannot be taken: it is borrowed from the next
    stored = example.gptq(less_one=False)
    for group in range(2):
        for place in range(stored["qzeros"].shape[1]):
            ones = WORDS_OF_ONES[bits][place % len(WORDS_OF_ONES[bits])]
            less = (int(stored["qzeros"][group, place]) - ones) % 2**32
            stored["qzeros"][group, place] = less - 2**32 if less >= 2**31 else less
    settings = SETTINGS | {"bits": bits, "checkpoint_format": "gptq", "meta": {"quantizer": ["gptqmodel:4.0.0"]}}
    assert_same(weight_in(opened(tmp_path, stored, settings)), example.weight())


def test_layers_may_have_bits_and_groups_of_their_own(tmp_path: Path) -> None:
    few, many = Example(32, 96, 2, 32), Example(32, 96, 8, 16)
    stored = {f"few.{name}": each for name, each in few.gptq().items()}
    stored |= {f"many.{name}": each for name, each in many.gptq().items()}
    checkpoint = opened(tmp_path, stored, SETTINGS | {"dynamic": {"+:few": {"bits": 2}}})
    assert_same(weight_in(checkpoint, "few.weight"), few.weight())
    assert_same(weight_in(checkpoint, "many.weight"), many.weight())


def a_model(plain: Path, to: Path, biases: bool = False) -> Tensors:
    """A small model, quantized; its numbers. ``biases``: of zeros, for layers that have none."""

    def quantize(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
        example = Example(*weight.shape, 4, 16)
        codes_of(weight, example)
        stem = name.removesuffix("weight")
        parts = {stem + part: tensor for part, tensor in example.gptq().items()}
        if biases:
            parts[f"{stem}bias"] = torch.zeros(weight.shape[0], dtype=torch.float16)
        return parts, example.weight()

    return quantized(plain, to, SETTINGS, quantize)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_checkpoint_becomes_a_plain_model(dtype: torch.dtype, plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path)
    model, told = Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=dtype, output_loading_info=True)
    assert_numbers(model.state_dict(), numbers, dtype)
    assert not told["unexpected_keys"]
    with torch.no_grad():
        near = Auto.from_pretrained(plain)(tiny.IDS).logits
        assert (model(tiny.IDS).logits.float() - near).abs().mean() < 0.1 * near.abs().mean()


def test_biases_of_zeros_that_layers_never_had_are_no_unused_tensors(plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path, biases=True)
    model = Auto.from_pretrained(tmp_path, dequantize=True, strict=True)
    assert_numbers(model.state_dict(), numbers, torch.float32)
    assert not model.load_report.unused and len(model.load_report.leftovers) == 14
    tensors = load_file(tmp_path / "model.safetensors")
    tensors["model.layers.0.mlp.up_proj.bias"][3] = 1
    save_file(tensors, tmp_path / "model.safetensors")
    spoilt = Auto.from_pretrained(tmp_path, dequantize=True)
    assert spoilt.load_report.unused == ("model.layers.0.mlp.up_proj.bias",)


def test_without_dequantize_the_error_offers_it(plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path)
    with pytest.raises(InvalidConfig, match=r"quant_method 'gptq'[\s\S]*GPTQModel[\s\S]*dequantize=True"):
        Auto.from_pretrained(tmp_path)


def test_what_is_saved_of_it_is_a_plain_checkpoint(plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path / "packed")
    Auto.from_pretrained(tmp_path / "packed", dequantize=True).save_pretrained(tmp_path / "plain")
    assert "quantization_config" not in json.loads((tmp_path / "plain" / "config.json").read_text())
    assert_numbers(load_file(tmp_path / "plain" / "model.safetensors"), numbers, torch.float32)


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_get_the_same_numbers(framework: str, plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path / "packed")
    auto = getattr(loadstone, f"{framework}AutoModelForCausalLM")
    options = {"safe_serialization": True} if framework == "Flax" else {}
    auto.from_pretrained(tmp_path / "packed", dequantize=True).save_pretrained(tmp_path / "plain", **options)
    checkpoint = loadstone.open_checkpoint(tmp_path / "plain")
    found = {name: torch.from_numpy(checkpoint.numpy(name)) for name in checkpoint}
    assert_numbers(found, numbers, torch.float32)


def test_a_layer_that_has_inputs_first_gets_them_first(tmp_path: Path) -> None:
    whole = tiny.model("GPT2LMHeadModel", "gpt2")
    plain = tiny.saved(whole, tmp_path / "plain")
    tensors = load_file(plain / "model.safetensors")
    numbers, stored = dict(tensors), dict(tensors)
    layers = [name for name in tensors if name.endswith(("c_attn.weight", "c_fc.weight", "c_proj.weight"))]
    for name in layers:
        example = Example(tensors[name].shape[1], tensors[name].shape[0], 4, 16)
        codes_of(tensors[name].T, example)
        numbers[name] = example.weight().T  # square ones too: no shape would tell
        del stored[name]
        stored |= {name.removesuffix("weight") + part: tensor for part, tensor in example.gptq().items()}
    assert len(layers) == 8
    config = whole.config
    config.quantization_config = SETTINGS
    config.save_pretrained(tmp_path)
    save_file(stored, tmp_path / "model.safetensors")
    found = Auto.from_pretrained(tmp_path, dequantize=True).state_dict()
    assert_numbers({name: found[name] for name in numbers}, numbers, torch.float32)


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    stored: Tensors = {}
    for name in ("a", "b", "c", "d", "e", "f", "g"):
        stored |= {f"{name}.{part}": tensor for part, tensor in Example(32, 64, 4, 16).gptq().items()}
    del stored["a.scales"]
    del stored["b.qweight"]
    stored["c.qzeros"] = torch.zeros(4, 5, dtype=torch.int32)
    stored["d.g_idx"][7] = 4
    stored["e.g_idx"] = stored["e.g_idx"][:-1]
    stored["f.scales"] = torch.ones(4, 32, dtype=torch.int32)
    stored["g.qweight"] = stored["g.qweight"].long()
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(tmp_path, stored, SETTINGS)
    said = str(caught.value)
    assert "'a.qweight': expected a.scales beside it, found none" in said
    assert "'b.qzeros': expected codes beside it, b.qweight, found none" in said
    assert "'c.qzeros': expected shape (4, 4), 4 groups of 16 of 64 inputs, 32 outputs, 4 bits, found (4, 5)" in said
    assert "'d.g_idx': expected group indices from 0 to 3, found 0 to 4" in said
    assert "'e.g_idx': expected shape (64,), a group for each input, found (63,)" in said
    assert "'f.scales': expected scales of float16, bfloat16 or float32, found int32" in said
    assert "'g.qweight': expected a matrix of int32 words, found int64" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bits": 5}, "bits"),
        ({"bits": "4"}, "bits"),
        ({"group_size": 0}, "group_size"),
        ({"group_size": -2}, "group_size"),
        ({"group_size": None}, "group_size"),
        ({"group_size": 1 << 70}, "group_size"),
        ({"checkpoint_format": "marlin"}, "'marlin'"),
        ({"checkpoint_format": "bitblas"}, "'bitblas'"),
        ({"checkpoint_format": 7}, "checkpoint_format"),
        ({"is_marlin_format": True}, "is_marlin_format"),
    ],
    ids=str,
)
def test_settings_that_are_not_read_are_named(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=said):
        opened(tmp_path, Example(32, 32, 4, 16).gptq(), SETTINGS | change)


def test_settings_that_contradict_the_tensors_are_a_damaged_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CorruptCheckpoint, match=r"qzeros.*8 bits"):
        opened(tmp_path, Example(32, 32, 4, 16).gptq(), SETTINGS | {"bits": 8})
    with pytest.raises(CorruptCheckpoint, match="words of whole codes of 3 bits"):
        opened(tmp_path, Example(32, 32, 4, 16).gptq(), SETTINGS | {"bits": 3})
