"""``loadstone.pipeline``: from the name of a task and a model to its pipeline."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from loadstone.architectures.registry import families
from loadstone.architectures.tasks import (
    BARE,
    CAUSAL_LM,
    CTC,
    MASKED_LM,
    QUESTION_ANSWERING,
    SENTENCE_EMBEDDING,
    SEQ2SEQ_LM,
    SEQUENCE_CLASSIFICATION,
    TASKS,
    TOKEN_CLASSIFICATION,
)
from loadstone.configs.read import read_values
from loadstone.core.keywords import nearest
from loadstone.errors import ArgumentError
from loadstone.frameworks.registry import PREFIXES
from loadstone.lockfile.guard import Locked
from loadstone.pipeline import auto
from loadstone.pipeline.auto_processor import AutoFeatureExtractor
from loadstone.pipeline.auto_tokenizer import AutoTokenizer
from loadstone.pipeline.tasks.base import ARRAYS, Pipeline
from loadstone.pipeline.tasks.features import FeatureExtractionPipeline
from loadstone.pipeline.tasks.fill_mask import FillMaskPipeline
from loadstone.pipeline.tasks.question_answering import QuestionAnsweringPipeline
from loadstone.pipeline.tasks.sentence_embedding import SentenceEmbeddingPipeline, over
from loadstone.pipeline.tasks.speech_recognition import SpeechRecognitionPipeline
from loadstone.pipeline.tasks.text_classification import TextClassificationPipeline
from loadstone.pipeline.tasks.text_generation import Text2TextGenerationPipeline, TextGenerationPipeline
from loadstone.pipeline.tasks.token_classification import TokenClassificationPipeline
from loadstone.sources.private_folder import removing_folders
from loadstone.sources.request import files_asked_for
from loadstone.sources.resolve import resolve_config
from loadstone.sources.sentence_files import SentenceFiles, find_sentence_files, has_modules

PIPELINES: Mapping[str, tuple[type[Pipeline], str]] = MappingProxyType(
    {
        cls.task: (cls, head)
        for cls, head in (
            (FeatureExtractionPipeline, BARE),
            (FillMaskPipeline, MASKED_LM),
            (QuestionAnsweringPipeline, QUESTION_ANSWERING),
            (SentenceEmbeddingPipeline, SENTENCE_EMBEDDING),
            (SpeechRecognitionPipeline, CTC),
            (Text2TextGenerationPipeline, SEQ2SEQ_LM),
            (TextClassificationPipeline, SEQUENCE_CLASSIFICATION),
            (TextGenerationPipeline, CAUSAL_LM),
            (TokenClassificationPipeline, TOKEN_CLASSIFICATION),
        )
    }
)
"""Name of a task → its pipeline, and what the model must have for a head."""
ALIASES = MappingProxyType(
    {"sentiment-analysis": TextClassificationPipeline.task, "ner": TokenClassificationPipeline.task}
)
OF_HEADS: Mapping[str, str] = MappingProxyType(
    {head: name for name, (_, head) in PIPELINES.items()} | {BARE: SentenceEmbeddingPipeline.task}
)
"""What a model has for a head → the task that it is for."""
_FRAMEWORKS = {"pt": "torch", "jax": "flax", "tf": "tensorflow"}
_OF_FILES = (
    *("revision", "subfolder", "token", "cache_dir", "force_download", "local_files_only", "gguf_file"),
    "storage_options",
)
_OF_MODELS = ("device_map", "trust_remote_code", "lock", *_OF_FILES)
_OF_TOKENIZERS = ("lock", *_OF_FILES)


@removing_folders()
def pipeline(
    task: str | None = None,
    model: Any = None,
    tokenizer: Any = None,
    framework: str | None = None,
    device: Any = None,
    torch_dtype: Any = None,
    dtype: Any = None,
    model_kwargs: Mapping[str, Any] | None = None,
    feature_extractor: Any = None,
    **options: Any,
) -> Pipeline:
    """A model with its tokenizer, ready for a task: called with a text, or a list of them, it does the task.

    Args:
        task: ``"text-generation"``, ``"text2text-generation"``, ``"fill-mask"``, ``"text-classification"``
            (``"sentiment-analysis"``), ``"token-classification"`` (``"ner"``), ``"question-answering"``,
            ``"feature-extraction"``, ``"sentence-embedding"``, ``"automatic-speech-recognition"``. None: what the
            model's config says it was made for.
        model: A folder, a GGUF file or a Hub id; or a loaded model.
        tokenizer: The same for the tokenizer, by default the model's own; or a loaded one.
        framework: ``"pt"``, ``"jax"`` or ``"tf"``, by default that of the loaded model, or PyTorch.
        device: ``"cpu"``, ``"cuda:1"``, 0, … (PyTorch); ``device_map=`` spreads a model over several.
        torch_dtype: As for a model; here the default is ``"auto"``, as stored.
        dtype: The newer name of ``torch_dtype``.
        feature_extractor: Of a task that takes sounds, where its feature extractor is, by default beside the model; or
            a loaded one. It comes from transformers.
        model_kwargs: More keywords for the model's ``from_pretrained``.
        **options: ``revision``, ``device_map``, ``trust_remote_code``, … as for a model; all others are options of the
            task, for every call.

    Raises :class:`ArgumentError` for a task that there is not, and without a model; :class:`UnknownArgument` for an
    option that the task does not have; what loading a model and a tokenizer raises.
    """
    if model is None:
        raise ArgumentError("pipeline needs a model=: a folder, a Hub id, or a loaded model. None is chosen for you.")
    is_name = isinstance(model, str | os.PathLike)
    loading = {name: options.pop(name) for name in _OF_MODELS if name in options}
    if task is None:
        task = task_of(model, loading) if is_name else None
    if task is None:
        raise ArgumentError(f"pipeline: say for what task the model is; one of {', '.join(PIPELINES)}.")
    name = ALIASES.get(task, task)
    if name not in PIPELINES:
        near = nearest(name, (*PIPELINES, *ALIASES))
        raise ArgumentError(f"There is no pipeline for {task!r}. {near} There are {', '.join((*PIPELINES, *ALIASES))}.")
    cls, head = PIPELINES[name]
    if framework is not None and framework not in _FRAMEWORKS:
        raise ArgumentError(f"framework={framework!r}: expected one of {', '.join(map(repr, _FRAMEWORKS))}.")
    if tokenizer is None:
        tokenizer = _where(model)
        if not tokenizer:
            raise ArgumentError("pipeline: this model does not say where it came from; give tokenizer=.")
    if isinstance(tokenizer, str | os.PathLike):
        # The tokenizer first, since it fails sooner.
        of_tokenizer = {key: value for key, value in loading.items() if key in _OF_TOKENIZERS}
        if cls is SentenceEmbeddingPipeline and (files := _sentence_files(tokenizer, loading)) is not None:
            of_tokenizer |= {"subfolder": files.within(loading.get("subfolder", ""))} if files.encoder_path else {}
        tokenizer = AutoTokenizer.from_pretrained(tokenizer, **of_tokenizer)
    if cls.hears:
        feature_extractor = _heard_by(feature_extractor or _where(model), loading)
    elif feature_extractor is not None:
        raise ArgumentError(f"feature_extractor= is for sounds; {name} takes texts.")
    if not is_name:
        chosen = framework_of_model(model)
        if cls is SentenceEmbeddingPipeline:
            model = over(model, chosen, _sentence_files(_where(model), loading))
        made = cls(model, tokenizer, chosen, options)
        made.feature_extractor = feature_extractor
        return made
    chosen = _FRAMEWORKS[framework or "pt"]
    more = dict(model_kwargs or {})
    if chosen == "torch":
        more = {"torch_dtype": dtype if dtype is not None else torch_dtype or "auto", **more}
        if device is not None:
            more["device_map"] = device
    elif device is not None or torch_dtype is not None or dtype is not None:
        if device is not None:
            raise ArgumentError(f"device= is for PyTorch; framework={framework!r} has its own ways.")
        more["dtype"] = dtype if dtype is not None else torch_dtype
    prefix = next(prefix for prefix, of_prefix in PREFIXES.items() if of_prefix == chosen)
    loaded = getattr(auto, prefix + TASKS[head].auto_class).from_pretrained(model, **{**loading, **more})
    if chosen == "torch":
        loaded.eval()
    made = cls(loaded, tokenizer, chosen, options)
    made.feature_extractor = feature_extractor
    return made


def _where(model: Any) -> Any:
    """Where a model is, or came from; ``""`` where it does not say."""
    if isinstance(model, str | os.PathLike):
        return model
    return getattr(model, "name_or_path", "") or getattr(model.config, "name_or_path", "")


def _heard_by(place: Any, options: Mapping[str, Any]) -> Any:
    """The feature extractor at a place, or the one that is given; :class:`ArgumentError` for none."""
    if not isinstance(place, str | os.PathLike):
        return place
    if not place:
        raise ArgumentError("pipeline: this model does not say where it came from; give feature_extractor=.")
    files = {key: value for key, value in options.items() if key in _OF_TOKENIZERS and key != "gguf_file"}
    return AutoFeatureExtractor.from_pretrained(place, **files)


def _sentence_files(place: Any, options: Mapping[str, Any]) -> SentenceFiles | None:
    """What says which modules lie above the encoder at a place; under a lock compared. None where nothing says it."""
    if not place or not isinstance(place, str | os.PathLike):
        return None
    which, hub = files_asked_for({name: value for name, value in options.items() if name in _OF_FILES})
    locked = Locked.of(options.get("lock"), place, hub.revision)
    return find_sentence_files(place, which, hub._replace(revision=locked.revision), locked.check_companions)


def task_of(path: Any, options: Mapping[str, Any]) -> str:
    """The task that ``architectures`` in a config stands for. :class:`ArgumentError` where it names none of these."""
    which, hub = files_asked_for({name: value for name, value in options.items() if name in _OF_FILES})
    if has_modules(path, which, hub):
        return SentenceEmbeddingPipeline.task
    head = head_of(path, options)
    if head is None or head not in OF_HEADS:
        raise ArgumentError(
            f"{path}: its config names no class that a pipeline is for. Say the task: one of {', '.join(PIPELINES)}."
        )
    return OF_HEADS[head]


def head_of(path: Any, options: Mapping[str, Any]) -> str | None:
    """What the class that a config names has for a head; None where it names none of a family's."""
    which, hub = files_asked_for({name: value for name, value in options.items() if name in _OF_FILES})
    locked = Locked.of(options.get("lock"), path, hub.revision)
    source = resolve_config(path, which, hub._replace(revision=locked.revision))
    locked.check_configs(source)
    values = read_values(source)
    family = families().get(str(values.get("model_type")))
    named = values.get("architectures")
    heads = {} if family is None else {spec.class_name: spec.task for spec in family.heads}
    return next((heads[name] for name in (named if isinstance(named, list) else []) if name in heads), None)


def framework_of_model(model: Any) -> str:
    """``"torch"``, ``"flax"`` or ``"tensorflow"``; :class:`ArgumentError` for what is no model."""
    modules = {cls.__module__.partition(".")[0] for cls in type(model).__mro__}
    found = next(
        (
            name
            for name, package in (("torch", "torch"), ("flax", "flax"), ("tensorflow", "keras"))
            if package in modules
        ),
        None,
    )
    if found is None or not hasattr(model, "config"):
        raise ArgumentError(f"pipeline: expected a model, or where to find one, found {type(model).__name__}.")
    assert found in ARRAYS
    return found
