"""``Auto…`` classes: from a config to the right class of the right framework."""

from __future__ import annotations

import os
from typing import Any, ClassVar, NoReturn

from loadstone.architectures import user_classes
from loadstone.architectures.tasks import (
    AUDIO_CLASSIFICATION,
    AUDIO_FRAME_CLASSIFICATION,
    AUDIO_XVECTOR,
    BACKBONE,
    BARE,
    CAUSAL_LM,
    CTC,
    DEPTH_ESTIMATION,
    DOCUMENT_QUESTION_ANSWERING,
    IMAGE_CLASSIFICATION,
    IMAGE_SEGMENTATION,
    IMAGE_TEXT_TO_TEXT,
    MASKED_IMAGE_MODELING,
    MASKED_LM,
    MULTIPLE_CHOICE,
    NEXT_SENTENCE,
    OBJECT_DETECTION,
    POSE_ESTIMATION,
    PRETRAINING,
    QUESTION_ANSWERING,
    SEMANTIC_SEGMENTATION,
    SENTENCE_EMBEDDING,
    SEQ2SEQ_LM,
    SEQUENCE_CLASSIFICATION,
    SPEECH_SEQ2SEQ,
    TEXT_ENCODING,
    TOKEN_CLASSIFICATION,
    VIDEO_CLASSIFICATION,
    ZERO_SHOT_IMAGE_CLASSIFICATION,
)
from loadstone.configs.bridged import bridged, is_foreign
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks.registry import PREFIXES, require_framework
from loadstone.pipeline.code_class import fitting, made_by_code
from loadstone.pipeline.load import from_pretrained
from loadstone.pipeline.select_class import AutoTarget, pick, resolve
from loadstone.remote_code.gate import Gate
from loadstone.remote_code.trust import Trust
from loadstone.sources.request import HubOptions


class AutoClass:
    """Base of the ``Auto…`` model classes: call :meth:`from_pretrained` or :meth:`from_config`, not the constructor."""

    framework: ClassVar[str] = "torch"
    task: ClassVar[str] = BARE
    registered: ClassVar[user_classes.Registered] = user_classes.OWN

    def __init__(self, *args: object, **kwargs: object) -> None:
        _refuse_call(type(self).__name__)

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: object, **kwargs: object
    ) -> Any:
        """Load a checkpoint from a folder or the Hub into the class that its config asks for.

        Arguments and errors: :func:`loadstone.pipeline.load.from_pretrained`.
        """
        target = AutoTarget(cls.__name__, cls.task, cls.registered)
        return from_pretrained(cls.framework, pretrained_model_name_or_path, target, model_args, kwargs)

    @classmethod
    def from_config(cls, config: Any, **kwargs: object) -> Any:
        """A model with random weights after its family's scheme, or, for a config of transformers', after that of its
        class there; ``torch_dtype`` and ``attn_implementation`` apply.

        ``trust_remote_code``, ``code_revision`` and ``allow_transformers`` as for :meth:`from_pretrained`.
        """
        if is_foreign(config):
            config, _ = bridged(config.to_dict(), {}, config), kwargs.pop("bridge", None)
        if not isinstance(config, PretrainedConfig):
            raise ArgumentError(f"from_config takes a config, not {type(config).__name__}.")
        commit = config.source_commit
        gate = Gate(Trust.taken_from(kwargs), config.name_or_path, commit, HubOptions(commit))
        made_by = pick(AutoTarget(cls.__name__, cls.task, cls.registered), cls.framework, config, gate)
        framework = require_framework(cls.framework)
        model_class = resolve(made_by, framework, gate)
        config = fitting(model_class, config)
        with made_by_code(model_class):
            return framework.from_config(model_class, config, kwargs)

    @classmethod
    def register(cls, config_class: type[PretrainedConfig], model_class: type, exist_ok: bool = False) -> None:
        """Register a model class of your own for configs of ``config_class``.

        Raises :class:`ArgumentError` if the model's ``config_class`` is another, or there is a class already.
        """
        cls.registered.register_model(cls.__name__, config_class, model_class, exist_ok=exist_ok)

    @classmethod
    def for_code(cls, registered: user_classes.Registered) -> type[AutoClass]:
        """The same for code that came with a checkpoint, which registers its classes for itself alone."""
        return type(cls.__name__, (cls,), {"registered": registered, "__doc__": cls.__doc__})


def _refuse_call(name: str) -> NoReturn:
    raise ArgumentError(
        f"{name} is not made by calling it. Use {name}.from_pretrained(path_or_id) or {name}.from_config."
    )


class AutoModel(AutoClass):
    """The bare model of a checkpoint: it returns hidden states."""

    task = BARE


class AutoModelForCausalLM(AutoClass):
    """A causal language model: next-token logits, and ``generate``."""

    task = CAUSAL_LM


class AutoModelForMaskedLM(AutoClass):
    """A masked language model."""

    task = MASKED_LM


class AutoModelForSequenceClassification(AutoClass):
    """A model for sequence classification or regression."""

    task = SEQUENCE_CLASSIFICATION


class AutoModelForTokenClassification(AutoClass):
    """A model for token classification."""

    task = TOKEN_CLASSIFICATION


class AutoModelForQuestionAnswering(AutoClass):
    """A model for extractive question answering: start and end of the answer."""

    task = QUESTION_ANSWERING


class AutoModelForMultipleChoice(AutoClass):
    """A model that chooses one of several sequences."""

    task = MULTIPLE_CHOICE


class AutoModelForNextSentencePrediction(AutoClass):
    """A model that tells whether the second sentence follows the first."""

    task = NEXT_SENTENCE


class AutoModelForPreTraining(AutoClass):
    """A model with the heads that it was trained with: for some families those of its language model."""

    task = PRETRAINING


class AutoModelForTextEncoding(AutoClass):
    """The bare model of an encoder of text."""

    task = TEXT_ENCODING


class AutoModelForSentenceEmbedding(AutoClass):
    """A model that makes a vector of a text: a folder of sentence-transformers as what it is, with the modules beside
    its encoder; of any other checkpoint the encoder, and the mean of its tokens."""

    task = SENTENCE_EMBEDDING


class AutoModelForImageClassification(AutoClass):
    """A model for image classification or regression."""

    task = IMAGE_CLASSIFICATION


class AutoModelForSeq2SeqLM(AutoClass):
    """A model that reads one text and writes another."""

    task = SEQ2SEQ_LM


class AutoModelForMaskedImageModeling(AutoClass):
    """A model that fills in masked parts of images."""

    task = MASKED_IMAGE_MODELING


class AutoModelForDepthEstimation(AutoClass):
    """A model that tells how far away things are."""

    task = DEPTH_ESTIMATION


class AutoModelForPoseEstimation(AutoClass):
    """A model that tells where the joints of a body are."""

    task = POSE_ESTIMATION


class AutoModelForSemanticSegmentation(AutoClass):
    """A model that tells the class of each pixel."""

    task = SEMANTIC_SEGMENTATION


class AutoModelForImageSegmentation(AutoClass):
    """A model that tells which pixels are meant."""

    task = IMAGE_SEGMENTATION


class AutoModelForZeroShotImageClassification(AutoClass):
    """A model that tells how well texts describe images."""

    task = ZERO_SHOT_IMAGE_CLASSIFICATION


class AutoModelForSpeechSeq2Seq(AutoClass):
    """A model that writes what is said."""

    task = SPEECH_SEQ2SEQ


class AutoModelForCTC(AutoClass):
    """A model that writes what is said, frame by frame."""

    task = CTC


class AutoModelForAudioFrameClassification(AutoClass):
    """A model for the classification of each frame of a sound."""

    task = AUDIO_FRAME_CLASSIFICATION


class AutoModelForAudioXVector(AutoClass):
    """A model that has a vector for whoever speaks."""

    task = AUDIO_XVECTOR


class AutoModelForImageTextToText(AutoClass):
    """A model that writes text after images and text."""

    task = IMAGE_TEXT_TO_TEXT


class AutoBackbone(AutoClass):
    """A model that gives the feature maps of images."""

    task = BACKBONE


class AutoModelForVideoClassification(AutoClass):
    """A model for video classification."""

    task = VIDEO_CLASSIFICATION


class AutoModelForAudioClassification(AutoClass):
    """A model for audio classification."""

    task = AUDIO_CLASSIFICATION


class AutoModelForDocumentQuestionAnswering(AutoClass):
    """A model that answers questions about documents."""

    task = DOCUMENT_QUESTION_ANSWERING


class AutoModelForObjectDetection(AutoClass):
    """A model that finds objects in images."""

    task = OBJECT_DETECTION


_TITLES = {"flax": "Flax", "tensorflow": "TensorFlow"}


def _in(prefix: str, framework: str, auto: type[AutoClass]) -> type[AutoClass]:
    """The same Auto class in another framework."""
    body = {
        "framework": framework,
        "__doc__": f":class:`{auto.__name__}` in {_TITLES[framework]}.",
        "__module__": __name__,
    }
    return type(prefix + auto.__name__, (auto,), body)


globals().update(
    {
        prefix + auto.__name__: _in(prefix, framework, auto)
        for auto in AutoClass.__subclasses__()
        for prefix, framework in PREFIXES.items()
        if prefix
    }
)
