"""One measured process of the Flax and TensorFlow benchmark; prints its figures as one line of JSON.

``python probe_frameworks.py FRAMEWORK SUBJECT CHECKPOINT FOLDER NBYTES``. The framework and the subject's class are
imported before the clock of a load starts, each on a clock of its own; what a library imports later is part of its
first load. NBYTES is how large the model is, for warming memory. Subjects are the two libraries, and the yardsticks
that make the same memory from arrays that are there already.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from children import warm_memory
from probe import memory_bytes

SMALL, LARGE = "small", "large"
_TASK = {SMALL: "AutoModel", LARGE: "AutoModelForCausalLM"}
_PREFIX = {"flax": "Flax", "tensorflow": "TF"}
_TOKENS = [[101, 7592, 2088, 2003, 2023, 1037, 6251, 102]]
_WARM_COPIES = 5


@dataclass(frozen=True)
class Subject:
    """What is measured: ``make`` loads or creates, ``arrays`` are the NumPy views of all weights of what it made."""

    make: Callable[[], Any]
    arrays: Callable[[Any], Iterable[Any]]
    forward: Callable[[Any], list[float]] | None = None


def read(arrays: Iterable[Any]) -> int:
    """Read every byte of every array, at the speed of memory; the sum shows that all subjects hold the same bytes."""
    import numpy as np

    total = 0
    for array in arrays:
        flat = array.reshape(-1).view(np.uint8)
        whole = len(flat) // 8 * 8
        total += int(flat[:whole].view(np.int64).sum()) + int(flat[whole:].sum())
    return total % 2**64


def fingerprint(arrays: Iterable[Any]) -> int:
    """The sum of all elements' bits: the same where one library keeps a matrix the other way round."""
    import numpy as np

    return sum(int(array.reshape(-1).view(f"i{array.itemsize}").sum(dtype=np.int64)) for array in arrays)


def stored_arrays(folder: Path) -> dict[str, Any]:
    """Every stored tensor by its name, as a NumPy view of its mapped file."""
    import ml_dtypes
    import numpy as np

    dtypes = {"BF16": np.dtype(ml_dtypes.bfloat16), "F32": np.dtype(np.float32)}
    arrays = {}
    for file in sorted(folder.glob("*.safetensors")):
        mapped = np.memmap(file, np.uint8, "r")
        begin = 8 + int(mapped[:8].view(np.uint64)[0])
        header = json.loads(bytes(mapped[8:begin]))
        for name, entry in header.items():
            if name != "__metadata__" and entry["dtype"] in dtypes:  # a position table of integers is no weight
                first, last = entry["data_offsets"]
                flat = np.asarray(mapped[begin + first : begin + last]).view(dtypes[entry["dtype"]])
                arrays[name] = flat.reshape(entry["shape"])
    return arrays


def tf_arrays(variables: Sequence[Any]) -> Iterator[Any]:
    """TensorFlow variables as NumPy views: no copy is made."""
    import numpy as np

    return (np.asarray(variable.read_value()) for variable in variables)


def keras_arrays(variables: Sequence[Any]) -> Iterator[Any]:
    """The same of Keras variables, which hold one of TensorFlow's each."""
    return tf_arrays([variable.value for variable in variables])


def model_subject(framework: str, library: str, checkpoint: str, folder: Path, auto_class: Any) -> Subject:
    """``from_pretrained`` of one of the two libraries."""
    import numpy as np

    options = {"dtype": "auto"} if checkpoint == LARGE else {}
    tokens = np.array(_TOKENS, np.int32)

    def make() -> Any:
        return auto_class.from_pretrained(str(folder), **options)

    def forward(model: Any) -> list[float]:
        hidden = np.asarray(model(input_ids=tokens).last_hidden_state)
        return [float(number) for number in hidden[0].mean(axis=0)]

    def flax_arrays(model: Any) -> Iterator[Any]:
        import jax
        from flax import nnx

        weights = nnx.state(model, nnx.Param) if library == "loadstone" else model.params
        return (np.asarray(leaf) for leaf in jax.tree.leaves(weights))

    def variables(model: Any) -> Iterator[Any]:
        return keras_arrays(model.weights) if library == "loadstone" else tf_arrays(model.weights)

    arrays = flax_arrays if framework == "flax" else variables
    return Subject(make, arrays, forward if checkpoint == SMALL else None)


def yardstick_subject(framework: str, name: str, folder: Path) -> Subject:
    """Memory with the same contents, made in the plainest way from arrays whose pages are all there.

    ``start`` makes one number only, which is what it takes for the framework's own runtime to start.
    """
    import numpy as np

    if name == "start":
        return Subject(lambda: start_runtime(framework), lambda _: ())
    ready = stored_arrays(folder)
    read(ready.values())
    if name == "memcpy":
        return Subject(lambda: [np.array(array) for array in ready.values()], lambda copies: copies)
    if name == "tf.Variable":
        import tensorflow as tf

        return Subject(lambda: [tf.Variable(array) for array in ready.values()], tf_arrays)
    import keras

    if name == "keras.Variable":
        return Subject(
            lambda: [keras.Variable(array, dtype=array.dtype.name) for array in ready.values()], keras_arrays
        )
    assert name == "keras.Layer"
    return Subject(lambda: layer_tree(ready), lambda root: keras_arrays(root.weights))


def start_runtime(framework: str) -> Any:
    """The framework's first array."""
    if framework == "flax":
        import jax

        return jax.block_until_ready(jax.device_put(1.0))
    import tensorflow as tf

    return tf.Variable(1.0)


def layer_tree(arrays: Mapping[str, Any]) -> Any:
    """The least that any Keras model of these arrays is made of: a layer for each part of a dotted name, and the
    variables where the names end. Nothing in it can compute."""
    import keras

    layers = {"": keras.layers.Layer(name="root")}
    for name, array in arrays.items():
        *path, leaf = name.split(".")
        for depth, part in enumerate(path, start=1):
            here = ".".join(path[:depth])
            if here not in layers:
                layers[here] = keras.layers.Layer(name=part)
                setattr(layers[".".join(path[: depth - 1])], f"part_{part}", layers[here])
        setattr(layers[".".join(path)], leaf, keras.Variable(array, dtype=array.dtype.name, name=leaf))
    return layers[""]


def import_framework(framework: str, subject: str) -> None:
    """All of the framework that the subject uses by its name."""
    if framework == "flax":
        for module in ("jax", "jax.numpy", "flax.linen", "flax.nnx"):
            importlib.import_module(module)
        return
    importlib.import_module("tensorflow")
    if subject == "transformers":
        importlib.import_module("tf_keras").Model  # noqa: B018 (some of it comes on first use)
    elif subject != "tf.Variable":
        importlib.import_module("keras")


def import_library(framework: str, library: str, checkpoint: str) -> Any:
    """The auto class; the peer's progress bars and advice off."""
    auto_class = getattr(importlib.import_module(library), _PREFIX[framework] + _TASK[checkpoint])
    if library == "transformers":
        importlib.import_module("transformers.utils.logging").set_verbosity_error()
        if framework == "tensorflow":
            _let_peer_iterate()
    return auto_class


def _let_peer_iterate() -> None:
    """transformers 4.57.1 iterates over safetensors' archive, which is not iterable (its issue 40318): make it so."""
    modeling = importlib.import_module("transformers.modeling_tf_utils")
    opened = modeling.safe_open

    class Archive:
        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._archive = opened(*arguments, **options)

        def __enter__(self) -> Archive:
            self._archive.__enter__()
            return self

        def __exit__(self, *error: Any) -> Any:
            return self._archive.__exit__(*error)

        def __iter__(self) -> Iterator[str]:
            return iter(self._archive.keys())

        def __getattr__(self, name: str) -> Any:
            return getattr(self._archive, name)

    modeling.safe_open = Archive


class Collections:
    """Seconds that Python's garbage collector took since this was made."""

    def __init__(self) -> None:
        self.elapsed_s, self._begin = 0.0, 0.0
        gc.callbacks.append(self._note)

    def _note(self, phase: str, _: Any) -> None:
        if phase == "start":
            self._begin = time.perf_counter()
        else:
            self.elapsed_s += time.perf_counter() - self._begin


def warm_copy_s(copies: list[Any], folder: Path) -> float:
    """Seconds of memcpy where both sides' pages are all there, the best of a few: the strictest yardstick."""
    import numpy as np

    best = math.inf
    ready = list(stored_arrays(folder).values())
    read(ready)
    for _ in range(_WARM_COPIES):
        begin = time.perf_counter()
        for copy, array in zip(copies, ready, strict=True):
            np.copyto(copy, array)
        best = min(best, time.perf_counter() - begin)
    return best


def main(framework: str, name: str, checkpoint: str, where: str, nbytes: str) -> None:
    folder, figures = Path(where), dict[str, float]()
    is_library = name in ("loadstone", "transformers")
    begin = time.perf_counter()
    if name != "memcpy":
        import_framework(framework, name)
        figures["import_framework_s"] = time.perf_counter() - begin
    if is_library:
        begin = time.perf_counter()
        auto_class = import_library(framework, name, checkpoint)
        figures["import_library_s"] = time.perf_counter() - begin
        subject = model_subject(framework, name, checkpoint, folder, auto_class)
    else:
        subject = yardstick_subject(framework, name, folder)

    collections, answer, moments = Collections(), {}, {}
    totals = []
    figures["private_before_bytes"] = before = memory_bytes()["private"]
    for turn in ("first", "again"):
        begin = time.perf_counter()
        warm_memory(2 * int(nbytes))  # here, since a host takes back what is free within the seconds of an import
        if turn == "first":
            moments["paused_s"] = time.perf_counter() - begin
        collected = collections.elapsed_s
        begin = time.perf_counter()
        made = subject.make()
        loaded = time.perf_counter()
        arrays = list(subject.arrays(made))
        totals.append(read(arrays))
        done = time.perf_counter()
        if not arrays and name != "start":
            sys.exit(f"{name} in {framework}: the model has no weights")
        del arrays
        figures[f"load_{turn}_s"] = loaded - begin
        figures[f"total_{turn}_s"] = done - begin
        figures[f"collector_{turn}_s"] = collections.elapsed_s - collected
        figures[f"private_added_{turn}_bytes"] = memory_bytes()["private"] - before
        if turn == "first":
            moments["read"] = time.clock_gettime(time.CLOCK_MONOTONIC)
        for stage in getattr(getattr(made, "load_report", None), "stages", ()):
            figures[f"stage_{stage.name}_{turn}_s".replace(" ", "_")] = stage.elapsed_s
        if subject.forward is not None:
            begin = time.perf_counter()
            answer["hidden"] = subject.forward(made)
            figures[f"forward_{turn}_s"] = time.perf_counter() - begin
            if turn == "first":
                moments["forward"] = time.clock_gettime(time.CLOCK_MONOTONIC)
        if turn == "again" and name != "start":
            # The small checkpoint's peer keeps matrices transposed, so that sums of 8 bytes differ.
            answer["bits"] = fingerprint(subject.arrays(made)) if checkpoint == SMALL else totals[0]
        if turn == "again" and name == "memcpy":
            figures["warm_s"] = warm_copy_s(made, folder)
        del made
        gc.collect()
    if totals[0] != totals[1]:
        sys.exit(f"{name} in {framework}: the second load holds other numbers than the first ({totals})")
    print(json.dumps({"figures": figures, "moments": moments, "answer": answer}))


if __name__ == "__main__":
    main(*sys.argv[1:])
