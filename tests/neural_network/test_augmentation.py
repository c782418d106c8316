"""Images and signals changed at random in training: what is seen, when, and errors."""

import numpy as np
import pytest
from layer_cases import Network
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits

from skmanifold_nn.neural_network import (
    SequentialClassifier,
    SequentialRegressor,
)
from skmanifold_nn.neural_network.layers import (
    GRU,
    Augment,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
    Reshape,
)
from skmanifold_nn.neural_network.layers._engine import run

MEANS_NOTHING = "ignore::sklearn.exceptions.ConvergenceWarning"


def seen(layer, image, n=60, **options):
    """What a network gets of an image, or of a signal, in training, some times."""
    network = Network([layer, Flatten(), Dense(1, bias=False)], image.shape, **options)
    # (x W - t)^2 / 2 has the gradient x where W = 0 and t = -1.
    network.params[:] = 0
    rows = image.reshape(1, -1)
    pictures = []
    for seed in range(n):
        trainer = network.trainer(rows, np.full((1, 1), -1.0), seed=seed)
        pictures.append(trainer.gradient(np.array([0]))[1].reshape(image.shape).copy())
    return np.array(pictures)


def spots(*places, size=41):
    """An image with a broad spot at every place, and the sum of a spot."""
    lines, columns = np.indices((size, size))
    image = np.zeros((size, size))
    for line, column in places:
        distance = (lines - line) ** 2 + (columns - column) ** 2
        image += np.exp(-distance / 4)
    return image[..., None]


def centres(pictures):
    """Centre of mass of every picture, from the middle of the image."""
    grid = np.indices(pictures.shape[1:3]) - (pictures.shape[1] - 1) / 2
    sums = np.einsum("nhwc,ahw->na", pictures, grid)
    return sums / pictures.sum(axis=(1, 2, 3))[:, None]


def test_whole_shifts():
    image = np.random.default_rng(3).normal(size=(6, 7, 2))
    padded = np.pad(image, [(1, 1), (2, 2), (0, 0)])
    possible = [padded[i : i + 6, j : j + 7] for i in range(3) for j in range(5)]
    found = {
        [np.array_equal(picture, one) for one in possible].index(True)
        for picture in seen(Augment(shift=(1, 2)), image, n=150)
    }
    assert found == set(range(15))
    edges = np.pad(image, [(1, 1), (0, 0), (0, 0)], mode="edge")
    for picture in seen(Augment(shift=(1, 0), fill="nearest"), image, n=10):
        assert any(np.array_equal(picture, edges[i : i + 6]) for i in range(3))


@pytest.mark.parametrize("shift", [0.1, (0.1, 0.1), (4, 0.1)], ids=str)
def test_shares_of_the_size(shift):
    lines, columns = centres(seen(Augment(shift=shift), spots((20, 20)))).T
    for places, share in ((lines, shift != (4, 0.1)), (columns, True)):
        assert 3.5 < np.abs(places).max() < 4.11
        assert places.min() < -3 and places.max() > 3
        is_whole = np.abs(places - np.round(places)).max() < 1e-3
        assert is_whole != share


@pytest.mark.parametrize("flip", ["horizontal", "vertical", "both"])
def test_flips(flip):
    image = np.random.default_rng(4).normal(size=(5, 4, 3))
    possible = [image]
    if flip != "vertical":
        possible.append(image[:, ::-1])
    if flip != "horizontal":
        possible += [one[::-1] for one in possible]
    pictures = seen(Augment(flip=flip), image)
    found = [[np.array_equal(p, one) for one in possible].index(True) for p in pictures]
    assert set(found) == set(range(len(possible)))
    assert 0.3 < np.mean(np.array(found) % 2) < 0.7


def test_rotation_in_degrees_about_the_centre():
    line, column = centres(seen(Augment(rotation=30), spots((20, 34)))).T
    assert_allclose(np.hypot(line, column), 14, atol=0.05)
    angles = np.degrees(np.arctan2(line, column))
    assert 25 < angles.max() < 30.1 and -30.1 < angles.min() < -25
    assert_allclose(centres(seen(Augment(rotation=30), spots((20, 20)))), 0, atol=1e-3)


def test_zoom():
    distances = centres(seen(Augment(zoom=0.25), spots((20, 30))))[:, 1]
    assert 1.2 < distances.max() / 10 < 1.26 and 0.79 < distances.min() / 10 < 0.84


def test_crop_enlarges_a_window_from_anywhere():
    # Squares of the spots' spread grow with the window's enlargement.
    pictures = seen(Augment(crop=0.5), spots((20, 20)), n=100)
    sizes = np.sqrt(pictures.sum(axis=(1, 2, 3)) / spots((20, 20)).sum())
    assert 1 <= sizes.min() < 1.1 and 1.8 < sizes.max() < 2.01
    places = centres(pictures)
    assert places.max() > 5 and places.min() < -5
    # A window reaches from edge to edge: nothing outside is seen.
    assert_allclose(seen(Augment(crop=0.5), np.ones((7, 9, 1))), 1, rtol=1e-12)


def test_noise_alone_and_with_a_map():
    image = np.zeros((16, 16, 1))
    pictures = seen(Augment(noise=0.3), image, n=20)
    assert_allclose(pictures.std(axis=(1, 2, 3)), 0.3, rtol=0.2)
    both = seen(Augment(noise=0.3, shift=2), image, n=20)
    assert_allclose(both.std(axis=(1, 2, 3)), 0.3, rtol=0.2)


def test_noise_comes_after_the_map():
    """Its numbers are others than the map's."""
    image = np.ones((6, 6, 1))
    noisy = seen(Augment(noise=0.1, shift=2), image)
    plain = seen(Augment(shift=2), image)
    assert 0.09 < (noisy - plain).std() < 0.11


def test_signals():
    signal = np.random.default_rng(5).normal(size=(9, 2))
    padded = np.pad(signal, [(1, 1), (0, 0)])
    possible = [padded[i : i + 9] for i in range(3)]
    possible += [one[::-1] for one in possible]
    found = {
        [np.array_equal(one, p) for one in possible].index(True)
        for p in seen(Augment(shift=1, flip="horizontal"), signal)
    }
    assert found == set(range(6))
    steady = np.ones((50, 3))
    stretched = seen(Augment(zoom=0.5, crop=0.2, fill="nearest"), steady, n=10)
    assert_allclose(stretched, 1, rtol=1e-12)
    ramp = np.arange(50.0)[:, None]
    slopes = np.diff(seen(Augment(zoom=0.5), ramp)[:, 20:30, 0], axis=1).mean(axis=1)
    assert 1.3 < slopes.max() < 1.5 and 1 / 1.5 < slopes.min() < 0.75


def test_bytes_are_scaled_once():
    image = np.random.default_rng(6).integers(256, size=(5, 6, 1), dtype=np.uint8)
    options = {"source": "bytes", "scale": 1 / 255}
    scaled = image / 255
    for layer in (Augment(flip="both"), Augment(shift=1), Augment(noise=1e-9)):
        as_bytes = seen(layer, image, n=10, **options)
        assert_allclose(as_bytes, seen(layer, scaled, n=10), rtol=1e-12, atol=1e-12)
    network = Network([Augment(shift=1)], image.shape, **options)
    assert_allclose(network.outputs(image[None])[0], scaled)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nothing_is_changed_but_in_training(dtype):
    X = np.random.default_rng(7).normal(size=(5, 6, 7, 2)).astype(dtype)
    layer = Augment(shift=2, flip="both", rotation=20, zoom=0.2, crop=0.3, noise=0.5)
    network = Network([layer], X.shape[1:], dtype=dtype)
    assert_array_equal(network.outputs(X), X)
    assert_array_equal(
        run(*(network.plan, network.params, network.statistics), network.samples(X)),
        X.reshape(5, -1),
    )
    scaled = Network([layer], X.shape[1:], dtype=dtype, scale=0.5)
    assert_array_equal(scaled.outputs(X), X / 2)


def test_no_change_is_no_op():
    plan = Network([Augment(), Flatten()], (4, 4, 1)).plan
    assert not plan.draws_in_training
    assert len(plan.layout(1, 0, "float64")[0]) == len(
        Network([Flatten()], (4, 4, 1)).plan.layout(1, 0, "float64")[0]
    )
    assert Network([Augment(noise=0.1), Flatten()], (4, 4, 1)).plan.draws_in_training


def digits(n=300):
    X, y = load_digits(return_X_y=True)
    return X[:n] / 16, y[:n]


def small_net(*, estimator=SequentialClassifier, augment=None, **options):
    layers = [
        ("augment", Augment(shift=1, rotation=10) if augment is None else augment),
        ("conv", Conv2D(4, 3, "relu", padding="same")),
        ("pool", MaxPool2D(2)),
        ("flat", Flatten()),
    ]
    options = {"input_shape": (8, 8, 1), "random_state": 5} | options
    return estimator(layers, **options)


@pytest.mark.filterwarnings(MEANS_NOTHING)
def test_validation_data_are_left_alone():
    X, y = digits()
    net = small_net(estimator=SequentialRegressor, max_iter=2)
    net.fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    loss = ((net.predict(X[200:]) - y[200:]) ** 2).mean() / 2
    assert_allclose(net.validation_loss_curve_[-1], loss, rtol=1e-6)
    assert_array_equal(net.predict(X), net.predict(X))
    assert_allclose(net.transform(X, layer="augment"), X, rtol=1e-12)


@pytest.mark.filterwarnings(MEANS_NOTHING)
def test_epochs_see_different_pictures():
    X, y = digits(64)
    options = {"shuffle": False, "solver": "sgd", "learning_rate_init": 1e-14}
    options |= {"max_iter": 4, "batch_size": 16, "alpha": 0}
    losses = small_net(**options).fit(X, y).loss_curve_
    assert np.ptp(losses) > 1e-4 and len(set(losses)) == 4
    assert np.ptp(small_net(augment="passthrough", **options).fit(X, y).loss_curve_) < (
        1e-9
    )
    # So do the minibatches of an epoch: their samples are all the same here.
    same = np.repeat(X[:1], 64, axis=0), np.zeros(64)
    options = options | {"estimator": SequentialRegressor, "max_iter": 1}
    assert len({small_net(**options, random_state=s).fit(*same).loss_ for s in (3, 4)})


@pytest.mark.filterwarnings(MEANS_NOTHING)
def test_the_same_fit_for_any_n_jobs():
    X, y = digits()
    options = {"max_iter": 2, "batch_size": 100}
    nets = [small_net(n_jobs=n, **options).fit(X, y) for n in (1, 2, 2)]
    other = small_net(n_jobs=1, random_state=6, **options).fit(X, y)
    for net in nets[1:]:
        for mine, first in zip(net.coefs_, nets[0].coefs_, strict=True):
            assert_array_equal(mine, first)
    assert not np.array_equal(other.coefs_[0], nets[0].coefs_[0])


def test_parameters_are_reached_by_name():
    net = small_net().set_params(augment__shift=(2, 0.1), augment__fill="nearest")
    assert clone(net).get_params()["augment__shift"] == (2, 0.1)


WRONG = [
    ({"shift": -1}, (8, 8, 1), "shift must be an int from 0 to 7, in.*got -1: 1 or"),
    ({"shift": 8}, (8, 9, 1), "an int from 0 to 7, in places.*got 8"),
    ({"shift": 1.0}, (8, 8, 1), r"share of the size.*got 1\.0"),
    ({"shift": True}, (8, 8, 1), "shift must be.*got True"),
    ({"shift": np.nan}, (8, 8, 1), "shift must be.*got nan"),
    ({"shift": "1"}, (8, 8, 1), "shift must be.*got '1'"),
    ({"shift": (1, 2, 3)}, (8, 8, 1), "one number or two for.*got \\(1, 2, 3\\)"),
    ({"shift": (1, 2)}, (8, 1), "one number for samples with 1 axes"),
    ({"flip": "left"}, (8, 8, 1), "flip must be None, 'horizontal'.*got 'left'"),
    ({"flip": True}, (8, 8, 1), "flip must be.*got True"),
    ({"flip": "both"}, (8, 1), "None or 'horizontal', in time, for signals"),
    ({"rotation": -5}, (8, 8, 1), "rotation must be a number from 0 to 180, got -5"),
    ({"rotation": 10}, (8, 1), "rotation must be 0 for signals.*got 10"),
    ({"zoom": 1.5}, (8, 8, 1), "zoom must be a number from 0 to 1, got 1.5: 0.1"),
    ({"crop": 1}, (8, 8, 1), r"crop must be a number from 0 to 1 \(not incl.*got 1"),
    ({"crop": None}, (8, 8, 1), "crop must be.*got None"),
    ({"noise": np.inf}, (8, 8, 1), "noise must be a finite number of at least 0, got"),
    ({"fill": "wrap"}, (8, 8, 1), "fill must be 'zeros' or 'nearest', got 'wrap'"),
    ({"fill": ["zeros"]}, (8, 8, 1), r"fill must be.*got \['zeros'\]"),
    ({}, (64,), r"takes samples of shape.*got the shape \(64,\): give input_shape"),
    ({}, (2, 4, 8, 1), "takes samples of shape"),
]


@pytest.mark.parametrize("parameters, shape, message", WRONG, ids=str)
def test_errors_name_what_is_wrong(parameters, shape, message):
    with pytest.raises(ValueError, match=f"layer 'augment0': .*{message}"):
        Network([Augment(**parameters)], shape)


FIRST = "Augment must be the first layer"


@pytest.mark.parametrize(
    "layers",
    [
        [("flat", Flatten()), ("shape", Reshape((8, 8, 1))), ("late", Augment())],
        [("augment", Augment(shift=1)), ("late", Augment(shift=1))],
        [("wide", Concatenate([("late", Augment()), ("as_it_is", None)]))],
    ],
    ids=str,
)
def test_only_the_first_layer(layers):
    X, y = digits(30)
    net = SequentialClassifier(layers, input_shape=(8, 8, 1))
    with pytest.raises(ValueError, match=f"late': {FIRST}"):
        net.fit(X, y)


def test_what_is_no_image():
    X, y = digits(30)
    net = small_net()
    with pytest.raises(ValueError, match=r"'augment': takes images.*got sparse rows"):
        net.fit(sparse.csr_matrix(X), y)
    with pytest.raises(ValueError, match="got sequences of any lengths"):
        Network([Augment(shift=1), GRU(3)], (3,), sequences=True)
    with pytest.raises(ValueError, match="lbfgs"):
        small_net(solver="lbfgs").fit(X, y)
