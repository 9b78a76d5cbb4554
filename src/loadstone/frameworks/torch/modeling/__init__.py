"""The modules that compute, and the model classes."""
