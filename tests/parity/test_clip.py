"""CLIP in all three frameworks: both towers, alone and together, from one file and from files of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.architectures import components, registry
from loadstone.errors import ArgumentError, ConfigError, InvalidConfig, UnknownModelType

from .frameworks import SIDES, as_torch
from .modal import FRAMEWORKS, Made
from .test_forecast import bytes_by_place, distinct

TEXT: dict[str, Any] = dict(
    vocab_size=20,
    hidden_size=8,
    intermediate_size=10,
    num_hidden_layers=2,
    num_attention_heads=2,
    max_position_embeddings=7,
    projection_dim=6,
    bos_token_id=18,
    eos_token_id=17,
)
VISION: dict[str, Any] = dict(
    hidden_size=12,
    intermediate_size=10,
    num_hidden_layers=2,
    num_attention_heads=3,
    image_size=9,
    patch_size=4,
    projection_dim=6,
)
AWKWARD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "": ({}, {}),
    # Files of early models: the end of a text is its highest id.
    "early": (
        dict(eos_token_id=2, hidden_act="gelu"),
        dict(num_channels=1, image_size=4, num_hidden_layers=1, layer_norm_eps=1e-3),
    ),
}
IDS = torch.tensor([[18, 3, 4, 17, 17], [18, 5, 17, 17, 17], [18, 2, 3, 19, 17]])
"""The padding has the id that ends a text; one text has a higher id than that."""
MASK = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
OF_TEXTS, OF_IMAGES = (
    ("CLIPTextModel", "CLIPTextModelWithProjection"),
    ("CLIPVisionModel", "CLIPVisionModelWithProjection"),
)
CLASSES = ("CLIPModel", *OF_TEXTS, *OF_IMAGES, "CLIPForImageClassification")

Making = Callable[..., Made]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Making:
    found: dict[tuple[str, str], Made] = {}

    def make(class_name: str, variant: str = "") -> Made:
        if (class_name, variant) not in found:
            text, vision = AWKWARD[variant]
            config = transformers.CLIPConfig(
                text_config=TEXT | text, vision_config=VISION | vision, projection_dim=6, num_labels=3
            )
            config = {OF_TEXTS: config.text_config, OF_IMAGES: config.vision_config}.get(
                next((names for names in (OF_TEXTS, OF_IMAGES) if class_name in names), ()), config
            )
            found[class_name, variant] = Made(class_name, config, tmp_path_factory.mktemp("clip"))
        return found[class_name, variant]

    return make


def pictures(variant: str = "", height: int = 0, width: int = 0) -> torch.Tensor:
    config = VISION | {"num_channels": 3} | AWKWARD[variant][1]
    size = (height or config["image_size"], width or config["image_size"])
    return torch.randn(3, config["num_channels"], *size, generator=torch.Generator().manual_seed(3))


def inputs_of(class_name: str, variant: str = "") -> dict[str, Any]:
    inputs: dict[str, Any] = {}
    if class_name == "CLIPModel" or class_name in OF_TEXTS:
        inputs |= {"input_ids": IDS, "attention_mask": MASK}
    if class_name not in OF_TEXTS:
        inputs["pixel_values"] = pictures(variant)
    return inputs


FIELDS = {
    "CLIPModel": ("logits_per_text", "logits_per_image", "text_embeds", "image_embeds"),
    "CLIPTextModel": ("last_hidden_state", "pooler_output"),
    "CLIPVisionModel": ("last_hidden_state", "pooler_output"),
    "CLIPTextModelWithProjection": ("text_embeds", "last_hidden_state"),
    "CLIPVisionModelWithProjection": ("image_embeds", "last_hidden_state"),
    "CLIPForImageClassification": ("logits",),
}
EVERYTHING = {"output_hidden_states": True, "output_attentions": True}


@pytest.mark.parametrize("class_name", CLASSES)
def test_slots_are_the_stored_names_and_shapes(made: Making, class_name: str) -> None:
    each = made(class_name)
    _, head = registry.class_names()[class_name]
    assert head is not None
    config = getattr(loadstone, class_name).config_class.from_pretrained(each.folder)
    assert {slot.name: slot.shape for slot in components.slots(head.blueprint(config))} == each.stored()
    assert {name: tuple(value.shape) for name, value in each.of("torch").state_dict().items()} == each.stored()
    assert type(each.of("torch").config).__name__ == type(each.model.config).__name__
    # What Transformers 5 calls its modules has the same names.
    assert set(each.model.state_dict()) == set(each.stored())


@pytest.mark.parametrize("class_name", CLASSES)
def test_outputs_agree_in_pytorch(made: Making, class_name: str) -> None:
    shown = () if class_name == "CLIPModel" else ("hidden_states", "attentions")
    for variant in AWKWARD:
        inputs = inputs_of(class_name, variant) | EVERYTHING
        made(class_name, variant).check(inputs, *FIELDS[class_name], *shown, frameworks=("torch",))


def test_both_towers_agree_in_all_frameworks(made: Making) -> None:
    made("CLIPModel").check({**inputs_of("CLIPModel"), "return_loss": True}, *FIELDS["CLIPModel"], "loss")


@pytest.mark.long
@pytest.mark.parametrize("variant", AWKWARD)
@pytest.mark.parametrize("class_name", CLASSES[1:])
def test_each_tower_agrees_in_all_frameworks(made: Making, class_name: str, variant: str) -> None:
    inputs = inputs_of(class_name, variant) | EVERYTHING
    made(class_name, variant).check(inputs, *FIELDS[class_name], "hidden_states", "attentions")


@pytest.mark.parametrize("frameworks", [("torch",), pytest.param(FRAMEWORKS, marks=pytest.mark.long)], ids=len)
def test_pictures_of_another_size_agree(made: Making, frameworks: tuple[str, ...]) -> None:
    inputs = {**inputs_of("CLIPModel"), "pixel_values": pictures("", 13, 20), "interpolate_pos_encoding": True}
    made("CLIPModel").check(inputs, "logits_per_text", frameworks=frameworks)


def test_the_outputs_of_the_towers_are_in_that_of_the_whole(made: Making) -> None:
    each, inputs = made("CLIPModel"), inputs_of("CLIPModel") | EVERYTHING
    with torch.no_grad():
        expected, out = each.model(**inputs), each.of("torch")(**inputs)
        assert [type(value) for value in each.of("torch")(**inputs, return_dict=False)][-2:] == [tuple, tuple]
    assert list(out) == [name for name in expected if name != "loss"]
    for name in ("text_model_output", "vision_model_output"):
        assert list(out[name]) == list(expected[name])
        torch.testing.assert_close(out[name].hidden_states, expected[name].hidden_states, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(out[name].attentions, expected[name].attentions, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("method", "of"), [("get_text_features", OF_TEXTS[0]), ("get_image_features", OF_IMAGES[0])])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_features_of_texts_and_of_pictures_alone(made: Making, framework: str, method: str, of: str) -> None:
    each, side, inputs = made("CLIPModel"), SIDES[framework], inputs_of(of)
    with torch.no_grad():
        expected = getattr(each.model, method)(**inputs)
    given = {name: side.to(value) for name, value in inputs.items()} if framework != "torch" else inputs
    out = as_torch(getattr(each.of(framework), method)(**given))
    for field in ("last_hidden_state", "pooler_output"):
        torch.testing.assert_close(getattr(out, field).detach(), expected[field], atol=1e-4, rtol=1e-4)
    plain = getattr(each.of(framework), method)(*given.values(), return_dict=False)
    assert isinstance(plain, tuple)
    with pytest.raises(loadstone.errors.UnknownArgument, match="choices"):
        getattr(each.of(framework), method)(**given, choices=3)


@pytest.mark.parametrize("class_name", CLASSES[1:])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_each_class_comes_out_of_a_file_of_the_whole(made: Making, class_name: str, framework: str) -> None:
    whole = made("CLIPModel").folder
    stored = load_file(whole / "model.safetensors")
    model = getattr(loadstone, SIDES[framework].prefix + class_name).from_pretrained(whole)
    state = SIDES[framework].state(model)
    prefix = {"CLIPTextModel": "text_model.", "CLIPVisionModel": "vision_model."}.get(class_name, "")
    assert len(state) > 20
    for name, value in state.items():
        if not name.startswith("classifier"):
            assert value.equal(stored[prefix + name]), name
    assert set(model.load_report.initialized) == {name for name in state if name.startswith("classifier")}


def test_a_tower_takes_its_own_of_many_shards(made: Making, tmp_path: Path) -> None:
    made("CLIPModel").of("torch").save_pretrained(tmp_path, max_shard_size=2_000)
    assert len(list(tmp_path.glob("*.safetensors"))) > 2
    for class_name in ("CLIPTextModel", "CLIPForImageClassification"):
        model = getattr(loadstone, class_name).from_pretrained(tmp_path)
        assert set(model.load_report.initialized) <= {"classifier.weight", "classifier.bias"}


def test_a_tower_reads_files_of_earlier_versions_too(made: Making, tmp_path: Path) -> None:
    """Transformers 4 had a level more, and stored the positions' numbers."""
    for class_name, prefix in (("CLIPTextModel", "text_model"), ("CLIPVisionModel", "vision_model")):
        each, folder = made(class_name), tmp_path / class_name
        folder.mkdir()
        shutil.copy(each.folder / "config.json", folder)
        stored = {f"{prefix}.{name}": value for name, value in load_file(each.folder / "model.safetensors").items()}
        stored[f"{prefix}.embeddings.position_ids"] = torch.arange(7)[None]
        save_file(stored, folder / "model.safetensors", {"format": "pt"})
        model = getattr(loadstone, class_name).from_pretrained(folder)
        assert not model.load_report.initialized and not model.load_report.unused
        assert model.load_report.leftovers == (f"{prefix}.embeddings.position_ids",)
        for name, value in each.of("torch").state_dict().items():
            assert model.state_dict()[name].equal(value)


def test_a_file_that_lacks_a_tower_gives_the_other_none_of_its_numbers(made: Making) -> None:
    """Both have layers of the same names."""
    with pytest.raises(loadstone.errors.MissingTensors, match=r"vision_model\.encoder"):
        loadstone.CLIPForImageClassification.from_pretrained(
            made("CLIPTextModelWithProjection").folder,
            config=loadstone.CLIPConfig.from_pretrained(made("CLIPModel").folder),
        )


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("class_name", ["CLIPModel", pytest.param("CLIPTextModel", marks=pytest.mark.long)])
def test_what_is_saved_is_read_by_transformers(made: Making, class_name: str, framework: str, tmp_path: Path) -> None:
    each = made(class_name)
    each.of(framework).save_pretrained(tmp_path)
    again, report = getattr(transformers, class_name).from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        assert set(file.keys()) == each.stored().keys()
    inputs, field = inputs_of(class_name), FIELDS[class_name][0]
    with torch.no_grad():
        torch.testing.assert_close(again(**inputs)[field], each.model(**inputs)[field], atol=1e-5, rtol=1e-5)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["model_type"] == json.loads((each.folder / "config.json").read_text())["model_type"]


def test_parts_that_lie_elsewhere_compute_the_same(made: Making, tmp_path: Path) -> None:
    each, inputs = made("CLIPModel"), inputs_of("CLIPModel")
    places = {
        "text_model.embeddings": "disk",
        "text_model.encoder.layers.0": "disk",
        "text_model.encoder.layers.1": "cpu",
        "text_model.final_layer_norm": "cpu",
        "vision_model": "disk",
        "visual_projection": "disk",
        "text_projection": "cpu",
        "logit_scale": "disk",
    }
    model = loadstone.CLIPModel.from_pretrained(each.folder, device_map=places, offload_folder=tmp_path)
    with torch.no_grad():
        assert model(**inputs).logits_per_text.equal(each.of("torch")(**inputs).logits_per_text)
        seen = model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output
        assert seen.equal(each.of("torch").get_image_features(pixel_values=inputs["pixel_values"]).pooler_output)


def test_the_forecast_is_what_the_load_does(made: Making, tmp_path: Path) -> None:
    folder = made("CLIPModel").folder
    for device_map in ("cpu", "disk"):
        asked = {"device_map": device_map, "dtype": "auto", "offload_folder": tmp_path}
        forecast = loadstone.plan(folder, head="zero-shot-image-classification", **asked)
        model = loadstone.CLIPModel.from_pretrained(folder, **asked)
        assert model.hf_device_map == forecast.device_map
        assert bytes_by_place(model) == {place: size for place, size in forecast.bytes_by_device.items() if size}
        assert forecast.parameters == sum(tensor.numel() for tensor in distinct(model).values())
        assert forecast.model_class == "CLIPModel"


def test_auto_classes_give_the_whole_a_tower_or_a_classifier(made: Making) -> None:
    assert type(loadstone.AutoModel.from_pretrained(made("CLIPModel").folder)).__name__ == "CLIPModel"
    classifier = loadstone.AutoModelForImageClassification.from_pretrained(made("CLIPForImageClassification").folder)
    assert type(classifier).__name__ == "CLIPForImageClassification"
    for auto_class, tower in (
        (loadstone.AutoModel, "CLIPTextModel"),
        (loadstone.AutoModelForTextEncoding, "CLIPTextModel"),
        (loadstone.AutoModel, "CLIPVisionModel"),
    ):
        model = auto_class.from_pretrained(made(tower).folder)
        assert type(model) is getattr(loadstone, tower)
        reference = made(tower).model.state_dict()
        assert all(torch.equal(array, reference[slot]) for slot, array in model.state_dict().items())
        assert loadstone.plan(made(tower).folder).model_class == tower
    assert type(loadstone.AutoConfig.for_model("clip_text_model")) is loadstone.CLIPTextConfig
    for folder, known in (("CLIPVisionModel", "CLIPVisionModelWithProjection"), ("CLIPModel", "AutoModelForImage")):
        with pytest.raises(UnknownModelType, match=known):
            loadstone.AutoModelForTextEncoding.from_pretrained(made(folder).folder)
    with pytest.raises(ConfigError, match="clip_vision_model"):
        loadstone.CLIPTextModel.from_pretrained(made("CLIPVisionModel").folder)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_inputs_that_do_not_fit_are_named(made: Making, framework: str) -> None:
    model, side, good = made("CLIPModel").of(framework), SIDES[framework], inputs_of("CLIPModel")
    call = side.compiled if framework == "flax" else side.call  # which only traces the program, and there it fails
    for changes, message in (
        (
            {"pixel_values": torch.zeros(3, 4, 9, 9)},
            r"pixel_values has shape \(3, 4, 9, 9\), expected \(batch, 3, 9, 9\)",
        ),
        ({"pixel_values": torch.zeros(3, 3, 8, 9)}, "interpolate_pos_encoding=True"),
        ({"pixel_values": None}, "Give pixel_values"),
        ({"input_ids": None}, "Give either input_ids"),
        ({"attention_mask": torch.ones(3, 4, dtype=torch.int64)}, r"attention_mask has shape \(3, 4\)"),
        (
            {"input_ids": torch.ones(3, 8, dtype=torch.int64), "attention_mask": None},
            "8 tokens, and this model has .* 7",
        ),
        ({"pixel_values": pictures()[:2], "return_loss": True}, "3 texts and 2 pictures"),
    ):
        with pytest.raises(ArgumentError, match=message):
            call(model, **good | changes)


def test_configs_nest_and_say_what_is_wrong(made: Making) -> None:
    config = loadstone.CLIPConfig.from_pretrained(made("CLIPModel").folder)
    assert loadstone.CLIPTextConfig.from_pretrained(made("CLIPModel").folder) == config.text_config
    assert loadstone.CLIPVisionModel(config).config is config.vision_config
    assert made("CLIPForImageClassification").of("torch").vision_model.config.image_size == 9
    for values in (
        {"text_config": {"hidden_size": 9}},
        {"vision_config": {"patch_size": [4]}},
        {"text_config": {"eos_token_id": [1, 2]}},
        {"projection_dim": 0},
    ):
        with pytest.raises(InvalidConfig):
            loadstone.CLIPConfig(**values)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_new_models_start_with_numbers_of_the_right_spread(made: Making, framework: str) -> None:
    config = loadstone.CLIPConfig.from_pretrained(made("CLIPModel").folder)
    state = SIDES[framework].state(getattr(loadstone, f"{SIDES[framework].prefix}CLIPModel")(config))
    assert state.keys() == made("CLIPModel").stored().keys()
    assert float(state["logit_scale"]) == pytest.approx(2.6592)
    assert 0.01 < state["vision_model.embeddings.position_embedding.weight"].std() < 0.04
    assert 0.1 < state["vision_model.embeddings.class_embedding"].std() < 0.6


def test_the_loss_has_gradients_in_both_towers(made: Making) -> None:
    model = loadstone.CLIPModel.from_pretrained(made("CLIPModel").folder).train()
    model(**inputs_of("CLIPModel"), return_loss=True).loss.backward()
    assert [name for name, each in model.named_parameters() if each.grad is None] == []


def test_a_model_of_both_serves_both(made: Making) -> None:
    signature = made("CLIPModel").of("tensorflow").serving_signature()
    assert {name: tuple(spec.shape) for name, spec in signature.items()} == {
        "input_ids": (None, None),
        "attention_mask": (None, None),
        "pixel_values": (None, 3, 9, 9),
    }
    whole = made("CLIPModel").of("tensorflow")
    assert set(whole.serving.get_concrete_function().structured_outputs) == set(FIELDS["CLIPModel"]), "none is nested"
    assert made("CLIPModel").of("torch").main_input_name == "input_ids"
    assert made("CLIPVisionModel").of("torch").main_input_name == "pixel_values"
    assert made("CLIPModel").of("torch").get_input_embeddings().num_embeddings == 20
