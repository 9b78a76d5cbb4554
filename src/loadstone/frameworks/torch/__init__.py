"""PyTorch: blueprint → ``nn.Module``; fill, tie, run, save."""
