"""Sphinx's settings, under the names that it looks for."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import loadstone

project = "Loadstone"
author = copyright = "The Loadstone authors"
version = release = loadstone.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "reference.names"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "sidebar_width": "260px"}
html_copy_source = False
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True
autodoc_default_options = {"exclude-members": "__new__, __init__"}
napoleon_numpy_docstring = False
# Sphinx cannot tell the module `loadstone.pipeline` from the function of that name, nor color a block that ends in `…`.
suppress_warnings = ["misc.highlighting_failure"]
