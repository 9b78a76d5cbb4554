"""PyTorch's own files (``.bin``, ``.pt``): pickles that may only build tensors."""
