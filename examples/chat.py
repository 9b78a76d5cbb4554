"""A conversation: python examples/chat.py [MODEL], then a line for each thing that you say; an empty line ends it.

MODEL is a language model with a chat template: a folder, a GGUF file, or an id of the Hub. Without one it is
SmolLM2-135M-Instruct, from the package that `make demo` installs. `loadstone run MODEL` does the same, and more.
"""

import sys

import loadstone
from loadstone.cli.demo import bundled_chat_model

chat = loadstone.pipeline(
    "text-generation", sys.argv[1] if len(sys.argv) > 1 else bundled_chat_model(), torch_dtype="float32"
)

# The whole conversation is given each time. The checkpoint's chat template writes it as the model was trained on it.
conversation = [{"role": "system", "content": "You are a helpful assistant. Answer in one short sentence."}]
while True:
    try:
        said = input("> ")
    except EOFError:
        break
    if not said:
        break
    conversation.append({"role": "user", "content": said})
    # The answer is the conversation with the assistant's message at its end.
    conversation = chat(conversation, max_new_tokens=60)[0]["generated_text"]
    print(conversation[-1]["content"])
