"""A model that is larger than its memory: python examples/offload.py [MODEL [BYTES]]

MODEL is a language model in safetensors: a folder, or an id of the Hub. BYTES is what it may take of the memory, such
as "8GB". Without a model one is made in a temporary folder: 24 layers of random weights, 58 MB, for which there are 16.
"""

import sys
import tempfile

import torch

import loadstone


def random_model(folder: str) -> str:
    sizes = {"hidden_size": 192, "intermediate_size": 768, "num_hidden_layers": 24, "num_attention_heads": 4}
    config = loadstone.AutoConfig.for_model("llama", vocab_size=1000, **sizes)
    loadstone.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


with tempfile.TemporaryDirectory() as folder:
    name = sys.argv[1] if len(sys.argv) > 1 else random_model(folder)
    budget = {"cpu": sys.argv[2] if len(sys.argv) > 2 else "16MB"}

    # From headers alone, in milliseconds: what will lie where, and what each forward pass reads from the disk.
    forecast = loadstone.plan(name, device_map="auto", max_memory=budget, dtype="auto")
    print(forecast)

    # The load does what the forecast says. While a block computes, the next is read from the checkpoint's own files.
    # Only weights that must be cast (another torch_dtype, a GGUF file) need an `offload_folder=` to lie in.
    model = loadstone.AutoModelForCausalLM.from_pretrained(
        name, device_map="auto", max_memory=budget, torch_dtype="auto"
    )
    devices = list(model.hf_device_map.values())
    print(f"{devices.count('cpu')} modules in memory, {devices.count('disk')} on the disk")

    # Otherwise it is a model as any other, and answers as one that lies in memory.
    prompt = torch.tensor([[1, 5, 6, 7]])
    text = model.generate(prompt, max_new_tokens=8)
    whole = loadstone.AutoModelForCausalLM.from_pretrained(name, torch_dtype="auto")
    print("same text as from memory:", torch.equal(text, whole.generate(prompt, max_new_tokens=8)))
