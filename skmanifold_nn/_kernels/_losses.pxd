# What a loss is to an engine that calls it by its address.
from libc.stdint cimport int64_t

# Sum over the rows of weight times loss, and the gradients OUT of scale times that sum
# by the outputs. All arrays are of the network's dtype, row after row; weights may be
# NULL: ones. The gradients may not lie where the outputs do, nor be NULL.
ctypedef double (*loss_function)(
    const double *settings, int64_t n_rows, int64_t n_outputs, const void *outputs,
    const void *targets, const void *weights, double scale, void *gradients,
) noexcept nogil

# Predictions OUT, from outputs, or over them.
ctypedef void (*transform_function)(
    int64_t n_rows, int64_t n_outputs, const void *outputs, void *predictions,
) noexcept nogil
