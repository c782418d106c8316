"""Learning rates against scikit-learn's optimisers and PyTorch's formulas."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

from skmanifold_nn.neural_network._schedules import SCHEDULES, make_schedule


def test_constant():
    schedule = make_schedule("constant", 0.3)
    assert_array_equal(schedule.rates(17, 4), [0.3] * 4)
    assert schedule.momenta(17, 4, 0.9) is None
    assert schedule.stalled()


@pytest.mark.parametrize("name", ["constant", "invscaling", "adaptive"])
def test_equals_scikit_learn(name):
    theirs = SGDOptimizer(
        [], learning_rate_init=0.2, lr_schedule=name, power_t=0.4
    )  # fmt: skip
    ours = make_schedule(name, 0.2, power_t=0.4, n_epochs=40, steps_per_epoch=3)
    stops = []
    for epoch in range(40):
        assert_array_equal(ours.rates(3 * epoch, 3), [theirs.learning_rate] * 3)
        ours.epoch_ends(7 * (epoch + 1))
        theirs.iteration_ends(7 * (epoch + 1))
        assert ours.learning_rate == theirs.learning_rate
        if epoch % 3 == 1:
            stops.append((ours.stalled(), theirs.trigger_stopping("", False)))
    assert all(a == b for a, b in stops)
    assert {a for a, _ in stops} == ({True, False} if name == "adaptive" else {True})


def test_step():
    rates = make_schedule("step", 1.0, step_size=2, gamma=0.5, steps_per_epoch=3)
    expected = [0.5 ** (t // 6) for t in range(20)]
    assert_allclose(rates.rates(0, 20), expected)


def test_cosine():
    schedule = make_schedule(
        "cosine", 0.5, learning_rate_min=0.1, n_epochs=5, steps_per_epoch=4
    )
    # CosineAnnealingLR with T_max=20.
    expected = [0.1 + 0.4 * (1 + math.cos(math.pi * t / 20)) / 2 for t in range(20)]
    assert_allclose(schedule.rates(0, 20), expected, rtol=1e-14)
    assert_array_equal(schedule.rates(20, 3), [expected[-1]] * 3)


def one_cycle(total, top, momentum):
    """PyTorch's OneCycleLR with its defaults but the momenta, step by step."""

    def cosine(start, end, share):
        return end + (start - end) / 2 * (1 + math.cos(math.pi * share))

    up = 0.3 * total - 1
    for t in range(total):
        if t <= up:
            share = t / up
            yield cosine(top / 25, top, share), cosine(momentum, momentum - 0.1, share)
        else:
            share = (t - up) / (total - 1 - up)
            yield (
                cosine(top, top / 25 / 1e4, share),
                cosine(momentum - 0.1, momentum, share),
            )


@pytest.mark.parametrize("epochs, steps", [(2, 10), (7, 3), (100, 5)])
def test_one_cycle(epochs, steps):
    schedule = make_schedule("one_cycle", 0.7, n_epochs=epochs, steps_per_epoch=steps)
    expected = np.array(list(one_cycle(epochs * steps, 0.7, 0.95)))
    rates = [schedule.rates(steps * e, steps) for e in range(epochs)]
    momenta = [schedule.momenta(steps * e, steps, 0.95) for e in range(epochs)]
    assert_allclose(np.concatenate(rates), expected[:, 0], rtol=1e-9)
    assert_allclose(np.concatenate(momenta), expected[:, 1], rtol=1e-9)
    assert_allclose(schedule.momenta(0, 3, 0.0), 0)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [1, 2, 3, 4])
def test_short_trainings(name, total):
    schedule = make_schedule(name, 0.1, n_epochs=total)
    rates = schedule.rates(0, total + 2)
    assert np.all(rates > 0) and np.all(rates <= 0.1)
    assert schedule.rates(0, 0).shape == (0,)
    momenta = schedule.momenta(0, total + 2, 0.9)
    assert momenta is None or np.all((momenta >= 0.8 - 1e-15) & (momenta <= 0.9))


@pytest.mark.parametrize("name", SCHEDULES)
def test_epochs_join_to_the_whole(name):
    schedule = make_schedule(name, 0.1, n_epochs=9, steps_per_epoch=5, warmup=2)
    parts = [schedule.rates(5 * epoch, 5) for epoch in range(9)]
    assert schedule.learning_rate == parts[-1][-1]
    assert_array_equal(np.concatenate(parts), schedule.rates(0, 45))


@pytest.mark.parametrize("warmup", [2, 0.2])
def test_warmup(warmup):
    arguments = {"n_epochs": 10, "steps_per_epoch": 4}
    schedule = make_schedule("cosine", 0.1, warmup=warmup, **arguments)
    rates = schedule.rates(0, 40)
    assert_allclose(rates[:8], 0.1 * np.arange(1, 9) / 8)
    after = make_schedule("cosine", 0.1, n_epochs=8, steps_per_epoch=4)
    assert_allclose(rates[8:], after.rates(0, 32))


@pytest.mark.parametrize(
    "name, arguments, message",
    [
        ("linear", {}, "learning_rate must be one of constant.*got 'linear': choose"),
        ("cosine", {}, "learning_rate='cosine' needs the number of epochs.*max_iter"),
        ("constant", {"warmup": -1}, "warmup must be.*got -1: give"),
        ("constant", {"warmup": 1.5}, "warmup must be.*got 1.5: give"),
        ("constant", {"warmup": True}, "warmup must be.*got True: give"),
        ("constant", {"warmup": 0.5}, "warmup=0.5 is a share.*set max_iter"),
        ("step", {"gamma": -0.5}, r"gamma must be.*got -0.5"),
        ("step", {"step_size": 0}, r"step_size must be.*got 0"),
        ("invscaling", {"power_t": np.nan}, r"power_t must be.*got nan"),
        ("cosine", {"learning_rate_min": -1, "n_epochs": 2}, "learning_rate_min must"),
    ],
)
def test_errors(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        make_schedule(name, 0.1, **arguments)


@pytest.mark.parametrize("value", [0, -1.0, np.nan, np.inf, "fast"])
def test_learning_rate_init_is_positive(value):
    with pytest.raises(ValueError, match="learning_rate_init must be a positive"):
        make_schedule("constant", value)


def test_unknown_parameters_are_not_swallowed():
    with pytest.raises(TypeError, match="'power'"):
        make_schedule("constant", 0.1, power=2)
