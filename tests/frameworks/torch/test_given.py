"""What a save is given, against the slots of the model: what is understood, what is refused, and that all is named."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.nn.utils import prune

import loadstone
from loadstone.errors import SaveError, StateMismatch
from loadstone.frameworks.torch.quantized.libraries.torchao import LIBRARY

Model = Any
State = dict[str, torch.Tensor]
Auto = loadstone.AutoModelForCausalLM


def compiled(module: nn.Module) -> Any:
    return torch.compile(module, backend="eager")


def adapted(model: Model, **options: Any) -> Any:
    import peft

    return peft.get_peft_model(model, peft.LoraConfig(target_modules=["q_proj"], r=2, **options))


def wrapped_blocks(model: Model, wrap: Callable[[nn.Module], nn.Module]) -> None:
    for index, layer in enumerate(model.model.layers):
        model.model.layers[index] = wrap(layer)


def compiled_head(model: Model) -> None:
    model.lm_head = compiled(model.lm_head)


WRAPPED: dict[str, Callable[[Model], object]] = {
    "compiled blocks": lambda model: wrapped_blocks(model, compiled),
    "a compiled head": compiled_head,
    "checkpointed blocks": lambda model: wrapped_blocks(model, checkpoint_wrapper),
    "compiled and checkpointed": lambda model: wrapped_blocks(model, lambda block: compiled(checkpoint_wrapper(block))),
}


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("name", WRAPPED)
def test_a_model_with_wrapped_modules_is_saved_under_its_own_names(name: str, tied: bool, tmp_path: Path) -> None:
    before = tiny.numbers(tiny.llama(tie_word_embeddings=tied))
    model = tiny.llama(tie_word_embeddings=tied)
    WRAPPED[name](model)
    again = Auto.from_pretrained(tiny.saved(model, tmp_path))
    tiny.assert_same(dict(again.state_dict()), before)
    assert not again.load_report.unused


NAMES: dict[str, Callable[[State], State]] = {
    "DistributedDataParallel": lambda state: {f"module.{name}": value for name, value in state.items()},
    "torch.compile": lambda state: {f"_orig_mod.{name}": value for name, value in state.items()},
    "both": lambda state: {f"module._orig_mod.{name}": value for name, value in state.items()},
    "FSDP": lambda state: {name.replace(".mlp.", "._fsdp_wrapped_module.mlp."): v for name, v in state.items()},
    "an adapted model without its adapters": lambda state: {
        f"base_model.model.{name.replace('q_proj.', 'q_proj.base_layer.')}": value for name, value in state.items()
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_a_state_under_a_wrappers_names_is_saved_under_the_models(name: str, tmp_path: Path) -> None:
    state = {slot: value + 1 for slot, value in tiny.llama().state_dict().items()}
    again = Auto.from_pretrained(tiny.saved(tiny.llama(), tmp_path, state_dict=NAMES[name](state)))
    tiny.assert_same(dict(again.state_dict()), state)


def parametrized(model: Model) -> None:
    nn.utils.parametrizations.weight_norm(model.model.layers[0].mlp.up_proj)


def normed(model: Model) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        nn.utils.weight_norm(model.lm_head)


def partitioned(model: Model) -> None:
    for parameter in model.parameters():
        parameter.data = torch.empty(0)


def on_meta(model: Model) -> None:
    model.lm_head = model.lm_head.to("meta")


def with_a_wider_head(model: Model) -> None:
    model.lm_head = nn.Linear(32, 70, bias=False)


def without_a_layer(model: Model) -> None:
    model.model.layers = model.model.layers[:1]


def with_a_value_head(model: Model) -> None:
    model.value = nn.Linear(32, 1)


CHANGED: dict[str, tuple[Callable[[Model], object], str]] = {
    "adapters": (adapted, r"q_proj\.lora_A\.default\.weight[\s\S]*merge_and_unload"),
    "an adapted head": (lambda model: adapted(model, modules_to_save=["lm_head"]), r"lm_head\.modules_to_save"),
    "a parametrization": (parametrized, r"parametrizations\.weight\.original0[\s\S]*remove_parametrizations"),
    "a normed weight": (normed, r"lm_head\.weight_g[\s\S]*remove_weight_norm"),
    "a pruned weight": (
        lambda model: prune.l1_unstructured(model.lm_head, "weight", 0.5),
        r"lm_head\.weight_mask[\s\S]*prune\.remove",
    ),
    "ZeRO-3's placeholders": (
        partitioned,
        r"embed_tokens\.weight: expected shape \(64, 32\), found shape \(0,\)[\s\S]*accelerator",
    ),
    "no memory": (on_meta, r"lm_head\.weight.*without memory[\s\S]*get_state_dict_offloaded_model"),
    "another head": (
        with_a_wider_head,
        r"lm_head\.weight: expected shape \(64, 32\), found shape \(70, 32\)[\s\S]*config",
    ),
    "a layer less": (without_a_layer, r"layers\.1\.mlp\.up_proj\.weight: expected a tensor of shape .* found none"),
    "a module more": (with_a_value_head, r"value\.weight: expected the name of a slot"),
    "another config": (lambda model: setattr(model.config, "num_hidden_layers", 1), r"layers\.1\..*name of a slot"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_model_that_could_not_be_read_back_leaves_the_old_checkpoint_alone(name: str, tmp_path: Path) -> None:
    change, message = CHANGED[name]
    tiny.saved(tiny.llama(seed=1), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    model = tiny.llama()
    change(model)
    with pytest.raises(StateMismatch, match=message):
        model.save_pretrained(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_changed_model_is_saved_once_its_config_says_the_same(tmp_path: Path) -> None:
    model = tiny.llama()
    without_a_layer(model)
    model.config.num_hidden_layers = 1
    again = Auto.from_pretrained(tiny.saved(model, tmp_path / "cut"))
    tiny.assert_same(dict(again.state_dict()), dict(model.state_dict()))
    merged = adapted(tiny.llama()).merge_and_unload()
    tiny.assert_same(
        dict(Auto.from_pretrained(tiny.saved(merged, tmp_path / "merged")).state_dict()), dict(merged.state_dict())
    )


def with_head(value: Any) -> Callable[[State], Any]:
    return lambda state: {**state, "lm_head.weight": value}


GIVEN: dict[str, tuple[Callable[[State], Any], str]] = {
    "a name less": (
        lambda state: {n: v for n, v in state.items() if "lm_head" not in n},
        r"lm_head\.weight.*found none",
    ),
    "a name more": (lambda state: {**state, "head.bias": torch.ones(1)}, r"head\.bias: expected the name of a slot"),
    "a name twice": (
        lambda state: {**state, "module.lm_head.weight": torch.ones(64, 32)},
        r"module\.lm_head.*a second",
    ),
    "another shape": (with_head(torch.ones(32, 64)), r"lm_head.*expected shape \(64, 32\), found shape \(32, 64\)"),
    "nothing": (lambda state: {}, r"embed_tokens.*found none"),
    "no tensor": (with_head([1.0]), r"lm_head\.weight.*found a list"),
    "integers": (with_head(torch.ones(64, 32, dtype=torch.int8)), r"found one of torch\.int8[\s\S]*quantiz"),
    "a sparse tensor": (with_head(torch.ones(64, 32).to_sparse()), r"layout torch\.sparse_coo[\s\S]*to_dense"),
    "no number for a name": (lambda state: {3: torch.ones(1), **state}, r"3: expected the name of a slot"),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_state_that_is_not_the_models_is_refused(name: str, tmp_path: Path) -> None:
    change, message = GIVEN[name]
    model = tiny.llama()
    with pytest.raises(StateMismatch, match=message):
        model.save_pretrained(tmp_path / "new", state_dict=change(model.state_dict()))
    assert not (tmp_path / "new").exists()


def test_all_offenders_are_in_one_error_which_is_a_save_error_and_can_be_sent_between_processes() -> None:
    state = {f"x.{name}": value for name, value in tiny.llama().state_dict().items()}
    with pytest.raises(SaveError, match="nothing was written") as caught:
        tiny.llama().save_pretrained("unused", state_dict=state)
    assert isinstance(caught.value, StateMismatch) and len(caught.value.faults) == 2 * len(state)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.faults == caught.value.faults and str(again) == str(caught.value)
    assert again.errno is None


def test_the_config_says_the_dtype_of_what_is_given(tmp_path: Path) -> None:
    half = {name: value.half() for name, value in tiny.llama().state_dict().items()}
    again = Auto.from_pretrained(tiny.saved(tiny.llama(), tmp_path, state_dict=half), torch_dtype="auto")
    tiny.assert_same(dict(again.state_dict()), half)


# Tied slots


def test_values_that_are_negated_lazily_are_saved_as_they_read(tmp_path: Path) -> None:
    model = tiny.llama()
    weight = torch.complex(torch.zeros(32, 32), torch.ones(32, 32)).conj().imag
    assert weight.is_neg()
    state = model.state_dict() | {"model.layers.0.self_attn.q_proj.weight": weight}
    model.save_pretrained(tmp_path, state_dict=state)
    again = loadstone.LlamaForCausalLM.from_pretrained(tmp_path)
    assert again.model.layers[0].self_attn.q_proj.weight.unique().tolist() == [-1]


@pytest.mark.parametrize("given", ["embed_tokens", "lm_head", "both"])
def test_of_tied_slots_one_name_is_enough(given: str, tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    left_out = {"embed_tokens": "lm_head", "lm_head": "embed_tokens", "both": "neither"}[given]
    state = {name: value.clone() for name, value in model.state_dict().items() if left_out not in name}
    stored = loadstone.open_checkpoint(tiny.saved(model, tmp_path, state_dict=state))
    assert "model.embed_tokens.weight" in stored and "lm_head.weight" not in stored
    tiny.assert_same(dict(Auto.from_pretrained(tmp_path).state_dict()), dict(model.state_dict()))


def test_tied_slots_given_with_different_values_are_each_kept(tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    state = {**model.state_dict(), "lm_head.weight": model.lm_head.weight.detach() + 1}
    again = Auto.from_pretrained(tiny.saved(model, tmp_path, state_dict=state))
    tiny.assert_same(dict(again.state_dict()), state)
    assert json.loads((tmp_path / "config.json").read_text())["tie_word_embeddings"] is False
    assert model.config.tie_word_embeddings, "saving changes nothing in the model"


# A class of one's own


class TinyConfig(loadstone.PretrainedConfig):
    model_type = "given-test"
    width: int = 4


class Tiny(loadstone.PreTrainedModel):
    config_class = TinyConfig

    def __init__(self, config: TinyConfig) -> None:
        super().__init__(config)
        self.first = nn.Linear(config.width, config.width)
        self.q_proj = nn.Linear(config.width, config.width)
        self.register_buffer("steps", torch.arange(3))
        self.post_init()


def test_a_class_of_ones_own_is_saved_under_the_names_without_wrappers(tmp_path: Path) -> None:
    model = Tiny(TinyConfig())
    before = tiny.numbers(model)
    model.first = compiled(model.first)
    tiny.assert_same(dict(Tiny.from_pretrained(tiny.saved(model, tmp_path)).state_dict()), before)


def normed_first(model: Model) -> None:
    nn.utils.parametrizations.weight_norm(model.first)


OWN: dict[str, tuple[Callable[[Model], Any], str]] = {
    "adapters": (lambda model: adapted(model) and None, r"q_proj\.lora_A[\s\S]*merge_and_unload"),
    "pruning": (
        lambda model: prune.identity(model.first, "weight") and None,
        r"first\.weight_mask[\s\S]*prune\.remove",
    ),
    "a parametrization": (normed_first, r"first\.parametrizations[\s\S]*remove_parametrizations"),
    "another shape": (lambda model: {**model.state_dict(), "first.bias": torch.ones(5)}, r"first\.bias.*\(4,\)"),
    "a name less": (lambda model: {"first.bias": torch.ones(4)}, r"steps: expected a tensor of shape \(3,\)"),
}


@pytest.mark.parametrize("name", OWN)
def test_a_class_of_ones_own_is_compared_with_the_slots_that_it_has(name: str, tmp_path: Path) -> None:
    change, message = OWN[name]
    model = Tiny.from_pretrained(tiny.saved(Tiny(TinyConfig()), tmp_path / "old"))
    state = change(model)
    with pytest.raises(StateMismatch, match=message):
        model.save_pretrained(tmp_path / "new", state_dict=state)
    assert not (tmp_path / "new").exists()


class Named(loadstone.PreTrainedModel):
    """Parts under names that wrappers use too."""

    config_class = TinyConfig

    def __init__(self, config: TinyConfig) -> None:
        super().__init__(config)
        self.base_layer = nn.Linear(config.width, config.width)
        self.module = nn.ModuleDict({"base_layer": nn.Linear(4, 4), "other": nn.Linear(4, 4)})
        self.post_init()


def test_parts_that_are_named_as_wrappers_name_theirs_keep_their_names(tmp_path: Path) -> None:
    model = Named(TinyConfig())
    before = tiny.numbers(model)
    model.module["other"] = compiled(model.module["other"])
    tiny.assert_same(dict(Named.from_pretrained(tiny.saved(model, tmp_path)).state_dict()), before)


def test_what_a_class_says_need_not_be_stored_may_be_missing(tmp_path: Path) -> None:
    class Frozen(Tiny):
        _keys_to_ignore_on_load_missing = ("q_proj",)

    model = Frozen(TinyConfig())
    state = {name: value for name, value in model.state_dict().items() if "q_proj" not in name}
    stored = loadstone.open_checkpoint(tiny.saved(model, tmp_path, state_dict=state))
    assert stored.keys() == state.keys()


def test_a_class_that_parametrizes_its_own_modules_is_saved_as_it_is(tmp_path: Path) -> None:
    class Normed(Tiny):
        def __init__(self, config: TinyConfig) -> None:
            super().__init__(config)
            nn.utils.parametrizations.weight_norm(self.first)

    model = Normed(TinyConfig())
    for turn in ("made", "loaded"):
        again = Normed.from_pretrained(tiny.saved(model, tmp_path / turn))
        tiny.assert_same(dict(again.state_dict()), dict(model.state_dict()))
        model = again


def test_partitioned_parameters_of_a_class_of_ones_own_are_known_by_what_deepspeed_says_of_them(tmp_path: Path) -> None:
    model = Tiny(TinyConfig())
    whole = tiny.numbers(model)
    for parameter in model.parameters():
        parameter.ds_shape = parameter.shape  # type: ignore[attr-defined]
        parameter.data = torch.empty(0)
    with pytest.raises(StateMismatch, match=r"first\.weight: expected shape \(4, 4\), found shape \(0,\)"):
        model.save_pretrained(tmp_path)
    again = Tiny.from_pretrained(tiny.saved(model, tmp_path, state_dict=whole))
    tiny.assert_same(dict(again.state_dict()), whole)


# Tensors of other classes


def quantized(model: Model, kind: type[nn.Module], within: Callable[[Model], nn.Module]) -> None:
    from torchao.quantization import Int8WeightOnlyConfig, quantize_

    quantize_(within(model), Int8WeightOnlyConfig(), filter_fn=lambda module, name: isinstance(module, kind))


def test_weights_quantized_after_the_load_are_refused_unless_the_config_tells_of_them(tmp_path: Path) -> None:
    model = tiny.llama(vocab_size=128).bfloat16()
    quantized(model, nn.Linear, lambda model: model.model)
    with pytest.raises(StateMismatch, match=r"q_proj\.weight.*Int8Tensor of torchao[\s\S]*quantization_config"):
        model.save_pretrained(tmp_path)
    model.config.quantization_config = loadstone.TorchAoConfig("int8").to_dict()
    again = Auto.from_pretrained(tiny.saved(model, tmp_path), torch_dtype="auto")
    assert torch.equal(again(tiny.IDS).logits, model(tiny.IDS).logits)


def test_plain_weights_are_refused_where_the_config_tells_of_quantized_ones(tmp_path: Path) -> None:
    model = tiny.llama()
    model.config.quantization_config = loadstone.TorchAoConfig("int8").to_dict()
    with pytest.raises(StateMismatch, match=r"found unquantized ones[\s\S]*del model\.config\.quantization_config"):
        model.save_pretrained(tmp_path)
    del model.config.quantization_config
    tiny.assert_same(dict(Auto.from_pretrained(tiny.saved(model, tmp_path)).state_dict()), dict(model.state_dict()))


def test_quantized_embeddings_which_no_load_takes_are_refused(tmp_path: Path) -> None:
    model = tiny.llama().bfloat16()
    model.config.quantization_config = loadstone.TorchAoConfig("int8").to_dict()
    quantized(model, nn.Embedding, lambda model: model)
    with pytest.raises(StateMismatch, match=r"embed_tokens\.weight: .*Int8Tensor of torchao, where no load"):
        model.save_pretrained(tmp_path)


def test_layers_of_bitsandbytes_put_in_by_hand_are_refused(tmp_path: Path) -> None:
    import bitsandbytes

    model = tiny.llama()
    old = model.model.layers[0].mlp.up_proj
    new: Any = bitsandbytes.nn.Linear4bit(32, 48, bias=False)
    new.weight = bitsandbytes.nn.Params4bit(old.weight.detach().clone(), requires_grad=False).to("cpu")
    model.model.layers[0].mlp.up_proj = new
    with pytest.raises(StateMismatch, match=r"up_proj\.weight"):
        model.save_pretrained(tmp_path)


def test_what_torchao_stores_and_nothing_reads_is_refused() -> None:
    kind = type("Int4TilePackedTo4dTensor", (), {})
    assert "no stored form that could be read back" in LIBRARY.why_unreadable(kind())


def test_a_tensor_of_a_class_that_keeps_its_values_elsewhere_is_refused_by_the_name_of_the_class(
    tmp_path: Path,
) -> None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    model = tiny.llama()
    with FakeTensorMode():
        fake = torch.empty(64, 32)
    with pytest.raises(StateMismatch, match=r"lm_head\.weight: .*a FakeTensor"):
        model.save_pretrained(tmp_path, state_dict={**model.state_dict(), "lm_head.weight": fake})


class Tagged(torch.Tensor):
    """A class that only adds something to a tensor."""


def test_a_tensor_of_a_class_that_holds_its_values_itself_is_saved(tmp_path: Path) -> None:
    model = tiny.llama()
    tagged = model.lm_head.weight.detach().as_subclass(Tagged)
    again = Auto.from_pretrained(
        tiny.saved(model, tmp_path, state_dict={**model.state_dict(), "lm_head.weight": tagged})
    )
    assert torch.equal(again.lm_head.weight, model.lm_head.weight)


@pytest.fixture
def alone() -> Iterator[Any]:
    """A process group of one."""
    from torch.distributed.device_mesh import init_device_mesh

    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        yield init_device_mesh("cpu", (1,))
    finally:
        torch.distributed.destroy_process_group()


def test_a_sharded_model_is_saved_from_its_shards_and_from_what_was_gathered(alone: Any, tmp_path: Path) -> None:
    from torch.distributed.fsdp import fully_shard

    model = tiny.llama()
    before = tiny.numbers(model)
    for module in (*model.model.layers, model):
        fully_shard(module, mesh=alone)
    gathered = {name: value.full_tensor() for name, value in model.state_dict().items()}
    for name, given in {"shards": None, "gathered": gathered}.items():  # more ranks: tests/processes
        again = Auto.from_pretrained(tiny.saved(model, tmp_path / name, state_dict=given))
        tiny.assert_same(dict(again.state_dict()), before)
        config = json.loads((tmp_path / name / "config.json").read_text())
        assert config["architectures"] == ["LlamaForCausalLM"]


def test_what_has_no_whole_values_on_any_rank_is_not_saved(alone: Any, tmp_path: Path) -> None:
    from torch.distributed.tensor import DTensor, Partial

    model = tiny.llama()
    weight = DTensor.from_local(model.lm_head.weight.detach(), alone, [Partial()])
    with pytest.raises(StateMismatch, match=r"sums that are not added up[\s\S]*redistribute"):
        model.save_pretrained(tmp_path, state_dict={**model.state_dict(), "lm_head.weight": weight})
