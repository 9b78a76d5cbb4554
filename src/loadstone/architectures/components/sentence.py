"""What stands above an encoder to make one vector of a text: the modules of sentence-transformers (Apache-2.0, version
6.2), by what they compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record
from loadstone.errors import ArgumentError

PoolingMode: TypeAlias = Literal["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
_LEAST = 1e-9
"""What a sum of weights counts as, where no token is pooled."""


class Feature(NamedTuple):
    """Which vectors a module reads, and which it gives."""

    reads: Literal["tokens", "sentence"]
    gives: Literal["tokens", "sentence"]


@record
class Pooled(Component):
    """One vector for the vectors of a text's tokens; of several ways to make one, one after another."""

    modes: tuple[PoolingMode, ...]

    def compute(self, run: Run, x: Array, pooled: Array, shown: Array) -> Array:
        """``x`` (batch, tokens, width) → (batch, width · modes). ``pooled`` (batch, tokens): the tokens that count;
        ``shown``: all that are not padding, from the first of which weights are counted."""
        vectors = [self._vector(run, mode, x, pooled, shown) for mode in self.modes]
        return vectors[0] if len(vectors) == 1 else run.xp.concat(vectors, axis=-1)

    def _vector(self, run: Run, mode: PoolingMode, x: Array, pooled: Array, shown: Array) -> Array:
        xp = run.xp
        counts = xp.astype(pooled != 0, xp.int32)
        if mode == "cls":
            return xp.at_rows(x, xp.argmax(counts, axis=-1))
        if mode == "max":
            return xp.max(xp.where(counts[..., None] > 0, x, float("-inf")), axis=1)
        places = xp.arange(xp.shape(x)[1], like=x)
        if mode == "lasttoken":
            last = xp.argmax((places + 1) * counts, axis=-1)
            return xp.at_rows(x * xp.astype(counts, x.dtype)[..., None], last)
        weights = xp.astype(counts, xp.float32)
        if mode == "weightedmean":
            first = xp.argmax(xp.astype(shown != 0, xp.int32), axis=-1)
            weights = weights * xp.astype(places + 1 - xp.astype(first[:, None], xp.int32), xp.float32)
        total = xp.sum(xp.astype(x, xp.float32) * weights[..., None], axis=1, keepdims=False)
        share = xp.clip(xp.sum(weights, axis=1, keepdims=True), min=_LEAST)
        return xp.astype(total / (xp.sqrt(share) if mode == "mean_sqrt_len_tokens" else share), x.dtype)


@record
class Splade(Component):
    """The weight of each token of the vocabulary in a text (arXiv:2109.10086, equation 1; arXiv:2107.05720 has a sum).

    ``twice``: the logarithm is taken once more (arXiv:2504.14839).
    """

    reduces: Literal["max", "sum"]
    twice: bool = False

    def compute(self, run: Run, logits: Array, pooled: Array, shown: Array) -> Array:
        """``logits`` (batch, tokens, vocab) → (batch, vocab)."""
        xp = run.xp
        x = xp.activations["relu"](logits * xp.astype(pooled != 0, logits.dtype)[..., None])
        for _ in range(2 if self.twice else 1):
            x = xp.log(x + 1)
        return xp.max(x, axis=1) if self.reduces == "max" else xp.sum(x, axis=1, keepdims=False)


@record
class Projection(Component):
    """A linear map and an activation, perhaps with what came in added to it: as it is, or mapped to the new width."""

    linear: Part
    activation: str = "linear"
    is_residual: bool = False
    residual: Part | None = None

    def __post_init__(self) -> None:
        check_activation(self.activation)

    def compute(self, run: Run, x: Array) -> Array:
        out = run.xp.activations[self.activation](run(self.linear, x))
        if not self.is_residual:
            return out
        return out + (x if self.residual is None else run(self.residual, x))

    @property
    def width(self) -> int:
        """Of what comes out."""
        assert isinstance(self.linear.component, Linear)
        return self.linear.component.outputs


@record
class UnitLength(Component):
    """Each vector, made 1 long."""

    def compute(self, run: Run, x: Array) -> Array:
        xp = run.xp
        wide = xp.astype(x, xp.float32)
        square = xp.sum(wide * wide, axis=-1, keepdims=True)
        return xp.astype(wide / xp.sqrt(xp.clip(square, min=1e-24)), x.dtype)


@record
class WeightedLayers(Component):
    """A mean of hidden states from a layer on, by weights that are learned."""

    layer_weights: Part
    """A :class:`~loadstone.architectures.components.leaves.Weight` (hidden states from there on,)."""
    start: int
    is_active: bool
    """Whether the config shows all hidden states: only then it is computed, as in sentence-transformers."""

    def compute(self, run: Run, hidden_states: Sequence[Array]) -> Array:
        """``hidden_states``: for each layer, and what comes out of the last, (batch, tokens, width)."""
        states, weights = hidden_states[self.start :], run.weight(self.layer_weights)
        shares = weights / run.xp.sum(weights, axis=0, keepdims=True)
        each = zip(run.xp.unstack(shares, len(states)), states, strict=True)
        terms = [run.xp.astype(share, x.dtype) * x for share, x in each]
        return sum(terms[1:], terms[0])


@record
class SentenceModules(Component):
    """Modules, one after another, that make a vector of what an encoder says of a text."""

    steps: tuple[Part, ...]
    features: tuple[Feature, ...]
    """For each step what it reads and gives."""
    language: tuple[Part, ...] = ()
    """A language model's head: what the steps read of a token are then its logits."""

    computes_shares: ClassVar[bool] = True

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        """The vocabulary's rows are the last part of a language model's head."""
        if self.language and role is not None:
            yield self.language[-1], role

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> Array:
        """``out``: the encoder's output; ``given``: the arguments of the forward pass. Gives (batch, width).

        :class:`ArgumentError` where the tokens to pool are not told from a mask (batch, tokens).
        """
        tokens = out.last_hidden_state
        shown = _mask(run, given.get("attention_mask"), tokens)
        pooled = shown if given.get("pooling_mask") is None else _mask(run, given["pooling_mask"], tokens)
        for part in self.language:
            tokens = run(part, tokens)
        vectors = {"tokens": tokens, "sentence": None}
        for part, (reads, gives) in zip(self.steps, self.features, strict=True):
            step = part.component
            if isinstance(step, WeightedLayers):
                if step.is_active:
                    vectors[gives] = run(part, out.hidden_states)
            elif isinstance(step, Pooled | Splade):
                vectors[gives] = run(part, vectors[reads], pooled, shown)
            else:
                vectors[gives] = run(part, vectors[reads])
        return vectors["sentence"]


def _mask(run: Run, mask: Array | None, tokens: Array) -> Array:
    """A mask (batch, tokens), or one of all tokens."""
    if mask is None:
        return run.xp.zeros_like(tokens[..., 0]) + 1
    if len(mask.shape) != 2:
        raise ArgumentError(
            f"attention_mask has {len(mask.shape)} axes, and what is pooled is told from one of (batch, tokens). Give "
            "pooling_mask, too."
        )
    return mask
