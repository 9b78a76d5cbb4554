"""From a skeleton to a model whose slots hold their weights."""
