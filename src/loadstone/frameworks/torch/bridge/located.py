"""Tensors that know where each of their elements lies, and have no values.

transformers converts what files hold into what its classes hold by functions on tensors: experts are stacked, fused
projections split, heads reordered. Those functions run here on a :class:`Located`, which carries out nothing but
bookkeeping, so that what comes out says where every element is to come from. A load then takes it from there once, into
the place where it stays.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from loadstone.core.slices import row_major


class NotTracked(Exception):
    """A function was called of which nobody knows here where it puts elements."""


class Block(NamedTuple):
    """Elements of one source, evenly spaced along each dimension, and the box of a tensor that they fill."""

    source: Any
    """What holds them: a stored tensor, or a slot of a model."""
    start: int
    """The first of them, counted in elements from the source's first byte."""
    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    """Elements to step in the source for each dimension."""
    into: tuple[slice, ...]
    """As many as there are dimensions."""


class Located(Tensor):
    """A tensor of :class:`Block` s, which together fill it."""

    blocks: tuple[Block, ...]

    @staticmethod
    def __new__(cls, shape: Sequence[int], dtype: torch.dtype, blocks: Sequence[Block]) -> Located:
        made: Located = Tensor._make_wrapper_subclass(cls, tuple(shape), dtype=dtype)
        made.blocks = tuple(blocks)
        return made

    @classmethod
    def whole(cls, source: object, shape: Sequence[int], dtype: torch.dtype, strides: Sequence[int] | None) -> Located:
        """All elements of a source; without ``strides`` they lie row-major."""
        sizes = tuple(shape)
        steps = row_major(sizes) if strides is None else tuple(strides)
        return cls(sizes, dtype, [Block(source, 0, sizes, steps, tuple(slice(0, size) for size in sizes))])

    @classmethod
    def __torch_function__(
        cls, func: Callable[..., Any], types: object, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        tracked = _TRACKED.get(func)
        if tracked is not None:
            return tracked(*args, **(kwargs or {}))
        if getattr(func, "__name__", "") in _FACTS:
            return super().__torch_function__(func, types, args, kwargs or {})  # type: ignore[no-untyped-call]
        raise NotTracked(f"{getattr(func, '__name__', func)} of a tensor without values")

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        raise NotTracked(f"{func} of a tensor without values")

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return f"Located({tuple(self.shape)}, {self.dtype}, of {len(self.blocks)} blocks)"


_FACTS = frozenset({"__get__", "size", "dim", "numel", "__len__", "is_floating_point", "is_complex", "element_size"})
"""Functions that tell of a tensor what its values have no part in."""


def stacked(sources: Sequence[object], shape: Sequence[int], dtype: torch.dtype) -> Located:
    """Row-major sources of one shape, one behind the other along a new first dimension: a model may have 100,000."""
    sizes, steps = (1, *shape), (math.prod(shape), *row_major(tuple(shape)))
    inner = tuple(slice(0, size) for size in shape)
    blocks = [Block(source, 0, sizes, steps, (slice(index, index + 1), *inner)) for index, source in enumerate(sources)]
    return Located((len(sources), *shape), dtype, blocks)


def _axis(tensor: Tensor, dim: int, beyond: int = 0) -> int:
    return dim % (tensor.dim() + beyond)


def _set(values: tuple[Any, ...], axis: int, value: Any) -> tuple[Any, ...]:
    return (*values[:axis], value, *values[axis + 1 :])


def _insert(values: tuple[Any, ...], axis: int, value: Any) -> tuple[Any, ...]:
    return (*values[:axis], value, *values[axis:])


def _shifted(span: slice, by: int) -> slice:
    return slice(span.start + by, span.stop + by)


def _stack(tensors: Sequence[Located], dim: int = 0) -> Located:
    return _cat([_unsqueeze(tensor, dim) for tensor in tensors], dim)


def _cat(tensors: Sequence[Located], dim: int = 0) -> Located:
    first = tensors[0]
    axis = _axis(first, dim)
    blocks: list[Block] = []
    total = 0
    for tensor in tensors:
        others = _set(tuple(tensor.shape), axis, 0), _set(tuple(first.shape), axis, 0)
        if tensor.dim() != first.dim() or others[0] != others[1] or tensor.dtype is not first.dtype:
            raise ValueError(f"{tensor!r} cannot be put beside {first!r}")
        blocks += [b._replace(into=_set(b.into, axis, _shifted(b.into[axis], total))) for b in tensor.blocks]
        total += tensor.shape[axis]
    return Located(_set(tuple(first.shape), axis, total), first.dtype, blocks)


def _narrow(tensor: Located, dim: int, start: int, length: int) -> Located:
    axis = _axis(tensor, dim)
    blocks = []
    for block in tensor.blocks:
        span = block.into[axis]
        low, high = max(span.start, start), min(span.stop, start + length)
        if low < high:
            blocks.append(
                block._replace(
                    start=block.start + (low - span.start) * block.strides[axis],
                    sizes=_set(block.sizes, axis, high - low),
                    into=_set(block.into, axis, slice(low - start, high - start)),
                )
            )
    return Located(_set(tuple(tensor.shape), axis, length), tensor.dtype, blocks)


def _split(tensor: Located, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Located, ...]:
    total = tensor.shape[_axis(tensor, dim)]
    sizes = split_size_or_sections
    if isinstance(sizes, int):
        sizes = [min(sizes, total - start) for start in range(0, total, sizes)]
    if sum(sizes) != total:
        raise ValueError(f"{tensor!r} has {total} places along dimension {dim}, to be split into {list(sizes)}")
    starts = itertools.accumulate(sizes, initial=0)
    return tuple(_narrow(tensor, dim, start, size) for start, size in zip(starts, sizes, strict=False))


def _chunk(tensor: Located, chunks: int, dim: int = 0) -> tuple[Located, ...]:
    return _split(tensor, max(1, -(-tensor.shape[_axis(tensor, dim)] // chunks)), dim)


def _unbind(tensor: Located, dim: int = 0) -> tuple[Located, ...]:
    return tuple(_select(tensor, dim, index) for index in range(tensor.shape[_axis(tensor, dim)]))


def _select(tensor: Located, dim: int, index: int) -> Located:
    axis = _axis(tensor, dim)
    return _without(_narrow(tensor, axis, index % tensor.shape[axis], 1), axis)


def _without(tensor: Located, axis: int) -> Located:
    """Without a dimension of size 1."""

    def cut(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*values[:axis], *values[axis + 1 :])

    blocks = [b._replace(sizes=cut(b.sizes), strides=cut(b.strides), into=cut(b.into)) for b in tensor.blocks]
    return Located(cut(tuple(tensor.shape)), tensor.dtype, blocks)


def _squeeze(tensor: Located, dim: int | None = None) -> Located:
    axes = range(tensor.dim()) if dim is None else (_axis(tensor, dim),)
    for axis in reversed(axes):
        if tensor.shape[axis] == 1:
            tensor = _without(tensor, axis)
    return tensor


def _unsqueeze(tensor: Located, dim: int) -> Located:
    axis = _axis(tensor, dim, beyond=1)
    blocks = [
        b._replace(
            sizes=_insert(b.sizes, axis, 1),
            strides=_insert(b.strides, axis, 0),
            into=_insert(b.into, axis, slice(0, 1)),
        )
        for b in tensor.blocks
    ]
    return Located(_insert(tuple(tensor.shape), axis, 1), tensor.dtype, blocks)


def _permute(tensor: Located, *dims: Any) -> Located:
    order = [_axis(tensor, dim) for dim in (dims[0] if isinstance(dims[0], Sequence) else dims)]

    def turned(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(values[axis] for axis in order)

    blocks = [b._replace(sizes=turned(b.sizes), strides=turned(b.strides), into=turned(b.into)) for b in tensor.blocks]
    return Located(turned(tensor.shape), tensor.dtype, blocks)


def _transpose(tensor: Located, dim0: int, dim1: int) -> Located:
    order = list(range(tensor.dim()))
    one, other = _axis(tensor, dim0), _axis(tensor, dim1)
    order[one], order[other] = order[other], order[one]
    return _permute(tensor, order)


def _t(tensor: Located) -> Located:
    return _transpose(tensor, 0, 1) if tensor.dim() == 2 else tensor


def _same(tensor: Located, *args: object, **kwargs: object) -> Located:
    return tensor


def _reshape(tensor: Located, *shape: Any) -> Located:
    sizes = list(shape[0] if shape and isinstance(shape[0], Sequence) else shape)
    if -1 in sizes:
        sizes[sizes.index(-1)] = tensor.numel() // max(1, -math.prod(sizes))
    if math.prod(sizes) != tensor.numel():
        raise ValueError(f"{tensor!r} cannot become {sizes}")
    if len(tensor.blocks) != 1:
        raise NotTracked(f"another shape for {tensor!r}")
    (block,) = tensor.blocks
    parts = [list(_regrouped(*group)) for group in _groups(block.sizes, block.strides, sizes)]
    blocks = []
    for chosen in itertools.product(*parts):
        blocks.append(
            Block(
                block.source,
                block.start + sum(part.start for part in chosen),
                tuple(itertools.chain.from_iterable(part.sizes for part in chosen)),
                tuple(itertools.chain.from_iterable(part.strides for part in chosen)),
                tuple(itertools.chain.from_iterable(part.into for part in chosen)),
            )
        )
    return Located(sizes, tensor.dtype, blocks)


def _flatten(tensor: Located, start_dim: int = 0, end_dim: int = -1) -> Located:
    first, last = _axis(tensor, start_dim), _axis(tensor, end_dim)
    shape = tuple(tensor.shape)
    return _reshape(tensor, [*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]])


Group = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Sizes and strides of some dimensions, and the sizes of those that take their place."""


def _groups(sizes: Sequence[int], strides: Sequence[int], wanted: Sequence[int]) -> Iterator[Group]:
    """The fewest dimensions at a time that hold as many elements before as after."""
    at = to = 0
    while at < len(sizes) or to < len(wanted):
        first, target = at, to
        before = after = 1
        if at < len(sizes):
            before, at = sizes[at], at + 1
        if to < len(wanted):
            after, to = wanted[to], to + 1
        while before != after:
            if before < after:
                before, at = before * sizes[at], at + 1
            else:
                after, to = after * wanted[to], to + 1
        yield tuple(sizes[first:at]), tuple(strides[first:at]), tuple(wanted[target:to])


def _regrouped(sizes: tuple[int, ...], strides: tuple[int, ...], wanted: tuple[int, ...]) -> Iterator[Block]:
    """The blocks that some dimensions become where others take their place."""
    runs: list[tuple[int, int]] = []  # dimensions, those that lie as one dimension would put together
    for size, stride in zip(sizes, strides, strict=True):
        if size == 1:
            continue
        if runs and runs[-1][1] == stride * size:
            runs[-1] = (runs[-1][0] * size, stride)
        else:
            runs.append((size, stride))
    if len(runs) <= 1:
        step = runs[0][1] if runs else 0
        steps = tuple(step * inner for inner in row_major(wanted))
        yield Block(None, 0, wanted, steps, tuple(slice(0, size) for size in wanted))
        return
    if len(wanted) != 1:
        raise NotTracked(f"dimensions {sizes} as {wanted}")
    *outer, (length, step) = runs
    places = itertools.product(*(range(size) for size, _ in outer))
    for number, place in enumerate(places):
        start = sum(index * stride for index, (_, stride) in zip(place, outer, strict=True))
        yield Block(None, start, (length,), (step,), (slice(number * length, (number + 1) * length),))


def _item(tensor: Located, index: Any) -> Located:
    axis = 0
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, int):
            tensor = _select(tensor, axis, part)
        elif isinstance(part, slice) and part.step in (None, 1):
            start, stop, _ = part.indices(tensor.shape[axis])
            tensor = _narrow(tensor, axis, start, max(0, stop - start))
            axis += 1
        else:
            raise NotTracked(f"elements {index} of {tensor!r}")
    return tensor


_TRACKED: dict[Callable[..., Any], Callable[..., Any]] = {
    torch.stack: _stack,
    torch.cat: _cat,
    torch.concat: _cat,
    Tensor.__getitem__: _item,
    **{home.narrow: _narrow for home in (torch, Tensor)},
    **{home.split: _split for home in (torch, Tensor)},
    **{home.chunk: _chunk for home in (torch, Tensor)},
    **{home.unbind: _unbind for home in (torch, Tensor)},
    **{home.select: _select for home in (torch, Tensor)},
    **{home.squeeze: _squeeze for home in (torch, Tensor)},
    **{home.unsqueeze: _unsqueeze for home in (torch, Tensor)},
    **{home.permute: _permute for home in (torch, Tensor)},
    **{home.transpose: _transpose for home in (torch, Tensor)},
    **{home.t: _t for home in (torch, Tensor)},
    **{home.reshape: _reshape for home in (torch, Tensor)},
    **{home.flatten: _flatten for home in (torch, Tensor)},
    Tensor.view: _reshape,
    Tensor.contiguous: _same,
    **{home.clone: _same for home in (torch, Tensor)},
    **{home.detach: _same for home in (torch, Tensor)},
}
"""Function → what it does to places."""
