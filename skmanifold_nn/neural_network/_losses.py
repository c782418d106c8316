"""Losses by their public names: the kernel, its setting, and which targets it takes."""

from dataclasses import dataclass

import numpy as np

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
