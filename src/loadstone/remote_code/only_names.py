"""Names that model files import for annotations and ``isinstance`` alone: they are there, and cannot be used."""

from __future__ import annotations

from functools import lru_cache
from typing import NoReturn

from loadstone.errors import CustomCodeError

NAMES = (
    *("PreTrainedTokenizer", "PreTrainedTokenizerBase", "PreTrainedTokenizerFast", "ProcessorMixin", "BatchEncoding"),
    *("LogitsProcessor", "LogitsProcessorList", "LogitsWarper", "StoppingCriteria", "StoppingCriteriaList"),
    *("BaseStreamer", "TextStreamer", "TextIteratorStreamer", "GenerateOutput", "GenerateNonBeamOutput"),
    *("SlidingWindowCache", "HybridCache", "QuantizedCache", "OffloadedCache", "EncoderDecoderCache"),
)


class _Unusable(type):
    """A class that nothing can be made of and nothing can derive from."""

    def __call__(cls, *args: object, **kwargs: object) -> NoReturn:
        raise _not_here(cls.__name__)

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, object]) -> None:
        super().__init__(name, bases, body)
        if bases:
            raise _not_here(bases[0].__name__)


def _not_here(name: str) -> CustomCodeError:
    return CustomCodeError(
        f"transformers.{name} has no equivalent in Loadstone: custom code may name it, and not use it. "
        'With Transformers installed (pip install "loadstone[transformers]") it comes from there.'
    )


@lru_cache(maxsize=64)
def only_a_name(name: str) -> type:
    """The class of a name; :class:`CustomCodeError` as soon as it is called or derived from."""
    return _Unusable(name, (), {"__module__": "transformers"})
