"""What goes where, and what it takes: pure, without I/O and without a framework."""
