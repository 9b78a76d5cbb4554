"""Models whose class is transformers' own: it says what they compute, and Loadstone does everything else.

:mod:`.classes` picks the class, :mod:`.skeleton` builds it without memory. :mod:`.names` reads its table of renamed
tensors and :mod:`.located` its conversions, so that what is stored gets the names and shapes of slots while no value is
read; :mod:`.conventions` reads what else a class declares: ties, parts that may be missing, dtypes, blocks.
:mod:`.saving` is the way back. Of models of families here, :mod:`.view` runs transformers' own ``generate``, and
:mod:`.adapters` puts PEFT's layers into them. ``transformers`` and ``peft`` are imported here alone, and only
when one of these is asked for.
"""
