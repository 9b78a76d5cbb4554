"""``transformers.pipeline`` with a model of ours: the answers that it gives with one of transformers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import transformers
from frameworks.torch import tiny
from frameworks.torch.ecosystem.words import text, tokenizer
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers

import loadstone

PICTURE = Image.fromarray((np.random.default_rng(0).random((56, 56, 3)) * 255).astype("uint8"))
SIZES: dict[str, Any] = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4)
SEEN: dict[str, Any] = SIZES | dict(image_size=32, patch_size=8)
READ: dict[str, Any] = SIZES | dict(vocab_size=64, max_position_embeddings=64, pad_token_id=0)
OPINIONS = ["entailment", "neutral", "contradiction"]


def of_words() -> dict[str, Any]:
    return {"tokenizer": tokenizer(pairs=True)}


def of_pictures() -> dict[str, Any]:
    return {"image_processor": transformers.ViTImageProcessor(size={"height": 32, "width": 32})}


class Case(NamedTuple):
    """A pipeline: of which class, with what processors, asked what."""

    task: str
    name: str
    family: str
    config: dict[str, Any]
    processors: Callable[[], dict[str, Any]]
    asked: tuple[Any, ...]
    how: Mapping[str, Any] = MappingProxyType({})


BERT, VIT = READ, SEEN
LLAMA = READ | dict(num_key_value_heads=2, eos_token_id=2)
CLIP = {"text_config": READ | dict(eos_token_id=5), "vision_config": SEEN, "projection_dim": 16}
CASES = [
    Case("text-classification", "BertForSequenceClassification", "bert", BERT, of_words, ([text(0), text(1, 3)],)),
    Case("token-classification", "BertForTokenClassification", "bert", BERT, of_words, (text(0),)),
    Case("fill-mask", "BertForMaskedLM", "bert", BERT, of_words, (f"{text(0)} [MASK]",)),
    Case("feature-extraction", "BertModel", "bert", BERT, of_words, (text(0),)),
    Case(
        "zero-shot-classification",
        "BertForSequenceClassification",
        "bert",
        BERT | {"id2label": dict(enumerate(OPINIONS)), "label2id": {name: at for at, name in enumerate(OPINIONS)}},
        of_words,
        (text(0),),
        {"candidate_labels": ["w1", "w2", "w3"]},
    ),
    Case(
        "text-generation",
        "LlamaForCausalLM",
        "llama",
        LLAMA,
        of_words,
        ([text(0), text(1, 3)],),
        {"max_new_tokens": 5, "batch_size": 2},
    ),
    Case("image-classification", "ViTForImageClassification", "vit", VIT, of_pictures, (PICTURE,)),
    Case("image-feature-extraction", "ViTModel", "vit", VIT, of_pictures, (PICTURE,)),
    Case(
        "zero-shot-image-classification",
        "CLIPModel",
        "clip",
        CLIP,
        lambda: of_words() | of_pictures(),
        (PICTURE,),
        {"candidate_labels": ["w1", "w2"]},
    ),
]


def answers(case: Case, folder: Path) -> list[Any]:
    """Those with our model, and those with transformers'."""
    torch.manual_seed(0)
    config = loadstone.AutoConfig.for_model(case.family, **case.config)
    base = tiny.saved(getattr(loadstone, case.name)(config), folder)
    given = []
    for library in (loadstone, transformers):
        model = getattr(library, case.name).from_pretrained(base)
        pipeline = transformers.pipeline(case.task, model=model, device="cpu", **case.processors())
        torch.manual_seed(0)
        given.append(pipeline(*case.asked, **case.how))
    return given


def assert_close(found: Any, expected: Any) -> None:
    """Numbers to 1e-4, all else equal."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other)
    elif isinstance(expected, (float, np.floating)):
        assert found == pytest.approx(expected, abs=1e-4)
    else:
        assert found == expected


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=[case.task for case in CASES])
def test_answers_are_those_with_transformers_own_model(case: Case, tmp_path: Path) -> None:
    assert_close(*answers(case, tmp_path))


@pytest.mark.long
def test_a_sampled_text_is_the_same() -> None:
    """The defaults of the pipeline: 256 tokens, sampled."""
    model = tiny.llama(pad_token_id=0, eos_token_id=2)
    peer = transformers.LlamaForCausalLM(transformers.LlamaConfig(**model.config.to_dict())).eval()
    peer.load_state_dict(model.state_dict())
    texts = []
    for each in (model, peer):
        torch.manual_seed(0)
        pipeline = transformers.pipeline("text-generation", model=each, tokenizer=tokenizer(), device="cpu")
        texts.append(pipeline(text(0), max_new_tokens=40))
    assert texts[0] == texts[1]


SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
PADS = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}{% if part['type'] == 'image' %}"
    "<|vision_start|> <|image_pad|> <|vision_end|>{% else %} {{ part['text'] }}{% endif %}{% endfor %}{% endfor %}"
)


class Processor(transformers.Qwen2VLProcessor):
    """Without the part that reads films, which needs torchvision."""

    def check_argument_for_proper_class(self, *arguments: object) -> None:
        pass


def qwen_processor() -> dict[str, Any]:
    words = [*SPECIAL, *PADS.values(), "[UNK]", *(f"w{number}" for number in range(56))]
    made = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    names = dict(pad_token=SPECIAL[0], eos_token=SPECIAL[2], unk_token="[UNK]", extra_special_tokens=PADS)
    reader = transformers.PreTrainedTokenizerFast(tokenizer_object=made, additional_special_tokens=SPECIAL, **names)
    pictures = transformers.Qwen2VLImageProcessor(min_pixels=28 * 28, max_pixels=56 * 56)
    return {"processor": Processor(pictures, reader, None, chat_template=TEMPLATE)}


@pytest.mark.long
def test_a_picture_is_talked_about(tmp_path: Path) -> None:
    words = READ | dict(num_key_value_heads=2, eos_token_id=2, bos_token_id=0)
    words |= dict(max_position_embeddings=128, rope_scaling={"type": "mrope", "mrope_section": [1, 1, 2]})
    seeing = dict(depth=2, embed_dim=32, hidden_size=32, num_heads=4, mlp_ratio=2, patch_size=14)
    places = dict(image_token_id=5, video_token_id=6, vision_start_token_id=3, vision_end_token_id=4)
    question = [{"role": "user", "content": [{"type": "image", "image": PICTURE}, {"type": "text", "text": text(0)}]}]
    case = Case(
        "image-text-to-text",
        "Qwen2VLForConditionalGeneration",
        "qwen2_vl",
        {"text_config": words, "vision_config": seeing, **places},
        qwen_processor,
        (),
        {"text": question, "max_new_tokens": 5, "return_full_text": False},
    )
    assert_close(*([answer[0]["generated_text"] for answer in answers(case, tmp_path)]))


MARKS = ["<|endoftext|>", "<|startoftranscript|>", "<|notimestamps|>"]


@pytest.mark.long
def test_speech_is_written_down_after_the_marks_that_say_how(tmp_path: Path) -> None:
    """Transformers' Whisper puts these marks before a text by itself; ours is told by ``decoder_input_ids``, or by the
    ``forced_decoder_ids`` of a file."""
    words = {word: at for at, word in enumerate([*"abcdefghijklmnopqrstuvwxyz ", *MARKS])}
    reader = transformers.WhisperTokenizer(vocab=words, merges=[], additional_special_tokens=MARKS)
    end, start, plain = (words[mark] for mark in MARKS)
    sizes: dict[str, Any] = dict(d_model=32, num_mel_bins=8, vocab_size=len(words), max_target_positions=64)
    sizes |= {f"{part}_{name}": 4 for part in ("encoder", "decoder") for name in ("attention_heads", "ffn_dim")}
    sizes |= dict(encoder_layers=2, decoder_layers=2, bos_token_id=end, eos_token_id=end, pad_token_id=end)
    torch.manual_seed(0)
    config = loadstone.AutoConfig.for_model("whisper", **sizes, decoder_start_token_id=start)
    base = tiny.saved(loadstone.WhisperForConditionalGeneration(config), tmp_path)
    told = {"no_timestamps_token_id": plain, "is_multilingual": False, "decoder_start_token_id": start}
    transformers.GenerationConfig(**told, eos_token_id=end, pad_token_id=end, bos_token_id=end).save_pretrained(base)
    sound = np.sin(np.arange(16000) / 20).astype(np.float32)
    texts = []
    for library, marks in ((loadstone, {"decoder_input_ids": torch.tensor([[start, plain]])}), (transformers, {})):
        pipeline = transformers.pipeline(
            "automatic-speech-recognition",
            model=library.WhisperForConditionalGeneration.from_pretrained(base),
            tokenizer=reader,
            feature_extractor=transformers.WhisperFeatureExtractor(feature_size=8),
            device="cpu",
        )
        texts.append(pipeline(sound, generate_kwargs={"max_new_tokens": 8} | marks))
    assert texts[0] == texts[1] and texts[0]["text"]
