"""Simple recurrent networks as an op, against loops over sequences, derivatives."""

import numpy as np
import pytest
import recurrent_cases as cases

from skmanifold_nn._kernels._simple_rnn import ADDRESSES

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
either_direction = pytest.mark.parametrize("reverse", [0, 1])
either_activation = pytest.mark.parametrize("option", [cases.TANH, cases.RELU])


def make(parts, H, dtype=np.float64, **options):
    return cases.Recurrent(ADDRESSES, "simple_rnn", parts, H, dtype, **options)


@both_dtypes
@either_direction
@either_activation
@pytest.mark.parametrize("parts", cases.PARTS, ids=str)
@pytest.mark.parametrize("H", [1, 5, 16, 33])
def test_forward_and_backward(H, parts, option, reverse, dtype):
    recurrent = make(parts, H, dtype, reverse=reverse, option=option)
    cases.check_forward(recurrent)
    cases.check_gradients_in_directions(recurrent)


@either_direction
@either_activation
@pytest.mark.parametrize("truncate", [0, 2])
@pytest.mark.parametrize("rate", [0.0, 0.4])
@pytest.mark.parametrize("H, parts", [(1, [[3]]), (3, [[3, 2], [], [4, 1]])])
def test_every_gradient(H, parts, rate, truncate, option, reverse):
    recurrent = make(
        parts, H, reverse=reverse, option=option, truncate=truncate, rate=rate
    )
    cases.check_every_gradient(recurrent)


@both_dtypes
@either_direction
@either_activation
@pytest.mark.parametrize("truncate", [0, 1, 3, 100])
@pytest.mark.parametrize("H", [5, 33])
def test_dropout_and_truncation(H, truncate, option, reverse, dtype):
    options = {"reverse": reverse, "option": option, "truncate": truncate, "rate": 0.4}
    recurrent = make(cases.PARTS[-1], H, dtype, **options)
    cases.check_forward(recurrent)
    cases.check_gradients_in_directions(recurrent)
    predicted = make(cases.PARTS[-1], H, dtype, training=0, **options)
    cases.check_forward(predicted)
    assert abs(predicted.forward()[0] - recurrent.forward()[0]).max() > 1e-3


@both_dtypes
def test_many_tasks(dtype):
    recurrent = make([[3, 1], [2]], 130, dtype)
    cases.check_forward(recurrent)
    cases.check_gradients_in_directions(recurrent)


@both_dtypes
@either_direction
@either_activation
@pytest.mark.parametrize("H", [1, 5, 33])
def test_a_sequence_has_the_same_bits_alone(H, option, reverse, dtype):
    cases.check_bits(make([[7, 5, 5, 2, 1]], H, dtype, reverse=reverse, option=option))


@both_dtypes
@either_direction
@either_activation
@pytest.mark.parametrize("H", [1, 5, 33])
def test_carried_states(H, option, reverse, dtype):
    options = {"reverse": reverse, "option": option, "training": 0}
    cases.check_carried(make([[4, 4, 2, 1], [1, 1]], H, dtype, **options))


@both_dtypes
def test_far_inputs_stay_finite(dtype):
    recurrent = make([[3, 2]], 5, dtype)
    recurrent.Z = [1e4 * z for z in recurrent.Z]
    assert all(np.isfinite(h).all() for h in recurrent.forward())
    dZ, d_params = recurrent.backward()
    assert all(np.isfinite(d).all() for d in [*dZ, d_params])


@both_dtypes
@pytest.mark.parametrize("H", [5, 16])
def test_gradients_that_vanish_are_zero(H, dtype):
    cases.check_vanishing(make([[4, 2], [3]], H, dtype))


@both_dtypes
def test_nan_stays_in_its_sequence(dtype):
    recurrent = make([[3, 3, 2]], 17, dtype)
    expected = recurrent.forward()
    recurrent.Z[1][1, 3] = np.nan
    states = recurrent.forward()
    assert np.isnan(states[1][1, 3])
    assert np.isnan(states[1][2]).all()
    for j in (0, 2):
        np.testing.assert_array_equal(states[j], expected[j])
