"""ALiBi: positions as a bias on attention scores, which grows with a key's place by a slope for each head.

arXiv:2108.12409. To a query, keys further behind then score less; a softmax does not see that the bias counts from the
first key and not from the query.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

_MOST_HEADS = 1 << 16


@record
class LinearBiasEmbeddings(Embeddings):
    """Embeddings without positions, which leave that bias in the state for all layers.

    It has no weights and is there for all heads: a device that computes with some takes theirs.
    """

    slopes: tuple[float, ...] = ()
    """For each head."""
    in_bfloat16: bool = False
    """Whether slopes, places and their products are rounded as bfloat16 holds them, as in Falcon."""
    scale: float = 1.0
    """What the products are multiplied by."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens, width); the state gets the bias (batch or 1, heads, 1, keys)."""
        x = super().compute(run, given)
        xp = run.xp
        places = xp.astype(self._places(run, given.get("attention_mask"), x), xp.float32)
        slopes = xp.near(xp.asarray(self.slopes), x)[:, None, None]
        if self.in_bfloat16:
            slopes, places = xp.in_bfloat16(slopes), xp.in_bfloat16(places)
        bias = slopes * places[:, None, None, :]
        if self.in_bfloat16:
            bias = xp.in_bfloat16(bias)
        run.state.bias = bias if self.scale == 1 else bias * self.scale
        return x

    def _places(self, run: Run, mask: Array | None, x: Array) -> Array:
        """Where each key is in its text, (batch or 1, keys): counted over what the mask shows."""
        xp, (_, keys) = run.xp, run.places(x)
        if mask is None or len(mask.shape) != 2:
            return keys
        shown = xp.astype(xp.astype(xp.near(mask, x), xp.bool_), xp.int32)
        # Behind these a cache may have room for tokens to come, which are hidden by causality.
        shown = xp.pad(shown, 0, xp.shape(keys)[1] - xp.shape(shown)[1], axis=1)
        return (xp.cumulative_sum(shown, axis=1) - 1) * shown


def geometric_slopes(heads: int, last: float = 8.0) -> tuple[float, ...]:
    """A geometric sequence that ends with 2 to the power of ``-last``; where the heads are no power of 2, that of the
    next smaller one, and then every other member of the sequence that is twice as dense. :class:`InvalidConfig` for
    more heads than anyone can mean.
    """
    if heads > _MOST_HEADS:
        raise InvalidConfig([Fault("the config's number of heads", f"at most {_MOST_HEADS}", str(heads))])
    whole = 2 ** math.floor(math.log2(heads))
    first = [2.0 ** (-last * place / whole) for place in range(1, whole + 1)]
    return tuple(first + [2.0 ** (-last / 2 * place / whole) for place in range(1, 2 * (heads - whole), 2)])
