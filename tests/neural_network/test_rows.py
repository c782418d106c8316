import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from skmanifold_nn.neural_network._rows import has_finite_sum, needs_no_check


def fitted_to(X):
    estimator = BaseEstimator()
    validate_data(estimator, X)
    return estimator


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_that_scikit_learn_would_return(rng, dtype):
    X = rng.standard_normal((5, 3)).astype(dtype)
    estimator = fitted_to(X)
    for rows in (X, X[:1], X[2:4]):
        assert needs_no_check(estimator, rows, dtype)
        assert needs_no_check(estimator, rows, (np.uint8, dtype))
        checked = validate_data(estimator, rows, dtype=dtype, order="C", reset=False)
        assert checked is rows


@pytest.mark.parametrize(
    "change",
    {
        "no rows": lambda X: X[:0],
        "one column less": lambda X: X[:, :2].copy(),
        "one axis": lambda X: X[0],
        "no axis": lambda X: np.array(1.0),
        "three axes": lambda X: X[None],
        "float32": lambda X: X.astype(np.float32),
        "integers": lambda X: X.astype(int),
        "objects": lambda X: X.astype(object),
        "the other order of bytes": lambda X: X.astype(X.dtype.newbyteorder()),
        "columns one after the other": np.asfortranarray,
        "every other column": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
        "NaN": lambda X: np.where(X == X[2, 1], np.nan, X),
        "infinities of both signs": lambda X: np.where(
            X == X[2, 1], np.inf, np.where(X == X[0, 0], -np.inf, X)
        ),
        "a sum that overflows": lambda X: np.full_like(X, 1e308),
        "masked": np.ma.masked_array,
        "a frame": pd.DataFrame,
        "sparse": csr_array,
        "lists": np.ndarray.tolist,
        "nothing": lambda X: None,
    }.items(),
    ids=lambda item: item[0],
)
def test_rows_for_scikit_learn(rng, change):
    X = rng.standard_normal((5, 3))
    assert not needs_no_check(fitted_to(X), change[1](X), np.float64)


def test_names_are_for_scikit_learn(rng):
    X = rng.standard_normal((5, 3))
    named = fitted_to(pd.DataFrame(X, columns=list("abc")))
    assert not needs_no_check(named, X, np.float64)


def test_has_finite_sum():
    assert has_finite_sum(np.ones((2, 2))) and has_finite_sum(np.zeros(0))
    for wrong in (np.nan, np.inf, -np.inf):
        assert not has_finite_sum(np.array([1, wrong]))
    assert not has_finite_sum(np.array([np.inf, -np.inf], np.float32))
