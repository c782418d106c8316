# What convolutions and their transposes share; see _convolution.pyx.
from cython cimport floating
from libc.stdint cimport int64_t
from libc.string cimport memset

from ._gemm cimport bias_gradient, packed_size
from ._network cimport Op


cdef extern from "_convolution.h":
    enum: WINDOW_SLACK
    ctypedef struct window_geometry:
        int64_t height, width, channels, out_height, out_width
        int64_t kernel_height, kernel_width
        int64_t stride_height, stride_width, pad_top, pad_left
    void window_gather_f64(
        const window_geometry *, int64_t, int64_t, Py_ssize_t, const double *,
        double *) noexcept nogil
    void window_gather_f32(
        const window_geometry *, int64_t, int64_t, Py_ssize_t, const float *,
        float *) noexcept nogil
    void window_scatter_f64(
        const window_geometry *, int64_t, int64_t, Py_ssize_t, const double *,
        double *) noexcept nogil
    void window_scatter_f32(
        const window_geometry *, int64_t, int64_t, Py_ssize_t, const float *,
        float *) noexcept nogil

cdef extern from "_convolution_planes.h":
    int64_t planes_size(
        const window_geometry *, int64_t, int64_t) noexcept nogil
    void planes_forward_f64(
        const window_geometry *, int64_t, int64_t, const double *, const double *,
        const double *, double *, double *) noexcept nogil
    void planes_forward_f32(
        const window_geometry *, int64_t, int64_t, const float *, const float *,
        const float *, float *, float *) noexcept nogil
    void planes_collect_f64(
        const window_geometry *, int64_t, int64_t, const double *, const double *,
        double *, double *) noexcept nogil
    void planes_collect_f32(
        const window_geometry *, int64_t, int64_t, const float *, const float *,
        float *, float *) noexcept nogil

cdef enum:
    FILTERS = 13  # places in an op's ints, behind the geometry
    GROUPS = 14
    BIAS = 15
    CHUNK = 16
    FOLD = 16  # rows of dY that are added side by side


# The sizes of a group's product, and how the positions are cut.
cdef struct Sizes:
    const window_geometry *geometry
    Py_ssize_t channels  # of a group
    Py_ssize_t filters  # of a group
    Py_ssize_t terms  # rows of W
    Py_ssize_t n  # filters of all groups
    Py_ssize_t groups
    Py_ssize_t group_shared  # elements of a group in op.shared
    Py_ssize_t positions
    Py_ssize_t chunk
    bint single  # windows are places


cdef inline Sizes sizes_of(const Op *op, int64_t n_rows) noexcept nogil:
    cdef Sizes s
    cdef const window_geometry *g = <const window_geometry *> &op.ints[0]
    s.geometry, s.n, s.groups = g, op.ints[FILTERS], op.ints[GROUPS]
    s.channels, s.filters = g.channels // s.groups, s.n // s.groups
    s.terms = g.kernel_height * g.kernel_width * s.channels
    s.positions, s.chunk = n_rows * g.out_height * g.out_width, op.ints[CHUNK]
    s.group_shared = (packed_size(s.filters, s.terms)
                      + packed_size(s.terms, s.filters))
    s.single = (g.kernel_height * g.kernel_width * g.stride_height * g.stride_width == 1
                and g.pad_top == 0 and g.pad_left == 0)
    if s.single:
        s.chunk = s.positions
    return s


cdef inline bint by_planes(const Sizes *s) noexcept nogil:
    return planes_size(s.geometry, s.n, s.groups) > 0


cdef inline const floating *gather(
    const Sizes *s, Py_ssize_t group, Py_ssize_t first, Py_ssize_t n,
    const floating *x, floating *columns,
) noexcept nogil:
    """The left operand of the product: rows of `row_of` elements."""
    x += group * s.channels
    if s.single:
        return x
    if floating is double:
        window_gather_f64(s.geometry, first, n, s.channels, x, columns)
    else:
        window_gather_f32(s.geometry, first, n, s.channels, x, columns)
    return columns


cdef inline Py_ssize_t row_of(const Sizes *s) noexcept nogil:
    return s.geometry.channels if s.single else s.terms


cdef inline void scatter(
    const Sizes *s, Py_ssize_t group, Py_ssize_t first, Py_ssize_t n,
    const floating *columns, floating *x,
) noexcept nogil:
    """Rows of taps added to x."""
    x += group * s.channels
    if floating is double:
        window_scatter_f64(s.geometry, first, n, s.channels, columns, x)
    else:
        window_scatter_f32(s.geometry, first, n, s.channels, columns, x)


cdef inline void collect_bias(
    Py_ssize_t m, Py_ssize_t n, const floating *dy, floating *sums, floating *db,
) noexcept nogil:
    """Sums of FOLD rows of dY side by side, then of these."""
    cdef Py_ssize_t folded = m // FOLD, rest = folded * FOLD
    memset(sums, 0, FOLD * n * sizeof(floating))
    bias_gradient(folded, FOLD * n, dy, FOLD * n, sums)
    bias_gradient(FOLD, n, <const floating *> sums, n, db)
    bias_gradient(m - rest, n, dy + rest * n, n, db)
