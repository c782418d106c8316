"""Convolutional networks: stages, forms of samples, bytes, augmentation, selection."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.neural_network import (
    ConvNetClassifier,
    ConvNetRegressor,
    SequentialClassifier,
)
from skmanifold_nn.neural_network.layers import (
    Augment,
    AveragePool2D,
    Conv2D,
    Dense,
    DenseBlock,
    Dropout,
    Flatten,
    GlobalAveragePool,
    InceptionBlock,
    MaxPool2D,
    ResidualBlock,
)
from skmanifold_nn.neural_network.layers._engine import count_parts

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
SHAPE = (6, 5, 2)
BLOCKS = ("plain", "residual", "inception", "dense")
every_block = pytest.mark.parametrize("block", BLOCKS)
both = pytest.mark.parametrize("kind", [ConvNetClassifier, ConvNetRegressor])


def pictures(n=90, dtype=np.float64, seed=7):
    """A bright square of 2 x 2 in noise; its height in the picture is the class."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 60, size=(n, *SHAPE))
    y = rng.integers(3, size=n)
    for x, top in zip(X, 2 * y, strict=True):
        left = rng.integers(4)
        x[top : top + 2, left : left + 2] += 150
    return (X if dtype == np.uint8 else X / 255).astype(dtype), y


def targets(kind, y):
    return y.astype(float) if kind is ConvNetRegressor else np.array(["a", "b", "c"])[y]


def small(kind=ConvNetClassifier, **params):
    settings = {
        "n_filters": (5, 7),
        "hidden_layer_sizes": (9,),
        "max_iter": 3,
        "batch_size": 30,
        "random_state": 3,
    }
    return kind(**settings | params)


def assert_same_net(net, other):
    for ours, theirs in zip(net._numbers(), other._numbers(), strict=True):
        assert_array_equal(ours, theirs)


# --- networks ---


SAME = {"padding": "same"}
PLAIN = [
    ("conv1", Conv2D(5, 3, "relu", **SAME)),
    ("pool1", MaxPool2D(2, **SAME)),
    ("conv2", Conv2D(7, 3, "relu", **SAME)),
    ("pool2", MaxPool2D(2, **SAME)),
]
NETS = {
    "plain": ({}, [*PLAIN, ("flat", Flatten())]),
    "valid": (
        {"padding": "valid", "n_filters": 5, "kernel_size": 2, "stride": (2, 1)},
        [
            ("conv1", Conv2D(5, 2, "relu", stride=(2, 1))),
            ("pool1", MaxPool2D(2)),
            ("flat", Flatten()),
        ],
    ),
    "residual": (
        {"block": "residual", "n_filters": 5, "dropout": 0.2, "activation": "elu"},
        [
            ("block1", ResidualBlock(5, 3, "elu", dropout=0.2)),
            ("pool1", MaxPool2D(2, **SAME)),
            ("flat", Flatten()),
        ],
    ),
    "inception": (
        {"block": "inception", "pooling": None, "global_pool": True, "stride": 2},
        [
            ("block1", InceptionBlock(5, stride=2)),
            ("block2", InceptionBlock(7, stride=2)),
            ("pool", GlobalAveragePool()),
        ],
    ),
    "dense": (
        {"block": "dense", "blocks_per_stage": 2, "pooling": "average"},
        [
            ("block1", DenseBlock(5, 2)),
            ("pool1", AveragePool2D(2, **SAME)),
            ("block2", DenseBlock(7, 2)),
            ("pool2", AveragePool2D(2, **SAME)),
            ("flat", Flatten()),
        ],
    ),
    "augmented": (
        {"augment": {"shift": 1, "flip": "horizontal"}},
        [("change", Augment(shift=1, flip="horizontal")), *PLAIN, ("flat", Flatten())],
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_networks_are_those_of_their_layers(name):
    params, layers = NETS[name]
    X, y = pictures()
    net = small(**params).fit(X, y)
    layers = [*layers, ("hidden", Dense(9, params.get("activation", "relu")))]
    if "dropout" in params:
        layers.append(("drop", Dropout(params["dropout"])))
    other = small(**params)
    options = {k: getattr(other, k) for k in ("max_iter", "batch_size", "random_state")}
    other = SequentialClassifier(layers, input_shape=SHAPE, **options)
    other.fit(X.reshape(len(X), -1), y)
    assert_same_net(net, other)
    assert net.loss_curve_ == other.loss_curve_
    assert_array_equal(net.predict_proba(X), other.predict_proba(X.reshape(90, -1)))


@every_block
@pytest.mark.parametrize("normalization", [None, "batch", "layer"])
def test_stages_have_names(block, normalization):
    X, y = pictures()
    settings = {"block": block, "normalization": normalization, "blocks_per_stage": 2}
    net = small(**settings, global_pool=True).fit(X, y)
    outer = [name for name in net.layer_names_ if "__" not in name]
    stem = "conv" if block == "plain" else "block"
    expected = [stem + "1", stem + "1_2", "pool1", stem + "2", stem + "2_2", "pool2"]
    if block == "dense":
        expected = [name for name in expected if not name.endswith("_2")]
    assert outer == [*expected, "global_pool", "hidden1"]
    places = {"1": (6, 5), "2": (3, 3)}
    for name in outer[:-2]:
        maps = net.feature_maps(X[:4], name)
        stage = name.removeprefix(stem)[0]
        if name.startswith("pool"):
            assert maps.shape[1:3] == {"pool1": (3, 3), "pool2": (2, 2)}[name]
        else:
            assert maps.shape[1:3] == places[stage]
        filters = {"1": (5, 12), "2": (7, 26)}[name.removesuffix("_2")[-1]]
        assert maps.shape[3] == filters[block == "dense"]
        assert_array_equal(net.transform(X[:4], name), maps.reshape(4, -1))
    assert net.feature_maps(X[:4], -1).shape == net.transform(X[:4]).shape == (4, 9)
    assert list(net.get_feature_names_out()) == [
        f"convnetclassifier{k}" for k in range(9)
    ]
    # Only the output has intercepts where normalisation follows.
    n_convolutions = len(net.coefs_) - 1
    expected = n_convolutions + 1 if normalization is None else 2
    assert len(net.intercepts_) == expected
    assert len(net.scales_) == (0 if normalization is None else n_convolutions)
    with pytest.raises(ValueError, match=r"layer must be .*conv9"):
        net.feature_maps(X, "conv9")


@every_block
def test_blocks_learn(block):
    X, y = pictures(240)
    settings = {"normalization": "batch", "max_iter": 30, "learning_rate": "one_cycle"}
    net = small(block=block, learning_rate_init=0.02, **settings)
    net.fit(X[:150], y[:150])
    assert net.score(X[150:], y[150:]) > 0.9
    net = small(ConvNetRegressor, block=block, learning_rate_init=0.02, **settings)
    net.fit(X[:150], y[:150])
    assert net.score(X[150:], y[150:]) > 0.8


def test_stages_that_shrink_maps_too_much_are_named():
    X, y = pictures()
    net = small(n_filters=(4, 4, 4), padding="valid", kernel_size=2)
    with pytest.raises(ValueError) as caught:
        net.fit(X, y)
    message = str(caught.value)
    assert "stage 2, which sees maps of 2 x 2 places: layer 'pool2'" in message
    assert "shrinks a map of 1 x 1 places" in message
    assert small(n_filters=(4,) * 5).fit(X, y).feature_maps(X, "pool5").shape[1] == 1


# --- forms of samples ---


@both
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_forms_of_the_same_images(kind, dtype):
    X, y = pictures(dtype=dtype)
    y = targets(kind, y)
    net = small(kind).fit(X, y)
    assert all(a.dtype == dtype for a in [*net.coefs_, *net.intercepts_])
    rows = X.reshape(len(X), -1)
    frozen = X.copy()
    frozen.flags.writeable = False
    wide = np.zeros((len(X), 12, 5, 4), dtype)
    wide[:, ::2, :, ::2] = X
    for form, params in (
        (frozen, {}),
        (wide[:, ::2, :, ::2], {}),
        (np.asfortranarray(X), {"n_dim": 2}),
        (list(X), {"input_shape": SHAPE}),
        (rows, {"input_shape": SHAPE}),
    ):
        other = small(kind, **params).fit(form, y)
        assert_same_net(other, net)
        assert_array_equal(net.predict(form), net.predict(X))
        assert_array_equal(other.predict(X), net.predict(X))
        assert other.score(form, y) == net.score(X, y)
        assert other.input_shape_ == SHAPE and other.n_features_in_ == 60
    assert_array_equal(X, frozen)
    with pytest.raises(ValueError, match=r"expecting \(n, 6, 5, 2\)"):
        net.predict(X[:, :5])
    with pytest.raises(ValueError, match="X has 59 features, but"):
        net.predict(rows[:, 1:])


def test_images_of_one_channel_and_signals():
    X, y = pictures()
    X = X[..., 0]
    image = small(n_dim=2).fit(X, y)
    assert_same_net(small().fit(X[..., np.newaxis], y), image)
    assert image.input_shape_ == (6, 5, 1)
    assert_array_equal(image.predict(X), image.predict(X[..., np.newaxis]))
    signal = small(n_dim=1).fit(X, y)
    assert signal.input_shape_ == (6, 5)
    assert [c.ndim for c in signal.coefs_] == [3, 3, 2, 2]
    row = small().fit(X[:, :, 0], y)
    assert row.input_shape_ == (6, 1)
    assert_same_net(small(n_dim=1).fit(X[:, :, :1], y), row)
    assert row.feature_maps(X[:, :, 0], "conv1").shape == (90, 6, 5)
    with pytest.raises(ValueError, match="set n_dim"):
        small().fit(X, y)
    pairs = {"kernel_size": [3, 2], "pool_size": np.array([2, 1]), "padding": (1, 1)}
    net = small(n_dim=2, stride=np.array([1, 2]), **pairs).fit(X, y)
    assert net.coefs_[0].shape == (3, 2, 1, 5)
    assert net.feature_maps(X, "conv1").shape[1:3] == (6, 3)
    assert net.feature_maps(X, "pool2").shape[1:3] == (1, 2)
    assert small(n_dim=1, kernel_size=(3,)).fit(X, y).coefs_[0].shape == (3, 5, 5)


@pytest.mark.parametrize("value, name", [(np.nan, "NaN"), (np.inf, "infinity")])
def test_missing_and_infinite_values_are_named(value, name):
    X, y = pictures()
    net = small(max_iter=1).fit(X, y)
    X[3, 2, 1, 0] = value
    for refused in (
        lambda: small().fit(X, y),
        lambda: net.predict(X),
        lambda: net.partial_fit(X, y),
        lambda: small().fit(X[10:], y[10:], X_val=X, y_val=y),
    ):
        with pytest.raises(ValueError, match=name):
            refused()


def test_one_sample_and_constant_images():
    X, y = pictures()
    net = small(ConvNetRegressor, batch_size="auto").fit(X[:1], y[:1])
    assert np.isfinite(net.predict(X)).all()
    net = small(normalization="batch").fit(np.full_like(X, 0.5), y)
    assert np.isfinite(net.predict_proba(X)).all()
    for wrong in (X[0], X[:0]):
        with pytest.raises(ValueError, match=r"np\.newaxis|0 sample"):
            net.predict(wrong)


# --- bytes ---


def test_bytes_are_scaled_as_they_come():
    X, y = pictures(dtype=np.uint8)
    net = small().fit(X, y)
    assert net.input_scale_ == 1 / 255
    assert {a.dtype for a in net.coefs_} == {np.dtype(np.float32)}
    validated = net._validate_rows(X, np.float32)
    training, _, _ = net._validate_training(X, y, None, reset=False)
    for rows in (validated, training):  # nothing is copied
        assert np.shares_memory(net._samples(rows, np.float32).values, X)
    table = pd.DataFrame(X.reshape(90, -1).astype(np.uint8)).add_prefix("pixel")
    named = small(input_shape=SHAPE).fit(table, y)
    assert_same_net(named, net)
    assert_array_equal(named.predict(table), net.predict(X))
    scaled = (X / 255).astype(np.float32)
    other = small().fit(scaled, y)
    assert other.input_scale_ == 1.0
    assert_allclose(net.predict_proba(X), other.predict_proba(scaled), atol=1e-5)
    # The scale is the net's, whatever the dtype is.
    for form in (X.astype(float), X.astype(np.int32), X.reshape(90, -1)):
        assert_array_equal(net.predict_proba(form), net.predict_proba(X))
    plain = small().fit(scaled.astype(np.float64), y)
    assert_array_equal(plain.predict_proba(X), plain.predict_proba(X.astype(float)))
    assert_allclose(net.transform(X), net.transform(X.astype(np.float32)), atol=1e-6)


def test_the_shape_of_samples_is_kept():
    X, y = pictures()
    rows = X.reshape(len(X), -1)
    net = small(input_shape=X.shape[1:], warm_start=True).fit(rows, y)
    net.fit(rows, y)
    with pytest.raises(ValueError, match="input_shape cannot change between fits"):
        net.set_params(input_shape=(1, *rows.shape[1:], 1)).fit(rows, y)


def test_other_units_than_bytes_are_pointed_out():
    X, y = pictures(dtype=np.uint8)
    net = small().fit(X, y)
    with pytest.warns(UserWarning, match="no value above 1.*in the same units"):
        net.predict(X / 255)
    with pytest.warns(UserWarning, match="no value above 1"):
        net.score(X / np.float32(255), y)


def test_bytes_go_on_as_bytes():
    X, y = pictures(dtype=np.uint8)
    net = small(shuffle=False)
    net.partial_fit(X, y, classes=[0, 1, 2]).partial_fit(X, y)
    other = small(shuffle=False, max_iter=2).fit(X, y)
    assert_same_net(net, other)
    before = net.loss_
    assert net.partial_fit(X.astype(float), y).loss_ < before
    net = small(warm_start=True).fit(X, y)
    again = net.fit(X, y)
    assert again.input_scale_ == 1 / 255 and len(again.loss_curve_) == 6


def test_bytes_and_validation_data():
    X, y = pictures(dtype=np.uint8)
    train, held = slice(0, 60), slice(60, 90)
    curves = []
    for X_val in (X[held], X[held].astype(float), X[held].reshape(30, -1)):
        net = small().fit(X[train], y[train], X_val=X_val, y_val=y[held])
        curves.append(net.validation_loss_curve_)
    assert curves[0] == curves[1] == curves[2]
    expected = log_loss(y[held], net.predict_proba(X[held]))
    assert_allclose(curves[0][-1], expected, rtol=1e-5)
    with pytest.raises(ValueError, match="X_val must have the dtype uint8"):
        small().fit(X[train], y[train], X_val=X[held] / 255, y_val=y[held])
    net = small().fit(X[train] / 1.0, y[train], X_val=X[held], y_val=y[held])
    expected = log_loss(y[held], net.predict_proba(X[held]))
    assert_allclose(net.validation_loss_curve_[-1], expected)
    stopped = small(early_stopping=True, scoring="accuracy").fit(X, y)
    assert len(stopped.validation_scores_) == 3


# --- augmentation ---


def test_augmentation_is_off_outside_of_training():
    X, y = pictures()
    augment = {"shift": 1, "noise": 0.1}
    never = {"learning_rate_init": 1e-30, "max_iter": 2}
    net = small(augment=augment, **never)
    net.fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    plain = small(**never).fit(X[:60], y[:60])
    assert_array_equal(net.predict_proba(X), plain.predict_proba(X))
    expected = log_loss(y[60:], net.predict_proba(X[60:]))
    assert_allclose(net.validation_loss_curve_, expected)
    assert net.loss_curve_[0] != net.loss_curve_[1]  # each time anew
    assert_allclose(plain.loss_curve_[0], plain.loss_curve_[1], rtol=1e-9)
    assert "augment" not in net.layer_names_
    same = small(augment=Augment(**augment), **never).fit(X[:60], y[:60])
    assert same.loss_curve_ == net.loss_curve_


def test_augmentation_of_bytes_and_of_signals():
    X, y = pictures(dtype=np.uint8)
    settings = {"augment": {"shift": 0.2, "rotation": 10, "zoom": 0.1}}
    net = small(**settings).fit(X, y)
    other = small(**settings).fit((X / 255).astype(np.float32), y)
    assert_allclose(net.loss_curve_, other.loss_curve_, rtol=1e-4)
    signals = X.reshape(len(X), -1) / 255
    net = small(augment={"shift": 2, "flip": "horizontal"}).fit(signals, y)
    assert np.isfinite(net.loss_)
    with pytest.raises(ValueError, match=r"layer 'augment': rotation.*signals"):
        small(**settings).fit(signals, y)


def test_the_parameter_augment():
    X, y = pictures()
    with pytest.raises(ValueError, match=r"augment must be a dict.*'shift'.*'move'"):
        small(augment={"move": 1}).fit(X, y)
    with pytest.raises(ValueError, match="augment"):
        small(augment=Dropout(0.5)).fit(X, y)
    net = small(augment=Augment(shift=1))
    assert net.get_params()["augment__shift"] == 1
    net.fit(X, y).set_params(augment__shift=0, warm_start=True)
    with pytest.raises(ValueError, match="augment cannot change"):
        net.fit(X, y)


# --- targets and training ---


def test_several_targets():
    X, y = pictures()
    many = np.stack([y == 0, y > 0], axis=1).astype(int)
    net = small().fit(X, many)
    assert net.predict(X).shape == net.predict_proba(X).shape == (90, 2)
    numbers = np.stack([y, -y], axis=1).astype(float)
    assert small(ConvNetRegressor).fit(X, numbers).predict(X).shape == (90, 2)


def test_weights():
    X, y = pictures()
    balanced = small(class_weight={0: 3.0, 1: 1.0, 2: 1.0}).fit(X, y)
    weighted = small().fit(X, y, sample_weight=np.where(y == 0, 3.0, 1.0))
    assert_same_net(balanced, weighted)
    assert_array_equal(small().fit(X, y, np.ones(90)).coefs_[0].shape, (3, 3, 2, 5))


@every_block
def test_same_bits_for_any_n_jobs(block):
    X, y = pictures(250, dtype=np.uint8)
    settings = {"block": block, "normalization": "batch", "dropout": 0.1}
    settings |= {"augment": {"shift": 1}, "batch_size": 200, "n_filters": (20, 16)}
    nets = [small(n_jobs=k, max_iter=2, **settings).fit(X, y) for k in (1, 2)]
    assert count_parts(nets[0]._plan(), 200) > 1
    assert_same_net(*nets)
    assert nets[0].loss_curve_ == nets[1].loss_curve_
    assert_array_equal(nets[0].predict_proba(X), nets[1].predict_proba(X))


def test_early_stopping_restores_the_best():
    X, y = pictures(dtype=np.float32)
    settings = {"augment": {"shift": 1}, "early_stopping": True, "n_iter_no_change": 3}
    net = small(max_iter=40, learning_rate_init=0.05, **settings).fit(X, y)
    assert max(net.validation_scores_) == net.best_validation_score_
    assert net.n_iter_ < 40 and net.best_loss_ is None


def test_layers_of_a_fitted_network_stay():
    X, y = pictures()
    net = small(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="n_filters cannot change"):
        net.set_params(n_filters=(5, 8)).fit(X, y)
    with pytest.raises(ValueError, match=r"expecting \(n, 6, 5, 2\)"):
        net.set_params(n_filters=(5, 7)).fit(X[:, :4], y)
    assert small().fit(X, y).fit(X[:, :4], y).input_shape_ == (4, 5, 2)


# --- around ---


def test_grid_search_alone_and_in_a_pipeline():
    X, y = pictures()
    grid = {"block": ["plain", "dense"], "n_filters": [(4,), (5, 6)]}
    alone = GridSearchCV(small(), grid, cv=2).fit(X, y)
    assert alone.best_estimator_.predict(X).shape == (90,)
    assert np.isfinite(alone.cv_results_["mean_test_score"]).all()
    steps = make_pipeline(StandardScaler(), small(input_shape=SHAPE))
    grid = {f"convnetclassifier__{name}": values for name, values in grid.items()}
    search = GridSearchCV(steps, grid, cv=2, error_score="raise")
    assert search.fit(X.reshape(90, -1), y).score(X.reshape(90, -1), y) >= 0


def test_set_output():
    X, y = pictures()
    net = small(input_shape=SHAPE).fit(X, y).set_output(transform="pandas")
    table = net.transform(X)
    assert list(table.columns) == list(net.get_feature_names_out())
    with pytest.raises(ValueError, match="get_feature_names_out"):
        net.transform(X, "conv1")
    assert type(net.feature_maps(X, "conv1")) is np.ndarray


@every_block
def test_files_and_copies(block, tmp_path):
    pytest.importorskip("safetensors")
    X, y = pictures(dtype=np.uint8)
    settings = {"block": block, "normalization": "batch", "stride": 1}
    net = small(augment=Augment(shift=1), pool_size=(2, 2), **settings).fit(X, y)
    net.save(tmp_path / "net.safetensors")
    loaded = ConvNetClassifier.load(tmp_path / "net.safetensors")
    for copy in (loaded, pickle.loads(pickle.dumps(net))):
        assert_same_net(copy, net)
        assert_array_equal(copy.predict_proba(X), net.predict_proba(X))
        assert copy.input_shape_ == SHAPE and copy.input_scale_ == 1 / 255
        copy.partial_fit(X, y)  # goes on
    assert repr(loaded) == repr(net)
    assert not hasattr(clone(net), "input_shape_")


def test_hidden_layers_may_be_none():
    X, y = pictures()
    net = small(hidden_layer_sizes=(), n_filters=3, pooling=None).fit(X, y)
    assert net.layer_names_ == ["conv1"]
    assert net.transform(X).shape == (90, 6 * 5 * 3)
    assert net.coefs_[-1].shape == (90, 3)
