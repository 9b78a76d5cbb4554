"""GGUF files through every door: a folder and a name, a path alone, a Hub id; configs, plans, maps, errors."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from frameworks.torch import tiny
from hub_server import Hub, resolve_config, resolve_files
from huggingface_hub import constants
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import loadstone
from loadstone import AutoConfig, AutoModelForCausalLM, open_checkpoint
from loadstone.architectures import registry
from loadstone.architectures.tasks import BARE, CAUSAL_LM, MASKED_LM, SEQ2SEQ_LM
from loadstone.checkpoint.gguf.configs import CLASS_NAMES
from loadstone.errors import (
    ArgumentError,
    CheckpointError,
    CheckpointNotFound,
    ConfigNotFound,
    CorruptCheckpoint,
    InvalidConfig,
    LoadstoneError,
    NameCollision,
    UnknownModelType,
    UnsupportedDType,
)

Writer = gguf.GGUFWriter
Q8_0 = gguf.GGMLQuantizationType.Q8_0
LAYER = {
    "attn_norm": (32,),
    "attn_q": (32, 32),
    "attn_k": (16, 32),
    "attn_v": (16, 32),
    "attn_output": (32, 32),
    "ffn_norm": (32,),
    "ffn_gate": (64, 32),
    "ffn_up": (64, 32),
    "ffn_down": (32, 64),
}


def write(
    path: Path,
    change: Callable[[dict[str, Any], dict[str, np.ndarray]], Any] = lambda values, tensors: None,
    kind: Any = Q8_0,
    arch: str = "llama",
    kinds: Mapping[str, Any] = MappingProxyType({}),
) -> Path:
    """A tiny Llama; ``change`` may alter its values and tensors. Matrices are stored as ``kind``, or as ``kinds`` says
    of what their names contain."""
    random = np.random.default_rng(0)
    shapes = {"token_embd": (64, 32), "output_norm": (32,), "output": (64, 32)}
    shapes |= {f"blk.{layer}.{name}": shape for layer in range(2) for name, shape in LAYER.items()}
    tensors = {f"{name}.weight": random.standard_normal(shape, np.float32) / 6 for name, shape in shapes.items()}
    values: dict[str, Any] = {
        "context_length": 64,
        "embedding_length": 32,
        "block_count": 2,
        "feed_forward_length": 64,
        "attention.head_count": 4,
        "attention.head_count_kv": 2,
        "attention.layer_norm_rms_epsilon": 1e-5,
    }
    change(values, tensors)
    writer = Writer(path, arch)
    for key, value in values.items():
        full = key if key.startswith(("general.", "split.", "tokenizer.")) else f"{arch}.{key}"
        if isinstance(value, str):
            writer.add_string(full, value)
        elif isinstance(value, list):
            writer.add_array(full, value)
        elif isinstance(value, float):
            writer.add_float32(full, value)
        else:
            writer.add_uint32(full, value)
    for name, numbers in tensors.items():
        own = next((each for part, each in kinds.items() if part in name), kind)
        if numbers.dtype == np.float32 and numbers.ndim > 1 and own not in (None, np.float16):
            writer.add_tensor(name, gguf.quants.quantize(numbers, own), raw_dtype=own)
        else:
            writer.add_tensor(name, numbers.astype(np.float16) if own is np.float16 and numbers.ndim > 1 else numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("gguf")
    write(made / "model.Q8_0.gguf")
    return made


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model.eval()(tiny.IDS).logits
    return found


def test_a_path_alone_and_a_name_in_a_folder_give_the_same_model(folder: Path) -> None:
    by_name = AutoModelForCausalLM.from_pretrained(folder, gguf_file="model.Q8_0.gguf")
    by_path = AutoModelForCausalLM.from_pretrained(str(folder / "model.Q8_0.gguf"))
    in_subfolder = AutoModelForCausalLM.from_pretrained(
        folder.parent, subfolder=folder.name, gguf_file="model.Q8_0.gguf"
    )
    by_class = loadstone.LlamaForCausalLM.from_pretrained(folder, gguf_file="model.Q8_0.gguf")
    assert type(by_name).__name__ == "LlamaForCausalLM" and not by_name.load_report.unused
    for other in (by_path, in_subfolder, by_class):
        torch.testing.assert_close(logits(other), logits(by_name), rtol=0, atol=0)


def test_the_real_file_has_the_numbers_of_the_gguf_package(smollm2: Path) -> None:
    reader = gguf.GGUFReader(smollm2)
    stored = {each.name: each for each in reader.tensors}
    model = AutoModelForCausalLM.from_pretrained(smollm2, torch_dtype=torch.float32)
    state = model.state_dict()
    raw = open_checkpoint(smollm2)
    names = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"} | {
        f"blk.{layer}.{ours}": f"model.layers.{layer}.{theirs}"
        for layer in range(30)
        for ours, theirs in {
            "attn_norm": "input_layernorm",
            "ffn_norm": "post_attention_layernorm",
            **{f"attn_{name}": f"self_attn.{name}_proj" for name in "qkv"},
            "attn_output": "self_attn.o_proj",
            **{f"ffn_{name}": f"mlp.{name}_proj" for name in ("gate", "up", "down")},
        }.items()
    }
    assert {f"{name}.weight" for name in names} == stored.keys() == raw.keys()
    for name, to in names.items():
        if name.startswith("blk.") and not name.startswith(("blk.0.", "blk.7.", "blk.29.")):
            continue  # thirty layers alike take their time
        tensor = stored[f"{name}.weight"]
        expected = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        numbers = torch.from_numpy(np.array(expected))
        if name.endswith(("attn_q", "attn_k")):
            numbers = numbers.reshape(-1, 32, 2, 576).transpose(1, 2).reshape(numbers.shape)
        torch.testing.assert_close(state[f"{to}.weight"], numbers, rtol=0, atol=0, msg=name)
        if "blk.7." in name:
            assert np.array_equal(raw.numpy(f"{name}.weight"), expected)
    assert model.config.tie_word_embeddings and model.config.rms_norm_eps == 1e-5
    assert model.config.vocab_size == 49152 and model.config.bos_token_id == 1


@pytest.mark.parametrize(
    ("kind", "dtype"), [(Q8_0, "bfloat16"), (np.float16, "float16"), (None, "float32")], ids=["Q8_0", "F16", "F32"]
)
def test_auto_keeps_what_the_file_was_made_for(kind: Any, dtype: str, tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", kind=kind)
    model = AutoModelForCausalLM.from_pretrained(path, torch_dtype="auto")
    assert {each.dtype for each in model.parameters()} == {getattr(torch, dtype)}
    assert AutoConfig.from_pretrained(path).torch_dtype == dtype


def test_plain_numbers_stay_the_pages_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", kind=None)
    report = AutoModelForCausalLM.from_pretrained(path).load_report
    stage = next(each for each in report.stages if each.name == "fill")
    changed = 2 * (32 * 32 + 16 * 32) * 4  # queries and keys, whose rows the converter moved
    assert stage.nbytes > 2 * changed
    viewed = int(stage.detail.split(" %")[0]) * stage.nbytes / 100
    assert viewed >= stage.nbytes - changed - stage.nbytes / 50


def test_a_config_comes_from_the_file(folder: Path) -> None:
    for config in (
        AutoConfig.from_pretrained(folder, gguf_file="model.Q8_0.gguf"),
        AutoConfig.from_pretrained(folder / "model.Q8_0.gguf"),
        loadstone.LlamaConfig.from_pretrained(folder, gguf_file="model.Q8_0.gguf"),
    ):
        assert (config.model_type, config.hidden_size, config.num_key_value_heads) == ("llama", 32, 2)
        assert config.architectures == ["LlamaForCausalLM"] and config.rms_norm_eps == 1e-5
        assert config.vocab_size == 64 and not config.tie_word_embeddings


def test_a_plan_says_what_a_load_takes(folder: Path) -> None:
    forecast = loadstone.plan(folder / "model.Q8_0.gguf", dtype="auto", device_map="cpu")
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file="model.Q8_0.gguf", torch_dtype="auto")
    nbytes = sum(each.nbytes for each in model.parameters())
    assert forecast.dtype == "bfloat16" and forecast.model_class == "LlamaForCausalLM"
    assert forecast.bytes_by_device == {"cpu": nbytes} and forecast.cast_bytes == nbytes
    assert loadstone.plan(folder, gguf_file="model.Q8_0.gguf", dtype="auto", device_map="cpu").cast_bytes == nbytes


def test_blocks_go_to_the_disk_plain_and_run_from_there(folder: Path, tmp_path: Path) -> None:
    places = {"model.embed_tokens": "cpu", "model.layers.0": "cpu", "model.layers.1": "disk"}
    places |= {"model.norm": "cpu", "model.rotary_emb": "cpu", "lm_head": "cpu"}
    path = folder / "model.Q8_0.gguf"
    model = AutoModelForCausalLM.from_pretrained(path, device_map=places, offload_folder=tmp_path)
    torch.testing.assert_close(logits(model), logits(AutoModelForCausalLM.from_pretrained(path)))


def test_what_is_saved_of_it_is_a_checkpoint_like_any_other(folder: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder / "model.Q8_0.gguf")
    model.save_pretrained(tmp_path)
    torch.testing.assert_close(logits(AutoModelForCausalLM.from_pretrained(tmp_path)), logits(model), rtol=0, atol=0)


def test_a_checkpoint_keeps_the_names_of_the_file(folder: Path) -> None:
    checkpoint = open_checkpoint(folder / "model.Q8_0.gguf")
    assert checkpoint.format == "gguf" and checkpoint.metadata["general.architecture"] == "llama"
    tensor = checkpoint["blk.0.attn_q.weight"]
    assert tensor.packing is not None and tensor.packing.kind == "GGUF Q8_0"
    assert checkpoint.nbytes < (folder / "model.Q8_0.gguf").stat().st_size


# Which file


def test_a_folder_of_gguf_files_says_to_name_one(folder: Path) -> None:
    with pytest.raises(ConfigNotFound, match=r"gguf_file='model\.Q8_0\.gguf'"):
        AutoModelForCausalLM.from_pretrained(folder)
    with pytest.raises(CheckpointNotFound, match=r"gguf_file='model\.Q8_0\.gguf'"):
        open_checkpoint(folder)


def test_a_name_that_is_not_there_lists_those_that_are(folder: Path) -> None:
    with pytest.raises(CheckpointNotFound, match=r"no file 'x\.gguf'. GGUF files there: model\.Q8_0\.gguf"):
        AutoModelForCausalLM.from_pretrained(folder, gguf_file="x.gguf")


@pytest.mark.parametrize("name", ["../x.gguf", "/x.gguf", "a\\x.gguf", "x\0.gguf", "", 3])
def test_a_name_that_leaves_the_folder_is_refused(name: Any, folder: Path) -> None:
    with pytest.raises(ArgumentError, match="gguf_file"):
        AutoModelForCausalLM.from_pretrained(folder, gguf_file=name)


@pytest.mark.parametrize("other", [{"variant": "fp16"}, {"use_safetensors": True}, {"from_tf": True}], ids=str)
def test_arguments_that_name_other_files_are_refused(other: dict[str, Any], folder: Path) -> None:
    with pytest.raises(ArgumentError, match=next(iter(other))):
        AutoModelForCausalLM.from_pretrained(folder, gguf_file="model.Q8_0.gguf", **other)


def test_a_name_within_a_file_is_refused(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="is a file"):
        AutoModelForCausalLM.from_pretrained(folder / "model.Q8_0.gguf", gguf_file="x.gguf")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Hub]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    hub = Hub()
    content = (folder / "model.Q8_0.gguf").read_bytes()
    files = {"model.Q8_0.gguf": content, "model.F32.gguf": b"large", "config.json": b"{}", "README.md": b"read"}
    hub.add("owner/model", files, "1" * 40)
    yield hub
    hub.stop()


def test_of_a_repository_that_file_alone_is_fetched(hub: Hub, folder: Path, tmp_path: Path) -> None:
    where: dict[str, Any] = {"gguf_file": "model.Q8_0.gguf", "cache_dir": tmp_path}
    resolve_files("owner/model", endpoint=hub.address, **where)
    assert [path.name for path in tmp_path.rglob("snapshots/*/*")] == ["model.Q8_0.gguf"]
    assert resolve_config("owner/model", endpoint=hub.address, **where).commit == "1" * 40
    with pytest.raises(CheckpointNotFound, match=r"has no x\.gguf. It has .*model\.F32\.gguf, model\.Q8_0\.gguf"):
        resolve_files("owner/model", endpoint=hub.address, gguf_file="x.gguf", cache_dir=tmp_path)
    with pytest.raises(ArgumentError, match="gguf_file"):
        resolve_files("owner/model", endpoint=hub.address, gguf_file="../x.gguf", cache_dir=tmp_path)
    model = AutoModelForCausalLM.from_pretrained("owner/model", local_files_only=True, **where)
    expected = AutoModelForCausalLM.from_pretrained(folder / "model.Q8_0.gguf")
    torch.testing.assert_close(logits(model), logits(expected), rtol=0, atol=0)
    assert AutoConfig.from_pretrained("owner/model", local_files_only=True, **where).hidden_size == 32


# What makes no sense


def refusal(error: type[LoadstoneError], path: Path, **options: Any) -> str:
    with pytest.raises(error) as caught:
        AutoModelForCausalLM.from_pretrained(path, **options)
    return str(caught.value)


def test_a_file_names_the_class_that_it_can_fill() -> None:
    """Those of encoders, which are masked language models too, lack the head."""
    assert set(CLASS_NAMES) <= set(registry.families())
    for model_type, class_name in CLASS_NAMES.items():
        family = registry.family(model_type)
        writing = family.head(CAUSAL_LM) or family.head(SEQ2SEQ_LM)
        head = family.head(BARE) if family.head(MASKED_LM) is not None else writing
        assert head is not None and head.class_name == class_name


def test_an_architecture_that_nobody_knows_lists_those_that_are(tmp_path: Path) -> None:
    message = refusal(UnknownModelType, write(tmp_path / "x.gguf", arch="mamba"))
    assert "'mamba'" in message and "llama, qwen2" in message and "modern-bert" in message


def test_a_file_that_names_no_architecture_is_refused(tmp_path: Path) -> None:
    from hostile.gguf_builder import gguf_bytes

    (tmp_path / "x.gguf").write_bytes(gguf_bytes())
    assert "None" in refusal(UnknownModelType, tmp_path / "x.gguf")


def test_a_class_of_another_family_is_refused(folder: Path) -> None:
    with pytest.raises(UnknownModelType, match=r"'llama', but Qwen2ForCausalLM is for 'qwen2'"):
        loadstone.Qwen2ForCausalLM.from_pretrained(folder / "model.Q8_0.gguf")


def test_all_that_metadata_lacks_is_told_at_once(tmp_path: Path) -> None:
    def change(values: dict[str, Any], tensors: Any) -> None:
        del values["embedding_length"], values["attention.layer_norm_rms_epsilon"]
        values["attention.head_count"] = "four"
        values["feed_forward_length"] = [64, 32]

    message = refusal(InvalidConfig, write(tmp_path / "x.gguf", change))
    for key in ("embedding_length", "layer_norm_rms_epsilon", "head_count", "feed_forward_length"):
        assert key in message


@pytest.mark.parametrize("key", ["embedding_length", "attention.head_count", "block_count", "context_length"])
@pytest.mark.parametrize("value", [0, 3, 2**32 - 1])
def test_sizes_that_make_no_sense_are_refused(key: str, value: int, tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", lambda values, tensors: values.update({key: value}))
    if (key, value) in (("context_length", 3),):
        AutoModelForCausalLM.from_pretrained(path)
    else:
        refusal(LoadstoneError, path)


@pytest.mark.parametrize("value", [0, 3, 5, 2**31 - 1, 2**32 - 1])
def test_heads_of_a_size_that_does_not_fit_are_refused(value: int, tmp_path: Path) -> None:
    refusal(
        LoadstoneError, write(tmp_path / "x.gguf", lambda values, _: values.update({"attention.key_length": value}))
    )


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("base", [0.0, -2.0, 1.0, float("nan"), 10000.0])
def test_frequency_factors_that_make_no_sense_are_refused(factor: float, base: float, tmp_path: Path) -> None:
    def change(values: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        values["rope.freq_base"] = base
        tensors["rope_freqs.weight"] = np.array([1, 2, factor, 8], "f4")

    refusal(InvalidConfig, write(tmp_path / "x.gguf", change))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file that has something of everything."""

    def change(values: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        values |= {"rope.freq_base": 5e5, "rope.scaling.type": "yarn", "rope.scaling.factor": 4.0}
        values |= {"rope.scaling.original_context_length": 16, "expert_count": 2, "expert_used_count": 1}
        values |= {"tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.tokens": ["a", "b"]}
        tensors["rope_freqs.weight"] = np.array([1, 2, 4, 8], "f4")
        for layer in range(2):
            for name in ("gate", "up", "down"):
                one = tensors.pop(f"blk.{layer}.ffn_{name}.weight")
                tensors[f"blk.{layer}.ffn_{name}_exps.weight"] = np.stack([one, one])
            tensors[f"blk.{layer}.ffn_gate_inp.weight"] = np.ones((2, 32), "f4")

    return write(tmp_path_factory.mktemp("whole") / "x.gguf", change).read_bytes()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(8, 2207), st.binary(min_size=1, max_size=8)), min_size=1, max_size=3))
def test_no_change_of_bytes_leads_to_another_error(whole: bytes, tmp_path: Path, changes: list[Any]) -> None:
    raw = bytearray(whole)
    for place, new in changes:
        raw[place : place + len(new)] = new
    (tmp_path / "x.gguf").write_bytes(raw)
    with contextlib.suppress(LoadstoneError):
        loadstone.plan(tmp_path / "x.gguf", device_map="cpu")


def test_missing_tensors_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", lambda values, tensors: tensors.pop("blk.1.ffn_up.weight"))
    assert "model.layers.1.mlp.up_proj.weight" in refusal(CheckpointError, path)


def test_a_tensor_that_no_model_has_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", lambda values, tensors: tensors.update({"blk.0.new.weight": np.ones(32, "f4")}))
    assert AutoModelForCausalLM.from_pretrained(path).load_report.unused == ("blk.0.new.weight",)


def test_two_tensors_for_one_place_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", lambda values, tensors: tensors.update({"lm_head.weight": np.ones(3, "f4")}))
    assert "lm_head.weight" in refusal(NameCollision, path)


def test_a_part_of_a_split_model_says_how_to_join_it(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", lambda values, tensors: values.update({"split.count": 3}))
    assert "--merge" in refusal(CorruptCheckpoint, path)


def test_frequency_factors_of_a_wrong_number_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", lambda _, tensors: tensors.update({"rope_freqs.weight": np.full(3, 2, "f4")}))
    assert "rope_scaling" in refusal(InvalidConfig, path)
    path = write(tmp_path / "y.gguf", lambda _, tensors: tensors.update({"rope_freqs.weight": np.ones((3, 32), "f4")}))
    assert "rope_freqs" in refusal(InvalidConfig, path)


def test_a_type_that_needs_the_gguf_package_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.gguf", kind=gguf.GGMLQuantizationType.MXFP4)
    assert AutoModelForCausalLM.from_pretrained(path).load_report
    monkeypatch.setitem(sys.modules, "gguf", None)
    assert "pip install gguf" in refusal(CheckpointError, path)


def test_a_type_that_nobody_can_read_is_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    from hostile.gguf_builder import STRING, gguf_bytes, string

    q8_k = ("token_embd.weight", (256, 2), 15, 0)
    values = [("general.architecture", STRING, string("bert")), ("tokenizer.ggml.model", STRING, string("bert"))]
    (tmp_path / "x.gguf").write_bytes(gguf_bytes(values, [q8_k], bytes(2 * 292)))
    assert refusal(LoadstoneError, tmp_path / "x.gguf")
    checkpoint = open_checkpoint(tmp_path / "x.gguf")
    with pytest.raises(UnsupportedDType, match="Q8_K"):
        checkpoint.numpy("token_embd.weight")


def test_a_padding_token_cannot_ask_for_memory(tmp_path: Path) -> None:
    def change(values: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        values["attention.layer_norm_epsilon"] = 1e-5
        values["tokenizer.ggml.model"] = "gpt2"
        values["tokenizer.ggml.padding_token_id"] = 2**31
        tensors["position_embd.weight"] = np.ones((8, 32), "f4")
        tensors["token_types.weight"] = np.ones((1, 32), "f4")

    assert "padding_token_id" in refusal(InvalidConfig, write(tmp_path / "x.gguf", change, arch="bert"))


@pytest.mark.parametrize("token_id", [2**32 - 1, 64])
def test_a_special_id_beyond_the_vocabulary_is_passed_over_with_a_line(
    token_id: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def change(values: dict[str, Any], tensors: dict[str, Any]) -> None:
        values |= {"tokenizer.ggml.eos_token_id": token_id, "tokenizer.ggml.bos_token_id": 3}

    config = loadstone.AutoConfig.from_pretrained(write(tmp_path / "x.gguf", change))
    assert (config.bos_token_id, config.eos_token_id) == (3, loadstone.LlamaConfig().eos_token_id)
    where = f"{tmp_path / 'x.gguf'}: key 'tokenizer.ggml.eos_token_id'"
    assert caplog.messages == [f"{where} is {token_id}, and there are 64 tokens: ignored"]


def test_experts_whose_parts_do_not_fit_are_refused(tmp_path: Path) -> None:
    def change(values: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        values["expert_count"], values["expert_used_count"] = 2, 1
        tensors["blk.0.ffn_gate_exps.weight"] = np.ones((2, 64, 32), "f4")
        tensors["blk.0.ffn_up_exps.weight"] = np.ones((3, 64, 32), "f4")

    assert "(3, 64, 32)" in refusal(CorruptCheckpoint, write(tmp_path / "x.gguf", change))


def test_inspecting_a_file_tells_its_tensors(folder: Path) -> None:
    from loadstone.cli.inspect import inspect_checkpoint

    told = inspect_checkpoint(folder / "model.Q8_0.gguf")
    assert {"blk.0.attn_q.weight", "output_norm.weight"} <= {each.name for each in told.tensors}
    assert told.supported and told.model_type == "llama"
    assert [str(each) for each in told.by_dtype()] == ["GGUF Q8_0", "float32"]


def test_a_file_of_an_unknown_architecture_can_be_inspected(tmp_path: Path) -> None:
    from loadstone.cli.inspect import inspect_checkpoint

    told = inspect_checkpoint(write(tmp_path / "x.gguf", arch="mamba"))
    assert not told.supported and len(told.tensors) == 21


def test_the_default_dtype_is_said_to_be_larger(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    AutoModelForCausalLM.from_pretrained(folder / "model.Q8_0.gguf")
    assert (
        'unpacked and loaded in float32, which takes 2 times the memory of bfloat16; torch_dtype="auto"' in caplog.text
    )
