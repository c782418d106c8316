"""Filters: the weights of a convolution."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from ._drawing import axes_of, closes_on_error, draw_scale
from ._networks import convolution_of
from ._tiles import chosen, colours, draw_strips, draw_table, draw_tiles, finite

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

__all__ = ["FiltersDisplay"]


class FiltersDisplay:
    """Filters of a convolution, all in the same colours, zero in their middle.

    Those of the first layer are the shapes that the network looks for. Filters of
    images of several channels have a row for each channel. Filters of signals of one
    channel are drawn below each other, those of several as small pictures with a line
    for each channel.

    Make it by `from_estimator` or `from_filters`; all parameters are kept as
    attributes.

    Parameters
    ----------
    coefs : ndarray of shape (height, width, n_channels, n_filters) or \
            (n_steps, n_channels, n_filters)
        Weights, as ``coefs_`` has them.
    indices : array-like of int, default=None
        Filters to draw, in this order. None draws all.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the filters.
    figure_ : matplotlib Figure
        That contains the axes.
    images_ : list of matplotlib AxesImage
        One for each filter, or for each filter of each channel, channel by channel; one
        with a line for each filter, of signals of one channel.
    texts_ : list of matplotlib Text
        Numbers of the filters, where they are not at an axis.
    colorbar_ : matplotlib Colorbar or None
        The scale of the weights.

    See Also
    --------
    FeatureMapsDisplay : Where filters find their shapes.

    References
    ----------
    .. [1] Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep
       convolutional neural networks", NIPS 25 (2012), figure 3.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import ConvNetClassifier
    >>> from skmanifold_nn.plotting import FiltersDisplay
    >>> digits = load_digits()
    >>> net = ConvNetClassifier((6, 16), n_dim=2, tol=0.1, n_iter_no_change=2)
    >>> net = net.fit(digits.images[:500] / 16, digits.target[:500])
    >>> display = FiltersDisplay.from_estimator(net)
    >>> display.coefs.shape
    (3, 3, 1, 6)
    >>> display.figure_.savefig("filters.png")  # doctest: +SKIP
    """

    ax_: "Axes"
    figure_: "Figure"
    images_: "list[AxesImage]"
    texts_: "list[Text]"
    colorbar_: "Colorbar | None"

    def __init__(self, coefs: ArrayLike, *, indices: ArrayLike | None = None) -> None:
        self.coefs = coefs
        self.indices = indices

    @closes_on_error
    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        n_columns: int | None = None,
        labels: bool = True,
        cmap: "str | Colormap | None" = None,
        colorbar: bool = True,
        image_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the filters.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        n_columns : int, default=None
            Filters side by side, where they have one picture each. None: about as the
            axes are shaped.
        labels : bool, default=True
            Whether to write the numbers of the filters.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: red and blue, which part at zero.
        colorbar : bool, default=True
            Whether to draw the scale of the weights.
        image_kw : dict, default=None
            Keywords for the filters, see :meth:`matplotlib.axes.Axes.imshow`.
        text_kw : dict, default=None
            Keywords for the numbers, see :meth:`matplotlib.axes.Axes.text`.

        Returns
        -------
        display : FiltersDisplay
            Itself.
        """
        coefs = np.moveaxis(_checked(self.coefs), -1, 0)
        numbers = chosen(self.indices, len(coefs), "filters")
        coefs = coefs[numbers]
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        image = {**colours(coefs, cmap, signed=True), **(image_kw or {})}
        self.texts_ = []
        if coefs.ndim == 4 and coefs.shape[-1] > 1:
            self.images_ = draw_table(ax, coefs, image, numbers, labels=labels)
        elif coefs.ndim == 3 and coefs.shape[-1] == 1:
            self.images_ = draw_strips(ax, coefs[..., 0], numbers, image, "filter")
        else:
            tiles = coefs[..., 0] if coefs.ndim == 4 else coefs.transpose(0, 2, 1)
            self.images_, self.texts_ = draw_tiles(
                ax,
                tiles,
                image,
                n_columns=n_columns,
                labels=numbers if labels else None,
                text_kw=text_kw,
            )
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = draw_scale(ax, self.images_[0], "weight")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        layer: str | None = None,
        *,
        indices: ArrayLike | None = None,
        ax: "Axes | None" = None,
        n_columns: int | None = None,
        labels: bool = True,
        cmap: "str | Colormap | None" = None,
        colorbar: bool = True,
        image_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the filters of a layer of a fitted network.

        Parameters
        ----------
        estimator : estimator
            Fitted network with convolutions, or a fitted pipeline that ends in it.
        layer : str, default=None
            A name of ``layer_names_``; of a block of several convolutions the first
            one is drawn. None is the first convolution of the network.
        indices : array-like of int, default=None
            Filters to draw, in this order. None draws all.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        n_columns : int, default=None
            Filters side by side, where they have one picture each. None: about as the
            axes are shaped.
        labels : bool, default=True
            Whether to write the numbers of the filters.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: red and blue, which part at zero.
        colorbar : bool, default=True
            Whether to draw the scale of the weights.
        image_kw : dict, default=None
            Keywords for the filters.
        text_kw : dict, default=None
            Keywords for the numbers.

        Returns
        -------
        display : FiltersDisplay
            The filters, drawn.
        """
        return cls.from_filters(
            convolution_of(estimator, layer),
            indices=indices,
            ax=ax,
            n_columns=n_columns,
            labels=labels,
            cmap=cmap,
            colorbar=colorbar,
            image_kw=image_kw,
            text_kw=text_kw,
        )

    @classmethod
    def from_filters(
        cls,
        coefs: ArrayLike,
        *,
        indices: ArrayLike | None = None,
        ax: "Axes | None" = None,
        n_columns: int | None = None,
        labels: bool = True,
        cmap: "str | Colormap | None" = None,
        colorbar: bool = True,
        image_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw weights that are there already.

        Parameters
        ----------
        coefs : array-like of shape (height, width, n_channels, n_filters) or \
                (n_steps, n_channels, n_filters)
            Weights of a convolution of images or of signals.
        indices : array-like of int, default=None
            Filters to draw, in this order. None draws all.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        n_columns : int, default=None
            Filters side by side, where they have one picture each. None: about as the
            axes are shaped.
        labels : bool, default=True
            Whether to write the numbers of the filters.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: red and blue, which part at zero.
        colorbar : bool, default=True
            Whether to draw the scale of the weights.
        image_kw : dict, default=None
            Keywords for the filters.
        text_kw : dict, default=None
            Keywords for the numbers.

        Returns
        -------
        display : FiltersDisplay
            The filters, drawn.
        """
        return cls(coefs, indices=indices).plot(
            ax,
            n_columns=n_columns,
            labels=labels,
            cmap=cmap,
            colorbar=colorbar,
            image_kw=image_kw,
            text_kw=text_kw,
        )


def _checked(coefs):
    coefs = finite(coefs, "coefs")
    if coefs.ndim not in (3, 4):
        raise ValueError(
            "coefs must be weights of a convolution, (height, width, n_channels, "
            "n_filters) or (n_steps, n_channels, n_filters), got the shape "
            f"{coefs.shape}."
        )
    return coefs
