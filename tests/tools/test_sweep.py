"""``make sweep`` loads every model type of transformers; here a few types, the same each time, and its own parts."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

TOOLS = Path(__file__).parents[2] / "tools"
NAMED = (
    *("deberta-v2", "detr", "speecht5", "falcon_h1", "llava", "marian"),
    *("mixtral", "qwen3_moe", "gpt_oss"),  # stacked experts
    *("kimi_k25", "mistral_large4", "step3p7"),  # rotary halves permuted
    *("inkling2", "chinese_clip"),
)
"""Each stands for a way in which a checkpoint differs from the model: names, parts, ties, buffers, values."""
SAMPLED, SEED = 20, 21


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("sweep")


def part(sweep: ModuleType, name: str) -> ModuleType:
    return importlib.import_module(f"{sweep.__name__}.{name}")


@pytest.mark.long
def test_models_of_transformers_are_loaded_bit_for_bit(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sweep", "--results", str(tmp_path), "--only", *NAMED]
    done = subprocess.run(
        [*command, "--sample", str(SAMPLED), "--seed", str(SEED)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TOOLS), *sys.path])},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "float32").glob("*.json")}
    assert len(found) == len(NAMED) + SAMPLED
    cases = [(name, case) for name, result in found.items() for case in result["cases"]]
    assert {case["verdict"] for name, case in cases if name in NAMED} == {"right"}
    built = [(name, case["verdict"], case["why"]) for name, case in cases if case["verdict"] != "not built"]
    assert [each for each in built if each[1] != "right"] == []
    assert len(built) > len(cases) * 0.8
    assert sum(case["forward"] == "equal" for _, case in cases) > len(built) / 2


@pytest.mark.long
def test_a_worker_that_ends_without_a_word_leaves_a_verdict_and_the_others_their_work(
    sweep: ModuleType, tmp_path: Path
) -> None:
    types, workers = part(sweep, "types"), part(sweep, "workers")
    asked = [types.ModelType(name, ("AutoModel",), "text") for name in ("well", "killed", "raising")]

    def work(model_type: object) -> list[dict[str, str]]:
        if model_type.name == "killed":  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGTERM)
        if model_type.name == "raising":  # type: ignore[attr-defined]
            raise MemoryError("no room")
        return [{"auto": "AutoModel", "verdict": "right"}]

    found = {each["type"]: each["cases"][0] for each in workers.run_all(asked, work, tmp_path, jobs=2)}
    assert found["well"]["verdict"] == "right"
    assert found["killed"]["verdict"] == found["raising"]["verdict"] == "crashed"
    assert "signal 15" in found["killed"]["why"] and "no room" in found["raising"]["why"]
    assert all(workers.read(tmp_path, name) for name in found)


class Pair(torch.nn.Module):
    """A parameter, one that is the same, and two buffers, one of which is not saved."""

    def __init__(self, tied: bool = True) -> None:
        super().__init__()
        self.one = torch.nn.Parameter(torch.arange(4.0))
        self.other = self.one if tied else torch.nn.Parameter(torch.arange(4.0))
        self.register_buffer("kept", torch.tensor([1.0, float("nan")]))
        self.register_buffer("made", torch.arange(3), persistent=False)
        self.eval()


def test_equal_models_have_no_differences_and_nan_equals_itself(sweep: ModuleType) -> None:
    judge, compare = part(sweep, "judge").judge, part(sweep, "compare")
    assert judge(Pair(), Pair(), compare.held(Pair()), Pair()).faults == ()


def test_each_kind_of_difference_is_found(sweep: ModuleType) -> None:
    judge, compare = part(sweep, "judge").judge, part(sweep, "compare")

    def faults(ours: torch.nn.Module) -> str:
        return " ".join(judge(Pair(), Pair(), compare.held(Pair()), ours).faults)

    assert "ties missing: memory = one = other" in faults(Pair(tied=False))
    assert "training mode" in faults(Pair().train())
    ours = Pair()
    with torch.no_grad():
        ours.one[2] = torch.nextafter(ours.one[2], torch.tensor(9.0))
    assert "one parameter with other values" in faults(ours)
    ours = Pair()
    ours.made = ours.made + 1
    assert "made buffer that is not saved with other values" in faults(ours)
    ours = Pair()
    ours.kept = ours.kept.to(torch.bfloat16)
    assert "kept buffer in torch.bfloat16, not torch.float32" in faults(ours)
    ours = Pair()
    ours.one.requires_grad_(False)
    assert "one parameter that is not trained" in faults(ours)


def test_what_transformers_leaves_to_chance_or_alters_is_told_apart(sweep: ModuleType) -> None:
    judge, compare = part(sweep, "judge").judge, part(sweep, "compare")
    built, reference, again = Pair(), Pair(), Pair()
    again.made = torch.tensor([7, 7, 7])
    with torch.no_grad():
        reference.one[0] = again.one[0] = 5.0
    found = judge(built, reference, compare.held(again), Pair())
    assert found.faults == () and found.truth is built
    assert any("leaves uninitialized made" in note for note in found.notes)
    assert any("alters one" in note and "gives what is stored" in note for note in found.notes)


def test_a_config_is_made_small_and_keeps_one_layer_of_each_kind(sweep: ModuleType) -> None:
    values = {
        "model_type": "some",
        "num_hidden_layers": 12,
        "layer_types": ["linear", "linear", "linear", "full"] * 3,
        "hidden_size": 4096,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "eos_token_id": 100_000,
        "text_config": {"model_type": "inner", "pad_token_id": 100_000, "bos_token_id": 100_001, "head_dim": 128},
        "tie_word_embeddings": True,
    }
    small = part(sweep, "tiny").shrunk(values)
    assert small["layer_types"] == ["linear", "full"] and small["num_hidden_layers"] == 2
    assert small["hidden_size"] == 64 and small["num_attention_heads"] == 4 and small["num_key_value_heads"] == 2
    assert small["text_config"]["pad_token_id"] == small["eos_token_id"] != small["text_config"]["bos_token_id"]
    assert small["text_config"]["head_dim"] == 16 and small["tie_word_embeddings"] is True
