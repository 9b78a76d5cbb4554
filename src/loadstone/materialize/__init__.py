"""A recipe and the bytes that it names → an array in memory."""
