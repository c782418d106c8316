"""What stands within fitted pipelines and searches."""

from typing import Any

from sklearn.pipeline import Pipeline

__all__ = ["last_step", "steps_of"]


def steps_of(estimator: Any) -> tuple[Any, Any]:
    """What is before the last step of a pipeline, or None, and that step.

    Of a fitted search, those of its best estimator. Any other estimator is its own last
    step, and so is a search that is not fitted.
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not isinstance(estimator, Pipeline):
        return None, estimator
    return estimator[:-1] if len(estimator) > 1 else None, estimator[-1]


def last_step(estimator: Any) -> Any:
    """The last step of a pipeline, also of a search's best one; or the estimator."""
    return steps_of(estimator)[1]
