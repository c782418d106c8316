"""Losses by their public names: the kernel, its setting, and which targets it takes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from .layers._engine import LINKS

__all__ = [
    "REGRESSION_LOSSES",
    "Loss",
    "check_targets",
    "classification_loss",
    "regression_loss",
]


@dataclass(eq=False, repr=False)
class Loss:
    """What the training loop must know of a loss.

    Attributes
    ----------
    kernel : str
    setting : float
        Smoothing, quantile or the like.
    """

    kernel: str
    setting: float = 0.0

    @property
    def link(self):
        """Function from outputs to predictions."""
        return LINKS[self.kernel]

    def constant(self, targets, weights=None):
        """What the kernel leaves out, as it depends on the targets only.

        With it the Poisson loss is half the deviance, as scikit-learn's.
        """
        if self.kernel != "poisson" or not len(targets):
            return 0.0
        y = np.asarray(targets, dtype=np.float64)
        terms = (xlogy(y, y) - y).sum(axis=1)
        weights = None if weights is None else np.ravel(weights)
        return float(np.average(terms, weights=weights))


def classification_loss(target_type, label_smoothing=0.0):
    """Log loss: softmax for "multiclass", logistic for "binary" and multilabel."""
    kernel = "log_loss" if target_type == "multiclass" else "binary_log_loss"
    return Loss(kernel, float(label_smoothing))


REGRESSION_LOSSES = (
    "squared_error",
    "absolute_error",
    "huber",
    "quantile",
    "poisson",
    "gamma",
)


def regression_loss(name, *, huber_delta=1.0, quantile=0.5):
    """Loss of the name."""
    return Loss(name, {"huber": huber_delta, "quantile": quantile}.get(name, 0.0))


def check_targets(name, y):
    """Refuse targets for which a regression loss is not defined."""
    low = np.min(y)
    if name == "poisson" and low < 0:
        raise ValueError(
            f"loss='poisson' needs y >= 0, got a smallest y of {low}: choose another "
            "loss, or shift y."
        )
    if name == "gamma" and low <= 0:
        raise ValueError(
            f"loss='gamma' needs y > 0, got a smallest y of {low}: choose another "
            "loss, or shift y."
        )
