"""``loadstone plan``: where a model would go and what loading it would take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loadstone.cli.console import Output, count_shown
from loadstone.core.sizes import format_bytes
from loadstone.errors import ArgumentError
from loadstone.reporting.forecast import Forecast, Module, RankForecast
from loadstone.saving.folders import write_small_files

_PICTURES = (".html", ".svg")


def device_map_of(text: str) -> object:
    """``auto``, ``cpu``, ``0``, or a JSON object of prefixes, as ``device_map`` takes them."""
    if text.lstrip().startswith("{"):
        from loadstone.transfer.strict_json import MalformedJson, parse

        try:
            return parse(text.encode())
        except MalformedJson as malformed:
            raise ArgumentError(f"--device-map {text}: expected JSON, {malformed}.") from None
    return int(text) if text.isdigit() else text


def max_memory_of(pairs: Sequence[str]) -> dict[int | str, str] | None:
    """``0=10GiB`` and ``cpu=30GiB`` → what ``max_memory`` takes; None for none."""
    limits: dict[int | str, str] = {}
    for pair in pairs:
        device, equals, size = pair.partition("=")
        if not equals:
            raise ArgumentError(f"--max-memory {pair}: expected DEVICE=SIZE, such as 0=10GiB or cpu=30GiB.")
        limits[int(device) if device.isdigit() else device] = size
    return limits or None


def mesh_of(tp: int | None, fsdp: int | None) -> dict[str, int] | None:
    """What ``mesh`` takes; None where neither axis is asked for."""
    axes = {"tp": tp, "fsdp": fsdp}
    return {axis: size for axis, size in axes.items() if size is not None} or None


def check_picture(name: str | None) -> None:
    """:class:`ArgumentError` for a file of another kind than pictures are written as."""
    if name is not None and ("\0" in name or Path(name).suffix.lower() not in _PICTURES):
        raise ArgumentError(f"--picture {name!r}: expected a file that ends in {' or '.join(_PICTURES)}.")


def draw(forecast: Forecast, name: str, output: Output) -> None:
    """The picture of a plan, whole or not at all; :class:`SaveError` where it cannot be written."""
    path = Path(name)
    text = forecast.to_svg() if path.suffix.lower() == ".svg" else forecast.to_html()
    write_small_files(path.parent, {path.name: text.encode()})
    output.note(f"drawn: {path}")


def show(forecast: Forecast, output: Output) -> None:
    """The totals, then the modules, those alike in a row as one line."""
    output.line(f"{forecast.model_class}, {count_shown(forecast.parameters)} parameters, {forecast.dtype}", "bold")
    output.line(forecast.source)
    output.line()
    rows = [
        [
            _named(place),
            format_bytes(nbytes),
            format_bytes(forecast.budgets[place]) if place in forecast.budgets else "–",
        ]
        for place, nbytes in forecast.bytes_by_device.items()
    ]
    output.table(["device", "weights", "budget"], rows, numbers=(1, 2))
    output.line()
    output.table(["what it takes", "bytes"], forecast.totals(), numbers=(1,))
    output.line()
    if forecast.ranks:
        rows = [
            [_ranks(run), *map(format_bytes, (run[0].nbytes, run[0].read_bytes, run[0].private_bytes))]
            for run in _alike(forecast.ranks)
        ]
        output.table(["rank", "weights of each", "read of the files", "of its own on a CPU"], rows, numbers=(1, 2, 3))
        output.line()
    output.table(
        ["module", "device", "bytes", "why"],
        [
            [_names(run), _named(run[0].place), format_bytes(sum(m.nbytes for m in run)), _why(run[0])]
            for run in _runs(forecast)
        ],
        numbers=(2,),
    )
    for slot, reason in forecast.initialized.items():
        output.note(f"newly initialized: {slot} ({reason})")
    for text in forecast.passed_over:
        output.note(text)
    for slot, source in forecast.untied.items():
        output.note(f"not tied, as the stored values differ: {slot} and {source}")
    if forecast.unused:
        output.note(f"not used: {len(forecast.unused)} stored tensors, {', '.join(forecast.unused[:4])}, …")


def _alike(ranks: Sequence[RankForecast]) -> list[list[RankForecast]]:
    """Neighbors that hold and read as much."""
    runs: list[list[RankForecast]] = []
    for each in ranks:
        if runs and _sizes(runs[-1][-1]) == _sizes(each):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _sizes(each: RankForecast) -> tuple[int, ...]:
    return each.nbytes, each.read_bytes, each.private_bytes


def _ranks(run: Sequence[RankForecast]) -> str:
    return str(run[0].rank) if len(run) == 1 else f"{run[0].rank}-{run[-1].rank}"


def _named(place: int | str) -> str:
    return f"accelerator {place}" if isinstance(place, int) else place


def _runs(forecast: Forecast) -> list[list[Module]]:
    """Neighbors that differ in the number in their name only."""
    runs: list[list[Module]] = []
    for module in forecast.modules:
        last = runs[-1][-1] if runs else None
        if last is not None and _kind(last) == _kind(module) and module.name.rpartition(".")[2].isdigit():
            runs[-1].append(module)
        else:
            runs.append([module])
    return runs


def _kind(module: Module) -> tuple[str, object, str, bool]:
    return module.name.rpartition(".")[0], module.place, module.reason, module.stays


def _names(run: Sequence[Module]) -> str:
    if len(run) == 1:
        return run[0].name
    stem, _, last = run[-1].name.rpartition(".")
    return f"{stem}.[{run[0].name.rpartition('.')[2]}-{last}]"


def _why(module: Module) -> str:
    if module.place == "disk":
        return f"{module.reason}; {'stays in memory once read' if module.stays else 'read when it runs'}"
    return module.reason
