"""Predictions step by step are those for the sequence so far."""

import itertools
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sequence_cases import (
    CLASSIFIERS,
    REGRESSORS,
    labels,
    labels_of_steps,
    numbers,
    numbers_of_steps,
    ragged,
    regular,
    small,
)
from sklearn.exceptions import NotFittedError

from skmanifold_nn.neural_network import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SimpleRNNRegressor,
)

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
METHODS = ("predict", "predict_proba", "predict_log_proba")
NETWORKS = [
    *((kind, {}) for kind in [*REGRESSORS, *CLASSIFIERS]),
    (LSTMRegressor, {"peephole": True, "hidden_layer_sizes": (6, 5)}),
    (GRUClassifier, {"normalization": "batch", "hidden_layer_sizes": (6, 5)}),
    (LSTMClassifier, {"normalization": "layer", "dense_before": (4,)}),
    (GRURegressor, {"dense_after": (5,), "dropout": 0.3, "recurrent_dropout": 0.3}),
    (SimpleRNNRegressor, {"nonlinearity": "relu", "loss": "poisson"}),
]
every_network = pytest.mark.parametrize("kind, params", NETWORKS)
per_sequence_and_step = pytest.mark.parametrize("per_step", [False, True])
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def fitted(kind, per_step=False, dtype=np.float64, **params):
    X = ragged(dtype=dtype)
    if kind in CLASSIFIERS:
        y = labels_of_steps(X) if per_step else labels(X)
    else:
        y = numbers_of_steps(X) if per_step else numbers(X)
    if params.get("loss") == "poisson":
        y = [np.abs(v) for v in y] if per_step else np.abs(y)
    return small(kind, **params).fit(X, y)


def expected_of(net, X, method):
    """Predictions for all prefixes of equally long sequences, (n, n_steps, ...)."""
    predict = getattr(net, method)
    prefixes = [predict(X[:, : t + 1]) for t in range(X.shape[1])]
    return np.stack([p[:, -1] if net.per_step_ else p for p in prefixes], axis=1)


@every_network
@per_sequence_and_step
@both_dtypes
def test_steps_predict_as_the_sequence_so_far(kind, params, per_step, dtype):
    net = fitted(kind, per_step, dtype, **params)
    X = regular(n=4, n_steps=7, dtype=dtype)
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    for method in METHODS:
        if not hasattr(net, method):
            continue
        expected = expected_of(net, X, method)
        state, found = None, []
        for t in range(7):  # of all sequences at once
            prediction, state = net.predict_step(X[:, t], state, method=method)
            found.append(prediction)
        found = np.stack(found, axis=1)
        assert found.dtype == expected.dtype
        alone = np.stack([list(net.predict_stream(x, method=method)) for x in X])
        for values in (found, alone):
            if values.dtype.kind == "f":
                assert_allclose(values, expected, rtol=tolerance, atol=tolerance)
            else:
                assert_array_equal(values, expected)


@per_sequence_and_step
def test_shapes_and_types(per_step):
    net = fitted(LSTMClassifier, per_step)
    label, state = net.predict_step([0.5, 1.0])
    assert isinstance(label, str) and label in net.classes_
    row, state = net.predict_step(np.zeros(2), state, method="predict_proba")
    assert row.shape == (3,)
    rows, _ = net.predict_step(np.zeros((5, 2)), method="predict_proba")
    assert rows.shape == (5, 3)
    rows, _ = net.predict_step(np.zeros((1, 2)), method="predict_proba")
    assert rows.shape == (1, 3)
    X = ragged()
    net = small(GRURegressor).fit(X, np.stack([numbers(X), numbers(X)], axis=1))
    row, _ = net.predict_step([0, 1])
    assert row.shape == (2,)
    assert np.ndim(fitted(GRURegressor).predict_step([0, 1])[0]) == 0


def test_series_of_single_numbers():
    X = regular(n_features=1)[:, :, 0]
    net = small(GRURegressor).fit(X, X.sum(axis=1))
    found = list(net.predict_stream(X[3]))
    assert_allclose(found[-1], net.predict(X[3:4])[0])


@every_network
def test_a_state_that_is_given_stays(kind, params):
    net = fitted(kind, **params)
    X = regular(n=3)
    _, state = net.predict_step(X[:, 0])
    kept = state.copy()
    first, after = net.predict_step(X[:, 1], state)
    assert_array_equal(state, kept)
    assert after is not state and not np.array_equal(after, kept)
    again, _ = net.predict_step(X[:, 1], state)
    assert_array_equal(again, first)
    state.flags.writeable = False
    assert_array_equal(net.predict_step(X[:, 1], state)[0], first)


def test_a_stream_may_have_no_end():
    net = fitted(LSTMRegressor)
    endless = (np.full(2, np.sin(t)) for t in itertools.count())
    found = list(itertools.islice(net.predict_stream(endless), 300))
    steps = np.stack([np.full(2, np.sin(t)) for t in range(300)])
    assert_allclose(found[-1], net.predict([steps])[0], rtol=1e-9)
    several = (np.full((3, 2), np.sin(t)) for t in range(4))
    assert [p.shape for p in net.predict_stream(several)] == [(3,)] * 4


def test_weights_put_in_place_are_read():
    net = fitted(GRURegressor)
    before, _ = net.predict_step([0.5, 1.0])
    net.coefs_[-1][:] *= 2
    net.intercepts_[-1] = net.intercepts_[-1] * 2
    after, _ = net.predict_step([0.5, 1.0])
    assert_allclose(after, 2 * before)


def test_a_copy_without_caches_goes_on():
    net = fitted(LSTMRegressor)
    _, state = net.predict_step([0.5, 1.0])
    other = type(net).__new__(type(net))
    other.__setstate__(net.__getstate__())
    expected, _ = net.predict_step([1.0, 0.0], state)
    assert_array_equal(other.predict_step([1.0, 0.0], state)[0], expected)


# --- errors ---


@pytest.mark.parametrize("method", ["predict_step", "predict_stream"])
def test_two_directions_cannot_stream(method):
    net = fitted(GRURegressor, bidirectional=True)
    with pytest.raises(ValueError, match=r"last step .*bidirectional=False"):
        list(getattr(net, method)([[0.0, 1.0]]))


def test_methods_need_a_fit():
    with pytest.raises(NotFittedError):
        LSTMRegressor().predict_step([0.0])


@pytest.mark.parametrize(
    "x, fragments",
    [
        ([1.0], ["x must be a step of 2 features", "(1,)"]),
        (np.zeros((3, 4)), ["2 features", "(3, 4)"]),
        (np.zeros((3, 4, 2)), ["2 features", "(3, 4, 2)"]),
        (np.zeros((0, 2)), ["2 features", "(0, 2)"]),
        (1.0, ["2 features", "()"]),
        ([np.nan, 1.0], ["NaN", "x[0]"]),
        ([[0.0, 1.0], [np.inf, 1.0]], ["infinity", "x[1]"]),
        (["a", "b"], ["numbers"]),
        ([1j, 1.0], ["Complex"]),
    ],
)
@both_dtypes
def test_steps_that_are_refused(x, fragments, dtype):
    net = fitted(LSTMRegressor, dtype=dtype)
    with pytest.raises(ValueError) as caught:
        net.predict_step(x)
    for fragment in fragments:
        assert fragment in str(caught.value)


@pytest.mark.parametrize("values", [np.array([0, 1]), [True, False]])
def test_whole_numbers_are_numbers(values):
    net = fitted(LSTMRegressor)
    expected, _ = net.predict_step(np.array(values, float))
    assert net.predict_step(values)[0] == expected
    assert net.predict_step(np.array(values, object))[0] == expected


def test_states_and_methods_that_are_refused():
    net = fitted(LSTMRegressor)
    _, state = net.predict_step(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"state .* 1 sequences, 12 numbers.*\(36,\)"):
        net.predict_step([0.0, 1.0], state)
    message = re.escape("method must be one of predict, got 'predict_proba'")
    with pytest.raises(ValueError, match=message):
        net.predict_step([0.0, 1.0], method="predict_proba")
    with pytest.raises(ValueError, match="predict_log_proba, got 'score'"):
        fitted(LSTMClassifier).predict_step([0.0, 1.0], method="score")
