"""Displays: pictures of fitted embeddings, after scikit-learn's.

A Display holds the arrays of one picture. `from_estimator` and `from_dissimilarities`
compute them and draw; `plot` draws once more, on axes of your own. matplotlib, which
the extra ``plot`` installs, is imported when something is drawn and not before.

`_pairs` measures what is drawn, `_drawing` holds what all Displays need of matplotlib.
"""

from ._shepard import ShepardDisplay
from ._stress_per_point import StressPerPointDisplay

__all__ = ["ShepardDisplay", "StressPerPointDisplay"]
