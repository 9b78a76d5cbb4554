"""Whose code runs: what a repository holds can never widen what the caller allowed."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub, the_hub
from remote_code import repositories
from remote_code.repositories import minimal, write

import loadstone
from loadstone import AutoConfig, AutoModel
from loadstone.errors import ArgumentError, CustomCodeError, InvalidConfig, LoadstoneError, UntrustedCode
from loadstone.remote_code.running import class_of
from loadstone.remote_code.store import kept
from loadstone.remote_code.tree import collect

RAN: list[str] = []
"""What code that was let through has noted here."""
NOTE = "import sys; sys.modules['remote_code.test_gate'].RAN.append('{}')"


@pytest.fixture(autouse=True)
def nothing_has_run() -> Iterator[None]:
    sys.modules["remote_code.test_gate"] = sys.modules[__name__]
    RAN.clear()
    yield
    del sys.modules["remote_code.test_gate"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        yield hub


def published(files: dict[str, str | bytes]) -> dict[str, bytes]:
    return {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}


def modules() -> set[str]:
    return {name for name in sys.modules if name.startswith("loadstone_code_")}


# Without trust


@pytest.mark.parametrize("trust", [{}, {"trust_remote_code": False}, {"trust_remote_code": None}])
def test_without_trust_no_byte_of_code_is_imported_and_the_error_says_what_to_do(
    tmp_path: Path, trust: dict[str, Any]
) -> None:
    folder = write(tmp_path, minimal(NOTE.format("model")))
    before = modules()
    for load in (AutoModel.from_pretrained, AutoConfig.from_pretrained, loadstone.AutoModelForCausalLM.from_pretrained):
        with pytest.raises(UntrustedCode, match=r"loadstone code .*trust_remote_code=True"):
            load(folder, **trust)
    assert RAN == [] and modules() == before


def test_a_known_family_ignores_the_code_beside_it_unless_it_is_trusted(tmp_path: Path) -> None:
    model = loadstone.BertModel(loadstone.BertConfig(**repositories.BERT_SIZES))
    model.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "modeling_one.One", "AutoConfig": "modeling_one.OneConfig"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    write(tmp_path, {"modeling_one.py": minimal(NOTE.format("x"))["modeling_one.py"]})
    assert type(AutoModel.from_pretrained(tmp_path)) is loadstone.BertModel
    assert type(loadstone.BertModel.from_pretrained(tmp_path, trust_remote_code=True)) is loadstone.BertModel
    assert RAN == []
    AutoConfig.from_pretrained(tmp_path, trust_remote_code=True)
    assert RAN == ["x"]


@pytest.mark.parametrize(
    "said",
    [
        {"trust_remote_code": True},
        {"model_type": "bert", "vision_config": {"auto_map": {"AutoConfig": "modeling_one.OneConfig"}}},
        {"text_config": {"model_type": "one", "auto_map": {"AutoConfig": "modeling_one.OneConfig"}}},
        {"quantization_config": {"auto_map": {"AutoModel": "modeling_one.One"}, "modules": "modeling_one"}},
        {"attn_implementation": "evil/kernel", "_attn_implementation": "modeling_one.One"},
        {"custom_generate": "modeling_one", "code_revision": "main", "allow_transformers": True},
    ],
)
def test_nothing_that_a_config_says_at_any_depth_stands_in_for_the_callers_word(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    folder = write(tmp_path, minimal(NOTE.format("model"), **said))
    for name in ("tokenizer_config.json", "generation_config.json", "preprocessor_config.json"):
        (folder / name).write_text(json.dumps({"auto_map": {"AutoTokenizer": ["modeling_one.One", None]}}))
    with pytest.raises(LoadstoneError):
        AutoModel.from_pretrained(folder)
    assert RAN == []


@pytest.mark.parametrize("word", ["true", "false", "False", 1, 0, "owner/name", ["name"], {"a": 1}, [True]])
def test_trust_is_a_bool_or_ids_and_nothing_that_only_looks_like_it(tmp_path: Path, word: Any) -> None:
    folder = write(tmp_path, minimal(NOTE.format("model")))
    with pytest.raises(ArgumentError, match="trust_remote_code is"):
        AutoModel.from_pretrained(folder, trust_remote_code=word)
    assert RAN == []


@pytest.mark.parametrize(
    "reference",
    [
        *("modeling_one", "../modeling_one.One", "/etc/passwd.One", "..modeling_one.One", "modeling_one.One; print(1)"),
        *("owner--modeling_one.One", "a/b/c--modeling_one.One", "--modeling_one.", "modeling one.One", "ｍodel.One"),
        *(
            "import.One",
            "modeling_one.class",
            7,
            ["modeling_one.One"],
            {"a": 1},
            "x" * 600 + ".One",
            "m\0.One",
            "os.system()",
        ),
    ],
)
def test_a_reference_that_is_not_exactly_one_is_refused(tmp_path: Path, reference: Any) -> None:
    folder = write(tmp_path, minimal(NOTE.format("model"), auto_map={"AutoConfig": reference}))
    with pytest.raises((InvalidConfig, CustomCodeError, UntrustedCode)):
        AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert RAN == []


# With trust


def test_with_trust_the_code_runs_once_and_its_class_is_the_same_again(tmp_path: Path) -> None:
    folder = write(tmp_path, minimal(NOTE.format("ran once")))
    one = AutoModel.from_pretrained(folder, trust_remote_code=True)
    two = AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert one().item() == 7.0 and type(one) is type(two) and RAN == ["ran once"]
    assert type(one).__module__.startswith("loadstone_code_")
    assert "modeling_one" not in sys.modules and str(folder) not in sys.path


def test_code_of_the_hub_comes_from_the_commit_of_the_weights_and_says_which(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    commit = hub.add("owner/one", published(minimal(NOTE.format("first"))))
    with caplog.at_level(logging.WARNING, "loadstone"):
        AutoModel.from_pretrained("owner/one", trust_remote_code=True)
    assert f"revision={commit!r}" in caplog.text
    caplog.clear()
    hub.add("owner/one", published(minimal(NOTE.format("second"))))
    with caplog.at_level(logging.WARNING, "loadstone"):
        AutoModel.from_pretrained("owner/one", trust_remote_code=True, revision=commit)
    assert RAN == ["first"] and "revision" not in caplog.text
    AutoModel.from_pretrained("owner/one", trust_remote_code=True)
    assert RAN == ["first", "second"]


def test_two_revisions_live_side_by_side_in_one_process(hub: Hub) -> None:
    first = hub.add("owner/one", published(minimal("VERSION = 1")))
    second = hub.add("owner/one", published(minimal("VERSION = 2")), revision="dev")
    models = [AutoModel.from_pretrained("owner/one", trust_remote_code=True, revision=each) for each in (first, second)]
    versions = [sys.modules[type(model).__module__].VERSION for model in models]
    assert versions == [1, 2] and type(models[0]) is not type(models[1])


def foreign(hub: Hub) -> tuple[str, str]:
    """Weights whose config refers to code of another repository, which has two commits."""
    auto_map = {"AutoConfig": "coder/code--modeling_one.OneConfig", "AutoModel": "coder/code--modeling_one.One"}
    files = minimal(auto_map=auto_map)
    del files["modeling_one.py"]
    hub.add("owner/weights", published(files))
    code = {"modeling_one.py": minimal(NOTE.format("old"))["modeling_one.py"]}
    old = hub.add("coder/code", published(code))
    new = hub.add("coder/code", published({"modeling_one.py": minimal(NOTE.format("new"))["modeling_one.py"]}))
    return old, new


def test_code_of_another_repository_needs_an_allowance_of_its_own(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    old, new = foreign(hub)
    for trust in (True, ["owner/weights"], ["somebody/else"]):
        with pytest.raises(UntrustedCode, match=r"another repository, 'coder/code'.*'coder/code'"):
            AutoModel.from_pretrained("owner/weights", trust_remote_code=trust)
    assert RAN == [] and not any("coder" in line for line in hub.log)
    with caplog.at_level(logging.WARNING, "loadstone"):
        AutoModel.from_pretrained("owner/weights", trust_remote_code=["coder/code"])
    assert RAN == ["new"] and f"code_revision={new!r}" in caplog.text
    AutoModel.from_pretrained("owner/weights", trust_remote_code=["coder/code"], code_revision=old)
    assert RAN == ["new", "old"]


def test_files_of_code_are_fetched_only_when_they_are_wanted(hub: Hub) -> None:
    files = minimal() | {"setup.py": "raise SystemExit", "other.py": "raise SystemExit", "README.md": "x"}
    hub.add("owner/one", published(files))
    with pytest.raises(UntrustedCode):
        AutoModel.from_pretrained("owner/one")
    assert not [name for name in hub.fetched() if name.endswith(".py")]
    AutoModel.from_pretrained("owner/one", trust_remote_code=True)
    assert set(hub.fetched()) == {"config.json", "model.safetensors", "modeling_one.py"}


# What the code may import


def test_imports_of_transformers_mean_loadstone_inside_the_code_and_only_there(tmp_path: Path) -> None:
    """Without Transformers, or where the caller wants none."""
    body = (
        "import transformers\nimport transformers.modeling_outputs as outputs\nfrom transformers import AutoModel as A"
    )
    how = {"trust_remote_code": True, "allow_transformers": False}
    model = AutoModel.from_pretrained(write(tmp_path, minimal(body)), **how)
    module = sys.modules[type(model).__module__]
    assert module.transformers.PreTrainedModel is loadstone.PreTrainedModel
    assert issubclass(module.A, loadstone.AutoModel)
    assert module.outputs.BaseModelOutput is loadstone.frameworks.outputs.BaseModelOutput
    import transformers

    assert transformers.PreTrainedModel is not loadstone.PreTrainedModel


def test_a_name_without_an_equivalent_is_named_and_can_come_from_the_real_library(tmp_path: Path) -> None:
    body = "from transformers.models.llama.modeling_llama import LlamaRMSNorm, rotate_half"
    folder = write(tmp_path, minimal(body))
    with pytest.raises(
        CustomCodeError, match=r"LlamaRMSNorm, rotate_half from transformers\.models.*allow_transformers"
    ):
        AutoModel.from_pretrained(folder, trust_remote_code=True, allow_transformers=False)
    model = AutoModel.from_pretrained(folder, trust_remote_code=True)
    module = sys.modules[type(model).__module__]
    assert module.LlamaRMSNorm.__module__ == "transformers.models.llama.modeling_llama"
    import transformers

    assert isinstance(model, transformers.PreTrainedModel) and model().item() == 7.0


def test_a_guarded_import_of_what_is_lacking_is_guarded(tmp_path: Path) -> None:
    body = "try:\n    from transformers import NothingLikeIt\nexcept ImportError:\n    NothingLikeIt = None"
    model = AutoModel.from_pretrained(write(tmp_path, minimal(body)), trust_remote_code=True)
    assert sys.modules[type(model).__module__].NothingLikeIt is None


def test_all_missing_packages_are_listed_at_once_with_the_command_and_nothing_runs(tmp_path: Path) -> None:
    body = f"{NOTE.format('model')}\nimport nowhere_to_be_found.inner\nimport cv2_not_here, os\nfrom .more import x"
    more = "import also_missing\ntry:\n    import optional_one\nexcept ImportError:\n    pass\nx = 1"
    folder = write(tmp_path, minimal(body) | {"more.py": more})
    with pytest.raises(CustomCodeError) as caught:
        AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert "pip install also_missing cv2_not_here nowhere_to_be_found" in str(caught.value)
    assert "optional_one" not in str(caught.value) and RAN == []


def test_relative_imports_of_every_kind(tmp_path: Path) -> None:
    files = minimal("from .pack import deep, value\nfrom .pack.deep import here\nfrom . import beside\nimport math")
    files |= {
        "beside.py": "from .pack.deep import here as again",
        "pack/__init__.py": "value = 3",
        "pack/deep.py": "from ..late import late\nfrom . import value\nhere = value + late()",
        "late.py": "def late():\n    from .pack import value\n    return value",
    }
    model = AutoModel.from_pretrained(write(tmp_path, files), trust_remote_code=True)
    module = sys.modules[type(model).__module__]
    assert (module.value, module.here, module.beside.again, module.deep.here) == (3, 6, 6, 6)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("from .absent import x", r"there is no absent\.py"),
        ("from ..outside import x", "outside the repository"),
        ("def broken(:", "not Python"),
        ("raise RuntimeError('on purpose')", "failed when imported.*on purpose"),
        ("from .modeling_one import absent", "failed when imported"),
        ("\0", "not Python"),
    ],
)
def test_code_that_cannot_be_used_is_one_error(tmp_path: Path, body: str, said: str) -> None:
    before = modules()
    with pytest.raises(CustomCodeError, match=said):
        AutoModel.from_pretrained(write(tmp_path, minimal(body)), trust_remote_code=True)
    assert not any(name.endswith("modeling_one") for name in modules() - before)


def test_an_auto_map_that_names_no_class_or_none_of_ours(tmp_path: Path) -> None:
    one = minimal(auto_map={"AutoConfig": "modeling_one.OneConfig", "AutoModel": "modeling_one.Two"})
    with pytest.raises(CustomCodeError, match="no class Two"):
        AutoModel.from_pretrained(write(tmp_path / "a", one), trust_remote_code=True)
    one = minimal(auto_map={"AutoConfig": "modeling_one.OneConfig", "AutoModel": "modeling_one.OneConfig"})
    with pytest.raises(CustomCodeError, match="does not derive from PreTrainedModel"):
        AutoModel.from_pretrained(write(tmp_path / "b", one), trust_remote_code=True)


def test_a_config_class_that_fails_is_one_error(tmp_path: Path) -> None:
    files = minimal()
    files["modeling_one.py"] = str(files["modeling_one.py"]).replace(
        'model_type = "one"\n',
        'model_type = "one"\n\n    def __init__(self, **kw):\n        raise KeyError("size")\n',
        1,
    )
    with pytest.raises(CustomCodeError, match="could not be made"):
        AutoModel.from_pretrained(write(tmp_path, files), trust_remote_code=True)


# The store


def test_code_is_kept_by_its_hash_and_what_was_changed_there_does_not_run(tmp_path: Path) -> None:
    tree = collect(["a.py"], {"a.py": b"from .b import x", "b.py": b"x = 1"}.get, "here")
    folder = kept(tree, tmp_path / "store")
    assert folder is not None and folder.name == tree.digest
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tree.files
    (folder / "b.py").write_text("x = 'evil'")
    again = kept(tree, tmp_path / "store")
    assert again == folder and (folder / "b.py").read_bytes() == b"x = 1"
    assert list((tmp_path / "store").iterdir()) == [folder]
    assert (tmp_path / "store").stat().st_mode & 0o077 == 0


def test_a_store_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tree = collect(["a.py"], {"a.py": b""}.get, "here")
    assert kept(tree, tmp_path / "file" / "store") is None


def test_many_processes_and_threads_store_and_import_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "model", minimal(f"# {tmp_path}"))
    script = (
        "import sys\nfrom loadstone import AutoModel\n"
        "print(AutoModel.from_pretrained(sys.argv[1], trust_remote_code=True)().item())"
    )
    home = {"HF_HOME": str(tmp_path / "home"), "PATH": "", "HF_HUB_OFFLINE": "1"}
    running = [
        subprocess.Popen([sys.executable, "-c", script, folder], env=home, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [process.communicate()[0].strip() for process in running] == ["7.0"] * 4
    assert len(list((tmp_path / "home" / "loadstone" / "code").iterdir())) == 1
    barrier = threading.Barrier(8)

    def load(_: int) -> type:
        barrier.wait()
        return type(AutoModel.from_pretrained(folder, trust_remote_code=True))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load, range(8)))) == 1


def test_a_traceback_shows_the_line_that_ran(tmp_path: Path) -> None:
    import traceback

    files = minimal().copy()
    files["modeling_one.py"] = str(files["modeling_one.py"]).replace("return self.number", "return self.absent  # here")
    model = AutoModel.from_pretrained(write(tmp_path, files), trust_remote_code=True)
    with pytest.raises(AttributeError) as caught:
        model()
    assert "return self.absent  # here" in "".join(traceback.format_exception(caught.value))


# Reading without running


def test_what_a_file_imports_and_does_is_found_without_running_it() -> None:
    from loadstone.remote_code.reading import read_facts

    facts = read_facts(
        b"import os, numpy as np, subprocess as sp\nfrom urllib import request\n"
        b"def f():\n    import requests\n    sp.run(['x'])\n    os.system('x')\n    np.load('x')\n    eval('1')\n"
        b"    return request.urlopen('x'), os.environ['HF_TOKEN'], model.eval(), open('x')\n",
        "x.py",
    )
    assert facts.absolute == ("os", "numpy", "subprocess", "urllib") and facts.optional == ("requests",)
    found = {(use.line, use.kind, use.name) for use in facts.notable}
    assert {(5, "process", "subprocess.run"), (6, "process", "os.system"), (7, "pickle", "numpy.load")} <= found
    assert {(8, "code", "eval"), (4, "network", "requests")} <= found
    assert {(9, "network", "urllib.request.urlopen"), (9, "environment", "os.environ"), (9, "files", "open")} <= found
    assert not any("model" in use.name for use in facts.notable)


def test_class_of_refuses_nothing_that_the_gate_let_through() -> None:
    """The gate stands before it: importing is its only task."""
    from loadstone.remote_code.references import CodeReference

    tree = collect(["m.py"], {"m.py": b"class A:\n    pass\n"}.get, "memory")
    assert class_of(CodeReference(None, "m", "A"), tree, uses_transformers=False).__name__ == "A"


def test_files_that_are_no_files_are_refused(tmp_path: Path) -> None:
    import os

    folder = write(tmp_path, minimal())
    (folder / "modeling_one.py").unlink()
    os.mkfifo(folder / "modeling_one.py")
    with pytest.raises(CustomCodeError, match="named pipe"):
        AutoModel.from_pretrained(folder, trust_remote_code=True)


def test_code_beside_a_config_in_a_subfolder_is_found_and_else_in_the_root(tmp_path: Path) -> None:
    files = minimal()
    code = {"modeling_one.py": files.pop("modeling_one.py")}
    write(tmp_path / "a" / "inner", files)
    write(tmp_path / "a", code)
    write(tmp_path / "b" / "inner", files | code)
    for root in ("a", "b"):
        model = AutoModel.from_pretrained(tmp_path / root, subfolder="inner", trust_remote_code=True)
        assert model().item() == 7.0
