"""Adapters in a model's own layers: what transformers' models do with them, by the same methods."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigNotFound,
    FrameworkNotInstalled,
    InvalidConfig,
    LoadstoneError,
    MissingTensors,
    SaveError,
    ShapeMismatch,
    UnknownArgument,
)


def output(model: Any) -> torch.Tensor:
    with torch.no_grad():
        logits: torch.Tensor = model(input_ids=tiny.IDS).logits
    return logits


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("base"))


def stored_adapter(base: Path, folder: Path, seed: int = 0, **options: Any) -> Path:
    """An adapter that PEFT has saved, of a model of transformers."""
    config = peft.LoraConfig(r=4, task_type="CAUSAL_LM", target_modules="all-linear", **options)
    model = peft.get_peft_model(transformers.AutoModelForCausalLM.from_pretrained(base), config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in (each for each in model.parameters() if each.requires_grad):
            parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapters(base: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [stored_adapter(base, tmp_path_factory.mktemp(f"adapter{seed}"), seed) for seed in range(2)]


def test_two_adapters_are_switched_as_on_transformers(base: Path, adapters: list[Path]) -> None:
    seen = []
    for library in (loadstone, transformers):
        model = library.AutoModelForCausalLM.from_pretrained(base)
        plain = output(model)
        steps: list[Any] = []
        model.load_adapter(str(adapters[0]), "one")
        steps += [model.active_adapters(), output(model)]
        model.load_adapter(str(adapters[1]), "two")
        steps += [model.active_adapters(), output(model)]
        for name in ("one", "two", ["one", "two"]):
            model.set_adapter(name)
            steps += [model.active_adapters(), output(model)]
        model.set_adapter("one")
        model.disable_adapters()
        assert torch.equal(output(model), plain)
        model.enable_adapters()
        steps.append(output(model))
        steps.append(sorted(model.get_adapter_state_dict("two")))
        model.delete_adapter("two")
        steps += [list(model.peft_config), output(model)]
        model.delete_adapter(["one"])
        assert torch.equal(output(model), plain) and not model._hf_peft_config_loaded
        seen.append(steps)
    for ours, theirs in zip(*seen, strict=True):
        if isinstance(ours, torch.Tensor):
            torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)
        else:
            assert ours == theirs


def test_an_adapters_folder_loads_its_base_model_and_the_adapter(base: Path, adapters: list[Path]) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(adapters[0])
    assert type(model) is loadstone.LlamaForCausalLM and model.active_adapters() == ["default"]
    theirs = transformers.AutoModelForCausalLM.from_pretrained(adapters[0])
    torch.testing.assert_close(output(model), output(theirs), atol=1e-5, rtol=1e-5)
    assert not model.training and not any(p.requires_grad for name, p in model.named_parameters() if "lora_" in name)
    named, info = loadstone.LlamaForCausalLM.from_pretrained(
        adapters[0], adapter_name="mine", torch_dtype="bfloat16", output_loading_info=True
    )
    assert named.active_adapters() == ["mine"] and named.model.norm.weight.dtype == torch.bfloat16
    assert info["missing_keys"] == []
    within = loadstone.AutoModelForCausalLM.from_pretrained(
        adapters[0].parent, adapter_kwargs={"subfolder": adapters[0].name}
    )
    assert torch.equal(output(within), output(model))


def cached(repo_id: str, folder: Path, cache: Path) -> None:
    """Lay a folder out as a repository in the Hub's cache."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    repo = cache / f"models--{repo_id.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    shutil.copytree(folder, repo / "snapshots" / commit)


def test_an_adapters_repository_loads_its_base_model_from_another(
    base: Path, adapters: list[Path], tmp_path: Path
) -> None:
    folder = changed(adapters[0], tmp_path / "adapter", base_model_name_or_path="owner/base")
    where: dict[str, Any] = {"cache_dir": tmp_path / "cache", "local_files_only": True}
    cached("owner/base", base, where["cache_dir"])
    cached("owner/adapter", folder, where["cache_dir"])
    model = loadstone.AutoModelForCausalLM.from_pretrained("owner/adapter", **where)
    expected = output(loadstone.AutoModelForCausalLM.from_pretrained(adapters[0]))
    assert torch.equal(output(model), expected)
    plain = loadstone.AutoModelForCausalLM.from_pretrained("owner/base", **where)
    plain.load_adapter("owner/adapter", adapter_kwargs=where)
    assert torch.equal(output(plain), expected)
    with pytest.raises(ConfigNotFound, match="owner/base holds no adapter_config"):
        plain.load_adapter("owner/base", "two", **where)


def test_a_model_is_trained_saved_and_loaded_with_its_adapter(base: Path, tmp_path: Path) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(base)
    plain = output(model)
    model.add_adapter(peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"]), adapter_name="new")
    assert torch.equal(output(model), plain)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    assert len(trained) == 2 * 2 * 2, "of q_proj and v_proj in two layers"
    optimizer = torch.optim.SGD(trained, lr=1.0)
    for _ in range(2):
        optimizer.zero_grad()
        model(tiny.IDS, labels=tiny.IDS).loss.backward()
        optimizer.step()
    model.save_pretrained(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"adapter_config.json", "adapter_model.safetensors"}
    assert json.loads((tmp_path / "adapter_config.json").read_text())["base_model_name_or_path"] == str(base)
    with pytest.raises(SaveError, match="safetensors only"):
        model.save_pretrained(tmp_path, safe_serialization=False)
    assert not torch.allclose(output(model), plain)
    again = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path)
    assert torch.equal(output(again), output(model))
    for theirs in (
        transformers.AutoModelForCausalLM.from_pretrained(tmp_path),
        peft.PeftModel.from_pretrained(transformers.AutoModelForCausalLM.from_pretrained(base), tmp_path),
    ):
        torch.testing.assert_close(output(theirs), output(model), atol=1e-5, rtol=1e-5)


def test_a_head_that_was_trained_comes_with_the_adapter(tmp_path: Path) -> None:
    base = tiny.saved(tiny.model("BertForSequenceClassification", "bert"), tmp_path / "base")
    config = peft.LoraConfig(r=4, task_type="SEQ_CLS")
    original = peft.get_peft_model(transformers.AutoModelForSequenceClassification.from_pretrained(base), config).eval()
    with torch.no_grad():
        original.base_model.model.classifier.modules_to_save["default"].weight.mul_(2)
    original.save_pretrained(tmp_path / "adapter")
    model = loadstone.AutoModelForSequenceClassification.from_pretrained(tmp_path / "adapter")
    torch.testing.assert_close(output(model), output(original), atol=1e-5, rtol=1e-5)


def test_given_tensors_take_the_place_of_files(base: Path, adapters: list[Path]) -> None:
    first = loadstone.AutoModelForCausalLM.from_pretrained(adapters[0])
    model = loadstone.AutoModelForCausalLM.from_pretrained(base)
    config = peft.LoraConfig(r=4, target_modules="all-linear")
    model.load_adapter(peft_config=config, adapter_state_dict=first.get_adapter_state_dict(), is_trainable=True)
    assert torch.equal(output(model), output(first))
    assert any(parameter.requires_grad for name, parameter in model.named_parameters() if "lora_" in name)


def test_an_adapter_beside_a_model_is_told_of(
    base: Path, adapters: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for file in (*base.iterdir(), *adapters[0].iterdir()):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with caplog.at_level(logging.WARNING, "loadstone"):
        model = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path)
    assert f"model.load_adapter({str(tmp_path)!r})" in caplog.text
    model.load_adapter(tmp_path)
    torch.testing.assert_close(
        output(model), output(transformers.AutoModelForCausalLM.from_pretrained(tmp_path)), atol=1e-5, rtol=1e-5
    )


def changed(folder: Path, into: Path, **values: Any) -> Path:
    """A copy of an adapter with other values in its config."""
    into.mkdir()
    for file in folder.iterdir():
        (into / file.name).write_bytes(file.read_bytes())
    path = into / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    return into


def test_adapters_that_do_not_fit_are_refused_and_leave_the_model_as_it_was(
    base: Path, adapters: list[Path], tmp_path: Path
) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(base)
    plain = output(model)
    empty = tmp_path / "empty"
    empty.mkdir()
    no_weights = changed(adapters[0], tmp_path / "no weights")
    (no_weights / "adapter_model.safetensors").unlink()
    prompt = {"peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4, "task_type": "CAUSAL_LM"}
    cases: list[tuple[Any, dict[str, Any], type[LoadstoneError], str]] = [
        (empty, {}, ConfigNotFound, "holds no adapter_config"),
        (no_weights, {}, CheckpointNotFound, r"adapter_model\.safetensors"),
        (changed(adapters[0], tmp_path / "rank", r=8), {}, ShapeMismatch, "size mismatch"),
        (
            changed(adapters[0], tmp_path / "fewer", target_modules=["q_proj"]),
            {},
            MissingTensors,
            "a layer of the model",
        ),
        (changed(adapters[0], tmp_path / "unknown", peft_type="MAGIC"), {}, InvalidConfig, "a config of PEFT's"),
        (changed(adapters[0], tmp_path / "prompt", **prompt), {}, ArgumentError, "get_peft_model"),
        (changed(adapters[0], tmp_path / "none", target_modules=["nothing"]), {}, ArgumentError, "nothing"),
        (adapters[0], {"revison": "main"}, UnknownArgument, "revision"),
        (None, {}, ArgumentError, "a folder or an id"),
    ]
    for given, keywords, error, said in cases:
        with pytest.raises(error, match=said):
            model.load_adapter(given, **keywords)
        assert torch.equal(output(model), plain) and not model._hf_peft_config_loaded, said
    model.load_adapter(adapters[0])
    with pytest.raises(ArgumentError, match="'default' is there already"):
        model.load_adapter(adapters[1])


def test_names_that_no_adapter_has_are_refused(base: Path) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(base)
    for call in (model.active_adapters, model.enable_adapters, lambda: model.set_adapter("one")):
        with pytest.raises(ArgumentError, match="has no adapter"):
            call()
    with pytest.raises(ArgumentError, match="a dict, expected one of PEFT's"):
        model.add_adapter({"r": 4})
    model.add_adapter(peft.LoraConfig(r=4))
    with pytest.raises(ArgumentError, match=r"No adapter is named 'two'\. There are 'default'"):
        model.delete_adapter("two")


def test_a_base_model_that_is_not_there_is_named_with_its_adapter(adapters: list[Path], tmp_path: Path) -> None:
    folder = changed(adapters[0], tmp_path / "adapter", base_model_name_or_path=str(tmp_path / "gone"))
    with pytest.raises(LoadstoneError, match="gone") as caught:
        loadstone.AutoModelForCausalLM.from_pretrained(folder)
    assert "adapter_config.json" in caught.value.__notes__[0]
    itself = changed(adapters[0], tmp_path / "itself", base_model_name_or_path=str(tmp_path / "itself"))
    with pytest.raises(ConfigNotFound, match="and not a model"):
        loadstone.AutoModelForCausalLM.from_pretrained(itself)
    with pytest.raises(ArgumentError, match="does not cover"):
        loadstone.AutoModelForCausalLM.from_pretrained(adapters[0], lock=tmp_path / "lock.json")
    with pytest.raises(ArgumentError, match="adapter_kwargs has what"):
        loadstone.AutoModelForCausalLM.from_pretrained(adapters[0], adapter_kwargs={"what": 1})


def test_without_peft_the_line_that_installs_it_is_said(
    base: Path, adapters: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(base)
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(FrameworkNotInstalled, match="pip install peft"):
        model.load_adapter(adapters[0])
