"""The command ``loadstone``. Importing this costs nothing; the libraries behind it come with its first call."""

from __future__ import annotations

import importlib.util
import sys


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign gets a question mark, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    missing = next((name for name in ("typer", "rich") if importlib.util.find_spec(name) is None), None)
    if missing is not None:
        sys.exit(f"The command needs {missing}, which is not installed: pip install 'loadstone[cli]'")
    try:
        from loadstone.cli.app import app
    except KeyboardInterrupt:
        sys.exit(130)
    app(prog_name="loadstone")
