"""An embedding: its points by class or value, images of some, edges between them."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from ._drawing import axes_of, closes_on_error, draw_scale
from ._edges import draw_edges, graph_of_estimator, pairs_of_graph, thinned
from ._fitted import last_step
from ._labels import labels_of
from ._points import colours_of, draw_legend, draw_points, label_axes, places_of
from ._thumbnails import checked_images, draw_thumbnails

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PatchCollection, PathCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.legend import Legend

__all__ = ["EmbeddingDisplay"]

Kind = Literal["auto", "class", "value"]


class EmbeddingDisplay:
    """An embedding: its points by class or by value, with images and edges.

    Points are drawn in the order of the rows; shuffle rows that are sorted by class,
    or the last class covers the others. Up to eight classes have Okabe and Ito's
    colours [1]_, up to ten Petroff's [2]_, both told apart with any colour vision; more
    have these ten again with other markers. So it is in all Displays; but a class of
    pandas' categories, which are in their own order here, may have another colour in
    :class:`DecisionRegionsDisplay`, which has the order of the classifier's
    ``classes_``.

    Make it by `from_estimator` or `from_embedding`; all parameters are kept as
    attributes.

    Parameters
    ----------
    embedding : array-like of shape (n_samples, n_components) or (n_samples,)
        Coordinates.
    y : array-like of shape (n_samples,), default=None
        Class or value of each point. None, NaN and masked ones are not known: grey
        points. The name of a pandas Series, or of the one column of a data frame,
        stands at the legend or the colour bar.
    images : array-like of shape (n_samples, height, width) or \
            (n_samples, height, width, n_channels), default=None
        Images of the points, grey, or of 3 or 4 channels in colour: floats from 0 to 1
        or integers from 0 to 255. As many are drawn as do not overlap. Pixels that
        are NaN are left out, of grey ones.
    graph : {array-like, sparse matrix, sparse array} of shape \
            (n_samples, n_samples), default=None
        Its edges are drawn: all entries that a sparse graph stores, all of a dense one
        but zero and infinity, whatever their direction.
    kind : {'auto', 'class', 'value'}, default='auto'
        What y is. 'auto': pandas' categories are classes. Otherwise numbers with
        fractions are values; strings, booleans and whole numbers are classes, as
        :func:`sklearn.utils.multiclass.type_of_target` has it; but whole numbers of
        more than 20 points, more than half of them distinct, are values.
    dimensions : int or sequence of int, default=None
        Columns to draw, one, two or three of them. None draws the first two, or the
        only one. One column is drawn against the classes or values, or without any
        against the points' numbers.
    name : str, default=None
        Title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the embedding; 3-D axes of three dimensions.
    figure_ : matplotlib Figure
        That contains the axes.
    scatters_ : list of matplotlib PathCollection
        The points with a class or value, or all points: one collection for each kind of
        marker, which is one unless there are more than ten classes.
    missing_ : matplotlib PathCollection or None
        The points whose class or value is not known.
    classes_ : ndarray of shape (n_classes,) or None
        Classes, ascending, or in the order of pandas' categories; None of values.
    edges_ : matplotlib LineCollection or None
        The edges.
    images_ : list of matplotlib AxesImage
        The thumbnails.
    image_indices_ : ndarray of shape (n_images,)
        The points to which they belong.
    frames_ : matplotlib PatchCollection or None
        Frames of the thumbnails, in the colours of the points.
    legend_ : matplotlib Legend or None
        The classes, up to sixty.
    colorbar_ : matplotlib Colorbar or None
        The scale of the values; None of points in colours of the user's own.

    See Also
    --------
    ScreeDisplay : How many dimensions it takes.
    ShepardDisplay : Distances in the embedding against the dissimilarities given.
    StressPerPointDisplay : Which points fit badly.

    References
    ----------
    .. [1] Okabe and Ito, "Color universal design: how to make figures and presentations
       that are friendly to colorblind people" (2008).
    .. [2] Petroff, "Accessible color sequences for data visualization",
       arXiv:2107.02270 (2021).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.manifold import Isomap
    >>> from skmanifold_nn.plotting import EmbeddingDisplay
    >>> digits = load_digits(n_class=6)
    >>> isomap = Isomap(n_neighbors=30).fit(digits.data)
    >>> display = EmbeddingDisplay.from_estimator(
    ...     isomap, y=digits.target, images=digits.images
    ... )
    >>> display.classes_
    array([0, 1, 2, 3, 4, 5])
    >>> display.figure_.savefig("digits.png")  # doctest: +SKIP
    """

    ax_: Axes
    figure_: Figure
    scatters_: list[PathCollection]
    missing_: PathCollection | None
    classes_: NDArray[Any] | None
    edges_: LineCollection | None
    images_: list[AxesImage]
    image_indices_: NDArray[np.integer]
    frames_: PatchCollection | None
    legend_: Legend | None
    colorbar_: Colorbar | None

    def __init__(
        self,
        embedding: ArrayLike,
        *,
        y: ArrayLike | None = None,
        images: ArrayLike | None = None,
        graph: Any = None,
        kind: Kind = "auto",
        dimensions: int | tuple[int, ...] | None = None,
        name: str | None = None,
    ) -> None:
        self.embedding = embedding
        self.y = y
        self.images = images
        self.graph = graph
        self.kind = kind
        self.dimensions = dimensions
        self.name = name

    @closes_on_error
    def plot(
        self,
        ax: Axes | None = None,
        *,
        max_images: int | None = None,
        image_size: float = 0.07,
        max_edges: int | None = 50_000,
        cmap: str | Colormap = "viridis",
        legend: bool = True,
        colorbar: bool = True,
        scatter_kw: dict[str, Any] | None = None,
        edge_kw: dict[str, Any] | None = None,
        image_kw: dict[str, Any] | None = None,
        legend_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the embedding.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on, 3-D ones for three dimensions; None makes a new figure.
        max_images : int, default=None
            Draw at most so many images. None: as many as do not overlap.
        image_size : float, default=0.07
            Longer side of the images, as a part of the axes' side.
        max_edges : int, default=50_000
            Of more edges, so many are drawn, evenly taken from all; the legend says so.
            None draws all.
        cmap : str or matplotlib Colormap, default='viridis'
            Colours of values.
        legend : bool, default=True
            Whether to name the classes. In a figure with a layout engine, as new ones
            have, the legend stands beside the axes; otherwise within, in the corner
            with the fewest points.
        colorbar : bool, default=True
            Whether to draw the scale of the values.
        scatter_kw : dict, default=None
            Keywords for the points, see :meth:`matplotlib.axes.Axes.scatter`.
        edge_kw : dict, default=None
            Keywords for the edges, see :class:`matplotlib.collections.LineCollection`.
        image_kw : dict, default=None
            Keywords for the images, see :class:`matplotlib.image.AxesImage`;
            ``{"cmap": "gray_r"}`` draws them as ink on paper.
        legend_kw : dict, default=None
            Keywords for the legend, see :meth:`matplotlib.axes.Axes.legend`.

        Returns
        -------
        display : EmbeddingDisplay
            Itself.

        Raises
        ------
        ValueError
            If the arrays do not belong together, or the axes not to the dimensions.
        """
        columns, places, labels, pairs, images = self._parts()
        _check_numbers(max_images, max_edges, image_size)
        ax = _axes(ax, len(columns), f"{type(self).__name__}.plot")

        n_samples = len(places)
        colours = colours_of(labels, n_samples, cmap)
        self.scatters_, self.missing_ = draw_points(
            ax, places, labels, scatter_kw, cmap=cmap
        )
        label_axes(ax, columns, labels)
        self.classes_ = None if labels is None else labels.classes
        self.colorbar_ = None
        if colorbar and labels is not None and labels.classes is None:
            self.colorbar_ = _draw_colorbar(ax, self.scatters_, labels.name)
        self.edges_, n_edges = None, (0, 0)
        if pairs is not None:
            drawn = thinned(pairs, max_edges)
            self.edges_ = draw_edges(
                ax, places, drawn, None if labels is None else colours, edge_kw
            )
            n_edges = len(drawn), len(pairs)
        self.image_indices_ = np.empty(0, dtype=np.intp)
        self.images_: list[AxesImage] = []
        self.frames_ = None
        if images is not None:
            self.image_indices_, self.images_, self.frames_ = draw_thumbnails(
                ax,
                images,
                places,
                colours,
                max_images=max_images,
                image_size=image_size,
                image_kw=image_kw,
            )
        self.legend_ = None
        if legend:
            self.legend_ = draw_legend(
                ax,
                places,
                None if len(columns) == 1 else labels,  # bands have their names
                scatter_kw,
                legend_kw,
                n_edges=n_edges,
                beside=self.colorbar_ is None,
            )
        if self.name is not None:
            ax.set_title(self.name)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _parts(self) -> tuple[list[int], NDArray, Any, Any, Any]:
        """What is to be drawn, once it is known to belong together."""
        embedding = _checked(self.embedding)
        n_samples = len(embedding)
        columns = _columns(self.dimensions, embedding.shape[1])
        labels = pairs = images = None
        if self.y is not None:
            labels = labels_of(self.y, n_samples, self.kind)
        if self.graph is not None:
            pairs = pairs_of_graph(self.graph, n_samples)
        if self.images is not None:
            images = checked_images(self.images, n_samples, columns)
        return columns, places_of(embedding[:, columns], labels), labels, pairs, images

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike | None = None,
        *,
        y: ArrayLike | None = None,
        images: ArrayLike | None = None,
        edges: Any = False,
        kind: Kind = "auto",
        dimensions: int | tuple[int, ...] | None = None,
        name: str | None = None,
        ax: Axes | None = None,
        **plot_kw: Any,
    ) -> Self:
        """Draw what a fitted embedding has made of its training rows, or makes of X.

        Parameters
        ----------
        estimator : estimator
            Fitted, or a fitted pipeline that ends in it, or a search among such.
        X : array-like, default=None
            Rows to place by ``estimator.transform``, for estimators without
            ``embedding_``, as :class:`sklearn.decomposition.PCA`, and for new rows.
            None draws ``embedding_``.
        y : array-like of shape (n_samples,), default=None
            Class or value of each point. None and NaN are not known.
        images : array-like of shape (n_samples, height, width[, n_channels]), \
                default=None
            Images of the points, of which as many are drawn as do not overlap.
        edges : bool or {array-like, sparse matrix, sparse array} of shape \
                (n_samples, n_samples), default=False
            Whether to draw the edges of the estimator's own neighbourhood graph, or a
            graph.
        kind : {'auto', 'class', 'value'}, default='auto'
            What y is.
        dimensions : int or sequence of int, default=None
            Columns to draw, one, two or three of them. None draws the first two, or the
            only one.
        name : str, default=None
            Title. None is the name of the estimator's class.
        ax : matplotlib Axes, default=None
            Axes to draw on, 3-D ones for three dimensions; None makes a new figure.
        **plot_kw : dict
            As for :meth:`plot`.

        Returns
        -------
        display : EmbeddingDisplay
            The embedding, drawn.

        Raises
        ------
        ValueError
            If there is no embedding or no graph, or if the arrays do not belong
            together.
        """
        last = last_step(estimator)
        graph = None if isinstance(edges, bool | np.bool_) else edges
        if graph is None and edges:
            if X is not None:
                raise ValueError(
                    "edges=True draws the graph of the training rows: leave X out, or "
                    "give the graph of its rows."
                )
            check_is_fitted(last)
            graph = graph_of_estimator(last)
        return cls.from_embedding(
            _embedding_of(estimator, last, X),
            y=y,
            images=images,
            graph=graph,
            kind=kind,
            dimensions=dimensions,
            name=type(last).__name__ if name is None else name,
            ax=ax,
            **plot_kw,
        )

    @classmethod
    def from_embedding(
        cls,
        embedding: ArrayLike,
        *,
        y: ArrayLike | None = None,
        images: ArrayLike | None = None,
        graph: Any = None,
        kind: Kind = "auto",
        dimensions: int | tuple[int, ...] | None = None,
        name: str | None = None,
        ax: Axes | None = None,
        **plot_kw: Any,
    ) -> Self:
        """Draw any coordinates.

        Parameters
        ----------
        embedding : array-like of shape (n_samples, n_components) or (n_samples,)
            Coordinates.
        y : array-like of shape (n_samples,), default=None
            Class or value of each point. None and NaN are not known.
        images : array-like of shape (n_samples, height, width[, n_channels]), \
                default=None
            Images of the points, of which as many are drawn as do not overlap.
        graph : {array-like, sparse matrix, sparse array} of shape \
                (n_samples, n_samples), default=None
            Its edges are drawn.
        kind : {'auto', 'class', 'value'}, default='auto'
            What y is.
        dimensions : int or sequence of int, default=None
            Columns to draw, one, two or three of them. None draws the first two, or the
            only one.
        name : str, default=None
            Title.
        ax : matplotlib Axes, default=None
            Axes to draw on, 3-D ones for three dimensions; None makes a new figure.
        **plot_kw : dict
            As for :meth:`plot`.

        Returns
        -------
        display : EmbeddingDisplay
            The embedding, drawn.

        Raises
        ------
        ValueError
            If the arrays do not belong together.
        """
        display = cls(
            embedding,
            y=y,
            images=images,
            graph=graph,
            kind=kind,
            dimensions=dimensions,
            name=name,
        )
        return display.plot(ax, **plot_kw)


def _checked(embedding: ArrayLike) -> NDArray:
    """Coordinates as columns, all finite."""
    if np.ndim(embedding) == 1:
        embedding = np.reshape(embedding, (-1, 1))
    return check_array(
        embedding, dtype=[np.float64, np.float32], input_name="embedding"
    )


def _columns(dimensions: int | tuple[int, ...] | None, n_components: int) -> list[int]:
    """The columns to draw."""
    if dimensions is None:
        return list(range(min(n_components, 2)))
    columns = np.atleast_1d(dimensions)
    if (
        columns.ndim != 1
        or columns.dtype.kind not in "iu"
        or len(columns) not in (1, 2, 3)
        or len(set(columns.tolist())) < len(columns)
        or not ((columns >= 0) & (columns < n_components)).all()
    ):
        raise ValueError(
            f"dimensions must be one, two or three of the {n_components} columns of "
            f"the embedding, counted from 0, got {dimensions!r}."
        )
    return columns.tolist()


def _check_numbers(
    max_images: int | None, max_edges: int | None, image_size: float
) -> None:
    """Raise where what is drawn at most, or its size, is no such number."""
    for name, most in (("max_images", max_images), ("max_edges", max_edges)):
        if most is not None and not (isinstance(most, Integral) and most >= 0):
            raise ValueError(
                f"{name} must be a whole number of at least 0, or None for all, got "
                f"{most!r}."
            )
    if not 0 < image_size < np.inf:
        raise ValueError(
            f"image_size must be above 0, a part of the axes' side, got {image_size!r}."
        )


def _axes(ax: Axes | None, n_columns: int, caller: str) -> Axes:
    """Axes of two or three dimensions."""
    in_space = n_columns == 3
    is_new = ax is None
    ax = axes_of(ax, caller, projection="3d" if in_space else None, layout="compressed")
    if is_new and in_space:
        ax.computed_zorder = False  # points over edges
    if (ax.name == "3d") != in_space:
        raise ValueError(
            f"{n_columns} dimensions are drawn on {'3-D' if in_space else '2-D'} axes: "
            f"got ax of {ax.name!r} projection. "
            "figure.add_subplot(projection='3d') makes 3-D axes."
        )
    return ax


def _draw_colorbar(ax: Axes, scatters: list, name: str | None) -> Any:
    """The scale of the values; none where no value is known."""
    if not scatters:
        return None
    place: dict[str, Any] = {"pad": 0.1}
    if ax.name != "3d" and ax.figure.get_layout_engine() is not None:
        # As high as the axes, also where their aspect makes them low.
        place = {"bounds": (1.02, 0, 0.04, 1)}
    colorbar = draw_scale(ax, scatters[0], name or "", **place)
    if colorbar is not None:
        colorbar.solids.set_alpha(1)  # a point as it would be alone
    return colorbar


def _embedding_of(estimator: Any, last: Any, X: ArrayLike | None) -> ArrayLike:
    """Places of X, or of the training rows."""
    name = type(last).__name__
    if X is not None:
        if not hasattr(estimator, "transform"):
            raise ValueError(
                f"This {name} places no new rows, it has no transform: leave X out to "
                "draw embedding_."
            )
        return estimator.transform(X)
    check_is_fitted(last)
    if not hasattr(last, "embedding_"):
        raise ValueError(
            f"This {name} keeps no embedding_: give X, the rows to place by transform."
        )
    return last.embedding_
