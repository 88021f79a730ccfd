"""Sphinx's configuration: `nox -s docs`. Nothing is fetched."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import ecr_typed

project = "ecr_typed"
author = "the authors of ecr_typed"
copyright = author  # noqa: A001  # Sphinx's name
version = release = ecr_typed.__version__

extensions = [
    "sphinx.ext.autodoc",
    "myst_parser",
    "extension",
    "appearance",
]
exclude_patterns = ["_build"]
myst_enable_extensions = ["attrs_block", "deflist"]
myst_heading_anchors = 3

autodoc_class_signature = "separated"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
add_module_names = False
toc_object_entries_show_parents = "hide"

pygments_dark_style = "monokai"
smartquotes_action = "D"  # dashes; docstrings quote characters that names may have

html_theme = "furo"
html_title = f"ecr_typed {release}"
html_static_path = ["_static"]
html_css_files = ["ecr_typed.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b6e75",
        "color-brand-content": "#0b6e75",
        "color-brand-visited": "#0b6e75",
        "color-api-name": "#0b6e75",
        "color-api-pre-name": "#0b6e75",
    },
    "dark_css_variables": {
        "color-brand-primary": "#5cc8cf",
        "color-brand-content": "#5cc8cf",
        "color-brand-visited": "#5cc8cf",
        "color-api-name": "#5cc8cf",
        "color-api-pre-name": "#5cc8cf",
    },
}

nitpick_ignore_regex = [
    # Names of others, whose documentation is not looked up over the network.
    (
        r"py:.*",
        r"(attrs?|boto3|botocore|collections|datetime|mypy_boto3_ecr|random|types)\..*",
    ),
    # Type variables, which are documented nowhere.
    (r"py:.*", r"ecr_typed\.(conversion\.Model|pagination\.(Item|Page))"),
]
