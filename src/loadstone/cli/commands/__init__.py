"""The commands with their options, a module each. What they do lies in the modules beside this folder."""
