"""``plan`` says of every option of ``from_pretrained`` what a load with it does: the same outcome or the same error."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from checkpoint.test_gguf_open import write
from frameworks.torch import tiny
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.configs.load_options import option_names
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigNotFound,
    DoesNotFit,
    InvalidConfig,
    InvalidDeviceMap,
    LoadstoneError,
    MissingTensors,
    ShapeMismatch,
    UnknownArgument,
    UnsupportedDType,
    UnusedTensors,
)
from loadstone.frameworks.torch.loading.module_walk import bytes_of

FREE = tiny.config("llama", tie_word_embeddings=False)  # names no class, which leaves it to the file
CONFIG = tiny.config("llama", architectures=["LlamaForCausalLM"], num_hidden_layers=1)
NF4 = loadstone.BitsAndBytesConfig(load_in_4bit=True)
AUTO = {"device_map": "auto", "max_memory": {"cpu": "70kB"}}
ON_DISK = {"device_map": "disk", "torch_dtype": "float16"}


class Row(NamedTuple):
    """An option, a value of it, and what comes of that."""

    option: str
    value: Any
    refused: type[LoadstoneError] | None = None
    others: Mapping[str, Any] = {}
    checkpoint: str = "plain"

    def __str__(self) -> str:
        is_long = self.value is not None and self.option in ("config", "sharding")
        value = "…" if is_long else repr(self.value)
        return f"{self.option}={value}"[:60] + ("" if self.checkpoint == "plain" else f"-{self.checkpoint}")


ROWS = [
    Row("adapter_name", "mine"),
    Row("adapter_kwargs", {"revision": "main"}),
    Row("adapter_kwargs", "main", ArgumentError),
    Row("config", None),
    Row("config", FREE),
    Row("config", CONFIG),
    Row("config", 3, ArgumentError),
    Row("config", tiny.config("llama", architectures=CONFIG.architectures, vocab_size=65), ShapeMismatch),
    Row("state_dict", None),
    Row("torch_dtype", "auto"),
    Row("torch_dtype", torch.bfloat16),
    Row("torch_dtype", "float8_e4m3fn"),
    Row("torch_dtype", {"": "bfloat16", "model.layers.1": "float32"}),
    Row("torch_dtype", {"model.layers.0.mlp": "float8_e4m3fn"}),
    Row("torch_dtype", {"lm_haed": "float32"}, ArgumentError),
    Row("torch_dtype", {0: "float32"}, ArgumentError),
    Row("torch_dtype", "int8", UnsupportedDType),
    Row("dtype", "float16"),
    Row("dtype", "float16", None, {"torch_dtype": torch.float16}),
    Row("dtype", "float16", ArgumentError, {"torch_dtype": "float32"}),
    Row("dtype", "flaot16", UnsupportedDType),
    Row("dtype", {"lm_head": "float16"}, ArgumentError, {}, "tied"),
    Row("device_map", None),
    Row("device_map", "cpu"),
    Row("device_map", "cpu:0"),
    Row("device_map", torch.device("cpu")),
    Row("device_map", {"": "cpu"}),
    Row("device_map", {"": "auto"}, None, {"max_memory": {"cpu": "1MB"}}),
    Row("device_map", "auto", None, {"max_memory": {"cpu": "70kB"}}),
    Row("device_map", "balanced", None, {"max_memory": {"cpu": "70kB"}}),
    Row("device_map", "balanced_low_0", None, {"max_memory": {"cpu": "1MB"}}),
    Row("device_map", "sequential", None, {"max_memory": {"cpu": "70kB"}}),
    Row("device_map", "disk"),
    Row("device_map", {"": "disk"}),
    Row("device_map", {"model": "disk", "lm_head": "cpu"}),
    Row("device_map", {"model": "disk"}, None, {}, "tied"),
    Row("device_map", {"model": "cpu", "model.rotary_emb": "cpu", "lm_head": "cpu"}),
    Row("device_map", {"model": "cpu"}, InvalidDeviceMap),
    Row("device_map", {"": "cpu", "lm_head": "disk"}, InvalidDeviceMap),
    Row("device_map", {"": "cpu", "lm_haed": "cpu"}, InvalidDeviceMap),
    Row("device_map", {}, InvalidDeviceMap),
    Row("device_map", "nonsense", ArgumentError),
    Row("device_map", {"": "nonsense"}, ArgumentError),
    Row("device_map", {"model": "auto", "lm_head": "cpu"}, ArgumentError),
    Row("device_map", "meta", ArgumentError),
    Row("device_map", "cuda:x", ArgumentError),
    Row("device_map", "cuda:77", ArgumentError),
    Row("device_map", 77, ArgumentError),
    Row("device_map", {"model": 77, "lm_head": "cpu"}, ArgumentError),
    Row("device_map", -1, ArgumentError),
    Row("device_map", True, ArgumentError),
    Row("device_map", 1.5, ArgumentError),
    Row("device_map", ["cpu"], ArgumentError),
    Row("stream", True),  # of what is on this machine nothing is streamed
    Row("stream", "yes", ArgumentError),
    Row("storage_options", {"region": "eu-west-1"}),
    Row("storage_options", "eu-west-1", ArgumentError),
    Row("max_memory", {"cpu": "1MB"}),
    Row("max_memory", {"cpu": 1_000_000}, None, {"device_map": "cpu"}),
    Row("max_memory", {"cpu": "1 MiB", "disk": "1GB"}, None, {"device_map": "auto"}),
    Row("max_memory", {"cpu": 1000}, DoesNotFit, {"device_map": "auto"}),
    Row("max_memory", {"cpu": "20kB"}, DoesNotFit, {"device_map": {"": "cpu"}}),
    Row("max_memory", {"cpu": "70kB", "disk": 0}, DoesNotFit, {"device_map": "auto"}),
    Row("max_memory", {"cpu": "1 MiBs"}, ArgumentError, {"device_map": "auto"}),
    Row("max_memory", {"cpu": "-1MB"}, ArgumentError),
    Row("max_memory", {"gpu": "1MB"}, ArgumentError),
    Row("max_memory", {0: "1MB", "cuda:0": "2MB"}, ArgumentError),
    Row("max_memory", "1MB", ArgumentError),
    Row("bridge", False),
    Row("bridge", True),
    Row("bridge", True, None, {"torch_dtype": "float16", "device_map": "auto", "max_memory": {"cpu": "70kB"}}),
    Row("max_batch", 2, None, {"max_length": 8, "device_map": "auto", "max_memory": {"cpu": "1MB"}}),
    Row("max_batch", 2, ArgumentError),
    Row("max_batch", 0, ArgumentError),
    Row("max_batch", 64, DoesNotFit, {"max_length": 2048, "device_map": "auto", "max_memory": {"cpu": "1MB"}}),
    Row("max_length", 8, None, {"device_map": "auto", "max_memory": {"cpu": "100kB"}}),
    Row("max_length", "8", ArgumentError),
    Row("offload_folder", "offload"),
    Row("offload_folder", "offload", None, ON_DISK),
    Row("offload_folder", None, ArgumentError, ON_DISK),
    Row("offload_folder", 3, ArgumentError),
    Row("offload_folder", None, ArgumentError, {"device_map": "disk"}, "experts"),
    Row("offload_folder", "offload", None, {"device_map": "disk"}, "experts"),
    Row("offload_buffers", True, None, AUTO),
    Row("offload_state_dict", True, None, AUTO),
    Row("sharding", object(), ArgumentError),
    Row("device_mesh", 2, ArgumentError),
    Row("tp_plan", "rowwise", ArgumentError),
    Row("distributed_config", {"tp_sise": 1}, ArgumentError),
    Row("distributed_config", {"tp_size": 1}, ArgumentError, {"device_map": "cpu"}),
    Row("attn_implementation", "sdpa"),
    Row("attn_implementation", "eager"),
    Row("ignore_mismatched_sizes", True),
    Row("ignore_mismatched_sizes", True, None, {}, "mismatched"),
    Row("ignore_mismatched_sizes", True, None, AUTO, "mismatched"),
    Row("ignore_mismatched_sizes", False, ShapeMismatch, {}, "mismatched"),
    Row("strict", True),
    Row("strict", True, UnusedTensors, {}, "more"),
    Row("strict", False, None, {}, "more"),
    Row("key_mapping", {"^transformer[.]": "model."}),
    Row("key_mapping", {"^model": "x"}, MissingTensors),
    Row("key_mapping", {"(": "x"}, ArgumentError),
    Row("key_mapping", 3, ArgumentError),
    Row("output_loading_info", True),
    Row("output_loading_info", True, None, {}, "more"),
    Row("cache_dir", "cache"),
    Row("force_download", True),
    Row("local_files_only", True),
    Row("token", "nobody"),
    Row("revision", "main"),
    Row("subfolder", "inner", None, {}, "inner"),
    Row("subfolder", "..", ArgumentError),
    Row("variant", "fp16", CheckpointNotFound),
    Row("gguf_file", "model.gguf", None, {}, "gguf"),
    Row("gguf_file", "other.gguf", CheckpointNotFound, {}, "gguf"),
    Row("gguf_file", "model.gguf", ArgumentError, {"variant": "fp16"}, "gguf"),
    Row("use_safetensors", True),
    Row("use_safetensors", False, CheckpointNotFound),
    Row("from_pt", True),
    Row("from_pt", True, ArgumentError, {"from_tf": True}),
    Row("from_tf", True),
    Row("from_flax", True),
    Row("low_cpu_mem_usage", False),
    Row("_fast_init", False),
    Row("trust_remote_code", True),
    Row("code_revision", "0" * 40),
    Row("allow_transformers", True),
    Row("lock", None),
    Row("weights_only", True),
    Row("weights_only", False, ArgumentError),
    Row("transfer", loadstone.transfer_options(read="buffered")),
    Row("transfer", "buffered", ArgumentError),
    Row("lazy", True),
    Row("dequantize", True),
    Row("dequantize", True, None, {}, "nf4"),
    Row("dequantize", None, None, {}, "nf4"),
    Row("dequantize", None, None, {"torch_dtype": "float16"}, "nf4"),
    Row("dequantize", None, ArgumentError, {"device_map": "disk"}, "nf4"),
    Row("dequantize", False, None, {"gguf_file": "model.gguf"}, "gguf"),
    Row("dequantize", False, ArgumentError, {"gguf_file": "model.gguf", "device_map": "disk"}, "gguf"),
    Row("dequantize", False, ArgumentError, {"gguf_file": "model.gguf", "quantization_config": NF4}, "gguf"),
    Row("quantization_config", NF4),
    Row("quantization_config", NF4, InvalidConfig, {}, "nf4"),
    Row("quantization_config", NF4, None, {"dequantize": True}, "nf4"),
    Row("quantization_config", {"load_in_8bit": True}),
    Row("quantization_config", loadstone.TorchAoConfig("int8", ["q_proj"]), None, {"torch_dtype": "bfloat16"}),
    Row("quantization_config", loadstone.TorchAoConfig("float8"), None, {}, "experts"),
    Row("quantization_config", NF4, None, {}, "experts"),
    Row("quantization_config", loadstone.TorchAoConfig("int8"), ArgumentError, {"device_map": "disk"}),
    Row("quantization_config", loadstone.TorchAoConfig("int8"), ArgumentError, {}, "gpt2"),
    Row("quantization_config", NF4, None, {}, "gpt2"),
    Row("quantization_config", loadstone.TorchAoConfig("int4"), ArgumentError),
    Row("quantization_config", NF4, ArgumentError, {"torch_dtype": "float64"}),
    Row("quantization_config", {"quant_method": "gptq"}, ArgumentError),
    Row("quantization_config", {"load_in_4bit": "yes"}, ArgumentError),
    Row("quantization_config", "int8", ArgumentError),
    Row("attn_implementation", "nonsense", ArgumentError),
    Row("attn_implementation", 3, ArgumentError),
    Row("lock", "missing.lock", ConfigNotFound),
    Row("trust_remote_code", 3, ArgumentError),
    Row("subfolder", "nowhere", ConfigNotFound),
    Row("num_hidden_layers", 1),
]


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Checkpoints by what is special about them."""
    root = tmp_path_factory.mktemp("checkpoints")
    names = ("plain", "tied", "mismatched", "more", "inner", "gguf", "experts", "gpt2", "nf4")
    folders = {name: root / name for name in names}
    untied = tiny.llama(tie_word_embeddings=False)
    tiny.saved(untied, folders["plain"])
    tiny.saved(tiny.llama(tie_word_embeddings=True), folders["tied"])
    tiny.saved(untied, folders["inner"] / "inner")
    tiny.saved(tiny.model("MixtralForCausalLM", "mixtral", num_local_experts=4), folders["experts"])
    tiny.saved(tiny.model("GPT2LMHeadModel", "gpt2"), folders["gpt2"])
    shutil.copytree(folders["plain"], folders["mismatched"])
    config = json.loads((folders["plain"] / "config.json").read_text())
    (folders["mismatched"] / "config.json").write_text(json.dumps(config | {"vocab_size": 80}))
    shutil.copytree(folders["plain"], folders["more"])
    file = folders["more"] / "model.safetensors"
    save_file(load_file(file) | {"extra.weight": torch.zeros(3)}, file, {"format": "pt"})
    folders["gguf"].mkdir()
    write(folders["gguf"] / "model.gguf")
    quantized = loadstone.AutoModelForCausalLM.from_pretrained(folders["plain"], quantization_config=NF4)
    quantized.save_pretrained(folders["nf4"])
    return folders


class Outcome(NamedTuple):
    """What a load does, and a forecast says that it does."""

    model_class: str
    dtype: str
    device_map: Mapping[str, Any]
    bytes_by_device: Mapping[Any, int]
    initialized: Mapping[str, str]
    unused: set[str]
    mismatched: set[Any]
    untied: Mapping[str, str]
    left_plain: tuple[str, ...]
    passed_over: tuple[str, ...]


def planned(folder: Path, **keywords: Any) -> Outcome:
    forecast = loadstone.plan(folder, **({"device_map": None} | keywords))
    return Outcome(
        forecast.model_class,
        forecast.dtype,
        forecast.device_map,
        {place: nbytes for place, nbytes in forecast.bytes_by_device.items() if nbytes},
        forecast.initialized,
        set(forecast.unused),
        set(forecast.mismatched),
        forecast.untied,
        forecast.left_plain,
        forecast.passed_over,
    )


def loaded(folder: Path, **keywords: Any) -> Outcome:
    model: Any = loadstone.AutoModelForCausalLM.from_pretrained(folder, **keywords)
    model = model[0] if keywords.get("output_loading_info") else model
    report = model.load_report
    device_map = model.hf_device_map if keywords.get("device_map") is not None else {"": "cpu"}
    return Outcome(
        type(model).__name__,
        report.dtype,
        device_map,
        _bytes_by_device(model, device_map),
        report.initialized,
        set(report.unused),
        set(report.mismatched),
        report.untied,
        report.left_plain,
        report.passed_over,
    )


def _bytes_by_device(model: Any, device_map: Mapping[str, Any]) -> Mapping[Any, int]:
    """Counted on the parameters themselves, where the map says that each lies."""
    counts: Counter[Any] = Counter()
    for name, parameter in model.named_parameters():
        prefixes = [name[:end] for end, letter in enumerate(f"{name}.") if letter == "."]
        counts[next(device_map[each] for each in [*reversed(prefixes), ""] if each in device_map)] += bytes_of(
            parameter
        )
    return counts


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_plan_and_load_agree(
    row: Row, checkpoints: Mapping[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, keywords = checkpoints[row.checkpoint], {row.option: row.value, **row.others}
    if row.refused is None:
        assert planned(folder, **keywords) == loaded(folder, **keywords)
        return
    with pytest.raises(LoadstoneError) as by_plan:
        loadstone.plan(folder, **({"device_map": None} | keywords))
    with pytest.raises(LoadstoneError) as by_load:
        loadstone.AutoModelForCausalLM.from_pretrained(folder, **keywords)
    assert (type(by_plan.value), str(by_plan.value)) == (type(by_load.value), str(by_load.value))
    assert type(by_load.value) is row.refused


OF_NO_SUCH_TYPE = [
    *((option, object()) for option in sorted(option_names())),
    *((option, 3) for option in sorted(option_names() - {"device_map", "max_length"})),
]


@pytest.mark.parametrize(("option", "value"), OF_NO_SUCH_TYPE)
def test_a_value_of_no_such_type_is_refused_by_both(
    option: str, value: object, checkpoints: Mapping[str, Path]
) -> None:
    for entry in (loadstone.plan, loadstone.AutoModelForCausalLM.from_pretrained):
        with pytest.raises(LoadstoneError, match="is no device" if option == "device_map" else option):
            entry(checkpoints["plain"], **{option: value})


@pytest.mark.parametrize("name", ["model.safetensors"])
def test_a_path_to_the_weights_means_their_folder(name: str, checkpoints: Mapping[str, Path]) -> None:
    path = checkpoints["plain"] / name
    assert planned(path) == loaded(path) == planned(path.parent)


def test_a_keyword_that_nothing_takes_is_named_by_both(checkpoints: Mapping[str, Path]) -> None:
    for entry in (loadstone.plan, loadstone.AutoModelForCausalLM.from_pretrained):
        with pytest.raises(UnknownArgument, match="nonsense"):
            entry(checkpoints["plain"], nonsense=1)


def test_every_option_has_a_row() -> None:
    assert {row.option for row in ROWS} >= option_names()


def test_a_plan_may_be_for_a_machine_that_max_memory_describes(checkpoints: Mapping[str, Path]) -> None:
    room: dict[str, Any] = {"device_map": "auto", "max_memory": {77: "1GB"}}
    assert loadstone.plan(checkpoints["plain"], **room).device_map == {"": 77}
    with pytest.raises(ArgumentError, match="no accelerator of that number"):
        loadstone.AutoModelForCausalLM.from_pretrained(checkpoints["plain"], **room)
