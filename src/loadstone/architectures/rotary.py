"""Rotary position embeddings: the inverse frequencies of each scaling, as plain values.

Sources: RoPE, arXiv:2104.09864; linear scaling, arXiv:2306.15595; dynamic NTK and YaRN, arXiv:2309.00071;
Llama 3.1's, https://github.com/meta-llama/llama-models; LongRoPE, arXiv:2402.13753.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from loadstone.errors import Fault, InvalidConfig

_NEEDS: dict[str, tuple[str, ...]] = {
    "default": (),
    "linear": ("factor",),
    "dynamic": ("factor",),
    "yarn": ("factor",),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor"),
    "longrope": ("short_factor", "long_factor"),
}

_NUMBERS = (
    "factor",
    "low_freq_factor",
    "high_freq_factor",
    "attention_factor",
    "beta_fast",
    "beta_slow",
    "original_max_position_embeddings",
    "mscale",
    "mscale_all_dim",
)
_READ = {"rope_type", "short_factor", "long_factor", "truncate", *_NUMBERS}
"""The keys of ``rope_scaling`` that say anything here; files carry others."""
_LARGEST_DIM = 1 << 16
_SECTIONS = "config key 'rope_scaling.mrope_section'"


class Rotary(NamedTuple):
    """How queries and keys are turned by their position. A ``NamedTuple``, for each layer looks its tables up by it.

    ``dim`` of each head's values turn, the rest pass; where ``dim`` is odd, one more turns, for they turn in pairs.
    ``scaling`` is the config's ``rope_scaling`` as
    sorted pairs, so that two layers with the same rotary compare equal.
    """

    dim: int
    theta: float
    max_position: int
    original_max_position: int
    scaling: tuple[tuple[str, Any], ...] = ()
    sections: tuple[int, ...] = ()
    """Where positions come in several rows: how many frequencies turn by one row, and then by the next, over and over
    (arXiv:2409.12191, section 2.1)."""
    restarts: bool = False
    """Whether each section has the frequencies of a head as wide as the section."""
    interleaved: bool = False
    """Whether each value turns with the next; else the first half of those that turn with the second."""
    factors: tuple[float, float] | None = None
    """What cos and sin are multiplied by within the limit, and beyond it, where the scaling does not say it."""
    stored: bool = False
    """Whether files hold what cos and sin are made of, so that a component of the tower leaves these in the state."""

    @property
    def kind(self) -> str:
        """``default``, ``linear``, ``dynamic``, ``yarn``, ``llama3`` or ``longrope``."""
        return str(dict(self.scaling).get("rope_type", "default"))

    @property
    def depends_on_length(self) -> bool:
        """Whether the frequencies change with the longest position in use."""
        return self.kind in ("dynamic", "longrope")

    @property
    def limit(self) -> int:
        """The longest sequence that the unchanged frequencies serve, where they depend on length."""
        return self.original_max_position if self.kind == "longrope" else self.max_position

    def frequencies(self, length: int = 0) -> tuple[tuple[float, ...], float]:
        """Inverse frequencies (half of ``dim``, rounded up; radians per position), and the factor for cos and sin.

        ``length`` is the longest position plus one; only ``dynamic`` and ``longrope`` look at it.
        """
        beyond = self.depends_on_length and length > self.limit
        inverse, factor = _frequencies(self, length if beyond else 0)
        return inverse, factor if self.factors is None else self.factors[beyond]


@lru_cache(maxsize=64)
def _frequencies(rotary: Rotary, length: int) -> tuple[tuple[float, ...], float]:
    dim, theta, keys = rotary.dim, rotary.theta, dict(rotary.scaling)
    kind, factor = rotary.kind, float(keys.get("factor") or 1.0)
    if kind == "dynamic" and length:
        theta *= (factor * length / rotary.max_position - (factor - 1)) ** (dim / (dim - 2))
    widths = [2 * count for count in rotary.sections] if rotary.restarts else [dim]
    plain = [theta ** (-i / width) for width in widths for i in range(0, width, 2)]
    if kind == "linear":
        return tuple(f / factor for f in plain), 1.0
    if kind == "llama3":
        return tuple(_llama3(f, factor, keys, rotary.original_max_position) for f in plain), 1.0
    if kind == "yarn":
        return _yarn(rotary, keys, plain)
    if kind == "longrope":
        factors = keys["long_factor"] if length else keys["short_factor"]
        return tuple(f / s for f, s in zip(plain, factors, strict=True)), _longrope_attention(rotary, keys)
    return tuple(plain), 1.0


def _llama3(frequency: float, factor: float, keys: Mapping[str, Any], original: int) -> float:
    low, high = float(keys["low_freq_factor"]), float(keys["high_freq_factor"])
    turns = original * frequency / (2 * math.pi)  # full turns within the original context
    if turns < low:
        return frequency / factor
    if turns > high:
        return frequency
    smooth = (turns - low) / (high - low)
    return (1 - smooth) * frequency / factor + smooth * frequency


def _yarn(rotary: Rotary, keys: Mapping[str, Any], plain: list[float]) -> tuple[tuple[float, ...], float]:
    dim, original = rotary.dim, rotary.original_max_position
    factor = float(keys.get("factor") or rotary.max_position / original)

    def magnitude(scale: float = 1.0) -> float:
        return 0.1 * scale * math.log(factor) + 1.0 if factor > 1 else 1.0

    attention = keys.get("attention_factor")
    if attention is None:
        scale, scale_all = keys.get("mscale"), keys.get("mscale_all_dim")
        attention = magnitude(scale) / magnitude(scale_all) if scale and scale_all else magnitude()

    def dimension(turns: float) -> float:
        return dim * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(rotary.theta))

    low, high = dimension(keys.get("beta_fast") or 32), dimension(keys.get("beta_slow") or 1)
    if keys.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, dim - 1)
    if low == high:
        high += 0.001
    mixed = []
    for index, frequency in enumerate(plain):
        ramp = min(max((index - low) / (high - low), 0.0), 1.0)
        mixed.append(frequency / factor * ramp + frequency * (1 - ramp))
    return tuple(mixed), float(attention)


def _longrope_attention(rotary: Rotary, keys: Mapping[str, Any]) -> float:
    given = keys.get("attention_factor")
    if given is not None:
        return float(given)
    factor = keys.get("factor") or rotary.max_position / rotary.original_max_position
    return math.sqrt(1 + math.log(factor) / math.log(rotary.original_max_position)) if factor > 1 else 1.0


def _scaling_faults(keys: Mapping[str, Any], dim: int) -> list[Fault]:
    """What is wrong with a ``rope_scaling`` of a known type: every key that the formulas read must be there and fit."""
    faults = []
    pairs = (dim + 1) // 2
    needed = _NEEDS[keys["rope_type"]]
    for key in (*needed, *(key for key in _NUMBERS if key not in needed)):
        value, where = keys.get(key), f"config key 'rope_scaling.{key}'"
        if value is None:
            if key in needed:
                faults.append(Fault(where, "a number" if key in _NUMBERS else f"{pairs} numbers", "nothing"))
        elif key in _NUMBERS:
            if not _is_positive(value):
                faults.append(Fault(where, "a number above 0", repr(value)))
        elif not isinstance(value, (list, tuple)) or not all(map(_is_positive, value)):
            faults.append(Fault(where, f"{pairs} numbers above 0", repr(value)))
        elif len(value) != pairs:
            faults.append(Fault(where, f"{pairs} numbers", f"{len(value)}"))
    if not isinstance(keys.get("truncate", True), bool):
        faults.append(Fault("config key 'rope_scaling.truncate'", "true or false", repr(keys["truncate"])))
    if keys["rope_type"] == "llama3" and not faults and keys["low_freq_factor"] >= keys["high_freq_factor"]:
        where = "config key 'rope_scaling.high_freq_factor'"
        faults.append(
            Fault(where, f"more than low_freq_factor = {keys['low_freq_factor']}", repr(keys["high_freq_factor"]))
        )
    return faults


def _is_positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")


def make_rotary(
    *,
    head_dim: int,
    theta: float,
    max_position: int,
    scaling: Mapping[str, Any] | None = None,
    partial: float = 1.0,
    original_max_position: int | None = None,
) -> Rotary:
    """A :class:`Rotary` from a config's keys; :class:`InvalidConfig` if the scaling is unknown or incomplete."""
    keys = dict(scaling or {})
    kind = keys.pop("type", None)
    keys.setdefault("rope_type", kind or "default")
    if not isinstance(keys["rope_type"], str):
        raise InvalidConfig(
            [Fault("config key 'rope_scaling.rope_type'", " or ".join(_NEEDS), repr(keys["rope_type"]))]
        )
    if keys["rope_type"] == "su":  # what early Phi-3 files call it
        keys["rope_type"] = "longrope"
    kind = keys["rope_type"]
    dim = int(head_dim * partial)
    faults = []
    if kind not in _NEEDS:
        faults.append(Fault("config key 'rope_scaling.rope_type'", " or ".join(_NEEDS), repr(kind)))
    else:
        faults += _scaling_faults(keys, dim)
    if theta <= 1:
        faults.append(Fault("the base of the rotary frequencies (rope_theta)", "more than 1", repr(theta)))
    if not 0 < partial <= 1:
        where = "the share of each head that is rotated (partial_rotary_factor)"
        faults.append(Fault(where, "more than 0 and at most 1", repr(partial)))
    elif not 1 <= dim <= _LARGEST_DIM or dim + dim % 2 > head_dim:
        expected = f"a number from 1 to {_LARGEST_DIM}, and an even one where whole heads are rotated"
        faults.append(Fault("rotary dimensions of each head", expected, repr(dim)))
    original = keys.get("original_max_position_embeddings") or original_max_position or max_position
    if kind == "longrope" and original == 1:
        faults.append(Fault("config key 'original_max_position_embeddings'", "at least 2", "1"))
    if kind == "dynamic" and dim <= 2:
        faults.append(Fault("rotary dimensions of each head", "at least 3 for dynamic scaling", repr(dim)))
    sections = keys.get("mrope_section") or ()
    if not isinstance(sections, list | tuple) or not all(isinstance(each, int) and each > 0 for each in sections):
        faults.append(Fault(_SECTIONS, "integers above 0", repr(sections)))
    elif sections and sum(sections) != dim // 2:
        faults.append(Fault(_SECTIONS, f"numbers whose sum is half of {dim}", repr(sections)))
    if faults:
        raise InvalidConfig(faults)
    return Rotary(
        dim=dim,
        theta=float(theta),
        max_position=max_position,
        original_max_position=int(original),
        scaling=tuple(sorted((key, tuple(v) if isinstance(v, list) else v) for key, v in keys.items() if key in _READ)),
        sections=tuple(sections),
    )


def axial_rotary(head_dim: int, theta: float, axes: int = 2) -> Rotary:
    """A :class:`Rotary` for places in a grid: each axis turns its own share of a head, all with the same frequencies.

    ``head_dim`` is a multiple of twice the ``axes``.
    """
    sections = (head_dim // 2 // axes,) * axes
    return Rotary(head_dim, float(theta), 1, 1, sections=sections, restarts=True)
