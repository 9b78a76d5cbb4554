"""Stochastic depth (arXiv:1603.09382): while training some rows have nothing added, and the rest more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import loadstone

SIZES: dict[str, Any] = dict(
    hidden_size=8, num_hidden_layers=1, num_attention_heads=2, mlp_ratio=1, image_size=4, patch_size=4
)


@pytest.mark.parametrize("prefix", ["", "Flax", "TF"])
def test_a_row_gets_a_step_whole_or_not_at_all(prefix: str, tmp_path: Path) -> None:
    config = loadstone.Dinov2Config(**SIZES, drop_path_rate=0.5)
    plain = loadstone.Dinov2Model(config)
    with torch.no_grad():
        plain.get_parameter("encoder.layer.0.layer_scale2.lambda1").zero_()  # only attention adds anything
    plain.save_pretrained(tmp_path)
    pixels = torch.randn(40, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    shown = plain.eval()(pixels, output_hidden_states=True).hidden_states
    whole = (shown[1] - shown[0]).detach()
    steps = trained(prefix, tmp_path, pixels)
    rows = [
        next(share for share in (0, 2) if torch.allclose(step, share * row, atol=1e-5))
        for step, row in zip(steps, whole, strict=True)
    ]
    assert 4 < rows.count(0) < 36


def trained(prefix: str, folder: Path, pixels: torch.Tensor) -> torch.Tensor:
    """What the layer adds to each row while training."""
    model = getattr(loadstone, f"{prefix}Dinov2Model").from_pretrained(folder)
    if not prefix:
        torch.manual_seed(0)
        shown = model.train()(pixels, output_hidden_states=True).hidden_states
        return (shown[1] - shown[0]).detach()
    if prefix == "Flax":
        import jax

        out = model(pixels.numpy(), train=True, dropout_rng=jax.random.key(0), output_hidden_states=True)
    else:
        out = model(pixels.numpy(), training=True, output_hidden_states=True)
    first, last = (torch.tensor(each.__array__()) for each in out.hidden_states)
    return last - first
