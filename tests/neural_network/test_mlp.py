"""Multi-layer perceptrons: scikit-learn's weights, fitted lists, features, files."""

import copy
import gc
import os
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from skmanifold_nn.neural_network import MLPClassifier, MLPRegressor
from skmanifold_nn.neural_network.layers import _engine

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
STATUS = Path("/proc/self/statm")
both = pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def classes(n=120, dtype=np.float64, n_classes=3):
    X, y = make_blobs(n, 5, centers=n_classes, cluster_std=4.0, random_state=7)
    return (X / 8).astype(dtype), y


def numbers(n=120, dtype=np.float64, n_outputs=1):
    X, _ = classes(n, dtype)
    y = np.stack([np.sin(X[:, k]) * X[:, k + 1] for k in range(n_outputs)], axis=1)
    return X, (y[:, 0] if n_outputs == 1 else y).astype(dtype)


def data(kind, n=120, dtype=np.float64):
    return (classes if kind is MLPClassifier else numbers)(n, dtype)


def small(kind, **params):
    settings = {"hidden_layer_sizes": (7, 4), "max_iter": 5, "random_state": 3}
    return kind(**settings | params)


def assert_same_weights(ours, other, tolerance):
    for name in ("coefs_", "intercepts_"):
        pairs = zip(getattr(ours, name), getattr(other, name), strict=True)
        for mine, expected in pairs:
            assert_allclose(mine, expected, rtol=0, atol=tolerance)


def all_numbers(net):
    return np.concatenate([a.ravel() for a in [*net.coefs_, *net.intercepts_]])


# --- scikit-learn's weights ---


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "params",
    [
        {"solver": "sgd", "shuffle": False, "learning_rate_init": 0.05},
        {"solver": "sgd", "nesterovs_momentum": False, "learning_rate": "invscaling"},
        {"solver": "adam", "batch_size": 32, "alpha": 0.5},
        {"solver": "lbfgs"},
    ],
)
def test_ten_epochs_of_a_classifier_as_scikit_learn(params, n_classes, activation):
    X, y = classes(n_classes=n_classes)
    if (params["solver"], activation) == ("lbfgs", "relu"):
        params = {**params, "max_iter": 3}  # then a line search meets a kink
    params = {"max_iter": 10, "activation": activation} | params
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours = small(MLPClassifier, **params).fit(X, y)
        other = small(theirs.MLPClassifier, **params).fit(X, y)
    assert_same_weights(ours, other, 1e-6 if params["solver"] == "lbfgs" else 1e-10)
    assert_allclose(ours.predict_proba(X), other.predict_proba(X), atol=1e-6)
    assert_allclose(ours.loss_, other.loss_, rtol=1e-6)
    assert ours.n_iter_ == other.n_iter_ and ours.out_activation_ == (
        "logistic" if n_classes == 2 else "softmax"
    )
    if params["solver"] != "lbfgs":
        assert_allclose(ours.loss_curve_, other.loss_curve_, rtol=1e-9)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_ten_epochs_of_a_regressor_as_scikit_learn(loss, solver):
    X, y = numbers()
    y = np.exp(y) if loss == "poisson" else y
    # scikit-learn's Poisson loss lacks what does not depend on the network.
    weights = np.random.default_rng(2).integers(1, 4, size=len(y)).astype(float)
    params = {"max_iter": 10, "solver": solver, "loss": loss, "shuffle": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours = small(MLPRegressor, **params).fit(X, y, weights)
        other = small(theirs.MLPRegressor, **params).fit(X, y, weights)
    assert_same_weights(ours, other, 1e-6)
    assert_allclose(ours.predict(X), other.predict(X), atol=1e-6)


@both
def test_initial_weights_do_not_depend_on_the_dtype(kind):
    nets = []
    for dtype in (np.float64, np.float32):
        X, y = data(kind, dtype=dtype)
        nets.append(small(kind, learning_rate_init=1e-30, max_iter=1).fit(X, y))
    assert all(a.dtype == np.float32 for a in [*nets[1].coefs_, *nets[1].intercepts_])
    expected = all_numbers(nets[0]).astype(np.float32)
    assert_array_equal(all_numbers(nets[1]), expected)


# --- input and threads ---


@both
@both_dtypes
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_csr_rows_as_dense_rows(kind, dtype, dropout):
    X, y = data(kind, dtype=dtype)
    X[X < 0.2] = 0
    dense = small(kind, dropout=dropout).fit(X, y)
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    for form in (sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array):
        other = small(kind, dropout=dropout).fit(form(X), y)
        assert_same_weights(other, dense, tolerance)
        assert all(W.dtype == dtype for W in other.coefs_)
        expected = dense.transform(X)
        assert_allclose(other.transform(form(X)), expected, atol=tolerance)
        assert_allclose(dense.transform(form(X)), expected, atol=tolerance)


@both_dtypes
@pytest.mark.parametrize("batch_size", [96, 100, 250])
def test_threads_do_not_change_the_bits(dtype, batch_size, monkeypatch):
    monkeypatch.setattr(_engine, "WORK_A_PART", 2**10)
    monkeypatch.setattr(_engine, "ROWS_A_PART", 20)
    X, y = classes(250, dtype)
    plan = small(MLPClassifier, max_iter=1).fit(X, y)._plan()
    assert _engine.count_parts(plan, batch_size) >= 4
    for params in ({}, {"dropout": 0.2, "normalization": "layer"}):
        params |= {"batch_size": batch_size, "max_iter": 2}
        nets = [
            small(MLPClassifier, n_jobs=n_jobs, **params).fit(X, y)
            for n_jobs in (None, 2, 3)
        ]
        for net in nets[1:]:
            assert_array_equal(all_numbers(net), all_numbers(nets[0]))
            assert net.loss_curve_ == nets[0].loss_curve_
            assert_array_equal(net.predict_proba(X), nets[0].predict_proba(X))


@both
@both_dtypes
def test_parts_change_rounding_only(kind, dtype, monkeypatch):
    X, y = data(kind, dtype=dtype)
    whole = small(kind).fit(X, y)
    monkeypatch.setattr(_engine, "WORK_A_PART", 2**10)
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    assert_same_weights(small(kind).fit(X, y), whole, tolerance)


def test_a_row_alone_as_in_the_batch():
    X, y = classes(300)
    net = small(MLPClassifier, hidden_layer_sizes=(33, 17)).fit(X, y)
    alone = np.vstack([net.predict_proba(x[None]) for x in X])
    assert_allclose(alone, net.predict_proba(X), rtol=1e-12)


@both
@pytest.mark.parametrize(
    "params",
    [
        *({"activation": a} for a in ("mish", "gelu", "hard_tanh", "selu")),
        *({"normalization": n} for n in ("batch", "layer")),
        *({"solver": s} for s in ("adamw", "rmsprop", "adagrad", "adadelta")),
        *({"learning_rate": s} for s in ("step", "cosine", "one_cycle")),
        {"dropout": 0.2, "normalization": "batch", "activation": "selu"},
        {"l1": 0.01, "clip_norm": 0.5, "initializer": "orthogonal", "warmup": 2},
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": 6},
        {"hidden_layer_sizes": np.array([6, 3])},
    ],
    ids=str,
)
def test_every_kind_of_network_learns(kind, params):
    X, y = data(kind)
    rate = 0.5 if params.get("solver") in ("adagrad", "adadelta") else 0.02
    net = small(kind, learning_rate_init=rate, max_iter=40, **params).fit(X, y)
    assert net.loss_curve_[-1] < net.loss_curve_[0]
    assert np.isfinite(net.predict(X)).all()
    n_hidden = np.atleast_1d(np.array(net.hidden_layer_sizes)).size
    assert net.n_layers_ == n_hidden + 2 == len(net.coefs_) + 1


def test_several_outputs_have_the_gradient_of_the_reported_loss():
    X, y = numbers(n_outputs=3)
    params = {"solver": "sgd", "momentum": 0, "shuffle": False, "max_iter": 10}
    ours = small(MLPRegressor, learning_rate_init=0.3, **params).fit(X, y)
    # scikit-learn's is larger by the number of outputs; alpha too.
    other = small(
        theirs.MLPRegressor, learning_rate_init=0.1, **params, alpha=3e-4
    ).fit(X, y)
    assert_same_weights(ours, other, 1e-3)
    params = {"learning_rate_init": 0.3, "alpha": 0} | params
    ours = small(MLPRegressor, **params).fit(X, y)
    params["learning_rate_init"] = 0.1
    assert_same_weights(ours, small(theirs.MLPRegressor, **params).fit(X, y), 1e-10)


# --- the fitted lists are the state ---


@both
def test_replaced_and_changed_weights_are_read(kind):
    X, y = data(kind)
    net = small(kind, activation="tanh").fit(X, y)
    expected = np.tanh(X @ net.coefs_[0] + net.intercepts_[0])
    assert_allclose(net.transform(X, layer=0), expected)
    net.coefs_[0][:] *= 2
    net.intercepts_[0] = net.intercepts_[0] + 1
    expected = np.tanh(X @ net.coefs_[0] + net.intercepts_[0])
    assert_allclose(net.transform(X, layer=0), expected)
    net.coefs_[0] += 0.5  # the list gets the same array again
    expected = np.tanh(X @ net.coefs_[0] + net.intercepts_[0])
    assert_allclose(net.transform(X, layer=0), expected)
    net.coefs_ = [W / 2 for W in net.coefs_]
    expected = np.tanh(X @ net.coefs_[0] + net.intercepts_[0])
    assert_allclose(net.transform(X, layer=0), expected)


@both
@pytest.mark.parametrize("again", ["partial_fit", "warm_start"])
@pytest.mark.parametrize("how", ["replaced", "changed", "other list"])
def test_training_goes_on_from_weights_put_in_place(kind, again, how):
    X, y = data(kind)
    net = small(kind, learning_rate_init=1e-9, warm_start=True).fit(X, y)
    wanted = [np.full_like(W, 0.1 * k) for k, W in enumerate(net.coefs_, start=1)]
    if how == "replaced":
        net.coefs_[0], net.coefs_[1], net.coefs_[2] = wanted
    elif how == "changed":
        for W, value in zip(net.coefs_, wanted, strict=True):
            W[:] = value
    else:
        net.coefs_ = [W.copy() for W in wanted]
    (net.partial_fit if again == "partial_fit" else net.fit)(X, y)
    for W, value in zip(net.coefs_, wanted, strict=True):
        assert_allclose(W, value, atol=1e-6)
        assert not np.array_equal(W, value)


@both
def test_weights_with_other_numbers_of_units(kind):
    X, y = data(kind)
    net = small(kind).fit(X, y)
    other = small(kind, hidden_layer_sizes=(11, 2)).fit(X, y)
    expected = other.predict(X)
    net.coefs_, net.intercepts_ = other.coefs_, other.intercepts_
    assert_array_equal(net.predict(X), expected)
    assert_array_equal(net.transform(X), other.transform(X))
    assert net.get_feature_names_out().shape == (2,)
    net.set_params(hidden_layer_sizes=(11, 2)).partial_fit(X, y)
    assert net.coefs_[0].shape == (5, 11)


@both
def test_weights_of_impossible_shapes_are_refused(kind):
    X, y = data(kind)
    net = small(kind).fit(X, y)
    net.coefs_[1] = np.ones((2, 2))
    with pytest.raises(ValueError, match=r"coefs_ of layer 'hidden2'.*\(7, 4\)"):
        net.predict(X)


def through_file(net, tmp_path):
    pytest.importorskip("safetensors")
    net.save(tmp_path / "net")
    return type(net).load(tmp_path / "net")


COPIES = {
    "pickle": lambda net, path: pickle.loads(pickle.dumps(net)),
    "deepcopy": lambda net, path: copy.deepcopy(net),
    "file": through_file,
}


@both
@both_dtypes
@pytest.mark.parametrize("way", COPIES)
def test_copies_are_linked_and_go_on_alike(kind, dtype, way, tmp_path):
    X, y = data(kind, dtype=dtype)
    net = small(kind, normalization="batch", dropout=0.2).fit(X, y)
    copied = COPIES[way](net, tmp_path)
    assert_array_equal(copied.predict(X), net.predict(X))
    copied.coefs_[0][:] = 0
    assert not np.array_equal(copied.transform(X), net.transform(X))
    copied.coefs_[0][:] = net.coefs_[0]
    assert_array_equal(copied.transform(X), net.transform(X))
    for each in (net, copied):
        each.random_state = 11
        each.partial_fit(X, y)
    assert_array_equal(all_numbers(copied), all_numbers(net))
    assert all(W.dtype == dtype for W in copied.coefs_)


@both
def test_a_shallow_copy_predicts_and_parts_with_new_weights(kind):
    X, y = data(kind)
    net = small(kind).fit(X, y)
    other = copy.copy(net)
    expected = net.predict(X)
    assert_array_equal(other.predict(X), expected)
    other.fit(X[::2], y[::2])
    assert_array_equal(net.predict(X), expected)


@both
def test_a_second_fit_leaves_earlier_weights_alone(kind):
    X, y = data(kind)
    net = small(kind).fit(X, y)
    kept, values = net.coefs_, [W.copy() for W in net.coefs_]
    net.fit(X, y)
    for W, value in zip(kept, values, strict=True):
        assert_array_equal(W, value)
    assert_array_equal(all_numbers(net)[:35], values[0].ravel())


# --- features ---


@both
def test_transform_gives_layers_by_number_and_name(kind):
    X, y = data(kind)
    net = small(kind, activation="softplus", dropout=0.5).fit(X, y)
    assert net.layer_names_ == ["hidden1", "hidden2"]
    assert_array_equal(net.transform(X), net.transform(X, layer="hidden2"))
    assert_array_equal(net.transform(X, layer=0), net.transform(X, layer="hidden1"))
    assert_array_equal(net.transform(X, layer=-2), net.transform(X, layer=0))
    assert net.transform(X, layer=0).shape == (len(X), 7)
    assert list(net.get_feature_names_out()) == [
        f"{kind.__name__.lower()}{k}" for k in range(4)
    ]
    for layer in (2, -3, "hidden3", None):
        with pytest.raises(ValueError, match=r"layer must be .*hidden1"):
            net.transform(X, layer=layer)
    # The pass itself is not random, and a row's values are its own.
    assert_allclose(net.transform(X[5:6]), net.transform(X)[5:6], rtol=1e-12)


@both
def test_methods_need_a_fit(kind):
    X, _ = data(kind)
    for method in ("predict", "transform", "save"):
        with pytest.raises(NotFittedError):
            getattr(kind(), method)(X)


# --- partial_fit and warm_start ---


@both
def test_partial_fits_are_epochs_of_a_fit(kind):
    X, y = data(kind)
    params = {"solver": "sgd", "shuffle": False, "batch_size": 50}
    whole = small(kind, max_iter=6, **params).fit(X, y)
    net = small(kind, **params)
    for k in range(6):
        keywords = {"classes": np.unique(y)} if k == 0 and kind is MLPClassifier else {}
        net.partial_fit(X, y, **keywords)
        assert net.n_iter_ == 1 or net.n_iter_ == k + 1
    assert_array_equal(all_numbers(net), all_numbers(whole))
    assert net.loss_curve_ == whole.loss_curve_
    assert net.t_ == whole.t_ == 6 * len(X)


@both
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_warm_start_goes_on_as_in_scikit_learn(kind, solver):
    X, y = data(kind)
    other = getattr(theirs, kind.__name__)
    params = {"solver": solver, "warm_start": True, "max_iter": 4}
    params["activation"] = "tanh"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        nets = [small(k, **params).fit(X, y).fit(X, y) for k in (kind, other)]
    assert_same_weights(*nets, 1e-6)
    if solver != "lbfgs":
        assert_allclose(nets[0].loss_curve_, nets[1].loss_curve_)


@both
def test_a_warm_start_keeps_its_layers(kind):
    X, y = data(kind)
    net = small(kind, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="activation cannot change"):
        net.set_params(activation="tanh").fit(X, y)
    net.set_params(warm_start=False).fit(X, y)
    with pytest.raises(ValueError, match="X has 4 features"):
        net.partial_fit(X[:, :4], y)


@both
def test_a_warm_start_may_change_the_dtype_of_its_rows(kind):
    X, y = data(kind)
    net = small(kind, warm_start=True).fit(X, y)
    net.fit(X.astype(np.float32), y)
    assert np.isfinite(all_numbers(net)).all()
    assert net.predict(X.astype(np.float32)).shape == (len(X),)


def test_partial_fit_of_many_labels_and_unseen_classes():
    X, y = classes()
    labels = np.stack([y == 0, y > 0, X[:, 0] > 0], axis=1).astype(int)
    net = small(MLPClassifier).partial_fit(X, labels, classes=np.arange(3))
    before = net.loss_curve_[-1]
    for _ in range(20):
        net.partial_fit(X, labels)
    assert net.loss_curve_[-1] < before and net.predict(X).shape == labels.shape
    net = small(MLPClassifier).partial_fit(X[y < 2], y[y < 2], classes=[0, 1, 2])
    assert net.predict_proba(X).shape == (len(X), 3)
    with pytest.raises(ValueError, match="classes not in"):
        net.partial_fit(X, y + 1)
    with pytest.raises(ValueError, match="classes must be passed"):
        small(MLPClassifier).partial_fit(X, y)
    with pytest.raises(ValueError, match="does not support early_stopping=True"):
        small(MLPClassifier, early_stopping=True).partial_fit(X, y, classes=[0, 1, 2])
    assert not hasattr(small(MLPClassifier, solver="lbfgs"), "partial_fit")


# --- small things must work ---


@both
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_one_sample(kind, solver):
    X, y = data(kind)
    net = small(kind, solver=solver)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        net.fit(X[:1], y[:1])
    assert np.isfinite(net.predict(X)).all()
    if kind is MLPClassifier:
        assert_array_equal(net.predict(X), np.repeat(y[:1], len(X)))
        assert_array_equal(net.predict_proba(X), np.ones((len(X), 1)))
        assert_array_equal(net.predict_log_proba(X), np.zeros((len(X), 1)))


@both
def test_batch_size_above_the_number_of_samples(kind):
    X, y = data(kind)
    with pytest.warns(UserWarning, match="clipped"):
        net = small(kind, batch_size=1000).fit(X, y)
    assert_array_equal(all_numbers(net), all_numbers(small(kind).fit(X, y)))


def test_a_constant_target():
    X, _ = numbers()
    net = small(MLPRegressor, max_iter=400, learning_rate_init=0.02, tol=0)
    assert_allclose(net.fit(X, np.full(len(X), 2.5)).predict(X), 2.5, atol=0.2)


def test_a_million_features():
    X = sparse.random(20, 10**6, density=1e-5, format="csr", random_state=3)
    y = np.arange(20) % 2
    net = small(MLPClassifier, hidden_layer_sizes=(1,), max_iter=1)
    assert net.fit(X.astype(np.float32), y).coefs_[0].shape == (10**6, 1)
    net = small(MLPClassifier, hidden_layer_sizes=(10**9,))
    with pytest.raises(MemoryError, match=r"parameters.*fewer units"):
        net.fit(X, y)


@both
def test_partial_fits_of_a_copy_leave_the_estimator_alone(kind):
    X, y = data(kind)
    net = small(kind, normalization="batch").fit(X, y)
    other = copy.copy(net)
    other.partial_fit(X, y).partial_fit(X, y)
    expected = copy.deepcopy(net)
    assert_same_weights(net.partial_fit(X, y), expected.partial_fit(X, y), 0)


@both
def test_weights_of_other_dtypes_are_trained_further(kind):
    X, y = data(kind)
    net = small(kind).fit(X, y)
    expected = net.coefs_[0].astype(np.float32)
    net.coefs_[0] = expected
    assert net.predict(X).shape == (len(X),)
    assert net.partial_fit(X, y).coefs_[0].dtype == np.float64
    assert_allclose(net.coefs_[0], expected, rtol=0, atol=0.01)
    net.coefs_ = [np.ones(array.shape, int) for array in net.coefs_]
    ones = net.predict(X)
    net.coefs_ = [np.ones(array.shape) for array in net.coefs_]
    assert_array_equal(net.predict(X), ones)


def resident_bytes():
    return int(STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not STATUS.exists(), reason="asks Linux for the memory in use")
@both
def test_memory_is_not_leaked(kind):
    X, y = data(kind, 12)
    # Workspaces and weights of a fit take more than 10 kB.
    net = small(kind, hidden_layer_sizes=(150,), max_iter=1)
    sizes = []
    for n_fits in (100, 400):
        for _ in range(n_fits):
            net.fit(X, y)
        gc.collect()
        sizes.append(resident_bytes())
    assert sizes[1] - sizes[0] < 400 * 5_000


@both
def test_refitting_holds_one_network_only(kind):
    X, y = data(kind, 12)
    net = small(kind, hidden_layer_sizes=(500,), max_iter=1, batch_size=5).fit(X, y)
    size = len(pickle.dumps(net))
    for _ in range(5):
        net.fit(X, y)
    assert len(pickle.dumps(net)) <= size + 200


@both
def test_columns_of_an_inner_layer_have_no_names(kind):
    X, y = data(kind)
    net = small(kind, hidden_layer_sizes=(5, 4)).fit(X, y)
    inner = net.transform(X, layer=0)
    net.set_output(transform="pandas")
    assert list(net.transform(X).columns) == list(net.get_feature_names_out())
    with pytest.raises(ValueError, match=r"layer=0 .* set_output"):
        net.transform(X, layer=0)
    assert_array_equal(net.set_output(transform="default").transform(X, 0), inner)


@both
def test_a_refused_weight_leaves_the_fitted_net_alone(kind):
    X, y = data(kind)
    net = small(kind).fit(X, y)
    expected = net.predict(X)
    with pytest.raises(ValueError, match="sample_weight"):
        net.fit(X, y > np.min(y), sample_weight=-np.ones(len(y)))
    assert_array_equal(net.predict(X), expected)


def test_callbacks_see_the_progress():
    class Spy:
        def setup(self, estimator, context):
            self.seen = []

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch":
                self.seen.append((estimator.n_iter_, len(estimator.loss_curve_)))

        def teardown(self, estimator, context):
            pass

    X, y = classes()
    spy = Spy()
    small(MLPClassifier, max_iter=3, tol=0).set_callbacks(spy).fit(X, y)
    assert spy.seen == [(1, 1), (2, 2), (3, 3)]
