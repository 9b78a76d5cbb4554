"""ESM: what only it has. Frequencies lie in files, and proteins' masked tokens count as dropped out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.errors import InvalidConfig

from .modal import FRAMEWORKS, Made
from .modal_families.esm import PARITY, inputs

HELD = "rotary_embeddings.inv_freq"


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A file as they lie on the Hub: each layer has the frequencies, here none that a formula gives."""
    made = Made("EsmModel", transformers.EsmConfig(**PARITY.plain), tmp_path_factory.mktemp("esm"))
    held = made.model.rotary_embeddings.inv_freq
    held.copy_(held * 1.01)
    made.model.save_pretrained(made.folder)
    file = made.folder / "model.safetensors"
    stored = {
        name.replace("gamma", "weight").replace("beta", "bias"): value
        for name, value in load_file(file).items()
        if not name.endswith(HELD)
    }
    stored["embeddings.position_embeddings.weight"] = torch.ones(64, 24)
    layers = {f"encoder.layer.{layer}.attention.self.{HELD}": held.clone() for layer in range(2)}
    save_file({f"esm.{name}": value for name, value in (stored | layers).items()}, file, {"format": "pt"})
    return made


def test_the_frequencies_of_older_files_are_those_that_are_computed_with(older: Made) -> None:
    given = inputs("EsmModel", older.model.config)
    older.check(given, "last_hidden_state", "pooler_output", frameworks=FRAMEWORKS)
    report = older.of("torch").load_report
    assert not report.unused
    names = ("embeddings.position_embeddings.weight", f"encoder.layer.1.attention.self.{HELD}")
    assert {*report.leftovers} == {f"esm.{name}" for name in names}


def test_a_file_without_frequencies_has_those_of_the_formula(tmp_path: Path) -> None:
    made = Made("EsmModel", transformers.EsmConfig(**PARITY.plain), tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    save_file(
        {name: value for name, value in stored.items() if not name.endswith(HELD)}, tmp_path / "model.safetensors"
    )
    made.check(inputs("EsmModel", made.model.config), "last_hidden_state", frameworks=("torch", "flax"))
    assert made.of("torch").load_report.initialized == {}


def test_frequencies_stay_exact_in_half_precision(older: Made) -> None:
    exact = older.model.rotary_embeddings.inv_freq
    model = loadstone.EsmModel.from_pretrained(older.folder, dtype=torch.bfloat16)
    assert model.dtype == torch.bfloat16
    assert model.rotary_embeddings.inv_freq.equal(exact)
    flax = loadstone.FlaxEsmModel.from_pretrained(older.folder, dtype="bfloat16")
    assert np.array_equal(np.asarray(flax.rotary_embeddings.inv_freq[...]), exact.numpy())
    keras = loadstone.TFEsmModel.from_pretrained(older.folder, dtype="bfloat16")
    held = next(each for each in keras.variables if "inv_freq" in each.path)
    assert np.array_equal(np.asarray(held), exact.numpy())


def test_vectors_in_place_of_ids_are_taken_as_they_are(older: Made) -> None:
    given = inputs("EsmModel", older.model.config)
    vectors = torch.randn(2, 13, 24, generator=torch.Generator().manual_seed(3))
    older.check({"inputs_embeds": vectors, "attention_mask": given["attention_mask"]}, "last_hidden_state")


def test_a_protein_of_masked_tokens_alone_has_numbers(older: Made) -> None:
    """transformers divides by how many are left, which is none."""
    with torch.no_grad():
        out = older.of("torch")(torch.full((1, 5), older.model.config.mask_token_id))
    assert out.last_hidden_state.isfinite().all()


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ({"is_folding_model": True}, "is_folding_model"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type"),
        ({"mask_token_id": None}, "mask_token_id"),
    ],
)
def test_what_is_not_computed_is_refused_by_name(keys: dict[str, object], named: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=named):
        loadstone.EsmConfig(**{**PARITY.plain, **keys})
