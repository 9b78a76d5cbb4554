"""Texts that an encoder-decoder writes about what it has read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.architectures.inputs import INPUTS
from loadstone.frameworks.answering import Call, answering, memory_in
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.torch.modeling.arguments import check_tensors
from loadstone.frameworks.torch.modeling.run import Run
from loadstone.frameworks.torch.modeling.state import Options, State
from loadstone.frameworks.torch.modeling.writers import asked_for, reordered, repeated


class Answered:
    """Texts that are being written, and what they are about."""

    def __init__(
        self, model: Any, texts: tuple[Tensor, Tensor | None], use_cache: bool, common: Mapping[str, Any]
    ) -> None:
        self.model = self.call = model
        self.ids, self.mask = texts
        """(rows, tokens); no mask where all are text."""
        self.use_cache = use_cache
        self.common = common
        """What each step is given besides: what the encoder has said, its mask, and what is to be returned."""
        self.cache: Any = None
        self.out: Any = None
        self.encoded: Any = None
        self.read: Tensor | None = None

    @property
    def length(self) -> int:
        """How many tokens the texts have."""
        return self.ids.shape[1]

    def logits(self) -> Tensor:
        """Of the next token, (rows, vocab) in float32."""
        more = {"past_key_values": self.cache, "use_cache": self.use_cache, "return_dict": True, **self.common}
        if self.mask is not None:
            more["decoder_attention_mask"] = self.mask
        out = self.out = self.call(**self.model.prepare_inputs_for_generation(self.ids, **more))
        self.cache = out.past_key_values if self.use_cache else None
        logits: Tensor = out.logits[:, -1].float()
        return logits

    def append(self, tokens: Tensor, parents: Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""
        if parents is not None:  # of what was read, and of the prompt's mask, all rows of one text have the same
            self.ids = self.ids.index_select(0, parents)
            self.cache = reordered(self.model, self.cache, parents)
        self.ids = torch.cat((self.ids, tokens[:, None]), dim=1)
        if self.mask is not None:
            self.mask = torch.cat((self.mask, torch.ones_like(self.mask[:, :1])), dim=1)

    def starts(self) -> Tensor | None:
        """How many of each text's tokens are padding before it, (rows,); None where none is."""
        return None if self.mask is None else self.mask.ne(0).int().argmax(dim=1)

    def idle(self) -> None:
        """A forward pass that nothing depends on, while other processes write."""
        self.model(decoder_input_ids=self.ids[:, -1:], **self.common)


def answered(model: Any, pair: components.EncoderDecoder, call: Call) -> tuple[Answered, Decoding]:
    """What the encoder has read, and texts that begin."""
    check_tensors(**{name: value for name, value in {**call.given, **call.options}.items() if _is_array(name)})
    plan = answering(model, pair, call)
    how, reading, memory = plan.how, plan.reading, plan.encoded
    for name in reading.keys() - {"attention_mask"}:
        if "attention_mask" in reading:
            reading["attention_mask"] = torch.as_tensor(reading["attention_mask"], device=reading[name].device)
    encoded = call.given.get("encoder_outputs", call.options.get("encoder_outputs"))
    if memory is None:
        options = Options(
            output_attentions=how.outputs.attentions,
            output_hidden_states=how.outputs.hidden_states,
            eager=model.config.attn_implementation == "eager",
        )
        encoded = Run(model.base_model, State(options))(pair.encoder, reading)
        memory = memory_in(encoded)
    ids = torch.from_numpy(plan.prompt).to(memory.device, torch.long)
    mask = None if plan.mask is None else torch.from_numpy(plan.mask).to(memory.device)
    common = {"encoder_outputs": (memory,), "attention_mask": reading.get("attention_mask") if pair.masked else None}
    if how.rows > 1:
        ids, mask, common = repeated((ids, mask, common), how.rows)
    writer = Answered(model, (ids, mask), how.use_cache, common | asked_for(how))
    writer.encoded, writer.read = encoded, reading.get("input_ids")
    return writer, how


def _is_array(name: str) -> bool:
    return name in INPUTS and INPUTS[name].is_array
