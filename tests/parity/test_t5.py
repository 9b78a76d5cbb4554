"""T5 against transformers: all its classes, what stands for ids, caches, ties, saves, and where layers lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.architectures import components
from loadstone.architectures.demands import cache_bytes
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES
from .modal import Made

CLASSES = (
    "T5Model",
    "T5ForConditionalGeneration",
    "T5EncoderModel",
    "T5ForSequenceClassification",
    "T5ForTokenClassification",
    "T5ForQuestionAnswering",
)
SIZES = {
    "vocab_size": 97,
    "d_model": 24,
    "d_kv": 5,
    "d_ff": 19,
    "num_layers": 1,
    "num_decoder_layers": 2,
    "num_heads": 3,
    "relative_attention_num_buckets": 9,
    "relative_attention_max_distance": 11,
    "dropout_rate": 0.0,
    "decoder_start_token_id": 0,
}
GATED = {"T5ForConditionalGeneration", "T5EncoderModel"}
SHOWN = {"output_hidden_states": True, "output_attentions": True}
DECODED = (
    *("decoder_hidden_states", "decoder_attentions", "cross_attentions"),
    *("encoder_last_hidden_state", "encoder_hidden_states", "encoder_attentions"),
)


def texts() -> dict[str, torch.Tensor]:
    """Two texts, the first padded on the right and the second on the left, each with two ends."""
    ids = torch.randint(2, 97, (2, 13), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[0, 9:] = mask[1, :3] = 0
    ids[mask == 0] = 0
    ids[0, 2] = ids[0, 8] = ids[1, 5] = ids[1, 12] = 1
    return {"input_ids": ids, "attention_mask": mask}


def written() -> torch.Tensor:
    return torch.randint(2, 97, (2, 7), generator=torch.Generator().manual_seed(2))


def inputs_of(class_name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a class is given, and the fields that it then has."""
    labels = written()
    labels[1, 3:] = -100
    ids, answers = (
        texts()["input_ids"],
        {"start_positions": torch.tensor([1, 2]), "end_positions": torch.tensor([3, 20])},
    )
    mask = torch.ones_like(labels)
    mask[0, 5:] = 0
    more, fields = {
        "T5Model": ({"decoder_input_ids": written(), "decoder_attention_mask": mask}, ("last_hidden_state", *DECODED)),
        "T5ForConditionalGeneration": ({"labels": labels}, ("loss", "logits", *DECODED)),
        "T5EncoderModel": ({}, ("last_hidden_state", "hidden_states", "attentions")),
        "T5ForSequenceClassification": ({"labels": torch.tensor([1, 2])}, ("loss", "logits", *DECODED)),
        "T5ForTokenClassification": ({"labels": ids % 3}, ("loss", "logits", "hidden_states", "attentions")),
        "T5ForQuestionAnswering": (answers, ("loss", "start_logits", "end_logits", *DECODED)),
    }[class_name]
    return {**texts(), **more, **SHOWN}, fields


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """The checkpoint of each class."""
    found: dict[str, Made] = {}

    def of(class_name: str) -> Made:
        if class_name not in found:
            labels = {"num_labels": 2 if class_name == "T5ForQuestionAnswering" else 3}
            proj = {"feed_forward_proj": "gated-gelu" if class_name in GATED else "relu"}
            config = transformers.T5Config(**SIZES, **labels, **proj)
            found[class_name] = Made(class_name, config, tmp_path_factory.mktemp(class_name))
        return found[class_name]

    return of


@pytest.fixture
def writing(made: Callable[[str], Made]) -> Iterator[Any]:
    """The model that writes, in PyTorch, without gradients."""
    with torch.no_grad():
        yield made("T5ForConditionalGeneration").of("torch")


def differ(one: torch.Tensor, other: torch.Tensor) -> float:
    return (one.float() - other.float()).abs().max().item()


# Names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("class_name", CLASSES)
def test_slots_are_those_of_the_file(made: Callable[[str], Made], class_name: str) -> None:
    checkpoint = made(class_name)
    model = checkpoint.of("torch")
    slots = {slot.name: slot.shape for slot in components.slots(model.component)}
    assert {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()} == slots
    assert {name: shape for name, shape in slots.items() if name not in model.tied_slots()} == checkpoint.stored()
    theirs = dict(checkpoint.model.named_parameters())
    assert list(dict(model.named_parameters())) == list(theirs), "as an optimizer numbers them"


def test_every_spelling_and_every_copy_loads(made: Callable[[str], Made], tmp_path: Path) -> None:
    """A file with each tied tensor under all its names, and what files of T5 1.0 have beside."""
    checkpoint = made("T5ForConditionalGeneration")
    tensors = {name: tensor.clone() for name, tensor in checkpoint.model.state_dict().items()}
    stale = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
    save_file({**tensors, stale: torch.zeros(9, 3)}, tmp_path / "model.safetensors")
    checkpoint.model.config.save_pretrained(tmp_path)
    model, info = loadstone.T5ForConditionalGeneration.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"]
    assert model.shared.weight is model.encoder.embed_tokens.weight is model.lm_head.weight
    bare = loadstone.T5EncoderModel.from_pretrained(tmp_path)
    assert torch.equal(bare.shared.weight, tensors["shared.weight"])


# Outputs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("class_name", CLASSES)
def test_pytorch_is_as_transformers(made: Callable[[str], Made], class_name: str) -> None:
    inputs, fields = inputs_of(class_name)
    made(class_name).check(inputs, *fields, frameworks=("torch",))


@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
@pytest.mark.parametrize(
    "class_name",
    [pytest.param(name, marks=[pytest.mark.long] * (name != "T5ForConditionalGeneration")) for name in CLASSES],
)
def test_the_others_are_as_pytorch(made: Callable[[str], Made], framework: str, class_name: str) -> None:
    inputs, fields = inputs_of(class_name)
    made(class_name).check(inputs, *fields, frameworks=(framework,))


def test_a_text_to_be_written_may_be_padded_on_the_left(made: Callable[[str], Made]) -> None:
    checkpoint = made("T5Model")
    mask = torch.ones_like(written())
    mask[1, :2] = 0
    inputs = {**texts(), "decoder_input_ids": written(), "decoder_attention_mask": mask}
    with torch.no_grad():
        ours, theirs = checkpoint.of("torch")(**inputs)[0], checkpoint.model(**inputs)[0]
    assert differ(ours[mask == 1], theirs[mask == 1]) < 1e-5


def test_what_stands_for_ids(writing: Any) -> None:
    """Vectors in place of ids, and in place of the encoder's inputs what it said: its output, or a tuple."""
    ids, mask = texts().values()
    expected = writing(**texts(), decoder_input_ids=written()).logits
    table = writing.get_input_embeddings()
    assert table is writing.shared
    vectors = {"inputs_embeds": table(ids), "decoder_inputs_embeds": table(written())}
    assert torch.equal(writing(attention_mask=mask, **vectors).logits, expected)
    read = writing.get_encoder()(input_ids=ids, attention_mask=mask)
    shown = writing.encoder(ids, attention_mask=mask, output_hidden_states=True, output_attentions=True)
    assert differ(shown.last_hidden_state, read[0]) < 1e-5 and len(shown.hidden_states) == 2
    theirs = transformers.modeling_outputs.BaseModelOutput(*read.values())
    for given in (read, read.to_tuple(), [read.last_hidden_state], theirs):
        found = writing(attention_mask=mask, encoder_outputs=given, decoder_input_ids=written())
        assert torch.equal(found.logits, expected)
    found = writing(attention_mask=mask, encoder_outputs=shown.to_tuple(), decoder_input_ids=written())
    assert found.encoder_hidden_states == shown.hidden_states
    assert found.encoder_attentions == shown.attentions
    memory = {"encoder_hidden_states": read[0], "encoder_attention_mask": mask}
    decoded = writing.get_decoder()(input_ids=written(), **memory)[0]
    assert torch.equal(writing.lm_head(decoded * 24**-0.5), expected)


def test_collators_shift_labels(made: Callable[[str], Made]) -> None:
    checkpoint = made("T5ForConditionalGeneration")
    labels = written()
    labels[1, 3:] = -100
    model = checkpoint.of("torch")
    found = model.prepare_decoder_input_ids_from_labels(labels=labels)
    assert torch.equal(found, checkpoint.model.prepare_decoder_input_ids_from_labels(labels))
    assert not hasattr(made("T5EncoderModel").of("torch"), "prepare_decoder_input_ids_from_labels")


def step_by_step(framework: str, model: Any) -> torch.Tensor:
    """The logits of a cached decoding: three tokens at once, then token by token."""
    side, text = SIDES[framework], texts()
    grows = {"use_cache": True} if framework == "torch" else {"past_key_values": side.cache(model, 2, 7)}
    out = side.compiled(model, **text, decoder_input_ids=written()[:, :3], **grows)
    said = {"encoder_outputs": (side.to(out.encoder_last_hidden_state),), "attention_mask": text["attention_mask"]}
    logits = [out.logits]
    for place in range(3, 6):
        new = {"decoder_input_ids": written()[:, place : place + 1], "past_key_values": out.past_key_values}
        out = side.compiled(model, **said, **new)
        logits.append(out.logits)
    return torch.cat(logits, dim=1)


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in ("flax", "tensorflow"))]
)
def test_cached_decoding_is_one_pass(made: Callable[[str], Made], framework: str) -> None:
    checkpoint = made("T5ForConditionalGeneration")
    whole = SIDES["torch"].call(checkpoint.of("torch"), **texts(), decoder_input_ids=written()).logits
    found = step_by_step(framework, checkpoint.of(framework))
    assert differ(found, whole[:, : found.shape[1]]) < 1e-4


def test_the_memory_is_projected_once_for_a_text(writing: Any) -> None:
    calls: list[int] = []
    handle = writing.decoder.block[0].layer[1].EncDecAttention.k.register_forward_hook(lambda *args: calls.append(1))
    step_by_step("torch", writing)
    handle.remove()
    assert len(calls) == 1


def gradients(model: Any, call: Any) -> dict[str, torch.Tensor]:
    """Slot → its gradient, of the loss that a call gives."""
    model.zero_grad()
    call(**texts(), labels=written()).loss.backward()
    found = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    model.zero_grad()
    return found


@pytest.mark.parametrize("way", ["plain", "checkpointed", pytest.param("compiled", marks=pytest.mark.long)])
def test_gradients_are_those_of_transformers(made: Callable[[str], Made], way: str) -> None:
    checkpoint = made("T5ForConditionalGeneration")
    model = loadstone.T5ForConditionalGeneration.from_pretrained(checkpoint.folder).train()
    if way == "checkpointed":
        model.gradient_checkpointing_enable()
    call = torch.compile(model, fullgraph=True, backend="eager") if way == "compiled" else model
    expected, found = gradients(checkpoint.model, checkpoint.model), gradients(model, call)
    assert found.keys() == expected.keys()
    assert all(differ(found[name], each) < 1e-4 for name, each in expected.items())


@pytest.mark.long
@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
def test_gradients_are_those_of_pytorch(made: Callable[[str], Made], framework: str) -> None:
    checkpoint = made("T5ForConditionalGeneration")
    expected = gradients(checkpoint.of("torch"), checkpoint.of("torch"))
    found = SIDES[framework].gradients(checkpoint.of(framework), {**texts(), "labels": written()})
    ties = checkpoint.of(framework).tied_slots()
    found = {ties.get(name, name): each for name, each in found.items()}  # Flax takes a shared slot's first name
    assert all(differ(found[name], each) < 1e-4 for name, each in expected.items())


def test_bfloat16(made: Callable[[str], Made]) -> None:
    checkpoint = made("T5ForConditionalGeneration")
    ours = loadstone.T5ForConditionalGeneration.from_pretrained(checkpoint.folder, dtype="bfloat16")
    theirs = transformers.T5ForConditionalGeneration.from_pretrained(checkpoint.folder, dtype="bfloat16")
    inputs = {**texts(), "decoder_input_ids": written()}
    with torch.no_grad():
        found, expected = ours(**inputs).logits, theirs(**inputs).logits
    assert found.dtype == torch.bfloat16
    assert differ(found, expected) < 0.1


# Ties -------------------------------------------------------------------------------------------------


def stored_as(folder: Path, checkpoint: Made, changes: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
    """A file of the checkpoint's tensors and others, whose config says otherwise."""
    config = json.loads((checkpoint.folder / "config.json").read_text()) | changes
    config = {name: value for name, value in config.items() if value is not None}
    (folder / "config.json").write_text(json.dumps(config))
    save_file({**load_file(checkpoint.folder / "model.safetensors"), **tensors}, folder / "model.safetensors")


UNTIED, TIED = {"tie_word_embeddings": False}, {"tie_word_embeddings": True}
SAID = [
    (UNTIED, True),  # T5 1.1 and Flan
    (UNTIED, False),
    ({"tie_word_embeddings": None}, False),  # T5 1.0
    ({**TIED, "scale_decoder_outputs": False}, True),  # T5 1.1 as transformers 5 saves it
    *(
        pytest.param(said, is_stored, marks=pytest.mark.long)
        for said in (TIED, {**UNTIED, "scale_decoder_outputs": True})
        for is_stored in (True, False)
    ),
]


@pytest.mark.parametrize(("said", "head_is_stored"), SAID)
def test_tied_and_untied_files(
    made: Callable[[str], Made], said: dict[str, Any], head_is_stored: bool, tmp_path: Path
) -> None:
    head = torch.randn(97, 24, generator=torch.Generator().manual_seed(5))
    changes = {"scale_decoder_outputs": None, **said}
    tensors = {"lm_head.weight": head} if head_is_stored else {}
    stored_as(tmp_path, made("T5ForConditionalGeneration"), changes, tensors)
    ours = loadstone.T5ForConditionalGeneration.from_pretrained(tmp_path)
    theirs = transformers.T5ForConditionalGeneration.from_pretrained(tmp_path).eval()
    inputs = {**texts(), "decoder_input_ids": written()}
    with torch.no_grad():
        expected = theirs(**inputs).logits
        assert differ(ours(**inputs).logits, expected) < 1e-5
        ours.save_pretrained(tmp_path / "again")
        again = transformers.T5ForConditionalGeneration.from_pretrained(tmp_path / "again").eval()
        assert differ(again(**inputs).logits, expected) < 1e-5
        again = loadstone.T5ForConditionalGeneration.from_pretrained(tmp_path / "again")
        assert differ(again(**inputs).logits, expected) < 1e-5
    assert torch.equal(ours.lm_head.weight, head if head_is_stored else ours.shared.weight)


def test_the_vocabulary_grows_everywhere(made: Callable[[str], Made], tmp_path: Path) -> None:
    checkpoint = made("T5ForConditionalGeneration")
    inputs = {**texts(), "decoder_input_ids": written()}
    with torch.no_grad():
        before = checkpoint.of("torch")(**inputs).logits
        for prefix in ("", "Flax"):
            model = getattr(loadstone, f"{prefix}T5ForConditionalGeneration").from_pretrained(checkpoint.folder)
            model.resize_token_embeddings(101)
            model.save_pretrained(tmp_path / f"{prefix}101")
            again = transformers.T5ForConditionalGeneration.from_pretrained(tmp_path / f"{prefix}101").eval()
            logits = again(**inputs).logits
            assert logits.shape[-1] == 101
            assert differ(logits[..., :97], before) < 1e-5
            if not prefix:
                assert differ(model(**inputs).logits, logits) < 1e-5
                assert model.shared.weight is model.decoder.embed_tokens.weight is model.lm_head.weight
                assert model.encoder.embed_tokens.num_embeddings == 101


@pytest.mark.parametrize("framework", ["torch", "flax", "tensorflow"])
def test_saves_are_read_back_by_transformers(made: Callable[[str], Made], framework: str, tmp_path: Path) -> None:
    checkpoint = made("T5ForSequenceClassification")
    checkpoint.of(framework).save_pretrained(tmp_path)
    again = transformers.T5ForSequenceClassification.from_pretrained(tmp_path).eval()
    assert load_file(tmp_path / "model.safetensors").keys() == checkpoint.stored().keys()
    inputs = texts()
    with torch.no_grad():
        assert differ(again(**inputs).logits, checkpoint.model(**inputs).logits) < 1e-5


# Placement --------------------------------------------------------------------------------------------


PARTS = ("embed_tokens", "block.0", "final_layer_norm")


@pytest.mark.parametrize("place", ["cpu", "disk"])
def test_blocks_of_both_towers_may_lie_elsewhere(
    made: Callable[[str], Made], writing: Any, place: str, tmp_path: Path
) -> None:
    folder = made("T5ForConditionalGeneration").folder
    parts = ["shared", "lm_head", *(f"{tower}.{part}" for tower in ("encoder", "decoder") for part in PARTS)]
    device_map = {**dict.fromkeys(parts, "cpu"), "encoder.block.0": place, "decoder.block.1": place}
    options = {"device_map": device_map, "offload_folder": tmp_path}
    model = loadstone.T5ForConditionalGeneration.from_pretrained(folder, **options)
    inputs = {**texts(), "decoder_input_ids": written()}
    assert differ(model(**inputs).logits, writing(**inputs).logits) < 1e-6
    steps = step_by_step("torch", model)
    assert differ(steps, writing(**inputs).logits[:, : steps.shape[1]]) < 1e-5


def test_the_forecast_is_what_the_load_does(made: Callable[[str], Made]) -> None:
    folder = made("T5ForConditionalGeneration").folder
    forecast = loadstone.plan(folder, head="seq2seq-lm", device_map="cpu")
    model = loadstone.T5ForConditionalGeneration.from_pretrained(folder, device_map="cpu")
    assert forecast.model_class == "T5ForConditionalGeneration"
    assert forecast.parameters == model.num_parameters()
    assert forecast.bytes_by_device["cpu"] == model.get_memory_footprint()
    kept = cache_bytes(model.component, 2, 7, 4)
    assert kept == {"encoder.block.0": 0, "decoder.block.0": 2 * 2 * 2 * 3 * 7 * 5 * 4, "decoder.block.1": 3360}


def test_quantizing_takes_the_linear_layers_of_both_towers(made: Callable[[str], Made]) -> None:
    folder = made("T5ForConditionalGeneration").folder
    plain = loadstone.plan(folder, head="seq2seq-lm", device_map="cpu")
    options = {"quantization_config": loadstone.TorchAoConfig("int8_weight_only")}
    quantized = loadstone.plan(folder, head="seq2seq-lm", device_map="cpu", **options)
    assert quantized.bytes_by_device["cpu"] < plain.bytes_by_device["cpu"]


@pytest.mark.long
def test_lora_on_queries_and_values(made: Callable[[str], Made], tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    model = loadstone.T5ForConditionalGeneration.from_pretrained(made("T5ForConditionalGeneration").folder)
    options = {"r": 2, "lora_alpha": 4, "target_modules": ["q", "v"], "task_type": "SEQ_2_SEQ_LM"}
    adapted = peft.get_peft_model(model, peft.LoraConfig(**options))
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.normal_(generator=torch.Generator().manual_seed(len(name)))
    inputs = {**texts(), "labels": written()}
    adapted(**inputs).loss.backward()
    assert {name.split(".")[-3] for name, each in adapted.named_parameters() if each.grad is not None} == {
        "lora_A",
        "lora_B",
    }
    found = adapted(**inputs).logits.detach()
    adapted.save_pretrained(tmp_path)
    theirs = transformers.T5ForConditionalGeneration.from_pretrained(made("T5ForConditionalGeneration").folder)
    theirs = peft.PeftModel.from_pretrained(theirs, tmp_path).eval()
    assert differ(theirs(**inputs).logits, found) < 1e-5


# Bad inputs -------------------------------------------------------------------------------------------

READ = torch.zeros(2, 13, 24)
BAD = {
    "nothing to write": ({}, "decoder_input_ids or decoder_inputs_embeds, or labels"),
    "memory of another width": (
        {"encoder_outputs": (READ[..., :-1],), "labels": written()},
        r"encoder_outputs\[0\] has shape \(2, 13, 23\), expected \(None, None, 24\)|\(batch, places, 24\)",
    ),
    "memory that is no tuple": ({"encoder_outputs": READ, "labels": written()}, "encoder_outputs"),
    "a mask of other places": (
        {"encoder_outputs": (READ[:, :-1],), "labels": written()},
        r"attention_mask has shape \(2, 13\), expected \(2, 12\)",
    ),
    "labels without a batch": ({"labels": written()[0]}, r"labels has shape \(7,\), expected \(batch, tokens\)"),
    "labels of other tokens": (
        {"labels": written()[:, :-1], "decoder_input_ids": written()},
        r"labels has shape \(2, 6\), expected \(2, 7\)",
    ),
    "a token that there is not": (
        {"decoder_input_ids": written() + 97},
        "decoder_input_ids has 1.., and this model has embeddings for 0 to 96",
    ),
    "a mask of other tokens": (
        {"decoder_input_ids": written(), "decoder_attention_mask": torch.ones(2, 9, dtype=torch.long)},
        r"decoder_attention_mask has shape \(2, 9\)",
    ),
    "rows that differ": ({"decoder_input_ids": written()[:1]}, "decoder_input_ids"),
}


@pytest.mark.parametrize("framework", ["torch", pytest.param("flax", marks=pytest.mark.long), "tensorflow"])
@pytest.mark.parametrize("wrong", BAD)
def test_bad_inputs_are_named(made: Callable[[str], Made], framework: str, wrong: str) -> None:
    given, message = BAD[wrong]
    side, model = SIDES[framework], made("T5ForConditionalGeneration").of(framework)
    given = {**texts(), **given}
    if "encoder_outputs" in given:
        outputs = given["encoder_outputs"]
        given["encoder_outputs"] = tuple(map(side.to, outputs)) if isinstance(outputs, tuple) else side.to(outputs)
        del given["input_ids"]
    with pytest.raises(ArgumentError, match=message):
        side.call(model, **given)


@pytest.mark.parametrize("framework", ["torch", pytest.param("flax", marks=pytest.mark.long), "tensorflow"])
def test_texts_to_be_classified_end(made: Callable[[str], Made], framework: str) -> None:
    side, model = SIDES[framework], made("T5ForSequenceClassification").of(framework)
    endless = texts()["input_ids"].clone()
    endless[1][endless[1] == 1] = 2
    with pytest.raises(ArgumentError, match="A row of input_ids has no eos_token_id, 1"):
        side.call(model, input_ids=endless)
    with pytest.raises(ArgumentError, match=r"for \(2, 7\) tokens, expected \(2, 13\), as input_ids"):
        side.call(model, **texts(), decoder_input_ids=written())
    vectors = {"inputs_embeds": READ, "decoder_input_ids": written()}
    with pytest.raises(ArgumentError, match="Give input_ids"):
        side.call(model, **vectors)


# Config -----------------------------------------------------------------------------------------------


def test_configs_that_make_no_sense_are_refused() -> None:
    for changes, message in (
        ({"feed_forward_proj": "swiglu"}, "swiglu"),
        ({"feed_forward_proj": "gated-silu-relu"}, "feed_forward_proj"),
        ({"feed_forward_proj": "dense-relu"}, "feed_forward_proj"),
        ({"relative_attention_num_buckets": 3}, "at least 4"),
        ({"relative_attention_max_distance": 16}, "more than half"),
        ({"num_decoder_layers": 0}, "num_decoder_layers"),
        ({"num_decoder_layers": 1 << 20}, "num_decoder_layers"),
        ({"is_decoder": True}, "is_decoder"),
        ({"tie_encoder_decoder": True}, "tie_encoder_decoder"),
    ):
        with pytest.raises(InvalidConfig, match=message):
            loadstone.T5Config(**changes)


def test_what_a_config_leaves_open() -> None:
    config = loadstone.T5Config(num_layers=3, eos_token_id=[1, 5], dense_act_fn="silu", is_gated_act=True)
    assert (config.num_decoder_layers, config.hidden_size, config.scale_decoder_outputs) == (3, 512, True)
    assert not loadstone.T5Config(tie_word_embeddings=False).scale_decoder_outputs
    model = loadstone.T5ForSequenceClassification(loadstone.T5Config(**{**SIZES, "eos_token_id": [1, 5]})).eval()
    ids = torch.tensor([[7, 1, 8, 5, 0], [9, 5, 7, 1, 1]])
    with torch.no_grad():
        out = model(ids, output_hidden_states=True)
        ends = out.decoder_hidden_states[-1][[0, 1], [3, 4]]
        assert differ(model.classification_head(ends), out.logits) < 1e-6
