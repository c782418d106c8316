"""Saliency: which places of a sample a prediction depends on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, is_classifier

from ._drawing import axes_of, closes_on_error, draw_scale, styled
from ._networks import last_of
from ._tiles import colours, finite, grid_of, number_axis, write_above

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

__all__ = ["SaliencyDisplay"]

# Lines of a signal keep this share of their strips.
LINE_HEIGHT = 0.8
# Between the strips of two samples, in strips.
STRIP_GAP = 0.2
# Between an image and its gradients, as a share of its larger side.
BETWEEN = 0.06


class SaliencyDisplay:
    """Gradients of a prediction by its sample, with the sample.

    Red places raise the score of the class as they become larger, blue ones lower it.
    Images are drawn above their gradients, signals as lines in front of them, with a
    strip for each channel.

    Make it by `from_estimator` or `from_values`; all parameters are kept as attributes.

    Parameters
    ----------
    values : ndarray of shape (n_samples, height, width, n_channels) or \
            (n_samples, n_steps, n_channels)
        Gradients. Channels of images are added.
    samples : ndarray of the same shape, default=None
        To which they belong. None draws gradients only.
    labels : array-like of shape (n_samples,), default=None
        Written at the samples.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the gradients.
    figure_ : matplotlib Figure
        That contains the axes.
    images_ : list of matplotlib AxesImage
        Gradients of each sample.
    sample_images_ : list of matplotlib AxesImage
        Samples that are images.
    lines_ : list of matplotlib Line2D
        Samples that are signals, channel by channel.
    texts_ : list of matplotlib Text
        Labels of images.
    colorbar_ : matplotlib Colorbar or None
        The scale of the gradients.

    See Also
    --------
    FeatureMapsDisplay : What a layer makes of a sample.

    References
    ----------
    .. [1] Simonyan, Vedaldi, Zisserman, "Deep inside convolutional networks:
       visualising image classification models and saliency maps", ICLR workshop (2014).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import ConvNetClassifier
    >>> from skmanifold_nn.plotting import SaliencyDisplay
    >>> digits = load_digits()
    >>> net = ConvNetClassifier((6, 16), n_dim=2, tol=0.1, n_iter_no_change=2)
    >>> net = net.fit(digits.images[:500] / 16, digits.target[:500])
    >>> X = digits.images[500:503] / 16
    >>> display = SaliencyDisplay.from_estimator(net, X)
    >>> display.values.shape
    (3, 8, 8, 1)
    >>> display.figure_.savefig("saliency.png")  # doctest: +SKIP
    """

    ax_: "Axes"
    figure_: "Figure"
    images_: "list[AxesImage]"
    sample_images_: "list[AxesImage]"
    lines_: "list[Line2D]"
    texts_: "list[Text]"
    colorbar_: "Colorbar | None"

    def __init__(
        self,
        values: ArrayLike,
        *,
        samples: ArrayLike | None = None,
        labels: Sequence[Any] | NDArray[Any] | None = None,
    ) -> None:
        self.values = values
        self.samples = samples
        self.labels = labels

    @closes_on_error
    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        absolute: bool = False,
        n_columns: int | None = None,
        cmap: "str | Colormap | None" = None,
        colorbar: bool = True,
        image_kw: dict[str, Any] | None = None,
        sample_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw gradients and samples.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        absolute : bool, default=False
            Whether to draw the sizes of the gradients, for images the largest of all
            channels, without their signs.
        n_columns : int, default=None
            Images side by side. None: eight, or all if they are fewer.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: red and blue, which part at zero; sizes rise from zero.
        colorbar : bool, default=True
            Whether to draw the scale of the gradients.
        image_kw : dict, default=None
            Keywords for the gradients, see :meth:`matplotlib.axes.Axes.imshow`.
        sample_kw : dict, default=None
            Keywords for the samples, see :meth:`matplotlib.axes.Axes.imshow` for images
            and :meth:`matplotlib.axes.Axes.plot` for signals.
        text_kw : dict, default=None
            Keywords for labels, see :meth:`matplotlib.axes.Axes.text`.

        Returns
        -------
        display : SaliencyDisplay
            Itself.
        """
        values, samples = _checked(self.values, self.samples, self.labels)
        is_image = values.ndim == 4
        if absolute:
            values = np.abs(values)
        if is_image:
            values = values.max(axis=3) if absolute else values.sum(axis=3)
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        image = {**colours(values, cmap, signed=not absolute), **(image_kw or {})}
        self.sample_images_, self.lines_, self.texts_ = [], [], []
        if is_image:
            n_columns = 8 if n_columns is None else n_columns
            self._draw_images(
                ax, values, samples, n_columns, image, sample_kw or {}, text_kw
            )
        else:
            self._draw_signals(ax, values, samples, image, sample_kw)
        self.colorbar_ = None
        if colorbar:
            label = "size of the gradient" if absolute else "gradient"
            self.colorbar_ = draw_scale(ax, self.images_[0], label)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_images(self, ax, values, samples, n_columns, image, sample_kw, text_kw):
        """Rows of samples, and below each of them their gradients."""
        height, width = values.shape[1:]
        n_kinds = 1 if samples is None else 2
        # A sample and its gradients are one tile.
        shape = (n_kinds * height + (n_kinds - 1) * BETWEEN * max(height, width), width)
        is_labelled = self.labels is not None
        grid = grid_of(len(values), shape, n_columns, labelled=is_labelled)
        self.images_ = []
        for k, value in enumerate(values):
            extent = grid.extent(*divmod(k, grid.n_columns))
            left, right, bottom, top = extent
            if samples is not None:
                picture, keywords = _picture(samples, k)
                keywords = {**keywords, **sample_kw}
                upper = left, right, top + height, top
                drawn = ax.imshow(picture, extent=upper, **keywords)
                self.sample_images_.append(drawn)
            if is_labelled:
                text = write_above(ax, extent, grid.gap, self.labels[k], text_kw)
                self.texts_.append(text)
            lower = left, right, bottom, bottom - height
            self.images_.append(ax.imshow(value, extent=lower, **image))
        grid.frame(ax, -(-len(values) // grid.n_columns))

    def _draw_signals(self, ax, values, samples, image, sample_kw):
        """Strips of samples below each other, one for each channel."""
        from matplotlib.lines import Line2D

        n, n_steps, n_channels = values.shape
        line = {"color": "black", "linewidth": 1}
        line = styled(Line2D, line, sample_kw)
        height = n_channels + STRIP_GAP
        self.images_ = []
        for k, value in enumerate(values):
            extent = (-0.5, n_steps - 0.5, k * height + n_channels, k * height)
            self.images_.append(
                ax.imshow(value.T, extent=extent, aspect="auto", **image)
            )
        if samples is not None:
            low = samples.min(axis=(0, 1))
            spans = np.maximum(samples.max(axis=(0, 1)) - low, np.finfo(float).tiny)
            for k in range(n):
                # Down is the larger number: lines are turned over.
                rows = 0.5 + LINE_HEIGHT * (0.5 - (samples[k] - low) / spans)
                rows = rows + k * height + np.arange(n_channels)
                self.lines_ += ax.plot(np.arange(n_steps), rows, **line)
        ax.set(xlim=(-0.5, n_steps - 0.5), ylim=(n * height - STRIP_GAP, 0))
        ax.set(xlabel="step", ylabel="sample" if self.labels is None else "")
        places = np.arange(n) * height + n_channels / 2
        number_axis(
            ax.yaxis, places, np.arange(n) if self.labels is None else self.labels
        )

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: ArrayLike,
        *,
        target: Any = None,
        labels: Sequence[Any] | NDArray[Any] | None = None,
        ax: "Axes | None" = None,
        absolute: bool = False,
        n_columns: int | None = None,
        cmap: "str | Colormap | None" = None,
        colorbar: bool = True,
        image_kw: dict[str, Any] | None = None,
        sample_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw samples and the gradients of what a fitted network says of them.

        Parameters
        ----------
        estimator : estimator
            Fitted, with a method `saliency`, or a fitted pipeline that ends in it:
            gradients are those by the samples that the network gets.
        X : array-like
            A few samples, as `predict` takes them.
        target : object, default=None
            Classes whose scores are meant, as `saliency` takes them; None: those that
            are predicted.
        labels : array-like of shape (n_samples,), default=None
            Written at the samples. None: the classes whose scores are meant.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        absolute : bool, default=False
            Whether to draw the sizes of the gradients, for images the largest of all
            channels, without their signs.
        n_columns : int, default=None
            Images side by side. None: eight, or all if they are fewer.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: red and blue, which part at zero; sizes rise from zero.
        colorbar : bool, default=True
            Whether to draw the scale of the gradients.
        image_kw : dict, default=None
            Keywords for the gradients.
        sample_kw : dict, default=None
            Keywords for the samples.
        text_kw : dict, default=None
            Keywords for labels.

        Returns
        -------
        display : SaliencyDisplay
            Gradients and samples, drawn.
        """
        net, X = last_of(estimator, X, "saliency", "from_values")
        shape = (len(X), *net.input_shape_)
        values = np.reshape(net.saliency(X, target=target), shape)
        return cls.from_values(
            values,
            samples=np.reshape(np.asarray(X), shape),
            labels=_classes(net, X, target) if labels is None else labels,
            ax=ax,
            absolute=absolute,
            n_columns=n_columns,
            cmap=cmap,
            colorbar=colorbar,
            image_kw=image_kw,
            sample_kw=sample_kw,
            text_kw=text_kw,
        )

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        *,
        samples: ArrayLike | None = None,
        labels: Sequence[Any] | NDArray[Any] | None = None,
        ax: "Axes | None" = None,
        absolute: bool = False,
        n_columns: int | None = None,
        cmap: "str | Colormap | None" = None,
        colorbar: bool = True,
        image_kw: dict[str, Any] | None = None,
        sample_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw gradients that are there already.

        Parameters
        ----------
        values : array-like of shape (n_samples, height, width, n_channels) or \
                (n_samples, n_steps, n_channels)
            Gradients by images or signals, or anything else that has a value, or
            channels of values, at each place.
        samples : array-like of the same shape, default=None
            To which they belong; they may have another number of channels if they are
            images.
        labels : array-like of shape (n_samples,), default=None
            Written at the samples.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        absolute : bool, default=False
            Whether to draw the sizes of the gradients, for images the largest of all
            channels, without their signs.
        n_columns : int, default=None
            Images side by side. None: eight, or all if they are fewer.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: red and blue, which part at zero; sizes rise from zero.
        colorbar : bool, default=True
            Whether to draw the scale of the gradients.
        image_kw : dict, default=None
            Keywords for the gradients.
        sample_kw : dict, default=None
            Keywords for the samples.
        text_kw : dict, default=None
            Keywords for labels.

        Returns
        -------
        display : SaliencyDisplay
            Gradients and samples, drawn.
        """
        return cls(values, samples=samples, labels=labels).plot(
            ax,
            absolute=absolute,
            n_columns=n_columns,
            cmap=cmap,
            colorbar=colorbar,
            image_kw=image_kw,
            sample_kw=sample_kw,
            text_kw=text_kw,
        )


def _classes(net, X, target):
    """Classes whose scores are meant, one for each sample; None of a regressor."""
    if not is_classifier(net):
        return None
    classes = np.atleast_1d(net.predict(X) if target is None else target)
    if classes.ndim > 1:  # a sample has several
        return None
    return np.broadcast_to(classes, len(X)) if len(classes) == 1 else classes


def _checked(values, samples, labels):
    values = finite(values, "values")
    if values.ndim not in (3, 4):
        raise ValueError(
            "values must be (n_samples, height, width, n_channels) or (n_samples, "
            f"n_steps, n_channels), got the shape {values.shape}."
        )
    if samples is not None:
        samples = finite(samples, "samples")
        n_axes = 3 if values.ndim == 4 and samples.ndim == 4 else values.ndim
        if samples.shape[:n_axes] != values.shape[:n_axes]:
            raise ValueError(
                f"samples must have the shape of the values, {values.shape}, got "
                f"{samples.shape}."
            )
        if samples.dtype.kind != "f":  # uint8 cannot be subtracted
            samples = samples.astype(np.float64)
    if labels is not None and len(labels) != len(values):
        raise ValueError(
            f"labels must be one for each of the {len(values)} samples, got "
            f"{len(labels)}."
        )
    return values, samples


def _picture(samples, k):
    """What `imshow` draws of an image: colours of three channels, else their mean."""
    low, high = samples.min(), samples.max()
    if samples.shape[3] == 3:
        return (samples[k] - low) / ((high - low) or 1), {}
    return samples[k].mean(axis=2), {"cmap": "gray", "vmin": low, "vmax": high}
