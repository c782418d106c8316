"""Targets of sequences and predictions, in all the forms they come in."""

import numpy as np
import pytest

from skmanifold_nn.plotting._truths import error_of, kind_of, pairs_of, per_step_of


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
