"""GGUF files of latent attention as llama.cpp's converter writes them now: a matrix for each head's keys and values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch

import loadstone
from loadstone.errors import InvalidConfig, LoadstoneError

from .gguf_writing import write_gguf
from .reference import Store, assert_close
from .test_gguf import auto, case_of, outputs, reference_of
from .test_gguf_written import folder_of

Q8_0, F32 = gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.F32


def over_latents(old: Path, to: Path, config: Any, kind: gguf.GGMLQuantizationType = F32) -> Path:
    """The same model, whose heads are counted over the latent; the matrices of heads, if any, are quantized."""
    nope, rope, rank = config.qk_nope_head_dim, config.qk_rope_head_dim, config.kv_lora_rank
    said = {
        "attention.head_count_kv": 1,
        "attention.key_length": rank + rope,
        "attention.value_length": rank,
        "attention.key_length_mla": nope + rope,
        "attention.value_length_mla": config.v_head_dim,
    }
    reader, writer = gguf.GGUFReader(old), gguf.GGUFWriter(to, "deepseek2")
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key != "general.architecture" and key.partition(".")[2] not in said:
            of = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], of)
    for key, value in said.items():
        writer.add_uint32(f"deepseek2.{key}", value)
    for tensor in reader.tensors:
        if "attn_kv_b" not in tensor.name:
            writer.add_tensor(tensor.name, tensor.data)
            continue
        heads = tensor.data.reshape(config.num_attention_heads, nope + config.v_head_dim, rank)
        parts = {"attn_k_b": heads[:, :nope].swapaxes(1, 2), "attn_v_b": heads[:, nope:]}
        for name, part in parts.items():
            array, block = np.ascontiguousarray(part), gguf.GGML_QUANT_SIZES[kind][0]
            if kind is not F32 and array.shape[-1] % block == 0:
                array = gguf.quants.quantize(array, kind)
                writer.add_tensor(tensor.name.replace("attn_kv_b", name), array, raw_dtype=kind)
            else:
                writer.add_tensor(tensor.name.replace("attn_kv_b", name), array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return to


@pytest.mark.parametrize("family", ["deepseek_v2", "deepseek_v3"])
def test_the_matrices_of_heads_become_one_map(store: Store, family: str, tmp_path: Path) -> None:
    case = case_of(family)
    reference = reference_of(store, case)
    old = write_gguf(reference, tmp_path / "old.gguf")
    model = auto(case).from_pretrained(over_latents(old, tmp_path / "new.gguf", reference.model.config))
    assert not model.load_report.unused and not model.load_report.initialized
    for name, tensor in model.state_dict().items():
        if name in reference.stored:
            torch.testing.assert_close(tensor, reference.stored[name], rtol=0, atol=0, msg=name)
    assert_close(outputs(model, case), outputs(reference.model, case), case.id)


@pytest.mark.parametrize("dequantize", [True, False])
def test_blocks_are_decoded_head_by_head(store: Store, dequantize: bool, tmp_path: Path) -> None:
    case = case_of("deepseek_v3", "blocks", kv_lora_rank=32, qk_nope_head_dim=32)
    reference = reference_of(store, case)
    config = reference.model.config
    path = over_latents(write_gguf(reference, tmp_path / "old.gguf"), tmp_path / "new.gguf", config, Q8_0)
    model = auto(case).from_pretrained(path, dequantize=dequantize)
    name = "model.layers.0.self_attn.kv_b_proj.weight"
    made = dict(model.named_parameters())[name]
    heads = reference.stored[name].reshape(4, 32 + 8, 32).numpy()
    keys, values = (
        gguf.quants.dequantize(gguf.quants.quantize(np.ascontiguousarray(part), Q8_0), Q8_0)
        for part in (heads[:, :32].swapaxes(1, 2), heads[:, 32:])
    )
    expected = np.concatenate((keys.swapaxes(1, 2), values), axis=1).reshape(-1, 32)
    torch.testing.assert_close(made, torch.from_numpy(expected), rtol=0, atol=0)
    assert (outputs(model, case) - outputs(reference.model, case)).abs().max() < 0.1


def test_stacks_that_do_not_fit_are_named(store: Store, tmp_path: Path) -> None:
    reference = reference_of(store, case_of("deepseek_v3"))
    old, config = write_gguf(reference, tmp_path / "old.gguf"), reference.model.config
    path = over_latents(old, tmp_path / "new.gguf", config)
    data = path.read_bytes()
    assert data.count(b"blk.0.attn_v_b.weight") == 1
    path.write_bytes(data.replace(b"blk.0.attn_v_b.weight", b"blk.0.attn_v_x.weight"))
    with pytest.raises(LoadstoneError, match="kv_b_proj"):
        loadstone.AutoModelForCausalLM.from_pretrained(path)


def test_what_a_file_cannot_say_is_named(tmp_path: Path, store: Store) -> None:
    for family, changes, named in (
        ("deepseek_v3", dict(rope_interleave=False), "rope_interleave"),
        (
            "deepseek_v3",
            dict(rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)),
            "mscale",
        ),
        ("dots1", dict(num_key_value_heads=2), "num_key_value_heads"),
    ):
        folder = folder_of(store, case_of(family, named, **changes), tmp_path / named)
        with pytest.raises(InvalidConfig, match=named):
            loadstone.convert(folder, tmp_path / "x.gguf", format="gguf")
