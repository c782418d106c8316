"""The training loop: early stopping, validation, what is not finite, interruptions."""

import copy
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
both = pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])


def data(kind, n=160):
    X, y = make_blobs(n, 5, centers=3, cluster_std=5.0, random_state=7)
    X /= 8
    return X, y if kind is MLPClassifier else np.sin(X[:, 0]) + X[:, 1]


def small(kind, **params):
    settings = {"hidden_layer_sizes": (6,), "max_iter": 12, "random_state": 3}
    return kind(**settings | params)


def weights_of(net):
    return np.concatenate([a.ravel() for a in [*net.coefs_, *net.intercepts_]])


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


def interrupt(estimator):
    raise KeyboardInterrupt


# --- validation data and early stopping ---


@both
def test_validation_data_are_watched_and_not_trained_on(kind):
    X, y = data(kind)
    plain = small(kind).fit(X[:100], y[:100])
    net = small(kind).fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    assert_array_equal(weights_of(net), weights_of(plain))
    assert len(net.validation_loss_curve_) == 12
    assert net.validation_scores_ is None and net.best_validation_score_ is None
    assert not hasattr(plain, "validation_loss_curve_")
    if kind is MLPRegressor:
        errors = net.predict(X[100:]) - y[100:]
        assert_allclose(net.validation_loss_curve_[-1], np.mean(errors**2) / 2)
    else:
        likelihood = net.predict_log_proba(X[100:])[np.arange(60), y[100:]]
        assert_allclose(net.validation_loss_curve_[-1], -likelihood.mean())
    net.fit(X, y)
    assert not hasattr(net, "validation_loss_curve_")


SCORES = {
    None: lambda net, X, y: net.score(X, y),
    "loss": None,
    "neg_mean_squared_error": lambda net, X, y: -np.mean((net.predict(X) - y) ** 2),
}


@both
@pytest.mark.parametrize("scoring", SCORES)
@pytest.mark.parametrize("given", [True, False])
def test_early_stopping_restores_the_best_weights(kind, scoring, given):
    X, y = data(kind)
    kept = []
    recorder = Script(0, None)
    recorder.on_fit_task_end = lambda estimator, context: kept.append(
        weights_of(estimator)
    )
    net = small(
        kind,
        early_stopping=True,
        scoring=scoring,
        max_iter=40,
        learning_rate_init=0.3,
        n_iter_no_change=4,
        validation_fraction=0.3,
    ).set_callbacks(recorder)
    if given:
        net.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    else:
        net.fit(X, y)
    scores = np.array(net.validation_scores_)
    best = int(scores.argmax())
    assert 5 < net.n_iter_ < 40 and best < net.n_iter_ - 1
    assert len(scores) == len(net.validation_loss_curve_) == net.n_iter_
    assert net.best_validation_score_ == scores.max() and net.best_loss_ is None
    assert_array_equal(weights_of(net), kept[best])
    if scoring == "loss":
        assert_allclose(scores, -np.array(net.validation_loss_curve_))
    elif given:
        score = SCORES[scoring](net, X[100:], y[100:])
        assert_allclose(net.best_validation_score_, score)


@both
def test_a_scorer_is_called_with_rows_and_weights(kind):
    X, y = data(kind)
    seen = []

    def scorer(estimator, rows, targets, sample_weight=None):
        metric = accuracy_score if kind is MLPClassifier else r2_score
        seen.append((rows.shape, targets.shape, sample_weight is not None))
        return metric(targets, estimator.predict(rows), sample_weight=sample_weight)

    params = {"early_stopping": True, "max_iter": 5}
    net = small(kind, scoring=scorer, **params).fit(X, y, np.linspace(0.5, 2, len(X)))
    assert set(seen) == {((16, 5), (16,), True)}
    other = small(kind, **params).fit(X, y, np.linspace(0.5, 2, len(X)))
    assert_allclose(net.validation_scores_, other.validation_scores_)


@both
def test_validation_data_are_given_in_full(kind):
    X, y = data(kind)
    with pytest.raises(ValueError, match="X_val and y_val are given together"):
        small(kind).fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="X has 4 features") as caught:
        small(kind).fit(X, y, X_val=X[:, :4], y_val=y)
    assert caught.value.__notes__ == ["X and y are X_val and y_val here."]
    with pytest.raises(ValueError, match="sample"):
        small(kind).fit(X, y, X_val=X[:0], y_val=y[:0])
    with pytest.raises(ValueError, match="The validation set is too small"):
        small(kind, early_stopping=True, validation_fraction=0.01).fit(X[:50], y[:50])


def test_validation_labels_that_training_lacks_are_refused():
    X, y = data(MLPClassifier)
    with pytest.raises(ValueError, match="classes not in"):
        small(MLPClassifier).fit(X, y, X_val=X, y_val=y + 1)


@both
def test_validation_rows_may_be_sparse_where_the_others_are_not(kind):
    X, y = data(kind)
    X = X * (X > 0)
    fits = [
        small(kind, early_stopping=True).fit(rows, y, X_val=held_out, y_val=y[:20])
        for rows in (X, sparse.csr_array(X))
        for held_out in (X[:20], sparse.csr_array(X[:20]))
    ]
    for net in fits[1:]:
        assert_allclose(net.validation_loss_curve_, fits[0].validation_loss_curve_)
        assert_allclose(net.validation_scores_, fits[0].validation_scores_)


def test_a_score_that_is_no_number_is_refused():
    X, y = data(MLPRegressor)
    net = small(MLPRegressor, early_stopping=True)
    with (
        pytest.warns(UndefinedMetricWarning),
        pytest.raises(ValueError, match="a score, which is NaN"),
    ):
        net.fit(X, y, X_val=X[:1], y_val=y[:1])
    net.set_params(early_stopping=False).fit(X, y, X_val=X[:1], y_val=y[:1])
    assert np.isfinite(net.validation_loss_curve_).all()


# --- what is not finite ---


@both
def test_a_loss_that_is_not_finite_is_an_error(kind):
    X, y = data(kind)
    bad = {"solver": "sgd", "learning_rate_init": 1e200, "activation": "identity"}
    with pytest.raises(ValueError, match=r"non-finite .*scale X .*learning_rate_init"):
        small(kind, **bad).fit(X, y)
    net = small(kind, **bad)
    with pytest.raises(ValueError, match="non-finite"):
        for _ in range(9):
            net.partial_fit(X, y, **({"classes": [0, 1, 2]} if y.dtype == int else {}))
            y = y[::-1]


@both
def test_early_stopping_restores_weights_after_a_loss_that_is_not_finite(kind):
    X, y = data(kind)
    kept = []

    def spoil(estimator):
        kept.append(weights_of(estimator))
        estimator.coefs_[0][:] = np.nan

    net = small(kind, early_stopping=True).set_callbacks(Script(3, spoil))
    with pytest.warns(ConvergenceWarning, match="best weights are restored"):
        net.fit(X, y)
    assert np.isfinite(weights_of(net)).all() and np.isfinite(net.predict(X)).all()
    scores = np.array(net.validation_scores_)
    assert net.n_iter_ == len(scores) == 4 and np.isnan(scores[-1])
    if np.nanargmax(scores) == 2:
        assert_array_equal(weights_of(net), kept[0])
    net.set_callbacks().fit(X, y)
    assert np.isfinite(net.loss_)


@pytest.mark.parametrize("scale", [1e30, 1e150])
def test_huge_inputs(scale):
    X, y = data(MLPRegressor)
    with pytest.raises(ValueError, match="non-finite"):
        small(MLPRegressor, solver="sgd").fit(X * scale, y * scale)


# --- interruptions ---


@both
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_an_interrupted_fit_stays_usable(kind, solver):
    X, y = data(kind)
    script = Script(4, interrupt)
    net = small(kind, solver=solver).set_callbacks(script)
    with pytest.warns(UserWarning, match="interrupted by user"):
        net.fit(X, y)
    assert script.n_epochs == 4 and net.n_iter_ == 4
    assert len(net.loss_curve_) == 4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        other = small(kind, solver=solver, max_iter=4).fit(X, y)
    assert_allclose(weights_of(net), weights_of(other), rtol=1e-12)
    assert_allclose(net.predict(X), other.predict(X), rtol=1e-10)


@both
@pytest.mark.parametrize("early_stopping", [True, False])
def test_an_interrupted_fit_keeps_the_best_weights(kind, early_stopping):
    X, y = data(kind)
    net = small(
        kind, early_stopping=early_stopping, scoring="loss", learning_rate_init=0.5
    )
    net.set_callbacks(Script(8, interrupt))
    with pytest.warns(UserWarning, match="interrupted by user"):
        net.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    losses = net.validation_loss_curve_
    assert len(losses) == 8
    # A step of almost no length shows the loss of the weights that are there.
    again = copy.deepcopy(net).set_params(
        max_iter=1, warm_start=True, learning_rate_init=1e-30
    )
    again.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    assert_allclose(again.validation_loss_curve_[-1], min(losses), rtol=1e-6)


@both
def test_an_interruption_before_the_first_epoch_ends(kind, monkeypatch):
    X, y = data(kind)
    net = small(kind)

    def interrupted(*args):
        raise KeyboardInterrupt

    name = "skmanifold_nn.neural_network.layers._engine.Trainer.epochs"
    monkeypatch.setattr(name, interrupted)
    with pytest.warns(UserWarning, match="interrupted by user"):
        net.fit(X, y)
    monkeypatch.undo()
    assert net.n_iter_ == 0 and np.isfinite(net.predict(X)).all()


# --- callbacks ---


@both
def test_scikit_learn_callbacks_work_alone_and_within(kind, capfd):
    X, y = data(kind)
    scoring = "accuracy" if kind is MLPClassifier else "r2"
    monitor = ScoringMonitor(scoring=scoring)
    net = small(kind).set_callbacks(ProgressBar(), monitor).fit(X, y)
    assert kind.__name__ in capfd.readouterr().out
    assert len(monitor.get_logs().data) >= 12
    bar = ProgressBar(max_propagation_depth=None)
    pipeline = make_pipeline(StandardScaler(), small(kind)).set_callbacks(bar)
    pipeline.fit(X, y)
    assert kind.__name__ in capfd.readouterr().out
    grid = {"alpha": [0.1, 1.0]}
    search = GridSearchCV(small(kind), grid, cv=2).set_callbacks(bar).fit(X, y)
    assert kind.__name__ in capfd.readouterr().out
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert_array_equal(weights_of(net), weights_of(small(kind).fit(X, y)))


# --- the course ---


@both
def test_training_stops_when_the_loss_no_longer_improves(kind):
    X, y = data(kind)
    net = small(kind, tol=1e9, max_iter=100, n_iter_no_change=6).fit(X, y)
    # The first epoch improves on nothing, and more than six others do not.
    assert net.n_iter_ == 8
    assert net.best_loss_ == min(net.loss_curve_)
    net = small(kind, tol=1e9, n_iter_no_change=np.inf).fit(X, y)
    assert net.n_iter_ == 12


def test_too_few_epochs_are_a_warning():
    X, y = data(MLPClassifier)
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(2\) reached"):
        small(MLPClassifier, max_iter=2).fit(X, y)


def test_adaptive_learning_rate_is_lowered(capfd):
    X, y = data(MLPRegressor)
    net = small(
        MLPRegressor,
        solver="sgd",
        learning_rate="adaptive",
        tol=1e9,
        n_iter_no_change=1,
        max_iter=60,
        verbose=True,
    ).fit(X, y)
    assert net.learning_rate_ < 1e-6
    assert net.n_iter_ < 60
    assert "Setting learning rate to" in capfd.readouterr().out


@pytest.mark.parametrize(
    "params, what",
    [
        ({"dropout": 0.2}, "dropout"),
        ({"normalization": "batch"}, "batch normalisation"),
        ({"l1": 0.1}, "l1"),
    ],
)
def test_lbfgs_refuses_what_is_not_smooth(params, what):
    X, y = data(MLPRegressor)
    with pytest.raises(ValueError, match=f"lbfgs.*{what}"):
        small(MLPRegressor, solver="lbfgs", **params).fit(X, y)


@both
def test_penalties_and_clipping(kind):
    X, y = data(kind)
    sizes = [
        np.abs(small(kind, max_iter=60, **params).fit(X, y).coefs_[0]).sum()
        for params in ({"alpha": 0}, {"alpha": 100.0}, {"alpha": 0, "l1": 20.0})
    ]
    assert sizes[1] < 0.9 * sizes[0] and sizes[2] < 0.9 * sizes[0]
    params = {"solver": "sgd", "momentum": 0, "alpha": 0, "max_iter": 1}
    params |= {"batch_size": len(X), "learning_rate_init": 1.0, "clip_norm": 1e-3}
    start = small(kind, **params | {"learning_rate_init": 1e-300}).fit(X, y)
    moved = weights_of(small(kind, **params).fit(X, y)) - weights_of(start)
    assert_allclose(np.linalg.norm(moved), 1e-3, rtol=1e-9)
