"""Windows of series, what follows them, and forecasts from them."""

from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils.validation import check_is_fitted

from .._memory import require_memory
from .._sklearn_compat import Interval, fit_context
from ._sequences import entries_of, n_axes, read_sequences, unflatten
from ._series import SequenceTransformer

__all__ = ["ContextWindow", "SlidingWindow", "forecast"]

_NOT_NEGATIVE = Interval(Integral, 0, None, closed="left")
_POSITIVE = Interval(Integral, 1, None, closed="left")


class ContextWindow(SequenceTransformer):
    """Each step with the steps around it, beside each other as features.

    A sequence (n_steps, n_features) becomes (n_steps, (before + 1 + after) n_features),
    the earliest step first. Steps before the first and after the last one of a sequence
    are zeros. Frames of speech with 20 before and 20 after, for one, are what networks
    that see one frame at a time are given in place of a memory.

    Parameters
    ----------
    before, after : int, default=5
        Steps on either side; 0 is none.
    input_shape : (int, int) or None, default=None
        Steps and features of a step of each row, where X is a table; None: rows are
        series of one feature.
    mask : {"nan", None}, default=None
        "nan": steps that are all NaN at the ends of sequences of an array are no
        steps, and stay NaN. None: NaN is an error.

    Attributes
    ----------
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
    SlidingWindow : Windows of the past, and what follows them.

    References
    ----------
    Waibel, Hanazawa, Hinton, Shikano and Lang, "Phoneme recognition using time-delay
    neural networks", IEEE Trans. Acoustics, Speech, and Signal Processing 37, 1989.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import ContextWindow
    >>> X = [np.array([1.0, 2.0, 3.0]), np.array([7.0, 8.0])]
    >>> frames = ContextWindow(before=1, after=1).fit_transform(X)
    >>> frames[0]
    array([[0., 1., 2.],
           [1., 2., 3.],
           [2., 3., 0.]])
    >>> np.concatenate(frames).shape  # what a network of single frames learns from
    (5, 3)
    """

    _parameter_constraints: dict[str, Any] = {
        "before": [_NOT_NEGATIVE],
        "after": [_NOT_NEGATIVE],
        **SequenceTransformer._parameter_constraints,
    }

    def __init__(
        self,
        before: int = 5,
        after: int = 5,
        *,
        input_shape: tuple[int, int] | None = None,
        mask: Literal["nan"] | None = None,
    ) -> None:
        self.before = before
        self.after = after
        self.input_shape = input_shape
        self.mask = mask

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check X; nothing is learned.

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
        self._read(X, reset=True)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.floating] | Any:
        """Windows around all steps.

        Parameters
        ----------
        X : array-like or list of arrays
            Sequences of any of the forms that `fit` takes.

        Returns
        -------
        X_new : ndarray of shape (n, n_steps, (before + 1 + after) * n_features) or \
                list of n ndarrays of shape (n_steps, (before + 1 + after) * n_features)
            A list for lists. The earliest step comes first.
        """
        check_is_fitted(self)
        sequences = self._read(X)
        values = sequences.values
        width = self.before + 1 + self.after
        require_memory(
            values.nbytes * width,
            f"Windows of {width} steps around each of {len(values)} steps",
            "Set a smaller `before` and `after`, or transform fewer sequences.",
        )
        windows = np.zeros((len(values), width, values.shape[1]), values.dtype)
        lengths = sequences.lengths
        ends = np.repeat(sequences.starts[1:], lengths) - np.arange(len(values)) - 1
        begins = np.repeat(lengths, lengths) - 1 - ends  # steps before each step
        for k, offset in enumerate(range(-self.before, self.after + 1)):
            inside = np.flatnonzero((begins >= -offset) & (ends >= offset))
            windows[inside, k] = values[inside + offset]
        return unflatten(windows.reshape(len(values), -1), sequences)


class SlidingWindow(BaseEstimator):
    """Windows of a series, and the values that follow them: samples to learn from.

    Sample k is `window` steps, `spacing` apart, from step k `stride` on; its target is
    the `horizon` values from `gap` steps behind them on. It is no transformer, as a
    series becomes another number of samples: `make` returns them with their targets.

    Parameters
    ----------
    window : int, default=10
        Steps of a window.
    horizon : int, default=1
        Values that are to be predicted from a window.
    gap : int, default=0
        Steps between a window and the first of these values.
    stride : int, default=1
        Steps from the start of a window to that of the next one.
    spacing : int, default=1
        Steps from one value of a window to the next one: 24 takes one value a day from
        a series of hours.
    flatten : bool, default=False
        Whether windows become rows, for estimators that know no sequences.

    See Also
    --------
    forecast : Predictions beyond the end of a series.
    ContextWindow : Windows around every step.

    References
    ----------
    Ben Taieb, Bontempi, Atiya and Sorjamaa, "A review and comparison of strategies for
    multi-step ahead time series forecasting", Expert Systems with Applications 39,
    2012, section 2: one step and several outputs.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SlidingWindow
    >>> X, y = SlidingWindow(3, flatten=True).make(np.arange(6.0))
    >>> X
    array([[0., 1., 2.],
           [1., 2., 3.],
           [2., 3., 4.]])
    >>> y
    array([3., 4., 5.])
    >>> X, y = SlidingWindow(2, horizon=2, stride=2).make(np.ones((9, 5)))
    >>> X.shape, y.shape
    ((3, 2, 5), (3, 10))
    """

    _parameter_constraints: dict[str, Any] = {
        "window": [_POSITIVE],
        "horizon": [_POSITIVE],
        "gap": [_NOT_NEGATIVE],
        "stride": [_POSITIVE],
        "spacing": [_POSITIVE],
        "flatten": ["boolean"],
    }

    def __init__(
        self,
        window: int = 10,
        *,
        horizon: int = 1,
        gap: int = 0,
        stride: int = 1,
        spacing: int = 1,
        flatten: bool = False,
    ) -> None:
        self.window = window
        self.horizon = horizon
        self.gap = gap
        self.stride = stride
        self.spacing = spacing
        self.flatten = flatten

    @property
    def reach(self) -> int:
        """Steps from the first of a window to the last one, both counted."""
        return (self.window - 1) * self.spacing + 1

    def make(
        self, series: ArrayLike, y: ArrayLike | None = None
    ) -> tuple[NDArray[np.floating], NDArray[Any]]:
        """Windows and their targets.

        Parameters
        ----------
        series : array-like of shape (n_steps,) or (n_steps, n_features), or list of \
                such arrays
            A series, or several, whose windows follow each other; none goes over the
            end of a series.
        y : array-like of shape (n_steps,) or (n_steps, n_targets), or list of such \
                arrays, default=None
            What targets are taken from, step by step beside `series`, in place of
            `series` itself.

        Returns
        -------
        X : ndarray of shape (n_windows, window, n_features) or \
                (n_windows, window * n_features)
            The second one with `flatten`.
        y : ndarray of shape (n_windows,) or (n_windows, horizon * n_targets)
            One step after the other.

        Raises
        ------
        ValueError
            If no series is long enough for a window and what follows it.
        """
        self._validate_params()
        inputs, _ = _read_series(series)
        targets = inputs if y is None else _targets_beside(inputs, y)
        n_windows = self._count(inputs)
        n_values = n_windows.sum() * self.window * inputs[0].shape[1]
        require_memory(
            n_values * inputs[0].itemsize,
            f"{n_windows.sum()} windows of {self.window} steps",
            "Set a larger `stride`, or a smaller `window`.",
        )
        X = np.concatenate(
            [
                self._windows(values, self.reach, self.spacing)[:n]
                for values, n in zip(inputs, n_windows, strict=True)
                if n
            ]
        )
        skipped = self.reach + self.gap
        following = np.concatenate(
            [
                self._windows(values[skipped:], self.horizon)[:n]
                for values, n in zip(targets, n_windows, strict=True)
                if n
            ]
        )
        following = following.reshape(len(following), -1)
        if following.shape[1] == 1:
            following = following[:, 0]
        return self._formed(X), following

    def last(self, series: ArrayLike) -> NDArray[np.floating]:
        """The window at the end of each series, which nothing follows yet.

        Parameters
        ----------
        series : array-like of shape (n_steps,) or (n_steps, n_features), or list of \
                such arrays
            One series or several.

        Returns
        -------
        X : ndarray of shape (n_series, window, n_features) or \
                (n_series, window * n_features)
            The second one with `flatten`; one window of a single series.

        Raises
        ------
        ValueError
            If a series is shorter than a window.
        """
        self._validate_params()
        arrays, _ = _read_series(series)
        return self._formed(self._ends(arrays)[:, :: self.spacing])

    def _ends(self, arrays):
        """The last `reach` steps of all series."""
        for k, values in enumerate(arrays):
            if len(values) < self.reach:
                raise ValueError(
                    f"series[{k}] has {len(values)} steps, but a window of "
                    f"{self.window} steps with spacing={self.spacing} reaches over "
                    f"{self.reach}: set a smaller `window`, or give a longer series."
                )
        return np.stack([values[len(values) - self.reach :] for values in arrays])

    def _count(self, arrays):
        """Numbers of windows of the series."""
        needed = self.reach + self.gap + self.horizon
        lengths = np.array([len(values) for values in arrays])
        counts = np.maximum((lengths - needed) // self.stride + 1, 0)
        if not counts.any():
            raise ValueError(
                f"window={self.window} with horizon={self.horizon}, gap={self.gap} and "
                f"spacing={self.spacing} needs {needed} steps, but the longest series "
                f"has {lengths.max()}: set a smaller `window`."
            )
        return counts

    def _windows(self, values, width, spacing=1):
        """All windows of a series, (n, n_values, n_features), as a view."""
        windows = sliding_window_view(values, width, axis=0)
        return windows[:: self.stride, :, ::spacing].transpose(0, 2, 1)

    def _formed(self, X):
        return X.reshape(len(X), -1) if self.flatten else np.ascontiguousarray(X)


def _as_list(series):
    """One array-like a series, and whether there were several of them."""
    entries = entries_of(series)
    if entries is not None and any(n_axes(entry) > 0 for entry in entries):
        arrays = any(hasattr(entry, "shape") for entry in entries)
        # Nested lists of one length are one array, as they are for NumPy.
        if arrays or len({np.size(entry) for entry in entries}) > 1:
            return list(entries), True
    array = np.asarray(series)
    if array.ndim not in (1, 2, 3):
        raise ValueError(
            f"series has the shape {array.shape}, but must have steps, or steps and "
            "features: give several series as a list."
        )
    return (list(array), True) if array.ndim == 3 else ([array], False)


def _read_series(series):
    """Arrays of shape (n_steps, n_features), and of which form they were.

    The form is whether there are several series, and whether they have one axis.
    """
    arrays, several = _as_list(series)
    sequences = read_sequences(arrays, name="series")
    form = several, all(n_axes(array) == 1 for array in arrays)
    return sequences.split(sequences.values), form


def _targets_beside(inputs, y):
    """Arrays of shape (n_steps, n_targets), of any dtype, as many as inputs."""
    arrays = [np.asarray(array) for array in _as_list(y)[0]]
    lengths = [len(values) for values in inputs]
    found = [len(array) for array in arrays]
    if found != lengths:
        raise ValueError(
            f"y must have a value beside each step of the series, {lengths} steps, got "
            f"{found}: cut them alike."
        )
    return [array.reshape(len(array), -1) for array in arrays]


def forecast(
    estimator: Any, series: ArrayLike, horizon: int, *, window: int | SlidingWindow
) -> NDArray[np.floating]:
    """Predict how a series goes on.

    A regressor of one step is asked again and again, its predictions being what it sees
    next; one of several steps is asked as often as it takes, once if it predicts
    `horizon` steps. Of a network with a target for every step, what it predicts at the
    last step of a window counts.

    Parameters
    ----------
    estimator : object
        A regressor that was fitted to windows of such a series, see
        `SlidingWindow.make`: a recurrent network, or any other that takes rows.
    series : array-like of shape (n_steps,) or (n_steps, n_features), or list of such \
            arrays
        What is known so far.
    horizon : int
        Steps to predict.
    window : int or SlidingWindow
        Windows on which the estimator was fitted. An int is the number of steps;
        whether it takes rows is then known by its ``n_features_in_``.

    Returns
    -------
    y : ndarray of shape (horizon,) or (horizon, n_features)
        With one more axis in front where there are several series.

    Raises
    ------
    ValueError
        If the windows are not those of the fit, a series is shorter than a window, or
        the estimator predicts classes.

    See Also
    --------
    SlidingWindow : Makes what the estimator learns from.

    Notes
    -----
    Errors of predictions that are handed back add up: over many steps an estimator of
    windows with ``horizon=`` as many is often better.

    References
    ----------
    Ben Taieb, Bontempi, Atiya and Sorjamaa, "A review and comparison of strategies for
    multi-step ahead time series forecasting", Expert Systems with Applications 39,
    2012, section 2: the recursive strategy.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> from skmanifold_nn.neural_network import SlidingWindow, forecast
    >>> series = np.sin(0.5 * np.arange(50))
    >>> X, y = SlidingWindow(4, flatten=True).make(series)
    >>> regressor = LinearRegression().fit(X, y)
    >>> forecast(regressor, series, 3, window=4).round(3)
    array([-0.132,  0.359,  0.763])
    >>> np.sin(0.5 * np.arange(50, 53)).round(3)
    array([-0.132,  0.359,  0.763])
    """
    if not isinstance(horizon, Integral) or horizon < 1:
        raise ValueError(
            f"horizon must be an int of at least 1, got {horizon!r}: give the number "
            "of steps to predict."
        )
    if is_classifier(estimator):
        raise ValueError(
            f"estimator must predict values of the series, got {estimator}, which "
            "predicts classes: give a regressor."
        )
    arrays, (several, one_axis) = _read_series(series)
    n_features = arrays[0].shape[1]
    window = _checked_window(window, estimator, n_features)
    known = window._ends(arrays)
    per_step = getattr(_innermost(estimator), "per_step_", False)
    predicted, n_predicted = [], 0
    while n_predicted < horizon:
        X = window._formed(known[:, :: window.spacing])
        outputs = np.asarray(estimator.predict(X))
        outputs = outputs[:, -1] if per_step else outputs
        steps = _as_steps(outputs, len(known), n_features)
        predicted.append(steps)
        n_predicted += steps.shape[1]
        known = np.concatenate([known, steps.astype(known.dtype)], axis=1)
        known = known[:, -window.reach :]
    result = np.concatenate(predicted, axis=1)[:, :horizon]
    if one_axis:
        result = result[:, :, 0]
    return result if several else result[0]


def _innermost(estimator):
    """What predicts at the end of pipelines and in searches."""
    if hasattr(estimator, "best_estimator_"):
        return _innermost(estimator.best_estimator_)
    if hasattr(estimator, "named_steps"):
        return _innermost(estimator[-1])
    return estimator


def _checked_window(window, estimator, n_features):
    if not isinstance(window, SlidingWindow):
        inner = getattr(_innermost(estimator), "n_features_in_", None)
        n_columns = getattr(estimator, "n_features_in_", inner)
        window = SlidingWindow(window)
        window._validate_params()
        size = window.window * n_features
        # Of one step a window and a row have as many columns.
        if window.window == 1:
            flatten = getattr(estimator, "n_steps_in_", 0) is not None
        else:
            flatten = n_columns != n_features
        if n_columns not in (None, size, n_features):
            raise ValueError(
                f"window={window.window} of {n_features} features a step is {size} "
                f"values, but the estimator was fitted on {n_columns}: give the window "
                "of the fit."
            )
        return window.set_params(flatten=flatten)
    window._validate_params()
    if window.gap:
        raise ValueError(
            f"window must have no gap, got gap={window.gap}: fit the estimator to "
            "what follows the window, and take the steps of interest afterwards."
        )
    return window


def _as_steps(predicted, n, n_features):
    """Predictions of shape (n, n_steps, n_features)."""
    n_outputs = predicted.size // n
    if predicted.ndim > 2 or len(predicted) != n or n_outputs % n_features:
        raise ValueError(
            f"estimator must predict one or several steps of {n_features} features "
            f"from each of {n} windows, but its predictions have the shape "
            f"{predicted.shape}: fit it to what SlidingWindow.make returns."
        )
    return predicted.reshape(n, -1, n_features)
