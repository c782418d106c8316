"""Parameters of a network before its training."""

import math
from numbers import Integral, Real
from typing import Literal

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["INITIALIZERS", "InitializerName", "initial_intercepts", "initial_weights"]

InitializerName = Literal[
    "auto",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "sparse",
    "uniform",
    "normal",
    "zeros",
    "ones",
]

# Incoming weights other than zero of each unit, Martens' number.
SPARSE_WEIGHTS = 15
# Scale of "uniform" and "normal", where no fan tells one.
SMALL = 0.05
# Variances of "glorot", "he" and "lecun" from the two fans.
_VARIANCES = {
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}


def _auto_bound(fan_in, fan_out, activation):
    # Glorot and Bengio, section 4.2.1; the factor is scikit-learn's.
    return math.sqrt((2.0 if activation == "logistic" else 6.0) / (fan_in + fan_out))


def _uniform(random_state, bound, shape):
    return random_state.uniform(-bound, bound, shape)


def _orthogonal(random_state, shape):
    """Rows or columns, whichever are fewer, orthonormal; Haar-distributed."""
    n_columns = shape[-1]
    n_rows = math.prod(shape[:-1])
    tall = (max(n_rows, n_columns), min(n_rows, n_columns))
    q, r = np.linalg.qr(random_state.normal(size=tall))
    # The factorisation is unique once the diagonal of R is positive.
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return (q if n_rows >= n_columns else q.T).reshape(shape)


def _sparse(random_state, shape):
    """N(0, 1) for a few incoming weights of each unit, chosen at random."""
    n_units = shape[-1]
    n_incoming = math.prod(shape[:-1])
    kept = min(SPARSE_WEIGHTS, n_incoming)
    weights = np.zeros((n_incoming, n_units))
    for unit in range(n_units):
        rows = random_state.choice(n_incoming, kept, replace=False)
        weights[rows, unit] = random_state.normal(size=kept)
    return weights.reshape(shape)


# Those that look at the shape alone.
_SHAPED = {
    "orthogonal": _orthogonal,
    "sparse": _sparse,
    "uniform": lambda random_state, shape: _uniform(random_state, SMALL, shape),
    "normal": lambda random_state, shape: random_state.normal(0, SMALL, shape),
    "zeros": lambda random_state, shape: np.zeros(shape),
    "ones": lambda random_state, shape: np.ones(shape),
}
INITIALIZERS = (
    "auto",
    *(f"{paper}_{law}" for paper in _VARIANCES for law in ("uniform", "normal")),
    *_SHAPED,
)


def _check(initializer, fan_in, fan_out, gain):
    if initializer not in INITIALIZERS:
        raise ValueError(
            f"initializer must be one of {', '.join(INITIALIZERS)}, got "
            f"{initializer!r}: choose one of them."
        )
    for name, fan in (("fan_in", fan_in), ("fan_out", fan_out)):
        if not (isinstance(fan, Integral) and fan >= 1):
            raise ValueError(
                f"{name} must be a positive int, got {fan!r}: give the connections "
                "of a unit."
            )
    if not (isinstance(gain, Real) and math.isfinite(gain)):
        raise ValueError(f"gain must be a finite number, got {gain!r}: 1 is neutral.")


def initial_weights(
    initializer,
    shape,
    *,
    fan_in,
    fan_out,
    dtype=np.float64,
    random_state=None,
    activation=None,
    gain=1.0,
):
    """Weights of a layer, drawn in float64, so that dtypes differ by rounding only.

    Parameters
    ----------
    initializer : {"auto", "glorot_uniform", "glorot_normal", "he_uniform", \
            "he_normal", "lecun_uniform", "lecun_normal", "orthogonal", "sparse", \
            "uniform", "normal", "zeros", "ones"}
        "auto" is scikit-learn's: uniform within sqrt(6 / (fan_in + fan_out)), 2 in
        place of 6 for the logistic activation. "glorot", "he" and "lecun" have
        variances 2 / (fan_in + fan_out), 2 / fan_in and 1 / fan_in. "orthogonal" has
        orthonormal columns (rows, if they are fewer) and "sparse" 15 weights a unit,
        N(0, 1). "uniform" lies within 0.05, "normal" has standard deviation 0.05.
    shape : tuple of int
        The last axis are the units.
    fan_in, fan_out : int
        Connections into a unit, and out of one.
    dtype : dtype, default=float64
    random_state : int, RandomState instance or None, default=None
    activation : str, default=None
        The hidden layers', which only "auto" looks at.
    gain : float, default=1.0
        Factor of the weights.

    Returns
    -------
    weights : ndarray of shape `shape`

    References
    ----------
    Glorot and Bengio, AISTATS 2010; He et al., ICCV 2015; LeCun et al., "Efficient
    BackProp", 1998; Saxe et al., ICLR 2014; Martens, ICML 2010.

    Examples
    --------
    >>> from skmanifold_nn.neural_network._initializers import initial_weights
    >>> W = initial_weights("orthogonal", (5, 3), fan_in=5, fan_out=3, random_state=1)
    >>> (W.T @ W).round(6) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    _check(initializer, fan_in, fan_out, gain)
    random_state = check_random_state(random_state)
    shape = tuple(shape)
    if initializer == "auto":
        bound = _auto_bound(fan_in, fan_out, activation)
        weights = _uniform(random_state, bound, shape)
    elif initializer in _SHAPED:
        weights = _SHAPED[initializer](random_state, shape)
    else:
        paper, law = initializer.split("_")
        deviation = math.sqrt(_VARIANCES[paper](fan_in, fan_out))
        if law == "uniform":
            weights = _uniform(random_state, math.sqrt(3) * deviation, shape)
        else:
            weights = random_state.normal(0, deviation, shape)
    if gain != 1:
        weights *= gain
    return weights.astype(dtype, copy=False)


def initial_intercepts(
    initializer,
    shape,
    *,
    fan_in,
    fan_out,
    dtype=np.float64,
    random_state=None,
    activation=None,
):
    """Intercepts of a layer: drawn as the weights are for "auto", zero otherwise.

    scikit-learn draws the intercepts of a layer right after its weights, layer after
    layer. Parameters are those of `initial_weights`.
    """
    _check(initializer, fan_in, fan_out, 1.0)
    if initializer != "auto":
        return np.zeros(shape, dtype)
    bound = _auto_bound(fan_in, fan_out, activation)
    drawn = _uniform(check_random_state(random_state), bound, shape)
    return drawn.astype(dtype, copy=False)
