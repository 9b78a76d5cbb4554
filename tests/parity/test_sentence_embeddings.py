"""Folders of sentence-transformers as models: what they give, how they are saved, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_server import the_hub

import loadstone
from loadstone.architectures.parallel import tensor_parallel
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    InvalidConfig,
    LockMismatch,
    MissingTensors,
    ShapeMismatch,
    UnknownModelType,
)
from loadstone.lockfile.lockfile import lock_sources

from .sentence_folders import LEFT, MODES, NORMALIZE, RIGHT, TEXTS, Module, add_modules, dense, encoder, pooled, pooling

PREFIXES = ("", "Flax", "TF")
WIDE = (pooling(*MODES), dense(96, 8), NORMALIZE)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encoder(tmp_path_factory.mktemp("bert"))


@pytest.fixture
def copied(bert: Path, tmp_path: Path) -> Path:
    """The encoder in a folder of the test's own."""
    return Path(shutil.copytree(bert, tmp_path / "copied"))


@pytest.fixture(scope="module")
def wide(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All ways to pool, a map and vectors of length 1."""
    folder = Path(shutil.copytree(bert, tmp_path_factory.mktemp("wide") / "model"))
    return add_modules(folder, WIDE)


def load(folder: Any, prefix: str = "", **keywords: Any) -> Any:
    return getattr(loadstone, f"{prefix}AutoModelForSentenceEmbedding").from_pretrained(folder, **keywords)


def vectors(model: Any, given: dict[str, np.ndarray] = RIGHT) -> np.ndarray:
    """``sentence_embedding`` as NumPy has it."""
    if hasattr(model, "named_modules"):
        import torch

        with torch.no_grad():
            found = model(**{name: torch.from_numpy(array) for name, array in given.items()})
            return np.asarray(found.sentence_embedding.float().numpy())
    return np.asarray(model(**given).sentence_embedding)


def states(folder: Path, given: dict[str, np.ndarray]) -> np.ndarray:
    """The hidden states of transformers' encoder."""
    import torch
    import transformers

    model = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        found = model(**{name: torch.from_numpy(array) for name, array in given.items()})
    return np.asarray(found.last_hidden_state.numpy())


def expected(folder: Path, given: dict[str, np.ndarray]) -> np.ndarray:
    """Of :data:`WIDE`."""
    x, mask = states(folder, given), given["attention_mask"]
    parts = np.concatenate([pooled(x, mask, mode) for mode in MODES], -1)
    weights = WIDE[1][2]
    y = np.tanh(parts @ weights["linear.weight"].T + weights["linear.bias"])
    return np.asarray(y / np.linalg.norm(y, axis=-1, keepdims=True))


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("given", [RIGHT, LEFT], ids=["right", "left"])
def test_all_ways_to_pool_on_both_sides_of_padding(wide: Path, given: dict[str, np.ndarray], prefix: str) -> None:
    model = load(wide, prefix)
    assert type(model).__name__ == f"{prefix}BertForSentenceEmbedding"
    np.testing.assert_allclose(vectors(model, given), expected(wide, given), atol=1e-5)


def test_without_modules_the_mean_is_taken_and_one_line_says_so(bert: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = vectors(load(bert))
    np.testing.assert_allclose(found, pooled(states(bert, RIGHT), RIGHT["attention_mask"], "mean"), atol=1e-5)
    assert [each for each in caplog.messages if "modules.json" in each and "mean" in each]


def test_older_keys_older_spellings_and_tokens_that_do_not_count(copied: Path) -> None:
    keys = {"word_embedding_dimension": 16, "pooling_mode_max_tokens": True, "pooling_mode_cls_token": True}
    add_modules(copied, [("Pooling", keys, {})])
    text = (copied / "modules.json").read_text()
    (copied / "modules.json").write_text(text.replace("models.Pooling", "sentence_transformer.modules.pooling.Pooling"))
    x, mask = states(copied, RIGHT), RIGHT["attention_mask"]
    both = np.concatenate([pooled(x, mask, mode) for mode in ("cls", "max")], -1)
    model = load(copied)
    np.testing.assert_allclose(vectors(model), both, atol=1e-5)
    counted = mask.copy()
    counted[:, :2] = 0  # a prompt
    both = np.concatenate([pooled(x, counted, mode) for mode in ("cls", "max")], -1)
    np.testing.assert_allclose(vectors(model, {**RIGHT, "pooling_mask": counted}), both, atol=1e-5)


def test_the_encoder_may_lie_in_a_folder_of_its_own(bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    shutil.copytree(bert, folder / "0_Transformer")
    add_modules(folder, WIDE)
    listed = json.loads((folder / "modules.json").read_text())
    listed[0]["path"] = "0_Transformer"
    (folder / "modules.json").write_text(json.dumps(listed))
    np.testing.assert_allclose(vectors(load(folder)), expected(bert, RIGHT), atol=1e-5)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_saved_folder_is_the_same_model_in_every_framework(wide: Path, tmp_path: Path, prefix: str) -> None:
    settings = {"prompts": {"query": "q: "}, "similarity_fn_name": "cosine"}
    model = load(wide, prefix)
    model.config.sentence_transformers["settings"] = settings
    for _ in range(2):  # into a new folder, and over what is there
        model.save_pretrained(tmp_path / "saved")
    names = {path.relative_to(tmp_path / "saved").as_posix() for path in (tmp_path / "saved").rglob("*.*")}
    assert names == {
        *("config.json", "model.safetensors", "modules.json", "config_sentence_transformers.json"),
        *("1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "3_Normalize/config.json"),
    }
    config = json.loads((tmp_path / "saved/config.json").read_text())
    assert config["architectures"] == ["BertModel"] and "sentence_transformers" not in config
    assert {*loadstone.open_checkpoint(wide)} == {*loadstone.open_checkpoint(tmp_path / "saved")}
    again = load(tmp_path / "saved")
    assert again.config.sentence_transformers["settings"] == settings
    np.testing.assert_allclose(vectors(again), expected(wide, RIGHT), atol=1e-5)


def test_other_formats_are_written_too(wide: Path, tmp_path: Path) -> None:
    load(wide).save_pretrained(tmp_path / "pytorch", safe_serialization=False)
    load(wide, "Flax").save_pretrained(tmp_path / "msgpack", format="msgpack")
    for name in ("pytorch", "msgpack"):
        np.testing.assert_allclose(vectors(load(tmp_path / name)), expected(wide, RIGHT), atol=1e-5)


def test_offloaded_planned_cast_and_swapped_as_any_model(wide: Path, copied: Path, tmp_path: Path) -> None:
    forecast = loadstone.plan(wide, head="sentence-embedding", device_map="cpu")
    names = {module.name for module in forecast.modules}
    assert any(name.startswith("2_Dense") for name in names), names
    split = {"bert": "disk", "1_Pooling": "cpu", "2_Dense": "cpu", "3_Normalize": "cpu"}
    offloaded = load(wide, device_map=split, offload_folder=tmp_path / "offload")
    np.testing.assert_allclose(vectors(offloaded), expected(wide, RIGHT), atol=1e-5)
    halves = load(wide, dtype="bfloat16")
    assert str(halves.state_dict()["2_Dense.linear.weight"].dtype) == "torch.bfloat16"
    np.testing.assert_allclose(vectors(halves), expected(wide, RIGHT), atol=0.05)
    model = load(wide)
    other = [WIDE[0], ("Dense", WIDE[1][1], {name: -array for name, array in WIDE[1][2].items()}), NORMALIZE]
    model.swap_weights(add_modules(copied, other))
    np.testing.assert_allclose(vectors(model), -expected(wide, RIGHT), atol=1e-5)
    shutil.rmtree(copied / "3_Normalize")
    add_modules(shutil.move(copied, tmp_path / "other") and encoder(copied), WIDE[:2])
    with pytest.raises(InvalidConfig, match="sentence_transformers"):
        model.swap_weights(copied)


def test_load_into_fills_all_of_it(wide: Path) -> None:
    model = loadstone.AutoModelForSentenceEmbedding.from_config(load(wide).config).eval()
    loadstone.load_into(model, wide)
    np.testing.assert_allclose(vectors(model), expected(wide, RIGHT), atol=1e-5)


def test_a_lock_holds_every_file_of_it(wide: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(wide, tmp_path / "model"))
    lock = tmp_path / "loadstone.lock"
    made = lock_sources([folder], lock)
    made.write()
    assert {"modules.json", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"} <= {
        *made.sources["model"].files
    }
    load(folder, lock=lock)
    for name in ("1_Pooling/config.json", "modules.json"):
        before = (folder / name).read_text()
        (folder / name).write_text(f"{before} ")
        with pytest.raises(LockMismatch, match=name):
            load(folder, lock=lock)
        (folder / name).write_text(before)
    weights = folder / "2_Dense/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with pytest.raises(LockMismatch, match=r"2_Dense/model\.safetensors"):
        load(folder, lock=lock)


def test_learned_projections_train(wide: Path) -> None:
    import torch

    model = load(wide).train()
    model(**{name: torch.from_numpy(array) for name, array in RIGHT.items()}).sentence_embedding.sum().backward()
    for name in ("2_Dense.linear.weight", "bert.embeddings.word_embeddings.weight"):
        assert model.get_parameter(name).grad.isfinite().all()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_splade_weighs_the_tokens_of_the_vocabulary(tmp_path: Path, prefix: str) -> None:
    import torch
    import transformers

    folder = encoder(tmp_path / "splade", "BertForMaskedLM")
    keys = {"pooling_strategy": "max", "activation_function": "relu", "word_embedding_dimension": 14}
    add_modules(folder, [("SpladePooling", keys, {})], transformer_task="fill-mask")
    reference = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = reference(**{name: torch.from_numpy(array) for name, array in RIGHT.items()}).logits.numpy()
    weights = np.log1p(np.maximum(logits, 0) * RIGHT["attention_mask"][..., None]).max(1)
    model = load(folder, prefix)
    np.testing.assert_allclose(vectors(model), weights, atol=1e-5)
    model.save_pretrained(tmp_path / "saved")
    assert {*loadstone.open_checkpoint(folder)} == {*loadstone.open_checkpoint(tmp_path / "saved")}
    np.testing.assert_allclose(vectors(load(tmp_path / "saved")), weights, atol=1e-5)


def test_a_model_of_ones_own_begins_as_the_modules_of_pytorch_do() -> None:
    config = loadstone.AutoConfig.for_model("bert", vocab_size=14, hidden_size=16, num_attention_heads=2)
    config.sentence_transformers = {
        "modules": [
            {"type": f"sentence_transformers.models.{kind}", "config": keys}
            for kind, keys, _ in (("Transformer", {}, {}), pooling("mean"), dense(16, 4096))
        ]
    }
    weight = loadstone.AutoModelForSentenceEmbedding.from_config(config).get_parameter("2_Dense.linear.weight").detach()
    assert float(weight.abs().max()) <= 0.25 and float(weight.std()) == pytest.approx(0.25 / 3**0.5, rel=0.02)


def _edit(folder: Path, name: str, **keys: Any) -> None:
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **keys}))


@pytest.mark.parametrize(
    ("name", "keys", "said"),
    [
        ("1_Pooling/config.json", {"pooling_mode": "median"}, "median"),
        ("1_Pooling/config.json", {"pooling_mode": 3}, "pooling_mode"),
        ("1_Pooling/config.json", {"include_prompt": "no"}, "include_prompt"),
        ("2_Dense/config.json", {"in_features": 95}, "96, the width"),
        ("2_Dense/config.json", {"in_features": True}, "in_features"),
        ("2_Dense/config.json", {"out_features": 0}, "out_features"),
        ("2_Dense/config.json", {"activation_function": "os.system"}, "os.system"),
        ("2_Dense/config.json", {"activation_function": "torch.nn.modules.loss.MSELoss"}, "MSELoss"),
        ("2_Dense/config.json", {"module_input_name": "pictures"}, "pictures"),
    ],
)
def test_a_module_that_makes_no_sense_is_named(wide: Path, tmp_path: Path, name: str, keys: Any, said: str) -> None:
    folder = Path(shutil.copytree(wide, tmp_path / "model"))
    _edit(folder, name, **keys)
    with pytest.raises(InvalidConfig, match=said) as raised:
        load(folder)
    assert f"module {name[0]}" in str(raised.value)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ({}, "a JSON list"),
        ([], "from 1 to"),
        ([3], "module 0"),
        ([{"type": "sentence_transformers.models.Transformer", "path": "../x"}], "in this folder"),
        ([{"type": "sentence_transformers.models.Transformer", "path": "/x"}], "in this folder"),
        ([{"type": "sentence_transformers.models.BoW", "path": ""}], "BoW"),
        ([{"type": "sentence_transformers.models.Transformer", "path": ""}], "Pooling"),
    ],
)
def test_a_list_of_modules_that_makes_no_sense_is_refused(copied: Path, listed: Any, said: str) -> None:
    (copied / "modules.json").write_text(json.dumps(listed))
    with pytest.raises(InvalidConfig, match=said):
        load(copied)


def test_modules_of_others_and_missing_files_are_named(wide: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(wide, tmp_path / "model"))
    text = (folder / "modules.json").read_text()
    (folder / "modules.json").write_text(text.replace("sentence_transformers.models.Normalize", "custom_st.Fancy"))
    with pytest.raises(InvalidConfig, match=r"custom_st\.Fancy"):
        load(folder)
    (folder / "modules.json").write_text(text)
    (folder / "2_Dense/model.safetensors").unlink()
    with pytest.raises(CheckpointNotFound, match="2_Dense"):
        load(folder)
    shutil.copy(wide / "2_Dense/model.safetensors", folder / "2_Dense")
    _edit(folder, "2_Dense/config.json", out_features=9)
    with pytest.raises(ShapeMismatch, match=r"2_Dense\.linear\.weight"):
        load(folder)
    _edit(folder, "2_Dense/config.json", out_features=8, use_residual=True)
    with pytest.raises(MissingTensors, match=r"2_Dense\.residual\.weight"):
        load(folder)
    (folder / "1_Pooling/config.json").unlink()  # as sentence-transformers has it: the mean
    with pytest.raises(InvalidConfig, match="16, the width"):
        load(folder)


def test_what_reads_no_text_has_no_such_class(tmp_path: Path) -> None:
    import transformers

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    transformers.ViTModel(transformers.ViTConfig(image_size=8, patch_size=4, **sizes)).save_pretrained(tmp_path)
    with pytest.raises(UnknownModelType, match="sentence-embedding"):
        load(tmp_path)


def test_a_language_models_head_is_split_over_devices_as_without_modules(tmp_path: Path) -> None:
    folder = encoder(tmp_path / "splade", "BertForMaskedLM")
    plain = loadstone.AutoModelForMaskedLM.from_pretrained(folder)
    add_modules(folder, [("SpladePooling", {}, {})], transformer_task="fill-mask")
    assert tensor_parallel(load(folder).component) == tensor_parallel(plain.component)


def test_a_mask_that_shows_pairs_does_not_say_what_to_pool(wide: Path) -> None:
    mask = np.ones((3, 1, 7, 7), bool)
    with pytest.raises(ArgumentError, match="pooling_mask"):
        vectors(load(wide), {"input_ids": RIGHT["input_ids"], "attention_mask": mask})


PROMPTS = {"prompts": {"query": "where is ", "document": ""}, "default_prompt_name": None}


@pytest.fixture(scope="module")
def prompted(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose texts may be so long, and whose prompts do not count."""
    folder = Path(shutil.copytree(bert, tmp_path_factory.mktemp("prompted") / "model"))
    modules = [pooling(*MODES, include_prompt=False), dense(96, 8)]
    return add_modules(folder, modules, PROMPTS, max_seq_length=8, do_lower_case=True)


def test_the_pipeline_says_prompts_cuts_texts_and_normalizes(prompted: Path, caplog: pytest.LogCaptureFixture) -> None:
    embed = loadstone.pipeline(model=prompted)
    assert embed.task == "sentence-embedding"
    plain = embed(TEXTS, batch_size=3)
    assert np.linalg.norm(plain, axis=-1) == pytest.approx(1)
    assert embed("THE cat SAT") == pytest.approx(plain[0], abs=1e-5)
    raw = np.array(embed(TEXTS[0], normalize_embeddings=False))
    assert raw / np.linalg.norm(raw) == pytest.approx(plain[0], abs=1e-5)
    assert embed(TEXTS[0], normalize_embeddings=False, truncate_dim=3) == pytest.approx(raw[:3], abs=1e-5)
    named = embed(TEXTS[0], prompt_name="query")
    assert named == pytest.approx(embed(TEXTS[0], prompt="where is "), abs=1e-6) and named != plain[0]
    assert embed("the cat sat on the mat") == pytest.approx(plain[1], abs=1e-5)  # which is cut, and one line says so
    assert [each for each in caplog.messages if "8 tokens" in each] == [
        "1 of 3 texts have more than 8 tokens, the most of this model: cut."
    ]
    for wrong, said in (({"prompt_name": "question"}, "'query'"), ({"truncate_dim": 0}, "truncate_dim")):
        with pytest.raises(ArgumentError, match=said):
            embed("the cat", **wrong)


def test_the_pipeline_takes_an_encoder_that_is_loaded_and_refuses_one_that_lacks_its_modules(
    bert: Path, prompted: Path
) -> None:
    expected = loadstone.pipeline("sentence-embedding", bert)("the cat")
    for prefix in PREFIXES:
        model = getattr(loadstone, f"{prefix}AutoModel").from_pretrained(bert)
        assert loadstone.pipeline("sentence-embedding", model)("the cat") == pytest.approx(expected, abs=1e-5)
    with pytest.raises(ArgumentError, match="AutoModelForSentenceEmbedding"):
        loadstone.pipeline("sentence-embedding", loadstone.AutoModel.from_pretrained(prompted))


def test_tokens_that_are_made_otherwise_are_refused(prompted: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(prompted, tmp_path / "model"))
    text = {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}
    _edit(folder, "sentence_bert_config.json", modality_config={**text, "message": text["text"]})
    with pytest.raises(ArgumentError, match="message"):
        loadstone.pipeline(model=folder)("the cat")


def test_from_the_hub_come_the_files_of_all_modules(
    wide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        files = {path.relative_to(wide).as_posix(): path.read_bytes() for path in wide.rglob("*") if path.is_file()}
        hub.add("o/wide", files)
        np.testing.assert_allclose(vectors(load("o/wide")), expected(wide, RIGHT), atol=1e-5)
        lock_sources(["o/wide"], tmp_path / "lock").write()
        load("o/wide", lock=tmp_path / "lock")
        np.testing.assert_allclose(vectors(load("o/wide", stream=True)), expected(wide, RIGHT), atol=1e-5)


# Against the library itself, whose import takes its time


@pytest.mark.long
@pytest.mark.parametrize("side", ["right", "left"])
def test_vectors_are_those_of_the_library(prompted: Path, tmp_path: Path, side: str) -> None:
    from sentence_transformers import SentenceTransformer

    folder = Path(shutil.copytree(prompted, tmp_path / "model"))
    _edit(folder, "tokenizer_config.json", padding_side=side, tokenizer_class="PreTrainedTokenizerFast")
    theirs = SentenceTransformer(str(folder), device="cpu")
    for keywords in ({}, {"prompt_name": "query"}, {"prompt": "is the "}, {"truncate_dim": 5}):
        found = theirs.encode([*TEXTS, " ".join(TEXTS)], normalize_embeddings=True, **keywords)
        for framework in ("pt", "jax", "tf"):
            ours = loadstone.pipeline(model=folder, framework=framework)
            texts = [*TEXTS, " ".join(TEXTS)]
            np.testing.assert_allclose(ours(texts, batch_size=4, **keywords), found, atol=1e-5)


@pytest.mark.long
@pytest.mark.parametrize(
    ("class_name", "keys", "modules"),
    [
        ("MPNetModel", {}, [pooling("mean"), NORMALIZE]),
        ("RobertaModel", {"max_position_embeddings": 26}, [pooling("cls"), ("LayerNorm", {"dimension": 16}, {})]),
        ("XLMRobertaModel", {"max_position_embeddings": 26}, [pooling("mean"), ("Dropout", {"dropout": 0.2}, {})]),
        (
            "ModernBertModel",
            {"cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3},
            [pooling("mean")],
        ),
        ("Qwen3Model", {"num_key_value_heads": 1, "head_dim": 8}, [pooling("lasttoken"), NORMALIZE]),
        (
            "Gemma3TextModel",
            {"num_key_value_heads": 1, "head_dim": 8, "use_bidirectional_attention": True, "sliding_window": 4},
            [pooling("mean"), *(dense(*sizes, False, "linear.Identity") for sizes in ((16, 24), (24, 8))), NORMALIZE],
        ),
        (
            "T5EncoderModel",
            {"d_model": 16, "d_ff": 24, "num_heads": 2, "num_layers": 2, "d_kv": 8},
            [pooling("mean"), dense(16, 8, False, "linear.Identity"), NORMALIZE],
        ),
        (
            "DistilBertModel",
            {"dim": 16, "hidden_dim": 24, "n_layers": 2, "n_heads": 2},
            [
                dense(16, 12, True, "activation.GELU", module_input_name="token_embeddings", use_residual=True),
                pooling("max", "mean", width=12),
                dense(24, 24, True, "activation.ReLU", use_residual=True),
            ],
        ),
        (
            "BertModel",
            {"output_hidden_states": True},
            [
                ("WeightedLayerPooling", {"embedding_dimension": 16, "num_hidden_layers": 2, "layer_start": 1}, {}),
                pooling("mean"),
            ],
        ),
    ],
)
def test_encoders_of_all_kinds_are_those_of_the_library(
    tmp_path: Path, class_name: str, keys: Any, modules: list[Module]
) -> None:
    from sentence_transformers import SentenceTransformer

    made = []
    for kind, config, weights in modules:
        extra = {"norm.weight": np.linspace(0.5, 2, 16), "norm.bias": np.linspace(-1, 1, 16)}
        extra = extra if kind == "LayerNorm" else {"layer_weights": np.array([1.0, 3.0])}
        extra = extra if kind in ("LayerNorm", "WeightedLayerPooling") else {}
        if config.get("use_residual") and config["in_features"] != config["out_features"]:
            extra["residual.weight"] = np.linspace(-1, 1, config["in_features"] * config["out_features"]).reshape(
                config["out_features"], config["in_features"]
            )
        made.append((kind, config, {**weights, **{name: each.astype(np.float32) for name, each in extra.items()}}))
    folder = add_modules(encoder(tmp_path / "model", class_name, **keys), made)
    _edit(folder, "tokenizer_config.json", tokenizer_class="PreTrainedTokenizerFast", model_max_length=20)
    theirs = SentenceTransformer(str(folder), device="cpu").encode(TEXTS)
    for framework in ("pt", "jax", "tf"):
        ours = loadstone.pipeline(model=folder, framework=framework)
        np.testing.assert_allclose(ours(TEXTS, batch_size=3, normalize_embeddings=False), theirs, atol=1e-4)
    ours = load(folder)
    ours.save_pretrained(tmp_path / "saved")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, tmp_path / "saved")
    again = SentenceTransformer(str(tmp_path / "saved"), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(again, theirs, atol=1e-5)


@pytest.mark.long
@pytest.mark.parametrize(("strategy", "function"), [("max", "relu"), ("sum", "log1p_relu")])
def test_sparse_vectors_are_those_of_the_library(tmp_path: Path, strategy: str, function: str) -> None:
    from sentence_transformers import SparseEncoder

    folder = encoder(tmp_path / "splade", "BertForMaskedLM")
    keys = {"pooling_strategy": strategy, "activation_function": function}
    add_modules(folder, [("SpladePooling", keys, {})], {"model_type": "SparseEncoder"}, transformer_task="fill-mask")
    _edit(folder, "tokenizer_config.json", tokenizer_class="PreTrainedTokenizerFast")
    theirs = SparseEncoder(str(folder), device="cpu").encode(TEXTS).to_dense().numpy()
    np.testing.assert_allclose(loadstone.pipeline(model=folder)(TEXTS, batch_size=3), theirs, atol=1e-5)
    load(folder).save_pretrained(tmp_path / "saved")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, tmp_path / "saved")
    again = SparseEncoder(str(tmp_path / "saved"), device="cpu").encode(TEXTS).to_dense().numpy()
    np.testing.assert_allclose(again, theirs, atol=1e-5)
