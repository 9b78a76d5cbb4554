"""Where weights lie, and how they come to where they compute."""
