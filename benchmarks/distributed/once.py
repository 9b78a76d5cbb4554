"""Each byte once per node: ranks that read past the page cache read a share each, and exchange the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from page_cache import make_cold
from report import Goal, Row
from shapes import Shape, make_checkpoint

from distributed.part import measured, touch

TITLE = "Each byte once per node"
ABOUT = (
    'Tensor parallel loads past the page cache (`transfer_options(read="direct")`), as from storage whose bytes no '
    "cache shares. `read` is what a rank asks the system for, `over shards` its private memory at the most less what "
    "it holds. Beside it PyTorch's own reader of such files, which maps them and so asks for nothing."
)
PREDICTED_ON = "2026-11-29"
OURS, DCP = "loadstone", "torch DCP"
CASES: Mapping[str, Sequence[str]] = {"2 ranks": (OURS, DCP), "4 ranks": (OURS, DCP)}
RANKS: Mapping[str, int] = {"4 ranks": 4}
ROWS = tuple(
    Row(f"{title}, {case}", case, figure)
    for case in CASES
    for title, figure in (
        ("load and touch", "seconds_s"),
        ("processor time of a rank", "cpu_s"),
        ("read", "read_bytes"),
        ("over shards", "over_shards_bytes"),
        ("disk", "sum_disk_bytes"),
    )
)
GOALS = (
    Goal("read by a rank of 2", "2 ranks", "read_bytes", at_most=0.51, predicted=0.5005),
    Goal("read by a rank of 4", "4 ranks", "read_bytes", at_most=0.255, predicted=0.2505),
    Goal("memory over the shards of 2", "2 ranks", "over_shards_bytes", below=96e6, predicted=64e6),
    Goal("memory over the shards of 4", "4 ranks", "over_shards_bytes", below=96e6, predicted=64e6),
)
_TINY = Shape("tiny-distributed", 64, 128, 2, 4, 2, 256, shards=1)


def prepare(folder: Path, case: str) -> None:
    """Nothing in the page cache, and a tiny model beside."""
    make_checkpoint(_TINY, folder.parent)
    make_cold(folder)


def probe(subject: str, case: str, folder: Path) -> dict[str, float]:
    """One rank's load, and what it took."""
    import torch.distributed as dist

    from distributed import loads
    from loadstone import AutoModelForCausalLM, transfer_options

    def load(source: Path) -> object:
        if subject == DCP:
            return loads.by_dcp("tp", source)()
        return AutoModelForCausalLM.from_pretrained(
            source,
            torch_dtype="auto",
            distributed_config={"tp_size": dist.get_world_size()},
            transfer=transfer_options("direct"),
        )

    touch(load(next(folder.parent.glob(f"{_TINY.name}-*"))))
    with measured() as found:
        held = touch(load(folder))
    found["held_bytes"] = held
    found["over_shards_bytes"] = max(found["private_bytes"] - held, 0.0)
    return found
