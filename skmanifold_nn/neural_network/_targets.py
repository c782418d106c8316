"""Networks that classify, and networks that regress: targets and predictions."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix, issparse
from scipy.special import log_expit, log_softmax
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)

from .._sklearn_compat import available_if, fit_context, is_first_partial_fit
from .._typing import MatrixLike
from ._base import NeuralNetwork
from ._bases import ClassifierMixin, RegressorMixin
from ._losses import check_targets, classification_loss, regression_loss
from .layers._engine import apply_link

__all__ = ["NetworkClassifier", "NetworkRegressor"]


def _is_stochastic(estimator):
    if estimator.solver == "lbfgs":
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


class NetworkClassifier(ClassifierMixin, NeuralNetwork):
    """Base of networks whose outputs are scores of classes."""

    _y_is_numeric = False
    loss = "log_loss"

    @property
    def out_activation_(self) -> str:
        """Name of the function from outputs to probabilities."""
        return self._loss.link

    @property
    def _loss(self):
        return classification_loss(self._target_type, self.label_smoothing)

    @property
    def _stratifies(self):
        # As in scikit-learn.
        return self.n_outputs_ == 1

    def _targets(self, y, dtype, *, fresh, incremental, classes):
        """Targets of shape (n, 1) or (n, n_labels); classes are set or checked."""
        if classes is not None or (
            fresh and not (incremental and hasattr(self, "classes_"))
        ):
            self._set_classes(y, classes)
        elif not incremental or self.warm_start:
            classes = unique_labels(y)
            if set(classes) != set(self.classes_):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in "
                    f"the previous call to fit. Previously got {self.classes_}, `y` "
                    f"has {classes}"
                )
        return self._encode(y, dtype)

    def _set_classes(self, y, classes=None):
        kind = type_of_target(y, input_name="y")
        if kind not in ("binary", "multiclass"):
            check_classification_targets(y)
        if kind == "multiclass-multioutput":
            raise ValueError(
                "Multioutput target data is not supported with label binarization: "
                "give one column of labels, or a matrix of 0 and 1."
            )
        self._sparse_targets = issparse(y)
        if kind == "multilabel-indicator":
            self._target_type = kind
            self.n_outputs_ = np.shape(y)[1]
            self.classes_ = np.arange(self.n_outputs_)
        else:
            self.classes_ = np.unique(y if classes is None else classes)
            self._target_type = "binary" if len(self.classes_) <= 2 else "multiclass"
            self.n_outputs_ = len(self.classes_) if len(self.classes_) > 2 else 1

    def _encode(self, y, dtype):
        if self._target_type == "multilabel-indicator":
            y = y.toarray() if issparse(y) else np.asarray(y)
            if y.ndim != 2 or y.shape[1] != self.n_outputs_:
                raise ValueError(
                    f"y must be a matrix of {self.n_outputs_} columns of labels as in "
                    f"the first fit, got the shape {y.shape}."
                )
            if not np.all((y == 0) | (y == 1)):
                raise ValueError(
                    "y must be a matrix of 0 and 1 where there are several labels, got "
                    f"{np.unique(y)}: binarize it first."
                )
            return y.astype(dtype)
        y = column_or_1d(y)
        numbers = np.searchsorted(self.classes_, y)
        numbers[numbers == len(self.classes_)] = 0
        if np.any(self.classes_[numbers] != y):
            raise ValueError(
                "`y` has classes not in `self.classes_`. `self.classes_` has "
                f"{self.classes_}. 'y' has {np.unique(y)}."
            )
        return numbers.astype(dtype).reshape(-1, 1)

    def _held_out_targets(self, y, dtype):
        return self._encode(y, dtype)

    def _weights(self, X, y, sample_weight, incremental):
        sample_weight = super()._weights(X, y, sample_weight, incremental)
        if self.class_weight is None:
            return sample_weight
        if incremental and isinstance(self.class_weight, str):
            raise ValueError(
                f"class_weight={self.class_weight!r} is not supported for partial_fit, "
                "which does not see all of y: give a dict of weights."
            )
        if self._target_type == "multilabel-indicator" and issparse(y):
            y = y.toarray()
        weights = compute_sample_weight(self.class_weight, y)
        if not (np.isfinite(weights).all() and np.min(weights) >= 0):
            raise ValueError(
                "class_weight must be of finite weights that are not negative, got "
                f"{self.class_weight!r}: change those below 0, infinite or NaN."
            )
        if sample_weight is not None:
            weights = weights * sample_weight
        if not incremental and not weights.any():
            raise ValueError(
                "All samples have the weight zero, by class_weight="
                f"{self.class_weight!r} and sample_weight: give some a positive one."
            )
        return weights

    def _classes_of(self, outputs):
        """Labels from raw outputs."""
        if self._target_type == "multilabel-indicator":
            labels = (outputs > 0).astype(int)
            return csr_matrix(labels) if self._sparse_targets else labels
        if self.n_outputs_ == 1:
            if len(self.classes_) == 1:
                return np.repeat(self.classes_, len(outputs))
            return self.classes_[(outputs[:, 0] > 0).astype(np.intp)]
        return self.classes_[np.argmax(outputs, axis=1)]

    def _score(self, outputs, y, sample_weight):
        return accuracy_score(y, self._classes_of(outputs), sample_weight=sample_weight)

    def predict(self, X: MatrixLike) -> NDArray[Any] | Any:
        """Labels of the most probable classes.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows; sequences, images or signals in any form that `fit` takes.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Of ``classes_``, or 0 and 1 for each of several labels. Or for every step,
            if the targets were such, in the form of X: (n_samples, n_steps), or a list
            of arrays.
        """
        return self._predicted(X, self._classes_of)

    def predict_proba(self, X: MatrixLike) -> NDArray[np.floating] | Any:
        """Probabilities of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows; sequences, images or signals in any form that `fit` takes.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``; of each label by itself where there may be
            several. Or for every step, if the targets were such, in the form of X:
            (n_samples, n_steps, n_classes), or a list of arrays.
        """
        return self._predicted(X, self._probabilities_of)

    def _probabilities_of(self, outputs):
        probabilities = apply_link(self.out_activation_, outputs)
        if self.n_outputs_ > 1 or self._target_type == "multilabel-indicator":
            return probabilities
        if len(self.classes_) == 1:
            return np.ones_like(probabilities)
        return np.hstack([1 - probabilities, probabilities])

    def predict_log_proba(self, X: MatrixLike) -> NDArray[np.floating] | Any:
        """Logarithms of the probabilities, accurate where they are tiny.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows; sequences, images or signals in any form that `fit` takes.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Of what `predict_proba` gives, in its shape.
        """
        return self._predicted(X, self._log_probabilities_of)

    def _log_probabilities_of(self, outputs):
        if self._target_type == "multilabel-indicator":
            # In the same order as the probabilities, where those round to 1 too.
            probabilities = apply_link(self.out_activation_, outputs.copy())
            return np.where(outputs > 0, np.log(probabilities), log_expit(outputs))
        if self.n_outputs_ > 1:
            return log_softmax(outputs, axis=1)
        if len(self.classes_) == 1:
            return np.zeros_like(outputs)
        return np.hstack([log_expit(-outputs), log_expit(outputs)])

    @available_if(_is_stochastic)
    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: MatrixLike,
        y: MatrixLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Train one epoch more.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows; sequences, images or signals in any form that `fit` takes.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels, or indicators of several; of every step, if those of the first fit
            were.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples, or steps, in the loss, not negative.
        classes : array-like of shape (n_classes,), default=None
            All classes that will ever come; needed in the first call.

        Returns
        -------
        self : object
            Fitted.
        """
        first = is_first_partial_fit(self, classes)
        return self._fit(
            X, y, sample_weight, incremental=True, classes=classes if first else None
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class NetworkRegressor(RegressorMixin, NeuralNetwork):
    """Base of networks whose outputs are numbers."""

    _y_is_numeric = True

    @property
    def _stratifies(self):
        return False

    @property
    def _loss(self):
        return regression_loss(
            self.loss, huber_delta=self.huber_delta, quantile=self.quantile
        )

    def _targets(self, y, dtype, *, fresh, incremental, classes):
        self.out_activation_ = self._loss.link
        if fresh:
            self.n_outputs_ = 1 if y.ndim == 1 else y.shape[1]
        return self._held_out_targets(y, dtype)

    def _held_out_targets(self, y, dtype):
        if issparse(y):
            raise TypeError("y must be dense, got a sparse matrix: use y.toarray().")
        targets = np.asarray(y, dtype=dtype).reshape(len(y), -1)
        if targets.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y must have {self.n_outputs_} outputs as in the first fit, got "
                f"{targets.shape[1]}: fit a clone to other targets."
            )
        check_targets(self.loss, targets)
        return targets

    def _score(self, outputs, y, sample_weight):
        return r2_score(y, self._values_of(outputs), sample_weight=sample_weight)

    def _values_of(self, outputs):
        values = apply_link(self.out_activation_, outputs.copy())
        return values[:, 0] if values.shape[1] == 1 else values

    def predict(self, X: MatrixLike) -> NDArray[Any] | Any:
        """Values of the targets.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows; sequences, images or signals in any form that `fit` takes.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Or for every step, if the targets were such, in the form of X: (n_samples,
            n_steps[, n_outputs]), or a list of arrays.
        """
        return self._predicted(X, self._values_of)

    @available_if(_is_stochastic)
    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train one epoch more.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows; sequences, images or signals in any form that `fit` takes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Real numbers; for every step, if those of the first fit were.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples, or steps, in the loss, not negative.

        Returns
        -------
        self : object
            Fitted.
        """
        return self._fit(X, y, sample_weight, incremental=True)
