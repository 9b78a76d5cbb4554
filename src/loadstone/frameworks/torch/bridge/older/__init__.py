"""What transformers 5 no longer has, or has otherwise, and code written for its fourth version takes for granted.

Such code gets classes of these modules under the old names. They derive from the real ones, so that all else that
handles models of transformers handles these too; nothing of transformers itself is changed. :mod:`.models` and
:mod:`.configs` are the two bases, :mod:`.generation` the loop, :mod:`.caches` what it keeps, :mod:`.rotary` the
frequencies, and :mod:`.auto` has ``register`` concern the code that calls it alone.
"""
