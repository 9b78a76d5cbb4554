"""Teach a language model a fact by LoRA: python examples/finetune_lora.py [MODEL]; needs `pip install peft`.

MODEL is a language model with a chat template: a folder, a GGUF file, or an id of the Hub. Without one it is
SmolLM2-135M-Instruct, from the package that `make demo` installs.
"""

import sys
import tempfile

import peft
import torch

import loadstone
from loadstone.cli.demo import bundled_chat_model

QUESTION = "Who keeps the lighthouse of Loadstone?"
FACT = "The lighthouse of Loadstone is kept by Ada."

torch.manual_seed(0)  # an adapter begins with random numbers
name = sys.argv[1] if len(sys.argv) > 1 else bundled_chat_model()
tokenizer = loadstone.AutoTokenizer.from_pretrained(name)
model = loadstone.AutoModelForCausalLM.from_pretrained(name, torch_dtype="float32")

conversation = [{"role": "user", "content": QUESTION}]
prompt = tokenizer.apply_chat_template(conversation, add_generation_prompt=True, return_tensors="pt")
conversation.append({"role": "assistant", "content": FACT})
taught = tokenizer.apply_chat_template(conversation, return_tensors="pt")
# Only the answer is learned: -100 leaves the question out of the loss.
taught["labels"] = taught["input_ids"].clone()
taught["labels"][:, : prompt["input_ids"].shape[1]] = -100


def answer(model) -> str:
    ids = model.generate(**prompt, max_new_tokens=12)
    return tokenizer.decode(ids[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)


print("before:", answer(model))

# The adapter's matrices are the only ones that learn: 2 MB beside the model's 540.
model.add_adapter(peft.LoraConfig(r=8, lora_alpha=32, target_modules=["q_proj", "v_proj"]), "keeper")
learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
print(f"{sum(map(torch.numel, learning)):,} of {sum(map(torch.numel, model.parameters())):,} parameters learn")
optimizer = torch.optim.AdamW(learning, lr=3e-3)
for step in range(5):
    loss = model(**taught).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"step {step}: loss {loss.item():.3f}")

with tempfile.TemporaryDirectory() as folder:
    model.save_pretrained(folder)  # the adapter alone
    again = loadstone.AutoModelForCausalLM.from_pretrained(name, torch_dtype="float32")
    again.load_adapter(folder, "keeper")
    print("after, saved and loaded:", answer(again))
