"""How ``generate`` chooses tokens: what it applies, what it does not apply, and what it says of that."""
