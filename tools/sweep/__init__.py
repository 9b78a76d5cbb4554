"""Every model type of the installed transformers, loaded by the bridge and by transformers from one tiny checkpoint.

``make sweep`` runs all of them and writes ``docs/bridge.md``; ``python -m sweep --help``, with ``tools`` on the path,
says what else there is.
"""
