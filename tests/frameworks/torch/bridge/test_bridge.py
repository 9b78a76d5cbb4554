"""Loading what only transformers has a class for: equal to transformers bit for bit, and by Loadstone's own rules."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import random
import shutil
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import peft
import pytest
import safetensors.torch
import torch
import transformers as hf
from frameworks.torch.bridge.shapes import SHAPES, first, made, saved, tensors
from hostile.fuzz import damaged_json

import loadstone
from loadstone.errors import (
    ArgumentError,
    CorruptCheckpoint,
    FrameworkNotInstalled,
    InvalidConfig,
    LoadstoneError,
    LockMismatch,
    MissingTensors,
    NameCollision,
    ShapeMismatch,
    StateMismatch,
    UnknownArgument,
    UnknownModelType,
)
from loadstone.frameworks.torch.bridge import classes
from loadstone.lockfile.lockfile import lock_sources

_TINY: Any = {
    "vocab_size": 9,
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Name of a shape → a folder with its checkpoint, made when it is first asked for."""
    there: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in there:
            there[name] = saved(name, tmp_path_factory.mktemp(name))
        return there[name]

    return folder


def loaded(name: str, folder: Path, **keywords: Any) -> Any:
    return getattr(loadstone, SHAPES[name].auto).from_pretrained(folder, **keywords)


def same(ours: Any, theirs: Any) -> list[str]:
    """Names of tensors that differ in values, dtype or shape."""
    one, other = tensors(ours), tensors(theirs)
    assert one.keys() == other.keys()
    return [name for name in one if one[name].dtype is not other[name].dtype or not torch.equal(one[name], other[name])]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", SHAPES)
def test_every_parameter_and_buffer_is_that_of_transformers(name: str, dtype: torch.dtype, folders: Any) -> None:
    folder = folders(name)
    theirs = getattr(hf, SHAPES[name].cls).from_pretrained(folder, dtype=dtype)
    ours = loaded(name, folder, torch_dtype=dtype)
    assert type(ours) is type(theirs)
    assert same(ours, theirs) == []
    assert (ours.dtype, ours.config.dtype, ours.training) == (theirs.dtype, theirs.config.dtype, False)
    with torch.no_grad():
        inputs = {
            key: value.to(dtype) if value.is_floating_point() else value for key, value in SHAPES[name].inputs().items()
        }
        assert torch.equal(first(ours(**inputs)), first(theirs(**inputs)))


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_saved_is_what_transformers_saves(name: str, folders: Any, tmp_path: Path) -> None:
    folder = folders(name)
    loaded(name, folder).save_pretrained(tmp_path)
    one, other = (safetensors.torch.load_file(each / "model.safetensors") for each in (tmp_path, folder))
    assert one.keys() == other.keys()
    assert [key for key in one if not torch.equal(one[key], other[key])] == []
    theirs = getattr(hf, SHAPES[name].cls).from_pretrained(folder)
    assert same(getattr(hf, SHAPES[name].cls).from_pretrained(tmp_path), theirs) == []
    theirs.save_pretrained(tmp_path / "theirs")
    configs = [json.loads((each / "config.json").read_text()) for each in (tmp_path, tmp_path / "theirs")]
    assert configs[0] == configs[1]


def test_a_model_is_saved_onto_its_own_folder_in_shards(tmp_path: Path) -> None:
    folder = saved("flex_olmo", tmp_path)
    model = loaded("flex_olmo", folder)
    model.save_pretrained(folder, max_shard_size="20KB")
    assert (folder / "model.safetensors.index.json").is_file()
    assert not (folder / "model.safetensors").exists()
    assert same(loaded("flex_olmo", folder), model) == []


def test_a_state_dict_is_saved_in_place_of_the_models_own(folders: Any, tmp_path: Path) -> None:
    model = loaded("persimmon", folders("persimmon"))
    state = {name: tensor + 1 for name, tensor in model.state_dict().items()}
    model.save_pretrained(tmp_path, state_dict=state)
    back = safetensors.torch.load_file(tmp_path / "model.safetensors")
    assert torch.equal(back["model.final_layernorm.weight"], state["model.final_layernorm.weight"])
    with pytest.raises(StateMismatch, match=r"(?s)nonsense.*embed_tokens"):
        model.save_pretrained(tmp_path, state_dict={"nonsense": torch.ones(1)})
    with pytest.raises(UnknownArgument, match="max_shard"):
        model.save_pretrained(tmp_path, max_shards=3)


def test_parts_of_tensors_are_not_saved_as_if_they_were_whole(folders: Any, tmp_path: Path) -> None:
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Shard, distribute_tensor

    model = loaded("persimmon", folders("persimmon"))
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        mesh = init_device_mesh("cpu", (1,))
        state = {name: distribute_tensor(tensor, mesh, [Shard(0)]) for name, tensor in model.state_dict().items()}
        with pytest.raises(StateMismatch, match=r"a DTensor[\s\S]*full_tensor\(\).*get_model_state_dict"):
            model.save_pretrained(tmp_path / "new", state_dict=state)
    finally:
        torch.distributed.destroy_process_group()
    assert not (tmp_path / "new").exists()


def test_copies_and_pickles_save_themselves(folders: Any, tmp_path: Path) -> None:
    model = loaded("persimmon", folders("persimmon"))
    copied = copy.deepcopy(model)
    with torch.no_grad():
        copied.model.final_layernorm.weight.fill_(3)
    copied.save_pretrained(tmp_path)
    assert safetensors.torch.load_file(tmp_path / "model.safetensors")["model.final_layernorm.weight"].eq(3).all()
    assert same(pickle.loads(pickle.dumps(model)), model) == []


def test_the_report_the_keywords_and_one_line(folders: Any, caplog: pytest.LogCaptureFixture) -> None:
    classes.say_once.cache_clear()
    with caplog.at_level(logging.WARNING, "loadstone"):
        model, info = loaded("persimmon", folders("persimmon"), output_loading_info=True, attn_implementation="eager")
        loaded("persimmon", folders("persimmon"))
    assert [record.message for record in caplog.records] == [
        f"PersimmonForCausalLM is the class that transformers {hf.__version__} has: Loadstone has no family of it."
    ]
    assert info["missing_keys"] == info["unexpected_keys"] == []
    assert model.load_report.model_class == "PersimmonForCausalLM"
    assert f"transformers {hf.__version__}" in str(model.load_report)
    assert str(model.load_report.sources["lm_head.weight"]) == "tied to model.embed_tokens.weight"
    assert model.config._attn_implementation == "eager"
    assert model.name_or_path == str(folders("persimmon"))


def test_keys_of_the_config_are_overridden_and_nonsense_is_named(folders: Any) -> None:
    model = loaded("persimmon", folders("persimmon"), num_hidden_layers=1)
    assert len(model.model.layers) == 1
    assert "model.layers.1.input_layernorm.weight" in model.load_report.unused
    with pytest.raises(UnknownArgument, match=r"num_hidden_layer'.*num_hidden_layers"):
        loaded("persimmon", folders("persimmon"), num_hidden_layer=1)


def test_a_config_of_transformers_is_taken_as_it_is(folders: Any) -> None:
    config = loadstone.AutoConfig.from_pretrained(folders("persimmon"), num_hidden_layers=1)
    assert type(config) is hf.PersimmonConfig
    assert len(loaded("persimmon", folders("persimmon"), config=config).model.layers) == 1
    made_anew = loadstone.AutoModelForCausalLM.from_config(config, torch_dtype="bfloat16")
    assert (type(made_anew), made_anew.dtype) == (hf.PersimmonForCausalLM, torch.bfloat16)
    with pytest.raises(ArgumentError, match="An Auto class takes either"):
        loadstone.LlamaModel.from_pretrained(folders("persimmon"), config=config)


def test_the_order_of_picking(folders: Any, tmp_path: Path) -> None:
    hf.LlamaForCausalLM(hf.LlamaConfig(**_TINY)).save_pretrained(tmp_path)
    auto = loadstone.AutoModelForCausalLM
    assert type(auto.from_pretrained(tmp_path)) is loadstone.LlamaForCausalLM
    assert type(auto.from_pretrained(tmp_path, bridge=True)) is hf.LlamaForCausalLM
    with pytest.raises(ArgumentError, match="bridge=True asks for transformers' class"):
        loadstone.LlamaForCausalLM.from_pretrained(tmp_path, bridge=True)
    with pytest.raises(UnknownModelType, match=r"config\.json.*'persimmon'.*Known: .*bert"):
        auto.from_pretrained(folders("persimmon"), bridge=False)
    with pytest.raises(UnknownModelType, match=r"no class of AutoModelForMaskedLM.*AutoModelForCausalLM"):
        loadstone.AutoModelForMaskedLM.from_pretrained(folders("persimmon"))
    for framework in ("Flax", "TF"):
        with pytest.raises(UnknownModelType, match="'persimmon' has no family here yet"):
            getattr(loadstone, f"{framework}AutoModel").from_pretrained(folders("persimmon"))


def test_without_transformers_the_error_says_what_to_install(folders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadstone.pipeline.select_config.transformers_version", lambda: None)
    with pytest.raises(UnknownModelType, match=r"config\.json.*'persimmon'.*pip install \"loadstone\[transformers\]\""):
        loaded("persimmon", folders("persimmon"))
    with pytest.raises(FrameworkNotInstalled, match=r"pip install \"loadstone\[transformers\]\""):
        loaded("persimmon", folders("persimmon"), bridge=True)


@pytest.mark.parametrize(("version", "said"), [("5.19.3", "too old"), ("4.57.1", "too old")])
def test_an_older_transformers_is_refused(version: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "__version__", version)
    with pytest.raises(FrameworkNotInstalled, match=said):
        classes.check_release()


def test_a_newer_transformers_gets_a_line(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(classes, "__version__", "5.31.0.dev0")
    with caplog.at_level(logging.WARNING, "loadstone"):
        classes.check_release()
    assert "5.31.0.dev0 is newer than" in caplog.text


def test_heads_and_poolers_may_be_new_and_nothing_else(folders: Any, tmp_path: Path) -> None:
    model = loadstone.AutoModelForSequenceClassification.from_pretrained(folders("persimmon"), num_labels=3)
    assert model.load_report.initialized == {"score.weight": "the checkpoint has no score"}
    assert 0 < model.score.weight.std() < 0.1
    hf.BertForMaskedLM(hf.BertConfig(**_TINY)).save_pretrained(tmp_path)
    bert = loadstone.AutoModel.from_pretrained(tmp_path, bridge=True)
    assert set(bert.load_report.initialized) == {"pooler.dense.weight", "pooler.dense.bias"}
    state = safetensors.torch.load_file(tmp_path / "model.safetensors")
    del state["bert.encoder.layer.0.output.dense.bias"]
    safetensors.torch.save_file(state, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(MissingTensors, match=r"encoder\.layer\.0\.output\.dense\.bias"):
        loadstone.AutoModel.from_pretrained(tmp_path, bridge=True)


def test_statistics_that_are_not_stored_are_missing(folders: Any, tmp_path: Path) -> None:
    changed = _without(folders("detr"), tmp_path, lambda name: name.endswith("running_var"))
    with pytest.raises(MissingTensors, match="running_var"):
        loaded("detr", changed)


def test_parts_that_cannot_be_put_together_are_named(folders: Any, tmp_path: Path) -> None:
    lacking = _without(folders("flex_olmo"), tmp_path / "a", lambda name: ".experts.3.up_proj" in name)
    with pytest.raises((CorruptCheckpoint, ShapeMismatch), match=r"layers\.0\.mlp\.experts"):
        loaded("flex_olmo", lacking)
    state = safetensors.torch.load_file(folders("flex_olmo") / "model.safetensors")
    name = next(name for name in state if name.endswith("experts.2.down_proj.weight"))
    wrong = _written(folders("flex_olmo"), tmp_path / "b", {**state, name: state[name][:-1].clone()})
    with pytest.raises(CorruptCheckpoint, match=r"tensors .*experts.*MergeModulelist"):
        loaded("flex_olmo", wrong)


def test_two_tensors_for_one_slot_are_named(folders: Any, tmp_path: Path) -> None:
    state = safetensors.torch.load_file(folders("persimmon") / "model.safetensors")
    doubled = {**state, "final_layernorm.weight": state["model.final_layernorm.weight"] + 1}
    with pytest.raises(NameCollision, match=r"final_layernorm\.weight and model\.final_layernorm\.weight"):
        loaded("persimmon", _written(folders("persimmon"), tmp_path, doubled))


def test_a_tie_that_the_file_contradicts_does_not_hold(folders: Any, tmp_path: Path) -> None:
    state = safetensors.torch.load_file(folders("persimmon") / "model.safetensors")
    head = torch.randn_like(state["model.embed_tokens.weight"])
    folder = _written(folders("persimmon"), tmp_path / "apart", {**state, "lm_head.weight": head})
    ours, theirs = loaded("persimmon", folder), hf.PersimmonForCausalLM.from_pretrained(folder)
    assert same(ours, theirs) == []
    assert ours.lm_head.weight is not ours.model.embed_tokens.weight
    assert ours.load_report.untied == {"lm_head.weight": "model.embed_tokens.weight"}
    ours.save_pretrained(tmp_path / "saved")
    assert same(hf.PersimmonForCausalLM.from_pretrained(tmp_path / "saved"), theirs) == []


def test_a_table_stored_under_the_heads_name_alone_fills_both(folders: Any, tmp_path: Path) -> None:
    state = safetensors.torch.load_file(folders("persimmon") / "model.safetensors")
    state["lm_head.weight"] = state.pop("model.embed_tokens.weight")
    model = loaded("persimmon", _written(folders("persimmon"), tmp_path, state))
    assert model.lm_head.weight is model.model.embed_tokens.weight
    assert torch.equal(model.lm_head.weight, state["lm_head.weight"])


def test_a_generation_config_is_transformers_own(folders: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(folders("persimmon"), tmp_path / "a")
    hf.GenerationConfig(max_new_tokens=3, do_sample=False).save_pretrained(folder)
    model = loaded("persimmon", folder)
    assert type(model.generation_config) is hf.GenerationConfig
    assert model.generation_config.max_new_tokens == 3
    assert model.generate(torch.arange(3, 9)[None]).shape == (1, 9)


@pytest.mark.parametrize(
    "keywords",
    [
        {"device_map": "auto"},
        {"device_map": "disk"},
        {
            "device_map": {
                "model.embed_tokens": "cpu",
                "model.layers": "disk",
                "model.final_layernorm": "cpu",
                "lm_head": "cpu",
            }
        },
        {"torch_dtype": {"": "float32", "model.layers.1": "float64"}},
    ],
    ids=str,
)
def test_placing_computes_the_same(keywords: dict[str, Any], folders: Any) -> None:
    model = loaded("persimmon", folders("persimmon"), **keywords)
    with torch.no_grad():
        found, expected = (each(**SHAPES["persimmon"].inputs()).logits for each in (model, made("persimmon")))
    assert (found - expected).abs().max() < 1e-5
    if "device_map" in keywords:
        assert set(model.hf_device_map.values()) <= {"cpu", "disk"}


def test_experts_on_the_disk_compute_the_same(folders: Any, tmp_path: Path) -> None:
    model = loaded("flex_olmo", folders("flex_olmo"), device_map="disk", offload_folder=tmp_path)
    with torch.no_grad():
        found, expected = (each(**SHAPES["flex_olmo"].inputs()).logits for each in (model, made("flex_olmo")))
    assert (found - expected).abs().max() < 1e-5


def test_a_plan_foresees_the_load(folders: Any) -> None:
    forecast = loadstone.plan(folders("flex_olmo"), dtype="bfloat16")
    model = loaded("flex_olmo", folders("flex_olmo"), torch_dtype="bfloat16")
    assert forecast.model_class == "FlexOlmoForCausalLM"
    assert sum(forecast.bytes_by_device.values()) == sum(slot.nbytes for slot in model.parameters())
    assert "model.layers.0" in {module.name for module in forecast.modules}
    assert loadstone.plan(folders("flex_olmo"), head="model").model_class == "FlexOlmoModel"


def test_linear_layers_are_quantized_while_they_are_loaded(tmp_path: Path) -> None:
    config = hf.StableLmConfig(
        vocab_size=99,
        hidden_size=64,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
    )
    reference = hf.StableLmForCausalLM(config).eval()
    reference.save_pretrained(tmp_path)
    model = loadstone.AutoModelForCausalLM.from_pretrained(
        tmp_path, quantization_config=loadstone.TorchAoConfig("int8_weight_only"), torch_dtype="float32"
    )
    with torch.no_grad():
        found, expected = (each(**SHAPES["persimmon"].inputs()).logits for each in (model, reference))
    assert 0 < (found - expected).abs().max() < 0.05
    assert type(model.model.layers[0].mlp.up_proj.weight).__module__.startswith("torchao")
    assert type(model.lm_head.weight) is torch.nn.Parameter


def test_a_lock_holds_for_bridged_models(folders: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(folders("persimmon"), tmp_path / "model")
    lock = tmp_path / "loadstone.lock"
    lock_sources([folder], lock).write()
    assert same(loaded("persimmon", folder, lock=lock), made("persimmon")) == []
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(LockMismatch):
        loaded("persimmon", folder, lock=lock)


def test_two_threads_load_two_models_at_once(folders: Any) -> None:
    names, found = ["persimmon", "hrm_text"] * 3, {}

    def load(number: int, name: str) -> None:
        found[number] = loaded(name, folders(name), torch_dtype="bfloat16" if number % 2 else "float32")

    for name in names:
        folders(name)
    threads = [threading.Thread(target=load, args=pair) for pair in enumerate(names)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number].dtype for number in range(6)] == [torch.float32, torch.bfloat16] * 3
    assert [name for number, name in enumerate(names) if number % 2 == 0 and same(found[number], made(name))] == []


def test_no_default_of_the_process_is_swapped(folders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by transformers either, which does where a class makes a model within it."""
    swapped: list[object] = []
    monkeypatch.setattr(torch, "set_default_dtype", swapped.append)
    monkeypatch.setattr(torch, "set_default_device", swapped.append)
    model = loaded("llava", folders("llava"), torch_dtype="bfloat16")
    assert swapped == []
    assert {config.dtype for config in (model.config, model.config.text_config, model.config.vision_config)} == {
        torch.bfloat16
    }


def test_a_function_that_nobody_knows_is_run_when_it_is_read(
    folders: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from transformers.core_model_loading import MergeModulelist

    def convert(self: Any, input_dict: Any, source_patterns: Any, target_patterns: Any, **others: Any) -> Any:
        (tensors,) = input_dict.values()
        return {target_patterns[0]: torch.stack([tensor * 2 - tensor for tensor in tensors])}

    merged = MergeModulelist.convert

    def only_alone(self: Any, input_dict: Any, **others: Any) -> Any:
        return (convert if len(input_dict) == 1 else merged)(self, input_dict, **others)

    monkeypatch.setattr(MergeModulelist, "convert", only_alone)
    with caplog.at_level(logging.WARNING, "loadstone"):
        model = loaded("flex_olmo", folders("flex_olmo"))
    assert same(model, made("flex_olmo")) == []
    assert "down_proj is made by transformers' own MergeModulelist" in caplog.text
    assert "transformers' MergeModulelist" in str(model.load_report.sources["model.layers.0.mlp.experts.down_proj"])


def test_a_config_that_the_class_refuses_is_an_error_of_ours(folders: Any) -> None:
    with pytest.raises(InvalidConfig, match="PersimmonForCausalLM"):
        loaded("persimmon", folders("persimmon"), num_attention_heads=5)


@pytest.mark.parametrize(
    "damaged",
    [{"num_hidden_layers": 10**9}, {"vision_config": {"num_layers": 10**7}}, {"depth": 20_000}],
    ids=str,
)
def test_absurd_numbers_of_layers_are_refused_before_one_is_made(
    damaged: dict[str, Any], folders: Any, tmp_path: Path
) -> None:
    folder = shutil.copytree(folders("persimmon"), tmp_path / "damaged")
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**values, **damaged}))
    with pytest.raises(InvalidConfig, match=next(iter(damaged))):
        loaded("persimmon", folder)


@pytest.mark.long
@pytest.mark.parametrize("name", ["falcon_h1", "detr", "llava"])
def test_damaged_configs_are_refused_or_loaded_and_nothing_else_happens(
    name: str, folders: Any, tmp_path: Path
) -> None:
    folder = shutil.copytree(folders(name), tmp_path / "damaged")
    content, rng = (folder / "config.json").read_bytes(), random.Random(name)
    outcomes = Counter[str]()
    for _ in range(150):
        (folder / "config.json").write_bytes(damaged_json(content, rng))
        try:
            loaded(name, folder)
            outcomes["loaded"] += 1
        except LoadstoneError:
            outcomes["refused"] += 1
    assert min(outcomes["loaded"], outcomes["refused"]) > 10


def test_an_adapter_trains_on_a_bridged_model(folders: Any, tmp_path: Path) -> None:
    model = loaded("persimmon", folders("persimmon"))
    adapted = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", target_modules=["query_key_value"]))
    ids = SHAPES["persimmon"].inputs()["input_ids"]
    optimizer = torch.optim.SGD((slot for slot in adapted.parameters() if slot.requires_grad), lr=0.5)
    losses = []
    for _ in range(2):
        loss = adapted(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[1] < losses[0]
    adapted.merge_and_unload().save_pretrained(tmp_path)
    back = hf.AutoModelForCausalLM.from_pretrained(tmp_path)
    with torch.no_grad():
        assert (back(ids).logits - model(ids).logits).abs().max() < 1e-5


def _written(source: Path, folder: Path, state: dict[str, torch.Tensor]) -> Path:
    """A checkpoint with the configs of another, and these tensors."""
    folder.mkdir(exist_ok=True)
    for path in source.glob("*.json"):
        shutil.copy(path, folder)
    safetensors.torch.save_file(state, folder / "model.safetensors", {"format": "pt"})
    return folder


def _without(source: Path, folder: Path, is_lacking: Any) -> Path:
    state = safetensors.torch.load_file(source / "model.safetensors")
    return _written(source, folder, {name: tensor for name, tensor in state.items() if not is_lacking(name)})
