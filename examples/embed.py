"""Sentences to vectors, and which of them mean the same: python examples/embed.py [MODEL]

MODEL is an encoder: a folder, or an id of the Hub such as "sentence-transformers/all-MiniLM-L6-v2". Without one it is
that model, from the package that `make demo` installs.
"""

import sys

import loadstone
from loadstone.cli.demo import bundled_model

SENTENCES = [
    "Green leaves turn sunlight, water and carbon dioxide into sugar.",
    "Plants make their own food from light.",
    "The stock market fell sharply on Monday.",
]

# The pipeline tokenizes, runs the model, and pools its output as the checkpoint's own files say.
embed = loadstone.pipeline("sentence-embedding", sys.argv[1] if len(sys.argv) > 1 else bundled_model())

# One row for each sentence, of length 1: a product of two rows is their cosine similarity.
vectors = embed.vectors(SENTENCES)
print(f"{len(vectors)} vectors of {vectors.shape[1]} values")
for sentence, similarities in zip(SENTENCES, (vectors @ vectors.T).tolist(), strict=True):
    print("  ".join(f"{similarity:5.2f}" for similarity in similarities), "", sentence)
