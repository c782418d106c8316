"""Numeric factorisation P (A - shift I) P' = L S L', S = diag(+-1), front by front.

A front is assembled, its pivots are eliminated in blocks of 64, each block brought up
to date with all pivots before it, and the update U - P' S P is left to the parent.
Subtrees that do not meet are taken by different threads; the fronts above them are
shared out in pieces of columns. No piece depends on the number of threads.
"""

from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t, uint8_t

from skmanifold_nn._kernels._cholesky_fronts cimport (
    EBLOCK,
    UBLOCK,
    Front,
    Fronts,
    Scratch,
    assemble,
    row_at,
)
from skmanifold_nn._kernels._openmp cimport thread_id

cdef extern from "_cholesky_lanes.h":
    enum: CHOLESKY_DEPTH
    void cholesky_multiply(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, const double *,
        const double *, Py_ssize_t, double *, Py_ssize_t, Py_ssize_t,
        double *) noexcept nogil
    void cholesky_pivots(
        Py_ssize_t, Py_ssize_t, double *, Py_ssize_t, double, double *, uint8_t *,
        double *) noexcept nogil
    void cholesky_columns(
        Py_ssize_t, Py_ssize_t, const double *, double *, Py_ssize_t) noexcept nogil

cdef enum:
    TILE_COLUMNS = 256
    PIECE = 128  # columns
    EVERYTHING = 1 << 30
    # Multiply-adds from which a step is worth a team of threads.
    THREADED_WORK = 8_000_000
    # Values that cholesky_multiply and cholesky_pivots pack.
    TILE_WORK = (UBLOCK + 16) * CHOLESKY_DEPTH
    PIVOT_WORK = EBLOCK * (EBLOCK + 8)

WORK_SIZE = TILE_WORK + PIVOT_WORK
PIVOT_ROWS = EBLOCK
UPDATE_ROWS = UBLOCK


cdef void bring_up_to_date(
    Py_ssize_t begin, Py_ssize_t end, Py_ssize_t b, Py_ssize_t rows, Front front,
    const double *signs, double *work,
) noexcept nogil:
    """Columns begin..end of the pivots b.. get what all pivots before contribute.

    Columns from front.kp on are those of P.
    """
    cdef Py_ssize_t q, c, ldb, ldc = front.kp - b
    cdef const double *B
    cdef double *C = row_at(front.E, b, front.kp, EBLOCK) + begin
    if begin >= front.kp:
        ldc = front.rp
        C = front.P + b * front.rp + (begin - front.kp)
    for q in range(b // EBLOCK):
        c = q * EBLOCK
        ldb = front.kp - c
        B = row_at(front.E, c, front.kp, EBLOCK) + begin
        if begin >= front.kp:
            ldb = front.rp
            B = front.P + c * front.rp + (begin - front.kp)
        cholesky_multiply(
            rows, end - begin, EBLOCK, row_at(front.E, c, front.kp, EBLOCK) + b,
            front.kp - c, signs + c, B, ldb, C, ldc, EVERYTHING, work)


cdef void eliminate_piece(
    Py_ssize_t piece, Py_ssize_t b, Py_ssize_t rows, Front front,
    const double *signs, const double *packed, double *work,
) noexcept nogil:
    """One piece of the columns right of the block; pieces do not straddle E and P."""
    cdef Py_ssize_t begin = b + EBLOCK + piece * PIECE, end = front.kp, pieces
    pieces = (max(0, front.kp - b - EBLOCK) + PIECE - 1) // PIECE
    if piece >= pieces:
        begin = front.kp + (piece - pieces) * PIECE
        end = front.kp + front.rp
    end = min(begin + PIECE, end)
    bring_up_to_date(begin, end, b, rows, front, signs, work)
    if piece >= pieces:
        cholesky_columns(rows, end - begin, packed,
                         front.P + b * front.rp + (begin - front.kp), front.rp)
    else:
        cholesky_columns(rows, end - begin, packed,
                         row_at(front.E, b, front.kp, EBLOCK) + begin, front.kp - b)


cdef void eliminate_pivots(
    Front front, double threshold, double *signs, uint8_t *tiny, Scratch *scratch,
    int n_threads,
) noexcept nogil:
    """E and P of the front become its columns of L."""
    cdef Py_ssize_t block, b, rows, n, pieces, piece
    cdef int team
    for block in range((front.k + EBLOCK - 1) // EBLOCK):
        b = block * EBLOCK
        rows = min(EBLOCK, front.k - b)
        n = min(EBLOCK, front.kp - b)
        bring_up_to_date(b, b + n, b, rows, front, signs, scratch.work)
        cholesky_pivots(rows, n, row_at(front.E, b, front.kp, EBLOCK) + b,
                        front.kp - b, threshold, signs + b, tiny + b, scratch.packed)
        pieces = (max(0, front.kp - b - EBLOCK) + PIECE - 1) // PIECE
        pieces += (front.rp + PIECE - 1) // PIECE
        team = n_threads
        if rows * (b + rows) * (front.kp - b + front.rp) < THREADED_WORK:
            team = 1
        if team == 1:
            for piece in range(pieces):
                eliminate_piece(piece, b, rows, front, signs, scratch.packed,
                                scratch.work)
        else:
            for piece in prange(pieces, num_threads=team, schedule="dynamic"):
                eliminate_piece(piece, b, rows, front, signs, scratch.packed,
                                scratch[thread_id()].work)


cdef void update_tile(
    Py_ssize_t tile, Py_ssize_t across, Front front, const double *signs, double *work
) noexcept nogil:
    """One tile of U -= P' S P, unless it is below the diagonal."""
    cdef Py_ssize_t i = tile // across * UBLOCK, j = i + tile % across * TILE_COLUMNS
    if j < front.rp:
        cholesky_multiply(
            min(UBLOCK, front.rp - i), min(TILE_COLUMNS, front.rp - j), front.k,
            front.P + i, front.rp, signs, front.P + j, front.rp,
            row_at(front.U, i, front.rp, UBLOCK) + j, front.rp - i, j - i, work)


cdef void eliminate_front(
    const Fronts *fronts, Py_ssize_t s, Scratch *scratch, int n_threads
) noexcept nogil:
    """`scratch`: of this thread, followed by those of the others in its team."""
    cdef Front front = assemble(fronts, s, scratch, n_threads)
    cdef double *signs = fronts.signs + fronts.first[s]
    cdef Py_ssize_t tiles, tile, across
    eliminate_pivots(front, fronts.threshold, signs, fronts.tiny + fronts.first[s],
                     scratch, n_threads)
    across = (front.rp + TILE_COLUMNS - 1) // TILE_COLUMNS
    tiles = across * ((front.rp + UBLOCK - 1) // UBLOCK)
    if n_threads == 1 or front.k * front.r * front.r < THREADED_WORK:
        for tile in range(tiles):
            update_tile(tile, across, front, signs, scratch.work)
    else:
        for tile in prange(tiles, num_threads=n_threads, schedule="dynamic"):
            update_tile(tile, across, front, signs, scratch[thread_id()].work)


cdef void eliminate_subtrees(
    const Fronts *fronts, const int32_t[::1] roots, Py_ssize_t begin, Py_ssize_t end,
    Scratch *scratch,
) noexcept nogil:
    cdef Py_ssize_t i, s
    for i in range(begin, end):
        for s in range(fronts.descendant[roots[i]], roots[i] + 1):
            eliminate_front(fronts, s, scratch, 1)


def factorize(
    const int32_t[:, ::1] tasks,  # begin and end of ranges of `roots`
    const int32_t[::1] roots,
    const int32_t[::1] tops,
    const int32_t[::1] first,
    const int64_t[::1] row_start,
    const int32_t[::1] rows,
    const int32_t[::1] descendant,
    const int64_t[::1] value_start,
    const int64_t[::1] update_start,
    const uint8_t[::1] kinds,
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const double[::1] data,
    const int32_t[::1] order,
    const int32_t[::1] position,
    double shift,
    double threshold,  # smaller pivots are replaced; there is no other pivoting
    int n_threads,
    int64_t[:, ::1] handles,  # scratch, (n_threads, 5)
    int32_t[:, ::1] places,  # scratch, (n_threads, n + longest row)
    double[:, ::1] work,  # scratch, (n_threads, WORK_SIZE + stack)
    double[::1] shared,  # updates that subtrees leave to the fronts above
    double[::1] values,  # OUT, zero on entry: E and P of every front
    double[::1] signs,  # OUT
    uint8_t[::1] tiny,  # OUT, pivots that were replaced by +-threshold
):
    """Eliminate the subtrees of some tasks, then the fronts `tops`, in that order."""
    cdef Fronts fronts
    cdef Scratch *scratch = <Scratch *> &handles[0, 0]
    cdef Py_ssize_t t, i
    fronts.first, fronts.row_start, fronts.rows = &first[0], &row_start[0], &rows[0]
    fronts.descendant, fronts.value_start = &descendant[0], &value_start[0]
    fronts.update_start, fronts.kinds = &update_start[0], &kinds[0]
    fronts.indptr, fronts.indices, fronts.data = &indptr[0], &indices[0], &data[0]
    fronts.order, fronts.position = &order[0], &position[0]
    fronts.shift, fronts.threshold, fronts.shared = shift, threshold, &shared[0]
    fronts.values, fronts.signs, fronts.tiny = &values[0], &signs[0], &tiny[0]
    for i in range(n_threads):
        scratch[i].place = &places[i, 0]
        scratch[i].index = &places[i, order.shape[0]]
        scratch[i].work = &work[i, 0]
        scratch[i].packed = &work[i, TILE_WORK]
        scratch[i].updates = &work[i, TILE_WORK + PIVOT_WORK]
    with nogil:
        for t in prange(tasks.shape[0], num_threads=n_threads, schedule="dynamic"):
            eliminate_subtrees(&fronts, roots, tasks[t, 0], tasks[t, 1],
                               scratch + thread_id())
        for i in range(tops.shape[0]):
            eliminate_front(&fronts, tops[i], scratch, n_threads)
