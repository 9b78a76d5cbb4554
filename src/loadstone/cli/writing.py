"""``loadstone run`` of models that write: one text after another, each shown while it comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from loadstone.cli.console import Output
from loadstone.cli.streaming import TokenStream, until_interrupted
from loadstone.cli.tasks import Options
from loadstone.cli.wrapping import WordWrap, wrapped
from loadstone.core.json_values import JsonObject
from loadstone.pipeline.tasks.text_generation import Completion, Text2TextGenerationPipeline


def write(pipe: Any, texts: Sequence[str], options: Options, output: Output, *, stats: bool) -> list[JsonObject]:
    """Each text, continued or rewritten; or each question, answered: what ``--json`` prints of them.

    ``output`` shows them meanwhile. Ctrl-C ends the text that is being written, whose ``finish`` is then
    ``interrupted``, and no other is begun. ``stats``: how fast each came, on standard error.
    """
    options.begin_drawing()
    results: list[JsonObject] = []
    for text in texts:
        if results:
            output.line()
        show = WordWrap(output.piece).show if output.rich else output.piece
        stream = stream_for(pipe, options, show)
        result = None
        with until_interrupted(stream, output):
            result = written(pipe, text, options, stream)
        results.append(result or _result(text, stream, "interrupted"))
        if stats:
            output.note(wrapped(str(stream.statistics())))
        if stream.is_interrupted:
            break
    return results


def stream_for(pipe: Any, options: Options, show: Callable[[str], object]) -> TokenStream:
    """What takes the tokens of one text. A text that is continued is shown from its beginning."""
    continues = not options.chat and not isinstance(pipe, Text2TextGenerationPipeline)
    return TokenStream(
        pipe.tokenizer, show, stops=options.stops, ends=pipe.ends(is_chat=options.chat), continues=continues
    )


def written(pipe: Any, text: str, options: Options, stream: TokenStream) -> JsonObject:
    """One text, continued, rewritten or answered; ``stream`` takes the tokens as they come.

    Where beams are searched no token is sure before the end: then it gets them all at once, and tells no times.
    """
    sampling = options.sampling()
    if options.stops:
        sampling["tokenizer"] = pipe.tokenizer
    searches = (getattr(pipe.model.generation_config, "num_beams", None) or 1) > 1
    if not searches:
        sampling["streamer"] = stream
    ((completion,),) = pipe.completions([options.put(text)], sampling)
    if searches:
        # What an encoder-decoder writes begins with a token that is given to it.
        given = 1 if isinstance(pipe, Text2TextGenerationPipeline) else 0
        stream.take(completion.prompt_ids, completion.new_ids[given:])
    return _result(text, stream, finish_of(pipe, completion, stream, options))


def finish_of(pipe: Any, completion: Completion, stream: TokenStream, options: Options) -> str:
    """Why a text ended: the model ended it, one of the stops came, or there was no room for more."""
    if completion.ended:
        return "end"
    return "stop" if stream.is_stopped or _has_stop(pipe, completion, options.stops) else "length"


def _has_stop(pipe: Any, completion: Completion, stops: Sequence[str]) -> bool:
    """Whether a stop came that is not shown: a special token, or one that begins in the prompt."""
    before, text = (
        pipe.tokenizer.decode(ids, skip_special_tokens=False)
        for ids in (completion.prompt_ids, [*completion.prompt_ids, *completion.new_ids])
    )
    return any(text.find(stop, max(len(before) - len(stop) + 1, 0)) >= 0 for stop in stops)


def _result(text: str, stream: TokenStream, finish: str) -> JsonObject:
    statistics = stream.statistics()
    return {
        "prompt": text,
        "text": stream.text,
        "new_tokens": statistics.new_tokens,
        "finish": finish,
        "time_to_first_token_s": statistics.time_to_first_token_s,
        "tokens_per_s": statistics.tokens_per_s,
    }
