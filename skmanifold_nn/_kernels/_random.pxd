# Random numbers from counters, for ops of any kind; _random.h says how.
from libc.stdint cimport uint32_t, uint64_t

cdef extern from "_random.h":
    uint64_t random_keys(
        uint64_t seed, uint64_t step, uint64_t stream, uint64_t upper) noexcept nogil
    uint32_t random_bits(uint64_t keys, uint32_t lower) noexcept nogil
    void random_fill(
        uint64_t seed, uint64_t step, uint64_t stream, uint64_t position,
        Py_ssize_t n, uint32_t *out) noexcept nogil
    void random_drop_f64(
        uint64_t seed, uint64_t step, uint64_t stream, uint64_t position,
        Py_ssize_t n, uint32_t threshold, double scale, double shift, double dropped,
        const double *x, int add, double *y) noexcept nogil
    void random_drop_f32(
        uint64_t seed, uint64_t step, uint64_t stream, uint64_t position,
        Py_ssize_t n, uint32_t threshold, float scale, float shift, float dropped,
        const float *x, int add, float *y) noexcept nogil
    void random_noise_f64(
        uint64_t seed, uint64_t step, uint64_t stream, uint64_t position,
        Py_ssize_t n, double deviation, const double *x, double *y) noexcept nogil
    void random_noise_f32(
        uint64_t seed, uint64_t step, uint64_t stream, uint64_t position,
        Py_ssize_t n, float deviation, const float *x, float *y) noexcept nogil
