"""One leaf alone, in each framework, with values that a test chose."""

from __future__ import annotations

from typing import Any

import numpy as np

from loadstone.architectures.components.base import Component


def values_of(component: Component, seed: int = 0) -> dict[str, np.ndarray]:
    """Values for each slot; those of a variance are above 0."""
    rng = np.random.default_rng(seed)
    made = {}
    for slot in component.own_slots():
        numbers = rng.standard_normal(slot.shape).astype(np.float32)
        if slot.dtype is not None:
            made[slot.name] = np.array(3, slot.dtype.value)
        else:
            made[slot.name] = 0.5 + numbers**2 if slot.name == "running_var" else numbers
    return made


def computed(framework: str, component: Component, values: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """What the leaf makes of ``x``, whose dtype its floating-point values get; as float32."""
    if framework == "torch":
        return of_torch(torch_leaf(component, values, str(x.dtype)).eval(), x)
    cast = {name: value.astype(x.dtype) if value.dtype == np.float32 else value for name, value in values.items()}
    if framework == "flax":
        import jax
        import jax.numpy as jnp

        from loadstone.frameworks.flax.build import build as build_flax
        from loadstone.frameworks.flax.tree import put, variables

        module: Any = build_flax(component)
        for name, variable in variables(module):
            put(variable, jnp.asarray(cast[name]))
        structure, leaves = jax.tree.flatten(module)[::-1]
        run = jax.jit(lambda leaves, x: jax.tree.unflatten(structure, leaves)(x))
        out = run(leaves, jnp.asarray(x))
        assert out.dtype == x.dtype
        return np.asarray(out, np.float32)
    import keras
    import tensorflow as tf

    layer = tensorflow_leaf(component, cast)
    layer.dtype_policy = keras.DTypePolicy(str(x.dtype))
    out = tf.function(layer)(tf.constant(x))
    assert out.dtype.name == str(x.dtype)
    return out.numpy().astype(np.float32)


def tensorflow_leaf(component: Component, values: dict[str, np.ndarray]) -> Any:
    """The Keras layer with these values."""
    import keras
    import tensorflow as tf

    from loadstone.frameworks.tensorflow.build import build

    layer: Any = build(component, "leaf")
    for slot in component.own_slots():
        value = values[slot.name]
        setattr(layer, slot.name, keras.Variable(tf.constant(value), dtype=str(value.dtype), trainable=False))
    return layer


def torch_leaf(component: Component, values: dict[str, np.ndarray], dtype: str = "float32") -> Any:
    """The PyTorch module with these values."""
    import torch

    from loadstone.frameworks.torch.modeling.build import build

    module: Any = build(component)
    module.load_state_dict({name: torch.tensor(value) for name, value in values.items()})
    return module.to(getattr(torch, dtype))


def of_torch(module: Any, x: np.ndarray) -> np.ndarray:
    """What a PyTorch module makes of ``x``."""
    import torch

    with torch.no_grad():
        return module(torch.tensor(x.astype(np.float32)).to(getattr(torch, str(x.dtype)))).float().numpy()
