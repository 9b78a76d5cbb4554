"""Tasks of models that see pictures or films, whatever else they read."""

from __future__ import annotations

from loadstone.architectures.task import (
    BACKBONE,
    DEPTH_ESTIMATION,
    IMAGE_CLASSIFICATION,
    IMAGE_PROJECTION,
    IMAGE_SEGMENTATION,
    IMAGE_TEXT_TO_TEXT,
    IMAGE_TOWER,
    MASKED_IMAGE_MODELING,
    MASKED_PATCHES,
    OBJECT_DETECTION,
    POSE_ESTIMATION,
    SEEING,
    SEMANTIC_SEGMENTATION,
    SHOWN,
    VIDEO_CLASSIFICATION,
    Task,
)

IMAGES = (
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
        IMAGE_TOWER,
        "ImageTower",
        "The part of a model of several that reads pictures.",
        """``pixel_values`` (batch, channels, height, width) → hidden states, and ``pooler_output`` (batch, width).

        ``interpolate_pos_encoding``: pictures may have any size; positions are interpolated.
        """,
        ("pixel_values",),
        options=("interpolate_pos_encoding", *SHOWN),
    ),
    Task(
        IMAGE_PROJECTION,
        "ImageProjection",
        "Pictures as vectors of the space that they share with something else.",
        "``image_embeds`` (batch, width) of ``pixel_values`` (batch, channels, height, width).",
        ("pixel_values",),
        options=("interpolate_pos_encoding", *SHOWN),
        output="ImageProjectionOutput",
        kept=("last_hidden_state", "hidden_states", "attentions"),
        reads="sequence",
        gives=("image_embeds",),
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
        IMAGE_SEGMENTATION,
        "ImageSegmentation",
        "Which pixels of an image are meant.",
        """Logits (batch, height, width) of ``pixel_values`` (batch, channels, height, width): how sure it is that a
        pixel is meant by what is given besides, one for each picture.

        That is ``input_ids`` (batch, tokens), a text; ``conditional_pixel_values`` (batch, channels, height,
        width), another picture; or ``conditional_embeddings`` (batch, width), a vector of the space that texts and
        pictures share.

        With ``labels`` (batch, height, width), 1 where a pixel is meant and 0 where it is not, the loss.
        """,
        (
            *("input_ids", "pixel_values", "conditional_pixel_values", "conditional_embeddings"),
            *("attention_mask", "position_ids"),
        ),
        ("labels",),
        options=("interpolate_pos_encoding", *SHOWN),
        output="ImageSegmentationOutput",
        kept=("conditional_embeddings", "pooled_output", "vision_model_output"),
        reads="all",
        loss="pixels",
        gives=("logits", "decoder_output"),
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
        channels, height, width).

        With ``labels``, a dict for each picture of its objects' ``class_labels`` (objects,) and ``boxes`` (objects, 4),
        the loss of what is found once it is matched with these, which scipy does on the CPU, and in ``loss_dict`` what
        that is made of.
        """,
        ("pixel_values",),
        ("labels",),
        output="ObjectDetectionOutput",
        kept=("last_hidden_state", "hidden_states", "attentions"),
        reads="all",
        loss="objects",
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
        options=("interpolate_pos_encoding", *SHOWN),
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
        ("use_cache", *SHOWN, "logits_to_keep"),
        "CausalLMOutput",
        ("past_key_values", "hidden_states", "attentions"),
        loss="next_token",
        generates=True,
        sums_items=True,
    ),
)
