"""Layers that are random in training and do nothing otherwise."""

from numbers import Real

from ..._kernels._channel_dropout import ADDRESSES as BY_CHANNEL
from ..._kernels._random import ADDRESSES
from ._base import Layer
from ._shapes import rolled

__all__ = ["AlphaDropout", "Dropout", "GaussianNoise"]


def randomize(planner, tensor, name, amount):
    """Plan one of the random ops; an amount of 0 plans none."""
    if amount == 0:
        return tensor
    planner.draws_in_training = True
    return planner.op(
        ADDRESSES[name], [tensor], tensor.shape, in_place=True, reals=(amount,)
    )


def drop_channels(planner, tensor, rate):
    """Plan dropout of whole channels, the last axis."""
    tensor = rolled(planner, tensor)
    if rate == 0:
        return tensor
    planner.draws_in_training = True
    return planner.op(
        BY_CHANNEL["channel_dropout"],
        [tensor],
        tensor.shape,
        in_place=True,
        ints=tensor.shape[-1:],
        reals=(rate,),
        cache_per_row=tensor.shape[-1],
    )


def _check_rate(planner, rate):
    if not (isinstance(rate, Real) and 0 <= rate < 1):
        raise planner.error(
            f"rate must be a number in [0, 1), got {rate!r}: 0.1 to 0.5 is usual."
        )


class Dropout(Layer):
    """Sets elements to zero at random in training, and scales the others up.

    Parameters
    ----------
    rate : float, default=0.5
        Probability of zero, in [0, 1).
    by_channel : bool, default=False
        Whether a channel, the last axis, is zero at all places of an image or signal
        or at none: neighbouring places tell nearly the same.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting", JMLR 15, 2014.

    Tompson et al., "Efficient object localization using convolutional networks",
    CVPR 2015, section 3.2, for channels.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Dropout
    >>> Dropout(0.2)
    Dropout(rate=0.2)
    """

    def __init__(self, rate=0.5, *, by_channel=False):
        self.rate = rate
        self.by_channel = by_channel

    def plan(self, planner, tensor):
        """Declare the op; see `Layer.plan`."""
        _check_rate(planner, self.rate)
        if self.by_channel:
            return drop_channels(planner, tensor, self.rate)
        return randomize(planner, tensor, "dropout", self.rate)


class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of what comes out of "selu".

    Parameters
    ----------
    rate : float, default=0.1
        Probability of the negative limit of "selu", in [0, 1).

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks",
    NIPS 2017, section "New dropout technique".

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import AlphaDropout
    >>> AlphaDropout()
    AlphaDropout()
    """

    def __init__(self, rate=0.1):
        self.rate = rate

    def plan(self, planner, tensor):
        """Declare the op; see `Layer.plan`."""
        _check_rate(planner, self.rate)
        return randomize(planner, tensor, "alpha_dropout", self.rate)


class GaussianNoise(Layer):
    """Adds normal noise in training.

    Parameters
    ----------
    deviation : float, default=0.1
        Standard deviation of the noise.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import GaussianNoise
    >>> GaussianNoise(0.3)
    GaussianNoise(deviation=0.3)
    """

    def __init__(self, deviation=0.1):
        self.deviation = deviation

    def plan(self, planner, tensor):
        """Declare the op; see `Layer.plan`."""
        if not (
            isinstance(self.deviation, Real) and 0 <= self.deviation < float("inf")
        ):
            raise planner.error(
                "deviation must be a finite number of at least 0, got "
                f"{self.deviation!r}: 0.1 suits standardised inputs."
            )
        return randomize(planner, tensor, "gaussian_noise", self.deviation)
