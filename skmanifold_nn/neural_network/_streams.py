"""Predictions while a sequence comes in, step by step."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from ._bases import Mixin
from ._sequences import read_sequences
from .layers._engine import run_one_step

__all__ = ["Streams"]

METHODS = ("predict", "predict_proba", "predict_log_proba")
MethodName = Literal["predict", "predict_proba", "predict_log_proba"]


class Streams(Mixin):
    """Mixin of networks whose states can be kept from step to step."""

    def predict_step(
        self,
        x: ArrayLike,
        state: NDArray[np.floating] | None = None,
        *,
        method: MethodName = "predict",
    ) -> tuple[Any, NDArray[np.floating]]:
        """Predict for the next step of one or several sequences.

        The numbers are those of `predict` for the sequences so far: of their last step,
        if there is a target for every step.

        Parameters
        ----------
        x : array-like of shape (n_features,) or (n_sequences, n_features)
            The next step of one sequence or of several.
        state : ndarray, default=None
            What this method returned for the step before; None: it is the first one.
        method : {"predict", "predict_proba", "predict_log_proba"}, default="predict"
            What to return.

        Returns
        -------
        prediction : object or ndarray of shape (n_sequences,) or \
                (n_sequences, n_outputs)
            Of one sequence, without the first axis.
        state : ndarray
            For the next step. The one that was given is left as it was.

        Raises
        ------
        ValueError
            If the network is bidirectional: it would have to begin with the last step;
            or if `method` is one that a regressor has not.
        """
        if "coefs_" not in self.__dict__:
            check_is_fitted(self)  # which would take as long as the step
        plan = self._plan()
        if not plan.streams:
            raise ValueError(
                "A bidirectional network cannot predict step by step, since its second "
                "direction begins with the last step of a sequence: fit one with "
                "bidirectional=False, or predict whole sequences."
            )
        form = self._form_of(method)
        params, statistics = self._numbers()
        steps = self._checked_steps(x, params.dtype)
        state = self._checked_state(state, len(steps), params.dtype)
        values = form(run_one_step(plan, params, statistics, steps, state))
        return values[0] if np.ndim(x) < 2 else values, state

    def predict_stream(
        self, steps: Iterable[ArrayLike], *, method: MethodName = "predict"
    ) -> Iterator[Any]:
        """Predict for every step of sequences, as the steps come.

        Parameters
        ----------
        steps : iterable of array-like
            Steps as in `predict_step`, without an end maybe.
        method : {"predict", "predict_proba", "predict_log_proba"}, default="predict"
            What to yield.

        Yields
        ------
        prediction : object or ndarray
            See `predict_step`.
        """
        state = None
        for x in steps:
            prediction, state = self.predict_step(x, state, method=method)
            yield prediction

    def _form_of(self, method):
        """From raw outputs to what a method returns."""
        forms = {
            "predict": ("_classes_of", "_values_of"),
            "predict_proba": ("_probabilities_of",),
            "predict_log_proba": ("_log_probabilities_of",),
        }
        for name in forms.get(method, ()):
            if hasattr(self, name):
                return getattr(self, name)
        found = [m for m in METHODS if hasattr(self, m)]
        raise ValueError(
            f"method must be one of {', '.join(found)}, got {method!r}: choose one."
        )

    def _checked_steps(self, x, dtype):
        """Steps of the network's dtype, one a row."""
        x = np.asarray(x)
        steps = x if x.ndim > 1 else x.reshape(1, -1)
        if steps.ndim != 2 or steps.shape[1] != self.n_step_features_ or not len(steps):
            raise ValueError(
                f"x must be a step of {self.n_step_features_} features, or one of each "
                f"sequence, got the shape {x.shape}: give (n_features,) or "
                "(n_sequences, n_features)."
            )
        if steps.dtype.kind == "f":
            steps = steps.astype(dtype, copy=False)
        if steps.dtype != dtype or not math.isfinite(steps.sum()):
            sequences = read_sequences(steps[:, np.newaxis], dtype=dtype, name="x")
            steps = sequences.values
        return np.ascontiguousarray(steps)

    def _checked_state(self, state, n_sequences, dtype):
        n_states = self._plan().n_carried * n_sequences
        if state is None:
            return np.zeros(n_states, dtype)
        state = np.array(state, dtype=dtype, order="C")
        if state.shape != (n_states,):
            raise ValueError(
                f"state must be what predict_step returned for {n_sequences} sequences,"
                f" {n_states} numbers, got the shape {state.shape}: begin with None."
            )
        return state
