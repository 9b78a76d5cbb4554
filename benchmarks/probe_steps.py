"""The measured process of `run_before_after.py`: how long a forward pass and a decoding step take.

``python probe_steps.py SHAPE``, with the tree that is measured on PYTHONPATH. The models have the layers of real ones
and narrow weights, so that what a step costs beside its matrix products is most of what is seen.
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
_FORWARD_TOKENS, _DECODE_STEPS, _REPETITIONS = 32, 40, 15


def main(shape: str) -> None:
    import torch

    import loadstone

    sizes = dict(SHAPES[shape])
    config = loadstone.AutoConfig.for_model(sizes.pop("model_type"), **sizes)
    is_decoder = shape != "minilm"
    auto_class = loadstone.AutoModelForCausalLM if is_decoder else loadstone.AutoModel
    model = auto_class.from_config(config).eval()
    generator = torch.Generator().manual_seed(0)
    for _, parameter in sorted(model.named_parameters()):  # not as a tree initializes or orders them
        parameter.data.normal_(0.0, 0.05, generator=generator)
    ids = torch.randint(3, sizes["vocab_size"], (1, _FORWARD_TOKENS), generator=generator)
    mask = torch.ones_like(ids)
    with torch.no_grad():
        figures = {"forward_s": _median_s(lambda: model(input_ids=ids, attention_mask=mask), _REPETITIONS)}
        if is_decoder:
            figures["decode_s"] = _median_s(lambda: _decode(model, ids, mask), 5) / _DECODE_STEPS
            figures["generate_s"] = (
                _median_s(lambda: model.generate(ids, max_new_tokens=_DECODE_STEPS, do_sample=False), 5) / _DECODE_STEPS
            )
        answer = [float(x) for x in model(input_ids=ids, attention_mask=mask)[0][0, -1, ::64]]
    print(json.dumps({"figures": figures, "answer": answer}))


def _decode(model: Any, ids: Any, mask: Any) -> None:
    import torch

    cache = None
    for _ in range(_DECODE_STEPS):
        out = model(input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=True)
        cache, ids = out.past_key_values, out.logits[:, -1:].argmax(dim=-1)
        mask = torch.cat((mask, torch.ones_like(ids)), dim=1)


def _median_s(work: Callable[[], object], repetitions: int) -> float:
    work()
    elapsed_s = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        work()
        elapsed_s.append(time.perf_counter() - begin)
    return statistics.median(elapsed_s)


if __name__ == "__main__":
    main(*sys.argv[1:])
