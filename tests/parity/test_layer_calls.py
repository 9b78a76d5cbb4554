"""What hooks see of a model's modules, and what its layers make of what they are given alone, beside transformers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from torch import nn

from loadstone.core.naming_rules import to_others
from loadstone.frameworks.outputs import ModelOutput

from .cases import CASES, FAMILIES, Case
from .modal import Made
from .reference import TOLERANCE, Store, make_inputs
from .test_class_names import MODELS

PLAIN = {case.family: case for case in CASES if case.variant == "plain"}
HEADS = {PLAIN[family]: "causal_lm" if "causal_lm" in PLAIN[family].heads else "masked_lm" for family in FAMILIES}
DECODERS = [case for case, head in HEADS.items() if head == "causal_lm"]
ids_of = pytest.mark.parametrize("case", HEADS, ids=lambda case: case.family)


class Seen:
    """What hooks on every module of a model were told: path → arguments by name, output."""

    def __init__(self, model: nn.Module) -> None:
        self.outputs: dict[str, Any] = {}
        self.named: dict[str, Mapping[str, Any]] = {}
        self.handles = [
            module.register_forward_hook(self._hook(path), with_kwargs=True) for path, module in model.named_modules()
        ]

    def _hook(self, path: str) -> Any:
        def hook(module: nn.Module, args: Any, named: Mapping[str, Any], output: Any) -> None:
            self.outputs[path], self.named[path] = output, named

        return hook

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *exception: object) -> None:
        for handle in self.handles:
            handle.remove()


def both(store: Store, case: Case, head: str, attention: str = "eager") -> tuple[Any, Any]:
    """transformers' model and ours, with the same weights; others use them too, so what is changed is a copy."""
    theirs = store.reference(case, head).model
    attention = "eager" if case.family == "gemma2" else attention  # it has no other there
    if attention != "eager":
        theirs = copy.deepcopy(theirs)
        theirs.set_attn_implementation(attention)
    return theirs, store.ours(case, head, attention=attention)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@ids_of
def test_hooks_on_every_module_see_what_transformers_returns(case: Case, attention: str, store: Store) -> None:
    theirs, ours = both(store, case, HEADS[case], attention)
    inputs = make_inputs(case, "right")
    with Seen(theirs) as expected, Seen(ours) as seen, torch.no_grad():
        theirs(**inputs)
        ours(**inputs)
    renamed = to_others(ours.family_spec.rules)
    shared = [(path, renamed(path)) for path in seen.outputs if renamed(path) in expected.outputs]
    assert len(shared) > 12
    for path, other in shared:
        found = seen.outputs[path]
        if path.endswith(".gate") or (path.endswith("rotary_emb") and case.family in ("gemma3_text", "modernbert")):
            continue  # a map alone here, around which experts are chosen; tables of two kinds, in whichever order
        if path.endswith(("q_norm", "k_norm")) and case.family.startswith("qwen3"):
            found = found.transpose(1, 2)  # tokens before heads, there
        _equal(found, expected.outputs[other], path)


def _equal(found: Any, expected: Any, path: str) -> None:
    if expected is None or found is None:  # attention to an encoder has no bias, where T5 there has zeros
        assert found is None and (expected is None or not expected.any()), path
        return
    if isinstance(found, ModelOutput):
        for name in ("last_hidden_state", "logits"):
            if found.get(name) is not None:
                _equal(found[name], expected[name], path)
        return
    if isinstance(expected, tuple) and isinstance(found, tuple):
        # MPNet's tuples have weights only where these are asked for
        assert len(found) == len(expected) or len(expected) == 1, path
        for pair in zip(found, expected, strict=False):
            _equal(*pair, path)
        return
    expected = expected[0] if isinstance(expected, tuple) and len(expected) == 1 else expected
    assert isinstance(found, torch.Tensor) and isinstance(expected, torch.Tensor), path
    torch.testing.assert_close(found.flatten(), expected.flatten(), atol=TOLERANCE, rtol=TOLERANCE, msg=path)


IDS = torch.arange(3, 17).reshape(2, 7)
MODAL: dict[str, tuple[str, dict[str, Any]]] = {
    "T5ForConditionalGeneration": ("t5", {"input_ids": IDS, "decoder_input_ids": IDS}),
    "MoonshineForConditionalGeneration": (
        "moonshine",
        {"input_values": torch.linspace(-1, 1, 4000).reshape(2, 2000), "decoder_input_ids": IDS},
    ),
    "T5GemmaForConditionalGeneration": ("t5gemma", {"input_ids": IDS, "decoder_input_ids": IDS}),
    "UMT5ForConditionalGeneration": ("umt5", {"input_ids": IDS, "decoder_input_ids": IDS}),
    "MBartForConditionalGeneration": ("mbart", {"input_ids": IDS, "decoder_input_ids": IDS}),
    "M2M100ForConditionalGeneration": ("m2m_100", {"input_ids": IDS, "decoder_input_ids": IDS}),
    "WhisperForConditionalGeneration": (
        "whisper",
        {"input_features": torch.linspace(-1, 1, 320).reshape(2, 8, 20), "decoder_input_ids": IDS},
    ),
    "ViTForImageClassification": ("vit", {"pixel_values": torch.linspace(-1, 1, 1536).reshape(2, 3, 16, 16)}),
    "CLIPModel": ("clip", {"input_ids": IDS, "pixel_values": torch.linspace(-1, 1, 1536).reshape(2, 3, 16, 16)}),
    "MambaForCausalLM": ("mamba", {"input_ids": IDS}),
}


@pytest.mark.parametrize("name", MODAL)
def test_hooks_on_models_of_other_inputs_see_what_transformers_returns(name: str, tmp_path: Path) -> None:
    _, inputs = MODAL[name]
    family, config = MODELS[name]
    made = Made(name, transformers.AutoConfig.for_model(family, **config), tmp_path)
    ours = made.of("torch")
    ours.set_attn_implementation("eager")
    with Seen(made.model) as expected, Seen(ours) as seen, torch.no_grad():
        made.model(**inputs)
        ours(**inputs)
    renamed = to_others(ours.family_spec.rules)
    shared = [path for path in seen.outputs if renamed(path) in expected.outputs and path]
    shared = [path for path in shared if not path.endswith("embed_positions")]  # in one row here, or in all
    assert len(shared) > 8
    for path in shared:
        found, theirs = seen.outputs[path], expected.outputs[renamed(path)]
        if isinstance(theirs, tuple) and type(ours.get_submodule(path)).__name__ == "T5Block":
            found, theirs = found[:2], theirs[:2]  # of a decoder's, the cross-attention's bias is the third
        _equal(found, theirs, path)


@pytest.mark.parametrize("case", DECODERS, ids=lambda case: case.family)
def test_layers_are_called_with_the_names_of_transformers(case: Case, store: Store) -> None:
    theirs, ours = both(store, case, "causal_lm", "sdpa")
    inputs = make_inputs(case, "right")
    with Seen(theirs) as expected, Seen(ours) as seen, torch.no_grad():
        theirs(**inputs)
        ours(**inputs)
    layers = [path for path, module in ours.named_modules() if type(module).__name__ in ours._no_split_modules]
    for path in layers:
        for name in ("position_ids", "past_key_values", "position_embeddings"):
            if expected.named[path].get(name) is not None:
                assert seen.named[path].get(name) is not None, (path, name)
    cos, sin = (seen.named[layers[0]].get("position_embeddings") or (None, None))[:2]
    if cos is not None:
        for own, other in zip((cos, sin), expected.named[layers[0]]["position_embeddings"], strict=True):
            torch.testing.assert_close(own, other, atol=1e-6, rtol=1e-6)


def layers_of(model: Any) -> list[Any]:
    return [module for module in model.modules() if type(module).__name__ in model._no_split_modules]


@pytest.mark.parametrize("padding", ["none", "right"])
@ids_of
def test_layers_run_one_by_one_with_what_hooks_saw(case: Case, padding: str, store: Store) -> None:
    _, ours = both(store, case, HEADS[case], "sdpa")
    layers, caught = layers_of(ours), []

    def catch(module: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        caught.append((args[0], {name: value for name, value in named.items() if name != "state"}))

    handles = [layer.register_forward_pre_hook(catch, with_kwargs=True) for layer in layers]
    with torch.no_grad(), Seen(ours) as seen:
        ours(**make_inputs(case, padding), use_cache=False)
        for handle in handles:
            handle.remove()
        expected = {id(ours.get_submodule(path)): output for path, output in seen.outputs.items() if path}
        x = caught[0][0]
        for layer, (_, named) in zip(layers, caught, strict=True):
            x = layer(x, **named)
            torch.testing.assert_close(x, expected[id(layer)])


class Caught(Exception):
    """Raised where the first layer is called."""


class Catcher(nn.Module):
    """Stands in for the first layer, as in quantizers' scripts."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer
        self.caught: dict[str, Any] = {}

    def forward(self, hidden_states: torch.Tensor, **named: Any) -> None:
        self.caught = {"hidden_states": hidden_states, **named}
        raise Caught


@pytest.mark.parametrize("family", ["llama", "phi3", "gpt2", "gpt_neox", "opt", "bert", "distilbert"])
def test_layers_run_one_by_one_with_what_the_first_was_called_with(family: str, store: Store) -> None:
    """As GPTQ and AWQ do it, and all that they caught is passed on."""
    case = PLAIN[family]
    _, shared = both(store, case, HEADS[case], "sdpa")
    ours, inputs = copy.deepcopy(shared), make_inputs(case, "right")
    layers = layers_of(ours)
    holder = next(module for module in ours.modules() if isinstance(module, nn.ModuleList) and layers[0] in [*module])
    catcher = Catcher(layers[0])
    holder[0] = catcher
    with torch.no_grad():
        with pytest.raises(Caught):
            ours(**inputs, use_cache=False)
        holder[0] = layers[0]
        x, named = catcher.caught.pop("hidden_states"), catcher.caught
        for layer in layers:
            x = layer(x, **named)
        with Seen(ours) as seen:
            ours(**inputs, use_cache=False)
    path = next(path for path, module in ours.named_modules() if module is layers[-1])
    torch.testing.assert_close(x, seen.outputs[path])


def test_deepcopies_are_called_alike(store: Store) -> None:
    _, ours = both(store, PLAIN["llama"], "causal_lm")
    layer = copy.deepcopy(ours.model.layers[0])
    x = torch.randn(2, 5, 32)
    tables = ours.model.rotary_emb(x, torch.arange(5)[None])
    with torch.no_grad():
        assert torch.equal(layer(x, position_embeddings=tables), ours.model.layers[0](x, position_embeddings=tables))
