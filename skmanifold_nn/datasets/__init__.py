"""Data sets for examples and tests; the origins of files stand in README.rst."""

from ._pictures import make_hook_images
from ._series import load_japanese_vowels, load_page_views

__all__ = ["load_japanese_vowels", "load_page_views", "make_hook_images"]
