"""The series that come with the package."""

import numpy as np

from skmanifold_nn.datasets import load_page_views


def test_page_views():
    series = load_page_views()
    assert series.dates.shape == series.views.shape == (2905,)
    assert series.dates.dtype == "datetime64[D]"
    assert series.dates[0] == np.datetime64("2007-12-10")
    assert series.dates[-1] == np.datetime64("2016-01-20")
    steps = np.diff(series.dates).astype(int)
    assert steps.min() == 1
    assert (steps - 1).sum() == 59
    assert series.views.min() == 193
    np.testing.assert_array_equal(series.views, np.round(series.views))


def test_page_views_are_copies():
    load_page_views().views[:] = 0
    assert load_page_views().views.min() > 0
