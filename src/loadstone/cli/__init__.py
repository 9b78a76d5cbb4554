"""The command ``loadstone``. Importing this costs nothing; the libraries behind it come with its first call."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign gets a question mark, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        from loadstone.cli.app import app
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {"rich", "tokenizers", "typer"}:
            raise
        sys.exit(f"The command needs {error.name}, which is not installed: pip install 'loadstone[cli]'")
    except KeyboardInterrupt:
        sys.exit(130)
    app()
