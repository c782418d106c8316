"""Data sets for examples and tests; their origins stand in README.rst beside them."""

from ._series import load_japanese_vowels, load_page_views

__all__ = ["load_japanese_vowels", "load_page_views"]
