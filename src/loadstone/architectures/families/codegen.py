"""CodeGen: GPT-J with one map for queries, values and keys, set out as four processors had it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role, Section
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.gptj_layers import CLASS_NAMES, LEFTOVERS, PARTS, GPTJLikeConfig, rotary, tower
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.core.records import record

_PROCESSORS = 4
"""Over so many the published models were trained."""


class CodeGenConfig(GPTJLikeConfig):
    """The keys of a CodeGen model. Defaults are those of CodeGen 6B."""

    model_type = "codegen"
    irrelevant: ClassVar = {
        **GPTJLikeConfig.irrelevant,
        **declarations.WITHOUT_CLASSES,
        "n_ctx": "what files have beside n_positions",
    }

    n_ctx: int = 2048

    def check_together(self) -> None:
        super().check_together()
        decoders.divide("n_head", self.n_head, "the processors of training", _PROCESSORS)


@record
class ProcessorAttention(Attention):
    """Attention whose one map has, for each of four processors, the queries of its heads, their values, their keys."""

    computes_shares: ClassVar[bool] = True

    def _project(self, run: Run, x: Array) -> tuple[Array, Array, Array]:
        """Query, key and value (batch, heads, tokens, head_dim)."""
        xp, fused = run.xp, run(self.projections[0], x)
        batch, tokens, _ = xp.shape(x)
        own = self.heads // _PROCESSORS * self.head_dim
        apart = xp.reshape(fused, (batch, tokens, fused.shape[-1] // (3 * own), 3 * own))
        query, value, key = (
            xp.permute_dims(xp.reshape(each, (batch, tokens, -1, self.head_dim)), (0, 2, 1, 3))
            for each in xp.split(apart, (own,) * 3)
        )
        return query, key, value

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        assert self.output is not None
        yield self.projections[0], Role("outputs", _PROCESSORS, (Section(_PROCESSORS),))
        yield self.output, Role("inputs", _PROCESSORS)


def attention(config: CodeGenConfig, index: int) -> Attention:
    """``qkv_proj``, ``out_proj``, without biases."""
    width, heads, std = config.n_embd, config.n_head, config.initializer_range
    return ProcessorAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=(Part("qkv_proj", Linear(width, 3 * width, False, std)),),
        output=Part("out_proj", Linear(width, width, False, std)),
        scale=(width // heads) ** -0.5,
        rotary=rotary(config),
        dropout=config.attn_pdrop,
        index=index,
    )


def blueprint(config: CodeGenConfig) -> Tower:
    """The bare model."""
    return tower(config, attention)


FAMILY = Family(
    config=CodeGenConfig,
    stem="CodeGen",
    prefix="transformer",
    heads=decoders.decoder_heads("CodeGen", blueprint, PARTS, tasks=(CAUSAL_LM,)),
    leftovers=LEFTOVERS,
    class_names={**CLASS_NAMES, "attn": "{}Attention"},
    sources="arXiv:2203.13474, https://github.com/salesforce/CodeGen",
)
