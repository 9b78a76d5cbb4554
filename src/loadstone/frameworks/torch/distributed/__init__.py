"""PyTorch models over several processes."""
