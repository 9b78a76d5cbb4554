"""The command: ``python -m sweep``, with ``tools`` on the path."""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from .packages import show_torchvision

HERE = Path(__file__).resolve().parents[2]


def main() -> int:
    options = _options()
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    declared = show_torchvision()
    import torch
    import transformers.modeling_utils

    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    _warm()
    from . import case, page, workers
    from .types import model_types

    chosen = model_types()
    if unknown := set(options.only) - {each.name for each in chosen}:
        raise SystemExit(f"transformers {transformers.__version__} has no model type {', '.join(sorted(unknown))}")
    if options.only or options.sample:
        others = [each for each in chosen if each.name not in options.only]
        sampled = set(random.Random(options.seed).sample(others, min(options.sample, len(others))))
        chosen = [each for each in chosen if each.name in options.only or each in sampled]
    folder = options.results / options.dtype
    if not options.resume:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    waiting = [each for each in chosen if not (folder / f"{each.name}.json").is_file()]
    facts_file, spent_s = folder / "facts", 0.0
    if facts_file.is_file():
        spent_s = json.loads(facts_file.read_text())["elapsed_s"]
    begin = time.monotonic()
    work = lambda each: case.run(each, options.dtype, options.loader)  # noqa: E731
    for number, found in enumerate(workers.run_all(waiting, work, folder, options.jobs), 1):
        _tell(found, f"{number}/{len(waiting)}", options.quiet)
    results = [workers.read(folder, each.name) for each in chosen]
    facts: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "elapsed_s": spent_s + time.monotonic() - begin,
        "jobs": options.jobs,
        "dtype": options.dtype,
        "loader": options.loader,
    }
    facts_file.write_text(json.dumps(facts))
    print(page.summary(results, facts))
    if options.page:
        options.page.write_text(page.text(results, facts))
    del declared
    verdicts = Counter(page.verdict(found) for found in results)
    return 1 if verdicts["wrong"] or verdicts["crashed"] else 0


def _warm() -> None:
    """Has what every process would import and compute anew, and starts no thread."""
    from transformers.conversion_mapping import get_checkpoint_conversion_mapping

    get_checkpoint_conversion_mapping("mixtral")
    for name in ("pipeline.auto", "checkpoint.open", "frameworks.torch.adapter", "frameworks.torch.bridge.build"):
        importlib.import_module(f"loadstone.{name}")


def _tell(found: dict[str, Any], place: str, quiet: bool) -> None:
    for each in found["cases"]:
        if quiet and each["verdict"] == "right":
            continue
        words = [place, found["type"], each["auto"], each["verdict"], each.get("why", ""), each.get("forward", "")]
        print(" · ".join(word for word in words if word), *each.get("notes", ()), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sweep", description="Loads every model type of transformers.")
    parser.add_argument("--only", nargs="+", default=[], metavar="TYPE", help="these model types and no others")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="N types by chance, beside those of --only")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--dtype", default="float32", help="the dtype asked for: float32, bfloat16 or float16")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--resume", action="store_true", help="keep the results that are there")
    parser.add_argument("--quiet", action="store_true", help="tell nothing of what is right")
    parser.add_argument("--results", type=Path, default=HERE / "build" / "sweep", help="folder for the results")
    parser.add_argument("--page", type=Path, help="where the table goes")
    parser.add_argument("--loader", choices=("bridge", "transformers"), default="bridge", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
