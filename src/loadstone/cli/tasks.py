"""What a model does with text, by the head that it has. One function a task; each returns what ``--json`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadstone.architectures.components.base import find
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.core.json_values import JsonObject, JsonValue
from loadstone.errors import ArgumentError, TokenizerError
from loadstone.text.batch_encoding import BatchEncoding
from loadstone.text.lengths import NO_LIMIT
from loadstone.text.tokenizer import PreTrainedTokenizerFast
from loadstone.transfer.json_file import read_json

if TYPE_CHECKING:
    import torch

_LONGEST_ANSWER = 30
"""Tokens; longer spans of a context are no answers but noise."""


@dataclass(frozen=True)
class Options:
    """What the command line can set for a task."""

    max_new_tokens: int = 100
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    context: str | None = None
    chat: bool = False
    """Whether each text is a question, to be put as the model's chat template puts it, rather than to be continued."""
    best: int = 5
    """How many of the likeliest answers are told."""

    @property
    def sampled(self) -> bool:
        """Whether generation draws at random; otherwise the likeliest token is taken each time."""
        return bool(self.temperature) or (self.temperature is None and (self.top_p or self.top_k) is not None)


class Runner:
    """A loaded model with its tokenizer."""

    def __init__(self, model: Any, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.folder = folder

    @property
    def longest_input(self) -> int | None:
        """How many tokens the model has positions for; without a table of them, those that the config says."""
        component = self.model.component
        embeddings = next(find(component, Embeddings), None) if component is not None else None
        if embeddings is not None and embeddings.longest_text is not None:
            return embeddings.longest_text
        trained = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return trained if isinstance(trained, int) else None

    def encode(
        self, texts: Sequence[Any], padding_side: str = "right", add_special_tokens: bool = True
    ) -> BatchEncoding:
        """Texts, or pairs, as ids padded to one length. :class:`ArgumentError` for one that is empty or too long:
        nothing is cut off unseen."""
        tokenizer = self.tokenizer
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
        batch = tokenizer(
            list(texts),
            add_special_tokens=add_special_tokens,
            padding=len(texts) > 1,
            padding_side=padding_side,
            return_token_type_ids=True,
            return_attention_mask=True,
            return_offsets_mapping=True,
            verbose=False,
        )
        limits = [limit for limit in (self.longest_input, tokenizer.model_max_length) if limit and limit < NO_LIMIT]
        for index, mask in enumerate(batch["attention_mask"]):
            count = sum(mask)
            if not count:
                raise ArgumentError(f"Text {index} ({texts[index]!r}) has no tokens; give at least one word.")
            if limits and count > min(limits):
                raise ArgumentError(
                    f"Text {index} has {count} tokens, this model takes at most {min(limits)}. Shorten it."
                )
        return batch

    def inputs(self, batch: BatchEncoding) -> dict[str, torch.Tensor]:
        """A batch as tensors on the model's device."""
        import torch

        config = self.model.config.get_text_config()
        largest = max(max(row) for row in batch.input_ids)
        if largest >= config.vocab_size:
            raise TokenizerError(
                f"{self.tokenizer.source}: gave token id {largest}, but the model's vocabulary has "
                f"{config.vocab_size} tokens. Do this tokenizer and this model belong together?"
            )
        device = next(self.model.parameters()).device
        values = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
        if (getattr(config, "type_vocab_size", 0) or 0) > 1:
            values["token_type_ids"] = batch.token_type_ids
        return {name: torch.tensor(rows, device=device) for name, rows in values.items()}

    def one(self, text: str | tuple[str, str]) -> tuple[BatchEncoding, Any]:
        """A single text through the model: its tokens, and the model's output."""
        import torch

        texts: Any = [text]
        batch = self.encode(texts)
        with torch.inference_mode():
            return batch, self.model(**self.inputs(batch))

    def generate(self, texts: Sequence[str], options: Options, streamer: object = None) -> list[dict[str, Any]]:
        """Each text, continued; or each question, answered. ``streamer`` gets the tokens as they come."""
        import torch

        if options.seed is not None:
            torch.manual_seed(options.seed)
        prompts: Sequence[str] = texts
        if options.chat:
            # The template writes the special tokens itself.
            prompts = self.tokenizer.apply_chat_template(
                [[{"role": "user", "content": text}] for text in texts], add_generation_prompt=True, tokenize=False
            )
        batch = self.encode(prompts, padding_side="left", add_special_tokens=not options.chat)
        inputs = self.inputs(batch)
        inputs.pop("token_type_ids", None)
        length = len(batch.input_ids[0])
        room = options.max_new_tokens
        if self.longest_input is not None:
            room = min(room, self.longest_input - length)
        if room < 1:
            raise ArgumentError(
                f"The text has {length} tokens, and this model works with {self.longest_input} in all: "
                "none are left for new ones. Shorten it."
            )
        sampling: dict[str, float] = {}
        if options.sampled:
            sampling_options = {"temperature": options.temperature, "top_p": options.top_p, "top_k": options.top_k}
            sampling = {name: value for name, value in sampling_options.items() if value is not None}
        end = self.model.generation_config.eos_token_id
        ends = [token_id for token_id in (end if isinstance(end, list) else [end]) if token_id is not None]
        if options.chat:
            ends += self.tokenizer.end_ids
        rows = self.model.generate(
            **inputs,
            max_new_tokens=room,
            do_sample=options.sampled,
            eos_token_id=ends or None,
            streamer=streamer,
            **sampling,
        ).tolist()
        completions = []
        for text, row, mask in zip(texts, rows, batch.attention_mask, strict=True):
            new = row[length:]
            stop = next((index for index, token in enumerate(new) if token in ends), None)
            new = new if stop is None else new[:stop]
            prompt = [token for token, kept in zip(row[:length], mask, strict=True) if kept]
            completions.append(
                {
                    "prompt": text,
                    "text": self.tokenizer.decode(new if options.chat else prompt + new, True),
                    "new_tokens": len(new),
                    "finish": "length" if stop is None else "end",
                }
            )
        return completions

    def fill_mask(self, text: str, options: Options) -> JsonObject:
        """The likeliest tokens for each mask in the text."""
        mask_id, mask = self.tokenizer.mask_token_id, self.tokenizer.mask_token
        if mask_id is None or mask is None:
            raise TokenizerError(f"{self.tokenizer.source}: names no mask token, so there is nothing to fill in.")
        if mask not in text:
            raise ArgumentError(f"The text has no {mask} in it; put one where a word is to be filled in.")
        batch, output = self.one(text)
        masks: list[JsonValue] = []
        for position, token_id in enumerate(batch.input_ids[0]):
            if token_id == mask_id:
                scores = output.logits[0, position].float().softmax(-1).topk(min(options.best, output.logits.shape[-1]))
                pairs = zip(scores.indices.tolist(), scores.values.tolist(), strict=True)
                masks.append([{"token": self.tokenizer.decode([index]), "score": score} for index, score in pairs])
        return {"text": text, "masks": masks}

    def classify(self, text: str, options: Options) -> JsonObject:
        """The labels of a text with their scores, the likeliest first."""
        _, output = self.one(text)
        logits = output.logits[0].float()
        problem = self.model.config.problem_type
        if problem == "regression" or logits.numel() == 1:
            scores = logits
        else:
            scores = logits.sigmoid() if problem == "multi_label_classification" else logits.softmax(-1)
        labels: list[JsonValue] = [
            {"label": self.label(index), "score": scores[index].item()}
            for index in scores.argsort(descending=True).tolist()
        ]
        return {"text": text, "labels": labels}

    def classify_tokens(self, text: str, options: Options) -> JsonObject:
        """The label of each token."""
        batch, output = self.one(text)
        best = output.logits[0].float().softmax(-1).max(-1)
        tokens: list[JsonValue] = [
            {"token": text[begin:end], "label": self.label(label), "score": score, "begin": begin, "end": end}
            for (begin, end), source, label, score in zip(
                batch["offset_mapping"][0],
                batch.sequence_ids(0),
                best.indices.tolist(),
                best.values.tolist(),
                strict=True,
            )
            if source is not None
        ]
        return {"text": text, "tokens": tokens}

    def answer(self, question: str, options: Options) -> JsonObject:
        """The part of the context that answers the question."""
        if not options.context:
            raise ArgumentError("This model answers questions about a text; give that text with --context.")
        batch, output = self.one((question, options.context))
        inside = [index for index, source in enumerate(batch.sequence_ids(0)) if source == 1]
        starts = output.start_logits[0, inside].float().softmax(-1)
        ends = output.end_logits[0, inside].float().softmax(-1)
        # Only spans that end at or after their start, and are not too long.
        scores = (starts[:, None] * ends[None, :]).triu().tril(_LONGEST_ANSWER - 1)
        first, last = divmod(int(scores.argmax()), len(inside))
        offsets = batch["offset_mapping"][0]
        begin, end = offsets[inside[first]][0], offsets[inside[last]][1]
        return {
            "question": question,
            "answer": options.context[begin:end],
            "score": scores[first, last].item(),
            "begin": begin,
            "end": end,
        }

    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """One vector of length 1 for each text: a (texts, width) float32 tensor.

        How the vectors of the tokens become one is read from ``1_Pooling/config.json`` (sentence-transformers);
        without that file it is their mean.
        """
        import torch

        batch = self.encode(texts)
        inputs = self.inputs(batch)
        with torch.inference_mode():
            states = self.model(**inputs).last_hidden_state.float()
        if self._pools_first_token():
            pooled = states[:, 0]
        else:
            weights = inputs["attention_mask"][..., None].float()
            pooled = (states * weights).sum(1) / weights.sum(1)
        return torch.nn.functional.normalize(pooled, dim=-1)

    def _pools_first_token(self) -> bool:
        path = self.folder / "1_Pooling" / "config.json"
        if not path.is_file():
            return False
        chosen = {key for key, value in read_json(path, "pooling").items() if key.startswith("pooling_mode") and value}
        if chosen == {"pooling_mode_cls_token"}:
            return True
        if chosen <= {"pooling_mode_mean_tokens"}:
            return False
        raise ArgumentError(
            f"{path}: asks for {', '.join(sorted(chosen))}; Loadstone pools by mean or first token only."
        )

    def label(self, index: int) -> str:
        """The name of a class."""
        return str((self.model.config.id2label or {}).get(index, f"LABEL_{index}"))
