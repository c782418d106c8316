"""Initial parameters: scikit-learn's own, moments, orthogonality."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.neural_network import MLPRegressor

from skmanifold_nn.neural_network._initializers import (
    INITIALIZERS,
    initial_intercepts,
    initial_weights,
)

DTYPES = [np.float64, np.float32]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_auto_equals_scikit_learn(rng, activation, dtype):
    X = rng.standard_normal((9, 4)).astype(dtype)
    mlp = MLPRegressor(
        hidden_layer_sizes=(7, 3),
        activation=activation,
        solver="sgd",
        learning_rate_init=1e-300,  # the weights stay where they are
        max_iter=1,
        random_state=7,
    )
    mlp.partial_fit(X, X[:, 0])
    random_state = np.random.RandomState(7)
    for coef, intercept in zip(mlp.coefs_, mlp.intercepts_, strict=True):
        fan_in, fan_out = coef.shape
        how = {
            "fan_in": fan_in,
            "fan_out": fan_out,
            "dtype": dtype,
            "random_state": random_state,
            "activation": activation,
        }
        weights = initial_weights("auto", coef.shape, **how)
        intercepts = initial_intercepts("auto", (fan_out,), **how)
        assert weights.dtype == intercepts.dtype == coef.dtype == dtype
        assert_array_equal(weights, coef)
        assert_array_equal(intercepts, intercept)


@pytest.mark.parametrize(
    "name, variance",
    [
        ("auto", 2 / 700),
        ("glorot", 2 / 700),
        ("he", 2 / 300),
        ("lecun", 1 / 300),
    ],
)
@pytest.mark.parametrize("law", ["uniform", "normal"])
def test_moments(name, variance, law):
    if name == "auto":
        law, initializer = "uniform", "auto"
    else:
        initializer = f"{name}_{law}"
    shape, fans = (300, 400), {"fan_in": 300, "fan_out": 400}
    weights = initial_weights(initializer, shape, **fans, random_state=5)
    deviation = np.sqrt(variance)
    n = weights.size
    # Four standard errors of mean and variance.
    assert abs(weights.mean()) < 4 * deviation / np.sqrt(n)
    kurtosis = 3 if law == "normal" else 1.8
    assert_allclose(weights.var(), variance, rtol=4 * np.sqrt((kurtosis - 1) / n))
    if law == "uniform":
        assert_allclose(np.abs(weights).max(), np.sqrt(3) * deviation, rtol=1e-3)
    else:
        assert np.abs(weights).max() > 3.5 * deviation


def test_small():
    fans = {"fan_in": 100, "fan_out": 200, "random_state": 5}
    uniform = initial_weights("uniform", (100, 200), **fans)
    normal = initial_weights("normal", (100, 200), **fans)
    assert_allclose(np.abs(uniform).max(), 0.05, rtol=1e-3)
    assert_allclose(uniform.std(), 0.05 / np.sqrt(3), rtol=0.02)
    assert_allclose(normal.std(), 0.05, rtol=0.02)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (3, 2, 5), (1, 4), (1, 1)])
def test_orthogonal(shape, dtype):
    weights = initial_weights(
        "orthogonal", shape, fan_in=3, fan_out=3, dtype=dtype, random_state=3, gain=2.0
    )
    assert weights.shape == shape and weights.dtype == dtype
    matrix = weights.reshape(-1, shape[-1])
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    eps = np.finfo(dtype).eps
    assert_allclose(matrix.T @ matrix, 4 * np.eye(matrix.shape[1]), atol=50 * eps)


def test_orthogonal_signs_are_random():
    """Without the sign fix the diagonals of square ones are biased."""
    drawn = [
        initial_weights("orthogonal", (2, 2), fan_in=2, fan_out=2, random_state=seed)
        for seed in range(1, 401)
    ]
    assert abs(np.mean([np.sign(w[0, 0]) for w in drawn])) < 0.2
    assert abs(np.mean([np.linalg.det(w) for w in drawn])) < 0.2


@pytest.mark.parametrize("shape", [(40, 30), (7, 30), (5, 8, 30)])
def test_sparse(shape):
    weights = initial_weights("sparse", shape, fan_in=40, fan_out=30, random_state=3)
    matrix = weights.reshape(-1, 30)
    assert_array_equal((matrix != 0).sum(axis=0), min(15, len(matrix)))
    assert_allclose(matrix[matrix != 0].std(), 1, atol=0.2)
    assert len({tuple(np.flatnonzero(column)) for column in matrix.T}) > 1 or (
        len(matrix) <= 15
    )


@pytest.mark.parametrize("name", INITIALIZERS)
def test_dtypes_gains_and_seeds(name):
    def draw(seed, **how):
        return initial_weights(
            name, (20, 6), fan_in=20, fan_out=6, random_state=seed, **how
        )

    weights = draw(3)
    assert weights.dtype == np.float64 and weights.shape == (20, 6)
    single = draw(3, dtype=np.float32)
    assert single.dtype == np.float32
    assert_array_equal(single, weights.astype(np.float32))
    assert_array_equal(draw(3, gain=0.5), 0.5 * weights)
    assert (name in ("zeros", "ones")) == np.array_equal(draw(4), weights)
    intercepts = initial_intercepts(name, (6,), fan_in=20, fan_out=6, random_state=3)
    assert intercepts.any() == (name == "auto")


def test_intercepts_draw_nothing_unless_auto():
    random_state = np.random.RandomState(3)
    initial_intercepts(
        "he_normal", (6,), fan_in=2, fan_out=6, random_state=random_state
    )
    assert random_state.uniform() == np.random.RandomState(3).uniform()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"initializer": "xavier"}, "initializer must be one of auto.*got 'xavier'"),
        ({"fan_in": 0}, "fan_in must be a positive int, got 0: give"),
        ({"fan_out": 2.5}, "fan_out must be a positive int, got 2.5: give"),
        ({"gain": np.inf}, "gain must be a finite number, got inf: 1"),
    ],
)
def test_errors(arguments, message):
    given = {"initializer": "auto", "fan_in": 2, "fan_out": 3} | arguments
    with pytest.raises(ValueError, match=message):
        initial_weights(given.pop("initializer"), (2, 3), **given)
