"""Handwritten digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from ._checks import check_count
from ._files import description, labelled, open_arrays

if TYPE_CHECKING:
    from pandas import Series

__all__ = ["load_mnist_digits"]


def load_mnist_digits(
    *, n_class: int = 10, return_X_y: bool = False, as_frame: bool = False
) -> Bunch | tuple[Any, NDArray[np.int64] | Series]:
    """The first 5,000 handwritten digits of MNIST's training set.

    As :func:`sklearn.datasets.load_digits`, but pictures of 28 x 28 bytes.

    Parameters
    ----------
    n_class : int, default=10
        Digits from 0 to below this number, 1 to 10.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` in place of a Bunch.
    as_frame : bool, default=False
        Whether data and target are pandas objects, and the Bunch has a ``frame``.

    Returns
    -------
    digits : Bunch
        ``data``, ndarray of shape (n_samples, 784), uint8: rows of grey values, 0 for
        paper to 255 for ink.
        ``images``, ndarray of shape (n_samples, 28, 28), uint8: the same.
        ``target``, ndarray of shape (n_samples,), int64: digits, 0 to 9.
        ``feature_names``, ``target_names``, ``frame``, ``DESCR``: as in scikit-learn.

    Raises
    ------
    ValueError
        If `n_class` is out of its range.
    ImportError
        If ``as_frame`` is true and pandas is not installed.

    Notes
    -----
    From the package mnist 1.1.0 for JavaScript (copyright 2015 Juan Cazala, MIT
    licence); see ``DESCR`` for the database itself.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86, 1998.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_mnist_digits
    >>> digits = load_mnist_digits()
    >>> digits.images.shape, digits.target[:6]
    ((5000, 28, 28), array([5, 0, 4, 1, 9, 2]))
    """
    if check_count("n_class", n_class) > 10:
        raise ValueError(f"n_class must be an int of at most 10, got {n_class}.")
    with open_arrays("mnist_digits.npz") as file:
        images, target = file["images"], file["labels"].astype(np.int64)
    chosen = target < n_class
    images, target = images[chosen], target[chosen]
    return labelled(
        "load_mnist_digits",
        images.reshape(len(images), -1),
        target,
        feature_names=[f"pixel_{i}_{j}" for i in range(28) for j in range(28)],
        target_names=range(n_class),
        as_frame=as_frame,
        return_X_y=return_X_y,
        images=images,
        DESCR=description("mnist_digits.npz"),
    )
