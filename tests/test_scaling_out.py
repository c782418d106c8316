"""Fits and blocks of rows on Dask's workers, as the user guide's page has them.

The code of the page runs as it stands there, on two processes; the tests then look at
what came of it.
"""

import doctest
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skmanifold_nn.manifold import Isomap
from skmanifold_nn.neural_network import GRURegressor, MLPClassifier

distributed = pytest.importorskip("distributed")

PAGE = Path(__file__).parents[1] / "doc" / "user_guide" / "scaling_out.rst"


@pytest.fixture(scope="module")
def page():
    """What the names on the page stand for when its last block has run."""
    text = PAGE.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    runner = doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    report = []
    runner.run(test, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)
    return test.globs


def scores(search):
    return search.cv_results_["mean_test_score"]


def test_a_search_on_processes_equals_the_serial_one(page):
    found = page["search"]  # the page itself compares the other one
    serial = clone(found).fit(page["X"], page["y"])
    assert len(np.unique(scores(found))) > 1  # the parameters make a difference
    assert_array_equal(scores(found), scores(serial))
    assert found.best_params_ == serial.best_params_
    assert len(np.unique(scores(page["embedded"]))) > 1


def test_blocks_on_processes_are_placed_as_all_rows_at_once(page):
    whole = page["isomap"].transform(page["digits"])
    assert_allclose(page["places"], whole, atol=1e-9)
    assert_allclose(np.concatenate(page["blocks"]), whole, atol=1e-9)


def test_partial_fit_over_blocks_learns(page):
    assert page["net"].score(page["digits"], page["labels"]) > 0.8


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_searches_on_threads_of_workers(client):
    X, y = load_digits(return_X_y=True)
    net = MLPClassifier((8,), max_iter=3, tol=0.0, n_iter_no_change=5, random_state=7)
    net.set_params(learning_rate="one_cycle", batch_size=20)
    search = GridSearchCV(net, {"learning_rate_init": [0.01, 0.03]}, cv=2)
    X, y = X[:300] / 16, y[:300]
    with joblib.parallel_config(backend="dask"):
        search.fit(X, y)
    assert_array_equal(scores(search), scores(clone(search).fit(X, y)))


@pytest.mark.parametrize(
    "estimator",
    [
        Isomap(n_neighbors=15),
        MLPClassifier((6,), max_iter=2, dropout=0.2, tol=0.0, random_state=5),
        GRURegressor((4,), max_iter=2, tol=0.0, random_state=5, input_shape=(8, 8)),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:UserWarning")
def test_a_fit_of_a_worker_is_the_fit_of_this_process(client, estimator):
    X, y = load_digits(return_X_y=True)
    X, y = X[:200] / 16, y[:200]
    remote = client.submit(lambda: clone(estimator).fit(X, y)).result()
    here = clone(estimator).fit(X, y)
    assert_array_equal(remote.transform(X), here.transform(X))
    returned = pickle.loads(pickle.dumps(remote))
    assert_array_equal(returned.transform(X), here.transform(X))
