"""Layers that are random in training and do nothing otherwise."""

from numbers import Real

from ..._kernels._channel_dropout import ADDRESSES as BY_CHANNEL
from ..._kernels._random import ADDRESSES
from ._base import Layer
from ._planner import Planner, Tensor
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

    Kept elements are multiplied by 1 / (1 - rate), so that sums stay the same on
    average; predictions see all elements, unchanged. Samples may have any shape, which
    they keep.

    Parameters
    ----------
    rate : float, default=0.5
        Probability of zero, in [0, 1).
    by_channel : bool, default=False
        Whether a channel, the last axis, is zero at all places of an image or signal
        or at none: neighbouring places tell nearly the same.

    See Also
    --------
    AlphaDropout : For layers with "selu".
    GaussianNoise : Adds noise.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting", JMLR 15, 2014.

    Tompson et al., "Efficient object localization using convolutional networks",
    CVPR 2015, section 3.2, for channels.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Dense, Dropout
    >>> net = SequentialRegressor(
    ...     [("dropout", Dropout(0.2)), ("hidden", Dense(5, "relu"))], random_state=1)
    >>> X, y = [[1.0, 2.0], [3.0, 4.0]], [0.0, 1.0]
    >>> net.partial_fit(X, y).transform(X, layer="dropout")  # not in training
    array([[1., 2.],
           [3., 4.]])
    """

    def __init__(self, rate: float = 0.5, *, by_channel: bool = False) -> None:
        self.rate = rate
        self.by_channel = by_channel

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op; see `Layer.plan`."""
        _check_rate(planner, self.rate)
        if self.by_channel:
            return drop_channels(planner, tensor, self.rate)
        return randomize(planner, tensor, "dropout", self.rate)


class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of what comes out of "selu".

    Elements get the negative limit of "selu" at random in training, and all are scaled
    and shifted so that mean 0 and variance 1 stay. Predictions see them unchanged.

    Parameters
    ----------
    rate : float, default=0.1
        Probability of the negative limit of "selu", in [0, 1).

    See Also
    --------
    Dropout : For all other activations.

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks",
    NIPS 2017, section "New dropout technique".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import scale
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import AlphaDropout, Dense
    >>> X, y = load_iris(return_X_y=True)
    >>> net = SequentialClassifier(
    ...     [
    ...         ("hidden", Dense(32, "selu", initializer="lecun_normal")),
    ...         ("dropout", AlphaDropout(0.05)),
    ...     ],
    ...     batch_size=16, learning_rate="one_cycle", learning_rate_init=0.01,
    ...     max_iter=30, random_state=1,
    ... )
    >>> net.fit(scale(X), y).score(scale(X), y) > 0.9
    True
    """

    def __init__(self, rate: float = 0.1) -> None:
        self.rate = rate

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op; see `Layer.plan`."""
        _check_rate(planner, self.rate)
        return randomize(planner, tensor, "alpha_dropout", self.rate)


class GaussianNoise(Layer):
    """Adds normal noise in training.

    At the input of a network, small noise acts like a penalty on large weights.
    Predictions see elements unchanged. Samples may have any shape, which they keep.

    Parameters
    ----------
    deviation : float, default=0.1
        Standard deviation of the noise, in the units of what comes in.

    See Also
    --------
    Dropout : Multiplies by 0 or more than 1.

    References
    ----------
    Bishop, "Training with noise is equivalent to Tikhonov regularization", Neural
    Computation 7, 1995.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Dense, GaussianNoise
    >>> net = SequentialRegressor(
    ...     [("noise", GaussianNoise(0.3)), ("hidden", Dense(5, "relu"))],
    ...     random_state=1)
    >>> X, y = [[1.0, 2.0], [3.0, 4.0]], [0.0, 1.0]
    >>> net.partial_fit(X, y).transform(X, layer="noise")  # not in training
    array([[1., 2.],
           [3., 4.]])
    """

    def __init__(self, deviation: float = 0.1) -> None:
        self.deviation = deviation

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op; see `Layer.plan`."""
        if not (
            isinstance(self.deviation, Real) and 0 <= self.deviation < float("inf")
        ):
            raise planner.error(
                "deviation must be a finite number of at least 0, got "
                f"{self.deviation!r}: 0.1 suits standardised inputs."
            )
        return randomize(planner, tensor, "gaussian_noise", self.deviation)
