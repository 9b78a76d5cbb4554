"""Writes ``tests/parity/heads.py``: the class that transformers has for each family and head.

Run ``make heads`` after adding a family or raising the version of transformers; a test compares the file with what
this prints. The table stands in a file so that collecting tests imports no framework.
"""

from __future__ import annotations

from pathlib import Path

from transformers.models.auto import modeling_auto

from loadstone.architectures import registry

TABLE = Path(__file__).parents[1] / "tests" / "parity" / "heads.py"
_HEADER = '''\
"""Head → family → the class that transformers has for it, from its Auto tables.

Made by tools/make_heads_table.py: run `make heads`; do not edit.
"""

HEADS: dict[str, dict[str, str]] = {
'''
_NAMES = {
    "base": modeling_auto.MODEL_MAPPING_NAMES,
    "causal_lm": modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    "masked_lm": modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    "sequence_classification": modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
    "token_classification": modeling_auto.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES,
    "question_answering": modeling_auto.MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES,
    "document_question_answering": modeling_auto.MODEL_FOR_DOCUMENT_QUESTION_ANSWERING_MAPPING_NAMES,
    "multiple_choice": modeling_auto.MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES,
    "next_sentence_prediction": modeling_auto.MODEL_FOR_NEXT_SENTENCE_PREDICTION_MAPPING_NAMES,
    "pretraining": modeling_auto.MODEL_FOR_PRETRAINING_MAPPING_NAMES,
    "text_encoding": modeling_auto.MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES,
    "seq2seq_lm": modeling_auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
    "image_classification": modeling_auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES,
    "depth_estimation": modeling_auto.MODEL_FOR_DEPTH_ESTIMATION_MAPPING_NAMES,
    "pose_estimation": modeling_auto.MODEL_FOR_POSE_ESTIMATION_MAPPING_NAMES,
    "semantic_segmentation": modeling_auto.MODEL_FOR_SEMANTIC_SEGMENTATION_MAPPING_NAMES,
    "backbone": modeling_auto.MODEL_FOR_BACKBONE_MAPPING_NAMES,
    "video_classification": modeling_auto.MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING_NAMES,
    "object_detection": modeling_auto.MODEL_FOR_OBJECT_DETECTION_MAPPING_NAMES,
    "masked_image_modeling": modeling_auto.MODEL_FOR_MASKED_IMAGE_MODELING_MAPPING_NAMES,
    "zero_shot_image_classification": modeling_auto.MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES,
    "image_text_to_text": modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    "audio_classification": modeling_auto.MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES,
    "audio_frame_classification": modeling_auto.MODEL_FOR_AUDIO_FRAME_CLASSIFICATION_MAPPING_NAMES,
    "audio_xvector": modeling_auto.MODEL_FOR_AUDIO_XVECTOR_MAPPING_NAMES,
    "ctc": modeling_auto.MODEL_FOR_CTC_MAPPING_NAMES,
    "speech_seq2seq": modeling_auto.MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES,
}


def table() -> str:
    """The text of the file: every head that transformers has for the families of the registry."""
    families = sorted(registry.families())
    lines = []
    for head, names in _NAMES.items():
        # Of several for one family the first is that which a config without a name of a class gets.
        first = {family: name if isinstance(name, str) else name[0] for family, name in names.items()}
        classes = [f'        "{family}": "{first[family]}",' for family in families if family in first]
        lines += [f'    "{head}": {{', *classes, "    },"]
    return _HEADER + "\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(table())
