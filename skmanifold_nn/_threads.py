"""How many threads `n_jobs` asks for."""

from joblib import effective_n_jobs
from joblib.parallel import ThreadingBackend, get_active_backend

__all__ = ["effective_n_threads"]


def effective_n_threads(n_jobs: int | None) -> int:
    """Threads of this machine that `n_jobs` asks for.

    joblib's own backends count the cores of this machine; those of clusters, such as
    Dask's, count all cores of all machines, which are no threads of ours.

    Parameters
    ----------
    n_jobs : int or None
        None is what the context says, 1 without one or in a cluster; -1 all cores that
        the process may use, -2 all but one.

    Returns
    -------
    n_threads : int

    Raises
    ------
    ValueError
        If `n_jobs` is 0.
    """
    backend, _ = get_active_backend()
    if type(backend).__module__.split(".")[0] == "joblib":
        return effective_n_jobs(n_jobs)
    return ThreadingBackend().effective_n_jobs(n_jobs)
