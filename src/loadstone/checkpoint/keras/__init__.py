"""Keras' HDF5 files (``.h5``)."""
