"""``python -m loadstone.cli``, the same as ``loadstone``."""

from loadstone.cli import main

if __name__ == "__main__":
    main()
