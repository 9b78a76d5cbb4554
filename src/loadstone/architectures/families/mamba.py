"""Mamba: selective state spaces in place of attention."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.base import CacheEntry, Component, Part
from loadstone.architectures.components.leaves import Activation, Conv, Linear, Weight
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.initial import Uniform
from loadstone.architectures.state_spaces import causal_window, rates, selective_scan, shown, time_steps, tower
from loadstone.architectures.tasks import CAUSAL_LM, PRETRAINING
from loadstone.configs.keys import Rule as Follows
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming_rules import Rule
from loadstone.core.records import record
from loadstone.core.tensors import DType


class MambaConfig(PretrainedConfig):
    """The keys of a Mamba model. Defaults are those of Mamba 130M, but for the number of layers."""

    model_type = "mamba"
    refused: ClassVar = {**declarations.REFUSED_BY_DECODERS, **declarations.WITHOUT_ROPE}
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_DECODERS,
        **dict.fromkeys(("use_mambapy", "use_associative_scan"), "how to compute, not what"),
        "id2label": "of classifiers, which this family has not",
    }
    follows: ClassVar = {
        "intermediate_size": Follows(lambda config, given: given or config.expand * config.hidden_size),
        "time_step_rank": Follows(lambda config, given: -(-config.hidden_size // 16) if given == "auto" else given),
    }

    vocab_size: int = 50280
    hidden_size: int = 768
    state_size: int = 16
    num_hidden_layers: int = 32
    layer_norm_epsilon: float = 1e-5
    pad_token_id: int | None = 0
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 0
    expand: int = 2
    intermediate_size: int | None = None
    conv_kernel: int = 4
    use_bias: bool = False
    use_conv_bias: bool = True
    hidden_act: str = "silu"
    initializer_range: float = 0.1
    residual_in_fp32: bool = True
    time_step_rank: int | Literal["auto"] = "auto"
    time_step_scale: float = 1.0
    time_step_min: float = 0.001
    time_step_max: float = 0.1
    time_step_init_scheme: Literal["random", "constant"] = "random"
    time_step_floor: float = 1e-4
    rescale_prenorm_residual: bool = False
    tie_word_embeddings: bool = True

    positive = (
        *("vocab_size", "hidden_size", "state_size", "num_hidden_layers", "expand", "intermediate_size"),
        *("conv_kernel", "time_step_rank"),
    )


@record
class Mixer(Component):
    """A selective state space: each channel holds ``size`` numbers, which fade, and take in what a token says. How
    fast, and how much, depends on the token (arXiv:2312.00752, section 3)."""

    decay: Part
    skip: Part
    conv: Part
    act: Part
    into: Part
    select: Part
    """Of each token: ``rank`` numbers that its time step is made of, how to write the state, and how to read it."""
    step: Part
    out: Part
    sizes: tuple[int, int, int, int]
    """inner, size, rank, kernel."""
    index: int

    def keeps(self, batch: int, length: int) -> dict[str, CacheEntry]:
        inner, size, _, kernel = self.sizes
        return {"conv": CacheEntry((batch, inner, kernel - 1)), "ssm": CacheEntry((batch, inner, size), DType.FLOAT32)}

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield from ((part, Role("outputs")) for part in (self.into, self.step))
        yield from ((part, Role("inputs")) for part in (self.select, self.out))

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, width) → (batch, tokens, width). Nothing of padding gets into the state."""
        xp, state, skip, (inner, size, rank, kernel) = run.xp, run.state, run.weight(self.skip), self.sizes
        x, gate = xp.split(run(self.into, shown(run, xp.astype(x, skip.dtype))), (inner, inner))
        window, kept = causal_window(xp, x, state.recall(self.index, "conv"), kernel - 1)
        state.store(self.index, "conv", kept)
        x = shown(run, run(self.act, xp.permute_dims(run(self.conv, window), (0, 2, 1))))
        step, write, read = xp.split(run(self.select, x), (rank, size, size))
        step, value = xp.softplus(xp.astype(run(self.step, step), xp.float32)), xp.astype(x, xp.float32)
        decay, held = -xp.exp(xp.astype(run.weight(self.decay), xp.float32)), state.recall(self.index, "ssm")
        y, held = selective_scan(xp, decay, (step, step * value, write, read), held)
        state.store(self.index, "ssm", held)
        y = (y + value * xp.astype(skip, xp.float32)) * xp.activations["silu"](xp.astype(gate, xp.float32))
        return run(self.out, xp.astype(y, x.dtype))


def mixer(config: MambaConfig, index: int) -> Mixer:
    """``A_log``, ``D``, ``conv1d``, ``in_proj``, ``x_proj``, ``dt_proj``, ``out_proj``."""
    width, size, kernel, std = config.hidden_size, config.state_size, config.conv_kernel, config.initializer_range
    inner, rank = int(config.intermediate_size or 0), int(config.time_step_rank)
    near, end = kernel**-0.5, (inner * (config.num_hidden_layers if config.rescale_prenorm_residual else 1)) ** -0.5
    return Mixer(
        Part("A_log", Weight((inner, size), initial=rates)),
        Part("D", Weight((inner,), value=1.0)),
        Part("conv1d", Conv(inner, inner, (kernel,), 1, 0, inner, config.use_conv_bias, initial=Uniform(-near, near))),
        Part("act", Activation(config.hidden_act)),
        Part("in_proj", Linear(width, 2 * inner, config.use_bias, std)),
        Part("x_proj", Linear(inner, rank + 2 * size, False, std)),
        Part("dt_proj", time_steps(config, rank, inner)),
        Part("out_proj", Linear(inner, width, config.use_bias, initial=Uniform(-end, end))),
        sizes=(inner, size, rank, kernel),
        index=index,
    )


def blueprint(config: MambaConfig) -> Tower:
    """The bare model."""
    return tower(config, [mixer(config, index) for index in range(config.num_hidden_layers)])


_PARTS = decoders.HeadParts("backbone", "embeddings")

FAMILY = Family(
    config=MambaConfig,
    stem="Mamba",
    prefix="backbone",
    heads=decoders.decoder_heads("Mamba", blueprint, _PARTS, also={CAUSAL_LM: (PRETRAINING,)}, tasks=(CAUSAL_LM,)),
    rules=(Rule("embedding", "embeddings"),),
    class_names={"layers.{}": "{}Block", "mixer": "{}Mixer"},
    sources="arXiv:2312.00752",
)
