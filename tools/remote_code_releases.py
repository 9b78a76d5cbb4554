"""Model files of releases of Transformers, as code that comes with a checkpoint: which load, and with whose numbers.

    python tools/remote_code_releases.py FOLDER [--release 4.44.2]… [--family falcon]…

For each release, which pip puts into a folder of its own, and each family: its configuration and model file are copied
beside a ``config.json`` (relative imports made absolute), a process that has that release makes a tiny model with
random weights, stores them, and notes its logits and, of a decoder, what it writes. Then this process, with the
Transformers that is installed here, loads the folder with ``trust_remote_code=True`` and compares. Needs a network,
once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

RELEASES = ("4.30.2", "4.36.2", "4.44.2", "4.48.3", "4.52.4", "4.57.1", "5.23.0")
INSTALLED = "installed"
"""The one that is here: nothing is fetched."""
TOLERANCE = 1e-5
SAME = "same"
_SMALL: Mapping[str, object] = {
    **{"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2},
    **{"intermediate_size": 48, "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2},
}
_GPT: Mapping[str, object] = {
    **{"vocab_size": 99, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "n_inner": 48},
    **{"bos_token_id": 1, "eos_token_id": 2},
}
_MASKED, _CAUSAL = "AutoModelForMaskedLM", "AutoModelForCausalLM"


class Model(NamedTuple):
    """One family's class, and its smallest config."""

    name: str
    auto_class: str = _CAUSAL
    config: Mapping[str, object] = _SMALL


FAMILIES: Mapping[str, Model] = {
    "bloom": Model("Bloom", config={"vocab_size": 99, "hidden_size": 32, "n_layer": 2, "n_head": 4}),
    "camembert": Model("Camembert", _MASKED),
    "codegen": Model("CodeGen", config={**_GPT, "rotary_dim": 8}),
    "cohere": Model("Cohere"),
    "deberta_v2": Model(
        "DebertaV2",
        _MASKED,
        {**_SMALL, "relative_attention": True, "pos_att_type": ["p2c", "c2p"], "type_vocab_size": 0},
    ),
    "electra": Model("Electra", _MASKED, {**_SMALL, "embedding_size": 32}),
    "ernie": Model("Ernie", _MASKED),
    "esm": Model(
        "Esm", _MASKED, {**_SMALL, "position_embedding_type": "rotary", "mask_token_id": 5, "pad_token_id": 1}
    ),
    "falcon": Model("Falcon"),
    "gpt_bigcode": Model("GPTBigCode", config=_GPT),
    "gpt_neo": Model(
        "GPTNeo",
        config={
            **{"vocab_size": 99, "hidden_size": 32, "num_layers": 2, "num_heads": 4, "intermediate_size": 48},
            **{"attention_types": [[["global", "local"], 1]], "window_size": 3, "max_position_embeddings": 64},
            **{"bos_token_id": 1, "eos_token_id": 2},
        },
    ),
    "gpt_neox": Model("GPTNeoX"),
    "gptj": Model("GPTJ", config={**_GPT, "rotary_dim": 8}),
    "megatron_bert": Model("MegatronBert", _MASKED),
    "mobilebert": Model(
        "MobileBert",
        _MASKED,
        {**_SMALL, "intra_bottleneck_size": 32, "embedding_size": 16, "num_feedforward_networks": 2},
    ),
    "mpnet": Model("MPNet", _MASKED, {**_SMALL, "pad_token_id": 1}),
    "mpt": Model("Mpt", config={"vocab_size": 99, "d_model": 32, "n_layers": 2, "n_heads": 4, "max_seq_len": 64}),
    "olmo": Model("Olmo"),
    "opt": Model(
        "OPT",
        config={**_SMALL, "ffn_dim": 48, "word_embed_proj_dim": 32, "pad_token_id": 1, "do_layer_norm_before": True},
    ),
    "persimmon": Model("Persimmon"),
    "phi": Model("Phi"),
    "squeezebert": Model("SqueezeBert", _MASKED, {**_SMALL, "embedding_size": 32}),
    "stablelm": Model("StableLm"),
    "starcoder2": Model("Starcoder2"),
    "xglm": Model(
        "XGLM",
        config={
            **{"vocab_size": 99, "d_model": 32, "ffn_dim": 48, "num_layers": 2, "attention_heads": 4},
            **{"max_position_embeddings": 64, "pad_token_id": 1},
        },
    ),
}


def class_name(model: Model) -> str:
    """``FalconForCausalLM``."""
    suffix = "LMHeadModel" if model.name in ("OpenAIGPT",) else model.auto_class.removeprefix("AutoModel")
    return model.name + suffix


def absolute(source: str) -> str:
    """Model files import by two, three dots; of the files beside them by one, which stays."""
    source = re.sub(r"^(\s*)from \.\.\.\s+import", r"\1from transformers import", source, flags=re.M)
    source = re.sub(r"^(\s*)from \.\.\.(\w)", r"\1from transformers.\2", source, flags=re.M)
    return re.sub(r"^(\s*)from \.\.(\w)", r"\1from transformers.models.\2", source, flags=re.M)


def prepare(release: str, root: Path) -> Path:
    """The folder that has the release and what it needs, besides PyTorch."""
    if release == INSTALLED:
        import transformers

        return Path(transformers.__file__).parents[1]
    site = root / "site" / release
    if not (site / "transformers").is_dir():
        command = [sys.executable, "-m", "pip", "install", "-q", "--only-binary", ":all:", "--target", str(site)]
        subprocess.run([*command, f"transformers=={release}"], check=True)
    return site


def write(release: str, family: str, site: Path, root: Path) -> Path:
    """The family's files and its config, beside which the weights will lie."""
    model, folder = FAMILIES[family], root / "models" / release / family
    folder.mkdir(parents=True, exist_ok=True)
    source = site / "transformers" / "models" / family
    text = (source / f"modeling_{family}.py").read_text()
    for name in (f"configuration_{family}.py", f"modeling_{family}.py"):
        (folder / name).write_text(absolute((source / name).read_text()))
    # Of what else lies beside the model file, what it imports for certain.
    for beside in set(re.findall(r"^from \.(\w+) import", text, flags=re.M)):
        if (source / f"{beside}.py").is_file():
            (folder / f"{beside}.py").write_text(absolute((source / f"{beside}.py").read_text()))
    name = re.search(rf"class ({model.name}Config)\(", (folder / f"configuration_{family}.py").read_text(), re.I)
    assert name is not None, family
    auto_map = {
        "AutoConfig": f"configuration_{family}.{name[1]}",
        model.auto_class: f"modeling_{family}.{class_name(model)}",
    }
    (folder / "auto_map.json").write_text(json.dumps(auto_map))
    return folder


def make_references(folders: list[Path]) -> None:
    """In a process that has the release: tiny models, their weights and their logits; an error is noted, too."""
    import torch
    import transformers
    from safetensors.torch import save_file

    for folder in folders:
        model = FAMILIES[folder.name]
        try:
            cls = getattr(transformers, class_name(model))
            config = cls.config_class(**model.config)
            torch.manual_seed(0)
            made = cls(config).eval()
            with torch.no_grad():
                for parameter in made.parameters():
                    parameter.normal_(std=0.1)
                made.tie_weights()
                logits = {name: made(ids).logits for name, ids in inputs().items()}
                logits["written"] = written(made, model)
            state, seen = {}, set[int]()
            for name, tensor in made.state_dict().items():
                if tensor.data_ptr() not in seen:
                    state[name] = tensor.contiguous()
                seen.add(tensor.data_ptr())
            save_file(state, folder / "model.safetensors", {"format": "pt"})
            values = json.loads(config.to_json_string(use_diff=False))
            values["auto_map"] = json.loads((folder / "auto_map.json").read_text())
            (folder / "config.json").write_text(json.dumps(values))
            torch.save(logits, folder / "logits.pt")
        except Exception:  # noqa: BLE001  # of whatever kind, it is noted
            (folder / "failed.txt").write_text(traceback.format_exc())


def inputs() -> dict[str, Any]:
    """What the models read."""
    import torch

    return {"ids": torch.tensor([[5, 9, 17, 33, 4, 8, 12, 60], [7, 3, 98, 21, 11, 45, 6, 31]])}


def written(made: Any, model: Model) -> Any:
    """Eight tokens after each prompt, with a cache and without, and by two beams; nothing for a masked model."""
    import torch

    if model.auto_class != _CAUSAL:
        return torch.zeros(0)
    prompt = inputs()["ids"][:, 1:]
    how = {"attention_mask": torch.ones_like(prompt), "do_sample": False, "pad_token_id": 0, "eos_token_id": 98}
    ways: tuple[dict[str, Any], ...] = ({}, {"use_cache": False}, {"num_beams": 2})
    return torch.cat([made.generate(prompt, max_new_tokens=8, min_new_tokens=8, **how, **way) for way in ways])


def compare(folder: Path) -> str:
    """``"same"``, or what is wrong."""
    import torch

    import loadstone

    if (folder / "failed.txt").is_file():
        return f"no reference: {(folder / 'failed.txt').read_text().strip().splitlines()[-1]}"
    expected = torch.load(folder / "logits.pt")
    try:
        auto_class = getattr(loadstone, FAMILIES[folder.name].auto_class)
        model = auto_class.from_pretrained(folder, trust_remote_code=True).eval()
        with torch.no_grad():
            worst = max(float((model(ids).logits - expected[name]).abs().max()) for name, ids in inputs().items())
            if not torch.equal(written(model, FAMILIES[folder.name]), expected["written"]):
                return "writes other tokens"
    except Exception as error:  # noqa: BLE001  # a stranger's code may raise anything
        return f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"
    fresh = model.load_report.initialized
    if fresh:
        return f"newly initialized: {', '.join(fresh)}"
    return SAME if worst <= TOLERANCE else f"differs by {worst:.2g}"


def run(release: str, families: list[str], root: Path) -> dict[str, str]:
    """Family → verdict."""
    site = prepare(release, root)
    there = [name for name in families if (site / "transformers" / "models" / name / f"modeling_{name}.py").is_file()]
    folders = [write(release, name, site, root) for name in there]
    missing = [folder for folder in folders if not (folder / "logits.pt").is_file()]
    if missing:
        for folder in missing:
            (folder / "failed.txt").unlink(missing_ok=True)
        command = [sys.executable, __file__, str(root), "--make", *map(str, missing)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(site), "HF_HUB_OFFLINE": "1"})
    return {folder.name: compare(folder) for folder in folders}


def main() -> int:
    """0 if every model has the numbers of its release."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--release", action="append", help=", ".join(RELEASES))
    parser.add_argument("--family", action="append", choices=FAMILIES)
    parser.add_argument("--make", nargs="+", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        make_references(given.make)
        return 0
    all_same = True
    for release in given.release or RELEASES:
        verdicts = run(release, given.family or list(FAMILIES), given.folder.absolute())
        for family, verdict in verdicts.items():
            print(f"{release:8} {family:14} {verdict}")
        same = sum(verdict == SAME for verdict in verdicts.values())
        print(f"{release}: {same} of {len(verdicts)}")
        all_same = all_same and same == len(verdicts)
    return 0 if all_same else 1


if __name__ == "__main__":
    sys.exit(main())
