"""What checkpoints call the methods they are quantized by, and what runs the weights of each as they are stored."""

from __future__ import annotations

from collections.abc import Mapping

COMPRESSED_TENSORS = "compressed-tensors"


RUN_BY = {
    "torchao": "torchao",
    "bitsandbytes": "bitsandbytes",
    "bitsandbytes_4bit": "bitsandbytes",
    "bitsandbytes_8bit": "bitsandbytes",
    COMPRESSED_TENSORS: COMPRESSED_TENSORS,
}
"""``quant_method`` → the library that computes with such weights as they are stored."""


def method_of(settings: object) -> str | None:
    """The ``quant_method``; None where there is none.

    Some say it otherwise: the oldest configs of bitsandbytes by two flags alone, ModelOpt's by ``quant_algo``,
    AutoAWQ's by ``w_bit`` and the ``version`` of the layout, MLX's by ``mode``.
    """
    if not isinstance(settings, Mapping):
        return None
    method = settings.get("quant_method")
    if method is not None:
        return method if isinstance(method, str) else None
    if settings.get("load_in_4bit") is True or settings.get("load_in_8bit") is True:
        return "bitsandbytes"
    if "quant_algo" in settings:
        return "modelopt"
    if "w_bit" in settings and "version" in settings:
        return "awq"
    return "mlx" if "mode" in settings and "bits" in settings else None
