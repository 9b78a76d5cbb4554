"""mBART: BART in many languages, with norms that come first. A text begins with the name of its language."""

from __future__ import annotations

from loadstone.architectures import fairseq_texts
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.fairseq_texts import ReadingConfig, Texts
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import MASKED_LM
from loadstone.core.records import record


class MBartConfig(ReadingConfig):
    """The keys of an mBART model. Defaults are those of mBART large."""

    model_type = "mbart"

    decoder_start_token_id: int | None = None


@record
class Turned(EncoderDecoder):
    """Texts begin with what they end with: the name of their language."""

    def first(self, run: Run, ids: Array) -> Array:
        """The last token of each that is no padding."""
        xp = run.xp
        if self.padding is None:
            return ids[:, -1:]
        places = xp.arange(xp.shape(ids)[1], like=ids) * xp.astype(ids != self.padding, xp.int32)
        return xp.at_places(ids, xp.argmax(places, axis=-1)[:, None])


FAMILY = Family(
    config=MBartConfig,
    stem="MBart",
    prefix="model",
    heads=Texts(
        fairseq_texts.bart_stem, norm_first=True, repeats=True, pair=Turned, also=(MASKED_LM,), reads=True
    ).heads("MBart"),
    leftovers=fairseq_texts.LEFTOVERS,
    known=fairseq_texts.BIAS,
    class_names=fairseq_texts.CLASS_NAMES,
    sources="arXiv:2001.08210",
)
