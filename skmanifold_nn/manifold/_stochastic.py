"""Stochastic descent of metric stress, from all dissimilarities or from pivots."""

import numpy as np
from sklearn.utils import check_random_state

from .._kernels import _stochastic as pairs_kernel
from .._kernels import _stochastic_pivots as pivots_kernel
from .._threads import effective_n_threads

__all__ = ["descend", "descend_by_pivots", "pivot_weights"]

LANES = pairs_kernel.LANES
# Chunks of a block: few, for the pairs of a point to come in a more random order.
CHUNKS_PER_BLOCK = 4
# Passes in which the steps shrink, and how many parts of them belong to each phase:
# from leaps that forget the start to steps at which groups of points still change
# places, slowly on until they no longer do, and fast to the bottom.
ANNEALING_PASSES = 30
PHASES = np.array([4, 16, 10]) / 30
# Passes in which the step of the last phase halves; it goes on falling as 1 / t.
TAIL = 20
# Sum of a point's mu at the end of the middle and of the last phase: at 2, a pass moves
# points as far as one of majorisation.
SETTLED, LAST = 8.0, 1.5
# Rows from which the size of weights and dissimilarities is told.
SAMPLED_ROWS = 100
# Noise that parts points that coincide or lie on a line at the start, in typical
# dissimilarities; the first passes forget it with the start.
JITTER = 0.1
# Chunks of rows for which starting a thread pays.
MIN_CHUNKS = 32
SEEDS = 2**31 - 1


def _rates(hot, cooled, last, max_iter):
    """Rate of each pass: geometric in three phases, then falling as 1 / t."""
    n_passes = min(ANNEALING_PASSES, max_iter)
    phases = np.cumsum(PHASES) * n_passes
    # The middle phase ends where steps are a few times what lets a pass converge.
    settled = min(SETTLED / LAST * last, cooled)
    time = np.arange(n_passes) * n_passes / max(n_passes - 1, 1)
    logs = np.log([hot, cooled, settled, last])
    annealed = np.exp(np.interp(time, [0, *phases], logs))
    tail = last / (1 + np.arange(1, max_iter - n_passes + 1) / TAIL)
    return np.concatenate((annealed, tail))


def _sample(dissimilarities, weights):
    """Rates of the phases, the sum of w delta^2 and a typical delta, from some rows.

    A step of mu = min(1, weight rate) of the mismatch of each pair is hot where all
    but few pairs have mu = 1, and converges where the sum of mu over the pairs of a
    point is of order 1.
    """
    n = len(dissimilarities)
    rows = np.unique(np.linspace(0, n - 1, min(n, SAMPLED_ROWS)).astype(np.intp))
    sample = dissimilarities[rows].astype(np.float64)
    load = np.ones_like(sample) if weights is None else weights[rows].astype(float)
    load[np.arange(len(rows)), rows] = 0
    load[~np.isfinite(sample)] = 0
    present = load > 0
    if not present.any():
        return (1.0, 1.0, 1.0), 0.0, 0.0
    positive = load[present]
    sums = load.sum(axis=1)
    last = LAST / np.median(sums[sums > 0])
    cooled = max(0.1 / positive.mean(), last)
    hot = max(1 / np.quantile(positive, 0.05), cooled)
    scale = np.sum(positive * sample[present] ** 2) * n / len(rows) / 2
    return (hot, cooled, last), scale, np.median(sample[present])


def _to_chunks(start, n_chunks, typical, rng, dtype):
    """Coordinates as (chunks, dimensions, LANES), zero past the last point.

    Noise parts points that coincide: steps have no direction there.
    """
    padded = np.zeros((n_chunks * LANES, start.shape[1]), dtype)
    padded[: len(start)] = start + JITTER * typical * rng.standard_normal(start.shape)
    chunks = padded.reshape(n_chunks, LANES, -1)
    return np.ascontiguousarray(chunks.transpose(0, 2, 1))


def _from_chunks(chunks, n):
    d = chunks.shape[1]
    return np.ascontiguousarray(chunks.transpose(0, 2, 1).reshape(-1, d)[:n])


def _anneal(one_pass, rates, scale, eps, on_pass):
    """Passes until they are used up, or lower the loss by less than eps * scale."""
    losses = []
    for rate in rates:
        losses.append(one_pass(rate))
        if on_pass is not None:
            on_pass(len(losses), losses[-1])
        if len(losses) > ANNEALING_PASSES and losses[-2] - losses[-1] < eps * scale:
            break
    return np.array(losses)


def descend(
    dissimilarities,
    weights,
    start,
    *,
    max_iter,
    eps,
    random_state,
    n_jobs,
    on_pass=None,
):
    """Descend the stress sum_{i<j} w_ij (|x_i - x_j| - delta_ij)^2 pair by pair.

    Every pass meets all pairs in random order and moves both points of a pair towards
    their dissimilarity, by steps that shrink from pass to pass. The result depends on
    `random_state` and little on `start`.

    Parameters
    ----------
    dissimilarities : ndarray of shape (n, n), float32 or float64
        Symmetric and C-contiguous; entries that are not finite are missing.
    weights : ndarray of shape (n, n) or None
        Symmetric, of the same dtype; zero where a dissimilarity is missing.
    start : array-like of shape (n, d)
    max_iter : int
        Passes at most; fewer than 30 shorten the annealing.
    eps : float
        When the annealing is over, a pass that lowers the loss by less than this part
        of the sum of w delta^2 is the last.
    random_state : int, RandomState instance or None
    n_jobs : int or None
    on_pass : callable, default=None
        Called with the number of passes so far and the loss of the last one.

    Returns
    -------
    places : ndarray of shape (n, d), of the dissimilarities' dtype
    losses : ndarray of shape (n_iter,)
        Stress of each pass, every pair as it was just before it was moved.
    n_iter : int

    References
    ----------
    Zheng, J. X., Pawar, S., Goodman, D. F. M., "Graph drawing by stochastic gradient
    descent", IEEE Transactions on Visualization and Computer Graphics 25, 2738-2748,
    2019.
    """
    start = np.asarray(start)
    n, d = start.shape
    n_chunks = -(-n // LANES)
    n_blocks = 2 * max(1, round(n_chunks / (2 * CHUNKS_PER_BLOCK)))
    size = -(-n_chunks // n_blocks)
    rng = np.random.RandomState(check_random_state(random_state).randint(SEEDS))
    n_threads = max(1, min(effective_n_threads(n_jobs), n_blocks // 2))
    block = size * LANES
    scratch = np.empty((n_threads, 2 * block * (block + d)), dissimilarities.dtype)
    losses = np.empty(n_blocks)
    rates, scale, typical = _sample(dissimilarities, weights)
    places = _to_chunks(start, n_blocks * size, typical, rng, dissimilarities.dtype)

    def one_pass(rate):
        pairs_kernel.pull_pairs(
            dissimilarities,
            weights,
            rng.permutation(n_blocks * size).astype(np.int32).reshape(n_blocks, size),
            rng.permutation(LANES).astype(np.int32),
            rng.permutation(size).astype(np.int32),
            rate,
            n_threads,
            scratch,
            places,
            losses,
        )
        return float(losses.sum())

    losses_of_passes = _anneal(one_pass, _rates(*rates, max_iter), scale, eps, on_pass)
    return _from_chunks(places, n), losses_of_passes, len(losses_of_passes)


def pivot_weights(pivot_dissimilarities):
    """How many rows each pivot stands for: those that are nearest to it.

    Parameters
    ----------
    pivot_dissimilarities : ndarray of shape (n, n_pivots)

    Returns
    -------
    weights : ndarray of shape (n_pivots,), of the same dtype
        Their sum is n.
    """
    n_pivots = pivot_dissimilarities.shape[1]
    nearest = np.argmin(pivot_dissimilarities, axis=1)
    counts = np.bincount(nearest, minlength=n_pivots)
    return counts.astype(pivot_dissimilarities.dtype)


def descend_by_pivots(
    pivot_dissimilarities,
    pivot_indices,
    start,
    *,
    max_iter,
    eps,
    random_state,
    n_jobs,
    on_pass=None,
):
    """Descend the stress of all pairs, known by the dissimilarities to pivots.

    Each pivot stands for the rows nearest to it. The pivots are placed by the stress of
    their own pairs, weighted by the numbers of rows they stand for; then every other
    row by its stress against the pivots, weighted by the same numbers. (Were the
    pivots to follow the rows, these would gather in the middle and the pivots on a
    sphere around them, with little stress between the two and much within them.)

    Parameters
    ----------
    pivot_dissimilarities : ndarray of shape (n, n_pivots), float32 or float64
        Entries that are not finite are missing.
    pivot_indices : ndarray of shape (n_pivots,)
        The rows that are pivots.
    start : array-like of shape (n, d)
    max_iter, eps, random_state, n_jobs
        As for `descend`, for the pivots and for the rows.
    on_pass : callable, default=None
        Called after the passes of either, which are counted in one sequence.

    Returns
    -------
    places : ndarray of shape (n, d), of the dissimilarities' dtype
    losses : ndarray of shape (n_iter,)
        Stress of all pairs as estimated in each pass, first from the pairs of pivots,
        then from those of rows and pivots.
    n_iter : int

    References
    ----------
    Ortmann, M., Klimenta, M., Brandes, U., "A sparse stress model", Journal of Graph
    Algorithms and Applications 21, 791-821, 2017.
    """
    start = np.asarray(start)
    masses = pivot_weights(pivot_dissimilarities)
    rng = np.random.RandomState(check_random_state(random_state).randint(SEEDS))
    settings = {"max_iter": max_iter, "eps": eps, "n_jobs": n_jobs}
    pivots, pivot_losses, n_iter = descend(
        np.ascontiguousarray(pivot_dissimilarities[pivot_indices]),
        np.outer(masses, masses),
        start[pivot_indices],
        random_state=rng,
        on_pass=on_pass,
        **settings,
    )

    def on_later_pass(count, loss):
        if on_pass is not None:
            on_pass(n_iter + count, loss)

    places, row_losses = _place_rows(
        pivot_dissimilarities,
        masses,
        pivots,
        start,
        rng=rng,
        on_pass=on_later_pass,
        **settings,
    )
    places[pivot_indices] = pivots
    losses = np.concatenate((pivot_losses, row_losses))
    return places, losses, len(losses)


def _place_rows(
    dissimilarities, masses, pivots, start, *, max_iter, eps, rng, n_jobs, on_pass
):
    """Each row's place against pivots that stand still, and the losses of passes."""
    dtype = dissimilarities.dtype
    n, n_pivots = dissimilarities.shape
    n_chunks = -(-n // LANES)
    n_threads = max(1, min(effective_n_threads(n_jobs), n_chunks // MIN_CHUNKS))
    sample = dissimilarities[:: max(1, n // SAMPLED_ROWS)].astype(np.float64)
    scale = np.nansum(sample**2 * masses) / len(sample) * n / 2
    places = _to_chunks(start, n_chunks, np.nanmedian(sample), rng, dtype)
    scratch = np.empty((n_threads, n_pivots * LANES), dtype)
    losses = np.empty(n_chunks)

    def one_pass(rate):
        pivots_kernel.pull_to_pivots(
            dissimilarities,
            masses,
            pivots,
            rng.permutation(n_pivots).astype(np.int32),
            rate,
            n_threads,
            scratch,
            places,
            losses,
        )
        return float(losses.sum()) / 2

    last = LAST / n
    rates = _rates(n_pivots / n, max(0.1 * n_pivots / n, last), last, max_iter)
    losses_of_passes = _anneal(one_pass, rates, scale, eps, on_pass)
    return _from_chunks(places, n), losses_of_passes
