"""What ``quantization_config=`` asks for: a config of ours, or any other in the form that the Hub stores.

The names of arguments and keys are those of Transformers 5 (``utils/quantization_config.py``), so that a config of
either library, or ``config.json``, says the same to both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from loadstone.errors import ArgumentError
from loadstone.quantization.registry import methods
from loadstone.quantization.requested import Quantization


def named(name: str, left_alone: Sequence[str] = ()) -> object:
    """The config that the command line means by a name; ``left_alone``: modules to keep as they are.

    Raises :class:`ArgumentError` that lists the names.
    """
    presets = {name: preset for method in methods() for name, preset in method.presets().items()}
    if name not in presets:
        raise ArgumentError(f"--quantize {name}: expected one of {', '.join(presets)}.")
    return presets[name](list(left_alone) or None)


def read(config: object) -> Quantization:
    """What the caller gave, checked: a dict, one of our configs, or anything with ``to_dict()``.

    Raises :class:`ArgumentError` that says what is wrong and what is known.
    """
    to_dict = getattr(config, "to_dict", None)
    given = to_dict() if callable(to_dict) else config
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"quantization_config is {config!r}, expected loadstone.TorchAoConfig(…), loadstone.BitsAndBytesConfig(…), "
            "or a dict with quant_method."
        )
    value = given.get("quant_method")
    name = getattr(value, "value", value)
    quantizing = {method.names[0]: method for method in methods() if method.presets()}
    if name is None:
        name = next((known for known, method in quantizing.items() if method.resembles(given)), None)
    if not isinstance(name, str) or name not in quantizing:
        raise ArgumentError(
            f"quantization_config has quant_method {name!r}. Weights can be quantized while they are loaded with "
            f"{' and '.join(map(repr, quantizing))}."
        )
    quantization = quantizing[name].requested(given)
    for pattern in quantization.left_alone:
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise ArgumentError(f"quantization_config leaves out {pattern!r}, no module's name: {error}") from None
    return quantization
