"""The guide's snippets of custom models, with only the import changed, against a Hub served on this machine.

The repository has the guide's id and commit, the code of the "Customize models" guide, and a ResNet-50-D of timm with
random weights. timm imports torchvision, of which there is no build for a PyTorch without CUDA: its Python files are
installed beside the others (see the Makefile), and the two kernels that they expect are declared, never run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub
from remote_code.repositories import RESNET_CONFIG, RESNET_MODEL, config_json

GUIDE = Path(__file__).parents[3] / "shared" / "guide.txt"
ID, COMMIT = "sgugger/custom-resnet50d", "ed94a7c6247d8aedce4647f00f20de6875b5b292"
SNIPPETS = {
    "trust": """\
from loadstone import AutoModelForImageClassification

model = AutoModelForImageClassification.from_pretrained("sgugger/custom-resnet50d", trust_remote_code=True)
""",
    "a pinned commit": """\
from loadstone import AutoModelForImageClassification

commit_hash = "ed94a7c6247d8aedce4647f00f20de6875b5b292"
model = AutoModelForImageClassification.from_pretrained(
    "sgugger/custom-resnet50d", trust_remote_code=True, revision=commit_hash
)
""",
}
KERNELS = """\
import importlib.util, torch
if importlib.util.find_spec("torchvision") and not torch.version.cuda:
    declared = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        declared.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""
MAKE = """
import sys
from safetensors.torch import save_file
from timm.models.resnet import Bottleneck, ResNet
torch.manual_seed(0)
model = ResNet(Bottleneck, [3, 4, 6, 3], stem_width=32, stem_type="deep", avg_down=True).eval()
save_file({"model." + name: tensor for name, tensor in model.state_dict().items()}, sys.argv[1])
with torch.no_grad():
    torch.save(model(torch.ones(1, 3, 64, 64)), sys.argv[2])
"""
CHECK = """
import sys
assert type(model).__name__ == "ResnetModelForImageClassification" and type(model.model).__module__.startswith("timm.")
assert model.config.stem_type == "deep" and model.config.auto_map
with torch.no_grad():
    logits = model(torch.ones(1, 3, 64, 64))["logits"]
expected = torch.load({expected!r})
assert torch.allclose(logits, expected, atol=1e-4, rtol=1e-4), (logits - expected).abs().max()
model.save_pretrained({saved!r})
again = AutoModelForImageClassification.from_pretrained({saved!r}, trust_remote_code=True)
with torch.no_grad():
    assert torch.allclose(again(torch.ones(1, 3, 64, 64))["logits"], logits, atol=1e-4, rtol=1e-4)
"""


def run(code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    beside = Path(sys.prefix) / "torchvision"
    env = {**os.environ, "PYTHONPATH": str(beside), "HF_HUB_DISABLE_TELEMETRY": "1", **environment}
    return subprocess.run(
        [sys.executable, "-c", KERNELS + code, *map(str, arguments)], env=env, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, Path]]:
    folder = tmp_path_factory.mktemp("resnet")
    done = run(MAKE, folder / "model.safetensors", folder / "expected.pt")
    assert done.returncode == 0, done.stderr
    hub = Hub()
    config = {
        "model_type": "resnet",
        "architectures": ["ResnetModelForImageClassification"],
        "auto_map": {
            "AutoConfig": "configuration_resnet.ResnetConfig",
            "AutoModelForImageClassification": "modeling_resnet.ResnetModelForImageClassification",
        },
        **{"block_type": "bottleneck", "layers": [3, 4, 6, 3], "stem_width": 32, "stem_type": "deep", "avg_down": True},
    }
    files = {
        "config.json": config_json(**config),
        "configuration_resnet.py": RESNET_CONFIG.encode(),
        "modeling_resnet.py": RESNET_MODEL.encode(),
        "model.safetensors": (folder / "model.safetensors").read_bytes(),
    }
    hub.add(ID, files, COMMIT)
    yield hub, folder
    hub.stop()


@pytest.mark.long
@pytest.mark.parametrize("name", SNIPPETS)
def test_custom_model_of_the_guide_runs(name: str, resnet: tuple[Hub, Path], tmp_path: Path) -> None:
    hub, folder = resnet
    check = CHECK.format(expected=str(folder / "expected.pt"), saved=str(tmp_path / "saved"))
    home = {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0", "HF_ENDPOINT": hub.address}
    done = run(SNIPPETS[name] + check, **home)
    assert done.returncode == 0, done.stderr
    assert (COMMIT in done.stderr) == (name == "trust")  # the line that says what to pin
    again = run(SNIPPETS[name], **home | {"HF_HUB_OFFLINE": "1"})
    assert again.returncode == 0, again.stderr


@pytest.mark.long
def test_custom_model_of_the_guide_does_not_run_untrusted(resnet: tuple[Hub, Path], tmp_path: Path) -> None:
    hub, _ = resnet
    untrusted = SNIPPETS["trust"].replace(", trust_remote_code=True", "")
    done = run(untrusted, HF_HOME=str(tmp_path), HF_HUB_OFFLINE="0", HF_ENDPOINT=hub.address)
    assert done.returncode == 1 and "UntrustedCode" in done.stderr
    assert not list(tmp_path.rglob("*.py"))


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet_of_a_custom_model_is_word_for_word_the_guides(name: str) -> None:
    if not GUIDE.is_file():
        pytest.skip(f"an extra test: {GUIDE} is not on this machine")
    lines = set(GUIDE.read_text("utf-8").splitlines())
    ours = [line.replace("from loadstone", "from transformers") for line in SNIPPETS[name].splitlines()]
    assert [line for line in ours if line not in lines] == []
