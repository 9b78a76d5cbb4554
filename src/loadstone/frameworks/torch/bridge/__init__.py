"""Models whose class is transformers' own: it says what they compute, and Loadstone does everything else.

:mod:`.classes` picks the class, :mod:`.skeleton` builds it without memory. :mod:`.names` reads its table of renamed
tensors and :mod:`.located` its conversions, so that what is stored gets the names and shapes of slots while no value is
read; :mod:`.conventions` reads what else a class declares: ties, parts that may be missing, dtypes, blocks.
:mod:`.saving` is the way back. ``transformers`` is imported here and nowhere else, and only when such a model is asked
for.
"""
