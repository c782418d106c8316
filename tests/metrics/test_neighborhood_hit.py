"""Neighborhood hit against its definition."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.metrics import pairwise_distances

from skmanifold_nn.metrics import neighborhood_hit

MISSING = {
    "floats": np.resize([0, 1, np.nan], 12),
    "objects": np.resize(np.array(["a", "b", None], dtype=object), 12),
    "a list": ["a", "b", None] * 4,
    "NaN among strings": np.resize(np.array(["a", "b", np.nan], dtype=object), 12),
    "a list with NaN": ["a", "b", float("nan")] * 4,
    "NaT": np.resize(np.array(["2020-01-01", "NaT"], dtype="M8[D]"), 12),
    "pandas": pd.Series(["a", "b", None] * 4),
    "pandas strings": pd.Series(["a", "b", None] * 4, dtype="string"),
    "pandas integers": pd.Series([1, 2, None] * 4, dtype="Int64"),
    "pandas booleans": pd.Series([True, False, None] * 4, dtype="boolean"),
    "pandas categories": pd.Series(["a", "b", None] * 4, dtype="category"),
    "a frame": pd.DataFrame({"y": pd.Series([1, 2, None] * 4, dtype="Int64")}),
    "polars": pl.Series(["a", "b", None] * 4),
    "polars integers": pl.Series([1, 2, None] * 4),
    "polars categories": pl.Series(["a", "b", None] * 4, dtype=pl.Categorical),
}
KNOWN = {name: y[:2] for name, y in MISSING.items() if name not in ("a frame", "NaT")}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("k", [1, 6, 49])
def test_definition(rng, k, dtype):
    Y = rng.standard_normal((50, 2)).astype(dtype)
    y = np.array(["a", "b", "c"])[rng.integers(3, size=50)]
    D = pairwise_distances(Y.astype(float))
    np.fill_diagonal(D, np.inf)
    near = np.argsort(D, axis=1)[:, :k]
    expected = np.mean(y[near] == y[:, None])
    for n_jobs in (1, 2):
        found = neighborhood_hit(Y, y, n_neighbors=k, n_jobs=n_jobs)
        assert found == pytest.approx(expected)


def test_closed_forms():
    Y = np.repeat([[0.0], [100.0]], 10, axis=0) + np.arange(20)[:, None]
    classes = np.repeat([0, 1], 10)
    assert neighborhood_hit(Y, classes, n_neighbors=9) == 1
    assert neighborhood_hit(Y, classes, n_neighbors=19) == pytest.approx(9 / 19)
    assert neighborhood_hit(Y, np.arange(20)) == 0
    assert neighborhood_hit(np.zeros((6, 2)), np.ones(6), n_neighbors=3) == 1


def test_errors():
    Y = np.arange(8.0)[:, None]
    with pytest.raises(ValueError, match="n_neighbors must be an integer from 1 to 7"):
        neighborhood_hit(Y, np.ones(8), n_neighbors=8)
    with pytest.raises(ValueError, match="got 7 classes and 8 rows"):
        neighborhood_hit(Y, np.ones(7))
    with pytest.raises(ValueError, match="y contains NaN"):
        neighborhood_hit(Y, np.full(8, np.nan))
    with pytest.raises(ValueError, match="too few samples for n_neighbors=5"):
        neighborhood_hit(Y[:1], [1])


@pytest.mark.parametrize("name", MISSING)
@pytest.mark.filterwarnings("ignore:A column-vector y")
def test_missing_classes_are_refused(name):
    Y = np.arange(12.0)[:, None]
    with pytest.raises(ValueError, match=r"y contains NaN: .* in row (1|2)\."):
        neighborhood_hit(Y, MISSING[name])


@pytest.mark.parametrize("name", KNOWN)
def test_classes_of_all_types(name):
    Y = np.array([[0.0], [1.0]])
    assert neighborhood_hit(Y, KNOWN[name], n_neighbors=1) == 0
