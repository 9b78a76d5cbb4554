"""A dtype for each module, and float8 that is stored and not computed in."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from torch import nn

import loadstone
from loadstone.errors import ArgumentError, UnsupportedDType

Auto: Any = loadstone.AutoModelForCausalLM
FLOAT8 = torch.float8_e4m3fn


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain"))
    return found


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(tiny.IDS).logits
    return found


def dtypes(model: nn.Module) -> dict[str, torch.dtype]:
    return {name: parameter.dtype for name, parameter in model.named_parameters()}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_every_floating_point_dtype_loads_and_runs(dtype: torch.dtype, plain: Path) -> None:
    model = Auto.from_pretrained(plain, torch_dtype=dtype)
    assert set(dtypes(model).values()) == {dtype}
    assert logits(model).dtype is dtype
    assert model.config.torch_dtype is dtype


def test_the_longest_name_that_a_slot_begins_with_says_its_dtype(plain: Path) -> None:
    asked = {"": torch.bfloat16, "lm_head": "float32", "model.layers.1": torch.float32, "model.layers.1.mlp": "float64"}
    model = Auto.from_pretrained(plain, dtype=asked)
    for name, dtype in dtypes(model).items():
        in_one = torch.float64 if name.startswith("model.layers.1.mlp") else torch.float32
        expected = in_one if name.startswith(("lm_head", "model.layers.1.")) else torch.bfloat16
        assert dtype is expected, name
    assert model.config.torch_dtype is torch.bfloat16
    assert logits(model).dtype is torch.float32


def test_a_head_in_float32_computes_from_what_the_rest_gives(plain: Path) -> None:
    model = Auto.from_pretrained(plain, dtype={"lm_head": torch.float32, "": torch.bfloat16})
    whole = Auto.from_pretrained(plain, dtype=torch.bfloat16)
    with torch.no_grad():
        hidden = whole.model(tiny.IDS).last_hidden_state
    head = Auto.from_pretrained(plain).lm_head
    assert torch.equal(logits(model), head(hidden.float()))


def test_layers_in_float32_are_nearer_to_the_model_in_float32(plain: Path) -> None:
    exact = logits(Auto.from_pretrained(plain))
    rough = logits(Auto.from_pretrained(plain, dtype=torch.bfloat16))
    mixed = Auto.from_pretrained(plain, dtype={"": torch.bfloat16, "model.layers": torch.float32})
    assert mixed.model.norm.weight.dtype is torch.bfloat16
    assert (logits(mixed) - exact).abs().mean() < (rough - exact).abs().mean()


def test_generation_and_copies_work_with_a_dtype_for_each_module(plain: Path) -> None:
    model = Auto.from_pretrained(plain, dtype={"model.layers.0": torch.float32, "": torch.bfloat16})
    made = model.generate(tiny.IDS, max_new_tokens=3, do_sample=False)
    twin = copy.deepcopy(model)
    assert torch.equal(twin.generate(tiny.IDS, max_new_tokens=3, do_sample=False), made)


def test_without_an_entry_for_the_rest_it_is_float32(plain: Path) -> None:
    found = dtypes(Auto.from_pretrained(plain, dtype={"lm_head": torch.bfloat16}))
    assert found.pop("lm_head.weight") is torch.bfloat16
    assert set(found.values()) == {torch.float32}


def test_names_of_no_module_are_listed_with_the_nearest_that_there_is(plain: Path) -> None:
    with pytest.raises(ArgumentError, match=r"'lm_haed' \(did you mean 'lm_head'\?\), 'model.layers.7'"):
        Auto.from_pretrained(plain, dtype={"lm_haed": torch.float32, "model.layers.7": torch.float32})
    with pytest.raises(ArgumentError, match="expected a module's name"):
        Auto.from_pretrained(plain, dtype={0: torch.float32})
    with pytest.raises(UnsupportedDType, match="int8"):
        Auto.from_pretrained(plain, dtype={"lm_head": "int8"})


def test_tied_slots_cannot_have_two_dtypes(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(tie_word_embeddings=True), tmp_path)
    with pytest.raises(ArgumentError, match=r"lm_head.weight .*tied"):
        Auto.from_pretrained(folder, dtype={"lm_head": torch.float32, "": torch.bfloat16})


def test_what_is_newly_initialized_has_the_dtype_of_its_module(plain: Path) -> None:
    asked = {"score": torch.float32, "": torch.bfloat16}
    model: Any = loadstone.AutoModelForSequenceClassification.from_pretrained(plain, dtype=asked, pad_token_id=0)
    assert model.load_report.initialized
    assert model.score.weight.dtype is torch.float32
    assert model.model.norm.weight.dtype is torch.bfloat16


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_have_one_dtype_and_say_so(framework: str, plain: Path) -> None:
    with pytest.raises(ArgumentError, match="PyTorch"):
        getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(plain, dtype={"": "bfloat16"})


def test_a_forecast_counts_each_module_in_its_dtype(plain: Path) -> None:
    asked: dict[str, Any] = {"lm_head": "float32", "": "bfloat16"}
    for dtype in (asked, FLOAT8):
        model = Auto.from_pretrained(plain, dtype=dtype)
        nbytes = sum(parameter.nbytes for parameter in model.parameters())
        assert loadstone.plan(plain, device_map=None, dtype=dtype).bytes_by_device == {"cpu": nbytes}


@pytest.mark.parametrize("dtype", [FLOAT8, torch.float8_e5m2])
def test_float8_keeps_linear_weights_and_computes_in_bfloat16(dtype: torch.dtype, plain: Path) -> None:
    model = Auto.from_pretrained(plain, torch_dtype=dtype)
    for name, found in dtypes(model).items():
        assert found is (dtype if "proj" in name else torch.bfloat16), name
    assert model.config.torch_dtype is torch.bfloat16
    wide = Auto.from_pretrained(plain, torch_dtype=torch.bfloat16)
    with torch.no_grad():
        for name, parameter in wide.named_parameters():
            if "proj" in name:
                # From what is stored, once: rounding to bfloat16 first would round twice.
                exact = Auto.from_pretrained(plain).get_parameter(name)
                parameter.copy_(exact.to(dtype).to(torch.bfloat16))
    assert torch.equal(logits(model), logits(wide))


def test_float8_of_transposed_maps_and_biases(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.model("GPT2LMHeadModel", "gpt2"), tmp_path)
    found = dtypes(Auto.from_pretrained(folder, torch_dtype=FLOAT8))
    assert found["transformer.h.0.attn.c_attn.weight"] is FLOAT8
    assert found["transformer.h.0.attn.c_attn.bias"] is torch.bfloat16
    assert found["transformer.wte.weight"] is torch.bfloat16
    assert logits(Auto.from_pretrained(folder, torch_dtype=FLOAT8)).dtype is torch.bfloat16


def test_what_was_saved_of_float8_gives_the_same_outputs(plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, torch_dtype=FLOAT8)
    model.save_pretrained(tmp_path)
    assert loadstone.open_checkpoint(tmp_path)["model.layers.0.mlp.up_proj.weight"].dtype.value == "float8_e4m3fn"
    for again in (FLOAT8, "auto"):
        assert torch.equal(logits(Auto.from_pretrained(tmp_path, torch_dtype=again)), logits(model))


def test_float8_for_some_modules_only(plain: Path) -> None:
    found = dtypes(Auto.from_pretrained(plain, dtype={"model.layers.0": FLOAT8, "": torch.float32}))
    assert found["model.layers.0.mlp.up_proj.weight"] is FLOAT8
    assert found["model.layers.0.input_layernorm.weight"] is torch.bfloat16
    assert found["model.layers.1.mlp.up_proj.weight"] is torch.float32
