"""How unlikely it is that frames say a text, whatever frames say each of its tokens, for frameworks that cannot tell.

Connectionist temporal classification: 10.1145/1143844.1143891, by the sums over alignments of its section 4.1.
"""

from __future__ import annotations

from typing import Any

from loadstone.architectures.components.run import Array, ArrayFunctions

_NEVER = -1e30
"""The logarithm of 0, or of what is as good as that: finite, so that gradients are."""


def losses(xp: ArrayFunctions, logits: Array, labels: Array, lengths: Array, blank: int) -> tuple[Array, Array]:
    """For each row minus the logarithm of how probable its labels are, infinite where they do not fit into its frames,
    and how many labels it has.

    ``logits`` (batch, frames, vocab), ``labels`` (batch, tokens), of which those below 0 and ``blank`` count for
    nothing; ``lengths`` (batch,): how many frames each row has.
    """
    real = (labels >= 0) & (labels != blank)
    counts = xp.sum(xp.astype(real, xp.int32), axis=1, keepdims=False)
    # Those that count come first, in their order.
    tokens, width = xp.where(real, labels, xp.zeros_like(labels) + blank), xp.shape(labels)[1]
    places = xp.arange(width, like=labels)[None]
    tokens = xp.at_places(tokens, xp.argsort(xp.where(real, places, places + width), axis=1, descending=False))
    # A text may pass through blanks before, between and after its tokens: 2 · tokens + 1 places.
    blanks = xp.zeros_like(tokens) + blank
    passed = xp.reshape(xp.concat((blanks[..., None], tokens[..., None]), axis=-1), (xp.shape(labels)[0], 2 * width))
    passed = xp.concat((passed, xp.zeros_like(passed[:, :1]) + blank), axis=1)
    # Straight from one token to the next only where they differ.
    before = xp.pad(passed, 2, 0, axis=1)[:, : 2 * width + 1]
    position = xp.arange(2 * width + 1, like=labels)[None]
    skips = (passed != blank) & (passed != before) & (position >= 2)
    odds = xp.permute_dims(xp.log_softmax(logits), (0, 2, 1))
    odds = xp.permute_dims(xp.at_places(odds, passed), (2, 0, 1))  # (frames, batch, places)
    start = xp.where(position + xp.zeros_like(passed) == 0, xp.zeros_like(odds[0]), _NEVER)

    def step(carry: Any, frame: Any) -> tuple[Any, Any]:
        reached, index = carry
        near = _moved(xp, reached, 1)
        far = xp.where(skips, _moved(xp, reached, 2), _NEVER)
        after = _log_sum(xp, (reached, near, far)) + frame
        reached = xp.where((index < lengths)[:, None], after, reached)
        return (reached, index + 1), xp.zeros_like(index)

    (reached, _), _ = xp.scan(step, (start, xp.zeros_like(lengths)), odds)
    ends = [xp.at_places(reached, xp.clip(place, min=0)[:, None])[:, 0] for place in (2 * counts, 2 * counts - 1)]
    last = xp.where(counts > 0, ends[1], _NEVER)
    loss = -_log_sum(xp, (ends[0], last))
    return xp.where(loss < -_NEVER / 2, loss, xp.zeros_like(loss) + float("inf")), counts


def _moved(xp: ArrayFunctions, reached: Array, by: int) -> Array:
    """What was reached ``by`` places earlier."""
    return xp.concat((xp.zeros_like(reached[:, :by]) + _NEVER, reached[:, :-by]), axis=1)


def _log_sum(xp: ArrayFunctions, terms: tuple[Array, ...]) -> Array:
    """The logarithm of a sum of exponentials."""
    together = xp.concat([term[..., None] for term in terms], axis=-1)
    largest = xp.max(together, axis=-1, keepdims=True)
    return largest[..., 0] + xp.log(xp.sum(xp.exp(together - largest), axis=-1, keepdims=False))
