"""The schemes that a ``quantization_config`` of compressed-tensors names, as far as weights go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loadstone.quantization.problems import Problems

_FORMATS = (
    *("dense", "int-quantized", "float-quantized", "naive-quantized", "pack-quantized", "mixed-precision"),
    *("nvfp4-pack-quantized", "mxfp4-pack-quantized", "mxfp6-pack-quantized", "mxfp8-quantized"),
)
_TENSOR, _CHANNEL, _GROUP, _BLOCK = "tensor", "channel", "group", "block"
_STRATEGIES = (_TENSOR, _CHANNEL, _GROUP, "tensor_group", _BLOCK)
_FLOAT_BITS = (4, 6, 8)


@dataclass(frozen=True)
class Scheme:
    """How weights were quantized."""

    bits: int
    is_float: bool
    is_symmetric: bool
    strategy: str
    size: tuple[int, int]
    """Rows and columns of a block, where the strategy has blocks or groups."""

    @property
    def is_in_whole_groups(self) -> bool:
        return self.strategy == _GROUP

    @property
    def is_whole(self) -> bool:
        """Whether there is one scale for the matrix."""
        return self.strategy == _TENSOR

    @property
    def is_in_blocks(self) -> bool:
        return self.strategy == _BLOCK

    @property
    def has_packed_zeros(self) -> bool:
        """Whether zeros lie in words where codes do."""
        return self.strategy in (_GROUP, _CHANNEL)

    @property
    def kind(self) -> str:
        """``"compressed-tensors int4 in groups of 128"``."""
        height, width = self.size
        how = {_GROUP: f"in groups of {width}", _BLOCK: f"in blocks of {height} × {width}", _CHANNEL: "by rows"}
        number = f"{'float' if self.is_float else 'int'}{self.bits}"
        return " ".join(("compressed-tensors", number, *([how[self.strategy]] if self.strategy in how else [])))

    def block(self, rows: int, columns: int) -> tuple[int, int]:
        """Rows and columns of a matrix of that shape that share a scale."""
        if self.strategy == _TENSOR:
            return rows, columns
        return (1, columns) if self.strategy == _CHANNEL else self.size


def schemes_of(settings: Mapping[str, object], problems: Problems) -> tuple[Scheme, ...]:
    """Those that differ, in their order; a problem for what is not read, or makes no sense."""
    settings = flat(settings)
    sparsity = settings.get("sparsity_config")
    if isinstance(sparsity, Mapping) and sparsity:
        problems.choice(sparsity, "format", ("dense",), "dense")
    if settings.get("transform_config"):
        hint = "Its activations are transformed while the model runs, which Loadstone does not do."
        problems.setting("transform_config", "none", settings["transform_config"], hint)
    problems.choice(settings, "format", _FORMATS, "dense")
    schemes = (scheme for scheme, _ in groups_of(settings, problems) if scheme is not None)
    return tuple(dict.fromkeys(schemes))


def flat(settings: Mapping[str, object]) -> Mapping[str, object]:
    """Settings as newer files have them: older ones have those of quantization within, beside a sparsity_config."""
    own = settings.get("quantization_config")
    return {**settings, **own} if isinstance(own, Mapping) else settings


def groups_of(
    settings: Mapping[str, object], problems: Problems
) -> Iterator[tuple[Scheme | None, Mapping[str, object]]]:
    """Each of ``config_groups``, and the scheme of its weights; None where activations alone are quantized."""
    groups = settings.get("config_groups")
    if not isinstance(groups, Mapping):
        problems.setting("config_groups", "an object", groups)
        return
    for group in groups.values():
        if not isinstance(group, Mapping):
            problems.setting("config_groups", "an object for each group", group)
            continue
        if group.get("format") is not None:
            problems.choice(group, "format", _FORMATS, "dense")
        weights = group.get("weights")
        if weights is None:
            yield None, group
        elif isinstance(weights, Mapping):
            yield _scheme(weights, problems), group
        else:
            problems.setting("weights", "an object", weights)


def _scheme(weights: Mapping[str, object], problems: Problems) -> Scheme:
    is_float = problems.choice(weights, "type", ("int", "float"), "int") == "float"
    bits = problems.choice(weights, "num_bits", _FLOAT_BITS if is_float else tuple(range(1, 9)), 8)
    is_symmetric = problems.choice(weights, "symmetric", (True, False), True)
    if is_float and not is_symmetric:
        problems.setting("symmetric", "true for floats", False)
    problems.choice(weights, "dynamic", (False, None), False)
    strategy = weights.get("strategy")
    group = weights.get("group_size")
    if strategy is None:
        strategy = _TENSOR if group is None else _CHANNEL if group == -1 else _GROUP
    strategy = problems.choice({"strategy": strategy}, "strategy", _STRATEGIES, _TENSOR)
    size = (1, 1)
    if strategy in (_GROUP, "tensor_group"):
        strategy, size = _GROUP, (1, problems.size(weights, "group_size", 0 if group is None else 1))
    elif strategy == _BLOCK:
        block = weights.get("block_structure")
        if isinstance(block, str):  # "128x128", as older files have it
            block = [int(digits) if digits.isdigit() and len(digits) < 10 else digits for digits in block.split("x")]
        size = problems.size_pair({"block_structure": block}, "block_structure") or (1, 1)
        if block is None:
            problems.setting("block_structure", "two integers", None)
    return Scheme(bits, is_float, bool(is_symmetric), strategy, size)
