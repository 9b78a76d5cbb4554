"""Tokenizers' files that are damaged, contradict each other, or mean harm: an error of ours, never another's."""

from __future__ import annotations

import base64
import json
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from text.folders import KINDS, write

from loadstone import AutoTokenizer
from loadstone.errors import LoadstoneError, TokenizerError

SEEDS = 25


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = write(tmp_path_factory.mktemp("tokenizers") / name, name)
        return made[name]

    return folder


def damaged(content: bytes, seed: int) -> bytes:
    """A few bytes changed, taken out, doubled or cut off."""
    chosen = random.Random(seed)
    data = bytearray(content)
    for _ in range(chosen.choice((1, 1, 2, 8))):
        place = chosen.randrange(len(data) or 1)
        kind = chosen.randrange(5)
        if kind == 0:
            data[place : place + 1] = bytes([chosen.randrange(256)])
        elif kind == 1:
            del data[place : place + chosen.randrange(1, 9)]
        elif kind == 2:
            data[place:place] = data[place : place + chosen.randrange(1, 40)]
        elif kind == 3:
            data[place : place + 1] = chosen.choice(
                (b'"', b"{", b"\x00", b"\xff\xff\xff\xff\x0f", b"-1", b"null", b"1e999")
            )
        else:
            del data[place:]
    return bytes(data)


@pytest.mark.parametrize("name", ["bert", "roberta", "clip", "llama", "t5", "mbart"])
def test_damage_is_an_error_of_ours_or_none(name: str, folders: Any, tmp_path: Path) -> None:
    folder = folders(name)
    errors = 0
    for file in sorted(path.name for path in folder.iterdir()):
        for seed in range(SEEDS):
            shutil.copytree(folder, tmp_path / "damaged", dirs_exist_ok=True)
            (tmp_path / "damaged" / file).write_bytes(damaged((folder / file).read_bytes(), seed))
            try:
                tokenizer = AutoTokenizer.from_pretrained(tmp_path / "damaged")
                ids = tokenizer("the cat sat <s> 1 é 中", "mat")["input_ids"]
                tokenizer.decode(ids, skip_special_tokens=True)
            except LoadstoneError as error:
                errors += 1
                assert str(tmp_path) in str(error) or "vocabulary" in str(error) or "pad" in str(error), error
    assert errors > SEEDS // 2, "damage is noticed"


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def piece(text: str | bytes, score: float = 0.0, kind: int = 1) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return field(1, field(1, content) + varint(2 << 3 | 5) + struct.pack("<f", score) + field(3, kind))


GOOD = piece("<unk>", kind=2) + piece("a") + piece("b")
MODELS: list[tuple[bytes, str]] = [
    (b"", "one without pieces"),
    (b"\x08", "expected a number, found the end of the data"),
    (GOOD[:-3], r"expected \d+ bytes of field"),
    (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "bytes of field 1, found 0"),
    (b"\xff" * 12, "at most 10 bytes"),
    (b"\x0b", "a wire type of 0, 1, 2 or 5, found 3"),
    (GOOD + piece(""), "piece 3: expected a piece, found an empty one"),
    (GOOD + piece("a"), "pieces 1 and 3 are both 'a'"),
    (GOOD + piece(b"\xff"), "piece 3: expected text in UTF-8"),
    (GOOD + piece("c", float("nan")), "expected a finite score, found nan"),
    (GOOD + piece("c", kind=9), "expected a type from 1 to 6, found 9"),
    (GOOD + field(2, field(40, 7)), "unk_id is 7, and there are 3 pieces"),
    (GOOD + field(2, field(3, 4)), "model_type 4, which is not supported"),
    (GOOD + field(3, field(2, b"\x01")), "precompiled_charsmap: expected at least 4 bytes"),
    (GOOD + field(3, field(2, b"\x04\0\0\0\xff\xff\xff\x7f")), "one that points outside"),
    (piece("a" * 40000) + GOOD + field(2, field(3, 2)), "some of 40000 characters"),
]


@pytest.mark.parametrize(("content", "message"), MODELS, ids=range(len(MODELS)))
def test_a_bad_sentencepiece_model_says_where(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.model").write_bytes(content)
    with pytest.raises(TokenizerError, match=message) as caught:
        AutoTokenizer.from_pretrained(tmp_path)
    assert "tokenizer.model" in str(caught.value)


CONTRADICTIONS: list[tuple[str, dict[str, str], str]] = [
    ("gpt2", {"merges.txt": "#version: 0.2\nzz qq\n"}, r"merges 'zz', 'qq'.*which vocab\.json does not have"),
    ("gpt2", {"merges.txt": "a b c\n"}, r"merges\.txt, line 1: expected two tokens with a blank between"),
    ("gpt2", {"vocab.json": "[1]"}, r"vocab\.json: expected an object, token to id, found list"),
    ("gpt2", {"vocab.json": '{"a": -1}'}, "token 'a': expected an id of at least 0, found -1"),
    ("gpt2", {"vocab.json": '{"a": 0.5}'}, "token 'a': expected an id"),
    ("gpt2", {"vocab.json": "[" * 100000}, r"vocab\.json: expected JSON"),
    ("bert", {"vocab.txt": "a\nb\n"}, r"lacks '\[UNK\]', which BertTokenizer puts around texts"),
    ("bert", {"vocab.txt": "[UNK]\nb\n"}, r"lacks '\[CLS\]', '\[SEP\]'"),
    (
        "xlm-roberta",
        {"tokenizer_config.json": '{"tokenizer_class": "T5Tokenizer"}'},
        "no tokenizer|expected '<unk>' as piece 2",
    ),
    ("llama", {"tokenizer_config.json": '{"tokenizer_class": "T5Tokenizer"}'}, "expected '<unk>' as piece 2|found BPE"),
    ("t5", {"tokenizer_config.json": '{"tokenizer_class": "T5Tokenizer", "extra_ids": -1}'}, "'extra_ids'"),
    ("mbart", {"tokenizer_config.json": '{"tokenizer_class": "MBartTokenizer", "src_lang": "xx"}'}, "src_lang='xx'"),
    ("bert", {"tokenizer_config.json": '{"pad_token": 7}'}, "'pad_token': expected a token"),
    ("bert", {"tokenizer_config.json": '{"pad_token": {"content": 7}}'}, "'pad_token': expected a token"),
    ("bert", {"tokenizer_config.json": '{"model_max_length": "x"}'}, "'model_max_length': expected a number"),
    ("bert", {"tokenizer_config.json": '{"padding_side": "up"}'}, "'padding_side': expected 'left' or 'right'"),
    ("bert", {"tokenizer_config.json": '{"model_input_names": 7}'}, "'model_input_names': expected a list"),
    ("bert", {"tokenizer_config.json": '{"added_tokens_decoder": {"x": "a"}}'}, "'added_tokens_decoder': expected ids"),
    (
        "bert",
        {"tokenizer_config.json": '{"tokenizer_class": "BertTokenizer", "do_lower_case": "yes"}'},
        "'do_lower_case': expected true or false",
    ),
    ("bert", {"added_tokens.json": '{"a": "b"}'}, r"added_tokens\.json: token 'a': expected an id"),
    ("bert", {"config.json": '{"vocab_size": 3}'}, r"vocab\.txt has \d+ tokens, but .*config\.json says vocab_size 3"),
]


@pytest.mark.parametrize(("name", "files", "message"), CONTRADICTIONS, ids=range(len(CONTRADICTIONS)))
def test_files_that_contradict_each_other_are_named(
    name: str, files: dict[str, str], message: str, folders: Any, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(folders(name), tmp_path / "folder"))
    for file, content in files.items():
        (folder / file).write_text(content)
    with pytest.raises(TokenizerError, match=message):
        AutoTokenizer.from_pretrained(folder)


def tokenizer_json(folder: Path, **parts: Any) -> Path:
    """A small ``tokenizer.json`` with these parts."""
    model = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}
    values = {"version": "1.0", "added_tokens": [], "model": model, **parts}
    for name in ("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"):
        values.setdefault(name, None)
    (folder / "tokenizer.json").write_text(json.dumps(values))
    return folder


def test_a_normalization_that_would_end_the_process_is_refused(tmp_path: Path) -> None:
    charsmap = base64.b64encode(b"\x04\0\0\0\xff\xff\xff\x7f").decode()
    folder = tokenizer_json(tmp_path, normalizer={"type": "Precompiled", "precompiled_charsmap": charsmap})
    with pytest.raises(TokenizerError, match=r"tokenizer\.json, precompiled_charsmap: .*points outside"):
        AutoTokenizer.from_pretrained(folder)
    folder = tokenizer_json(tmp_path, normalizer={"type": "Precompiled", "precompiled_charsmap": "?"})
    with pytest.raises(TokenizerError, match="precompiled_charsmap: expected base64"):
        AutoTokenizer.from_pretrained(folder)


def test_a_decoder_at_which_the_library_panics_is_an_error_of_ours(tmp_path: Path) -> None:
    decoder = {"type": "Strip", "content": "a", "start": 0, "stop": 1}
    script = (
        "import loadstone, sys\n"
        f"tokenizer = loadstone.AutoTokenizer.from_pretrained({str(tokenizer_json(tmp_path, decoder=decoder))!r})\n"
        "try:\n    tokenizer.decode([0])\n    print(tokenizer.decode([]))\n"
        "except loadstone.errors.TokenizerError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_folder_that_leads_out_is_refused(folders: Any, tmp_path: Path) -> None:
    with pytest.raises(LoadstoneError, match="leads out of the folder"):
        AutoTokenizer.from_pretrained(folders("bert"), subfolder="../other")
    assert KINDS
