# Sequences of a part, longest first, with their steps by time; see _network.pxd.
from libc.stdint cimport int64_t

from ._network cimport Pass, Source

# Where the steps of a sample begin, those of equally many or as the source tells.
cdef inline int64_t first_step(
    const Source *source, int64_t n_fixed, int64_t row,
) noexcept nogil:
    return n_fixed * row if n_fixed else source.starts[row]

# Steps of some samples.
cdef int64_t count_steps(
    const Source *source, int64_t n_fixed, const int64_t *rows, int64_t n_rows,
) noexcept nogil

# Passes over the samples and over their steps, runs[0] and runs[stride]; the first one
# comes with its rows. `places` has places_size() elements of scratch, and then begins
# with the numbers among runs[0].rows as they were given.
cdef void pack_part(
    const Source *source, int64_t n_fixed, Pass *runs, int64_t stride, int64_t *places,
) noexcept nogil
