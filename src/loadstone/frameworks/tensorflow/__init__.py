"""Blueprint → ``keras.Model`` on the TensorFlow backend.

Keras decides once in a process which framework it runs on, when it is first imported; these models need TensorFlow.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from loadstone.errors import FrameworkNotInstalled


def _backend() -> str:
    """What Keras runs on, or would; asked before it is imported, for its backend may not be installed."""
    requested = os.environ.get("KERAS_BACKEND")
    if requested and "keras" not in sys.modules:
        return requested
    import keras

    return str(keras.config.backend())


if _backend() != "tensorflow":
    raise FrameworkNotInstalled(
        f"Keras runs on {_backend()}, and Loadstone's TF models need it to run on TensorFlow. Set the environment "
        'variable KERAS_BACKEND=tensorflow before anything imports keras, or "backend": "tensorflow" in '
        "~/.keras/keras.json. For models on another framework: AutoModel… (PyTorch) and FlaxAutoModel… (JAX)."
    )

if TYPE_CHECKING:
    from loadstone.frameworks.contract import Framework
    from loadstone.frameworks.tensorflow import adapter
    from loadstone.frameworks.tensorflow.model import TFPreTrainedModel

    _checked: Framework[TFPreTrainedModel, object, str] = adapter
