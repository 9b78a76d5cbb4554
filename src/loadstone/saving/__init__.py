"""Checkpoints onto the disk: all or nothing, whatever happens meanwhile."""
