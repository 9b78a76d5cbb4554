"""Whether two stored tensors hold the same numbers: whatever they are stored in, reading no more than needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from checkpoint.test_gguf_open import write
from safetensors.torch import save_file

import loadstone
from loadstone.errors import CorruptCheckpoint
from loadstone.materialize.equality import stored_alike
from loadstone.materialize.reader import TensorReader

HEAD, TABLE = "lm_head.weight", "model.embed_tokens.weight"
TENSOR = torch.arange(-6, 6, dtype=torch.float32).reshape(3, 4)
NOT_NUMBERS = torch.tensor([float("nan"), 1.0])


def alike(folder: Path, one: torch.Tensor, other: torch.Tensor) -> bool:
    save_file({"one": one, "other": other.clone()}, folder / "model.safetensors")
    opened = loadstone.open_checkpoint(folder)
    return stored_alike(opened["one"], opened["other"])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (TENSOR, TENSOR.clone(), True),
        (TENSOR, TENSOR + (torch.arange(12).reshape(3, 4) == 11), False),
        (TENSOR, TENSOR.to(torch.bfloat16), True),
        (TENSOR + 0.001, (TENSOR + 0.001).to(torch.bfloat16), False),  # rounded
        (TENSOR.half(), TENSOR.to(torch.float8_e4m3fn), True),
        (NOT_NUMBERS, NOT_NUMBERS.clone(), True),
        (NOT_NUMBERS, NOT_NUMBERS.half(), True),
        (TENSOR, TENSOR.reshape(4, 3), False),
        (torch.empty(0, 3), torch.empty(0, 3), True),
        (torch.tensor(2.0), torch.tensor(3.0), False),
    ],
    ids=["same", "last differs", "wider", "rounded", "float8", "nan", "nan wider", "shape", "empty", "one number"],
)
def test_tensors_are_alike_where_their_numbers_are(
    one: torch.Tensor, other: torch.Tensor, expected: bool, tmp_path: Path
) -> None:
    assert alike(tmp_path, one, other) is expected


def test_reading_stops_at_the_first_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = TensorReader._bytes

    def counting(self: TensorReader, tensor: Any, start: int, stop: int, is_passing: bool = False) -> Any:
        read.append(stop - start)
        return real(self, tensor, start, stop, is_passing)

    monkeypatch.setattr(TensorReader, "_bytes", counting)
    large = torch.zeros(5 << 19)
    assert alike(tmp_path, large, large.clone()) and sum(read) == 2 * large.nbytes and max(read) == 2 << 20
    read.clear()
    assert not alike(tmp_path, large, large + 1) and sum(read) == 4 << 20
    read.clear()
    assert not alike(tmp_path, large, large[:-1]) and not read


def test_a_file_cut_short_meanwhile_is_named(tmp_path: Path) -> None:
    save_file({"one": TENSOR, "other": TENSOR.clone()}, tmp_path / "model.safetensors")
    opened = loadstone.open_checkpoint(tmp_path)
    with open(tmp_path / "model.safetensors", "r+b") as file:
        file.truncate(opened["one"].offset + 10)
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors"):
        stored_alike(opened["one"], opened["other"])


def _copied(values: Any, tensors: dict[str, Any]) -> None:
    tensors["output.weight"] = tensors["token_embd.weight"]


def _rounded(values: Any, tensors: dict[str, Any]) -> None:
    """Numbers that a block of eight bits holds exactly."""
    tensors["token_embd.weight"] = np.random.default_rng(0).integers(-127, 128, (64, 32)).astype(np.float32)
    tensors["token_embd.weight"][:, 0] = 127
    tensors["output.weight"] = tensors["token_embd.weight"]


@pytest.mark.parametrize("dequantize", [None, False], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("change", "kinds", "is_tied"),
    [
        (lambda values, tensors: None, {}, False),
        (_copied, {}, True),
        (_rounded, {"output.": np.float16}, True),  # two packings, the same numbers
        (_copied, {"output.": gguf.GGMLQuantizationType.Q4_0}, False),
    ],
    ids=["different", "same", "same in two packings", "rounded in one"],
)
def test_a_gguf_file_with_a_head_under_a_config_that_says_tied(
    change: Callable[..., None], kinds: Any, is_tied: bool, dequantize: bool | None, tmp_path: Path
) -> None:
    path = write(tmp_path / "model.gguf", change, kinds=kinds)
    model = loadstone.AutoModelForCausalLM.from_pretrained(path, tie_word_embeddings=True, dequantize=dequantize)
    plain = loadstone.AutoModelForCausalLM.from_pretrained(path)
    ids = torch.tensor([[1, 5, 9]])
    with torch.no_grad():
        assert torch.allclose(model(ids).logits, plain(ids).logits, atol=0.02)
    assert model.config.tie_word_embeddings is is_tied and bool(model.load_report.untied) is not is_tied
