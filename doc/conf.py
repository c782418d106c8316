"""Configuration of the documentation: sphinx-build -W -b html doc doc/_build/html."""

import os

os.environ.setdefault("MPLBACKEND", "Agg")

from skmanifold_nn import __version__

project = "skmanifold_nn"
author = "The skmanifold_nn developers"
copyright = "2026, The skmanifold_nn developers"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "auto_examples/*.ipynb"]
nitpicky = False
default_role = "py:obj"  # a link where the name has a page, else code

html_theme = "pydata_sphinx_theme"
html_title = f"skmanifold_nn {release}"
html_static_path = ["_static"]
html_css_files = ["names.css"]
html_theme_options = {
    "logo": {"text": "skmanifold_nn"},
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"changelog": [], "installation": []}

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
# All but these; check_docstrings.py applies the same to methods without a page.
numpydoc_validation_checks = {
    "all",
    "ES01",  # not everything needs a second paragraph,
    "SA01",  # or something else to see
    "EX01",  # tests/test_docstrings.py asks for examples, of classes, not of methods
    "RT02",  # a single returned value has a name, too
    "SS05",  # takes plurals at the beginning of a summary for verbs
}

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_",
    "ignore_pattern": r"quickstart\.py",
    "backreferences_dir": "api/generated/backreferences",
    "doc_module": ("skmanifold_nn",),
    "within_subsection_order": "FileNameSortKey",
    "remove_config_comments": True,
    "capture_repr": ("_repr_html_",),  # no <...Display object at 0x...>
    "show_memory": False,
    "write_computation_times": False,
}
