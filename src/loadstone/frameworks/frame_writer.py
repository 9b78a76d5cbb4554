"""Texts of models that say for each frame of a sound which token is spoken: read off at once, not token by token."""

from __future__ import annotations

from typing import Any, Protocol

from loadstone.architectures.components import Component, Head
from loadstone.architectures.components.run import Array, Run
from loadstone.configs.pretrained import PretrainedConfig


class _Model(Protocol):
    config: PretrainedConfig
    component: Component | None

    def __call__(self, *args: Any, **given: Any) -> Any: ...
    def _reading(self, mask: Any, logits: Array) -> tuple[Run, Array | None]: ...


class FrameWriter:
    """:meth:`generate` for such models."""

    def generate(
        self: _Model,
        input_features: Any = None,
        attention_mask: Any = None,
        return_dict_in_generate: bool = False,
        **given: Any,
    ) -> Any:
        """The likeliest token of each frame, (batch, fewer frames), and ``config.pad_token_id``, which stands for
        nothing, where ``attention_mask`` says that a frame is padding. A tokenizer leaves out repetitions and padding.

        ``return_dict_in_generate``: ``sequences`` with ``logits``, and what the forward pass shows besides. All other
        keywords are the forward pass's.
        """
        out = self(input_features=input_features, attention_mask=attention_mask, **{**given, "return_dict": True})
        head, (run, mask) = self.component, self._reading(attention_mask, out.logits)
        assert isinstance(head, Head) and head.frames is not None
        sequences = run.xp.astype(run.xp.argmax(out.logits, axis=-1), run.xp.int32)
        if mask is not None:
            shown = head.frames.shown(run, mask, run.xp.shape(out.logits)[1])
            sequences = run.xp.where(shown, sequences, run.xp.zeros_like(sequences) + self.config.pad_token_id)
        if not return_dict_in_generate:
            return sequences
        from loadstone.frameworks.generated import ParakeetCTCGenerateOutput  # which a load does without

        return ParakeetCTCGenerateOutput(
            sequences=sequences, logits=out.logits, attentions=out.attentions, hidden_states=out.hidden_states
        )
