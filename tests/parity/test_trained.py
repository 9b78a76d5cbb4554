"""Two small trained checkpoints from ../shared/data: real configs, real weights, real text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import loadstone

from .reference import assert_close

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def folder_of(name: str) -> Path:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: the trained checkpoints may not be redistributed")
    return folder


@pytest.fixture(params=["stories260k-llama", "capp-gpt2"])
def folder(request: pytest.FixtureRequest) -> Path:
    return folder_of(request.param)


def both(folder: Path, **options: Any) -> tuple[Any, Any]:
    """Our model and transformers' from the same folder."""
    ours = loadstone.AutoModelForCausalLM.from_pretrained(folder, **options).eval()
    reference = transformers.AutoModelForCausalLM.from_pretrained(folder, **options).eval()
    return ours, reference


def prompts(vocab: int) -> torch.Tensor:
    return torch.randint(3, vocab - 3, (2, 40), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_trained_logits_equal_the_reference(folder: Path, attention: str) -> None:
    ours, reference = both(folder, attn_implementation=attention)
    ids = prompts(ours.config.vocab_size)
    with torch.no_grad():
        assert_close(ours(input_ids=ids).logits, reference(input_ids=ids).logits, "logits")


def test_trained_greedy_text_equals_the_reference(folder: Path) -> None:
    ours, reference = both(folder)
    ids = prompts(ours.config.vocab_size)[:, :9]
    mask = torch.ones_like(ids)
    mask[1, :4] = 0
    pad = reference.config.pad_token_id
    options: dict[str, Any] = {"attention_mask": mask, "max_new_tokens": 40, "do_sample": False}
    expected = reference.generate(ids, pad_token_id=2 if pad is None else pad, **options)
    assert ours.generate(ids, **options).tolist() == expected.tolist()


def test_trained_weights_survive_a_round_trip(folder: Path, tmp_path: Path) -> None:
    ours, reference = both(folder)
    ours.save_pretrained(tmp_path)
    again, info = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    expected = reference.state_dict()
    state = again.state_dict()
    assert state.keys() == expected.keys()
    assert [name for name in expected if not state[name].equal(expected[name])] == []


def test_config_keys_that_no_family_knows_are_kept(folder: Path, tmp_path: Path) -> None:
    loadstone.AutoConfig.from_pretrained(folder).save_pretrained(tmp_path)
    before = json.loads((folder / "config.json").read_text())
    after = json.loads((tmp_path / "config.json").read_text())
    spelled_anew = {"torch_dtype", "rope_theta", "rope_scaling", "transformers_version"}
    lost = {key: value for key, value in before.items() if key not in spelled_anew and after.get(key) != value}
    assert lost == {}


def test_llama_tells_a_story() -> None:
    folder = folder_of("stories260k-llama")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder)
    ids = torch.tensor([tokenizer.encode("Once upon a time").ids])
    text = tokenizer.decode(model.generate(ids, max_new_tokens=40, do_sample=False)[0].tolist())
    assert text.strip().startswith("Once upon a time, there was a little girl named")
