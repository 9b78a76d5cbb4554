"""``loadstone verify``: files are held to a lock file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadstone.cli.console import Output, failing_clearly
from loadstone.cli.options import AsJson, Traceback
from loadstone.core.paths import local_path


def verify(
    lock_file: Annotated[Path, typer.Argument(metavar="LOCK", help="A lock file.", parser=local_path)] = Path(
        "loadstone.lock"
    ),
    as_json: AsJson = False,
    show_traceback: Traceback = False,
) -> None:
    """Hash every file that a lock file lists, and name those that differ."""
    with failing_clearly(show_traceback, as_json=as_json):
        from loadstone.lockfile.lockfile import Lock
        from loadstone.lockfile.lockfile import verify as verify_lock

        output = Output()
        with output.working(f"Hashing what {lock_file} lists"):
            lock = Lock.read(lock_file)
            count = verify_lock(lock)
        older = [name for name, source in lock.sources.items() if not source.is_complete]
        if as_json:
            output.json({"lock": str(lock_file), "unchanged_files": count, "older_entries": older})
            return
        for name in older:
            output.note(
                f"{name}: an older entry, which may not cover its tokenizer, processor and pooling. Bring it up to "
                f"date: loadstone lock {name} --output {lock_file}"
            )
        output.line(f"{lock_file}: all {count} files are unchanged")
