"""Which model types transformers has, and by which of its Auto classes each is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

BARE = "AutoModel"
MAIN_HEADS = (
    *("AutoModelForSpeechSeq2Seq", "AutoModelForSeq2SeqLM", "AutoModelForImageTextToText", "AutoModelForMultimodalLM"),
    *("AutoModelForTextToWaveform", "AutoModelForTextToSpectrogram", "AutoModelForCausalLM", "AutoModelForMaskedLM"),
    *("AutoModelForCTC", "AutoModelForImageClassification", "AutoModelForObjectDetection", "AutoModelForRNNT"),
    *("AutoModelForTDT", "AutoModelForAudioClassification", "AutoModelForVideoClassification"),
    *("AutoModelForUniversalSegmentation", "AutoModelForInstanceSegmentation", "AutoModelForSemanticSegmentation"),
    *("AutoModelForImageSegmentation", "AutoModelForDepthEstimation", "AutoModelForZeroShotObjectDetection"),
    *("AutoModelForZeroShotImageClassification", "AutoModelForVisualQuestionAnswering", "AutoModelForImageToImage"),
    *("AutoModelForDocumentQuestionAnswering", "AutoModelForTableQuestionAnswering", "AutoModelForMaskedImageModeling"),
    *("AutoModelForKeypointDetection", "AutoModelForKeypointMatching", "AutoModelForPoseEstimation"),
    *("AutoModelForMaskGeneration", "AutoModelForTextRecognition", "AutoModelForTableRecognition"),
    *("AutoModelForTimeSeriesPrediction", "AutoModelForSequenceClassification", "AutoModelForTokenClassification"),
    *("AutoModelForQuestionAnswering", "AutoModelForPreTraining"),
)
"""The first of these that has a class for a model type gives its main head; any other comes after them."""
_NOT_HEADS = {BARE, "AutoModelForTextEncoding", "AutoBackbone"}
"""Other ways to the bare model, which say nothing new."""
_TEXT = {"AutoModelForCausalLM", "AutoModelForMaskedLM", "AutoModelForSeq2SeqLM", "AutoModelForTextEncoding"}
_TEXT |= {"AutoModelForQuestionAnswering", "AutoModelForSequenceClassification", "AutoModelForTokenClassification"}
KINDS = ("text", "vision", "audio", "multimodal", "other")


class ModelType(NamedTuple):
    """A model type and the Auto classes that load it."""

    name: str
    autos: tuple[str, ...]
    """``AutoModel`` where there is a bare model, then the one of its main head where there is one."""
    kind: str
    """One of ``KINDS``."""


def model_types() -> list[ModelType]:
    """All that any Auto class loads, in alphabetical order."""
    tables = auto_tables()
    bare = tables[BARE]
    heads = [*MAIN_HEADS, *sorted(set(tables) - set(MAIN_HEADS) - _NOT_HEADS)]
    found = []
    for name in sorted(set().union(*tables.values())):
        of = [head for head in heads if name in tables.get(head, {})]
        head = of[0] if of else ""
        if head and name in bare and tables[head][name] == bare[name]:
            head = next((other for other in of if tables[other][name] != bare[name]), "")
        autos = ((BARE,) if name in bare else ()) + ((head,) if head else ())
        if autos:
            found.append(ModelType(name, autos, _kind(name, {each for each, table in tables.items() if name in table})))
    return found


def auto_tables() -> dict[str, Mapping[str, object]]:
    """Auto class → model type → the name of transformers' class, or several names."""
    from transformers.models.auto import modeling_auto

    autos = {name: getattr(modeling_auto, name) for name in dir(modeling_auto) if name.startswith("Auto")}
    return {name: auto._model_mapping._model_mapping for name, auto in autos.items() if hasattr(auto, "_model_mapping")}


def _kind(name: str, autos: set[str]) -> str:
    """By what its Auto classes read; by its name where only the bare model is known."""
    sees = any(word in auto for auto in autos for word in ("Image", "Video", "Object", "Segmentation", "Depth", "Pose"))
    sees |= any(word in name for word in ("vision", "vit", "dino", "image", "video", "sam"))
    hears = any(word in auto for auto in autos for word in ("Speech", "Audio", "CTC", "Spectrogram", "Wave", "TDT"))
    hears |= any(word in name for word in ("audio", "codec", "speech", "wav", "voice"))
    if any(word in auto for auto in autos for word in ("ImageText", "Multimodal", "ZeroShot", "Visual", "Document")):
        return "multimodal"
    if sees and hears:
        return "multimodal"
    if sees or hears:
        return "vision" if sees else "audio"
    return "text" if autos & _TEXT or name.endswith("_text") else "other"
