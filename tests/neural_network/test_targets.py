"""Targets and predictions: labels of any kind, weights of samples and classes."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.datasets import make_blobs

from skmanifold_nn.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")


def data(n=90, n_classes=3):
    X, y = make_blobs(n, 4, centers=n_classes, cluster_std=3.0, random_state=9)
    return X / 8, y


def net(kind=MLPClassifier, **params):
    settings = {"hidden_layer_sizes": (6,), "max_iter": 8, "random_state": 4}
    return kind(**settings | params)


def full(kind=MLPClassifier, **params):
    """Steps by all samples at once, which weights replace exactly."""
    settings = {"shuffle": False, "batch_size": 10_000, "alpha": 0.0, "max_iter": 20}
    return net(kind, solver="sgd", learning_rate_init=0.2, **settings | params)


def weights_of(net):
    return np.concatenate([a.ravel() for a in [*net.coefs_, *net.intercepts_]])


# --- weights ---

clipped = pytest.mark.filterwarnings("ignore:Got `batch_size`")


@clipped
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_sample_weights_are_repetitions(kind, solver):
    X, y = data()
    y = y if kind is MLPClassifier else X[:, 0] ** 2
    counts = np.random.default_rng(3).integers(0, 4, size=len(y))
    params = {"activation": "tanh"} | ({"solver": solver} if solver == "lbfgs" else {})
    make = net if solver == "lbfgs" else full
    params["max_iter"] = 6
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        weighted = make(kind, **params).fit(X, y, sample_weight=counts)
        repeated = make(kind, **params).fit(X.repeat(counts, 0), y.repeat(counts))
        without = make(kind, **params).fit(X[counts > 0], y[counts > 0])
    tolerance = 1e-6 if solver == "lbfgs" else 1e-11
    assert_allclose(weights_of(weighted), weights_of(repeated), atol=tolerance)
    assert_allclose(weighted.loss_, repeated.loss_, rtol=1e-6)
    assert np.abs(weights_of(weighted) - weights_of(without)).max() > 1e-4


@clipped
@pytest.mark.parametrize("n_classes", [2, 3])
def test_class_weights_are_sample_weights(n_classes):
    X, y = data(n_classes=n_classes)
    table = {0: 0.5, 1: 3.0, 2: 1.5}
    table = {k: table[k] for k in range(n_classes)}
    by_class = full(class_weight=table).fit(X, y)
    by_sample = full().fit(X, y, sample_weight=np.vectorize(table.get)(y))
    assert_array_equal(weights_of(by_class), weights_of(by_sample))
    extra = np.linspace(0.5, 1.5, len(y))
    both = full(class_weight=table).fit(X, y, sample_weight=extra)
    product = full().fit(X, y, sample_weight=np.vectorize(table.get)(y) * extra)
    assert_allclose(weights_of(both), weights_of(product), rtol=1e-10)


@clipped
def test_balanced_classes():
    X, y = data()
    X, y = X[y != 2][:70], y[y != 2][:70]
    kept = np.r_[np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:5]]
    X, y = X[kept], y[kept]
    weight = {k: len(y) / (2 * np.sum(y == k)) for k in (0, 1)}
    balanced = full(class_weight="balanced").fit(X, y)
    expected = full(class_weight=weight).fit(X, y)
    assert_allclose(weights_of(balanced), weights_of(expected), rtol=1e-10)
    plain = full().fit(X, y)
    assert np.mean(balanced.predict(X) == 1) >= np.mean(plain.predict(X) == 1)
    with pytest.raises(ValueError, match=r"balanced.*not supported for partial_fit"):
        net(class_weight="balanced").partial_fit(X, y, classes=[0, 1])
    net(class_weight={0: 1, 1: 4}).partial_fit(X, y, classes=[0, 1])


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_weights_that_are_none(kind):
    X, y = data()
    y = y if kind is MLPClassifier else X[:, 0]
    for early_stopping in (True, False):
        few = np.zeros(len(y))
        few[:40] = 1
        fitted = net(kind, early_stopping=early_stopping, batch_size=7)
        fitted.fit(X, y, sample_weight=few)
        assert np.isfinite(weights_of(fitted)).all() and np.isfinite(fitted.loss_)
    with pytest.raises(ValueError, match="non-zero number"):
        net(kind).fit(X, y, sample_weight=np.zeros(len(y)))
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        net(kind).fit(X, y, sample_weight=np.linspace(-1, 1, len(y)))
    with pytest.raises(ValueError, match="NaN"):
        net(kind).fit(X, y, sample_weight=np.full(len(y), np.nan))
    with pytest.raises(ValueError, match="sample_weight"):
        net(kind).fit(X, y, sample_weight=np.ones(3))


@clipped
def test_samples_of_weight_zero_may_be_of_any_kind():
    X, y = data()
    few = np.arange(len(y)) < 50
    spoiled = X.copy()
    spoiled[50:] = 1e3
    fitted = full(MLPRegressor).fit(spoiled, X[:, 0], sample_weight=few)
    expected = full(MLPRegressor).fit(X[:50], X[:50, 0])
    assert_allclose(weights_of(fitted), weights_of(expected), rtol=1e-9, atol=1e-12)


# --- labels ---


@pytest.mark.parametrize(
    "names",
    [
        np.array(["red", "green", "blue"]),
        np.array(["red", "green", "blue"], dtype=object),
        np.array([2.0, -1.0, 7.0]),
        np.array([10, 20, 15], dtype=np.int8),
    ],
    ids=str,
)
def test_labels_of_any_kind(names):
    X, y = data()
    fitted = net(max_iter=60, learning_rate_init=0.03).fit(X, names[y])
    assert_array_equal(fitted.classes_, np.sort(names))
    predicted = fitted.predict(X)
    assert predicted.dtype == fitted.classes_.dtype
    assert np.mean(predicted == names[y]) > 0.6
    assert_array_equal(predicted, fitted.classes_[fitted.predict_proba(X).argmax(1)])


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities(n_classes):
    X, y = data(n_classes=n_classes)
    fitted = net().fit(X, y)
    probabilities = fitted.predict_proba(X)
    assert_allclose(probabilities.sum(axis=1), 1)
    assert_allclose(fitted.predict_log_proba(X), np.log(probabilities), rtol=1e-9)
    fitted.coefs_[-1][:] *= 1e4
    logarithms = fitted.predict_log_proba(X)
    assert np.isfinite(logarithms).all() and logarithms.min() < -800
    proba = fitted.predict_proba(X)
    assert np.isfinite(proba).all() and proba.min() == 0


def labels(X, y):
    return np.stack([y == 0, y > 0, X[:, 0] > 0, X[:, 0] > 9], axis=1).astype(int)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_many_labels_as_in_scikit_learn(form):
    X, y = data()
    Y = labels(X, y)
    ours = net(solver="sgd").fit(X, form(Y))
    other = net(theirs.MLPClassifier, solver="sgd").fit(X, form(Y))
    assert_allclose(weights_of(ours), weights_of(other), atol=1e-12)
    assert_allclose(ours.predict_proba(X), other.predict_proba(X))
    for name in ("predict", "predict_log_proba"):
        mine, expected = (getattr(n, name)(X) for n in (ours, other))
        assert sparse.issparse(mine) == sparse.issparse(expected)
        if sparse.issparse(mine):
            mine, expected = mine.toarray(), expected.toarray()
        assert_allclose(mine, expected)
    assert ours.n_outputs_ == 4
    assert_allclose(ours.score(X, form(Y)), other.score(X, form(Y)))


def test_one_column_of_labels_and_early_stopping():
    X, y = data()
    Y = labels(X, y)
    fitted = net(early_stopping=True).fit(X, Y)
    assert len(fitted.validation_scores_) == fitted.n_iter_
    one = net().fit(X, Y[:, 1])
    assert one.predict(X).shape == (len(X),)


def test_targets_that_do_not_fit_are_refused():
    X, y = data()
    fitted = net(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="warm_start can only be used where `y`"):
        fitted.fit(X, y % 2)
    with pytest.raises(ValueError, match="Unknown label type"):
        net().fit(X, X[:, 0])
    with pytest.raises(ValueError, match="Multioutput target data is not supported"):
        net().fit(X, np.stack([y, y], axis=1))
    fitted = net(MLPRegressor, warm_start=True).fit(X, X[:, :2])
    with pytest.raises(ValueError, match="must have 2 outputs"):
        fitted.fit(X, X[:, 0])
    with pytest.raises(ValueError, match="NaN"):
        net(MLPRegressor).fit(X, np.where(y == 1, np.nan, y))
    fitted = net().partial_fit(X, labels(X, y), classes=range(4))
    with pytest.raises(ValueError, match="4 columns"):
        fitted.partial_fit(X, labels(X, y)[:, :3])


def test_labels_beyond_0_and_1_are_refused():
    X, _ = data()
    y = (X[:, :2] > 0).astype(int)
    trained = net().partial_fit(X, y.tolist(), classes=[0, 1])
    assert trained.predict(X).shape == y.shape
    with pytest.raises(ValueError, match="matrix of 0 and 1"):
        trained.partial_fit(X, 3 * y)
    with pytest.raises(ValueError, match="matrix of 0 and 1"):
        net().fit(X, y, X_val=X, y_val=y - 1)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_class_weights_that_are_none(weight):
    X, y = data()
    with pytest.raises(ValueError, match="class_weight must be of finite"):
        net(class_weight={1: weight}).fit(X, y)
    with pytest.raises(ValueError, match="All samples have the weight zero"):
        net(class_weight={0: 0, 1: 0, 2: 0}).fit(X, y)


def test_numbers_that_are_none():
    X, y = data()
    with pytest.raises(ValueError, match="could not convert string"):
        net(MLPRegressor).fit(X, np.array(["a", "b", "c"])[y])
    with pytest.raises(TypeError, match="y must be dense"):
        net(MLPRegressor).fit(X, sparse.csr_array(X))
    with pytest.raises(ValueError, match="y must have 4 outputs"):
        net(MLPRegressor).fit(X, X, X_val=X, y_val=X[:, 0])


def test_predictions_are_by_the_loss_of_the_fit():
    X, y = data()
    trained = net(MLPRegressor, loss="poisson").fit(X, y)
    expected = trained.predict(X)
    assert_array_equal(trained.set_params(loss="huber").predict(X), expected)
    assert trained.out_activation_ == "exp"


def test_several_numbers():
    X, _ = data()
    fitted = net(MLPRegressor).fit(X, X[:, :3])
    assert fitted.n_outputs_ == 3 and fitted.predict(X).shape == (len(X), 3)
    assert fitted.out_activation_ == "identity"
    with pytest.warns(UserWarning, match="1d array was expected"):
        fitted = net(MLPRegressor).fit(X, X[:, :1])
    assert fitted.predict(X).shape == (len(X),)
