"""Skeletons of transformers' classes: no parameter has memory, every buffer has its values, and nobody else notices."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch
import transformers
from torch import nn

from loadstone.configs.bridged import bridged
from loadstone.errors import InvalidConfig, MissingTensors
from loadstone.frameworks.torch.bridge.build import bridged_skeleton
from loadstone.frameworks.torch.bridge.skeleton import compute_buffers, without_parameters


class Config(transformers.PretrainedConfig):
    model_type = "tests_of_skeletons"


class Model(transformers.PreTrainedModel):
    """What classes do when they are made."""

    config_class = Config
    _tied_weights_keys = {"b": "a"}  # noqa: RUF012 - as transformers' classes have it

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.linear = nn.Linear(3, 4)
        self.zeros = nn.Parameter(torch.zeros(1000, 1000))
        self.a = nn.Parameter(torch.randn(3))
        self.b = nn.Parameter(torch.ones(3))
        self.frozen = nn.Parameter(torch.full((2,), 5), requires_grad=False)
        self.twice = self.same = nn.Parameter(torch.rand(2))
        self.older = nn.Parameter(torch.Tensor(2).uniform_())
        self.named = nn.Parameter(torch.zeros(3, dtype=torch.float32))
        self.norm = nn.BatchNorm1d(3)
        self.register_buffer("mask", torch.tril(torch.ones(800, 800)), persistent=False)
        self.register_buffer("large", torch.ones(700, 700), persistent=False)
        self.register_buffer("scale", torch.tensor(0.5), persistent=False)
        self.register_buffer("rates", torch.linspace(0, 1, 5), persistent=False)
        self.register_buffer("powers", 10.0 ** (torch.arange(0, 600, 7) / 9), persistent=False)
        self.register_buffer("frequencies", torch.arange(0, 8, 2).float() / 8, persistent=False)
        self.register_buffer("exact", torch.exp(torch.arange(300) * -0.01).float(), persistent=False)
        self.register_buffer("later", torch.empty(4), persistent=False)
        self.rate = torch.linspace(0, 1, 3)[1].item()
        self.plain = torch.ones(600, 600)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if module is self:
            module.later.copy_(torch.arange(4.0))
            module.exact.copy_(torch.exp(torch.arange(300) * -0.01))
            module.a.data.fill_(7)


def skeleton(dtype: torch.dtype = torch.float32) -> Any:
    config = Config(tie_word_embeddings=True)
    return bridged_skeleton(Model, bridged({"model_type": config.model_type}, {}, config), (), dtype)


def test_parameters_have_no_memory_and_buffers_have_their_values() -> None:
    model, real = skeleton(), Model(Config(tie_word_embeddings=True))
    assert [name for name, slot in model.named_parameters() if not slot.is_meta] == []
    for name, buffer in real.named_buffers():
        assert torch.equal(dict(model.named_buffers())[name], buffer), name
    assert model.rate == 0.5
    assert torch.equal(model.plain, real.plain)
    assert {name: (slot.shape, slot.requires_grad) for name, slot in model.named_parameters()} == {
        name: (slot.shape, slot.requires_grad) for name, slot in real.named_parameters()
    }


def test_slots_that_are_one_stay_one() -> None:
    model = skeleton()
    assert model.a is model.b
    assert model.twice is model.same


def test_the_dtype_is_that_of_the_call() -> None:
    model = skeleton(torch.bfloat16)
    kinds = {name: slot.dtype for name, slot in (*model.named_parameters(), *model.named_buffers())}
    assert kinds.pop("frozen") is torch.int64
    assert kinds.pop("norm.num_batches_tracked") is torch.int64
    assert {kinds.pop(name) for name in ("frequencies", "named", "exact")} == {torch.float32}, "which they say"
    assert torch.equal(model.exact, torch.exp(torch.arange(300) * -0.01)), "as its own initialization computes it"
    assert set(kinds.values()) == {torch.bfloat16}
    assert torch.equal(model.powers, 10.0 ** (torch.arange(0, 600, 7).bfloat16() / 9)), "as with that default"
    assert torch.get_default_dtype() is torch.float32
    assert model.config.dtype is torch.bfloat16


def test_another_thread_builds_what_it_likes_meanwhile() -> None:
    inside, done = threading.Event(), threading.Event()
    built: list[nn.Module] = []

    def build() -> None:
        inside.wait()
        built.append(nn.Linear(2, 2))
        done.set()

    thread = threading.Thread(target=build)
    thread.start()
    with without_parameters(torch.bfloat16):
        ours = nn.Linear(2, 2)
        inside.set()
        done.wait()
    thread.join()
    assert ours.weight.is_meta
    assert not built[0].weight.is_meta  # type: ignore[union-attr]
    assert built[0].weight.dtype is torch.float32
    assert not nn.Linear(2, 2).weight.is_meta


def test_nothing_stays_when_the_class_fails() -> None:
    with pytest.raises(ValueError, match="halfway"), without_parameters(torch.float16):
        raise ValueError("halfway")
    layer = nn.Linear(2, 2)
    assert (layer.weight.is_meta, layer.weight.dtype) == (False, torch.float32)


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.zeros(10**10),
        lambda: torch.ones(1 << 20, 1 << 20),
        lambda: torch.arange(10**12),
        lambda: torch.arange(0, 10**12, 2, dtype=torch.float32),
        lambda: torch.full((1 << 15, 1 << 15), 0.0),
        lambda: torch.linspace(0, 1, 10**11),
        lambda: torch.eye(1 << 15),
    ],
)
def test_nothing_takes_memory_of_an_absurd_size(make: Any) -> None:
    with without_parameters(torch.float32), pytest.raises(InvalidConfig, match="elements"):
        make()


def test_a_buffer_that_no_class_computes_is_named() -> None:
    model = skeleton()
    model.register_buffer("forgotten", torch.empty(2, device="meta"), persistent=False)
    with pytest.raises(MissingTensors, match="forgotten"):
        compute_buffers(model)
