"""Diffusion maps against diffusion distances and closed forms."""

import numpy as np
import pytest
from estimators import assert_close, bent_strip
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import make_blobs
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import KNeighborsTransformer

from skmanifold_nn.manifold import DiffusionMap
from skmanifold_nn.manifold._diffusion import power


def walk_of(kernel, alpha):
    """P and its stationary distribution."""
    density = kernel.sum(axis=1)
    kernel = kernel / np.outer(density, density) ** alpha
    mass = kernel.sum(axis=1)
    return kernel / mass[:, None], mass / mass.sum()


def dense(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else matrix


@pytest.mark.parametrize("affinity", ["rbf", "nearest_neighbors"])
@pytest.mark.parametrize("alpha", [0, 0.5, 1.0])
@pytest.mark.parametrize("time", [1, 2, 5])
def test_distances_are_diffusion_distances(affinity, alpha, time):
    X, _ = bent_strip(60)
    diffusion = DiffusionMap(
        59, affinity=affinity, gamma=1.0, alpha=alpha, diffusion_time=time
    ).fit(X)
    walk, stationary = walk_of(dense(diffusion.affinity_matrix_), alpha)
    steps = np.linalg.matrix_power(walk, time)
    expected = pairwise_distances(steps / np.sqrt(stationary))
    assert_allclose(pairwise_distances(diffusion.embedding_), expected, atol=1e-9)


@pytest.mark.parametrize("affinity", ["rbf", "nearest_neighbors"])
def test_columns_are_eigenvectors_of_unit_mean_square(affinity):
    X, _ = bent_strip(300)
    for time in (0, 0.5, 3):
        diffusion = DiffusionMap(3, affinity=affinity, diffusion_time=time).fit(X)
        walk, stationary = walk_of(dense(diffusion.affinity_matrix_), 1)
        values = diffusion.eigenvalues_
        assert np.all(np.diff(values) < 0) and values[0] < 1
        psi = diffusion.embedding_ / values**time
        assert_close(walk @ psi, psi * values, share=1e-8)
        assert_allclose(stationary @ psi**2, 1, rtol=1e-9)
        assert_allclose(stationary @ psi, 0, atol=1e-9)


@pytest.mark.parametrize(
    "params, rtol",
    [({"affinity": "rbf", "gamma": 60.0}, 1e-3), ({"n_neighbors": 21}, 1e-2)],
)
def test_circle(params, rtol):
    n = 300
    angle = np.arange(n) * 2 * np.pi / n
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    diffusion = DiffusionMap(6, diffusion_time=0, **params).fit(circle)
    # the heat semigroup: exp(-t m^2) for the m-th pair of waves
    rates = -np.log(diffusion.eigenvalues_)
    assert_allclose(rates / rates[0], [1, 1, 4, 4, 9, 9], rtol=rtol)
    for m in (1, 2, 3):
        waves = np.sqrt(2) * np.stack([np.cos(m * angle), np.sin(m * angle)], axis=1)
        pair = diffusion.embedding_[:, 2 * m - 2 : 2 * m]
        assert_allclose(pair, waves @ (waves.T @ pair) / n, atol=1e-5)
        assert_allclose(np.linalg.norm(pair, axis=1), np.sqrt(2), rtol=1e-5)


@pytest.mark.parametrize("affinity", ["rbf", "nearest_neighbors"])
def test_alpha_takes_the_density_out(rng, affinity):
    place = np.sort(rng.uniform(size=700) ** 1.5)  # dense at 0
    line = np.stack([place, np.zeros(700)], axis=1)
    wave = np.cos(np.pi * place)  # of the interval, whatever the density

    def departure(alpha):
        # the kernel has vanished at the last of 150 neighbours
        diffusion = DiffusionMap(
            1, affinity=affinity, gamma=3000.0, n_neighbors=150, alpha=alpha
        )
        column = diffusion.fit(line).embedding_[:, 0]
        return 1 - abs(np.corrcoef(column, wave)[0, 1])

    assert 20 * departure(1.0) < departure(0.0)
    assert departure(1.0) < 1e-3


def test_time_scales_columns_by_powers_of_their_eigenvalues():
    X, _ = bent_strip(150)
    plain = DiffusionMap(3, diffusion_time=0).fit(X)
    for time in (1, 2.5, 40):
        later = DiffusionMap(3, diffusion_time=time).fit(X)
        assert_array_equal(later.eigenvalues_, plain.eigenvalues_)
        expected = plain.embedding_ * plain.eigenvalues_**time
        assert_allclose(later.embedding_, expected, rtol=1e-12)


def test_power():
    values = np.array([0.5, -0.5, 0.0])
    assert_allclose(power(values, 0), 1)
    assert_allclose(power(values, 2.0), [0.25, 0.25, 0])
    assert_allclose(power(values, 0.5), [np.sqrt(0.5), -np.sqrt(0.5), 0])


@pytest.mark.parametrize("affinity", ["rbf", "nearest_neighbors"])
@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_extension_is_exact_next_to_training_rows(affinity, alpha):
    X, _ = bent_strip(200)
    diffusion = DiffusionMap(3, affinity=affinity, alpha=alpha).fit(X)
    assert_array_equal(diffusion.transform(X), diffusion.embedding_)
    fresh = X + 1e-9
    assert_close(diffusion.transform(fresh), diffusion.embedding_, share=1e-6)


def test_precomputed_kernels_and_graphs():
    X, _ = bent_strip(150)
    rows = DiffusionMap(affinity="rbf", gamma=2.0).fit(X)
    fresh = X[::4] + 0.03
    for kind in (np.asarray, sparse.csr_array):
        given = DiffusionMap(affinity="precomputed").fit(kind(rbf_kernel(X, gamma=2.0)))
        assert_close(given.embedding_, rows.embedding_, share=1e-7)
        placed = given.transform(kind(rbf_kernel(fresh, X, gamma=2.0)))
        assert_close(placed, rows.transform(fresh), share=1e-7)
    rows = DiffusionMap(n_neighbors=12).fit(X)
    given = DiffusionMap(affinity="precomputed_nearest_neighbors", n_neighbors=12)
    transformer = KNeighborsTransformer(n_neighbors=100).fit(X)
    given.fit(transformer.transform(X))
    assert_allclose(given.gamma_, rows.gamma_)
    assert_close(given.embedding_, rows.embedding_, share=1e-7)
    placed = given.transform(transformer.transform(fresh))
    assert_close(placed, rows.transform(fresh), share=1e-7)


def test_far_blobs_and_copies():
    X, labels = make_blobs(120, centers=[[0, 0], [50, 0]], random_state=3)
    X = np.vstack([X, X[:7]])
    with pytest.warns(UserWarning, match="components of the neighbors graph is 2 > 1"):
        diffusion = DiffusionMap(n_neighbors=15).fit(X)
    assert_array_equal(diffusion.transform(X), diffusion.embedding_)
    left, right = (diffusion.embedding_[:120][labels == blob] for blob in (0, 1))
    assert max(left[:, 0].min(), right[:, 0].min()) > min(
        left[:, 0].max(), right[:, 0].max()
    )
    with pytest.warns(UserWarning, match="joined by their closest rows"):
        DiffusionMap(n_neighbors=15, on_disconnected="bridge").fit(X)


def test_default_number_of_neighbours():
    X, _ = bent_strip(100)
    assert DiffusionMap().fit(X).n_neighbors_ == 30
    assert DiffusionMap().fit(X[:12]).n_neighbors_ == 12
