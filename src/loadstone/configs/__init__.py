"""What a model is, as ``config.json`` says it; how it generates; and how a load goes."""
