"""From a name to a running model, one step after another."""
