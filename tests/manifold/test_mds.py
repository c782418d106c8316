import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import cdist, pdist, squareform
from sklearn import manifold as sklearn_manifold
from sklearn.datasets import load_digits, load_iris, make_swiss_roll
from sklearn.metrics import euclidean_distances

from skmanifold_nn.manifold import MDS, ClassicalMDS, smacof


def digits(n=150):
    return load_digits().data[:n]


def table(n=40, d=4):
    return squareform(pdist(np.random.default_rng(91).normal(size=(n, d))))


def with_gaps(D, share=0.3):
    mask = np.triu(np.random.default_rng(5).uniform(size=D.shape) < share, 1)
    return np.where(mask | mask.T, np.nan, D)


def residual(embedding, truth):
    """What rotation, reflection and shift leave, relative to the truth."""
    embedding = embedding - embedding.mean(axis=0)
    truth = truth - truth.mean(axis=0)
    rotation, _ = orthogonal_procrustes(embedding, truth)
    return np.linalg.norm(embedding @ rotation - truth) / np.linalg.norm(truth)


# --- the same iterations as scikit-learn's ---


@pytest.mark.parametrize("is_metric", [True, False])
@pytest.mark.parametrize("name", ["digits", "roll", "cityblock"])
def test_twenty_iterations_as_scikit_learn(name, is_metric):
    X = digits() if name == "digits" else make_swiss_roll(150, random_state=3)[0]
    params = {"metric": "cityblock" if name == "cityblock" else "euclidean"}
    params |= {"max_iter": 20, "metric_mds": is_metric, "eps": 0.0}
    start = np.random.default_rng(1).normal(size=(150, 2))
    ours = MDS(**params).fit(X, init=start)
    theirs = sklearn_manifold.MDS(**params, init="random").fit(X, init=start)
    largest = np.abs(theirs.embedding_).max()
    assert_allclose(ours.embedding_, theirs.embedding_, atol=1e-6 * largest)
    assert ours.n_iter_ == theirs.n_iter_
    if is_metric:
        assert_allclose(ours.stress_, theirs.stress_)
    else:
        assert ours.stress_ <= theirs.stress_ * (1 + 1e-12)


@pytest.mark.parametrize("is_metric", [True, False])
@pytest.mark.parametrize("init", ["random", "classical_mds"])
def test_the_same_seed_gives_scikit_learns_embedding(init, is_metric):
    X = digits(100)
    params = {"metric_mds": is_metric, "init": init, "random_state": 7}
    params["n_init"] = 2 if init == "random" else 1
    ours, theirs = MDS(**params).fit(X), sklearn_manifold.MDS(**params).fit(X)
    largest = np.abs(theirs.embedding_).max()
    if is_metric or init == "random":
        assert_allclose(ours.embedding_, theirs.embedding_, atol=1e-3 * largest)
    assert ours.stress_ <= theirs.stress_ * (1 + 1e-3)


def test_function_as_scikit_learns():
    D = table()
    for normalized in (True, False):
        params = {"n_init": 3, "random_state": 2, "normalized_stress": normalized}
        X, stress, n_iter = smacof(D, return_n_iter=True, **params)
        expected = sklearn_manifold.smacof(D, return_n_iter=True, **params)
        assert_allclose(X, expected[0], atol=1e-8)
        assert_allclose(stress, expected[1])
        assert n_iter == expected[2]
    assert len(smacof(D, random_state=1)) == 2


def test_worked_example_of_borg_and_groenen():
    # "Modern Multidimensional Scaling", 2nd edition, section 8.6: dissimilarities
    # and start as in scikit-learn's test; one Guttman transform.
    D = np.array([[0, 5, 3, 4], [5, 0, 2, 2], [3, 2, 0, 1], [4, 2, 1, 0]])
    start = np.array(
        [[-0.266, -0.539], [0.451, 0.252], [0.016, -0.238], [-0.200, 0.524]]
    )
    X, stress = smacof(D, init=start, max_iter=1)
    wanted = [[-1.415, -2.471], [1.633, 1.107], [0.249, -0.067], [-0.468, 1.431]]
    assert_allclose(X, wanted, atol=1.5e-3)
    assert_allclose(stress, np.square(pdist(X) - squareform(D)).sum())


# --- missing values and weights ---


def test_missing_distances_are_recovered():
    X = np.random.default_rng(12).uniform(size=(40, 2))
    D = squareform(pdist(X))
    mds = MDS(metric="precomputed", eps=1e-14, max_iter=3000).fit(with_gaps(D, 0.5))
    assert residual(mds.embedding_, X) < 1e-4
    assert_allclose(squareform(pdist(mds.embedding_)), D, atol=1e-3)
    assert mds.stress_ < 1e-6 and (mds.weights_ == 0).any()


def test_nan_and_weight_zero_mean_the_same():
    D = table()
    gaps = with_gaps(D)
    known = (~np.isnan(gaps)).astype(float)
    by_nan = MDS(metric="precomputed").fit(gaps)
    by_weight = MDS(metric="precomputed").fit(D, weights=known)
    assert_allclose(by_nan.embedding_, by_weight.embedding_)
    assert_allclose(by_nan.stress_, by_weight.stress_)


def test_equal_weights_change_nothing():
    D = table()
    plain = MDS(metric="precomputed").fit(D)
    weighted = MDS(metric="precomputed").fit(D, weights=np.full(D.shape, 3.0))
    assert_allclose(weighted.embedding_, plain.embedding_, atol=1e-8)
    assert_allclose(weighted.stress_, 3 * plain.stress_)
    assert weighted.n_iter_ == plain.n_iter_


def test_weights_decide_which_pairs_fit():
    D = table(d=6)
    weights = np.ones_like(D)
    weights[:6, :6] = 100
    pairs = np.triu_indices(6, 1)

    def misfit(mds):
        return np.abs(squareform(pdist(mds.embedding_)) - D)[pairs].sum()

    plain = MDS(metric="precomputed").fit(D)
    weighted = MDS(metric="precomputed").fit(D, weights=weights)
    assert misfit(weighted) < 0.6 * misfit(plain)


# --- starts, stress, curves ---


def test_the_best_start_is_kept():
    X = digits(60)
    mds = MDS(init="random", n_init=5, random_state=3).fit(X)
    assert len(mds.stresses_) == 5 and np.unique(mds.stresses_).size > 1
    assert mds.stress_ == mds.stresses_.min()
    e = pdist(mds.embedding_)
    assert_allclose(mds.stress_, np.square(e - pdist(X)).sum())
    assert_allclose(mds.loss_curve_[-1], mds.stress_)
    assert mds.n_iter_ == len(mds.loss_curve_)
    assert (np.diff(mds.loss_curve_) <= 0).all()


@pytest.mark.parametrize("is_metric", [True, False])
def test_normalized_stress(is_metric):
    X = digits(80)
    fits = {
        choice: MDS(metric_mds=is_metric, normalized_stress=choice).fit(X)
        for choice in (True, False, "auto")
    }
    e = pdist(fits[False].embedding_)
    one = np.sqrt(fits[False].stress_ / np.square(e).sum())
    assert_allclose(fits[True].stress_, one)
    assert fits["auto"].stress_ == fits[not is_metric].stress_
    assert 0 < fits[True].scale_free_stress_ <= one


def test_scale_free_stress_does_not_see_the_unit():
    X = digits(80)
    for is_metric in (True, False):
        one, other = (
            MDS(metric_mds=is_metric).fit(X * factor).scale_free_stress_
            for factor in (1, 1000)
        )
        assert_allclose(one, other, rtol=1e-6)


def test_stress_per_point():
    X = digits(80)
    X[7] = 5 * X[7].max() - X[7]  # nothing like the others
    mds = MDS(n_components=1).fit(X)
    assert_allclose(mds.stress_per_point_.sum(), 1)
    by_pair = np.square(squareform(pdist(mds.embedding_) - pdist(X)))
    assert_allclose(mds.stress_per_point_, by_pair.sum(axis=1) / by_pair.sum())


def test_a_reference_turns_the_configuration():
    X = digits(80)
    plain = MDS().fit(X)
    angle = 0.8
    turn = [[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]]
    reference = plain.embedding_ @ turn + [3.0, -5.0]
    turned = MDS().fit(X, reference=reference)
    assert_allclose(turned.embedding_, reference, atol=1e-8)
    assert_allclose(turned.stress_, plain.stress_)
    assert_allclose(turned.fit_transform(X, reference=2 * reference).mean(0), [6, -10])
    assert_allclose(turned.transform(X[:3]), turned.embedding_[:3])
    moved, _ = smacof(squareform(pdist(X)), reference=reference, random_state=1)
    assert_allclose(moved.mean(axis=0), reference.mean(axis=0))


def test_a_reference_of_another_shape_is_refused_before_the_work(capsys):
    with pytest.raises(ValueError, match="reference"):
        MDS(verbose=2).fit(digits(60), reference=np.ones((60, 3)))
    assert "iteration" not in capsys.readouterr().out


def test_momentum_reaches_the_same_stress_sooner():
    X = digits()
    plain = MDS(eps=1e-8, max_iter=3000).fit(X)
    quick = MDS(eps=1e-8, max_iter=3000, acceleration="nesterov").fit(X)
    assert quick.n_iter_ < plain.n_iter_ / 2
    assert quick.stress_ < plain.stress_ * 1.001


# --- non-metric ---


def test_only_the_order_counts():
    D = table()
    plain, bent = (
        MDS(metric="precomputed", metric_mds=False, init="random", random_state=1).fit(
            matrix
        )
        for matrix in (D, D**3)
    )
    assert bent.stress_ < 1.05 * plain.stress_
    metric = MDS(metric="precomputed", normalized_stress=True).fit(D**3)
    assert bent.stress_ < metric.stress_


def test_ties():
    D = np.ceil(table() * 1.5)
    np.fill_diagonal(D, 0)
    fits = {
        ties: MDS(metric="precomputed", metric_mds=False, ties=ties).fit(D)
        for ties in ("primary", "secondary")
    }
    assert fits["primary"].stress_ < fits["secondary"].stress_
    curve = fits["secondary"].disparity_curve_
    assert set(curve[:, 0]) <= set(np.unique(D))


# --- new points ---


def test_new_points_lie_where_their_distances_say():
    X = np.random.default_rng(2).normal(size=(150, 2))
    fresh = np.random.default_rng(3).normal(size=(20, 2))
    mds = MDS(eps=1e-14, max_iter=2000).fit(X)
    distances = cdist(mds.transform(fresh), mds.embedding_)
    assert_allclose(distances, cdist(fresh, X), atol=1e-4)
    mds = MDS(metric="precomputed", eps=1e-14, max_iter=2000).fit(cdist(X, X))
    queries = cdist(fresh, X)
    queries[::2, ::3] = np.nan
    places = mds.transform(queries)
    assert_allclose(cdist(places, mds.embedding_), cdist(fresh, X), atol=1e-4)


def test_new_points_of_a_nonmetric_fit_go_by_disparities():
    X = np.random.default_rng(2).normal(size=(120, 2))
    D = cdist(X, X) ** 2  # any monotone function
    mds = MDS(metric="precomputed", metric_mds=False, init="classical_mds", eps=1e-9)
    mds.fit(D)
    fresh = X[:20] + 0.01
    places = mds.transform(cdist(fresh, X) ** 2)
    gaps = np.linalg.norm(places - mds.embedding_[:20], axis=1)
    assert gaps.max() < 0.1 * np.abs(mds.embedding_).max()
    assert_array_equal(mds.transform(D[:4]), mds.embedding_[:4])
    far = mds.transform(D[:2] + 50 * D.max())
    assert np.linalg.norm(far, axis=1).min() > 5


def test_new_digits_fit_as_well_as_in_a_joint_configuration():
    X = digits(400)
    mds, together = MDS().fit(X[:300]), MDS().fit(X).embedding_
    given = cdist(X[300:], X[:300])
    placed = cdist(mds.transform(X[300:]), mds.embedding_)
    joint = cdist(together[300:], together[:300])
    assert np.square(placed - given).sum() < 1.05 * np.square(joint - given).sum()


def test_copies_of_training_rows_get_their_places():
    X = 3 + np.random.default_rng(4).normal(size=(60, 4))
    for params in (
        {},
        {"init": "random", "random_state": 1},
        {"metric": "cosine"},
        {"metric": "seuclidean", "n_components": 1},
    ):
        mds = MDS(**params).fit(X)
        assert_array_equal(mds.transform(X[::-1]), mds.embedding_[::-1])


# --- large n ---


@pytest.mark.parametrize("n_init", [1, 3])
def test_sgd_is_as_good_as_smacof(n_init):
    X = digits(300)
    smacof_fit = MDS(eps=1e-9, max_iter=2000).fit(X)
    init = "classical_mds" if n_init == 1 else "random"
    sgd = MDS(solver="sgd", init=init, n_init=n_init, random_state=4, eps=1e-4).fit(X)
    assert sgd.stress_ < 1.02 * smacof_fit.stress_
    assert sgd.n_iter_ <= 60
    assert_allclose(sgd.stress_, np.square(pdist(sgd.embedding_) - pdist(X)).sum())


def test_sgd_with_missing_pairs():
    gaps = with_gaps(euclidean_distances(digits(150)))
    params = {"metric": "precomputed", "init": "random", "n_init": 3, "random_state": 4}
    exact = MDS(**params, eps=1e-9, max_iter=2000).fit(gaps)
    sgd = MDS(**params, solver="sgd").fit(gaps)
    assert sgd.stress_ < 1.08 * exact.stress_  # local minima differ by some per cent


def test_pivots():
    X = digits(500)
    full = MDS().fit(X)
    mds = MDS(solver="sgd", n_pivots=100, random_state=4).fit(X)
    true = np.square(pdist(mds.embedding_) - pdist(X)).sum()
    assert true < 1.15 * full.stress_
    assert_allclose(mds.stress_, true, rtol=0.1)
    assert mds.pivot_dissimilarities_.shape == (500, 100)
    assert not hasattr(mds, "dissimilarity_matrix_")
    given = euclidean_distances(X)
    same = MDS(metric="precomputed", solver="sgd", n_pivots=100, random_state=4)
    same.fit(given)
    assert residual(same.embedding_, mds.embedding_) < 1e-6
    assert_array_equal(same.pivot_indices_, mds.pivot_indices_)
    assert_array_equal(same.transform(given[:3]), same.embedding_[:3])
    full.fit(X)
    mds.set_params(solver="smacof", n_pivots=None).fit(X)
    assert not hasattr(mds, "pivot_indices_")


# --- what is refused ---


@pytest.mark.parametrize(
    "params, arguments, fragments",
    [
        ({"solver": "sgd", "metric_mds": False}, {}, ["solver='sgd'", "metric_mds"]),
        ({"n_pivots": 30}, {}, ["n_pivots=30", "solver='sgd'"]),
        ({"solver": "sgd", "n_pivots": 2}, {}, ["n_pivots=2", "n_components=2"]),
        ({"solver": "sgd", "n_pivots": 99}, {}, ["n_pivots=99", "n_samples=60"]),
        (
            {"solver": "sgd", "n_pivots": 9},
            {"weights": np.ones((60, 60))},
            ["weights", "n_pivots=None"],
        ),
        ({}, {"init": np.ones((59, 2))}, ["init", "(60, n_components)", "(59, 2)"]),
        ({}, {"reference": np.ones((60, 3))}, ["reference", "(60, 2)", "(60, 3)"]),
        ({}, {"reference": np.ones((59, 2))}, ["reference", "(59, 2)"]),
        ({}, {"weights": np.ones((59, 59))}, ["weights", "(59, 59)"]),
        ({}, {"init": np.ones((60, 2))}, ["All rows of init are equal"]),
        (
            {"solver": "sgd", "n_pivots": 3},
            {"init": np.arange(240.0).reshape(60, 4)},
            ["n_pivots=3", "n_components=4"],
        ),
        (
            {"solver": "sgd", "acceleration": "nesterov"},
            {},
            ["acceleration='nesterov'", "solver='smacof'"],
        ),
    ],
)
def test_refused_by_name(params, arguments, fragments):
    with pytest.raises(ValueError) as caught:
        MDS(**params).fit(digits(60), **arguments)
    assert all(fragment in str(caught.value) for fragment in fragments), caught.value


def test_what_does_not_fit_in_memory_is_refused_first(monkeypatch):
    limit = 4 * 8 * 60**2  # matrices of all pairs
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: limit)
    D = table(60)
    MDS(metric="precomputed").fit(D)
    for refused in (
        lambda: MDS(metric="precomputed", metric_mds=False).fit(D),
        lambda: MDS(metric="precomputed").fit(D, weights=np.ones_like(D)),
        lambda: MDS(metric="precomputed").fit(with_gaps(D)),
    ):
        with pytest.raises(MemoryError, match=r"GiB.*n_pivots"):
            refused()


def test_extreme_units_are_refused_from_pivots_and_landmarks_too():
    X = digits(60) * 1e-100
    for estimator in (MDS(solver="sgd", n_pivots=9), ClassicalMDS(n_landmarks=9)):
        with pytest.raises(ValueError, match="Change the unit"):
            estimator.fit(X)


def test_the_function_names_its_own_parameter():
    with pytest.raises(ValueError, match=r"^metric must be True or False.*'cosine'"):
        smacof(table(), metric="cosine")


def test_warnings():
    X = np.random.default_rng(1).normal(size=(12, 12))
    with pytest.warns(UserWarning, match="square matrix"):
        MDS().fit(X)
    with pytest.warns(UserWarning, match="performing only one init"):
        MDS(n_init=3).fit(X[:, :3], init=X[:, :2])


def test_sparse_rows():
    from scipy.sparse import csr_array

    X = digits(60)
    expected = MDS().fit(X)
    for kind in ({}, {"solver": "sgd", "n_pivots": 20, "random_state": 1}):
        mds = MDS(**kind).fit(csr_array(X))
        assert_allclose(mds.transform(csr_array(X[:4])), mds.embedding_[:4])
    assert_allclose(MDS().fit(csr_array(X)).stress_, expected.stress_)


def test_verbose_reports_iterations(capsys):
    MDS(verbose=2, max_iter=3).fit(digits(30))
    out = capsys.readouterr().out
    assert "iteration 3: stress" in out and "dissimilarities:" in out


def test_iris_start_is_classical_scaling():
    X = load_iris().data
    start = ClassicalMDS().fit_transform(X)
    assert_allclose(MDS().fit_transform(X, init=start), MDS().fit_transform(X))
