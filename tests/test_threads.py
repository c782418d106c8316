"""Threads that n_jobs asks for, whatever backend of joblib is active."""

import joblib
import pytest
from joblib.parallel import SequentialBackend

from skmanifold_nn._threads import effective_n_threads


class Cluster(SequentialBackend):
    """Counts the cores of all its machines, as Dask's backend does, in tasks too."""

    def effective_n_jobs(self, n_jobs):
        return 480

    def get_nested_backend(self):
        return Cluster(), None


@pytest.fixture
def cluster():
    joblib.register_parallel_backend("cluster", Cluster)
    with joblib.parallel_config("cluster"):
        yield
    joblib.parallel.BACKENDS.pop("cluster")


N_CPUS = joblib.cpu_count()
ANSWERS = [(None, 1), (1, 1), (3, 3), (-1, N_CPUS), (-1 - N_CPUS, 1)]


@pytest.mark.parametrize(("n_jobs", "n_threads"), ANSWERS)
def test_this_machine(n_jobs, n_threads):
    assert effective_n_threads(n_jobs) == n_threads


@pytest.mark.parametrize(("n_jobs", "n_threads"), ANSWERS)
def test_cores_of_a_cluster_are_no_threads(cluster, n_jobs, n_threads):
    assert joblib.effective_n_jobs(None) == 480
    assert effective_n_threads(n_jobs) == n_threads


def test_contexts_of_this_machine_count():
    with joblib.parallel_config("threading", n_jobs=3):
        assert effective_n_threads(None) == 3


@pytest.mark.parametrize("context", [None, "cluster"])
def test_zero_is_refused(context, request):
    if context:
        request.getfixturevalue(context)
    with pytest.raises(ValueError, match="n_jobs"):
        effective_n_threads(0)
