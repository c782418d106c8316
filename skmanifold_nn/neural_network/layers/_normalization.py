"""Normalisation layers."""

from functools import partial
from numbers import Real

import numpy as np

from ..._kernels._batch_normalization import ADDRESSES as BATCH
from ..._kernels._batch_normalization import scratch_sizes
from ..._kernels._normalization import ADDRESSES, scratch_per_row
from ._base import Layer
from ._planner import Planner, Tensor

__all__ = ["NORMALIZATIONS", "BatchNorm", "LayerNorm"]


def _ones(shape, random_state):
    return np.ones(shape)


def _zeros(shape, random_state):
    return np.zeros(shape)


def _affine(planner, shape, affine):
    """Declare a scale and an offset of each channel, if they are wanted."""
    if not affine:
        return {}
    start = planner.parameter("scales_", shape, partial(_ones, shape))
    planner.parameter("offsets_", shape, partial(_zeros, shape))
    return {"params": start, "n_params": 2 * shape[0]}


def _batch_norm(planner, tensor, *, epsilon, momentum, affine):
    shape = tensor.shape[-1:]
    words = _affine(planner, shape, affine)
    words["state"] = planner.statistic("running_means_", shape, 0.0)
    planner.statistic("running_variances_", shape, 1.0)
    planner.mixes_samples = True
    part, kept, shared = scratch_sizes(shape[0])
    words |= {
        "reads": "input",
        "ints": (shape[0], int(affine)),
        "reals": (epsilon, momentum),
        "shared": shared,
    }
    # Two ops, between which the parts of a minibatch meet.
    tensor = planner.op(
        BATCH["batch_statistics"],
        [tensor],
        tensor.shape,
        keeps_input=True,
        reads="input",
        ints=(shape[0],),
        cache_fixed=part,
    )
    return planner.op(
        BATCH["batch_norm"], [tensor], tensor.shape, cache_fixed=kept, **words
    )


def _check(planner, name, value, low, high):
    if not (isinstance(value, Real) and low < value <= high):
        raise planner.error(
            f"{name} must be a number above {low} and at most {high}, got {value!r}."
        )


class BatchNorm(Layer):
    """Every channel to mean 0 and variance 1 over the minibatch.

    The last axis is that of the channels; means and variances are taken over the
    samples, and over all places or steps of each. Then each channel gets a scale and an
    offset of its own, which are trained. Samples keep their shape.

    Predictions use running means and variances. Minibatches of a network with such a
    layer are of equal size: of 50 samples in batches of 16 there are four of 12 and 13,
    and none of 2, whose statistics would mislead the others.

    Parameters
    ----------
    momentum : float, default=0.1
        Share of the newest minibatch in the running statistics, in (0, 1], as in
        PyTorch; Keras has 1 minus it.
    epsilon : float, default=1e-5
        Added to variances.
    affine : bool, default=True
        Whether a scale and an offset of each channel are trained.

    See Also
    --------
    LayerNorm : Over the values of each sample: for small minibatches, and for
        recurrent layers.

    Notes
    -----
    Put it between a layer without activation and an `Activation`; intercepts before it
    have no effect (``bias=False``). Estimators publish ``scales_``, ``offsets_``,
    ``running_means_`` and ``running_variances_``. Variances are biased in training and
    unbiased in the running ones, as in PyTorch. Not for solver="lbfgs".

    References
    ----------
    Ioffe and Szegedy, "Batch normalization: accelerating deep network training by
    reducing internal covariate shift", ICML 2015, algorithm 1.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import Activation, BatchNorm, Dense
    >>> X, y = load_iris(return_X_y=True)
    >>> net = SequentialClassifier(
    ...     [
    ...         ("dense", Dense(16, bias=False)),
    ...         ("norm", BatchNorm()),
    ...         ("relu", Activation("relu")),
    ...     ],
    ...     batch_size=16, learning_rate="one_cycle", learning_rate_init=0.01,
    ...     max_iter=30, random_state=1,
    ... )
    >>> net.fit(X, y).score(X, y) > 0.9
    True
    >>> net.running_means_[0].shape
    (16,)
    """

    def __init__(
        self, *, momentum: float = 0.1, epsilon: float = 1e-5, affine: bool = True
    ) -> None:
        self.momentum = momentum
        self.epsilon = epsilon
        self.affine = affine

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare parameters and the op; see `Layer.plan`."""
        _check(planner, "momentum", self.momentum, 0, 1)
        _check(planner, "epsilon", self.epsilon, 0, float("inf"))
        return _batch_norm(
            planner,
            tensor,
            epsilon=self.epsilon,
            momentum=self.momentum,
            affine=bool(self.affine),
        )


class LayerNorm(Layer):
    """Every sample to mean 0 and variance 1 over its last axis.

    The last axis is that of the channels: of images and sequences every place or step
    is normalised by itself. Then each channel gets a scale and an offset of its own,
    which are trained. Training and predictions compute the same. Samples keep their
    shape.

    Parameters
    ----------
    epsilon : float, default=1e-5
        Added to variances.
    affine : bool, default=True
        Whether a scale and an offset of each channel are trained.

    See Also
    --------
    BatchNorm : Over the samples of a minibatch.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", arXiv 1607.06450, 2016.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import LayerNorm
    >>> X, y = [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]], [0.0, 1.0]
    >>> net = SequentialRegressor([("norm", LayerNorm(affine=False))])
    >>> net.partial_fit(X, y).transform(X).round(3)
    array([[-1.225,  0.   ,  1.225],
           [-1.225,  0.   ,  1.225]])
    """

    def __init__(self, *, epsilon: float = 1e-5, affine: bool = True) -> None:
        self.epsilon = epsilon
        self.affine = affine

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare parameters and the op; see `Layer.plan`."""
        _check(planner, "epsilon", self.epsilon, 0, float("inf"))
        shape = tensor.shape[-1:]
        return planner.op(
            ADDRESSES["layer_norm"],
            [tensor],
            tensor.shape,
            reads="input",
            ints=(shape[0], int(bool(self.affine))),
            reals=(self.epsilon,),
            cache_per_row=scratch_per_row(tensor.size, shape[0]),
            **_affine(planner, shape, self.affine),
        )


# What parameters `normalization` of estimators and blocks mean.
NORMALIZATIONS = {None: None, "batch": BatchNorm(), "layer": LayerNorm()}
