"""What models return, whatever the framework: named fields, also reachable by key and by index as Transformers' are.

``TensorT`` below is the framework's own kind of array.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, NoReturn, dataclass_transform

from loadstone.core.recognized import Recognized

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    TensorT = TypeVar("TensorT", default=Any)
    """Any where nobody says: TensorFlow comes without types."""
else:
    from typing import TypeVar  # which takes a default from Python 3.13 on

    TensorT = TypeVar("TensorT")


Class = TypeVar("Class")


@dataclass_transform()
def output(cls: type[Class]) -> type[Class]:
    """A dataclass with the methods of :class:`ModelOutput`, all of whose fields may be left out.

    To write and compile an ``__init__`` for each of two dozen classes would take most of the time of this import.
    """
    setattr(cls, "__init__", cls.__init__)  # noqa: B010 (torch.jit.trace takes dicts only of a class that has its own)
    return dataclass(init=False, repr=False, eq=False)(cls)


@output
class ModelOutput(Recognized, OrderedDict[str, Any]):
    """Named fields. Those that are None are left out of the tuple, the keys and the iteration.

    It is a dict of the fields that are set, as tools want it that take dicts apart and make another of the same class:
    so it may be made of a dict or of pairs, too. Its fields can be set, and items added, as pipelines do; none goes. An
    ``OrderedDict``, as that of transformers is: PyTorch's compiler takes such apart by the methods of that class.
    """

    recognized_as = (("transformers.utils.generic", "ModelOutput"),)

    def __init__(self, *values: object, **fields: object) -> None:
        own = self.__dataclass_fields__
        if values:
            names = list(own)[: len(values)]
            if len(names) < len(values) or not fields.keys().isdisjoint(names):
                raise TypeError(f"{type(self).__qualname__}() takes {', '.join(own)}, each once.")
            fields.update(zip(names, values, strict=True))
        for name in own:
            setattr(self, name, fields.pop(name, None))
        if fields:
            raise TypeError(f"{type(self).__qualname__}() takes no {', '.join(fields)}; it takes {', '.join(own)}.")
        self.__post_init__()

    def __post_init__(self) -> None:
        first = next(iter(self.__dataclass_fields__), "")
        given = getattr(self, first, None)
        if type(given) is dict or isinstance(given, Iterator):
            setattr(self, first, None)
            for name, value in dict(given).items():
                setattr(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        if name in self.__dataclass_fields__:
            if value is not None:
                OrderedDict.__setitem__(self, name, value)
            elif name in self:
                OrderedDict.__delitem__(self, name)

    def __setitem__(self, name: str, value: object) -> None:
        setattr(self, name, value)
        if name not in self.__dataclass_fields__:
            OrderedDict.__setitem__(self, name, value)

    def update(self, *pairs: Any, **fields: object) -> None:
        """Set fields, as of a dict."""
        for name, value in dict(*pairs, **fields).items():
            setattr(self, name, value)

    def _refuse(self, *args: object, **keywords: object) -> NoReturn:
        raise TypeError(f"{type(self).__qualname__} keeps its fields: set one to None, or change a dict(output).")

    __delitem__ = pop = popitem = setdefault = clear = move_to_end = _refuse

    def __or__(self, other: Any) -> Any:
        """A plain dict of both."""
        return dict(self) | other

    def __ror__(self, other: Any) -> Any:
        """The same, where the other comes first."""
        return other | dict(self)

    def _fields(self) -> list[tuple[str, object]]:
        """Name and value of every field."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in self._fields())})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ModelOutput) or type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def to_tuple(self) -> tuple[object, ...]:
        """The fields that are set, in order, then what was added; outputs among them as tuples too."""
        there = (self[name] for name in dict.fromkeys((*self.__dataclass_fields__, *self)) if name in self)
        return tuple(value.to_tuple() if isinstance(value, ModelOutput) else value for value in there)

    def __getitem__(self, key: int | str | slice) -> Any:
        return OrderedDict.__getitem__(self, key) if isinstance(key, str) else self.to_tuple()[key]


def fields_of_loss(loss: Any) -> dict[str, Any]:
    """The fields that a task's loss is, where it is more than one."""
    return loss if isinstance(loss, dict) else {"loss": loss}


@output
class BaseModelOutput(ModelOutput, Generic[TensorT]):
    """What a bare model returns.

    ``last_hidden_state`` (batch, tokens, width); ``pooler_output`` (batch, width); ``hidden_states``: the input of
    each layer and the last hidden state; ``attentions``: for each layer (batch, heads, tokens, keys);
    ``router_logits``: for each layer with experts (batch · tokens, experts); ``extract_features`` (batch, frames,
    channels): what convolutions make of a sound; ``reshaped_hidden_states``: hidden states whose places are those of a
    picture, (batch, width, rows, columns); ``global_attentions``: for each layer (batch, heads, tokens, places that see
    everything).
    """

    last_hidden_state: TensorT | None = None
    extract_features: TensorT | None = None
    pooler_output: TensorT | None = None
    past_key_values: object = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    router_logits: tuple[TensorT, ...] | None = None
    cross_attentions: tuple[TensorT, ...] | None = None
    reshaped_hidden_states: tuple[TensorT, ...] | None = None
    global_attentions: tuple[TensorT, ...] | None = None


@output
class Seq2SeqModelOutput(ModelOutput, Generic[TensorT]):
    """What a bare encoder-decoder returns.

    ``last_hidden_state`` (batch, target tokens, width) of the decoder; ``cross_attentions``: for each of its layers
    (batch, heads, target tokens, places).
    """

    last_hidden_state: TensorT | None = None
    past_key_values: object = None
    decoder_hidden_states: tuple[TensorT, ...] | None = None
    decoder_attentions: tuple[TensorT, ...] | None = None
    cross_attentions: tuple[TensorT, ...] | None = None
    encoder_last_hidden_state: TensorT | None = None
    encoder_hidden_states: tuple[TensorT, ...] | None = None
    encoder_attentions: tuple[TensorT, ...] | None = None


@output
class Seq2SeqLMOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, target tokens, vocab)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    past_key_values: object = None
    decoder_hidden_states: tuple[TensorT, ...] | None = None
    decoder_attentions: tuple[TensorT, ...] | None = None
    cross_attentions: tuple[TensorT, ...] | None = None
    encoder_last_hidden_state: TensorT | None = None
    encoder_hidden_states: tuple[TensorT, ...] | None = None
    encoder_attentions: tuple[TensorT, ...] | None = None


@output
class Seq2SeqSequenceClassifierOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, labels)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    past_key_values: object = None
    decoder_hidden_states: tuple[TensorT, ...] | None = None
    decoder_attentions: tuple[TensorT, ...] | None = None
    cross_attentions: tuple[TensorT, ...] | None = None
    encoder_last_hidden_state: TensorT | None = None
    encoder_hidden_states: tuple[TensorT, ...] | None = None
    encoder_attentions: tuple[TensorT, ...] | None = None


@output
class Seq2SeqQuestionAnsweringModelOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``start_logits`` and ``end_logits`` (batch, target tokens)."""

    loss: TensorT | None = None
    start_logits: TensorT | None = None
    end_logits: TensorT | None = None
    past_key_values: object = None
    decoder_hidden_states: tuple[TensorT, ...] | None = None
    decoder_attentions: tuple[TensorT, ...] | None = None
    cross_attentions: tuple[TensorT, ...] | None = None
    encoder_last_hidden_state: TensorT | None = None
    encoder_hidden_states: tuple[TensorT, ...] | None = None
    encoder_attentions: tuple[TensorT, ...] | None = None


@output
class CausalLMOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, tokens, vocab)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    past_key_values: object = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class CausalLMOutputWithCrossAttentions(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, tokens, vocab); ``cross_attentions``: for each layer (batch, heads, tokens,
    places)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    past_key_values: object = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    cross_attentions: tuple[TensorT, ...] | None = None


@output
class MaskedLMOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, tokens, vocab)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class SequenceClassifierOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, labels)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    past_key_values: object = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class ImageClassifierOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, labels)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    reshaped_hidden_states: tuple[TensorT, ...] | None = None


@output
class DepthEstimatorOutput(ModelOutput, Generic[TensorT]):
    """``predicted_depth`` (batch, rows, columns)."""

    loss: TensorT | None = None
    predicted_depth: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class PoseEstimatorOutput(ModelOutput, Generic[TensorT]):
    """``heatmaps`` (batch, keypoints, rows, columns)."""

    loss: TensorT | None = None
    heatmaps: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class SemanticSegmenterOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, labels, rows, columns)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class MaskDecoderOutput(ModelOutput, Generic[TensorT]):
    """What a decoder says of a picture: ``logits`` (batch, height, width)."""

    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class ImageSegmentationOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, height, width); ``conditional_embeddings`` (batch, width), what is looked for;
    ``pooled_output`` (batch, width), what the picture is in the same space; the outputs of the tower and the decoder.
    """

    loss: TensorT | None = None
    logits: TensorT | None = None
    conditional_embeddings: TensorT | None = None
    pooled_output: TensorT | None = None
    vision_model_output: BaseModelOutput[TensorT] | None = None
    decoder_output: MaskDecoderOutput[TensorT] | None = None


@output
class DeiTForImageClassificationWithTeacherOutput(ModelOutput, Generic[TensorT]):
    """``logits`` (batch, labels), the mean of ``cls_logits`` and ``distillation_logits`` of the same shape."""

    logits: TensorT | None = None
    cls_logits: TensorT | None = None
    distillation_logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class ObjectDetectionOutput(ModelOutput, Generic[TensorT]):
    """``logits`` (batch, objects, labels + 1); ``pred_boxes`` (batch, objects, 4), their centers, widths and heights;
    ``last_hidden_state`` (batch, places, width)."""

    loss: TensorT | None = None
    loss_dict: dict[str, TensorT] | None = None
    logits: TensorT | None = None
    pred_boxes: TensorT | None = None
    auxiliary_outputs: list[dict[str, TensorT]] | None = None
    last_hidden_state: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class MaskedImageModelingOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``reconstruction`` (batch, channels, height, width)."""

    loss: TensorT | None = None
    reconstruction: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    reshaped_hidden_states: tuple[TensorT, ...] | None = None


@output
class BackboneOutput(ModelOutput, Generic[TensorT]):
    """``feature_maps``, each (batch, width, rows, columns)."""

    feature_maps: tuple[TensorT, ...] | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class DINOv3ViTBackboneOutput(ModelOutput, Generic[TensorT]):
    """``feature_maps``, each (batch, width, rows, columns), and ``cls_tokens``, for each (batch, width)."""

    feature_maps: tuple[TensorT, ...] | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    cls_tokens: tuple[TensorT, ...] | None = None


@output
class ViTMAEModelOutput(ModelOutput, Generic[TensorT]):
    """``last_hidden_state`` (batch, 1 + patches that are seen, width); ``mask`` (batch, patches), 1 for those that are
    hidden; ``ids_restore`` (batch, patches), the place of each patch after those that are seen were put first."""

    last_hidden_state: TensorT | None = None
    mask: TensorT | None = None
    ids_restore: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class MaskedAutoencoderOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, patches, numbers), the pixels of each patch; ``mask`` and ``ids_restore`` (batch,
    patches) as in :class:`ViTMAEModelOutput`, where patches are chosen by chance."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    mask: TensorT | None = None
    ids_restore: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class VideoMAEForPreTrainingOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, hidden tubelets, numbers), the pixels of each."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class ContrastiveOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits_per_image`` (pictures, texts) and ``logits_per_text`` (texts, pictures); ``text_embeds``
    (texts, width) and ``image_embeds`` (pictures, width), of length 1; the outputs of the two towers."""

    loss: TensorT | None = None
    logits_per_image: TensorT | None = None
    logits_per_text: TensorT | None = None
    text_embeds: TensorT | None = None
    image_embeds: TensorT | None = None
    text_model_output: BaseModelOutput[TensorT] | None = None
    vision_model_output: BaseModelOutput[TensorT] | None = None


@output
class TextProjectionOutput(ModelOutput, Generic[TensorT]):
    """``text_embeds`` (batch, width); ``last_hidden_state`` (batch, tokens, width)."""

    text_embeds: TensorT | None = None
    last_hidden_state: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class SentenceEmbeddingOutput(ModelOutput, Generic[TensorT]):
    """``sentence_embedding`` (batch, width), of a sparse model (batch, vocab); ``last_hidden_state`` (batch, tokens,
    width)."""

    sentence_embedding: TensorT | None = None
    last_hidden_state: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class ImageProjectionOutput(ModelOutput, Generic[TensorT]):
    """``image_embeds`` (batch, width); ``last_hidden_state`` (batch, patches, width)."""

    image_embeds: TensorT | None = None
    last_hidden_state: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class TokenClassifierOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, tokens, labels)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class Wav2Vec2ForPreTrainingOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (), made of ``contrastive_loss`` () and ``diversity_loss`` (); ``projected_states`` and
    ``projected_quantized_states`` (batch, frames, width); ``codevector_perplexity`` (): how evenly the codebooks'
    entries are used."""

    loss: TensorT | None = None
    projected_states: TensorT | None = None
    projected_quantized_states: TensorT | None = None
    codevector_perplexity: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    contrastive_loss: TensorT | None = None
    diversity_loss: TensorT | None = None


@output
class UniSpeechSatForPreTrainingOutput(ModelOutput, Generic[TensorT]):
    """``logits`` (batch, frames, channels); ``projected_states`` (batch, frames, width)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    projected_states: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class XVectorOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` and ``embeddings`` (batch, width)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    embeddings: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class MultipleChoiceModelOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, choices)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class NextSentencePredictorOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, 2): whether the second sentence follows the first, and whether it does not."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class BertForPreTrainingOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``prediction_logits`` (batch, tokens, vocab); ``seq_relationship_logits`` (batch, 2)."""

    loss: TensorT | None = None
    prediction_logits: TensorT | None = None
    seq_relationship_logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class AlbertForPreTrainingOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``prediction_logits`` (batch, tokens, vocab); ``sop_logits`` (batch, labels): whether the two
    sentences are in their order, and whether they are not."""

    loss: TensorT | None = None
    prediction_logits: TensorT | None = None
    sop_logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class ElectraForPreTrainingOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, tokens): above 0 where a token seems to be replaced."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class QuestionAnsweringModelOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``start_logits`` and ``end_logits`` (batch, tokens)."""

    loss: TensorT | None = None
    start_logits: TensorT | None = None
    end_logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None


@output
class MoeCausalLMOutputWithPast(ModelOutput, Generic[TensorT]):
    """``aux_loss`` () keeps experts equally busy; ``router_logits``: for each layer (tokens, experts)."""

    loss: TensorT | None = None
    aux_loss: TensorT | None = None
    logits: TensorT | None = None
    past_key_values: object = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    router_logits: tuple[TensorT, ...] | None = None


@output
class LongformerMaskedLMOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, tokens, vocab)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    global_attentions: tuple[TensorT, ...] | None = None


@output
class LongformerSequenceClassifierOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, labels)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    global_attentions: tuple[TensorT, ...] | None = None


@output
class LongformerMultipleChoiceModelOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, choices)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    global_attentions: tuple[TensorT, ...] | None = None


@output
class LongformerTokenClassifierOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``logits`` (batch, tokens, labels)."""

    loss: TensorT | None = None
    logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    global_attentions: tuple[TensorT, ...] | None = None


@output
class LongformerQuestionAnsweringModelOutput(ModelOutput, Generic[TensorT]):
    """``loss`` (); ``start_logits`` and ``end_logits`` (batch, tokens)."""

    loss: TensorT | None = None
    start_logits: TensorT | None = None
    end_logits: TensorT | None = None
    hidden_states: tuple[TensorT, ...] | None = None
    attentions: tuple[TensorT, ...] | None = None
    global_attentions: tuple[TensorT, ...] | None = None
