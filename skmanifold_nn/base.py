"""What embeddings share, and with them other estimators fitted in a few steps."""

import time
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.callback import CallbackSupportMixin

from ._typing import MatrixLike

__all__ = ["Embedding", "WatchedFit"]


class WatchedFit(CallbackSupportMixin, BaseEstimator):
    """Base of estimators whose `fit` is a few named steps.

    A subclass has a parameter `verbose`, and runs its steps as tasks of `_fit_tasks`,
    so that callbacks and `verbose` see them.
    """

    @contextmanager
    def _fit_tasks(self, n_tasks, X, y):
        """Context of a whole fit; gives the context manager of one named step."""
        name = type(self).__name__
        context = self._init_callback_context(max_subtasks=n_tasks)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)

        @contextmanager
        def task(step):
            subcontext = context.subcontext(task_name=step)
            subcontext.call_on_fit_task_begin(estimator=self, X=X, y=y)
            start = time.perf_counter()
            yield
            if self.verbose:
                print(f"[{name}] {step}: {time.perf_counter() - start:.3f} s")
            subcontext.call_on_fit_task_end(estimator=self, X=X, y=y)

        yield task
        # The estimator is fitted by now: a copy of it needs nothing more.
        context.call_on_fit_task_end(
            estimator=self, X=X, y=y, reconstruction_attributes={}
        )


class Embedding(
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    WatchedFit,
):
    """Base of estimators that place training rows in a space of few dimensions.

    A subclass has a `fit` that sets ``embedding_``.
    """

    embedding_: NDArray[np.floating]
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    @property
    def _n_features_out(self):
        return self.embedding_.shape[1]

    def fit_transform(self, X: MatrixLike, y: Any = None) -> NDArray[np.floating]:
        """Fit to the rows of X and return their places.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            As for `fit`.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_components)
            ``embedding_``.
        """
        return self.fit(X, y).embedding_
