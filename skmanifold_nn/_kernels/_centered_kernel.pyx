"""Products with the squares of a distance matrix that is read in place.

The doubly centred kernel is K = -1/2 J (D o D) J with J = I - 1 1'/n. Centring a block
of vectors costs O(n); these kernels do what costs O(n^2): they read the part of D on
and above the diagonal once, so that D counts as symmetric whatever the last bits below
are, and half of the memory traffic is saved. Arithmetic is float64 for both dtypes.
"""

from cython cimport floating
from cython.parallel cimport prange


cdef extern from "_centered_lanes.h":
    enum: CENTERED_LANES
    enum: CENTERED_ROWS
    enum: CENTERED_TILE
    void centered_tile(
        const char *, int, Py_ssize_t, Py_ssize_t, Py_ssize_t,
        const double *, double *) noexcept nogil
    double centered_row_norm(
        const char *, int, Py_ssize_t, Py_ssize_t,
        const double *, double) noexcept nogil

LANES = CENTERED_LANES
ROWS = CENTERED_ROWS


cdef void add_part(
    const char *distances, int itemsize, Py_ssize_t n, Py_ssize_t part,
    Py_ssize_t n_parts, const double *v, double *y,
) noexcept nogil:
    """What every `n_parts`-th row of tiles adds, counted from either end in turn."""
    cdef Py_ssize_t n_tiles = (n + CENTERED_TILE - 1) // CENTERED_TILE
    cdef Py_ssize_t turn, row, column
    for turn in range((n_tiles + n_parts - 1) // n_parts):
        row = turn * n_parts + (n_parts - 1 - part if turn % 2 else part)
        for column in range(row, n_tiles):
            centered_tile(
                distances, itemsize, n, row * CENTERED_TILE, column * CENTERED_TILE,
                v, y)


def squares_times_lanes(
    const floating[:, ::1] distances,
    const double[:, ::1] v,
    int n_threads,
    double[:, :, ::1] y,  # OUT, y[0]
):
    """y[0] = (D o D) v for a block of LANES vectors, in one pass over half of D.

    `v` is (n rounded up to a multiple of ROWS, LANES), zero past row n; `y` holds as
    many such blocks as there are parts, which bounds the threads that find work. The
    cut into parts and the order of their sum do not depend on the number of threads.
    Time O(LANES n^2), no further memory.
    """
    cdef Py_ssize_t n = distances.shape[0]
    cdef Py_ssize_t n_parts = y.shape[0]
    cdef Py_ssize_t part, i, lane
    cdef const char *d = <const char *> &distances[0, 0]
    cdef double total
    for part in prange(
        n_parts, num_threads=n_threads, schedule="dynamic", chunksize=1, nogil=True
    ):
        y[part] = 0
        add_part(d, sizeof(floating), n, part, n_parts, &v[0, 0], &y[part, 0, 0])
    for i in prange(n, num_threads=n_threads, schedule="static", nogil=True):
        for lane in range(CENTERED_LANES):
            total = y[0, i, lane]
            for part in range(1, n_parts):
                total = total + y[part, i, lane]
            y[0, i, lane] = total


def centered_row_norms(
    const floating[:, ::1] distances,
    const double[::1] means,  # of the rows of S = -1/2 D o D
    double grand_mean,
    int n_threads,
    double[::1] norms,  # OUT
):
    """norms_i = K_ii^2 + 2 sum_{j > i} K_ij^2, K_ij = S_ij - m_i - m_j + m."""
    cdef Py_ssize_t n = distances.shape[0]
    cdef Py_ssize_t i
    cdef double shift, diagonal
    for i in prange(n, num_threads=n_threads, schedule="dynamic", chunksize=64,
                    nogil=True):
        shift = means[i] - grand_mean
        diagonal = -0.5 * <double> distances[i, i] * distances[i, i] - means[i] - shift
        norms[i] = diagonal * diagonal + 2 * centered_row_norm(
            <const char *> &distances[i, 0], sizeof(floating), i + 1, n,
            &means[0], shift)
