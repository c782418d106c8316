"""What the embedding of a fitted estimator is compared with: the rows it was given."""

from contextlib import suppress
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

__all__ = ["check_reference", "given_rows", "reference_rows", "steps_of"]

REFERENCES = ("prepared", "raw")


def steps_of(estimator: Any) -> tuple[Any, Any]:
    """What is before the last step of a pipeline, or None, and that step.

    Of a fitted search, also as the last step, its best estimator counts. Any other
    estimator is its own last step, and so is a search that is not fitted.
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not isinstance(estimator, Pipeline):
        return None, estimator
    last = getattr(estimator[-1], "best_estimator_", estimator[-1])
    return estimator[:-1] if len(estimator) > 1 else None, last


def check_reference(reference: Any) -> None:
    """Raise unless `reference` is one of the words or a number of steps."""
    is_number = isinstance(reference, int | np.integer) and not isinstance(
        reference, bool
    )
    is_word = isinstance(reference, str) and reference in REFERENCES
    if not (reference >= 0 if is_number else is_word):
        raise ValueError(
            f"reference must be one of {REFERENCES} or a number of steps, got "
            f"{reference!r}. 'raw' compares with X as it is given."
        )


def given_rows(estimator: Any, X: Any, n_steps: int | None = None) -> Any:
    """X after the first steps of a fitted pipeline, by default all but the last."""
    before, _ = steps_of(estimator)
    steps = before.steps if before is not None else []
    if n_steps is not None and n_steps > len(steps):
        raise ValueError(
            f"reference must be at most {len(steps)}, the number of steps before the "
            f"embedding of {type(estimator).__name__}, got {n_steps}."
        )
    for _, step in steps[:n_steps]:
        if hasattr(step, "transform"):  # not of "passthrough"
            X = step.transform(X)
    return X


def reference_rows(estimator: Any, X: Any, reference: Any, metric: Any) -> Any:
    """The rows with which an embedding of X is compared.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : array-like
    reference : {"prepared", "raw"} or int
        X after all steps before the last, as it is given, or after so many steps.
    metric : str or callable
        By which rows will be compared: "precomputed" wants distances.
    """
    n_steps = {"prepared": None, "raw": 0}.get(reference, reference)
    if n_steps is None and metric != "precomputed":
        before, last = steps_of(estimator)
        if before is not None and _takes_pairs(last):
            n_steps = len(before) - 1  # the step before makes them of rows
    rows = given_rows(estimator, X, n_steps)
    with suppress(ValueError):  # of ragged sequences, which stay
        if np.ndim(rows) > 2:  # images
            rows = np.reshape(rows, (len(rows), -1))
    return rows


def _takes_pairs(estimator: Any) -> bool:
    """Whether it wants distances or a kernel, of which few but scikit-learn's tell."""
    if getattr(estimator, "metric", None) == "precomputed":
        return True
    return (
        hasattr(estimator, "__sklearn_tags__")
        and get_tags(estimator).input_tags.pairwise
    )
