"""Nearest rows from inner products in float32, decided by exact distances.

Inner products come from BLAS, a block at a time. With squared norms n that are made a
little too small, n_i + n_j - 2 <y_i, y_j> is a lower bound of the squared distance for
all rounding errors. Every row keeps the smallest of these bounds, without the row's own
n_i, in a heap; exact distances are then needed only until the next bound is too large.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int32_t, uint8_t


cdef extern from "_nearest_lanes.h":
    Py_ssize_t next_in_row(
        Py_ssize_t, Py_ssize_t, const float *, const float *, float) noexcept nogil
    Py_ssize_t next_in_column(
        Py_ssize_t, Py_ssize_t, const float *, float, const float *) noexcept nogil
    double squared_distance_f64(
        Py_ssize_t, const double *, const double *) noexcept nogil
    double squared_distance_f32(
        Py_ssize_t, const float *, const float *) noexcept nogil

cdef enum:
    STRIP = 256


cdef inline double squared_distance(
    Py_ssize_t d, const floating *a, const floating *b
) noexcept nogil:
    if floating is double:
        return squared_distance_f64(d, a, b)
    else:
        return squared_distance_f32(d, a, b)


cdef inline void replace_top(
    Py_ssize_t size, float *keys, int32_t *items, float key, int32_t item
) noexcept nogil:
    """Put an entry in the place of the greatest one of a heap."""
    cdef Py_ssize_t hole = 0, child
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= key:
            break
        keys[hole] = keys[child]
        items[hole] = items[child]
        hole = child
    keys[hole] = key
    items[hole] = item


cdef inline void sort_heap(Py_ssize_t size, float *keys, int32_t *items) noexcept nogil:
    cdef Py_ssize_t last
    cdef float key
    cdef int32_t item
    for last in range(size - 1, 0, -1):
        key = keys[0]
        item = items[0]
        replace_top(last, keys, items, keys[last], items[last])
        keys[last] = key
        items[last] = item


cdef void scan_row(
    const float *products, const float *norms, int32_t row, Py_ssize_t first,
    Py_ssize_t width, Py_ssize_t size, float *bounds, int32_t *items,
) noexcept nogil:
    """Columns first .. first + width - 1 as neighbours of a row."""
    cdef Py_ssize_t j = next_in_row(0, width, products, norms, bounds[0])
    while j < width:
        if first + j != row:
            replace_top(size, bounds, items, norms[j] - 2 * products[j],
                        <int32_t> (first + j))
        j = next_in_row(j + 1, width, products, norms, bounds[0])


cdef void scan_column_strip(
    const float *products, Py_ssize_t stride, const float *norms, int32_t first,
    Py_ssize_t height, Py_ssize_t width, Py_ssize_t size, float *bounds,
    int32_t *items,
) noexcept nogil:
    """Rows first .. first + height - 1 as neighbours of the columns of a strip."""
    cdef float[STRIP] tops
    cdef Py_ssize_t i, j
    for j in range(width):
        tops[j] = bounds[j * size]
    for i in range(height):
        j = next_in_column(0, width, products, norms[i], tops)
        while j < width:
            replace_top(size, bounds + j * size, items + j * size,
                        norms[i] - 2 * products[j], <int32_t> (first + i))
            tops[j] = bounds[j * size]
            j = next_in_column(j + 1, width, products, norms[i], tops)
        products += stride


def keep_nearest_of_rows(
    const float[:, ::1] products,  # of the rows with columns first, first + 1 ...
    const float[::1] norms,  # of all rows
    const int32_t[::1] rows,
    Py_ssize_t first,
    int n_threads,
    float[:, ::1] bounds,  # OUT, a heap for each of `rows`
    int32_t[:, ::1] items,  # OUT
):
    """bounds[i] = the smallest of bounds[i] and norms[j] - 2 products[i, j], j != i.

    Time O(rows columns) where few entries are kept, no memory.
    """
    cdef Py_ssize_t i, width = products.shape[1], size = bounds.shape[1]
    for i in prange(rows.shape[0], num_threads=n_threads, schedule="dynamic",
                    chunksize=16, nogil=True):
        scan_row(&products[i, 0], &norms[first], rows[i], first, width, size,
                 &bounds[i, 0], &items[i, 0])


def keep_nearest_of_columns(
    const float[:, ::1] products,  # of rows first ... with columns first_column ...
    const float[::1] norms,  # of all rows
    Py_ssize_t first,
    Py_ssize_t first_column,
    Py_ssize_t skipped,  # columns of `products` that are left out
    int n_threads,
    float[:, ::1] bounds,  # OUT, a heap for each of all rows
    int32_t[:, ::1] items,  # OUT
):
    """The same products as neighbours of the columns, none of which is in the rows."""
    cdef Py_ssize_t height = products.shape[0], stride = products.shape[1]
    cdef Py_ssize_t strip, j, width, size = bounds.shape[1]
    for strip in prange((stride - skipped + STRIP - 1) // STRIP, nogil=True,
                        num_threads=n_threads, schedule="dynamic", chunksize=1):
        j = skipped + strip * STRIP
        width = min(STRIP, stride - j)
        scan_column_strip(
            &products[0, j], stride, &norms[first], <int32_t> first, height, width,
            size, &bounds[first_column + j, 0], &items[first_column + j, 0])


cdef inline Py_ssize_t insert(
    Py_ssize_t n, Py_ssize_t limit, double *squares, int32_t *items, double square,
    int32_t item,
) noexcept nogil:
    """Add to n entries that ascend by (square, item); the number kept."""
    cdef Py_ssize_t place = n
    while place > 0 and (squares[place - 1] > square or (
            squares[place - 1] == square and items[place - 1] > item)):
        if place < limit:
            squares[place] = squares[place - 1]
            items[place] = items[place - 1]
        place -= 1
    if place < limit:
        squares[place] = square
        items[place] = item
    return min(n + 1, limit)


cdef uint8_t decide(
    const floating *X, Py_ssize_t d, Py_ssize_t row, double norm, double scale,
    Py_ssize_t size, float *bounds, int32_t *candidates, Py_ssize_t k,
    double *squares, int32_t *neighbors,
) noexcept nogil:
    """The k nearest candidates; whether nothing left out can be as near."""
    cdef Py_ssize_t c, n = 0
    cdef int32_t j
    sort_heap(size, bounds, candidates)
    for c in range(size):
        if n == k and squares[k - 1] < scale * (norm + bounds[c]):
            return True
        j = candidates[c]
        n = insert(n, k, squares, neighbors,
                   squared_distance(d, X + row * d, X + j * d), j)
    return squares[k - 1] < scale * (norm + bounds[size - 1])


def decide_nearest(
    const floating[:, ::1] X,
    const double[::1] norms,  # of the given rows, less a bound of underflow
    double scale,  # of X's squared distances over those of the bounds
    const int32_t[::1] rows,
    int n_threads,
    float[:, ::1] bounds,  # heaps of `rows`, sorted here
    int32_t[:, ::1] candidates,
    double[:, ::1] squares,  # OUT, ascending
    int32_t[:, ::1] neighbors,  # OUT
    uint8_t[::1] proved,  # OUT, of `rows`
):
    """Nearest candidates by (exact squared distance, index), and which are certain.

    Time O(d) a candidate whose bound is not larger than the k-th distance.
    """
    cdef Py_ssize_t i, d = X.shape[1], k = squares.shape[1], size = bounds.shape[1]
    for i in prange(rows.shape[0], num_threads=n_threads, schedule="dynamic",
                    chunksize=16, nogil=True):
        proved[i] = decide(
            &X[0, 0], d, rows[i], norms[i], scale, size, &bounds[i, 0],
            &candidates[i, 0], k, &squares[i, 0], &neighbors[i, 0])


def squared_distances_of_pairs(
    const floating[:, ::1] X,
    const int32_t[::1] rows,
    const int32_t[::1] columns,
    int n_threads,
    double[::1] squares,  # OUT
):
    """squares[p] = |X[rows[p]] - X[columns[p]]|^2 in float64."""
    cdef Py_ssize_t p, d = X.shape[1]
    for p in prange(rows.shape[0], num_threads=n_threads, schedule="static",
                    nogil=True):
        squares[p] = squared_distance(d, &X[rows[p], 0], &X[columns[p], 0])
