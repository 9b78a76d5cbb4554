"""A model spread over two processes: python examples/shard.py [MODEL]

The same as: torchrun --nproc-per-node 2 examples/shard.py MODEL

MODEL is a language model in safetensors: a folder, or an id of the Hub. Without one a small model with random weights
is made in a temporary folder.
"""

import os
import subprocess
import sys
import tempfile

import torch
import torch.distributed as dist

import loadstone


def main(name: str) -> None:
    """What each process runs: a rank, which holds its share of every layer."""
    dist.init_process_group("gloo")  # between two GPUs: "nccl"
    # Each rank reads its own share of the files. Nothing is read whole and then split.
    model = loadstone.AutoModelForCausalLM.from_pretrained(name, tp_plan="auto", torch_dtype="auto")
    weight = model.model.layers[0].self_attn.q_proj.weight
    prompt = torch.tensor([[1, 5, 6, 7]])
    text = model.generate(prompt, max_new_tokens=8)
    for rank in range(dist.get_world_size()):  # one after another
        if rank == dist.get_rank():
            print(model.load_report.by_rank)
            print(f"  q_proj: {tuple(weight.to_local().shape)} of {tuple(weight.shape)}", flush=True)
        dist.barrier()
    if dist.get_rank() == 0:
        whole = loadstone.AutoModelForCausalLM.from_pretrained(name, torch_dtype="auto")
        print("same text as from one process:", torch.equal(text, whole.generate(prompt, max_new_tokens=8)))
    dist.barrier()
    dist.destroy_process_group()


def random_model(folder: str) -> str:
    sizes = {"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = loadstone.AutoConfig.for_model("llama", vocab_size=1000, **sizes)
    loadstone.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


if "RANK" in os.environ:
    main(sys.argv[1])
else:
    with tempfile.TemporaryDirectory() as folder:
        name = sys.argv[1] if len(sys.argv) > 1 else random_model(folder)
        launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
        subprocess.run([*launcher, __file__, name], check=True)
