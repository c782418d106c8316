"""Recurrent networks: their layers, training, search of parameters, copies."""

import copy
import pickle
import signal
import threading
import time
import warnings

import joblib
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
    weights_of,
)
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.neural_network import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SequenceScaler,
    SimpleRNNRegressor,
)
from skmanifold_nn.neural_network.layers import _engine

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
every_kind = pytest.mark.parametrize("kind", [*REGRESSORS, *CLASSIFIERS])
every_regressor = pytest.mark.parametrize("kind", REGRESSORS)
per_sequence_and_step = pytest.mark.parametrize("per_step", [False, True])


def targets_for(kind, X, per_step):
    if kind in CLASSIFIERS:
        return labels_of_steps(X) if per_step else labels(X)
    return numbers_of_steps(X) if per_step else numbers(X)


def flat(y):
    return np.concatenate(y) if isinstance(y, list) else y


# --- layers ---


def logistic(a):
    return 1 / (1 + np.exp(-a))


def lstm(net, x, h, c):
    n = len(h)
    Z = x @ net.coefs_[0] + net.intercepts_[0] + h @ net.recurrent_coefs_[0]
    p = net.peephole_coefs_[0] if net.peephole else np.zeros((3, n))
    i, f = logistic(Z[:n] + p[0] * c), logistic(Z[n : 2 * n] + p[1] * c)
    c = f * c + i * np.tanh(Z[2 * n : 3 * n])
    return logistic(Z[3 * n :] + p[2] * c) * np.tanh(c), c


def gru(net, x, h, c):
    n = len(h)
    Z = x @ net.coefs_[0] + net.intercepts_[0]
    R = h @ net.recurrent_coefs_[0]
    r, z = logistic(Z[:n] + R[:n]), logistic(Z[n : 2 * n] + R[n : 2 * n])
    inner = R[2 * n :] + net.recurrent_intercepts_[0]
    return (1 - z) * np.tanh(Z[2 * n :] + r * inner) + z * h, c


def simple(net, x, h, c):
    f = np.tanh if net.nonlinearity == "tanh" else lambda a: np.maximum(a, 0)
    Z = x @ net.coefs_[0] + net.intercepts_[0]
    return f(Z + h @ net.recurrent_coefs_[0]), c


@pytest.mark.parametrize(
    "kind, cell, params",
    [
        (LSTMRegressor, lstm, {}),
        (LSTMRegressor, lstm, {"peephole": True}),
        (GRURegressor, gru, {}),
        (SimpleRNNRegressor, simple, {}),
        (SimpleRNNRegressor, simple, {"nonlinearity": "relu"}),
    ],
)
def test_weights_put_in_place_are_those_of_the_textbook(kind, cell, params):
    X, rng = ragged(), np.random.default_rng(9)
    net = small(kind, **params).fit(X, numbers(X))
    kinds = ("coefs_", "intercepts_", "recurrent_coefs_", "recurrent_intercepts_")
    for name in (*kinds, "peephole_coefs_"):
        fitted = getattr(net, name)
        setattr(net, name, [rng.normal(0, 0.6, array.shape) for array in fitted])
    expected = []
    for x in X:
        h, c = np.zeros((2, 6))
        for step in x:
            h, c = cell(net, step, h, c)
        expected.append(h)
    assert_allclose(net.transform(X), expected, rtol=1e-9, atol=1e-12)
    outputs = np.array(expected) @ net.coefs_[1] + net.intercepts_[1]
    assert_allclose(net.predict(X), outputs[:, 0], rtol=1e-9)
    net.recurrent_coefs_[0][:] = 0  # changed in place
    assert not np.allclose(net.predict(X), outputs[:, 0])
    net.recurrent_coefs_[0] = np.ones((2, 2))
    with pytest.raises(ValueError, match=r"recurrent_coefs_ of layer 'hidden1'"):
        net.predict(X)


def test_attributes_list_both_directions():
    X = ragged()
    net = small(GRURegressor, bidirectional=True, hidden_layer_sizes=(6, 4))
    net.fit(X, numbers(X))
    assert [W.shape for W in net.coefs_] == [(2, 18)] * 2 + [(6, 12)] * 2 + [(4, 1)]
    assert [W.shape for W in net.recurrent_coefs_] == [(6, 18)] * 2 + [(4, 12)] * 2
    assert [b.shape for b in net.recurrent_intercepts_] == [(6,)] * 2 + [(4,)] * 2
    assert net.peephole_coefs_ == [] and net.scales_ == []
    assert "hidden2" in net.layer_names_ and net.transform(X).shape == (24, 4)
    net = small(LSTMRegressor, max_iter=1, learning_rate_init=1e-9)
    net.fit(X, numbers(X))
    assert_allclose(net.intercepts_[0], np.repeat([0, 1, 0, 0], 6), atol=1e-8)
    gates = np.hsplit(net.recurrent_coefs_[0], 4)
    for gate in gates:
        assert_allclose(gate @ gate.T, np.eye(6), atol=1e-6)


@pytest.mark.parametrize("merge", ["sum", "concat", "mean"])
def test_two_directions_are_merged(merge):
    X = ragged()
    net = small(LSTMRegressor, bidirectional=True, merge=merge)
    net.fit(X, numbers_of_steps(X))
    states = []
    for k, order in ((0, 1), (1, -1)):
        one = small(LSTMRegressor, max_iter=1).fit(X, numbers_of_steps(X))
        one.coefs_ = [net.coefs_[k], one.coefs_[1]]
        one.intercepts_ = [net.intercepts_[k], one.intercepts_[1]]
        one.recurrent_coefs_ = [net.recurrent_coefs_[k]]
        found = one.transform([x[::order] for x in X])
        states.append([h[::order] for h in found])
    for both, h, g in zip(net.transform(X), *states, strict=True):
        joined = {"sum": h + g, "mean": (h + g) / 2, "concat": np.hstack([h, g])}
        assert_allclose(both, joined[merge], rtol=1e-9, atol=1e-12)
    last = small(LSTMRegressor, bidirectional=True, merge=merge)
    last.fit(X, numbers(X))
    assert last.transform(X).shape == (24, 12 if merge == "concat" else 6)


@every_kind
@per_sequence_and_step
@pytest.mark.parametrize(
    "params",
    [
        {"hidden_layer_sizes": (6, 5, 4)},
        {"hidden_layer_sizes": 6},
        {"bidirectional": True, "merge": "concat", "hidden_layer_sizes": (5, 4)},
        {"dense_before": (7, 5), "bidirectional": True, "dense_after": (6, 4)},
        {"dropout": 0.1, "input_dropout": 0.1, "recurrent_dropout": 0.1},
        {"normalization": "batch", "dense_before": (4,), "dense_after": 3},
        {"normalization": "layer", "bidirectional": True},
        {"truncate_steps": 3},
        {"initializer": "he_normal", "activation": "selu", "dense_after": (4,)},
        {"solver": "sgd", "learning_rate_init": 0.1, "clip_norm": 1.0},
        {"solver": "adamw", "learning_rate": "cosine", "warmup": 2, "l1": 1e-4},
        {"solver": "lbfgs", "batch_size": "auto"},
    ],
    ids=str,
)
def test_every_kind_of_network_learns(kind, per_step, params):
    X = ragged()
    y = targets_for(kind, X, per_step)
    params = {"hidden_layer_sizes": (8,), "max_iter": 20} | params
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        net = small(kind, **params).fit(X, y)
    assert net.loss_curve_[-1] < net.loss_curve_[0]
    found = flat(net.predict(X))
    assert found.shape == flat(y).shape
    if kind in REGRESSORS:
        assert np.isfinite(found).all()
        # Nothing is left of dropout, and of other sequences.
        assert_allclose(flat(net.predict(X[5:6])), flat(net.predict(X)[5:6]), atol=1e-9)


@pytest.mark.parametrize(
    "params",
    [
        {"dropout": 0.4},
        {"input_dropout": 0.4},
        {"recurrent_dropout": 0.4},
        {"truncate_steps": 2},
        {"normalization": "batch"},
        {"clip_norm": 0.01},
        {"bidirectional": True},
        {"peephole": True},
        {"initializer": "he_normal"},
    ],
    ids=str,
)
def test_parameters_do_something(params):
    X = ragged()
    plain = small(LSTMRegressor).fit(X, numbers(X))
    other = small(LSTMRegressor, **params).fit(X, numbers(X))
    assert plain.loss_curve_ != other.loss_curve_
    again = small(LSTMRegressor, **params).fit(X, numbers(X))
    assert_same_net(other, again)


def test_truncation_beyond_the_longest_sequence_changes_nothing():
    X = ragged()
    plain = small(GRURegressor).fit(X, numbers(X))
    assert_same_net(small(GRURegressor, truncate_steps=8).fit(X, numbers(X)), plain)


# --- threads ---


@every_kind
def test_threads_do_not_change_the_bits(kind, monkeypatch):
    monkeypatch.setattr(_engine, "WORK_A_PART", 2**8)
    monkeypatch.setattr(_engine, "SEQUENCES_A_PART", 4)
    X = ragged(40)
    for params in ({}, {"recurrent_dropout": 0.2, "bidirectional": True}):
        y = targets_for(kind, X, per_step=bool(params))
        nets = [
            small(kind, n_jobs=n_jobs, batch_size=20, **params).fit(X, y)
            for n_jobs in (None, 2, 3)
        ]
        assert _engine.count_parts(nets[0]._plan(), 20, 100) >= 4
        for net in nets[1:]:
            assert_array_equal(weights_of(net), weights_of(nets[0]))
            assert net.loss_curve_ == nets[0].loss_curve_
            assert_array_equal(flat(net.predict(X)), flat(nets[0].predict(X)))


# --- validation ---


@every_kind
@per_sequence_and_step
@pytest.mark.parametrize("scoring", [None, "loss"])
def test_early_stopping_holds_sequences_out(kind, per_step, scoring):
    X = ragged(60)
    y = targets_for(kind, X, per_step)
    net = small(
        kind,
        early_stopping=True,
        scoring=scoring,
        max_iter=60,
        n_iter_no_change=3,
        validation_fraction=0.2,
    ).fit(X, y)
    assert len(net.validation_scores_) == len(net.validation_loss_curve_) == net.n_iter_
    assert net.best_validation_score_ == max(net.validation_scores_)
    if scoring == "loss":
        assert_allclose(net.validation_scores_, -np.array(net.validation_loss_curve_))


@every_kind
@per_sequence_and_step
def test_validation_data_of_the_user(kind, per_step):
    X, X_val = ragged(60)[:40], ragged(60)[40:]
    y, y_val = (targets_for(kind, Z, per_step) for Z in (X, X_val))
    params = {"early_stopping": True, "max_iter": 12, "n_iter_no_change": 3}
    net = small(kind, **params).fit(X, y, X_val=X_val, y_val=y_val)
    assert_allclose(net.score(X_val, y_val), net.best_validation_score_)
    # A scorer that is told to gives the same.
    name = "accuracy" if kind in CLASSIFIERS else "r2"
    other = small(kind, scoring=name, **params)
    other.fit(X, y, X_val=X_val, y_val=y_val)
    assert_allclose(other.validation_scores_, net.validation_scores_)
    table = padded(X_val, 9)
    y_table = y_val
    if kind in REGRESSORS and per_step:
        y_table = padded(y_val, 9)
    other = small(kind, mask="nan", targets="step" if per_step else "auto", **params)
    other.fit(X, y, X_val=table, y_val=y_table)
    assert_allclose(other.validation_loss_curve_, net.validation_loss_curve_)


def test_binary_labels_are_held_out():
    X = ragged(60)
    y = [v > 0 for v in numbers_of_steps(X)]
    params = {"early_stopping": True, "max_iter": 3, "validation_fraction": 0.3}
    net = small(GRUClassifier, **params).fit(X, y)
    assert len(net.validation_scores_) == 3
    net = small(GRUClassifier, **params).fit(X, numbers(X) > 0)
    assert len(net.validation_scores_) == 3
    weights = [np.full(len(x), 1.0 + (len(x) > 4)) for x in X]
    for scoring in (None, "accuracy", "neg_log_loss", "loss"):
        net = small(GRUClassifier, scoring=scoring, **params).fit(X, y, weights)
        assert len(net.validation_scores_) == 3


@per_sequence_and_step
def test_labels_of_validation_data_must_be_known(per_step):
    X = ragged()
    y = targets_for(LSTMClassifier, X, per_step)
    wrong = [np.repeat("odd", len(x)) for x in X] if per_step else ["odd"] * len(X)
    with pytest.raises(ValueError, match="classes not in"):
        small(LSTMClassifier).fit(X, y, X_val=X, y_val=wrong)
    with pytest.raises(ValueError, match="given together"):
        small(LSTMClassifier).fit(X, y, X_val=X)


# --- more of the same course ---


@every_kind
@per_sequence_and_step
def test_partial_fits_are_epochs_of_a_fit(kind, per_step):
    X = ragged()
    y = targets_for(kind, X, per_step)
    params = {"solver": "sgd", "shuffle": False}
    whole = small(kind, max_iter=5, **params).fit(X, y)
    net = small(kind, **params)
    for k in range(5):
        first = k == 0 and kind in CLASSIFIERS
        net.partial_fit(X, y, **({"classes": np.unique(flat(y))} if first else {}))
    assert_array_equal(weights_of(net), weights_of(whole))
    assert net.loss_curve_ == whole.loss_curve_
    other = regular(n_features=2)  # another form, another length
    net.partial_fit(other, targets_for(kind, other, per_step))
    assert np.isfinite(weights_of(net)).all()


def test_partial_fit_needs_classes_and_targets_of_one_kind():
    X = ragged()
    with pytest.raises(ValueError, match="classes must be passed"):
        small(LSTMClassifier).partial_fit(X, labels_of_steps(X))
    net = small(LSTMClassifier)
    few = [np.repeat("low", len(x)) for x in X]
    net.partial_fit(X, few, classes=["high", "low", "middle"])
    assert net.predict_proba(X)[0].shape == (len(X[0]), 3)
    with pytest.raises(ValueError, match="classes not in"):
        net.partial_fit(X, [np.repeat("top", len(x)) for x in X])
    with pytest.raises(ValueError, match="a target for each sequence, but"):
        net.partial_fit(X, labels(X))
    with pytest.raises(ValueError, match="3 features a step"):
        net.partial_fit([np.zeros((2, 3))], [few[0][:2]])


@every_kind
def test_a_warm_start_goes_on(kind):
    X = ragged()
    y = targets_for(kind, X, True)
    net = small(kind, warm_start=True).fit(X, y)
    before, expected = net.loss_curve_[-1], weights_of(net).copy()
    net.fit(X, y)
    assert len(net.loss_curve_) == 8 and net.loss_curve_[-1] < before
    assert not np.array_equal(weights_of(net), expected)
    with pytest.raises(ValueError, match="a target for each sequence, but"):
        net.fit(X, targets_for(kind, X, False))
    for name, value in (
        ("hidden_layer_sizes", (3,)),
        ("bidirectional", True),
        ("dense_after", (4,)),
    ):
        with pytest.raises(ValueError, match=f"{name} cannot change"):
            copy.deepcopy(net).set_params(**{name: value}).fit(X, y)
    net.set_params(warm_start=False).fit(X, targets_for(kind, X, False))
    assert net.per_step_ is False and len(net.loss_curve_) == 4


def test_a_refused_fit_leaves_the_net_alone():
    X = ragged()
    net = small(LSTMRegressor).fit(X, numbers(X))
    expected = net.predict(X)
    with pytest.raises(ValueError, match="sample_weight"):
        net.fit(X, numbers(X), sample_weight=-np.ones(24))
    assert_array_equal(net.predict(X), expected)


# --- watching and stopping ---


class Script:
    """A callback that does something at the end of some epoch."""

    def __init__(self, epoch, action):
        self.epoch, self.action, self.n_epochs = epoch, action, 0

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch":
            self.n_epochs += 1
            if self.n_epochs == self.epoch:
                self.action(estimator)

    def teardown(self, estimator, context):
        pass


@every_kind
@per_sequence_and_step
def test_callbacks_of_scikit_learn(kind, per_step, capfd):
    X = ragged()
    y = targets_for(kind, X, per_step)
    monitor = ScoringMonitor(scoring={"score": kind.score})
    net = small(kind, max_iter=3).set_callbacks(monitor, ProgressBar()).fit(X, y)
    scores = monitor.get_logs().data
    assert len(scores) > 0 and kind.__name__ in capfd.readouterr().out
    net.set_callbacks()
    named = ScoringMonitor(scoring="accuracy" if kind in CLASSIFIERS else "r2")
    small(kind, max_iter=3).set_callbacks(named).fit(X, y)
    assert len(named.get_logs().data) > 0


def test_callbacks_may_predict():
    X = ragged()
    found = []
    script = Script(2, lambda net: found.append(net.predict(X)))
    small(GRURegressor, max_iter=3).set_callbacks(script).fit(X, numbers_of_steps(X))
    assert [p.shape for p in found[0]] == [(len(x),) for x in X]


@every_regressor
def test_an_interrupted_net_is_fitted(kind):
    X = ragged(60)
    y = numbers_of_steps(X)

    def interrupt(net):
        raise KeyboardInterrupt

    net = small(kind, max_iter=50, n_iter_no_change=np.inf)
    net.set_callbacks(Script(5, interrupt))
    with pytest.warns(UserWarning, match="interrupted by user"):
        net.fit(X[:40], y[:40], X_val=X[40:], y_val=y[40:])
    assert net.n_iter_ == 5 and np.isfinite(net.score(X, y))
    best = np.argmin(net.validation_loss_curve_) + 1
    other = small(kind, max_iter=best).fit(X[:40], y[:40], X_val=X[40:], y_val=y[40:])
    assert_array_equal(weights_of(net), weights_of(other))
    pickle.loads(pickle.dumps(net.set_callbacks())).partial_fit(X, y)


@pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(),
    reason="signals reach the main thread only",
)
def test_ctrl_c_is_heard_within_an_epoch_of_long_sequences():
    X = np.random.default_rng(3).normal(size=(64, 400, 1))
    net = small(LSTMRegressor, hidden_layer_sizes=(48,), max_iter=10_000, tol=0)
    net.set_params(n_iter_no_change=np.inf)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    start = time.perf_counter()
    try:
        with pytest.warns(UserWarning, match="interrupted by user"):
            net.fit(X, X[:, -1, 0])
            timer.join()
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    assert time.perf_counter() - start < 5
    assert net.predict(X[:3]).shape == (3,)


def test_what_diverges_is_named():
    X = ragged()
    net = small(SimpleRNNRegressor, nonlinearity="relu", learning_rate_init=1e200)
    with pytest.raises(ValueError, match="non-finite parameter weights"):
        net.fit(X, numbers(X))


# --- search of parameters ---

FORMS = {
    "rows": (lambda X: X[:, :, 0], {}),
    "three axes": (lambda X: X, {}),
    "ragged": (lambda X: [x[: 2 + k % 4] for k, x in enumerate(X)], {}),
    "padded": (
        lambda X: padded([x[: 2 + k % 4] for k, x in enumerate(X)]),
        {"mask": "nan"},
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cv", [KFold(3), TimeSeriesSplit(3)], ids=["k", "time"])
def test_grid_search(form, cv):
    make, params = FORMS[form]
    X = make(regular(40))
    y = regular(40)[:, 0, 0]
    steps = [SequenceScaler(**params), small(GRURegressor, max_iter=3, **params)]
    grid = {"gruregressor__hidden_layer_sizes": [(3,), (7,)]}
    for search in (
        GridSearchCV(steps[1], {"hidden_layer_sizes": [(3,), (7,)]}, cv=cv),
        GridSearchCV(make_pipeline(*steps), grid, cv=cv),
    ):
        search.set_params(error_score="raise")
        serial = search.fit(X, y).cv_results_["mean_test_score"]
        expected = search.predict(X)
        assert np.isfinite(serial).all() and len(set(serial)) == 2
        with joblib.parallel_backend("threading", n_jobs=2):
            found = search.fit(X, y).cv_results_["mean_test_score"]
        assert_allclose(found, serial, rtol=1e-12)
        assert_allclose(search.predict(X), expected, rtol=1e-12)


@pytest.mark.parametrize("form", ["three axes", "ragged"])
@per_sequence_and_step
def test_grid_search_in_processes(form, per_step):
    X = FORMS[form][0](regular(40))
    y = targets_for(LSTMClassifier, list(X), per_step)
    params = {"max_iter": 3, "targets": "step" if per_step else "auto"}
    search = GridSearchCV(
        make_pipeline(SequenceScaler(), small(LSTMClassifier, **params)),
        {"lstmclassifier__alpha": [0.0, 1e4]},
        cv=KFold(2),
        error_score="raise",
    )
    results = []
    for n_jobs in (None, 2):
        search.set_params(n_jobs=n_jobs).fit(X, y)
        results.append(search.cv_results_["mean_test_score"])
    assert_allclose(*results)
    assert np.isfinite(results).all()


def test_grid_search_over_folds_of_labels():
    X = ragged(40)
    search = GridSearchCV(
        small(LSTMClassifier, max_iter=3), {"alpha": [0.0, 1.0]}, cv=2
    )
    assert np.isfinite(search.fit(X, labels(X)).best_score_)
    steps = make_scorer(lambda y, p: accuracy_score(flat(y), flat(p)))
    search = GridSearchCV(
        small(LSTMClassifier, max_iter=3), {"alpha": [0.0]}, cv=KFold(2), scoring=steps
    )
    assert np.isfinite(search.fit(X, labels_of_steps(X)).best_score_)


def test_rows_that_other_steps_have_scaled():
    X = regular(40).reshape(40, -1)
    y = regular(40)[:, 0, 0]
    net = small(LSTMRegressor, input_shape=(5, 2))
    pipe = make_pipeline(StandardScaler(), net).fit(X, y)
    scaled = StandardScaler().fit_transform(X)
    expected = small(LSTMRegressor, input_shape=(5, 2)).fit(scaled, y).predict(scaled)
    assert_array_equal(pipe.predict(X), expected)


# --- copies and names ---


@every_kind
@per_sequence_and_step
@pytest.mark.parametrize("way", ["pickle", "deepcopy", "file"])
def test_copies_are_linked_and_go_on_alike(kind, per_step, way, tmp_path):
    X = ragged()
    y = targets_for(kind, X, per_step)
    more = {"peephole": True} if "peephole" in kind().get_params() else {}
    net = small(kind, normalization="batch", recurrent_dropout=0.2, **more)
    net.fit(X, y)
    if way == "file":
        pytest.importorskip("safetensors")
        net.save(tmp_path / "net")
        copied = kind.load(tmp_path / "net")
    else:
        copied = copy.deepcopy(net) if way == "deepcopy" else through_pickle(net)
    assert_array_equal(flat(copied.predict(X)), flat(net.predict(X)))
    copied.recurrent_coefs_[0][:] *= 0.5
    assert not np.array_equal(flat(copied.transform(X)), flat(net.transform(X)))
    copied.recurrent_coefs_[0][:] *= 2
    for each in (net, copied):
        each.random_state = 11
        each.partial_fit(X, y)
    assert_array_equal(weights_of(copied), weights_of(net))


def through_pickle(net):
    return pickle.loads(pickle.dumps(net))


def test_names_of_columns_are_those_of_rows():
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(regular()[:, :, 0], columns=list("abcde"))
    net = small(LSTMRegressor).fit(X, np.arange(24.0))
    assert net.feature_names_in_.tolist() == list("abcde") and net.n_features_in_ == 5
    with pytest.raises(ValueError, match="feature names"):
        net.predict(X[list("edcba")])
    with pytest.warns(UserWarning, match="feature names"):
        net.predict(X.to_numpy())
    net.fit(ragged(), np.arange(24.0))
    assert not hasattr(net, "feature_names_in_") and net.n_features_in_ == 2
