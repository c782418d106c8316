"""Pairs of points: dissimilarity, distance in the embedding, disparity."""

from functools import cached_property

import numpy as np
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.random import sample_without_replacement
from sklearn.utils.validation import check_is_fitted

from ._fitted import last_step

__all__ = ["EmbeddedPairs", "pairs_of_arrays", "pairs_of_estimator"]

# What estimators call the dissimilarities, and the points from which they are measured
# where these are not all points.
ATTRIBUTES = (
    ("pivot_dissimilarities_", "pivot_indices_"),
    ("landmark_dissimilarities_", "landmark_indices_"),
    ("dissimilarity_matrix_", None),
    ("dist_matrix_", "landmark_indices_"),
)


class EmbeddedPairs:
    """The pairs of points with a known dissimilarity, each once.

    Parameters
    ----------
    dissimilarities : ndarray of shape (n_sources, n)
        From some or all points to all points; NaN where missing.
    embedding : ndarray of shape (n, n_components)
    sources : ndarray of shape (n_sources,), optional
        The points to which the rows belong; by default all points, in their order.
    weights : ndarray of shape (n_sources, n), optional
        Zero where the dissimilarity does not count.
    disparity_curve : ndarray of shape (m, 2), optional
        Dissimilarity and disparity, ascending; by default the disparity is the
        dissimilarity.
    stress : float, optional
        As the estimator reports it; by default computed.
    shares : ndarray of shape (n,), optional
        Share of each point in the raw stress, likewise.
    """

    def __init__(
        self,
        dissimilarities,
        embedding,
        *,
        sources=None,
        weights=None,
        disparity_curve=None,
        stress=None,
        shares=None,
    ):
        self.dissimilarities = dissimilarities
        self.embedding = embedding
        self.sources = np.arange(len(embedding)) if sources is None else sources
        self.weights = weights
        self.disparity_curve = disparity_curve
        self._stress, self._shares = stress, shares
        # The place of each point among the sources, which come before all others.
        self._rank = np.full(len(embedding), len(self.sources))
        self._rank[self.sources] = np.arange(len(self.sources))

    def known(self, row):
        """The points that make a pair with the row's source not made by a row above."""
        is_known = (self._rank > row) & ~np.isnan(self.dissimilarities[row])
        if self.weights is not None:
            is_known &= self.weights[row] > 0
        return np.flatnonzero(is_known)

    def measure(self, row, points):
        """Dissimilarities and distances between the row's source and some points."""
        differences = self.embedding[points] - self.embedding[self.sources[row]]
        distances = np.sqrt(np.square(differences, dtype=np.float64).sum(axis=1))
        return self.dissimilarities[row, points].astype(np.float64), distances

    def disparities(self, dissimilarities):
        """What the distances should be; none where the dissimilarity is zero."""
        if self.disparity_curve is None:
            return dissimilarities
        x, y = np.transpose(self.disparity_curve)
        if not len(x) or x[0] > 0:  # as non-metric scaling has it
            x, y = np.append(0, x), np.append(0, y)
        return np.interp(dissimilarities, x, y)

    @cached_property
    def sums(self):
        """(scale-free Stress-1, raw stress of each point, pairs of each row)."""
        stresses = np.zeros(len(self.embedding))
        squares = np.zeros(3)
        counts = np.zeros(len(self.sources), dtype=np.int64)
        for row, source in enumerate(self.sources):
            points = self.known(row)
            counts[row] = len(points)
            dissimilarities, d = self.measure(row, points)
            d_hat = self.disparities(dissimilarities)
            w = 1.0 if self.weights is None else self.weights[row, points]
            residuals = w * (d_hat - d) ** 2
            stresses[points] += residuals
            stresses[source] += residuals.sum()
            squares += [(w * a).sum() for a in (d_hat * d, d_hat * d_hat, d * d)]
        product = squares[1] * squares[2]
        # sqrt(1 - (sum w d_hat d)^2 / (sum w d_hat^2 sum w d^2))
        unexplained = 1 - squares[0] ** 2 / product if product > 0 else squares[1] > 0
        return np.sqrt(max(unexplained, 0.0)), stresses, counts

    @property
    def stress(self):
        """Stress-1 after the best scaling of the embedding."""
        return float(self.sums[0] if self._stress is None else self._stress)

    @property
    def shares(self):
        """Share of each point in the raw stress; zero where there is no stress."""
        if self._shares is not None:
            return self._shares
        stresses = self.sums[1]
        return stresses / (stresses.sum() or 1)

    @property
    def n_pairs(self):
        return int(self.sums[2].sum())

    def sample(self, max_pairs, random_state):
        """Dissimilarities and distances of all pairs, or of a random sample of them."""
        ends = np.cumsum(self.sums[2])
        if max_pairs is None or self.n_pairs <= max_pairs:
            chosen = [slice(None)] * len(ends)
        else:
            numbers = np.sort(
                sample_without_replacement(
                    self.n_pairs, max_pairs, random_state=random_state
                )
            )
            rows = np.searchsorted(ends, numbers, side="right")
            starts = ends - self.sums[2]
            chosen = [
                numbers[slice(*np.searchsorted(rows, [row, row + 1]))] - starts[row]
                for row in range(len(ends))
            ]
        measured = [self.measure(r, self.known(r)[chosen[r]]) for r in range(len(ends))]
        return tuple(np.concatenate(arrays) for arrays in zip(*measured, strict=True))


def pairs_of_estimator(estimator):
    """Pairs of a fitted embedding that keeps its dissimilarities.

    Raises
    ------
    ValueError
        If it does not keep them.
    """
    estimator = last_step(estimator)
    check_is_fitted(estimator)
    for name, sources_name in ATTRIBUTES:
        if not hasattr(estimator, name):
            continue
        dissimilarities = getattr(estimator, name)
        sources = getattr(estimator, sources_name or "", None)
        if name == "pivot_dissimilarities_":
            dissimilarities = dissimilarities.T
        return EmbeddedPairs(
            dissimilarities,
            np.asarray(estimator.embedding_),
            sources=sources,
            weights=getattr(estimator, "weights_", None),
            disparity_curve=getattr(estimator, "disparity_curve_", None),
            stress=getattr(estimator, "scale_free_stress_", None),
            shares=getattr(estimator, "stress_per_point_", None),
        )
    raise ValueError(
        f"This {type(estimator).__name__} does not keep dissimilarities: none of "
        f"{', '.join(name for name, _ in ATTRIBUTES)} is there. Use "
        "from_dissimilarities and give them."
    )


def pairs_of_arrays(dissimilarities, embedding, *, weights=None, disparity_curve=None):
    """Pairs of a square matrix, the arrays checked.

    Raises
    ------
    ValueError
        If the shapes do not belong together.
    """
    dissimilarities = check_array(
        dissimilarities, ensure_all_finite="allow-nan", dtype=[np.float64, np.float32]
    )
    embedding = check_array(embedding, dtype=[np.float64, np.float32])
    check_consistent_length(dissimilarities, embedding)
    if dissimilarities.shape[0] != dissimilarities.shape[1]:
        raise ValueError(
            "Dissimilarities: array must be 2-dimensional and square. shape = "
            f"{dissimilarities.shape}."
        )
    if weights is not None:
        weights = check_array(weights, dtype=[np.float64, np.float32])
        if weights.shape != dissimilarities.shape:
            raise ValueError(
                f"weights must have the shape of the dissimilarities, "
                f"{dissimilarities.shape}, got {weights.shape}."
            )
    if disparity_curve is not None:
        disparity_curve = check_array(disparity_curve, dtype=np.float64)
        if disparity_curve.shape[1] != 2 or (np.diff(disparity_curve[:, 0]) < 0).any():
            raise ValueError(
                "disparity_curve must have two columns, dissimilarity and disparity, "
                f"and ascend, got the shape {disparity_curve.shape}."
            )
    return EmbeddedPairs(
        dissimilarities, embedding, weights=weights, disparity_curve=disparity_curve
    )
