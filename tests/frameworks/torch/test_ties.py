"""A config that says tied over files that hold both tensors: equal ones are one parameter, others stay two."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import loadstone
from loadstone import AutoModelForCausalLM, AutoModelForMaskedLM
from loadstone.errors import ShapeMismatch, UnusedTensors
from loadstone.materialize.reader import TensorReader
from loadstone.modeling_utils import load_sharded_checkpoint

HEAD, TABLE = "lm_head.weight", "model.embed_tokens.weight"
UNTIED = {HEAD: TABLE}
DECODER, WORDS = "cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"


def changed(folder: Path, **changes: Any) -> Path:
    """The folder with some keys of its config set anew."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return folder


def said(folder: Path) -> bool:
    value: bool = json.loads((folder / "config.json").read_text())["tie_word_embeddings"]
    return value


@pytest.fixture
def untied() -> Any:
    return tiny.llama(tie_word_embeddings=False)


@pytest.fixture
def folder(untied: Any, tmp_path: Path) -> Path:
    """Two different tensors, and a config that says that they are one."""
    return changed(tiny.saved(untied, tmp_path / "model"), tie_word_embeddings=True)


def equal_twice(tmp_path: Path, **options: Any) -> tuple[Any, Path]:
    """A tied model whose file holds both tensors, which are equal."""
    model = tiny.llama(tie_word_embeddings=True)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.config.tie_word_embeddings = False  # so that each name is written
    tiny.saved(model, tmp_path / "model", state_dict=state, **options)
    return model, changed(tmp_path / "model", tie_word_embeddings=True)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"strict": True},
        {"torch_dtype": "auto"},
        {"torch_dtype": torch.bfloat16},
        {"device_map": {"model": "cpu", "lm_head": "disk"}},
        {"device_map": "auto", "max_memory": {"cpu": "64kB"}},
    ],
    ids=str,
)
def test_two_tensors_that_differ_are_two_parameters_wherever_they_go(
    untied: Any, folder: Path, options: dict[str, Any]
) -> None:
    model, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True, **options)
    expected = untied.to(torch.bfloat16) if options.get("torch_dtype") is torch.bfloat16 else untied
    with torch.no_grad():
        assert torch.equal(model(tiny.IDS).logits, expected(tiny.IDS).logits)
    assert model.config.tie_word_embeddings is False and model.load_report.untied == UNTIED
    assert info["untied_keys"] == [HEAD] and not info["unexpected_keys"] and not info["missing_keys"]
    assert f"not tied, as the stored values differ: {HEAD} and {TABLE}" in str(model.load_report)


@pytest.mark.parametrize("config", [tiny.QUANTIZING["int8"], tiny.QUANTIZING["nf4"]], ids=["int8", "nf4"])
def test_the_rest_is_quantized_around_two_tensors(folder: Path, config: Any) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, quantization_config=config)
    stored = load_file(folder / "model.safetensors")
    assert model.config.tie_word_embeddings is False
    for name in (HEAD, TABLE):
        assert torch.equal(model.get_parameter(name), stored[name].to(model.dtype))


def test_what_is_planned_is_what_is_loaded(folder: Path) -> None:
    forecast, model = loadstone.plan(folder), AutoModelForCausalLM.from_pretrained(folder)
    assert forecast.parameters == model.num_parameters()
    assert sum(forecast.bytes_by_device.values()) == model.get_memory_footprint(return_buffers=False)
    assert forecast.untied == UNTIED and forecast.to_json()["untied"] == UNTIED and HEAD in str(forecast)


def test_tensors_that_are_given_are_compared_like_stored_ones(untied: Any, folder: Path) -> None:
    state = tiny.numbers(untied)
    model = AutoModelForCausalLM.from_pretrained(folder, state_dict=state)
    assert model.load_report.untied == UNTIED and torch.equal(model.lm_head.weight, state[HEAD])
    state[HEAD] = state[TABLE].to(torch.float64)  # another dtype, the same numbers
    model = AutoModelForCausalLM.from_pretrained(folder, state_dict=state)
    assert not model.load_report.untied and model.lm_head.weight is model.model.embed_tokens.weight


@pytest.mark.parametrize("safe", [True, False], ids=["safetensors", "bin"])
def test_equal_tensors_are_one_parameter_and_none_is_unused(tmp_path: Path, safe: bool) -> None:
    expected, folder = equal_twice(tmp_path, safe_serialization=safe)
    model = AutoModelForCausalLM.from_pretrained(folder, strict=True)
    assert model.lm_head.weight is model.model.embed_tokens.weight and model.config.tie_word_embeddings
    assert not model.load_report.untied and not model.load_report.unused
    assert torch.equal(model.lm_head.weight, expected.lm_head.weight)


@pytest.mark.parametrize("kind", ["one is stored", "one storage in a .bin"])
def test_nothing_is_compared_where_one_tensor_is_stored(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    tiny.saved(model, tmp_path)
    if kind != "one is stored":
        (tmp_path / "model.safetensors").unlink()
        torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
        assert HEAD in loadstone.open_checkpoint(tmp_path)
    monkeypatch.setattr(TensorReader, "__enter__", lambda *_: pytest.fail("files were read to compare tensors"))
    again = AutoModelForCausalLM.from_pretrained(tmp_path, strict=True)
    assert again.lm_head.weight is again.model.embed_tokens.weight


def test_a_head_of_another_shape_is_never_passed_over(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(tie_word_embeddings=True), tmp_path)
    stored = load_file(folder / "model.safetensors")
    save_file(stored | {HEAD: torch.zeros(80, 32)}, folder / "model.safetensors")
    with pytest.raises(ShapeMismatch, match=r"lm_head\.weight"):
        AutoModelForCausalLM.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, ignore_mismatched_sizes=True)
    assert model.lm_head.weight is model.model.embed_tokens.weight and not model.load_report.untied
    assert model.load_report.mismatched == ((HEAD, (80, 32), (64, 32)),)


@pytest.mark.parametrize("again", ["tie_weights", "set_input_embeddings", "resize", "deepcopy", "pickle", "save"])
def test_an_untied_model_is_never_tied_again(again: str, untied: Any, folder: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder)
    if again == "tie_weights":
        model.tie_weights()
    elif again == "set_input_embeddings":
        model.set_input_embeddings(model.get_input_embeddings())
    elif again == "resize":
        model.resize_token_embeddings(70)
    elif again == "deepcopy":
        model = copy.deepcopy(model)
        model.tie_weights()
    elif again == "pickle":
        model = pickle.loads(pickle.dumps(model))
        model.tie_weights()
    else:
        assert said(tiny.saved(model, tmp_path / "again")) is False
        model = AutoModelForCausalLM.from_pretrained(tmp_path / "again", strict=True)
        assert not model.load_report.untied
    with torch.no_grad():
        assert torch.equal(model(tiny.IDS).logits[..., :64], untied(tiny.IDS).logits)


def test_either_of_berts_ties_that_is_broken_unties_the_model(tmp_path: Path) -> None:
    model = tiny.bert()
    tiny.saved(model, tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    bias = torch.arange(64.0)
    save_file(stored | {"cls.predictions.decoder.bias": bias}, tmp_path / "model.safetensors")
    loaded = AutoModelForMaskedLM.from_pretrained(tmp_path)
    expected = model(tiny.IDS).logits - model.cls.predictions.bias + bias
    assert torch.allclose(loaded(tiny.IDS).logits, expected, atol=1e-5)
    assert loaded.load_report.untied == {"cls.predictions.decoder.bias": "cls.predictions.bias"}
    # What is stored once fills both slots, each for itself, for the config can only say that the model is not tied.
    decoder, words = loaded.get_parameter(DECODER), loaded.get_parameter(WORDS)
    assert torch.equal(decoder, words) and decoder.data_ptr() != words.data_ptr()
    assert loaded.config.tie_word_embeddings is False


@pytest.mark.parametrize("dtype", ["auto", torch.bfloat16])
@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_load_into_splits_a_tie_that_the_file_contradicts(device: str, dtype: Any, untied: Any, folder: Path) -> None:
    with torch.device(device):
        model = loadstone.LlamaForCausalLM(loadstone.LlamaConfig.from_pretrained(folder))
    report = loadstone.load_into(model, folder, dtype=dtype)
    expected = untied if dtype == "auto" else untied.to(dtype)
    tiny.assert_same(model.state_dict(), expected.state_dict())
    assert report.untied == UNTIED and model.config.tie_word_embeddings is False


class Tied(nn.Module):
    """Somebody's own module, tied in its code."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.out = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
        self.out.weight = self.table.weight


def test_load_into_splits_the_ties_of_somebodys_module_too(tmp_path: Path) -> None:
    stored = {"table.weight": torch.rand(5, 3), "out.weight": torch.rand(5, 3)}
    save_file(stored, tmp_path / "model.safetensors")
    module = Tied()
    assert loadstone.load_into(module, tmp_path).untied == {"out.weight": "table.weight"}
    tiny.assert_same(dict(module.state_dict()), stored)


def test_load_sharded_checkpoint_gives_a_broken_tie_memory_of_its_own(untied: Any, tmp_path: Path) -> None:
    tiny.saved(untied, tmp_path, max_shard_size="10kB")
    model = tiny.llama(seed=1, tie_word_embeddings=True)
    load_sharded_checkpoint(model, tmp_path)
    tiny.assert_same(model.state_dict(), untied.state_dict())
    assert model.config.tie_word_embeddings is False


@pytest.mark.parametrize("inside", [False, True], ids=["itself", "inside a wrapper"])
def test_load_state_dict_does_not_write_one_tensor_over_the_other(untied: Any, inside: bool) -> None:
    model = tiny.llama(seed=1, tie_word_embeddings=True)
    if inside:
        nn.ModuleDict({"model": model}).load_state_dict({f"model.{n}": t for n, t in untied.state_dict().items()})
    else:
        model.load_state_dict(untied.state_dict())
    tiny.assert_same(model.state_dict(), untied.state_dict())
    assert model.config.tie_word_embeddings is False
    tied = tiny.llama(seed=2, tie_word_embeddings=True)
    tied.load_state_dict(tiny.llama(seed=3, tie_word_embeddings=True).state_dict())
    assert tied.lm_head.weight is tied.model.embed_tokens.weight and tied.config.tie_word_embeddings


def _by_hand(model: Any) -> dict[str, Tensor] | None:
    model.lm_head.weight = nn.Parameter(model.lm_head.weight.detach() + 1)
    return None


def _as_state(model: Any) -> dict[str, Tensor] | None:
    return {name: tensor + (name == HEAD) for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("change", [_by_hand, _as_state])
def test_a_save_says_tied_only_of_what_is(change: Any, tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    expected = model.lm_head.weight.detach() + 1
    tiny.saved(model, tmp_path, state_dict=change(model))
    assert said(tmp_path) is False
    again = AutoModelForCausalLM.from_pretrained(tmp_path, strict=True)
    assert torch.equal(again.lm_head.weight, expected) and torch.equal(again.lm_head.weight - 1, expected - 1)
    assert not torch.equal(again.model.embed_tokens.weight, expected)


@pytest.mark.parametrize("task", ["base", "head"])
def test_a_save_of_a_tied_model_still_says_tied(task: str, tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    folder = tiny.saved(model if task == "head" else model.model, tmp_path)
    assert said(folder) and HEAD not in loadstone.open_checkpoint(folder)


@pytest.mark.parametrize("quantize", [False, True], ids=["plain", "quantized"])
def test_convert_keeps_both_tensors(quantize: bool, untied: Any, folder: Path, tmp_path: Path) -> None:
    options = {"quantization_config": tiny.QUANTIZING["int8"], "dtype": "float32"} if quantize else {}
    loadstone.convert(folder, tmp_path / "new", **options)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "new", torch_dtype="auto")
    assert torch.equal(model.lm_head.weight, untied.lm_head.weight)
    assert torch.equal(model.model.embed_tokens.weight, untied.model.embed_tokens.weight)
    assert model.config.tie_word_embeddings is False and said(tmp_path / "new") is not quantize


def test_a_class_of_ones_own_is_made_anew_without_its_tie(tmp_path: Path) -> None:
    class Own(loadstone.PreTrainedModel):
        config_class = loadstone.LlamaConfig

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.table, self.out = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
            self.post_init()

        def get_input_embeddings(self) -> nn.Module:
            return self.table

        def get_output_embeddings(self) -> nn.Module:
            return self.out

    stored = {"table.weight": torch.rand(5, 3), "out.weight": torch.rand(5, 3)}
    config = tiny.config("llama", tie_word_embeddings=True)
    own = Own.from_pretrained(None, config=config, state_dict=stored)
    tiny.assert_same(dict(own.state_dict()), stored)
    assert own.config.tie_word_embeddings is False and config.tie_word_embeddings is True
    own.tie_weights()
    assert own.out.weight is not own.table.weight


def test_strict_names_the_second_spelling_of_a_tied_slot(tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    tiny.saved(model, tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    save_file(stored | {"embed_tokens.weight": torch.ones(64, 32)}, tmp_path / "model.safetensors")
    assert AutoModelForCausalLM.from_pretrained(tmp_path).load_report.unused == ("embed_tokens.weight",)
    with pytest.raises(UnusedTensors, match=r"embed_tokens\.weight"):
        AutoModelForCausalLM.from_pretrained(tmp_path, strict=True)


@pytest.mark.parametrize("change", ["resize", "other embeddings"])
def test_a_head_that_was_untied_by_hand_stays_so(change: str) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    _by_hand(model)
    head = model.lm_head.weight.detach().clone()
    if change == "resize":
        model.resize_token_embeddings(70)
    else:
        model.set_input_embeddings(nn.Embedding(64, 32))
    assert torch.equal(model.lm_head.weight[:64], head) and model.lm_head.weight is not model.model.embed_tokens.weight
    tied = tiny.llama(tie_word_embeddings=True)
    tied.resize_token_embeddings(70)
    tied.set_input_embeddings(nn.Embedding(70, 32))
    assert tied.lm_head.weight is tied.model.embed_tokens.weight
