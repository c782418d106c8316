"""Configurations of points: checked, aligned, copies of a row brought together."""

import numpy as np
from scipy.linalg import orthogonal_procrustes
from sklearn.utils import check_array

from ._duplicates import distinct_rows

__all__ = ["aligned", "check_configuration", "first_zero", "reunited"]


def check_configuration(name, configuration, n_samples):
    """Coordinates of all rows, or None."""
    if configuration is None:
        return None
    configuration = check_array(
        configuration, dtype=[np.float64, np.float32], input_name=name
    )
    if len(configuration) != n_samples:
        raise ValueError(
            f"{name} matrix should be of shape ({n_samples}, n_components), got "
            f"{configuration.shape}."
        )
    return configuration


def aligned(configuration, reference):
    """Rotated, reflected and shifted to a reference: Procrustes without scaling."""
    centre = configuration.mean(axis=0), reference.mean(axis=0)
    rotation, _ = orthogonal_procrustes(
        configuration - centre[0], reference - centre[1]
    )
    aligned = (configuration - centre[0]) @ rotation + centre[1]
    return aligned.astype(configuration.dtype)


def reunited(configuration, rows):
    """Copies of a row at the mean of their places."""
    first, inverse = distinct_rows(rows)
    if first is None:
        return configuration
    counts = np.bincount(inverse)
    means = [np.bincount(inverse, column) / counts for column in configuration.T]
    return np.stack(means, axis=1)[inverse].astype(configuration.dtype)


def first_zero(dissimilarities):
    """For each row the first column that is zero, or -1."""
    is_zero = dissimilarities == 0
    return np.where(is_zero.any(axis=1), is_zero.argmax(axis=1), -1)
