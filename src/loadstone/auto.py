"""``Auto…`` classes: from a config to the right class of the right framework."""

from __future__ import annotations

import os
from typing import Any, ClassVar, NoReturn

from loadstone.architectures import registry
from loadstone.architectures.family import (
    BARE,
    CAUSAL_LM,
    MASKED_LM,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.config import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks import require_framework
from loadstone.loading import from_pretrained


class AutoClass:
    """What all ``Auto…`` model classes share. They are not made, only asked."""

    framework: ClassVar[str] = "torch"
    task: ClassVar[str] = BARE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _not_made(type(self).__name__)

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> Any:
        """Load a checkpoint from a folder or the Hub into the class that its config asks for.

        Arguments and errors: :func:`loadstone.loading.from_pretrained`.
        """
        return from_pretrained(cls.framework, pretrained_model_name_or_path, cls.task, model_args, kwargs)

    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any:
        """A model with random weights after its family's scheme; ``torch_dtype`` and ``attn_implementation`` apply."""
        if not isinstance(config, PretrainedConfig):
            raise ArgumentError(f"from_config takes a config, not {type(config).__name__}.")
        kwargs.pop("trust_remote_code", None)
        family = registry.family(config.model_type)
        head = registry.head(family, cls.task)
        return require_framework(cls.framework).resolve_class(family, head)._from_config(config, **kwargs)


def _not_made(name: str) -> NoReturn:
    raise ArgumentError(
        f"{name} is not made by calling it. Use {name}.from_pretrained(path_or_id) or {name}.from_config."
    )


class AutoModel(AutoClass):
    """The bare model of a checkpoint: it returns hidden states."""

    task = BARE


class AutoModelForCausalLM(AutoClass):
    """A model that predicts the next token, and so generates text."""

    task = CAUSAL_LM


class AutoModelForMaskedLM(AutoClass):
    """A model that fills in masked tokens."""

    task = MASKED_LM


class AutoModelForSequenceClassification(AutoClass):
    """A model that tells which class a text is of, or a number for it."""

    task = SEQUENCE_CLASSIFICATION


class AutoModelForTokenClassification(AutoClass):
    """A model that tells which class each token is of."""

    task = TOKEN_CLASSIFICATION


class AutoModelForQuestionAnswering(AutoClass):
    """A model that finds the span of a text that answers a question."""

    task = QUESTION_ANSWERING


class FlaxAutoModel(AutoModel):
    """:class:`AutoModel` in Flax."""

    framework = "flax"


class FlaxAutoModelForCausalLM(AutoModelForCausalLM):
    """:class:`AutoModelForCausalLM` in Flax."""

    framework = "flax"


class FlaxAutoModelForMaskedLM(AutoModelForMaskedLM):
    """:class:`AutoModelForMaskedLM` in Flax."""

    framework = "flax"


class FlaxAutoModelForSequenceClassification(AutoModelForSequenceClassification):
    """:class:`AutoModelForSequenceClassification` in Flax."""

    framework = "flax"


class FlaxAutoModelForTokenClassification(AutoModelForTokenClassification):
    """:class:`AutoModelForTokenClassification` in Flax."""

    framework = "flax"


class FlaxAutoModelForQuestionAnswering(AutoModelForQuestionAnswering):
    """:class:`AutoModelForQuestionAnswering` in Flax."""

    framework = "flax"


class TFAutoModel(AutoModel):
    """:class:`AutoModel` in TensorFlow."""

    framework = "tensorflow"


class TFAutoModelForCausalLM(AutoModelForCausalLM):
    """:class:`AutoModelForCausalLM` in TensorFlow."""

    framework = "tensorflow"


class TFAutoModelForMaskedLM(AutoModelForMaskedLM):
    """:class:`AutoModelForMaskedLM` in TensorFlow."""

    framework = "tensorflow"


class TFAutoModelForSequenceClassification(AutoModelForSequenceClassification):
    """:class:`AutoModelForSequenceClassification` in TensorFlow."""

    framework = "tensorflow"


class TFAutoModelForTokenClassification(AutoModelForTokenClassification):
    """:class:`AutoModelForTokenClassification` in TensorFlow."""

    framework = "tensorflow"


class TFAutoModelForQuestionAnswering(AutoModelForQuestionAnswering):
    """:class:`AutoModelForQuestionAnswering` in TensorFlow."""

    framework = "tensorflow"
