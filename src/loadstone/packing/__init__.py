"""Numbers stored in fewer bits than they are used in: one file for each way to store them. No framework, no I/O."""
