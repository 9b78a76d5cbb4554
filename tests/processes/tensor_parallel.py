"""Models on a mesh, each held against the same model in one process, on every rank."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.tensor import DTensor

import loadstone

IDS = torch.randint(3, 90, (2, 9), generator=torch.Generator().manual_seed(5))


class Facts(NamedTuple):
    """What a rank found of a model on a mesh."""

    logits: float
    """The largest difference from one process, over the largest value."""
    gradients: float
    """The same of all gradients after one pass, and of all parameters after one step; 0 where none was taken."""
    texts_alike: bool
    """Whether texts are written as in one process, with a cache and without, the likeliest tokens and drawn ones."""
    attentions: float
    """The largest difference of the weights of attention, of all heads."""
    values_alike: bool
    """Whether every whole parameter is bit for bit that of one process."""
    share: float
    """How much of the parameters this rank holds."""
    read: int
    copied: int


def saved(family: str, config: Mapping[str, Any], folder: Path, auto: str = "AutoModelForCausalLM") -> Path:
    """A checkpoint of a tiny model, whose norms and biases tell, too."""
    torch.manual_seed(0)
    model = getattr(loadstone, auto).from_config(loadstone.AutoConfig.for_model(family, **config))
    with torch.no_grad():
        for slot in model.parameters():
            slot.add_(torch.randn_like(slot) * 0.1)
    model.save_pretrained(folder)
    return folder


def loaded(folder: Path, keywords: Mapping[str, Any], sizes: tuple[int, int] | None = None) -> tuple[Any, Any]:
    """The model on a mesh, (fsdp, tp) of these sizes where none is asked for by keywords, and in one process."""
    if sizes is not None:
        keywords = {**keywords, "device_mesh": mesh_of(sizes)}
    return tuple(
        loadstone.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="sdpa", **more)
        for more in (keywords, {"torch_dtype": keywords.get("torch_dtype")})
    )  # type: ignore[return-value]


def mesh_of(sizes: tuple[int, int]) -> DeviceMesh:
    """A mesh with both axes."""
    return init_device_mesh("cpu", sizes, mesh_dim_names=("fsdp", "tp"))


def facts(
    folder: Path, keywords: Mapping[str, Any], sizes: tuple[int, int] | None = None, *, trains: bool = False
) -> Facts:
    """What a language model on a mesh is like."""
    spread, whole = loaded(folder, keywords, sizes)
    with torch.no_grad():
        expected, found = whole(IDS, output_attentions=True), spread(IDS, output_attentions=True)
        pairs = zip(expected.attentions or (), found.attentions or (), strict=True)
        attentions = max((float((one - other).abs().max()) for one, other in pairs), default=0.0)
        logits = apart(spread(IDS).logits, whole(IDS).logits)
    alike = all(torch.equal(written(spread, **how), written(whole, **how)) for how in WAYS)
    values = zip(spread.named_parameters(), whole.named_parameters(), strict=True)
    same = all(one[0] == other[0] and torch.equal(full(one[1]), other[1]) for one, other in values)
    held = sum(slot.to_local().numel() for slot in spread.parameters())
    by_rank = spread.load_report.by_rank
    share = held / sum(slot.numel() for slot in whole.parameters())
    gradients = stepped(spread, whole, 1 if sizes is None else sizes[0]) if trains else 0.0
    return Facts(logits, gradients, alike, attentions, same, share, by_rank.read, by_rank.copied)


def train(folder: Path, sizes: tuple[int, int]) -> Facts:
    """The same, with a step of training."""
    return facts(folder, {}, sizes, trains=True)


WAYS: tuple[Mapping[str, Any], ...] = (
    {"do_sample": False},
    {"do_sample": False, "use_cache": False},
    {"do_sample": True, "top_k": 40},
    {"do_sample": False, "cache_implementation": "static"},
)


def written(model: Any, **how: Any) -> torch.Tensor:
    """A text. Ranks that share layers draw what the first of them draws."""
    group = model.__dict__.get("ranks")
    torch.manual_seed(11 if group is None else 11 + group.index)
    text: torch.Tensor = model.generate(IDS, max_new_tokens=4, **how)
    return text


def full(tensor: torch.Tensor | None) -> torch.Tensor:
    """A tensor of all ranks' parts."""
    assert tensor is not None
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def apart(found: torch.Tensor, expected: torch.Tensor) -> float:
    """The largest difference, over the largest value."""
    return float((found - expected).abs().max() / (expected.abs().max() + 1e-12))


def stepped(spread: Any, whole: Any, copies: int) -> float:
    """How far gradients, and parameters after a step of an optimizer, are from those of one process.

    ``copies``: how many ranks each get a share of the batch.
    """
    row = IDS
    if copies > 1:
        mesh = next(spread.parameters()).device_mesh
        place = mesh.get_coordinate()[list(mesh.mesh_dim_names).index("fsdp")]
        row = IDS[place::copies]
    norms = []
    for model, ids in ((whole, IDS), (spread, row)):
        model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        model(ids, labels=ids).loss.backward()
        norms.append(full(torch.nn.utils.clip_grad_norm_(model.parameters(), 1e9)))
        optimizer.step()
    worst = max(apart(norms[1], norms[0]), gradients_apart(spread, whole))
    pairs = zip(spread.parameters(), whole.parameters(), strict=True)
    return max(worst, *(apart(full(one), other) for one, other in pairs))


def gradients_apart(spread: Any, whole: Any) -> float:
    """The largest difference of gradients, each over the largest of its tensor.

    Of what changes nothing (a bias of keys) they are noise: none is measured by less than a hundredth of the largest
    of all.
    """
    pairs = list(zip(spread.parameters(), whole.parameters(), strict=True))
    largest = max(float(other.grad.abs().max()) for _, other in pairs if other.grad is not None)
    return max(
        float((full(one.grad) - other.grad).abs().max()) / max(float(other.grad.abs().max()), 1e-2 * largest)
        for one, other in pairs
        if other.grad is not None
    )


def plain(family: str, auto: str, config: Mapping[str, Any], sizes: tuple[int, int]) -> tuple[float, float, int]:
    """The same of a family that reads texts, with a head."""
    inputs = {"input_ids": IDS, "attention_mask": torch.ones_like(IDS).index_fill(1, torch.tensor([7, 8]), 0)}
    if auto == "AutoModelForSeq2SeqLM":
        inputs["decoder_input_ids"] = IDS[:, :5]
    if auto == "AutoModelForSpeechSeq2Seq":
        numbers = torch.randn(2, 16, 20, generator=torch.Generator().manual_seed(3))
        inputs = {"input_features": numbers, "decoder_input_ids": IDS[:, :5]}
    torch.manual_seed(2)
    whole = getattr(loadstone, auto).from_config(loadstone.AutoConfig.for_model(family, **config)).eval()
    return compared(whole, inputs, sizes)


def one_token(folder: Path) -> float:
    """Gradients where the experts of a rank get no token."""
    spread, whole = loaded(folder, {"tp_plan": "auto"})
    ids = IDS[:1, :1]
    for model in (spread, whole):
        model(ids).logits.square().sum().backward()
    torch.nn.utils.clip_grad_norm_(spread.parameters(), 1e9)
    return gradients_apart(spread, whole)


def dequantized(file: Path, keywords: Mapping[str, Any]) -> float:
    """A quantized file, of which each rank decodes what it holds."""
    spread = loadstone.AutoModelForCausalLM.from_pretrained(file, **keywords)
    whole = loadstone.AutoModelForCausalLM.from_pretrained(file)
    ids = IDS % 30
    with torch.no_grad():
        return apart(spread(ids).logits, whole(ids).logits)


def replicas(folder: Path) -> tuple[float, str]:
    """A mesh with an axis along which each rank has the same."""
    mesh = init_device_mesh("cpu", (2, 2), mesh_dim_names=("dp", "tp"))
    spread, whole = loaded(folder, {"device_mesh": mesh})
    assert spread.get_memory_footprint() < 0.7 * whole.get_memory_footprint()
    with torch.no_grad():
        return apart(spread(IDS).logits, whole(IDS).logits), str(spread.load_report.by_rank)


def modal(family: str, sizes: tuple[int, int]) -> tuple[float, float, int]:
    """The same of a family that reads more than texts."""
    known = importlib.import_module(f"parity.modal_families.{family.replace('-', '_')}").PARITY
    cls = getattr(loadstone, known.main)
    torch.manual_seed(2)  # by which all of them give something
    plain = _even_heads(known.plain)
    whole = cls(loadstone.AutoConfig.for_model(known.family, **plain)).eval()
    return compared(whole, known.inputs(known.main, whole.config), sizes)


def compared(whole: Any, inputs: Mapping[str, Any], sizes: tuple[int, int]) -> tuple[float, float, int]:
    """How far outputs and gradients of a model are from its own once it is spread, and how many slots are cut.

    Nothing is loaded here: what each rank holds is told by the parameters, and how it is read by other tests.
    """
    from loadstone.frameworks.torch.distributed.tensor_parallel import average_scalars, shard_blocks, split_layers

    with torch.no_grad():
        for slot in whole.parameters():
            slot.add_(torch.randn_like(slot) * 0.1)
    spread, mesh = copy.deepcopy(whole), mesh_of(sizes)
    if sizes[1] > 1:
        split_layers(spread, spread.component, mesh["tp"])
    if sizes[0] > 1:
        shard_blocks(spread, mesh["fsdp"])
        average_scalars(spread)
    found, expected = (tensors_in(model(**inputs)) for model in (spread, whole))
    assert len(found) == len(expected) and all(each.any() for each in expected)
    worst = max(apart(one, other) for one, other in zip(found, expected, strict=True) if other.isfinite().all())
    for tensors in (found, expected):
        sum(each.square().sum() for each in tensors if each.requires_grad and each.isfinite().all()).backward()
    return (
        worst,
        gradients_apart(spread, whole),
        sum(any(p.is_shard() for p in slot.placements) for slot in spread.parameters()),
    )


def _even_heads(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config whose heads two ranks can share."""
    changed = {name: _even_heads(value) if isinstance(value, Mapping) else value for name, value in config.items()}
    heads = {"num_attention_heads": "hidden_size", "num_heads": "d_model"}
    for name, width in heads.items():
        if isinstance(changed.get(name), int) and changed[name] % 2:
            changed[name] = 2
            if isinstance(changed.get(width), int) and changed[width] % 2:
                changed[width] += 1
    return changed


def tensors_in(output: Any) -> list[torch.Tensor]:
    """Every floating-point tensor of an output."""
    if isinstance(output, torch.Tensor):
        return [output] if output.is_floating_point() else []
    if isinstance(output, Mapping):
        return tensors_in(tuple(output.values()))
    if isinstance(output, tuple | list):
        return [tensor for each in output for tensor in tensors_in(each)]
    return tensors_in(output.to_tuple()) if hasattr(output, "to_tuple") else []


def scalars(folder: Path) -> tuple[float, ...]:
    """Gradients of parameters without a dimension, over those of one process, where each rank has another loss."""
    known = importlib.import_module("parity.modal_families.chinese_clip").PARITY
    found = []
    for keywords, factor in (({"distributed_config": {"fsdp_size": 2}}, dist.get_rank() + 1.0), ({}, 1.0)):
        model = loadstone.AutoModel.from_pretrained(folder, **keywords)
        inputs = known.inputs(known.main, model.config)
        (model(**inputs).logits_per_image.square().sum() * factor).backward()
        found.append({name: full(slot.grad) for name, slot in model.named_parameters() if slot.dim() == 0})
    return tuple(float(found[0][name] / found[1][name]) for name in found[1])


def answers(folder: Path, keywords: Mapping[str, Any]) -> list[bool]:
    """Whether an encoder-decoder answers as in one process, with beams and without, and before and after a pass."""
    cls = loadstone.AutoModelForSeq2SeqLM
    spread, whole = cls.from_pretrained(folder, **keywords), cls.from_pretrained(folder)
    first = [torch.equal(spread.generate(IDS, **how), whole.generate(IDS, **how)) for how in ({}, {"num_beams": 2})]
    with torch.no_grad():
        logits = [model(IDS, decoder_input_ids=IDS).logits for model in (spread, whole)]
    again = torch.equal(spread.generate(IDS, max_new_tokens=3), whole.generate(IDS, max_new_tokens=3))
    return [*first, apart(*logits) < 1e-5, again]


def new_head(folder: Path) -> tuple[bool, bool]:
    """Whether a head that is not in the file is there, and is the same on all ranks, which draw otherwise."""
    torch.manual_seed(dist.get_rank())
    cls = loadstone.AutoModelForSequenceClassification
    model = cls.from_pretrained(folder, num_labels=3, tp_plan="auto")
    own = model.score.weight.to_local()
    first = own.clone()
    dist.broadcast(first, 0)
    return bool(own.abs().sum() > 0), torch.equal(first, own)


def checkpointed(folder: Path) -> float:
    """Gradients where layers are computed again in the backward pass."""
    spread, whole = loaded(folder, {"tp_plan": "auto"})
    spread.gradient_checkpointing_enable()
    return stepped(spread, whole, 1)


def resize(folder: Path) -> None:
    """What a mesh cannot do."""
    loaded(folder, {"tp_plan": "auto"})[0].resize_token_embeddings(120)


def with_adapter(folder: Path) -> None:
    """What a mesh cannot do, either."""
    peft = importlib.import_module("peft")
    loaded(folder, {"tp_plan": "auto"})[0].add_adapter(peft.LoraConfig(target_modules=["q_proj"]))


def compiled(folder: Path) -> tuple[float, float, str]:
    """Outputs and gradients of a compiled model, and what is said of a text by one program."""
    spread, whole = loaded(folder, {"tp_plan": "auto"})
    program = torch.compile(spread, backend="aot_eager")
    program(IDS, labels=IDS).loss.backward()
    whole(IDS, labels=IDS).loss.backward()
    with torch.no_grad():
        logits = apart(program(IDS).logits, whole(IDS).logits)
    try:
        spread.generate(IDS, max_new_tokens=3, compile=True, compile_config={"backend": "aot_eager"})
    except loadstone.errors.ArgumentError as error:
        return logits, gradients_apart(spread, whole), str(error)
    return logits, gradients_apart(spread, whole), ""


def called_apart(folder: Path) -> None:
    """A part of a model that only the model itself gathers."""
    model, _ = loaded(folder, {}, (2, 2))
    model.get_input_embeddings()(IDS)


def refused(folder: Path, keywords: Mapping[str, Any]) -> None:
    """A load that fails."""
    loadstone.AutoModelForCausalLM.from_pretrained(folder, **keywords)


def refused_mesh(folder: Path, names: tuple[str, ...]) -> None:
    """A mesh whose axes mean nothing here."""
    mesh = init_device_mesh("cpu", (2,) + (1,) * (len(names) - 1), mesh_dim_names=names)
    loadstone.AutoModelForCausalLM.from_pretrained(folder, device_mesh=mesh)


def beyond_the_vocabulary(folder: Path) -> None:
    """An id that no rank has."""
    loaded(folder, {"tp_plan": "auto"})[0](torch.tensor([[500]]))


class Settings:
    """What transformers' ``DistributedConfig`` looks like."""

    tp_size = 2
    fsdp_size = None
    tp_plan = "auto"
    ep_implementation = "auto"


def of_an_object(folder: Path) -> str:
    """The mesh that an object asks for."""
    model, _ = loaded(folder, {"distributed_config": Settings()})
    return str(model.load_report.by_rank)
