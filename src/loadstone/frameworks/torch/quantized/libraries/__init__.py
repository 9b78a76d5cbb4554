"""One file for each library that computes with weights in fewer bits; its ``LIBRARY`` is all that others know of it."""
