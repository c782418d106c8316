"""Rows that are as scikit-learn's checks would return them."""

import math

import numpy as np

__all__ = ["has_finite_sum", "needs_no_check"]


def has_finite_sum(values):
    """False where not all values are finite, or their sum overflows.

    Parameters
    ----------
    values : ndarray

    Returns
    -------
    is_finite : bool
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(values.sum())


def needs_no_check(estimator, X, dtype):
    """Whether `validate_data` would return these very rows.

    It takes longer than a small network: without it answers to one row come in less
    than a third of the time (bench_nn.py).

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : object
        What a user gave.
    dtype : dtype or tuple of them
        Those that stay as they are.

    Returns
    -------
    needs_none : bool
    """
    return (
        type(X) is np.ndarray
        and X.ndim == 2
        and len(X) > 0
        and X.shape[1] == estimator.n_features_in_
        and X.dtype in (dtype if isinstance(dtype, tuple) else (dtype,))
        and X.flags.c_contiguous
        and not hasattr(estimator, "feature_names_in_")
        and has_finite_sum(X)
    )
