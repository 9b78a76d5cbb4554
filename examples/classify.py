"""A classifier from six sentences: python examples/classify.py [MODEL]

MODEL is a classifier that exists: a folder, or an id of the Hub such as
"distilbert/distilbert-base-uncased-finetuned-sst-2-english". Without one a classifier is made: a new head on top of
all-MiniLM-L6-v2, from the package that `make demo` installs, is trained in a few seconds.
"""

import sys
import tempfile

import torch

import loadstone
from loadstone.cli.demo import bundled_model

TRAINING = {
    "negative": ["I hated every minute.", "Broken after a day.", "What a waste of money."],
    "positive": ["I loved every minute.", "Works like a charm.", "Worth every cent."],
}
REVIEWS = ["A delight from start to finish.", "It stopped working and nobody answers my mails."]


def trained(folder: str) -> str:
    """Train a head for the classes on top of an encoder, and save both into the folder."""
    torch.manual_seed(0)  # a new head begins with random numbers
    labels = list(TRAINING)
    # The encoder's weights come from the file. The head is new: the load report says so, by name.
    model = loadstone.AutoModelForSequenceClassification.from_pretrained(
        bundled_model(), id2label=dict(enumerate(labels)), label2id={label: index for index, label in enumerate(labels)}
    )
    print("new:", *model.load_report.initialized)
    tokenizer = loadstone.AutoTokenizer.from_pretrained(bundled_model())
    batch = tokenizer([text for texts in TRAINING.values() for text in texts], padding=True, return_tensors="pt")
    batch["labels"] = torch.tensor([index for index, texts in enumerate(TRAINING.values()) for _ in texts])
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    model.train()
    for _ in range(6):
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    print(f"loss after 6 steps: {loss.item():.3f}")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


with tempfile.TemporaryDirectory() as folder:
    model = sys.argv[1] if len(sys.argv) > 1 else trained(folder)
    classify = loadstone.pipeline("text-classification", model)
    for review, answer in zip(REVIEWS, classify(REVIEWS), strict=True):
        print(f"{answer['label']} ({answer['score']:.2f}): {review}")
