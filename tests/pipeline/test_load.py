"""``from_pretrained``: every argument by its effect, the load report, and threads."""

from __future__ import annotations

import copy
import json
import logging
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny

import loadstone
from loadstone.errors import ArgumentError, ShapeMismatch, UnknownArgument, UnsupportedDType, UnusedTensors
from loadstone.planning.recipes import Stored, Tied

Auto = loadstone.AutoModelForCausalLM


@pytest.fixture(scope="module")
def original() -> Any:
    return tiny.llama(pad_token_id=0)


@pytest.fixture(scope="module")
def folder(original: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A float32 checkpoint; tests only read it."""
    return tiny.saved(original, tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def half(original: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in bfloat16, and the config says so."""
    return tiny.saved(copy.deepcopy(original).bfloat16(), tmp_path_factory.mktemp("half"))


def without_dtype(half: Path, to: Path) -> Path:
    """A copy whose config names no dtype."""
    shutil.copytree(half, to, dirs_exist_ok=True)
    values = json.loads((to / "config.json").read_text())
    del values["torch_dtype"]
    (to / "config.json").write_text(json.dumps(values))
    return to


# dtype ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["torch_dtype", "dtype"])
@pytest.mark.parametrize("given", [torch.float16, "float16", "torch.float16"])
def test_a_dtype_or_its_name_under_either_keyword(half: Path, key: str, given: Any) -> None:
    model = Auto.from_pretrained(half, **{key: given})
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float16}
    assert model.dtype == model.config.torch_dtype == torch.float16


def test_auto_is_the_dtype_of_the_config_else_of_the_first_tensor(half: Path, folder: Path, tmp_path: Path) -> None:
    assert Auto.from_pretrained(half, torch_dtype="auto").dtype == torch.bfloat16
    config = loadstone.AutoConfig.from_pretrained(half, torch_dtype="float16")
    assert Auto.from_pretrained(half, config=config, torch_dtype="auto").dtype == torch.float16
    assert Auto.from_pretrained(without_dtype(half, tmp_path), torch_dtype="auto").dtype == torch.bfloat16


@pytest.mark.parametrize("key", ["torch_dtype", "dtype"])
def test_auto_within_a_config_leaves_the_dtype_to_what_is_stored(key: str, half: Path, tmp_path: Path) -> None:
    copied = without_dtype(half, tmp_path)
    values = json.loads((copied / "config.json").read_text())
    (copied / "config.json").write_text(json.dumps(values | {key: "auto"}))
    config = loadstone.AutoConfig.from_pretrained(copied)
    assert config.torch_dtype == config.dtype == "auto"
    for given in (None, config):
        model = Auto.from_pretrained(copied, torch_dtype="auto", config=given)
        assert model.dtype == model.config.torch_dtype == torch.bfloat16
    for fresh in (Auto.from_config(config), Auto.from_config(loadstone.LlamaConfig(**tiny.LLAMA), torch_dtype="auto")):
        assert fresh.dtype == torch.get_default_dtype()
    half_made = loadstone.LlamaConfig(**tiny.LLAMA, torch_dtype="float16")
    assert Auto.from_config(half_made, torch_dtype="auto").dtype == torch.float16
    config.save_pretrained(tmp_path / "again")
    assert "torch_dtype" not in json.loads((tmp_path / "again" / "config.json").read_text())


def test_float32_is_the_default_and_says_so_in_one_line_only_where_it_takes_more_memory(
    half: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "loadstone"):
        assert Auto.from_pretrained(half).dtype == torch.float32
        assert len(caplog.records) == 1
        message = caplog.records[0].getMessage()
        assert "bfloat16" in message and "2 times the memory" in message and 'torch_dtype="auto"' in message
        caplog.clear()
        Auto.from_pretrained(folder)
        Auto.from_pretrained(half, torch_dtype="auto")
        Auto.from_pretrained(half, torch_dtype=torch.float32)
        assert not caplog.records


def test_casts_round_as_pytorch_does(original: Any, half: Path, folder: Path) -> None:
    tiny.assert_same(
        dict(Auto.from_pretrained(folder, torch_dtype="float16").state_dict()),
        dict(copy.deepcopy(original).half().state_dict()),
    )
    tiny.assert_same(
        dict(Auto.from_pretrained(half).state_dict()), dict(copy.deepcopy(original).bfloat16().float().state_dict())
    )


def test_two_dtypes_that_agree_pass_and_two_that_do_not_are_refused(folder: Path) -> None:
    assert Auto.from_pretrained(folder, torch_dtype=torch.float16, dtype="float16").dtype == torch.float16
    with pytest.raises(ArgumentError, match=r"torch_dtype is float16 and dtype is torch\.bfloat16"):
        Auto.from_pretrained(folder, torch_dtype="float16", dtype=torch.bfloat16)


@pytest.mark.parametrize("given", [torch.int8, "int8", "complex64", "bool", "bflat16", 16, object])
def test_a_dtype_that_weights_cannot_have_is_refused(folder: Path, given: Any) -> None:
    with pytest.raises(UnsupportedDType, match="expected 'auto' or a floating-point dtype"):
        Auto.from_pretrained(folder, torch_dtype=given)


def test_a_misspelled_dtype_names_the_nearest(folder: Path) -> None:
    with pytest.raises(UnsupportedDType, match="Did you mean 'bfloat16'"):
        Auto.from_pretrained(folder, torch_dtype="bflaot16")


# config -----------------------------------------------------------------------------------------------


def test_a_config_that_is_given_is_used_and_not_changed(folder: Path) -> None:
    config = loadstone.AutoConfig.from_pretrained(folder)
    config.rms_norm_eps = 0.5
    before, kernel = copy.deepcopy(config), config._attn_implementation
    model = Auto.from_pretrained(folder, config=config, torch_dtype="bfloat16", attn_implementation="eager")
    assert model.config.rms_norm_eps == 0.5 and model.config is not config
    assert config == before and config._attn_implementation is kernel


def test_a_config_may_come_from_another_folder(folder: Path, tmp_path: Path) -> None:
    loadstone.AutoConfig.from_pretrained(folder, rms_norm_eps=0.25).save_pretrained(tmp_path)
    assert Auto.from_pretrained(folder, config=tmp_path).config.rms_norm_eps == 0.25
    assert Auto.from_pretrained(folder, config=str(tmp_path), rms_norm_eps=0.5).config.rms_norm_eps == 0.5


def test_keys_of_the_config_can_be_set_anew_by_keyword(folder: Path) -> None:
    auto = loadstone.AutoModelForSequenceClassification
    model = auto.from_pretrained(folder, num_labels=5, output_hidden_states=True, use_cache=False)
    assert model.score.weight.shape == (5, 32)
    out = model(tiny.IDS[:1])
    assert len(out.hidden_states) == 3 and out.past_key_values is None
    assert model.config.id2label[4] == "LABEL_4"
    assert auto.from_pretrained(folder, id2label={0: "no", 1: "yes"}).config.id2label == {0: "no", 1: "yes"}


@pytest.mark.parametrize("family", ["llama", "qwen2", "gemma2", "modernbert"])
def test_fewer_layers_can_be_loaded_by_keyword(family: str, tmp_path: Path) -> None:
    from parity.cases import PLAIN

    config = loadstone.AutoConfig.for_model(family, **(PLAIN[family] | {"num_hidden_layers": 3}))
    tiny.saved(loadstone.AutoModel.from_config(config), tmp_path)
    model, info = loadstone.AutoModel.from_pretrained(tmp_path, num_hidden_layers=2, output_loading_info=True)
    assert len(model.layers) == 2
    assert info["unexpected_keys"] and all(".2." in name for name in (f".{key}" for key in info["unexpected_keys"]))


def test_a_familys_own_class_needs_no_model_type(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    values = json.loads((tmp_path / "config.json").read_text())
    del values["model_type"]
    (tmp_path / "config.json").write_text(json.dumps(values))
    assert loadstone.LlamaForCausalLM.from_pretrained(tmp_path).config.hidden_size == 32


def test_the_model_knows_where_it_came_from(folder: Path) -> None:
    model = Auto.from_pretrained(folder)
    assert model.name_or_path == model.config.name_or_path == str(folder)


# what is loaded ---------------------------------------------------------------------------------------


def test_a_state_dict_is_loaded_in_place_of_the_files(original: Any, folder: Path) -> None:
    other = {name: tensor + 1 for name, tensor in original.state_dict().items()}
    tiny.assert_same(dict(Auto.from_pretrained(folder, state_dict=other).state_dict()), other)
    alone = Auto.from_pretrained(None, config=original.config, state_dict=other, torch_dtype="bfloat16")
    tiny.assert_same(dict(alone.state_dict()), {name: tensor.bfloat16() for name, tensor in other.items()})


def test_nothing_to_load_from_is_said(original: Any) -> None:
    for keywords in ({}, {"config": original.config}, {"state_dict": {}}):
        with pytest.raises(ArgumentError, match="Give a folder or a Hub id; or None together with config"):
            loadstone.LlamaForCausalLM.from_pretrained(None, **keywords)


def test_key_mapping_renames_stored_names(original: Any, folder: Path) -> None:
    odd = {f"net.{name}": tensor for name, tensor in original.state_dict().items()}
    model = Auto.from_pretrained(folder, state_dict=odd, key_mapping={r"^net\.": ""})
    tiny.assert_same(dict(model.state_dict()), dict(original.state_dict()))
    with pytest.raises(ArgumentError, match="key_mapping"):
        Auto.from_pretrained(folder, key_mapping={"(": ""})


def test_output_loading_info_lists_what_was_missing_and_what_was_not_used(folder: Path) -> None:
    auto = loadstone.AutoModelForSequenceClassification
    model, info = auto.from_pretrained(folder, output_loading_info=True)
    assert info == {
        "missing_keys": ["score.weight"],
        "unexpected_keys": ["lm_head.weight"],
        "mismatched_keys": [],
        "untied_keys": [],
        "error_msgs": [],
    }
    assert model.score.weight.std() > 0


def test_what_is_newly_initialized_is_said_in_one_line(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "loadstone"):
        loadstone.AutoModelForSequenceClassification.from_pretrained(folder)
        Auto.from_pretrained(folder)
    assert [record.getMessage() for record in caplog.records] == [
        "LlamaForSequenceClassification: newly initialized score.weight. Train it before use."
    ]


def test_strict_refuses_fresh_slots_and_unused_tensors(folder: Path) -> None:
    Auto.from_pretrained(folder, strict=True)
    with pytest.raises(UnusedTensors) as caught:
        loadstone.AutoModelForSequenceClassification.from_pretrained(folder, strict=True)
    assert {fault.where for fault in caught.value.faults} == {"score.weight", "lm_head.weight"}


def test_ignore_mismatched_sizes_initializes_what_does_not_fit(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.model("BertForSequenceClassification", "bert"), tmp_path)
    auto = loadstone.AutoModelForSequenceClassification
    with pytest.raises(ShapeMismatch, match=r"ignore_mismatched_sizes=True"):
        auto.from_pretrained(folder, num_labels=5)
    model, info = auto.from_pretrained(folder, num_labels=5, ignore_mismatched_sizes=True, output_loading_info=True)
    assert info["mismatched_keys"] == [("classifier.weight", (2, 32), (5, 32)), ("classifier.bias", (2,), (5,))]
    assert info["missing_keys"] == info["unexpected_keys"] == []
    assert model(tiny.IDS).logits.shape == (2, 5)


def test_subfolder_variant_and_format_choose_the_files(original: Any, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    load = loadstone.LlamaForCausalLM.from_pretrained
    tiny.saved(copy.deepcopy(original).half(), inner, variant="fp16")
    assert load(tmp_path, subfolder="inner", variant="fp16", dtype="auto").dtype == torch.float16
    other = copy.deepcopy(original)
    with torch.no_grad():
        other.lm_head.weight.zero_()
    tiny.saved(other, inner, safe_serialization=False)
    assert load(tmp_path, subfolder="inner", variant="fp16").lm_head.weight.any()
    assert not load(tmp_path, subfolder="inner").lm_head.weight.any()
    tiny.saved(original, inner)
    assert load(tmp_path, subfolder="inner").lm_head.weight.any()
    assert not load(tmp_path, subfolder="inner", use_safetensors=False).lm_head.weight.any()
    with pytest.raises(loadstone.LoadstoneError):
        load(tmp_path)


def test_options_that_are_always_on_or_of_no_effect_are_accepted(folder: Path) -> None:
    Auto.from_pretrained(
        folder, low_cpu_mem_usage=False, _fast_init=False, trust_remote_code=True, weights_only=True, revision=None,
        token=None, cache_dir=None, force_download=False, local_files_only=True, use_safetensors=None, device_map=None,
    )  # fmt: skip
    with pytest.raises(ArgumentError, match="would run code"):
        Auto.from_pretrained(folder, weights_only=False)


@pytest.mark.parametrize(
    ("wrong", "near"), [("torch_dtyp", "torch_dtype"), ("num_label", "num_labels"), ("devicemap", "device_map")]
)
def test_an_unknown_keyword_names_the_nearest(folder: Path, wrong: str, near: str) -> None:
    with pytest.raises(UnknownArgument, match=f"'{wrong}'.*Did you mean '{near}'"):
        Auto.from_pretrained(folder, **{wrong: 1})


def test_a_config_key_beside_a_config_object_says_where_it_belongs(folder: Path) -> None:
    config = loadstone.AutoConfig.from_pretrained(folder)
    with pytest.raises(UnknownArgument, match="num_labels") as caught:
        loadstone.AutoModelForSequenceClassification.from_pretrained(folder, config=config, num_labels=3)
    assert "Did you mean 'num_labels'" not in str(caught.value)
    assert "config" in str(caught.value)


@pytest.mark.parametrize("name", ["eager", "sdpa"])
def test_attn_implementation_is_kept_and_computes_the_same(original: Any, folder: Path, name: str) -> None:
    model = Auto.from_pretrained(folder, attn_implementation=name)
    assert model.config._attn_implementation == name
    torch.testing.assert_close(model(tiny.IDS).logits, original(tiny.IDS).logits, atol=1e-5, rtol=1e-4)


def test_an_attention_that_there_is_not_is_refused(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="'flash_attention_2'; Loadstone has 'sdpa' and 'eager'"):
        Auto.from_pretrained(folder, attn_implementation="flash_attention_2")


@pytest.mark.parametrize("given", ["cpu", {"": "cpu"}, torch.device("cpu"), {"": torch.device("cpu")}, "auto"], ids=str)
def test_a_single_device_in_any_form(original: Any, folder: Path, given: Any) -> None:
    model = Auto.from_pretrained(folder, device_map=given)
    assert model.device.type in ("cpu", "cuda")
    torch.testing.assert_close(model.cpu()(tiny.IDS).logits, original(tiny.IDS).logits, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": 99, "lm_head": "cpu"}, "no accelerator of that number"),
        ({"model": "cpu"}, "lm_head: expected a place in device_map"),
        ({}, "model.embed_tokens: expected a place in device_map"),
        ("automatic", "'automatic'"),
        ("nowhere", "'nowhere'"),
        ("meta", "where nothing can be loaded"),
        (99, "no accelerator of that number"),
        (-1, "-1 is no device"),
        (1.5, "1.5"),
        (True, "True"),
    ],
    ids=str,
)
def test_a_device_that_cannot_be_had_is_refused(folder: Path, given: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Auto.from_pretrained(folder, device_map=given)


def test_generation_config_comes_with_the_model(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "generation_config.json").write_text('{"max_new_tokens": 3, "eos_token_id": [63], "note": "kept"}')
    model = Auto.from_pretrained(tmp_path)
    assert model.generate(tiny.IDS).shape[1] <= 9
    model.save_pretrained(tmp_path / "again")
    again = json.loads((tmp_path / "again" / "generation_config.json").read_text())
    assert again == {"max_new_tokens": 3, "eos_token_id": [63], "note": "kept"}


# report -----------------------------------------------------------------------------------------------


def test_the_report_says_where_each_slot_came_from(folder: Path) -> None:
    report = Auto.from_pretrained(folder).load_report
    stored = loadstone.open_checkpoint(folder)
    assert report.sources.keys() == stored.keys()
    for name, recipe in report.sources.items():
        assert isinstance(recipe, Stored)
        end = stored[name].offset + stored[name].nbytes - 1
        assert str(recipe) == f"{name} in model.safetensors, bytes {stored[name].offset} to {end}"


def test_the_report_is_a_short_table_of_stages_and_exceptions(tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    state = tiny.numbers(model) | {
        "stray.weight": torch.ones(2),
        "model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(4),
    }
    tiny.saved(model, tmp_path)
    import safetensors.torch

    safetensors.torch.save_file(
        {n: t.clone() for n, t in state.items()}, tmp_path / "model.safetensors", {"format": "pt"}
    )
    loaded = loadstone.AutoModelForSequenceClassification.from_pretrained(tmp_path, torch_dtype="auto")
    text = str(loaded.load_report)
    assert text.startswith(f"LlamaForSequenceClassification from {tmp_path} (float32, cpu)")
    for stage in ("files", "config", "checkpoint", "framework", "skeleton", "plan", "fill", "populate", "total"):
        assert f"\n  {stage} " in text
    assert "23 tensors in 1 safetensors file(s)" in text
    assert "newly initialized (the checkpoint has no score): score.weight" in text
    assert "not used: " in text and "stray.weight" in text
    assert "left over, not needed: model.layers.0.self_attn.rotary_emb.inv_freq" in text
    assert len(text.splitlines()) < 16
    report = loaded.load_report
    assert report.elapsed_s == pytest.approx(sum(stage.elapsed_s for stage in report.stages))
    fill = next(stage for stage in report.stages if stage.name == "fill")
    assert fill.nbytes == sum(p.nbytes for name, p in loaded.named_parameters() if name != "score.weight")


def test_tied_slots_are_reported_as_tied(tmp_path: Path) -> None:
    model = loadstone.LlamaForCausalLM.from_pretrained(tiny.saved(tiny.llama(tie_word_embeddings=True), tmp_path))
    assert model.load_report.sources["lm_head.weight"] == Tied("model.embed_tokens.weight")
    assert model.lm_head.weight is model.model.embed_tokens.weight


# threads ----------------------------------------------------------------------------------------------


def test_four_threads_load_two_models_at_once_and_change_nothing_global(
    original: Any, half: Path, tmp_path: Path
) -> None:
    masked = tiny.bert()
    tiny.saved(masked, tmp_path)
    expected = {half: copy.deepcopy(original).bfloat16()(tiny.IDS).logits, tmp_path: masked(tiny.IDS).logits}
    autos = {half: Auto, tmp_path: loadstone.AutoModelForMaskedLM}
    default, device = torch.get_default_dtype(), torch.get_default_device()
    faults: list[Any] = []
    start = threading.Barrier(4)

    def work(folder: Path) -> None:
        start.wait()
        try:
            for _ in range(10):
                model = autos[folder].from_pretrained(folder, torch_dtype="auto")
                if torch.get_default_dtype() != default or torch.get_default_device() != device:
                    faults.append("a default changed")
                if torch.empty(1).is_meta or not torch.equal(model(tiny.IDS).logits, expected[folder]):
                    faults.append(folder)
        except BaseException as error:  # noqa: BLE001 (a thread's failure must reach the test)
            faults.append(error)

    threads = [threading.Thread(target=work, args=(folder,)) for folder in (half, tmp_path) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert torch.get_default_dtype() == default and torch.get_default_device() == device


def test_a_default_dtype_of_the_users_does_not_reach_the_model(original: Any, folder: Path) -> None:
    torch.set_default_dtype(torch.float64)
    try:
        model = Auto.from_pretrained(folder)
        assert {p.dtype for p in model.parameters()} == {torch.float32}
        assert torch.equal(model(tiny.IDS).logits, original(tiny.IDS).logits)
    finally:
        torch.set_default_dtype(torch.float32)
