"""A GGUF file that is converted holds the model that the file itself gives, for every family."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import pytest
import torch

import loadstone

from .gguf_writing import ARCHITECTURES, write_gguf
from .reference import Store, assert_close
from .test_gguf import WIDE, auto, case_of, outputs, reference_of


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_a_converted_file_loads_to_the_same_numbers(store: Store, family: str, tmp_path: Path) -> None:
    case = case_of(family, "wide", **{key: width for key, width in WIDE.items() if key in case_of(family).config})
    packed = write_gguf(reference_of(store, case), tmp_path / "packed.gguf", gguf.GGMLQuantizationType.Q8_0)
    made = loadstone.convert(packed, tmp_path / "a", dtype="float32", verify=True)
    assert made.unpacked
    found = auto(case).from_pretrained(tmp_path / "a", attn_implementation="eager")
    expected = auto(case).from_pretrained(packed, attn_implementation="eager")
    assert found.config.to_dict() | {"torch_dtype": None} == expected.config.to_dict() | {"torch_dtype": None}
    for name, tensor in expected.state_dict().items():
        if "pooler" not in name:  # no file has it
            torch.testing.assert_close(found.state_dict()[name], tensor, rtol=0, atol=0, msg=name)
    assert_close(outputs(found, case), outputs(expected, case), case.id)
    assert loadstone.diff(packed, tmp_path / "a", ignore_dtype=True).is_empty


def test_a_real_file_brings_its_tokenizer(smollm2: Path, tmp_path: Path) -> None:
    import transformers

    from loadstone import AutoTokenizer

    loadstone.convert(smollm2, tmp_path, dtype="bfloat16")
    text = "Where does the cat sit?"
    expected = AutoTokenizer.from_pretrained(smollm2).encode(text)
    assert AutoTokenizer.from_pretrained(tmp_path).encode(text) == expected
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert theirs(text).input_ids == expected
    assert "<|im_start|>user" in theirs.apply_chat_template([{"role": "user", "content": text}], tokenize=False)
    assert json.loads((tmp_path / "config.json").read_text())["torch_dtype"] == "bfloat16"


def test_a_file_without_a_tokenizer_says_so(store: Store, tmp_path: Path) -> None:
    path = write_gguf(reference_of(store, case_of("llama")), tmp_path / "x.gguf")
    made = loadstone.convert(tmp_path, tmp_path / "a", gguf_file="x.gguf", format="msgpack", verify=True)
    assert len(made.left_out) == 1 and "tokenizer.ggml" in made.left_out[0]
    assert loadstone.diff(path, tmp_path / "a", ignore_dtype=True).is_empty
