"""The name of a dtype, whichever framework's it is."""

from __future__ import annotations


def dtype_name(dtype: object) -> str:
    """``torch.bfloat16``, ``jnp.bfloat16``, ``"torch.bfloat16"`` or ``"bfloat16"`` → ``"bfloat16"``."""
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or getattr(dtype, "__name__", None)
    return (str(dtype) if name is None else str(name)).removeprefix("torch.")
