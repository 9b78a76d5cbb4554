"""Text to tokens and back: tokenizers from files of every kind, and chat templates."""
