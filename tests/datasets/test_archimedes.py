"""Arc length of Archimedes' spiral."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.integrate import quad

from skmanifold_nn.datasets._archimedes import angle_at, arc_length


def test_arc_length_is_the_integral_of_the_speed():
    for angle in (0.3, 4.7, 14.1):
        expected = quad(lambda t: np.hypot(1, t), 0, angle)[0]
        assert_allclose(arc_length(angle), expected, rtol=1e-12)


def test_inverse():
    angles = np.concatenate([np.linspace(0, 2, 101), np.geomspace(1e-6, 1e3, 101)])
    assert_allclose(angle_at(arc_length(angles)), angles, rtol=1e-13, atol=1e-15)
