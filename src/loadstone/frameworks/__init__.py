"""What turns a blueprint into a model: one room for each framework, none of which imports another."""
