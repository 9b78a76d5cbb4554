"""One folder, or file, for each method; its ``METHOD`` is all that the rest of the package knows of it."""
