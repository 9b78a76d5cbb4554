"""Weights that stay quantized while the model runs."""
