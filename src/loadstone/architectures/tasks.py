"""Tasks as data: what a model for each takes and gives, and what its head reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from loadstone.core.records import record

BARE = "model"
CAUSAL_LM = "causal-lm"
MASKED_LM = "masked-lm"
SEQUENCE_CLASSIFICATION = "sequence-classification"
TOKEN_CLASSIFICATION = "token-classification"
QUESTION_ANSWERING = "question-answering"
MULTIPLE_CHOICE = "multiple-choice"
NEXT_SENTENCE = "next-sentence-prediction"
PRETRAINING = "pretraining"
REPLACED_TOKENS = "replaced-tokens"
BACKBONE = "backbone"
TEXT_ENCODING = "text-encoding"
TEXT_TOWER = "text-tower"
IMAGE_TOWER = "image-tower"
AUDIO_TOWER = "audio-tower"
TEXT_PROJECTION = "text-projection"
IMAGE_PROJECTION = "image-projection"
SEQ2SEQ_LM = "seq2seq-lm"
IMAGE_CLASSIFICATION = "image-classification"
SEMANTIC_SEGMENTATION = "semantic-segmentation"
DEPTH_ESTIMATION = "depth-estimation"
POSE_ESTIMATION = "pose-estimation"
MASKED_PATCHES = "masked-patches"
MASKED_IMAGE_MODELING = "masked-image-modeling"
ZERO_SHOT_IMAGE_CLASSIFICATION = "zero-shot-image-classification"
IMAGE_TEXT_TO_TEXT = "image-text-to-text"
AUDIO_CLASSIFICATION = "audio-classification"
SPEECH_SEQ2SEQ = "speech-seq2seq"
CTC = "ctc"
AUDIO_FRAME_CLASSIFICATION = "audio-frame-classification"
AUDIO_XVECTOR = "audio-xvector"
VIDEO_CLASSIFICATION = "video-classification"
OBJECT_DETECTION = "object-detection"

IGNORED = -100
"""A label that counts for nothing."""

_DECODED = ("input_ids", "attention_mask", "position_ids", "past_key_values", "inputs_embeds", "token_type_ids")
_ENCODED = ("input_ids", "attention_mask", "token_type_ids", "position_ids", "inputs_embeds")
_CLASSIFIED = (*_ENCODED[:4], "past_key_values", "inputs_embeds")
TEXT = ("input_ids", "attention_mask", "position_ids")
"""What a tower takes that reads texts beside another that reads something else."""
_SHOWN = ("output_attentions", "output_hidden_states", "return_dict")

SEQ2SEQ = (
    *("input_ids", "attention_mask", "decoder_input_ids", "decoder_attention_mask"),
    *("encoder_outputs", "past_key_values", "inputs_embeds", "decoder_inputs_embeds"),
)
"""What an encoder-decoder takes."""

SPEECH = (
    *("input_features", "attention_mask", "decoder_input_ids", "decoder_attention_mask"),
    *("encoder_outputs", "past_key_values", "decoder_inputs_embeds", "decoder_position_ids"),
)
"""What an encoder-decoder takes that reads sound."""

SEQ2SEQ_KEPT = (
    *("past_key_values", "decoder_hidden_states", "decoder_attentions", "cross_attentions"),
    *("encoder_last_hidden_state", "encoder_hidden_states", "encoder_attentions"),
)
"""What its output has beside the last hidden state."""

SEEING = (
    *("input_ids", "attention_mask", "position_ids", "past_key_values", "inputs_embeds"),
    *("pixel_values", "pixel_values_videos", "image_grid_thw", "video_grid_thw", "mm_token_type_ids"),
)
"""What a decoder of texts with pictures takes, where these come as patches of any number."""

SOUND = ("input_values", "attention_mask")
"""What a model takes that reads sound as it is sampled."""

_AUTO = {"ReplacedTokens": "PreTraining"}
"""Where a task's Auto class has another name than its own."""

READING = ("interpolate_pos_encoding", "return_loss")
"""Keywords that are True or False, and that a stem, a head or a loss reads."""
FLAGS = frozenset(
    {"use_cache", "output_attentions", "output_hidden_states", "return_dict", "output_router_logits", *READING}
)
"""Keywords that are True or False; None leaves it to the config."""


@record
class Task:
    """What the classes of one task have in common, whatever their family and framework."""

    name: str
    class_name: str
    """What the class with its forward pass is called: ``CausalLM``."""
    title: str
    """The first line of that class's documentation."""
    doc: str
    """The documentation of the forward pass."""
    inputs: tuple[str, ...]
    """The arrays that a bare model takes, in the order in which they may be given by place."""
    labels: tuple[str, ...] = ()
    """The arrays that a loss compares with."""
    options: tuple[str, ...] = _SHOWN
    """Keywords beside arrays, after them."""
    output: str = "BaseModelOutput"
    """The class of the output, in :mod:`loadstone.frameworks.outputs`."""
    kept: tuple[str, ...] = ("hidden_states", "attentions")
    """Fields of the bare model's output that the whole one's has too."""
    reads: Literal["places", "sequence", "both", "frames", "all"] = "places"
    """Whether the head reads every hidden state, one vector that stands for the sequence, or both; every hidden state
    and what of the input is padding, of which it makes all that the task gives and what its loss is told besides; or
    the whole output of what is below, and the arguments of the pass."""
    per_choice: bool = False
    """Whether a row has several sequences, (batch, choices, tokens), of which the logits choose one."""
    loss: str = ""
    """The function of each framework's ``losses``."""
    gives: tuple[str, ...] = ("logits",)
    """The fields that the head's output is."""
    splits: bool = False
    """Whether each of them is one value of the output's last axis."""
    writes: Literal["", "labels", "input_ids"] = ""
    """What a decoder is to write where it is not told."""
    generates: bool = False
    passes: tuple[Task, ...] = ()
    """Other passes of the class, which compute with some of its parts: each is named like its method."""
    sums_items: bool = False
    """Whether the loss may be a sum over ``num_items_in_batch`` (PyTorch's trainers)."""

    @property
    def is_bare(self) -> bool:
        """Whether the model has no head: its output is the bare model's."""
        return self.name in (BARE, BACKBONE, TEXT_ENCODING, TEXT_TOWER, IMAGE_TOWER, AUDIO_TOWER)

    @property
    def has_auto_class(self) -> bool:
        """Whether there is an Auto class that takes checkpoints for it."""
        return self.name not in (
            TEXT_TOWER,
            IMAGE_TOWER,
            AUDIO_TOWER,
            TEXT_PROJECTION,
            IMAGE_PROJECTION,
            MASKED_PATCHES,
        )

    @property
    def auto_class(self) -> str:
        """The Auto class that takes checkpoints for it."""
        whole = {BARE: "AutoModel", BACKBONE: "AutoBackbone"}
        return whole.get(self.name, f"AutoModelFor{_AUTO.get(self.class_name, self.class_name)}")

    @property
    def arguments(self) -> tuple[str, ...]:
        """All keywords, in order."""
        return tuple(dict.fromkeys((*self.inputs, *self.labels, *self.options)))


TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task(
            BARE,
            "BareModel",
            "A model without a head: it returns hidden states.",
            """``input_ids`` (batch, tokens) or ``inputs_embeds`` (batch, tokens, width) → hidden states.

            ``attention_mask`` (batch, tokens in the cache plus new ones): 1 for a token, 0 for padding; or a 4-D mask
            (batch or 1, heads or 1, tokens, keys): true where seen, or values to add to the scores. ``position_ids``
            (batch or 1, tokens) that start again within a row begin another sequence, which attends only to itself,
            where no mask is given and no cache is in use (as in Transformers; not in models that read in both
            directions).
            """,
            _DECODED,
            options=("use_cache", *_SHOWN, "output_router_logits"),
        ),
        Task(
            CAUSAL_LM,
            "CausalLM",
            "Predicts the next token.",
            """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the next-token loss.

            ``logits_to_keep``: only the logits of the last tokens, this many (0: all), or those at the given indices.
            ``output_router_logits``, of models with experts: also the routers' logits and ``aux_loss``, which the loss
            contains ``config.router_aux_loss_coef`` times.
            """,
            _DECODED,
            ("labels",),
            ("use_cache", *_SHOWN, "logits_to_keep", "output_router_logits"),
            "CausalLMOutput",
            ("past_key_values", "hidden_states", "attentions"),
            loss="next_token",
            generates=True,
            sums_items=True,
        ),
        Task(
            MASKED_LM,
            "MaskedLM",
            "Predicts masked tokens.",
            "Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the loss.",
            _ENCODED,
            ("labels",),
            output="MaskedLMOutput",
            loss="masked_token",
            sums_items=True,
        ),
        Task(
            SEQUENCE_CLASSIFICATION,
            "SequenceClassification",
            "Sequence classification or regression.",
            "Logits (batch, labels); with ``labels`` (batch,) or (batch, labels) the loss of ``config.problem_type``.",
            _CLASSIFIED,
            ("labels",),
            ("use_cache", *_SHOWN),
            "SequenceClassifierOutput",
            ("past_key_values", "hidden_states", "attentions"),
            reads="sequence",
            loss="sequence_classes",
        ),
        Task(
            TOKEN_CLASSIFICATION,
            "TokenClassification",
            "Token classification.",
            "Logits (batch, tokens, labels); with ``labels`` (batch, tokens; -100 is ignored) the loss.",
            _ENCODED,
            ("labels",),
            ("use_cache", *_SHOWN),
            output="TokenClassifierOutput",
            loss="token_classes",
        ),
        Task(
            QUESTION_ANSWERING,
            "QuestionAnswering",
            "Extractive question answering: start and end of the answer.",
            "``start_logits`` and ``end_logits`` (batch, tokens); with both positions (batch,) the loss.",
            _ENCODED,
            ("start_positions", "end_positions"),
            ("use_cache", *_SHOWN),
            output="QuestionAnsweringModelOutput",
            loss="span",
            gives=("start_logits", "end_logits"),
            splits=True,
        ),
        Task(
            MULTIPLE_CHOICE,
            "MultipleChoice",
            "Chooses one of several sequences.",
            """``input_ids`` (batch, choices, tokens), and all else with them → logits (batch, choices).

            With ``labels`` (batch,), the right choice of each row, the loss.
            """,
            _ENCODED,
            ("labels",),
            output="MultipleChoiceModelOutput",
            reads="sequence",
            per_choice=True,
            loss="token_classes",
        ),
        Task(
            NEXT_SENTENCE,
            "NextSentencePrediction",
            "Tells whether the second sentence follows the first.",
            "Logits (batch, 2); with ``labels`` (batch,), 0 where it follows and 1 where it does not, the loss.",
            _ENCODED,
            ("labels",),
            output="NextSentencePredictorOutput",
            reads="sequence",
            loss="token_classes",
        ),
        Task(
            PRETRAINING,
            "PreTraining",
            "Predicts masked tokens, and whether the second sentence follows the first.",
            """``prediction_logits`` (batch, tokens, vocab) and ``seq_relationship_logits`` (batch, 2).

            With ``labels`` (batch, tokens; -100 is ignored) and ``next_sentence_label`` (batch,) their summed loss.
            """,
            _ENCODED,
            ("labels", "next_sentence_label"),
            output="BertForPreTrainingOutput",
            reads="both",
            loss="pretraining",
            gives=("prediction_logits", "seq_relationship_logits"),
        ),
        Task(
            REPLACED_TOKENS,
            "ReplacedTokens",
            "Tells which tokens a generator has put in place of others.",
            "Logits (batch, tokens); with ``labels`` (batch, tokens), 1 where a token is replaced, the loss.",
            _ENCODED,
            ("labels",),
            output="ElectraForPreTrainingOutput",
            loss="replaced_tokens",
            splits=True,
        ),
        Task(
            BACKBONE,
            "Backbone",
            "What layers in the middle say of a picture, for another model.",
            """``pixel_values`` (batch, channels, height, width), pictures of any size → ``feature_maps``, each (batch,
            width, rows, columns).

            ``config.out_features`` or ``config.out_indices``: of what, by name (``stem``, ``stage1``, …) or by number.
            """,
            ("pixel_values",),
            output="BackboneOutput",
        ),
        Task(
            TEXT_ENCODING,
            "TextEncoding",
            "The part of a model that reads texts.",
            "``input_ids`` (batch, tokens) or ``inputs_embeds`` (batch, tokens, width) → hidden states.",
            ("input_ids", "attention_mask", "inputs_embeds"),
        ),
        Task(
            TEXT_TOWER,
            "TextTower",
            "The part of a model of several that reads texts.",
            "``input_ids`` (batch, tokens) → hidden states, and ``pooler_output`` (batch, width).",
            TEXT,
        ),
        Task(
            IMAGE_TOWER,
            "ImageTower",
            "The part of a model of several that reads pictures.",
            """``pixel_values`` (batch, channels, height, width) → hidden states, and ``pooler_output`` (batch, width).

            ``interpolate_pos_encoding``: pictures may have any size; positions are interpolated.
            """,
            ("pixel_values",),
            options=("interpolate_pos_encoding", *_SHOWN),
        ),
        Task(
            AUDIO_TOWER,
            "AudioTower",
            "The part of a model of several that hears.",
            "``input_features`` (batch, bands, frames) → hidden states.",
            ("input_features", "attention_mask"),
        ),
        Task(
            TEXT_PROJECTION,
            "TextProjection",
            "Texts as vectors of the space that they share with something else.",
            "``text_embeds`` (batch, width) of ``input_ids`` (batch, tokens).",
            TEXT,
            output="TextProjectionOutput",
            kept=("last_hidden_state", "hidden_states", "attentions"),
            reads="sequence",
            gives=("text_embeds",),
        ),
        Task(
            IMAGE_PROJECTION,
            "ImageProjection",
            "Pictures as vectors of the space that they share with something else.",
            "``image_embeds`` (batch, width) of ``pixel_values`` (batch, channels, height, width).",
            ("pixel_values",),
            options=("interpolate_pos_encoding", *_SHOWN),
            output="ImageProjectionOutput",
            kept=("last_hidden_state", "hidden_states", "attentions"),
            reads="sequence",
            gives=("image_embeds",),
        ),
        Task(
            SEQ2SEQ_LM,
            "Seq2SeqLM",
            "Reads one text and writes another.",
            """Logits (batch, target tokens, vocab) for ``decoder_input_ids`` (batch, target tokens), after what
            ``input_ids`` (batch, tokens) say.

            With ``labels`` (batch, target tokens; -100 is ignored) the loss; without ``decoder_input_ids`` these are
            the labels, one place later. ``encoder_outputs``: what the encoder has said already, in place of its
            inputs.
            """,
            SEQ2SEQ,
            ("labels",),
            ("use_cache", *_SHOWN),
            output="Seq2SeqLMOutput",
            kept=SEQ2SEQ_KEPT,
            loss="masked_token",
            writes="labels",
            generates=True,
        ),
        Task(
            SPEECH_SEQ2SEQ,
            "SpeechSeq2Seq",
            "Writes down what is said.",
            """Logits (batch, target tokens, vocab) for ``decoder_input_ids`` (batch, target tokens), after what
            ``input_features`` (batch, bands, frames) say.

            With ``labels`` (batch, target tokens; -100 is ignored) the loss; without ``decoder_input_ids`` these are
            the labels, one place later. ``encoder_outputs``: what the encoder has said already, in place of its
            inputs.
            """,
            SPEECH,
            ("labels",),
            ("use_cache", *_SHOWN),
            output="Seq2SeqLMOutput",
            kept=SEQ2SEQ_KEPT,
            loss="masked_token",
            writes="labels",
            generates=True,
        ),
        Task(
            CTC,
            "CTC",
            "Writes down what is said, a token or nothing for each frame (connectionist temporal classification).",
            """Logits (batch, frames, vocab) of ``input_values`` (batch, samples).

            ``attention_mask`` (batch, samples): 1 for a sample, 0 for padding at the end.

            With ``labels`` (batch, tokens; -100 and the blank token are ignored) the loss.
            """,
            SOUND,
            ("labels",),
            output="CausalLMOutput",
            reads="frames",
            loss="ctc",
        ),
        Task(
            AUDIO_FRAME_CLASSIFICATION,
            "AudioFrameClassification",
            "Classification of each frame of a sound.",
            """Logits (batch, frames, labels) of ``input_values`` (batch, samples). ``attention_mask`` (batch, samples):
            1 for a sample, 0 for padding at the end.

            With ``labels`` (batch, frames, labels), the largest where a frame's class is, the loss.
            """,
            SOUND,
            ("labels",),
            output="TokenClassifierOutput",
            loss="frame_classes",
        ),
        Task(
            AUDIO_XVECTOR,
            "AudioXVector",
            "A vector for whoever speaks.",
            """``logits`` and ``embeddings`` (batch, width) of ``input_values`` (batch, samples). ``attention_mask``
            (batch, samples): 1 for a sample, 0 for padding at the end.

            With ``labels`` (batch,), who speaks, the loss.
            """,
            SOUND,
            ("labels",),
            output="XVectorOutput",
            reads="frames",
            loss="speakers",
            gives=("logits", "embeddings"),
        ),
        Task(
            IMAGE_CLASSIFICATION,
            "ImageClassification",
            "Image classification or regression.",
            """Logits (batch, labels) of ``pixel_values`` (batch, channels, height, width).

            With ``labels`` (batch,) or (batch, labels) the loss of ``config.problem_type``.
            """,
            ("pixel_values",),
            ("labels",),
            output="ImageClassifierOutput",
            reads="sequence",
            loss="sequence_classes",
        ),
        Task(
            SEMANTIC_SEGMENTATION,
            "SemanticSegmentation",
            "A class for each pixel.",
            """Logits (batch, labels, rows, columns) of ``pixel_values`` (batch, channels, height, width).

            With ``labels`` (batch, height, width), of which ``config.semantic_loss_ignore_index`` counts for nothing,
            the loss of the logits in that size.
            """,
            ("pixel_values",),
            ("labels",),
            output="SemanticSegmenterOutput",
            reads="all",
            loss="pixel_classes",
        ),
        Task(
            VIDEO_CLASSIFICATION,
            "VideoClassification",
            "Video classification or regression.",
            """Logits (batch, labels) of ``pixel_values`` (batch, frames, channels, height, width).

            With ``labels`` (batch,) or (batch, labels) the loss of ``config.problem_type``.
            """,
            ("pixel_values",),
            ("labels",),
            output="ImageClassifierOutput",
            reads="sequence",
            loss="sequence_classes",
        ),
        Task(
            OBJECT_DETECTION,
            "ObjectDetection",
            "Finds objects in an image.",
            """``logits`` (batch, objects, labels + 1), of which the last is for no object, and ``pred_boxes`` (batch,
            objects, 4): center, width and height of each, as shares of the picture's. Of ``pixel_values`` (batch,
            channels, height, width). There is no loss: it would have to match what is found with what there is.
            """,
            ("pixel_values",),
            output="ObjectDetectionOutput",
            kept=("last_hidden_state", "hidden_states", "attentions"),
            reads="all",
            gives=("logits", "pred_boxes"),
        ),
        Task(
            DEPTH_ESTIMATION,
            "DepthEstimation",
            "How far away what each pixel shows is.",
            "``predicted_depth`` (batch, rows, columns) of ``pixel_values`` (batch, channels, height, width).",
            ("pixel_values",),
            output="DepthEstimatorOutput",
            reads="all",
            gives=("predicted_depth",),
        ),
        Task(
            MASKED_PATCHES,
            "MaskedPatches",
            "Tells which of a codebook's entries stand for what is hidden of an image.",
            """Logits (batch, patches, vocab) of ``pixel_values`` (batch, channels, height, width).

            ``bool_masked_pos`` (batch, patches): true for those that are hidden; with ``labels`` (hidden,), the entries
            of these one after another, the loss.
            """,
            ("pixel_values", "bool_masked_pos"),
            ("labels",),
            options=("interpolate_pos_encoding", *_SHOWN),
            output="MaskedLMOutput",
            loss="masked_patches",
        ),
        Task(
            POSE_ESTIMATION,
            "PoseEstimation",
            "Where the joints of a body are.",
            """``heatmaps`` (batch, keypoints, rows, columns): how likely each is where, of ``pixel_values`` (batch,
            channels, height, width), pictures of one body each.

            ``dataset_index`` (batch,): which experts read each picture, of models that have several; 0 for COCO's
            keypoints. ``flip_pairs`` (pairs, 2): the pictures are mirrored, and these keypoints change places; the
            heatmaps are turned back.
            """,
            ("pixel_values", "dataset_index", "flip_pairs"),
            output="PoseEstimatorOutput",
            reads="all",
            gives=("heatmaps",),
        ),
        Task(
            MASKED_IMAGE_MODELING,
            "MaskedImageModeling",
            "Paints what is hidden of an image.",
            """``reconstruction`` (batch, channels, height, width) of ``pixel_values`` of that shape.

            With ``bool_masked_pos`` (batch, patches), true for those that are hidden, the loss: how far their pixels
            are from the image's.
            """,
            ("pixel_values", "bool_masked_pos"),
            ("bool_masked_pos",),
            output="MaskedImageModelingOutput",
            reads="all",
            loss="reconstruction",
            gives=("reconstruction",),
        ),
        Task(
            IMAGE_TEXT_TO_TEXT,
            "ImageTextToText",
            "Predicts the next token of a text with pictures.",
            """Logits (batch, tokens, vocab); with ``labels`` (batch, tokens; -100 is ignored) the next-token loss.

            ``pixel_values`` (patches of all pictures, numbers) with ``image_grid_thw`` (pictures, 3): how many patches
            lie along time, height and width of each; what the model makes of them takes the places of the tokens
            ``config.image_token_id``, in order. ``pixel_values_videos`` and ``video_grid_thw``: the same for films.
            ``position_ids`` (batch or 1, tokens), or three rows of them, (3, batch or 1, tokens). Positions follow from
            the grids where none are given; so does what ``mm_token_type_ids`` says, which is taken and not looked at.
            ``logits_to_keep``: only the logits of the last tokens, this many (0: all), or those at the given indices.
            """,
            SEEING,
            ("labels",),
            ("use_cache", *_SHOWN, "logits_to_keep"),
            "CausalLMOutput",
            ("past_key_values", "hidden_states", "attentions"),
            loss="next_token",
            generates=True,
            sums_items=True,
        ),
        Task(
            AUDIO_CLASSIFICATION,
            "AudioClassification",
            "Audio classification.",
            "Logits (batch, labels) of ``input_features`` (batch, bands, frames); with ``labels`` (batch,) the loss.",
            ("input_features", "encoder_outputs"),
            ("labels",),
            output="SequenceClassifierOutput",
            reads="sequence",
            loss="token_classes",
        ),
    )
}
"""Those that families here have, by name."""
