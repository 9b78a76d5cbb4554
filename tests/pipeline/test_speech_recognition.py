"""The pipeline that writes down what is said, beside transformers'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import loadstone
from loadstone.errors import ArgumentError

LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFG"]
RATE = 16000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("ctc")
    torch.manual_seed(0)
    config = transformers.Wav2Vec2Config(
        **dict(hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=10, vocab_size=12),
        **dict(conv_dim=[8, 8], conv_kernel=[4, 3], conv_stride=[3, 2]),
        **dict(num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2, feat_extract_norm="layer"),
        initializer_range=1.0,
    )
    transformers.Wav2Vec2ForCTC(config).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps({letter: index for index, letter in enumerate(LETTERS)}))
    transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json")).save_pretrained(folder)
    transformers.Wav2Vec2FeatureExtractor(
        feature_size=1, sampling_rate=RATE, padding_value=0.0, do_normalize=True, return_attention_mask=True
    ).save_pretrained(folder)
    return folder


def sounds() -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(count).astype(np.float32) for count in (400, 173, 260)]


def said(folder: Path) -> list[dict[str, str]]:
    """By transformers, one sound after another, each whole."""
    import transformers

    theirs = transformers.pipeline("automatic-speech-recognition", str(folder), device="cpu")
    return [theirs(sound) for sound in sounds()]


@pytest.mark.parametrize("framework", ["pt", *(pytest.param(each, marks=pytest.mark.long) for each in ("jax", "tf"))])
def test_what_is_said_is_what_transformers_hears(folder: Path, framework: str) -> None:
    expected = said(folder)
    assert all(each["text"] for each in expected)
    pipe = loadstone.pipeline("automatic-speech-recognition", folder, framework=framework)
    assert pipe(sounds()) == expected
    assert pipe(sounds(), batch_size=3) == expected, "padding says nothing"
    assert pipe({"raw": sounds()[1], "sampling_rate": RATE}) == expected[1]


def test_a_loaded_model_finds_what_lies_beside_it(folder: Path) -> None:
    model = loadstone.AutoModelForCTC.from_pretrained(folder).eval()
    pipe = loadstone.pipeline("automatic-speech-recognition", model)
    assert pipe(sounds()[0]) == said(folder)[0]
    assert loadstone.pipeline(model=folder).task == "automatic-speech-recognition"


def test_what_is_no_sound_is_refused(folder: Path) -> None:
    pipe = loadstone.pipeline("automatic-speech-recognition", folder)
    for given, match in (
        ("a.wav", "files are for a library"),
        ({"raw": sounds()[0], "sampling_rate": 8000}, "resample"),
        (np.zeros(3, int), "floating-point"),
        ([np.zeros((2, 3), np.float32)], "one-dimensional"),
    ):
        with pytest.raises(ArgumentError, match=match):
            pipe(given)
    with pytest.raises(ArgumentError, match="feature_extractor"):
        loadstone.pipeline("fill-mask", folder, feature_extractor=folder)
