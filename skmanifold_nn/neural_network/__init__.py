"""Neural networks: scikit-learn's multi-layer perceptrons and what they lack.

Estimators plan a network of layers (``layers``), draw its parameters
(``_initializers``) and hand it to the only training loop, whose steps follow an
optimiser (``_optimizers``) and a schedule of learning rates (``_schedules``).
"""

__all__ = []
