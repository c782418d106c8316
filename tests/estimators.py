"""The table that drives test_common.py: a new estimator adds one row to ROWS."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.testing import assert_allclose
from sklearn import manifold as sklearn_manifold
from sklearn import neural_network as sklearn_neural_network
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.pipeline import Pipeline

from skmanifold_nn.manifold import (
    MDS,
    ClassicalMDS,
    DiffusionMap,
    Isomap,
    LocallyLinearEmbedding,
    SpectralEmbedding,
)
from skmanifold_nn.metrics import IntrinsicDimension
from skmanifold_nn.neural_network import (
    ConvNetClassifier,
    ConvNetRegressor,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    MLPClassifier,
    MLPRegressor,
    SequentialClassifier,
    SequentialRegressor,
    SimpleRNNClassifier,
    SimpleRNNRegressor,
)
from skmanifold_nn.neural_network.layers import Concatenate, Dense, Dropout, Residual

FLOATS = (np.float64, np.float32)


def bent_strip(n_samples=150, dtype=np.float64):
    """A noisy half-cylinder in three dimensions, in three classes along its arc."""
    rng = np.random.default_rng(2017)
    angle, height = rng.uniform(0, [[np.pi], [2.0]], size=(2, n_samples))
    X = np.stack([2 * np.cos(angle), height, 2 * np.sin(angle)], axis=1)
    X += 0.02 * rng.standard_normal(X.shape)
    return X.astype(dtype), np.digitize(angle, [1.0, 2.1])


def cloud(n_samples):
    """Points whose neighbourhood graph has no small separators: the slow case."""
    return np.random.default_rng(31).standard_normal((n_samples, 10)), None


@dataclass(frozen=True)
class Row:
    """An estimator with small settings, and what the suite must know about it."""

    estimator: BaseEstimator
    # (n_samples, dtype) -> X, y; n_samples around 150 must do.
    data: Callable = bent_strip
    # A grid of about four points.
    grid: dict = field(default_factory=dict)
    # Largest |transform(X_train) - embedding_| over the largest |embedding_|.
    train_tolerance: tuple = (1e-6, 1e-4)
    # (parameters, fragments of the message) that fit must refuse.
    refused: tuple = ()
    # The class of scikit-learn whose superset this is.
    peer: type | None = None
    # Where our signature departs from the peer's: its parameters that ours leaves out,
    # and other defaults.
    left_out: tuple = ()
    defaults: dict = field(default_factory=dict)
    # () -> an estimator and data whose fit takes a few seconds.
    slow: Callable | None = None
    # What the message of a refused, too large problem recommends.
    remedies: tuple = ()
    # Parameters that one feature needs.
    one_feature: dict = field(default_factory=dict)
    # Tells rows of one class apart.
    variant: str = ""

    def __str__(self):
        return type(self.estimator).__name__ + self.variant

    def fit(self, n_samples=150, dtype=np.float64, **params):
        """A fitted clone with its training data."""
        X, y = self.data(n_samples, dtype)
        return clone(self.estimator).set_params(**params).fit(X, y), X, y

    @property
    def predicts(self):
        return is_classifier(self.estimator) or is_regressor(self.estimator)

    @property
    def transforms(self):
        return hasattr(self.estimator, "transform")

    @property
    def embeds(self):
        return self.transforms and not self.predicts


ISOMAP_REFUSED = (
    ({"n_neighbors": 0}, ["n_neighbors", "[1, inf)", "Got 0"]),
    ({"n_neighbors": 4, "radius": 1.0}, ["Both n_neighbors and radius are provided"]),
    ({"n_neighbors": None, "radius": None}, ["n_neighbors", "radius", "None"]),
    ({"n_neighbors": 500}, ["n_neighbors", "500", "150"]),
    ({"n_components": 0}, ["n_components", "[1, inf)", "Got 0"]),
    ({"eigen_solver": "amg"}, ["eigen_solver", "dense", "Got 'amg'"]),
    ({"metric": "curved"}, ["metric", "Got 'curved'"]),
    ({"n_landmarks": 0}, ["n_landmarks", "Got 0"]),
    ({"n_landmarks": 1.5}, ["n_landmarks", "Got 1.5"]),
    ({"n_landmarks": 151}, ["n_landmarks", "151", "150"]),
    ({"n_landmarks": 2, "n_components": 2}, ["n_landmarks", "n_components"]),
    ({"n_landmarks": 20, "landmarks": "nearest"}, ["landmarks", "Got 'nearest'"]),
    ({"landmarks": np.array([3, 150])}, ["landmarks", "150"]),
    ({"on_disconnected": "ignore"}, ["on_disconnected", "Got 'ignore'"]),
    (
        {"n_neighbors": None, "radius": 0.05, "on_disconnected": "raise"},
        ["number of connected components", "radius"],
    ),
)

LLE_REFUSED = (
    ({"n_neighbors": 0}, ["n_neighbors", "[1, inf)", "Got 0"]),
    ({"n_neighbors": 150}, ["n_neighbors", "150", "n_samples = 150"]),
    ({"n_components": 0}, ["n_components", "[1, inf)", "Got 0"]),
    (
        {"n_components": 4},
        ["output dimension must be less than or equal to input dimension", "4", "3"],
    ),
    ({"reg": -1.0}, ["reg", "[0.0, inf)", "Got -1.0"]),
    ({"eigen_solver": "lapack"}, ["eigen_solver", "dense", "Got 'lapack'"]),
    ({"method": "curved"}, ["method", "hessian", "Got 'curved'"]),
    (
        {"method": "hessian", "n_neighbors": 5},
        [
            "for method='hessian', n_neighbors must be greater than "
            "[n_components * (n_components + 3) / 2]",
            "at least 6",
            "is 5",
        ],
    ),
    (
        {"method": "modified", "n_neighbors": 1},
        ["modified LLE requires n_neighbors >= n_components", "n_components=2"],
    ),
    (
        {"method": "ltsa", "n_neighbors": 2},
        ["method='ltsa'", "n_neighbors", "at least 3"],
    ),
    ({"on_disconnected": "ignore"}, ["on_disconnected", "Got 'ignore'"]),
    (
        {"n_neighbors": 1, "on_disconnected": "raise"},
        ["number of connected components", "Increase n_neighbors"],
    ),
)


def lle_row(method, variant, **more):
    return Row(
        LocallyLinearEmbedding(n_neighbors=10, method=method),
        grid={"n_neighbors": [8, 12], "n_components": [1, 2]},
        remedies=("n_neighbors",),
        one_feature={"n_components": 1},
        variant=variant,
        **more,
    )


SPECTRAL_REFUSED = (
    ({"n_neighbors": 0}, ["n_neighbors", "[1, inf)", "Got 0"]),
    ({"n_neighbors": 500}, ["n_neighbors", "500", "150"]),
    ({"n_components": 0}, ["n_components", "[1, inf)", "Got 0"]),
    ({"eigen_solver": "lapack"}, ["eigen_solver", "dense", "Got 'lapack'"]),
    ({"eigen_tol": -1}, ["eigen_tol", "Got -1"]),
    ({"affinity": "curved"}, ["affinity", "rbf", "Got 'curved'"]),
    ({"affinity": "precomputed"}, ["2-dimensional and square", "(150, 3)"]),
    ({"gamma": -1.0}, ["gamma", "Got -1.0"]),
    ({"on_disconnected": "ignore"}, ["on_disconnected", "Got 'ignore'"]),
    (
        {"n_neighbors": 2, "on_disconnected": "raise"},
        ["number of connected components", "Increase n_neighbors"],
    ),
)
LAPLACIAN_REFUSED = (
    *SPECTRAL_REFUSED,
    ({"laplacian": "bent"}, ["laplacian", "random_walk", "Got 'bent'"]),
)
DIFFUSION_REFUSED = (
    *SPECTRAL_REFUSED,
    ({"alpha": 1.5}, ["alpha", "[0.0, 1.0]", "Got 1.5"]),
    ({"diffusion_time": -1}, ["diffusion_time", "Got -1"]),
)

CLASSICAL_MDS_REFUSED = (
    ({"n_components": 0}, ["n_components", "[1, inf)", "Got 0"]),
    ({"metric": "curved"}, ["metric", "'curved'"]),
    ({"metric": "precomputed"}, ["2-dimensional and square", "(150, 3)"]),
    ({"eigen_solver": "amg"}, ["eigen_solver", "dense", "Got 'amg'"]),
    ({"n_landmarks": 0}, ["n_landmarks", "Got 0"]),
    ({"n_landmarks": 151}, ["n_landmarks", "151", "150"]),
    ({"n_landmarks": 2, "n_components": 2}, ["n_landmarks", "n_components"]),
    ({"n_landmarks": 20, "landmarks": "nearest"}, ["landmarks", "Got 'nearest'"]),
    ({"landmarks": np.array([3, 150, 4])}, ["landmarks", "150"]),
)


MDS_REFUSED = (
    ({"n_components": 0}, ["n_components", "[1, inf)", "Got 0"]),
    ({"metric_mds": "yes"}, ["metric_mds", "Got 'yes'"]),
    ({"n_init": 0}, ["n_init", "[1, inf)", "Got 0"]),
    ({"init": "spectral"}, ["init", "classical_mds", "Got 'spectral'"]),
    ({"max_iter": 0}, ["max_iter", "[1, inf)", "Got 0"]),
    ({"eps": -1.0}, ["eps", "[0.0, inf)", "Got -1.0"]),
    ({"metric": "curved"}, ["metric", "curved"]),
    ({"metric": "precomputed"}, ["2-dimensional and square", "(150, 3)"]),
    ({"normalized_stress": "no"}, ["normalized_stress", "Got 'no'"]),
    ({"solver": "newton"}, ["solver", "smacof", "Got 'newton'"]),
    ({"acceleration": "rocket"}, ["acceleration", "nesterov", "Got 'rocket'"]),
    ({"ties": "loose"}, ["ties", "primary", "Got 'loose'"]),
    ({"n_pivots": 20}, ["n_pivots=20", "solver='sgd'"]),
    ({"n_pivots": 151, "solver": "sgd"}, ["n_pivots=151", "n_samples=150"]),
    ({"metric_mds": False, "solver": "sgd"}, ["solver='sgd'", "metric_mds=False"]),
)


def mds_row(variant="", **params):
    return Row(
        MDS(random_state=5, **params),
        grid={"n_components": [1, 2], "max_iter": [4, 30]},
        remedies=("n_pivots",),
        variant=variant,
        refused=() if params else MDS_REFUSED,
        peer=None if params else sklearn_manifold.MDS,
        left_out=("dissimilarity",),
        defaults={"init": "classical_mds"},
        slow=None if params else lambda: (MDS(eps=0, max_iter=5000), *cloud(2000)),
    )


def spectral_row(estimator, variant="", remedies=("n_neighbors",), **more):
    grid = {"n_neighbors": [8, 12], "n_components": [1, 2]}
    if estimator.affinity == "rbf":
        grid = {"gamma": [0.5, 2.0], "n_components": [1, 2]}
    return Row(estimator, grid=grid, remedies=remedies, variant=variant, **more)


NETWORK_REFUSED = (
    ({"hidden_layer_sizes": (4, 0)}, ["hidden_layer_sizes must be > 0", "[4, 0]"]),
    ({"hidden_layer_sizes": 0}, ["hidden_layer_sizes", "Got 0"]),
    ({"activation": "bent"}, ["activation", "mish", "Got 'bent'"]),
    ({"solver": "newton"}, ["solver", "adamw", "Got 'newton'"]),
    ({"alpha": -1.0}, ["alpha", "[0.0, inf)", "Got -1.0"]),
    ({"batch_size": 0}, ["batch_size", "auto", "Got 0"]),
    ({"learning_rate": "bent"}, ["learning_rate", "one_cycle", "Got 'bent'"]),
    ({"learning_rate_init": 0.0}, ["learning_rate_init", "Got 0.0"]),
    ({"max_iter": 0}, ["max_iter", "[1, inf)", "Got 0"]),
    ({"momentum": 1.5}, ["momentum", "[0.0, 1.0]", "Got 1.5"]),
    ({"validation_fraction": 1.0}, ["validation_fraction", "Got 1.0"]),
    ({"dropout": 1.0}, ["dropout", "[0.0, 1.0)", "Got 1.0"]),
    ({"normalization": "group"}, ["normalization", "batch", "Got 'group'"]),
    ({"initializer": "xavier"}, ["initializer", "glorot_uniform", "Got 'xavier'"]),
    ({"l1": -0.1}, ["l1", "Got -0.1"]),
    ({"clip_norm": 0.0}, ["clip_norm", "Got 0.0"]),
    ({"solver": "lbfgs", "dropout": 0.5}, ["solver='lbfgs'", "dropout", "adam"]),
    ({"scoring": "beauty", "early_stopping": True}, ["scoring", "'beauty'"]),
)


def network_row(kind, variant="", refused=(), **params):
    def slow():
        X = np.random.default_rng(31).standard_normal((2000, 10))
        never = {"tol": 0.0, "n_iter_no_change": np.inf, "max_iter": 400}
        return kind(hidden_layer_sizes=(150, 150), **never), X, np.arange(2000) % 2

    # Stops by itself, after 20 to 60 epochs.
    settings = {"tol": 0.01, "n_iter_no_change": 4, "learning_rate_init": 0.02}
    return Row(
        kind(hidden_layer_sizes=(24, 16), random_state=5, **settings | params),
        grid={"hidden_layer_sizes": [(6,), (24, 16)], "alpha": [1e-4, 10.0]},
        refused=refused,
        peer=None if variant else getattr(sklearn_neural_network, kind.__name__),
        slow=None if variant else slow,
        remedies=("fewer units",),
        variant=variant,
    )


SEQUENTIAL_REFUSED = (
    ({"hidden__n_units": 0}, ["layer 'hidden'", "n_units", "got 0"]),
    ({"block__dense__n_units": 7}, ["layer 'block'", "(16,)", "(7,)"]),
    ({"block": np.tanh}, ["layer 'block'", "ufunc"]),
    ({"layers": [("a__b", Dense(3))]}, ["must not contain __", "a__b"]),
    ({"input_shape": (2, 2)}, ["input_shape", "(2, 2)", "4", "3"]),
    ({"dropout__rate": 1}, ["layer 'dropout'", "rate", "got 1"]),
)


def sequential_row(kind):
    def slow():
        X = np.random.default_rng(31).standard_normal((2000, 10))
        layers = [("first", Dense(150, "relu")), ("second", Dense(150, "relu"))]
        never = {"tol": 0.0, "n_iter_no_change": np.inf, "max_iter": 400}
        return kind(layers, **never), X, np.arange(2000) % 2

    branches = [("bent", Dense(13, "tanh")), ("straight", "passthrough")]
    layers = [
        ("wide", Concatenate(branches)),
        ("hidden", Dense(16, "relu")),
        ("block", Residual([("dense", Dense(16, "relu"))])),
        ("dropout", Dropout(0.05)),
    ]
    settings = {"tol": 0.01, "n_iter_no_change": 4, "learning_rate_init": 0.02}
    return Row(
        kind(layers, random_state=5, **settings),
        grid={"alpha": [1e-4, 10.0], "block": ["passthrough", Dense(9, "tanh")]},
        refused=SEQUENTIAL_REFUSED,
        slow=slow,
        remedies=("fewer units",),
    )


RECURRENT_REFUSED = (
    *NETWORK_REFUSED,
    ({"hidden_layer_sizes": ()}, ["hidden_layer_sizes", "at least 1", "[]"]),
    ({"dense_before": (3, 0)}, ["dense_before must be > 0", "[3, 0]"]),
    ({"dense_after": 0}, ["dense_after", "Got 0"]),
    ({"merge": "product"}, ["merge", "concat", "Got 'product'"]),
    ({"bidirectional": "yes"}, ["bidirectional", "Got 'yes'"]),
    ({"input_dropout": -0.5}, ["input_dropout", "Got -0.5"]),
    ({"recurrent_dropout": 1.0}, ["recurrent_dropout", "1.0"]),
    ({"solver": "lbfgs", "recurrent_dropout": 0.5}, ["solver='lbfgs'", "dropout"]),
    ({"truncate_steps": 0}, ["truncate_steps", "Got 0"]),
    ({"targets": "steps"}, ["targets", "step", "Got 'steps'"]),
    ({"targets": "step"}, ["targets='step'", "(150,)"]),
    ({"input_shape": (2, 2)}, ["input_shape=(2, 2)", "4", "3"]),
    ({"input_shape": (3,)}, ["input_shape", "(n_steps, n_features)"]),
    ({"mask": "zero"}, ["mask", "nan", "Got 'zero'"]),
)


def recurrent_row(kind, refused=(), **params):
    """Rows of the three columns are sequences of three steps."""

    def slow():
        X = np.random.default_rng(31).standard_normal((2000, 10))
        never = {"tol": 0.0, "n_iter_no_change": np.inf, "max_iter": 400}
        return kind(hidden_layer_sizes=(64,), **never), X, np.arange(2000) % 2

    settings = {"tol": 0.02, "n_iter_no_change": 3, "learning_rate_init": 0.03}
    return Row(
        kind(hidden_layer_sizes=(9,), random_state=5, **settings | params),
        grid={"hidden_layer_sizes": [(5,), (9, 4)], "alpha": [0.0, 10.0]},
        refused=refused,
        slow=slow,
        remedies=("fewer units",),
    )


CONVOLUTIONAL_REFUSED = (
    *NETWORK_REFUSED,
    ({"n_filters": (4, 0)}, ["n_filters must be > 0", "[4, 0]"]),
    ({"n_filters": ()}, ["n_filters", "at least 1", "[]"]),
    ({"kernel_size": 0}, ["kernel_size", "Got 0"]),
    ({"kernel_size": (2, 2)}, ["stage 1", "layer 'conv1'", "kernel_size", "(2, 2)"]),
    ({"kernel_size": 4, "padding": "valid"}, ["stage 1", "of 3 places", "'conv1'"]),
    ({"pool_size": 4, "padding": "valid"}, ["stage 1", "layer 'pool1'", "pool_size"]),
    ({"stride": 0}, ["stride", "Got 0"]),
    ({"dilation": 0}, ["dilation", "Got 0"]),
    ({"padding": "full"}, ["padding", "same", "Got 'full'"]),
    ({"padding": -1}, ["layer 'conv1'", "padding", "got -1"]),
    ({"pooling": "median"}, ["pooling", "average", "Got 'median'"]),
    ({"block": "bent"}, ["block", "inception", "Got 'bent'"]),
    ({"block": "residual", "padding": 1}, ["padding", "'same'", "residual", "got 1"]),
    ({"block": "dense", "stride": 2}, ["stride", "block='dense'", "got 2"]),
    ({"block": "inception", "n_filters": 3}, ["stage 1", "n_filters", "at least 4"]),
    ({"blocks_per_stage": 0}, ["blocks_per_stage", "Got 0"]),
    ({"global_pool": "yes"}, ["global_pool", "Got 'yes'"]),
    ({"n_dim": 3}, ["n_dim", "Got 3"]),
    ({"n_dim": 2}, ["n_dim=2", "3 values", "input_shape"]),
    ({"input_shape": (2, 2, 1)}, ["input_shape=(2, 2, 1)", "4", "3"]),
    ({"input_shape": (3, 1)}, ["input_shape=(3, 1)", "set n_dim"]),
    ({"input_shape": (3, 1, 1), "n_dim": 1}, ["input_shape", "n_dim=1"]),
    ({"input_shape": (3, 1, 1, 1)}, ["input_shape", "one to three"]),
    ({"augment": {"shifts": 1}}, ["augment", "rotation", "{'shifts': 1}"]),
    ({"augment": {"crop": 1.5}}, ["layer 'augment'", "crop", "1.5"]),
    ({"augment": {"rotation": 5}}, ["layer 'augment'", "rotation", "signals"]),
    ({"solver": "lbfgs", "augment": {"shift": 1}}, ["solver='lbfgs'", "noise"]),
    ({"freeze": "conv9"}, ["freeze", "conv9", "conv1"]),
)


def convolutional_row(kind, variant="", refused=(), **params):
    """Rows of the three columns are signals of three steps."""

    def slow():
        X = np.random.default_rng(31).standard_normal((2000, 20))
        never = {"tol": 0.0, "n_iter_no_change": np.inf, "max_iter": 400}
        return kind(n_filters=(32, 32), **never), X, np.arange(2000) % 2

    settings = {
        "n_filters": (8,),
        "hidden_layer_sizes": (16,),
        "tol": 0.02,
        "n_iter_no_change": 3,
        "learning_rate_init": 0.03,
    }
    return Row(
        kind(random_state=5, **settings | params),
        grid={"n_filters": [(4,), (8, 5)], "alpha": [0.0, 10.0]},
        refused=refused,
        slow=None if variant else slow,
        remedies=("fewer units",),
        variant=variant,
    )


DIMENSION_REFUSED = (
    ({"method": "fractal"}, ["method", "two_nn", "Got 'fractal'"]),
    ({"n_neighbors": 1}, ["n_neighbors", "[2, inf)", "Got 1"]),
    ({"n_neighbors": 150}, ["n_neighbors = 150", "n_samples = 150", "Use fewer"]),
    ({"method": "two_nn", "n_neighbors": 3}, ["n_neighbors", "'two_nn'", "got 3"]),
    ({"metric": "curved"}, ["metric", "Got 'curved'"]),
    ({"metric": "precomputed"}, ["square", "(150, 3)", "metric='euclidean'"]),
    ({"method": "local_pca", "metric": "l1"}, ["metric", "'euclidean'", "got 'l1'"]),
    ({"discard_fraction": 1.0}, ["discard_fraction", "[0.0, 1.0)", "Got 1.0"]),
    ({"criterion": "kink"}, ["criterion", "threshold", "Got 'kink'"]),
    ({"threshold": 0.0}, ["threshold", "(0.0, 1.0)", "Got 0.0"]),
)


def dimension_row(method, **more):
    grid = {"n_neighbors": [5, 20], "n_jobs": [None, 2]}
    if method == "two_nn":
        grid = {"discard_fraction": [0.0, 0.3], "n_jobs": [None, 2]}
    return Row(
        IntrinsicDimension(method),
        grid=grid,
        remedies=("n_neighbors",),
        variant=f"-{method}",
        **more,
    )


ROWS = [
    Row(
        Isomap(n_neighbors=8, random_state=5),
        grid={"n_neighbors": [6, 10], "n_components": [1, 2]},
        refused=ISOMAP_REFUSED,
        peer=sklearn_manifold.Isomap,
        slow=lambda: (Isomap(n_neighbors=12), *cloud(6000)),
        remedies=("n_landmarks",),
    ),
    Row(
        Isomap(n_neighbors=8, n_landmarks=40, random_state=5),
        grid={"n_landmarks": [20, 0.4], "n_components": [1, 2]},
        slow=lambda: (Isomap(n_neighbors=12, n_landmarks=3000), *cloud(8000)),
        remedies=("n_landmarks",),
        variant="-landmarks",
    ),
    Row(
        Isomap(n_neighbors=None, radius=1.2, random_state=5),
        grid={"radius": [1.1, 1.4], "n_components": [1, 2]},
        remedies=("n_landmarks",),
        variant="-radius",
    ),
    lle_row(
        "standard",
        "",
        refused=LLE_REFUSED,
        peer=sklearn_manifold.LocallyLinearEmbedding,
        slow=lambda: (LocallyLinearEmbedding(n_neighbors=12), *cloud(8000)),
    ),
    lle_row("modified", "-modified"),
    lle_row("hessian", "-hessian"),
    lle_row("ltsa", "-ltsa"),
    spectral_row(
        SpectralEmbedding(n_neighbors=10, laplacian="random_walk"),
        refused=LAPLACIAN_REFUSED,
        peer=sklearn_manifold.SpectralEmbedding,
        slow=lambda: (SpectralEmbedding(n_neighbors=15), *cloud(10_000)),
    ),
    spectral_row(
        SpectralEmbedding(n_neighbors=10, affinity="heat", laplacian="geometric"),
        "-geometric",
    ),
    spectral_row(
        SpectralEmbedding(n_neighbors=10, affinity="heat", laplacian="unnormalized"),
        "-unnormalized",
    ),
    spectral_row(
        SpectralEmbedding(affinity="rbf", gamma=1.0),
        "-rbf",
        remedies=("affinity='nearest_neighbors'",),
    ),
    mds_row(),
    mds_row("-nonmetric", metric_mds=False, acceleration="nesterov"),
    mds_row("-sgd", solver="sgd"),
    mds_row("-pivots", solver="sgd", n_pivots=25),
    Row(
        ClassicalMDS(),
        grid={"metric": ["euclidean", "cityblock"], "n_components": [1, 2]},
        refused=CLASSICAL_MDS_REFUSED,
        peer=sklearn_manifold.ClassicalMDS,
        slow=lambda: (ClassicalMDS(metric="minkowski"), *cloud(7000)),
        remedies=("n_landmarks",),
    ),
    Row(
        ClassicalMDS(n_landmarks=30, random_state=5),
        grid={"n_landmarks": [20, 0.4], "n_components": [1, 2]},
        remedies=("n_landmarks",),
        variant="-landmarks",
    ),
    network_row(
        MLPClassifier,
        refused=(
            *NETWORK_REFUSED,
            ({"class_weight": "equal"}, ["class_weight", "balanced", "Got 'equal'"]),
            ({"label_smoothing": 1.0}, ["label_smoothing", "Got 1.0"]),
        ),
    ),
    network_row(
        MLPClassifier,
        "-normalised",
        normalization="batch",
        dropout=0.1,
        early_stopping=True,
        batch_size=32,
        # At 0.02 float32 and float64 part by up to 1% for some seeds.
        learning_rate_init=0.01,
    ),
    network_row(
        MLPRegressor,
        refused=(
            *NETWORK_REFUSED,
            ({"loss": "cubic"}, ["loss", "huber", "Got 'cubic'"]),
            ({"quantile": 1.0}, ["quantile", "Got 1.0"]),
            ({"huber_delta": 0.0}, ["huber_delta", "Got 0.0"]),
        ),
    ),
    network_row(MLPRegressor, "-lbfgs", solver="lbfgs", max_iter=500),
    sequential_row(SequentialClassifier),
    sequential_row(SequentialRegressor),
    recurrent_row(LSTMClassifier, RECURRENT_REFUSED, bidirectional=True),
    recurrent_row(LSTMRegressor, peephole=True, dense_before=(7,)),
    recurrent_row(
        GRUClassifier,
        dropout=0.1,
        recurrent_dropout=0.1,
        normalization="batch",
        early_stopping=True,
        batch_size=50,
    ),
    recurrent_row(GRURegressor, RECURRENT_REFUSED, dense_after=(8,)),
    recurrent_row(
        SimpleRNNClassifier,
        (({"nonlinearity": "logistic"}, ["nonlinearity", "tanh", "Got 'logistic'"]),),
        normalization="layer",
    ),
    recurrent_row(SimpleRNNRegressor, solver="lbfgs", max_iter=60, tol=0.1),
    convolutional_row(ConvNetClassifier, refused=CONVOLUTIONAL_REFUSED),
    convolutional_row(
        ConvNetClassifier,
        "-residual",
        block="residual",
        pooling="average",
        normalization="batch",
        dropout=0.05,
        augment={"noise": 0.05},
        early_stopping=True,
        batch_size=50,
    ),
    convolutional_row(ConvNetRegressor, block="dense", pooling=None),
    convolutional_row(
        ConvNetRegressor,
        "-lbfgs",
        block="inception",
        global_pool=True,
        solver="lbfgs",
        max_iter=60,
        tol=0.1,
    ),
    spectral_row(DiffusionMap(n_neighbors=12), refused=DIFFUSION_REFUSED),
    spectral_row(
        DiffusionMap(affinity="rbf", gamma=1.0, alpha=0.5, diffusion_time=2.5),
        "-rbf",
        remedies=("affinity='nearest_neighbors'",),
    ),
    dimension_row("mle", refused=DIMENSION_REFUSED),
    dimension_row("two_nn"),
    dimension_row("correlation"),
    dimension_row("local_pca"),
]


def output(estimator, X):
    """What the estimator is used for, as one array."""
    for method in ("predict_proba", "predict", "transform"):
        if hasattr(estimator, method):
            return np.asarray(getattr(estimator, method)(X))
    # A measure of the training rows, whatever X is; NaN where a row has no pairs.
    local = last_step(estimator).dimension_pw_
    return np.where(np.isnan(local), 0, local)


def last_step(estimator):
    return estimator[-1] if isinstance(estimator, Pipeline) else estimator


def assert_close(actual, expected, share):
    """Equal up to a share of the largest expected entry."""
    assert_allclose(actual, expected, rtol=0, atol=share * np.abs(expected).max())


def fitted_arrays(estimator):
    """The fitted attributes that are arrays or lists of them, by name."""
    fitted = {k: v for k, v in vars(estimator).items() if k.endswith("_")}
    lists = {k: v for k, v in fitted.items() if isinstance(v, list)}
    fitted |= {f"{k}[{i}]": each for k, v in lists.items() for i, each in enumerate(v)}
    return {k: v for k, v in fitted.items() if isinstance(v, np.ndarray)}


def spread_of_neighbours(estimator, X, y=None):
    """A score for embeddings: short steps between neighbours in the first column."""
    embedded = estimator.transform(X)
    steps = np.diff(embedded[np.argsort(X[:, 0])], axis=0)
    return -float(np.linalg.norm(steps) / np.linalg.norm(embedded))


def fitted_dimension(estimator, X, y=None):
    """A score for measures, which have none: what the fit gave."""
    return last_step(estimator).dimension_


class Recorder:
    """A fit callback that writes down what it is told."""

    def __init__(self):
        self.events = []

    def note(self, event, estimator, context):
        self.events.append((event, type(estimator).__name__, context.task_name))

    def setup(self, estimator, context):
        self.note("setup", estimator, context)

    def on_fit_task_begin(self, estimator, context):
        self.note("begin", estimator, context)

    def on_fit_task_end(self, estimator, context):
        self.note("end", estimator, context)

    def teardown(self, estimator, context):
        self.note("teardown", estimator, context)

    def count(self, event, name):
        return sum(e == event and n == name for e, n, _ in self.events)


class PropagatedRecorder(Recorder):
    max_propagation_depth = None
