"""The rows with which embeddings are compared; what stands within pipelines."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.decomposition import PCA, KernelPCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.manifold import Isomap, SpectralEmbedding
from skmanifold_nn.metrics._reference import (
    check_reference,
    given_rows,
    reference_rows,
    steps_of,
)


@pytest.fixture
def X(rng):
    return rng.normal(size=(40, 3))


def test_the_last_step_and_what_is_before_it(X):
    alone = PCA()
    assert steps_of(alone) == (None, alone)
    assert steps_of(make_pipeline(alone)) == (None, alone)
    pipeline = make_pipeline(StandardScaler(), PCA()).fit(X)
    before, last = steps_of(pipeline)
    assert last is pipeline[-1]
    assert_array_equal(before.transform(X), pipeline[0].transform(X))


def test_searches(X):
    search = GridSearchCV(make_pipeline(StandardScaler(), PCA()), {"pca__whiten": [1]})
    assert steps_of(search) == (None, search), "not fitted yet"
    search.set_params(param_grid={"pca__n_components": [1, 2]}).fit(X)
    before, last = steps_of(search)
    assert last is search.best_estimator_[-1]
    assert before.transform(X).shape == X.shape
    nested = make_pipeline(StandardScaler(), search)
    assert steps_of(nested)[1] is search.best_estimator_


def test_given_rows(X):
    pipeline = make_pipeline(StandardScaler(), "passthrough", PCA(2), PCA(1)).fit(X)
    assert given_rows(pipeline, X, 0) is X
    scaled = pipeline[0].transform(X)
    assert_array_equal(given_rows(pipeline, X, 1), scaled)
    assert_array_equal(given_rows(pipeline, X, 2), scaled)
    assert_array_equal(given_rows(pipeline, X), pipeline[:-1].transform(X))
    assert given_rows(pipeline[-1], X) is X
    with pytest.raises(ValueError, match=r"reference must be at most 3, .* got 4"):
        given_rows(pipeline, X, 4)
    with pytest.raises(ValueError, match=r"at most 0, .* of PCA, got 1"):
        given_rows(pipeline[-1], X, 1)


def test_reference_rows(X):
    pipeline = make_pipeline(StandardScaler(), PCA(2), Isomap(metric="precomputed"))
    pipeline[:-1].fit(X)
    scaled = pipeline[0].transform(X)
    found = {
        reference: reference_rows(pipeline, X, reference, "euclidean")
        for reference in ("raw", "prepared", 2)
    }
    assert found["raw"] is X
    assert_array_equal(found["prepared"], scaled)
    assert_array_equal(found[2], pipeline[1].transform(scaled))
    assert_array_equal(reference_rows(pipeline, X, "prepared", "precomputed"), found[2])
    alone = Isomap(metric="precomputed")
    assert reference_rows(alone, X, "prepared", "euclidean") is X


class MadeElsewhere:
    """It has no tags, but the parameter of this name that all have."""

    metric = "precomputed"


@pytest.mark.parametrize(
    "last",
    [
        Isomap(metric="precomputed"),
        SpectralEmbedding(affinity="precomputed"),
        SpectralEmbedding(affinity="precomputed_nearest_neighbors"),
        KernelPCA(kernel="precomputed"),
        make_pipeline(Isomap(metric="precomputed"), PCA(1)),
        GridSearchCV(KernelPCA(kernel="precomputed"), {}),
        MadeElsewhere(),
    ],
)
def test_last_steps_that_take_pairs(X, last):
    steps = [("scale", StandardScaler()), ("pairs", PCA(2)), ("last", last)]
    pipeline = Pipeline(steps)
    pipeline[:-1].fit(X)
    found = reference_rows(pipeline, X, "prepared", "euclidean")
    assert_array_equal(found, pipeline[0].transform(X))


@pytest.mark.parametrize("last", [KernelPCA(), "passthrough", Isomap()])
def test_last_steps_that_take_rows(X, last):
    steps = [("scale", StandardScaler()), ("pca", PCA(2)), ("last", last)]
    pipeline = Pipeline(steps)
    pipeline[:-1].fit(X)
    found = reference_rows(pipeline, X, "prepared", "euclidean")
    assert_array_equal(found, pipeline[:-1].transform(X))


def test_images_are_flat_rows():
    images = np.arange(24.0).reshape(4, 2, 3, 1)
    for given in (images, images.tolist()):
        found = reference_rows(PCA(), given, "raw", "euclidean")
        assert_array_equal(found, np.arange(24).reshape(4, 6))
    ragged = [np.zeros((3, 2)), np.zeros((5, 2))]
    assert reference_rows(PCA(), ragged, "raw", "euclidean") is ragged


def test_words_and_numbers():
    for reference in ("prepared", "raw", 0, np.int64(3)):
        check_reference(reference)
    for reference in ("first", -1, True, None, 1.5, np.array([1, 2]), [1]):
        with pytest.raises(ValueError, match=r"reference must be one of .*'raw' "):
            check_reference(reference)
