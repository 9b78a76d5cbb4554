"""GPTQ and AWQ as their formats define them, one bit and one number at a time, to compare with.

Nothing here shares code, or a way to compute, with what it is held against: words are lists of 32 bits, matrices are
dicts, and numbers are Python's.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import torch

Matrix = dict[tuple[int, int], int]


def word_of(bits: Sequence[int]) -> int:
    """32 bits, the lowest first, as a signed 32-bit number."""
    value = 0
    for place, bit in enumerate(bits):
        value += bit * 2**place
    return value - 2**32 if value >= 2**31 else value


def stream(codes: Sequence[int], bits: int) -> list[int]:
    """Codes one after the other, the lowest bit of each first, in whole words."""
    flat: list[int] = []
    for code in codes:
        for place in range(bits):
            flat.append(code // 2**place % 2)
    while len(flat) % 32:
        flat.append(0)
    return [word_of(flat[start : start + 32]) for start in range(0, len(flat), 32)]


def matrix(lines: Sequence[Sequence[int]]) -> torch.Tensor:
    return torch.tensor([list(line) for line in lines], dtype=torch.int32)


class Example:
    """Random codes, zeros and scales of a weight (outputs, inputs), and its numbers."""

    def __init__(self, outputs: int, inputs: int, bits: int, group: int, order: Sequence[int] | None = None) -> None:
        chance = random.Random(f"{outputs} {inputs} {bits} {group}")
        self.outputs, self.inputs, self.bits, self.group = outputs, inputs, bits, group
        self.groups = (inputs + group - 1) // group
        self.order = list(order) if order is not None else [i // group for i in range(inputs)]
        self.codes: Matrix = {}
        self.zeros: Matrix = {}
        self.scales: dict[tuple[int, int], float] = {}
        for o in range(outputs):
            for i in range(inputs):
                self.codes[o, i] = chance.randrange(2**bits)
            for g in range(self.groups):
                self.zeros[o, g] = chance.randrange(1, 2**bits)
                self.scales[o, g] = float(np.float16(chance.uniform(0.001, 0.1)))

    def weight(self) -> torch.Tensor:
        """(code − zero) × scale, each number for itself. Of float16 scales the products are exact in float32."""
        found = torch.empty(self.outputs, self.inputs)
        for o in range(self.outputs):
            for i in range(self.inputs):
                group = self.order[i]
                found[o, i] = (self.codes[o, i] - self.zeros[o, group]) * self.scales[o, group]
        return found

    def scale_lines(self, groups_first: bool, width: int = 0) -> torch.Tensor:
        """The scales, as float16, (groups, outputs) or (outputs, groups and padding)."""
        if groups_first:
            lines = [[self.scales[o, g] for o in range(self.outputs)] for g in range(self.groups)]
        else:
            padding = [0.0] * (width - self.groups)
            lines = [[self.scales[o, g] for g in range(self.groups)] + padding for o in range(self.outputs)]
        return torch.tensor(lines, dtype=torch.float16)

    def gptq(self, less_one: bool = True) -> dict[str, torch.Tensor]:
        """As AutoGPTQ writes it."""
        columns = [stream([self.codes[o, i] for i in range(self.inputs)], self.bits) for o in range(self.outputs)]
        zeros = [
            stream([self.zeros[o, g] - (1 if less_one else 0) for o in range(self.outputs)], self.bits)
            for g in range(self.groups)
        ]
        return {
            "qweight": matrix(list(zip(*columns, strict=True))),
            "qzeros": matrix(zeros),
            "scales": self.scale_lines(groups_first=True),
            "g_idx": torch.tensor(self.order, dtype=torch.int32),
        }

    def awq_gemm(self) -> dict[str, torch.Tensor]:
        """As AutoAWQ writes it: of eight outputs the lowest four bits are output 0, the next 2, 4, 6, 1, 3, 5, 7."""

        def words(line: Sequence[int]) -> list[int]:
            mixed: list[int] = []
            for start in range(0, len(line), 8):
                for output in (0, 2, 4, 6, 1, 3, 5, 7):
                    mixed.append(line[start + output])
            return stream(mixed, 4)

        return {
            "qweight": matrix([words([self.codes[o, i] for o in range(self.outputs)]) for i in range(self.inputs)]),
            "qzeros": matrix([words([self.zeros[o, g] for o in range(self.outputs)]) for g in range(self.groups)]),
            "scales": self.scale_lines(groups_first=True),
        }

    def awq_gemv(self, words: int) -> dict[str, torch.Tensor]:
        """As AutoAWQ writes it, with so many words of zeros for each output."""
        zeros = [[self.zeros[o, g] for g in range(self.groups)] for o in range(self.outputs)]
        return {
            "qweight": matrix([stream([self.codes[o, i] for i in range(self.inputs)], 4) for o in range(self.outputs)]),
            "qzeros": matrix([stream(line + [0] * (8 * words - len(line)), 4) for line in zeros]),
            "scales": self.scale_lines(groups_first=False, width=8 * words),
        }


def codes_of(weight: torch.Tensor, example: Example) -> None:
    """Let an example have the codes nearest to a weight, of zeros and scales that span each group."""
    top = 2**example.bits - 1
    for o in range(example.outputs):
        for g in range(example.groups):
            members = [float(weight[o, i]) for i in range(example.inputs) if example.order[i] == g]
            low, high = min([0.0, *members]), max([0.0, *members])
            scale = float(np.float16((high - low) / top or 1.0))
            example.scales[o, g] = scale
            example.zeros[o, g] = min(max(round(-low / scale), 1), top)
        for i in range(example.inputs):
            g = example.order[i]
            code = round(float(weight[o, i]) / example.scales[o, g]) + example.zeros[o, g]
            example.codes[o, i] = min(max(code, 0), top)
