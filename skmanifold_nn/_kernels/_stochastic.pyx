"""Stochastic descent of stress: pairs of points are moved towards their distances.

Zheng, Pawar and Goodman, "Graph drawing by stochastic gradient descent", IEEE TVCG 25,
2019. Chunks of LANES points are dealt to an even number of blocks at random; a
round-robin tournament lets every two blocks meet once. The pairs of blocks of a round
have no point in common, nor do the pairs of points of one step within a pair of
blocks: threads share a round, vector lanes a step, and neither changes the result.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int32_t
from libc.string cimport memcpy

from ._openmp cimport thread_id


cdef extern from "_stochastic_lanes.h":
    enum: STOCHASTIC_LANES
    double pull_tile_f64(
        Py_ssize_t, Py_ssize_t, const int32_t *, const int32_t *, const double *,
        const double *, double, double *, double *) noexcept nogil
    double pull_tile_f32(
        Py_ssize_t, Py_ssize_t, const int32_t *, const int32_t *, const float *,
        const float *, float, float *, float *) noexcept nogil

LANES = STOCHASTIC_LANES


cdef inline void read_pair_of_chunks(
    const floating *matrix, Py_ssize_t n, Py_ssize_t first_row,
    Py_ssize_t first_column, Py_ssize_t turn_stride, floating *out,
) noexcept nogil:
    """out[s * turn_stride + i] = entry (i, i + s) of two chunks, -1 if not finite."""
    cdef Py_ssize_t i, k
    cdef Py_ssize_t height = min(STOCHASTIC_LANES, n - first_row)
    cdef Py_ssize_t width = min(STOCHASTIC_LANES, n - first_column)
    cdef floating value
    if height < STOCHASTIC_LANES or width < STOCHASTIC_LANES:
        for i in range(STOCHASTIC_LANES):
            for k in range(STOCHASTIC_LANES):
                out[k * turn_stride + i] = -1
    for i in range(height):
        for k in range(width):
            value = matrix[(first_row + i) * n + first_column + k]
            out[((k - i) & (STOCHASTIC_LANES - 1)) * turn_stride + i] = (
                value if 0 <= value < INFINITY else -1)


cdef void read_tile(
    const floating *matrix, Py_ssize_t n, Py_ssize_t size, const int32_t *rows,
    const int32_t *columns, floating *out,
) noexcept nogil:
    """Entries of the chunks `rows` and `columns` in the order of pull_tile."""
    cdef Py_ssize_t a, b, shift
    for a in range(size):
        for b in range(size):
            shift = b - a if b >= a else b - a + size
            read_pair_of_chunks(
                matrix, n, STOCHASTIC_LANES * <Py_ssize_t> rows[a],
                STOCHASTIC_LANES * <Py_ssize_t> columns[b],
                size * size * STOCHASTIC_LANES,
                out + (shift * size + a) * STOCHASTIC_LANES)


cdef double pull_blocks(
    const floating *dissimilarities, const floating *weights, Py_ssize_t n,
    Py_ssize_t d, Py_ssize_t size, const int32_t *first, const int32_t *second,
    const int32_t *turns, const int32_t *shifts, double rate, floating *scratch,
    floating *places,
) noexcept nogil:
    """Pairs of points of two blocks of `size` chunks each."""
    cdef Py_ssize_t a, width = d * STOCHASTIC_LANES
    cdef Py_ssize_t area = size * size * STOCHASTIC_LANES * STOCHASTIC_LANES
    cdef floating *targets = scratch
    cdef floating *loads = NULL
    cdef floating *x = scratch + 2 * area
    cdef floating *y = x + size * width
    cdef double loss
    read_tile(dissimilarities, n, size, first, second, targets)
    if weights != NULL:
        loads = scratch + area
        read_tile(weights, n, size, first, second, loads)
    for a in range(size):
        memcpy(x + a * width, places + first[a] * width, width * sizeof(floating))
        memcpy(y + a * width, places + second[a] * width, width * sizeof(floating))
    if floating is double:
        loss = pull_tile_f64(size, d, turns, shifts, targets, loads, rate, x, y)
    else:
        loss = pull_tile_f32(
            size, d, turns, shifts, targets, loads, <float> rate, x, y)
    for a in range(size):
        memcpy(places + first[a] * width, x + a * width, width * sizeof(floating))
        memcpy(places + second[a] * width, y + a * width, width * sizeof(floating))
    return loss


cdef double pull_within_chunk(
    const floating *dissimilarities, const floating *weights, Py_ssize_t n,
    Py_ssize_t d, Py_ssize_t chunk, double rate, floating *places,
) noexcept nogil:
    """Pairs of points of one chunk, one after the other."""
    cdef Py_ssize_t first = chunk * STOCHASTIC_LANES
    cdef Py_ssize_t size = min(STOCHASTIC_LANES, n - first), i, j, c, entry
    cdef floating *x = places + chunk * d * STOCHASTIC_LANES
    cdef double squares, e, w, step, loss = 0
    for i in range(size):
        for j in range(i + 1, size):
            entry = (first + i) * n + first + j
            w = 1 if weights == NULL else weights[entry]
            if not (0 <= dissimilarities[entry] < INFINITY and w > 0):
                continue
            squares = 0
            for c in range(d):
                step = x[c * STOCHASTIC_LANES + i] - x[c * STOCHASTIC_LANES + j]
                squares = squares + step * step
            e = sqrt(squares)
            loss = loss + w * (dissimilarities[entry] - e) ** 2
            w = 0.5 * min(1, w * rate) * (dissimilarities[entry] - e)
            if e == 0:
                continue
            for c in range(d):
                step = x[c * STOCHASTIC_LANES + i] - x[c * STOCHASTIC_LANES + j]
                step = step * w / e
                x[c * STOCHASTIC_LANES + i] += <floating> step
                x[c * STOCHASTIC_LANES + j] -= <floating> step
    return loss


cdef double pull_within_block(
    const floating *dissimilarities, const floating *weights, Py_ssize_t n,
    Py_ssize_t d, Py_ssize_t size, const int32_t *chunks, const int32_t *turns,
    double rate, floating *scratch, floating *places,
) noexcept nogil:
    cdef Py_ssize_t a, b
    cdef int32_t no_shift = 0
    cdef double loss = 0
    for a in range(size):
        loss += pull_within_chunk(
            dissimilarities, weights, n, d, chunks[a], rate, places)
        for b in range(a):
            loss += pull_blocks(
                dissimilarities, weights, n, d, 1, chunks + b, chunks + a, turns,
                &no_shift, rate, scratch, places)
    return loss


def pull_pairs(
    const floating[:, ::1] dissimilarities,  # missing where not finite
    const floating[:, ::1] weights,  # or None
    const int32_t[:, ::1] chunks,  # of each of an even number of blocks
    const int32_t[::1] turns,  # the lanes in random order
    const int32_t[::1] shifts,  # the chunks of a block in random order
    double rate,
    int n_threads,
    floating[:, ::1] scratch,  # (n_threads, >= 2 m (m + d)), m points a block
    floating[:, :, ::1] places,  # IN and OUT, (chunks, dimensions, LANES)
    double[::1] losses,  # OUT, parts of the sum, one a block
):
    """One pass over all pairs: each is moved towards its dissimilarity.

    x_i += f (x_i - x_j), x_j -= f (x_i - x_j) with f = mu / 2 (delta - e) / e and
    mu = min(1, w rate). The sum of `losses` is that of w (delta - e)^2 as the pairs
    are met. One of the two entries of each pair is read. Time O(n^2 d).
    """
    cdef Py_ssize_t n = dissimilarities.shape[0], d = places.shape[1]
    cdef Py_ssize_t n_blocks = chunks.shape[0], size = chunks.shape[1]
    cdef Py_ssize_t turn, k, block, first, second, n_turns = n_blocks - 1
    cdef const floating *w = NULL
    if weights is not None:
        w = &weights[0, 0]
    for block in prange(n_blocks, num_threads=n_threads, schedule="dynamic",
                        chunksize=1, nogil=True):
        losses[block] = pull_within_block(
            &dissimilarities[0, 0], w, n, d, size, &chunks[block, 0], &turns[0], rate,
            &scratch[thread_id(), 0], &places[0, 0, 0])
    for turn in range(n_turns):
        for k in prange(n_blocks // 2, num_threads=n_threads, schedule="dynamic",
                        chunksize=1, nogil=True):
            first = (turn + k) % n_turns
            second = (turn - k + n_turns) % n_turns if k else n_turns
            losses[k] += pull_blocks(
                &dissimilarities[0, 0], w, n, d, size, &chunks[first, 0],
                &chunks[second, 0], &turns[0], &shifts[0], rate,
                &scratch[thread_id(), 0], &places[0, 0, 0])
