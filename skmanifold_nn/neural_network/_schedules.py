"""Learning rates of every step of a training."""

import math
from numbers import Integral, Real

import numpy as np

__all__ = ["SCHEDULES", "Schedule", "make_schedule"]

# The learning rate below which "adaptive" stops, and what it divides by.
SMALLEST_RATE = 1e-6
DIVISOR = 5.0


class Schedule:
    """The same learning rate in all steps, and what other schedules share.

    State are Python scalars; everything else follows from the number of a step, the
    first of which is 0.

    Parameters
    ----------
    learning_rate_init : float
        The learning rate; the highest one of schedules that rise and fall.
    n_total : int, default=None
        Steps of the whole training; steps beyond it are as the last one.
    steps_per_epoch : int, default=1
    n_warmup : int, default=0
        Steps in which the rate rises in equal parts to that of the schedule, which
        starts after them.

    Attributes
    ----------
    learning_rate : float
        Of the step computed last.
    """

    needs_total = False
    # Whether rates follow from more than the number of a step.
    changes_between_epochs = False

    def __init__(
        self, learning_rate_init, *, n_total=None, steps_per_epoch=1, n_warmup=0
    ):
        self.learning_rate_init = float(learning_rate_init)
        self.learning_rate = self.learning_rate_init
        self.n_total, self.n_warmup = n_total, n_warmup
        self.steps_per_epoch = steps_per_epoch

    def rates(self, first, n_steps):
        """Learning rates of the steps `first` to `first + n_steps - 1`.

        Parameters
        ----------
        first : int
            Steps taken before.
        n_steps : int

        Returns
        -------
        rates : ndarray of shape (n_steps,), float64
        """
        t = np.arange(first, first + n_steps, dtype=np.float64)
        rates = self._rates(self._after_warmup(t))
        if self.n_warmup:
            rates *= np.minimum((t + 1) / self.n_warmup, 1)
        if n_steps:
            self.learning_rate = float(rates[-1])
        return rates

    def momenta(self, first, n_steps, momentum):
        """Momentum of the same steps, or None where it stays `momentum`."""
        return None

    def epoch_ends(self, n_seen):
        """Note the number of samples trained on so far, repetitions counted."""

    def resume(self, learning_rate, n_seen):
        """Go on where an earlier schedule of the same kind ended."""
        self.learning_rate = learning_rate

    def stalled(self):
        """Lower the rate as no progress is made; True if training should stop."""
        return True

    def _after_warmup(self, t):
        """Numbers of steps counted from the end of the warm-up."""
        if self.n_total is not None:
            t = np.minimum(t, self.n_total - 1)
        return np.maximum(t - self.n_warmup, 0)

    @property
    def _length(self):
        """Steps after the warm-up."""
        return max(self.n_total - self.n_warmup, 1)

    def _rates(self, t):
        return np.full(len(t), self.learning_rate_init)


class InverseScaling(Schedule):
    """learning_rate_init / (n_seen + 1)^power_t from the second epoch on.

    scikit-learn's: `n_seen` samples had been trained on when the last epoch ended.
    """

    changes_between_epochs = True

    def __init__(self, learning_rate_init, *, power_t=0.5, **shared):
        super().__init__(learning_rate_init, **shared)
        self.power_t, self.n_seen = float(power_t), 0

    def epoch_ends(self, n_seen):
        self.n_seen = int(n_seen)
        self.learning_rate = self._current()

    def resume(self, learning_rate, n_seen):
        self.epoch_ends(n_seen)

    def _current(self):
        return self.learning_rate_init / (self.n_seen + 1) ** self.power_t

    def _rates(self, t):
        return np.full(len(t), self._current())


class Adaptive(Schedule):
    """Divided by 5 whenever no progress is made, until it is 1e-6 or less.

    scikit-learn's: without progress the training stops if the rate has come to 1e-6,
    else goes on with a fifth of it.
    """

    def __init__(self, learning_rate_init, **shared):
        super().__init__(learning_rate_init, **shared)
        self.level = self.learning_rate_init

    def resume(self, learning_rate, n_seen):
        self.level = self.learning_rate = learning_rate

    def stalled(self):
        if self.level <= SMALLEST_RATE:
            return True
        self.level /= DIVISOR
        self.learning_rate = self.level
        return False

    def _rates(self, t):
        return np.full(len(t), self.level)


class Step(Schedule):
    """Multiplied by `gamma` after every `step_size` epochs."""

    def __init__(self, learning_rate_init, *, step_size=30, gamma=0.1, **shared):
        super().__init__(learning_rate_init, **shared)
        self.step_size, self.gamma = int(step_size), float(gamma)

    def _rates(self, t):
        drops = t // (self.step_size * self.steps_per_epoch)
        return self.learning_rate_init * self.gamma**drops


def _anneal(start, end, share):
    """Half a wave of the cosine from `start` (share 0) to `end` (share 1)."""
    return end + (start - end) * (1 + np.cos(np.pi * share)) / 2


class Cosine(Schedule):
    """Half a wave from learning_rate_init down to `learning_rate_min` past the end.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017
    (without restarts).
    """

    needs_total = True

    def __init__(self, learning_rate_init, *, learning_rate_min=0.0, **shared):
        super().__init__(learning_rate_init, **shared)
        self.learning_rate_min = float(learning_rate_min)

    def _rates(self, t):
        lowest = min(self.learning_rate_min, self.learning_rate_init)
        return _anneal(self.learning_rate_init, lowest, t / self._length)


class OneCycle(Schedule):
    """Up from 1 / 25 of learning_rate_init for 30% of the steps, then down to nearly 0.

    The momentum falls by 0.1 as the rate rises, and comes back.

    References
    ----------
    Smith and Topin, "Super-convergence: very fast training of neural networks using
    large learning rates", 2018; shares and factors are PyTorch's.
    """

    needs_total = True
    RISE, FIRST, LAST, MOMENTUM_DROP = 0.3, 1 / 25, 1 / 25e4, 0.1

    def _cycle(self, t, first, top, last):
        end = self._length - 1
        peak = max(self.RISE * self._length - 1, 0.0)
        up = np.minimum(t / peak, 1) if peak else np.ones(len(t))
        down = np.clip((t - peak) / (end - peak), 0, 1) if end > peak else t * 0
        return np.where(t <= peak, _anneal(first, top, up), _anneal(top, last, down))

    def momenta(self, first, n_steps, momentum):
        t = np.arange(first, first + n_steps, dtype=np.float64)
        low = max(momentum - self.MOMENTUM_DROP, 0.0)
        return self._cycle(self._after_warmup(t), momentum, low, momentum)

    def _rates(self, t):
        top = self.learning_rate_init
        return self._cycle(t, self.FIRST * top, top, self.LAST * top)


SCHEDULES = {
    "constant": Schedule,
    "invscaling": InverseScaling,
    "adaptive": Adaptive,
    "step": Step,
    "cosine": Cosine,
    "one_cycle": OneCycle,
}
_OWN_PARAMS = {
    "invscaling": ("power_t",),
    "step": ("step_size", "gamma"),
    "cosine": ("learning_rate_min",),
}
# (type, lowest, whether that is allowed, what suits most networks) of each parameter.
_RULES = {
    "learning_rate_init": (Real, 0, False, "0.001 to 0.1"),
    "power_t": (Real, 0, True, "0.5"),
    "step_size": (Integral, 1, True, "a third of max_iter"),
    "gamma": (Real, 0, False, "0.1 to 0.5"),
    "learning_rate_min": (Real, 0, True, "0"),
}


def _check(name, value):
    kind, low, closed, usual = _RULES[name]
    inside = isinstance(value, kind) and (
        low < value < math.inf or (closed and value == low)
    )
    if not inside:
        number = "an int" if kind is Integral else "a finite number"
        bound = f"{number} of at least {low}"
        if not closed:
            bound = "a positive" + number.removeprefix("a")
        raise ValueError(
            f"{name} must be {bound}, got {value!r}: {usual} suits most networks."
        )


def make_schedule(
    learning_rate,
    learning_rate_init,
    *,
    n_epochs=None,
    steps_per_epoch=1,
    warmup=0,
    **params,
):
    """Schedule of the given name.

    Parameters
    ----------
    learning_rate : {"constant", "invscaling", "adaptive", "step", "cosine", \
            "one_cycle"}
    learning_rate_init : float
        The learning rate that the schedule starts with or rises to.
    n_epochs : int, default=None
        Of the whole training; "cosine" and "one_cycle" need it.
    steps_per_epoch : int, default=1
        Minibatches of an epoch.
    warmup : int or float, default=0
        Epochs (int), or share of all steps (float below 1), in which the rate rises
        in equal parts.
    **params
        Any of `power_t` ("invscaling"; default 0.5), `step_size` in epochs and `gamma`
        ("step"; 30 and 0.1) and `learning_rate_min` ("cosine"; 0). Those that the
        schedule does not have are ignored, and None means the default.

    Returns
    -------
    schedule : Schedule

    Examples
    --------
    >>> from skmanifold_nn.neural_network._schedules import make_schedule
    >>> schedule = make_schedule("step", 0.1, step_size=2, steps_per_epoch=2)
    >>> schedule.rates(2, 4).round(3)
    array([0.1 , 0.1 , 0.01, 0.01])
    """
    if learning_rate not in SCHEDULES:
        raise ValueError(
            f"learning_rate must be one of {', '.join(SCHEDULES)}, got "
            f"{learning_rate!r}: choose one of them."
        )
    unknown = sorted(params.keys() - _RULES.keys())
    if unknown:
        raise TypeError(f"No schedule has a parameter {unknown[0]!r}.")
    _check("learning_rate_init", learning_rate_init)
    kind = SCHEDULES[learning_rate]
    if kind.needs_total and n_epochs is None:
        raise ValueError(
            f"learning_rate={learning_rate!r} needs the number of epochs, got None: "
            "set max_iter, or choose 'constant'."
        )
    n_total = None if n_epochs is None else n_epochs * steps_per_epoch
    own = {
        name: params[name]
        for name in _OWN_PARAMS.get(learning_rate, ())
        if params.get(name) is not None
    }
    for name, value in own.items():
        _check(name, value)
    return kind(
        learning_rate_init,
        n_total=n_total,
        steps_per_epoch=steps_per_epoch,
        n_warmup=_warmup_steps(warmup, n_total, steps_per_epoch),
        **own,
    )


def _warmup_steps(warmup, n_total, steps_per_epoch):
    """Epochs, or a share of all steps, as a number of steps."""
    if isinstance(warmup, Integral) and not isinstance(warmup, bool) and warmup >= 0:
        return int(warmup) * steps_per_epoch
    if not (isinstance(warmup, Real) and 0 <= warmup < 1) or isinstance(warmup, bool):
        raise ValueError(
            "warmup must be a number of epochs (int) or a share of the steps (float in "
            f"[0, 1)), got {warmup!r}: give one of them, or 0 for none."
        )
    if warmup and n_total is None:
        raise ValueError(
            f"warmup={warmup!r} is a share of all steps and needs the number of "
            "epochs, got None: set max_iter, or give a number of epochs."
        )
    return round(float(warmup) * (n_total or 0))
