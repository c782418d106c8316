"""Neural networks: scikit-learn's multi-layer perceptrons and what they lack.

Estimators (`_mlp`, `_sequential`) plan a network of layers (`layers`), draw its
parameters (`_initializers`) and hand it to the only training loop (`_training`), whose
steps follow an optimiser (`_optimizers`) and a schedule (`_schedules`). What estimators
share is in `_base`, what their targets are in `_targets`.
"""

from ._mlp import MLPClassifier, MLPRegressor
from ._sequential import SequentialClassifier, SequentialRegressor
from ._tabular import SmoothClipScaler, make_tabular_classifier, make_tabular_regressor

__all__ = [
    "MLPClassifier",
    "MLPRegressor",
    "SequentialClassifier",
    "SequentialRegressor",
    "SmoothClipScaler",
    "make_tabular_classifier",
    "make_tabular_regressor",
]
