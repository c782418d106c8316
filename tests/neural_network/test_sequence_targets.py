"""Targets and weights of sequences and of their steps."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from skmanifold_nn.neural_network._sequence_targets import read_targets, read_weights
from skmanifold_nn.neural_network._sequences import Sequences, unflatten

LENGTHS = [4, 1, 6, 3]


def sequences_of(kind, lengths=LENGTHS, width=None):
    starts = np.concatenate([[0], np.cumsum(lengths)])
    width = width or max(lengths)
    return Sequences(np.zeros((starts[-1], 2)), starts, kind, width)


RAGGED = sequences_of("ragged")
PADDED = sequences_of("padded", width=7)
REGULAR = sequences_of("regular", [5] * 4)
ROWS = sequences_of("rows", [5] * 4)


def steps(rng, *outputs, lengths=LENGTHS):
    return [rng.normal(size=(n, *outputs)) for n in lengths]


def padded(arrays, width=7, fill=np.nan):
    y = np.full((len(arrays), width, *arrays[0].shape[1:]), fill, arrays[0].dtype)
    for row, array in zip(y, arrays, strict=True):
        row[: len(array)] = array
    return y


def assert_targets(found, per_step, values):
    assert found.per_step is per_step
    assert_array_equal(found.values, values)


# --- targets of sequences ---


@pytest.mark.parametrize("sequences", [RAGGED, PADDED, REGULAR, ROWS])
@pytest.mark.parametrize("form", [np.asarray, list, tuple, pd.Series, pl.Series])
def test_one_value_a_sequence(sequences, form):
    y = np.array([3.0, 1.0, 4.0, 1.0])
    assert_targets(read_targets(form(y), sequences), False, y)
    labels = ["a", "b", "a", "ab"]
    for targets in ("auto", "sequence"):
        found = read_targets(form(labels), sequences, targets=targets)
        assert_targets(found, False, labels)


def test_several_values_a_sequence(rng):
    y = rng.normal(size=(4, 3))
    for sequences in (RAGGED, PADDED, REGULAR, ROWS):
        for form in (y, y.tolist(), list(y), pd.DataFrame(y), pl.DataFrame(y)):
            assert_targets(read_targets(form, sequences), False, y)
    indicators = sparse.csr_array(y > 0)
    found = read_targets(indicators, RAGGED)
    assert sparse.issparse(found.values) and not found.per_step


def test_a_column_is_no_axis(rng):
    y = rng.normal(size=(4, 1))
    one = sequences_of("rows", [1] * 4)
    for sequences in (RAGGED, ROWS, one):
        with pytest.warns(DataConversionWarning, match="column-vector"):
            assert_targets(read_targets(y, sequences), False, y[:, 0])
    found = read_targets(np.ones((4, 5, 1)), REGULAR)
    assert_targets(found, True, np.ones(20))


# --- targets of steps ---


@pytest.mark.parametrize("outputs", [(), (3,)])
@pytest.mark.parametrize("sequences", [RAGGED, PADDED])
def test_lists_of_arrays(rng, sequences, outputs):
    y = steps(rng, *outputs)
    expected = np.concatenate(y)
    forms = [y, tuple(y), [array.tolist() for array in y], pd.Series(y)]
    forms.append(np.array(y, dtype=object))
    for form in forms:
        for targets in ("auto", "step"):
            found = read_targets(form, sequences, targets=targets)
            assert_targets(found, True, expected)


@pytest.mark.parametrize("outputs", [(), (3,)])
def test_padded_arrays(rng, outputs):
    y = steps(rng, *outputs)
    expected = np.concatenate(y)
    assert_targets(read_targets(padded(y), PADDED), True, expected)
    # of lists too, and with other padding, if they are said to be of steps
    assert_targets(read_targets(padded(y, 6), RAGGED), True, expected)
    filled = padded(y, fill=-1)
    assert_targets(read_targets(filled, PADDED, targets="step"), True, expected)


@pytest.mark.parametrize("sequences", [REGULAR, ROWS])
def test_arrays_of_steps(rng, sequences):
    y = rng.normal(size=(4, 5, 3))
    for form in (y, y.tolist(), list(y)):
        assert_targets(read_targets(form, sequences), True, y.reshape(20, 3))
    y = y[:, :, 0]
    for form in (y, y.tolist(), list(y), pd.DataFrame(y)):
        found = read_targets(form, sequences, targets="step")
        assert_targets(found, True, y.ravel())
        found = read_targets(form, sequences, targets="sequence")
        assert_targets(found, False, y)
    found = read_targets(list(y), sequences_of("ragged", [5] * 4))
    assert_targets(found, True, y.ravel())
    found = read_targets(list(y), sequences_of("ragged", [5] * 4), targets="sequence")
    assert_targets(found, False, y)


def test_labels_of_steps():
    y = [["a", "bc"], ["a"], ["d"]]
    sequences = sequences_of("ragged", [2, 1, 1])
    found = read_targets(y, sequences)
    assert_targets(found, True, ["a", "bc", "a", "d"])
    back = unflatten(found.values, sequences)
    assert [labels.tolist() for labels in back] == y
    objects = [np.array(labels, dtype=object) for labels in y]
    assert_targets(read_targets(objects, sequences), True, ["a", "bc", "a", "d"])
    labels = np.array([["a", "b"], ["b", "a"]])
    regular = sequences_of("regular", [2, 2])
    found = read_targets(labels, regular, targets="step")
    assert_array_equal(unflatten(found.values, regular), labels)


def test_objects_that_are_numbers():
    y = np.array([1, 2, 3.5, 4], dtype=object)
    found = read_targets(y, RAGGED, numeric=True)
    assert found.values.dtype == np.float64
    assert read_targets(y, RAGGED).values.dtype == object
    with pytest.raises(ValueError, match="could not convert"):
        read_targets(np.array(["a"] * 4, dtype=object), RAGGED, numeric=True)


def test_padding_of_all_sequences(rng):
    sequences = sequences_of("padded", [3] * 4, width=5)
    y = np.ones((4, 3))
    for form in (y, list(y)):
        refused(form, sequences, "targets='sequence'", "3 outputs")
        found = read_targets(form, sequences, targets="step")
        assert_targets(found, True, np.ones(12))
    assert_array_equal(read_weights(y, sequences, per_step=True), np.ones(12))


# --- what is refused ---


def refused(y, sequences, *fragments, **params):
    with pytest.raises(ValueError) as caught:
        read_targets(y, sequences, **params)
    message = str(caught.value)
    assert all(re.search(part, message) for part in fragments), message


@pytest.mark.parametrize(
    "sequences, width", [(REGULAR, 5), (ROWS, 5), (PADDED, 7), (RAGGED, 6)]
)
def test_ambiguity_is_refused(sequences, width):
    y = np.ones((4, width))
    both = ["targets='sequence'", "targets='step'", f"{width} outputs"]
    refused(y, sequences, *both)
    refused(y.tolist(), sequences, *both)


@pytest.mark.parametrize("sequences, width", [(REGULAR, 5), (RAGGED, 6)])
def test_a_fitted_net_decides(rng, sequences, width):
    y = rng.normal(size=(4, width))
    for targets in ("sequence", "step"):
        found = read_targets(y, sequences, otherwise=targets)
        assert found.per_step == (targets == "step")
    assert read_targets(y, sequences, targets="step", otherwise="sequence").per_step
    assert not read_targets(y[:, 0], sequences, otherwise="step").per_step


def test_padding_decides(rng):
    y = padded(steps(rng))
    assert read_targets(y, PADDED).per_step
    y[0, -1] = 0.0
    refused(y, PADDED, "targets='sequence'")
    assert read_targets(y, PADDED, targets="step").per_step


def test_lengths_that_do_not_match(rng):
    y = steps(rng)
    y[2] = y[2][:5]
    for sequences in (RAGGED, PADDED):
        refused(y, sequences, r"y\[2\] has 5 steps", r"X\[2\] has 6")
    refused(y, REGULAR, r"y\[0\] has 4 steps", r"X\[0\] has 5")
    refused(np.ones((4, 8, 2)), PADDED, r"\(4, 8, 2\), 8 steps", "has 7")
    refused(np.ones((4, 3)), REGULAR, "3 steps", "has 5", targets="step")
    refused(np.ones((4, 3)), RAGGED, "3 steps", r"X\[2\] has 6", targets="step")
    refused(steps(rng)[:3], RAGGED, "inconsistent numbers of samples", "4, 3")
    refused(np.ones(5), RAGGED, "inconsistent numbers of samples")


def test_targets_that_are_not_what_is_said(rng):
    refused(np.ones(4), RAGGED, "targets='step'", r"\(4,\)", targets="step")
    for y in (steps(rng), np.ones((4, 6, 2))):
        refused(y, RAGGED, "targets='sequence'", "each step", targets="sequence")


def test_what_is_no_set_of_targets(rng):
    refused(None, RAGGED, "requires y to be passed, but the target y is None")
    refused(np.ones((4, 5, 2, 2)), REGULAR, "three axes", r"\(4, 5, 2, 2\)")
    refused([[1.0], 2.0, 3.0, 4.0], RAGGED, "list of both")
    refused([1.0, [2.0], 3.0, 4.0], RAGGED, "list of both")
    y = steps(rng, 2)
    y[3] = y[3][:, :1]
    refused(y, RAGGED, r"y\[3\] has the shape \(3, 1\)", r"\(4, 2\)")
    y[3] = np.ones((3, 2, 2))
    refused(y, RAGGED, r"y\[3\] has the shape \(3, 2, 2\)")


@pytest.mark.parametrize("value, name", [(np.nan, "NaN"), (np.inf, "infinity")])
def test_values_that_are_not_finite(rng, value, name):
    y = np.ones(4)
    y[2] = value
    refused(y, RAGGED, f"Input y contains {name}")
    y = steps(rng)
    y[2][5] = value
    for form in (y, padded(y, 6)):
        refused(form, RAGGED, f"y contains {name}", r"y\[2\] in step 5", targets="step")


# --- weights ---


def test_no_weights():
    assert read_weights(None, RAGGED, per_step=True) is None


@pytest.mark.parametrize("form", [np.asarray, list, pd.Series])
def test_weights_of_sequences(rng, form):
    weights = rng.random(4)
    found = read_weights(form(weights), RAGGED, per_step=False)
    assert_array_equal(found, weights)
    found = read_weights(form(weights), RAGGED, per_step=True)
    assert_array_equal(found, np.repeat(weights, LENGTHS))


def test_one_weight_for_all():
    assert_array_equal(read_weights(2.0, RAGGED, per_step=True), np.full(14, 2.0))


def test_weights_of_steps(rng):
    weights = [rng.random(n) for n in LENGTHS]
    expected = np.concatenate(weights)
    lists = [array.tolist() for array in weights]
    for form in (weights, lists, np.array(weights, dtype=object)):
        assert_array_equal(read_weights(form, RAGGED, per_step=True), expected)
    found = read_weights(padded(weights), PADDED, per_step=True)
    assert_array_equal(found, expected)
    square = rng.random((4, 5))
    for form in (square, list(square), square.tolist()):
        found = read_weights(form, ROWS, per_step=True)
        assert_array_equal(found, square.ravel())


@pytest.mark.parametrize(
    "weights, fragments",
    [
        (np.ones(3), [r"\(3,\)", r"\(4,\)"]),
        (-np.ones(4), ["Negative values"]),
        (np.full(4, np.nan), ["sample_weight contains NaN"]),
        (np.full((4, 5), np.inf), ["sample_weight contains infinity"]),
        (-np.ones((4, 5)), ["Negative values"]),
        (np.ones((4, 6)), [r"\(4, 6\)", r"\(4,\)", r"\(4, 5\)"]),
        ([np.ones(5)] * 3, ["inconsistent numbers of samples"]),
        ([np.ones(5)] * 3 + [np.ones(4)], [r"sample_weight\[3\]", "5 steps"]),
        ([np.ones(5)] * 3 + [1.0], [r"sample_weight\[3\]", "5 steps"]),
    ],
)
def test_weights_that_are_refused(weights, fragments):
    with pytest.raises(ValueError) as caught:
        read_weights(weights, REGULAR, per_step=True)
    message = str(caught.value)
    assert all(re.search(part, message) for part in fragments), message


def test_weights_of_steps_need_targets_of_steps():
    with pytest.raises(ValueError, match="y has one target for a sequence"):
        read_weights(np.ones((4, 5)), REGULAR, per_step=False)
