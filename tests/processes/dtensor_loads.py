"""Modules whose parameters are DTensors, filled by ``load_into`` on each rank; the placing is PyTorch's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import nn

import loadstone


class Net(nn.Module):
    """Layers of several kinds and of sizes that two and four do not divide, with a tie, and buffers saved and not."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.norm = nn.BatchNorm1d(6)
        self.layers = nn.ModuleList(nn.Linear(6, 6) for _ in range(3))
        self.narrow = nn.Linear(6, 1)
        self.scale = nn.Parameter(torch.ones(()))
        self.out = nn.Linear(6, 11, bias=False)
        self.out.weight = self.table.weight
        with torch.device("cpu"):
            self.register_buffer("steps", torch.arange(6.0), persistent=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.table(ids))
        for layer in self.layers:
            x = torch.relu(layer(x)) + self.steps.to(x.dtype)
        return self.out(x * self.narrow(x))


def saved(folder: Path, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    """A checkpoint of the net in the folder, and its values."""
    generator = torch.Generator().manual_seed(3)
    state = {
        name: torch.rand(tensor.shape, generator=generator).to(dtype) if tensor.is_floating_point() else tensor + 7
        for name, tensor in Net().state_dict().items()
        if name != "out.weight"
    }
    safetensors.torch.save_file(state, folder / "model.safetensors")
    return {**state, "out.weight": state["table.weight"]}


def skeleton() -> Net:
    """The net on the meta device, but for what is not saved."""
    with torch.device("meta"):
        return Net().eval()


def emptied(net: Net) -> None:
    """Memory for it; PyTorch's ``to_empty`` unties, and forgets what is not saved."""
    net.to_empty(device="cpu")
    net.out.weight = net.table.weight
    net.steps = torch.arange(6.0)


def mesh_of(*sizes: int) -> Any:
    """A mesh over all ranks, whose axes are called ``a``, ``b``, …"""
    from torch.distributed.device_mesh import init_device_mesh

    return init_device_mesh("cpu", sizes, mesh_dim_names=tuple("abc"[: len(sizes)]))


def shards(
    folder: Path, sizes: tuple[int, ...], placements: dict[str, list[str]], first: str = "meta", read: str = "auto"
) -> Any:
    """Fill a net some of whose parameters are distributed so, and compare each part with PyTorch's own.

    ``placements``: parameter → for each axis ``"R"`` or the dimension that it cuts. ``first``: where they lie before.
    """
    from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor

    mesh, net = mesh_of(*sizes), skeleton()
    full = safetensors.torch.load_file(folder / "model.safetensors")
    chosen = {
        name: [Replicate() if axis == "R" else Shard(int(axis)) for axis in axes] for name, axes in placements.items()
    }
    if first != "meta":
        emptied(net)
    made: dict[int, nn.Parameter] = {}
    for name, slot in list(net.named_parameters(remove_duplicate=False)):
        key = "table.weight" if name == "out.weight" else name
        if key in chosen:
            if id(slot) not in made:
                placed = distribute_tensor(slot.detach(), mesh, chosen[key], src_data_rank=None)
                made[id(slot)] = nn.Parameter(placed)
            owner, _, leaf = name.rpartition(".")
            setattr(net.get_submodule(owner), leaf, made[id(slot)])
    before = dict(net.named_parameters())
    report = loadstone.load_into(net, folder, transfer=loadstone.transfer_options(read))
    for name, slot in net.named_parameters():
        if name not in chosen:
            assert type(slot) is nn.Parameter and torch.equal(slot, full[name]), name
            continue
        expected = distribute_tensor(full[name], mesh, chosen[name], src_data_rank=None)
        assert isinstance(slot, DTensor) and isinstance(slot, nn.Parameter) and slot.requires_grad, name
        assert slot.placements == expected.placements and slot.shape == expected.shape, name
        assert slot.stride() == expected.stride() and slot.device_mesh == mesh, name
        with torch.no_grad():
            same(slot.to_local(), expected.to_local(), name)
            same(slot.full_tensor(), full[name], name)
        if first != "meta":
            assert slot is before[name], name
    for name, buffer in net.named_buffers():
        assert torch.equal(buffer, full.get(name, torch.arange(6.0))), name
    assert net.out.weight is net.table.weight
    return report.by_rank


def same(one: torch.Tensor, other: torch.Tensor, name: str) -> None:
    """Bit for bit, of one shape and dtype."""
    assert (one.shape, one.dtype) == (other.shape, other.dtype), (name, one.shape, other.shape, one.dtype, other.dtype)
    assert one.contiguous().view(-1).view(torch.uint8).equal(other.contiguous().view(-1).view(torch.uint8)), name


def sharded_by_fsdp(folder: Path, first: str, dtype: str | None = None) -> list[float]:
    """``fully_shard`` of the net, on meta or with memory, filled; then a forward pass and a step, against one process.

    ``first``: ``"meta"``, ``"empty"`` or ``"used"`` (a forward pass has gathered its parameters already).
    """
    from torch.distributed.fsdp import fully_shard

    kind = torch.float32 if dtype is None else getattr(torch, dtype)
    alone = skeleton()
    loadstone.load_into(alone, folder, dtype=kind)
    net, mesh = skeleton(), mesh_of(torch.distributed.get_world_size())
    if dtype is not None:
        net.to(torch.float16)
    for layer in net.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(net, mesh=mesh, ignored_params={net.scale})  # which is refused as a scalar, and stays plain
    ids = torch.tensor([1, 5, 9])
    if first != "meta":
        emptied(net)
        with torch.no_grad():
            for slot in net.state_dict().values():
                slot.zero_()
        if first == "used":
            net(ids)
    loadstone.load_into(net, folder, dtype=kind)
    optimizers = [torch.optim.SGD(module.parameters(), lr=0.1, foreach=False) for module in (alone, net)]
    for _ in range(2):
        results = []
        for module, optimizer in zip((alone, net), optimizers, strict=True):
            logits = module(ids)
            logits.float().logsumexp(-1).sum().backward()
            optimizer.step()
            optimizer.zero_grad()
            results.append(logits)
        assert torch.allclose(*results, rtol=1e-5 if dtype is None else 2e-2, atol=1e-6), results
    for name, slot in net.named_parameters():
        whole = slot if name == "scale" else slot.full_tensor()
        close = torch.allclose(whole, alone.get_parameter(name), rtol=1e-4 if dtype is None else 5e-2)
        assert close, name
    assert net.out.weight is net.table.weight
    return results[1].flatten()[:3].tolist()


def two_axes(folder: Path) -> None:
    """Tensor parallel along one axis, then FSDP along the other, on four ranks: FSDP's ``_StridedShard``."""
    from torch.distributed.fsdp import fully_shard
    from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module

    full = safetensors.torch.load_file(folder / "model.safetensors")
    mesh = mesh_of(2, 2)
    with torch.device("meta"):
        net = Pair()
    parallelize_module(net, mesh["b"], {"up": ColwiseParallel(), "down": RowwiseParallel()})
    fully_shard(net, mesh=mesh["a"])
    assert "StridedShard" in str(net.up.weight.placements)
    report = loadstone.load_into(net, folder)
    assert report.by_rank is not None and "a 2 x b 2" in str(report.by_rank)
    for name, slot in net.named_parameters():
        same(slot.full_tensor(), full[name], name)
    alone = Pair()
    alone.load_state_dict(full)
    x = torch.linspace(-1, 1, 24).reshape(2, 12)
    assert torch.allclose(net(x), alone(x), rtol=1e-5, atol=1e-6)


class Pair(nn.Module):
    """Two linear layers, as in a feed-forward block."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(12, 16), nn.Linear(16, 12)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(torch.relu(self.up(x)))


def fails(folder: Path, what: str) -> str:
    """What ``load_into`` says on this rank."""
    from torch.distributed.fsdp import fully_shard

    net = skeleton()
    if what == "shape":
        net.layers[0] = nn.Linear(6, 8, device="meta")
    fully_shard(net, mesh=mesh_of(2), ignored_params={net.scale})
    ready = folder / what if (folder / what).exists() else folder
    try:
        loadstone.load_into(net, ready, device_map="cpu" if what == "device_map" else None)
    except loadstone.errors.LoadstoneError as error:
        assert all(slot.is_meta for slot in net.parameters())
        return f"{type(error).__name__}: {error}"
    return ""


def new_head(folder: Path) -> list[float]:
    """A bare model's checkpoint in a classifier, whose head is then new and on both ranks."""
    from torch.distributed.fsdp import fully_shard
    from torch.distributed.tensor import Replicate, distribute_tensor

    bare = loadstone.LlamaModel.from_pretrained(folder)
    torch.manual_seed(torch.distributed.get_rank())
    with torch.device("meta"):
        model = loadstone.LlamaForSequenceClassification(loadstone.LlamaConfig(**bare.config.to_dict()))
    mesh = mesh_of(2)
    model.score.weight = nn.Parameter(
        distribute_tensor(model.score.weight.detach(), mesh, [Replicate()], src_data_rank=None)
    )
    for layer in model.model.layers:
        fully_shard(layer, mesh=mesh)
    report = loadstone.load_into(model, folder, strict=False)
    assert list(report.initialized) == ["score.weight"]
    for name, slot in model.named_parameters():
        if name != "score.weight":
            whole = slot.full_tensor() if name.startswith("model.layers") else slot
            same(whole, bare.get_parameter(name.removeprefix("model.")), name)
    with torch.no_grad():
        return model.score.weight.to_local().flatten().tolist()


def bytes_of_a_load(folder: Path, asked: dict[str, int], how: dict[str, Any]) -> tuple[int, int, int]:
    """What this rank held, read and copied in a load over a mesh, by its report."""
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder, distributed_config=asked, **how)
    done = model.load_report.by_rank
    return done.viewed + done.copied, done.read, done.copied
