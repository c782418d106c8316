# Declarations of the C functions of _batch_normalization.pyx.
cdef extern from "_normalization.h":
    void batch_part_forward_f64(
        Py_ssize_t, Py_ssize_t, const double *, double *) noexcept nogil
    void batch_part_forward_f32(
        Py_ssize_t, Py_ssize_t, const float *, double *) noexcept nogil
    void batch_statistics_f64(
        Py_ssize_t, Py_ssize_t, double, double, const double *, double *,
        double *) noexcept nogil
    void batch_statistics_f32(
        Py_ssize_t, Py_ssize_t, double, double, const double *, float *,
        float *) noexcept nogil
    void batch_running_f64(
        Py_ssize_t, double, const double *, double *) noexcept nogil
    void batch_running_f32(Py_ssize_t, double, const float *, float *) noexcept nogil
    void batch_norm_forward_f64(
        Py_ssize_t, Py_ssize_t, const double *, const double *, const double *,
        double *) noexcept nogil
    void batch_norm_forward_f32(
        Py_ssize_t, Py_ssize_t, const float *, const float *, const float *,
        float *) noexcept nogil
    void batch_part_backward_f64(
        Py_ssize_t, Py_ssize_t, const double *, const double *, const double *,
        double *, double *) noexcept nogil
    void batch_part_backward_f32(
        Py_ssize_t, Py_ssize_t, const float *, const float *, const float *, float *,
        double *) noexcept nogil
    void batch_norm_backward_f64(
        Py_ssize_t, Py_ssize_t, const double *, const double *, const double *, double,
        const double *, const double *, int, double *) noexcept nogil
    void batch_norm_backward_f32(
        Py_ssize_t, Py_ssize_t, const float *, const float *, const double *, double,
        const float *, const float *, int, float *) noexcept nogil
