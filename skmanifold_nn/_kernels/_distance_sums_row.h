/* Included by _distance_sums.h once for each of double and float.

   With squared[j] the embedded distance of row i and row j in the columns before, adds
   column x and returns the sums over j of e, e^2 and d e, e = sqrt(squared). */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(distance_sums)(
    ptrdiff_t n, const SKMNN_REAL *distances, const double *x, double xi,
    double *squared, double *sums)
{
    double sum = 0, sum_squares = 0, sum_products = 0;
#pragma omp simd reduction(+ : sum, sum_squares, sum_products)
    for (ptrdiff_t j = 0; j < n; j++) {
        const double step = x[j] - xi;
        const double s = squared[j] + step * step;
        const double e = sqrt(s);
        squared[j] = s;
        sum += e;
        sum_squares += s;
        sum_products += e * (double)distances[j];
    }
    sums[0] = sum;
    sums[1] = sum_squares;
    sums[2] = sum_products;
}
