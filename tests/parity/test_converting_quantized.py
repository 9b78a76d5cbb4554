"""``convert`` with ``quantization_config``, every family, bare or a language model: what the quantized one saves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import loadstone
from loadstone.errors import ArgumentError

from .cases import Case
from .reference import Store, auto_class
from .selections import LAYOUTS, crossed, pairs

CONFIGS: dict[str, Any] = {
    "int8": loadstone.TorchAoConfig("int8"),
    "nf4": loadstone.BitsAndBytesConfig(load_in_4bit=True),
}

INT8 = crossed(pairs("causal_lm", "masked_lm", plain_only=True), ["int8"])
INT8 += crossed(pairs("base", plain_only=True, families=LAYOUTS), ["int8"])
NF4 = [
    pytest.param(*each.values, "nf4", id=f"{each.id}-nf4", marks=pytest.mark.long)
    for each in pairs("base", "causal_lm", "masked_lm", plain_only=True, families=LAYOUTS)
]


@pytest.mark.parametrize(("case", "head", "name"), INT8 + NF4)
def test_the_files_are_those_that_the_quantized_model_saves(
    store: Store, tmp_path: Path, case: Case, head: str, name: str
) -> None:
    folder, made, saved = store.reference(case, head).folder, tmp_path / "made", tmp_path / "saved"
    try:
        model = auto_class(head, loadstone).from_pretrained(folder, quantization_config=CONFIGS[name])
    except ArgumentError as error:  # gpt2 has no linear layer but heads
        assert "no linear layer" in str(error)
        with pytest.raises(ArgumentError, match="no linear layer"):
            loadstone.convert(folder, made, quantization_config=CONFIGS[name])
        return
    model.save_pretrained(saved)
    loadstone.convert(folder, made, quantization_config=CONFIGS[name])
    assert (made / "model.safetensors").read_bytes() == (saved / "model.safetensors").read_bytes()
    told, expected = (json.loads((each / "config.json").read_text()) for each in (made, saved))
    assert told["quantization_config"] == expected["quantization_config"]
