"""Tasks of models that read texts, and of bare models."""

from __future__ import annotations

from loadstone.architectures.task import (
    BARE,
    CAUSAL_LM,
    DOCUMENT_QUESTION_ANSWERING,
    MASKED_LM,
    MULTIPLE_CHOICE,
    NEXT_SENTENCE,
    PRETRAINING,
    QUESTION_ANSWERING,
    REPLACED_TOKENS,
    SENTENCE_EMBEDDING,
    SEQ2SEQ,
    SEQ2SEQ_KEPT,
    SEQ2SEQ_LM,
    SEQUENCE_CLASSIFICATION,
    SHOWN,
    TEXT,
    TEXT_ENCODING,
    TEXT_PROJECTION,
    TEXT_TOWER,
    TOKEN_CLASSIFICATION,
    Task,
)

_DECODED = ("input_ids", "attention_mask", "position_ids", "past_key_values", "inputs_embeds", "token_type_ids")
_ENCODED = ("input_ids", "attention_mask", "token_type_ids", "position_ids", "inputs_embeds")
ON_PAGES = ("input_ids", "bbox", *_ENCODED[1:])
"""What models of pages take: ``bbox`` says where each token is."""
_CLASSIFIED = (*_ENCODED[:4], "past_key_values", "inputs_embeds")

TEXTS = (
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
        options=("use_cache", *SHOWN, "output_router_logits"),
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
        ("use_cache", *SHOWN, "logits_to_keep", "output_router_logits"),
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
        ("use_cache", *SHOWN),
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
        ("use_cache", *SHOWN),
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
        ("use_cache", *SHOWN),
        output="QuestionAnsweringModelOutput",
        loss="span",
        gives=("start_logits", "end_logits"),
        splits=True,
    ),
    Task(
        DOCUMENT_QUESTION_ANSWERING,
        "DocumentQuestionAnswering",
        "Question answering about a page: start and end of the answer.",
        """``start_logits`` and ``end_logits`` (batch, tokens); with both positions (batch,) the loss.

        ``bbox`` (batch, tokens, 4): left, upper, right and lower end of each token, in thousandths of the page.
        """,
        ON_PAGES,
        ("start_positions", "end_positions"),
        ("use_cache", *SHOWN),
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
        TEXT_ENCODING,
        "TextEncoding",
        "The part of a model that reads texts.",
        "``input_ids`` (batch, tokens) or ``inputs_embeds`` (batch, tokens, width) → hidden states.",
        ("input_ids", "attention_mask", "inputs_embeds"),
    ),
    Task(
        SENTENCE_EMBEDDING,
        "SentenceEmbedding",
        "A vector for a text, as the modules of sentence-transformers make one.",
        """``sentence_embedding`` (batch, width) of ``input_ids`` (batch, tokens).

        ``pooling_mask`` (batch, tokens): 1 for a token whose vector counts, such as those after a prompt; without it
        all that ``attention_mask`` shows.
        """,
        (*_ENCODED, "pooling_mask"),
        output="SentenceEmbeddingOutput",
        kept=("last_hidden_state", "hidden_states", "attentions"),
        reads="all",
        gives=("sentence_embedding",),
    ),
    Task(
        TEXT_TOWER,
        "TextTower",
        "The part of a model of several that reads texts.",
        "``input_ids`` (batch, tokens) → hidden states, and ``pooler_output`` (batch, width).",
        TEXT,
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
        ("use_cache", *SHOWN),
        output="Seq2SeqLMOutput",
        kept=SEQ2SEQ_KEPT,
        loss="masked_token",
        writes="labels",
        generates=True,
    ),
)
