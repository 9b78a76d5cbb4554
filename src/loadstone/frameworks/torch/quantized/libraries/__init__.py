"""One file for each library that computes with quantized weights; its ``LIBRARY`` is all that others know of it."""
