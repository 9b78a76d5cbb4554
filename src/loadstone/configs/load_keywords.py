"""The keywords of a load, as type checkers and editors know them: docs/adr/0033-typed-keywords.md.

A test holds these names and types against :class:`loadstone.configs.load_options.Options`, which is what a load takes.
The keys of configs that may be given beside them are in ``family_keywords.pyi``, from the families' configs. For a
function that passes keywords on::

    def load(name: str, **keywords: Unpack[LoadKeywords]) -> PreTrainedModel:
        return AutoModel.from_pretrained(name, **keywords)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypedDict

from loadstone.core.placement_options import MaxMemory
from loadstone.transfer.strategy import TransferOptions


class PlanKeywords(TypedDict, total=False):
    """What ``plan`` takes besides the parameters that it names, and ``from_pretrained`` too.

    Without ``output_loading_info``, which signatures name, for it decides what ``from_pretrained`` returns.
    """

    config: Any
    torch_dtype: object
    max_batch: int | None
    max_length: int | None
    offload_folder: str | os.PathLike[str] | None
    offload_buffers: bool | None
    offload_state_dict: bool | None
    sharding: object
    attn_implementation: str | None
    ignore_mismatched_sizes: bool | None
    strict: bool | None
    key_mapping: Mapping[str, str] | None
    cache_dir: str | os.PathLike[str] | None
    force_download: bool | None
    local_files_only: bool | None
    token: str | bool | None
    stream: bool | None
    storage_options: Mapping[str, Any] | None
    revision: str | None
    subfolder: str | None
    variant: str | None
    gguf_file: str | None
    use_safetensors: bool | None
    from_pt: bool | None
    from_tf: bool | None
    from_flax: bool | None
    low_cpu_mem_usage: bool | None
    _fast_init: bool | None
    trust_remote_code: object
    code_revision: str | None
    allow_transformers: bool | None
    bridge: bool | None
    lock: str | os.PathLike[str] | None
    weights_only: bool | None
    transfer: TransferOptions | None
    lazy: bool | None
    dequantize: bool | None
    quantization_config: object
    adapter_name: str | None
    adapter_kwargs: Mapping[str, Any] | None
    proxies: object
    resume_download: object
    mirror: object
    user_agent: object


class LoadKeywords(PlanKeywords, total=False):
    """The keywords of ``from_pretrained``, but for ``output_loading_info``, and keys of the model's config."""

    state_dict: Mapping[str, Any] | None
    dtype: object
    device_map: object
    max_memory: MaxMemory | None
    device_mesh: object
    tp_plan: object
    distributed_config: object
