"""One package a repository and revision: what its files share, what they need, and what they register."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from remote_code.repositories import write
from safetensors.torch import save

import loadstone
from loadstone import AutoConfig, AutoModel
from loadstone.errors import CustomCodeError, UnknownModelType
from loadstone.remote_code.tree import collect


@pytest.fixture(params=[None, False], ids=["transformers", "equivalents"])
def how(request: pytest.FixtureRequest) -> dict[str, Any]:
    """With the real library, and without it."""
    return {"trust_remote_code": True, "allow_transformers": request.param}


CONFIG = """\
from transformers import AutoConfig, PretrainedConfig


class SharedConfig(PretrainedConfig):
    model_type = "shared"

    def __init__(self, has_inner=False, **kwargs):
        self.has_inner = has_inner
        super().__init__(**kwargs)


AutoConfig.register("shared", SharedConfig)
"""
MODEL = """\
import torch
from torch import nn
from transformers import AutoModel, PreTrainedModel

from .configuration_shared import SharedConfig


class Shared(PreTrainedModel):
    config_class = SharedConfig

    def __init__(self, config):
        super().__init__(config)
        assert isinstance(config, SharedConfig)
        self.number = nn.Parameter(torch.empty(1))
        self.inner = AutoModel.from_config(Inner()) if config.has_inner else None
        self.post_init()

    def forward(self):
        return self.number


class Inner(SharedConfig):
    model_type = "inner"


class InnerModel(PreTrainedModel):
    config_class = Inner


AutoModel.register(SharedConfig, Shared)
AutoModel.register(Inner, InnerModel)
"""


def shared(folder: Path, **files: str) -> Path:
    values = {
        "model_type": "shared",
        "auto_map": {
            "AutoConfig": "configuration_shared.SharedConfig",
            "AutoModel": "modeling_shared.Shared",
            "AutoModelForCausalLM": "absent.Absent",
            "AutoTokenizer": ["tokenization_shared.Nothing", None],
        },
    }
    code = {"configuration_shared.py": CONFIG, "modeling_shared.py": MODEL, "tokenization_shared.py": "1 / 0"}
    content: dict[str, str | bytes] = {**code, **{f"{name}.py": text for name, text in files.items()}}
    content["config.json"] = json.dumps(values)
    content["model.safetensors"] = save({"number": torch.tensor([7.0])})
    return write(folder, content)


def test_a_config_and_its_model_are_of_one_package_whoever_asks_first(tmp_path: Path, how: dict[str, Any]) -> None:
    folder = shared(tmp_path)
    config = AutoConfig.from_pretrained(folder, **how)
    model = AutoModel.from_pretrained(folder, **how)
    assert type(model.config) is type(config) and model().item() == 7.0
    assert type(config).__module__.partition(".")[0] == type(model).__module__.partition(".")[0]


def test_what_code_registers_is_found_by_it_and_by_no_other(tmp_path: Path, how: dict[str, Any]) -> None:
    one = AutoModel.from_pretrained(shared(tmp_path / "one"), has_inner=True, **how)
    assert type(one.inner).__name__ == "InnerModel"
    two = AutoModel.from_pretrained(
        shared(tmp_path / "two", configuration_shared=f"# Another revision.\n{CONFIG}"), has_inner=True, **how
    )
    assert type(one) is not type(two) and type(one.inner) is not type(two.inner)
    with pytest.raises(UnknownModelType):
        AutoConfig.for_model("shared")
    if how["allow_transformers"] is False:
        with pytest.raises(UnknownModelType):
            AutoModel.from_config(type(one.config)())


def test_code_may_register_a_type_that_is_a_familys_here(tmp_path: Path, how: dict[str, Any]) -> None:
    config = CONFIG.replace('"shared"', '"gemma"')
    folder = shared(tmp_path, configuration_shared=config)
    assert type(AutoConfig.from_pretrained(folder, **how)).model_type == "gemma"
    assert type(AutoConfig.for_model("gemma")) is loadstone.GemmaConfig


def test_an_auto_class_whose_file_is_not_there_hinders_no_other(tmp_path: Path, how: dict[str, Any]) -> None:
    folder = shared(tmp_path)
    AutoModel.from_pretrained(folder, **how)
    with pytest.raises(CustomCodeError, match=r"has no absent\.py"):
        loadstone.AutoModelForCausalLM.from_pretrained(folder, **how)


LACKS = "import nowhere_to_be_found\nx = 1\n"


@pytest.mark.parametrize(
    ("body", "is_needed"),
    [
        ("from .more import x", True),
        ("from .between import x", True),
        ("class C:\n    from .more import x", True),
        ("try:\n    from .more import x\nexcept ImportError:\n    x = None", False),
        ("def later():\n    from .more import x", False),
        ("try:\n    from .between import x\nexcept ImportError:\n    x = None", False),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    from .more import x", False),
        ("import contextlib\nwith contextlib.suppress(ImportError):\n    import nowhere_to_be_found", False),
        ("with open(__file__):\n    import nowhere_to_be_found", True),
        ("from .pack.deep import x", True),
    ],
)
def test_a_package_is_needed_where_every_import_on_the_way_to_it_is_certain(body: str, is_needed: bool) -> None:
    files = {
        "entry.py": body,
        "between.py": "from .more import x",
        "more.py": LACKS,
        "pack/__init__.py": "from ..more import x",
        "pack/deep.py": "x = 1",
    }
    tree = collect(["entry.py"], {name: text.encode() for name, text in files.items()}.get, "here")
    assert ("nowhere_to_be_found" in tree.needs("entry.py")) == is_needed


def test_a_file_that_only_a_guard_reaches_need_not_be_whole() -> None:
    files = {
        "entry.py": "try:\n    from .old import x\nexcept SyntaxError:\n    x = None\nfrom .more import y",
        "old.py": "print 'no parentheses'",
        "more.py": "def f():\n    from .absent import z\ny = 1",
    }
    tree = collect(["entry.py"], {name: text.encode() for name, text in files.items()}.get, "here")
    assert sorted(tree.files) == ["entry.py", "more.py", "old.py"]


def test_a_guarded_import_that_fails_is_the_codes_own_affair(tmp_path: Path, how: dict[str, Any]) -> None:
    guarded = "try:\n    from .fast import fast\nexcept ImportError:\n    fast = None\n"
    folder = shared(tmp_path, modeling_shared=guarded + MODEL, fast=LACKS)
    model: Any = AutoModel.from_pretrained(folder, **how)
    assert sys.modules[type(model).__module__].fast is None


def test_a_config_of_code_serves_a_family_in_another_framework(tmp_path: Path) -> None:
    from loadstone.architectures.tasks import BARE
    from loadstone.configs.load_options import Options
    from loadstone.pipeline.resolve import Request, resolve
    from loadstone.pipeline.select_class import AutoTarget, FromFamily, pick
    from loadstone.reporting.load_report import LoadReport

    code = "from transformers import BertConfig\n\n\nclass Mine(BertConfig):\n    pass\n"
    values = {"model_type": "bert", "auto_map": {"AutoConfig": "configuration_mine.Mine"}}
    folder = write(tmp_path, {"config.json": json.dumps(values), "configuration_mine.py": code})
    (folder / "model.safetensors").write_bytes(save({"x": torch.zeros(1)}))
    target = AutoTarget("FlaxAutoModel", BARE)
    resolved = resolve(Request(folder, target, Options(trust_remote_code=True), {}), LoadReport(source=str(folder)))
    assert isinstance(resolved.config, loadstone.BertConfig) and type(resolved.config).__name__ == "Mine"
    assert isinstance(pick(target, "flax", resolved.config, resolved.gate), FromFamily)
