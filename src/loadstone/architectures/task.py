"""What a task is, as data: what a model for it takes and gives, and what its head reads. And the tasks' names."""

from __future__ import annotations

from typing import Literal

from loadstone.core.records import record

BARE = "model"
CAUSAL_LM = "causal-lm"
MASKED_LM = "masked-lm"
SEQUENCE_CLASSIFICATION = "sequence-classification"
TOKEN_CLASSIFICATION = "token-classification"
QUESTION_ANSWERING = "question-answering"
DOCUMENT_QUESTION_ANSWERING = "document-question-answering"
MULTIPLE_CHOICE = "multiple-choice"
NEXT_SENTENCE = "next-sentence-prediction"
PRETRAINING = "pretraining"
REPLACED_TOKENS = "replaced-tokens"
BACKBONE = "backbone"
TEXT_ENCODING = "text-encoding"
SENTENCE_EMBEDDING = "sentence-embedding"
TEXT_TOWER = "text-tower"
IMAGE_TOWER = "image-tower"
AUDIO_TOWER = "audio-tower"
TEXT_PROJECTION = "text-projection"
IMAGE_PROJECTION = "image-projection"
SEQ2SEQ_LM = "seq2seq-lm"
IMAGE_CLASSIFICATION = "image-classification"
SEMANTIC_SEGMENTATION = "semantic-segmentation"
IMAGE_SEGMENTATION = "image-segmentation"
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

TEXT = ("input_ids", "attention_mask", "position_ids")
"""What a tower takes that reads texts beside another that reads something else."""
SHOWN = ("output_attentions", "output_hidden_states", "return_dict")
"""Keywords that say what the output has."""

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
    options: tuple[str, ...] = SHOWN
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
    writes_frames: bool = False
    """Whether ``generate`` is to read off which token each frame of a sound is."""
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
