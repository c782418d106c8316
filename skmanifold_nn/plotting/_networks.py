"""What Displays want of fitted networks."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ._fitted import last_step, steps_of

__all__ = ["convolution_of", "last_of", "row_of"]


def last_of(estimator, X, method, alternative):
    """The network at the end of a pipeline, and samples as it gets them.

    Parameters
    ----------
    estimator : estimator
        A network, or a pipeline that ends in one.
    X : array-like
        Samples, as the estimator takes them.
    method : str
        What the network must have.
    alternative : str
        What to use where it has not.

    Raises
    ------
    ValueError
        If the network has no such method.
    NotFittedError
        If it is not fitted.
    """
    before, estimator = steps_of(estimator)
    X = X if before is None else before.transform(X)
    if not hasattr(estimator, method):
        raise ValueError(
            f"This {type(estimator).__name__} has no {method}: give a convolutional "
            f"network, or use {alternative} with an array."
        )
    check_is_fitted(estimator)
    return estimator, X


def row_of(X, sample):
    """The sample of that number alone, with the axis of the samples."""
    rows = X.iloc if hasattr(X, "iloc") else X
    n = len(X)
    if not -n <= sample < n:
        raise ValueError(
            f"sample must be one of the {n} in X, 0 to {n - 1}, got {sample}."
        )
    sample = sample % n
    return rows[sample : sample + 1]


def convolution_of(estimator, layer=None):
    """Weights of a convolution of a fitted network.

    Parameters
    ----------
    estimator : estimator
        A network, or a pipeline that ends in one.
    layer : str, default=None
        None: the first convolution.

    Returns
    -------
    coefs : ndarray of shape (height, width, n_channels, n_filters) or \
            (n_steps, n_channels, n_filters)

    Raises
    ------
    ValueError
        If there is no convolution in that layer; the message names those that have.
    """
    estimator = last_step(estimator)
    check_is_fitted(estimator, "coefs_")
    names = _layers_of_weights(estimator)
    layers = {
        name: np.asarray(coefs)
        for name, coefs in reversed(list(zip(names, estimator.coefs_, strict=True)))
        if np.ndim(coefs) > 2
    }
    # In the order of the network; of one layer, or block, the first.
    for name, coefs in reversed(layers.items()):
        if layer is None or f"{name}__".startswith(f"{layer}__"):
            return coefs
    where = f"layer {layer!r} has" if layer is not None else "the network has"
    raise ValueError(
        f"This {type(estimator).__name__} has nothing to draw, {where} no convolution: "
        f"choose one of {[*reversed(layers)]}, or use from_filters with an array."
    )


def _layers_of_weights(estimator):
    """Names of the layers to which the arrays of ``coefs_`` belong."""
    parameters = estimator._plan().parameters
    return [entry.layer for entry in parameters if entry.kind == "coefs_"]
