"""The one door to the kernels that run planned networks."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..._kernels import _losses as loss_kernels
from ..._kernels import _optimizers as optimizer_kernels
from ..._kernels._epochs import MOST as MOST_PARTS
from ..._kernels._epochs import total_gradient, train_epochs
from ..._kernels._input_gradients import input_gradients
from ..._kernels._network import predict
from ..._kernels._packing import places_size
from ..._memory import require_memory

__all__ = [
    "LINKS",
    "Samples",
    "Trainer",
    "apply_link",
    "input_slopes",
    "loss_of",
    "run",
    "run_one_step",
]

LINKS = loss_kernels.LINKS
# Elements of a workspace in predictions: they stay in the second cache.
CHUNK_ELEMENTS = 2**17
# A part of a minibatch has so many rows, or sequences or images, and multiplications at
# least.
ROWS_A_PART, SEQUENCES_A_PART, WORK_A_PART = 48, 12, 2**20
# Sequences predicted together where their steps allow it, for products of some rows.
SEQUENCES_A_CHUNK, MOST_CHUNK_ELEMENTS = 32, 2**24
# Rows in the workspaces at a time where there are no minibatches.
FULL_BATCH_ROWS = 1024
# OpenMP starts as many as it is told to, be it more than a process can have.
MOST_THREADS = 256
# Bytes of scratch that are worth asking how many there are.
LARGE = 2**28


@dataclass(eq=False, repr=False)
class Samples:
    """Rows or sequences as the kernels read them.

    Attributes
    ----------
    values : ndarray of shape (n_values,)
        Dense rows or the steps of sequences, one after the other, or the entries of
        CSR rows.
    columns : ndarray of int32 or None
        Of the entries.
    starts : ndarray of int64 or None
        Of the CSR rows among the entries, or of the sequences among the steps.
    n_samples : int
    width : int
        Of a row or a step.
    """

    values: np.ndarray
    columns: np.ndarray | None
    starts: np.ndarray | None
    n_samples: int
    width: int

    @classmethod
    def of(cls, X):
        """Samples of an array, whose first axis they are, or of a CSR matrix."""
        if sparse.issparse(X):
            if X.shape[1] > np.iinfo(np.int32).max:
                raise ValueError(
                    f"Sparse X must have less than 2^31 features, got {X.shape[1]}: "
                    "select some, or hash them to fewer."
                )
            starts = X.indptr.astype(np.int64, copy=False)
            columns = X.indices.astype(np.int32, copy=False)
            return cls(X.data, columns, starts, *X.shape)
        values = np.ascontiguousarray(X).reshape(-1)
        return cls(values, None, None, len(X), values.size // max(len(X), 1))

    @classmethod
    def of_sequences(cls, steps, starts):
        """Sequences whose steps, (n_steps, n_features), lie one after the other."""
        values = np.ascontiguousarray(steps).reshape(-1)
        return cls(values, None, starts, len(starts) - 1, steps.shape[1])

    def lengths(self, plan, rows=None):
        """Numbers of steps of some samples, or of all."""
        if plan.n_steps:
            return np.full(self.n_samples if rows is None else len(rows), plan.n_steps)
        lengths = np.diff(self.starts)
        return lengths if rows is None else lengths[rows]

    @property
    def arguments(self):
        return self.values.view(np.uint8), self.columns, self.starts, self.width


def run(
    plan,
    params,
    statistics,
    samples,
    *,
    rows=None,
    layer=None,
    n_threads=1,
):
    """Outputs of a network, or of one of its layers, not in training.

    Parameters
    ----------
    plan : Plan
    params, statistics : ndarray
        Flat vectors, of the samples' dtype.
    samples : Samples
    rows : ndarray of int64, default=None
        Numbers of the samples wanted; None: all.
    layer : str, default=None
        Name of a layer of the plan; None: the last op.
    n_threads : int, default=1

    Returns
    -------
    outputs : ndarray of shape (n_rows, size of the output)
        Or of all steps of the samples, one after the other, if it is over steps.
    """
    n_rows = samples.n_samples if rows is None else len(rows)
    rows = np.arange(n_rows) if rows is None else rows
    n_ops, tensor = (0, plan.output) if layer is None else plan.layers[layer]
    if plan.has_steps:
        return _run_steps(
            plan, params, statistics, samples, rows, n_ops, tensor, n_threads
        )
    outputs = np.empty((n_rows, tensor.size), params.dtype)
    chunk, ends, n_threads = _cut(plan, n_rows, n_threads)
    ops, starts, size = plan.layout(chunk, 0, params.dtype.name)
    if n_rows:
        predict(
            ops[:n_ops] if n_ops else ops,
            starts[tensor.slot],
            *samples.arguments,
            0,
            rows,
            ends,
            n_threads,
            params,
            statistics,
            None,
            np.empty((n_threads, size), params.dtype),
            None,
            None,
            outputs,
        )
    return outputs


def _cut(plan, n_rows, n_threads):
    """Rows that are run together, where such stretches end, and threads for them."""
    chunk = max(1, min(n_rows, 4096, CHUNK_ELEMENTS // plan.size_of(1)))
    ends = np.append(np.arange(0, n_rows, chunk), n_rows)
    return chunk, ends, max(1, min(n_threads, len(ends) - 1, MOST_THREADS))


def _run_steps(plan, params, statistics, samples, rows, n_ops, tensor, n_threads):
    """As `run`, where samples are sequences; the longest ones come first."""
    lengths = samples.lengths(plan, rows)
    out_starts = np.concatenate([[0], np.cumsum(lengths)])
    n_outputs = out_starts[-1] if tensor.over_steps else len(rows)
    outputs = np.empty((n_outputs, tensor.size), params.dtype)
    if not len(rows):
        return outputs
    order = np.argsort(-lengths, kind="stable")
    lengths, rows, out_starts = lengths[order], rows[order], out_starts[:-1][order]
    chunks, chunk, n_steps = _chunks(plan, lengths)
    n_threads = max(1, min(n_threads, len(chunks) - 1, MOST_THREADS))
    ops, starts, size = plan.layout(chunk, n_steps, params.dtype.name)
    if size * n_threads * params.itemsize > LARGE:
        require_memory(
            size * n_threads * params.itemsize,
            f"Predicting for sequences of up to {lengths[0]} steps",
            "Cut them into shorter ones, or use fewer units.",
        )
    places = places_size(chunk, lengths[0], n_steps)
    found = outputs if tensor.over_steps else np.empty_like(outputs)
    predict(
        ops[:n_ops] if n_ops else ops,
        starts[tensor.slot],
        *samples.arguments,
        plan.n_steps,
        rows,
        chunks,
        n_threads,
        params,
        statistics,
        None,
        np.empty((n_threads, size), params.dtype),
        np.empty((n_threads, places), np.int64),
        out_starts if tensor.over_steps else None,
        found,
    )
    if not tensor.over_steps:
        outputs[order] = found
    return outputs


def run_one_step(plan, params, statistics, steps, carried):
    """Outputs of a network for the next step of each of some sequences.

    As `run`, without what takes longer than the step of a small network.

    Parameters
    ----------
    plan : Plan
        Of a network that streams.
    params, statistics : ndarray
        Flat vectors.
    steps : ndarray of shape (n_sequences, n_features)
        Of their dtype, C-contiguous.
    carried : ndarray of shape (plan.n_carried * n_sequences,)
        States after the steps before, changed in place.

    Returns
    -------
    outputs : ndarray of shape (n_sequences, size of the output)
    """
    n, tensor, dtype = len(steps), plan.output, params.dtype
    outputs = np.empty((n, tensor.size), dtype)
    ops, starts, size = plan.layout(n, n, dtype.name)
    numbers = np.arange(n + 1)
    predict(
        ops,
        starts[tensor.slot],
        steps.reshape(-1).view(np.uint8),
        None,
        numbers,
        steps.shape[1],
        0,
        numbers[:n],
        np.array((0, n)),
        1,
        params,
        statistics,
        carried,
        np.empty((1, size), dtype),
        np.empty((1, places_size(n, 1, n)), np.int64),
        numbers if tensor.over_steps else None,
        outputs,
    )
    return outputs


def input_slopes(plan, params, statistics, samples, directions, n_threads=1):
    """Gradients of sums of the outputs with respect to the samples, not in training.

    Parameters
    ----------
    plan : Plan
        Of samples that have gradients and are no sequences.
    params, statistics : ndarray
        Flat vectors, of the samples' dtype.
    samples : Samples
    directions : ndarray of shape (n_samples, n_outputs)
        Factors of the outputs in the sum, of their dtype.
    n_threads : int, default=1

    Returns
    -------
    slopes : ndarray of shape (n_samples, size of a sample)
        For the samples in their own units.
    """
    n_rows, dtype = samples.n_samples, params.dtype
    slopes = np.empty((n_rows, plan.input.size), dtype)
    chunk, ends, n_threads = _cut(plan, n_rows, n_threads)
    ops, starts, size = plan.layout(chunk, 0, dtype.name)
    if n_rows:
        input_gradients(
            ops,
            np.array([starts[plan.output.slot], starts[plan.input.slot], size]),
            *samples.arguments,
            np.arange(n_rows),
            ends,
            n_threads,
            params,
            statistics,
            np.empty((n_threads, 2 * size), dtype),
            np.empty(plan.n_shared, dtype),
            np.ascontiguousarray(directions, dtype=dtype),
            slopes,
        )
    return slopes * dtype.type(plan.scale) if plan.scale != 1 else slopes


def _chunks(plan, lengths):
    """Ends of the stretches of sequences that are run together.

    Returns
    -------
    ends : ndarray of int64
    n_rows, n_steps : int
        Of the largest stretch.
    """
    ends, size = [0], plan.size_of(0, 1)
    few = min(SEQUENCES_A_CHUNK * lengths[0], MOST_CHUNK_ELEMENTS // size)
    most = max(CHUNK_ELEMENTS // size, few)
    totals = np.concatenate([[0], np.cumsum(lengths)])
    while ends[-1] < len(lengths):
        end = np.searchsorted(totals, totals[ends[-1]] + most, side="right") - 1
        ends.append(max(int(end), ends[-1] + 1))
    return np.array(ends), max(np.diff(ends)), max(np.diff(totals[ends]))


def loss_of(kernel, outputs, targets, weights=None, setting=0.0):
    """Weighted mean loss of some outputs."""
    weight = len(outputs) if weights is None else float(np.sum(weights, dtype=float))
    total = loss_kernels.value_and_gradients(
        kernel,
        outputs,
        targets,
        None if weights is None else weights.reshape(-1),
        setting,
        1.0,
        np.empty_like(outputs),
    )
    return total / weight if weight else 0.0


def apply_link(link, outputs):
    """Predictions from outputs, in their place."""
    if link != "identity":
        loss_kernels.transform(link, outputs, outputs)
    return outputs


def count_parts(plan, batch_size, n_steps=0):
    """Parts of a minibatch of so many steps in all, a power of 2.

    The number of threads plays no role.
    """
    large = plan.has_steps or plan.has_positions
    rows = SEQUENCES_A_PART if large else ROWS_A_PART
    by_work = int(plan.work_of(batch_size, n_steps)) // WORK_A_PART
    most = int(max(1, min(batch_size // rows, by_work, MOST_PARTS)))
    return 2 ** (most.bit_length() - 1)


class Trainer:
    """A network in training: its samples, and all scratch that an epoch needs.

    Parameters
    ----------
    plan : Plan
    params, statistics : ndarray
        Flat vectors, changed in place.
    samples : Samples
    targets : ndarray of shape (n_samples, n_targets)
        Of the network's dtype; of all steps, if the outputs are over them.
    weights : ndarray of shape (n_samples, 1) or None
        Or of steps.
    loss : str
        A kernel's name.
    loss_setting : float
    batch_size : int
    seed : int
        Of dropout and the like.
    n_threads : int
    """

    def __init__(
        self,
        plan,
        params,
        statistics,
        samples,
        targets,
        weights,
        *,
        loss,
        loss_setting,
        batch_size,
        seed,
        n_threads,
    ):
        self.plan, self.params, self.batch_size = plan, params, batch_size
        dtype, n_params = params.dtype, plan.n_parameters
        self.dtype, self.seed, self.sums = dtype.name, seed, np.empty(3)
        places = mean_steps = n_steps = 0
        if plan.has_steps:
            lengths = samples.lengths(plan)
            mean_steps = lengths.mean()
        n_parts = count_parts(plan, batch_size, batch_size * mean_steps)
        rows = -(-batch_size // n_parts)
        if plan.has_steps:
            n_steps = int(np.sort(lengths)[-rows:].sum())  # at most
            places = places_size(rows, lengths.max(), n_steps)
        ops, starts, size = plan.layout(rows, n_steps, dtype.name)
        n_losses = n_steps if plan.output.over_steps else rows
        stride = 2 * size + n_losses * (targets.shape[1] + 1)
        n_bytes = n_parts * stride * dtype.itemsize
        if n_bytes > LARGE:
            require_memory(
                n_bytes,
                f"Training on {batch_size} rows at a time",
                "Use a smaller batch_size, fewer units, or shorter sequences."
                if plan.has_steps
                else "Use a smaller batch_size, or fewer units.",
            )
        ops, added = plan.in_parts(ops, n_parts)
        # Those of frozen layers stay zero.
        param_gradients = np.zeros((n_parts if added else 1, n_params), dtype)
        n_blocks = n_params // optimizer_kernels.BLOCK + 1
        most_threads = n_parts if n_params < 2**16 else MOST_THREADS
        self.arguments = (
            ops,
            np.array(
                [
                    starts[plan.output.slot],
                    plan.output.size,
                    size,
                    plan.output.over_steps,
                    plan.n_steps,
                    *np.ravel(added).astype(int),
                ]
            ),
            *samples.arguments,
            targets,
            weights,
            loss_kernels.ADDRESSES[loss][self.dtype],
            np.array([loss_setting]),
            min(n_threads, most_threads),
            np.empty((n_parts, stride), dtype),
            np.empty((n_parts, places), np.int64) if places else None,
            param_gradients,
            np.empty(plan.n_shared, dtype),
            np.empty(max(n_parts, n_blocks)),
            params,
            statistics,
        )

    def prepare_steps(self, optimizer, *, l2, l1, clip_norm, states):
        """Fix what all steps of a stochastic solver share."""
        addresses = [
            optimizer_kernels.ADDRESSES[name][self.dtype]
            for name in (optimizer.kernel, "squared_norm")
        ]
        self.step_arguments = (
            optimizer.settings,
            np.array([l2, l1, clip_norm or 0.0]),
            self.plan.penalized_ranges,
            states,
        )
        self.steps = np.array(addresses, dtype=np.uintp)

    def epochs(self, order, rates, n_done, n_epochs=1, bits=None):
        """Train on all samples some times.

        Parameters
        ----------
        order : ndarray of int64
            Shuffled in place where there are `bits`.
        rates : ndarray of shape (n_epochs * n_batches, 3)
            Of `Optimizer.rates`.
        n_done : int
            Steps before.
        n_epochs : int, default=1
        bits : numpy.random.BitGenerator, default=None
            Shuffles the order before each epoch, as its RandomState would.

        Returns
        -------
        n_steps : int
            Steps done: fewer than all where the loss was not finite.
        losses : list of float
            Weighted means of all epochs, penalties included; those after a loss that
            was not finite mean nothing.
        """
        sums = np.zeros((n_epochs, 3))
        n_steps = train_epochs(
            *self.arguments,
            order,
            self.batch_size,
            # Statistics of a short last minibatch would mislead the others.
            self.plan.mixes_samples,
            None if bits is None else bits.capsule,
            np.array([self.seed, n_done], dtype=np.uint64),
            self.steps,
            rates,
            *self.step_arguments,
            sums,
        )
        self.sums = sums[-1]
        weights = np.where(sums[:, 1] > 0, sums[:, 1], 1)
        return n_steps, ((sums[:, 0] + sums[:, 2]) / weights).tolist()

    def gradient(self, order):
        """Weighted mean loss of all samples, its gradient, and the sum of weights."""
        gradient = np.empty(len(self.params))
        total_gradient(
            *self.arguments, order, self.batch_size, self.seed, gradient, self.sums
        )
        loss, weight, _ = self.sums
        return loss / weight, gradient, weight
