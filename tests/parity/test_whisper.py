"""Whisper against transformers, in three frameworks: sound in, text out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import transformers

import loadstone
from loadstone.architectures import components
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES, TORCH
from .modal import Made
from .test_forecast import bytes_by_place

CONFIG: dict[str, Any] = dict(
    vocab_size=37,
    num_mel_bins=5,
    d_model=16,
    encoder_layers=3,
    encoder_attention_heads=2,
    encoder_ffn_dim=20,
    decoder_layers=2,
    decoder_attention_heads=4,
    decoder_ffn_dim=24,
    max_source_positions=7,
    max_target_positions=9,
    classifier_proj_size=6,
    use_weighted_layer_sum=True,
    pad_token_id=1,
    bos_token_id=0,
    eos_token_id=2,
    decoder_start_token_id=3,
    suppress_tokens=None,
    begin_suppress_tokens=None,
)
CLASSES = {
    "bare": ("WhisperModel", {}),
    "writes": ("WhisperForConditionalGeneration", {}),
    "untied": ("WhisperForConditionalGeneration", {"tie_word_embeddings": False, "scale_embedding": True}),
    "decoder": ("WhisperForCausalLM", {"activation_function": "relu"}),
    "classifies": ("WhisperForAudioClassification", {"num_labels": 3}),
    "plain": ("WhisperForAudioClassification", {"num_labels": 3, "use_weighted_layer_sum": False}),
}
SHOWN = {"output_hidden_states": True, "output_attentions": True}
BARE_FIELDS = (
    *("last_hidden_state", "decoder_hidden_states", "decoder_attentions", "cross_attentions"),
    *("encoder_last_hidden_state", "encoder_hidden_states", "encoder_attentions"),
)
OTHERS = [pytest.param(name, marks=pytest.mark.long) for name in ("flax", "tensorflow")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """A class by its name here, made once."""
    found: dict[str, Made] = {}

    def make(name: str) -> Made:
        if name not in found:
            class_name, changes = CLASSES[name]
            config = transformers.WhisperConfig(**{**CONFIG, **changes})
            found[name] = Made(class_name, config, tmp_path_factory.mktemp(name))
        return found[name]

    return make


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


SOUND = numbers(2, 5, 14)
HEARD = numbers(2, 7, 16, seed=1)
IDS = torch.randint(4, 37, (2, 6), generator=torch.Generator().manual_seed(2))
MASK = torch.tensor([[1] * 6, [1, 1, 1, 1, 0, 0]])
LABELS = torch.where(MASK == 1, IDS, -100)
POSITIONS = torch.tensor([[0, 1, 2, 3, 4, 5], [3, 4, 5, 6, 7, 8]])
INPUTS: dict[str, list[tuple[dict[str, Any], tuple[str, ...]]]] = {
    "bare": [
        (dict(input_features=SOUND, decoder_input_ids=IDS, decoder_attention_mask=MASK, **SHOWN), BARE_FIELDS),
        (
            dict(
                input_features=SOUND,
                attention_mask=torch.tensor([[1] * 14, [1] * 9 + [0] * 5]),  # which changes nothing
                decoder_inputs_embeds=numbers(2, 6, 16, seed=3),
                decoder_position_ids=POSITIONS,
            ),
            ("last_hidden_state",),
        ),
    ],
    "writes": [(dict(input_features=SOUND, labels=LABELS), ("loss", "logits", "encoder_last_hidden_state"))],
    "untied": [(dict(input_features=SOUND, decoder_input_ids=IDS), ("logits",))],
    "decoder": [
        (dict(input_ids=IDS, attention_mask=MASK, labels=LABELS), ("loss", "logits")),
        (
            dict(input_ids=IDS, encoder_outputs=HEARD, position_ids=POSITIONS, **SHOWN),
            ("logits", "hidden_states", "attentions", "cross_attentions"),
        ),
    ],
    "classifies": [
        (dict(input_features=SOUND, labels=torch.tensor([2, 0])), ("loss", "logits", "hidden_states")),
    ],
    "plain": [(dict(input_features=SOUND), ("logits",))],
}


def test_slots_are_the_stored_tensors(made: Callable[[str], Made]) -> None:
    for name in CLASSES:
        model = made(name).of("torch")
        tied = model.tied_slots()
        slots = {slot.name: slot.shape for slot in components.slots(model.component) if slot.name not in tied}
        assert slots == made(name).stored(), name
        state = {slot: tuple(tensor.shape) for slot, tensor in model.state_dict().items() if slot not in tied}
        assert state == slots
        assert model.load_report.unused == ()
        assert model.num_parameters() == made(name).model.num_parameters()


@pytest.mark.parametrize("name", CLASSES)
def test_pytorch_equals_transformers(made: Callable[[str], Made], name: str) -> None:
    for inputs, fields in INPUTS[name]:
        made(name).check(inputs, *fields, frameworks=("torch",))


@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
def test_others_write_what_pytorch_writes(made: Callable[[str], Made], framework: str) -> None:
    ((inputs, fields),) = INPUTS["writes"]
    made("writes").check(inputs, *fields, frameworks=(framework,))


@pytest.mark.long
@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
@pytest.mark.parametrize("name", [name for name in CLASSES if name != "writes"])
def test_others_equal_pytorch(made: Callable[[str], Made], name: str, framework: str) -> None:
    for inputs, fields in INPUTS[name]:
        made(name).check(inputs, *fields, frameworks=(framework,))


@pytest.mark.parametrize("framework", ["torch", *OTHERS])
def test_what_was_heard_is_read_once_and_kept_in_the_cache(made: Callable[[str], Made], framework: str) -> None:
    whole = TORCH.call(made("writes").of("torch"), input_features=SOUND, decoder_input_ids=IDS)
    side, model = SIDES[framework], made("writes").of(framework)
    call = side.compiled if framework == "flax" else side.call
    cache, logits = side.cache(model, 2, 8), []
    asked = {"use_cache": True} if framework == "torch" else {}
    heard = {"input_features": side.to(SOUND)}
    for step in (IDS[:, :3], IDS[:, 3:4], IDS[:, 4:5], IDS[:, 5:]):
        out = call(model, decoder_input_ids=step, past_key_values=cache, **heard, **asked)
        heard, cache = {"encoder_outputs": (side.to(out.encoder_last_hidden_state),)}, out.past_key_values
        logits.append(out.logits)
    torch.testing.assert_close(torch.cat(logits, dim=1), whole.logits, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("framework", ["torch", *OTHERS])
def test_a_decoder_remembers_what_was_heard(made: Callable[[str], Made], framework: str) -> None:
    whole = TORCH.call(made("decoder").of("torch"), input_ids=IDS, encoder_outputs=HEARD)
    side, model = SIDES[framework], made("decoder").of(framework)
    asked = {"use_cache": True} if framework == "torch" else {}
    call = side.compiled if framework == "flax" else side.call
    first = call(
        model, input_ids=IDS[:, :5], encoder_outputs=side.to(HEARD), past_key_values=side.cache(model, 2, 8), **asked
    )
    last = call(model, input_ids=IDS[:, 5:], past_key_values=first.past_key_values, **asked)
    logits = torch.cat((first.logits, last.logits), dim=1)
    torch.testing.assert_close(logits, whole.logits, atol=1e-4, rtol=1e-4)


def test_an_encoders_output_takes_the_place_of_the_sound(made: Callable[[str], Made]) -> None:
    model = made("classifies").of("torch")
    with torch.no_grad():
        whole = model(input_features=SOUND)
        encoded = SimpleNamespace(
            last_hidden_state=whole.hidden_states[-1], hidden_states=whole.hidden_states, attentions=None
        )
        for given in (encoded, (whole.hidden_states[-1], whole.hidden_states)):
            torch.testing.assert_close(model(encoder_outputs=given).logits, whole.logits)


@pytest.mark.parametrize("framework", ["torch", *OTHERS])
def test_transformers_reads_what_is_saved(made: Callable[[str], Made], framework: str, tmp_path: Path) -> None:
    for name in ("writes", "classifies") if framework == "torch" else ("writes",):
        made(name).of(framework).save_pretrained(tmp_path / name)
        theirs = getattr(transformers, CLASSES[name][0]).from_pretrained(tmp_path / name).eval()
        inputs = {key: value for key, value in INPUTS[name][0][0].items() if key != "labels"}
        inputs |= {"decoder_input_ids": IDS} if name == "writes" else {}
        with torch.no_grad():
            torch.testing.assert_close(theirs(**inputs).logits, made(name).model(**inputs).logits)
        again = Made.__new__(Made)
        again.folder = tmp_path / name
        assert again.stored() == made(name).stored()


def test_classes_read_each_others_files(made: Callable[[str], Made]) -> None:
    writes, bare = made("writes"), made("bare")
    inputs = {"input_features": SOUND, "decoder_input_ids": IDS}
    expected = TORCH.call(writes.of("torch"), **inputs)
    inner = loadstone.WhisperModel.from_pretrained(writes.folder)
    torch.testing.assert_close(
        TORCH.call(inner, **inputs).encoder_last_hidden_state, expected.encoder_last_hidden_state
    )
    outer = loadstone.WhisperForConditionalGeneration.from_pretrained(bare.folder)
    assert TORCH.call(outer, **inputs).logits.shape == (2, 6, 37)
    classifier = loadstone.WhisperForAudioClassification.from_pretrained(writes.folder, num_labels=4)
    assert {name.partition(".")[0] for name in classifier.load_report.initialized} == {
        *("projector", "classifier", "layer_weights")
    }
    decoder = loadstone.WhisperForCausalLM.from_pretrained(writes.folder)
    heard = expected.encoder_last_hidden_state
    torch.testing.assert_close(TORCH.call(decoder, input_ids=IDS, encoder_outputs=heard).logits, expected.logits)


def test_layers_elsewhere_compute_the_same_and_the_plan_says_where(made: Callable[[str], Made], tmp_path: Path) -> None:
    folder, inputs = made("writes").folder, {"input_features": SOUND, "decoder_input_ids": IDS}
    expected = TORCH.call(made("writes").of("torch"), **inputs).logits
    units = ("conv1", "conv2", "embed_positions", "layers.0", "layers.1", "layers.2", "layer_norm")
    device_map = {f"model.encoder.{unit}": "cpu" for unit in units}
    device_map |= {"model.encoder.layers.1": "disk", "model.decoder": "cpu", "proj_out": "cpu"}
    asked = {"device_map": device_map, "offload_folder": tmp_path}
    model = loadstone.WhisperForConditionalGeneration.from_pretrained(folder, **asked)
    torch.testing.assert_close(TORCH.call(model, **inputs).logits, expected)
    forecast = loadstone.plan(folder, **asked)
    assert forecast.model_class == "WhisperForConditionalGeneration"
    assert forecast.device_map == model.hf_device_map
    assert forecast.bytes_by_device == bytes_by_place(model)
    names = [name for name, _ in components.blocks(model.component)]
    assert names == [
        f"model.{side}.layers.{index}" for side, of in (("encoder", 3), ("decoder", 2)) for index in range(of)
    ]


@pytest.mark.parametrize("framework", ["torch", "flax", "tensorflow"])
def test_sounds_of_another_shape_are_refused_by_name(made: Callable[[str], Made], framework: str) -> None:
    side, model = SIDES[framework], made("writes").of(framework)
    call = side.compiled if framework == "flax" else side.call
    for sound, found in (
        (numbers(2, 4, 14), r"\(2, 4, 14\)"),
        (numbers(2, 5, 13), r"\(2, 5, 13\)"),
        (numbers(5, 14), r"\(5, 14\)"),
    ):
        with pytest.raises(ArgumentError, match=rf"input_features has shape {found}, expected \(batch, 5, 14\)"):
            call(model, input_features=sound, decoder_input_ids=IDS)
    with pytest.raises(ArgumentError, match=r"input_features is .*int64|input_features is int32"):
        call(model, input_features=SOUND.long(), decoder_input_ids=IDS)
    with pytest.raises(ArgumentError, match="Give input_features"):
        call(model, decoder_input_ids=IDS)
    with pytest.raises(ArgumentError, match="decoder_input_ids"):
        call(model, input_features=SOUND)
    with pytest.raises(ArgumentError, match=r"10 tokens.* positions for 9"):
        call(model, input_features=SOUND, labels=torch.full((2, 10), 5))


def test_sounds_are_read_in_the_dtype_of_the_model(made: Callable[[str], Made]) -> None:
    model = loadstone.WhisperModel.from_pretrained(made("bare").folder, dtype="bfloat16")
    assert TORCH.call(model, input_features=SOUND, decoder_input_ids=IDS).last_hidden_state.dtype == torch.bfloat16


def test_positions_of_sound_are_sines_and_cosines_that_nothing_trains(made: Callable[[str], Made]) -> None:
    from flax import nnx

    config = loadstone.WhisperConfig.from_pretrained(made("writes").folder)
    expected = made("writes").model.model.encoder.embed_positions.weight.detach().clone()
    torch.nn.init.normal_(expected)
    with torch.no_grad():
        expected.copy_(transformers.models.whisper.modeling_whisper.sinusoids(*expected.shape))
    ours = loadstone.WhisperForConditionalGeneration(config)
    torch.testing.assert_close(ours.model.encoder.embed_positions.weight.data, expected, atol=1e-6, rtol=0)
    frozen = [name for name, parameter in ours.named_parameters() if not parameter.requires_grad]
    assert frozen == ["model.encoder.embed_positions.weight"]
    loaded = made("writes").of("torch")
    assert frozen == [name for name, parameter in loaded.named_parameters() if not parameter.requires_grad]
    flax = loadstone.FlaxWhisperForConditionalGeneration(config)
    np.testing.assert_allclose(flax.model.encoder.embed_positions.weight[...], expected, atol=1e-6)
    assert not isinstance(flax.model.encoder.embed_positions.weight, nnx.Param)
    assert flax.num_parameters() == ours.num_parameters()
    tf = loadstone.TFWhisperForConditionalGeneration(config)
    np.testing.assert_allclose(tf.model.encoder.embed_positions.weight.numpy(), expected, atol=1e-6)
    assert len(tf.trainable_variables) == len(tf.weights) - 1
    assert tf.num_parameters() == ours.num_parameters()


def test_random_values_are_spread_as_transformers_spreads_them(made: Callable[[str], Made]) -> None:
    config = made("classifies").model.config
    torch.manual_seed(0)
    theirs = dict(transformers.WhisperForAudioClassification(config).named_parameters())
    ours = dict(loadstone.WhisperForAudioClassification(loadstone.WhisperConfig(**config.to_dict())).named_parameters())
    for name, parameter in theirs.items():
        assert ours[name].std().item() == pytest.approx(parameter.std().item(), rel=0.5, abs=1e-3), name
        assert ours[name].mean().item() == pytest.approx(parameter.mean().item(), abs=0.02), name


def test_spans_are_hidden_while_training_as_transformers_hides_them(made: Callable[[str], Made]) -> None:
    spec = dict(apply_spec_augment=True, mask_time_prob=0.5, mask_time_length=2, mask_feature_prob=0.3)
    spec |= dict(mask_feature_length=2, mask_feature_min_masks=1, mask_time_min_masks=1, dropout=0.0)
    model = loadstone.WhisperModel.from_pretrained(made("bare").folder, **spec)
    theirs = transformers.WhisperModel.from_pretrained(made("bare").folder, **spec)
    heard: list[torch.Tensor] = []
    model.encoder.conv1.register_forward_pre_hook(lambda module, args: heard.append(args[0]))
    sound, mask = torch.ones(200, 5, 14), torch.tensor([[1] * 14, [1] * 8 + [0] * 6]).repeat(100, 1)
    for given in (None, mask):
        shares: list[torch.Tensor] = []
        for _ in range(10):
            torch.manual_seed(len(shares))
            model.train()(input_features=sound, attention_mask=given, decoder_input_ids=torch.ones(200, 1, dtype=int))
            shares.append((heard.pop() == 0).float().mean())
        np.random.seed(0)
        wanted = [(theirs.train()._mask_input_features(sound.clone(), given) == 0).float().mean() for _ in range(40)]
        assert float(np.mean(shares)) == pytest.approx(float(np.mean(wanted)), abs=0.03)
    model.eval()(input_features=sound, decoder_input_ids=torch.ones(200, 1, dtype=int))
    assert bool((heard.pop() == 1).all())


@pytest.mark.parametrize("framework", OTHERS)
def test_others_hide_spans_while_training(made: Callable[[str], Made], framework: str) -> None:
    spec = dict(apply_spec_augment=True, mask_time_length=2, mask_feature_prob=0.3, mask_feature_length=2)
    side = SIDES[framework]
    call = side.compiled if framework == "flax" else side.call
    model = getattr(loadstone, f"{side.prefix}WhisperForConditionalGeneration").from_pretrained(
        made("writes").folder, **spec, mask_feature_min_masks=1
    )
    inputs = {"input_features": SOUND, "decoder_input_ids": IDS}
    plain = call(model, **inputs).logits
    torch.testing.assert_close(plain, TORCH.call(made("writes").of("torch"), **inputs).logits, atol=1e-4, rtol=1e-4)
    if framework == "flax":
        import jax

        training: dict[str, Any] = {"train": True, "dropout_rng": jax.random.key(0)}
    else:
        training = {"training": True}
    assert (call(model, **inputs, **training).logits - plain).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"d_model": 15, "encoder_attention_heads": 3, "decoder_attention_heads": 5}, "d_model"),
        ({"decoder_attention_heads": 3}, "decoder_attention_heads"),
        ({"max_source_positions": 0}, "max_source_positions"),
    ],
)
def test_configs_that_contradict_themselves_are_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidConfig, match=named):
        loadstone.WhisperConfig(**{**CONFIG, **changes})


def test_configs_read_as_transformers_writes_them(made: Callable[[str], Made], tmp_path: Path) -> None:
    made("writes").of("torch").config.save_pretrained(tmp_path)
    written = json.loads((tmp_path / "config.json").read_text())
    theirs = transformers.WhisperConfig.from_pretrained(tmp_path)
    for key, value in CONFIG.items():
        assert getattr(theirs, key) == value, key
    assert written["model_type"] == "whisper"
    assert written["is_encoder_decoder"] is True


def test_embeddings_are_those_of_texts_and_a_vocabulary_grows(made: Callable[[str], Made]) -> None:
    model = loadstone.WhisperForConditionalGeneration.from_pretrained(made("writes").folder)
    assert model.get_input_embeddings() is model.model.decoder.embed_tokens
    assert model.get_output_embeddings() is model.proj_out
    assert (model.main_input_name, model.base_model) == ("input_features", model.model)
    inputs = {"input_features": SOUND, "decoder_input_ids": IDS}
    before = TORCH.call(model, **inputs).logits
    model.resize_token_embeddings(40)
    assert model.proj_out.weight is model.model.decoder.embed_tokens.weight
    torch.testing.assert_close(TORCH.call(model, **inputs).logits[..., :37], before)
    assert made("classifies").of("torch").get_input_embeddings() is made("classifies").of("torch").encoder.conv1


def test_an_encoder_may_be_called_alone(made: Callable[[str], Made]) -> None:
    model = made("writes").of("torch")
    encoded = TORCH.call(model.get_encoder(), input_features=SOUND).last_hidden_state
    expected = TORCH.call(model, input_features=SOUND, decoder_input_ids=IDS).encoder_last_hidden_state
    torch.testing.assert_close(encoded, expected)
    with torch.no_grad():
        torch.testing.assert_close(model.get_encoder()(SOUND).last_hidden_state, expected)


@pytest.mark.long
def test_tensorflow_serves_what_it_reads(made: Callable[[str], Made]) -> None:
    import tensorflow as tf

    model = made("classifies").of("tensorflow")
    served = model.serving({"input_features": tf.constant(SOUND.numpy())})
    assert served.keys() == {"logits"}
    expected = TORCH.call(made("classifies").of("torch"), input_features=SOUND).logits
    np.testing.assert_allclose(served["logits"], expected, atol=1e-4)
    assert made("writes").of("tensorflow").serving_signature().keys() == {
        *("input_features", "decoder_input_ids", "decoder_attention_mask")
    }


def test_gradients_are_those_of_transformers(made: Callable[[str], Made]) -> None:
    ours = TORCH.gradients(made("writes").of("torch"), {"input_features": SOUND, "labels": LABELS})
    theirs = TORCH.gradients(made("writes").model, {"input_features": SOUND, "labels": LABELS})
    assert ours.keys() == theirs.keys()
    for name, gradient in theirs.items():
        torch.testing.assert_close(ours[name], gradient, atol=1e-4, rtol=1e-4, msg=name)


@pytest.mark.parametrize("framework", OTHERS)
def test_gradients_are_those_of_pytorch(made: Callable[[str], Made], framework: str) -> None:
    expected = TORCH.gradients(made("writes").of("torch"), {"input_features": SOUND, "labels": LABELS})
    found = SIDES[framework].gradients(made("writes").of(framework), {"input_features": SOUND, "labels": LABELS})
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-4, rtol=1e-3, msg=name)


@pytest.mark.parametrize("name", ["bare", "decoder", "classifies"])
def test_plans_are_what_loads_do_in_little_room(made: Callable[[str], Made], name: str, tmp_path: Path) -> None:
    folder, inputs = made(name).folder, {key: given for key, given in INPUTS[name][-1][0].items() if key != "labels"}
    total = loadstone.plan(folder, device_map="cpu").bytes_by_device["cpu"]
    asked = {"device_map": "auto", "max_memory": {"cpu": int(0.9 * total)}, "offload_folder": tmp_path}
    model = getattr(loadstone, CLASSES[name][0]).from_pretrained(folder, **asked)
    forecast = loadstone.plan(folder, **asked)
    assert "disk" in model.hf_device_map.values()
    assert forecast.device_map == model.hf_device_map
    assert {place: size for place, size in forecast.bytes_by_device.items() if size} == bytes_by_place(model)
    expected = TORCH.call(made(name).of("torch"), **inputs)
    field = "last_hidden_state" if name == "bare" else "logits"
    torch.testing.assert_close(getattr(TORCH.call(model, **inputs), field), getattr(expected, field))


def test_layers_are_left_out_while_training_and_never_else(made: Callable[[str], Made]) -> None:
    model = loadstone.WhisperForConditionalGeneration.from_pretrained(
        made("writes").folder, encoder_layerdrop=1.0, decoder_layerdrop=1.0
    )
    inputs = {"input_features": SOUND, "decoder_input_ids": IDS}
    plain = TORCH.call(made("writes").of("torch"), **inputs).logits
    torch.testing.assert_close(TORCH.call(model.eval(), **inputs).logits, plain)
    out = TORCH.call(model.train(), **inputs)
    embedded = model.model.decoder.embed_tokens(IDS) + model.model.decoder.embed_positions.weight[:6]
    torch.testing.assert_close(out.logits, model.proj_out(model.model.decoder.layer_norm(embedded)).detach())
    assert not hasattr(out, "past_key_values"), "it would lack layers"


def test_texts_under_rules_and_their_outputs_are_those_of_transformers(made: Callable[[str], Made]) -> None:
    theirs, ours = made("writes").model, made("writes").of("torch")
    asked: dict[str, Any] = {"return_dict_in_generate": True, "output_scores": True, "output_hidden_states": True}
    for way in (
        {"no_repeat_ngram_size": 2, "suppress_tokens": [5, 6], "begin_suppress_tokens": [7]},
        {"repetition_penalty": 1.4, "num_beams": 3, "num_return_sequences": 2, "length_penalty": 0.5},
        {"do_sample": True, "typical_p": 0.7, "temperature": 2.0},
    ):
        outputs = []
        for model in (theirs, ours):
            torch.manual_seed(0)
            generate = transformers.GenerationMixin.generate if model is theirs else type(model).generate
            outputs.append(generate(model, SOUND, max_new_tokens=6, decoder_start_token_id=1, **asked, **way))
        expected, found = outputs
        assert torch.equal(found.sequences, expected.sequences) and [*found.keys()] == [*expected.keys()], way
        for one, other in zip(found.scores, expected.scores, strict=True):
            torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
        for one, other in zip(found.encoder_hidden_states, expected.encoder_hidden_states, strict=True):
            torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
