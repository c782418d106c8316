# Steps of optimisers as an epoch loop that knows none of them calls them.
from libc.stdint cimport int64_t


cdef enum:
    BLOCK_SIZE = 4096  # parameters whose sums are added up before those of others


cdef extern from "_optimizers_step.h":
    ctypedef struct Step "optimizer_step":
        const double *rates
        const double *settings
        double scale
        double l2
        double l1
        int64_t n
        void *gradients
        void *params
        void *states


# One pass over the elements start .. stop - 1, all penalised or none; returns a sum.
ctypedef double (*step_function)(
    const Step *step, int penalized, int64_t start, int64_t stop) noexcept nogil

cdef double run_range(
    step_function function, const Step *step, const int64_t *ranges,
    Py_ssize_t n_ranges, int64_t start, int64_t stop) noexcept nogil

cdef double run_blocks(
    step_function function, const Step *step, const int64_t *ranges,
    Py_ssize_t n_ranges, int n_threads, double *sums) noexcept nogil

cdef double clipping(double squared_norm, double max_norm) noexcept nogil
