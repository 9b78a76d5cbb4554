"""Flax's msgpack files, and their layout."""
