"""Targets of sequences and predictions for them, in whatever form they come."""

import numpy as np
from scipy.sparse import issparse

from ..neural_network._sequences import entries_of, n_axes
from ._labels import array_of, known_of
from ._tiles import chosen

__all__ = [
    "checked_steps",
    "chosen_outputs",
    "error_of",
    "histories_of",
    "kind_of",
    "names_of_outputs",
    "pairs_of",
    "per_step_of",
]


def per_step_of(y_true, y_pred, targets):
    """Whether there is a target for each step; an error where nobody could know."""
    for name, values in (("y_true", y_true), ("y_pred", y_pred)):
        if issparse(values) or n_axes(values) == 0 or len(values) == 0:
            raise ValueError(
                f"{name} must be a dense array, or a list of arrays, of one sequence "
                f"at least, got {type(values).__name__} of shape {np.shape(values)}."
            )
    if targets not in ("auto", "sequence", "step"):
        raise ValueError(
            f"targets must be 'auto', 'sequence' or 'step', got {targets!r}."
        )
    if targets != "auto":
        return targets == "step"
    found = {_looks_per_step(values) for values in (y_true, y_pred)} - {None}
    if len(found) != 1:
        raise ValueError(
            f"y_true of shape {_shape(y_true)} and y_pred of shape {_shape(y_pred)} "
            "could be outputs of a target for each sequence, or targets for each step: "
            "set targets='sequence' or targets='step'."
        )
    return found.pop()


def _shape(values):
    arrays = _arrays_of(values)
    return np.shape(values) if arrays is None else f"({len(arrays)}, ...)"


def _arrays_of(values):
    """The entries of a list of arrays or of lists of several lengths, or None."""
    entries = entries_of(values)
    if entries is None or not any(n_axes(entry) > 0 for entry in entries):
        return None
    are_arrays = all(hasattr(entry, "shape") for entry in entries)
    if not are_arrays and len({len(entry) for entry in entries}) == 1:
        return None
    return [array_of(entry) for entry in entries]


def _looks_per_step(values):
    """True or False, or None: two axes, which could be either."""
    if _arrays_of(values) is not None:
        return True
    array = np.asarray(values)
    if array.ndim != 2:
        return array.ndim > 2
    # NaN at the ends of rows alone is padding.
    if array.dtype.kind == "f" and np.isnan(array[:, -1]).any():
        return True
    return False if array.shape[1] == 1 else None


def pairs_of(y_true, y_pred, per_step):
    """Truth and prediction of each sequence, of shapes (n_steps, n_outputs).

    Without a target for each step, all samples are one sequence. Predictions tell the
    lengths: what an array has beyond the end of a sequence is padding.
    """
    if not per_step:
        truth, prediction = (_columns(array_of(y)) for y in (y_true, y_pred))
        if len(truth) != len(prediction) or truth.ndim != 2:
            _refuse("y_true", truth.shape, prediction.shape)
        _check_outputs("y_true", truth, prediction)
        return [truth], [prediction]
    truths, true_is_list = _sequences_of(y_true)
    predictions, is_list = _sequences_of(y_pred)
    if len(truths) != len(predictions) or not truths:
        _refuse("y_true", f"{len(truths)} sequences", f"{len(predictions)} sequences")
    for k, (truth, prediction) in enumerate(zip(truths, predictions, strict=True)):
        if not is_list:
            prediction = _without_tail(prediction)
        n = len(prediction)
        if true_is_list and not is_list and len(truth) < n:
            n = len(truth)
        if len(truth) < n or (true_is_list and len(truth) != n):
            _refuse(f"y_true[{k}]", f"{len(truth)} steps", f"{n} steps")
        truths[k], predictions[k] = truth[:n], prediction[:n]
        _check_outputs(f"y_true[{k}]", truths[k], predictions[k])
    return truths, predictions


def _columns(array):
    return array[:, np.newaxis] if array.ndim == 1 else array


def _sequences_of(values):
    """One array for each sequence, and whether they came as a list."""
    arrays = _arrays_of(values)
    is_list = arrays is not None
    if not is_list:
        arrays = list(array_of(values))
    return [_columns(array) for array in arrays], is_list


def _without_tail(array):
    """Without the steps at the end that are all NaN."""
    if array.dtype.kind != "f":
        return array
    present = np.flatnonzero(~np.isnan(array).all(axis=1))
    return array[: present[-1] + 1 if len(present) else 0]


def _check_outputs(name, truth, prediction):
    if truth.shape != prediction.shape or truth.ndim != 2 or truth.shape[1] == 0:
        _refuse(name, truth.shape, prediction.shape)


def _refuse(name, found, other):
    raise ValueError(
        f"{name} has {found}, but the prediction has {other}: give predictions for the "
        "same sequences, in the same form."
    )


def chosen_outputs(outputs, n_outputs):
    """Numbers of the outputs to draw."""
    return chosen(outputs, n_outputs, "outputs", name="outputs")


def kind_of(truth, prediction, kind):
    """ "value" or "class"."""
    kinds = {np.asarray(values).dtype.kind for values in (truth, prediction)}
    if kind == "auto":
        return "value" if "f" in kinds else "class"
    if kind not in ("value", "class"):
        raise ValueError(f"kind must be 'auto', 'value' or 'class', got {kind!r}.")
    if kind == "value" and not kinds <= set("biuf"):
        raise ValueError(
            "y_true and y_pred must be numbers with kind='value', got "
            f"{truth.dtype} and {prediction.dtype}: kind='class' draws labels."
        )
    return kind


def names_of_outputs(names, n_outputs, table=None):
    """A name for each output: as given, of its column of a table, or its number."""
    columns = list(getattr(table, "columns", []))
    if names is None and columns and all(isinstance(name, str) for name in columns):
        return columns
    if names is None:
        return [f"output {k}" for k in range(n_outputs)]
    if isinstance(names, str) or len(names) != n_outputs:
        raise ValueError(
            f"output_names must be one name for each of the {n_outputs} outputs, got "
            f"{names!r}."
        )
    return [str(name) for name in names]


def histories_of(history, truths, per_step):
    """What was before each sequence, of shapes (n_before, n_outputs), or None."""
    if history is None:
        return None
    histories = pairs_of(history, history, per_step)[0]
    widths = {part.shape[1] for part in (*histories, *truths)}
    if len(histories) != len(truths) or len(widths) != 1:
        raise ValueError(
            f"history must be what was before the {len(truths)} sequences, of "
            f"{truths[0].shape[1]} outputs, got {len(histories)} of "
            f"{histories[0].shape[1]}."
        )
    return histories


def checked_steps(steps, truths, histories):
    """A place for each step of the longest history and sequence, or None."""
    if steps is None:
        return None
    steps = np.asarray(steps)
    n_before = [0] * len(truths) if histories is None else [len(h) for h in histories]
    longest = max(n + len(truth) for n, truth in zip(n_before, truths, strict=True))
    if steps.ndim != 1 or len(steps) < longest:
        raise ValueError(
            f"steps must be one place for each of the {longest} steps, those of the "
            f"history first, got shape {steps.shape}."
        )
    return steps


def error_of(truth, prediction, kind):
    """Root of the mean squared error, or share of right classes; NaN of nothing."""
    known = known_of(truth)
    if not known.any():
        return np.nan
    truth, prediction = truth[known], prediction[known]
    if kind == "class":
        return float(np.mean(truth == prediction))
    differences = truth.astype(float) - prediction
    return float(np.sqrt(np.mean(differences**2)))
