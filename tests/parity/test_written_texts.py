"""BART and models like it: what stands for texts, what people's files look like, and what only one of them does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import Tensor

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig, MissingTensors

from .frameworks import SIDES
from .modal import Made
from .written_texts import PLAIN, numbers, read, written

WRITERS = {
    "bart": "BartForConditionalGeneration",
    "mbart": "MBartForConditionalGeneration",
    "marian": "MarianMTModel",
    "pegasus": "PegasusForConditionalGeneration",
    "blenderbot": "BlenderbotForConditionalGeneration",
    "blenderbot-small": "BlenderbotSmallForConditionalGeneration",
    "m2m_100": "M2M100ForConditionalGeneration",
}
OTHERS = [pytest.param(name, marks=pytest.mark.long) for name in ("flax", "tensorflow")]
Maker = Callable[..., Made]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """A class of a family by its name, made once."""
    found: dict[str, Made] = {}

    def make(family: str, class_name: str = "", **changes: Any) -> Made:
        class_name = class_name or WRITERS[family]
        key = f"{class_name} {changes}"
        if key not in found:
            config = transformers.AutoConfig.for_model(family, **{**PLAIN, **changes})
            found[key] = Made(class_name, config, tmp_path_factory.mktemp("written"))
        return found[key]

    return make


def differ(one: Tensor, other: Tensor) -> float:
    return (one - other).abs().max().item()


# What stands for texts ------------------------------------------------------------------------------


@pytest.mark.parametrize("family", WRITERS)
def test_vectors_in_place_of_tokens(made: Maker, family: str) -> None:
    """Of both texts; a decoder that scales them does so in every framework."""
    changes = {"scale_embedding": False} if family == "blenderbot-small" else {}
    checkpoint = made(family, **changes)
    vectors = {"inputs_embeds": numbers(2, 9, 16, seed=4), "decoder_inputs_embeds": numbers(2, 6, 16, seed=5)}
    inputs = {**vectors, "attention_mask": read()["attention_mask"]}
    checkpoint.check(inputs, "logits", "encoder_last_hidden_state", frameworks=("torch",))


@pytest.mark.parametrize("framework", ["torch", *OTHERS])
@pytest.mark.parametrize("class_name", ["BartModel", "MBartModel", "BartForConditionalGeneration"])
def test_the_text_that_is_read_is_written_too(made: Maker, class_name: str, framework: str) -> None:
    family = "mbart" if class_name.startswith("M") else "bart"
    field = "logits" if "For" in class_name else "last_hidden_state"
    made(family, class_name).check(read(), field, frameworks=(framework,))


def test_others_are_told_what_to_write(made: Maker) -> None:
    for family in ("marian", "pegasus", "m2m_100"):
        with pytest.raises(ArgumentError, match="Give decoder_input_ids"):
            made(family).of("torch")(**read())
    with pytest.raises(ArgumentError, match="Give decoder_input_ids"):
        made("bart").of("torch")(inputs_embeds=numbers(2, 9, 16, seed=4))


def test_labels_of_mbart_turn(made: Maker) -> None:
    """What begins a text is the token that names its language, at its end."""
    checkpoint, (texts, mask) = made("mbart"), written()
    labels = torch.where(mask == 1, texts, -100)
    found = checkpoint.of("torch").prepare_decoder_input_ids_from_labels(labels=labels)
    assert torch.equal(found, checkpoint.model.prepare_decoder_input_ids_from_labels(labels))
    assert found[0].tolist() == [int(texts[0, 3]), *texts[0, :4].tolist(), 1]
    one = checkpoint.of("torch").prepare_decoder_input_ids_from_labels(labels=torch.full((1, 3), -100))
    assert one.tolist() == [[1, 1, 1]]  # which transformers cannot look for


def test_a_small_blenderbots_decoder_scales_tokens_before_their_norm(made: Maker) -> None:
    """As its authors have it, and transformers had until version 5, which works the scale out and leaves it."""
    checkpoint = made("blenderbot-small", scale_embedding=True)
    texts, mask = written()
    inputs = {**read(), "decoder_input_ids": texts, "decoder_attention_mask": mask}
    decoder = checkpoint.model.model.decoder
    handle = decoder.embed_tokens.register_forward_hook(lambda module, args, out: out * decoder.embed_scale)
    checkpoint.check(inputs, "logits", frameworks=("torch",))
    handle.remove()


@pytest.mark.parametrize("framework", ["torch", *OTHERS])
def test_m2m_100_has_a_position_for_any_token_and_none_for_padding(made: Maker, framework: str) -> None:
    checkpoint = made("m2m_100", max_position_embeddings=4)
    texts, _ = written()
    texts[1, :2] = 1
    mask = texts != 1
    inputs = {**read(), "decoder_input_ids": texts, "decoder_attention_mask": mask.long()}
    found = SIDES[framework].compiled(checkpoint.of(framework), **inputs).logits
    assert differ(found[mask], checkpoint.expected(inputs).logits[mask]) < 1e-5


def test_a_text_that_is_longer_than_the_table_of_positions_is_refused(made: Maker) -> None:
    for family, longest in (("bart", 22), ("marian", 22), ("blenderbot", 22)):
        model = made(family).of("torch")
        ids = torch.full((1, longest + 1), 5)
        with pytest.raises(ArgumentError, match=f"has {longest + 1} tokens, .* has positions for {longest}"):
            model(input_ids=ids, decoder_input_ids=ids)


# Files ------------------------------------------------------------------------------------------------


def tensors_of(checkpoint: Made) -> dict[str, Tensor]:
    return load_file(checkpoint.folder / "model.safetensors")


def stored_as(folder: Path, checkpoint: Made, tensors: dict[str, Tensor], **changes: Any) -> Path:
    """A folder with other tensors, and perhaps a config that says otherwise."""
    config = json.loads((checkpoint.folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(config))
    save_file({name: tensor.clone() for name, tensor in tensors.items()}, folder / "model.safetensors")
    return folder


def renamed(tensors: dict[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    return {name.replace(old, new): tensor for name, tensor in tensors.items()}


SHARED, TABLES = "model.shared.weight", ("model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight")
HABITS: dict[str, Callable[[dict[str, Tensor]], dict[str, Tensor]]] = {
    "as of today": lambda tensors: tensors,
    "without a prefix": lambda tensors: {name.removeprefix("model."): each for name, each in tensors.items()},
    "every copy": lambda tensors: tensors | dict.fromkeys((*TABLES, "lm_head.weight"), tensors[SHARED]),
    "the output embeddings alone": lambda tensors: renamed(tensors, SHARED, "lm_head.weight"),
    "the decoder's table alone": lambda tensors: renamed(tensors, SHARED, TABLES[1]),
    "what fairseq left": lambda tensors: (
        tensors
        | {f"model.{tower}.version": torch.tensor([3.0]) for tower in ("encoder", "decoder")}
        | {f"model.{tower}.embed_positions._float_tensor": torch.zeros(1) for tower in ("encoder", "decoder")}
        | {f"model.{tower}.embed_positions.weights": torch.zeros(9, 16) for tower in ("encoder", "decoder")}
    ),
}


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("family", ["bart", "m2m_100"])
def test_files_as_people_have_them(made: Maker, family: str, habit: str, tmp_path: Path) -> None:
    checkpoint = made(family)
    stored_as(tmp_path, checkpoint, HABITS[habit](tensors_of(checkpoint)))
    model = getattr(loadstone, WRITERS[family]).from_pretrained(tmp_path)
    assert not model.load_report.initialized and not model.load_report.unused
    assert model.lm_head.weight is model.model.shared.weight is model.model.decoder.embed_tokens.weight
    for name, value in checkpoint.of("torch").state_dict().items():
        assert model.state_dict()[name].equal(value), name


@pytest.mark.parametrize("family", ["bart", "marian"])
def test_tables_that_the_config_unties_may_be_stored_once(made: Maker, family: str, tmp_path: Path) -> None:
    """Before version 5, transformers tied the towers' tables always, so that a file has one and the config says no."""
    checkpoint = made(family)
    head = numbers(37, 16, seed=6)
    stored_as(tmp_path, checkpoint, tensors_of(checkpoint) | {"lm_head.weight": head}, tie_word_embeddings=False)
    model = getattr(loadstone, WRITERS[family]).from_pretrained(tmp_path)
    assert not model.load_report.initialized
    assert torch.equal(model.lm_head.weight, head)
    shared = checkpoint.model.model.shared.weight
    assert all(torch.equal(tower.embed_tokens.weight, shared) for tower in (model.model.encoder, model.model.decoder))


def test_a_bias_of_logits_is_zero_where_a_file_has_none(made: Maker, tmp_path: Path) -> None:
    checkpoint = made("bart")
    tensors = {name: each for name, each in tensors_of(checkpoint).items() if name != "final_logits_bias"}
    folder = stored_as(tmp_path, checkpoint, tensors)
    for framework in ("torch", "flax", "tensorflow"):
        model = getattr(loadstone, f"{SIDES[framework].prefix}BartForConditionalGeneration").from_pretrained(
            folder, strict=True
        )
        assert str(model.load_report.sources["final_logits_bias"]) == "computed by the model"
        assert not SIDES[framework].state(model).get("final_logits_bias", torch.zeros(1)).any()
        if framework == "torch":
            found = model(**read()).logits + checkpoint.model.final_logits_bias
            assert differ(found, checkpoint.of("torch")(**read()).logits) < 1e-5


APART = {"share_encoder_decoder_embeddings": False, "decoder_vocab_size": 41}


@pytest.mark.parametrize(("family", "changes"), [("bart", {}), ("marian", {}), ("marian", APART)])
def test_a_decoder_is_read_from_the_whole_models_file(made: Maker, family: str, changes: dict[str, Any]) -> None:
    whole = made(family, **changes)
    decoder = loadstone.AutoModelForCausalLM.from_pretrained(whole.folder).eval()
    assert type(decoder).__name__ in ("BartForCausalLM", "MarianForCausalLM")
    assert not decoder.load_report.initialized
    assert decoder.get_decoder() is decoder.model.decoder
    assert decoder.get_output_embeddings().out_features == whole.of("torch").get_output_embeddings().out_features
    texts, mask = written()
    with torch.no_grad():
        out = whole.of("torch")(**read(), decoder_input_ids=texts, decoder_attention_mask=mask)
        memory = {"encoder_hidden_states": out.encoder_last_hidden_state}
        alone = decoder(texts, mask, **memory, encoder_attention_mask=read()["attention_mask"])
        assert differ(alone.logits + whole.of("torch").final_logits_bias, out.logits) < 1e-5


@pytest.mark.parametrize("class_name", ["MarianModel", "PegasusForConditionalGeneration"])
def test_positions_are_those_of_the_file_where_it_has_them(made: Maker, class_name: str, tmp_path: Path) -> None:
    family = class_name.partition("Model")[0].lower() if class_name == "MarianModel" else "pegasus"
    checkpoint = made(family, class_name)
    cls, name = getattr(loadstone, class_name), "encoder.embed_positions.weight"
    stored = checkpoint.model.base_model.get_parameter(name)
    assert torch.equal(checkpoint.of("torch").base_model.get_parameter(name), stored)
    tensors = {key: each for key, each in tensors_of(checkpoint).items() if "embed_positions" not in key}
    model = cls.from_pretrained(stored_as(tmp_path, checkpoint, tensors), strict=True)
    theirs = type(checkpoint.model)(checkpoint.model.config).base_model.get_parameter(name)
    found = model.base_model.get_parameter(name)
    assert differ(found, theirs) < 1e-6 and not found.requires_grad


def test_a_table_of_learned_positions_is_not_made_up(made: Maker, tmp_path: Path) -> None:
    checkpoint = made("bart")
    tensors = {key: each for key, each in tensors_of(checkpoint).items() if "embed_positions" not in key}
    with pytest.raises(MissingTensors, match="embed_positions"):
        loadstone.BartForConditionalGeneration.from_pretrained(stored_as(tmp_path, checkpoint, tensors))


@pytest.mark.parametrize("family", ["bart", "marian"])
def test_the_vocabulary_grows_everywhere(made: Maker, family: str, tmp_path: Path) -> None:
    checkpoint, (texts, _) = made(family), written()
    inputs = {**read(), "decoder_input_ids": texts}
    for prefix in ("", "Flax"):
        model = getattr(loadstone, f"{prefix}{WRITERS[family]}").from_pretrained(checkpoint.folder)
        model.resize_token_embeddings(41)
        model.save_pretrained(tmp_path / prefix)
        again = type(checkpoint.model).from_pretrained(tmp_path / prefix).eval()
        with torch.no_grad():
            assert again(**inputs, labels=texts).logits.shape[-1] == 41
            assert differ(again(**inputs).logits[..., :37], checkpoint.model(**inputs).logits) < 1e-5
        assert again.final_logits_bias.shape == (1, 41) and not again.final_logits_bias[:, 37:].any()


# Writing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framework", ["torch", *OTHERS])
def test_what_the_config_says_of_writing(made: Maker, framework: str, tmp_path: Path) -> None:
    """Files without a generation config rely on what the model's config says, or its class."""
    checkpoint = made("blenderbot", forced_eos_token_id=2, encoder_no_repeat_ngram_size=2)
    for name in ("config.json", "model.safetensors"):
        shutil.copy(checkpoint.folder / name, tmp_path)
    theirs = type(checkpoint.model).from_pretrained(tmp_path).eval()
    ours = getattr(loadstone, f"{SIDES[framework].prefix}{WRITERS['blenderbot']}").from_pretrained(tmp_path)
    assert ours.generation_config.encoder_no_repeat_ngram_size == 2
    expected = theirs.generate(**read(), max_new_tokens=6, do_sample=False).tolist()
    assert all(row[-1] == 2 for row in expected)
    assert SIDES[framework].generate(ours, **read(), max_new_tokens=6, do_sample=False) == expected


@pytest.mark.parametrize("family", WRITERS)
def test_beams_with_a_language_for_each_call(made: Maker, family: str) -> None:
    checkpoint = made(family, **({"scale_embedding": False} if family == "blenderbot-small" else {}))
    how = dict(num_beams=3, num_return_sequences=2, forced_bos_token_id=9, max_new_tokens=7, length_penalty=0.8)
    expected = checkpoint.model.generate(**read(), **how)
    found = checkpoint.of("torch").generate(**read(), **how)
    assert torch.equal(found, expected)


@pytest.mark.parametrize("how", [{}, {"num_beams": 2}], ids=["greedy", "beams"])
def test_a_decoder_goes_on_while_it_looks_at_what_was_read(made: Maker, how: dict[str, Any]) -> None:
    """With a cache, too, in which transformers mixes up what was read with what is written."""
    checkpoint = made("bart", "BartForCausalLM")
    seen = {"encoder_attention_mask": read()["attention_mask"], "input_ids": written()[0]}
    memory = {"encoder_hidden_states": numbers(2, 9, 16, seed=3)}
    expected = checkpoint.model.generate(**seen, **memory, **how, use_cache=False, max_new_tokens=5)
    assert torch.equal(checkpoint.of("torch").generate(**seen, **memory, **how, max_new_tokens=5), expected)


# Config -----------------------------------------------------------------------------------------------


def test_configs_have_the_defaults_of_transformers() -> None:
    for family in WRITERS:
        ours, theirs = loadstone.AutoConfig.for_model(family), transformers.AutoConfig.for_model(family)
        for name, (_, _) in type(ours).fields().items():
            if name not in ("torch_dtype", "architectures") and hasattr(theirs, name):
                assert getattr(ours, name) == getattr(theirs, name), (family, name)
        assert ours.num_labels == theirs.num_labels


OF_ALL = {
    **{"activation_dropout": 0.0, "add_bias_logits": False, "add_final_layer_norm": False, "classif_dropout": 0.0},
    **{"extra_pos_embeddings": 2, "gradient_checkpointing": False, "init_std": 0.02, "is_encoder_decoder": True},
    **{"normalize_before": False, "normalize_embedding": True, "num_hidden_layers": 2, "output_past": True},
    **{"static_position_embeddings": False, "max_length": 8, "min_length": 3, "num_beams": 2, "early_stopping": True},
    **{"length_penalty": 2.0, "no_repeat_ngram_size": 2, "prefix": " ", "transformers_version": "4.11.0.dev0"},
    **{"task_specific_params": {"summarization": {"num_beams": 4}}, "_num_labels": 3},
}
"""Keys of the configs that came with the first of these models; today most say nothing."""


@pytest.mark.parametrize("family", ["bart", "pegasus", "m2m_100"])
def test_configs_as_people_have_them(made: Maker, family: str, tmp_path: Path) -> None:
    checkpoint = made(family)
    folder = stored_as(tmp_path, checkpoint, tensors_of(checkpoint), **OF_ALL)
    ours, theirs = (library.AutoModelForSeq2SeqLM.from_pretrained(folder) for library in (loadstone, transformers))
    assert torch.equal(ours.generate(**read()), theirs.generate(**read()))
    ours.save_pretrained(tmp_path / "again")
    kept = json.loads((tmp_path / "again" / "config.json").read_text())
    assert {name: kept.get(name) for name in ("normalize_before", "extra_pos_embeddings", "_num_labels")} == {
        **{"normalize_before": False, "extra_pos_embeddings": 2, "_num_labels": 3},
    }


def test_labels_that_a_file_does_not_name(tmp_path: Path) -> None:
    for count in (2, 3, 4):
        loadstone.BartConfig(num_labels=count).save_pretrained(tmp_path)
        assert loadstone.BartConfig.from_pretrained(tmp_path).num_labels == count
        assert transformers.BartConfig.from_pretrained(tmp_path).num_labels == count


def test_a_vocabulary_may_be_too_small_for_the_padding_of_another() -> None:
    config = loadstone.MarianConfig(**{**PLAIN, **APART, "decoder_vocab_size": 30, "pad_token_id": 36})
    model = loadstone.MarianMTModel(config)
    assert model.model.encoder.embed_tokens.padding_idx == 36 and model.model.decoder.embed_tokens.padding_idx is None
    assert model(torch.tensor([[5, 36]]), decoder_input_ids=torch.tensor([[29]])).logits.shape == (1, 1, 30)


def test_what_ends_a_text_must_be_known_where_that_is_classified() -> None:
    for end in (None, []):
        with pytest.raises(InvalidConfig, match="eos_token_id"):
            loadstone.BartForSequenceClassification(loadstone.BartConfig(**{**PLAIN, "eos_token_id": end}))


def test_configs_that_make_no_sense_are_refused() -> None:
    for model, changes, message in (
        ("bart", {"decoder_attention_heads": 3}, "decoder_attention_heads"),
        ("mbart", {"max_position_embeddings": 0}, "max_position_embeddings"),
        ("marian", {"decoder_vocab_size": 0, "share_encoder_decoder_embeddings": False}, "decoder_vocab_size"),
        ("m2m_100", {"pad_token_id": None}, "pad_token_id"),
        ("pegasus", {"rope_scaling": {"type": "linear"}}, "rope_scaling"),
    ):
        with pytest.raises(InvalidConfig, match=message):
            loadstone.AutoConfig.for_model(model, **{**PLAIN, **changes})
