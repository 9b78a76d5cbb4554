"""The words that every room shares: tensors, names, sizes, paths, progress."""
