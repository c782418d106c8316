"""Neural networks: scikit-learn's multi-layer perceptrons and what they lack.

Estimators (`_mlp`, `_recurrent`, `_convolutional`, `_sequential`) plan a network of
layers (`layers`), draw its parameters (`_initializers`) and hand it to the only
training loop (`_training`), whose steps follow an optimiser (`_optimizers`) and a
schedule (`_schedules`). What estimators share is in `_base`, what their targets are in
`_targets`, what constructors take in `_parameters`; sequences come in through
`_sequences`, images and signals through `_images`.
"""

from ._convolutional import ConvNetClassifier, ConvNetRegressor
from ._mlp import MLPClassifier, MLPRegressor
from ._recurrent import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SimpleRNNClassifier,
    SimpleRNNRegressor,
)
from ._sequential import SequentialClassifier, SequentialRegressor
from ._series import Reshaper, SequenceScaler, channels_last
from ._tabular import SmoothClipScaler, make_tabular_classifier, make_tabular_regressor
from ._windows import ContextWindow, SlidingWindow, forecast

__all__ = [
    "ContextWindow",
    "ConvNetClassifier",
    "ConvNetRegressor",
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "MLPClassifier",
    "MLPRegressor",
    "Reshaper",
    "SequenceScaler",
    "SequentialClassifier",
    "SequentialRegressor",
    "SimpleRNNClassifier",
    "SimpleRNNRegressor",
    "SlidingWindow",
    "SmoothClipScaler",
    "channels_last",
    "forecast",
    "make_tabular_classifier",
    "make_tabular_regressor",
]
