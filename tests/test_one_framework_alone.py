"""Each framework alone: loading in one never asks for another, and works where the others are not installed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import thin_environment


@dataclass(frozen=True)
class Alone:
    """A framework without the others."""

    prefix: str
    extra: str
    requirements: tuple[str, ...]
    """What the extra brings, where a smaller package does as well."""
    others: tuple[str, ...]
    """Top-level packages that it has no business with."""


ALL = {
    "torch": Alone("", "torch", ("torch",), ("flax", "jax", "keras", "tensorflow", "h5py")),
    "flax": Alone("Flax", "flax", ("flax", "jax", "ml_dtypes"), ("keras", "tensorflow", "torch", "h5py")),
    "tensorflow": Alone("TF", "tensorflow", ("keras", "ml_dtypes", "tensorflow-cpu"), ("flax", "jax", "torch")),
}

WATCH = """
import importlib.machinery, json, sys
others = {others!r}

class Watch:
    '''Others are not found, as if they were not installed; who asked is written down.'''
    asked = []
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in others:
            return None
        frame = sys._getframe(1)
        while frame.f_globals["__name__"].partition(".")[0] == "importlib":
            frame = frame.f_back
        self.asked.append([frame.f_globals["__name__"], name])
        raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Watch())
"""

USE = """
import loadstone
for folder in {folders!r}:
    model = loadstone.{prefix}AutoModelForCausalLM.from_pretrained(folder)
    assert type(model).__name__ == "{prefix}LlamaForCausalLM"
    logits = model(input_ids=IDS).logits
    assert tuple(logits.shape) == (1, 4, 64)
    ids = model.generate(input_ids=IDS, max_new_tokens=3, do_sample=False)
    assert tuple(ids.shape) == (1, 7)
    model.save_pretrained({out!r})
"""

INPUTS = {
    "torch": "import torch\nIDS = torch.tensor([[5, 6, 7, 8]])",
    "flax": "import jax.numpy\nIDS = jax.numpy.array([[5, 6, 7, 8]])",
    "tensorflow": "import tensorflow\nIDS = tensorflow.constant([[5, 6, 7, 8]])",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The same model as safetensors and as PyTorch's own format."""
    from frameworks.torch import tiny

    root = tmp_path_factory.mktemp("alone")
    model = tiny.llama()
    return [
        str(tiny.saved(model, root / "safetensors")),
        str(tiny.saved(model, root / "bin", safe_serialization=False)),
    ]


def run(python: str | Path, code: str, folder: Path) -> str:
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.parametrize("framework", ALL)
def test_loading_in_one_framework_never_asks_for_another(folders: list[str], tmp_path: Path, framework: str) -> None:
    """The framework itself may look for others (TensorFlow's lite does for jax); Loadstone does not."""
    alone = ALL[framework]
    code = "\n".join(
        [
            WATCH.format(others=set(alone.others)),
            INPUTS[framework],
            USE.format(folders=folders, prefix=alone.prefix, out=str(tmp_path / "out")),
            "assert [each for each in Watch.asked if each[0].partition('.')[0] == 'loadstone'] == [], Watch.asked",
            "print(*sorted({name.partition('.')[0] for name in sys.modules}))",
        ]
    )
    loaded = set(run(sys.executable, code, tmp_path).split())
    assert loaded & {*alone.others, "transformers", "accelerate"} == set()
    assert framework in loaded


@pytest.mark.parametrize("framework", ALL)
def test_importing_a_framework_room_asks_only_for_its_own(tmp_path: Path, framework: str) -> None:
    """Every module of the room, so also those that this load did not need; but for the bridge, which is for those who
    have transformers, and that library looks for all frameworks."""
    code = WATCH.format(others=set(ALL[framework].others)) + (
        f"import importlib, pkgutil, loadstone.frameworks.{framework} as room\n"
        "names = [module.name for module in pkgutil.walk_packages(room.__path__, room.__name__ + '.')]\n"
        "for name in names:\n"
        "    if '.bridge.' not in name:\n"
        "        importlib.import_module(name)\n"
        "assert [each for each in Watch.asked if each[0].partition('.')[0] == 'loadstone'] == [], Watch.asked\n"
        "print(*sys.modules)"
    )
    assert f"loadstone.frameworks.{framework}.adapter" in run(sys.executable, code, tmp_path).split()


@pytest.mark.long
@pytest.mark.parametrize("framework", ALL)
def test_one_framework_works_where_the_others_are_not_installed(
    folders: list[str], tmp_path: Path, framework: str
) -> None:
    """A virtual environment with Loadstone and this framework only: it loads, runs and saves; the others say what
    to install."""
    alone = ALL[framework]
    python = thin_environment.make(tmp_path / "venv", alone.requirements)
    run(python, f"from importlib.util import find_spec\nassert not any(map(find_spec, {alone.others!r}))", tmp_path)
    use = USE.format(folders=folders, prefix=alone.prefix, out=str(tmp_path / "out"))
    run(python, f"{INPUTS[framework]}\n{use}", tmp_path)
    for other in ALL.keys() - {framework}:
        said = run(
            python,
            "import loadstone\n"
            f"for name in ('{ALL[other].prefix}LlamaForCausalLM', '{ALL[other].prefix}AutoModelForCausalLM'):\n"
            "    try:\n"
            f"        getattr(loadstone, name).from_pretrained({folders[0]!r})\n"
            "    except loadstone.errors.FrameworkNotInstalled as error:\n"
            "        print(error)",
            tmp_path,
        )
        assert said.count(f"pip install 'loadstone[{ALL[other].extra}]'") == 2, said
