"""llama.cpp's GGUF files: header, metadata, names, config."""
