"""Sequences of every form, at the one door."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator

from skmanifold_nn.neural_network._sequences import (
    Sequences,
    are_rows,
    read_rows,
    read_sequences,
    unflatten,
    validate_sequences,
)

LENGTHS = [4, 1, 6, 3]


class Net(BaseEstimator):
    """Has the attributes that the door sets, and no others."""


def fitted(X, **params):
    net = Net()
    return net, validate_sequences(net, X, reset=True, **params)


def ragged(rng, lengths=LENGTHS, n_features=2, dtype=np.float64):
    return [rng.normal(size=(n, n_features)).astype(dtype) for n in lengths]


def padded(arrays, width=7):
    X = np.full((len(arrays), width, *arrays[0].shape[1:]), np.nan)
    for row, array in zip(X, arrays, strict=True):
        row[: len(array)] = array
    return X


def assert_holds(sequences, arrays, kind, width):
    """The sequences are those arrays of steps and features."""
    assert_array_equal(sequences.values, np.concatenate(arrays))
    assert_array_equal(sequences.lengths, [len(array) for array in arrays])
    assert sequences.starts.dtype == np.int64 and sequences.starts[0] == 0
    assert len(sequences) == len(arrays) and sequences.n_steps == sequences.starts[-1]
    assert sequences.n_features == sequences.values.shape[1]
    assert sequences.values.flags.c_contiguous and sequences.dtype in (
        np.float32,
        np.float64,
    )
    assert (sequences.kind, sequences.width) == (kind, width)


# --- forms of input ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_three_axes_are_not_copied(rng, dtype):
    X = rng.normal(size=(5, 4, 3)).astype(dtype)
    net, sequences = fitted(X)
    assert_holds(sequences, list(X), "regular", 4)
    assert np.shares_memory(sequences.values, X) and sequences.dtype == dtype
    assert (net.n_features_in_, net.n_step_features_, net.n_steps_in_) == (3, 3, None)
    one = X[:1]
    assert np.shares_memory(validate_sequences(net, one, reset=False).values, X)


@pytest.mark.parametrize("name", ["as_list", "read_only", "fortran", "strided"])
def test_three_axes_in_any_layout(rng, name):
    X = rng.normal(size=(5, 4, 3))
    layouts = {
        "as_list": X.tolist(),
        "read_only": X.copy(),
        "fortran": np.asfortranarray(X),
        "strided": np.repeat(X, 2, axis=1)[:, ::2],
    }
    layouts["read_only"].flags.writeable = False
    _, sequences = fitted(layouts[name])
    assert_holds(sequences, list(X), "regular", 4)


@pytest.mark.parametrize("container", [list, tuple, "objects", pd.Series])
def test_lists_of_arrays(rng, container):
    arrays = ragged(rng)
    X = container(arrays) if container != "objects" else np.array(arrays, dtype=object)
    net, sequences = fitted(X)
    assert_holds(sequences, arrays, "ragged", 6)
    assert (net.n_features_in_, net.n_step_features_, net.n_steps_in_) == (2, 2, None)
    # of equal length by chance, as in a fold of cross-validation
    _, sequences = fitted([array[:1] for array in arrays])
    assert_holds(sequences, [array[:1] for array in arrays], "ragged", 1)


def test_lists_of_frames_and_nested_lists(rng):
    arrays = ragged(rng)
    for X in (
        [array.tolist() for array in arrays],
        [pd.DataFrame(array) for array in arrays],
        [pl.DataFrame(array) for array in arrays],
        [arrays[0].tolist(), *arrays[1:]],
    ):
        assert_holds(fitted(X)[1], arrays, "ragged", 6)


def test_univariate_lists(rng):
    arrays = ragged(rng, n_features=1)
    for X in ([array[:, 0] for array in arrays], [a[:, 0].tolist() for a in arrays]):
        net, sequences = fitted(X)
        assert_holds(sequences, arrays, "ragged", 6)
        # equal lengths are a table, but not for those who know sequences
        assert are_rows(X[:1]) and not are_rows(X[:1], fitted_on_sequences=True)
        alone = validate_sequences(net, X[2:3], reset=False)
        assert_holds(alone, arrays[2:3], "ragged", 6)
    rows = rng.normal(size=(3, 5))
    assert_holds(fitted(list(rows))[1], list(rows[:, :, None]), "rows", 5)


@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist, pd.DataFrame])
def test_rows(rng, form):
    X = rng.normal(size=(3, 6))
    if form is pd.DataFrame:
        X = pd.DataFrame(X, columns=list("abcdef"))
        net, sequences = fitted(X)
        assert list(net.feature_names_in_) == list("abcdef")
        X = X.to_numpy()
    else:
        net, sequences = fitted(form(X))
    assert_holds(sequences, list(X[:, :, None]), "rows", 6)
    assert (net.n_features_in_, net.n_step_features_, net.n_steps_in_) == (6, 1, 6)
    _, sequences = fitted(X, input_shape=(2, 3))
    assert_holds(sequences, list(X.reshape(3, 2, 3)), "rows", 2)
    # three axes may be of other lengths
    net, _ = fitted(X, input_shape=(2, 3))
    other = rng.normal(size=(4, 5, 3))
    sequences = validate_sequences(net, other, reset=False, input_shape=(2, 3))
    assert_holds(sequences, list(other), "regular", 5)


def test_a_second_fit_forgets_the_first(rng):
    net, _ = fitted(pd.DataFrame(rng.normal(size=(3, 2)), columns=["a", "b"]))
    validate_sequences(net, ragged(rng), reset=True)
    assert vars(net) == {
        "n_features_in_": 2,
        "n_step_features_": 2,
        "n_steps_in_": None,
    }


def test_rows_for_a_net_of_univariate_sequences(rng):
    net, _ = fitted(rng.normal(size=(3, 6, 1)))
    rows = rng.normal(size=(4, 9))
    for X in (rows, rows.tolist(), pl.DataFrame(rows)):
        sequences = validate_sequences(net, X, reset=False)
        kind = "ragged" if isinstance(X, list) else "rows"
        assert_holds(sequences, list(rows[:, :, None]), kind, 9)
    net, _ = fitted(rng.normal(size=(3, 6, 9)))
    with pytest.raises(
        ValueError, match=r"1 feature a step.*Net is expecting 9.*newax"
    ):
        validate_sequences(net, rows, reset=False)


@pytest.mark.parametrize("as_rows", [False, True])
def test_padding_is_cut(rng, as_rows):
    arrays = ragged(rng)
    X = padded(arrays)
    params = {"mask": "nan"}
    if as_rows:
        X, params = X.reshape(4, 14), {"mask": "nan", "input_shape": (7, 2)}
    net, sequences = fitted(X, **params)
    assert_holds(sequences, arrays, "padded", 7)
    assert net.n_steps_in_ == (7 if as_rows else None)
    _, sequences = fitted(np.nan_to_num(X), **params)
    assert_holds(sequences, list(np.nan_to_num(X).reshape(4, 7, 2)), "padded", 7)


def test_padding_of_univariate_rows(rng):
    arrays = ragged(rng, n_features=1)
    X = padded(arrays)[:, :, 0]
    for table in (X, X.tolist(), pd.DataFrame(X, columns=list("abcdefg"))):
        _, sequences = fitted(table, mask="nan")
        assert_holds(sequences, arrays, "padded", 7)


@pytest.mark.parametrize(
    "given, expected",
    [
        (np.float16, np.float32),
        (np.float32, np.float32),
        (np.int32, np.float64),
        (bool, np.float64),
        (object, np.float64),
        (">f8", np.float64),
        (np.longdouble, np.float64),
    ],
)
def test_dtypes(rng, given, expected):
    X = rng.integers(0, 2, size=(4, 3, 2))
    for form in (X, list(X), X[:, :, 0]):
        converted = (
            [array.astype(given) for array in form]
            if isinstance(form, list)
            else form.astype(given)
        )
        net, sequences = fitted(converted)
        assert sequences.dtype == expected
        assert_array_equal(sequences.values.ravel(), np.ravel(form))
        for dtype in (np.float32, np.dtype(np.float64)):
            again = validate_sequences(net, converted, reset=False, dtype=dtype)
            assert again.dtype == dtype


def test_mixed_dtypes_of_lists(rng):
    X = ragged(rng, dtype=np.float32)
    assert fitted([X[0].astype(np.float16), *X[1:]])[1].dtype == np.float32
    assert fitted([X[0].astype(np.float64), *X[1:]])[1].dtype == np.float64
    assert fitted([X[0].astype(object), *X[1:]])[1].dtype == np.float64


# --- parts of them ---


def test_take_and_split(rng):
    arrays = ragged(rng)
    _, sequences = fitted(arrays)
    for rows in ([2, 0], [1], [], [3, 3, 1], np.array([True, False, False, True])):
        rows = np.asarray(rows, dtype=None if len(rows) else int)
        chosen = [arrays[k] for k in np.arange(4)[rows]]
        part = sequences.take(rows)
        if chosen:
            assert_holds(part, chosen, "ragged", 6)
        else:
            assert (len(part), part.values.shape) == (0, (0, 2))
        for got, array in zip(part.split(part.values), chosen, strict=True):
            assert_array_equal(got, array)
        steps = sequences.steps_of(rows)
        assert_array_equal(sequences.values[steps], part.values)


def test_unflatten_gives_the_form_of_the_input(rng):
    X = rng.normal(size=(4, 3, 2))
    for form in (X, X[:, :, 0]):
        _, sequences = fitted(form)
        flat = sequences.values
        assert_array_equal(unflatten(flat, sequences), form.reshape(4, 3, -1))
        assert_array_equal(unflatten(flat[:, 0], sequences), X[:, :, 0])
    arrays = ragged(rng)
    _, sequences = fitted(arrays)
    back = unflatten(sequences.values, sequences)
    assert isinstance(back, list)
    for got, array in zip(back, arrays, strict=True):
        assert_array_equal(got, array)


def test_unflatten_pads(rng):
    arrays = ragged(rng)
    X = padded(arrays)
    _, sequences = fitted(X, mask="nan")
    flat = sequences.values
    assert_array_equal(unflatten(flat, sequences), X)
    single = unflatten(flat[:, 0].astype(np.float32), sequences)
    assert_array_equal(single, X[:, :, 0].astype(np.float32))
    assert single.dtype == np.float32
    labels = unflatten((flat[:, 0] > 0).astype(int), sequences)
    assert [list(found) for found in labels] == [list(a[:, 0] > 0) for a in arrays]


# --- what is refused ---


def refused(X, *fragments, net=None, kind=ValueError, **params):
    with pytest.raises(kind) as caught:
        validate_sequences(net or Net(), X, reset=net is None, **params)
    message = str(caught.value)
    assert all(re.search(part, message) for part in fragments), message


def test_number_of_features_is_that_of_the_fit(rng):
    X = rng.normal(size=(4, 7, 3))
    net, _ = fitted(X)
    transposed = X.transpose(0, 2, 1)
    refused(transposed, "X has 7 features a step", "Net is expecting 3", net=net)
    refused(list(transposed), r"X\[0\] has 7 features", "expecting 3", net=net)
    refused([*X, X[0, :, :2]], r"X\[4\] has 2 features", "expecting 3", net=net)
    refused([*X, X[0, :, :1]], r"X\[4\] has 1 feature a", r"X\[0\] has 3")
    refused([X[0], X[1, :, 0]], r"X\[1\] has 1 feature a", r"X\[0\] has 3")
    net, _ = fitted(X[:, :, 0])
    refused(X, "X has 3 features a step", "Net is expecting 1", net=net)
    refused(X[:, :1, 0], "X has 1 features, but Net is expecting 7", net=net)
    refused(X, "3 features", r"input_shape=\(7, 2\) is expecting 2", input_shape=(7, 2))


@pytest.mark.parametrize(
    "X, fragments",
    [
        ([], ["no sequences"]),
        (np.empty((0, 3, 2)), ["no sequences", r"\(0, 3, 2\)"]),
        (np.empty((3, 0, 2)), ["no steps", r"\(3, 0, 2\)"]),
        (np.empty((3, 2, 0)), ["no features", r"\(3, 2, 0\)"]),
        ([np.ones((3, 2)), np.empty((0, 2))], [r"X\[1\] has no steps", r"\(0, 2\)"]),
        ([np.ones((3, 2)), []], [r"X\[1\] has no steps"]),
        ([np.ones((3, 0)), np.ones((2, 0))], [r"X\[0\] has no features"]),
        (np.ones((2, 3, 4, 5)), ["4 axes", r"\(2, 3, 4, 5\)"]),
        (np.ones((2, 3, 4, 5)).tolist(), ["4 axes"]),
        ([np.ones((2, 3)), np.ones((2, 3, 4))], [r"X\[1\] has 3 axes"]),
        ([np.ones((2, 3)), 5.0], [r"X\[1\] has 0 axes"]),
        ([np.ones(2), 5.0], [r"X\[1\] has 0 axes"]),
        ([[[1.0, 2.0], [3.0]], [[1.0, 2.0]]], [r"X\[0\]", "several lengths"]),
        (np.full((2, 3, 4), "a"), ["X must be numbers", "<U1"]),
        ([["a", "b"], ["c"]], [r"X\[0\] must be numbers", "<U1"]),
        (np.full((2, 3, 4), "a", dtype=object), ["X must be numbers", "'a'"]),
        ([np.ones((2, 1)), np.full((3, 1), None)], [r"X\[1\]", "NaN"]),
        ([np.ones((2, 1)), np.full((3, 1), {})], [r"X\[1\] must be numbers"]),
        (np.ones((2, 3, 4), dtype=complex), ["Complex data not supported"]),
        (np.ones((2, 3, 4), dtype="M8[s]"), ["X must be numbers", "datetime64"]),
        (np.ones(4), ["Reshape your data"]),
        ([1.0, 2.0], ["Reshape your data"]),
        (3.0, ["Reshape your data"]),
        ("series", ["could not convert string|Expected 2D array"]),
        (np.ones((3, 0)), [r"0 feature\(s\)"]),
        (np.ones((0, 3)), [r"0 sample\(s\)"]),
    ],
)
def test_what_is_no_set_of_sequences(X, fragments):
    refused(X, *fragments)


@pytest.mark.parametrize("X", [iter([np.ones(2)]), {"a": [1.0]}, {1.0, 2.0}])
def test_what_is_no_array_and_no_list(X):
    refused(X, "X must be an array or a list", "give a list", kind=TypeError)


@pytest.mark.parametrize("n_columns", [1, 2])
def test_tables_of_arrays_are_refused(rng, n_columns):
    column = pd.Series(ragged(rng, n_features=1))
    frame = pd.concat([column] * n_columns, axis=1)
    for X in (frame, frame.to_numpy()):
        refused(X, "table whose cells are arrays", "give a list")
    refused(pd.DataFrame({"a": ["b"], "c": [1.0]}), "could not convert")


def test_sparse_rows_are_refused():
    refused(sparse.csr_array(np.eye(3)), "Sparse data was passed", kind=TypeError)


@pytest.mark.parametrize("value, name", [(np.nan, "NaN"), (np.inf, "infinity")])
def test_values_that_are_not_finite(rng, value, name):
    arrays = ragged(rng)
    arrays[2][4, 1] = value
    place = r"X\[2\] in step 4"
    refused(arrays, f"Input X contains {name}", place)
    refused(padded(arrays), f"Input X contains {name}", place, mask="nan")
    X = rng.normal(size=(4, 5, 2)).astype(np.float32)
    X[2, 4, 1] = value
    net, _ = fitted(X[:2])
    refused(X, f"Input X contains {name}", place, net=net)
    net, _ = fitted(X[:2, :, 0])
    refused(X[:, :, 1], f"Input X contains {name}", net=net)
    with config_context(assume_finite=True):
        validate_sequences(net, X[:, :, 1:], reset=False)


def test_padding_without_the_mask_names_it(rng):
    refused(padded(ragged(rng)), "NaN", r"X\[0\] in step 4", "set mask='nan'")


def test_remedies_for_values_that_are_not_finite(rng):
    X = list(padded(ragged(rng)))
    refused(X, "NaN", "set mask='nan'")
    refused(X, "NaN", "cut padding off", mask="nan")
    refused([np.full((2, 3), -np.inf)], "infinity", "replace such values")
    with pytest.raises(
        ValueError, match=r"series\[0\] in step 4; impute missing values\."
    ):
        read_sequences(X, name="series")


def test_missing_values_elsewhere_than_at_the_end(rng):
    for step, feature in ((0, slice(None)), (2, slice(None)), (3, 1)):
        X = padded(ragged(rng))
        X[0, step, feature] = np.nan
        X[0, 4:] = 1.0 if step != 3 else np.nan
        refused(X, "NaN", rf"X\[0\] in step {step}", "at the end", mask="nan")
    X[3] = np.nan
    refused(X, r"X\[3\] has no steps", "NaN", mask="nan")


def test_large_numbers_are_not_infinite():
    X = np.full((3, 2, 1), 3e38, dtype=np.float32)
    assert fitted(X)[1].dtype == np.float32
    net, _ = fitted(X[:, :, 0])
    assert validate_sequences(net, X[:, :, 0], reset=False).n_steps == 6
    double = np.full((3, 2, 1), 1e39)
    for form in (double, list(double), double[:, :, 0]):
        net, _ = fitted(form)
        refused(form, "infinity or a value too large", net=net, dtype=np.float32)


@pytest.mark.parametrize("shape", [6, (6,), (2, 3, 1), (0, 6), (2.0, 3), "ab"])
def test_input_shape(shape):
    with pytest.raises(ValueError, match="input_shape must be two positive int"):
        read_rows(np.ones((3, 6)), input_shape=shape)
    with pytest.raises(ValueError, match="input_shape must be two positive int"):
        read_sequences(np.ones((3, 2, 3)), input_shape=shape)


def test_input_shape_fits_the_rows():
    refused(np.ones((3, 6)), r"input_shape=\(4, 2\) has 8", "6", input_shape=(4, 2))


def test_steps_of_one_sequence():
    sequences = Sequences(np.arange(6.0).reshape(3, 2), np.array([0, 3]), "regular", 3)
    assert_array_equal(sequences.steps_of([0, 0]), [0, 1, 2, 0, 1, 2])
    assert_array_equal(sequences.within, [[True] * 3])
