"""Two models of one class, bit for bit: what they hold, what they share, what they compute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch

Held = dict[str, tuple[str, torch.Tensor]]
"""Name → whether it is a parameter, a buffer or a buffer that is not saved, and its values."""


UNSAVED, UNSAVED_PARAMETER = "buffer that is not saved", "parameter that is not saved"
OTHER_VALUES, TRAINED = "with other values", "trained"


class Difference(NamedTuple):
    """One name at which two models differ."""

    name: str
    what: str


def held(model: Any) -> Held:
    """Every parameter and every buffer, those that are never saved too, under each of its names."""
    saved = set(model.state_dict())
    left_out = [re.compile(pattern) for pattern in getattr(model, "_keys_to_ignore_on_save", None) or ()]
    found: Held = {}
    for name, each in model.named_parameters(remove_duplicate=False):
        found[name] = (UNSAVED_PARAMETER if any(pattern.search(name) for pattern in left_out) else "parameter", each)
    for name, each in model.named_buffers(remove_duplicate=False):
        found[name] = ("buffer" if name in saved else UNSAVED, each)
    return found


def same_bits(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether they have the same shape, dtype and bytes; no two NaNs are told apart."""
    if one.shape != other.shape or one.dtype != other.dtype or one.device != other.device:
        return False
    if one.is_meta:
        return False
    if torch.equal(_bytes(one), _bytes(other)):
        return True
    if not (one.is_floating_point() or one.is_complex()):
        return False
    return torch.equal(one.isnan(), other.isnan()) and torch.equal(_bytes(one.nan_to_num()), _bytes(other.nan_to_num()))


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    flat = tensor.detach().contiguous().reshape(-1)
    return flat.as_strided(flat.shape, (1,)).view(torch.uint8)  # a single element may have any stride


def differences(expected: Held, found: Held) -> list[Difference]:
    """Where ``found`` is not what was expected, in the order of the names."""
    listed = [Difference(name, "is missing") for name in expected if name not in found]
    listed += [Difference(name, "is one too many") for name in found if name not in expected]
    for name in expected:
        if name in found and (what := _difference(expected[name], found[name])):
            listed.append(Difference(name, what))
    return listed


def _difference(expected: tuple[str, torch.Tensor], found: tuple[str, torch.Tensor]) -> str:
    (kind, one), (other_kind, other) = expected, found
    if kind != other_kind:
        return f"is a {other_kind}, not a {kind}"
    if other.is_meta:
        return f"is a {kind} without memory"
    if one.dtype != other.dtype:
        return f"{kind} in {other.dtype}, not {one.dtype}"
    if one.shape != other.shape:
        return f"{kind} of {tuple(other.shape)}, not {tuple(one.shape)}"
    if one.requires_grad != other.requires_grad:
        return f"{kind} that {'is' if other.requires_grad else 'is not'} {TRAINED}"
    return "" if same_bits(one, other) else f"{kind} {OTHER_VALUES}"


def ties(model: Any) -> set[frozenset[str]]:
    """The groups of names that are one parameter or buffer, or share its memory."""
    groups: dict[object, set[str]] = {}
    for name, (_, tensor) in held(model).items():
        groups.setdefault(("object", id(tensor)), set()).add(name)
        if tensor.numel() and not tensor.is_meta:
            place = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride())
            groups.setdefault(("memory", *place), set()).add(name)
    return {frozenset({kind[0], *names}) for kind, names in groups.items() if len(names) > 1}  # type: ignore[index]


def same_outputs(expected: object, found: object) -> bool:
    """Whether two outputs hold the same tensors at the same places, but for the last bits of sums.

    Weights are compared bit for bit before. On some processors libraries sum in an order that depends on where a tensor
    lies in memory, and on how many threads are free.
    """
    one, other = list(tensors(expected)), list(tensors(found))
    return [place for place, _ in one] == [place for place, _ in other] and all(
        same_bits(left, right) or _differ_in_last_bits(left, right)
        for (_, left), (_, right) in zip(one, other, strict=True)
    )


def _differ_in_last_bits(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype or not one.is_floating_point() or not one.numel():
        return False
    largest = one.nan_to_num().abs().max().item()
    rounding = 16 * torch.finfo(one.dtype).eps * max(largest, 1.0)
    return torch.allclose(one, other, rtol=0, atol=rounding, equal_nan=True)


def tensors(output: object, place: str = "") -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor in an output with where it lies; caches and other objects are not looked into."""
    if isinstance(output, torch.Tensor):
        yield place, output
    elif isinstance(output, Mapping):
        for key, value in output.items():
            yield from tensors(value, f"{place}.{key}")
    elif isinstance(output, Sequence) and not isinstance(output, str):
        for index, value in enumerate(output):
            yield from tensors(value, f"{place}.{index}")
