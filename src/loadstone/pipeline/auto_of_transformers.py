"""The ``Auto…`` classes of tasks that no family here has a class for: transformers' class, or one that came with the
checkpoint or was registered, makes the model."""

from __future__ import annotations

from loadstone.pipeline.auto import AutoClass

GIVES = {
    "AudioFrameClassification": "a class for each frame of a sound",
    "AudioTokenization": "sounds as tokens, and tokens as sounds",
    "AudioXVector": "a vector for the voice in a sound",
    "CTC": "the characters that are spoken in a sound, by connectionist temporal classification",
    "Decision": "the next action of an agent",
    "ImageMatting": "how far each pixel belongs to the foreground",
    "ImageToImage": "an image made of another",
    "InstanceSegmentation": "a mask for each object in an image",
    "KeypointDetection": "the keypoints of images",
    "KeypointMatching": "the keypoints of two images that belong together",
    "MaskGeneration": "masks for what is pointed at",
    "MultimodalLM": "text after whatever it reads",
    "NormalEstimation": "the normal of the surface at each pixel",
    "PointmapEstimation": "the point in space of each pixel",
    "RNNT": "the text that is spoken in a sound, by a transducer",
    "TDT": "the text that is spoken in a sound, by a token-and-duration transducer",
    "TableQuestionAnswering": "the answer to a question about a table",
    "TableRecognition": "the structure of a table in an image",
    "TextRecognition": "the text in an image",
    "TextToSpectrogram": "the spectrogram of a text that is read aloud",
    "TextToWaveform": "the sound of a text that is read aloud",
    "TimeSeriesPrediction": "the continuation of time series",
    "UniversalSegmentation": "the segments of an image, of whichever kind",
    "Vision2Seq": "text after images",
    "VisualQuestionAnswering": "the answer to a question about an image",
    "ZeroShotObjectDetection": "the objects in an image that texts describe",
}
"""What comes after ``AutoModelFor`` in a name → what the model gives."""


def _auto(name: str) -> type[AutoClass]:
    """The Auto class of a task."""
    body = {"task": name, "__doc__": f"A model that gives {GIVES[name]}.", "__module__": __name__}
    return type(f"AutoModelFor{name}", (AutoClass,), body)


globals().update({f"AutoModelFor{name}": _auto(name) for name in GIVES})
