"""What configuration files of Transformers 4 say of exports to ONNX. It is read by nobody who loads a model."""

from __future__ import annotations

from typing import NoReturn

from loadstone.errors import CustomCodeError


class OnnxConfig:
    """A base for such descriptions, which no longer do anything."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        _refuse()

    @classmethod
    def from_model_config(cls, *args: object, **kwargs: object) -> NoReturn:
        """:class:`CustomCodeError`."""
        _refuse()

    @classmethod
    def with_past(cls, *args: object, **kwargs: object) -> NoReturn:
        """:class:`CustomCodeError`."""
        _refuse()


class OnnxConfigWithPast(OnnxConfig):
    """The same of a decoder."""


class OnnxSeq2SeqConfigWithPast(OnnxConfigWithPast):
    """The same of an encoder-decoder."""


class PatchingSpec:
    """What to replace while exporting."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.arguments = (args, kwargs)


def compute_effective_axis_dimension(dimension: int, fixed_dimension: int, num_token_to_add: int = 0) -> int:
    """A size for an example: the fixed one where none is given, less room for special tokens."""
    return (fixed_dimension if dimension <= 0 else dimension) - num_token_to_add


def _refuse() -> NoReturn:
    raise CustomCodeError("Transformers has given up its export to ONNX, and so this code can describe it, not run it.")
