"""One file for each family, named after its ``model_type``; each declares ``FAMILY``."""
