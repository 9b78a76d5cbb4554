"""Inputs that fit most models: by the names of what ``forward`` takes, and by the sizes in the config."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

_LENGTH = 12
_TOKENS = 10, 100
"""Token ids from here to there: no special token of a tiny config lies between."""
_MAIN = ("input_ids", "pixel_values", "input_features", "input_values")
_MOST_PICTURE = 1024


class Layout(NamedTuple):
    """How pictures and sounds lie in memory; models differ, and no config says it."""

    picture: str
    sound: str


_PICTURES = ("picture", "frames first", "channels first", "patches", "patches of one")
_SOUNDS = ("bands first", "frames first", "long")


def attempts(model: Any) -> Iterator[dict[str, Any]]:
    """Keyword arguments for ``model``, likely ones first; some may not fit."""
    taken = inspect.signature(model.forward).parameters
    required = [
        name
        for name, each in taken.items()
        if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    ]
    main = getattr(model, "main_input_name", "input_ids")
    mains = [name for name in ([main] if isinstance(main, str) else list(main)) if name in taken]
    more = [name for name in ("decoder_input_ids",) if name in taken and _encodes_and_decodes(model)]
    choices = [[*required, *mains, *more]]
    choices.append([*required, *mains, *more, *(name for name in _MAIN if name in taken)])
    choices += [[*required, *more, name] for name in _MAIN if name in taken]
    choices.append([*required, *mains])
    plain = [{}, {"use_cache": False}] if "use_cache" in taken else [{}]
    seen: set[tuple[Any, ...]] = set()
    for options, names, picture, sound in itertools.product(plain, choices, _PICTURES, _SOUNDS):
        chosen = tuple(dict.fromkeys(names))
        layout = Layout(
            picture if _any(chosen, "pixel", "video") else "", sound if _any(chosen, "feature", "input_values") else ""
        )
        if (chosen, layout, *options) in seen or not chosen:
            continue
        seen.add((chosen, layout, *options))
        made = {name: _made(name, model, layout) for name in chosen}
        if all(each is not None for each in made.values()):
            extra = _alongside(model, layout, chosen, set(taken))
            yield {name: each for name, each in made.items() if each is not None} | extra | options


def unknown(model: Any) -> list[str]:
    """What ``forward`` asks for that nothing here makes."""
    taken = inspect.signature(model.forward).parameters
    return [
        name
        for name, each in taken.items()
        if each.default is each.empty
        and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
        and _made(name, model, Layout("picture", "bands first")) is None
    ]


def _any(names: Sequence[str], *words: str) -> bool:
    return any(word in name for name in names for word in words)


def _encodes_and_decodes(model: Any) -> bool:
    return bool(getattr(model.config, "is_encoder_decoder", False)) or hasattr(model, "decoder")


def setting(config: Any, *names: str) -> Any:
    """The first of these settings that a config, or one within it, has."""
    for name in names:
        if (value := getattr(config, name, None)) is not None:
            return value
    for key, value in sorted(vars(config).items()):
        if key.endswith("config") or hasattr(value, "model_type"):
            if hasattr(value, "model_type") and (found := setting(value, *names)) is not None:
                return found
    return None


def _made(name: str, model: Any, layout: Layout) -> Any:
    maker = _MAKERS.get(name)
    if maker is None:
        if name.endswith("input_ids"):
            maker = _ids
        elif name.endswith("attention_mask"):
            return torch.ones(1, _LENGTH, dtype=torch.long)
        elif "pixel_values" in name:
            maker = _pixels
    return None if maker is None else maker(model, layout)


def _ids(model: Any, layout: Layout) -> torch.Tensor:
    vocabulary = setting(model.config, "vocab_size", "text_vocab_size")
    most = min(vocabulary, _TOKENS[1]) if isinstance(vocabulary, int) else _TOKENS[1]
    least = _TOKENS[0] if most > 2 * _TOKENS[0] else 0
    return torch.randint(least, most, (1, _LENGTH), generator=_generator())


def _pixels(model: Any, layout: Layout) -> torch.Tensor | None:
    config = model.config
    height, width = _picture_size(config)
    channels = setting(config, "num_channels", "in_channels", "in_chans") or 3
    frames = setting(config, "num_frames", "frames") or 2
    frames = frames if isinstance(frames, int) else frames[0]
    if layout.picture == "picture":
        return _random(1, channels, height, width)
    if layout.picture == "frames first":
        return _random(1, frames, channels, height, width)
    if layout.picture == "channels first":
        return _random(1, channels, frames, height, width)
    patch = _first(setting(config, "patch_size") or 16)
    depth = _first(setting(config, "temporal_patch_size") or 1)
    patches = _random(_GRID * _GRID, channels * depth * patch * patch)
    return patches[None] if layout.picture == "patches of one" else patches


_GRID = 4


def _picture_size(config: Any) -> tuple[int, int]:
    size = setting(config, "image_size", "img_size", "input_image_size", "crop_size")
    if isinstance(size, dict):
        size = [size.get("height") or next(iter(size.values())), size.get("width") or next(iter(size.values()))]
    if isinstance(size, (list, tuple)) and len(size) >= 2 and all(isinstance(each, int) for each in size):
        height, width = size[-2:]
    else:
        height = width = size if isinstance(size, int) and size > 0 else 64
    return min(height, _MOST_PICTURE), min(width, _MOST_PICTURE)


def _first(size: Any) -> int:
    return int(size[0] if isinstance(size, (list, tuple)) else size)


def _features(model: Any, layout: Layout) -> torch.Tensor:
    config = model.config
    bands = setting(
        config,
        *("num_mel_bins", "feature_size", "input_feat_per_channel", "n_mels", "feature_projection_input_dim"),
        *("input_feat_size", "mel_bins", "input_dim", "num_features", "input_channels", "n_mel_channels"),
    )
    bands = bands if isinstance(bands, int) else 80
    frames = setting(config, "max_source_positions", "max_audio_length", "max_length")
    if not isinstance(frames, int):
        frames = 64
    elif setting(config, "max_source_positions") is not None:
        frames = 2 * frames  # a convolution halves them
    return _random(1, bands, frames) if layout.sound != "frames first" else _random(1, frames, bands)


def _wave(model: Any, layout: Layout) -> torch.Tensor:
    if layout.sound == "frames first":
        return _features(model, layout)
    from_codec = hasattr(model, "encode") or setting(model.config, "audio_channels") is not None
    return _random(1, 1, 4800) if from_codec else _random(1, 4800)


def _codes(model: Any, layout: Layout) -> torch.Tensor:
    books = setting(model.config, "num_codebooks", "num_quantizers", "n_codebooks") or 1
    return torch.randint(0, 50, (1, books, _LENGTH), generator=_generator())


def _hidden(model: Any, layout: Layout) -> torch.Tensor | None:
    if "grid_thw" in inspect.signature(model.forward).parameters:
        return _pixels(model, layout._replace(picture="patches"))
    return _random(1, _LENGTH, _first(setting(model.config, "hidden_size", "d_model", "hidden_dim") or 64))


def _series(model: Any, layout: Layout) -> torch.Tensor:
    length = setting(model.config, "context_length") or _LENGTH
    if (channels := setting(model.config, "num_input_channels")) is not None:
        return _random(1, length, channels)
    return _random(1, length + max(setting(model.config, "lags_sequence") or [0]))


def _of_series(attribute: str) -> Callable[[Any, Layout], torch.Tensor]:
    def made(model: Any, layout: Layout) -> torch.Tensor:
        number = setting(model.config, attribute) or 0
        extra = setting(model.config, "num_time_features") or 0
        return _random(1, _series(model, layout).shape[1], extra or number)

    return made


def _alongside(model: Any, layout: Layout, chosen: Sequence[str], taken: set[str]) -> dict[str, Any]:
    """What some models cannot do without once they are given a picture in patches, or a series."""
    made: dict[str, Any] = {}
    if layout.picture == "patches":
        grid = torch.tensor([[1, _GRID, _GRID]])
        for name in ("grid_thw", "image_grid_thw"):
            if name in taken and name not in chosen:
                made[name] = grid
    if layout.picture == "patches of one":
        made |= {"spatial_shapes": torch.tensor([[_GRID, _GRID]])} if "spatial_shapes" in taken else {}
        if "pixel_attention_mask" in taken:
            made["pixel_attention_mask"] = torch.ones(1, _GRID * _GRID, dtype=torch.long)
    if "bbox" in taken and "bbox" not in chosen:
        made["bbox"] = torch.zeros(1, _LENGTH, 4, dtype=torch.long)
    return made


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def _random(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=_generator()) - 0.5


_MAKERS: dict[str, Callable[[Any, Layout], Any]] = {
    "pixel_values": _pixels,
    "pixel_values_videos": _pixels,
    "video": _pixels,
    "input_features": _features,
    "input_values": _wave,
    "waveform": _wave,
    "audio_codes": _codes,
    "hidden_states": _hidden,
    "inputs_embeds": _hidden,
    "past_values": _series,
    "past_observed_mask": lambda model, layout: torch.ones_like(_series(model, layout)),
    "past_time_features": _of_series("num_time_features"),
    "grid_thw": lambda model, layout: torch.tensor([[1, _GRID, _GRID]]),
    "image_grid_thw": lambda model, layout: torch.tensor([[1, _GRID, _GRID]]),
    "spatial_shapes": lambda model, layout: torch.tensor([[_GRID, _GRID]]),
    "pixel_attention_mask": lambda model, layout: torch.ones(1, _GRID * _GRID, dtype=torch.long),
    "bbox": lambda model, layout: torch.zeros(1, _LENGTH, 4, dtype=torch.long),
    "inputs": lambda model, layout: _random(1, _LENGTH, _first(setting(model.config, "d_model") or 64)),
    "timestep": lambda model, layout: torch.tensor([3]),
}
"""Argument → what is given for it; None where nothing fits."""
