"""Models whose weights lie on the disk: they compute what they would in memory, and stay ordinary models."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from torch import Tensor, nn

import loadstone
from loadstone import AutoModel, AutoModelForCausalLM
from loadstone.errors import ArgumentError, CorruptCheckpoint, DoesNotFit, InvalidDeviceMap, SaveError
from loadstone.transfer.weight_file import WeightFile

ROOM = {"cpu": "200kB"}
"""Enough for two blocks of the models here, and not for all."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that weights were streamed from, one entry for each read."""
    seen: list[str] = []
    read_into = WeightFile.read_into

    def counting(self: WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        if self.takes_direct:  # what is read ahead goes through the page cache
            seen.append(self.path.name)
        read_into(self, offset, nbytes, buffer)

    monkeypatch.setattr(WeightFile, "read_into", counting)
    return seen


@pytest.fixture
def original() -> Any:
    return tiny.llama(num_hidden_layers=8, tie_word_embeddings=False)


@pytest.fixture
def folder(original: Any, tmp_path: Path) -> Path:
    return tiny.saved(original, tmp_path / "model", max_shard_size="100kB")


def streamed(folder: Path, **options: Any) -> Any:
    return AutoModelForCausalLM.from_pretrained(folder, **({"device_map": "disk", "max_memory": ROOM} | options))


@torch.no_grad()
def logits(model: Any) -> Tensor:
    found: Tensor = model(tiny.IDS).logits
    return found


# Running ------------------------------------------------------------------------------------------


def test_a_model_on_disk_computes_what_it_does_in_memory(original: Any, folder: Path, reads: list[str]) -> None:
    model = streamed(folder)
    assert model.hf_device_map == {"": "disk"}
    for _ in range(3):
        torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)
    # Of eight layers some are kept; the others are read at each forward pass.
    assert len(reads) >= 3 * 3


def test_with_room_for_all_of_it_nothing_is_read_again(original: Any, folder: Path, reads: list[str]) -> None:
    model = streamed(folder, max_memory={"cpu": "10MB"})
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)
    assert reads == []


def test_the_guides_map_by_hand(original: Any, folder: Path, reads: list[str]) -> None:
    layers = {f"model.layers.{index}": "cpu" if index < 3 else "disk" for index in range(8)}
    device_map = {
        "model.embed_tokens": "cpu",
        **layers,
        "model.norm": "cpu",
        "model.rotary_emb": "cpu",
        "lm_head": "disk",
    }
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=device_map)
    assert model.hf_device_map == {name: place for name, place in device_map.items() if name != "model.rotary_emb"}
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)


@pytest.mark.parametrize("strategy", ["auto", "balanced", "balanced_low_0", "sequential"])
def test_every_strategy_fills_the_cpu_first_and_runs(strategy: str, original: Any, folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=strategy, max_memory=ROOM)
    places = list(model.hf_device_map.values())
    assert places == sorted(places) and set(places) == {"cpu", "disk"}
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)


@pytest.mark.parametrize(
    ("class_name", "family"),
    [
        ("GPT2LMHeadModel", "gpt2"),
        ("BertForMaskedLM", "bert"),
        ("MPNetForMaskedLM", "mpnet"),
        ("Gemma2ForCausalLM", "gemma2"),
        ("Phi3ForCausalLM", "phi3"),
        ("OPTForCausalLM", "opt"),
        ("GPTNeoXForCausalLM", "gpt_neox"),
        ("ModernBertForMaskedLM", "modernbert"),
        ("DistilBertForQuestionAnswering", "distilbert"),
    ],
)
def test_every_kind_of_architecture_runs_from_disk(
    class_name: str, family: str, tmp_path: Path, reads: list[str]
) -> None:
    changes = {"pad_token_id": 0} if family in ("opt", "modernbert", "phi3") else {}
    original = tiny.model(class_name, family, **changes)
    folder = tiny.saved(original, tmp_path)
    largest = max(module.nbytes for module in loadstone.plan(folder, device_map="disk").modules)
    cls = getattr(loadstone, class_name)
    model = cls.from_pretrained(folder, device_map="disk", max_memory={"cpu": 2 * largest})
    with torch.no_grad():
        for _ in range(2):
            one, other = model(tiny.IDS), original(tiny.IDS)
            torch.testing.assert_close(one[0], other[0], atol=1e-6, rtol=0)
    assert reads


def test_generation_is_the_same(original: Any, folder: Path) -> None:
    model = streamed(folder)
    assert torch.equal(model.generate(tiny.IDS, max_new_tokens=8), original.generate(tiny.IDS, max_new_tokens=8))


def test_inference_mode_and_other_threads(original: Any, folder: Path) -> None:
    model, expected = streamed(folder), logits(original)
    with torch.inference_mode():
        assert torch.equal(model(tiny.IDS).logits, expected)
    wrong: list[int] = []

    def work() -> None:
        for _ in range(10):
            if not torch.equal(logits(model), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and not any(thread.is_alive() for thread in threads)


def test_gradients_are_right_though_slower(original: Any, folder: Path, reads: list[str]) -> None:
    model = streamed(folder, max_memory={"cpu": "65kB"})
    with pytest.warns(UserWarning, match=r"Use torch\.no_grad\(\)"):
        loss = model(tiny.IDS, labels=tiny.IDS).loss
    loss.backward()
    original(tiny.IDS, labels=tiny.IDS).loss.backward()
    for name, parameter in original.named_parameters():
        torch.testing.assert_close(model.get_parameter(name).grad, parameter.grad)
    assert reads == []


def test_a_forked_child_can_run_it_too(original: Any, folder: Path) -> None:
    model, expected = streamed(folder), logits(original)
    assert torch.equal(logits(model), expected)
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)
        os._exit(0 if torch.allclose(logits(model), expected, atol=1e-5) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_tied_weights_live_once_and_are_streamed_where_they_are_used(tmp_path: Path, reads: list[str]) -> None:
    original = tiny.llama(tie_word_embeddings=True, vocab_size=1024)
    folder = tiny.saved(original, tmp_path)
    model = streamed(folder, max_memory={"cpu": "300kB"})
    assert model.lm_head.weight is model.model.embed_tokens.weight
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)
    mixed = {"model.embed_tokens": "cpu", "model.layers": "disk", "model.norm": "cpu", "lm_head": "disk"}
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=mixed)
    assert model.hf_device_map["lm_head"] == "cpu"


# An ordinary model --------------------------------------------------------------------------------


def test_state_dict_has_every_number_and_no_other_name(original: Any, folder: Path) -> None:
    model = streamed(folder)
    logits(model)
    tiny.assert_same(model.state_dict(), original.state_dict())


@pytest.mark.parametrize(
    "way", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_a_copy_is_in_memory_and_knows_nothing_of_the_disk(
    way: Callable[[Any], Any], original: Any, folder: Path, reads: list[str]
) -> None:
    model = streamed(folder)
    copied = way(model)
    shutil.rmtree(folder)
    del model
    reads.clear()
    torch.testing.assert_close(logits(copied), logits(original), atol=0, rtol=0)
    assert reads == []


def test_a_compiled_model_computes_the_same(original: Any, folder: Path) -> None:
    model = streamed(folder)
    compiled = torch.compile(model, backend="eager")
    torch.testing.assert_close(logits(compiled), logits(original), atol=1e-6, rtol=0)


def test_the_resident_part_compiles_whole(original: Any, folder: Path) -> None:
    layers = {f"model.layers.{index}": "cpu" if index < 4 else "disk" for index in range(8)}
    device_map = {"model.embed_tokens": "cpu", **layers, "model.norm": "cpu", "lm_head": "cpu"}
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=device_map)
    part = nn.Sequential(model.model.norm, model.lm_head)
    x = torch.ones(1, 2, 32)
    torch.testing.assert_close(torch.compile(part, backend="eager", fullgraph=True)(x), part(x))


def test_what_is_changed_after_the_load_counts(original: Any, folder: Path) -> None:
    model = streamed(folder)
    before = logits(model)
    with torch.no_grad():
        for each in (model, original):
            each.model.layers[5].mlp.up_proj.weight.mul_(2.0)
            each.model.layers[6].mlp.down_proj.weight = nn.Parameter(torch.ones(32, 48))
    assert not torch.equal(logits(model), before)
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)


def test_a_cast_model_is_in_memory(original: Any, folder: Path, reads: list[str]) -> None:
    model = streamed(folder).double()
    reads.clear()
    torch.testing.assert_close(logits(model), logits(original.double()), atol=0, rtol=0)
    assert reads == []


@pytest.mark.parametrize("onto_itself", [False, True])
def test_saving_streams_also_onto_the_own_folder(
    onto_itself: bool, original: Any, folder: Path, tmp_path: Path
) -> None:
    model = streamed(folder)
    logits(model)
    target = folder if onto_itself else tmp_path / "other"
    model.save_pretrained(target, max_shard_size="60kB")
    tiny.assert_same(AutoModelForCausalLM.from_pretrained(target).state_dict(), original.state_dict())
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)


# The offload folder -------------------------------------------------------------------------------


def test_nothing_is_written_for_weights_that_are_used_as_they_are(folder: Path, tmp_path: Path) -> None:
    streamed(folder, offload_folder=tmp_path / "offload")
    assert not (tmp_path / "offload").exists()


def test_what_must_be_cast_is_written_once_and_taken_again(
    original: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = logits(copy.deepcopy(original).bfloat16())
    options: dict[str, Any] = dict(torch_dtype=torch.bfloat16, offload_folder=tmp_path / "offload")
    first = streamed(folder, **options)
    files = sorted((tmp_path / "offload").rglob("*.safetensors"))
    assert len(files) == 8 + 3
    torch.testing.assert_close(logits(first), expected, atol=0, rtol=0)
    monkeypatch.setattr("loadstone.saving.offload_folder.write_safetensors", None)  # a second writing would fail
    again = streamed(folder, **options)
    torch.testing.assert_close(logits(again), expected, atol=0, rtol=0)
    assert sorted((tmp_path / "offload").rglob("*.safetensors")) == files


def test_each_layer_is_one_aligned_extent(folder: Path, tmp_path: Path) -> None:
    streamed(folder, torch_dtype="bfloat16", offload_folder=tmp_path / "offload")
    for path in (tmp_path / "offload").rglob("*.safetensors"):
        stored = list(loadstone.open_checkpoint(path).values())
        assert min(tensor.offset for tensor in stored) % 4096 == 0


def test_a_source_that_changed_is_cast_anew_and_the_old_copy_removed(folder: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = dict(torch_dtype=torch.bfloat16, offload_folder=tmp_path / "offload")
    streamed(folder, **options)
    other = tiny.llama(seed=1, num_hidden_layers=8, tie_word_embeddings=False)
    other.save_pretrained(folder, max_shard_size="100kB")
    torch.testing.assert_close(logits(streamed(folder, **options)), logits(other.bfloat16()), atol=0, rtol=0)
    assert len(list((tmp_path / "offload").iterdir())) == 1


def test_experts_are_stacked_into_the_offload_folder(tmp_path: Path) -> None:
    changes: dict[str, Any] = dict(num_local_experts=4, num_experts_per_tok=2)
    original = tiny.model("MixtralForCausalLM", "mixtral", **changes)
    folder = tiny.saved(original, tmp_path / "model")
    options: dict[str, Any] = dict(device_map="disk", max_memory={"cpu": "400kB"})
    with pytest.raises(ArgumentError, match="offload_folder"):
        AutoModelForCausalLM.from_pretrained(folder, **options)
    model = AutoModelForCausalLM.from_pretrained(folder, offload_folder=tmp_path / "offload", **options)
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)


def test_without_an_offload_folder_a_cast_is_refused_with_both_ways_out(folder: Path) -> None:
    with pytest.raises(ArgumentError, match=r"offload_folder='…'.*torch_dtype='auto'"):
        streamed(folder, torch_dtype=torch.bfloat16)


def test_a_disk_that_is_full_stops_the_load_and_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(SaveError, match="1000 are free"):
        streamed(folder, torch_dtype=torch.bfloat16, offload_folder=tmp_path / "offload")
    assert list((tmp_path / "offload").iterdir()) == []


def test_a_write_that_fails_leaves_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    written: list[Path] = []
    write = loadstone.saving.offload_folder.write_safetensors  # type: ignore[attr-defined]

    def third_fails(path: Path, *args: Any, **options: Any) -> None:
        written.append(path)
        full() if len(written) == 3 else write(path, *args, **options)

    monkeypatch.setattr("loadstone.saving.offload_folder.write_safetensors", third_fails)
    with pytest.raises(SaveError, match="No space left on device"):
        streamed(folder, torch_dtype=torch.bfloat16, offload_folder=tmp_path / "offload")
    assert list((tmp_path / "offload").iterdir()) == []


def test_an_offload_folder_that_is_a_file_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "offload").write_text("")
    with pytest.raises(SaveError, match=r"offload_folder .*offload"):
        streamed(folder, torch_dtype=torch.bfloat16, offload_folder=tmp_path / "offload")


# Files that change --------------------------------------------------------------------------------


def test_files_that_are_removed_or_replaced_do_not_hurt_a_running_model(original: Any, folder: Path) -> None:
    model = streamed(folder)
    for path in folder.glob("*.safetensors"):
        path.unlink()
        path.write_bytes(b"something else")
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)


@pytest.mark.parametrize("kept", [False, True])
def test_a_file_cut_short_is_an_error_at_the_next_forward(kept: bool, folder: Path) -> None:
    model = streamed(folder, max_memory={"cpu": "10MB"} if kept else ROOM)
    logits(model)
    path = sorted(folder.glob("*.safetensors"))[-1]
    size = path.stat().st_size
    os.truncate(path, size - 4096)
    with pytest.raises(
        CorruptCheckpoint, match=rf"{path.name}: expected the {size} bytes .* found {size - 4096} bytes"
    ):
        logits(model)
    with pytest.raises(CorruptCheckpoint):
        logits(model)


def test_a_file_that_was_written_to_is_an_error_at_the_next_forward(folder: Path) -> None:
    model = streamed(folder)
    path = sorted(folder.glob("*.safetensors"))[0]
    with path.open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(b"\0\0\0\0")
    os.utime(path)
    with pytest.raises(CorruptCheckpoint, match="other bytes, written since"):
        logits(model)


def test_after_an_error_in_a_block_the_model_goes_on(original: Any, folder: Path) -> None:
    model = streamed(folder)
    layer = model.model.layers[7]
    hook = layer.mlp.register_forward_pre_hook(lambda module, inputs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        logits(model)
    hook.remove()
    torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)
    tiny.assert_same(model.state_dict(), original.state_dict())


def break_off(block: nn.Module, run: Callable[[], object]) -> None:
    """Have Ctrl-C come while a block runs: PyTorch calls none of its hooks then."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    hook = next(module for module in block.modules() if not [*module.children()]).register_forward_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        run()
    hook.remove()


def in_another_thread(run: Callable[[], Tensor]) -> Tensor:
    found: list[Tensor] = []
    thread = threading.Thread(target=lambda: found.append(run()), daemon=True)
    thread.start()
    thread.join(60)
    return found[0]


@pytest.mark.parametrize("layer", range(3, 8))
@pytest.mark.parametrize("generates", [False, True])
def test_after_an_interrupt_in_a_block_the_model_goes_on(
    generates: bool, layer: int, original: Any, folder: Path, tmp_path: Path
) -> None:
    model = streamed(folder)
    logits(model)
    run = (lambda: model.generate(tiny.IDS, max_new_tokens=3)) if generates else (lambda: logits(model))
    break_off(model.model.layers[layer], run)
    tiny.assert_same(model.state_dict(), original.state_dict())  # before the next forward pass
    torch.testing.assert_close(in_another_thread(lambda: logits(model)), logits(original), atol=0, rtol=0)
    break_off(model.model.layers[layer], run)
    for _ in range(3):
        torch.testing.assert_close(logits(model), logits(original), atol=0, rtol=0)


def test_an_interrupt_in_a_layer_that_is_called_by_itself_keeps_nobody_waiting(original: Any, folder: Path) -> None:
    model = streamed(folder)
    layer, x = model.model.layers[7], torch.ones(1, 2, model.config.hidden_size)
    turned = model.model.rotary_emb(x, torch.arange(2)[None])
    with torch.no_grad():
        break_off(layer, lambda: layer(x, position_embeddings=turned))
    torch.testing.assert_close(in_another_thread(lambda: logits(model)), logits(original), atol=0, rtol=0)


# Refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"device_map": {"model.layers.0": "cpu", "lm_head": "disk"}}, InvalidDeviceMap, "A map that covers the model"),
        ({"device_map": {"": "cpu", "lm_head": "disk"}}, InvalidDeviceMap, "holds it and is on 'cpu'"),
        ({"device_map": {"": "cpu", "lm_haed": "cpu"}}, InvalidDeviceMap, "Did you mean 'lm_head'"),
        ({"device_map": "auto", "max_memory": {"cpu": "10 GiBs"}}, ArgumentError, "10 GiBs"),
        ({"device_map": "auto", "max_memory": {"cpu": -1}}, ArgumentError, "-1"),
        ({"device_map": "auto", "max_memory": {"gpu": "1GB"}}, ArgumentError, "'gpu' is no device"),
        ({"device_map": "auto", "max_memory": {0: "1GB"}}, ArgumentError, "no accelerator of that number"),
        ({"device_map": "auto", "max_memory": {"cpu": 1000}}, DoesNotFit, "bytes.*short"),
        ({"device_map": "cpu", "max_memory": {"cpu": "100kB"}}, DoesNotFit, "A map that fits"),
        ({"device_map": "auto", "max_batch": 2}, ArgumentError, "max_length"),
        ({"device_map": "auto", "max_length": 0}, ArgumentError, "max_length"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said_before_anything_is_read(
    options: dict[str, Any], error: type[Exception], message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadstone.frameworks.torch.adapter.fill", None)  # filling would fail
    with pytest.raises(error, match=message):
        AutoModelForCausalLM.from_pretrained(folder, **options)


def test_a_state_dict_cannot_lie_on_the_disk(original: Any, folder: Path) -> None:
    with pytest.raises(ArgumentError, match="state_dict= has no files"):
        streamed(folder, state_dict=original.state_dict())


# Any module ---------------------------------------------------------------------------------------


class Net(nn.Module):
    """A module of somebody else's: stem, residual blocks, head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(8, 64)
        self.blocks = nn.Sequential(*(nn.Sequential(nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 64)) for _ in range(6)))
        self.token = nn.Parameter(torch.randn(64))
        self.norm = nn.BatchNorm1d(64)
        self.head = nn.Linear(64, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x) + self.token
        for block in self.blocks:
            x = x + block(x)
        out: Tensor = self.head(self.norm(x))
        return out


@pytest.mark.parametrize("device_map", ["auto", "disk", {"": "disk"}], ids=str)
def test_load_into_places_and_streams_any_module(device_map: Any, tmp_path: Path, reads: list[str]) -> None:
    from safetensors.torch import save_file

    net = Net().eval()
    save_file(net.state_dict(), tmp_path / "net.safetensors")
    with torch.device("meta"):
        made = Net().eval()
    loadstone.load_into(made, tmp_path / "net.safetensors", device_map=device_map, max_memory={"cpu": "110kB"})
    x = torch.randn(4, 8)
    with torch.no_grad():
        for _ in range(3):
            torch.testing.assert_close(made(x), net(x), atol=0, rtol=0)
        assert reads
        tiny.assert_same(made.state_dict(), net.state_dict())
        for block in made.blocks:
            break_off(block, lambda: made(x))
            tiny.assert_same(made.state_dict(), net.state_dict())
            break_off(block, lambda: made(x))
            torch.testing.assert_close(in_another_thread(torch.no_grad()(lambda: made(x))), net(x), atol=0, rtol=0)
            break_off(block, lambda: made(x))
            torch.testing.assert_close(made(x), net(x), atol=0, rtol=0)


def test_load_into_takes_device_or_device_map(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="give one of them"):
        loadstone.load_into(Net(), folder, device="cpu", device_map="auto")


def test_the_bare_model_and_an_index_of_shards(original: Any, folder: Path) -> None:
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    assert len(set(index["weight_map"].values())) > 1
    model = AutoModel.from_pretrained(folder, device_map="disk", max_memory=ROOM)
    with torch.no_grad():
        assert torch.equal(model(tiny.IDS)[0], original.model(tiny.IDS)[0])
