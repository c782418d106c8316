"""Largest eigenpairs of the centred kernel: passes over the distances and seconds.

asv runs the classes; as a script it prints, for geodesics of rolls, digits and a cloud,
the passes that each solver makes and its seconds beside scikit-learn's KernelPCA, and
for a product with eight vectors the seconds beside squaring by blocks and BLAS.
"""

import statistics
import sys
import time

import data
import numpy as np
from sklearn.decomposition import KernelPCA
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn.eigen import CenteredKernel, largest_eigenpairs
from skmanifold_nn.graph import geodesics, symmetrize

N_JOBS = 2
CASES = {
    "roll 2,000": (lambda: data.roll(2_000), 12),
    "roll 10,000": (lambda: data.roll(10_000), 12),
    "digits 1,797": (data.digits, 10),
    "MNIST 10,000": (lambda: data.mnist(10_000), 10),
    "Gaussian 20-d 4,000": (lambda: data.gaussian(4_000, 20), 10),
}


def distances_of(name, dtype=np.float64):
    rows, n_neighbors = CASES[name]
    graph = symmetrize(kneighbors_graph(rows(), n_neighbors, mode="distance"))
    return geodesics(graph, n_jobs=N_JOBS, dtype=dtype)


class CountedKernel(CenteredKernel):
    """Counts passes over the distances, the one for the means included."""

    n_passes = 0

    def _squares_times(self, block):
        self.n_passes += -(-block.shape[1] // 8)
        return super()._squares_times(block)


def blocked_product(distances, block, scratch):
    """(D o D) @ block as NumPy and BLAS do it without a second n x n array."""
    product = np.empty_like(block)
    for first in range(0, len(distances), len(scratch)):
        rows = slice(first, first + len(scratch))
        squares = scratch[: len(distances[rows])]
        np.multiply(distances[rows], distances[rows], out=squares)
        product[rows] = squares @ block
    return product


def kernel_pca(distances, k, eigen_solver):
    peer = KernelPCA(k, kernel="precomputed", eigen_solver=eigen_solver)
    peer.fit(-0.5 * distances**2)
    return peer.eigenvalues_


class LargestEigenpairs:
    params = [list(CASES), [2, 10], ["auto", "arpack"], ["float64", "float32"]]
    param_names = ["distances", "n_components", "eigen_solver", "dtype"]
    timeout = 300

    def setup(self, name, k, eigen_solver, dtype):
        self.distances = distances_of(name, dtype)

    def time_eigenpairs(self, name, k, eigen_solver, dtype):
        kernel = CenteredKernel(self.distances, n_jobs=N_JOBS)
        largest_eigenpairs(kernel, k, eigen_solver=eigen_solver)

    def peakmem_eigenpairs(self, name, k, eigen_solver, dtype):
        self.time_eigenpairs(name, k, eigen_solver, dtype)

    def track_passes(self, name, k, eigen_solver, dtype):
        kernel = CountedKernel(self.distances, n_jobs=N_JOBS)
        largest_eigenpairs(kernel, k, eigen_solver=eigen_solver)
        return kernel.n_passes

    def track_residual(self, name, k, eigen_solver, dtype):
        kernel = CenteredKernel(self.distances, n_jobs=N_JOBS)
        values, vectors = largest_eigenpairs(kernel, k, eigen_solver=eigen_solver)
        error = np.abs((kernel @ vectors.astype(np.float64)) / values - vectors)
        return float((error.max(axis=0) / np.abs(vectors).max(axis=0)).max())


class Product:
    params = [[2_000, 10_000], ["float64", "float32"]]
    param_names = ["n_samples", "dtype"]

    def setup(self, n_samples, dtype):
        rng = np.random.default_rng(3)
        self.kernel = CenteredKernel(
            rng.random((n_samples, n_samples), dtype=dtype), n_jobs=N_JOBS
        )
        self.block = rng.standard_normal((n_samples, 8))
        self.scratch = np.empty((256, n_samples), dtype=dtype)
        self.typed_block = self.block.astype(dtype)

    def time_ours(self, n_samples, dtype):
        self.kernel @ self.block

    def time_blocked_blas(self, n_samples, dtype):
        blocked_product(self.kernel.distances, self.typed_block, self.scratch)

    def time_squared_norm(self, n_samples, dtype):
        self.kernel.squared_norm()


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def interleaved(works, n_rounds=3):
    """Medians of rounds in which all works take turns."""
    rounds = [[seconds(work) for work in works] for _ in range(n_rounds)]
    return [statistics.median(times) for times in zip(*rounds)]  # noqa: B905


def compare_solvers(name, k):
    distances = distances_of(name)
    table = LargestEigenpairs()
    table.distances = distances
    solvers = ["krylov", "arpack"]
    works = [
        lambda s=s: table.time_eigenpairs(name, k, s, "float64") for s in solvers
    ] + [lambda: kernel_pca(distances, k, "arpack")]
    if len(distances) <= 4_000:
        works.append(lambda: kernel_pca(distances, k, "dense"))
    times = interleaved(works)
    passes = [table.track_passes(name, k, s, "float64") for s in solvers]
    residual = table.track_residual(name, k, "krylov", "float64")
    row = f"{name:20s} k = {k:2d}: krylov {passes[0]:3d} passes {times[0]:6.3f} s"
    row += f" (residual {residual:.0e}), arpack {passes[1]:3d} passes {times[1]:6.3f} s"
    row += f" | KernelPCA arpack {times[2]:6.2f} s = {times[2] / times[0]:.1f} x"
    if len(times) > 3:
        row += f", dense {times[3]:6.2f} s = {times[3] / times[0]:.1f} x"
    return row


def compare_product(n_samples, dtype):
    table = Product()
    table.setup(n_samples, dtype)
    works = [table.time_ours, table.time_blocked_blas, table.time_squared_norm]
    ours, blas, norm = interleaved(
        [lambda w=w: w(n_samples, dtype) for w in works], n_rounds=9
    )
    return (
        f"product, n = {n_samples}, {dtype}: {ours * 1e3:.1f} ms, blocked BLAS "
        f"{blas * 1e3:.1f} ms = {blas / ours:.1f} x; squared norm {norm * 1e3:.1f} ms"
    )


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for n_samples in Product.params[0]:
        for dtype in Product.params[1]:
            print(compare_product(n_samples, dtype), flush=True)
    for name in CASES:
        for k in LargestEigenpairs.params[1]:
            if wanted in name:
                try:
                    print(compare_solvers(name, k), flush=True)
                except NotImplementedError as error:
                    print(name, "left out:", error)
