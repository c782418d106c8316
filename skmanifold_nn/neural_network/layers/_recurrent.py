"""Recurrent layers: a cell that goes through the steps of sequences."""

from functools import partial
from numbers import Integral, Real
from typing import Literal

import numpy as np

from ..._kernels import _gru, _lstm, _simple_rnn
from ..._kernels._activations import KINDS
from ..._kernels._combination import ADDRESSES as COMBINATIONS
from ..._kernels._recurrent import cache_size, count_tasks, shared_size
from ..._kernels._steps import ADDRESSES as STEPS
from .._initializers import InitializerName, initial_weights
from ._base import Layer
from ._dense import affine, check_initializer, check_units
from ._dropout import Dropout
from ._planner import Planner, Tensor
from ._shapes import unrolled

__all__ = ["GRU", "LSTM", "Bidirectional", "SimpleRNN"]

MERGES = ("sum", "concat", "mean")


def _by_gates(initializer, n_gates, n_in, n_units, random_state):
    """Blocks of columns drawn one by one, each for its gate."""
    blocks = [
        initial_weights(
            shape=(n_in, n_units),
            random_state=random_state,
            initializer=initializer,
            fan_in=n_in,
            fan_out=n_units,
            activation="identity",
        )
        for _ in range(n_gates)
    ]
    return np.hstack(blocks)


def _values(values, random_state):
    return values


def last_step(planner, tensor, *, reverse=False):
    """Plan the state after the last step that a cell has taken."""
    return planner.op(
        STEPS["last"], [tensor], tensor.shape, over_steps=False, ints=(int(reverse),)
    )


class _Recurrent(Layer):
    """Base of recurrent layers; subclasses say what their cell is.

    `_kernel` is its module, `_name` the name there, `_n_gates` the number of blocks of
    units that x W + b has, `_n_carried` that of a step's states.
    """

    def __init__(
        self,
        n_units: int,
        *,
        return_sequences: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        truncate_steps: int | None = None,
        initializer: InitializerName = "glorot_uniform",
        recurrent_initializer: InitializerName = "orthogonal",
    ) -> None:
        self.n_units = n_units
        self.return_sequences = return_sequences
        self.reverse = reverse
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.truncate_steps = truncate_steps
        self.initializer = initializer
        self.recurrent_initializer = recurrent_initializer

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare parameters and ops; see `Layer.plan`."""
        states = self.plan_steps(planner, tensor)
        if self.return_sequences:
            return states
        return last_step(planner, states, reverse=self.reverse)

    def plan_steps(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Plan the states after all steps, whatever `return_sequences` says.

        Parameters
        ----------
        planner : Planner
            As for `plan`.
        tensor : Tensor
            The layer's input.

        Returns
        -------
        states : Tensor
            One state a step.
        """
        self._check(planner)
        tensor = Dropout(self.dropout).plan(planner, unrolled(planner, tensor))
        n_units, n_gates = int(self.n_units), self._n_gates
        gates = affine(
            planner,
            tensor,
            n_gates * n_units,
            partial(_by_gates, self.initializer, n_gates, tensor.size, n_units),
            partial(_values, self._initial_intercepts(n_units)),
        )
        start = planner.parameter(
            "recurrent_coefs_",
            (n_units, n_gates * n_units),
            partial(_by_gates, self.recurrent_initializer, n_gates, n_units, n_units),
            penalized=True,
        )
        self._declare_more(planner, n_units)
        if self.recurrent_dropout:
            planner.draws_in_training = True
        if self.reverse:
            planner.streams = False
        return planner.op(
            self._kernel.ADDRESSES[self._name],
            [gates],
            (n_units,),
            reads="output",
            params=start,
            n_params=planner.n_parameters - start,
            work=n_units * n_gates * n_units,
            n_tasks=count_tasks(self._name, n_units),
            ints=(
                n_units,
                int(self.reverse),
                planner.carry(self._n_carried * n_units),
                int(self.truncate_steps or 0),
                self._variant,
            ),
            reals=(self.recurrent_dropout,),
            cache_per_row=cache_size(self._name, n_units, self.recurrent_dropout > 0),
            shared=shared_size(self._name, n_units),
        )

    # What cells differ in.
    _n_carried = 1
    _variant = 0  # what the kernel wants to know beyond

    def _initial_intercepts(self, n_units):
        return np.zeros(self._n_gates * n_units)

    def _declare_more(self, planner, n_units):
        """Declare parameters behind the recurrent weights."""

    def _check(self, planner):
        check_units(planner, self.n_units)
        check_initializer(planner, "initializer", self.initializer)
        check_initializer(planner, "recurrent_initializer", self.recurrent_initializer)
        for name in ("dropout", "recurrent_dropout"):
            rate = getattr(self, name)
            if not (isinstance(rate, Real) and 0 <= rate < 1):
                raise planner.error(
                    f"{name} must be a number in [0, 1), got {rate!r}: 0.1 to 0.5 is "
                    "usual."
                )
        steps = self.truncate_steps
        if steps is not None and not (isinstance(steps, Integral) and steps >= 1):
            raise planner.error(
                f"truncate_steps must be a positive int or None, got {steps!r}: give "
                "the number of steps that a gradient goes back, such as 50."
            )


class LSTM(_Recurrent):
    """Long short-term memory.

    Samples are sequences, of shape (n_steps, n_features) by the `input_shape` of the
    network or a layer before, such as `Conv1D`; what comes out is the last output,
    (n_units,), or with `return_sequences` that of every step, (n_steps, n_units), for
    another recurrent layer or a `Flatten`. `LSTMClassifier`, `GRUClassifier` and their
    like make networks of them that take lists of sequences of any lengths.

    With the gates i, f, o = logistic(W x_t + R h_{t-1} + b) and g = tanh of its own
    such sum, the memory is c_t = f c_{t-1} + i g, and the output h_t = o tanh(c_t).

    Parameters
    ----------
    n_units : int
        Number of units.
    return_sequences : bool, default=False
        Whether the output is that of every step, or of the last one.
    reverse : bool, default=False
        Whether steps are taken from the last to the first.
    dropout : float, default=0.0
        Probability with which an input is set to zero in training.
    recurrent_dropout : float, default=0.0
        Probability with which a unit's last output is hidden from the gates in
        training: the same units at all steps of a sequence.
    truncate_steps : int, default=None
        The gradient is cut where so many steps are full; None: it goes back to the
        first step.
    initializer : str, default="glorot_uniform"
        Of the input weights of each gate; see `Dense`. Intercepts start at zero, those
        of the forget gate at one.
    recurrent_initializer : str, default="orthogonal"
        Of the recurrent weights of each gate.
    peephole : bool, default=False
        Whether the gates see the memory too: i and f see c_{t-1}, o sees c_t, each unit
        its own.

    See Also
    --------
    GRU : Three gates' weights in place of four, and no memory beside the output.
    Bidirectional : Forwards and backwards.
    skmanifold_nn.neural_network.LSTMClassifier : A network of such layers.

    Notes
    -----
    W has the shape (n_features, 4 n_units), R (n_units, 4 n_units) and b (4 n_units,),
    with the gates in the order i, f, g, o, which is PyTorch's. PyTorch has two
    intercepts, which it adds, and rows where we have columns; its forget gates do not
    start open. The memory is zero before the first step.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997;
    Gers, Schraudolph and Schmidhuber, "Learning precise timing with LSTM recurrent
    networks", JMLR 3, 2002; Gal and Ghahramani, "A theoretically grounded application
    of dropout in recurrent neural networks", NIPS 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import LSTM
    >>> X, y = np.ones((2, 30)), [0.0, 1.0]  # rows of 10 steps with 3 features
    >>> net = SequentialRegressor(
    ...     [("first", LSTM(8, return_sequences=True)), ("second", LSTM(4))],
    ...     input_shape=(10, 3))
    >>> net.partial_fit(X, y).transform(X).shape
    (2, 4)
    >>> net.coefs_[0].shape, net.recurrent_coefs_[0].shape
    ((3, 32), (8, 32))
    """

    _kernel, _name, _n_gates, _n_carried = _lstm, "lstm", 4, 2

    def __init__(
        self,
        n_units: int,
        *,
        return_sequences: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        truncate_steps: int | None = None,
        initializer: InitializerName = "glorot_uniform",
        recurrent_initializer: InitializerName = "orthogonal",
        peephole: bool = False,
    ) -> None:
        super().__init__(
            n_units,
            return_sequences=return_sequences,
            reverse=reverse,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            truncate_steps=truncate_steps,
            initializer=initializer,
            recurrent_initializer=recurrent_initializer,
        )
        self.peephole = peephole

    @property
    def _variant(self):
        return int(bool(self.peephole))

    def _initial_intercepts(self, n_units):
        return np.repeat([0.0, 1.0, 0.0, 0.0], n_units)

    def _declare_more(self, planner, n_units):
        if self.peephole:
            zeros = np.zeros((3, n_units))
            planner.parameter("peephole_coefs_", zeros.shape, partial(_values, zeros))


class GRU(_Recurrent):
    """Gated recurrent units.

    Samples are sequences, of shape (n_steps, n_features) by the `input_shape` of the
    network or a layer before, such as `Conv1D`; what comes out is the last output,
    (n_units,), or with `return_sequences` that of every step, (n_steps, n_units), for
    another recurrent layer or a `Flatten`. `LSTMClassifier`, `GRUClassifier` and their
    like make networks of them that take lists of sequences of any lengths.

    With the gates r, z = logistic(W x_t + R h_{t-1} + b), the new state
    n = tanh(W_n x_t + b_n + r (R_n h_{t-1} + c_n)), and h_t = (1 - z) n + z h_{t-1}:
    r acts on what comes from h_{t-1} after its product.

    Parameters
    ----------
    n_units : int
        Number of units.
    return_sequences : bool, default=False
        Whether the output is that of every step, or of the last one.
    reverse : bool, default=False
        Whether steps are taken from the last to the first.
    dropout : float, default=0.0
        Probability with which an input is set to zero in training.
    recurrent_dropout : float, default=0.0
        Probability with which a unit's last output is hidden from the products in
        training: the same units at all steps of a sequence.
    truncate_steps : int, default=None
        The gradient is cut where so many steps are full; None: it goes back to the
        first step.
    initializer : str, default="glorot_uniform"
        Of the input weights of each gate; see `Dense`. Intercepts start at zero.
    recurrent_initializer : str, default="orthogonal"
        Of the recurrent weights of each gate.

    See Also
    --------
    LSTM : With a memory beside the output.
    Bidirectional : Forwards and backwards.
    skmanifold_nn.neural_network.GRUClassifier : A network of such layers.

    Notes
    -----
    W has the shape (n_features, 3 n_units), R (n_units, 3 n_units), with the gates in
    the order r, z, n, and the formulas are those of PyTorch, and of Keras with
    ``reset_after=True`` (where z comes first): in the paper r acts on h_{t-1} before
    the product. The first h is zero.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation", EMNLP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import GRU, Conv1D
    >>> X, y = np.ones((2, 30)), [0.0, 1.0]  # rows of 10 steps with 3 features
    >>> net = SequentialRegressor(
    ...     [("conv", Conv1D(6, 3, "relu")), ("gru", GRU(4))], input_shape=(10, 3))
    >>> net.partial_fit(X, y).transform(X).shape
    (2, 4)
    >>> net.recurrent_coefs_[0].shape
    (4, 12)
    """

    _kernel, _name, _n_gates = _gru, "gru", 3

    def _declare_more(self, planner, n_units):
        zeros = np.zeros(n_units)
        planner.parameter("recurrent_intercepts_", zeros.shape, partial(_values, zeros))


class SimpleRNN(_Recurrent):
    """Elman's recurrent units: h_t = f(W x_t + R h_{t-1} + b).

    Samples are sequences, of shape (n_steps, n_features) by the `input_shape` of the
    network or a layer before, such as `Conv1D`; what comes out is the last output,
    (n_units,), or with `return_sequences` that of every step, (n_steps, n_units), for
    another recurrent layer or a `Flatten`. `LSTMClassifier`, `GRUClassifier` and their
    like make networks of them that take lists of sequences of any lengths.

    Gradients vanish or explode over many steps: for those, `LSTM` and `GRU` were made.

    Parameters
    ----------
    n_units : int
        Number of units.
    return_sequences : bool, default=False
        Whether the output is that of every step, or of the last one.
    reverse : bool, default=False
        Whether steps are taken from the last to the first.
    dropout : float, default=0.0
        Probability with which an input is set to zero in training.
    recurrent_dropout : float, default=0.0
        Probability with which a unit's last output is hidden from the others in
        training: the same units at all steps of a sequence.
    truncate_steps : int, default=None
        The gradient is cut where so many steps are full; None: it goes back to the
        first step.
    initializer : str, default="glorot_uniform"
        Of the input weights; see `Dense`. Intercepts start at zero.
    recurrent_initializer : str, default="orthogonal"
        Of the recurrent weights.
    nonlinearity : {"tanh", "relu"}, default="tanh"
        The function f.

    See Also
    --------
    LSTM : Remembers longer.
    GRU : Remembers longer.
    skmanifold_nn.neural_network.SimpleRNNClassifier : A network of such layers.

    References
    ----------
    Elman, "Finding structure in time", Cognitive Science 14, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import SimpleRNN
    >>> X, y = np.ones((2, 10)), [0.0, 1.0]  # rows of 10 steps with one feature
    >>> net = SequentialRegressor([("rnn", SimpleRNN(4))], input_shape=(10, 1))
    >>> net.partial_fit(X, y).transform(X).shape
    (2, 4)
    """

    _kernel, _name, _n_gates = _simple_rnn, "simple_rnn", 1

    def __init__(
        self,
        n_units: int,
        *,
        return_sequences: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        truncate_steps: int | None = None,
        initializer: InitializerName = "glorot_uniform",
        recurrent_initializer: InitializerName = "orthogonal",
        nonlinearity: Literal["tanh", "relu"] = "tanh",
    ) -> None:
        super().__init__(
            n_units,
            return_sequences=return_sequences,
            reverse=reverse,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            truncate_steps=truncate_steps,
            initializer=initializer,
            recurrent_initializer=recurrent_initializer,
        )
        self.nonlinearity = nonlinearity

    @property
    def _variant(self):
        return KINDS[self.nonlinearity]

    def _check(self, planner):
        super()._check(planner)
        if self.nonlinearity not in ("tanh", "relu"):
            raise planner.error(
                f"nonlinearity must be 'tanh' or 'relu', got {self.nonlinearity!r}: "
                "choose one of them."
            )


class Bidirectional(Layer):
    """A recurrent layer forwards, and another one backwards.

    What comes out at a step depends on the steps before it and behind it. Samples have
    the shape (n_steps, n_features), as for the layer, those that come out its shape, or
    (..., 2 n_units) with ``merge="concat"``.

    Parameters
    ----------
    layer : Layer
        `LSTM`, `GRU` or `SimpleRNN`; two with these parameters are made, each with
        weights of its own. Without ``return_sequences`` the output is made of the two
        states after each has gone through the whole sequence.
    merge : {"sum", "concat", "mean"}, default="sum"
        How the two outputs become one; PyTorch and Keras concatenate by default.

    See Also
    --------
    skmanifold_nn.neural_network.LSTMClassifier : Has a parameter `bidirectional`.

    References
    ----------
    Schuster and Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions
    on Signal Processing 45, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import GRU, Bidirectional
    >>> both = Bidirectional(GRU(16), merge="concat").set_params(layer__n_units=8)
    >>> X, y = np.ones((2, 30)), [0.0, 1.0]  # rows of 10 steps with 3 features
    >>> net = SequentialRegressor([("both", both)], input_shape=(10, 3))
    >>> net.partial_fit(X, y).transform(X).shape
    (2, 16)
    >>> net.layer_names_
    ['both__forward', 'both__backward', 'both']
    """

    def __init__(
        self, layer: Layer, merge: Literal["sum", "concat", "mean"] = "sum"
    ) -> None:
        self.layer = layer
        self.merge = merge

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare both layers and what merges them; see `Layer.plan`."""
        if not isinstance(self.layer, _Recurrent):
            raise planner.error(
                f"layer must be an LSTM, GRU or SimpleRNN, got {self.layer!r}: only "
                "these can go backwards."
            )
        if self.merge not in MERGES:
            raise planner.error(
                f"merge must be one of {', '.join(MERGES)}, got {self.merge!r}: choose "
                "one of them."
            )
        tensor = planner.pin(unrolled(planner, tensor))
        outputs = []
        for name, reverse in (("forward", False), ("backward", True)):
            cell = type(self.layer)(**self.layer.get_params(deep=False))
            cell.set_params(reverse=reverse)
            with planner.layer(name):
                states = cell.plan_steps(planner, tensor)
                planner.ends(states)
                if not self.layer.return_sequences:
                    states = last_step(planner, states, reverse=reverse)
            outputs.append(states)
        n_units = int(self.layer.n_units)
        if self.merge == "concat":
            sizes = (n_units, n_units)
            joined = COMBINATIONS["concatenate"]
            return planner.op(joined, outputs, (2 * n_units,), ints=sizes)
        merged = COMBINATIONS["add" if self.merge == "sum" else "mean"]
        return planner.op(merged, outputs, (n_units,))
