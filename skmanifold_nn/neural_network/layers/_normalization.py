"""Normalisation layers."""

from functools import partial
from numbers import Real

import numpy as np

from ..._kernels._batch_normalization import ADDRESSES as BATCH
from ..._kernels._batch_normalization import scratch_sizes
from ..._kernels._normalization import ADDRESSES, scratch_per_row
from ._base import Layer

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

    Predictions use running means and variances. Minibatches of a network with such a
    layer are of equal size: of 50 samples in batches of 16 there are four of 12 and 13,
    and none of 2, whose statistics would mislead the others.

    Parameters
    ----------
    momentum : float, default=0.1
        Share of the newest minibatch in the running statistics, in (0, 1].
    epsilon : float, default=1e-5
        Added to variances.
    affine : bool, default=True
        Whether a scale and an offset of each channel are trained.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithm 1.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import BatchNorm
    >>> BatchNorm()
    BatchNorm()
    """

    def __init__(self, *, momentum=0.1, epsilon=1e-5, affine=True):
        self.momentum = momentum
        self.epsilon = epsilon
        self.affine = affine

    def plan(self, planner, tensor):
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

    Parameters
    ----------
    epsilon : float, default=1e-5
        Added to variances.
    affine : bool, default=True
        Whether a scale and an offset of each channel are trained.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", arXiv 1607.06450, 2016.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import LayerNorm
    >>> LayerNorm()
    LayerNorm()
    """

    def __init__(self, *, epsilon=1e-5, affine=True):
        self.epsilon = epsilon
        self.affine = affine

    def plan(self, planner, tensor):
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
