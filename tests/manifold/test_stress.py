import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import make_swiss_roll
from sklearn.manifold import ClassicalMDS

from skmanifold_nn.manifold._stress import (
    AllPairs,
    FromPivots,
    Run,
    _groups,
    _scale_free,
    check_weights,
)


def params(**more):
    return SimpleNamespace(
        **{
            "metric_mds": True,
            "ties": "secondary",
            "n_jobs": None,
            "solver": "smacof",
            "max_iter": 40,
            "eps": 1e-6,
            "acceleration": None,
        }
        | more
    )


def table(n=30, d=4):
    return squareform(pdist(np.random.default_rng(83).normal(size=(n, d))))


def weights_of(n=30):
    rng = np.random.default_rng(84)
    return squareform(rng.uniform(0, 1, n * (n - 1) // 2))


def test_weights():
    D, W = table(), weights_of()
    assert check_weights(None, D) is None
    assert check_weights(W.tolist(), D.astype(np.float32)).dtype == np.float32
    D[3, 5] = D[5, 3] = np.nan
    got = check_weights(None, D)
    assert got[3, 5] == got[5, 3] == 0 and got.sum() == 30 * 30 - 2
    got = check_weights(W, D)
    assert got[3, 5] == 0 and got[3, 6] == W[3, 6] and W[3, 5] > 0


def changed(matrix, i, j, value, both=True):
    matrix = matrix.copy()
    matrix[i, j] = value
    if both:
        matrix[j, i] = value
    return matrix


@pytest.mark.parametrize(
    "weights, fragments",
    [
        (weights_of(29), ["weights", "(30, 30)", "(29, 29)"]),
        (changed(weights_of(), 2, 3, -0.5), ["weights", "negative", "-0.5"]),
        (changed(weights_of(), 2, 3, 9, both=False), ["symmetric", "[2, 3] = 9"]),
        (changed(weights_of(), 2, 3, np.nan), ["weights", "NaN"]),
        (  # missing on one side only
            changed(changed(weights_of(), 2, 3, 1e-9), 2, 3, 0, both=False),
            ["symmetric", "[2, 3] = 0", "[3, 2] = 1e-09"],
        ),
        (np.kron(np.eye(3), np.ones((10, 10))), ["3 groups", "samples 0 and 10"]),
    ],
)
def test_weights_refused_by_name(weights, fragments):
    with pytest.raises(ValueError) as caught:
        check_weights(weights, table())
    assert all(fragment in str(caught.value) for fragment in fragments), caught.value


def test_groups_left_by_missing_values_are_refused():
    D = table()
    D[:12, 12:] = D[12:, :12] = np.nan
    with pytest.raises(ValueError, match=r"2 groups.*samples 0 and 12"):
        check_weights(None, D)


def test_groups_as_scipy_finds_them():
    rng = np.random.default_rng(85)
    for n in [1, 2, 17, 40]:
        links = rng.random((n, n)) < 1 / n
        links |= links.T
        count, expected = connected_components(links)
        labels = _groups(links)
        assert labels.max() + 1 == count
        assert len(set(zip(labels, expected, strict=True))) == count


def test_the_classical_start():
    D = table()
    start = AllPairs(None, D, params(), 3).classical_start()
    expected = ClassicalMDS(3, metric="precomputed").fit_transform(D)
    assert_allclose(start, expected, atol=1e-8)
    padded = AllPairs(None, D[:2, :2].copy(), params(), 3).classical_start()
    assert padded.shape == (2, 3) and not padded[:, 2].any()


def test_the_classical_start_bridges_missing_pairs():
    X = np.linspace(0, 1, 30)[:, None]
    D = squareform(pdist(X))
    gaps = np.where(D > 0.6, np.nan, D)  # along a line shortest paths are exact
    start = AllPairs(check_weights(None, gaps), gaps, params(), 1).classical_start()
    assert_allclose(np.abs(start), np.abs(X - 0.5), atol=1e-8)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("is_metric", [True, False])
def test_attributes_by_their_formulas(is_metric, is_weighted):
    D = table()
    W = weights_of() if is_weighted else None
    stress = AllPairs(W, D, params(metric_mds=is_metric), 2)
    start = np.random.default_rng(1).normal(size=(30, 2))
    configuration, losses = stress.lower(start, None, None)
    assert configuration.shape == (30, 2)
    raw, squares = stress.measure(configuration)
    assert_allclose(raw, losses[-1])
    found = stress.attributes(Run(configuration, losses, raw, squares))
    w = np.ones(435) if W is None else squareform(W)
    given = squareform(D)
    if not is_metric:
        given = np.interp(given, *found["disparity_curve_"].T)
    e = pdist(configuration)
    assert_allclose(raw, (w * (given - e) ** 2).sum())
    by_pair = squareform(w * (given - e) ** 2)
    assert_allclose(found["stress_per_point_"], by_pair.sum(axis=1) / by_pair.sum())
    best = minimize_scalar(lambda c: (w * (given - c * e) ** 2).sum()).x
    one = np.sqrt((w * (given - best * e) ** 2).sum() / (w * given**2).sum())
    assert_allclose(found["scale_free_stress_"], one, rtol=1e-6)
    assert ("weights_" in found) == is_weighted
    assert found["dissimilarity_matrix_"] is D


def test_reported_stress():
    run = Run(np.zeros((2, 1)), np.zeros(1), 8.0, 2.0)
    assert run.reported(False) == 8 and run.reported(True) == 2
    assert Run(np.zeros((2, 1)), np.zeros(1), 0.0, 0.0).reported(True) == 0


def test_memory_of_missing_pairs():
    D = table(500)
    D[3, 5] = D[5, 3] = np.nan
    tracemalloc.start()
    weights = check_weights(None, D)
    AllPairs(weights, D, params(), 2).classical_start()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10.2 * D.nbytes  # weights, known pairs as a graph, their paths


@pytest.mark.parametrize("unit", [1e-150, 1e-90, 1.0, 1e90, 1e140])
def test_scale_free_stress_in_any_unit(unit):
    e, delta = unit * np.array([3.0, 4.0, 1.0]), unit * np.array([2.0, 5.0, 1.0])
    stress = np.square(e - delta).sum()
    got = _scale_free(stress, np.square(e).sum(), np.square(delta).sum())
    assert_allclose(got, np.sqrt(1 - 27**2 / (26 * 30)), rtol=1e-12)


def test_scale_free_stress_keeps_its_digits_where_it_is_small():
    e = np.array([3.0, 4.0, 1.0])
    off = 1e-9 * np.array([0.0, 1.0, -4.0])  # orthogonal to e
    sums = np.square(off).sum(), np.square(e).sum(), np.square(e + off).sum()
    assert_allclose(_scale_free(*sums), np.sqrt(sums[0] / sums[1]), rtol=1e-6)
    assert _scale_free(0.0, 26.0, 26.0) == 0


def test_scale_free_stress_of_points_on_one_place():
    assert _scale_free(5.0, 0.0, 5.0) == 1
    assert _scale_free(0.0, 0.0, 0.0) == 0


def test_pivots_estimate_the_stress_over_all_pairs():
    X, _ = make_swiss_roll(800, random_state=7)
    D = squareform(pdist(X))
    indices = np.random.default_rng(2).permutation(800)[:200]
    pivots = FromPivots(indices, D[:, indices], params(solver="sgd"), 2)
    every = AllPairs(None, D, params(), 2)
    start = pivots.classical_start()
    assert_allclose(pivots.measure(start), every.measure(start), rtol=0.1)
    placed = pivots.classical_start()
    assert_array_equal(placed, start)
    run = Run(start, np.zeros(1), *pivots.measure(start))
    found = pivots.attributes(run)
    full = every.attributes(Run(start, np.zeros(1), *every.measure(start)))
    assert_allclose(found["stress_per_point_"].sum(), 1)
    assert_allclose(found["scale_free_stress_"], full["scale_free_stress_"], rtol=0.05)
    both = found["stress_per_point_"], full["stress_per_point_"]
    assert np.corrcoef(both)[0, 1] > 0.9


def test_the_landmark_start_is_exact_on_flat_data():
    X = np.random.default_rng(3).normal(size=(50, 2))
    D = squareform(pdist(X))
    indices = np.arange(0, 50, 7)
    start = FromPivots(indices, D[:, indices], params(), 2).classical_start()
    assert_allclose(pdist(start), pdist(X), rtol=1e-9)
