"""What families of state space models have in common (arXiv:2111.00396, arXiv:2312.00752)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Stack
from loadstone.architectures.components.leaves import Embedding, Linear, RMSNorm
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.initial import Uniform
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.records import record

if TYPE_CHECKING:
    import numpy as np


@record
class Block(Component):
    """``x + mixer(norm(x))``."""

    norm: Part
    mixer: Part
    wide: bool = False
    """Whether the sum is kept in float32, in a model of any dtype."""
    last: bool = False
    """Whether it goes back to the model's dtype here."""

    def compute(self, run: Run, x: Array) -> Array:
        y = run(self.mixer, run(self.norm, x))
        if not self.wide:
            return x + y
        total = run.xp.astype(x, run.xp.float32) + run.xp.astype(y, run.xp.float32)
        return run.xp.astype(total, y.dtype) if self.last else total


@record
class OutputsShown(Stack):
    """Layers of which ``hidden_states`` are what comes out of each, and not what goes in."""

    def compute(self, run: Run, x: Array) -> Array:
        for index, part in enumerate(run.blocks(self.layers)):
            x = run.block(part, x, index)
            run.state.add_hidden_state(x)
        return x


def tower(config: PretrainedConfig, mixers: Sequence[Component]) -> Tower:
    """``embeddings``, ``layers`` of a ``norm`` and a ``mixer``, ``norm_f``."""
    width, last = config.hidden_size, len(mixers) - 1
    norm = RMSNorm(width, config.layer_norm_epsilon)
    blocks = [
        Block(Part("norm", norm), Part("mixer", mixer), config.residual_in_fp32, index == last)
        for index, mixer in enumerate(mixers)
    ]
    table = Embedding(config.vocab_size, width, std=config.initializer_range)
    return Tower(
        stem=Part("", Embeddings(Part("embeddings", table))),
        stack=Part("", OutputsShown(tuple(Part(f"layers.{index}", block) for index, block in enumerate(blocks)))),
        norm=Part("norm_f", norm),
        width=width,
    )


def shown(run: Run, x: Array) -> Array:
    """``x`` (batch, tokens, width), with zeros where there is padding."""
    padding = run.state.padding
    return x if padding is None else x * run.xp.astype(padding, x.dtype)[..., None]


def causal_window(xp: ArrayFunctions, x: Array, kept: Array | None, before: int) -> tuple[Array, Array]:
    """What a convolution over ``x`` (batch, tokens, channels) reads, with ``before`` tokens before the first, and what
    of it is to be kept for the next ones; both with tokens last. ``kept`` (batch, channels, before): zeros for None."""
    x = xp.permute_dims(x, (0, 2, 1))
    x = xp.pad(x, before, 0, axis=2) if kept is None else xp.concat((xp.astype(kept, x.dtype), x), axis=2)
    return x, x[..., xp.shape(x)[2] - before :]


def selective_scan(
    xp: ArrayFunctions, decay: Array, tokens: Sequence[Array], held: Array | None
) -> tuple[Array, Array]:
    """What is read of a state at each token, (batch, tokens, channels), and the state after the last, in float32.

    ``decay`` (channels, size). ``tokens``: time steps and values (batch, tokens, channels), and by what share each
    value is written to each number of the state, and that is read (batch, tokens, size). ``held`` (batch, channels,
    size): the state before the first; zeros for None.
    """

    def one(held: Array, token: Sequence[Array]) -> tuple[Array, Array]:
        step, x, write, read = token
        held = xp.exp(step[..., None] * decay) * held + x[..., None] * write[:, None]
        return held, xp.sum(held * read[:, None], axis=-1, keepdims=False)

    if held is None:
        held = xp.zeros_like(tokens[0][:, 0, :, None] * decay)
    in_time = tuple(xp.permute_dims(xp.astype(each, xp.float32), (1, 0, 2)) for each in tokens)
    held, y = xp.scan(one, held, in_time)
    return xp.permute_dims(y, (1, 0, 2)), held


@record
class TimeSteps:
    """Initial biases of which softplus makes time steps, spread evenly over their logarithms."""

    low: float
    high: float
    floor: float

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        import numpy as np

        steps = np.exp(rng.uniform(math.log(self.low), math.log(self.high), shape)).clip(self.floor)
        biases: np.ndarray = (steps + np.log(-np.expm1(-steps))).astype(np.float32)
        return biases


def time_steps(config: PretrainedConfig, rank: int, inner: int) -> Linear:
    """From ``rank`` numbers to the time step of each channel, before softplus; it starts as ``time_step_…`` say."""
    spread = rank**-0.5 * config.time_step_scale
    return Linear(
        rank,
        inner,
        initial=Uniform(spread if config.time_step_init_scheme == "constant" else -spread, spread),
        initial_bias=TimeSteps(config.time_step_min, config.time_step_max, config.time_step_floor),
    )


def rates(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """The logarithms of 1, 2, 3, … in each row: S4D-Real (arXiv:2206.11893)."""
    import numpy as np

    return np.broadcast_to(np.log(np.arange(1, shape[1] + 1, dtype=np.float32)), shape).copy()
