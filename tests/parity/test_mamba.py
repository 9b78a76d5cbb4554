"""Mamba: a mixer in place of attention, and a cache that does not grow."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.architectures import components, registry
from loadstone.core.naming_rules import to_slots
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import FRAMEWORKS, SIDES
from .modal import Made
from .reference import TOLERANCE
from .test_initialization import difference

ODD = dict(
    vocab_size=61,
    hidden_size=33,
    state_size=5,
    num_hidden_layers=2,
    conv_kernel=3,
    time_step_rank=7,
    use_bias=True,
    pad_token_id=3,
    bos_token_id=1,
    eos_token_id=2,
)
BARE = ODD | dict(
    hidden_size=20,
    intermediate_size=34,
    conv_kernel=4,
    time_step_rank="auto",
    use_bias=False,
    use_conv_bias=False,
    residual_in_fp32=False,
    hidden_act="gelu",
    tie_word_embeddings=False,
)
"""A given inner width, no biases, another activation, and output embeddings of its own."""
IDS = torch.tensor([[7, 9, 11, 30, 4, 60, 5, 8, 12], [3, 3, 3, 50, 6, 41, 33, 8, 21]])
MASK = (IDS != 3).long()
PADDED: dict[str, Any] = {"input_ids": IDS, "attention_mask": MASK}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made("MambaForCausalLM", transformers.MambaConfig(**ODD), tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made("MambaForCausalLM", transformers.MambaConfig(**BARE), tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made("MambaModel", transformers.MambaConfig(**ODD), tmp_path_factory.mktemp("model"))


@pytest.fixture(params=["odd", "bare", "model"])
def made(request: pytest.FixtureRequest) -> Made:
    found: Made = request.getfixturevalue(request.param)
    return found


def difference_of(found: Any, expected: Any) -> float:
    return float((torch.as_tensor(np.asarray(found)) - torch.as_tensor(np.asarray(expected))).abs().max())


def test_slots_have_the_stored_names_and_shapes(made: Made) -> None:
    ours, stored = made.of("torch"), made.stored()
    head = next(head for head in registry.family("mamba").heads if head.class_name == made.class_name)
    tied = head.tied(ours.config).keys()
    slots = {slot.name: slot.shape for slot in components.slots(head.blueprint(ours.config)) if slot.name not in tied}
    state = {name: tuple(tensor.shape) for name, tensor in ours.state_dict().items() if name not in tied}
    assert slots == state == stored
    assert [name for name, _ in ours.named_parameters()] == [name for name, _ in made.model.named_parameters()]
    assert {name for name in slots if to_slots(registry.family("mamba").rules)(name) != name} == set()


def test_the_older_name_of_the_embeddings_loads(odd: Made, tmp_path: Path) -> None:
    tensors = load_file(odd.folder / "model.safetensors")
    old = {name.replace("embeddings.", "embedding."): tensor for name, tensor in tensors.items()}
    assert old.keys() - tensors.keys() == {"backbone.embedding.weight"}
    save_file(old, tmp_path / "model.safetensors", {"format": "pt"})
    (tmp_path / "config.json").write_bytes((odd.folder / "config.json").read_bytes())
    cls: Any = loadstone.MambaForCausalLM
    loaded, found = cls.from_pretrained(tmp_path, output_loading_info=True)
    assert not found["missing_keys"] and not found["unexpected_keys"]
    assert all(tensor.equal(loaded.state_dict()[name]) for name, tensor in tensors.items())


def test_outputs_are_those_of_transformers(odd: Made, model: Made) -> None:
    odd.check(PADDED | {"labels": IDS, "output_hidden_states": True}, "loss", "logits", "hidden_states")
    model.check(PADDED, "last_hidden_state")


@pytest.mark.long
def test_no_biases_another_activation_and_other_sizes(bare: Made) -> None:
    bare.check({"input_ids": IDS}, "logits")
    assert bare.of("torch").config.intermediate_size == 34 and bare.of("torch").config.time_step_rank == 2


def test_vectors_in_place_of_ids(odd: Made) -> None:
    vectors = odd.model.get_input_embeddings()(IDS).detach()
    odd.check({"inputs_embeds": vectors, "attention_mask": MASK}, "logits", frameworks=("torch",))


EACH = pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS)]
)
"""Programs of Flax and TensorFlow take seconds to compile."""


@EACH
def test_greedy_texts_are_those_of_transformers(odd: Made, framework: str) -> None:
    asked = {**PADDED, "max_new_tokens": 6, "do_sample": False, "eos_token_id": None}
    expected = odd.model.generate(**asked).tolist()
    assert len({*expected[0][9:], *expected[1][9:]}) > 2
    side, ours = SIDES[framework], odd.of(framework)
    for use_cache in (True, False):
        assert side.generate(ours, **asked, use_cache=use_cache) == expected


@EACH
def test_pieces_through_a_cache_equal_the_whole(odd: Made, framework: str) -> None:
    """transformers of 5.23 forgets its state where a second piece has more than one token; ours does not."""
    side, ours = SIDES[framework], odd.of(framework)
    whole = side.compiled(ours, **PADDED).logits
    cache = side.cache(ours, 2, 9)
    for start, end in ((0, 2), (2, 6), (6, 7), (7, 9)):
        inputs = {"input_ids": IDS[:, start:end], "attention_mask": MASK[:, :end]}
        out = side.compiled(ours, **inputs, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        assert difference_of(out.logits, whole[:, start:end]) < TOLERANCE
        assert int(cache.get_seq_length()) == end


def test_what_is_kept_is_what_was_announced(odd: Made) -> None:
    ours = odd.of("torch")
    cache = ours(IDS).past_key_values
    mixers = [each for each in components.find(ours.component, components.Component) if each.keeps(2, 9)]
    expected = {(each.index, name): entry for each in mixers for name, entry in each.keeps(2, 9).items()}
    assert {key: tuple(array.shape) for key, array in cache.stored.items()} == {
        key: entry.shape for key, entry in expected.items()
    }
    assert all(array.untyped_storage().nbytes() == array.nbytes for array in cache.stored.values())
    flax, tensorflow = odd.of("flax").init_cache(2, 5), odd.of("tensorflow").init_cache(2, 5)
    assert {(at, name): array.shape for at, each in enumerate(flax.stored) for name, array in each.items()} == {
        key: entry.shape for key, entry in expected.items()
    }
    assert {name: tuple(array.shape) for name, array in tensorflow.stored.items()} == {
        f"{at}.{name}": entry.shape for (at, name), entry in expected.items()
    }
    assert (len(cache), len(flax), flax.batch, flax.max_length, tensorflow.max_length) == (2, 2, 2, None, None)


def test_rows_of_a_cache_are_reordered_and_its_past_is_not_forgotten(odd: Made) -> None:
    ours = odd.of("torch")
    with torch.no_grad():
        whole = ours(IDS.flip(0), attention_mask=MASK.flip(0)).logits
        cache = ours(IDS[:, :7], attention_mask=MASK[:, :7], use_cache=True).past_key_values
        kept = copy.deepcopy(cache)
        cache.reorder_cache(torch.tensor([1, 0]))
        out = ours(IDS[:, 7:].flip(0), attention_mask=MASK.flip(0), past_key_values=cache).logits
    assert difference_of(out, whole[:, 7:]) < TOLERANCE
    assert (kept.get_seq_length(), cache.seen_tokens) == (7, 9)
    cache.crop(9)
    for length in (5, -1):
        with pytest.raises(ArgumentError, match=r"cannot be cut to .* of its 9 tokens"):
            cache.crop(length)
    with pytest.raises(ArgumentError, match="states of recurrent layers"):
        cache.to_legacy_cache()
    leaves, spec = torch.utils._pytree.tree_flatten(cache)
    again = torch.utils._pytree.tree_unflatten(leaves, spec)
    assert again.get_seq_length() == 9 and again.stored.keys() == cache.stored.keys()


@pytest.mark.long
def test_flax_reads_a_token_at_a_time_in_one_program(odd: Made) -> None:
    import jax
    import jax.numpy as jnp

    @jax.jit
    def all_steps(model: Any, ids: Any) -> Any:
        def step(cache: Any, token: Any) -> tuple[Any, Any]:
            out = model(token[:, None], past_key_values=cache)
            return out.past_key_values, out.logits[:, 0]

        return jax.lax.scan(step, model.init_cache(2, 1), ids.T)[1].swapaxes(0, 1)

    whole = odd.of("torch")(IDS).logits.detach()
    assert difference_of(all_steps(odd.of("flax"), jnp.asarray(IDS.numpy())), whole) < TOLERANCE


@EACH
def test_gradients_are_those_of_transformers(odd: Made, framework: str) -> None:
    inputs = PADDED | {"labels": IDS.masked_fill(MASK == 0, -100)}
    odd.model.zero_grad()
    odd.model(**inputs).loss.backward()
    expected = {name: each.grad for name, each in odd.model.named_parameters()}
    found = SIDES[framework].gradients(odd.of(framework), inputs)
    assert found.keys() - {"lm_head.weight"} == expected.keys(), "the tied table may have both its names"
    for name, gradient in expected.items():
        assert gradient.abs().max() > 0
        assert difference_of(found[name], gradient) < 2e-4, name


def test_checkpointed_passes_have_the_same_gradients(odd: Made) -> None:
    ours = copy.deepcopy(odd.of("torch"))
    plain = ours(**PADDED, labels=IDS)
    plain.loss.backward()
    gradients = {name: each.grad.clone() for name, each in ours.named_parameters()}
    ours.zero_grad()
    ours.train().gradient_checkpointing_enable()
    ours(**PADDED, labels=IDS).loss.backward()
    assert all(difference_of(each.grad, gradients[name]) < 1e-5 for name, each in ours.named_parameters())


@pytest.mark.long
def test_a_pass_is_one_graph(odd: Made) -> None:
    compiled = torch.compile(odd.of("torch"), fullgraph=True, backend="eager")(**PADDED, use_cache=False)
    assert difference_of(compiled.logits.detach(), odd.of("torch")(**PADDED).logits.detach()) < 1e-5


@EACH
def test_bfloat16_is_near_and_its_sums_are_kept_in_float32(odd: Made, framework: str) -> None:
    cls: Any = getattr(loadstone, f"{SIDES[framework].prefix}MambaForCausalLM")
    ours = cls.from_pretrained(odd.folder, dtype="bfloat16")
    out = SIDES[framework].compiled(ours, **PADDED, output_hidden_states=True)
    assert [str(each.dtype) for each in out.hidden_states] == ["torch.float32", "torch.bfloat16", "torch.bfloat16"]
    exact = odd.of("torch")(**PADDED).logits.detach()
    assert difference_of(out.logits.float(), exact) < 0.05 * float(exact.abs().max())


@pytest.mark.parametrize("framework", SIDES)
def test_transformers_reads_what_is_saved(odd: Made, framework: str, tmp_path: Path) -> None:
    odd.of(framework).save_pretrained(tmp_path)
    again = transformers.MambaForCausalLM.from_pretrained(tmp_path)
    stored = load_file(odd.folder / "model.safetensors")
    assert {name: tensor.tolist() for name, tensor in load_file(tmp_path / "model.safetensors").items()} == {
        name: tensor.tolist() for name, tensor in stored.items()
    }
    with torch.no_grad():
        assert again(**PADDED).logits.equal(odd.model(**PADDED).logits)


@pytest.mark.parametrize("place", ["cpu", "disk"])
def test_layers_elsewhere_compute_the_same(odd: Made, place: str, tmp_path: Path) -> None:
    cls: Any = loadstone.MambaForCausalLM
    places = {"backbone.embeddings": "cpu", "backbone.layers.0": place, "backbone.layers.1": "cpu"}
    places |= {"backbone.norm_f": "cpu", "lm_head": "cpu"}
    ours = cls.from_pretrained(odd.folder, device_map=places, offload_folder=tmp_path)
    with torch.no_grad():
        expected = odd.of("torch")(**PADDED).logits
        assert difference_of(ours(**PADDED).logits, expected) < 1e-6
    asked: dict[str, Any] = {**PADDED, "max_new_tokens": 3}
    assert ours.generate(**asked).equal(odd.of("torch").generate(**asked))


def test_a_plan_is_what_the_load_does_and_the_cache_does_not_grow(odd: Made) -> None:
    cls: Any = loadstone.MambaForCausalLM
    forecast = loadstone.plan(odd.folder, device_map="cpu")
    ours = cls.from_pretrained(odd.folder, device_map="cpu")
    assert ours.hf_device_map == forecast.device_map
    assert forecast.parameters == sum(each.numel() for each in ours.parameters())
    assert forecast.bytes_by_device["cpu"] == 4 * forecast.parameters
    structure = registry.family("mamba").heads[1].blueprint(ours.config)
    from loadstone.architectures.demands import cache_bytes

    stored = ours(IDS).past_key_values.stored
    for length in (9, 900):
        sizes = cache_bytes(structure, 2, length, 4)
        assert sizes == {
            f"backbone.layers.{at}": sum(array.nbytes for (layer, _), array in stored.items() if layer == at)
            for at in range(2)
        }


@pytest.mark.parametrize("changes", [{}, {"rescale_prenorm_residual": True, "time_step_init_scheme": "constant"}])
def test_parameters_start_like_the_references(changes: dict[str, Any], tmp_path: Path) -> None:
    config = transformers.MambaConfig(**ODD | {"hidden_size": 96, "vocab_size": 503} | changes)
    config.save_pretrained(tmp_path)
    torch.manual_seed(1)
    expected = dict(transformers.MambaForCausalLM(config).named_parameters())
    cls: Any = loadstone.MambaForCausalLM
    torch.manual_seed(2)
    actual = dict(cls(loadstone.AutoConfig.from_pretrained(tmp_path)).named_parameters())
    torch.manual_seed(2)
    again = dict(cls(loadstone.AutoConfig.from_pretrained(tmp_path)).named_parameters())
    pairs = ((name, actual[name].detach(), expected[name].detach()) for name in expected)
    assert [fault for pair in pairs if (fault := difference(*pair))] == []
    assert all(each.equal(again[name]) for name, each in actual.items())


def test_flax_and_tensorflow_start_alike() -> None:
    config = loadstone.AutoConfig.for_model("mamba", **ODD)
    prefix = "layers.1.mixer."
    for framework in FRAMEWORKS:
        cls: Any = getattr(loadstone, f"{SIDES[framework].prefix}MambaModel")
        state = SIDES[framework].state(cls(config))
        assert difference_of(state[f"{prefix}A_log"], np.log(np.arange(1, 6))[None].repeat(66, 0)) < 1e-6
        assert (state[f"{prefix}D"] == 1).all()
        steps = torch.nn.functional.softplus(state[f"{prefix}dt_proj.bias"])
        assert 0.001 <= steps.min() < 0.01 < steps.max() <= 0.1001
        assert state[f"{prefix}conv1d.weight"].abs().max() <= 3**-0.5


@pytest.mark.parametrize("framework", SIDES)
def test_bad_inputs_are_refused_by_name(odd: Made, framework: str) -> None:
    side, ours = SIDES[framework], odd.of(framework)
    call = side.compiled if framework == "flax" else side.call
    for inputs, message in (
        ({"attention_mask": MASK[:, :5]}, r"attention_mask has shape \(2, 5\)"),
        ({"attention_mask": MASK[:1]}, r"attention_mask has shape \(1, 9\)"),
        ({"attention_mask": torch.ones(2, 1, 9, 9, dtype=torch.bool)}, r"attention_mask has shape \(2, 1, 9, 9\)"),
        ({"input_ids": IDS + 30}, "input_ids"),
        ({"past_key_values": ((IDS, IDS),)}, "past_key_values is a tuple"),
    ):
        if framework == "flax" and "input_ids" in inputs:
            continue  # a compiled program cannot refuse them
        with pytest.raises((ArgumentError, ValueError), match=message):
            call(ours, **({"input_ids": IDS} | inputs))
    if framework == "flax":
        cache = ours.init_cache(2, 9)
    else:
        cache = call(ours, input_ids=IDS, past_key_values=side.cache(ours, 2, 9), use_cache=True).past_key_values
    with pytest.raises((ArgumentError, ValueError), match=r"2 sequences|holds 2 texts"):
        call(ours, input_ids=IDS[:1, :1], past_key_values=cache)


def test_another_librarys_cache_and_configs_that_make_no_sense_are_refused(odd: Made) -> None:
    with pytest.raises(ArgumentError, match="keeps states"):
        odd.of("torch")(IDS, past_key_values=transformers.DynamicCache())
    for changes in ({"hidden_act": "sine"}, {"time_step_rank": "some"}, {"state_size": 0}, {"conv_kernel": 0}):
        cls: Any = loadstone.MambaModel
        with pytest.raises(InvalidConfig, match=r"sine|time_step_rank|state_size|conv_kernel"):
            cls(loadstone.AutoConfig.for_model("mamba", **ODD | changes))


@pytest.mark.parametrize("framework", SIDES)
def test_packed_rows_are_warned_of(odd: Made, framework: str, caplog: pytest.LogCaptureFixture) -> None:
    cls: Any = getattr(loadstone, f"{SIDES[framework].prefix}MambaForCausalLM")
    ours = cls.from_pretrained(odd.folder)
    places = torch.tensor([[0, 1, 2, 3, 0, 1, 2, 3, 4]])
    side = SIDES[framework]
    call = side.compiled if framework == "flax" else side.call
    call(ours, input_ids=IDS, position_ids=places)
    assert "give each text a row of its own" in caplog.text


@pytest.mark.long
def test_linear_layers_are_quantized_while_loading(odd: Made) -> None:
    from loadstone import TorchAoConfig

    cls: Any = loadstone.MambaForCausalLM
    ours = cls.from_pretrained(odd.folder, quantization_config=TorchAoConfig("int8_weight_only"))
    linear = {"in_proj", "x_proj", "dt_proj", "out_proj"}
    for name, each in ours.state_dict().items():
        if "layers.0" in name:
            is_linear = name.endswith("weight") and name.split(".")[-2] in linear
            assert ("Int8" in type(each).__name__) == is_linear, name
    exact = odd.of("torch")(**PADDED).logits.detach()
    assert difference_of(ours(**PADDED).logits.detach(), exact) < 0.1 * float(exact.abs().max())
