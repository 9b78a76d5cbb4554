"""The safetensors format: its header, read and written."""
