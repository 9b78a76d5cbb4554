"""Files pinned byte for byte: the lock, and a load under one."""
