"""``loadstone inspect``: what a checkpoint holds, from its headers alone."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rich.text import Text
from rich.tree import Tree

from loadstone.architectures.registry import family
from loadstone.cli.console import Output, count_shown, printable
from loadstone.configs.read import values_beside
from loadstone.core.json_values import JsonObject
from loadstone.core.sizes import format_bytes
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import ConfigError, FaultsError, UnknownModelType
from loadstone.pipeline.quantized_checkpoint import dequantized, settings_of
from loadstone.planning.quantized_codes import codes_in
from loadstone.sources.open import open_weights
from loadstone.sources.private_folder import removing_folders
from loadstone.sources.request import USUAL_FILES, FileChoice, HubOptions
from loadstone.sources.resolve import resolve_files

_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
"""A part of a name that counts something. Longer or zero-led ones are names like any other."""


class Pattern(NamedTuple):
    """Tensors that differ only in the numbers of their names."""

    name: str
    """``model.layers.[0-21].mlp.up_proj.weight``"""
    dtype: DType | str
    """Of packed ones what the packing is called."""
    shape: tuple[int, ...]
    tensors: int
    nbytes: int


@dataclass(frozen=True)
class Inspection:
    """All that the command tells of a checkpoint."""

    path: Path | str
    """Or an address, or an id on the Hub."""
    config: JsonObject | None
    supported: bool
    """Whether a family here has this ``model_type``."""
    tensors: Sequence[StoredTensor]
    """As the model has them, where they are quantized in a way that is read."""
    passed_over: Sequence[str] = ()
    """What lies there, or is listed, and would not be read by a load."""
    quantized: str = ""
    """The ``quant_method`` of the config, and whether it is read; nothing if it has none."""

    @property
    def model_type(self) -> str | None:
        model_type = (self.config or {}).get("model_type")
        return model_type if isinstance(model_type, str) else None

    @property
    def architectures(self) -> list[str]:
        names = (self.config or {}).get("architectures")
        return [str(name) for name in names] if isinstance(names, list) else []

    @property
    def parameters(self) -> int:
        return sum(math.prod(tensor.shape) for tensor in self.tensors)

    @property
    def nbytes(self) -> int:
        return sum(map(_nbytes, self.tensors))

    def by_dtype(self) -> dict[DType | str, tuple[int, int, int]]:
        """dtype, or what a packing is called → (tensors, elements, bytes), the largest first."""
        sums: dict[DType | str, list[int]] = {}
        for tensor in self.tensors:
            row = sums.setdefault(_dtype(tensor), [0, 0, 0])
            row[0] += 1
            row[1] += math.prod(tensor.shape)
            row[2] += _nbytes(tensor)
        return {dtype: (row[0], row[1], row[2]) for dtype, row in sorted(sums.items(), key=lambda item: -item[1][2])}

    def by_file(self) -> dict[str, tuple[int, int]]:
        """File name → (tensors, bytes), in the order of names."""
        tensors = Counter(tensor.file.name for tensor in self.tensors)
        nbytes: Counter[str] = Counter()
        for tensor in self.tensors:
            for part in _parts(tensor):
                nbytes[part.file.name] += part.nbytes
        return {name: (tensors[name], nbytes[name]) for name in sorted(nbytes)}

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "model_type": self.model_type,
            "architectures": self.architectures,
            "supported": self.supported,
            "quantized": self.quantized or None,
            "parameters": self.parameters,
            "nbytes": self.nbytes,
            "passed_over": list(self.passed_over),
            "dtypes": {
                str(dtype): {"tensors": tensors, "parameters": elements, "nbytes": nbytes}
                for dtype, (tensors, elements, nbytes) in self.by_dtype().items()
            },
            "files": {
                name: {"tensors": tensors, "nbytes": nbytes} for name, (tensors, nbytes) in self.by_file().items()
            },
            "tensors": [
                {
                    "name": tensor.name,
                    "dtype": tensor.dtype.value,
                    "shape": list(tensor.shape),
                    "file": tensor.file.name,
                    "offset": tensor.offset,
                    "nbytes": _nbytes(tensor),
                    "packing": None if tensor.packing is None else tensor.packing.kind,
                }
                for tensor in self.tensors
            ],
        }


@removing_folders()
def inspect_checkpoint(path: Path | str, which: FileChoice = USUAL_FILES, revision: str | None = None) -> Inspection:
    """Read the headers of a folder or weight file, here, at an address or on the Hub, and the ``config.json`` beside
    it, if any.

    From the Hub no weights are fetched, but for a GGUF file, and where nothing may be asked of it: there the cache's
    copy is looked at.
    """
    source = resolve_files(path, which, HubOptions(revision, stream=which.gguf_file is None and not _is_offline()))
    checkpoint = open_weights(source, which)
    config = values_beside(source) if source.gguf is None else _config_of(source.gguf)
    model_type = str((config or {}).get("model_type", ""))
    settings = None if source.gguf is not None else settings_of(checkpoint, (config or {}).get)
    quantized = ""
    if settings is None and (codes := codes_in(checkpoint)):
        quantized = f"by a method that nothing names ({printable(str(codes[0].fault()))})"
    if settings is not None:
        quantized = printable(settings.method or "by no method that is known")[:80]
        try:
            checkpoint = dequantized(checkpoint, settings.values, model_type, settings.where)
            quantized += " (loads with dequantize=True)"
        except FaultsError as error:
            quantized += f" (not read: {printable(str(error.faults[0]))})"
    tensors = tuple(checkpoint.values())
    return Inspection(source.gguf or path, config, _has_family(model_type), tensors, checkpoint.passed_over, quantized)


def _is_offline() -> bool:
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def _config_of(gguf: Path) -> JsonObject | None:
    """The config that a GGUF file holds; None for an architecture that is not known here."""
    from loadstone.checkpoint.gguf.open import open_gguf

    try:
        return open_gguf(gguf).config
    except ConfigError:
        return None


def _has_family(model_type: str) -> bool:
    try:
        return bool(family(model_type))
    except UnknownModelType:
        return False


def _dtype(tensor: StoredTensor) -> DType | str:
    return tensor.dtype if tensor.packing is None else tensor.packing.kind


def _parts(tensor: StoredTensor) -> tuple[StoredTensor, ...]:
    return (tensor,) if tensor.packing is None else tensor.packing.parts


def _nbytes(tensor: StoredTensor) -> int:
    return tensor.nbytes if tensor.packing is None else sum(part.nbytes for part in tensor.packing.parts)


def fold(tensors: Iterable[StoredTensor]) -> list[Pattern]:
    """Tensors whose names differ only in numbers become one line, in the order of first appearance.

    Layers of another shape or dtype, or a gap in the numbers, stay visible: each (dtype, shape) has its own
    line, and a range lists exactly the numbers that occur.
    """
    groups: dict[tuple[tuple[str, ...], DType | str, tuple[int, ...]], list[StoredTensor]] = {}
    for tensor in tensors:
        template = tuple("#" if _NUMBER.fullmatch(part) else part for part in tensor.name.split("."))
        groups.setdefault((template, _dtype(tensor), tensor.shape), []).append(tensor)
    patterns = []
    for (template, dtype, shape), members in groups.items():
        name = members[0].name
        if len(members) > 1:
            rows = [member.name.split(".") for member in members]
            name = ".".join(
                _ranges({int(row[index]) for row in rows}) if part == "#" else part
                for index, part in enumerate(template)
            )
        nbytes = sum(map(_nbytes, members))
        patterns.append(Pattern(name, dtype, shape, len(members), nbytes))
    return patterns


def _ranges(numbers: set[int]) -> str:
    """``{0, 1, 2, 5}`` → ``[0-2,5]``; a single number stays as it is."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    spelled = ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)
    return spelled if len(numbers) == 1 else f"[{spelled}]"


def show(inspection: Inspection, output: Output) -> None:
    """The facts as tables and a tree in a terminal, as plain lines elsewhere."""
    family = inspection.model_type or "unknown (no config.json says it)"
    if inspection.model_type and not inspection.supported:
        family += " (no family here)"
    output.line(f"{inspection.path}", style="bold")
    output.line(f"family         {family}")
    output.line(f"architectures  {', '.join(inspection.architectures) or 'none named'}")
    if inspection.quantized:
        output.line(f"quantized      {inspection.quantized}")
    output.line(f"tensors        {len(inspection.tensors)}")
    output.line(f"parameters     {count_shown(inspection.parameters)} ({inspection.parameters})")
    output.line(f"size           {format_bytes(inspection.nbytes)} ({inspection.nbytes} bytes)")
    output.line()
    output.table(
        ["dtype", "tensors", "parameters", "size"],
        [
            [str(dtype), str(tensors), count_shown(elements), format_bytes(nbytes)]
            for dtype, (tensors, elements, nbytes) in inspection.by_dtype().items()
        ],
        numbers=(1, 2, 3),
    )
    output.line()
    output.table(
        ["file", "tensors", "size"],
        [[name, str(tensors), format_bytes(nbytes)] for name, (tensors, nbytes) in inspection.by_file().items()],
        numbers=(1, 2),
    )
    for text in inspection.passed_over:
        output.note(text)
    output.line()
    patterns = fold(inspection.tensors)
    if output.rich:
        output.console.print(_tree(patterns))
    else:
        output.table(
            ["tensor", "dtype", "shape", "count"],
            [
                [pattern.name, str(pattern.dtype), str(list(pattern.shape)), f"×{pattern.tensors}"]
                for pattern in patterns
            ],
        )


class _Node(dict[str, "_Node"]):
    """One level of names; ``pattern`` is set where a name ends."""

    pattern: Pattern | None = None


def _tree(patterns: Sequence[Pattern]) -> Tree:
    root = _Node()
    for pattern in patterns:
        node = root
        for part in pattern.name.split("."):
            node = node.setdefault(part, _Node())
        if node.pattern is not None:  # the same name again, in another shape or dtype
            node = node.setdefault("", _Node())
        node.pattern = pattern
    tree = Tree(Text("tensors", style="bold"), guide_style="dim")
    _grow(tree, root)
    return tree


def _grow(tree: Tree, node: _Node) -> None:
    for name, child in node.items():
        # A level with a single name in it is not worth a line of its own.
        while len(child) == 1 and child.pattern is None:
            ((below, child),) = child.items()
            name = f"{name}.{below}"
        label = Text(printable(name))
        if child.pattern is not None:
            label.append(f"  {child.pattern.dtype} {list(child.pattern.shape)}", style="cyan")
            if child.pattern.tensors > 1:
                label.append(f" ×{child.pattern.tensors}", style="green")
        _grow(tree.add(label), child)
