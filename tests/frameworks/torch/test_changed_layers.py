"""PyTorch's own ways to change layers: quantizing, pruning, parametrizations, parameters from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from torch import nn
from torch.nn.utils import parametrize, prune


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(tiny.IDS).logits
    return found


@pytest.mark.parametrize("model", [tiny.llama(), tiny.bert()], ids=["llama", "bert"])
def test_dynamic_quantization_takes_every_linear_layer(model: Any) -> None:
    count = sum(type(module) is nn.Linear for module in model.modules())
    quantized = torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    kinds = [type(module) for module in quantized.modules()]
    assert count > 12 and kinds.count(torch.ao.nn.quantized.dynamic.Linear) == count and nn.Linear not in kinds
    expected, found = logits(model), logits(quantized)
    assert not torch.equal(found, expected)
    assert (found - expected).abs().max() < 0.1 * expected.abs().max()


def test_a_dynamically_quantized_model_writes() -> None:
    quantized = torch.ao.quantization.quantize_dynamic(tiny.llama(), {nn.Linear}, dtype=torch.qint8)
    assert quantized.generate(tiny.IDS, max_new_tokens=3, do_sample=False).shape == (2, 9)


def test_weight_norm_and_spectral_norm_hold_linear_layers() -> None:
    model, plain = tiny.llama(), logits(tiny.llama())
    layer = model.model.layers[0]
    nn.utils.parametrizations.weight_norm(layer.mlp.up_proj)
    torch.testing.assert_close(logits(model), plain)
    assert "model.layers.0.mlp.up_proj.parametrizations.weight.original0" in model.state_dict()
    parametrize.remove_parametrizations(layer.mlp.up_proj, "weight")
    torch.testing.assert_close(logits(model), plain)
    nn.utils.parametrizations.spectral_norm(layer.self_attn.o_proj)
    assert not torch.allclose(logits(model), plain)


class Doubled(nn.Module):
    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight * 2


def test_a_norm_of_a_family_can_be_parametrized() -> None:
    model, other = tiny.llama(), tiny.llama()
    parametrize.register_parametrization(model.model.norm, "weight", Doubled())
    with torch.no_grad():
        other.model.norm.weight.mul_(2)
    torch.testing.assert_close(logits(model), logits(other))
    assert type(model.model.norm).__name__ == "ParametrizedLlamaRMSNorm"


def test_pruned_weights_stay_zero_and_the_rest_is_trained() -> None:
    model = tiny.llama()
    down = [(layer.mlp.down_proj, "weight") for layer in model.model.layers]
    prune.global_unstructured(down, pruning_method=prune.L1Unstructured, amount=0.5)
    assert 0.45 < torch.cat([layer.weight.flatten() == 0 for layer, _ in down]).float().mean() < 0.55
    model(tiny.IDS, labels=tiny.IDS).loss.backward()
    first = down[0][0]
    assert first.weight_orig.grad[first.weight == 0].abs().max() == 0
    before = logits(model)
    for layer, name in down:
        prune.remove(layer, name)
    torch.testing.assert_close(logits(model), before)


def test_a_model_computes_with_parameters_from_elsewhere() -> None:
    model, other = tiny.llama(), tiny.llama(seed=1)
    with torch.no_grad():
        found = torch.func.functional_call(model, dict(other.named_parameters()), (tiny.IDS,))
    torch.testing.assert_close(found.logits, logits(other))


@pytest.mark.long
def test_layers_that_were_compiled_by_themselves_run_in_a_model_that_was_not() -> None:
    model, expected = tiny.llama(), logits(tiny.llama())
    model.model.layers[0].compile(backend="eager", fullgraph=True)
    model.model.layers[1] = torch.compile(model.model.layers[1], backend="eager", fullgraph=True)
    torch.testing.assert_close(logits(model), expected)
    torch._dynamo.reset()  # type: ignore[no-untyped-call]
