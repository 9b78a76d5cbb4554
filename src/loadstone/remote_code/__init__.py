"""The one gate for code that came with a checkpoint: who may run what, what it is, and how it is imported.

A reference in ``auto_map`` (:mod:`.references`) is let through or refused (:mod:`.trust`), its files are fetched and
read without running (:mod:`.reading`, :mod:`.tree`), kept by their hash (:mod:`.store`), and only then imported
(:mod:`.running`), with the installed Transformers or Loadstone in its place (:mod:`.resolution`). :mod:`.carrying` is
the way back: the code that a saved model takes along.
"""
