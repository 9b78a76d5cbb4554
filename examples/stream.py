"""Text as it is written, token by token: python examples/stream.py [MODEL [PROMPT]]

MODEL is a language model: a folder, a GGUF file, or an id of the Hub. Without one it is SmolLM2-135M-Instruct, from the
package that `make demo` installs.
"""

import sys
import time

import loadstone
from loadstone.cli.demo import bundled_chat_model

name = sys.argv[1] if len(sys.argv) > 1 else bundled_chat_model()
prompt = sys.argv[2] if len(sys.argv) > 2 else "The three primary colors are"


class Printer:
    """A streamer is whatever has `put`, which gets the prompt and then each token, and `end`."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.ids, self.shown, self.times = [], "", []

    def put(self, ids):
        self.times.append(time.perf_counter())
        self.ids += ids.flatten().tolist()
        text = self.tokenizer.decode(self.ids, skip_special_tokens=True)
        if not text.endswith("\ufffd"):  # the first half of a sign that takes two tokens: wait for the other
            print(text[len(self.shown) :], end="", flush=True)
            self.shown = text

    def end(self):
        print()


tokenizer = loadstone.AutoTokenizer.from_pretrained(name)
# A model that lies in a bucket or on a web server is read by ranges, without a copy on the disk, and so is one of the
# Hub with `stream=True`: from_pretrained("s3://bucket/folder"), from_pretrained("owner/name", stream=True).
model = loadstone.AutoModelForCausalLM.from_pretrained(name, torch_dtype="float32")
printer = Printer(tokenizer)
model.generate(**tokenizer(prompt, return_tensors="pt"), max_new_tokens=20, streamer=printer)

first, last, tokens = printer.times[1], printer.times[-1], len(printer.times) - 1
if tokens > 1:
    print(f"[{(tokens - 1) / (last - first):.1f} tokens a second after the first]", file=sys.stderr)
