"""Holds tokenizers that come in packages of the index against transformers: every id, offset and text equal.

``python tools/tokenizers_of_packages.py`` fetches the packages into ``build/tokenizers`` with pip (60 MB, no
dependencies, nothing is installed), makes folders of them as the Hub has them, and prints a line for each. It ends with
status 1 where one differs.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import transformers

import loadstone

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from text.gguf.samples import LINES, corpus  # noqa: E402  a test's module

PLACE = ROOT / "build" / "tokenizers"
PACKAGES = {
    "ai21-tokenizer": "1.1.0",
    "anthropic": "0.38.0",
    "clip-anytorch": "2.6.0",
    "dashscope": "2.0.2",
    "litellm": "1.110.2",
    "mistral-common": "1.13.1",
    "openai-whisper": "20250625",
}
GENERIC = {"tokenizer_class": "PreTrainedTokenizerFast"}
LLAMA = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "legacy": False}
WHISPER = (
    *("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>"),
    *("<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"),
)
MISTRAL = (
    "tokenizer.model.v1",
    "mistral_instruct_tokenizer_240323.model.v3",
    "mistral_instruct_tokenizer_241114.model.v7",
)


def unpacked(package: str) -> Path:
    """The files of a package."""
    folder = PLACE / package
    if not folder.is_dir():
        fetched = PLACE / "fetched" / package
        wanted = f"{package}=={PACKAGES[package]}"
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", fetched, wanted], check=True)
        (archive,) = fetched.iterdir()
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(folder)
        else:
            with tarfile.open(archive) as source:
                source.extractall(folder, filter="data")
    return folder


def file_in(package: str, name: str) -> Path:
    """One file of a package, by its name."""
    return next(unpacked(package).rglob(name))


def byte_letters() -> dict[int, str]:
    """Byte → letter: printable Latin-1 stands for itself, the others for letters from 256 on."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in own]
    return {**{byte: chr(byte) for byte in own}, **{byte: chr(256 + place) for place, byte in enumerate(others)}}


def copied(path: Path, name: str, settings: dict[str, Any]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        shutil.copy(path, folder / name)
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))

    return write


def of_tiktoken(path: Path, special: tuple[str, ...], class_name: str) -> Callable[[Path], None]:
    """``vocab.json`` and ``merges.txt`` of ranked bytes: each token's merge is the one that its bytes end in."""

    def parts(ranks: dict[bytes, int], token: bytes) -> list[bytes]:
        pieces = [bytes([byte]) for byte in token]
        while len(pieces) > 2:
            pairs = [(ranks.get(left + right, 1 << 60), index) for index, (left, right) in enumerate(pairwise(pieces))]
            rank, index = min(pairs)
            if rank >= ranks[token]:
                break
            pieces[index : index + 2] = [pieces[index] + pieces[index + 1]]
        return pieces

    def write(folder: Path) -> None:
        spelled = byte_letters()
        lines = (line.split() for line in path.read_bytes().splitlines() if line)
        ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
        names = {token: "".join(spelled[byte] for byte in token) for token in ranks}
        made = (
            [names[part] for part in parts(ranks, token)]
            for token in sorted(ranks, key=ranks.__getitem__)
            if len(token) > 1
        )
        merges = [" ".join(pieces) for pieces in made if len(pieces) == 2]
        vocabulary = {names[token]: rank for token, rank in ranks.items()}
        vocabulary |= {name: len(vocabulary) + place for place, name in enumerate(special)}
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
        (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": class_name}))

    return write


def of_clip(path: Path) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        merges = gzip.decompress(path.read_bytes()).decode().split("\n")[1 : 49152 - 256 - 2 + 1]
        spelled = byte_letters()
        begins = [*spelled.values(), *(f"{letter}</w>" for letter in spelled.values())]
        tokens = [*begins, *(merge.replace(" ", "") for merge in merges), "<|startoftext|>", "<|endoftext|>"]
        (folder / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(tokens)}))
        (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer"}))

    return write


def cases() -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Name → what writes the folder."""
    for name in MISTRAL:
        yield f"{name} as Llama's", copied(file_in("mistral-common", name), "tokenizer.model", LLAMA)
        yield f"{name} by itself", copied(file_in("mistral-common", name), "tokenizer.model", GENERIC)
    yield "Jurassic-2", copied(file_in("ai21-tokenizer", "j2-tokenizer.model"), "tokenizer.model", GENERIC)
    yield "Claude 2", copied(file_in("anthropic", "tokenizer.json"), "tokenizer.json", GENERIC)
    yield "DeepSeek", copied(file_in("litellm", "deepseek_tokenizer.json"), "tokenizer.json", GENERIC)
    yield "CLIP", of_clip(file_in("clip-anytorch", "bpe_simple_vocab_16e6.txt.gz"))
    yield "GPT-2", of_tiktoken(file_in("openai-whisper", "gpt2.tiktoken"), ("<|endoftext|>",), "GPT2Tokenizer")
    yield "Whisper", of_tiktoken(file_in("openai-whisper", "multilingual.tiktoken"), WHISPER, "WhisperTokenizer")
    special = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    yield "Qwen", of_tiktoken(file_in("dashscope", "qwen.tiktoken"), special, "Qwen2Tokenizer")


def texts(special: list[str]) -> Iterator[str]:
    """The corpus of the tests, and its lines with special tokens and blanks put together at random."""
    pieces = [*LINES, *special, "  ", "\n", "\t", "\x00", "the cat", "<s>", "[INST]", "ﷺ", "e\u0301", "\u200d"]
    chosen = random.Random(0)
    yield from corpus()[:40]
    for _ in range(250):
        yield "".join(chosen.choice(pieces) for _ in range(chosen.randint(1, 6)))


def differences(ours: Any, theirs: Any) -> list[str]:
    """What differs."""
    facts = ("special_tokens_map", "all_special_ids", "extra_special_tokens", "vocab_size", "padding_side")
    found = [name for name in facts if getattr(ours, name) != getattr(theirs, name)]
    for text in texts(theirs.all_special_tokens[:8]):
        mine = ours(text, return_offsets_mapping=True, verbose=False)
        expected = theirs(text, return_offsets_mapping=True, verbose=False)
        if dict(mine) != dict(expected):
            found.append(f"ids or offsets of {text[:40]!r}")
        for skip in (True, False):
            ids = expected["input_ids"]
            if ours.decode(ids, skip_special_tokens=skip) != theirs.decode(ids, skip_special_tokens=skip):
                found.append(f"text of {text[:40]!r}")
    return found


def main() -> int:
    """1 where one differs."""
    status = 0
    for name, write in cases():
        folder = PLACE / "folders" / name.replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write(folder)
        began = time.perf_counter()
        ours = loadstone.AutoTokenizer.from_pretrained(folder)
        loaded = time.perf_counter()
        theirs = transformers.AutoTokenizer.from_pretrained(folder)
        ended = time.perf_counter()
        found = differences(ours, theirs)
        status |= bool(found)
        said = "equal" if not found else f"{len(found)} differences, such as {found[0]}"
        print(
            f"{name}: {len(ours)} tokens, {loaded - began:.2f} s and {ended - loaded:.2f} s to load: {said}", flush=True
        )
    return status


if __name__ == "__main__":
    sys.exit(main())
