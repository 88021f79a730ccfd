"""Sphinx's configuration. `nox -s docs` builds the documentation; nothing is fetched."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import ecr_typed

project = "ecr_typed"
author = "the authors of ecr_typed"
copyright = author  # noqa: A001  # Sphinx's name
version = release = ecr_typed.__version__

extensions = ["sphinx.ext.autodoc", "myst_parser", "sphinx_copybutton", "extension"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
default_role = "literal"  # single backticks in docstrings

autodoc_class_signature = "separated"
autodoc_default_options = {"members": True, "exclude-members": "__init__, __new__"}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
add_module_names = False
toc_object_entries_show_parents = "hide"

copybutton_exclude = ".linenos, .gp, .go"
copybutton_selector = "div:not(.highlight-text) > div.highlight > pre"
pygments_dark_style = "github-dark"
smartquotes_action = (
    "D"  # dashes only: docstrings quote characters that names may contain
)

html_theme = "furo"
html_title = f"ecr_typed {release}"
html_static_path = ["_static"]
html_css_files = ["ecr_typed.css"]
html_js_files = ["tables.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
_BRAND = (
    "brand-primary",
    "brand-content",
    "brand-visited",
    "api-name",
    "api-pre-name",
)
html_theme_options = {
    "light_css_variables": {f"color-{name}": "#0b6e75" for name in _BRAND},
    "dark_css_variables": {f"color-{name}": "#5cc8cf" for name in _BRAND},
}

nitpick_ignore_regex = [
    # Names of other packages, whose documentation is not fetched.
    (
        r"py:.*",
        r"(attrs?|boto3|botocore|collections|concurrent|datetime|mypy_boto3_ecr|os|pathlib|random|types)\..*",
    ),
    (r"py:.*", r"rich\..*"),
    # Private names and aliases in annotations, which have no page.
    (r"py:.*", r"ecr_typed\._.*|ecr_typed\.\w+\._.*|PolicySource"),
]
