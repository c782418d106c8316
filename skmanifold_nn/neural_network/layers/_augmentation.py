"""Images and signals that are changed at random as they enter a network."""

import math
from numbers import Integral, Real
from typing import Literal

from ..._kernels._augmentation import ADDRESSES, scratch_size
from ._base import Layer
from ._dropout import randomize
from ._planner import Planner, Tensor

__all__ = ["Augment"]

FLIPS = {None: 0, "horizontal": 1, "vertical": 2, "both": 3}
FILLS = {"zeros": 0, "nearest": 1}
# Index of the op for its random numbers: no other op's.
STREAM = -1


class Augment(Layer):
    """Changes images and signals at random in training, each time anew.

    Shifted, flipped, turned or zoomed pictures mean the same to whoever looks at them:
    a network that has seen them so learns it, instead of learning its few samples by
    heart. Validation data and new data are not changed. The layer is the first one of
    a network, on samples of shape (height, width, n_channels) or (n_steps, n_channels),
    which they keep; `ConvNetClassifier` has a parameter `augment`.

    Every sample of a minibatch gets a map of its own, and is seen through it once, with
    bilinear interpolation: a window is cut out and enlarged, flipped, zoomed and turned
    about the centre, and shifted, then noise is added. Whole shifts and flips alone
    leave the values as they are.

    Parameters
    ----------
    shift : int or float, or a pair of them, default=0
        Largest shift in either direction: an int is in places, and shifts are by whole
        places; a float is a share of the size, in [0, 1), and shifts are any. A pair is
        of lines and columns.
    flip : {None, "horizontal", "vertical", "both"}, default=None
        Left and right, or top and bottom, are exchanged in half of the cases; a signal
        is flipped in time, "horizontal". Not for what has a direction, such as digits.
    rotation : float, default=0.0
        Largest angle in either direction, in degrees; of images.
    zoom : float, default=0.0
        Largest change of the size, from 0 to 1: 0.1 makes images up to 1.1 times larger
        or smaller.
    crop : float, default=0.0
        Largest share of both sides that is cut off, in [0, 1): a window of what is left
        is taken anywhere and enlarged to the whole.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to all values, as the network
        sees them: between 0 and 1 where images were bytes.
    fill : {"zeros", "nearest"}, default="zeros"
        What is seen where there is no image: zeros, or the nearest place of the image.

    See Also
    --------
    GaussianNoise : Noise at any place of a network.
    skmanifold_nn.neural_network.ConvNetClassifier : Takes these parameters as a dict.

    Notes
    -----
    The maps follow from the estimator's `random_state`, for any `n_jobs`. No larger
    training set is made: samples are changed as they are copied into a minibatch.

    References
    ----------
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks
    applied to visual document analysis", ICDAR 2003.

    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks", NIPS 2012, section 4.1.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import (
    ...     Augment, Conv2D, Flatten, MaxPool2D)
    >>> X, y = load_digits(return_X_y=True)
    >>> net = SequentialClassifier(
    ...     [
    ...         ("augment", Augment(shift=1, rotation=10)),
    ...         ("conv", Conv2D(16, 3, "relu", padding="same")),
    ...         ("pool", MaxPool2D(2)),
    ...         ("flat", Flatten()),
    ...     ],
    ...     input_shape=(8, 8, 1), batch_size=32, learning_rate_init=0.005,
    ...     tol=0.05, n_iter_no_change=2, random_state=1,
    ... )
    >>> net.fit(X[:1500] / 16, y[:1500]).score(X[1500:] / 16, y[1500:]) > 0.9
    True
    """

    def __init__(
        self,
        *,
        shift: float | tuple[float, float] = 0,
        flip: Literal["horizontal", "vertical", "both"] | None = None,
        rotation: float = 0.0,
        zoom: float = 0.0,
        crop: float = 0.0,
        noise: float = 0.0,
        fill: Literal["zeros", "nearest"] = "zeros",
    ) -> None:
        self.shift = shift
        self.flip = flip
        self.rotation = rotation
        self.zoom = zoom
        self.crop = crop
        self.noise = noise
        self.fill = fill

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op by which samples enter; see `Layer.plan`."""
        _check_place(planner, tensor)
        shape = tensor.shape if len(tensor.shape) == 3 else (1, *tensor.shape)
        shifts, whole = self._shifts(planner, tensor.shape[:-1])
        flips = self._flips(planner, len(tensor.shape) - 1)
        rotation = self._rotation(planner, len(tensor.shape) - 1)
        zoom = _number(planner, "zoom", self.zoom, 1, "0.1 changes the size by 10%")
        crop = _number(
            planner, "crop", self.crop, 1, "0.2 cuts off a fifth at most", below=True
        )
        noise = _number(
            planner, "noise", self.noise, math.inf, "0.1 suits inputs of 0 to 1"
        )
        fill = _choice(
            planner, "fill", self.fill, FILLS, "'zeros' suits images on a dark ground"
        )
        if any((*shifts, flips, rotation, zoom, crop)):
            planner.draws_in_training = True
            tensor = planner.enter(
                ADDRESSES["augment"],
                ints=(
                    *shape,
                    planner.source == "bytes",
                    flips,
                    fill,
                    whole,
                ),
                reals=(planner.scale, *shifts, rotation, math.log1p(zoom), crop),
                cache_fixed=scratch_size(*shape),
                index=STREAM,
            )
        else:
            tensor = planner.reshaped(tensor, tensor.shape)
        return randomize(planner, tensor, "gaussian_noise", noise)

    def _shifts(self, planner, sizes):
        """Largest shifts of lines and columns, and which are whole: bits 1 and 2."""
        shifts = self.shift
        if not isinstance(shifts, tuple | list):
            shifts = [shifts] * len(sizes)
        if len(shifts) != len(sizes):
            raise planner.error(
                f"shift must be one number{' or two' * (len(sizes) - 1)} for samples "
                f"with {len(sizes)} axes beside the channels, got {self.shift!r}."
            )
        found, whole = [0.0, 0.0], 3
        axes = range(2 - len(sizes), 2)
        for axis, size, shift in zip(axes, sizes, shifts, strict=True):
            places = isinstance(shift, Integral) and not isinstance(shift, bool)
            largest = size if places else 1
            number = isinstance(shift, Real) and not isinstance(shift, bool)
            if not (number and 0 <= shift < largest):
                raise planner.error(
                    f"shift must be an int from 0 to {size - 1}, in places, or a float "
                    f"in [0, 1), a share of the size, got {self.shift!r}: 1 or 2, or "
                    "0.1, is usual."
                )
            found[axis] = float(shift) if places else float(shift) * size
            if not places and shift:
                whole &= ~(1 << axis)
        return found, whole

    def _flips(self, planner, n_axes):
        flips = _choice(
            planner, "flip", self.flip, FLIPS, "'horizontal' exchanges left and right"
        )
        if n_axes == 1 and flips > 1:
            raise planner.error(
                f"flip must be None or 'horizontal', in time, for signals, got "
                f"{self.flip!r}."
            )
        return flips

    def _rotation(self, planner, n_axes):
        """In radians."""
        angle = _number(
            planner, "rotation", self.rotation, 180, "degrees, 5 to 20 are usual"
        )
        if n_axes == 1 and angle:
            raise planner.error(
                f"rotation must be 0 for signals, which cannot be turned, got "
                f"{self.rotation!r}: use shift, zoom or crop."
            )
        return math.radians(angle)


def _number(planner, name, value, largest, remedy, *, below=False):
    """A number from 0 on, or an error."""
    fine = isinstance(value, Real) and not isinstance(value, bool)
    fine = fine and (0 <= value < largest if below else 0 <= value <= largest)
    if not fine or value == math.inf:
        rule = f"a number from 0 to {largest}{' (not included)' * below}"
        if largest == math.inf:
            rule = "a finite number of at least 0"
        raise planner.error(f"{name} must be {rule}, got {value!r}: {remedy}.")
    return float(value)


def _choice(planner, name, value, table, remedy):
    """What a table has for a name, or an error."""
    if not (value is None or isinstance(value, str)) or value not in table:
        *names, last = map(repr, table)
        raise planner.error(
            f"{name} must be {', '.join(names)} or {last}, got {value!r}: {remedy}."
        )
    return table[value]


def _check_place(planner, tensor):
    """Only samples that come from outside are changed."""
    if planner.sequences or planner.source == "csr":
        kind = "sequences of any lengths" if planner.sequences else "sparse rows"
        raise planner.error(
            f"takes images or signals, got {kind}: give dense samples of one shape."
        )
    if tensor.slot >= 0:
        raise planner.error(
            "Augment must be the first layer of a network, as samples are changed when "
            "they enter: put it in front, and give input_shape instead of a Reshape "
            "layer before it."
        )
    if len(tensor.shape) not in (2, 3):
        raise planner.error(
            "takes samples of shape (height, width, n_channels) or (n_steps, "
            f"n_channels), got the shape {tensor.shape}: give input_shape."
        )
