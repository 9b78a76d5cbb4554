"""Every activation, against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from loadstone.architectures.components.base import ACTIVATIONS as NAMES
from loadstone.frameworks.tensorflow.activations import ACTIVATIONS

X = np.concatenate([np.linspace(-12, 12, 481), [-80.0, 80.0, 1e-6, 0.0]]).astype(np.float32)


def test_every_name_that_configs_use_is_there() -> None:
    assert set(ACTIVATIONS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_it_is_pytorchs_function(name: str, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    from loadstone.frameworks.torch.modeling.activations import ACTIVATIONS as THEIRS

    if name == "relu2" and dtype == "float16":
        x = X[np.abs(X) < 50]  # whose square float16 can hold
    else:
        x = X
    expected = THEIRS[name](torch.tensor(x).to(getattr(torch, dtype))).float().numpy()
    found = ACTIVATIONS[name](tf.cast(x, dtype))
    assert found.dtype == dtype
    allowed = {"float32": 2e-6, "float16": 4e-3, "bfloat16": 3e-2}[dtype]
    assert np.allclose(np.asarray(found, np.float32), expected, rtol=allowed, atol=allowed)
