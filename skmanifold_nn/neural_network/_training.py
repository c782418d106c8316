"""The training loop of every network of the package, and L-BFGS beside it.

A `Course` is one fit: epochs of minibatches in a kernel, and between them, in Python,
what watches and ends them: losses, validation, schedules, callbacks, Ctrl-C.
"""

import time
import warnings
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ._optimizers import Optimizer, minimize_lbfgs
from ._schedules import make_schedule
from .layers._engine import FULL_BATCH_ROWS, Trainer, loss_of, run

__all__ = [
    "Data",
    "Progress",
    "Settings",
    "Validation",
    "train_fully",
    "train_in_steps",
]

# Frames from the functions that train to the call of fit.
STACK = 5
# Epochs that nothing watches are run as one call, no longer than this.
SECONDS_A_CALL = 0.05
# Solver-specific parameters that estimators may have; see `Optimizer`.
OPTIMIZER_PARAMS = (
    "momentum",
    "nesterovs_momentum",
    "beta_1",
    "beta_2",
    "epsilon",
    "rho",
    "weight_decay",
)
SCHEDULE_PARAMS = ("power_t", "step_size", "gamma", "learning_rate_min", "warmup")
# Under "adam" scikit-learn ignores these, and so do we.
SGD_SCHEDULES = ("invscaling", "adaptive")


@dataclass(eq=False, repr=False)
class Data:
    """Samples with targets of the network's dtype, (n, n_targets), and weights.

    Targets and weights are those of all samples, or of all their steps.
    """

    samples: object
    targets: np.ndarray
    weights: np.ndarray | None = None  # (n, 1)
    rows: np.ndarray | None = None  # of the samples; None: all
    places: np.ndarray | None = None  # of the rows among targets

    @property
    def n_samples(self):
        return self.samples.n_samples if self.rows is None else len(self.rows)

    @cached_property
    def labels(self):
        """Targets and weights of the rows alone."""
        if self.rows is None:
            return self.targets, self.weights
        weights = None if self.weights is None else self.weights[self.places]
        return self.targets[self.places], weights


@dataclass(eq=False, repr=False)
class Validation:
    """Data that training does not see, and how well predictions for it are.

    Attributes
    ----------
    data : Data
        Its targets are None where labels are unknown to the network.
    score : callable or None
        Raw outputs -> score, higher is better; None: the negative loss.
    """

    data: Data
    score: object = None


@dataclass(eq=False, repr=False)
class Progress:
    """What a course leaves behind; partial fits and warm starts go on from it.

    The attributes are those of estimators, with an underscore added or before.
    """

    n_iter: int = 0
    t: int = 0
    loss: float = 0.0
    loss_curve: list = field(default_factory=list)
    validation_loss_curve: list | None = None
    validation_scores: list | None = None
    best_loss: float = np.inf
    best_validation_score: float | None = None
    no_improvement_count: int = 0
    learning_rate: float | None = None
    # Of the optimiser; None where there was none yet.
    states: np.ndarray | None = None
    n_steps: int = 0
    seed: int = 0


@dataclass(eq=False, repr=False)
class Settings:
    """Parameters of a course that are not the network's."""

    solver: str
    max_iter: int
    batch_size: object
    shuffle: bool
    tol: float
    n_iter_no_change: float
    early_stopping: bool
    alpha: float
    l1: float
    clip_norm: object
    learning_rate: str
    learning_rate_init: float
    max_fun: int
    verbose: object
    n_threads: int
    shuffles_alone: bool  # nothing else draws from the random state
    optimizer_params: dict
    schedule_params: dict


class Network:
    """A plan with its numbers in flat vectors.

    Attributes
    ----------
    plan : Plan
    params, statistics : ndarray
        Changed in place by training.
    loss : Loss
    """

    def __init__(self, plan, params, statistics, loss):
        self.plan, self.loss = plan, loss
        self.params, self.statistics = params, statistics

    def outputs(self, data, n_threads=1):
        return run(
            self.plan,
            self.params,
            self.statistics,
            data.samples,
            rows=data.rows,
            n_threads=n_threads,
        )

    def trainer(self, data, batch_size, seed, n_threads):
        return Trainer(
            self.plan,
            self.params,
            self.statistics,
            data.samples,
            data.targets,
            data.weights,
            loss=self.loss.kernel,
            loss_setting=self.loss.setting,
            batch_size=batch_size,
            seed=seed,
            n_threads=n_threads,
        )

    def copy_numbers(self):
        return self.params.copy(), self.statistics.copy()

    def restore_numbers(self, numbers):
        self.params[:], self.statistics[:] = numbers

    def constant(self, data):
        """What a reported loss has beyond the kernel's."""
        return self.loss.constant(*data.labels)

    def numbers_are_finite(self):
        return bool(
            np.isfinite(self.params).all() and np.isfinite(self.statistics).all()
        )


class _Watch:
    """Losses and scores of a course, and whether they still improve."""

    def __init__(self, network, settings, progress, validation):
        self.network, self.settings, self.progress = network, settings, progress
        self.validation = validation
        self.best_numbers = network.copy_numbers() if validation else None
        if validation and progress.validation_loss_curve is None:
            progress.validation_loss_curve = []
        if settings.early_stopping and progress.validation_scores is None:
            progress.validation_scores, progress.best_validation_score = [], -np.inf
            progress.best_loss = None
        elif not settings.early_stopping and progress.best_loss is None:
            progress.best_loss = np.inf
        self.best_score = -np.inf

    def epoch_ends(self, loss):
        """Note an epoch's loss, and score the validation data."""
        progress = self.progress
        progress.loss = loss
        progress.loss_curve.append(loss)
        if self.settings.verbose:
            print(f"Iteration {progress.n_iter}, loss = {loss:.8f}")
        score = self._validate() if self.validation else None
        if self.settings.early_stopping:
            self._count_scores(score)
        else:
            self._count_losses(loss)

    def diverged(self):
        """Note that the last epoch ended at numbers that are not finite."""
        progress = self.progress
        progress.loss_curve.append(np.nan)
        if self.validation:
            progress.validation_loss_curve.append(np.nan)
        if self.settings.early_stopping:
            progress.validation_scores.append(np.nan)

    def restore_best(self):
        if self.best_numbers is not None:
            self.network.restore_numbers(self.best_numbers)

    def _validate(self):
        data, loss = self.validation.data, self.network.loss
        outputs = self.network.outputs(data, self.settings.n_threads)
        value = loss_of(loss.kernel, outputs, *data.labels, loss.setting)
        value += self.network.constant(data)
        self.progress.validation_loss_curve.append(value)
        if self.validation.score is None or not self.settings.early_stopping:
            score = -value
        elif np.isfinite(outputs).all():
            score = float(self.validation.score(outputs))
            _check_score(score)
        else:
            score = np.nan
        if score > self.best_score:
            self.best_score, self.best_numbers = score, self.network.copy_numbers()
        return score

    def _count_scores(self, score):
        progress, tol = self.progress, self.settings.tol
        progress.validation_scores.append(score)
        if self.settings.verbose:
            print(f"Validation score: {score:f}")
        if score < progress.best_validation_score + tol:
            progress.no_improvement_count += 1
        else:
            progress.no_improvement_count = 0
        progress.best_validation_score = max(progress.best_validation_score, score)

    def _count_losses(self, loss):
        progress = self.progress
        if loss > progress.best_loss - self.settings.tol:
            progress.no_improvement_count += 1
        else:
            progress.no_improvement_count = 0
        progress.best_loss = min(progress.best_loss, loss)


def _check_score(score):
    if np.isnan(score):
        raise ValueError(
            "early_stopping watches a score, which is NaN for these validation data: "
            "hold out more samples (validation_fraction, X_val), or choose another "
            "`scoring`, such as 'loss'."
        )


def clipped_batch_size(batch_size, n_samples):
    """scikit-learn's rule: "auto" is 200, and no more than there are samples."""
    if batch_size == "auto":
        return min(200, n_samples)
    if batch_size > n_samples:
        warnings.warn(
            f"Got `batch_size` less than 1 or larger than sample size: {batch_size} "
            f"for {n_samples} samples. It is going to be clipped.",
            stacklevel=STACK + 1,
        )
    return int(min(batch_size, n_samples))


def _make_schedule(settings, steps_per_epoch, progress):
    name = settings.learning_rate
    if settings.solver == "adam" and name in SGD_SCHEDULES:
        name = "constant"
    schedule = make_schedule(
        name,
        settings.learning_rate_init,
        n_epochs=settings.max_iter,
        steps_per_epoch=steps_per_epoch,
        **settings.schedule_params,
    )
    if progress.n_steps:
        schedule.resume(progress.learning_rate, progress.t)
    return schedule


def train_in_steps(
    network, data, settings, progress, random_state, *, validation, task, n_epochs=None
):
    """Train by a stochastic solver, epoch after epoch.

    Parameters
    ----------
    network : Network
        Changed in place.
    data : Data
    settings : Settings
    progress : Progress
        Changed in place; with `states` an earlier course goes on.
    random_state : RandomState
        Shuffles samples.
    validation : Validation or None
    task : callable or None
        Context manager of an epoch, where callbacks see it.
    n_epochs : int, default=None
        Of this call; None: `max_iter`, with a warning if that is not enough, unless
        the schedule is laid out over so many.
    """
    batch_size = clipped_batch_size(settings.batch_size, data.n_samples)
    steps = _Steps(network, data, settings, progress, random_state, batch_size)
    watch = _Watch(network, settings, progress, validation)
    progress.n_iter, last = 0, n_epochs or settings.max_iter
    constant = network.constant(data)
    watched = task is not None or validation is not None or settings.verbose
    try:
        while progress.n_iter < last:
            with task(progress.n_iter) if task else nullcontext():
                left = 1 if watched else last - progress.n_iter
                finite, losses = steps.epochs(left)
                for loss in losses:
                    progress.n_iter += 1
                    watch.epoch_ends(loss + constant)
                    steps.schedule.epoch_ends(progress.t)
                if not finite:
                    progress.n_iter += 1
                    watch.diverged()
                    break
            if _should_stop(steps.schedule, settings, progress):
                break
        else:
            # A schedule that is laid out over max_iter epochs ends there.
            if n_epochs is None and not steps.schedule.needs_total:
                _warn_unfinished(settings.max_iter)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=STACK)
        finite = True
        watch.restore_best()
    progress.learning_rate = steps.schedule.learning_rate
    if not (finite and network.numbers_are_finite()):
        _report_divergence(settings, progress)
    if settings.early_stopping:
        watch.restore_best()


class _Steps:
    """Epochs of one course: the order of samples, and the rates of every step."""

    def __init__(self, network, data, settings, progress, random_state, batch_size):
        self.settings, self.progress = settings, progress
        self.random_state, self.n = random_state, data.n_samples
        self.n_batches = -(-self.n // batch_size)
        self.order = np.arange(self.n) if data.rows is None else data.rows.copy()
        self.bits, self.seconds = None, SECONDS_A_CALL
        self.optimizer = Optimizer(settings.solver, **settings.optimizer_params)
        shape = (self.optimizer.n_states, len(network.params))
        if progress.states is None or progress.states.shape != shape:
            progress.n_steps = 0
            progress.states = self.optimizer.initial_state(
                shape[1], network.params.dtype
            )
            if network.plan.draws_in_training:
                progress.seed = int(random_state.randint(2**31 - 1))
        if settings.shuffle and settings.shuffles_alone:
            self.bits = np.random.MT19937()
            self.bits.state = random_state.get_state(legacy=False)
        self.schedule = _make_schedule(settings, self.n_batches, progress)
        self.trainer = network.trainer(
            data, batch_size, progress.seed, settings.n_threads
        )
        self.trainer.prepare_steps(
            self.optimizer,
            l2=settings.alpha,
            l1=settings.l1,
            clip_norm=settings.clip_norm,
            states=progress.states,
        )

    def epochs(self, most):
        """Train for some epochs, in which the course cannot stop, as one call.

        Returns
        -------
        finite : bool
            Whether all numbers stayed so.
        losses : list of float
            Mean losses of the epochs that stayed so.
        """
        progress, first = self.progress, self.progress.n_steps
        n_epochs = min(most, self._most_unwatched())
        if self.settings.shuffle and self.bits is None:
            self.random_state.shuffle(self.order)
        n_steps = n_epochs * self.n_batches
        rates = self.optimizer.rates(
            self.schedule.rates(first, n_steps),
            first,
            self.schedule.momenta(first, n_steps, self.optimizer.momentum),
        )
        start = time.perf_counter()
        n_done, losses = self.trainer.epochs(
            self.order, rates, first, n_epochs, self.bits
        )
        self.seconds = (time.perf_counter() - start) / n_epochs
        n_finite = n_done // self.n_batches
        progress.n_steps += n_done
        progress.t += n_epochs * self.n
        return n_finite == n_epochs, losses[:n_finite]

    def _most_unwatched(self):
        """Epochs until the course may stop, and no more than Ctrl-C can wait for."""
        if self.bits is None or self.schedule.changes_between_epochs:
            return 1
        settings, progress = self.settings, self.progress
        certain = settings.n_iter_no_change + 1 - progress.no_improvement_count
        return int(max(1, min(certain, SECONDS_A_CALL / self.seconds)))


def _should_stop(schedule, settings, progress):
    """Stop, or lower the learning rate, as nothing improved for long enough."""
    if progress.no_improvement_count <= settings.n_iter_no_change:
        return False
    what = "Validation score" if settings.early_stopping else "Training loss"
    stops = schedule.stalled()
    if not stops:
        progress.no_improvement_count = 0
    if settings.verbose:
        print(
            f"{what} did not improve more than tol={settings.tol:f} for "
            f"{settings.n_iter_no_change} consecutive epochs. "
            + (
                "Stopping."
                if stops
                else f"Setting learning rate to {schedule.learning_rate:f}"
            )
        )
    return stops


def _warn_unfinished(max_iter):
    warnings.warn(
        f"Stochastic Optimizer: Maximum iterations ({max_iter}) reached and the "
        "optimization hasn't converged yet.",
        ConvergenceWarning,
        stacklevel=STACK + 1,
    )


def _report_divergence(settings, progress):
    remedy = (
        "The input data may contain large values and need to be preprocessed: scale X "
        "(and y) to unit variance, or lower learning_rate_init, which is "
        f"{settings.learning_rate_init}; it happened in epoch {progress.n_iter}."
    )
    if not settings.early_stopping:
        raise ValueError(f"Solver produced non-finite parameter weights. {remedy}")
    warnings.warn(
        "Training stopped at a loss that is not finite, and the best weights are "
        f"restored. {remedy}",
        ConvergenceWarning,
        stacklevel=STACK + 1,
    )


def train_fully(network, data, settings, progress, *, validation, task):
    """Minimise the loss of all samples by L-BFGS; parameters as `train_in_steps`."""
    plan, params = network.plan, network.params
    for present, what in (
        (plan.draws_in_training, "dropout, noise or augmentation"),
        (plan.mixes_samples, "batch normalisation"),
        (settings.l1 > 0, "l1"),
    ):
        if present:
            raise ValueError(
                f"solver='lbfgs' minimises a smooth loss of all samples, got {what}: "
                "choose a stochastic solver such as 'adam', or leave it out."
            )
    rows = min(data.n_samples, FULL_BATCH_ROWS)
    trainer = network.trainer(data, rows, 0, settings.n_threads)
    order = np.arange(data.n_samples) if data.rows is None else data.rows
    ranges = [slice(*ends) for ends in plan.penalized_ranges]
    progress.loss_curve, constant = [], network.constant(data)
    watch = _Watch(
        network, replace(settings, early_stopping=False), progress, validation
    )

    def loss_and_gradient(flat):
        loss, gradient, weight = trainer.gradient(order)
        strength = settings.alpha / weight
        for place in ranges:
            loss += 0.5 * strength * float(np.dot(flat[place], flat[place]))
            gradient[place] += strength * flat[place]
        return loss, gradient

    def iteration_ends(loss):
        with task(progress.n_iter) if task else nullcontext():
            progress.n_iter += 1
            watch.epoch_ends(loss + constant)

    progress.n_iter = 0
    minimum = minimize_lbfgs(
        loss_and_gradient,
        params,
        max_iter=settings.max_iter,
        max_fun=settings.max_fun,
        tol=settings.tol,
        callback=iteration_ends,
        stacklevel=STACK + 1,
    )
    progress.n_iter, progress.loss = minimum.n_iter, minimum.loss + constant
