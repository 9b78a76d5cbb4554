"""What the caller of ``from_pretrained`` asked for, as frozen, named values."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import KW_ONLY, fields
from types import MappingProxyType
from typing import Any

from loadstone.checkpoint.names import FLAX, TENSORFLOW
from loadstone.configs.bridged import is_foreign
from loadstone.configs.mesh_options import MeshSizes, mesh_sizes
from loadstone.configs.pretrained import PretrainedConfig, named_dtype
from loadstone.core.dtypes import dtype_name
from loadstone.core.keywords import FLAG, PATH, TEXT, WITHOUT_EFFECT, Kind, check_kinds, nearest
from loadstone.core.paths import local_path
from loadstone.core.placement_options import MaxMemory, PlacementOptions
from loadstone.core.records import record
from loadstone.core.tensors import BY_NAME, DType, StoredTensor
from loadstone.errors import ArgumentError, Fault, UnsupportedDType
from loadstone.remote_code.trust import Trust
from loadstone.sources.request import KINDS, FileChoice, HubOptions, storage_options_of
from loadstone.transfer.strategy import TransferOptions

logger = logging.getLogger("loadstone")


_KINDS: Mapping[str, Kind] = {
    **KINDS,
    **dict.fromkeys(("ignore_mismatched_sizes", "strict", "output_loading_info", "lazy", "dequantize"), FLAG),
    **dict.fromkeys(("from_pt", "from_tf", "from_flax", "weights_only", "low_cpu_mem_usage", "_fast_init"), FLAG),
    **dict.fromkeys(("offload_buffers", "offload_state_dict", "allow_transformers", "bridge"), FLAG),
    **dict.fromkeys(("offload_folder", "lock"), PATH),
    **dict.fromkeys(("attn_implementation", "code_revision", "adapter_name"), TEXT),
    "adapter_kwargs": Kind((Mapping,), "a dict such as {'revision': 'main'}"),
    "config": Kind((PretrainedConfig, str, os.PathLike), "a config, or where to find one"),
    "key_mapping": Kind((Mapping,), "a dict of regular expressions and replacements"),
    "max_memory": Kind((Mapping,), "a dict such as {0: '10GiB', 'cpu': '30GiB'}"),
    "state_dict": Kind((Mapping,), "a dict of names and their tensors"),
    "transfer": Kind((TransferOptions,), "loadstone.transfer_options(…)"),
}
"""What an option may be; those that are not here are checked where they are used."""


@record
class Options:
    """The keywords of ``from_pretrained`` that are neither config keys nor for a class's own ``__init__``."""

    _: KW_ONLY
    config: Any = None
    """A config, of Loadstone's or transformers', or where to find one."""
    state_dict: Mapping[str, Any] | None = None
    torch_dtype: object = None
    dtype: object = None
    device_map: object = None
    max_memory: MaxMemory | None = None
    max_batch: int | None = None
    max_length: int | None = None
    offload_folder: str | os.PathLike[str] | None = None
    offload_buffers: bool = False
    offload_state_dict: bool = False
    sharding: object = None
    device_mesh: object = None
    tp_plan: object = None
    distributed_config: object = None
    attn_implementation: str | None = None
    ignore_mismatched_sizes: bool = False
    strict: bool = False
    key_mapping: Mapping[str, str] | None = None
    output_loading_info: bool = False
    cache_dir: str | os.PathLike[str] | None = None
    force_download: bool = False
    local_files_only: bool = False
    token: str | bool | None = None
    stream: bool = False
    storage_options: Mapping[str, Any] | None = None
    revision: str | None = None
    subfolder: str = ""
    variant: str | None = None
    gguf_file: str | None = None
    use_safetensors: bool | None = None
    from_pt: bool = False
    from_tf: bool = False
    from_flax: bool = False
    low_cpu_mem_usage: bool | None = True
    _fast_init: bool = True
    trust_remote_code: object = None
    code_revision: str | None = None
    allow_transformers: bool | None = None
    bridge: bool | None = None
    lock: str | os.PathLike[str] | None = None
    weights_only: bool = True
    transfer: TransferOptions | None = None
    lazy: bool = False
    dequantize: bool | None = None
    quantization_config: object = None
    adapter_name: str | None = None
    adapter_kwargs: Mapping[str, Any] | None = None

    @classmethod
    def split(cls, keywords: Mapping[str, object]) -> tuple[Options, dict[str, object]]:
        """The options among some keywords, and the rest. An option that is None has its default.

        What others take and what changes nothing here (``proxies``) is in neither.
        """
        names = {field.name for field in fields(cls)}
        given: dict[str, Any] = {name: value for name, value in keywords.items() if name in names and value is not None}
        if "storage_options" in given:
            given["storage_options"] = storage_options_of(given["storage_options"])
        passed_over = names | WITHOUT_EFFECT
        return cls(**given), {name: value for name, value in keywords.items() if name not in passed_over}

    def __post_init__(self) -> None:
        own = {name: value for name, value in vars(self).items() if name != "config" or not is_foreign(value)}
        check_kinds(own, _KINDS)
        if self.from_pt + self.from_tf + self.from_flax > 1:
            raise ArgumentError("Give one of from_pt, from_tf and from_flax, or none: every format can be read.")
        if self.gguf_file is not None:
            others = {"variant": self.variant, "use_safetensors": self.use_safetensors}
            others |= {name: True for name in ("from_pt", "from_tf", "from_flax") if getattr(self, name)}
            if given := [name for name, value in others.items() if value is not None]:
                raise ArgumentError(f"gguf_file={self.gguf_file!r} names the one file to take; drop {given[0]}.")
        if not self.weights_only:
            raise ArgumentError("weights_only=False would run code from the checkpoint; Loadstone never does.")
        if self.torch_dtype is not None and self.dtype is not None:
            if _plain(self.torch_dtype) != _plain(self.dtype):
                raise ArgumentError(f"torch_dtype is {self.torch_dtype} and dtype is {self.dtype}: give one of them.")
        self.mesh_sizes()
        for name in ("max_batch", "max_length"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise ArgumentError(f"{name} is {value!r}, expected an integer of at least 1.")

    @property
    def is_for_the_cpu(self) -> bool:
        """Whether it is clear from the keywords alone that the whole model goes into the CPU's memory."""
        return self.device_map in (None, "cpu", {"": "cpu"}) and self.sharding is None and not self.is_spread

    @property
    def is_spread(self) -> bool:
        """Whether the model is to be spread over the ranks of a mesh."""
        return any(each is not None for each in (self.device_mesh, self.tp_plan, self.distributed_config))

    def mesh_sizes(self) -> MeshSizes | None:
        """Over how many ranks; None where no mesh is asked for, or a mesh was given.

        Raises :class:`ArgumentError` for what cannot be asked for together.
        """
        if not self.is_spread:
            return None
        if self.device_mesh is not None and self.distributed_config is not None:
            raise ArgumentError("Give one of device_mesh and distributed_config: each says what ranks there are.")
        if self.device_mesh is not None and not hasattr(self.device_mesh, "mesh_dim_names"):
            raise ArgumentError(f"device_mesh is {self.device_mesh!r}, expected a torch.distributed.DeviceMesh.")
        others = ("device_map", "max_memory", "offload_folder", "sharding", "state_dict", "quantization_config")
        beside = [f"{name}=" for name in others if getattr(self, name) is not None]
        beside += ["lazy=True"] if self.lazy else []
        beside += ["dequantize=False"] if self.dequantize is False else []
        if beside:
            raise ArgumentError(
                f"{', '.join(beside)} cannot go with device_mesh, tp_plan or distributed_config: each rank of a mesh "
                "reads unquantized weights of its own from files, onto its own device."
            )
        return mesh_sizes(self.distributed_config, self.tp_plan)

    def hints(self) -> tuple[int, int] | None:
        """Batch size and sequence length (tokens) that memory is reserved for; None where the caller gave neither."""
        if self.max_batch is None and self.max_length is None:
            return None
        if self.max_length is None:
            raise ArgumentError("max_batch needs max_length too: how many tokens each sequence may have.")
        return self.max_batch or 1, self.max_length

    def placement(
        self,
        dtype: DType | None,
        by_slot: Mapping[str, DType] = MappingProxyType({}),
        stored_quantization: object = None,
    ) -> PlacementOptions:
        """What a layout needs of them. ``dtype`` is :meth:`wanted_dtype`'s, but of the slots ``by_slot``;
        ``stored_quantization`` the ``quantization_config`` of the checkpoint's config.

        Raises :class:`ArgumentError` and :class:`UnsupportedDType` for what makes no sense.
        """
        return PlacementOptions(
            dtype=dtype,
            dtype_by_module=self.dtypes_by_module(),
            dtype_by_slot=by_slot,
            device_map=self.device_map,
            max_memory=self.max_memory,
            batch_and_length=self.hints(),
            offload_folder=None if self.offload_folder is None else local_path(self.offload_folder),
            quantization_config=self.quantization_config,
            stored_quantization=stored_quantization,
            has_files=self.state_dict is None,
            sharding=self.sharding,
        )

    def refuse_spreading(self, framework: str) -> None:
        """:class:`ArgumentError` for what only PyTorch models have a use for."""
        for name in ("max_memory", "offload_folder", "max_batch", "max_length"):
            if getattr(self, name) is not None:
                raise ArgumentError(
                    f"{name}= is for PyTorch models, which can be spread over devices. {framework}'s cannot."
                )
        if self.is_spread:
            raise ArgumentError(
                "device_mesh=, tp_plan= and distributed_config= are for PyTorch models: they spread none of "
                f"{framework}."
            )
        if self.quantization_config is not None:
            raise ArgumentError(
                f"quantization_config= is for PyTorch models; {framework}'s take unquantized weights. "
                "Pre-quantized checkpoints can be loaded with dequantize=True."
            )
        if self._by_module() is not None:
            raise ArgumentError(f"A dtype for each module is for PyTorch models; {framework}'s have one for all.")

    def trust(self) -> Trust:
        """Whose code may run."""
        return Trust.of(self.trust_remote_code, self.code_revision, self.allow_transformers)

    @property
    def hub(self) -> HubOptions:
        """How the Hub, or a store, is asked for files."""
        return HubOptions(
            self.revision,
            self.cache_dir,
            self.force_download,
            self.local_files_only,
            self.token,
            stream=self.stream,
            storage_options=self.storage_options,
        )

    @property
    def which(self) -> FileChoice:
        """Which weight files to take. PyTorch's format, in either kind of file, is looked for first anyway."""
        prefer = TENSORFLOW if self.from_tf else FLAX if self.from_flax else None
        return FileChoice(self.subfolder, self.variant, self.use_safetensors, prefer, self.gguf_file)

    def wanted_dtype(self, config: PretrainedConfig, stored: Mapping[str, StoredTensor]) -> DType:
        """The dtype for floating-point slots: the one asked for, with ``"auto"`` the config's or the stored one.

        Of a dict that gives modules their own it is that of the rest. What is quantized is for the dtype that it
        was made in, so that ``"auto"`` is meant where nothing is asked for.
        """
        requested = self.torch_dtype if self.torch_dtype is not None else self.dtype
        by_module = self._by_module()
        if by_module is not None:
            requested = by_module.get("")
        if requested is None:
            is_lower = self.quantization_config is not None or config.get("quantization_config") is not None
            if not is_lower:
                return DType.FLOAT32
            requested = "auto"
        name = dtype_name(requested)
        if name == "auto":
            name = dtype_name(named_dtype(config.torch_dtype) or (first_floating(stored) or DType.FLOAT32).value)
        return _floating(name, f"torch_dtype {requested!r}", "'auto' or a floating-point dtype")

    def dtypes_by_module(self) -> dict[str, DType]:
        """Module → dtype, where ``torch_dtype`` is a dict; ``""`` is left out, for which see :meth:`wanted_dtype`."""
        return {
            name: _floating(dtype_name(requested), f"torch_dtype of {name!r}, {requested!r}", "a floating-point dtype")
            for name, requested in (self._by_module() or {}).items()
            if name
        }

    def _by_module(self) -> Mapping[str, object] | None:
        requested = self.torch_dtype if self.torch_dtype is not None else self.dtype
        if not isinstance(requested, Mapping):
            return None
        strange = [name for name in requested if not isinstance(name, str)]
        if strange:
            raise ArgumentError(f"torch_dtype has {strange[0]!r}, expected a module's name, or '' for the rest.")
        return requested

    def warn_of_doubling(self, stored: Mapping[str, StoredTensor], dtype: DType) -> None:
        """One line where the default dtype takes more memory than the file does."""
        kept = first_floating(stored)
        is_given = self.torch_dtype is not None or self.dtype is not None
        is_plain = self.dequantize is not False  # what stays packed takes what it takes
        if is_plain and not is_given and dtype is DType.FLOAT32 and kept and kept.bits < DType.FLOAT32.bits:
            is_packed = any(tensor.is_packed for tensor in stored.values())
            logger.warning(
                "The weights are %s and loaded in float32, which takes %d times the memory%s",
                "unpacked" if is_packed else f"stored in {kept.value}",
                DType.FLOAT32.bits // kept.bits,
                f' of {kept.value}; torch_dtype="auto" takes that.'
                if is_packed
                else '; torch_dtype="auto" keeps them as they are.',
            )


def _plain(requested: object) -> object:
    """A dtype by its name; a dict of them, too."""
    if isinstance(requested, Mapping):
        return {name: dtype_name(dtype) for name, dtype in requested.items()}
    return dtype_name(requested)


def _floating(name: str, where: str, expected: str) -> DType:
    dtype = BY_NAME.get(name)
    if dtype is None or not dtype.is_floating:
        raise UnsupportedDType([Fault(where, expected, "neither", nearest(name, BY_NAME))])
    return dtype


def first_floating(stored: Mapping[str, StoredTensor]) -> DType | None:
    """The dtype of the first floating-point tensor."""
    return next((tensor.dtype for tensor in stored.values() if tensor.dtype.is_floating), None)


def option_names() -> set[str]:
    """Every keyword that is an option."""
    return {field.name for field in fields(Options)}


def check_attention(name: str) -> str:
    """``"sdpa"`` or ``"eager"``; :class:`ArgumentError` for anything else."""
    if name not in ("sdpa", "eager"):
        raise ArgumentError(f"attn_implementation is {name!r}; Loadstone has 'sdpa' and 'eager'.")
    return name
