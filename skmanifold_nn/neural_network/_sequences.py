"""The one door through which sequences enter recurrent networks.

Everything becomes `Sequences`: all steps one after the other, and where each sequence
starts. Rows of a table are checked by scikit-learn (`validate_sequences`), all other
input, which scikit-learn has no words for, here.
"""

from collections.abc import Iterator, Mapping, Set
from itertools import pairwise
from numbers import Integral

import numpy as np
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from ._rows import has_finite_sum, needs_no_check

__all__ = [
    "Sequences",
    "are_rows",
    "check_finite",
    "entries_of",
    "n_axes",
    "read_rows",
    "read_sequences",
    "unflatten",
    "validate_sequences",
]

FLOATS = (np.float64, np.float32)
# What to do about values that are not finite.
IMPUTE = "impute missing values"
NOT_PADDED = (
    f"{IMPUTE}, or set mask='nan' where arrays are padded with NaN at the ends of "
    "sequences"
)
PADDED = "only steps at the end may be missing, with all of their features"
PADDED_LIST = (
    f"{IMPUTE}, or cut padding off, as mask='nan' is for arrays and not for lists"
)
INFINITE = "replace such values, or scale them"


class Sequences:
    """Sequences as the kernels read them.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_features)
        Steps of all sequences, one after the other, C-contiguous.
    starts : ndarray of int64 of shape (n_sequences + 1,)
        Of the sequences among the steps.
    kind : {"rows", "regular", "padded", "ragged"}
        What the input was: a table, three axes, either with NaN-padded tails, or a
        list. Values for all steps are given back in this form, see `unflatten`.
    width : int
        Steps of the input's second axis; for a list, of the longest sequence.
    """

    __slots__ = ("kind", "starts", "values", "width")

    def __init__(self, values, starts, kind, width):
        self.values = values
        self.starts = starts
        self.kind = kind
        self.width = width

    def __len__(self):
        return len(self.starts) - 1

    @property
    def lengths(self):
        """Steps of each sequence."""
        return np.diff(self.starts)

    @property
    def n_steps(self):
        """Of all sequences together."""
        return len(self.values)

    @property
    def n_features(self):
        """Of a step."""
        return self.values.shape[1]

    @property
    def dtype(self):
        return self.values.dtype

    def steps_of(self, rows):
        """Places of the steps of some sequences among all steps, in their order."""
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        shifts = self.starts[:-1][rows] - ends + lengths
        return np.repeat(shifts, lengths) + np.arange(lengths.sum())

    def take(self, rows):
        """Some of the sequences, by their numbers."""
        rows = np.asarray(rows)
        values = self.values[self.steps_of(rows)]
        return Sequences(values, _starts(self.lengths[rows]), self.kind, self.width)

    __getitem__ = take

    def split(self, values):
        """Values for all steps as a list of one array a sequence."""
        return [values[a:b] for a, b in pairwise(self.starts.tolist())]

    @property
    def within(self):
        """Mask of shape (n_sequences, width) of the steps that sequences have."""
        return np.arange(self.width) < self.lengths[:, None]


def _starts(lengths):
    starts = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


# --- what the input is ---


def n_axes(entry):
    """Of an array or of nested lists; 0 for everything else."""
    shape = getattr(entry, "shape", None)
    if shape is not None:
        return len(shape)
    if isinstance(entry, list | tuple):
        return 1 + (n_axes(entry[0]) if entry else 0)
    return np.ndim(np.asarray(entry)) if hasattr(entry, "__array__") else 0


def entries_of(X):
    """The items of a list, tuple or one-dimensional object array, otherwise None."""
    if isinstance(X, list | tuple):
        return X
    if len(getattr(X, "shape", ())) > 1 or issparse(X):
        return None
    array = np.asarray(X)
    return array if array.ndim == 1 and array.dtype == object else None


def are_rows(X, *, fitted_on_sequences=False):
    """Whether X is a table, which scikit-learn checks, and not sequences.

    A list of one-dimensional sequences of equal length is a table, as it is for NumPy;
    not so where an estimator was fitted on sequences.
    """
    entries = entries_of(X)
    if entries is None:
        return issparse(X) or n_axes(X) < 3
    axes = [n_axes(entry) for entry in entries]
    if max(axes, default=2) != 1:
        return max(axes, default=2) < 1  # numbers alone: "Reshape your data"
    if 0 in axes or fitted_on_sequences:
        return False
    return len({len(entry) for entry in entries}) == 1


# --- sequences ---


def validate_sequences(
    estimator, X, *, reset, input_shape=None, mask=None, dtype=FLOATS
):
    """Check X as the input of an estimator, and set or check what it was fitted on.

    Parameters
    ----------
    estimator : BaseEstimator
        Gets ``n_features_in_``: columns of a table, otherwise features of a step;
        ``n_step_features_``: features of a step; and ``n_steps_in_``: steps of the rows
        of a table, or None where the number of steps may vary.
    X : array-like of shape (n, n_steps) or (n, n_steps, n_features), or list of n \
            arrays of shape (n_steps,) or (n_steps, n_features)
        See `are_rows`.
    reset : bool
        Whether it is fitted on X.
    input_shape : (int, int) or None, default=None
        Steps and features of a step of the rows of a table; None: one feature.
    mask : {"nan", None}, default=None
        "nan" cuts steps that are all NaN at the ends of sequences of an array.
    dtype : dtype or tuple of dtypes, default=(float64, float32)
        As of `sklearn.utils.check_array`.

    Returns
    -------
    sequences : Sequences
    """
    if isinstance(X, Iterator | Mapping | Set):
        raise TypeError(
            f"X must be an array or a list of sequences, got {type(X)}: give a list."
        )
    on_table = reset or estimator.n_steps_in_ is not None
    is_table = are_rows(X, fitted_on_sequences=not on_table)
    fitted = {
        "owner": type(estimator).__name__,
        "n_features": None if reset else estimator.n_step_features_,
        "mask": mask,
        "input_shape": input_shape,
    }
    if not is_table:
        sequences = read_sequences(X, dtype=dtype, **fitted)
    else:
        if reset or not needs_no_check(estimator, X, dtype):
            X = _checked_table(estimator, X, dtype, mask, reset, on_table)
        sequences = read_rows(X, **fitted)
    if reset:
        estimator.n_step_features_ = sequences.n_features
        estimator.n_steps_in_ = sequences.width if is_table else None
        if not is_table:
            estimator.n_features_in_ = sequences.n_features
            vars(estimator).pop("feature_names_in_", None)
    return sequences


def _checked_table(estimator, X, dtype, mask, reset, on_table):
    if isinstance(dtype, tuple) and getattr(X, "dtype", None) == np.float16:
        dtype = np.float32
    checks = {
        "dtype": dtype,
        "order": "C",
        "ensure_all_finite": "allow-nan" if mask == "nan" else True,
    }
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        try:
            if on_table:
                return validate_data(estimator, X, reset=reset, **checks)
            return check_array(X, estimator=estimator, input_name="X", **checks)
        except (TypeError, ValueError):
            _refuse_nested(X)
            raise


def _refuse_nested(X):
    """Refuse tables whose cells are arrays, for which NumPy's error is no help."""
    cells = np.asarray(X) if hasattr(X, "shape") else np.empty(0)
    if cells.ndim == 2 and any(n_axes(cell) for cell in cells.flat):
        raise ValueError(
            "X must be numbers, got a table whose cells are arrays: give a list of "
            "arrays of shape (n_steps, n_features), as list(X['name']) of a column."
        ) from None


def read_rows(X, *, input_shape=None, mask=None, n_features=None, owner="The net"):
    """Sequences of a table that scikit-learn has checked.

    Parameters
    ----------
    X : ndarray of shape (n, n_columns)
        Of float32 or float64, C-contiguous; with `mask` NaN may be in it.
    input_shape, mask, n_features, owner
        As in `validate_sequences` and `read_sequences`.

    Returns
    -------
    sequences : Sequences
    """
    width, n_found = _checked_shape(input_shape, X.shape[1])
    if n_features not in (None, n_found):
        raise ValueError(
            f"X has {n_found} feature{'s' * (n_found > 1)} a step, as rows of a table "
            f"are sequences of input_shape={input_shape}, but {owner} is expecting "
            f"{n_features}: give X of shape (n, n_steps, {n_features}), one sequence "
            "as X[np.newaxis]."
        )
    values = X.reshape(len(X), width, n_found)
    if mask == "nan":
        return _without_padding(values)
    return _regular(values, "rows")


def _checked_shape(input_shape, n_columns):
    """Steps and features of the rows of a table."""
    if input_shape is None:
        return n_columns, 1
    shape = _two_numbers(input_shape)
    if shape[0] * shape[1] != n_columns:
        raise ValueError(
            f"input_shape={shape} has {shape[0] * shape[1]} values, but rows of X have "
            f"{n_columns}: give a shape of as many."
        )
    return shape


def _two_numbers(input_shape):
    shape = (input_shape,) if np.ndim(input_shape) == 0 else tuple(input_shape)
    if len(shape) != 2 or any(not isinstance(k, Integral) or k < 1 for k in shape):
        raise ValueError(
            "input_shape must be two positive int, the steps and the features of a "
            f"step, got {input_shape}: give (n_steps, n_features)."
        )
    return int(shape[0]), int(shape[1])


def read_sequences(
    X,
    *,
    input_shape=None,
    mask=None,
    dtype=FLOATS,
    n_features=None,
    owner="The net",
    name="X",
):
    """Sequences of three axes, or of a list.

    Parameters
    ----------
    X : array-like of shape (n, n_steps, n_features), or list, tuple or object array \
            of n array-likes of shape (n_steps,) or (n_steps, n_features)
    input_shape : (int, int) or None, default=None
        Its second number is the number of features.
    mask : {"nan", None}, default=None
        "nan" cuts steps that are all NaN at the ends of the sequences of an array.
    dtype : dtype or tuple of dtypes, default=(float64, float32)
        Several: what is of another dtype becomes the first one, float16 float32.
    n_features : int or None, default=None
        What the features of a step must be in number.
    owner : str
        Who says so.
    name : str
        That of X in messages.

    Returns
    -------
    sequences : Sequences
    """
    if n_features is None and input_shape is not None:
        _, n_features = _two_numbers(input_shape)
        owner = f"input_shape={input_shape}"
    array = _as_array(X)
    if array is None:
        sequences = _read_ragged(X, dtype, n_features, owner, name)
        check_finite(sequences.values, sequences.starts, name, _remedy(name, mask))
        return sequences
    if array.ndim != 3:
        raise ValueError(
            f"{name} has {array.ndim} axes, the shape {array.shape}, but must have two "
            "or three, sequences, steps and features: reshape it."
        )
    n, width, n_found = array.shape
    if min(array.shape) == 0:
        nothing = ("no sequences", "no steps", "no features")[array.shape.index(0)]
        raise ValueError(
            f"{name} has {nothing}, the shape {array.shape}: give at least one of each."
        )
    _check_n_features(n_found, n_features, owner, name)
    dtype = _common_dtype({array.dtype}, dtype)
    values = _as_numbers(array, dtype, name).reshape(n, width, n_found)
    if mask == "nan":
        return _without_padding(values)
    sequences = _regular(values, "regular")
    check_finite(sequences.values, sequences.starts, name, _remedy(name, mask))
    return sequences


def _remedy(name, mask):
    """What to do about NaN in sequences that were not cut."""
    if name != "X":
        return IMPUTE
    return PADDED_LIST if mask == "nan" else NOT_PADDED


def _as_array(X):
    """X as an array of several axes, or None: sequences of several lengths."""
    if hasattr(X, "dtype") or entries_of(X) is None:
        array = np.asarray(X)
        return None if array.ndim == 1 else array
    if not all(isinstance(entry, list | tuple) for entry in X):
        return None  # arrays, whose lengths may be equal by chance
    try:
        array = np.asarray(X)
    except ValueError:
        return None
    return array if array.ndim > 2 else None


def _regular(values, kind):
    n, width, n_features = values.shape
    starts = np.arange(0, n * width + 1, width, dtype=np.int64)
    return Sequences(values.reshape(-1, n_features), starts, kind, width)


def _without_padding(values):
    """Without the steps at the ends of sequences that are all NaN."""
    _, width, n_features = values.shape
    present = ~np.isnan(values).all(axis=2)
    lengths = width - np.argmax(present[:, ::-1], axis=1)
    lengths[~present.any(axis=1)] = 0
    _check_lengths(lengths, "all of its values are NaN")
    starts = _starts(lengths)
    flat = values.reshape(-1, n_features)
    if starts[-1] < len(flat):
        flat = values[np.arange(width) < lengths[:, None]]
    check_finite(flat, starts, "X", PADDED)
    return Sequences(flat, starts, "padded", width)


def _read_ragged(X, dtype, n_features, owner, name):
    if len(X) == 0:
        raise ValueError(f"{name} has no sequences: give at least one.")
    arrays = [_as_sequence(entry, f"{name}[{k}]") for k, entry in enumerate(X)]
    lengths = np.array([len(array) for array in arrays])
    _check_lengths(lengths, "its shape is {shape}", name, arrays)
    if n_features is None:
        n_features, owner = arrays[0].shape[1], f"{name}[0]"
    for k, array in enumerate(arrays):
        _check_n_features(array.shape[1], n_features, owner, f"{name}[{k}]")
    found = {array.dtype for array in arrays}
    dtype = _common_dtype(found, dtype)
    if not all(kind.kind in "biuf" for kind in found):
        arrays = [
            _as_numbers(array, dtype, f"{name}[{k}]") for k, array in enumerate(arrays)
        ]
    starts = _starts(lengths)
    flat = np.empty((starts[-1], n_features), dtype)
    with np.errstate(over="ignore"):  # checked afterwards
        np.concatenate(arrays, out=flat, casting="same_kind")
    return Sequences(flat, starts, "ragged", int(lengths.max()))


def _as_sequence(entry, name):
    """An entry of a list as steps and features."""
    try:
        array = np.asarray(entry)
    except ValueError:
        raise ValueError(
            f"{name} is not an array of steps and features, its steps have several "
            "lengths: give every step the same features."
        ) from None
    if array.ndim == 1:
        return array.reshape(-1, 1)
    if array.ndim != 2:
        raise ValueError(
            f"{name} has {array.ndim} axes, the shape {array.shape}, but a sequence "
            "has one or two, steps and features: give a list of sequences."
        )
    return array


def _check_n_features(n_found, n_features, owner, name):
    if n_found == 0:
        raise ValueError(f"{name} has no features: give at least one.")
    if n_features in (None, n_found):
        return
    found = f"{name} has {n_found} feature{'s' * (n_found > 1)} a step, but {owner} "
    if owner.endswith("[0]"):  # another sequence
        raise ValueError(
            f"{found}has {n_features}: give all sequences the same features."
        )
    raise ValueError(
        f"{found}is expecting {n_features}: features are the last axis, after steps."
    )


def _check_lengths(lengths, why, name="X", arrays=None):
    empty = np.flatnonzero(lengths == 0)
    if len(empty):
        k = empty[0]
        why = why.format(shape=None if arrays is None else arrays[k].shape)
        raise ValueError(
            f"{name}[{k}] has no steps, {why}: leave such sequences out, with their "
            "targets."
        )


def _common_dtype(found, dtype):
    """What arrays of some dtypes become together."""
    if not isinstance(dtype, tuple):
        return np.dtype(dtype)
    if found <= {np.dtype(kind) for kind in dtype} and len(found) == 1:
        return next(iter(found))
    if found <= {np.dtype(np.float32), np.dtype(np.float16)} and np.float32 in dtype:
        return np.dtype(np.float32)
    return np.dtype(dtype[0])


def _as_numbers(array, dtype, name):
    """C-contiguous and of a floating dtype."""
    if array.dtype.kind == "c":
        raise ValueError(
            f"Complex data not supported: {name} is of dtype {array.dtype}, give real "
            "and imaginary parts as features."
        )
    if array.dtype.kind not in "biufO":
        raise ValueError(
            f"{name} must be numbers, got dtype {array.dtype}: encode it first."
        )
    try:
        with np.errstate(over="ignore"):  # checked afterwards
            return np.ascontiguousarray(array, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be numbers, got objects ({error}): encode them first."
        ) from None


def check_finite(values, starts, name, remedy):
    """Refuse NaN and infinity in values for all steps, naming the sequence."""
    if get_config()["assume_finite"] or has_finite_sum(values):
        return
    wrong = ~np.isfinite(values)
    wrong = np.flatnonzero(wrong.reshape(len(values), -1).any(axis=1))
    if len(wrong) == 0:
        return
    k = np.searchsorted(starts, wrong[0], side="right") - 1
    if np.isnan(values[wrong[0]]).any():
        what = "NaN"
    else:
        what = f"infinity or a value too large for {values.dtype!r}"
        remedy = INFINITE
    raise ValueError(
        f"Input {name} contains {what}: {name}[{k}] in step {wrong[0] - starts[k]}; "
        f"{remedy}."
    )


# --- back to the form of the input ---


def unflatten(values, sequences):
    """Values for all steps in the form of the input.

    Parameters
    ----------
    values : ndarray of shape (n_steps,) or (n_steps, k)
        Of all sequences, one after the other.
    sequences : Sequences
        Those that they belong to.

    Returns
    -------
    values : ndarray of shape (n, width) or (n, width, k), or list of n ndarrays
        An array for rows and arrays; where they had NaN-padded tails, these are NaN
        again, but values that are not floating-point numbers, which have no NaN, are a
        list, as for lists.
    """
    n, width = len(sequences), sequences.width
    if sequences.kind in ("rows", "regular"):
        return values.reshape(n, width, *values.shape[1:])
    if sequences.kind == "ragged" or values.dtype.kind != "f":
        return sequences.split(values)
    padded = np.full((n, width, *values.shape[1:]), np.nan, dtype=values.dtype)
    padded[sequences.within] = values
    return padded
