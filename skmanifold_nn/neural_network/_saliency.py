"""What outputs depend on: their gradients with respect to the samples."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from .._threads import effective_n_threads
from ._bases import Mixin
from .layers._engine import input_slopes

__all__ = ["Saliency"]


class Saliency(Mixin):
    """Method `saliency` of networks whose samples have a shape."""

    def saliency(self, X: ArrayLike, target: Any = None) -> NDArray[np.floating]:
        """Gradient of an output with respect to each value of a sample.

        How much the score of a class grows with a pixel or a step: large magnitudes
        are where the network looks [1]_.

        Parameters
        ----------
        X : array-like
            Samples, in any form that `fit` takes.
        target : class label or int, or array-like of shape (n_samples,), default=None
            Class, or number of the output, of all samples or of each; None: the
            predicted class, or the first output of a regressor. Scores of classes are
            the raw outputs, before they become probabilities.

        Returns
        -------
        slopes : ndarray of shape (n_samples, height, width, n_channels) or \
                (n_samples, n_steps, n_channels)
            Change of the score for a change of the value by one, in the units of X.

        Raises
        ------
        ValueError
            If a target is no class of the network, or no number of an output.

        References
        ----------
        .. [1] Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks:
           visualising image classification models and saliency maps", ICLR 2014
           workshop, section 3.
        """
        check_is_fitted(self)
        params, statistics = self._numbers()
        X = self._validate_rows(X, params.dtype)
        directions = self._directions(X, target)
        slopes = input_slopes(
            self._plan(self._source(X), None),
            params,
            statistics,
            self._samples(X, params.dtype),
            directions,
            n_threads=effective_n_threads(self.n_jobs),
        )
        return slopes.reshape(len(X), *self._input_shape)

    def _directions(self, X, target):
        """Factor of each raw output: 1 for the target, or -1 for the other class."""
        numbers = self._target_numbers(X, target)
        directions = np.zeros((len(X), self.n_outputs_))
        if is_classifier(self) and self.n_outputs_ == 1 and len(self.classes_) == 2:
            directions[:, 0] = 2 * numbers - 1
        else:
            directions[np.arange(len(X)), numbers] = 1
        return directions

    def _target_numbers(self, X, target):
        """Number of the class or output of each sample."""
        if is_classifier(self):
            names = self.classes_
            if target is None:
                return np.argmax(self.predict_proba(X), axis=1)
        else:
            names = np.arange(self.n_outputs_)
            target = 0 if target is None else target
        wanted = np.atleast_1d(np.asarray(target))
        if wanted.ndim != 1 or len(wanted) not in (1, len(X)):
            raise ValueError(
                f"target must be one of {names.tolist()} or {len(X)} of them, one for "
                f"each sample, got the shape {wanted.shape}."
            )
        known = {name: number for number, name in enumerate(names.tolist())}
        try:
            numbers = [known[name] for name in wanted.tolist()]
        except KeyError as error:
            raise ValueError(
                f"target must be one of {names.tolist()}, got {error.args[0]!r}."
            ) from None
        return np.broadcast_to(numbers, len(X))
