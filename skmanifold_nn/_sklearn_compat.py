"""The only importer of scikit-learn's private names, and where it gets types."""

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from scipy import sparse
from sklearn.metrics.pairwise import _VALID_METRICS
from sklearn.preprocessing import KernelCenterer
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
)
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition
from sklearn.utils.multiclass import (
    _check_partial_fit_first_call as is_first_partial_fit,
)
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

if TYPE_CHECKING:  # without types, what they decorate would lose its own
    Method = TypeVar("Method", bound=Callable[..., Any])

    def available_if(check: Callable[[Any], Any]) -> Callable[[Method], Method]: ...

    def fit_context(
        *, prefer_skip_nested_validation: bool
    ) -> Callable[[Method], Method]: ...

    def with_callbacks(method: Method) -> Method: ...

else:
    from sklearn.base import _fit_context as fit_context
    from sklearn.callback import with_callbacks
    from sklearn.utils.metaestimators import available_if

__all__ = [
    "VALID_METRICS",
    "BaseComposition",
    "HasMethods",
    "Interval",
    "Options",
    "RealNotInt",
    "StrOptions",
    "available_if",
    "check_sample_weight",
    "compares_all_rows",
    "fit_context",
    "has_callbacks",
    "is_first_partial_fit",
    "kernel_means",
    "kernel_pca",
    "names_columns",
    "searches_by_brute_force",
    "searches_by_tree",
    "training_rows",
    "tree_order",
    "with_callbacks",
    "without_column_names",
]

VALID_METRICS = frozenset(_VALID_METRICS)


def has_callbacks(estimator):
    """Whether callbacks, its own or those of an estimator around it, watch its fit."""
    return bool(getattr(estimator, "_skl_callbacks", ()))


def names_columns(estimator):
    """Whether `set_output` makes what `transform` gives a table with column names."""
    return _get_output_config("transform", estimator)["dense"] != "default"


def without_column_names(estimator):
    """A shallow copy whose `transform` gives arrays, whatever `set_output` has said."""
    plain = copy(estimator)
    plain._sklearn_output_config = {"transform": "default"}
    return plain


def training_rows(nbrs):
    """What a fitted NearestNeighbors searches: rows, or precomputed distances."""
    rows = nbrs._fit_X
    return rows if sparse.issparse(rows) else np.asarray(rows)


def searches_by_brute_force(nbrs):
    """Whether a fitted NearestNeighbors compares all rows by Euclidean distance."""
    return (
        nbrs._fit_method == "brute"
        and nbrs.effective_metric_ == "euclidean"
        and not nbrs.effective_metric_params_
    )


def compares_all_rows(nbrs):
    """Whether a fitted NearestNeighbors compares all rows, by any metric."""
    return nbrs._fit_method == "brute" and nbrs.effective_metric_ != "precomputed"


def searches_by_tree(nbrs):
    """Whether a fitted NearestNeighbors finds Euclidean neighbours by a k-d tree."""
    return (
        nbrs._fit_method == "kd_tree"
        and nbrs.effective_metric_ == "euclidean"
        and not nbrs.effective_metric_params_
    )


def tree_order(nbrs):
    """The training rows in the order of the leaves of a fitted k-d tree."""
    return np.asarray(nbrs._tree.get_arrays()[1])


def kernel_pca(X_fit, row_means, mean, eigenvalues, eigenvectors, **params):
    """A fitted KernelPCA made of its parts, its kernel precomputed.

    Parameters
    ----------
    X_fit : ndarray of shape (n, n)
        Kept as ``X_fit_``, not copied.
    row_means : ndarray of shape (n,)
        Means of the kernel's rows.
    mean : float
        Mean of the kernel.
    eigenvalues : ndarray of shape (n_components,)
        Of the centred kernel, descending, none negative.
    eigenvectors : ndarray of shape (n, n_components)
    **params
        Parameters of KernelPCA.
    """
    centerer = KernelCenterer()
    centerer.K_fit_rows_, centerer.K_fit_all_ = row_means, mean
    centerer.n_features_in_ = len(row_means)
    # Networks are imported in a third of the time without sklearn.decomposition.
    from sklearn.decomposition import KernelPCA

    estimator = KernelPCA(kernel="precomputed", **params)
    estimator.set_output(transform="default")
    estimator._centerer = centerer
    estimator.gamma_ = 1 / len(row_means)
    estimator.n_features_in_ = len(row_means)
    estimator.X_fit_ = X_fit
    estimator.eigenvalues_ = eigenvalues
    estimator.eigenvectors_ = eigenvectors
    return estimator


def kernel_means(estimator):
    """Means of the rows of a fitted KernelPCA's kernel, and their mean."""
    centerer = estimator._centerer
    return centerer.K_fit_rows_, centerer.K_fit_all_
