"""What multidimensional scaling minimises: stress over all pairs, or from pivots."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist
from sklearn.utils import check_array

from ..graph import geodesics
from ._classical_scaling import (
    blocks,
    decompose,
    place_by_landmarks,
    positive_part,
    projection_axes,
)
from ._majorization import Metric, Nonmetric, majorize
from ._stochastic import descend, descend_by_pivots, pivot_weights

__all__ = ["AllPairs", "FromPivots", "Run", "check_weights"]


class Run(NamedTuple):
    """What one start has led to."""

    configuration: np.ndarray  # (n, n_components)
    losses: np.ndarray
    stress: float  # raw
    squares: float  # sum of w e^2 over all pairs

    def reported(self, is_normalized):
        """Raw stress or Stress-1 (Kruskal, 1964, stress formula one)."""
        if not is_normalized:
            return self.stress
        return float(np.sqrt(self.stress / self.squares)) if self.squares > 0 else 0.0


def check_weights(weights, dissimilarities):
    """Weights of all pairs, zero where a dissimilarity is missing.

    Parameters
    ----------
    weights : array-like of shape (n, n) or None
    dissimilarities : ndarray of shape (n, n)
        With NaN for missing ones.

    Returns
    -------
    weights : ndarray of shape (n, n) in the dissimilarities' dtype, or None
        None where all are 1.

    Raises
    ------
    ValueError
        If weights are not symmetric or negative, or if the pairs with a weight leave
        several groups of samples without a link.
    """
    n, dtype = len(dissimilarities), dissimilarities.dtype
    has_missing = bool(np.isnan(dissimilarities.sum(dtype=np.float64)))
    if weights is None and not has_missing:
        return None
    if weights is None:
        weights = 1.0 - np.isnan(dissimilarities).astype(dtype)
    else:
        weights = check_array(weights, dtype=dtype, order="C", input_name="weights")
        if weights.shape != (n, n):
            raise ValueError(
                f"weights must have the shape of the dissimilarities, {(n, n)}, got "
                f"{weights.shape}."
            )
        if weights.min() < 0:
            raise ValueError(
                f"weights must not be negative, got {weights.min():g}. Zero leaves a "
                "pair out."
            )
        differences = np.abs(weights - weights.T)
        differences[(weights > 0) != (weights.T > 0)] = np.inf
        if differences.max() > 1e-6 * weights.max():
            i, j = np.unravel_index(differences.argmax(), (n, n))
            raise ValueError(
                f"weights must be symmetric, but [{i}, {j}] = {weights[i, j]:g} and "
                f"[{j}, {i}] = {weights[j, i]:g}. Use (W + W.T) / 2."
            )
        if has_missing:
            weights = np.where(np.isnan(dissimilarities), dtype.type(0), weights)
    _refuse_groups(weights)
    return weights


def _refuse_groups(weights):
    labels = _groups(weights > 0)
    n_groups = labels.max() + 1
    if n_groups > 1:
        first, second = (int((labels == label).argmax()) for label in (0, 1))
        raise ValueError(
            f"The dissimilarities that are known leave {n_groups} groups of samples "
            f"without a link: samples {first} and {second}, for example, are in "
            "different ones. Give some pair between them a value and a positive "
            "weight, or scale every group by itself."
        )


def _groups(is_linked):
    """Connected component of each sample, in the memory of the booleans."""
    labels = np.full(len(is_linked), -1)
    while labels.min() < 0:
        group, reached = labels.max() + 1, [labels.argmin()]
        while len(reached):
            labels[reached] = group
            reached = np.flatnonzero(is_linked[reached].any(axis=0) & (labels < 0))
    return labels


def _graph_of(is_edge, values):
    """Values, zeros too, where there is an edge: without lists of int64 pairs."""
    n = len(values)
    columns = np.broadcast_to(np.arange(n, dtype=np.int32), (n, n))[is_edge]
    starts = np.append(0, np.cumsum(np.count_nonzero(is_edge, axis=1)))
    return csr_array((values[is_edge], columns, starts), shape=(n, n))


class AllPairs:
    """Stress over all pairs of a matrix of dissimilarities.

    Parameters
    ----------
    weights : ndarray of shape (n, n) or None
        From `check_weights`.
    dissimilarities : ndarray of shape (n, n)
    mds : MDS
        Its parameters.
    n_components : int
    """

    def __init__(self, weights, dissimilarities, mds, n_components):
        self.dissimilarities = dissimilarities
        self.weights = weights
        self.mds = mds
        self.n_samples, self.n_components = len(dissimilarities), n_components
        if mds.metric_mds:
            self.passes = Metric(dissimilarities, weights, n_components, mds.n_jobs)
        else:
            self.passes = Nonmetric(
                dissimilarities, weights, n_components, mds.n_jobs, ties=mds.ties
            )

    def classical_start(self):
        """Classical scaling; shortest paths over known pairs replace missing ones."""
        D = self.dissimilarities
        if self.weights is not None and not self.weights.all():
            D = geodesics(_graph_of(self.weights > 0, D), n_jobs=self.mds.n_jobs)
        _, values, vectors = decompose(D, self.n_components, n_jobs=self.mds.n_jobs)
        scales = np.sqrt(positive_part(values, D.dtype)).astype(D.dtype)
        return _padded(vectors * scales, self.n_components)

    def lower(self, start, random_state, on_iteration):
        """Run the solver from a start."""
        mds = self.mds
        if mds.solver == "smacof":
            start = np.array(start.T, dtype=self.dissimilarities.dtype, order="C")
            places, losses = majorize(
                self.passes,
                start,
                max_iter=mds.max_iter,
                eps=mds.eps,
                acceleration=mds.acceleration,
                on_iteration=on_iteration,
            )
            return np.ascontiguousarray(places.T), losses
        places, losses, _ = descend(
            self.dissimilarities,
            self.weights,
            start,
            max_iter=mds.max_iter,
            eps=mds.eps,
            random_state=random_state,
            n_jobs=mds.n_jobs,
            on_pass=on_iteration,
        )
        return places - places.mean(axis=0), losses

    def measure(self, configuration):
        """Raw stress of a configuration, and its sum of w e^2."""
        return self.passes.measure(configuration.T)

    def attributes(self, run):
        """Fitted attributes that describe the best run."""
        places = run.configuration.T
        self.passes.measure(places)  # its disparities
        found = {"dissimilarity_matrix_": self.dissimilarities}
        if self.weights is not None:
            found["weights_"] = self.weights
        if not self.mds.metric_mds:
            found["disparity_curve_"] = self.passes.regression.curve()
        found["stress_per_point_"] = _shares(self.passes.point_stresses(places))
        found["scale_free_stress_"] = _scale_free(
            run.stress, run.squares, self.passes.squared_disparities()
        )
        return found


class FromPivots:
    """Stress over all pairs, estimated from the dissimilarities to some rows.

    Parameters
    ----------
    indices : ndarray of shape (n_pivots,)
    dissimilarities : ndarray of shape (n, n_pivots)
    mds : MDS
        Its parameters.
    n_components : int
    """

    def __init__(self, indices, dissimilarities, mds, n_components):
        self.indices = indices
        self.dissimilarities = dissimilarities
        self.mds = mds
        self.n_samples, self.n_components = len(dissimilarities), n_components
        self.weights = pivot_weights(dissimilarities)

    def classical_start(self):
        """Classical scaling of the pivots, against which the other rows are placed."""
        among = np.ascontiguousarray(self.dissimilarities[self.indices])
        kernel, values, vectors = decompose(
            among, self.n_components, n_jobs=self.mds.n_jobs
        )
        axes = projection_axes(positive_part(values, among.dtype), vectors)
        places, _ = place_by_landmarks(
            self.dissimilarities.T, kernel.row_means, kernel.grand_mean, axes
        )
        return _padded(places, self.n_components)

    def lower(self, start, random_state, on_iteration):
        """Run the solver from a start."""
        places, losses, _ = descend_by_pivots(
            self.dissimilarities,
            self.indices,
            start,
            max_iter=self.mds.max_iter,
            eps=self.mds.eps,
            random_state=random_state,
            n_jobs=self.mds.n_jobs,
            on_pass=on_iteration,
        )
        return places - places.mean(axis=0), losses

    def measure(self, configuration):
        """Raw stress of a configuration, and its sum of e^2, estimated."""
        stresses, squares, _ = self._sums(configuration)
        return float(stresses.sum()) / 2, squares / 2

    def attributes(self, run):
        """Fitted attributes that describe the best run."""
        stresses, squares, squared = self._sums(run.configuration)
        return {
            "pivot_indices_": self.indices,
            "pivot_dissimilarities_": self.dissimilarities,
            "stress_per_point_": _shares(stresses),
            "scale_free_stress_": _scale_free(stresses.sum(), squares, squared),
        }

    def _sums(self, configuration):
        """Stress of every row, and sums of w e^2 and w delta^2 over rows and pivots."""
        pivots = configuration[self.indices].astype(np.float64)
        stresses, squares, squared = np.empty(len(configuration)), 0.0, 0.0
        for rows in blocks(*self.dissimilarities.shape):
            given = self.dissimilarities[rows].astype(np.float64)
            e = cdist(configuration[rows].astype(np.float64), pivots)
            stresses[rows] = np.square(given - e) @ self.weights
            squares += (np.square(e) @ self.weights).sum()
            squared += (np.square(given) @ self.weights).sum()
        return stresses, float(squares), float(squared)


def _padded(configuration, n_components):
    """With columns of zeros, where there are fewer points than components."""
    missing = n_components - configuration.shape[1]
    return np.pad(configuration, ((0, 0), (0, missing)))


def _shares(stresses):
    total = stresses.sum()
    return stresses / total if total > 0 else np.zeros_like(stresses)


def _scale_free(stress, squares, squared_disparities):
    """Stress-1 after the best scaling of the configuration.

    sqrt(1 - (sum w dhat e)^2 / (sum w dhat^2 sum w e^2)), where the stress is
    sum w dhat^2 + sum w e^2 - 2 sum w dhat e, by factors that neither cancel where it
    is small nor overflow: with a^2 = sum w e^2 and b^2 = sum w dhat^2,
    sqrt((stress - (a - b)^2) ((a + b)^2 - stress)) / (2 a b).
    """
    a, b = float(np.sqrt(squares)), float(np.sqrt(squared_disparities))
    if a == 0 or b == 0:
        return float(b > 0)  # nothing of the disparities is there
    below, above = stress - (a - b) ** 2, (a + b) ** 2 - stress
    factors = np.sqrt([max(below, 0.0), max(above, 0.0)]) / [a, b]
    return float(min(factors.prod() / 2, 1.0))
