"""What is known of points: the class or the value of each, or neither."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import type_of_target

from ..metrics._neighborhood_hit import is_missing

__all__ = [
    "KINDS",
    "Labels",
    "array_of",
    "known_labels",
    "known_of",
    "labels_among",
    "labels_of",
]

KINDS = ("auto", "class", "value")
# Whole numbers of more points than this, most of them distinct, are values.
FEW = 20
# Whole numbers up to here are exact as floats.
LARGEST = 2.0**53


@dataclass(frozen=True)
class Labels:
    """Classes or values of points.

    Attributes
    ----------
    known : ndarray of bool of shape (n_samples,)
        Where there is one.
    classes : ndarray of shape (n_classes,) or None
        Ascending, or in the order of pandas' categories; None of values.
    codes : ndarray of shape (n_samples,)
        Classes: the number of each, -1 where there is none. Values: the values, NaN
        where there is none.
    name : str or None
        Of the column that was given.
    """

    known: NDArray
    classes: NDArray | None
    codes: NDArray
    name: str | None = None

    def __getitem__(self, chosen: NDArray) -> Labels:
        """Those of some of the points."""
        return replace(self, known=self.known[chosen], codes=self.codes[chosen])


def labels_of(y: Any, n_samples: int, kind: str = "auto") -> Labels:
    """Classes or values, as `kind` says or as they look; none are known of None.

    Raises
    ------
    ValueError
        If there is not one for each point, or if they cannot be what `kind` says.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}.")
    y, name = _column_of(y)
    order = None
    if kind != "value" and hasattr(getattr(y, "cat", y), "categories"):
        y, order = _numbers_of(getattr(y, "cat", y))
        kind = "class"
    known, labels = known_labels([None] * n_samples if y is None else y)
    if len(known) != n_samples:
        raise ValueError(
            f"y must have one label for each of the {n_samples} points, got "
            f"{len(known)}."
        )
    if kind == "value" or (kind == "auto" and _are_values(labels)):
        values = np.full(n_samples, np.nan)
        values[known] = _finite(labels)
        return Labels(known, None, values, name)
    classes, numbers = np.unique(labels, return_inverse=True)
    if classes.dtype.kind == "f" and (classes == np.rint(classes)).all():
        if float(np.abs(classes).max(initial=0)) < LARGEST:
            classes = classes.astype(np.int64)  # floats for NaN's sake only
    codes = np.full(n_samples, -1)
    codes[known] = numbers
    return Labels(known, classes if order is None else order[classes], codes, name)


def _column_of(y: Any) -> tuple[Any, str | None]:
    """The one column of a data frame, or y itself, and its name if it is a string."""
    if hasattr(y, "columns") and len(y.columns) == 1:
        y = y[y.columns[0]]
    name = getattr(y, "name", None)
    return y, name if isinstance(name, str) else None


def _numbers_of(categorical: Any) -> tuple[NDArray, NDArray]:
    """Numbers of pandas' categories, NaN where there is none, and the categories."""
    numbers = np.asarray(categorical.codes)
    order = np.asarray(categorical.categories, dtype=object)
    return np.where(numbers < 0, np.nan, numbers), order


def labels_among(y: ArrayLike, classes: NDArray) -> Labels:
    """Which of the classes each point is of; labels that are none are not known."""
    y, name = _column_of(y)
    known, labels = known_labels(y)
    matches = np.zeros((len(known), len(classes)), dtype=bool)
    matches[known] = labels[:, np.newaxis] == classes
    known = np.any(matches, axis=1)
    return Labels(known, classes, np.where(known, matches.argmax(axis=1), -1), name)


def array_of(y: Any) -> NDArray:
    """An array of what is given; what is missing, or masked, is None or a float NaN."""
    if np.ma.isMaskedArray(y):
        nothing: Any = np.nan if y.dtype.kind == "f" else None
        y = np.where(np.ma.getmaskarray(y), nothing, np.ma.getdata(y))
    array = np.asarray(y)
    if array.dtype.kind == "U" and isinstance(y, list | tuple):
        array = np.asarray(y, dtype=object)  # NaN among strings is none
    if array.dtype.kind == "O":
        array = array.copy()
        array[~known_of(array)] = None
    return array


def known_of(values: NDArray) -> NDArray:
    """Where there is a label or a value: neither None nor any kind of NaN."""
    if values.dtype.kind != "O":
        return values == values
    known = [not is_missing(value) for value in values.ravel().tolist()]
    return np.array(known, dtype=bool).reshape(values.shape)


def known_labels(y: Any) -> tuple[NDArray, NDArray]:
    """Where labels are known, and those that are, in their own type.

    Raises
    ------
    ValueError
        If they are no labels, or not of one dimension.
    """
    y = array_of(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise ValueError(
            "y must be one label a point, an array of one dimension, got shape "
            f"{y.shape}: draw a picture for each column."
        )
    known = known_of(y)
    labels = y[known]
    if y.dtype.kind == "O":
        labels = np.asarray(labels.tolist())  # numbers or strings
    if labels.ndim != 1 or labels.dtype.kind not in "biufUS":
        raise ValueError(
            f"y must be labels (strings, booleans, numbers) or values, got {y.dtype} "
            f"such as {labels[:1]!r}."
        )
    return known, labels


def _are_values(labels: NDArray) -> bool:
    """Whether labels are values, as scikit-learn tells regression from classes.

    Beyond that, whole numbers of which hardly any comes twice are values: as many
    classes as points say nothing.
    """
    if labels.dtype.kind not in "iuf":
        return False
    if labels.dtype.kind == "f" and abs(_finite(labels)).max(initial=0) >= LARGEST:
        return True
    if type_of_target(labels) == "continuous":
        return True
    n_labels = len(labels)
    return n_labels > FEW and len(np.unique(labels)) > n_labels / 2


def _finite(labels: NDArray) -> NDArray:
    """Labels as numbers, none infinite."""
    try:
        values = labels.astype(np.float64)
    except ValueError as error:
        raise ValueError(
            "y must be numbers to be drawn by value, got strings: kind='class' draws "
            "them by class."
        ) from error
    if np.isinf(values).any():
        raise ValueError("y contains infinity: values must be finite, or NaN.")
    return values
