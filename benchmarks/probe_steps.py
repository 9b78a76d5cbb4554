"""The measured process of `run_before_after.py`: how long a forward pass and a decoding step take.

``python probe_steps.py SHAPE TREE…``: the trees, folders of sources, take turns in this one process, on the same
weights, since two processes of one tree differ by more than the trees do. The models have the layers of real ones and
narrow weights, so that what a step costs beside its matrix products is most of what is seen.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

_DECODER = {
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "vocab_size": 2048,
}
SHAPES: dict[str, dict[str, Any]] = {
    # all-MiniLM-L6-v2 as it is.
    "minilm": {
        "model_type": "bert",
        "hidden_size": 384,
        "intermediate_size": 1536,
        "num_hidden_layers": 6,
        "num_attention_heads": 12,
        "vocab_size": 30522,
    },
    "tinyllama": {"model_type": "llama", "num_hidden_layers": 22, **_DECODER},
    "mixtral": {"model_type": "mixtral", "num_hidden_layers": 8, "num_local_experts": 8, **_DECODER},
}
_FORWARD_TOKENS, _DECODE_STEPS = 32, 40
_REPETITIONS = {"forward_s": 60, "decode_s": 10, "generate_s": 10}


class Side:
    """One tree: its modules, and a model made by them."""

    def __init__(self, tree: str, shape: str, weights: dict[str, Any]) -> None:
        self._modules: dict[str, Any] = {}
        self._tree = tree
        with self:
            import loadstone

            sizes = dict(SHAPES[shape])
            config = loadstone.AutoConfig.for_model(sizes.pop("model_type"), **sizes)
            is_decoder = shape != "minilm"
            auto_class = loadstone.AutoModelForCausalLM if is_decoder else loadstone.AutoModel
            self.model = auto_class.from_config(config).eval()
        for name, parameter in self.model.named_parameters():
            parameter.data = weights.setdefault(name, parameter.data)

    def __enter__(self) -> None:
        """``import loadstone`` is this tree's, also where a function imports something when it is called."""
        sys.path.insert(0, self._tree)
        sys.modules.update(self._modules)

    def __exit__(self, *_: object) -> None:
        sys.path.remove(self._tree)
        own = [name for name in sys.modules if name.partition(".")[0] == "loadstone"]
        self._modules = {name: sys.modules.pop(name) for name in own}


def main(shape: str, *trees: str) -> None:
    import torch

    weights: dict[str, Any] = {}
    sides = {tree: Side(tree, shape, weights) for tree in trees}
    generator = torch.Generator().manual_seed(0)
    for _, values in sorted(weights.items()):  # not as a tree initializes or orders them
        values.normal_(0.0, 0.05, generator=generator)
    ids = torch.randint(3, SHAPES[shape]["vocab_size"], (1, _FORWARD_TOKENS), generator=generator)
    mask = torch.ones_like(ids)
    works: dict[str, Callable[[Any], object]] = {"forward_s": lambda model: model(input_ids=ids, attention_mask=mask)}
    steps = {"forward_s": 1}
    if shape != "minilm":
        works["decode_s"] = lambda model: _decode(model, ids, mask)
        works["generate_s"] = lambda model: model.generate(ids, max_new_tokens=_DECODE_STEPS, do_sample=False)
        steps |= {"decode_s": _DECODE_STEPS, "generate_s": _DECODE_STEPS}
    results: dict[str, Any] = {tree: {"figures": {}} for tree in trees}
    with torch.no_grad():
        for name, work in works.items():
            for tree, elapsed_s in _alternately(sides, work, _REPETITIONS[name]).items():
                results[tree]["figures"][name] = statistics.median(elapsed_s) / steps[name]
        for tree, side in sides.items():
            with side:
                logits = side.model(input_ids=ids, attention_mask=mask)[0]
            results[tree]["answer"] = [float(x) for x in logits[0, -1, ::64]]
    print(json.dumps(results))


def _alternately(sides: dict[str, Side], work: Callable[[Any], object], repetitions: int) -> dict[str, list[float]]:
    """How long a piece of work takes with each tree's model, the trees taking turns at going first."""
    elapsed_s: dict[str, list[float]] = {tree: [] for tree in sides}
    for repetition in range(repetitions + 1):
        for tree in list(sides)[:: 1 if repetition % 2 else -1]:
            with sides[tree]:
                begin = time.perf_counter()
                work(sides[tree].model)
                elapsed_s[tree].append(time.perf_counter() - begin)
    return {tree: times[1:] for tree, times in elapsed_s.items()}


def _decode(model: Any, ids: Any, mask: Any) -> None:
    import torch

    cache = None
    for _ in range(_DECODE_STEPS):
        out = model(input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=True)
        cache, ids = out.past_key_values, out.logits[:, -1:].argmax(dim=-1)
        mask = torch.cat((mask, torch.ones_like(ids)), dim=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
