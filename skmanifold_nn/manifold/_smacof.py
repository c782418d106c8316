"""SMACOF as a function."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from .._typing import RandomState
from ._mds import MDS

__all__ = ["smacof"]


def smacof(
    dissimilarities: ArrayLike,
    *,
    metric: bool = True,
    n_components: int = 2,
    init: ArrayLike | None = None,
    n_init: int = 1,
    n_jobs: int | None = None,
    max_iter: int = 300,
    verbose: int = 0,
    eps: float = 1e-6,
    random_state: RandomState = None,
    return_n_iter: bool = False,
    normalized_stress: bool | Literal["auto"] = "auto",
    weights: ArrayLike | None = None,
    acceleration: Literal["nesterov"] | None = None,
    ties: Literal["secondary", "primary"] = "secondary",
    reference: ArrayLike | None = None,
) -> tuple[Any, ...]:
    """Multidimensional scaling of a matrix of dissimilarities by SMACOF.

    A superset of :func:`sklearn.manifold.smacof`; see :class:`MDS`, which this fits.

    Parameters
    ----------
    dissimilarities : array-like of shape (n_samples, n_samples)
        Symmetric, not negative, zero on the diagonal, NaN where missing.
    metric : bool, default=True
        False for non-metric scaling.
    n_components : int, default=2
        Number of coordinates.
    init : array-like of shape (n_samples, n_components), default=None
        The start, which also decides the number of coordinates; None for random ones.
    n_init : int, default=1
        Number of random starts.
    n_jobs : int or None, default=None
        Number of threads. The result does not depend on it.
    max_iter : int, default=300
        Largest number of iterations of a start.
    verbose : int, default=0
        1: print each step and its seconds; 2: the stress of every iteration, too.
    eps : float, default=1e-6
        An iteration that lowers the stress by less than this part of the sum of squared
        distances is the last one.
    random_state : int, RandomState instance or None, default=None
        Draws random starts.
    return_n_iter : bool, default=False
        Whether to return the number of iterations, too.
    normalized_stress : bool or 'auto', default='auto'
        Whether the stress is Stress-1; 'auto': for non-metric scaling only.
    weights : array-like of shape (n_samples, n_samples), default=None
        Symmetric weights of the pairs, zero for missing ones.
    acceleration : {None, 'nesterov'}, default=None
        Momentum beyond the Guttman transform.
    ties : {'secondary', 'primary'}, default='secondary'
        Whether equal dissimilarities keep equal disparities in non-metric scaling.
    reference : array-like of shape (n_samples, n_components), default=None
        The configuration is rotated, reflected and shifted to it.

    Returns
    -------
    X : ndarray of shape (n_samples, n_components)
        The configuration.
    stress : float
        Its stress, raw or Stress-1.
    n_iter : int
        Iterations of the best start; only with `return_n_iter`.

    Raises
    ------
    ValueError
        If an argument is not allowed.

    References
    ----------
    .. [1] I. Borg, P. Groenen, "Modern Multidimensional Scaling", 2nd edition,
       Springer, 2005, chapters 8 and 9.

    Examples
    --------
    The corners of a square from the lengths of its sides and diagonals.

    >>> import numpy as np
    >>> from skmanifold_nn.manifold import smacof
    >>> a, b = 1.0, np.sqrt(2)
    >>> D = np.array([[0, a, b, a], [a, 0, a, b], [b, a, 0, a], [a, b, a, 0]])
    >>> X, stress = smacof(D, random_state=1, eps=1e-12)
    >>> print(np.linalg.norm(X[0] - X[2]).round(3))
    1.414
    """
    if not isinstance(metric, bool | np.bool_):
        raise ValueError(
            "metric must be True or False, for non-metric scaling, got "
            f"{metric!r}. The metric of rows is a parameter of MDS."
        )
    mds = MDS(
        n_components,
        metric_mds=metric,
        n_init=n_init,
        init="random",
        max_iter=max_iter,
        verbose=verbose,
        eps=eps,
        n_jobs=n_jobs,
        random_state=random_state,
        metric="precomputed",
        normalized_stress=normalized_stress,
        acceleration=acceleration,
        ties=ties,
    )
    mds.fit(dissimilarities, init=init, weights=weights, reference=reference)
    if return_n_iter:
        return mds.embedding_, mds.stress_, mds.n_iter_
    return mds.embedding_, mds.stress_
