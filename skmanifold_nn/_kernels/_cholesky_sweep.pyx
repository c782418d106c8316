"""Solution with a factor L S L': one sweep up the tree of fronts and one down.

X holds the right-hand sides in the order of the factor, a multiple of 8 of them a row.
The way up subtracts what a front's pivots contribute to the rows below, the way down
gathers it. Subtrees that do not meet are taken by different threads; on the way up each
keeps what it owes to rows outside in a buffer of its own, and those are added in order.
"""

from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t

from skmanifold_nn._kernels._cholesky_fronts cimport EBLOCK, trapezoids
from skmanifold_nn._kernels._openmp cimport thread_id

cdef extern from "_cholesky_sweep_lanes.h":
    void cholesky_sweep_pivots(
        bint, Py_ssize_t, Py_ssize_t, const double *, double *,
        Py_ssize_t) noexcept nogil
    void cholesky_sweep_rows(
        bint, Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, double *,
        const int32_t *, double *, Py_ssize_t) noexcept nogil

cdef enum:
    ROWS = 8
    # Entries of a panel from which threads share it, and rows or pivots a piece.
    THREADED_ENTRIES = 250_000
    PIECE = 64

cdef struct Panels:
    const int32_t *first
    const int64_t *row_start
    const int32_t *rows
    const int64_t *value_start
    const double *values
    const double *signs
    double *x
    Py_ssize_t ld

cdef struct Panel:
    Py_ssize_t k
    Py_ssize_t r
    Py_ssize_t kp
    Py_ssize_t rp
    const double *E
    const double *P
    const int32_t *rows
    double *x


cdef Panel panel_at(const Panels *panels, Py_ssize_t s) noexcept nogil:
    cdef Panel panel
    panel.k = panels.first[s + 1] - panels.first[s]
    panel.r = panels.row_start[s + 1] - panels.row_start[s]
    panel.kp = (panel.k + ROWS - 1) // ROWS * ROWS
    panel.rp = (panel.r + ROWS - 1) // ROWS * ROWS
    panel.E = panels.values + panels.value_start[s]
    panel.P = panel.E + trapezoids(panel.k, panel.kp, EBLOCK)
    panel.rows = panels.rows + panels.row_start[s]
    panel.x = panels.x + panels.first[s] * panels.ld
    return panel


cdef void up_subtree(
    const Panels *panels, Py_ssize_t descendant, Py_ssize_t root, int32_t *place,
    int32_t *outside, double *buffer,
) noexcept nogil:
    """`buffer`: what the subtree owes to the rows below its root, zero on entry."""
    cdef Panel panel = panel_at(panels, root)
    cdef Py_ssize_t s, i, inside, end = panels.first[root + 1], ld = panels.ld
    for i in range(panel.r):
        place[panel.rows[i]] = <int32_t> i
    for s in range(descendant, root + 1):
        panel = panel_at(panels, s)
        cholesky_sweep_pivots(False, panel.k, panel.kp, panel.E, panel.x, ld)
        inside = panel.r
        while inside > 0 and panel.rows[inside - 1] >= end:
            inside -= 1
            outside[inside] = place[panel.rows[inside]]
        if inside > 0:
            cholesky_sweep_rows(False, panel.k, inside, panel.P, panel.rp, panel.x,
                                panel.rows, panels.x, ld)
        if inside < panel.r:
            cholesky_sweep_rows(False, panel.k, panel.r - inside, panel.P + inside,
                                panel.rp, panel.x, outside + inside, buffer, ld)


cdef void up(const Panels *panels, Py_ssize_t s, int n_threads) noexcept nogil:
    cdef Panel panel = panel_at(panels, s)
    cdef Py_ssize_t i, ld = panels.ld, pieces = (panel.r + PIECE - 1) // PIECE
    cdef int team = n_threads if panel.k * panel.r >= THREADED_ENTRIES else 1
    cholesky_sweep_pivots(False, panel.k, panel.kp, panel.E, panel.x, ld)
    if team == 1:
        cholesky_sweep_rows(False, panel.k, panel.r, panel.P, panel.rp, panel.x,
                            panel.rows, panels.x, ld)
        return
    for i in prange(pieces, num_threads=team, schedule="static"):
        cholesky_sweep_rows(
            False, panel.k, min(PIECE, panel.r - i * PIECE), panel.P + i * PIECE,
            panel.rp, panel.x, panel.rows + i * PIECE, panels.x, ld)


cdef void down(const Panels *panels, Py_ssize_t s, int n_threads) noexcept nogil:
    cdef Panel panel = panel_at(panels, s)
    cdef const double *signs = panels.signs + panels.first[s]
    cdef Py_ssize_t i, j, ld = panels.ld, pieces = (panel.k + PIECE - 1) // PIECE
    cdef int team = n_threads if panel.k * panel.r >= THREADED_ENTRIES else 1
    for i in range(panel.k):
        for j in range(ld):
            panel.x[i * ld + j] *= signs[i]
    if team == 1:
        cholesky_sweep_rows(True, panel.k, panel.r, panel.P, panel.rp, panel.x,
                            panel.rows, panels.x, ld)
    else:
        for i in prange(pieces, num_threads=team, schedule="static"):
            cholesky_sweep_rows(
                True, min(PIECE, panel.k - i * PIECE), panel.r,
                panel.P + i * PIECE * panel.rp, panel.rp, panel.x + i * PIECE * ld,
                panel.rows, panels.x, ld)
    cholesky_sweep_pivots(True, panel.k, panel.kp, panel.E, panel.x, ld)


cdef void add_outside(
    const Panels *panels, Py_ssize_t root, const double *buffer
) noexcept nogil:
    cdef Panel panel = panel_at(panels, root)
    cdef Py_ssize_t i, j, ld = panels.ld
    cdef double *x
    for i in range(panel.r):
        x = panels.x + panel.rows[i] * ld
        for j in range(ld):
            x[j] += buffer[i * ld + j]


def solve(
    const int32_t[:, ::1] tasks,  # begin and end of ranges of `roots`
    const int32_t[::1] roots,
    const int32_t[::1] tops,
    const int64_t[::1] outside_start,  # where the buffers of the roots stand
    const int32_t[::1] first,
    const int64_t[::1] row_start,
    const int32_t[::1] rows,
    const int32_t[::1] descendant,
    const int64_t[::1] value_start,
    const double[::1] values,
    const double[::1] signs,
    int n_threads,
    int32_t[:, ::1] places,  # scratch, (n_threads, n + longest row)
    double[:, ::1] outside,  # scratch, zero, (rows of all roots, right-hand sides)
    double[:, ::1] x,  # OUT, (n, right-hand sides), solved in place
):
    """x <- (L S L')^-1 x; no array may be empty but `tasks`, `roots` and `tops`."""
    cdef Panels panels
    cdef Py_ssize_t t, i, s, n = x.shape[0], ld = x.shape[1]
    cdef int thread
    panels.first, panels.row_start, panels.rows = &first[0], &row_start[0], &rows[0]
    panels.value_start, panels.values = &value_start[0], &values[0]
    panels.signs, panels.x, panels.ld = &signs[0], &x[0, 0], ld
    with nogil:
        for t in prange(tasks.shape[0], num_threads=n_threads, schedule="dynamic"):
            thread = thread_id()
            for i in range(tasks[t, 0], tasks[t, 1]):
                up_subtree(&panels, descendant[roots[i]], roots[i], &places[thread, 0],
                           &places[thread, n], &outside[0, 0] + outside_start[i] * ld)
        for i in range(roots.shape[0]):
            add_outside(&panels, roots[i], &outside[0, 0] + outside_start[i] * ld)
        for i in range(tops.shape[0]):
            up(&panels, tops[i], n_threads)
        for i in range(tops.shape[0] - 1, -1, -1):
            down(&panels, tops[i], n_threads)
        for t in prange(tasks.shape[0], num_threads=n_threads, schedule="dynamic"):
            for i in range(tasks[t, 0], tasks[t, 1]):
                for s in range(roots[i], descendant[roots[i]] - 1, -1):
                    down(&panels, s, 1)
