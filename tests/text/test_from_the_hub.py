"""Tokenizers from the Hub: all files of one commit, the cache when nobody can be asked, and locks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub, the_hub
from text.folders import write

from loadstone import AutoTokenizer
from loadstone.errors import HubError, LockMismatch, TokenizerError
from loadstone.lockfile.lockfile import lock_sources

OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        yield hub


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_come_from_one_commit_and_then_from_the_cache(hub: Hub, tmp_path: Path) -> None:
    gpt2, bert = files(write(tmp_path / "gpt2", "gpt2")), files(write(tmp_path / "bert", "bert"))
    hub.add("o/m", {f"inner/{name}": content for name, content in gpt2.items()}, OLD)
    hub.add("o/m", {**bert, "additional_chat_templates/mine.jinja": b"mine", "big.bin": b"x"}, NEW)
    expected = AutoTokenizer.from_pretrained(tmp_path / "bert")
    found = AutoTokenizer.from_pretrained("o/m")
    assert found("the cat") == expected("the cat") and found.name_or_path == "o/m"
    assert found.chat_template == {"mine": "mine"}
    older = AutoTokenizer.from_pretrained("o/m", revision=OLD, subfolder="inner")
    assert older.encode("the cat") == AutoTokenizer.from_pretrained(tmp_path / "gpt2").encode("the cat")
    assert AutoTokenizer.from_pretrained("o/m", local_files_only=True)("the cat") == expected("the cat")
    with pytest.raises(TokenizerError, match=r"'o/m' at commit bbbbbbbbbbbb has none of nowhere/tokenizer\.json"):
        AutoTokenizer.from_pretrained("o/m", subfolder="nowhere")
    with pytest.raises(HubError, match="o/nobody"):
        AutoTokenizer.from_pretrained("o/nobody")


def test_a_lock_lists_a_tokenizers_files_and_refuses_others(tmp_path: Path) -> None:
    import loadstone

    folder = write(tmp_path / "model", "llama")
    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = loadstone.AutoConfig.for_model("llama", vocab_size=1000, **sizes)
    loadstone.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    lock = tmp_path / "loadstone.lock"
    locked = lock_sources([folder], lock)
    locked.write()
    assert {"tokenizer.model", "tokenizer_config.json"} <= locked.sources["model"].files.keys()
    assert AutoTokenizer.from_pretrained(folder, lock=lock).encode("the cat")
    (folder / "chat_template.jinja").write_text("mine")
    with pytest.raises(LockMismatch, match=r"chat_template\.jinja"):
        AutoTokenizer.from_pretrained(folder, lock=lock)


def test_how_a_sentences_tokens_are_pooled_comes_from_the_hub_too(hub: Hub, tmp_path: Path) -> None:
    import json

    import loadstone

    folder = write(tmp_path / "bert", "bert")
    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = loadstone.AutoConfig.for_model("bert", vocab_size=1000, **sizes)
    loadstone.AutoModel.from_config(config).save_pretrained(folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    hub.add("o/bert", files(folder))
    found = loadstone.pipeline("sentence-embedding", "o/bert")("the cat")
    assert found == loadstone.pipeline("sentence-embedding", folder)("the cat")
    (folder / "1_Pooling" / "config.json").unlink()
    assert found != loadstone.pipeline("sentence-embedding", folder)("the cat")
