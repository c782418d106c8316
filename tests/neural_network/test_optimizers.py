"""Optimisers over many steps against scikit-learn's and PyTorch's, and L-BFGS."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize, rosen, rosen_der
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from skmanifold_nn._kernels._optimizers import (
    ADDRESSES,
    BLOCK,
    RATES,
    SETTINGS,
    clipping_factor,
    run,
)
from skmanifold_nn.neural_network._optimizers import (
    STOCHASTIC_SOLVERS,
    Optimizer,
    minimize_lbfgs,
)
from skmanifold_nn.neural_network._schedules import make_schedule

WEIGHTS = np.array([[0, 60], [75, 90]])  # the rest are intercepts


class Descent:
    """A training loop in small: steps of one optimiser on given gradients."""

    def __init__(self, optimizer, params, *, l2=0.0, l1=0.0, max_norm=np.inf):
        self.optimizer, self.params = optimizer, params
        self.state = optimizer.initial_state(len(params), params.dtype)
        self.l2, self.l1, self.max_norm, self.n_done = l2, l1, max_norm, 0

    def call(self, name, rates, gradients, scale):
        return run(
            ADDRESSES[name][self.params.dtype.name],
            rates,
            self.optimizer.settings,
            scale,
            self.l2,
            self.l1,
            WEIGHTS,
            0,
            -1,
            1,
            gradients.astype(self.params.dtype),
            self.params,
            self.state,
            np.empty(len(self.params) // BLOCK + 1),
        )

    def step(self, rate, gradients):
        rates = self.optimizer.rates([rate], self.n_done)[0]
        norm = self.call("squared_norm", rates, gradients, 1.0)
        scale = clipping_factor(norm, self.max_norm)
        penalty = self.call(self.optimizer.kernel, rates, gradients, scale)
        self.n_done += 1
        return penalty


def quadratic(rng, n=91):
    """Noisy gradients of a badly scaled quadratic, and a start."""
    curvatures = 10.0 ** rng.uniform(-2, 1, n)
    noise = rng.standard_normal((200, n))
    return lambda w, k: curvatures * w + 0.1 * noise[k], rng.standard_normal(n)


def test_names_are_the_kernels():
    for solver in STOCHASTIC_SOLVERS:
        optimizer = Optimizer(solver)
        assert optimizer.kernel in ADDRESSES
        assert optimizer.settings.shape == (len(SETTINGS),)
        assert optimizer.rates([0.1, 0.2], 3).shape == (2, len(RATES))
    optimizer = Optimizer("adamw", beta_2=0.9, epsilon=0.125, weight_decay=0.5)
    named = dict(zip(SETTINGS, optimizer.settings, strict=True))
    assert named == {"rho": 0.9, "epsilon": 0.125, "weight_decay": 0.5, "nesterov": 0}
    assert Optimizer("sgd").settings[SETTINGS.index("nesterov")] == 1


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize(
    "solver, name, nesterov",
    [
        ("sgd", "constant", True),
        ("sgd", "constant", False),
        ("sgd", "invscaling", True),
        ("adam", "constant", None),
    ],
)
def test_equals_scikit_learn(rng, solver, name, nesterov, alpha):
    """Ten epochs of seven batches of 20 rows, float64."""
    gradient, start = quadratic(rng)
    theirs = start.copy()
    if solver == "sgd":
        reference = SGDOptimizer([theirs], 0.02, name, 0.8, nesterov, 0.3)
    else:
        reference = AdamOptimizer([theirs], 0.02, 0.8, 0.95, 1e-6)
    given = {"momentum": 0.8, "nesterovs_momentum": nesterov}
    given |= {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-6 if solver == "adam" else 1}
    ours = Descent(Optimizer(solver, **given), start.copy(), l2=alpha / 20)
    schedule = make_schedule(name, 0.02, power_t=0.3)
    is_weight = np.zeros(len(start), bool)
    for first, last in WEIGHTS:
        is_weight[first:last] = True
    for k in range(70):
        g = 20 * gradient(theirs, k) + np.where(is_weight, alpha * theirs, 0)
        penalty = 0.5 * alpha * theirs[is_weight] @ theirs[is_weight] / 20
        reference.update_params([theirs], [g / 20])
        rate = schedule.rates(k, 1)[0]
        found = ours.step(rate, gradient(ours.params, k))
        assert_allclose(found, penalty, rtol=1e-11)
        if k % 7 == 6:
            reference.iteration_ends(20 * (k + 1))
            schedule.epoch_ends(20 * (k + 1))
    assert_allclose(ours.params, theirs, rtol=1e-12, atol=1e-12)


def pytorch(solver, w, g, t, buffers, rate):
    """torch.optim's single-tensor steps with the options of the test; w in place."""
    if solver == "sgd":
        buffers[0][:] = 0.9 * buffers[0] + g
        w -= rate * (g + 0.9 * buffers[0])
    elif solver == "adagrad":
        buffers[0][:] += g * g
        w -= rate * g / (np.sqrt(buffers[0]) + 1e-10)
    elif solver == "rmsprop":
        buffers[0][:] = 0.9 * buffers[0] + 0.1 * g * g
        w -= rate * g / (np.sqrt(buffers[0]) + 1e-8)
    elif solver == "adadelta":
        buffers[0][:] = 0.9 * buffers[0] + 0.1 * g * g
        delta = np.sqrt(buffers[1] + 1e-6) / np.sqrt(buffers[0] + 1e-6) * g
        buffers[1][:] = 0.9 * buffers[1] + 0.1 * delta * delta
        w -= rate * delta
    else:
        if solver == "adamw":
            for first, last in WEIGHTS:
                w[first:last] *= 1 - rate * 0.01
        buffers[0][:] = 0.9 * buffers[0] + 0.1 * g
        buffers[1][:] = 0.999 * buffers[1] + 0.001 * g * g
        denominator = np.sqrt(buffers[1]) / np.sqrt(1 - 0.999**t) + 1e-8
        w -= rate / (1 - 0.9**t) * buffers[0] / denominator


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("solver", STOCHASTIC_SOLVERS)
def test_defaults_are_pytorchs(rng, solver, dtype):
    """But for Adam's epsilon, whose place makes a relative difference near 1e-7."""
    gradient, start = quadratic(rng)
    theirs, buffers = start.copy(), np.zeros((2, len(start)))
    ours = Descent(Optimizer(solver), start.astype(dtype))
    rate = 1.0 if solver == "adadelta" else 0.01
    for k in range(100):
        pytorch(solver, theirs, gradient(theirs, k), k + 1, buffers, rate)
        ours.step(rate, gradient(ours.params, k))
    tolerance = 1e-12 if "adam" not in solver else 1e-5
    if dtype == np.float32:
        tolerance = 2e-4
    assert_allclose(ours.params, theirs, rtol=tolerance, atol=tolerance)
    assert np.abs(theirs - start).max() > 0.01


def test_rates_continue_from_step_to_step():
    optimizer = Optimizer("adam", beta_1=0.7, beta_2=0.9)
    rates = optimizer.rates([0.1, 0.2, 0.3], 0)
    t = np.arange(1, 4)
    assert_array_equal(rates[:, 0], [0.1, 0.2, 0.3])
    assert_array_equal(rates[:, 1], 0.7)
    assert_allclose(rates[:, 2], np.sqrt(1 - 0.9**t) / (1 - 0.7**t), rtol=1e-14)
    assert_array_equal(optimizer.rates([0.2, 0.3], 1), rates[1:])
    changed = optimizer.rates([0.1, 0.1], 4, momenta=[0.5, 0.0])
    assert_array_equal(changed[:, 1], [0.5, 0.0])
    assert_allclose(changed[:, 2], np.sqrt(1 - 0.9 ** np.r_[5, 6]) / [1 - 0.5**5, 1])
    assert_array_equal(Optimizer("rmsprop").rates([0.1], 5), [[0.1, 0, 1]])


def test_clipping_bounds_the_step(rng):
    gradient, start = quadratic(rng)
    plain = Optimizer("sgd", momentum=0.0, nesterovs_momentum=False)
    free = Descent(plain, start.copy(), l2=0.1)
    free.step(0.5, gradient(start, 0))
    clipped = Descent(plain, start.copy(), l2=0.1, max_norm=0.25)
    clipped.step(0.5, gradient(start, 0))
    moved, moved_free = clipped.params - start, free.params - start
    assert_allclose(np.linalg.norm(moved), 0.125, rtol=1e-12)
    assert_allclose(moved / 0.125, moved_free / np.linalg.norm(moved_free), atol=1e-12)


@pytest.mark.parametrize(
    "solver, params, message",
    [
        ("newton", {}, "solver must be one of sgd.*or lbfgs, got 'newton': choose"),
        ("sgd", {"momentum": 1.5}, r"momentum must be.*\[0, 1\], got 1.5: .*0.9"),
        ("adam", {"beta_1": 1.0}, r"beta_1 must be.*\[0, 1\), got 1.0"),
        ("adam", {"beta_2": -0.1}, r"beta_2 must be.*\[0, 1\), got -0.1"),
        ("rmsprop", {"rho": np.nan}, r"rho must be.*got nan"),
        ("adagrad", {"epsilon": "small"}, r"epsilon must be.*got 'small'"),
        ("adam", {"epsilon": 0.0}, r"epsilon must be.*\(0, inf\), got 0.0: .*1e-08"),
        ("adamw", {"weight_decay": np.inf}, r"weight_decay must be.*got inf"),
        ("sgd", {"nesterovs_momentum": "yes"}, "nesterovs_momentum must be True or"),
    ],
)
def test_errors(solver, params, message):
    with pytest.raises(ValueError, match=message):
        Optimizer(solver, **params)


def test_parameters_of_other_solvers_are_ignored_and_unknown_ones_are_not():
    assert Optimizer("sgd", beta_1=7, epsilon=None).params == {
        "momentum": 0.9,
        "nesterovs_momentum": True,
    }
    assert Optimizer("adagrad", epsilon=None).params == {"epsilon": 1e-10}
    with pytest.raises(TypeError, match="'beta_3'"):
        Optimizer("adam", beta_3=0.5)


def rosenbrock(gradient):
    """Loss and gradient, the gradient always in the same array."""

    def loss_and_gradient(w):
        gradient[...] = rosen_der(w.astype(np.float64))
        return rosen(w.astype(np.float64)), gradient

    return loss_and_gradient


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_lbfgs(dtype):
    params = np.full(7, 0.3, dtype)
    view = params[2:4]
    found = minimize_lbfgs(rosenbrock(np.empty(7, dtype)), params, tol=1e-3)
    assert_allclose(params, 1, atol=1e-3)
    assert_array_equal(view, params[2:4])
    assert len(found.loss_curve) == found.n_iter > 5
    assert found.loss == found.loss_curve[-1] < 1e-6 and not found.interrupted
    if dtype == np.float64:
        options = {"maxiter": 200, "maxfun": 15000, "gtol": 1e-3}
        twin = minimize(
            lambda w: (rosen(w), rosen_der(w)),
            np.full(7, 0.3),
            jac=True,
            method="L-BFGS-B",
            options=options,
        )
        assert_array_equal(params, twin.x)
        assert (found.loss, found.n_iter) == (twin.fun, twin.nit)


@pytest.mark.parametrize("limit", ["max_iter", "max_fun"])
def test_lbfgs_warns_of_limits(limit):
    params = np.full(7, 0.3)
    with pytest.warns(ConvergenceWarning, match=rf"lbfgs failed.*Increase {limit}"):
        found = minimize_lbfgs(rosenbrock(np.empty(7)), params, **{limit: 3})
    assert found.n_iter <= 3 and found.loss == rosen(params)


def test_lbfgs_callback_sees_the_iterates_and_stops():
    params, seen = np.full(7, 0.3), []

    def callback(loss):
        seen.append((loss, rosen(params)))
        if len(seen) == 4:
            raise StopIteration

    found = minimize_lbfgs(rosenbrock(np.empty(7)), params, callback=callback)
    assert found.interrupted and found.n_iter == 4
    assert [loss for loss, _ in seen] == found.loss_curve
    assert all(loss == at for loss, at in seen)
    assert rosen(params) == found.loss == found.loss_curve[-1]


@pytest.mark.parametrize("calls", [0, 9])
def test_lbfgs_keeps_the_best_when_interrupted(calls):
    params, left = np.full(7, 0.3), [calls]
    function = rosenbrock(np.empty(7))

    def loss_and_gradient(w):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return function(w)

    with pytest.warns(UserWarning, match="interrupted by user"):
        found = minimize_lbfgs(loss_and_gradient, params)
    assert found.interrupted
    if calls:
        assert found.loss == min(found.loss_curve) == rosen(params)
    else:
        assert found.n_iter == 0
        assert_array_equal(params, 0.3)


def test_lbfgs_refuses_what_is_not_finite():
    with pytest.raises(ValueError, match=r"Solver produced non-finite.*Scale X"):
        minimize_lbfgs(lambda w: (np.nan, w), np.ones(3))
