# The one door to OpenMP, harmless where the compiler has none.
cdef extern from *:
    """
    #ifdef _OPENMP
    #include <omp.h>
    #define skmnn_thread_id omp_get_thread_num
    #else
    static int skmnn_thread_id(void) { return 0; }
    #endif
    """
    int thread_id "skmnn_thread_id"() noexcept nogil
