"""Data sets for examples and tests; the origins of files stand in README.rst."""

from ._cities import load_city_distances
from ._classes import make_disc_and_ring, make_linked_rings, make_spirals
from ._digits import load_mnist_digits
from ._pictures import make_hook_images
from ._sequences import make_adding_problem
from ._series import (
    load_electricity_demand,
    load_gunpoint,
    load_italy_power_demand,
    load_japanese_vowels,
    load_page_views,
    load_sunspots,
)
from ._surfaces import make_severed_sphere, make_swiss_roll_hole, make_twin_peaks
from ._target import make_tilted_target
from ._voices import make_voices

__all__ = [
    "load_city_distances",
    "load_electricity_demand",
    "load_gunpoint",
    "load_italy_power_demand",
    "load_japanese_vowels",
    "load_mnist_digits",
    "load_page_views",
    "load_sunspots",
    "make_adding_problem",
    "make_disc_and_ring",
    "make_hook_images",
    "make_linked_rings",
    "make_severed_sphere",
    "make_spirals",
    "make_swiss_roll_hole",
    "make_tilted_target",
    "make_twin_peaks",
    "make_voices",
]
