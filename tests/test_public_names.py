"""What users import: the names, pinned; what importing costs; what an editor and ``help()`` see."""

from __future__ import annotations

import importlib.util
import inspect
import pickle
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.sentence_heads import sentence_head
from loadstone.errors import FrameworkNotInstalled

ROOT = Path(__file__).parents[1]

NAMES = {
    *("AutoConfig", "AutoModel", "AutoModelForCausalLM", "AutoModelForMaskedLM", "AutoModelForQuestionAnswering"),
    *("AutoModelForSequenceClassification", "AutoModelForTokenClassification", "Checkpoint", "DynamicCache"),
    *("AutoModelForMultipleChoice", "AutoModelForNextSentencePrediction", "AutoModelForPreTraining"),
    *(
        "AutoModelForTextEncoding",
        "AutoModelForSentenceEmbedding",
        "AutoModelForSeq2SeqLM",
        "AutoModelForSpeechSeq2Seq",
    ),
    *("AutoModelForImageClassification", "AutoModelForMaskedImageModeling", "AutoModelForZeroShotImageClassification"),
    "AutoModelForDepthEstimation",
    "AutoModelForPoseEstimation",
    "AutoModelForSemanticSegmentation",
    "AutoModelForImageSegmentation",
    *("AutoModelForImageTextToText", "AutoModelForAudioClassification", "AutoModelForObjectDetection"),
    *("AutoModelForCTC", "AutoModelForAudioFrameClassification", "AutoModelForAudioXVector"),
    *("AutoModelForVideoClassification", "AutoModelForDocumentQuestionAnswering", "AutoBackbone"),
    *(
        "GenerationConfig",
        "LoadReport",
        "LoadstoneError",
        "PreTrainedModel",
        "PretrainedConfig",
        "__version__",
        "errors",
    ),
    *(
        "AutoFeatureExtractor",
        "AutoImageProcessor",
        "AutoProcessor",
        "AutoTokenizer",
        "AutoVideoProcessor",
        "BatchEncoding",
        "BitsAndBytesConfig",
        "CompileConfig",
        "PreTrainedTokenizerFast",
        "StaticCache",
        "TorchAoConfig",
    ),
    *("Forecast", "convert", "diff", "load_into", "load_sharded_checkpoint", "modeling_utils", "open_checkpoint"),
    *("pipeline", "plan", "transfer_options"),
}

OF_TRANSFORMERS = {
    *(
        f"AutoModelFor{task}"
        for task in (
            *(
                "AudioTokenization",
                "Decision",
                "ImageMatting",
                "ImageToImage",
                "InstanceSegmentation",
            ),
            *("KeypointDetection", "KeypointMatching", "MaskGeneration", "MultimodalLM", "NormalEstimation", "TDT"),
            *("PointmapEstimation", "RNNT", "TableQuestionAnswering"),
            *("TableRecognition", "TextRecognition", "TextToSpectrogram", "TextToWaveform", "TimeSeriesPrediction"),
            *("UniversalSegmentation", "Vision2Seq", "VisualQuestionAnswering"),
            "ZeroShotObjectDetection",
        )
    ),
}
"""In PyTorch only: no family here has a class for these tasks."""

# Stem → the tasks of its classes, and the classes whose names do not follow the pattern.
_DECODER = "Model ForCausalLM ForSequenceClassification ForTokenClassification"
_ENCODER = "Model ForMaskedLM ForSequenceClassification ForTokenClassification ForQuestionAnswering ForMultipleChoice"
_T5 = (
    "Model ForConditionalGeneration {}EncoderModel ForSequenceClassification ForTokenClassification "
    "ForQuestionAnswering"
)
_WRITER = "Model ForConditionalGeneration ForSequenceClassification ForQuestionAnswering ForCausalLM"
_HEARS = "Model ForCTC ForSequenceClassification"
_SPEAKERS = "ForAudioFrameClassification ForXVector"
FAMILIES = {
    "Llama": f"{_DECODER} ForQuestionAnswering",
    "Mistral": f"{_DECODER} ForQuestionAnswering",
    "Mixtral": f"{_DECODER} ForQuestionAnswering",
    "Gemma": _DECODER,
    "Gemma2": _DECODER,
    "Gemma3Text": "Model ForSequenceClassification Gemma3ForCausalLM",
    "Qwen2": f"{_DECODER} ForQuestionAnswering",
    "Qwen2VL": "Model Qwen2VLTextModel ForConditionalGeneration",
    "Qwen3": f"{_DECODER} ForQuestionAnswering",
    "Qwen2Moe": f"{_DECODER} ForQuestionAnswering",
    "Olmoe": "Model ForCausalLM",
    "Phimoe": "Model ForCausalLM ForSequenceClassification",
    "GraniteMoe": "Model ForCausalLM",
    "GptOss": _DECODER,
    "Qwen3Moe": f"{_DECODER} ForQuestionAnswering",
    "Olmo": "Model ForCausalLM ForSequenceClassification",
    "Olmo3": "Model ForCausalLM ForSequenceClassification",
    "Starcoder2": _DECODER,
    "SmolLM3": f"{_DECODER} ForQuestionAnswering",
    "Granite": "Model ForCausalLM",
    "StableLm": _DECODER,
    "Exaone4": f"{_DECODER} ForQuestionAnswering",
    "Ernie4_5": "Model ForCausalLM",
    "Cohere": "Model ForCausalLM",
    "Cohere2": "Model ForCausalLM",
    "Glm": _DECODER,
    "Glm4": _DECODER,
    "Helium": _DECODER,
    "DeepseekV2": "Model ForCausalLM ForSequenceClassification",
    "DeepseekV3": _DECODER,
    "Glm4Moe": "Model ForCausalLM",
    "Glm4MoeLite": "Model ForCausalLM",
    "Dots1": "Model ForCausalLM",
    "Olmo2": "Model ForCausalLM ForSequenceClassification",
    "Phi3": _DECODER,
    "GPT2": "Model ForSequenceClassification ForTokenClassification ForQuestionAnswering GPT2LMHeadModel",
    "GPTNeoX": f"{_DECODER} ForQuestionAnswering",
    "Phi": _DECODER,
    "GPTJ": "Model ForCausalLM ForSequenceClassification ForQuestionAnswering",
    "GPTNeo": f"{_DECODER} ForQuestionAnswering",
    "CodeGen": "Model ForCausalLM",
    "GPTBigCode": _DECODER,
    "Falcon": f"{_DECODER} ForQuestionAnswering",
    "Bloom": f"{_DECODER} ForQuestionAnswering",
    "Mpt": f"{_DECODER} ForQuestionAnswering",
    "OPT": "Model ForCausalLM ForSequenceClassification ForQuestionAnswering",
    "Whisper": "Model ForConditionalGeneration ForCausalLM ForAudioClassification",
    "Bert": f"{_ENCODER} BertLMHeadModel ForNextSentencePrediction ForPreTraining",
    "Roberta": f"{_ENCODER} ForCausalLM",
    **dict.fromkeys(("XLMRoberta", "Camembert", "Data2VecText", "XLMRobertaXL"), f"{_ENCODER} ForCausalLM"),
    "DistilBert": _ENCODER,
    "Albert": f"{_ENCODER} ForPreTraining",
    "RemBert": f"{_ENCODER} ForCausalLM",
    **dict.fromkeys(("FNet", "MobileBert"), f"{_ENCODER} ForNextSentencePrediction ForPreTraining"),
    "ConvBert": _ENCODER,
    "MPNet": _ENCODER,
    "Electra": f"{_ENCODER} ForCausalLM ForPreTraining",
    "ModernBert": _ENCODER,
    "Esm": "Model ForMaskedLM ForSequenceClassification ForTokenClassification",
    "RoFormer": f"{_ENCODER} ForCausalLM",
    **dict.fromkeys(("NomicBert", "Gte"), "Model ForMaskedLM ForSequenceClassification ForTokenClassification"),
    "JinaEmbeddingsV3": ("Model ForMaskedLM ForSequenceClassification ForTokenClassification ForQuestionAnswering"),
    "Bart": _WRITER,
    "MBart": _WRITER,
    "Marian": "Model ForCausalLM MarianMTModel",
    "Pegasus": "Model ForConditionalGeneration ForCausalLM",
    "Blenderbot": "Model ForConditionalGeneration ForCausalLM",
    "BlenderbotSmall": "Model ForConditionalGeneration ForCausalLM",
    "M2M100": "Model ForConditionalGeneration",
    "CLIP": (
        "Model CLIPTextModel CLIPVisionModel CLIPTextModelWithProjection CLIPVisionModelWithProjection "
        "ForImageClassification"
    ),
    "Mamba": "Model ForCausalLM",
    "ConvNext": "Model ConvNextBackbone ForImageClassification",
    "ConvNextV2": "Model ConvNextV2Backbone ForImageClassification",
    "MobileNetV2": "Model ForImageClassification ForSemanticSegmentation",
    "Segformer": "Model ForImageClassification ForSemanticSegmentation",
    "Swin": "Model SwinBackbone ForImageClassification ForMaskedImageModeling",
    "Swinv2": "Model Swinv2Backbone ForImageClassification ForMaskedImageModeling",
    "ResNet": "Model ResNetBackbone ForImageClassification",
    **{stem: _T5.format(stem) for stem in ("T5", "MT5", "UMT5")},
    "ChineseCLIP": "Model ChineseCLIPTextModel ChineseCLIPVisionModel",
    "CLIPSeg": "Model CLIPSegTextModel CLIPSegVisionModel ForImageSegmentation",
    "Beit": "Model BeitBackbone ForImageClassification ForMaskedImageModeling ForSemanticSegmentation",
    "DPT": "Model ForDepthEstimation ForSemanticSegmentation",
    "DepthAnything": "ForDepthEstimation",
    "VitPose": "VitPoseBackbone ForPoseEstimation",
    "Siglip": "Model SiglipTextModel SiglipVisionModel ForImageClassification",
    "AST": "Model ForAudioClassification",
    "Deberta": "Model ForMaskedLM ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "DebertaV2": (
        "Model ForMaskedLM ForSequenceClassification ForMultipleChoice ForTokenClassification ForQuestionAnswering"
    ),
    "Longformer": (
        "Model ForMaskedLM ForSequenceClassification ForMultipleChoice ForTokenClassification ForQuestionAnswering"
    ),
    "LayoutLMv3": "Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "LayoutLM": "Model ForMaskedLM ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "DeiT": "Model ForImageClassification ForImageClassificationWithTeacher ForMaskedImageModeling",
    "DINOv3ViT": "Model DINOv3ViTBackbone",
    "IJepa": "Model ForImageClassification",
    "Parakeet": "ParakeetEncoder ForCTC",
    "Dinov2": "Model Dinov2Backbone ForImageClassification",
    "Dinov2WithRegisters": "Model Dinov2WithRegistersBackbone ForImageClassification",
    "Moonshine": "Model ForConditionalGeneration",
    "T5Gemma": "Model ForConditionalGeneration T5GemmaEncoderModel ForSequenceClassification ForTokenClassification",
    "Yolos": "Model ForObjectDetection",
    "Siglip2": "Model Siglip2TextModel Siglip2VisionModel ForImageClassification",
    "VideoMAE": "Model ForPreTraining ForVideoClassification",
    "ViTMAE": "Model ForPreTraining",
    "ViT": "Model ForImageClassification ForMaskedImageModeling",
    "Wav2Vec2": f"{_HEARS} {_SPEAKERS} ForPreTraining",
    "Hubert": _HEARS,
    "Data2VecAudio": f"{_HEARS} {_SPEAKERS}",
    "UniSpeech": f"{_HEARS} ForPreTraining",
    "UniSpeechSat": f"{_HEARS} {_SPEAKERS} ForPreTraining",
    "WavLM": f"{_HEARS} {_SPEAKERS}",
    "Wav2Vec2Conformer": f"{_HEARS} {_SPEAKERS} ForPreTraining",
    "Wav2Vec2Bert": f"{_HEARS} {_SPEAKERS}",
}


WITHIN = (
    *("CLIPText", "CLIPVision", "Qwen2VLText", "Qwen2VLVision", "SiglipText", "SiglipVision"),
    *("CLIPSegText", "CLIPSegVision"),
    *("ChineseCLIPText", "ChineseCLIPVision", "T5GemmaModule", "ParakeetEncoder"),
    *("ChineseCLIPText", "ChineseCLIPVision", "Siglip2Text", "Siglip2Vision"),
    *("DPTBackbone", "DepthAnythingBackbone", "VitPoseBackbone"),
    "MptAttention",
)
"""Stems of the configs that lie within another."""

OTHERWISE = {"Parakeet": "ParakeetCTC"}
"""Stems of the configs that are called otherwise than the classes."""

PREFIXES = ("Flax", "TF")
"""What the classes of the two other frameworks are called besides."""


def expected() -> set[str]:
    classes = {name for name in NAMES if name.startswith(("AutoModel", "AutoBackbone"))} | {"PreTrainedModel"}
    for stem, kinds in FAMILIES.items():
        classes |= {f"{stem}{kind}" if kind.startswith(("For", "Model")) else kind for kind in kinds.split()}
        classes.add(f"{stem}PreTrainedModel")
    reading = (family.stem for family in registry.families().values() if sentence_head(family) is not None)
    classes |= {f"{stem}ForSentenceEmbedding" for stem in reading}  # which no family declares
    configs = {f"{OTHERWISE.get(stem, stem)}Config" for stem in (*FAMILIES, *WITHIN)}
    return NAMES | OF_TRANSFORMERS | configs | classes | {prefix + name for prefix in PREFIXES for name in classes}


def test_the_public_names_are_these_and_no_others() -> None:
    assert dir(loadstone) == sorted(expected())


def test_every_public_name_can_be_imported_and_its_class_documents_names_and_pickles_itself() -> None:
    values = {name: getattr(loadstone, name) for name in sorted(expected())}
    classes = {name: value for name, value in values.items() if inspect.isclass(value)}
    assert [name for name, value in classes.items() if not value.__doc__] == []
    assert [name for name, value in classes.items() if value.__name__ != name] == []
    assert [name for name, value in classes.items() if pickle.loads(pickle.dumps(value)) is not value] == []


@pytest.mark.parametrize(
    "name", ["LlamaForDancing", "Nothing", "nothing", "TFAutoModelForDancing", "FlaxNothing", "TF", "__path_to__"]
)
def test_a_name_that_is_not_there_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"'loadstone' has no attribute '{name}'"):
        getattr(loadstone, name)


def test_model_classes_are_real_and_derive_from_what_users_expect() -> None:
    model = loadstone.LlamaForCausalLM(
        loadstone.LlamaConfig(
            vocab_size=8, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
        )
    )
    for base in (loadstone.LlamaPreTrainedModel, loadstone.PreTrainedModel, torch.nn.Module):
        assert isinstance(model, base)
    assert type(model) is loadstone.LlamaForCausalLM
    assert type(model.model) is loadstone.LlamaModel
    assert not isinstance(model, loadstone.LlamaModel | loadstone.BertPreTrainedModel)
    assert issubclass(loadstone.LlamaConfig, loadstone.PretrainedConfig)
    assert isinstance(model.config, loadstone.LlamaConfig)
    assert loadstone.LlamaForCausalLM.config_class is loadstone.LlamaConfig


def test_help_shows_the_forward_signature_and_where_the_family_comes_from() -> None:
    text = pydoc.plain(pydoc.render_doc(loadstone.LlamaForCausalLM))
    assert "class LlamaForCausalLM(LlamaPreTrainedModel" in text
    assert "arXiv:2302.13971" in text
    assert "forward(self, input_ids: 'Tensor | None' = None, attention_mask" in text
    assert "labels" in inspect.signature(loadstone.LlamaForCausalLM.forward).parameters


def test_the_stubs_are_what_the_tool_prints() -> None:
    spec = importlib.util.spec_from_file_location("make_stubs", ROOT / "tools" / "make_stubs.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.STUB.read_text() == tool.stub(), "run: python tools/make_stubs.py"
    assert tool.KEYWORDS.read_text() == tool.keywords(), "run: python tools/make_stubs.py"


@pytest.mark.long
def test_a_type_checker_knows_what_a_user_gets(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(
        "from loadstone import AutoModelForCausalLM, BertForMaskedLM, LlamaConfig, LlamaForCausalLM\n"
        "reveal_type(LlamaForCausalLM.from_pretrained('x'))\n"
        "reveal_type(LlamaForCausalLM(LlamaConfig(hidden_size=8)).config.hidden_size)\n"
        "reveal_type(AutoModelForCausalLM.from_pretrained('x').generate)\n"
        "LlamaConfig(hidden_size='wide')\n"
        "BertForNothing = BertForMaskedLM.nothing\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "user.py"],
        cwd=tmp_path, env={"MYPYPATH": str(ROOT / "src"), "PATH": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert 'user.py:2: note: Revealed type is "loadstone.LlamaForCausalLM"' in done.stdout
    assert 'user.py:3: note: Revealed type is "int"' in done.stdout.replace("builtins.int", "int")
    assert "max_new_tokens" in done.stdout
    assert "user.py:5: error" in done.stdout
    assert "user.py:6: error" in done.stdout


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_importing_the_package_and_a_config_imports_no_framework() -> None:
    heavy = "{'torch', 'numpy', 'jax', 'tensorflow', 'huggingface_hub', 'rich', 'typer', 'tokenizers', 'transformers'}"
    code = (
        f"import sys, loadstone\nassert not {heavy} & sys.modules.keys()\nassert len(sys.modules) < 300\n"
        "loadstone.LlamaConfig(), loadstone.AutoConfig, loadstone.open_checkpoint, loadstone.AutoModel\n"
        f"found = {heavy} & sys.modules.keys()\nassert not found, found\n"
        "assert '_hashlib' not in sys.modules, 'OpenSSL takes 4 MB'"
    )
    done = fresh(code)
    assert done.returncode == 0, done.stderr


_BLOCK = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Blocker())
import loadstone
"""


@pytest.mark.parametrize(
    "use",
    [
        "loadstone.LlamaForCausalLM",
        "loadstone.AutoModel.from_config(loadstone.LlamaConfig())",
        "loadstone.load_into(object(), '.')",
        "loadstone.load_sharded_checkpoint(object(), '.')",
    ],
)
def test_without_pytorch_the_error_names_the_command_that_installs_it(use: str) -> None:
    code = f"{_BLOCK}\ntry:\n    {use}\nexcept loadstone.errors.FrameworkNotInstalled as error:\n    print(error)"
    done = fresh(code)
    assert "pip install 'loadstone[torch]'" in done.stdout, done.stderr


def test_loading_without_pytorch_names_the_command_too(tmp_path: Path) -> None:
    from frameworks.torch import tiny

    folder = tiny.saved(tiny.llama(), tmp_path)
    done = fresh(
        f"{_BLOCK}\ntry:\n    loadstone.AutoModel.from_pretrained({str(folder)!r})\n"
        "except ImportError as error:\n    print(type(error).__name__, error)"
    )
    assert "FrameworkNotInstalled" in done.stdout and "pip install 'loadstone[torch]'" in done.stdout, done.stderr
    assert issubclass(FrameworkNotInstalled, ImportError)


def test_everything_but_models_works_without_pytorch(tmp_path: Path) -> None:
    from frameworks.torch import tiny

    folder = tiny.saved(tiny.llama(), tmp_path)
    done = fresh(
        f"{_BLOCK}\nprint(len(loadstone.open_checkpoint({str(folder)!r})), "
        f"loadstone.AutoConfig.from_pretrained({str(folder)!r}).model_type, len(dir(loadstone)))"
    )
    assert done.stdout.split()[:2] == ["21", "llama"], done.stderr


def test_the_registry_lists_each_class_once() -> None:
    names = [head.class_name for family in registry.families().values() for head in family.heads]
    assert len(names) == len(set(names))
