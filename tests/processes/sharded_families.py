"""A tiny model of every family, saved; and what ranks do with it: FSDP, filled by ``load_into``, beside one process."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

import loadstone
from loadstone.architectures import registry


def families() -> list[str]:
    """All that there are."""
    return list(registry.families())


def save(family: str, folder: Path) -> None:
    """A model of the family, whose weights tell all apart; ``inputs.pt`` beside it: its class, and what it takes."""
    class_name, config, inputs = _made(family)
    model = getattr(loadstone, class_name)(config)
    generator = torch.Generator().manual_seed(zlib.crc32(family.encode()))
    with torch.no_grad():
        for slot in model.parameters():
            slot.add_(0.05 * torch.randn(slot.shape, generator=generator))
    model.save_pretrained(folder)
    torch.save((class_name, dict(inputs)), folder / "inputs.pt")


def _made(family: str) -> tuple[str, Any, Mapping[str, Any]]:
    from parity import cases

    ids = torch.randint(3, 20, (2, 9), generator=torch.Generator().manual_seed(1))
    if family in cases.FAMILIES:
        head = "causal_lm" if family in cases.DECODERS else "masked_lm"
        config = loadstone.AutoConfig.for_model(family, **cases.PLAIN[family])
        return cases.CLASSES[family, head], config, {"input_ids": ids, "labels": ids}
    own = {"clip": _clip, "mamba": _mamba, "qwen2_vl": _qwen2_vl, "t5": _t5, "whisper": _whisper}
    if family in own:
        class_name, changes, inputs = own[family](ids)
        return class_name, loadstone.AutoConfig.for_model(family, **changes), inputs
    known = importlib.import_module(f"parity.modal_families.{family.replace('-', '_')}").PARITY
    config = loadstone.AutoConfig.for_model(family, **(dict(known.plain) | dict(known.changes.get(known.main, {}))))
    return known.main, config, known.inputs(known.main, config)


def _clip(_: torch.Tensor) -> tuple[str, dict[str, Any], dict[str, Any]]:
    from parity import test_clip as its

    sides = {"text_config": its.TEXT, "vision_config": its.VISION, "projection_dim": 6}
    pictures = torch.randn(3, 3, 9, 9, generator=torch.Generator().manual_seed(2))
    return "CLIPModel", sides, {"input_ids": its.IDS, "attention_mask": its.MASK, "pixel_values": pictures}


def _mamba(ids: torch.Tensor) -> tuple[str, dict[str, Any], dict[str, Any]]:
    from parity.test_mamba import ODD

    return "MambaForCausalLM", ODD, {"input_ids": ids, "labels": ids}


def _qwen2_vl(_: torch.Tensor) -> tuple[str, dict[str, Any], dict[str, Any]]:
    from parity import test_qwen2_vl as its

    sides = {"text_config": its.TEXT, "vision_config": its.VISION, **its.TOKENS}
    return its.WRITER, sides, {name: tensor for name, tensor in its.seen().items() if name != "mm_token_type_ids"}


def _t5(ids: torch.Tensor) -> tuple[str, dict[str, Any], dict[str, Any]]:
    from parity.test_t5 import SIZES

    return "T5ForConditionalGeneration", SIZES, {"input_ids": ids, "labels": ids}


def _whisper(ids: torch.Tensor) -> tuple[str, dict[str, Any], dict[str, Any]]:
    from parity.test_whisper import CONFIG

    sound = torch.randn(2, 5, 14, generator=torch.Generator().manual_seed(2))
    return "WhisperForConditionalGeneration", CONFIG, {"input_features": sound, "labels": ids[:, :5]}


def compare(folder: Path, trains: bool) -> None:
    """Each rank: its shards bit for bit, what a pass gives, and with ``trains`` every parameter after a step."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard
    from torch.distributed.tensor import distribute_tensor

    class_name, inputs = torch.load(folder / "inputs.pt")
    cls = getattr(loadstone, class_name)
    alone = cls.from_pretrained(folder)
    mesh = init_device_mesh("cpu", (torch.distributed.get_world_size(),), mesh_dim_names=("fsdp",))
    with torch.device("meta"):
        model = cls(alone.config).eval()
    scalars = {slot for slot in model.parameters() if not slot.dim()}  # which FSDP refuses
    for block in _blocks(model):
        fully_shard(block, mesh=mesh, ignored_params=scalars)
    fully_shard(model, mesh=mesh, ignored_params=scalars)
    report = loadstone.load_into(model, folder)
    assert report.by_rank is not None and not report.initialized
    forecast = loadstone.plan(folder, mesh={"fsdp": mesh.size()})
    mine = forecast.ranks[mesh.get_local_rank()]
    assert mine.read_bytes == report.by_rank.read, (mine, report.by_rank)
    whole = dict(alone.named_parameters())
    for name, slot in model.named_parameters():
        if slot in scalars or not slot.dim():
            continue
        expected = distribute_tensor(whole[name].detach(), mesh, slot.placements, src_data_rank=None)
        with torch.no_grad():
            assert torch.equal(slot.to_local(), expected.to_local()), name
    asked = (
        cls.from_pretrained(folder, distributed_config={"fsdp_size": mesh.size()}) if trains and not scalars else None
    )
    gives = [_pass(each, inputs, trains) for each in (alone, model, asked) if each is not None]
    for other in gives[1:]:
        assert _same(other, gives[0], class_name) > 0
    if trains:
        after = {
            name: getattr(slot, "full_tensor", lambda slot=slot: slot)() for name, slot in model.named_parameters()
        }
        for name, slot in whole.items():
            assert torch.allclose(after[name], slot, rtol=1e-5, atol=1e-6), name


def _blocks(model: Any) -> list[Any]:
    from loadstone.frameworks.torch.placement.placement import block_names

    return [model.get_submodule(name) for name in block_names(model)]


def _pass(model: Any, inputs: Mapping[str, Any], trains: bool) -> Any:
    if not trains:
        with torch.no_grad():
            return vars(model(**inputs))
    output = model(**inputs)
    loss = output.loss if getattr(output, "loss", None) is not None else output.logits_per_text.square().mean()
    loss.backward()
    torch.optim.SGD(model.parameters(), lr=0.05, foreach=False).step()
    return vars(output)


def _same(found: Any, expected: Any, where: str) -> int:
    """Equal up to the order of sums, whatever is nested how; how many tensors that are."""
    if isinstance(expected, torch.Tensor):
        scale = max(float(expected.detach().abs().max()) if expected.numel() else 0.0, 1.0)
        close = torch.allclose(found, expected, rtol=1e-5, atol=1e-5 * scale, equal_nan=True)
        assert close, (where, float((found - expected).abs().max()))
        return 1
    if isinstance(expected, Mapping):
        return sum(_same(found[name], expected[name], f"{where}.{name}") for name in expected)
    if isinstance(expected, list | tuple):
        return sum(_same(found[number], each, f"{where}.{number}") for number, each in enumerate(expected))
    return 0
