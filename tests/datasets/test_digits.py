"""Handwritten digits."""

import numpy as np
import pytest

from skmanifold_nn.datasets import load_mnist_digits


def test_digits():
    digits = load_mnist_digits()
    assert digits.images.shape == (5000, 28, 28)
    assert digits.data.shape == (5000, 784)
    assert digits.images.dtype == digits.data.dtype == np.uint8
    np.testing.assert_array_equal(digits.images.reshape(5000, -1), digits.data)
    assert digits.target.dtype == np.int64
    np.testing.assert_array_equal(
        np.bincount(digits.target), [479, 563, 488, 493, 535, 434, 501, 550, 462, 495]
    )
    # The first digits of the database, and how dark all of them are.
    np.testing.assert_array_equal(digits.target[:10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    assert (digits.data.min(), digits.data.max()) == (0, 255)
    assert digits.data.mean() == pytest.approx(33.3, abs=1)
    assert digits.feature_names[30] == "pixel_1_2"


def test_fewer_classes_and_pairs():
    X, y = load_mnist_digits(n_class=3, return_X_y=True)
    assert X.shape == (479 + 563 + 488, 784)
    assert list(np.unique(y)) == [0, 1, 2]
    assert load_mnist_digits(n_class=3).target_names.tolist() == [0, 1, 2]
    for n_class in (0, 11, 2.5):
        with pytest.raises(ValueError, match="n_class must be an int"):
            load_mnist_digits(n_class=n_class)


def test_table():
    frame = load_mnist_digits(n_class=2, as_frame=True).frame
    assert frame.shape == (1042, 785)
    assert frame["target"].sum() == 563
