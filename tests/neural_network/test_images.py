"""Shapes of images and signals: what the axes of X are, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skmanifold_nn.neural_network._images import as_rows, shape_with_channels


def images(*shape, dtype=np.float64):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


@pytest.mark.parametrize(
    "shape, params, expected",
    [
        ((5, 4, 3, 2), {}, (4, 3, 2)),
        ((5, 4, 3, 2), {"n_dim": 2}, (4, 3, 2)),
        ((5, 4, 3, 2), {"input_shape": (4, 3, 2)}, (4, 3, 2)),
        ((5, 4, 3, 1), {"input_shape": (4, 3)}, (4, 3, 1)),
        ((5, 4, 3), {"n_dim": 2}, (4, 3, 1)),
        ((5, 4, 3), {"n_dim": 1}, (4, 3)),
        ((5, 4, 3), {"input_shape": (4, 3, 1)}, (4, 3, 1)),
        ((5, 4, 3), {"input_shape": [4, 3], "n_dim": 1}, (4, 3)),
        ((5, 4, 1), {"input_shape": 4}, (4, 1)),
        ((1, 1, 1, 1), {}, (1, 1, 1)),
    ],
)
def test_axes_of_arrays(shape, params, expected):
    X = images(*shape)
    rows, found = as_rows(X, **params)
    assert found == expected
    assert rows.shape == (shape[0], np.prod(shape[1:])) and rows.base is not None
    assert np.shares_memory(rows, X)
    listed, found = as_rows(X.tolist(), **params)
    assert found == expected
    assert_array_equal(listed, rows)


@pytest.mark.parametrize(
    "n_columns, params, expected",
    [
        (12, {}, (12, 1)),
        (12, {"n_dim": 1}, (12, 1)),
        (12, {"input_shape": 12}, (12, 1)),
        (12, {"input_shape": (12,)}, (12, 1)),
        (12, {"input_shape": (2, 3, 2)}, (2, 3, 2)),
        (12, {"input_shape": np.array([2, 3, 2]), "n_dim": 2}, (2, 3, 2)),
        (12, {"input_shape": (4, 3), "n_dim": 2}, (4, 3, 1)),
        (12, {"input_shape": (4, 3), "n_dim": 1}, (4, 3)),
    ],
)
def test_shapes_of_rows(n_columns, params, expected):
    assert shape_with_channels(n_columns, **params) == expected


def test_channels_that_seem_to_come_first():
    with pytest.warns(UserWarning, match=r"np.moveaxis\(X, 1, -1\)"):
        _, shape = as_rows(images(2, 3, 8, 9))
    assert shape == (3, 8, 9)


def test_tables_are_left_as_they_are():
    X = images(4, 3)
    for table in (X, X.tolist(), pd.DataFrame(X), "nothing", [1.0], None):
        assert as_rows(table)[0] is table
        assert as_rows(table)[1] is None
        assert as_rows(table, fitted_shape=(3, 1)) == (table, (3, 1))


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda X: X[::2, ::-1]])
def test_layouts_are_read_in_order(layout):
    X = layout(images(6, 4, 3, 2))
    rows, _ = as_rows(X)
    assert rows.flags.c_contiguous
    assert_array_equal(rows, [sample.ravel() for sample in X])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int16, bool])
def test_dtypes_are_kept(dtype):
    assert as_rows(images(2, 3, 2, 1, dtype=dtype))[0].dtype == dtype


@pytest.mark.parametrize(
    "X, params, fragments",
    [
        (images(5, 4, 3), {}, ["three axes", "(5, 4, 3)", "n_dim=2", "n_dim=1"]),
        (images(5, 4, 3), {"input_shape": (4, 3)}, ["set n_dim"]),
        (images(5, 4, 3, 2), {"n_dim": 1}, ["four axes", "(5, 4, 3, 2)", "n_dim=1"]),
        (images(1, 2, 3, 4, 5), {}, ["5 axes", "at most four", "reshape"]),
        (
            images(5, 4, 3, 2),
            {"input_shape": (3, 4, 2)},
            ["input_shape=(3, 4, 2)", "(4, 3, 2)", "leave"],
        ),
        (
            images(5, 4, 3),
            {"input_shape": (4, 3, 1), "n_dim": 1},
            ["does not go with n_dim=1", "(n_steps, n_channels)"],
        ),
        ([images(4, 3, 1), images(3, 3, 1)], {}, ["one shape", "pad"]),
    ],
)
def test_axes_that_are_refused(X, params, fragments):
    with pytest.raises(ValueError) as caught:
        as_rows(X, **params)
    assert all(fragment in str(caught.value) for fragment in fragments)


@pytest.mark.parametrize(
    "params, fragments",
    [
        ({"n_dim": 2}, ["n_dim=2", "12 values", "(height, width, channels)"]),
        ({"input_shape": (4, 3)}, ["input_shape=(4, 3)", "n_dim=2", "n_dim=1"]),
        ({"input_shape": (4, 4, 1)}, ["(4, 4, 1) has 16", "X has 12 features"]),
        ({"input_shape": (4, 3, 1), "n_dim": 1}, ["n_dim=1", "(n_steps,"]),
        ({"input_shape": 12, "n_dim": 2}, ["n_dim=2", "(height, width)"]),
        ({"input_shape": ()}, ["one to three positive int", "()"]),
        ({"input_shape": (3, 2, 2, 1)}, ["one to three", "(3, 2, 2, 1)"]),
        ({"input_shape": (3, -4, -1)}, ["positive int", "(3, -4, -1)"]),
        ({"input_shape": (3.0, 4, 1)}, ["positive int", "(3.0, 4, 1)"]),
    ],
)
def test_shapes_of_rows_that_are_refused(params, fragments):
    with pytest.raises(ValueError) as caught:
        shape_with_channels(12, **params)
    assert all(fragment in str(caught.value) for fragment in fragments)


def test_new_samples_have_the_fitted_shape():
    fitted = {"fitted_shape": (4, 3, 1), "owner": "Net"}
    for shape in ((2, 4, 3, 1), (2, 4, 3)):
        rows, found = as_rows(images(*shape), **fitted)
        assert rows.shape == (2, 12) and found == (4, 3, 1)
    for shape in ((2, 3, 4, 1), (2, 3, 4), (2, 4, 3, 2), (2, 12, 1), (2, 1, 4, 3, 1)):
        with pytest.raises(ValueError, match=r"Net is expecting \(n, 4, 3, 1\) or"):
            as_rows(images(*shape), **fitted)
    with pytest.raises(ValueError, match=r"one sample is X\[np.newaxis\]"):
        as_rows(images(4, 3, 1), **fitted)
    signals = {"fitted_shape": (4, 1), "n_dim": 2}  # parameters no longer matter
    assert as_rows(images(2, 4, 1), **signals)[0].shape == (2, 4)
    with pytest.raises(ValueError, match="or rows of 4 values"):
        as_rows(images(2, 4, 1, 1), **signals)


def test_sparse_rows_are_refused():
    with pytest.raises(TypeError, match=r"dense data is required.*toarray"):
        as_rows(sparse.csr_array(images(4, 3)))


def test_no_samples_and_empty_axes_are_left_to_scikit_learn():
    assert as_rows(np.empty((0, 4, 3, 1)))[0].shape == (0, 12)
    assert as_rows(np.empty((3, 0, 3, 1)))[0].shape == (3, 0)
