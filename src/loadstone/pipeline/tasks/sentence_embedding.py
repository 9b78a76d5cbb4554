"""Texts → a vector for each, as sentence-transformers' ``encode`` makes them."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from loadstone.architectures import registry
from loadstone.architectures.sentence_modules import description, is_sparse, stored_modules
from loadstone.architectures.tasks import SENTENCE_EMBEDDING
from loadstone.core.dtypes import dtype_name
from loadstone.core.keywords import nearest
from loadstone.core.tensors import BY_NAME
from loadstone.errors import ArgumentError
from loadstone.frameworks.registry import require_framework
from loadstone.pipeline.sentence_parts import describe
from loadstone.pipeline.tasks.base import Pipeline, as_numpy
from loadstone.sources.sentence_files import KEY, SETTINGS_NAME, SentenceFiles
from loadstone.text.batch_encoding import BatchEncoding
from loadstone.text.lengths import NO_LIMIT

logger = logging.getLogger("loadstone")


class SentenceEmbeddingPipeline(Pipeline):
    """One vector for each text: a list of floats; of a sparse model a weight for each token of the vocabulary.

    What lies above the encoder is the model's: see ``AutoModelForSentenceEmbedding``. ``prompt``, or the
    one that ``prompt_name`` names in ``config_sentence_transformers.json``, or the default one there, stands before
    each text. A text of more tokens than a model of sentence-transformers takes is cut, with a warning. Vectors are
    made 1 long, unless they are sparse; ``normalize_embeddings=False`` leaves them as the model gives them.
    ``truncate_dim`` keeps so many of their first values.
    """

    task = "sentence-embedding"
    options = ("prompt", "prompt_name", "normalize_embeddings", "truncate_dim")

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        vectors: list[list[float]] = self.vectors(inputs, **options).tolist()
        return vectors

    def vectors(
        self,
        texts: Sequence[str],
        *,
        prompt: str | None = None,
        prompt_name: str | None = None,
        normalize_embeddings: bool | None = None,
        truncate_dim: int | None = None,
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The same as one (texts, width) array."""
        said = description(self.model.config)
        dim = said["settings"].get("truncate_dim") if truncate_dim is None else truncate_dim
        if dim is not None and (not isinstance(dim, int) or dim < 1):
            raise ArgumentError(f"truncate_dim={dim!r}: expected an integer of at least 1.")
        batch = self._batch(texts, self._prompt(prompt, prompt_name), said)
        vectors = as_numpy(self.forward(batch).sentence_embedding)[:, :dim]
        if not is_sparse(self.model.config) if normalize_embeddings is None else normalize_embeddings:
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
        return vectors

    def inputs(self, batch: BatchEncoding) -> BatchEncoding:
        """What the model reads of a batch, and which of its tokens count where a prompt does not."""
        made = super().inputs(batch)
        if "pooling_mask" not in batch:
            return made
        counted = super().inputs(BatchEncoding({**batch, "attention_mask": batch["pooling_mask"]}))
        made["pooling_mask"] = counted["attention_mask"]
        return made

    def _batch(self, texts: Sequence[str], prompt: str, said: Mapping[str, Any]) -> BatchEncoding:
        """Texts after a prompt as ids, cut to what the model takes."""
        for text in texts:
            if not isinstance(text, str):
                raise ArgumentError(f"{self.task}: expected a text, found {text!r:.100}.")
        encoder, *others = (module.get("config") or {} for module in said["modules"])
        _refuse_settings(encoder)
        whole = [prompt + text for text in texts]
        if encoder.get("do_lower_case"):
            whole = [text.lower() for text in whole]
        given = (encoder.get("max_seq_length"), self.tokenizer.model_max_length, self.longest_input)
        limit = min((each for each in given if isinstance(each, int) and 0 < each < NO_LIMIT), default=None)
        counts = [len(row) for row in self.tokenizer(whole, verbose=False)["input_ids"]]
        cut = {}
        if limit is not None and max(counts) > limit and self.model.config.get(KEY) is not None:
            cut = {"truncation": True, "max_length": limit}
            longer = sum(count > limit for count in counts)
            logger.warning(
                "%d of %d texts have more than %d tokens, the most of this model: cut.", longer, len(whole), limit
            )
        batch = self.encode(whole, self.tokenizer.padding_side, **cut)
        if prompt and any(each.get("include_prompt") is False for each in others):
            batch["pooling_mask"] = _without(batch["attention_mask"], self._length(prompt))
        return batch

    def _length(self, prompt: str) -> int:
        """Tokens of a prompt, without what the tokenizer puts at its end."""
        ids = self.tokenizer(prompt, verbose=False)["input_ids"]
        return len(ids) - (1 if ids and ids[-1] in self.tokenizer.all_special_ids else 0)

    def _prompt(self, prompt: str | None, name: str | None) -> str:
        """What stands before each text."""
        settings = description(self.model.config)["settings"]
        prompts = settings.get("prompts") or {}
        if prompt is not None:
            return prompt
        if not isinstance(prompts, dict):
            raise ArgumentError(f"{SETTINGS_NAME}, key 'prompts': expected an object, found {prompts!r:.100}.")
        name = settings.get("default_prompt_name") if name is None else name
        if name is None:
            return ""
        if name not in prompts:
            known = ", ".join(map(repr, prompts)) or "none"
            raise ArgumentError(f"prompt_name={name!r}: this model has {known}. {nearest(name, prompts)}".rstrip())
        return str(prompts[name] or "")


_OTHERWISE = ("processing_kwargs", "query_expansion", "query_length", "document_length")


def _refuse_settings(encoder: Mapping[str, Any]) -> None:
    """:class:`ArgumentError` for settings by which sentence-transformers would make other tokens of a text."""
    asked = [name for name in _OTHERWISE if encoder.get(name)]
    asked += ["modality_config for 'message'"] if "message" in (encoder.get("modality_config") or {}) else []
    if asked:
        raise ArgumentError(
            f"sentence_bert_config.json asks for {', '.join(asked)}, by which a text becomes other tokens than it does "
            "here. Make the model's inputs yourself, and call it with them."
        )


def _without(mask: Sequence[Sequence[int]], count: int) -> list[list[int]]:
    """Masks without their first ``count`` tokens."""
    rows = np.asarray(mask)
    places = np.arange(rows.shape[1])
    counted: list[list[int]] = (rows * (places >= rows.argmax(1)[:, None] + count)).tolist()
    return counted


def over(model: Any, framework_name: str, files: SentenceFiles | None) -> Any:
    """A model that makes vectors of texts, of the one that is given: itself, or what stands on a bare model.

    :class:`ArgumentError` for modules with weights, which a bare model does not bring, and for models of other classes.
    """
    spec = getattr(model, "head_spec", None)
    if spec is not None and spec.task == SENTENCE_EMBEDDING:
        return model
    family = getattr(model, "family_spec", None)
    head = None if family is None else registry.find_head(family, SENTENCE_EMBEDDING, model.config.model_type)
    config = copy.deepcopy(model.config)
    describe(config, files, getattr(model, "name_or_path", "") or type(model).__name__)
    is_encoder = head is not None and spec is not None and spec.task == head.body
    if family is None or head is None or not is_encoder or is_sparse(config) or stored_modules(config):
        raise ArgumentError(
            "sentence-embedding takes what AutoModelForSentenceEmbedding loads, with all modules; "
            f"{type(model).__name__} alone does not make these vectors."
        )
    framework = require_framework(framework_name)
    dtype = BY_NAME[dtype_name(getattr(model, "dtype", "float32"))]
    made: Any = framework.skeleton(framework.resolve_class(family, head), config, (), {}, dtype)
    setattr(made, family.prefix, model)
    if framework_name == "torch":
        made.eval()
    else:
        framework.finish(made, dtype, None)
    return made
