"""What an embedding does to small patches: stretches, shears, folds."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse

from .._typing import RandomState
from ._anchors import SampledMeasure, choose_anchors, split_anchors
from ._distances import check_integer, check_pair

__all__ = ["LocalDistortion", "local_distortion"]

# Patches of about this many bytes are decomposed at a time.
PATCH_BYTES = 2**24
# Of the longest axis of a patch: shorter ones have no direction.
FLAT = 1e-10


@dataclass(frozen=True, eq=False)
class LocalDistortion(SampledMeasure):
    """The linear maps from patches of the data to those of the embedding.

    Returned by `local_distortion`. `standard_error` gives the error of the two
    summaries, `median_shear` and `stretch_spread`, that comes from a sample of anchors.

    Parameters
    ----------
    singular_values : ndarray of shape (n_anchors, n_components)
        Descending; NaN where neighbours span fewer directions than the embedding has.
    anchors : ndarray of shape (n_anchors,), optional
        Rows whose patches these are, by default all.
    n_samples : int, optional
        Number of all rows, by default that of the anchors.
    left_out : tuple of LocalDistortion
        The same without each of some random groups of anchors, from which the errors
        follow; empty where all rows are anchors.

    Attributes
    ----------
    n_anchors : int
        Number of patches.
    stretch : ndarray of shape (n_anchors,)
        Geometric mean of the singular values: how much longer a length becomes.
    shear : ndarray of shape (n_anchors,)
        Largest over smallest: 1 where a patch keeps its angles, infinite where it is
        flattened.
    median_shear : float
        1 where most patches keep their angles; NaN if no patch has directions.
    stretch_spread : float
        Upper over lower quartile of `stretch`: 1 where most patches are magnified
        alike, infinite where a quarter and more are flattened.

    References
    ----------
    .. [1] Tissot, "Memoire sur la representation des surfaces et les projections des
       cartes geographiques" (1881): the ellipse into which a map turns a small circle.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.metrics import local_distortion
    >>> X = np.random.default_rng(1).random((100, 2))
    >>> result = local_distortion(X, X * [2, 1])
    >>> print(f"{result.stretch.mean():.3f} {result.shear.mean():.3f}")
    1.414 2.000
    """

    singular_values: NDArray[np.float64]
    anchors: NDArray[np.int32] | None = None
    n_samples: int | None = None
    left_out: tuple["LocalDistortion", ...] = field(default=(), repr=False)

    @property
    def n_anchors(self) -> int:
        return len(self.singular_values)

    @property
    def stretch(self) -> NDArray[np.float64]:
        with np.errstate(divide="ignore"):
            return np.exp(np.log(self.singular_values).mean(axis=1))

    @property
    def shear(self) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = self.singular_values
            shear = values[:, 0] / values[:, -1]
        return np.where(values[:, 0] == 0, np.inf, shear)  # flattened to a point

    @property
    def median_shear(self) -> float:
        return float(_quartiles(self.shear)[1])

    @property
    def stretch_spread(self) -> float:
        lower, _, upper = _quartiles(self.stretch)
        return float(upper / lower) if lower != 0 else np.inf


def _quartiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of those that are numbers."""
    values = values[~np.isnan(values)]
    if not len(values):
        return np.full(3, np.nan)
    # Without interpolation, which between a number and infinity has no value.
    return np.quantile(values, [0.25, 0.5, 0.75], method="inverted_cdf")


def local_distortion(
    X: ArrayLike,
    X_embedded: ArrayLike,
    *,
    n_neighbors: int = 10,
    n_jobs: int | None = None,
    n_anchors: int | None = None,
    random_state: RandomState = None,
) -> LocalDistortion:
    """Singular values of the map from each neighbourhood to its place.

    The nearest rows of each row of X are projected on as many principal axes as the
    embedding has columns; the map that takes them to their embedded places, but for a
    shift, is found by least squares.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The data, with at least as many features as the embedding has columns.
    X_embedded : array-like of shape (n_samples, n_components)
        The embedding.
    n_neighbors : int, default=10
        At least n_components.
    n_jobs : int, optional
        For the search of neighbours.
    n_anchors : int, optional
        Look at the patches of a sample of so many points only.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.

    Returns
    -------
    result : LocalDistortion
        Singular values, stretch and shear of every patch, and summaries; with
        `n_anchors` the standard error of these.

    Raises
    ------
    ValueError
        If X has fewer columns than the embedding, or if `n_neighbors` cannot span it.
    TypeError
        If a matrix is sparse.

    References
    ----------
    .. [1] Zhang and Zha, "Principal manifolds and nonlinear dimensionality reduction
       via tangent space alignment", SIAM J. Sci. Comput. 26 (2004): local coordinates.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.metrics import local_distortion
    >>> X = np.random.default_rng(1).random((100, 2))
    >>> result = local_distortion(X, X * [3, 1])
    >>> result.singular_values[0].round(3)
    array([3., 1.])
    """
    given, placed = check_pair(X, X_embedded, "euclidean", n_jobs)
    if issparse(given.X) or issparse(placed.X):
        raise TypeError(
            "local_distortion takes dense rows, got a sparse matrix. Use X.toarray()."
        )
    n, n_components = placed.X.shape
    n_features = given.X.shape[1]
    if n_features < n_components:
        raise ValueError(
            "X must have as many columns as X_embedded or more, got "
            f"{n_features} and {n_components}. Exchange the two for the inverse map."
        )
    check_integer(
        n_neighbors,
        "n_neighbors",
        n_components,
        n - 1,
        "Neighbors must span the embedding.",
    )
    anchors = choose_anchors(n, n_anchors, random_state)
    patches = np.column_stack((anchors, given.neighbors(n_neighbors, anchors)))
    values = np.empty((len(anchors), n_components))
    step = max(1, PATCH_BYTES // (8 * patches.shape[1] * n_features))
    for start in range(0, len(anchors), step):
        part = patches[start : start + step]
        values[start : start + step] = _stretches(given.X[part], placed.X[part])
    left_out = [
        LocalDistortion(np.delete(values, group, axis=0))
        for group in split_anchors(anchors, n)
        if len(anchors) < n
    ]
    return LocalDistortion(values, anchors, n, tuple(left_out))


def _stretches(patches: NDArray, places: NDArray) -> NDArray[np.float64]:
    """Singular values of the maps T with (patch axes) T = places, by least squares."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    places = places - places.mean(axis=1, keepdims=True)
    d = places.shape[2]
    left, lengths, _ = np.linalg.svd(patches, full_matrices=False)
    lengths = lengths[:, :d]
    is_flat = lengths[:, -1] <= FLAT * lengths[:, 0]
    lengths[is_flat] = 1
    maps = left[:, :, :d].transpose(0, 2, 1) @ places / lengths[:, :, None]
    values = np.linalg.svd(maps, compute_uv=False)
    values[is_flat] = np.nan
    return values
