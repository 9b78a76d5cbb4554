"""A name → files: a folder, or a repository of the Hub at one exact commit; and the way back, publishing."""
