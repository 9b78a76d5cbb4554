"""Reference checkpoints made by transformers, the inputs that both sides see, and how their outputs are compared."""

from __future__ import annotations

import copy
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import safe_open
from torch import nn

from .cases import TABLES, Case

TOLERANCE = 1e-4
"""Largest allowed difference of any output in float32."""

PADS = (0, 2, 3)
"""Padding tokens in each row of a padded batch."""

LABELS = 3


def config_of(case: Case, head: str, **changes: Any) -> transformers.PreTrainedConfig:
    """transformers' config for a case; three labels for the classification heads."""
    given = copy.deepcopy(dict(case.config))  # transformers writes into the dicts that it is given
    if head in ("sequence_classification", "token_classification"):
        given["num_labels"] = LABELS
    return transformers.AutoConfig.for_model(case.family, **(given | changes))


def auto_class(head: str, library: Any = transformers) -> Any:
    return getattr(library, TABLES[head][0])


def fill(model: nn.Module, seed: int, *, norms_at: float) -> None:
    """Give every parameter numbers that matter: nothing is left at zero or one, where a mistake could hide."""
    generator = torch.Generator().manual_seed(seed)
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    inputs_first = {id(m.weight) for m in model.modules() if type(m).__name__ == "Conv1D"}
    with torch.no_grad():
        unsaved = getattr(model, "_keys_to_ignore_on_save", None) or ()
        for name, parameter in model.named_parameters():
            if name in unsaved:
                continue
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() == 1 and name.endswith("weight"):
                noise = norms_at + 0.2 * noise
            elif parameter.dim() < 2:
                noise = 0.3 * noise
            elif id(parameter) in embeddings:
                noise = 0.5 * noise
            else:
                fan_in = parameter.shape[0] if id(parameter) in inputs_first else parameter[0].numel()
                noise = noise / fan_in**0.5
            parameter.copy_(noise)
        for name, buffer in model.named_buffers():
            if name.endswith(("running_mean", "running_var")):  # what batch norms have seen
                noise = 0.3 * torch.randn(buffer.shape, generator=generator)
                buffer.copy_(noise if name.endswith("mean") else noise.exp())
            elif name.endswith("num_batches_tracked"):
                buffer.fill_(3)
            elif name.endswith("final_logits_bias"):
                buffer.copy_(torch.randn(buffer.shape, generator=generator))
            elif name.endswith("e_score_correction_bias"):
                buffer.copy_(0.1 * torch.randn(buffer.shape, generator=generator))


class Reference:
    """A transformers model with telling weights, and the folder that it saved itself into."""

    def __init__(self, case: Case, head: str, folder: Path, **changes: Any) -> None:
        self.case = case
        self.head = head
        self.folder = folder
        config = config_of(case, head, **changes)
        self.model = auto_class(head).from_config(config, attn_implementation="eager").eval()
        norms_at = 0.0 if case.family.startswith("gemma") else 1.0
        fill(self.model, zlib.crc32(f"{case.id}-{head}".encode()), norms_at=norms_at)
        self.model.save_pretrained(folder)

    def fresh(self) -> Any:
        """The model, or a copy where it keeps state between calls (dynamic rope)."""
        return copy.deepcopy(self.model) if self.case.rope_type == "dynamic" else self.model

    def __call__(self, **inputs: Any) -> Any:
        guess = self.model.config.problem_type  # written into the config by the first call with labels
        with torch.no_grad():
            output = self.fresh()(**inputs)
        self.model.config.problem_type = guess
        return output

    @cached_property
    def stored(self) -> dict[str, torch.Tensor]:
        """The saved tensors under their Hub names."""
        with safe_open(self.folder / "model.safetensors", "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)

    @cached_property
    def slots(self) -> dict[str, tuple[int, ...]]:
        """The names and shapes that our ``state_dict()`` must have: the Hub's, with each layer's experts stacked."""
        return {name: tuple(tensor.shape) for name, tensor in stack_experts(self.stored).items()}

    @cached_property
    def tied(self) -> dict[str, str]:
        """Second name → first name of every tied parameter, as the Hub spells them."""
        keys = getattr(self.model, "all_tied_weights_keys", None) or {}
        return {hub_name(self.case.family, a): hub_name(self.case.family, b) for a, b in keys.items()}

    def named_parameters(self, model: nn.Module) -> dict[str, nn.Parameter]:
        """The parameters of either side's model under their Hub names; a tied one under its first name."""
        named = ((hub_name(self.case.family, name), p) for name, p in model.named_parameters(remove_duplicate=False))
        return {self.tied.get(name, name): parameter for name, parameter in named}


_EXPERT = re.compile(r"(.*\.experts)\.(\d+)\.(w1|w2|w3|gate_proj|up_proj|down_proj)\.weight")


def stack_experts(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """``experts.N.{gate,up,down}`` of each layer → ``experts.gate_up_proj`` [E, 2I, H] and ``experts.down_proj``."""
    result: dict[str, torch.Tensor] = {}
    experts: dict[str, dict[tuple[str, int], torch.Tensor]] = {}
    roles = {"w1": "gate", "w3": "up", "w2": "down", "gate_proj": "gate", "up_proj": "up", "down_proj": "down"}
    for name, tensor in tensors.items():
        if match := _EXPERT.fullmatch(name):
            prefix, index, role = match.groups()
            experts.setdefault(prefix, {})[roles[role], int(index)] = tensor
        else:
            result[name] = tensor
    for prefix, parts in experts.items():
        count = len(parts) // 3
        gate_up = [torch.cat([parts["gate", i], parts["up", i]]) for i in range(count)]
        result[f"{prefix}.gate_up_proj"] = torch.stack(gate_up)
        result[f"{prefix}.down_proj"] = torch.stack([parts["down", i] for i in range(count)])
    return result


def hub_name(family: str, name: str) -> str:
    """The Hub's spelling of a parameter's name in transformers' memory."""
    if family == "gpt_neox":
        return re.sub(r"^lm_head\.", "embed_out.", name)
    if family == "mixtral":
        return re.sub(r"\.mlp\.(gate|experts)\.", r".block_sparse_moe.\1.", name)
    return name


class Store:
    """References and our models, made once a session and shared by the tests that only read them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._references: dict[tuple[Any, ...], Reference] = {}
        self._ours: dict[tuple[Any, ...], Any] = {}

    def reference(self, case: Case, head: str, **changes: Any) -> Reference:
        key = (case.id, head, json.dumps(changes, sort_keys=True))
        if key not in self._references:
            folder = self._root / f"{len(self._references)}-{case.id}-{head}"
            self._references[key] = Reference(case, head, folder, **changes)
        return self._references[key]

    def ours(self, case: Case, head: str, *, attention: str = "eager", **changes: Any) -> Any:
        import loadstone

        key = (case.id, head, attention, json.dumps(changes, sort_keys=True))
        if key not in self._ours:
            folder = self.reference(case, head, **changes).folder
            model = auto_class(head, loadstone).from_pretrained(folder, attn_implementation=attention)
            self._ours[key] = model.eval()
        return self._ours[key]


def token_ids(case: Case, rows: int = 3, length: int | None = None) -> torch.Tensor:
    """Ids of ordinary tokens (none of the special ones), [rows, length], the same in every run."""
    generator = torch.Generator().manual_seed(zlib.crc32(case.id.encode()))
    return torch.randint(4, case.vocab, (rows, length or case.length), generator=generator)


def make_inputs(
    case: Case, padding: str = "none", length: int | None = None, *, head: str = "base"
) -> dict[str, torch.Tensor]:
    """A batch of three rows: whole (and without a mask), or padded on the ``"left"`` or the ``"right"``.

    For multiple choice they are the three choices of one row.
    """
    ids = token_ids(case, length=length)
    inputs = {"input_ids": ids}
    if padding != "none":
        mask = torch.ones_like(ids)
        for row, pads in enumerate(PADS):
            padded = slice(0, pads) if padding == "left" else slice(ids.shape[1] - pads, ids.shape[1])
            mask[row, padded] = 0
        inputs["input_ids"] = torch.where(mask.bool(), ids, case.pad)
        inputs["attention_mask"] = mask
    types = case.config.get("type_vocab_size", 2 if case.family in ("bert", "electra") else 1)
    if types > 1 and not case.config.get("is_decoder"):
        inputs["token_type_ids"] = ids % types
    return {name: value[None] for name, value in inputs.items()} if head == "multiple_choice" else inputs


def for_bare(inputs: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same texts for a model without a head, to which choices are rows."""
    return {name: value.flatten(0, -2) for name, value in inputs.items()}


def kept(inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """True where a position is not padding, [rows, length]."""
    ids = inputs["input_ids"]
    return inputs.get("attention_mask", torch.ones_like(ids)).bool().flatten(0, -2)


def positions_of(case: Case, mask: torch.Tensor) -> torch.Tensor:
    """Positions that count real tokens only, from the family's own first one on."""
    first = case.pad + 1 if case.family in ("roberta", "xlm-roberta") else 0
    return (mask.cumsum(-1) - 1).clamp(min=0) + first


def chunks(length: int) -> Iterator[tuple[int, int]]:
    """Start and end of each part of a cached decoding: a prompt, as much again at once, then two single tokens.

    Parts of two sizes, for Flax compiles each operation for each."""
    half = (length - 2) // 2
    ends = [half, 2 * half, *range(2 * half + 1, length + 1)]
    yield from zip([0, *ends], ends, strict=False)


def assert_close(actual: torch.Tensor, expected: torch.Tensor, what: str, tolerance: float = TOLERANCE) -> float:
    """Returns the largest difference."""
    assert actual.shape == expected.shape, f"{what}: shape {tuple(actual.shape)}, reference {tuple(expected.shape)}"
    assert actual.isfinite().all(), f"{what}: not finite"
    difference = float((actual.float() - expected.float()).abs().max()) if actual.numel() else 0.0
    assert difference <= tolerance, f"{what}: differs by {difference:.3g}, allowed {tolerance:.3g}"
    return difference


LOGITS = ("logits", "start_logits", "end_logits", "prediction_logits", "seq_relationship_logits")


def assert_outputs_close(ours: Any, reference: Any, keep: torch.Tensor, *, tolerance: float = TOLERANCE) -> float:
    """Every tensor that the reference returns, where there is no padding. Returns the largest difference."""
    differences = []
    for name in (*LOGITS, "last_hidden_state", "pooler_output"):
        expected = getattr(reference, name, None)
        if expected is None:
            continue
        actual = getattr(ours, name)
        if expected.shape[:2] == keep.shape:
            actual, expected = actual[keep], expected[keep]
        differences.append(assert_close(actual, expected, name, tolerance))
    assert differences, "the reference returned nothing to compare"
    for name in ("hidden_states", "attentions"):
        expected_all = getattr(reference, name, None)
        if expected_all is None:
            continue
        actual_all = getattr(ours, name)
        assert len(actual_all) == len(expected_all), f"{name}: {len(actual_all)} of {len(expected_all)}"
        for index, (actual, expected) in enumerate(zip(actual_all, expected_all, strict=True)):
            if name == "attentions":  # [rows, heads, queries, keys] → queries in second place
                actual, expected = actual.transpose(1, 2), expected.transpose(1, 2)
            differences.append(assert_close(actual[keep], expected[keep], f"{name}[{index}]", tolerance))
    return max(differences)
