"""Quantized weights, as files store them: one file for each method. No framework, no I/O."""
