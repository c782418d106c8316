"""Classical scaling: R's figures, what its papers promise, and what our class adds."""

import numpy as np
import pytest
import sklearn.manifold
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.linalg import orthogonal_procrustes
from sklearn.datasets import load_digits, make_swiss_roll
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances

from skmanifold_nn.datasets import load_city_distances
from skmanifold_nn.manifold import ClassicalMDS

# R version 4.2.2 Patched (2022-11-10 r83330): cmdscale(eurodist, k = 2, eig = TRUE) and
# cmdscale(UScitiesD, k = 2, eig = TRUE), points and eig, printed with 15 digits.
EUROPE_PLACES = np.array(
    [
        [2290.27467963145, 1798.80292808528],
        [-825.382790353333, 546.811479981935],
        [59.1833405458673, -367.081352464047],
        [-82.8459728969902, -429.914658184615],
        [-352.499434888159, -290.908432826182],
        [293.689633143871, -405.311944805191],
        [681.93154452941, -1108.644777531],
        [-9.42336381041942, 240.405999000794],
        [-2048.44911286586, 642.458543858912],
        [561.108969942275, -773.369289556155],
        [164.921799492001, -549.367040524371],
        [-1935.04081056606, 49.1251358049372],
        [-226.423236427647, 187.087790228792],
        [-1423.35369659784, 305.875129791178],
        [-299.498710000715, 388.807256477344],
        [260.878045666041, 416.673809089146],
        [587.675678948474, 81.1822419519837],
        [-156.836256801961, -211.139112350797],
        [709.413281661987, 1109.36664746774],
        [839.445911169537, -1836.79055039322],
        [911.230500478075, 205.93019689753],
    ]
)
EUROPE_EIGENVALUES = [
    19538377.0895428,
    11856555.3340011,
    1528844.46798737,
    1118741.95050876,
    789347.202680119,
    581655.206719773,
    262319.207701126,
    192597.561676216,
    145084.534964409,
    107967.306926215,
    51394.8411077443,
    -3.72529029846191e-09,
    -9496.12421916751,
    -53058.1956694731,
    -132216.574997658,
    -257336.025563689,
    -332671.900716027,
    -516252.254234439,
    -919149.098412088,
    -1006503.96017177,
    -2251844.33173616,
]
STATES_PLACES = np.array(
    [
        [-718.7593806509, 142.994269012687],
        [-382.055765899551, -340.839622883191],
        [481.602336325231, -25.2850405793315],
        [-161.46625836681, 572.769910831035],
        [1203.73802480599, 390.100290520022],
        [-1133.52707667268, 581.907309133189],
        [-1072.23568624139, -519.024230181403],
        [1420.60331936956, 112.589202124915],
        [1341.72247894779, -579.739278428475],
        [-979.621991617248, -335.472809549447],
    ]
)
STATES_EIGENVALUES = [
    9582144.2992169,
    1686820.18346485,
    8157.29843793016,
    1432.86989652171,
    508.668686052268,
    25.1434857756361,
    -4.31294150976829e-10,
    -897.701285716037,
    -5467.57672018467,
    -35478.8851820971,
]


def cloud(n=300, d=10, seed=11, dtype=np.float64):
    """Points of four dimensions in a space of d."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 4)) * [4, 3, 2, 1] @ rng.standard_normal((4, d))
    return X.astype(dtype)


def aligned(embedding, reference):
    """Columns turned over where they point the other way."""
    return embedding * np.sign((embedding * reference).sum(axis=0))


def moved_onto(embedding, reference):
    """The embedding after the best rotation, reflection and shift."""
    embedding, middle = embedding - embedding.mean(axis=0), reference.mean(axis=0)
    return embedding @ orthogonal_procrustes(embedding, reference - middle)[0] + middle


def assert_near(actual, expected, share):
    assert_allclose(actual, expected, rtol=0, atol=share * np.abs(expected).max())


# --- other programs ---


@pytest.mark.parametrize(
    "region, places, eigenvalues",
    [
        ("europe", EUROPE_PLACES, EUROPE_EIGENVALUES),
        ("usa", STATES_PLACES, STATES_EIGENVALUES),
    ],
)
def test_cmdscale_of_r(region, places, eigenvalues):
    distances = load_city_distances(region).data
    scaling = ClassicalMDS(n_components=2, metric="precomputed").fit(distances)
    assert_allclose(aligned(scaling.embedding_, places), places, rtol=1e-10)
    assert_allclose(scaling.eigenvalues_, eigenvalues[:2], rtol=1e-12)
    ratio = -min(eigenvalues) / max(eigenvalues)
    assert_allclose(scaling.negative_eigenvalue_ratio_, ratio, rtol=1e-10)
    every = ClassicalMDS(n_components=len(distances), metric="precomputed").fit(
        distances
    )
    assert_allclose(every.eigenvalues_, eigenvalues, atol=1e-13 * eigenvalues[0])


def test_roads_are_not_euclidean_and_what_is_negative_is_no_column_of_nan():
    distances = load_city_distances("europe").data
    scaling = ClassicalMDS(n_components=21, metric="precomputed").fit(distances)
    assert_allclose(scaling.negative_eigenvalue_ratio_, 0.115, atol=5e-4)
    assert np.count_nonzero(scaling.eigenvalues_ < -1000) == 9
    assert_array_equal(scaling.embedding_.any(axis=0), [True] * 11 + [False] * 10)
    assert_near(scaling.transform(distances), scaling.embedding_, 1e-12)
    with np.errstate(invalid="ignore"):
        theirs = sklearn.manifold.ClassicalMDS(n_components=21, metric="precomputed")
        assert np.isnan(theirs.fit_transform(distances)).any()


@pytest.mark.parametrize(
    "X, parameters",
    [
        (load_digits().data[:420], {"n_components": 5}),
        (make_swiss_roll(300, random_state=3)[0], {"metric": "cityblock"}),
        (make_swiss_roll(420, random_state=3)[0], {"metric": "chebyshev"}),
        (load_digits().data[:200], {"metric": "minkowski", "metric_params": {"p": 3}}),
        (load_digits().data[:3], {"n_components": 7}),
    ],
)
@pytest.mark.parametrize("eigen_solver", ["auto", "arpack", "dense"])
def test_the_same_as_scikit_learn(X, parameters, eigen_solver):
    theirs = sklearn.manifold.ClassicalMDS(**parameters)
    with np.errstate(invalid="ignore"):
        theirs.fit(X)
    ours = ClassicalMDS(**parameters, eigen_solver=eigen_solver).fit(X)
    assert ours.embedding_.shape == theirs.embedding_.shape
    columns = ours.eigenvalues_ > 1e-9 * ours.eigenvalues_[0]
    assert_array_equal(ours.embedding_[:, ~columns], 0)
    assert_near(ours.embedding_[:, columns], theirs.embedding_[:, columns], 1e-6)
    assert_near(ours.eigenvalues_, theirs.eigenvalues_, 1e-10)
    assert_allclose(ours.dissimilarity_matrix_, theirs.dissimilarity_matrix_)


def test_of_euclidean_distances_it_is_pca_and_new_rows_are_projected():
    X = load_digits().data[:800]
    pca = PCA(n_components=6).fit(X[:700])
    scaling = ClassicalMDS(n_components=6).fit(X[:700])
    expected = pca.transform(X[:700])
    signs = np.sign((expected * scaling.embedding_).sum(axis=0))
    assert_near(scaling.embedding_, expected * signs, 1e-6)
    assert_near(scaling.transform(X[700:]), pca.transform(X[700:]) * signs, 1e-6)


# --- how far from Euclidean ---


def exact_ratio(distances):
    kernel = -0.5 * np.asarray(distances, dtype=np.float64) ** 2
    kernel -= kernel.mean(axis=0)
    kernel -= kernel.mean(axis=1, keepdims=True)
    values = np.linalg.eigvalsh((kernel + kernel.T) / 2)
    return -values[0] / values[-1]


@pytest.mark.parametrize("n, rtol", [(150, 1e-9), (600, 0.02)])
@pytest.mark.parametrize("metric", ["cityblock", "chebyshev", "cosine", "jaccard"])
def test_negative_eigenvalue_ratio(metric, n, rtol):
    X = load_digits().data[:n]
    X = X > 7 if metric == "jaccard" else X + 0.01
    distances = pairwise_distances(X, metric=metric)
    scaling = ClassicalMDS(metric="precomputed", n_jobs=2).fit(distances)
    expected = exact_ratio(distances)
    assert_allclose(scaling.negative_eigenvalue_ratio_, expected, rtol=rtol)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [1, 2, 60, 500])
@pytest.mark.parametrize("shift", [0, 300])
def test_euclidean_distances_have_no_negative_part_but_rounding(n, dtype, shift):
    X = (load_digits().data[:n] + shift).astype(dtype)
    assert ClassicalMDS().fit(X).negative_eigenvalue_ratio_ == 0.0
    distances = pairwise_distances(X)
    scaling = ClassicalMDS(metric="precomputed").fit(distances)
    assert scaling.negative_eigenvalue_ratio_ == 0.0
    squares = ClassicalMDS(metric_params={"squared": True}).fit(X)
    assert (squares.negative_eigenvalue_ratio_ > 0.01) == (n > 2)


# --- landmarks ---


@pytest.mark.parametrize("landmarks", ["maxmin", "random", [7, 290, 31, 44, 100, 12]])
@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_landmarks_that_span_the_data_give_exact_places(landmarks, metric):
    X = cloud()
    given = X if metric == "euclidean" else pairwise_distances(X)
    scaling = ClassicalMDS(
        4, metric=metric, n_landmarks=6, landmarks=landmarks, random_state=3
    ).fit(given)
    exact = ClassicalMDS(4).fit(X)
    assert_near(
        moved_onto(scaling.embedding_, exact.embedding_), exact.embedding_, 1e-9
    )
    assert_allclose(
        pairwise_distances(scaling.embedding_), pairwise_distances(X), atol=1e-7
    )
    new = cloud(50, seed=11) + 0.3 * (cloud(60)[10:] - cloud(70)[20:])
    rows = new if metric == "euclidean" else pairwise_distances(new, X)
    assert_near(
        moved_onto(scaling.transform(rows), exact.transform(new)),
        exact.transform(new),
        1e-9,
    )


def test_all_rows_as_landmarks_are_the_exact_method():
    X = cloud(120)
    for metric in ("euclidean", "cityblock"):
        exact = ClassicalMDS(3, metric=metric).fit(X)
        every = ClassicalMDS(3, metric=metric, n_landmarks=1.0).fit(X)
        assert_near(every.embedding_, exact.embedding_, 1e-10)
        assert_near(every.eigenvalues_, exact.eigenvalues_, 1e-12)
        assert_allclose(
            every.negative_eigenvalue_ratio_, exact.negative_eigenvalue_ratio_
        )


def test_what_is_kept_with_landmarks():
    X = cloud(2000)
    scaling = ClassicalMDS(n_landmarks=0.01, metric="cityblock").fit(X)
    indices = scaling.landmark_indices_
    assert len(np.unique(indices)) == 20
    assert_allclose(
        scaling.landmark_dissimilarities_,
        pairwise_distances(X[indices], X, metric="cityblock"),
    )
    assert not hasattr(scaling, "dissimilarity_matrix_")
    scaling.set_params(n_landmarks=None).fit(X[:50])
    assert not hasattr(scaling, "landmark_indices_")
    assert not hasattr(scaling, "landmark_dissimilarities_")
    assert scaling.dissimilarity_matrix_.shape == (50, 50)


def test_landmarks_need_no_square_matrix(monkeypatch):
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: 8_000_000)
    X = make_swiss_roll(30_000, random_state=5)[0]
    with pytest.raises(MemoryError, match=r"7,200,000,000 bytes.*n_landmarks"):
        ClassicalMDS().fit(X)
    scaling = ClassicalMDS(3, n_landmarks=30).fit(X)
    assert_near(moved_onto(scaling.embedding_, X), X, 1e-9)


def test_new_rows_by_their_dissimilarities_to_the_landmarks_alone():
    X = cloud()
    D = pairwise_distances(X, metric="cityblock")
    scaling = ClassicalMDS(metric="precomputed", n_landmarks=12).fit(D)
    few = D[:40][:, scaling.landmark_indices_]
    assert_array_equal(scaling.transform(few), scaling.transform(D[:40]))
    with pytest.raises(ValueError, match=r"must not be negative.*\[0, 2\] is -1"):
        scaling.transform(np.where(np.arange(12) == 2, -1, few))
    with pytest.raises(ValueError, match="X has 13 features, but ClassicalMDS is exp"):
        scaling.transform(D[:40, :13])


# --- new rows ---


@pytest.mark.parametrize("dtype, share", [(np.float64, 1e-6), (np.float32, 1e-4)])
@pytest.mark.parametrize("metric", ["euclidean", "cityblock", "cosine"])
@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("n_landmarks", [None, 90])
def test_training_rows_keep_their_places(dtype, share, metric, given, n_landmarks):
    X = load_digits().data[:600].astype(dtype)
    rows = pairwise_distances(X, metric=metric).astype(dtype) if given else X
    scaling = ClassicalMDS(
        3, metric="precomputed" if given else metric, n_landmarks=n_landmarks
    ).fit(rows)
    placed = scaling.transform(rows)
    assert placed.dtype == scaling.embedding_.dtype == dtype
    assert_near(placed, scaling.embedding_, share)


def test_new_rows_come_block_by_block(monkeypatch):
    monkeypatch.setattr("skmanifold_nn.manifold._classical_scaling.BLOCK_ENTRIES", 700)
    blockwise = ClassicalMDS(n_landmarks=25).fit(cloud())
    placed = blockwise.transform(cloud() + 0.2)
    monkeypatch.undo()
    whole = ClassicalMDS(n_landmarks=25).fit(cloud())
    assert_near(blockwise.embedding_, whole.embedding_, 1e-12)
    assert_near(placed, whole.transform(cloud() + 0.2), 1e-12)


def test_what_becomes_of_the_training_rows_does_not_matter():
    X = cloud(60)
    scaling = ClassicalMDS().fit(X)
    expected = scaling.transform(X[:9].copy())
    new = X[:9].copy()
    X[:] = 0
    assert_array_equal(scaling.transform(new), expected)


# --- input ---


def test_sparse_rows_and_callable_metrics():
    X = load_digits().data[:120]
    for n_landmarks in (None, 15):
        dense = ClassicalMDS(metric="cityblock", n_landmarks=n_landmarks).fit(X)
        csr = ClassicalMDS(metric="cityblock", n_landmarks=n_landmarks)
        csr.fit(sparse.csr_array(X))
        assert_near(csr.embedding_, dense.embedding_, 1e-10)
        assert_near(
            csr.transform(sparse.csr_array(X[:7])), dense.transform(X[:7]), 1e-10
        )
        called = ClassicalMDS(
            metric=lambda a, b: np.abs(a - b).sum(), n_landmarks=n_landmarks
        ).fit(X)
        assert_near(called.embedding_, dense.embedding_, 1e-10)


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_one_and_two_samples(metric):
    for n, expected in ((1, [[0.0]]), (2, [[1.5, 0], [-1.5, 0]])):
        X = np.array([[2.0, 1], [2.0, 4]])[:n]
        X = pairwise_distances(X) if metric == "precomputed" else X
        scaling = ClassicalMDS(n_components=3, metric=metric).fit(X)
        assert_allclose(np.abs(scaling.embedding_), np.abs(expected), atol=1e-12)
        assert_allclose(scaling.transform(X), scaling.embedding_, atol=1e-12)
        assert scaling.eigenvalues_.shape == (n,)


def test_the_given_matrix_is_kept_and_not_copied():
    distances = pairwise_distances(cloud(50))
    scaling = ClassicalMDS(metric="precomputed").fit(distances)
    assert np.shares_memory(scaling.dissimilarity_matrix_, distances)


def test_all_rows_alike():
    scaling = ClassicalMDS(n_landmarks=5).fit(np.full((30, 2), 4.0))
    assert_array_equal(scaling.embedding_, np.zeros((30, 2)))
    assert len(np.unique(scaling.landmark_indices_)) == 5
    assert scaling.negative_eigenvalue_ratio_ == 0.0


@pytest.mark.parametrize(
    "change, message",
    [
        ((3, 4, 9.0), r"Array must be symmetric.*\[3, 4\]"),
        ((3, 4, np.nan), "NaN"),
        ((2, 2, 1.0), "diagonal"),
    ],
)
@pytest.mark.parametrize("n_landmarks", [None, 8])
def test_matrices_that_are_refused(change, message, n_landmarks):
    distances = pairwise_distances(cloud(30))
    i, j, value = change
    distances[i, j] = value
    scaling = ClassicalMDS(metric="precomputed", n_landmarks=n_landmarks)
    with pytest.raises(ValueError, match=message):
        scaling.fit(distances)
