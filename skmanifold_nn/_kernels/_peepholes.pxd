# Gradients of the peepholes of long short-term memory.
from cython cimport floating

from ._network cimport Op, Pass

# dp (3, H) += of i and f, dz c_before, and of o, dz c, of one part that has rows. The
# gates i, f, g, o of dz lie side by side.
cdef void collect_peepholes(
    const Op *op, const Pass *run, const floating *c, const floating *dz, floating *dp,
) noexcept nogil
