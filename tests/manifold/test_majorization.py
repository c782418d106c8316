import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_digits

from skmanifold_nn.manifold._majorization import (
    ACCELERATIONS,
    Crew,
    Metric,
    Nonmetric,
    majorize,
)

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def case(n=37, d=2, dtype=np.float64):
    rng = np.random.default_rng(71)
    D = squareform(pdist(rng.normal(size=(n, 5))))
    W = squareform(rng.uniform(0, 1, n * (n - 1) // 2).round(1))
    return D.astype(dtype), W.astype(dtype), rng.normal(size=(d, n)).astype(dtype)


def naive_step(D, W, places):
    """Guttman transform V^+ B(X) X and stress, by the book."""
    X = places.T.astype(np.float64)
    e = squareform(pdist(X))
    ratio = np.divide(W * D, e, out=np.zeros_like(e), where=e > 0)
    B, V = -ratio, -W.astype(np.float64)
    np.fill_diagonal(B, ratio.sum(axis=1))
    np.fill_diagonal(V, 0)
    np.fill_diagonal(V, -V.sum(axis=1))
    stress = np.sum(W * np.square(D - e)) / 2
    return (np.linalg.pinv(V) @ B @ X).T, stress, np.sum(W * e**2) / 2


@both_dtypes
@pytest.mark.parametrize("is_weighted", [False, True])
def test_a_pass_is_the_guttman_transform(is_weighted, dtype):
    D, W, places = case(dtype=dtype)
    step = Metric(D, W if is_weighted else None, 2).start(places)
    ones = 1 - np.eye(len(D))
    target, stress, squares = naive_step(D, W if is_weighted else ones, places)
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    assert step.target.dtype == dtype
    assert_allclose(step.target, target, atol=tolerance)
    assert_allclose([step.stress, step.squares], [stress, squares], rtol=tolerance)


def test_missing_pairs_may_be_nan():
    D, W, places = case()
    spoilt = np.where(W > 0, D, np.nan)
    expected, got = (Metric(table, W, 2).start(places) for table in (D, spoilt))
    assert_array_equal(got.target, expected.target)
    assert got.stress == expected.stress


def test_measures():
    D, W, places = case()
    passes = Metric(D, W, 2)
    _, stress, squares = naive_step(D, W, places)
    assert_allclose(passes.measure(places), (stress, squares))
    assert_allclose(passes.squared_disparities(), np.sum(W * D**2) / 2)
    points = np.sum(W * np.square(D - squareform(pdist(places.T))), axis=1)
    assert_allclose(passes.point_stresses(places), points)


@pytest.mark.parametrize("acceleration", ACCELERATIONS)
@pytest.mark.parametrize("kind", ["metric", "weighted", "nonmetric", "both"])
@both_dtypes
def test_stress_never_rises(dtype, kind, acceleration):
    D, W, places = case(n=80, dtype=dtype)
    tolerance = 1e-12 if dtype == np.float64 else 1e-6
    W = W if kind in ("weighted", "both") else None
    if kind in ("nonmetric", "both"):
        passes = Nonmetric(D, W, 2, ties="secondary")
    else:
        passes = Metric(D, W, 2)
    seen = []
    end, losses = majorize(
        passes,
        places,
        max_iter=300,
        eps=0,
        acceleration=acceleration,
        on_iteration=lambda n_iter, stress: seen.append((n_iter, stress)),
    )
    assert (np.diff(losses) <= tolerance * losses[0]).all()
    assert seen == list(enumerate(losses, 1))
    assert end.dtype == dtype
    assert_allclose(passes.measure(end)[0], losses[-1])
    # a fixed point of the transform, up to what the iterations leave
    step = passes(end)
    assert np.abs(step.target - end).max() < 0.02 * np.abs(end).max()


@pytest.mark.parametrize("is_metric", [True, False])
def test_momentum_is_quicker(is_metric):
    D = squareform(pdist(load_digits().data[:300]))
    start = np.random.default_rng(9).normal(size=(2, 300)) * 20
    n_iter = {}
    for acceleration in (None, "nesterov"):
        passes = Metric(D, None, 2)
        if not is_metric:
            passes = Nonmetric(D, None, 2, ties="secondary")
        _, losses = majorize(
            passes, start, max_iter=2000, eps=1e-8, acceleration=acceleration
        )
        n_iter[acceleration] = len(losses)
    assert 2 * n_iter["nesterov"] < n_iter[None]


def test_the_end():
    D, _, places = case()
    passes = Metric(D, None, 2)
    for eps in (1e-2, 1e-4, 1e-6):
        end, losses = majorize(passes, places, max_iter=1000, eps=eps)
        squares = passes.measure(end)[1]
        assert losses[-2] - losses[-1] < eps * squares
        assert (losses[1:-2] - losses[2:-1] >= eps * squares / 2).all()
    assert len(majorize(passes, places, max_iter=7, eps=0)[1]) == 7


def test_a_perfect_start_ends_at_once():
    D = squareform(pdist([[0.0], [1.0], [3.0]]))
    passes = Metric(D, None, 1)
    end, losses = majorize(passes, np.array([[0.0, 1, 3]]), max_iter=50, eps=1e-6)
    assert len(losses) == 2 and losses[-1] < 1e-30
    assert_allclose(end, [[-4 / 3, -1 / 3, 5 / 3]])


def test_threads_that_come_late_are_left_out_for_a_while(monkeypatch):
    now = 100.0
    monkeypatch.setattr(
        "skmanifold_nn.manifold._majorization.perf_counter", lambda: now
    )
    crew, used = Crew(2), []
    crew.SECONDS_ALONE = 0.06
    for milliseconds in (20, 10, 29, 31, 25, 40, 1, 9):
        with crew:
            used.append(crew.n_threads)
            now += milliseconds / 1000
    assert used == [1, 2, 2, 2, 1, 1, 2, 2]


@both_dtypes
def test_the_same_bits_for_any_n_jobs(dtype, monkeypatch):
    monkeypatch.setattr(Crew, "SECONDS_ALONE", 0)
    D, W, places = case(n=380, dtype=dtype)
    for weights in (None, W):
        for make in (Metric, Nonmetric):
            more = {} if make is Metric else {"ties": "primary"}
            ends = [
                majorize(make(D, weights, 2, n_jobs, **more), places, max_iter=4, eps=0)
                for n_jobs in (1, 2)
            ]
            for end, losses in ends[1:]:
                assert_array_equal(end, ends[0][0])
                assert_array_equal(losses, ends[0][1])
