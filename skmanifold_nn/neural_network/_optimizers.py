"""Optimisers: what the training loop must know of a solver, and L-BFGS."""

import warnings
from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

__all__ = ["STOCHASTIC_SOLVERS", "Minimum", "Optimizer", "minimize_lbfgs"]


@dataclass(eq=False, repr=False)
class _Solver:
    """A step of the kernels, and the parameters that it has with their defaults."""

    kernel: str
    n_states: int
    defaults: dict


_SOLVERS = {
    "sgd": _Solver("sgd", 1, {"momentum": 0.9, "nesterovs_momentum": True}),
    "adagrad": _Solver("adagrad", 1, {"epsilon": 1e-10}),
    "rmsprop": _Solver("rmsprop", 1, {"rho": 0.9, "epsilon": 1e-8}),
    "adadelta": _Solver("adadelta", 2, {"rho": 0.9, "epsilon": 1e-6}),
    "adam": _Solver("adam", 2, {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}),
    "adamw": _Solver(
        "adam",
        2,
        {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
    ),
}
STOCHASTIC_SOLVERS = tuple(_SOLVERS)

# The interval of each parameter, scikit-learn's where it has the parameter.
_BOUNDS = {
    "momentum": "[0, 1]",
    "rho": "[0, 1)",
    "beta_1": "[0, 1)",
    "beta_2": "[0, 1)",
    "epsilon": "(0, inf)",
    "weight_decay": "[0, inf)",
}


def _check_parameter(solver, name, value):
    if name == "nesterovs_momentum":
        if not isinstance(value, bool | np.bool_):
            raise ValueError(
                f"nesterovs_momentum must be True or False, got {value!r}: choose one."
            )
        return bool(value)
    interval = _BOUNDS[name]
    low, high = (float(end) for end in interval[1:-1].split(","))
    inside = isinstance(value, Real) and (
        low < value < high
        or (value == low and interval[0] == "[")
        or (value == high and interval[-1] == "]")
    )
    if not inside:
        default = _SOLVERS[solver].defaults[name]
        raise ValueError(
            f"{name} must be a number in {interval}, got {value!r}: "
            f"solver={solver!r} is used with {name}={default} by default."
        )
    return float(value)


class Optimizer:
    """A stochastic solver as the training loop sees it.

    Parameters
    ----------
    solver : {"sgd", "adagrad", "rmsprop", "adadelta", "adam", "adamw"}
        In steps as scikit-learn's ("sgd", "adam") or PyTorch's; "adamw" has the
        epsilon of "adam", added to the square root before its bias is corrected.
    **params
        Any of `momentum`, `nesterovs_momentum` ("sgd"), `beta_1`, `beta_2` ("adam",
        "adamw"), `rho` ("rmsprop", "adadelta"), `epsilon` (all but "sgd") and
        `weight_decay` ("adamw"). Those that the solver does not have are ignored, as
        scikit-learn ignores them, and None means the solver's default.

    Attributes
    ----------
    solver : str
    params : dict
        The solver's own parameters.
    kernel : str
        Name of the step in the kernels' table of addresses.
    n_states : int
        Vectors of state.
    momentum : float
        `momentum` or `beta_1`, which schedules may change from step to step; 0 where
        the solver has none.

    Examples
    --------
    >>> from skmanifold_nn.neural_network._optimizers import Optimizer
    >>> optimizer = Optimizer("adam", beta_2=0.99)
    >>> optimizer.initial_state(5, "float32").shape
    (2, 5)
    """

    def __init__(self, solver, **params):
        if solver not in _SOLVERS:
            raise ValueError(
                f"solver must be one of {', '.join(STOCHASTIC_SOLVERS)} or lbfgs, got "
                f"{solver!r}: choose one of them."
            )
        unknown = sorted(params.keys() - _BOUNDS.keys() - {"nesterovs_momentum"})
        if unknown:
            raise TypeError(f"No solver has a parameter {unknown[0]!r}.")
        described = _SOLVERS[solver]
        chosen = {
            name: default if params.get(name) is None else params[name]
            for name, default in described.defaults.items()
        }
        self.solver = solver
        self.params = {k: _check_parameter(solver, k, v) for k, v in chosen.items()}
        self.kernel, self.n_states = described.kernel, described.n_states
        self.momentum = self.params.get("beta_1", self.params.get("momentum", 0.0))

    @property
    def settings(self):
        """What all steps share: rho, epsilon, weight decay, Nesterov; (4,) float64."""
        get = self.params.get
        rho = get("beta_2", get("rho", 0.0))
        nesterov = float(get("nesterovs_momentum", False))
        return np.array(
            [rho, get("epsilon", 0.0), get("weight_decay", 0.0), nesterov], np.float64
        )

    def initial_state(self, n_params, dtype):
        """State before the first step, (n_states, n_params)."""
        return np.zeros((self.n_states, n_params), dtype)

    def rates(self, learning_rates, n_done, momenta=None):
        """What each of the next steps has of its own.

        Parameters
        ----------
        learning_rates : array-like of shape (n_steps,)
        n_done : int
            Steps taken before these.
        momenta : array-like of shape (n_steps,), default=None
            In place of `momentum`.

        Returns
        -------
        rates : ndarray of shape (n_steps, 3), float64
            Learning rate, momentum, and Adam's correction of the bias.
        """
        rates = np.ones((len(learning_rates), 3))
        rates[:, 0] = learning_rates
        rates[:, 1] = self.momentum if momenta is None else momenta
        if self.kernel == "adam":
            t = np.arange(n_done + 1, n_done + 1 + len(rates))
            # sqrt(1 - beta_2^t) / (1 - beta_1^t)
            rates[:, 2] = np.sqrt(1 - self.params["beta_2"] ** t)
            rates[:, 2] /= 1 - rates[:, 1] ** t
        return rates


@dataclass(eq=False, repr=False)
class Minimum:
    """Where L-BFGS came to rest.

    Attributes
    ----------
    loss : float
    n_iter : int
    loss_curve : list of float
        Loss after each iteration.
    interrupted : bool
        Whether Ctrl-C or the callback ended it.
    """

    loss: float
    n_iter: int
    loss_curve: list
    interrupted: bool


class _Descent:
    """Holds the vector of parameters, and the best one so far."""

    def __init__(self, loss_and_gradient, params, callback):
        self.loss_and_gradient, self.callback = loss_and_gradient, callback
        self.params, self.best = params, params.astype(np.float64)
        self.loss, self.loss_curve, self.stopped = np.inf, [], False

    def __call__(self, x):
        self.params[...] = x
        loss, gradient = self.loss_and_gradient(self.params)
        return float(loss), np.array(gradient, dtype=np.float64)

    def end_iteration(self, intermediate_result):
        loss = float(intermediate_result.fun)
        self.loss_curve.append(loss)
        if loss < self.loss:
            self.loss, self.best = loss, intermediate_result.x.copy()
        if self.callback is not None:
            self.params[...] = intermediate_result.x
            try:
                self.callback(loss)
            except StopIteration:
                self.stopped = True
                raise


def _check_finite(loss, params):
    if not (np.isfinite(loss) and np.isfinite(params).all()):
        raise ValueError(
            "Solver produced non-finite parameter weights. The input data may contain "
            "large values and need to be preprocessed: solver='lbfgs' came to a loss "
            f"of {loss}. Scale X (and y) to unit variance or increase alpha."
        )


def minimize_lbfgs(
    loss_and_gradient,
    params,
    *,
    max_iter=200,
    max_fun=15000,
    tol=1e-4,
    callback=None,
    stacklevel=2,
):
    """Minimise over the flat vector of parameters by L-BFGS.

    Parameters
    ----------
    loss_and_gradient : callable
        Called with `params`, returns the loss and its gradient, whose array may be the
        same one every time.
    params : ndarray of shape (n_params,), float32 or float64
        The start; changed in place, so that views on it see the parameters of each
        call, and the minimum in the end.
    max_iter : int, default=200
    max_fun : int, default=15000
        Most calls of `loss_and_gradient`.
    tol : float, default=1e-4
        Of the largest entry of the gradient.
    callback : callable, default=None
        Called with the loss after each iteration, when `params` hold its result;
        raising StopIteration ends the minimisation.
    stacklevel : int, default=2
        Of warnings.

    Returns
    -------
    minimum : Minimum

    Raises
    ------
    ValueError
        If the loss or the parameters are not finite.

    Warns
    -----
    ConvergenceWarning
        If an iteration failed or one of the limits was reached.
    UserWarning
        If interrupted by Ctrl-C: the best parameters so far are kept.

    References
    ----------
    Byrd, Lu, Nocedal and Zhu, "A limited memory algorithm for bound constrained
    optimization", SIAM J. Sci. Comput. 16, 1995.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network._optimizers import minimize_lbfgs
    >>> params = np.zeros(3)
    >>> target = np.array([1.0, 2.0, 3.0])
    >>> found = minimize_lbfgs(
    ...     lambda w: (0.5 * np.sum((w - target) ** 2), w - target), params
    ... )
    >>> params.round(4)
    array([1., 2., 3.])
    """
    descent = _Descent(loss_and_gradient, params, callback)
    try:
        result = minimize(
            descent,
            descent.best.copy(),
            method="L-BFGS-B",
            jac=True,
            callback=descent.end_iteration,
            options={"maxfun": max_fun, "maxiter": max_iter, "gtol": tol},
        )
        loss, best = float(result.fun), result.x
        if result.status != 0 and not descent.stopped:
            _warn_unfinished(result, max_iter, max_fun, stacklevel + 1)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=stacklevel)
        loss, best, descent.stopped = descent.loss, descent.best, True
    params[...] = best
    if descent.loss_curve or not descent.stopped:
        _check_finite(loss, params)
    return Minimum(loss, len(descent.loss_curve), descent.loss_curve, descent.stopped)


def _warn_unfinished(result, max_iter, max_fun, stacklevel):
    n_iter = min(result.nit, max_iter)
    if n_iter == max_iter:
        remedy = f"Increase max_iter, which is {max_iter}"
    elif result.nfev >= max_fun:
        remedy = f"Increase max_fun, which is {max_fun}"
    else:
        remedy = "Increase tol"
    warnings.warn(
        f"lbfgs failed to converge after {n_iter} iteration(s): {result.message}. "
        f"{remedy}, or scale the data.",
        ConvergenceWarning,
        stacklevel=stacklevel,
    )
