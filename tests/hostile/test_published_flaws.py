"""The published flaws of this field, one by one: what each was, and that it is none here."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import stat
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from remote_code.repositories import BERT_SIZES, minimal, write

import loadstone
from loadstone import AutoConfig, AutoModel, open_checkpoint
from loadstone.errors import ArgumentError, LoadstoneError, UnsafeCheckpoint, UntrustedCode
from loadstone.remote_code.running import tree_of
from loadstone.saving.checkpoint import SaveOptions, save_checkpoint
from loadstone.saving.folders import replace_file

ROOT = Path(__file__).parents[2]
IDS = torch.tensor([[3, 4, 5]])


class Touch:
    """Pickled, it makes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (str(self.path), "w")


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """What exists only if code ran."""
    return tmp_path / "ran"


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    folder = tmp_path / "bert"
    loadstone.BertModel(loadstone.BertConfig(**BERT_SIZES)).save_pretrained(folder)
    return folder


def edit(path: Path, **values: Any) -> None:
    path.write_text(json.dumps((json.loads(path.read_text()) if path.exists() else {}) | values))


def evil_code(ran: Path) -> dict[str, str | bytes]:
    return minimal(f"open({str(ran)!r}, 'w')")


def test_cve_2026_4372_a_config_key_does_not_select_code_to_run(bert: Path, ran: Path) -> None:
    """Transformers fetched and ran kernels that ``_attn_implementation_internal`` in a config named.

    No key of a file chooses how attention is computed, and nothing is fetched or imported for it.
    """
    plain = AutoModel.from_pretrained(bert)
    write(bert, {"modeling_one.py": evil_code(ran)["modeling_one.py"], "kernel.py": f"open({str(ran)!r}, 'w')"})
    names = ("_attn_implementation_internal", "_attn_implementation", "attn_implementation", "experts_implementation")
    edit(bert / "config.json", **dict.fromkeys((*names, "_experts_implementation", "kernel_config"), "evil/kernel"))
    edit(bert / "generation_config.json", custom_generate="evil/kernel", cache_implementation="evil/kernel")
    model = AutoModel.from_pretrained(bert, local_files_only=True)
    assert model.config._attn_implementation is None
    assert torch.equal(model(IDS).last_hidden_state, plain(IDS).last_hidden_state)
    assert not ran.exists()


def test_cve_2026_5241_a_config_does_not_override_the_refusal(tmp_path: Path, ran: Path) -> None:
    """A ``trust_remote_code`` in a config replaced the caller's False.

    It is a key like any other here; only the argument counts.
    """
    folder = write(tmp_path / "model", evil_code(ran))
    edit(folder / "config.json", trust_remote_code=True, code_revision="main", trust=True)
    for load in (AutoModel.from_pretrained, AutoConfig.from_pretrained):
        with pytest.raises(UntrustedCode):
            load(folder, trust_remote_code=False)
    assert not ran.exists()


def test_cve_2026_1839_pickles_beside_the_weights_are_never_opened(bert: Path, ran: Path) -> None:
    """``rng_state.pth`` beside a checkpoint was read by a ``torch.load`` that runs code.

    A load opens the config, the weights and their index, and nothing else.
    """
    for name in ("rng_state.pth", "optimizer.pt", "scheduler.pt", "training_args.bin", "scaler.pt", "rng_state_0.pth"):
        (bert / name).write_bytes(pickle.dumps(Touch(ran)))
    AutoModel.from_pretrained(bert)
    assert not ran.exists()


@pytest.mark.parametrize(
    "name", ["../evil.safetensors", "/tmp/evil.safetensors", "a/../../evil.safetensors", "..\\evil"]
)
def test_cve_2026_9856_a_name_in_saved_data_does_not_leave_the_folder(tmp_path: Path, name: str) -> None:
    """A file name that came from saved data was joined to the target folder as it was.

    Names from an index are refused on reading, names for further files and variants on writing.
    """
    folder = tmp_path / "in" / "model"
    folder.mkdir(parents=True)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(UnsafeCheckpoint):
        open_checkpoint(folder)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArgumentError):
        save_checkpoint(folder, [], extra_files={name: b"evil"})
    with pytest.raises(ArgumentError):
        save_checkpoint(folder, [], SaveOptions(variant=name))
    assert sorted(tmp_path.rglob("*")) == before


def test_cve_2026_69112_an_index_neither_leaves_the_folder_nor_waits_for_a_pipe(tmp_path: Path) -> None:
    """Shard names in an index were opened wherever they led, and a named pipe among them hung the load.

    Paths out of the folder are refused, and only regular files are opened.
    """
    outside = tmp_path / "outside.safetensors"
    outside.write_bytes(b"")
    folder = tmp_path / "model"
    folder.mkdir()
    os.mkfifo(folder / "pipe.safetensors")
    for shard in ("../outside.safetensors", str(outside), "pipe.safetensors", "/dev/zero", "."):
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": shard}}))
        with pytest.raises(LoadstoneError):
            open_checkpoint(folder)


def test_cve_2024_3568_and_cve_2023_6730_a_pickle_in_the_folder_is_never_read(bert: Path, ran: Path) -> None:
    """``extra_data.pickle`` of a TensorFlow checkpoint, and a RAG index's ``.pkl``, were unpickled.

    No file of that kind is looked for.
    """
    for name in ("extra_data.pickle", "hf_bert_base.hnswSQ8_correct_phi_128.c_index.index_meta.dpr", "index.pkl"):
        (bert / name).write_bytes(pickle.dumps(Touch(ran)))
    (bert / "extra_data.h5").write_bytes(pickle.dumps(Touch(ran)))
    edit(bert / "config.json", index_name="legacy", index_path=str(bert), passages_path=str(bert / "index.pkl"))
    AutoModel.from_pretrained(bert)
    assert not ran.exists()


def test_cve_2023_2800_what_is_written_first_elsewhere_cannot_be_foreseen_or_planted(
    bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary files had names that another user could foresee, and plant a link under.

    A planted link is replaced or refused, never written through.
    """
    victim = bert.parent / "victim"
    victim.write_text("untouched")
    monkeypatch.setattr("os.urandom", bytes)  # all zeros, so foreseen
    planted = bert / f".config.json.{bytes(8).hex()}.tmp"
    planted.symlink_to(victim)
    with pytest.raises(FileExistsError):
        replace_file(bert / "config.json", b"{}")
    monkeypatch.undo()
    replace_file(bert / "config.json", b"{}")
    assert victim.read_text() == "untouched" and (bert / "config.json").read_bytes() == b"{}"
    (bert / "config.json").unlink()
    (bert / "config.json").symlink_to(victim)
    model = loadstone.BertModel(loadstone.BertConfig(**BERT_SIZES))
    model.save_pretrained(bert)
    assert victim.read_text() == "untouched" and not (bert / "config.json").is_symlink()
    from loadstone.saving.journal import STAGING

    other = bert.parent / "other"
    other.mkdir()
    (bert.parent / "elsewhere").mkdir()
    (other / STAGING).symlink_to(bert.parent / "elsewhere")
    model.save_pretrained(other)
    assert list((bert.parent / "elsewhere").iterdir()) == []
    AutoModel.from_pretrained(other)


@pytest.mark.parametrize("kind", ["zip", "legacy", "tar", "bare"])
def test_cve_2025_32434_weights_only_cannot_be_got_round(tmp_path: Path, ran: Path, kind: str) -> None:
    """PyTorch before 2.6 ran code from old-style files in spite of ``weights_only=True``.

    PyTorch's loader is not used at all, and the least PyTorch that is accepted is 2.6.
    """
    evil = {"a": torch.zeros(1), "b": Touch(ran)}
    path = tmp_path / "pytorch_model.bin"
    if kind == "tar":
        with tarfile.open(path, "w") as archive:
            for name in ("sys_info", "pickle", "storages", "tensors"):
                content = pickle.dumps(Touch(ran), protocol=2)
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    elif kind == "bare":
        path.write_bytes(pickle.dumps(evil, protocol=2))
    else:
        torch.save(evil, path, _use_new_zipfile_serialization=kind == "zip")
    with pytest.raises(LoadstoneError):
        open_checkpoint(path)
    assert not ran.exists()
    (requirement,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["torch"]
    assert requirement == "torch>=2.6"


def test_cve_2025_66448_a_config_within_a_config_runs_nothing(tmp_path: Path, bert: Path, ran: Path) -> None:
    """vLLM resolved the ``auto_map`` of a nested vision config without asking whether code was trusted.

    No nested ``auto_map`` is followed, whatever its depth.
    """
    inner = {"auto_map": {"AutoConfig": "modeling_one.OneConfig", "AutoModel": "evil/repo--modeling_one.One"}}
    write(bert, {"modeling_one.py": evil_code(ran)["modeling_one.py"]})
    edit(bert / "config.json", vision_config=inner, text_config={"deeper": [inner]}, sub_configs={"vision": inner})
    AutoModel.from_pretrained(bert)
    AutoModel.from_pretrained(
        bert, trust_remote_code=True
    )  # trust in the repository's own auto_map, of which it has none
    assert not ran.exists()


def test_cve_2026_22807_auto_map_is_read_once_and_asked_about_each_time_it_is_followed(
    tmp_path: Path, ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ``auto_map`` that was checked was not the one that was followed: modules ran before, or without, the check.

    Every import passes the gate, which asks again; a config whose code changes its ``auto_map`` widens nothing.
    """
    folder = write(tmp_path / "model", evil_code(ran))
    with pytest.raises(UntrustedCode):
        AutoModel.from_pretrained(folder)
    assert not ran.exists()
    changing = str(minimal()["modeling_one.py"]).replace(
        'model_type = "one"\n',
        'model_type = "one"\n\n    def __init__(self, **kw):\n        super().__init__(**kw)\n'
        '        self.auto_map = {"AutoModel": "evil/repo--modeling_one.One"}\n',
        1,
    )
    folder = write(tmp_path / "changing", minimal() | {"modeling_one.py": changing})
    with pytest.raises(UntrustedCode, match="evil/repo"):
        AutoModel.from_pretrained(folder, trust_remote_code=True, allow_transformers=False)
    # On the real library what the file says counts, and what its code makes of that is not followed at all.
    model = AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert model.config.auto_map == {"AutoModel": "evil/repo--modeling_one.One"}
    assert tree_of(type(model)) == tree_of(type(model.config))
    assert str(folder) in tree_of(type(model)).source


def test_cve_2026_27893_trust_is_hard_coded_nowhere() -> None:
    """``trust_remote_code=True`` stood in the code, so that the user's False did not reach it.

    In this package nobody but the caller says True.
    """
    for path in sorted((ROOT / "src").rglob("*.py")):
        code = re.sub(r'""".*?"""|"[^"\n]*"|#[^\n]*', "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"\b(trust_remote_code|own)\s*[:=]\s*(bool\s*=\s*)?True", code), path


def test_cve_2025_1550_a_keras_archive_runs_no_code(tmp_path: Path, ran: Path) -> None:
    """``config.json`` within a ``.keras`` file named any module and function, which Keras imported and called.

    Only the arrays of its weights are read; what it says of layers is not.
    """
    called = {"module": "builtins", "class_name": "function", "config": "open", "registered_name": "function"}
    layer = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": called, "arguments": str(ran)}}
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": [layer]}}))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(LoadstoneError):
        open_checkpoint(path)
    assert not ran.exists()


def test_cve_2025_9905_an_h5_file_with_a_model_in_it_runs_no_code(tmp_path: Path, ran: Path) -> None:
    """``safe_mode=True`` was ignored for ``.h5`` files, whose ``model_config`` holds marshaled Lambda layers.

    ``model_config`` is an attribute that nothing reads.
    """
    import h5py

    code = f"import base64; open({str(ran)!r}, 'w')"
    layers = [{"class_name": "Lambda", "config": {"function": [code, None, None], "function_type": "lambda"}}]
    path = tmp_path / "tf_model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": layers}})
        file.attrs["layer_names"] = [b"bert"]
        group = file.create_group("bert")
        group.attrs["weight_names"] = [b"bert/dense/bias:0"]
        group.create_dataset("bert/dense/bias:0", data=[1.0, 2.0])
    try:
        found = open_checkpoint(path)
        assert [tensor.shape for tensor in found.values()] == [(2,)]
    except LoadstoneError:
        pass
    assert not ran.exists()


def test_code_is_kept_where_only_its_user_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    AutoModel.from_pretrained(write(tmp_path / "model", minimal(f"# {tmp_path}")), trust_remote_code=True)
    mode = (tmp_path / "home" / "loadstone" / "code").stat().st_mode
    assert stat.S_IMODE(mode) & 0o022 == 0
