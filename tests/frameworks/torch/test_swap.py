"""Other weights for a model in use: each result is one checkpoint's, and what goes wrong leaves the old ones."""

from __future__ import annotations

import copy
import errno
import gc
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from forks import Forks
from frameworks.torch import tiny
from leaks import descriptors, maps, threads
from parity.cases import CASES, TABLES
from peaks import WATCHING
from safetensors.torch import load_file, save_file
from torch._dynamo.testing import CompileCounter

from loadstone import AutoModel, AutoModelForCausalLM, BertConfig, CompileConfig, PreTrainedModel
from loadstone.errors import (
    ArgumentError,
    ConfigError,
    CorruptCheckpoint,
    DoesNotFit,
    InvalidConfig,
    LoadstoneError,
    LockMismatch,
    MissingTensors,
    ShapeMismatch,
    UnknownArgument,
    UnsupportedDType,
    UnusedTensors,
)
from loadstone.lockfile.lockfile import lock_sources

WEIGHTS = "model.safetensors"
BOTH_WAYS = pytest.mark.parametrize("in_place", [False, True], ids=["beside", "in place"])


@pytest.fixture
def a(tmp_path: Path) -> Path:
    return tiny.saved(tiny.llama(1, tie_word_embeddings=False), tmp_path / "a")


@pytest.fixture
def b(tmp_path: Path) -> Path:
    return tiny.saved(tiny.llama(2, tie_word_embeddings=False), tmp_path / "b")


@pytest.fixture
def model(a: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(a)


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:
    return model(tiny.IDS).logits


def logits_of(folder: Path) -> torch.Tensor:
    return logits(AutoModelForCausalLM.from_pretrained(folder))


def changed(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = {name: tensor.clone() for name, tensor in load_file(folder / WEIGHTS).items()}
    change(tensors)
    save_file(tensors, folder / WEIGHTS, {"format": "pt"})


def configured(folder: Path, **keys: Any) -> None:
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**values, **keys}))


# What a swap does ------------------------------------------------------------------------------------


@BOTH_WAYS
def test_the_model_is_the_other_checkpoints(in_place: bool, model: Any, b: Path) -> None:
    before, memory = dict(model.named_parameters()), {name: each.data_ptr() for name, each in model.named_parameters()}
    assert model.weights_version == 0
    report = model.swap_weights(b, in_place=in_place)
    assert torch.equal(logits(model), logits_of(b))
    assert all(before[name] is parameter for name, parameter in model.named_parameters())
    kept = [memory[name] == each.data_ptr() for name, each in model.named_parameters()]
    assert all(kept) if in_place else not any(kept)
    assert model.weights_version == model.model.weights_version == report.weights_version == 1
    assert model.load_report is report and report.source == model.name_or_path == str(b)
    assert [stage.name for stage in report.stages][-1] == "publish"


def test_what_is_cast_or_stacked_is_made_beside(tmp_path: Path) -> None:
    folders = [
        tiny.saved(
            tiny.model("MixtralForCausalLM", "mixtral", seed, num_local_experts=4).to(torch.bfloat16),
            tmp_path / str(seed),
        )
        for seed in (1, 2)
    ]
    model = AutoModelForCausalLM.from_pretrained(folders[0], torch_dtype=torch.float32)
    model.swap_weights(folders[1])
    wanted = AutoModelForCausalLM.from_pretrained(folders[1], torch_dtype=torch.float32)
    tiny.assert_same(tiny.numbers(model), tiny.numbers(wanted))
    assert model.dtype is torch.float32


@BOTH_WAYS
def test_ties_stay_and_so_do_stored_buffers(in_place: bool, tmp_path: Path) -> None:
    for family, name, changes in (
        ("gpt2", "GPT2LMHeadModel", {}),
        ("resnet", "ResNetModel", {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1]}),
    ):
        folders = []
        for seed in (1, 2):
            made = tiny.model(name, family, seed, **changes) if family == "gpt2" else _resnet(seed, changes)
            folders.append(tiny.saved(made, tmp_path / f"{family}{seed}"))
        model = AutoModel.from_pretrained(folders[0]) if family == "resnet" else None
        model = model or AutoModelForCausalLM.from_pretrained(folders[0])
        model.swap_weights(folders[1], in_place=in_place)
        tiny.assert_same(tiny.numbers(model), tiny.numbers(type(model).from_pretrained(folders[1])))
        if family == "gpt2":
            assert model.lm_head.weight is model.transformer.wte.weight


def _resnet(seed: int, sizes: dict[str, Any]) -> Any:
    import loadstone

    torch.manual_seed(seed)
    made = loadstone.ResNetModel(loadstone.AutoConfig.for_model("resnet", **sizes)).eval()
    for buffer in made.buffers():
        if buffer.is_floating_point():
            buffer.copy_(torch.rand_like(buffer))
    return made


@pytest.mark.long
@pytest.mark.parametrize("case", [case for case in CASES if case.variant == "plain"], ids=lambda case: case.family)
def test_every_family_can_do_it(case: Any, tmp_path: Path) -> None:
    import loadstone

    for head in case.heads:
        cls = getattr(loadstone, TABLES[head][1][case.family])
        folders = [tmp_path / f"{head}{seed}" for seed in (1, 2)]
        for seed, folder in enumerate(folders):
            torch.manual_seed(seed)
            cls(loadstone.AutoConfig.for_model(case.family, **case.config)).save_pretrained(folder)
        model = cls.from_pretrained(folders[0])
        for folder, in_place in ((folders[1], False), (folders[0], True), (folders[1], True), (folders[0], False)):
            model.swap_weights(folder, in_place=in_place)
            tiny.assert_same(tiny.numbers(model), tiny.numbers(cls.from_pretrained(folder)))


def test_what_was_left_out_when_it_was_loaded_may_be_left_out_again(a: Path, b: Path) -> None:
    model = AutoModel.from_pretrained(a)
    assert model.load_report.unused == ("lm_head.weight",)
    model.swap_weights(b)
    tiny.assert_same(tiny.numbers(model), tiny.numbers(AutoModel.from_pretrained(b)))


def test_an_optimizer_goes_on_with_the_new_weights(model: Any, b: Path) -> None:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for in_place in (False, True):
        model.swap_weights(b, in_place=in_place)
        model(tiny.IDS, labels=tiny.IDS).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        assert not torch.equal(logits(model), logits_of(b))


@BOTH_WAYS
def test_a_backward_pass_does_not_use_other_weights_than_its_forward_pass(in_place: bool, model: Any, b: Path) -> None:
    loss = model(tiny.IDS, labels=tiny.IDS).loss
    model.swap_weights(b, in_place=in_place)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_what_is_compiled_has_the_new_weights(model: Any, a: Path, b: Path) -> None:
    programs = CompileCounter()
    compiled = torch.compile(model, backend=programs, fullgraph=True)
    assert torch.allclose(logits(compiled), logits_of(a), atol=1e-6)
    for folder, in_place in ((b, True), (a, False), (b, False)):
        compiled.swap_weights(folder, in_place=in_place)
        assert torch.allclose(logits(compiled), logits_of(folder), atol=1e-6)
    assert programs.frame_count == 1


@pytest.mark.long
def test_compiled_steps_write_with_the_new_weights(model: Any, a: Path, b: Path) -> None:
    programs = CompileCounter()

    def text(model: Any, **how: Any) -> list[list[int]]:
        written: list[list[int]] = model.generate(tiny.IDS, max_new_tokens=5, do_sample=False, **how).tolist()
        return written

    for folder, in_place in ((a, False), (b, False), (a, True), (b, True)):
        model.swap_weights(folder, in_place=in_place)
        how = CompileConfig(backend=programs, fullgraph=True)
        assert text(model, compile=True, compile_config=how) == text(AutoModelForCausalLM.from_pretrained(folder))
    assert programs.frame_count == 1


def test_saving_onto_either_folder_is_right(model: Any, a: Path, b: Path) -> None:
    model.swap_weights(b)
    wanted = tiny.numbers(AutoModelForCausalLM.from_pretrained(b))
    for folder in (a, b):
        model.save_pretrained(folder)
        tiny.assert_same(tiny.numbers(AutoModelForCausalLM.from_pretrained(folder)), wanted)
        tiny.assert_same(tiny.numbers(model), wanted)


def test_nothing_of_the_old_checkpoint_stays(model: Any, a: Path, b: Path) -> None:
    logits(model)
    running, opened = threads(), descriptors()
    for folder, other in ((b, a), (a, b), (b, a)):
        model.swap_weights(folder)
        gc.collect()
        assert maps(folder) and not maps(other)
    assert not threads() - running and not descriptors() - opened


_MEMORY = (
    WATCHING
    + """
import sys, json
import torch
from loadstone import AutoModelForCausalLM
a, b, warm = sys.argv[1:4]
model = AutoModelForCausalLM.from_pretrained(a, torch_dtype="auto")
other = AutoModelForCausalLM.from_pretrained(warm, torch_dtype="auto")
other.swap_weights(warm)  # everything is imported
other.swap_weights(warm, in_place=True)
ids = torch.arange(1, 9)[None]
with torch.no_grad():
    model(ids)
found = []
for in_place in (False, True):
    with Peak() as peak:
        model.swap_weights(b, in_place=in_place)
    found.append(peak.added)
print(json.dumps(found))
"""
)


def test_beside_takes_no_memory_where_views_suffice(forks: Forks, a: Path, tmp_path: Path) -> None:
    sizes = {"hidden_size": 256, "intermediate_size": 2048, "vocab_size": 16384, "num_hidden_layers": 4}
    folders = [tiny.saved(tiny.llama(seed, **sizes), tmp_path / f"large{seed}") for seed in (1, 2)]
    nbytes = (folders[0] / WEIGHTS).stat().st_size
    assert nbytes > 40 << 20
    done = forks.run(_MEMORY, *folders, a)
    assert done.returncode == 0, done.stderr[-3000:]
    beside, in_place = json.loads(done.stdout)
    assert beside <= 16 << 20
    assert in_place >= nbytes * 9 // 10  # what docs/distributed.md says it costs where the weights are a file's pages


# What is refused, with nothing changed ----------------------------------------------------------------


def untouched(model: Any, a: Path) -> bool:
    same = torch.equal(logits(model), logits_of(a))
    return same and model.weights_version == 0 and model.name_or_path == model.load_report.source == str(a)


NORM = "model.norm.weight"
BROKEN: dict[str, tuple[type[Exception], str, Callable[[Path], object]]] = {
    "missing": (MissingTensors, NORM, lambda at: changed(at, lambda tensors: tensors.pop(NORM))),
    "missing head": (MissingTensors, "lm_head", lambda at: changed(at, lambda tensors: tensors.pop("lm_head.weight"))),
    "unused": (UnusedTensors, "another", lambda at: changed(at, lambda tensors: tensors.update(another=torch.ones(2)))),
    "shape": (ShapeMismatch, NORM, lambda at: changed(at, lambda t: t.update({NORM: torch.ones(7)}))),
    "integers": (
        UnsupportedDType,
        NORM,
        lambda at: changed(at, lambda t: t.update({NORM: torch.ones(32, dtype=torch.int32)})),
    ),
    "short": (CorruptCheckpoint, WEIGHTS, lambda at: os.truncate(at / WEIGHTS, (at / WEIGHTS).stat().st_size - 8)),
    "header": (CorruptCheckpoint, WEIGHTS, lambda at: (at / WEIGHTS).write_bytes(b"\xff" * 64)),
    "rope": (InvalidConfig, "rope_theta", lambda at: configured(at, rope_theta=5e5)),
    "epsilon": (InvalidConfig, "rms_norm_eps.*expected 1e-06.*found 0.1", lambda at: configured(at, rms_norm_eps=0.1)),
    "family": (ConfigError, "mistral", lambda at: configured(at, model_type="mistral")),
    "quantized": (
        LoadstoneError,
        "quantization_config",
        lambda at: configured(at, quantization_config={"quant_method": "gptq", "bits": 4, "group_size": 32}),
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_checkpoint_that_does_not_fit_changes_nothing(kind: str, model: Any, a: Path, b: Path) -> None:
    error, names, breaking = BROKEN[kind]
    breaking(b)
    for in_place in (False, True):
        with pytest.raises(error, match=f"(?s){names}"):
            model.swap_weights(b, in_place=in_place)
    assert untouched(model, a)


@BOTH_WAYS
def test_an_error_of_the_disk_changes_nothing(
    in_place: bool, model: Any, a: Path, b: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, bad = os.preadv, os.stat(b / WEIGHTS).st_ino
    monkeypatch.setattr("loadstone.transfer.prefetch.cached_bytes", lambda *range: 0)

    def fail(descriptor: int, buffers: list[memoryview], offset: int) -> int:
        if os.fstat(descriptor).st_ino == bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(descriptor, buffers, offset)

    with monkeypatch.context() as patched:
        patched.setattr(os, "preadv", fail)
        with pytest.raises(CorruptCheckpoint, match="Input/output error"):
            model.swap_weights(b, in_place=in_place)
    assert untouched(model, a)
    assert not maps(b)


def test_keys_that_compute_nothing_may_differ(model: Any, b: Path) -> None:
    configured(b, torch_dtype="bfloat16", transformers_version="0", architectures=["Other"], initializer_range=3.0)
    model.swap_weights(b)
    assert torch.equal(logits(model), logits_of(b))


def test_ties_follow_what_is_stored(tmp_path: Path, a: Path) -> None:
    tied = tiny.saved(tiny.llama(3, tie_word_embeddings=True), tmp_path / "tied")
    model = AutoModelForCausalLM.from_pretrained(tied)
    with pytest.raises(UnusedTensors, match=r"lm_head.weight: expected the values of model.embed_tokens.weight"):
        model.swap_weights(a)
    configured(tied, tie_word_embeddings=False)
    with pytest.raises(MissingTensors, match=r"lm_head.weight"):
        model.swap_weights(tied)
    changed(tied, lambda tensors: tensors.update({"lm_head.weight": tensors["model.embed_tokens.weight"].clone()}))
    model.swap_weights(tied)
    assert torch.equal(logits(model), logits_of(tied))
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_what_a_class_computes_need_not_be_stored_and_what_was_loaded_must_be(tmp_path: Path) -> None:
    folders = [tmp_path / "0", tmp_path / "1"]
    for seed, folder in enumerate(folders):
        torch.manual_seed(seed)
        made = _Normed(tiny.config("bert"))
        made.norm.running_mean.copy_(torch.rand(32))
        made.save_pretrained(folder)
        changed(folder, lambda tensors: tensors.pop("places"))
    model = _Normed.from_pretrained(folders[0])
    model.swap_weights(folders[1])
    tiny.assert_same(tiny.numbers(model), tiny.numbers(_Normed.from_pretrained(folders[1])))
    changed(folders[0], lambda tensors: tensors.pop("norm.running_mean"))
    with pytest.raises(MissingTensors, match=r"norm\.running_mean"):
        model.swap_weights(folders[0])


class _Normed(PreTrainedModel):
    """Code of anyone's: a norm with buffers that are loaded, and a buffer that it computes and that files may lack."""

    config_class = BertConfig

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.norm = torch.nn.BatchNorm1d(config.hidden_size)
        self.register_buffer("places", torch.arange(8))
        self.post_init()


def test_a_device_without_room_for_both_is_named_and_nothing_changes(
    model: Any, a: Path, b: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*rest: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")

    monkeypatch.setattr("loadstone.frameworks.torch.loading.swap.stored_values", full)
    with pytest.raises(DoesNotFit, match=r"beside the old ones: CUDA out of memory\. .*in_place=True"):
        model.swap_weights(b)
    assert untouched(model, a)
    model.swap_weights(b, in_place=True)


def test_a_lock_is_verified_before_anything_changes(model: Any, a: Path, b: Path, tmp_path: Path) -> None:
    lock = tmp_path / "loadstone.lock"
    lock_sources([b], lock).write()
    model.swap_weights(b, lock=lock)
    assert torch.equal(logits(model), logits_of(b))
    model.swap_weights(a)
    changed(b, lambda tensors: tensors[NORM].add_(1))
    for in_place in (False, True):
        with pytest.raises(LockMismatch, match=WEIGHTS):
            model.swap_weights(b, lock=lock, in_place=in_place)
        assert torch.equal(logits(model), logits_of(a)) and model.weights_version == 2


def test_models_whose_weights_are_no_plain_tensors_are_refused_by_name(
    model: Any, a: Path, b: Path, tmp_path: Path
) -> None:
    offloaded = AutoModelForCausalLM.from_pretrained(
        a, device_map={"model": "disk", "lm_head": "cpu"}, offload_folder=tmp_path / "offloaded"
    )
    with torch.device("meta"):
        skeleton = type(model)(model.config)
    strange = copy.deepcopy(model)
    strange.lm_head.weight = torch.nn.Parameter(_Wrapped(strange.lm_head.weight.detach().clone()))
    for each, why in (
        (offloaded, "offloaded by device_map"),
        (skeleton, "on the meta device"),
        (strange, "lm_head.weight is a .*not a plain tensor"),
    ):
        with pytest.raises(ArgumentError, match=f"swap_weights cannot replace the weights.*{why}"):
            each.swap_weights(b)


@pytest.mark.long
def test_quantized_models_and_those_with_adapters_are_refused_by_name(model: Any, a: Path, b: Path) -> None:
    import peft

    quantized = AutoModelForCausalLM.from_pretrained(
        a, torch_dtype="bfloat16", quantization_config=tiny.QUANTIZING["int8"]
    )
    model.add_adapter(peft.LoraConfig(target_modules=["q_proj"]))
    for each, why in ((quantized, "they are quantized"), (model, "q_proj has an adapter in it")):
        with pytest.raises(ArgumentError, match=why):
            each.swap_weights(b)


class _Wrapped(torch.Tensor):
    """A subclass, as those of quantizers and of torch.distributed."""


def test_a_keyword_that_nothing_takes_is_named(model: Any, b: Path) -> None:
    with pytest.raises(UnknownArgument, match="swap_weights does not know 'device_map'"):
        model.swap_weights(b, device_map="cpu")


def test_an_interrupt_while_parameters_are_rebound_leaves_the_old_ones(
    model: Any, a: Path, b: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, times = torch.autograd.graph.increment_version, iter([True])

    def interrupted(tensors: Any) -> None:
        if next(times, False):
            raise KeyboardInterrupt
        real(tensors)

    monkeypatch.setattr(torch.autograd.graph, "increment_version", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.swap_weights(b)
    assert untouched(model, a)
