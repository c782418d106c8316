"""Plans of networks: tensors, parameters and ops, before any row is seen.

Layers declare what they need to a `Planner`; a finished `Plan` is plain Python data
that knows where everything lies in flat vectors, and for a number of rows writes the
ops as the kernels read them.
"""

import math
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ..._kernels._inputs import ADDRESSES as INPUTS
from ..._kernels._network import WORDS

__all__ = ["Parameter", "Plan", "Planner", "Tensor"]

NEEDS_INPUT_GRADIENT, ADDS_TO_INPUT_GRADIENT, OVER_STEPS, COLLECTS_ALONE = 1, 2, 4, 8
FROZEN = 16
# Words of an op in _network.pxd.
COLLECT, INPUT, OUTPUT, CACHE, SHARED, FLAGS, N_TASKS = 3, 5, 7, 13, 14, 15, 17
INTS, REALS = 18, 35
# Elements of gradients that the parts of a minibatch may have for themselves.
MOST_ALONE = 2**22
# Tensors start at multiples of so many elements: a cache line of float32.
ALIGNMENT = 16


@dataclass(eq=False, repr=False)
class Tensor:
    """Values of a sample, or of a step of a sequence, somewhere in the workspace.

    Attributes
    ----------
    shape : tuple of int
        Of a sample or step, channels last.
    slot : int
        Which stretch of the workspace; -1 for samples not yet in it.
    over_steps : bool
        Whether its rows are the steps of sequences.
    """

    shape: tuple
    slot: int
    over_steps: bool = False

    @property
    def size(self):
        return math.prod(self.shape)


@dataclass(eq=False, repr=False)
class Parameter:
    """An array of trained numbers, or of running statistics, in a flat vector.

    Attributes
    ----------
    kind : str
        Fitted attribute in which it is listed, such as "coefs_".
    layer : str
    shape : tuple of int
    start : int
        Offset in the flat vector.
    draw : callable
        RandomState -> initial values.
    penalized : bool
        By L1 and L2.
    frozen : bool
        Not trained.
    """

    kind: str
    layer: str
    shape: tuple
    start: int
    draw: object
    penalized: bool
    frozen: bool = False

    @property
    def stop(self):
        return self.start + math.prod(self.shape)


@dataclass(eq=False, repr=False)
class _Op:
    addresses: dict
    inputs: list
    output: int
    over_steps: bool
    words: dict
    ints: tuple
    reals: tuple
    cache_per_row: int
    cache_fixed: int
    shared_size: int
    alone: bool
    frozen: bool
    shared: int = 0
    flags: list = field(default_factory=list)


class Planner:
    """What layers declare themselves to.

    Parameters
    ----------
    input_shape : tuple of int
        Of a sample, or of a step.
    source : {"dense", "csr", "bytes"}, default="dense"
        What samples come as: rows of the network's dtype, CSR rows, rows of uint8.
    scale : float, default=1.0
        Factor of the samples, not of CSR rows.
    sequences : bool, default=False
        Whether samples are sequences of any lengths.
    frozen : tuple of str or None, default=()
        Names of layers that are not trained. None: no layer is, and samples have
        gradients.

    Attributes
    ----------
    input : Tensor
        The samples.
    """

    def __init__(
        self, input_shape, *, source="dense", scale=1.0, sequences=False, frozen=()
    ):
        self._ops, self._slots = [], []
        self._names, self._ends = [], {}
        self.parameters, self.statistics = [], []
        self.n_parameters = self.n_statistics = self._n_shared = 0
        self.n_carried = self.n_steps = 0
        self.draws_in_training = self.mixes_samples = False
        self.streams, self.has_positions = True, False
        self.work = {False: 0, True: 0}
        self.source, self.scale, self.sequences = source, scale, sequences
        self.frozen, self._named = frozen, set()
        self.input = Tensor(tuple(input_shape), -1, sequences)
        self._pinned, self._dense_input = set(), None

    @contextmanager
    def layer(self, name):
        """Context in which the layer of that name plans itself; containers nest."""
        self._names.append(name)
        self._named.add(self.name)
        yield
        self._names.pop()

    @property
    def name(self):
        """Name of the layer that plans itself."""
        return "__".join(self._names)

    @property
    def is_frozen(self):
        """Whether the layer that plans itself is not trained."""
        if self.frozen is None:
            return True
        name = self.name + "__"
        return any(name.startswith(frozen + "__") for frozen in self.frozen)

    def error(self, message):
        """A ValueError that names the layer."""
        return ValueError(f"layer {self.name!r}: {message}")

    def pin(self, tensor):
        """Tensor that no later op overwrites."""
        tensor = self._in_workspace(tensor)
        self._pinned.add(tensor.slot)
        return tensor

    def parameter(self, kind, shape, draw, *, penalized=False):
        """Declare a parameter; returns its offset.

        Those of an op are declared one after the other and lie so.
        """
        frozen = self.is_frozen
        parameter = Parameter(
            *(kind, self.name, tuple(shape), self.n_parameters, draw),
            penalized=penalized and not frozen,
            frozen=frozen,
        )
        self.parameters.append(parameter)
        self.n_parameters = parameter.stop
        return parameter.start

    def statistic(self, kind, shape, value):
        """Declare running statistics with their initial value; returns the offset."""
        statistic = Parameter(
            kind,
            self.name,
            tuple(shape),
            self.n_statistics,
            lambda random_state: np.full(shape, value),
            False,
        )
        self.statistics.append(statistic)
        self.n_statistics = statistic.stop
        return statistic.start

    def carry(self, size):
        """Declare states that streams keep between calls; returns their offset."""
        self.n_carried += size
        return self.n_carried - size

    def fix_steps(self, n_steps):
        """Note that all sequences have so many steps, as a shape tells."""
        if self.sequences or self.n_steps not in (0, n_steps):
            raise self.error(
                f"makes sequences of {n_steps} steps, but there are sequences of "
                f"{self.n_steps or 'other'} steps already: a network has one number of "
                "steps."
            )
        self.n_steps = n_steps

    def op(
        self,
        addresses,
        inputs,
        shape,
        *,
        over_steps=None,
        reads=None,
        in_place=False,
        keeps_input=False,
        ints=(),
        reals=(),
        cache_per_row=0,
        cache_fixed=0,
        shared=0,
        work=None,
        alone=False,
        **words,
    ):
        """Declare an op; returns its output.

        Parameters
        ----------
        addresses : dict
            Of its functions, by dtype, as kernels list them.
        inputs : list of Tensor
            None, one, or two.
        shape : tuple of int
            Of a row of the output.
        over_steps : bool, default=None
            Whether the rows of the output are steps; None: as those of the inputs.
        reads : {"input", "output", None}
            What its backward needs of the values.
        in_place : bool
            Whether the output may overwrite the input.
        keeps_input : bool
            Whether the output is the input, unchanged.
        ints, reals : tuple
            The op's own settings.
        cache_per_row, cache_fixed, shared : int
            Elements of scratch, of each row and of each part, and what parts share.
        work : int, default=None
            Multiplications of a row, about; None: one each output.
        alone : bool
            Whether the products of a row are many beside the op's parameters, as where
            it has many positions: then a part has few rows, and collects for itself.
        **words : int
            Any of params, n_params, state, n_tasks.
        """
        inputs = [self._in_workspace(tensor) for tensor in inputs]
        if len({tensor.over_steps for tensor in inputs}) > 1:
            raise self.error(
                "one of its inputs has a row for each step and the other has not: let "
                "both or neither return sequences."
            )
        if over_steps is None:
            over_steps = (inputs or [self.input])[0].over_steps
        if keeps_input or (in_place and self._may_overwrite(inputs[0])):
            output = Tensor(tuple(shape), inputs[0].slot, over_steps)
        else:
            output = self._new_slot(shape, over_steps)
        op = _Op(
            addresses,
            inputs,
            output.slot,
            over_steps,
            {
                "n_in": inputs[0].size if inputs else self.input.size,
                "n_out": output.size,
                # Samples from CSR rows get the random numbers of dense ones.
                "index": len(self._ops) - (self._dense_input is not None),
                **words,
            },
            tuple(ints),
            tuple(reals),
            cache_per_row,
            cache_fixed,
            shared,
            alone,
            self.is_frozen,
            shared=self._n_shared,
        )
        self.has_positions |= alone
        self._n_shared += -(-shared // ALIGNMENT) * ALIGNMENT
        self._ops.append(op)
        if reads == "input":
            self._pinned.update(tensor.slot for tensor in inputs)
        elif reads == "output":
            self._pinned.add(output.slot)
        self.work[over_steps] += output.size if work is None else work
        return output

    def enter(self, addresses, **options):
        """Declare the op by which samples come into the workspace; returns them."""
        names, self._names = self._names, ["input"]
        self._dense_input = self.op(addresses, [], self.input.shape, **options)
        self._names = names
        return self._dense_input

    def ends(self, tensor):
        """Note that the layer that plans itself ends with this tensor."""
        if tensor.slot >= 0:
            self._ends[self.name] = (len(self._ops), tensor)

    def reshaped(self, tensor, shape):
        """The same values seen in another shape."""
        tensor = self._in_workspace(tensor)
        return Tensor(tuple(shape), tensor.slot, tensor.over_steps)

    def finish(self, output):
        """The plan whose outputs are those of a tensor."""
        unknown = [name for name in self.frozen or () if name not in self._named]
        if unknown:
            raise ValueError(
                f"freeze names {unknown}, but the layers are {sorted(self._named)}: "
                "give some of these."
            )
        output = self._in_workspace(output)
        self._set_flags()
        return Plan(self, output)

    def _new_slot(self, shape, over_steps):
        self._slots.append((math.prod(shape), over_steps))
        return Tensor(tuple(shape), len(self._slots) - 1, over_steps)

    def _may_overwrite(self, tensor):
        return tensor.slot not in self._pinned

    def _in_workspace(self, tensor):
        """Samples are gathered when the first op wants them."""
        if tensor.slot >= 0:
            return tensor
        if self._dense_input is None:
            name = {"csr": "densify", "bytes": "gather_bytes"}.get(self.source)
            name = name or ("gather" if self.scale == 1 else "gather_scaled")
            self.enter(INPUTS[name], reals=(self.scale,))
        return Tensor(tensor.shape, self._dense_input.slot, tensor.over_steps)

    def _set_flags(self):
        """Which inputs need gradients, and which of them are added to others'."""
        wanted = set()
        if self.frozen is None:
            self.input = self._in_workspace(self.input)
            wanted.add(self.input.slot)
        for op in self._ops:
            trained = op.words.get("n_params", 0) > 0 and not op.frozen
            if trained or any(tensor.slot in wanted for tensor in op.inputs):
                wanted.add(op.output)
        written = set()
        for op in reversed(self._ops):
            op.flags = []
            for tensor in op.inputs:
                flags = 0
                if tensor.slot in wanted:
                    flags = NEEDS_INPUT_GRADIENT
                    if tensor.slot in written and tensor.slot != op.output:
                        flags |= ADDS_TO_INPUT_GRADIENT
                    written.add(tensor.slot)
                op.flags.append(flags)


class Plan:
    """A network without its numbers.

    Attributes
    ----------
    parameters, statistics : list of Parameter
    n_parameters, n_statistics : int
        Lengths of the flat vectors.
    input, output : Tensor
    layers : dict
        Name of a layer -> number of ops up to its end, and its output.
    draws_in_training : bool
        Whether a pass in training is random (dropout).
    mixes_samples : bool
        Whether outputs of a sample depend on others in training (batch normalisation).
    has_steps : bool
        Whether there are rows of steps.
    has_positions : bool
        Whether samples are large: they have many positions, as images have.
    n_steps : int
        Of all sequences; 0: of any.
    scale : float
        Factor of the samples.
    n_carried : int
        Elements that a stream keeps of a sequence.
    streams : bool
        Whether outputs of a step depend on that step and earlier ones only.
    penalized_ranges, frozen_ranges : ndarray of shape (n_ranges, 2)
    """

    def __init__(self, planner, output):
        self.parameters, self.statistics = planner.parameters, planner.statistics
        self.n_parameters, self.n_statistics = (
            planner.n_parameters,
            planner.n_statistics,
        )
        self.n_shared, self.scale = planner._n_shared, planner.scale
        self.draws_in_training = planner.draws_in_training
        self.mixes_samples = planner.mixes_samples
        self.has_positions = planner.has_positions
        self.n_carried, self.streams = planner.n_carried, planner.streams
        self.n_steps = planner.n_steps
        self.input, self.output = planner.input, output
        self.layers = dict(planner._ends)
        self._ops, self._slots = planner._ops, planner._slots
        self.has_steps = any(over_steps for _, over_steps in self._slots)
        self._work, self._sizes = planner.work, {False: 0, True: 0}
        for size, over_steps in self._slots:
            self._sizes[over_steps] += size
        for op in self._ops:
            self._sizes[op.over_steps] += op.cache_per_row
        self.layout = lru_cache(maxsize=8)(self._layout)

    def size_of(self, n_rows, n_steps=0):
        """Elements of a workspace for samples of so many steps in all, about."""
        return self._sizes[False] * n_rows + self._sizes[True] * n_steps

    def work_of(self, n_rows, n_steps=0):
        """Multiplications for samples of so many steps in all, about."""
        return self._work[False] * n_rows + self._work[True] * n_steps

    @property
    def penalized_ranges(self):
        return _ranges(p for p in self.parameters if p.penalized)

    @property
    def frozen_ranges(self):
        return _ranges(p for p in self.parameters if p.frozen)

    def in_parts(self, ops, n_parts):
        """Ops of a layout for minibatches of so many parts.

        Where rows are steps, or have many positions, the products are many beside the
        parameters: each part collects the gradients from its own rows, which are still
        in its cache.

        Returns
        -------
        ops : ndarray
        added : list of [int, int]
            Ranges of parameters whose gradients the parts add up, as they come.
        """
        ops, added = ops.copy(), []
        for row, op in zip(ops, self._ops, strict=True):
            n_params = 0 if op.frozen else op.words.get("n_params", 0)
            if row[COLLECT]:
                many = op.over_steps or op.alone
                if not many or n_parts == 1 or n_params * n_parts > MOST_ALONE:
                    continue
                row[FLAGS] |= COLLECTS_ALONE
            if n_params:
                start = op.words["params"]
                added.append([start, start + n_params])
        return ops, added

    def initial_parameters(self, random_state, dtype):
        """Drawn in the order of declaration, in float64; flat."""
        return _draw(self.parameters, self.n_parameters, random_state, dtype)

    def initial_statistics(self, dtype):
        return _draw(self.statistics, self.n_statistics, None, dtype)

    def _layout(self, n_rows, n_steps, dtype):
        """Ops for workspaces of so many samples, which have so many steps in all.

        Returns
        -------
        ops : ndarray of shape (n_ops, WORDS), int64
        starts : list of int
            Where each slot begins.
        size : int
            Elements of a workspace.
        """
        starts, end, rows = [], 0, (n_rows, n_steps)
        for size, over_steps in self._slots:
            starts.append(end)
            end += _aligned(size * rows[over_steps])
        ops = np.zeros((len(self._ops), WORDS), dtype=np.int64)
        for row, op in zip(ops, self._ops, strict=True):
            functions = op.addresses[dtype]
            row[: len(functions)] = functions
            for k, tensor in enumerate(op.inputs):
                row[INPUT + k] = starts[tensor.slot]
            row[OUTPUT] = starts[op.output]
            row[OUTPUT + 1 : OUTPUT + 6] = [
                op.words.get(name, 0)
                for name in ("n_in", "n_out", "params", "n_params", "state")
            ]
            row[CACHE], row[SHARED] = end, op.shared
            end += _aligned(op.cache_per_row * rows[op.over_steps] + op.cache_fixed)
            row[FLAGS] = op.flags[0] if op.flags else 0
            row[FLAGS] |= OVER_STEPS * op.over_steps
            if op.frozen:
                row[FLAGS] |= FROZEN
                row[COLLECT] = 0
            row[FLAGS + 1] = op.words["index"]
            row[N_TASKS] = op.words.get("n_tasks", 1)
            row[INTS : INTS + len(op.ints)] = op.ints
            if len(op.inputs) == 2:
                row[INTS + 2] = op.flags[1]
            row[REALS : REALS + len(op.reals)] = np.array(op.reals, float).view(
                np.int64
            )
        return ops, starts, end


def _ranges(parameters):
    """Where parameters lie in the flat vector, neighbours in one range."""
    ranges = []
    for parameter in parameters:
        if ranges and ranges[-1][1] == parameter.start:
            ranges[-1][1] = parameter.stop
        else:
            ranges.append([parameter.start, parameter.stop])
    return np.array(ranges, dtype=np.int64).reshape(-1, 2)


def _aligned(size):
    return -(-size // ALIGNMENT) * ALIGNMENT


def _draw(parameters, size, random_state, dtype):
    vector = np.empty(size, dtype)
    for parameter in parameters:
        drawn = np.asarray(parameter.draw(random_state))
        vector[parameter.start : parameter.stop] = drawn.ravel()
    return vector
