"""A checkpoint as one GGUF file, which llama.cpp loads: :func:`loadstone.convert` with ``format="gguf"``.

What a GGUF file is to the reader, it is here, backwards: the same table of names, the same arrangements of rows. The
config is described, read back as a reader would, and compared, before anything is written: what differs then, a file
cannot say, and the conversion is refused.
"""

from __future__ import annotations

import errno
import math
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from loadstone.architectures import components
from loadstone.architectures.family import Family
from loadstone.architectures.naming import naming_of
from loadstone.architectures.registry import config_class
from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.gguf.architecture import GgufArchitecture
from loadstone.checkpoint.gguf.configs import CLASS_NAMES, ROBERTAS, without_usual_factor
from loadstone.checkpoint.gguf.describe import describe, rope_tensors, unsaid_scaling
from loadstone.checkpoint.gguf.metadata import Facts
from loadstone.checkpoint.gguf.names import architecture, written_architecture
from loadstone.checkpoint.gguf.open import arrangement_of, open_gguf
from loadstone.checkpoint.gguf.write import GgufTensor, Value, plan_gguf
from loadstone.checkpoint.names import CONFIG_NAME, GGUF_SUFFIX
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.conversion.gguf_rows import Change, Columns, FileRows, Part
from loadstone.conversion.gguf_tokenizer import tokenizer_of
from loadstone.conversion.model_names import model_of
from loadstone.conversion.origin import Origin
from loadstone.conversion.result import Conversion
from loadstone.conversion.verify import verify_gguf
from loadstone.core.naming import Naming
from loadstone.core.progress import Progress
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError, Fault, InvalidConfig, LoadstoneError, MissingTensors, SaveError
from loadstone.materialize.equality import stored_alike
from loadstone.materialize.reader import TensorReader
from loadstone.planning.match import Gaps, LoadPlan, match
from loadstone.planning.recipes import Initialized, Stored, Tied
from loadstone.planning.ties import match_untied
from loadstone.quantization.ggml_encode import require_encoder
from loadstone.quantization.ggml_types import ENCODED, FILE_TYPES, NUMBERS, TYPES, GgmlType
from loadstone.quantization.gguf_stacks import TurnedStack
from loadstone.quantization.gguf_tensor import Below, Turned
from loadstone.saving.replace_one import replace_one
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.outgoing import OutgoingTensor

GGUF_TYPES = tuple(name.lower() for name in ENCODED)
"""What ``gguf_type`` may be."""
_SEGMENTS = "tokenizer.ggml.token_type_count"
_OF_BLOCKS = 2
"""``general.quantization_version``."""
_OF_DTYPES = {DType.BFLOAT16: "BF16", DType.FLOAT16: "F16"}
_ALWAYS_F32 = ("ffn_gate_inp.weight", "position_embd.weight", "token_types.weight", "attn_rel_b.weight")
"""Ends of the names of matrices that llama.cpp wants in float32, as its converter writes them."""
_HEAD = "lm_head.weight"
_NOT_TERNARY = ("token_embd.weight", "output.weight")
"""Of files in TQ1_0 or TQ2_0, in F16."""
_PHI, _PHI_TOKENS = re.compile("phi-?3", re.IGNORECASE), {"<unk>", "<s>", "</s>", "<|endoftext|>"}
"""What llama.cpp takes for the name of a Phi-3, and the tokens that it then looks up, whether they exist or not."""
_UNSAID = frozenset(
    (
        *("model_type", "architectures", "torch_dtype", "dtype", "id2label", "label2id", "rope_scaling", "use_cache"),
        *("bos_token_id", "eos_token_id", "pad_token_id", "cls_token_id", "sep_token_id", "tie_word_embeddings"),
        *("initializer_range", "initializer_factor", "initializer_cutoff_factor", "pretraining_tp", "return_dict"),
        *("output_hidden_states", "output_attentions", "output_router_logits", "router_aux_loss_coef"),
        *("router_jitter_noise", "classifier_pooling", "classifier_dropout", "classifier_bias", "decoder_bias"),
        *(
            "classifier_activation",
            "sinusoidal_pos_embds",
            "max_window_layers",
            "sliding_window_pattern",
            "no_rope_layer_interval",
            *("attn_impl", "init_device", "learned_pos_emb", "norm_type", "slow_but_exact", "num_ln_in_parallel_attn"),
            "num_nextn_predict_layers",
            "problem_type",
        ),
    )
)
"""Keys of a config that change nothing of what a file's model computes, or are compared in another way."""


class Written(NamedTuple):
    """What a new file is to hold."""

    metadata: Mapping[str, Value]
    tensors: Sequence[GgufTensor]
    fallbacks: tuple[str, ...]
    """Names of tensors whose rows are no whole blocks, which are in F16."""
    dropped: tuple[str, ...]
    """Stored tensors that such files have no place for."""


def checked_gguf_target(path: Path, origin: Origin, overwrite: bool) -> Path:
    """Where to write; :class:`ArgumentError` where that makes no sense, before anything is read."""
    if path.suffix.lower() != GGUF_SUFFIX:
        raise ArgumentError(f"{path}: format='gguf' writes one file: expected a path that ends in {GGUF_SUFFIX}.")
    if path.is_dir():
        raise ArgumentError(f"{path}: expected a file to write, found a folder. Give another path.")
    if path.exists() and any(os.path.samefile(path, file) for file in origin.checkpoint.files if file.exists()):
        raise ArgumentError(f"{path}: the weights lie there, and nothing is converted in place. Give another path.")
    if os.path.lexists(path) and not overwrite:
        raise ArgumentError(f"{path}: it exists already. Give another path; overwrite=True (--overwrite) replaces it.")
    return path


def checked_type(gguf_type: str | None) -> GgmlType | None:
    """The type that is asked for; :class:`ArgumentError` for one that cannot be written."""
    if gguf_type is None:
        return None
    kind = TYPES[NUMBERS[gguf_type.upper()]] if gguf_type.upper() in ENCODED else None
    if kind is None:
        raise ArgumentError(
            f"gguf_type={gguf_type!r}: expected one of {', '.join(GGUF_TYPES)}. Others are made by llama.cpp's "
            "llama-quantize, of a file in f16 or bf16."
        )
    require_encoder(kind)
    return kind


def convert_to_gguf(
    origin: Origin, checkpoint: Checkpoint, path: Path, kind: GgmlType | None, verify: bool
) -> Conversion:
    """Writes the file ``path``, all or nothing. ``checkpoint``: the tensors of ``origin``, none of them packed still.

    :raises InvalidConfig: no file of llama.cpp can say what the config says
    :raises MissingTensors, ShapeMismatch: the tensors are not those of the model that the config describes
    :raises TokenizerError: there is no tokenizer, or none that a file can say
    :raises SaveError: the disk is full, or the like
    """
    begin_s = time.monotonic()
    lost: dict[str, None] = {}
    scratch = next(folder for folder in path.parents if folder.is_dir())
    with TensorReader(scratch) as reader:
        reader.watch(checkpoint.ends)
        written = _planned(origin, checkpoint, kind, reader, lost)
        plan = plan_gguf(written.metadata, written.tensors)
        nbytes = sum(tensor.tensor.nbytes for tensor in written.tensors)

        def write(stage: Path) -> None:
            with Progress("Converting", nbytes) as progress:
                write_files({stage: plan}, progress=progress)
            reader.check()
            open_gguf(stage)
            if verify:
                verify_gguf(stage, [tensor.tensor for tensor in written.tensors])

        try:
            replace_one(path, write)
        except LoadstoneError:
            raise
        except OSError as error:
            raise SaveError(_failure(path, error, plan.nbytes)) from error
    blocks = tuple(tensor.tensor.name for tensor in written.tensors if tensor.type.dtype is None)
    return Conversion(
        folder=path.parent,
        files=(path,),
        format="gguf",
        tensors=len(written.tensors),
        nbytes=nbytes,
        elapsed_s=time.monotonic() - begin_s,
        is_verified=verify,
        rounded=(),
        unpacked=tuple(name for name, stored in checkpoint.items() if stored.is_packed),
        overflowed=tuple(lost),
        left_out=(),
        quantized=blocks,
        dropped=written.dropped,
        passed_over=checkpoint.passed_over,
        fallbacks=written.fallbacks,
    )


def _failure(path: Path, error: OSError, nbytes: int) -> str:
    hint = "See that the path can be written to, or give another"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint = f"The new file takes {nbytes} bytes, and an old one stays until it is whole: make room"
    return f"{path}: nothing was written, and what was there is untouched: {error.strerror or error}. {hint}"


def _planned(
    origin: Origin, checkpoint: Checkpoint, kind: GgmlType | None, reader: TensorReader, lost: dict[str, None]
) -> Written:
    hint = f"GGUF files are written of these: {', '.join(sorted(CLASS_NAMES))}."
    family, config = model_of(origin, len(checkpoint), hint)
    values = config.to_dict()
    found = written_architecture(values)
    if found is None:
        where = f"{origin.folder / CONFIG_NAME}: 'model_type'"
        raise InvalidConfig([Fault(where, "a family that llama.cpp has files of", repr(config.model_type))], hint=hint)
    name, names = found
    plan, naming = _matched(family, config, checkpoint)
    kind = kind or TYPES[NUMBERS[_OF_DTYPES.get(_most(checkpoint), "F32")]]
    writer = _Tensors(names, naming, values, reader, lost)
    tensors = [*_small(rope_tensors(values)), *writer.tensors(plan, kind)]
    tokenizer = tokenizer_of(origin, config)
    metadata = {
        "general.architecture": name,
        "general.type": "model",
        "general.name": _title(origin, config.model_type, tokenizer["tokenizer.ggml.tokens"]),
        "general.file_type": FILE_TYPES[kind.name],
        **({"general.quantization_version": _OF_BLOCKS} if kind.dtype is None else {}),
        **{f"{name}.{key}": value for key, value in describe(values).items()},
        **tokenizer,
        # By which llama.cpp makes room for the vectors of segments.
        **({_SEGMENTS: values["type_vocab_size"]} if "type_vocab_size" in values else {}),
    }
    _check_said(origin, config, metadata, tensors)
    return Written(metadata, tensors, tuple(writer.fallbacks), tuple(sorted(writer.dropped)))


def _matched(family: Family, config: PretrainedConfig, checkpoint: Checkpoint) -> tuple[LoadPlan, Naming]:
    """Where the values of each slot come from, of the class that such a file can fill."""
    head = next(head for head in family.heads if head.class_name == CLASS_NAMES[config.model_type])

    def naming() -> Naming:
        return naming_of(family, head, head.blueprint(config), config)

    def matched(naming: Naming) -> LoadPlan:
        slots = list(components.slots(head.blueprint(config)))
        return match(slots, checkpoint, naming, same=stored_alike, gaps=Gaps(checkpoint.absent))

    return match_untied(matched, naming, config.untie), naming()


def _most(checkpoint: Checkpoint) -> DType:
    """The dtype of most bytes."""
    found: Counter[DType] = Counter()
    for tensor in checkpoint.values():
        found[tensor.dtype] += tensor.nbytes
    return found.most_common(1)[0][0] if found else DType.FLOAT32


def _title(origin: Origin, model_type: str, tokens: object) -> str:
    """``general.name``, by which readers tell Mistral from Llama, and llama.cpp Phi-3's tokenizer,
    which has certain tokens, from all others."""
    path = origin.gguf.path.with_suffix("") if origin.gguf is not None else origin.folder.resolve()
    title = (origin.repo_id or path.name).split("/")[-1] or model_type
    if model_type in ("llama", "mistral") and (model_type == "mistral") != ("mistral" in title.lower()):
        return model_type.title()
    is_phi = model_type == "phi3" and isinstance(tokens, list) and {*tokens} >= _PHI_TOKENS
    if is_phi != (_PHI.search(title) is not None):
        return f"Phi-3 {title}" if is_phi else _PHI.sub("Phi 3", title)
    return title


def _small(values: Mapping[str, Sequence[float]]) -> Iterator[GgufTensor]:
    import numpy as np

    for name, numbers in values.items():
        tensor = OutgoingTensor(name, DType.FLOAT32, (len(numbers),), of_array(np.asarray(numbers, "<f4")))
        yield GgufTensor(TYPES[NUMBERS["F32"]], tensor.shape, tensor)


class _Tensors:
    """Makes a file's tensors of a model's slots."""

    def __init__(
        self,
        names: GgufArchitecture,
        naming: Naming,
        values: Mapping[str, Any],
        reader: TensorReader,
        lost: dict[str, None],
    ) -> None:
        self._names, self._naming, self._values, self._reader, self._lost = names, naming, values, reader, lost
        self.fallbacks: list[str] = []
        self.dropped: set[str] = set()

    def tensors(self, plan: LoadPlan, kind: GgmlType) -> Iterator[GgufTensor]:
        """Every tensor of the file, in the order of the model. ``kind``: of matrices, if their rows allow it."""
        self.dropped |= {*plan.unused, *plan.leftovers}
        missing = []
        for slot in plan.slots:
            recipe, names = plan.recipes[slot.name], self._file_names(slot.name)
            if isinstance(recipe, Tied) and slot.name == _HEAD and self._values.get("scale_decoder_outputs") is False:
                recipe = plan.recipes[recipe.slot]  # readers of a T5 scale what goes into a head without a tensor
            if isinstance(recipe, Initialized) and names:
                missing.append(Fault(slot.name, "a stored tensor", str(recipe)))
            if not isinstance(recipe, Stored):
                continue
            if not names:
                self.dropped |= {tensor.name for tensor in recipe.tensors}
            for name, part in names:
                yield self._tensor(name, slot.shape, recipe, (part, len(names)), kind)
        if missing:
            raise MissingTensors(missing, hint="A GGUF file holds a whole model.")

    def _file_names(self, slot: str) -> tuple[tuple[str, int], ...]:
        """Those of a slot; the table has what lies in a bare model under the name that larger models give it."""
        spelled = (slot, *(f"{prefix}.{slot}" for prefix in self._naming.prefixes))
        return next((names for each in spelled if (names := self._names.file_names(each))), ())

    def _tensor(
        self, name: str, shape: tuple[int, ...], recipe: Stored, part: tuple[int, int], kind: GgmlType
    ) -> GgufTensor:
        quirk = self._names.quirk(name)
        arrangement = arrangement_of(quirk, shape, self._values)
        change, file_shape = Change(arrangement, None, 1.0 if quirk == "plus one" else 0.0), shape
        number, parts = part
        if quirk == "by turns" or isinstance(arrangement, TurnedStack):
            change = Change(columns=Columns(number, parts))
            file_shape = (shape[0], *(shape[-1:] if len(shape) == 2 else shape[:0:-1]))
            file_shape = (file_shape[0], file_shape[1] // parts, *file_shape[2:])
        elif parts > 1:
            experts, rows, width = shape[0], shape[1] // parts, shape[2]
            change, file_shape = Change(part=Part(number, parts, rows)), (experts, rows, width)
        elif isinstance(arrangement, Turned):
            file_shape = shape[::-1]
        elif quirk == "row":
            file_shape = shape[1:]
        elif isinstance(arrangement, Below):
            file_shape = (shape[0] - arrangement.before, *shape[1:])
        kind = self._type_of(name, file_shape, kind)
        *outer, width = (*file_shape, 1) if len(file_shape) < 2 else file_shape
        nbytes = (math.prod(outer), width // kind.elements * kind.nbytes)
        read = FileRows(shape, recipe, change, self._reader, self._lost).reader(kind)
        return GgufTensor(kind, file_shape, OutgoingTensor(name, DType.UINT8, nbytes, read))

    def _type_of(self, name: str, shape: tuple[int, ...], kind: GgmlType) -> GgmlType:
        """As llama.cpp's converter chooses: vectors and some small matrices are always in float32."""
        if len(shape) < 2 or name.endswith((".bias", "_norm.weight", *_ALWAYS_F32)):
            return TYPES[NUMBERS["F32"]]
        if kind.name.startswith("TQ") and name in _NOT_TERNARY:
            return TYPES[NUMBERS["F16"]]
        if shape[-1] % kind.elements:
            self.fallbacks.append(name)
            return TYPES[NUMBERS["F16"]]
        return kind


def _check_said(
    origin: Origin, config: PretrainedConfig, metadata: Mapping[str, object], tensors: Sequence[GgufTensor]
) -> None:
    """:class:`InvalidConfig` with each key of the config that a reader of the file would have otherwise."""
    where = str(origin.folder / CONFIG_NAME)
    small = rope_tensors(config.to_dict())
    facts = Facts(where, metadata, {tensor.tensor.name: tensor.shape for tensor in tensors}, lambda name: small[name])
    read = architecture(metadata["general.architecture"])(facts).config(facts)
    facts.raise_if_any()
    expected, found = _compared(config), _compared(config_class(str(read["model_type"])).from_dict(read))
    faults = []
    if read["model_type"] != config.model_type and not {read["model_type"], config.model_type} <= {*ROBERTAS}:
        faults.append(Fault(f"{where}: 'model_type'", repr(config.model_type), f"{read['model_type']!r} in the file"))
    if (unsaid := unsaid_scaling(expected)) is not None:
        faults.append(Fault(f"{where}: 'rope_scaling'", "what a GGUF file can say", unsaid))
    for key, value, taken in _differences(expected, found):
        if key.partition(".")[0] in _UNSAID or key.endswith(("dropout", "_pdrop", "dropout_prob", "dropout_rate")):
            continue
        faults.append(Fault(f"{where}: {key!r}", f"{taken!r:.100}, which readers of the file take", f"{value!r:.100}"))
    if faults:
        raise InvalidConfig(faults, hint="GGUF has no key for it: llama.cpp would compute something else.")


def _differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Key, what it is, and what it comes back as; ``a.b`` of what lies within another."""
    for key, value in expected.items():
        if key not in found:
            continue
        taken = found[key]
        if isinstance(value, Mapping) and isinstance(taken, Mapping):
            # A key that only one of them has is a difference where it asks for something.
            within = dict.fromkeys(name for name in (*value, *taken) if value.get(name) or taken.get(name))
            pairs = _differences(*({name: each.get(name) for name in within} for each in (value, taken)))
            yield from ((f"{key}.{inner}", *both) for inner, *both in pairs)
        elif not _is_same(value, taken):
            yield key, value, taken


def _compared(config: PretrainedConfig) -> dict[str, Any]:
    """A config as it is compared, with the keys of those within it; of Gemma, whose files say one activation and mean
    another, the one that is meant; of Falcon, whose files may say of keys what is not so, what is."""
    values = config.to_dict()
    if config.model_type == "gemma":
        values |= {"hidden_act": config.get("activation"), "hidden_activation": None}
    if config.model_type == "olmo3":
        rotaries = values["rope_parameters"].items()
        values["rope_parameters"] = {kind: without_usual_factor(rotary) for kind, rotary in rotaries}
    if config.model_type == "falcon":
        values["num_kv_heads"] = config.get("kv_heads")
    for name in config.nested():
        del values[name]
        inner = getattr(config, name)
        values |= {f"{name}.{key}": getattr(inner, key) for key in inner.fields().keys() - _UNSAID}
    return values


def _is_same(one: Any, other: Any) -> bool:
    """Reals come back as float32 has them."""
    if isinstance(one, float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-6 * abs(one)
    return bool(one == other)
