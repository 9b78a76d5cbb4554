"""Bad input to ``from_pretrained``: one of our errors, which names file, tensor, expected, found and the next step."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from frameworks.torch import tiny
from leaks import threads
from timing import takes_about

import loadstone
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigError,
    ConfigNotFound,
    CorruptCheckpoint,
    InvalidConfig,
    LoadstoneError,
    MissingTensors,
    NameCollision,
    ShapeMismatch,
    UnknownModelType,
    UnsupportedDType,
)

Auto = loadstone.AutoModelForCausalLM


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good checkpoint, to be spoilt."""
    return tiny.saved(tiny.llama(), tmp_path / "model")


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    return tiny.saved(tiny.llama(), tmp_path / "shards", max_shard_size="30kB")


def rewrite_config(folder: Path, **keys: Any) -> None:
    values = json.loads((folder / "config.json").read_text()) | keys
    (folder / "config.json").write_text(json.dumps({name: value for name, value in values.items() if value is not ...}))


def rewrite_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    state = safetensors.torch.load_file(folder / "model.safetensors")
    state = {name: tensor.clone() for name, tensor in state.items()}
    change(state)
    safetensors.torch.save_file(state, folder / "model.safetensors", {"format": "pt"})


# files ------------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointNotFound, match=str(tmp_path / "nowhere")):
        Auto.from_pretrained(tmp_path / "nowhere")


def test_an_empty_folder_has_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound, match=r"no config\.json"):
        Auto.from_pretrained(tmp_path)


def test_a_folder_without_config_is_named(folder: Path) -> None:
    (folder / "config.json").unlink()
    with pytest.raises(ConfigNotFound, match=rf"{folder}.*no config\.json"):
        Auto.from_pretrained(folder)


def test_a_folder_without_weights_says_what_is_there(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "weights.safetensors")
    with pytest.raises(CheckpointNotFound, match=r"weights\.safetensors"):
        Auto.from_pretrained(folder)


def test_a_file_without_weights_in_place_of_a_folder_is_refused(folder: Path) -> None:
    with pytest.raises(LoadstoneError, match=r"config\.json"):
        Auto.from_pretrained(folder / "config.json")


@pytest.mark.parametrize("given", ["", 3, b"path", "a\0b", ["x"]], ids=repr)
def test_a_path_that_is_none_is_refused(given: Any) -> None:
    with pytest.raises(LoadstoneError):
        Auto.from_pretrained(given)


def test_a_truncated_file_names_file_and_bytes(folder: Path) -> None:
    path = folder / "model.safetensors"
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.truncate(size - 1000)
    with pytest.raises(CorruptCheckpoint, match=rf"model\.safetensors.*{size}.*{size - 1000}"):
        Auto.from_pretrained(folder)


def test_a_truncated_shard_is_named_and_no_other(shards: Path) -> None:
    paths = sorted(shards.glob("model-*.safetensors"))
    assert len(paths) > 2
    with open(paths[1], "r+b") as file:
        file.truncate(paths[1].stat().st_size // 2)
    with pytest.raises(CorruptCheckpoint) as caught:
        Auto.from_pretrained(shards)
    assert paths[1].name in str(caught.value) and paths[0].name not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 8, struct.pack("<Q", 1 << 60) + b"{}", struct.pack("<Q", 4) + b"{,,}"]
)
def test_a_header_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors"):
        Auto.from_pretrained(folder)


def test_a_missing_shard_is_named(shards: Path) -> None:
    gone = sorted(shards.glob("model-*.safetensors"))[0]
    gone.unlink()
    with pytest.raises(LoadstoneError, match=gone.name):
        Auto.from_pretrained(shards)


def test_bytes_after_the_check_cannot_be_lost_unseen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that shrinks between its check and its mapping is an error, not a bus error."""
    import loadstone.sources.open

    opened = loadstone.sources.open.open_checkpoint

    def shrink(*args: Any, **kwargs: Any) -> Any:
        checkpoint = opened(*args, **kwargs)
        with open(folder / "model.safetensors", "r+b") as file:
            file.truncate(5000)
        return checkpoint

    monkeypatch.setattr(loadstone.sources.open, "open_checkpoint", shrink)
    with pytest.raises(CorruptCheckpoint, match="shrank"):
        Auto.from_pretrained(folder)


# tensors ----------------------------------------------------------------------------------------------


def test_missing_tensors_are_all_named_with_shape_and_next_step(folder: Path) -> None:
    def drop(state: dict[str, torch.Tensor]) -> None:
        del state["model.norm.weight"], state["model.layers.1.mlp.up_proj.weight"]

    rewrite_tensors(folder, drop)
    with pytest.raises(MissingTensors) as caught:
        Auto.from_pretrained(folder)
    message = str(caught.value)
    assert "model.norm.weight: expected a stored tensor of shape (32,), found none" in message
    assert "model.layers.1.mlp.up_proj.weight: expected a stored tensor of shape (48, 32), found none" in message
    assert "19 tensors are stored" in message and "key_mapping" in message


def test_a_wrong_shape_names_file_tensor_and_both_shapes(folder: Path) -> None:
    rewrite_tensors(folder, lambda state: state.update({"model.norm.weight": torch.ones(31)}))
    with pytest.raises(ShapeMismatch) as caught:
        Auto.from_pretrained(folder)
    message = str(caught.value)
    assert f"{folder / 'model.safetensors'}, tensor model.norm.weight: expected shape (32,), found (31,)" in message
    assert "config.json" in message and "ignore_mismatched_sizes" in message


def test_a_config_edited_by_hand_shows_as_shapes_that_do_not_fit(folder: Path) -> None:
    rewrite_config(folder, intermediate_size=64)
    with pytest.raises(ShapeMismatch) as caught:
        Auto.from_pretrained(folder)
    assert len(caught.value.faults) == 6


def test_two_names_for_one_tensor_are_named(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    old = "bert.embeddings.LayerNorm.gamma"
    rewrite_tensors(folder, lambda state: state.update({old: torch.ones(32)}))
    with pytest.raises(NameCollision, match=rf"{old} and bert\.embeddings\.LayerNorm\.weight"):
        loadstone.AutoModelForMaskedLM.from_pretrained(folder)


def test_a_head_that_is_partly_there_is_not_quietly_initialized(folder: Path) -> None:
    rewrite_tensors(folder, lambda state: state.update({"qa_outputs.weight": torch.ones(2, 32)}))
    with pytest.raises(MissingTensors, match=r"qa_outputs\.bias"):
        loadstone.AutoModelForQuestionAnswering.from_pretrained(folder)


def test_a_checkpoint_of_another_family_under_this_config_is_missing_everything(tmp_path: Path) -> None:
    folder, other = tiny.saved(tiny.llama(), tmp_path / "a"), tiny.saved(tiny.bert(), tmp_path / "b")
    shutil.copy(other / "model.safetensors", folder / "model.safetensors")
    with pytest.raises(MissingTensors, match=r"Is this the class that the checkpoint was saved from\?"):
        Auto.from_pretrained(folder)


def test_a_dtype_that_pytorch_lacks_is_named(folder: Path) -> None:
    raw = (folder / "model.safetensors").read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    name = "model.norm.weight"
    header[name] |= {"dtype": "F4", "shape": [256]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + size :])
    with pytest.raises((UnsupportedDType, ShapeMismatch), match=r"float4|norm"):
        Auto.from_pretrained(folder)


def test_integer_weights_are_refused_or_kept_but_never_cast_quietly(folder: Path) -> None:
    rewrite_tensors(folder, lambda state: state.update({"model.norm.weight": torch.ones(32, dtype=torch.int8)}))
    with pytest.raises(UnsupportedDType, match=r"model\.norm\.weight.*int8"):
        Auto.from_pretrained(folder)


# config -----------------------------------------------------------------------------------------------


def test_a_config_that_is_no_object_is_named(folder: Path) -> None:
    (folder / "config.json").write_text("[]")
    with pytest.raises(InvalidConfig, match=rf"{folder}/config\.json: expected a JSON object, found list"):
        Auto.from_pretrained(folder)


def test_an_unknown_model_type_is_named(folder: Path) -> None:
    rewrite_config(folder, model_type="lama")
    with pytest.raises(UnknownModelType, match=r"'lama'.*nearest are llama"):
        Auto.from_pretrained(folder)


@pytest.mark.parametrize("method", [{"quant_method": "gptq", "bits": 4}, {"bits": 4}, ["gptq"], "gptq"], ids=str)
def test_a_quantized_checkpoint_is_refused_with_its_method(folder: Path, method: Any) -> None:
    rewrite_config(folder, quantization_config=method)
    with pytest.raises(InvalidConfig, match=r"quantization_config.*quant_method"):
        Auto.from_pretrained(folder)


@pytest.mark.parametrize("nothing", [None, ...])
def test_no_quantization_is_fine(folder: Path, nothing: Any) -> None:
    rewrite_config(folder, quantization_config=nothing)
    Auto.from_pretrained(folder)


@pytest.mark.parametrize(
    "keys",
    [
        {"num_hidden_layers": 10**9},
        {"num_hidden_layers": 9999},
        {"vocab_size": 2**31 - 1, "hidden_size": 2**31 - 4, "num_attention_heads": 4},
        {"head_dim": 10**9},
        {"num_labels": 10**9},
        {"intermediate_size": 10**18},
        {"hidden_size": "32"},
        {"num_attention_heads": 5},
    ],
    ids=str,
)
def test_absurd_sizes_fail_at_once(folder: Path, keys: dict[str, Any]) -> None:
    rewrite_config(folder, **keys)
    with takes_about(0.2), pytest.raises((InvalidConfig, ShapeMismatch)):
        Auto.from_pretrained(folder)


def test_a_class_of_another_family_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="'llama', but BertConfig is for 'bert'"):
        loadstone.BertModel.from_pretrained(folder)
    with pytest.raises(InvalidConfig, match="expected BertConfig, found LlamaConfig"):
        loadstone.BertModel.from_pretrained(folder, config=loadstone.AutoConfig.from_pretrained(folder))


@pytest.mark.parametrize("given", [{"hidden_size": 3}, 3, True], ids=str)
def test_a_config_of_no_kind_is_refused(folder: Path, given: Any) -> None:
    with pytest.raises(LoadstoneError):
        Auto.from_pretrained(folder, config=given)


def test_a_generation_config_that_cannot_be_used_does_not_keep_the_weights_from_loading(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "generation_config.json").write_text('{"eos_token_id": 63,}')
    model = Auto.from_pretrained(folder)
    assert len(caplog.messages) == 1 and "generation_config.json: expected JSON" in caplog.text
    assert model.generation_config.eos_token_id == model.config.eos_token_id
    model.save_pretrained(tmp_path / "again")
    assert json.loads((tmp_path / "again" / "generation_config.json").read_text())["eos_token_id"] == 2


def test_keys_of_a_generation_config_that_say_nothing_here_are_kept(folder: Path) -> None:
    keys = {"self": 2, "num_beams": 3, "do_sample": None, "temperature": 1}
    (folder / "generation_config.json").write_text(json.dumps(keys))
    model = Auto.from_pretrained(folder)
    assert model.generation_config.to_dict() == keys
    assert model.generate(tiny.IDS, max_new_tokens=1).shape == (2, 7)


# arguments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [[], {"model.norm.weight": 3}, {3: torch.ones(2)}, 7],
    ids=repr,
)
def test_a_state_dict_of_no_kind_is_refused(folder: Path, state: Any) -> None:
    with pytest.raises(LoadstoneError):
        Auto.from_pretrained(folder, state_dict=state)


def test_a_state_dict_without_memory_is_refused(folder: Path) -> None:
    with torch.device("meta"):
        state = loadstone.LlamaForCausalLM(tiny.config("llama")).state_dict()
    with pytest.raises(LoadstoneError, match="meta"):
        Auto.from_pretrained(folder, state_dict=state)


@pytest.mark.parametrize("subfolder", ["..", "/etc", "a/../..", "nowhere"])
def test_a_subfolder_may_not_leave_the_folder(folder: Path, subfolder: str) -> None:
    with pytest.raises((ArgumentError, CheckpointNotFound, ConfigNotFound), match="folder"):
        Auto.from_pretrained(folder, subfolder=subfolder)
    with pytest.raises((ArgumentError, CheckpointNotFound), match=r"variant|fp17"):
        Auto.from_pretrained(folder, variant="../fp17")


def test_formats_that_are_not_there_are_refused(folder: Path) -> None:
    with pytest.raises(CheckpointNotFound, match=r"pytorch_model\.bin"):
        Auto.from_pretrained(folder, use_safetensors=False)
    with pytest.raises(CheckpointNotFound, match="fp16"):
        Auto.from_pretrained(folder, variant="fp16")


def test_a_failed_load_changes_no_default_and_leaves_no_thread(folder: Path) -> None:
    rewrite_tensors(folder, lambda state: state.__delitem__("model.norm.weight"))
    before, running = torch.get_default_dtype(), threads()
    for _ in range(3):
        with pytest.raises(MissingTensors):
            Auto.from_pretrained(folder, torch_dtype="auto")
    assert torch.get_default_dtype() == before and torch.empty(1).device.type == "cpu"
    assert not threads() - running
