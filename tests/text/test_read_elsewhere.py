"""Tokenizers that only a class of transformers reads: its own object where it is installed, else our error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from text.folders import train_sentencepiece

import loadstone
from loadstone.errors import TokenizerError


def letters(folder: Path) -> Path:
    """wav2vec 2.0's: a vocabulary of letters."""
    spelled = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVKXJQZ"]
    (folder / "vocab.json").write_text(json.dumps({letter: index for index, letter in enumerate(spelled)}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "Wav2Vec2CTCTokenizer"}))
    return folder


def marian(folder: Path) -> Path:
    """Marian's: two SentencePiece models, one for each language, and the ids of both in a file of their own."""
    import sentencepiece

    pieces = ["</s>", "<unk>"]
    for name in ("source.spm", "target.spm"):
        train_sentencepiece(folder / "one.model", "unigram")
        (folder / "one.model").rename(folder / name)
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / name))
        pieces += [model.id_to_piece(index) for index in range(3, model.get_piece_size())]
    ids = {piece: index for index, piece in enumerate(dict.fromkeys([*pieces, "<pad>"]))}
    (folder / "vocab.json").write_text(json.dumps(ids))
    settings = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


@pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
@pytest.mark.parametrize(("write", "text"), [(letters, "HELLO WORLD"), (marian, "the cat sat on a mat")])
def test_transformers_reads_what_is_not_read_here(
    tmp_path: Path, write: object, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write(tmp_path)  # type: ignore[operator]
    import transformers

    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    with caplog.at_level("INFO", logger="loadstone"):
        ours = loadstone.AutoTokenizer.from_pretrained(folder)
    assert type(ours) is type(theirs)
    assert ours(text)["input_ids"] == theirs(text)["input_ids"] != []
    assert f"the tokenizer is transformers' {type(theirs).__name__}" in caplog.text


def test_without_transformers_an_error_names_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadstone.pipeline.auto_tokenizer.is_installed", lambda: False)
    with pytest.raises(TokenizerError, match=r"no tokenizer.json there.*pip install \"loadstone\[transformers\]\""):
        loadstone.AutoTokenizer.from_pretrained(letters(tmp_path))
    train_sentencepiece(tmp_path / "spiece.model", "unigram")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "NllbTokenizer"}))
    with pytest.raises(TokenizerError, match=r"how NllbTokenizer splits texts is not known.*pip install"):
        loadstone.AutoTokenizer.from_pretrained(tmp_path)


def test_what_nobody_reads_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "Wav2Vec2CTCTokenizer"}))
    with pytest.raises(TokenizerError, match=r"no tokenizer\.json there"):
        loadstone.AutoTokenizer.from_pretrained(tmp_path)


def test_half_a_vocabulary_of_a_class_that_is_known_stays_an_error(tmp_path: Path) -> None:
    """Of ``vocab.json`` without its merges transformers makes a tokenizer that splits texts into bytes."""
    (tmp_path / "vocab.json").write_text("{}")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(TokenizerError, match=r"no tokenizer\.json there"):
        loadstone.AutoTokenizer.from_pretrained(tmp_path)
