"""Qwen2-VL against transformers, in all three frameworks: texts with pictures and films of several sizes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.architectures import components, registry
from loadstone.errors import ArgumentError, InvalidConfig
from loadstone.frameworks.torch.modeling.rotary import RotaryEmbedding

from .frameworks import SIDES, load
from .modal import FRAMEWORKS, Made, note
from .reference import TOLERANCE

BARE, WRITER = "Qwen2VLModel", "Qwen2VLForConditionalGeneration"
FIELD = {BARE: "last_hidden_state", WRITER: "logits"}
TEXT = {
    **{"vocab_size": 41, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 3},
    **{"num_key_value_heads": 1, "max_position_embeddings": 64},
    **{"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0},
    "rope_scaling": {"type": "mrope", "mrope_section": [1, 2, 1]},
}
VISION = {
    **{"depth": 2, "embed_dim": 16, "hidden_size": 24, "num_heads": 2, "mlp_ratio": 2},
    **{"in_channels": 3, "patch_size": 3},
}
TOKENS = {"image_token_id": 5, "video_token_id": 6, "vision_start_token_id": 7, "vision_end_token_id": 8}
ROWS = [
    [9, 7, 5, 5, 8, 10, 11, 7, 5, 5, 5, 8, 12],  # two pictures
    [14, 15, 7, 6, 6, 6, 6, 8, 16, 7, 5, 5, 5, 5, 8, 17],  # a film, and a picture
    [20, 21, 22, 23, 24, 25, 26],  # none
]


def config(**changes: Any) -> Any:
    given = copy.deepcopy({"text_config": TEXT, "vision_config": VISION, **TOKENS, **changes})
    return transformers.Qwen2VLConfig(**given)


def seen(pad: str = "left") -> dict[str, torch.Tensor]:
    """Three rows, padded; grids of 4 × 2, 2 × 6 and 4 × 4 patches, and a film of two frames of 2 × 4."""
    longest, generator = max(map(len, ROWS)), torch.Generator().manual_seed(0)
    fill = [[0] * (longest - len(row)) for row in ROWS]
    ids = torch.tensor([zeros + row if pad == "left" else row + zeros for zeros, row in zip(fill, ROWS, strict=True)])
    grids, films = torch.tensor([[1, 4, 2], [1, 2, 6], [1, 4, 4]]), torch.tensor([[2, 2, 4]])
    return {
        "input_ids": ids,
        "attention_mask": (ids != 0).long(),
        "pixel_values": torch.randn(36, 54, generator=generator),
        "image_grid_thw": grids,
        "pixel_values_videos": torch.randn(16, 54, generator=generator),
        "video_grid_thw": films,
        "mm_token_type_ids": (ids == 5).int() + 2 * (ids == 6).int(),
    }


def difference(found: torch.Tensor, expected: torch.Tensor, inputs: dict[str, torch.Tensor]) -> float:
    """The largest at tokens that are not padding."""
    assert found.shape == expected.shape
    return float((found - expected)[inputs["attention_mask"].bool()].abs().max())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    models = {name: Made(name, config(), tmp_path_factory.mktemp(name)) for name in (BARE, WRITER)}
    writer = models[WRITER]
    with torch.no_grad():
        writer.model.lm_head.weight[5:9] = 0  # which nobody writes
    writer.model.save_pretrained(writer.folder)
    return models.__getitem__


@pytest.mark.parametrize("name", [BARE, WRITER])
def test_slots_are_the_stored_names_and_both_spellings_load(
    made: Callable[[str], Made], name: str, tmp_path: Path
) -> None:
    model = made(name)
    ours = model.of("torch")
    _, spec = registry.class_names()[name]
    assert spec is not None
    slots = {slot.name: slot.shape for slot in components.slots(spec.blueprint(ours.config))}
    assert slots == model.stored() == {slot: tuple(array.shape) for slot, array in ours.state_dict().items()}
    (tmp_path / "config.json").write_text((model.folder / "config.json").read_text())
    renamed = {slot: array.contiguous() for slot, array in model.model.state_dict().items()}
    assert (renamed.keys() == slots.keys()) == (name == BARE)
    save_file(renamed, tmp_path / "model.safetensors", {"format": "pt"})
    again = getattr(loadstone, name).from_pretrained(tmp_path)
    assert not again.load_report.initialized and not again.load_report.unused
    assert all(torch.equal(array, again.state_dict()[slot]) for slot, array in ours.state_dict().items())


def test_each_class_reads_the_file_of_the_other(made: Callable[[str], Made]) -> None:
    bare = loadstone.Qwen2VLModel.from_pretrained(made(WRITER).folder).state_dict()
    whole = made(WRITER).of("torch").state_dict()
    assert all(torch.equal(array, whole[slot.replace("language_model", "model")]) for slot, array in bare.items())
    writer = loadstone.Qwen2VLForConditionalGeneration.from_pretrained(made(BARE).folder).state_dict()
    bare = made(BARE).of("torch").state_dict()
    assert all(torch.equal(writer[slot.replace("language_model", "model")], array) for slot, array in bare.items())


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:])]
)
def test_the_part_that_reads_texts_is_a_model(tmp_path: Path, framework: str) -> None:
    torch.manual_seed(0)
    reference = transformers.Qwen2VLTextModel(config().text_config).eval()
    reference.save_pretrained(tmp_path)
    side, inputs = SIDES[framework], {name: seen()[name] for name in ("input_ids", "attention_mask")}
    model = load(side, tmp_path, "base")
    assert type(model).__name__ == f"{side.prefix}Qwen2VLTextModel"
    with torch.no_grad():
        expected = reference(**inputs).last_hidden_state
    away = difference(side.call(model, **inputs).last_hidden_state, expected, inputs)
    note(type(model).__name__, away, "last_hidden_state")


@pytest.mark.parametrize("pad", ["left", "right"])
@pytest.mark.parametrize("name", [BARE, WRITER])
def test_pictures_and_films_equal_the_reference(made: Callable[[str], Made], name: str, pad: str) -> None:
    inputs = seen(pad)
    more = {"output_hidden_states": True, "output_attentions": True}
    with torch.no_grad():
        expected, found = made(name).model(**inputs, **more), made(name).of("torch")(**inputs, **more)
    note(name, difference(found[FIELD[name]], expected[FIELD[name]], inputs), FIELD[name])
    pairs = [*zip(found.hidden_states, expected.hidden_states, strict=True)]
    pairs += [
        (ours.transpose(1, 2), theirs.transpose(1, 2))
        for ours, theirs in zip(found.attentions, expected.attentions, strict=True)
    ]
    assert max(difference(*pair, inputs) for pair in pairs) < TOLERANCE


VARIANTS: dict[str, dict[str, Any]] = {
    "windows": {
        "text_config": TEXT
        | {"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1, "num_key_value_heads": 3}
    },
    "yarn": {
        "text_config": TEXT
        | {
            "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}
            | {"mrope_section": [1, 2, 1]}
        }
    },
    "tied": {"tie_word_embeddings": True},
    "unmerged": {"vision_config": VISION | {"spatial_merge_size": 1, "temporal_patch_size": 1}},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_other_configs_equal_the_reference(tmp_path: Path, variant: str) -> None:
    made, inputs = Made(WRITER, config(**VARIANTS[variant]), tmp_path), seen()
    if variant == "unmerged":
        inputs["image_grid_thw"] = torch.tensor([[1, 1, 2], [1, 3, 1], [1, 4, 1]])
        inputs["video_grid_thw"] = torch.tensor([[4, 1, 1]])
        inputs["pixel_values"] = inputs["pixel_values"][:9, :27]
        inputs["pixel_values_videos"] = inputs["pixel_values_videos"][:4, :27]
    with torch.no_grad():
        expected, found = made.model(**inputs).logits, made.of("torch")(**inputs).logits
    assert difference(found, expected, inputs) < TOLERANCE


@pytest.mark.parametrize("framework", ["torch", pytest.param("flax", marks=pytest.mark.long)])
def test_the_vocabulary_grows(made: Callable[[str], Made], framework: str) -> None:
    name = SIDES[framework].prefix + WRITER
    model = getattr(loadstone, name).from_pretrained(made(WRITER).folder)
    model.resize_token_embeddings(50)
    assert model.config.get_text_config().vocab_size == 50
    state = SIDES[framework].state(model)
    assert state["model.embed_tokens.weight"].shape == state["lm_head.weight"].shape == (50, 24)
    if framework == "torch":
        assert model(**seen()).logits.shape[-1] == 50


def test_positions_are_those_of_the_reference(made: Callable[[str], Made], monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared themselves: attention sees only how far they are apart."""
    found = []
    model, turns = made(WRITER).of("torch"), RotaryEmbedding.forward
    monkeypatch.setattr(RotaryEmbedding, "forward", lambda self, x, ids: found.append(ids) or turns(self, x, ids))
    inputs = seen()
    grids = {name: value for name, value in inputs.items() if not name.startswith("pixel")}
    out = model(**inputs, use_cache=True)
    expected, deltas = made(WRITER).model.model.get_rope_index(**grids)
    real = inputs["attention_mask"].bool()
    assert torch.equal(found[-1][:, real], expected[:, real])
    mask = torch.nn.functional.pad(inputs["attention_mask"], (0, 1), value=1)
    model(input_ids=inputs["input_ids"][:, -1:], attention_mask=mask, past_key_values=out.past_key_values)
    assert torch.equal(found[-1], real.sum(dim=1, keepdim=True) + deltas)


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_positions_that_are_given_equal_the_reference(made: Callable[[str], Made], rows: int) -> None:
    """Of one row for all axes; of three; and of four, where the first tells texts apart."""
    inputs = seen()
    shape = tuple(inputs["input_ids"].shape)
    places = torch.randint(0, 30, (3, *shape), generator=torch.Generator().manual_seed(1))
    inputs["position_ids"] = {
        2: places[0],
        3: places,
        4: torch.cat((torch.arange(shape[1]).expand(1, *shape), places)),
    }[rows]
    with torch.no_grad():
        expected, found = made(WRITER).model(**inputs).logits, made(WRITER).of("torch")(**inputs).logits
    assert difference(found, expected, inputs) < TOLERANCE


def test_texts_alone_and_the_loss_equal_the_reference(made: Callable[[str], Made]) -> None:
    made(WRITER).check({"input_ids": torch.tensor(ROWS[2:])}, "logits", frameworks=("torch",))
    inputs = seen("right")
    inputs["labels"] = inputs["input_ids"].masked_fill(inputs["attention_mask"] == 0, -100)
    expected, found = made(WRITER).model(**inputs), made(WRITER).of("torch")(**inputs)
    assert abs(float(found.loss - expected.loss)) < 1e-5
    found.loss.backward()
    expected.loss.backward()
    theirs = made(WRITER).model.model
    for ours, reference in (
        (made(WRITER).of("torch").visual.patch_embed.proj.weight, theirs.visual.patch_embed.proj.weight),
        (made(WRITER).of("torch").model.embed_tokens.weight, theirs.language_model.embed_tokens.weight),
    ):
        assert torch.allclose(ours.grad, reference.grad, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "framework", "how"),
    [
        (WRITER, "flax", "compiled"),
        (WRITER, "tensorflow", "call"),
        *(
            pytest.param(name, framework, "compiled", marks=pytest.mark.long)
            for name, framework in ((BARE, "flax"), (BARE, "tensorflow"), (WRITER, "tensorflow"))
        ),
    ],
)
def test_other_frameworks_equal_pytorch(made: Callable[[str], Made], name: str, framework: str, how: str) -> None:
    inputs = seen()
    more: dict[str, Any] = {"output_hidden_states": True, "output_attentions": True}
    before = torch.nn.functional.pad(inputs["attention_mask"][:, :-1], (1, 0))  # padding says nothing that counts
    labels = {"labels": inputs["input_ids"].masked_fill(before == 0, -100)} if name == WRITER else {}
    with torch.no_grad():
        expected = made(name).of("torch")(**inputs, **labels, **more)
    found = getattr(SIDES[framework], how)(made(name).of(framework), **inputs, **labels, **more)
    away = difference(getattr(found, FIELD[name]), expected[FIELD[name]], inputs)
    note(SIDES[framework].prefix + name, away, FIELD[name])
    assert len(found.hidden_states) == len(expected.hidden_states)
    assert len(found.attentions) == len(expected.attentions)
    if labels:
        assert abs(float(found.loss - expected.loss)) < 1e-5
    assert SIDES[framework].state(made(name).of(framework)).keys() == made(name).of("torch").state_dict().keys()


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:])]
)
def test_greedy_texts_equal_the_reference(made: Callable[[str], Made], framework: str) -> None:
    """After rows padded on the left, with pictures and without, token by token."""
    how: dict[str, Any] = {"max_new_tokens": 6, "eos_token_id": None}
    for inputs in (seen(), {name: seen()[name] for name in ("input_ids", "attention_mask")}):
        expected = made(WRITER).model.generate(**inputs, do_sample=False, **how).tolist()
        assert SIDES[framework].generate(made(WRITER).of(framework), **inputs, **how) == expected
    if framework == "torch":
        inputs = seen()
        expected = made(WRITER).model.generate(**inputs, do_sample=False, **how).tolist()
        assert made(WRITER).of("torch").generate(**inputs, use_cache=False, **how).tolist() == expected


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:])]
)
def test_beams_see_the_pictures_of_their_prompt(made: Callable[[str], Made], framework: str) -> None:
    inputs, how = seen(), {"max_new_tokens": 4, "eos_token_id": None, "num_beams": 3, "num_return_sequences": 2}
    expected = made(WRITER).model.generate(**inputs, do_sample=False, **how).tolist()
    assert SIDES[framework].generate(made(WRITER).of(framework), **inputs, **how) == expected
    alone = {name: inputs[name] for name in inputs.keys() - {"pixel_values_videos", "video_grid_thw"}}
    with pytest.raises(ArgumentError, match="one for 2 × 2 patches"):
        missing = {**alone, "pixel_values": alone["pixel_values"][:20], "image_grid_thw": alone["image_grid_thw"][:2]}
        SIDES[framework].generate(made(WRITER).of(framework), **missing, **how)


def test_texts_about_pictures_under_rules_and_drawn(made: Callable[[str], Made]) -> None:
    inputs, ours = seen(), made(WRITER).of("torch")
    for way in (
        {"repetition_penalty": 1.5, "no_repeat_ngram_size": 2},
        {"do_sample": True, "num_return_sequences": 2, "top_p": 0.8, "repetition_penalty": 1.2},
        {"do_sample": True, "num_beams": 2, "min_p": 0.05},
    ):
        texts = []
        for model in (made(WRITER).model, ours):
            torch.manual_seed(0)
            texts.append(model.generate(**inputs, max_new_tokens=4, eos_token_id=None, **way).tolist())
        assert texts[0] == texts[1], way


def test_a_text_goes_on_from_a_cache_with_more_pictures(made: Callable[[str], Made]) -> None:
    model, inputs = made(WRITER).of("torch"), seen()
    ids, how = torch.tensor([ROWS[0]]), {"max_new_tokens": 4, "eos_token_id": None}
    pixels, grids = inputs["pixel_values"][:20], inputs["image_grid_thw"][:2]
    expected = model.generate(ids, pixel_values=pixels, image_grid_thw=grids, **how)
    cache = model(
        input_ids=ids[:, :6], pixel_values=pixels[:8], image_grid_thw=grids[:1], use_cache=True
    ).past_key_values
    more = {"pixel_values": pixels[8:], "image_grid_thw": grids[1:]}
    assert torch.equal(model.generate(ids, past_key_values=cache, **more, **how), expected)


def test_a_cache_goes_on_where_pictures_ended(made: Callable[[str], Made]) -> None:
    """Token by token, and with pictures after some that the cache has: as if all were read at once."""
    model, inputs = made(WRITER).of("torch"), seen()
    whole = model(**inputs).logits
    short = {**inputs, **{name: inputs[name][:, :-2] for name in ("input_ids", "attention_mask", "mm_token_type_ids")}}
    out = model(**short, use_cache=True)
    for end in (-1, None):
        step = {
            "input_ids": inputs["input_ids"][:, end - 1 if end else -1 :][:, :1],
            "attention_mask": inputs["attention_mask"][:, :end],
        }
        out = model(**step, past_key_values=out.past_key_values)
        place = end - 1 if end else -1
        assert (out.logits[:, 0] - whole[:, place]).abs().max() < TOLERANCE
    ids = torch.tensor([ROWS[0]])
    grids, pixels = inputs["image_grid_thw"][:2], inputs["pixel_values"][:20]
    whole = model(input_ids=ids, pixel_values=pixels, image_grid_thw=grids).logits
    out = model(input_ids=ids[:, :6], pixel_values=pixels[:8], image_grid_thw=grids[:1], use_cache=True)
    out = model(
        input_ids=ids[:, 6:], pixel_values=pixels[8:], image_grid_thw=grids[1:], past_key_values=out.past_key_values
    )
    assert (out.logits - whole[:, 6:]).abs().max() < TOLERANCE


@pytest.mark.parametrize(
    ("name", "framework"),
    [
        *((name, "torch") for name in (BARE, WRITER)),
        *(
            pytest.param(name, framework, marks=pytest.mark.long)
            for name in (BARE, WRITER)
            for framework in FRAMEWORKS[1:]
        ),
    ],
)
def test_transformers_reads_what_is_saved(
    made: Callable[[str], Made], name: str, framework: str, tmp_path: Path
) -> None:
    made(name).of(framework).save_pretrained(tmp_path)
    theirs = getattr(transformers, name).from_pretrained(tmp_path, attn_implementation="eager")
    stored = {slot: tuple(array.shape) for slot, array in load_file(tmp_path / "model.safetensors").items()}
    assert stored == made(name).stored()
    inputs = seen()
    with torch.no_grad():
        found, expected = theirs(**inputs)[FIELD[name]], made(name).model(**inputs)[FIELD[name]]
    assert torch.equal(found, expected)


def test_layers_on_the_disk_and_the_forecast(made: Callable[[str], Made], tmp_path: Path) -> None:
    folder, inputs = made(WRITER).folder, seen()
    options: dict[str, Any] = {"device_map": "auto", "max_memory": {"cpu": 60_000}, "offload_folder": tmp_path}
    forecast = loadstone.plan(folder, head="image-text-to-text", **options)
    model = loadstone.Qwen2VLForConditionalGeneration.from_pretrained(folder, **options)
    assert forecast.device_map == model.hf_device_map and "disk" in forecast.device_map.values()
    assert forecast.parameters == sum(array.numel() for array in model.state_dict().values())
    with torch.no_grad():
        assert torch.equal(model(**inputs).logits, made(WRITER).of("torch")(**inputs).logits)


def test_pictures_in_float32_go_into_bfloat16(made: Callable[[str], Made]) -> None:
    model = loadstone.Qwen2VLForConditionalGeneration.from_pretrained(made(WRITER).folder, dtype=torch.bfloat16)
    assert model(**seen()).logits.dtype == torch.bfloat16


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "count": ({"input_ids": torch.tensor([[9, 5, 5]]), "attention_mask": None}, "2 tokens 5.* 9 vectors"),
    "no grids": ({"image_grid_thw": None}, "pixel_values and image_grid_thw together"),
    "numbers": ({"pixel_values": torch.zeros(36, 50)}, r"\(36, 50\), expected \(patches of all pictures, 54\)"),
    "patches": ({"pixel_values": torch.zeros(20, 54)}, "20 patches, and image_grid_thw says 36"),
    "axes": ({"image_grid_thw": torch.ones(3, 2, dtype=torch.int64)}, r"\(3, 2\), expected \(pictures, 3\)"),
    "odd": ({"image_grid_thw": torch.tensor([[1, 3, 12]])}, "multiples of 2"),
    "vectors": ({"input_ids": None, "inputs_embeds": torch.zeros(3, 16, 24)}, "needs input_ids"),
}


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("what", BAD)
def test_bad_inputs_are_named(made: Callable[[str], Made], framework: str, what: str) -> None:
    changes, words = BAD[what]
    inputs = {name: value for name, value in {**seen(), **changes}.items() if value is not None}
    if changes.get("attention_mask", 0) is None:
        del inputs["mm_token_type_ids"]
    side = SIDES[framework]
    call = side.compiled if framework == "flax" else side.call  # where numbers are looked at before, and while
    with pytest.raises(ArgumentError, match=words):
        call(made(WRITER).of(framework), **inputs)


def test_positions_of_another_shape_are_named(made: Callable[[str], Made]) -> None:
    with pytest.raises(ArgumentError, match=r"position_ids has shape \(2, 3, 16\)"):
        made(WRITER).of("torch")(**seen(), position_ids=torch.zeros(2, 3, 16, dtype=torch.int64))


def test_configs_of_old_files_and_new_mean_the_same(tmp_path: Path) -> None:
    old = {"model_type": "qwen2_vl", **TOKENS, **TEXT, "vision_config": {**VISION, "model_type": "qwen2_vl"}}
    old |= {"rope_theta": 1e5, "tie_word_embeddings": True}
    (tmp_path / "config.json").write_text(json.dumps(old))
    ours, theirs = (
        loadstone.Qwen2VLConfig.from_pretrained(tmp_path),
        transformers.Qwen2VLConfig.from_pretrained(tmp_path),
    )
    ours.save_pretrained(tmp_path)
    again = transformers.Qwen2VLConfig.from_pretrained(tmp_path)
    for reference in (theirs, again):
        parameters = {name: value for name, value in reference.text_config.rope_parameters.items() if name != "type"}
        mine = {name: value for name, value in ours.text_config.rope_parameters.items() if name != "type"}
        assert parameters == mine
        assert reference.tie_word_embeddings and ours.tie_word_embeddings
        assert reference.vision_config.depth == ours.vision_config.depth == 2
        assert reference.text_config.hidden_size == ours.hidden_size == 24
    nested = loadstone.Qwen2VLConfig(text_config={"tie_word_embeddings": True})
    assert nested.tie_word_embeddings
    nested.tie_word_embeddings = False
    assert not nested.text_config.tie_word_embeddings and not nested.tie_word_embeddings


def test_sections_that_do_not_fill_a_head_are_refused() -> None:
    config = loadstone.Qwen2VLConfig(text_config={**TEXT, "rope_scaling": {"type": "mrope", "mrope_section": [1, 1]}})
    with pytest.raises(InvalidConfig, match="mrope_section"):
        loadstone.Qwen2VLModel(config)
