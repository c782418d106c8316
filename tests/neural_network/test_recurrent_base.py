"""Recurrent networks: forms of sequences, of targets, of weights and of predictions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sequence_cases import (
    CLASSIFIERS,
    REGRESSORS,
    assert_same_net,
    labels,
    labels_of_steps,
    numbers,
    numbers_of_steps,
    padded,
    ragged,
    regular,
    small,
)
from sklearn.metrics import accuracy_score, r2_score
from sklearn.preprocessing import LabelBinarizer

from skmanifold_nn.neural_network import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
)
from skmanifold_nn.neural_network.layers import _engine

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
every_regressor = pytest.mark.parametrize("kind", REGRESSORS)
every_classifier = pytest.mark.parametrize("kind", CLASSIFIERS)
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


# --- forms of the same sequences ---


@every_regressor
@both_dtypes
def test_forms_of_equally_long_sequences(kind, dtype):
    X = regular(dtype=dtype)
    y = numbers(X).astype(dtype)
    net = small(kind).fit(X, y)
    expected = net.predict(X)
    assert expected.dtype == dtype
    objects = np.empty(len(X), object)
    objects[:] = list(X)
    longer = np.concatenate([X, np.full((len(X), 3, 2), np.nan, dtype)], axis=1)
    rows = X.reshape(len(X), -1)
    for form, params in (
        (list(X), {}),
        (objects, {}),
        (longer, {"mask": "nan"}),
        (rows, {"input_shape": (5, 2)}),
    ):
        other = small(kind, **params).fit(form, y)
        assert_same_net(other, net)
        assert_array_equal(other.predict(form), expected)
        if form is not rows:  # a net keeps the number of features of what it saw
            assert_array_equal(net.set_params(**params).predict(form), expected)
            net.set_params(mask=None)
    assert net.n_features_in_ == net.n_step_features_ == 2 and net.n_steps_in_ is None
    assert other.n_features_in_ == 10
    assert other.n_step_features_ == 2 and other.n_steps_in_ == 5
    # Steps may be as many as they like, but not in the rows of a table.
    assert_allclose(other.predict(X), expected)
    with pytest.raises(ValueError, match="X has 8 features, but"):
        other.predict(rows[:, :8])


@every_regressor
def test_rows_are_sequences_of_single_numbers(kind):
    X = regular(n_features=1)
    y = X[:, :, 0].sum(axis=1)
    net = small(kind).fit(X[:, :, 0], y)
    other = small(kind).fit(X, y)
    assert_same_net(net, other)
    assert_array_equal(net.predict(X[:, :, 0]), other.predict(X))
    assert_array_equal(net.predict(X[:, :, 0]), other.predict(X[:, :, 0]))


@every_classifier
def test_ragged_sequences_are_padded_ones(kind):
    X = ragged()
    y = labels(X)
    net = small(kind).fit(X, y)
    other = small(kind, mask="nan").fit(padded(X, 11), y)
    assert_same_net(net, other)
    expected = net.predict_proba(X)
    assert_array_equal(other.predict_proba(padded(X, 9)), expected)
    assert_array_equal(net.predict_proba(tuple(X)), expected)
    rows = small(kind, mask="nan", input_shape=(11, 2))
    rows.fit(padded(X, 11).reshape(len(X), -1), y)
    assert_same_net(rows, net)


@pytest.mark.parametrize("kind", [*REGRESSORS, *CLASSIFIERS])
@pytest.mark.parametrize("bidirectional", [False, True])
@both_dtypes
def test_predictions_depend_on_the_sequence_alone(kind, bidirectional, dtype):
    X = ragged(60, dtype=dtype)
    targets = {True: labels, False: numbers}[kind in CLASSIFIERS](X)
    net = small(kind, bidirectional=bidirectional, hidden_layer_sizes=(17, 5))
    net.fit(X, targets)
    predict = net.predict_proba if kind in CLASSIFIERS else net.predict
    together = predict(X)
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    alone = np.concatenate([predict([x]) for x in X])
    assert_allclose(alone, together, rtol=tolerance, atol=tolerance)
    assert_allclose(predict(X[::-1])[::-1], together, rtol=tolerance, atol=tolerance)
    net.set_params(mask="nan")
    assert_array_equal(predict(padded(X, 30)), together)
    assert_array_equal(net.set_params(n_jobs=2).predict(X), net.predict(X))


@every_regressor
@pytest.mark.parametrize("targets", [numbers, numbers_of_steps])
def test_stretches_and_threads_do_not_change_predictions(kind, targets, monkeypatch):
    X = ragged(200)
    net = small(kind, bidirectional=True, max_iter=1).fit(X, targets(X))
    whole = np.hstack(net.predict(X))
    monkeypatch.setattr(_engine, "CHUNK_ELEMENTS", 2**10)
    monkeypatch.setattr(_engine, "SEQUENCES_A_CHUNK", 3)
    found = [np.hstack(net.set_params(n_jobs=k).predict(X)) for k in (1, 2, 3)]
    assert_allclose(found[0], whole, rtol=1e-12, atol=1e-12)
    for other in found[1:]:
        assert_array_equal(other, found[0])


# --- targets ---


@every_regressor
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_numbers_of_sequences(kind, n_outputs):
    X = ragged()
    y = numbers(X)[:, None] * np.arange(1, n_outputs + 1)
    y = y[:, 0] if n_outputs == 1 else y
    net = small(kind, max_iter=150).fit(X, y)
    assert net.predict(X).shape == y.shape and net.per_step_ is False
    assert net.score(X, y) > 0.8
    assert_allclose(net.score(X, y), r2_score(y, net.predict(X)))


@every_regressor
@pytest.mark.parametrize("n_outputs", [0, 1, 3])
def test_numbers_of_steps(kind, n_outputs):
    X = ragged()
    y = numbers_of_steps(X)
    if n_outputs:
        y = [np.stack([v * k for k in range(1, n_outputs + 1)], axis=1) for v in y]
    net = small(kind, max_iter=150).fit(X, y)
    assert net.per_step_ is True and net.n_outputs_ == max(n_outputs, 1)
    found = net.predict(X)
    assert type(found) is list
    more = (n_outputs,) if n_outputs > 1 else ()
    assert [p.shape for p in found] == [(len(x), *more) for x in X]
    expected = r2_score(np.concatenate(y), np.concatenate(found))
    assert_allclose(net.score(X, y), expected)
    assert expected > 0.8
    # The same in other forms.
    other = small(kind, max_iter=150, mask="nan", targets="step")
    other.fit(padded(X, 10), padded(y, 10))
    assert_same_net(other, net)
    back = other.predict(padded(X, 10))
    assert back.shape == (len(X), 10, *more)
    assert_array_equal(back, padded(found, 10))
    assert_allclose(other.score(padded(X, 10), padded(y, 10)), expected)


@every_regressor
def test_arrays_of_steps(kind):
    X = regular()
    y = np.cumsum(X, axis=1)
    net = small(kind).fit(X, y)
    assert net.predict(X).shape == y.shape
    assert_allclose(
        net.score(X, y), r2_score(y.reshape(-1, 2), net.predict(X).reshape(-1, 2))
    )
    one = small(kind, targets="step").fit(X, y[:, :, 0])
    assert one.predict(X).shape == (24, 5)
    assert_same_net(one, small(kind).fit(X, y[:, :, :1]))
    assert_same_net(one, small(kind).fit(list(X), list(y[:, :, 0])))
    rows = small(kind, input_shape=(5, 2), targets="step")
    rows.fit(X.reshape(24, -1), y[:, :, 0])
    assert_same_net(one, rows)
    assert_array_equal(rows.predict(X.reshape(24, -1)), one.predict(X))
    several = small(kind, targets="sequence").fit(X, y[:, :, 0])
    assert several.per_step_ is False and several.n_outputs_ == 5


@every_classifier
def test_labels_of_steps(kind):
    X = ragged()
    y = labels_of_steps(X)
    net = small(kind, max_iter=80).fit(X, y)
    assert net.classes_.tolist() == ["low", "middle", "top"]
    found, probabilities = net.predict(X), net.predict_proba(X)
    assert [p.shape for p in found] == [(len(x),) for x in X]
    assert [p.shape for p in probabilities] == [(len(x), 3) for x in X]
    flat = np.concatenate(probabilities)
    assert_allclose(flat.sum(axis=1), 1)
    assert_allclose(np.concatenate(net.predict_log_proba(X)), np.log(flat))
    assert_array_equal(np.concatenate(found), net.classes_[flat.argmax(axis=1)])
    expected = accuracy_score(np.concatenate(y), np.concatenate(found))
    assert net.score(X, y) == expected > 0.7
    table = padded(X, 9)
    net.set_params(mask="nan")
    assert_array_equal(net.predict_proba(table), padded(probabilities, 9))
    listed = net.predict(table)  # strings have no NaN
    assert type(listed) is list
    assert_array_equal(np.concatenate(listed), np.concatenate(found))


@every_classifier
def test_binary_labels_of_steps(kind):
    X = regular()
    y = np.cumsum(X[:, :, 0], axis=1) > 0
    net = small(kind, targets="step", max_iter=80).fit(X, y)
    assert net.predict(X).shape == (24, 5) and net.predict(X).dtype == bool
    assert net.predict_proba(X).shape == net.predict_log_proba(X).shape == (24, 5, 2)
    assert net.score(X, y) == (net.predict(X) == y).mean() > 0.8


@every_classifier
def test_several_labels_of_steps_and_of_sequences(kind):
    X = ragged()
    y = [(x > 0).astype(int) for x in X]
    net = small(kind, max_iter=80).fit(X, y)
    assert [p.shape for p in net.predict(X)] == [(len(x), 2) for x in X]
    assert [p.shape for p in net.predict_proba(X)] == [(len(x), 2) for x in X]
    assert net.score(X, y) > 0.7
    y = np.array([x[-1] > 0 for x in X]).astype(int)
    net = small(kind, max_iter=80).fit(X, y)
    assert net.predict(X).shape == net.predict_proba(X).shape == (24, 2)
    assert net.score(X, y) > 0.7


def test_a_target_of_every_sequence_from_labels_of_one_class():
    X = ragged()
    net = small(LSTMClassifier).fit(X, [np.zeros(len(x), int) for x in X])
    assert_array_equal(net.predict(X)[3], np.zeros(len(X[3])))
    assert_array_equal(net.predict_proba(X)[3], np.ones((len(X[3]), 1)))


# --- weights ---


@every_regressor
def test_a_weight_of_zero_leaves_the_step_out(kind):
    X = ragged(least=3)
    y = numbers_of_steps(X)
    weights = [np.ones(len(x)) for x in X]
    for w in weights[::2]:
        w[-2:] = 0  # the last ones: nothing follows that remembers them
    net = small(kind).fit(X, y, weights)
    cut = [slice(len(x) - 2 * (k % 2 == 0)) for k, x in enumerate(X)]
    short = [x[c] for x, c in zip(X, cut, strict=True)]
    other = small(kind).fit(short, [v[c] for v, c in zip(y, cut, strict=True)])
    assert_same_net(net, other, 1e-10)
    # Targets under the weight zero do not matter, wherever they are.
    for w in weights:
        w[1] = 0
    wrong = [np.where(w > 0, v, 1e3) for v, w in zip(y, weights, strict=True)]
    assert_same_net(small(kind).fit(X, y, weights), small(kind).fit(X, wrong, weights))
    scores = [net.score(X, targets, sample_weight=weights) for targets in (y, wrong)]
    assert_allclose(*scores)
    flat = [np.concatenate(values) for values in (y, net.predict(X), weights)]
    assert_allclose(scores[0], r2_score(*flat[:2], sample_weight=flat[2]))


@every_regressor
def test_weights_of_sequences(kind):
    X = ragged()
    weights = np.arange(len(X)) % 3
    twice = np.repeat(np.arange(len(X)), weights)
    repeated = [X[k] for k in twice]
    whole = {"batch_size": 24, "max_iter": 10}
    for targets in (numbers, numbers_of_steps):
        net = small(kind, **whole).fit(X, targets(X), weights)
        other = small(kind, **whole).fit(repeated, targets(repeated))
        assert_same_net(net, other, 1e-9)
    each = [np.full(len(x), w) for x, w in zip(X, weights, strict=True)]
    assert_same_net(net, small(kind, **whole).fit(X, targets(X), each))
    table = padded([np.asarray(w, float) for w in each])
    masked = small(kind, **whole, mask="nan").fit(padded(X), padded(targets(X)), table)
    assert_same_net(net, masked)


@every_classifier
@pytest.mark.parametrize("per_step", [False, True])
def test_weights_of_classes(kind, per_step):
    X = ragged()
    y = labels_of_steps(X) if per_step else labels(X)
    flat = np.concatenate(y) if per_step else y
    names, counts = np.unique(flat, return_counts=True)
    balanced = dict(zip(names, len(flat) / (3 * counts), strict=True))
    if per_step:
        weights = [np.array([balanced[label] for label in v]) for v in y]
    else:
        weights = np.array([balanced[label] for label in y])
    expected = small(kind).fit(X, y, weights)
    for class_weight in ("balanced", balanced):
        assert_same_net(small(kind, class_weight=class_weight).fit(X, y), expected)


# --- features ---


@pytest.mark.parametrize("kind", [*REGRESSORS, *CLASSIFIERS])
def test_transform_gives_the_last_state_or_every_one(kind):
    X = ragged()
    classifies = kind in CLASSIFIERS
    net = small(kind).fit(X, labels(X) if classifies else numbers(X))
    states = net.transform(X)
    assert states.shape == (24, 6)
    outputs = states @ net.coefs_[-1] + net.intercepts_[-1]
    if not classifies:
        assert_allclose(net.predict(X), outputs[:, 0])
    assert net.get_feature_names_out().tolist() == [
        f"{kind.__name__.lower()}{k}" for k in range(6)
    ]
    stepwise = small(kind, hidden_layer_sizes=(6, 5))
    stepwise.fit(X, labels_of_steps(X) if classifies else numbers_of_steps(X))
    assert [s.shape for s in stepwise.transform(X)] == [(len(x), 5) for x in X]
    first = stepwise.transform(X, layer=0)
    assert [s.shape for s in first] == [(len(x), 6) for x in X]
    assert stepwise.transform(regular()).shape == (24, 5, 5)
    stacked = small(kind, hidden_layer_sizes=(6, 5), dense_after=(4,))
    stacked.fit(X, labels(X) if classifies else numbers(X))
    assert stacked.layer_names_ == ["hidden1", "hidden2", "after1"]
    assert [s.shape for s in stacked.transform(X, "hidden1")] == [
        (len(x), 6) for x in X
    ]
    assert stacked.transform(X, "hidden2").shape == (24, 5)
    stepwise.set_output(transform="pandas")
    with pytest.raises(ValueError, match="every step"):
        stepwise.transform(X)
    stacked.set_output(transform="pandas")
    assert stacked.transform(X).shape == (24, 4)


def test_transform_of_the_last_state_is_that_of_the_last_step():
    X = ragged()
    net = small(LSTMRegressor, max_iter=1).fit(X, numbers(X))
    states = small(LSTMRegressor, max_iter=1).fit(X, numbers_of_steps(X))
    states.coefs_, states.intercepts_ = net.coefs_, net.intercepts_
    states.recurrent_coefs_ = net.recurrent_coefs_
    last = [h[-1] for h in states.transform(X)]
    assert_allclose(last, net.transform(X), rtol=1e-12)


# --- errors ---


@pytest.mark.parametrize(
    "change, fragments",
    [
        (lambda X: [*X[:3], X[3][:, :1], *X[4:]], ["X[3]", "1 feature", "2"]),
        (lambda X: [*X[:3], X[3][:0], *X[4:]], ["X[3]", "no steps"]),
        (lambda X: [*X[:3], X[3] * np.nan, *X[4:]], ["NaN", "X[3]", "step 0"]),
        (lambda X: [*X[:3], X[3] / 0.0, *X[4:]], ["infinity", "X[3]"]),
        (lambda X: [*X[:3], X[3].astype(str), *X[4:]], ["X[3]", "numbers"]),
        (lambda X: [*X[:3], X[3][None], *X[4:]], ["X[3]", "3 axes"]),
        (lambda X: np.zeros((24, 2, 3, 4)), ["X has 4 axes"]),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_sequences_that_are_refused(change, fragments):
    X = ragged()
    wrong = change(X)
    net = small(GRURegressor).fit(X, numbers(X))
    for refused in (
        lambda: net.predict(wrong),
        lambda: net.score(wrong, numbers(X)),
        lambda: net.transform(wrong),
        lambda: small(GRURegressor).fit(wrong, numbers(X)),
        lambda: small(GRURegressor).fit(X, numbers(X), X_val=wrong, y_val=numbers(X)),
    ):
        with pytest.raises(ValueError) as caught:
            refused()
        for fragment in fragments:
            assert fragment in str(caught.value)


def test_padding_is_at_the_ends():
    X = padded(ragged())
    net = small(GRURegressor, mask="nan").fit(X, np.arange(24))
    X[0, 3] = np.nan
    with pytest.raises(ValueError, match=r"NaN: X\[0\] in step 3.*at the end"):
        net.predict(X)
    with pytest.raises(ValueError, match=r"NaN.*mask='nan'"):
        small(GRURegressor).fit(padded(ragged()), np.arange(24))


def test_targets_that_do_not_match():
    X = ragged()
    y = numbers_of_steps(X)
    net = small(GRURegressor).fit(X, y)
    wrong = [*y[:5], y[5][:-1], *y[6:]]
    for refused in (
        lambda: small(GRURegressor).fit(X, wrong),
        lambda: net.score(X, wrong),
        lambda: net.partial_fit(X, wrong),
    ):
        with pytest.raises(ValueError, match=r"y\[5\] has .* steps, but X\[5\] has"):
            refused()
    with pytest.raises(ValueError, match=r"y has a target for each sequence, but"):
        net.partial_fit(X, numbers(X))
    with pytest.raises(ValueError, match="samples"):
        small(GRURegressor).fit(X, y[1:])
    with pytest.raises(ValueError, match=r"targets='sequence' or targets='step'"):
        small(GRURegressor).fit(regular(), np.zeros((24, 5)))
    with pytest.raises(ValueError, match=r"sample_weight\[0\]"):
        small(GRURegressor).fit(X, y, [np.ones(3) for _ in X])


def test_a_net_keeps_its_number_of_features():
    X = regular()
    net = small(LSTMRegressor).fit(X, numbers(X))
    with pytest.raises(ValueError, match=r"X has 3 features a step.* expecting 2"):
        net.predict(np.zeros((4, 5, 3)))
    assert net.predict(np.zeros((4, 50, 2))).shape == (4,)
    rows = small(LSTMRegressor).fit(X[:, :, 0], numbers(X))
    with pytest.raises(ValueError, match="X has 4 features, but"):
        rows.predict(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="X has 2 features a step"):
        rows.predict(X)
    assert rows.predict(X[:, :, :1]).shape == (24,)


def test_labels_are_strings_numbers_or_booleans():
    X = ragged()
    y = [np.asarray(v == "top") for v in labels_of_steps(X)]
    net = small(GRUClassifier).fit(X, y)
    assert net.predict(X)[0].dtype == bool
    binarizer = LabelBinarizer().fit(labels(X))
    net = small(GRUClassifier).fit(X, binarizer.transform(labels(X)))
    assert net.out_activation_ == "logistic" and net.predict(X).shape == (24, 3)
