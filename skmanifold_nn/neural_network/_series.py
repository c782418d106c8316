"""Sequences that are scaled, and samples of other shapes."""

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .._sklearn_compat import StrOptions, fit_context, names_columns
from ._sequences import are_rows, entries_of, n_axes, unflatten, validate_sequences

__all__ = ["Reshaper", "SequenceScaler", "SequenceTransformer", "channels_last"]


class SequenceTransformer(TransformerMixin, BaseEstimator):
    """Base of what reads sequences of all forms, and returns them in the same form."""

    n_step_features_: int
    n_steps_in_: int | None
    n_features_in_: int
    feature_names_in_: NDArray[Any]

    _parameter_constraints: dict[str, Any] = {
        "input_shape": ["array-like", None],
        "mask": [StrOptions({"nan"}), None],
    }

    def _read(self, X, *, reset=False):
        return validate_sequences(
            self, X, reset=reset, input_shape=self.input_shape, mask=self.mask
        )

    def _reads_table(self, X):
        return are_rows(X, fitted_on_sequences=self.n_steps_in_ is None)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class SequenceScaler(OneToOneFeatureMixin, SequenceTransformer):
    """Features of sequences to mean 0 and variance 1 over all steps.

    Each feature is scaled alike at all steps, so that the course of a series remains,
    which it does not if each column of a table is scaled by itself. Sequences are rows
    (n_samples, n_steps) of single numbers, arrays (n_samples, n_steps, n_features), or
    lists of arrays (n_steps, n_features) of any lengths; they come out in the form in
    which they came in, float32 as float32.

    Parameters
    ----------
    with_mean : bool, default=True
        Whether means become 0.
    with_std : bool, default=True
        Whether variances become 1; those of constant features stay 0.
    input_shape : (int, int) or None, default=None
        Steps and features of a step of each row, where X is a table; None: rows are
        series of one feature.
    mask : {"nan", None}, default=None
        "nan": steps that are all NaN at the ends of sequences of an array are no
        steps, and stay NaN. None: NaN is an error.

    Attributes
    ----------
    mean_ : ndarray of shape (n_step_features,)
        Means over all steps.
    var_ : ndarray of shape (n_step_features,)
        Variances over all steps.
    scale_ : ndarray of shape (n_step_features,)
        What features are divided by.
    n_steps_seen_ : int
        Steps of all sequences together.
    n_step_features_ : int
        Features of a step.
    n_steps_in_ : int or None
        Steps of the rows of a table; None, if X was no table.
    n_features_in_ : int
        Columns of a table, otherwise features of a step.
    feature_names_in_ : ndarray of str
        Where the training data have string names.

    See Also
    --------
    LSTMClassifier : One of the networks that learn from sequences.
    sklearn.preprocessing.StandardScaler : Scales columns of a table.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequenceScaler
    >>> X = [np.array([[1.0, 10.0], [3.0, 10.0]]), np.array([[5.0, 40.0]])]
    >>> scaler = SequenceScaler().fit(X)
    >>> scaler.mean_, scaler.n_steps_seen_
    (array([ 3., 20.]), 3)
    >>> scaler.transform(X)[1].round(2)
    array([[1.22, 1.41]])
    >>> scaler.inverse_transform(scaler.transform(X))[1]
    array([[ 5., 40.]])
    """

    mean_: NDArray[np.float64]
    var_: NDArray[np.float64]
    scale_: NDArray[np.float64]
    n_steps_seen_: int

    _parameter_constraints: dict[str, Any] = {
        "with_mean": ["boolean"],
        "with_std": ["boolean"],
        **SequenceTransformer._parameter_constraints,
    }

    def __init__(
        self,
        with_mean: bool = True,
        with_std: bool = True,
        *,
        input_shape: tuple[int, int] | None = None,
        mask: Literal["nan"] | None = None,
    ) -> None:
        self.with_mean = with_mean
        self.with_std = with_std
        self.input_shape = input_shape
        self.mask = mask

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Find means and variances of all steps together.

        Parameters
        ----------
        X : array-like of shape (n, n_steps) or (n, n_steps, n_features), or list of n \
                arrays of shape (n_steps,) or (n_steps, n_features)
            Sequences.
        y : None
            Ignored.

        Returns
        -------
        self : object
            Fitted.
        """
        values = self._read(X, reset=True).values
        n_steps = self.n_steps_seen_ = len(values)
        self.mean_ = values.mean(axis=0, dtype=np.float64)
        self.var_ = values.var(axis=0, dtype=np.float64)
        self.scale_ = np.ones_like(self.var_)
        if self.with_std:
            # What rounding alone can make of a constant.
            rounding = n_steps * np.finfo(np.float64).eps
            varies = self.var_ > rounding * self.var_ + (rounding * self.mean_) ** 2
            np.sqrt(self.var_, out=self.scale_, where=varies)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.floating] | Any:
        """Scale: minus the means, divided by the standard deviations.

        Parameters
        ----------
        X : array-like or list of arrays
            Sequences of any of the forms that `fit` takes.

        Returns
        -------
        X_new : ndarray or list of ndarrays
            Of the form of X.

        Raises
        ------
        ValueError
            If a step has other features than in `fit`, or values are not finite.
        """
        check_is_fitted(self)
        if names_columns(self) and not self._reads_table(X):
            raise ValueError(
                "X must be a table where transform returns one, got sequences of "
                "several features or lengths: set_output(transform='default') before."
            )
        shift = self.mean_ if self.with_mean else 0.0
        return self._map(X, lambda values: (values - shift) / self.scale_)

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.floating] | Any:
        """Scale back, such as forecasts to the units of the series.

        Parameters
        ----------
        X : array-like or list of arrays
            Scaled sequences of any of the forms that `fit` takes.

        Returns
        -------
        X_original : ndarray or list of ndarrays
            Of the form of X.
        """
        check_is_fitted(self)
        shift = self.mean_ if self.with_mean else 0.0
        return self._map(X, lambda values: values * self.scale_ + shift)

    def _map(self, X, function):
        sequences = self._read(X)
        values = function(sequences.values).astype(sequences.dtype, copy=False)
        if sequences.kind == "ragged":
            flat = all(n_axes(entry) == 1 for entry in X)
            return unflatten(values[:, 0] if flat else values, sequences)
        result = unflatten(values, sequences)
        return result.reshape(len(result), -1) if self._reads_table(X) else result


class Reshaper(TransformerMixin, BaseEstimator):
    """Samples of another shape: rows to sequences or images, and back.

    The values stay in their order, the last axis running fastest, as in
    ``numpy.reshape``; NaN is left as it is. It stands in a Pipeline between steps that
    want rows, such as StandardScaler, and a network that wants sequences or images;
    where the network has the parameter `input_shape`, that does the same.

    Parameters
    ----------
    shape : int, tuple of int or None, default=None
        Of a sample, without the axis of samples; one of them may be -1, which is what
        remains. None: that of X.

    Attributes
    ----------
    shape_in_ : tuple of int
        Shape of a sample of X.
    shape_out_ : tuple of int
        Shape of a sample afterwards.
    n_features_in_ : int
        Length of the first axis after that of samples.
    feature_names_in_ : ndarray of str
        Where the training data have string names.

    See Also
    --------
    channels_last : Other orders of axes.
    skmanifold_nn.neural_network.layers.Reshape : The same inside of a network.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import Reshaper
    >>> rows = np.arange(12.0).reshape(2, 6)
    >>> reshaper = Reshaper((-1, 2)).fit(rows)
    >>> X = reshaper.transform(rows)
    >>> X.shape
    (2, 3, 2)
    >>> reshaper.inverse_transform(X).shape
    (2, 6)
    """

    shape_in_: tuple[int, ...]
    shape_out_: tuple[int, ...]
    n_features_in_: int
    feature_names_in_: NDArray[Any]

    _parameter_constraints: dict[str, Any] = {"shape": ["array-like", Integral, None]}

    def __init__(self, shape: int | Sequence[int] | None = None) -> None:
        self.shape = shape

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Find the shapes.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples of two or more axes in all.
        y : None
            Ignored.

        Returns
        -------
        self : object
            Fitted.
        """
        X = self._validated(X, reset=True)
        self.shape_in_ = X.shape[1:]
        self.shape_out_ = self._checked_shape()
        return self

    def _validated(self, X, reset=False):
        return validate_data(
            self,
            X,
            dtype="numeric",
            allow_nd=True,
            ensure_all_finite="allow-nan",
            reset=reset,
        )

    def _checked_shape(self):
        if self.shape is None:
            return self.shape_in_
        shape = (self.shape,) if np.ndim(self.shape) == 0 else tuple(self.shape)
        size = math.prod(self.shape_in_)
        numbers = all(isinstance(n, Integral) and (n > 0 or n == -1) for n in shape)
        if not numbers or not shape or shape.count(-1) > 1:
            raise ValueError(
                f"shape must be of positive int, one of which may be -1, got {shape}: "
                "give the lengths of a sample's axes."
            )
        known = math.prod(n for n in shape if n > 0)
        if size % known or (-1 not in shape and size != known):
            raise ValueError(
                f"shape={shape} has {known} values, but a sample of X, of the shape "
                f"{self.shape_in_}, has {size}: give a shape of as many."
            )
        return tuple(int(n) if n > 0 else size // known for n in shape)

    def transform(self, X: ArrayLike) -> NDArray[Any] | Any:
        """Reshape.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.

        Returns
        -------
        X_new : ndarray of shape (n_samples, ...)
            Of ``shape_out_``, without a copy where there needs to be none.

        Raises
        ------
        ValueError
            If samples have another shape than in `fit`.
        """
        check_is_fitted(self)
        X = self._validated(X)
        if X.shape[1:] != self.shape_in_:
            raise ValueError(
                f"X has samples of shape {X.shape[1:]}, but Reshaper is expecting "
                f"{self.shape_in_}, as in fit."
            )
        return X.reshape(len(X), *self.shape_out_)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Reshape back.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.

        Returns
        -------
        X_original : ndarray of shape (n_samples, ...)
            Of ``shape_in_``.

        Raises
        ------
        ValueError
            If samples do not have the shape that `transform` gives.
        """
        check_is_fitted(self)
        X = np.asarray(X)
        if X.shape[1:] != self.shape_out_:
            raise ValueError(
                f"X has samples of shape {X.shape[1:]}, but Reshaper makes "
                f"{self.shape_out_}: give what transform returns."
            )
        return X.reshape(len(X), *self.shape_in_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def channels_last(X: ArrayLike) -> NDArray[Any] | Any:
    """Samples whose channels are their last axis, from samples whose first they are.

    Parameters
    ----------
    X : array-like of shape (n, n_channels, n_steps) or \
            (n, n_channels, height, width), or list of n arrays without the first axis
        Samples in the order of other libraries. NaN is left as it is.

    Returns
    -------
    X : ndarray of shape (n, n_steps, n_channels) or (n, height, width, n_channels), \
            or list of n ndarrays
        A contiguous copy; a list for a list of arrays.

    Raises
    ------
    ValueError
        If there are too few axes, as of a single sample.

    See Also
    --------
    Reshaper : Other shapes, in the same order.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import channels_last
    >>> channels_last(np.zeros((5, 3, 100))).shape  # 3 channels, 100 steps
    (5, 100, 3)
    >>> [x.shape for x in channels_last([np.zeros((3, 9)), np.zeros((3, 4))])]
    [(9, 3), (4, 3)]
    """
    arrays = _list_of_arrays(X)
    if arrays is None:
        X = np.asarray(X)
        if X.ndim < 3:
            raise ValueError(
                "X must have an axis of samples, one of channels and others, got the "
                f"shape {X.shape}: a single sample is X[np.newaxis]."
            )
        return np.moveaxis(X, 1, -1).copy(order="C")
    for k, array in enumerate(arrays):
        if array.ndim < 2:
            raise ValueError(
                f"X[{k}] must have an axis of channels and others, got the shape "
                f"{array.shape}: reshape it."
            )
    return [np.moveaxis(array, 0, -1).copy(order="C") for array in arrays]


def _list_of_arrays(X):
    """The arrays of a list, or None: X is one array, or nested lists of its values."""
    entries = entries_of(X)
    if entries is None or not any(n_axes(entry) > 0 for entry in entries):
        return None
    arrays = [np.asarray(entry) for entry in entries]
    given = any(hasattr(entry, "shape") for entry in entries)
    return arrays if given or len({array.shape for array in arrays}) > 1 else None
