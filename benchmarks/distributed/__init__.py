"""What ``run_distributed.py`` measures: a module for each part, with what ``part.py`` asks for."""
