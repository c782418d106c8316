"""Scaling by majorising a complicated function: SMACOF's passes and its loop.

Stress is sigma(X) = sum_{i<j} w_ij (dhat_ij - e_ij)^2 with e_ij = |x_i - x_j| and
disparities dhat: the dissimilarities themselves, or their best monotone function. Every
pass over the pairs gives the stress of a configuration and its Guttman transform,
V^+ B(X) X, at which the stress is not larger [1]_. Configurations are (n_components, n)
here, one coordinate after the other.

References
----------
.. [1] J. de Leeuw, "Applications of convex analysis to multidimensional scaling", in
   Recent Developments in Statistics, 1977.
.. [2] I. Borg, P. Groenen, "Modern Multidimensional Scaling", 2005, chapters 8 and 9.
.. [3] Y. Nesterov, "A method for solving the convex programming problem with
   convergence rate O(1/k^2)", Soviet Mathematics Doklady 27, 1983.
"""

from math import sqrt
from time import perf_counter
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from .._kernels._majorization import N_PARTS, guttman, point_stresses
from .._threads import effective_n_threads
from ._monotone import MonotoneRegression

__all__ = ["ACCELERATIONS", "Metric", "Nonmetric", "majorize"]

# A pass over fewer pairs (some 30 microseconds) is not worth another thread.
PAIRS_PER_THREAD = 2**15


class Crew:
    """As many threads as pay at the moment; the result is the same for any number.

    For 0.1 s after some matrix products or eigensolves, the threads of BLAS wait for
    more in a busy loop. A pass that meets them, or other work on the processors, waits
    for its own threads many times as long as it takes. After such a pass some run on
    one thread, as the first one does.

    Parameters
    ----------
    most : int
        Threads otherwise.

    Attributes
    ----------
    n_threads : int
        Of the moment.
    """

    LATE = 3  # times the quickest pass
    SECONDS_ALONE = 0.03

    def __init__(self, most):
        self.most = most
        self.n_threads = 1
        self._quickest = self._alone_until = np.inf

    def __enter__(self):
        self._begin = perf_counter()
        self.n_threads = 1 if self._begin < self._alone_until else self.most

    def __exit__(self, *error):
        end = perf_counter()
        seconds = end - self._begin
        if self._quickest == np.inf:
            self._alone_until = end
        self._quickest = min(self._quickest, seconds)
        if self.n_threads > 1 and seconds > self.LATE * self._quickest:
            self._alone_until = end + self.SECONDS_ALONE


class Step(NamedTuple):
    """What a pass at a configuration gives."""

    target: np.ndarray  # the Guttman transform
    stress: float
    squares: float  # sum_{i<j} w_ij e_ij^2


class Metric:
    """Passes whose disparities are the dissimilarities.

    Parameters
    ----------
    dissimilarities : ndarray of shape (n, n), float32 or float64
        Only entries above the diagonal are read.
    weights : ndarray of shape (n, n), of the same dtype, or None
        None for weights of 1; pairs of weight zero are missing, the others link all.
    n_components : int
    n_jobs : int or None
        The result does not depend on it.
    """

    def __init__(self, dissimilarities, weights, n_components, n_jobs=None):
        n = len(dissimilarities)
        self.disparities = dissimilarities
        self.weights = weights
        work_for = max(1, n * n // 2 // PAIRS_PER_THREAD)
        self.crew = Crew(min(effective_n_threads(n_jobs), work_for))
        self._parts = np.empty((N_PARTS, n_components * n + 2))
        self._shape = n_components, n
        self._cholesky = None

    def start(self, places):
        """The pass at a start."""
        places = np.ascontiguousarray(places)
        moved, sums = self._pass(places)
        if self.weights is None:
            moved /= places.shape[1]
        else:
            solved = cho_solve(self._factor(), moved.T, check_finite=False)
            moved = np.ascontiguousarray(solved.T, dtype=places.dtype)
        return Step(moved, *sums)

    def measure(self, places):
        """Stress of a configuration and its sum of w e^2."""
        self.regress(places)
        return tuple(self._pass(np.ascontiguousarray(places))[1])

    def regress(self, places):
        """The disparities are what they are."""

    def _pass(self, places):
        """B(X) X, and the stress and the sum of w e^2."""
        moved, sums = np.empty_like(places), np.empty(2)
        guttman(
            self.disparities,
            self.weights,
            places,
            self.crew.n_threads,
            self._parts,
            moved,
            sums,
        )
        return moved, sums.tolist()

    def _factor(self):
        """Cholesky factor of V + c 1 1'; V = diag(sum_j w_ij) - W has null vector 1.

        On centred columns, such as those of B(X) X, its inverse is V^+.
        """
        if self._cholesky is None:
            V = -np.triu(self.weights, 1).astype(np.float64)
            V += V.T
            degrees = -V.sum(axis=1)
            np.fill_diagonal(V, degrees)
            V += degrees.mean() / len(V)
            self._cholesky = cho_factor(
                V, lower=True, overwrite_a=True, check_finite=False
            )
        return self._cholesky

    def __call__(self, places):
        """The pass at a later configuration."""
        with self.crew:
            self.regress(places)
            return self.start(places)

    def squared_disparities(self):
        """Sum of w dhat^2 over the pairs: the stress of a single point."""
        nowhere = np.zeros(self._shape, self.disparities.dtype)
        return self._pass(nowhere)[1][0]

    def point_stresses(self, places):
        """Sum of w (dhat - e)^2 over the pairs of every point."""
        stresses = np.empty(places.shape[1])
        point_stresses(
            self.disparities,
            self.weights,
            np.ascontiguousarray(places),
            self.crew.n_threads,
            self._parts,
            stresses,
        )
        return stresses


class Nonmetric(Metric):
    """Passes whose disparities are a monotone function of the dissimilarities.

    At the start they are the scaled dissimilarities themselves.

    Parameters
    ----------
    dissimilarities, weights, n_components, n_jobs
        As for `Metric`.
    ties : {'secondary', 'primary'}
        Whether pairs of equal dissimilarity must have equal disparities.
    """

    def __init__(self, dissimilarities, weights, n_components, n_jobs=None, *, ties):
        super().__init__(dissimilarities, weights, n_components, n_jobs)
        self.regression = MonotoneRegression(dissimilarities, weights, ties, self.crew)
        self.disparities = self.regression.disparities

    def regress(self, places):
        """Fit the disparities to the distances of a configuration."""
        self.regression(np.ascontiguousarray(places))


def majorize(passes, places, *, max_iter, eps, acceleration=None, on_iteration=None):
    """Lower the stress of a start until it hardly falls.

    Parameters
    ----------
    passes : Metric or Nonmetric
    places : ndarray of shape (n_components, n)
        The start.
    max_iter : int
    eps : float
        Stop when an iteration lowers the stress by less than this part of the sum of
        squared distances.
    acceleration : {None, 'nesterov'}
    on_iteration : callable, optional
        Called with the number of iterations and the stress.

    Returns
    -------
    places : ndarray of shape (n_components, n)
    losses : ndarray of shape (n_iter,)
        Stress after each iteration.
    """
    propose = ACCELERATIONS[acceleration]()
    step = passes.start(places)
    losses = []
    for n_iter in range(1, max_iter + 1):
        proposal = propose(places, step.target)
        tried = passes(proposal)
        if tried.stress > step.stress and proposal is not step.target:
            propose.forget()
            proposal = step.target
            tried = passes(proposal)
        places, step = proposal, tried
        losses.append(step.stress)
        if on_iteration is not None:
            on_iteration(n_iter, step.stress)
        if n_iter > 1:
            decrease = losses[-2] - losses[-1]
            if decrease < eps * step.squares or step.stress == 0:
                break
    return places, np.array(losses)


class Plain:
    """The Guttman transform."""

    def __call__(self, places, target):
        return target

    def forget(self):
        """There is nothing to forget."""


class Nesterov(Plain):
    """The Guttman transform, and on as from the one before: momentum [3]_."""

    def __init__(self):
        self.forget()

    def forget(self):
        self.count, self.before = 1.0, None

    def __call__(self, places, target):
        before = target if self.before is None else self.before
        count = (1 + sqrt(1 + 4 * self.count**2)) / 2
        momentum = (self.count - 1) / count
        self.count, self.before = count, target
        return target + momentum * (target - before)


ACCELERATIONS = {None: Plain, "nesterov": Nesterov}
