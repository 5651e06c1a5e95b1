"""Sphinx settings: `make docs` builds into build/docs."""

from importlib.metadata import version as installed

project = "matchmaker"
author = "the matchmaker maintainers"
copyright = "2026, the matchmaker maintainers"
release = version = installed("matchmaker")
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
nb_execution_mode = "off"
html_theme = "pydata_sphinx_theme"
html_title = "matchmaker"
exclude_patterns = ["_build"]
autodoc_typehints = "description"
nitpicky = False
