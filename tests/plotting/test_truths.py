"""Targets of sequences and predictions, in all the forms they come in."""

import numpy as np
import pytest
from scipy import sparse

from skmanifold_nn.plotting._truths import (
    checked_steps,
    chosen_outputs,
    error_of,
    histories_of,
    kind_of,
    names_of_outputs,
    pairs_of,
    per_step_of,
)


def ragged(rng, *lengths):
    return [rng.normal(size=n) for n in lengths]


def padded(array, *lengths):
    array = array.copy()
    for row, n in zip(array, lengths, strict=True):
        row[n:] = np.nan
    return array


def test_what_two_axes_are(rng):
    flat, table = rng.normal(size=5), rng.normal(size=(5, 3))
    assert not per_step_of(flat, flat, "auto")
    assert not per_step_of(flat[:, np.newaxis], flat, "auto")
    assert per_step_of(ragged(rng, 2, 3), ragged(rng, 2, 3), "auto")
    assert per_step_of(table[..., np.newaxis], table, "auto")
    assert per_step_of(padded(table, 3, 2, 3, 1, 3), table, "auto")
    assert per_step_of([[1, 2], [3]], [[1, 2], [3]], "auto")
    assert per_step_of(table, table, "step")
    assert not per_step_of(table, table, "sequence")
    with pytest.raises(ValueError, match="set targets='sequence' or targets='step'"):
        per_step_of(table, table, "auto")
    with pytest.raises(ValueError, match=r"targets must be .* got 'steps'"):
        per_step_of(table, table, "steps")


def test_a_target_for_each_sequence(rng):
    y, p = rng.normal(size=(2, 6))
    ((truth,), (prediction,)) = pairs_of(y, p, False)
    np.testing.assert_array_equal(truth, y[:, np.newaxis])
    np.testing.assert_array_equal(prediction, p[:, np.newaxis])
    with pytest.raises(ValueError, match="same sequences, in the same form"):
        pairs_of(y, p[:5], False)
    with pytest.raises(ValueError, match=r"\(6, 2\)"):
        pairs_of(y, rng.normal(size=(6, 2)), False)


def test_padding_is_cut(rng):
    y, p = rng.normal(size=(2, 3, 5))
    lengths = 5, 2, 4
    expected = [p[k, :n, np.newaxis] for k, n in enumerate(lengths)]
    as_list = [p[k, :n] for k, n in enumerate(lengths)]
    # What truth has beyond the end of a prediction is not looked at.
    for truth in (y, padded(y, *lengths), y[..., np.newaxis]):
        for prediction in (padded(p, *lengths), as_list):
            truths, predictions = pairs_of(truth, prediction, True)
            for k, n in enumerate(lengths):
                np.testing.assert_array_equal(predictions[k], expected[k])
                np.testing.assert_array_equal(truths[k].ravel(), truth[k, :n].ravel())
    truths, predictions = pairs_of([y[k, :n] for k, n in enumerate(lengths)], p, True)
    assert [len(t) for t in truths] == [len(q) for q in predictions] == [5, 2, 4]


def test_what_does_not_belong_together(rng):
    y = ragged(rng, 3, 4)
    with pytest.raises(ValueError, match=r"2 sequences.* 1 sequences"):
        pairs_of(y, y[:1], True)
    with pytest.raises(ValueError, match=r"y_true\[1\] has 4 steps.* 5 steps"):
        pairs_of(y, ragged(rng, 3, 5), True)
    with pytest.raises(ValueError, match=r"y_true\[0\] has \(3, 1\).* \(3, 2\)"):
        pairs_of(y, [rng.normal(size=(3, 2)), y[1]], True)
    with pytest.raises(ValueError, match="0 sequences"):
        pairs_of([], [], True)


def test_kinds():
    assert kind_of(np.array([1.0]), np.array([1]), "auto") == "value"
    assert kind_of(np.array(["a"]), np.array(["b"]), "auto") == "class"
    assert kind_of(np.array([1]), np.array([2]), "value") == "value"
    with pytest.raises(ValueError, match="kind must be"):
        kind_of(np.array([1]), np.array([2]), "number")


def test_errors():
    truth, prediction = np.array([1, 2, np.nan]), np.array([1.0, 4, 9])
    assert error_of(truth, prediction, "value") == pytest.approx(np.sqrt(2))
    assert error_of(truth, prediction, "class") == 0.5
    assert np.isnan(error_of(truth[2:], prediction[2:], "value"))
    assert error_of(np.array(["a", "b"]), np.array(["a", "a"]), "class") == 0.5


@pytest.mark.parametrize("y", [None, 3.0, "abc", [], sparse.eye_array(3)])
def test_what_holds_no_sequences(y):
    for arrays in ((y, np.ones(3)), (np.ones(3), y)):
        with pytest.raises(ValueError, match=r"y_\w+ must be a dense array, or a list"):
            per_step_of(*arrays, "auto")


def test_outputs_that_there_are_not():
    assert chosen_outputs(-1, 3).tolist() == [2]
    with pytest.raises(ValueError, match="outputs must be some of the 3 outputs"):
        chosen_outputs(3, 3)


def test_no_outputs():
    with pytest.raises(ValueError, match=r"\(0, 0\)"):
        pairs_of(np.ones((3, 4, 0)), np.ones((3, 4, 0)), True)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, bool])
def test_errors_of_whole_numbers(dtype):
    truth, prediction = np.array([0, 1, 0], dtype), np.array([1, 1, 1], dtype)
    assert error_of(truth, prediction, "value") == pytest.approx(np.sqrt(2 / 3))


def test_labels_are_no_values():
    labels = np.array(["a", "b"])
    with pytest.raises(ValueError, match="numbers with kind='value', got <U1"):
        kind_of(labels, labels, "value")


def test_names_of_outputs():
    assert names_of_outputs(None, 2) == ["output 0", "output 1"]
    assert names_of_outputs(("a", 3), 2) == ["a", "3"]
    for wrong in (["a"], "ab"):
        with pytest.raises(ValueError, match="one name for each of the 2 outputs"):
            names_of_outputs(wrong, 2)


def test_histories_belong_to_the_sequences(rng):
    truths = [rng.normal(size=(n, 2)) for n in (3, 4)]
    before = [rng.normal(size=(n, 2)) for n in (5, 1)]
    for found, given in zip(histories_of(before, truths, True), before, strict=True):
        np.testing.assert_array_equal(found, given)
    assert histories_of(None, truths, True) is None
    for wrong in (before[:1], ragged(rng, 3, 4)):
        with pytest.raises(ValueError, match="before the 2 sequences, of 2 outputs"):
            histories_of(wrong, truths, True)


def test_steps_are_as_many_as_there_are(rng):
    truths = [rng.normal(size=(n, 1)) for n in (3, 4)]
    before = [rng.normal(size=(n, 1)) for n in (5, 1)]
    assert checked_steps(None, truths, before) is None
    assert checked_steps(list("abcdefgh"), truths, before).tolist() == list("abcdefgh")
    assert len(checked_steps(range(4), truths, None)) == 4
    for wrong in (range(7), np.ones((2, 8))):
        with pytest.raises(ValueError, match="each of the 8 steps, those of the hist"):
            checked_steps(wrong, truths, before)
