"""Families of every kind, each with a table in :mod:`modal_families`: every class of each against transformers.

A new family is a module there. The tests here then hold against it: slots are the stored names and shapes; both name
layouts load; every field of every output, the loss included, in three frameworks; awkward configs; gradients; greedy
and beam search; fresh parameters; saving; offload and forecast; heads that a checkpoint lacks; bfloat16. What
decoders alone have is in :mod:`test_modal_decoders`; what only one family has gets a test file of its own, on
:mod:`modal`.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.architectures import components, registry
from loadstone.architectures.tasks import TASKS
from loadstone.core.naming import Fused

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families import ModalFamily
from .modal_models import KNOWN, Models, classes, config_of
from .test_forecast import bytes_by_place, distinct
from .test_initialization import difference

CACHES = ("past_key_values", "cache_params")


def plain() -> list[Any]:
    return [pytest.param(name, each, id=each) for name in KNOWN for each in classes(name)]


def variants() -> list[Any]:
    """Every class of a family in every awkward config that transformers can run it with."""
    return [
        pytest.param(name, each, variant, id=f"{each}-{variant}")
        for name, known in KNOWN.items()
        for variant in known.awkward
        for each in classes(name)
        if each not in known.refuses.get(variant, ())
    ]


OTHERS = FRAMEWORKS[1:]


def in_frameworks() -> list[Any]:
    """Every class in PyTorch, a family's main class in the others; the other classes there are among the long."""
    return [
        pytest.param(
            name,
            each,
            framework,
            id=f"{each}-{framework}",
            marks=[pytest.mark.long] if framework in OTHERS and each != known.main else [],
        )
        for name, known in KNOWN.items()
        for each in classes(name)
        for framework in FRAMEWORKS
    ]


def as_on_the_hub(family: str, class_name: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What transformers has written of a class, by the names that the Hub's files have."""
    misspelled = KNOWN[family].misspelled
    known = misspelled.get(class_name) or misspelled.get("") or {}
    pairs = known.items() if isinstance(known, Mapping) else (known,)
    return {functools.reduce(lambda name, pair: name.replace(*pair), pairs, name): stored[name] for name in stored}


def stacked(family: str, stored: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a file, with the experts of each layer in one, as a model has them."""
    shapes = dict(stored)
    for rule in registry.family(family).experts:
        if rule.is_stored_whole:
            ends = {name: name.removesuffix(rule.stored[0]) for name in shapes}
            shapes = {stem + rule.slot if stem != name else name: shapes[name] for name, stem in ends.items()}
            continue
        firsts = [part.format(0) for part in rule.stored]
        for stem in [name.removesuffix(firsts[0]) for name in stored if name.endswith(firsts[0])]:
            count = sum(stem + rule.stored[0].format(index) in stored for index in range(len(stored)))
            rows, columns = sum(stored[stem + first][0] for first in firsts), stored[stem + firsts[0]][1]
            shapes[stem + rule.slot] = (count, rows, columns)
            for part in rule.stored:
                for index in range(count):
                    del shapes[stem + part.format(index)]
    return shapes


def fields_of(each: Made, inputs: Mapping[str, Any], unlike: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every field that transformers gives, but for caches and what is known to differ."""
    left_out = {*CACHES, *unlike.get("", ()), *unlike.get(each.class_name, ())}
    found = [name for name, value in each.expected(inputs).items() if value is not None and name not in left_out]
    return [name for name in found if not name.endswith("_model_output")]


@pytest.mark.parametrize(
    ("family", "class_name", "variant"), [pytest.param(*each.values, "", id=each.id) for each in plain()] + variants()
)
def test_slots_are_the_stored_names_and_shapes(made: Models, family: str, class_name: str, variant: str) -> None:
    each = made(family, class_name, variant)
    stored, model = stacked(family, as_on_the_hub(family, class_name, each.stored())), each.of("torch")
    assert not model.load_report.initialized and not model.load_report.unused
    _, head = registry.class_names()[class_name]
    assert head is not None
    slots = {slot.name: slot.shape for slot in components.slots(head.blueprint(model.config))}
    tied = {name for name in slots.keys() - stored.keys() if not name.endswith(KNOWN[family].computed)}
    assert tied <= head.tied(model.config).keys() if head.tied else not tied
    computed = {name: shape for name, shape in slots.items() if name.endswith(KNOWN[family].computed)}
    assert {name: shape for name, shape in slots.items() if name not in tied} == stored | computed
    assert {name: tuple(value.shape) for name, value in model.state_dict().items()} == slots


@pytest.mark.parametrize(("family", "class_name"), plain())
def test_the_names_of_transformers_modules_load_too(made: Models, family: str, class_name: str, tmp_path: Path) -> None:
    each = made(family, class_name)
    shutil.copy(each.folder / "config.json", tmp_path)
    modules = {name: value.clone().contiguous() for name, value in each.model.state_dict().items()}
    save_file(modules, tmp_path / "model.safetensors", {"format": "pt"})
    model = getattr(loadstone, class_name).from_pretrained(tmp_path)
    assert not model.load_report.initialized
    for name, value in each.of("torch").state_dict().items():
        assert model.state_dict()[name].equal(value), name


@pytest.mark.parametrize(("family", "class_name", "framework"), in_frameworks())
def test_outputs_agree(made: Models, family: str, class_name: str, framework: str) -> None:
    each, known = made(family, class_name), KNOWN[family]
    inputs = {**made.inputs(family, class_name), **known.shown}
    fields = fields_of(each, inputs, known.unlike)
    assert fields
    each.check(inputs, *fields, frameworks=(framework,))


@pytest.mark.parametrize(("family", "class_name", "variant"), variants())
def test_awkward_configs_agree(made: Models, family: str, class_name: str, variant: str) -> None:
    each = made(family, class_name, variant)
    inputs = {**made.inputs(family, class_name, variant), **KNOWN[family].shown}
    each.check(inputs, *fields_of(each, inputs, KNOWN[family].unlike), frameworks=("torch",))


@pytest.mark.long
@pytest.mark.parametrize("framework", OTHERS)
@pytest.mark.parametrize(
    ("family", "variant"), [(name, variant) for name, known in KNOWN.items() for variant in known.awkward]
)
def test_awkward_configs_agree_in_the_other_frameworks(made: Models, family: str, variant: str, framework: str) -> None:
    known = KNOWN[family]
    runs = [each for each in (known.main, *classes(family)) if each not in known.refuses.get(variant, ())]
    each, inputs = made(family, runs[0], variant), made.inputs(family, runs[0], variant)
    each.check(inputs, *fields_of(each, inputs, known.unlike), frameworks=(framework,))


@pytest.mark.parametrize(("family", "class_name"), plain())
def test_gradients_agree(made: Models, family: str, class_name: str) -> None:
    """Of the loss, where there is one: their length in all, and which parameters they reach."""
    fused = registry.family(family).fused
    each, inputs = made(family, class_name), made.inputs(family, class_name)
    if each.expected(inputs).get("loss") is None:
        assert not any("label" in name or name.endswith("_positions") for name in inputs), "labels, and no loss"
        return
    found = []
    for model in (each.model, each.of("torch")):
        model.zero_grad()
        model(**inputs).loss.backward()
        grads = {name: each.grad for name, each in model.named_parameters() if each.grad is not None}
        found.append(
            [part for name, grad in grads.items() for part in torch.atleast_1d(grad).chunk(parts_of(name, fused))]
        )
        model.zero_grad()
    # A key's bias gets none, nor does a choice's, but for what rounding leaves.
    expected, ours = (sorted(norm for grad in grads if (norm := float(grad.norm())) > 1e-5) for grads in found)
    assert len(ours) == len(expected)
    torch.testing.assert_close(torch.tensor(ours), torch.tensor(expected), atol=1e-4, rtol=1e-3)


def parts_of(name: str, fused: Iterable[Fused]) -> int:
    """How many parameters of other modules, all alike, a parameter holds."""
    return next((len(each.parts) for each in fused if f"{each.whole}." in name), 1)


def writers() -> list[Any]:
    return [
        pytest.param(name, head.class_name, id=head.class_name)
        for name, known in KNOWN.items()
        if known.prompt is not None
        for head in registry.family(name).heads
        if TASKS[head.task].generates
    ]


def written(model: Any, prompt: Mapping[str, Any], known: ModalFamily, **how: Any) -> list[list[int]]:
    return [list(map(int, row)) for row in model.generate(**prompt, max_new_tokens=known.new_tokens, **how)]


@pytest.mark.parametrize("how", [{}, {"use_cache": False}, {"num_beams": 2}], ids=["greedy", "no cache", "beams"])
@pytest.mark.parametrize(("family", "class_name"), writers())
def test_texts_agree(made: Models, family: str, class_name: str, how: dict[str, Any]) -> None:
    each, known = made(family, class_name), KNOWN[family]
    assert known.prompt is not None
    prompt = known.prompt(class_name, each.model.config)
    assert written(each.of("torch"), prompt, known, **how) == written(each.model, prompt, known, **how)


@pytest.mark.long
@pytest.mark.parametrize("framework", OTHERS)
@pytest.mark.parametrize(("family", "class_name"), writers())
def test_texts_agree_in_the_other_frameworks(made: Models, family: str, class_name: str, framework: str) -> None:
    each, known = made(family, class_name), KNOWN[family]
    assert known.prompt is not None
    prompt = known.prompt(class_name, each.model.config)
    ours = written(each.of("torch"), prompt, known, do_sample=False)
    assert (
        SIDES[framework].generate(each.of(framework), **prompt, max_new_tokens=known.new_tokens, do_sample=False)
        == ours
    )


@pytest.mark.parametrize(("family", "class_name"), plain())
def test_parameters_start_like_those_of_transformers(family: str, class_name: str, tmp_path: Path) -> None:
    known = KNOWN[family]
    config = config_of(known, class_name, known.wide)
    torch.manual_seed(1)
    getattr(transformers, class_name)(config).save_pretrained(tmp_path / "theirs")
    torch.manual_seed(2)
    cls = getattr(loadstone, class_name)
    cls(cls.config_class.from_pretrained(tmp_path / "theirs")).save_pretrained(tmp_path / "ours")
    ours, theirs = (load_file(tmp_path / side / "model.safetensors") for side in ("ours", "theirs"))
    theirs = as_on_the_hub(family, class_name, theirs)
    assert stored_with_every_class(known, ours) == stored_with_every_class(known, theirs)
    pairs = ((name, ours[name], theirs[name]) for name in theirs if not name.endswith(known.fresh_unlike or ("\0",)))
    wrong = [fault for name, found, expected in pairs if (fault := difference(name, found, expected))]
    assert wrong == []


def stored_with_every_class(known: ModalFamily, names: Iterable[str]) -> set[str]:
    return {name for name in names if not name.endswith(known.computed)}


def saving() -> list[Any]:
    return [
        pytest.param(name, framework, id=f"{name}-{framework}", marks=[pytest.mark.long] if framework in OTHERS else [])
        for name in KNOWN
        for framework in FRAMEWORKS
    ]


@pytest.mark.parametrize(("family", "framework"), saving())
def test_what_is_saved_is_read_by_transformers(made: Models, family: str, framework: str, tmp_path: Path) -> None:
    each = made(family)
    each.of(framework).save_pretrained(tmp_path)
    again, report = type(each.model).from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    saved, known = load_file(tmp_path / "model.safetensors"), KNOWN[family]
    expected = as_on_the_hub(family, each.class_name, each.stored())
    assert stored_with_every_class(known, saved) == stored_with_every_class(known, expected)
    expected = each.model.state_dict()
    for name, value in again.state_dict().items():
        assert value.equal(expected[name]), name


@pytest.mark.parametrize("family", KNOWN)
def test_parts_on_disk_compute_the_same_and_the_forecast_knows_it(made: Models, family: str, tmp_path: Path) -> None:
    each, inputs = made(family), made.inputs(family)
    _, head = registry.class_names()[each.class_name]
    assert head is not None
    cls = getattr(loadstone, each.class_name)
    for device_map in ("cpu", "disk"):
        asked = {"device_map": device_map, "dtype": "auto", "offload_folder": tmp_path}
        forecast = loadstone.plan(each.folder, head=head.task, **asked)
        model = cls.from_pretrained(each.folder, **asked).eval()
        assert model.hf_device_map == forecast.device_map
        assert bytes_by_place(model) == {place: size for place, size in forecast.bytes_by_device.items() if size}
        assert forecast.parameters == sum(tensor.numel() for tensor in distinct(model).values())
        _same(model, each.of("torch"), inputs)


def _same(model: Any, other: Any, inputs: Mapping[str, Any]) -> None:
    """Bit for bit."""
    with torch.no_grad():
        found, expected = model(**inputs), other(**inputs)
    for name, value in expected.items():
        if isinstance(value, torch.Tensor):
            assert found[name].equal(value), name


@pytest.mark.parametrize(("family", "class_name"), plain())
def test_a_head_that_the_body_alone_lacks_is_new_and_nothing_else(made: Models, family: str, class_name: str) -> None:
    bare = classes(family)[0]
    if KNOWN[family].parts.get(class_name) or KNOWN[family].changes.get(class_name):
        return  # another config than the body's
    model = getattr(loadstone, class_name).from_pretrained(made(family, bare).folder)
    _, head = registry.class_names()[class_name]
    assert head is not None
    optional = tuple(prefix for group in head.optional for prefix in group)
    assert all(name.startswith(optional) for name in model.load_report.initialized), model.load_report.initialized


@pytest.mark.parametrize("family", KNOWN)
def test_a_model_in_bfloat16_takes_what_is_float32(made: Models, family: str) -> None:
    each, inputs = made(family), made.inputs(family)
    model = getattr(loadstone, each.class_name).from_pretrained(each.folder, dtype=torch.bfloat16).eval()
    with torch.no_grad():
        found, exact = model(**inputs), each.of("torch")(**inputs)
    for name, value in found.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point() and not name.endswith("loss"):
            assert value.dtype == torch.bfloat16, name
            assert (value.float() - exact[name]).abs().mean() < 0.2 * (exact[name].abs().mean() + 0.1), name


@pytest.mark.long
@pytest.mark.parametrize("family", KNOWN)
def test_linear_weights_are_quantized_while_they_are_loaded(made: Models, family: str) -> None:
    each, inputs = made(family), made.inputs(family)
    cls, asked = getattr(loadstone, each.class_name), {"quantization_config": loadstone.TorchAoConfig("int8")}
    if family in ("resnet", "mobilenet_v2"):  # convolutions alone
        with pytest.raises(loadstone.errors.ArgumentError, match="has no linear layer that could be quantized"):
            cls.from_pretrained(each.folder, **asked)
        return
    model = cls.from_pretrained(each.folder, **asked).eval()
    assert any(type(parameter).__name__ == "Int8Tensor" for parameter in model.parameters())
    with torch.no_grad():
        found, exact = model(**inputs), each.of("torch")(**inputs)
    for name, value in found.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point() and not name.endswith("loss"):
            assert (value - exact[name]).abs().mean() < 0.2 * (exact[name].abs().mean() + 0.1), name
