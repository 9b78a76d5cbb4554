"""ViT-MAE and VideoMAE in all three frameworks: what is hidden by chance, positions that are worked out, bad masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from transformers.models.vit_mae.modeling_vit_mae import build_2d_sinusoidal_position_embedding

import loadstone
from loadstone.errors import ArgumentError

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families.videomae import PARITY as FILMS
from .modal_families.videomae import inputs as films
from .modal_families.vit import numbers
from .modal_families.vit_mae import PARITY as PICTURES


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made("ViTMAEForPreTraining", transformers.ViTMAEConfig(**PICTURES.plain), tmp_path_factory.mktemp("mae"))


@pytest.fixture(scope="module")
def films_made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made("VideoMAEForPreTraining", transformers.VideoMAEConfig(**FILMS.plain), tmp_path_factory.mktemp("films"))


def test_positions_start_as_sines_and_cosines_of_columns_then_rows() -> None:
    """As the authors have them; transformers' own class would, if it did not leave too early."""
    model = loadstone.ViTMAEForPreTraining(loadstone.ViTMAEConfig(**PICTURES.plain, mask_ratio=0.5))
    for found, width in ((model.vit.embeddings.position_embeddings, 12), (model.decoder.decoder_pos_embed, 8)):
        rows_first = build_2d_sinusoidal_position_embedding(3, 3, width, cls_token=True)
        expected = torch.cat((rows_first[:, width // 2 :], rows_first[:, : width // 2]), dim=1)
        torch.testing.assert_close(found[0], expected)
        assert not found.requires_grad


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_without_noise_chance_says_what_is_hidden(pictures: Made, framework: str) -> None:
    model, pixels, more = pictures.of(framework), numbers(40, 3, 12, 12), {}
    if framework == "flax":
        import jax

        with pytest.raises(ArgumentError, match="Give noise"):
            SIDES[framework].call(model, pixel_values=pixels)
        more = {"train": True, "dropout_rng": jax.random.key(0)}
    out = SIDES[framework].call(model, pixel_values=pixels, **more)
    assert (out.mask.sum(dim=1) == 7).all(), "of nine patches a quarter is seen, rounded down"
    assert (out.mask.sum(dim=0) > 0).all() and len(out.mask.unique(dim=0)) > 9
    assert (out.ids_restore.sort(dim=1).values == torch.arange(9)).all()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_noise_of_another_number_of_patches_is_named(pictures: Made, framework: str) -> None:
    with pytest.raises(ArgumentError, match=r"noise has shape \(2, 8\), expected \(batch, 9\)"):
        SIDES[framework].call(pictures.of(framework), pixel_values=numbers(2, 3, 12, 12), noise=numbers(2, 8))


def test_the_encoder_reads_pictures_of_other_sizes(pictures: Made) -> None:
    """The decoder too; that of transformers interpolates across the ends of rows, for it forgets that there are any."""
    inputs: dict[str, Any] = {
        "pixel_values": numbers(2, 3, 16, 20),
        "noise": numbers(2, 20),
        "interpolate_pos_encoding": True,
    }
    ours, theirs = pictures.of("torch"), pictures.model
    with torch.no_grad():
        expected = theirs.vit(**inputs).last_hidden_state
        torch.testing.assert_close(ours.vit(**inputs).last_hidden_state, expected, atol=1e-4, rtol=1e-4)
        assert ours(**inputs).logits.shape == (2, 20, 48)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_masks_that_no_film_can_have_are_named(films_made: Made, framework: str) -> None:
    model, call = films_made.of(framework), SIDES[framework].call
    pixels = films("", films_made.model.config)["pixel_values"]
    uneven = torch.tensor([[True] * 3 + [False] * 5, [True] * 4 + [False] * 4])
    for mask, message in (
        (uneven, r"hides \[3, 4\] of 8 tubelets in its rows, expected the same number in each"),
        (torch.ones(2, 8, dtype=torch.bool), "and not all"),
        (torch.zeros(2, 8, dtype=torch.bool), "hides nothing that could be painted"),
        (torch.zeros(2, 7, dtype=torch.bool), r"bool_masked_pos has shape \(2, 7\), expected \(batch, 8\)"),
        (None, "Give bool_masked_pos"),
    ):
        with pytest.raises(ArgumentError, match=message):
            call(model, pixel_values=pixels, bool_masked_pos=mask)
    with pytest.raises(ArgumentError, match=r"expected \(batch, 4, 3, 8, 8\)"):
        call(model, pixel_values=pixels[:, :3], bool_masked_pos=torch.arange(16).reshape(2, 8) % 2 == 0)


def test_a_program_of_jax_s_cannot_know_how_many_are_hidden(films_made: Made) -> None:
    from flax import nnx

    given = {name: value.numpy() for name, value in films("", films_made.model.config).items()}
    with pytest.raises(ArgumentError, match="must be known when a program is compiled"):
        nnx.jit(lambda model, inputs: model(**inputs).loss)(films_made.of("flax"), given)


def test_a_config_s_older_spelling_of_biases_is_read() -> None:
    assert loadstone.VideoMAEConfig(qkv_bias=False).qv_bias is False


def test_a_head_that_paints_is_new_where_a_film_s_body_is_all_there_is(films_made: Made, tmp_path: Path) -> None:
    films_made.of("torch").videomae.save_pretrained(tmp_path)
    model = loadstone.AutoModelForPreTraining.from_pretrained(tmp_path)
    assert {name.split(".")[0] for name in model.load_report.initialized} == {
        "decoder",
        "encoder_to_decoder",
        "mask_token",
    }
