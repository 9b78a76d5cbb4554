"""Who sees whom in one forward pass: the masks that the layers share, from what the caller gave."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import torch
from torch import Tensor

from loadstone.architectures.components.masks import MaskKind, visible
from loadstone.architectures.components.masks import row_segments as text_segments
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.state import Mask


def masks_for(
    kinds: Collection[MaskKind],
    attention_mask: Tensor | None,
    segments: Tensor | None,
    tokens: int,
    keys: int,
    given: Tensor,
) -> tuple[Tensor | None, dict[MaskKind, Mask]]:
    """The padding mask (batch, keys; None if nothing is padding) and the mask of each kind that the layers use.

    ``segments``: what :func:`row_segments` says. ``given``: ids or vectors, for batch and device.
    """
    if attention_mask is not None and attention_mask.dim() == 4 and kinds:
        whole = Mask(_ready_made(attention_mask, given.shape[0], tokens, keys).to(given.device), False)
        return None, dict.fromkeys(kinds, whole)
    padding = None
    if attention_mask is not None:
        if attention_mask.shape != (given.shape[0], keys):
            raise ArgumentError(
                f"attention_mask has shape {tuple(attention_mask.shape)}, expected {(given.shape[0], keys)}: one row "
                f"for each sequence, one column for each token, those in the cache ({keys - tokens}) included."
            )
        padding = attention_mask.to(device=given.device, dtype=torch.bool)
        # Looking into the mask lets the fast kernels run; a traced graph must not depend on what is in it.
        if not torch.compiler.is_compiling() and bool(padding.all()):
            padding = None
    return padding, {kind: _mask(kind, padding, segments, tokens, keys, given.device) for kind in kinds}


def memory_mask(mask: Tensor, memory: Tensor) -> Mask:
    """The mask over another tower's output (batch, places, width), of ``mask`` (batch, places)."""
    if mask.shape != memory.shape[:2]:
        raise ArgumentError(
            f"The attention mask of what was read has shape {tuple(mask.shape)}, expected {tuple(memory.shape[:2])}."
        )
    shown = mask.to(device=memory.device, dtype=torch.bool)[:, None, None]
    if values_known(shown) and bool(shown.all()):
        return Mask(None, False)
    return Mask(shown | ~shown.any(dim=-1, keepdim=True), False)


def _mask(
    kind: MaskKind,
    padding: Tensor | None,
    segments: Tensor | None,
    queries: int,
    keys: int,
    device: torch.device,
) -> Mask:
    """The mask of one kind; ``padding`` (batch, keys) is true where there is a token, ``segments`` (batch or 1, keys)
    numbers the texts of a row."""
    causal, window, _ = kind
    if window is not None and window >= keys:
        window = None
    if padding is None and segments is None and window is None and (not causal or queries == 1 or queries == keys):
        return Mask(None, causal and queries > 1)
    row = torch.arange(keys - queries, keys, device=device)[:, None]
    column = torch.arange(keys, device=device)[None, :]
    return Mask(visible(xp, MaskKind(causal, window), row, column, segments, padding), False)


def masks_within(kinds: Iterable[MaskKind], segments: Tensor) -> dict[MaskKind, Mask]:
    """The mask of each kind where places see only those with the same number, ``segments`` (batch, places)."""
    places = segments.shape[1]
    one = values_known(segments) and bool((segments == segments[:, :1]).all())
    return {kind: _mask(kind, None, None if one else segments, places, places, segments.device) for kind in kinds}


def row_segments(position_ids: Tensor) -> Tensor | None:
    """Which text of its row each token belongs to, (batch or 1, tokens); None where each row is one text.

    A new text begins wherever a position is not the one after the last, as in Transformers. Where what the positions
    are is not known, as in a traced graph, the answer is never None.
    """
    segments = text_segments(xp, position_ids)
    # Looking lets the fast kernels run. It costs a synchronization, but only where a caller gives position_ids alone.
    if values_known(position_ids) and not bool(segments.any()):
        return None
    return segments


def values_known(tensor: Tensor) -> bool:
    """Whether Python may look at a tensor's values: not while a graph is traced or captured, nor under ``vmap``."""
    tracing = torch.compiler.is_compiling() or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    if tracing or type(tensor) is not Tensor or tensor.is_meta:
        return False
    capturing = tensor.is_cuda and torch.cuda.is_current_stream_capturing()
    return not (capturing or torch._C._functorch.is_functorch_wrapped_tensor(tensor))


def _ready_made(mask: Tensor, batch: int, tokens: int, keys: int) -> Tensor:
    """The mask itself; :class:`ArgumentError` where it does not fit or could mean two things."""
    if mask.dtype != torch.bool and not mask.is_floating_point():
        raise ArgumentError(
            f"A 4-D attention_mask is {mask.dtype}. Give booleans (True where seen), or floating-point numbers "
            "that are added to the scores (0 where seen)."
        )
    if mask.shape[0] not in (1, batch) or mask.shape[2:] not in ((tokens, keys), (1, keys)):
        expected = f"({batch} or 1, heads or 1, {tokens}, {keys})"
        raise ArgumentError(f"A 4-D attention_mask has shape {tuple(mask.shape)}, expected {expected}.")
    return mask
