"""Targets and weights of sequences, or of their steps, whatever form they come in."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from .._sklearn_compat import check_sample_weight
from ._sequences import check_finite, entries_of, n_axes

__all__ = ["Targets", "read_targets", "read_weights"]

UNKNOWN = "fill in a number where a target is unknown, and give it the weight 0"


class Targets(NamedTuple):
    """Targets of sequences, or of all their steps one after the other."""

    per_step: bool
    values: np.ndarray


def read_targets(
    y, sequences, *, targets="auto", otherwise=None, numeric=False, owner="The net"
):
    """Whether targets are those of sequences or of steps, and all of them in a row.

    Parameters
    ----------
    y : array-like of shape (n,), (n, n_outputs), (n, n_steps) or \
            (n, n_steps, n_outputs), or list of n arrays of shape (n_steps,) or \
            (n_steps, n_outputs)
        Of any dtype. What lies beyond the end of a sequence is not looked at.
    sequences : Sequences
        Those that they are the targets of.
    targets : {"auto", "sequence", "step"}, default="auto"
        What y of two axes means where it has as many columns as sequences have steps.
    otherwise : {"sequence", "step", None}, default=None
        What it means if `targets` does not tell; None: an error, if it is not clear.
    numeric : bool, default=False
        Whether objects must be numbers.
    owner : str
        Whose targets they are.

    Returns
    -------
    targets : Targets
        Values have the shape (n,), (n, n_outputs), (n_steps,) or (n_steps, n_outputs),
        with steps those of all sequences together. One column is no axis.
    """
    if y is None:
        raise ValueError(
            f"This {owner} estimator requires y to be passed, but the target y is None."
        )
    check_consistent_length(sequences, y)
    y, per_step = _flat_targets(y, sequences, targets, otherwise)
    if per_step and y.dtype.kind == "f":
        check_finite(y, sequences.starts, "y", UNKNOWN)
    y = _checked_targets(y, numeric, owner)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0] if per_step else column_or_1d(y, warn=True)
    return Targets(per_step, y)


def _flat_targets(y, sequences, targets, otherwise):
    if issparse(y):
        return y, False
    entries = entries_of(y)
    if _holds_lists(entries):
        arrays = _as_step_arrays(entries, sequences, targets)
        if arrays is not None:
            _check_meaning(targets, "step", "a list of arrays of several lengths")
            return _concatenated(arrays), True
    y = np.asarray(y)
    if _is_per_step(y, sequences, targets, otherwise):
        return _cut(y, sequences), True
    return y, False


def _holds_lists(entries):
    """Whether there are entries, and lists or arrays among them."""
    return entries is not None and any(n_axes(entry) > 0 for entry in entries)


def _as_step_arrays(entries, sequences, targets):
    """Entries of a list as one array a sequence, or None: they are a table."""
    lengths = sequences.lengths
    try:
        found = np.array([len(entry) for entry in entries])
    except TypeError:
        raise ValueError(
            "y must be one value a sequence, or as many as a sequence has steps, but "
            f"it is a list of both, as {entries[0]!r}: give only one of them."
        ) from None
    fits = np.array_equal(found, lengths)
    if len(set(found.tolist())) == 1:  # a table, if not arrays for a list of arrays
        arrays_given = all(hasattr(entry, "shape") for entry in entries)
        ragged = arrays_given and fits and sequences.kind == "ragged"
        if not ragged or targets == "sequence":
            return None
    if not fits:
        k = np.flatnonzero(found != lengths)[0]
        raise ValueError(
            f"y[{k}] has {found[k]} steps, but X[{k}] has {lengths[k]}: give a target "
            "for each step of each sequence."
        )
    return [np.asarray(entry) for entry in entries]


def _concatenated(arrays):
    for k, array in enumerate(arrays):
        if array.ndim > 2 or array.shape[1:] != arrays[0].shape[1:]:
            raise ValueError(
                f"y[{k}] has the shape {array.shape}, but y[0] has {arrays[0].shape}: "
                "give one value a step, or the same number of outputs everywhere."
            )
    return np.concatenate(arrays)


def _check_meaning(targets, meaning, shape):
    if targets not in ("auto", meaning):
        one = "step" if meaning == "step" else "sequence"
        raise ValueError(
            f"targets={targets!r}, but y is {shape}, targets of each {one}: set "
            f"targets='auto' or {meaning!r}, or give a target of each {targets}."
        )


def _is_per_step(y, sequences, targets, otherwise):
    """Whether an array has a value for each step."""
    shape = f"an array of shape {y.shape}"
    if y.ndim < 2:
        _check_meaning(targets, "sequence", shape)
        return False
    if y.ndim == 2:
        could_be_steps = y.shape[1] in _widths(sequences)
        if could_be_steps and targets == "auto" and otherwise is not None:
            return otherwise == "step"
        if could_be_steps and targets == "auto":
            return y.shape[1] > 1 and _is_decided(y, sequences)
        if targets == "step" and not could_be_steps:
            _refuse_width(y, sequences)
        return could_be_steps and targets == "step"
    if y.ndim > 3:
        raise ValueError(
            f"y is {shape}, but has at most three axes, sequences, steps and outputs: "
            "reshape it."
        )
    _check_meaning(targets, "step", shape)
    if y.shape[1] not in _widths(sequences):
        _refuse_width(y, sequences)
    return True


def _widths(sequences):
    """Numbers of columns that could be steps: with padding, and without any."""
    common = set(sequences.lengths.tolist())
    return {sequences.width} | (common if len(common) == 1 else set())


def _refuse_width(y, sequences):
    width = sequences.width
    k = int(np.argmax(sequences.lengths))
    raise ValueError(
        f"y has the shape {y.shape}, {y.shape[1]} steps, but X[{k}] has {width}: give "
        "a target for each step of each sequence."
    )


def _is_decided(y, sequences):
    """Whether NaN beyond the ends of sequences shows that columns are steps."""
    if y.dtype.kind == "f" and y.shape[1] == sequences.width:
        beyond = ~sequences.within
        if beyond.any() and np.isnan(y[beyond]).all():
            return True
    raise ValueError(
        f"y of shape {y.shape} could be {y.shape[1]} outputs of a sequence, or one "
        f"target for each of {y.shape[1]} steps: set targets='sequence' or "
        "targets='step'."
    )


def _cut(array, sequences):
    """Values of shape (n, width) or (n, width, k) for the steps of sequences alone."""
    n_steps = array.shape[0] * array.shape[1]
    if sequences.n_steps == n_steps:
        return array.reshape(n_steps, *array.shape[2:])
    return array[sequences.within]


def _checked_targets(y, numeric, owner):
    y = check_array(
        y,
        accept_sparse="csr",
        ensure_2d=False,
        dtype=None,
        input_name="y",
        estimator=owner,
    )
    if numeric and getattr(y.dtype, "kind", "") == "O":
        y = y.astype(np.float64)
    return y


def read_weights(sample_weight, sequences, *, per_step):
    """Weights of sequences, or of all their steps one after the other.

    Parameters
    ----------
    sample_weight : array-like of shape (n,) or (n, n_steps), or list of n arrays of \
            shape (n_steps,), or None
        Weights of the second and third form are those of steps; one weight of a
        sequence is that of each of its steps.
    sequences : Sequences
        Those that are weighted.
    per_step : bool
        Whether targets are those of steps.

    Returns
    -------
    weights : ndarray of shape (n,) or (n_steps,), or None
    """
    if sample_weight is None:
        return None
    weights = _flat_weights(sample_weight, sequences)
    if weights is None:
        weights = check_sample_weight(
            sample_weight, sequences, ensure_non_negative=True
        )
        return np.repeat(weights, sequences.lengths) if per_step else weights
    if not per_step:
        raise ValueError(
            "sample_weight has a weight for each step, but y has one target for a "
            "sequence: give one weight for a sequence, shape (n,)."
        )
    return check_sample_weight(weights, weights, ensure_non_negative=True)


def _flat_weights(sample_weight, sequences):
    """Weights of all steps, or None: they are not of steps."""
    entries = entries_of(sample_weight)
    if _holds_lists(entries):
        check_consistent_length(sequences, entries)
        for k, (entry, length) in enumerate(
            zip(entries, sequences.lengths, strict=True)
        ):
            if np.shape(entry) != (length,):
                raise ValueError(
                    f"sample_weight[{k}] has the shape {np.shape(entry)}, but X[{k}] "
                    f"has {length} steps: give one weight for each step."
                )
        return np.concatenate([np.asarray(entry) for entry in entries])
    weights = np.asarray(sample_weight)
    if weights.ndim < 2:
        return None
    n, width = len(sequences), sequences.width
    if (
        weights.ndim > 2
        or len(weights) != n
        or weights.shape[1] not in _widths(sequences)
    ):
        raise ValueError(
            f"sample_weight has the shape {weights.shape}, but must have "
            f"{(n,)}, one for a sequence, or {(n, width)}, one for each step."
        )
    return _cut(weights, sequences)
