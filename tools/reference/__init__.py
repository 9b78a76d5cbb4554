"""The API reference: from docstrings and the pages of ``docs/`` to HTML, by Sphinx (docs/adr/0032-api-reference.md)."""
