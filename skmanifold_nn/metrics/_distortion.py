"""What an embedding does to small patches: stretches, shears, folds."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import issparse

from ._distances import check_integer, check_pair

__all__ = ["LocalDistortion", "local_distortion"]

# Patches of about this many bytes are decomposed at a time.
PATCH_BYTES = 2**24
# Of the longest axis of a patch: shorter ones have no direction.
FLAT = 1e-10


@dataclass(frozen=True, eq=False)
class LocalDistortion:
    """The linear maps from patches of the data to those of the embedding.

    Returned by `local_distortion`.

    Parameters
    ----------
    singular_values : ndarray of shape (n_samples, n_components)
        Descending; NaN where neighbours span fewer directions than the embedding has.

    Attributes
    ----------
    stretch : ndarray of shape (n_samples,)
        Geometric mean of the singular values: how much longer a length becomes.
    shear : ndarray of shape (n_samples,)
        Largest over smallest: 1 where a patch keeps its angles, infinite where it is
        flattened.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.metrics import local_distortion
    >>> X = np.random.default_rng(1).random((100, 2))
    >>> result = local_distortion(X, X * [2, 1])
    >>> print(f"{result.stretch.mean():.3f} {result.shear.mean():.3f}")
    1.414 2.000
    """

    singular_values: np.ndarray

    @property
    def stretch(self):
        with np.errstate(divide="ignore"):
            return np.exp(np.log(self.singular_values).mean(axis=1))

    @property
    def shear(self):
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.singular_values[:, 0] / self.singular_values[:, -1]


def local_distortion(X, X_embedded, *, n_neighbors=10, n_jobs=None):
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

    Returns
    -------
    result : LocalDistortion

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
    rows = np.arange(n)
    patches = np.column_stack((rows, given.neighbors(n_neighbors, rows)))
    values = np.empty((n, n_components))
    step = max(1, PATCH_BYTES // (8 * patches.shape[1] * n_features))
    for start in range(0, n, step):
        part = patches[start : start + step]
        values[start : start + step] = _stretches(given.X[part], placed.X[part])
    return LocalDistortion(values)


def _stretches(patches, places):
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
