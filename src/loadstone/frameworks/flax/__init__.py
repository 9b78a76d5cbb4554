"""Blueprint → ``flax.nnx`` modules: build, fill, shard, run."""
