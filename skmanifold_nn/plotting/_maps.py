"""Feature maps: what the layers of a convolutional network make of a sample."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from ._drawing import axes_of, closes_on_error, draw_scale
from ._networks import last_of, row_of
from ._tiles import chosen, colours, draw_strips, draw_tiles, finite

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

__all__ = ["FeatureMapsDisplay"]


class FeatureMapsDisplay:
    """Feature maps of a layer for one sample, all in the same colours.

    A map shows where a filter has found its shape. Maps of images are drawn side by
    side, maps of signals below each other.

    Make it by `from_estimator` or `from_maps`; all parameters are kept as attributes.

    Parameters
    ----------
    maps : ndarray of shape (height, width, n_maps) or (n_steps, n_maps)
        Of one sample.
    indices : array-like of int, default=None
        Maps to draw, in this order. None draws all.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the maps.
    figure_ : matplotlib Figure
        That contains the axes.
    images_ : list of matplotlib AxesImage
        One for each map; one with a line for each map, if they are of a signal.
    texts_ : list of matplotlib Text
        Numbers of the maps of an image.
    colorbar_ : matplotlib Colorbar or None
        The scale of the values.

    See Also
    --------
    FiltersDisplay : The weights of a convolution.
    SaliencyDisplay : Which places of a sample a prediction depends on.

    References
    ----------
    .. [1] Zeiler, Fergus, "Visualizing and understanding convolutional networks", ECCV
       (2014).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import ConvNetClassifier
    >>> from skmanifold_nn.plotting import FeatureMapsDisplay
    >>> digits = load_digits()
    >>> net = ConvNetClassifier((6, 16), n_dim=2, tol=0.1, n_iter_no_change=2)
    >>> net = net.fit(digits.images[:500] / 16, digits.target[:500])
    >>> X = digits.images[500:] / 16
    >>> display = FeatureMapsDisplay.from_estimator(net, X, "conv1")
    >>> display.maps.shape
    (8, 8, 6)
    >>> display.figure_.savefig("maps.png")  # doctest: +SKIP
    """

    ax_: "Axes"
    figure_: "Figure"
    images_: "list[AxesImage]"
    texts_: "list[Text]"
    colorbar_: "Colorbar | None"

    def __init__(self, maps: ArrayLike, *, indices: ArrayLike | None = None) -> None:
        self.maps = maps
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
        """Draw the maps.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        n_columns : int, default=None
            Maps of an image side by side. None: about as the axes are shaped.
        labels : bool, default=True
            Whether to write the numbers of the maps.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: from zero, or diverging from zero if some values are
            negative.
        colorbar : bool, default=True
            Whether to draw the scale of the values.
        image_kw : dict, default=None
            Keywords for the maps, see :meth:`matplotlib.axes.Axes.imshow`.
        text_kw : dict, default=None
            Keywords for the numbers, see :meth:`matplotlib.axes.Axes.text`.

        Returns
        -------
        display : FeatureMapsDisplay
            Itself.
        """
        maps = np.moveaxis(_checked(self.maps), -1, 0)
        numbers = chosen(self.indices, len(maps), "maps")
        maps = maps[numbers]
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        image = {**colours(maps, cmap), **(image_kw or {})}
        self.texts_ = []
        if maps.ndim == 2:
            self.images_ = draw_strips(ax, maps, numbers, image, "map")
        else:
            self.images_, self.texts_ = draw_tiles(
                ax,
                maps,
                image,
                n_columns=n_columns,
                labels=numbers if labels else None,
                text_kw=text_kw,
            )
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = draw_scale(ax, self.images_[0], "value")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: ArrayLike,
        layer: str | int,
        *,
        sample: int = 0,
        indices: ArrayLike | None = None,
        ax: "Axes | None" = None,
        n_columns: int | None = None,
        labels: bool = True,
        cmap: "str | Colormap | None" = None,
        colorbar: bool = True,
        image_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what a layer of a fitted network makes of a sample.

        Parameters
        ----------
        estimator : estimator
            Fitted, with a method `feature_maps`, or a fitted pipeline that ends in it.
        X : array-like
            Samples, as `predict` takes them.
        layer : str or int
            A name of ``layer_names_``, or a number among them.
        sample : int, default=0
            Which of the samples.
        indices : array-like of int, default=None
            Maps to draw, in this order. None draws all.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        n_columns : int, default=None
            Maps of an image side by side. None: about as the axes are shaped.
        labels : bool, default=True
            Whether to write the numbers of the maps.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: from zero, or diverging from zero if some values are
            negative.
        colorbar : bool, default=True
            Whether to draw the scale of the values.
        image_kw : dict, default=None
            Keywords for the maps.
        text_kw : dict, default=None
            Keywords for the numbers.

        Returns
        -------
        display : FeatureMapsDisplay
            The maps, drawn.
        """
        net, X = last_of(estimator, row_of(X, sample), "feature_maps", "from_maps")
        maps = net.feature_maps(X, layer)[0]
        return cls.from_maps(
            maps,
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
    def from_maps(
        cls,
        maps: ArrayLike,
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
        """Draw maps that are there already.

        Parameters
        ----------
        maps : array-like of shape (height, width, n_maps) or (n_steps, n_maps)
            Of one sample, of an image or of a signal.
        indices : array-like of int, default=None
            Maps to draw, in this order. None draws all.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        n_columns : int, default=None
            Maps of an image side by side. None: about as the axes are shaped.
        labels : bool, default=True
            Whether to write the numbers of the maps.
        cmap : str or matplotlib Colormap, default=None
            Colours. None: from zero, or diverging from zero if some values are
            negative.
        colorbar : bool, default=True
            Whether to draw the scale of the values.
        image_kw : dict, default=None
            Keywords for the maps.
        text_kw : dict, default=None
            Keywords for the numbers.

        Returns
        -------
        display : FeatureMapsDisplay
            The maps, drawn.
        """
        return cls(maps, indices=indices).plot(
            ax,
            n_columns=n_columns,
            labels=labels,
            cmap=cmap,
            colorbar=colorbar,
            image_kw=image_kw,
            text_kw=text_kw,
        )


def _checked(maps):
    maps = finite(maps, "maps")
    if maps.ndim not in (2, 3):
        raise ValueError(
            "maps must be those of one sample, (height, width, n_maps) or (n_steps, "
            f"n_maps), got the shape {maps.shape}: choose a sample, and a layer that "
            "has maps."
        )
    return maps
