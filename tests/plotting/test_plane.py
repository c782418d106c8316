"""Places of the plane, as estimators want them."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from skmanifold_nn.plotting._plane import bounds_of, like, lines_of, rows_of


def test_rows_have_two_axes(rng):
    X = rng.normal(size=(5, 2, 3))
    np.testing.assert_array_equal(rows_of(X), X.reshape(5, 6))
    np.testing.assert_array_equal(rows_of([1.0, 2.0]), [[1], [2]])
    np.testing.assert_array_equal(rows_of(csr_array(X[:, 0])), X[:, 0])
    for ragged in ([np.zeros((2, 3)), np.zeros((4, 3))], [[1, 2], [3]]):
        with pytest.raises(ValueError, match="different sizes"):
            rows_of(ragged)


@pytest.mark.parametrize("empty", [[], np.empty((0, 2)), np.empty((0, 3, 2))])
def test_no_samples(empty):
    with pytest.raises(ValueError, match="one sample at least, got none"):
        rows_of(empty)


def test_names_of_features_are_kept(rng):
    rows = rng.normal(size=(4, 2))
    assert like(rng.normal(size=(3, 2)), rows) is rows
    pandas = pytest.importorskip("pandas")
    table = like(pandas.DataFrame({"a": [1], "b": [2]}), rows)
    assert list(table.columns) == ["a", "b"]
    np.testing.assert_array_equal(table.to_numpy(), rows)
    polars = pytest.importorskip("polars")
    table = like(polars.DataFrame({"c": [1], "d": [2]}), rows)
    assert table.columns == ["c", "d"]
    np.testing.assert_array_equal(table.to_numpy(), rows)


def test_bounds_have_a_margin():
    low, high = bounds_of(np.array([[0.0, 10], [4, 30]]), 0.25)
    np.testing.assert_allclose((low, high), [(-1, 5), (5, 35)])
    # Nothing varies: there is room all the same.
    low, high = bounds_of(np.array([[0.0, 50], [0, 50]]), 0)
    assert (low < [0, 50]).all() and (high > [0, 50]).all()
    with pytest.raises(ValueError, match=r"margin must be at least 0, .* got -1"):
        bounds_of(np.zeros((2, 2)), -1)
    for wrong in (np.inf, np.nan, None, "0.1"):
        with pytest.raises(ValueError, match="margin must be at least 0, and finite"):
            bounds_of(np.zeros((2, 2)), wrong)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8])
def test_bounds_of_whole_numbers(dtype):
    low, high = bounds_of(np.array([[0, 1], [100, 0]]).astype(dtype), 0.5)
    most = float(np.array(100).astype(dtype))
    np.testing.assert_allclose((low, high), [(-most / 2, -0.5), (1.5 * most, 1.5)])


def test_lines_run_along_both_features():
    lines = lines_of([0, -1], [3, 1], 4, 7)
    assert lines.shape == (8, 7, 2)
    np.testing.assert_allclose(lines[:4, :, 0], [np.linspace(0, 3, 7)] * 4)
    np.testing.assert_allclose(lines[:4, 0, 1], np.linspace(-1, 1, 4))
    assert (np.ptp(lines[:4, :, 1], axis=1) == 0).all()
    np.testing.assert_allclose(lines[4:, :, 1], [np.linspace(-1, 1, 7)] * 4)
    np.testing.assert_allclose(lines[4:, 0, 0], np.linspace(0, 3, 4))
    assert (np.ptp(lines[4:, :, 0], axis=1) == 0).all()
