"""A small family that no file of the package knows: its layers read lone arrays, and some of them are buffers."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Chain, Stack
from loadstone.architectures.components.leaves import BatchNorm, Conv, Embedding, Linear, Weight
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import BARE
from loadstone.core.records import record
from loadstone.core.tensors import Slot

WIDTH, LAYERS, VOCAB = 6, 3, 11
FRAMEWORKS = {"torch": "torch.modeling", "flax": "flax", "tensorflow": "tensorflow"}
IDS = np.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]])


@record
class Blend(Component):
    """``x + gain · (proj(x) + mix(norm(x)) + tables[0] + tables[1])``, where norm and mix see channels first."""

    proj: Part
    mix: Part
    norm: Part
    gain: Part
    tables: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
        first, second = (run.weight(table) for table in self.tables)
        turned = run(self.mix, run(self.norm, run.xp.permute_dims(x, (0, 2, 1))))
        inner = run(self.proj, x) + run.xp.permute_dims(turned, (0, 2, 1)) + first + second
        return x + run.weight(self.gain) * inner


@record
class Temper(Component):
    """``x · scale``, and the mean of what there is for each token; without a level of its own."""

    scale: Part
    seen: Part

    def compute(self, run: Run, x: Array) -> Array:
        return x * run.weight(self.scale) + run.xp.mean(run.weight(self.seen), axis=1)


def blueprint(config: Any) -> Component:
    def layer(index: int) -> Part:
        parts: dict[str, Any] = {
            "proj": Part("proj", Linear(WIDTH, WIDTH)),
            "mix": Part("mix", Conv(WIDTH, WIDTH, (3,), padding=1, groups=WIDTH, std=0.3)),
            "norm": Part("norm", BatchNorm(WIDTH)),
            "gain": Part("gain", Weight((WIDTH,), value=0.5)),
            "tables": (
                Part("tables.0", Weight((1, WIDTH), std=0.3, trained=False)),
                Part("tables.1", Weight((1, WIDTH), std=0.3)),
            ),
        }
        return Part(f"layers.{index}", Blend(**parts))

    seen = Weight((1, config.vocab_size), trained=False)
    temper = Temper(Part("logit_scale", Weight((), value=2.0)), Part("seen", seen))
    return Tower(
        Part("embed", Embeddings(Part("tokens", Embedding(config.vocab_size, WIDTH)))),
        Part("", Stack(tuple(layer(index) for index in range(LAYERS)))),
        width=WIDTH,
        norm=Part("", Chain((Part("", temper),))),
    )


FAMILY = Family(
    registry.family("llama").config, "Blended", "model", (HeadSpec("BlendedModel", BARE, blueprint),), sources="a test"
)


def model_class(framework: str) -> Any:
    """The family's bare model in a framework."""
    module = importlib.import_module(f"loadstone.frameworks.{FRAMEWORKS[framework]}.classes")
    return module.CLASSES.model_class(FAMILY, FAMILY.heads[0])


def config() -> Any:
    sizes = {"vocab_size": VOCAB, "hidden_size": WIDTH, "num_attention_heads": 2, "num_hidden_layers": LAYERS}
    return loadstone.AutoConfig.for_model("llama", **sizes)


def slots() -> dict[str, Slot]:
    from loadstone.architectures.components.walk import slots

    return {slot.name: slot for slot in slots(blueprint(config()))}


def values(seed: int = 0) -> dict[str, np.ndarray]:
    """What matters for every slot."""
    rng = np.random.default_rng(seed)
    made = {}
    for name, slot in slots().items():
        if slot.dtype is not None:
            made[name] = np.array(7, slot.dtype.value)
        else:
            made[name] = np.asarray(0.5 + rng.random(slot.shape), np.float32)
    return made


def saved(folder: Path, arrays: dict[str, np.ndarray] | None = None) -> Path:
    """A checkpoint of it."""
    from safetensors.numpy import save_file

    folder.mkdir(exist_ok=True)
    save_file(values() if arrays is None else arrays, folder / "model.safetensors", {"format": "pt"})
    config().save_pretrained(folder)
    return folder


def stored(folder: Path) -> dict[str, np.ndarray]:
    """What a checkpoint holds."""
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def hidden(framework: str, model: Any, ids: np.ndarray = IDS) -> np.ndarray:
    """What the model makes of some ids, in float32."""
    if framework == "torch":
        import torch

        with torch.no_grad():
            return model(torch.tensor(ids)).last_hidden_state.float().numpy()
    return np.asarray(model(ids).last_hidden_state, np.float32)
