"""What stands within fitted pipelines and searches."""

from typing import Any

from ..metrics._reference import steps_of

__all__ = ["last_step", "steps_of"]


def last_step(estimator: Any) -> Any:
    """The last step of a pipeline, also of a search's best one; or the estimator."""
    return steps_of(estimator)[1]
