"""The module path that existing scripts import :func:`load_sharded_checkpoint` from."""

from loadstone.pipeline.load_into import load_sharded_checkpoint

__all__ = ["load_sharded_checkpoint"]
