"""Recurrent networks: sequences in, one target for each or one for every step."""

from typing import Literal

from ._declarations import declares, estimator, parameter
from ._parameters import ClassifierParameters, RegressorParameters
from ._recurrent_base import RecurrentNetwork
from ._targets import NetworkClassifier, NetworkRegressor
from .layers import GRU, LSTM, SimpleRNN

__all__ = [
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "SimpleRNNClassifier",
    "SimpleRNNRegressor",
]


@declares
class _LSTMParameters:
    peephole: bool = parameter(
        default=False, text="Whether the gates see the memory too."
    )


class _LSTM(_LSTMParameters, RecurrentNetwork):
    _layer = LSTM

    def _describe_cell(self):
        return {"peephole": bool(self.peephole)}


class _GRU(RecurrentNetwork):
    _layer = GRU


@declares
class _SimpleRNNParameters:
    nonlinearity: Literal["tanh", "relu"] = parameter(
        default="tanh", text="Of the recurrent units."
    )


class _SimpleRNN(_SimpleRNNParameters, RecurrentNetwork):
    _layer = SimpleRNN

    def _describe_cell(self):
        return {"nonlinearity": self.nonlinearity}


@estimator
class LSTMClassifier(_LSTM, ClassifierParameters, NetworkClassifier):
    """Recurrent network of long short-term memory that classifies sequences or steps.

    Samples are sequences: rows of single numbers, arrays of shape (n_samples, n_steps,
    n_features), or lists of arrays (n_steps, n_features) of any lengths, which are
    never padded. One target for each sequence or one for every step, as y has them:
    (n_samples,), or (n_samples, n_steps) with ``targets="step"``, or a list of arrays.
    Predictions have the form of the targets.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    LSTMRegressor : The same network for numbers.
    GRUClassifier : Gated recurrent units, with three quarters of the weights.
    SimpleRNNClassifier : Simple units, with a quarter of the weights.
    ConvNetClassifier : Signals of one length.
    SequenceScaler : Scales sequences.
    skmanifold_nn.neural_network.layers.LSTM : The layer.

    Notes
    -----
    Scale the features, by `SequenceScaler`. Minibatches of 10 to 50 sequences,
    a learning rate of 0.003 to 0.01 and the schedule "cosine" often train faster than
    the defaults, which are the perceptrons' but for `alpha` and `clip_norm`.
    `predict_step` and `predict_stream` predict while a sequence comes in;
    `to_torch_state_dict` gives the weights to PyTorch. `partial_fit`, `save` and `load`
    are those of `MLPClassifier`.

    The :ref:`user guide <recurrent_networks>` has formulas, forms of X and y, forecasts
    and searches.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997;
    Gers, Schraudolph and Schmidhuber, "Learning precise timing with LSTM recurrent
    networks", JMLR 3, 2002, for `peephole`; Schuster and Paliwal, "Bidirectional
    recurrent neural networks", IEEE Transactions on Signal Processing 45, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import LSTMClassifier
    >>> rng = np.random.default_rng(1)
    >>> X = [rng.normal(size=(n, 2)) for n in rng.integers(5, 12, size=200)]
    >>> y = np.array([x[0, 0] > 0 for x in X])  # to be remembered to the end
    >>> net = LSTMClassifier((16,), learning_rate="one_cycle", max_iter=40,
    ...                      learning_rate_init=0.02, batch_size=32, random_state=1)
    >>> bool(net.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9)
    True
    """


@estimator
class LSTMRegressor(_LSTM, RegressorParameters, NetworkRegressor):
    """Recurrent network of long short-term memory that regresses sequences or steps.

    Samples are sequences: rows of single numbers, arrays of shape (n_samples, n_steps,
    n_features), or lists of arrays (n_steps, n_features) of any lengths, which are
    never padded. One target for each sequence or one for every step, as y has them:
    (n_samples,), or (n_samples, n_steps) with ``targets="step"``, or a list of arrays.
    Predictions have the form of the targets.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    LSTMClassifier : The same network for classes.
    GRURegressor : Gated recurrent units, with three quarters of the weights.
    SimpleRNNRegressor : Simple units, with a quarter of the weights.
    ConvNetRegressor : Signals of one length.
    SlidingWindow : Makes samples of a series.
    forecast : Predicts how a series goes on.
    skmanifold_nn.neural_network.layers.LSTM : The layer.

    Notes
    -----
    Scale the features, by `SequenceScaler`, and the targets too. Minibatches of 10 to
    50 sequences, a learning rate of 0.003 to 0.01 and the schedule "cosine" often train
    faster than the defaults, which are the perceptrons' but for `alpha` and
    `clip_norm`. `predict_step` and `predict_stream` predict while a sequence comes in;
    `to_torch_state_dict` gives the weights to PyTorch. `partial_fit`, `save` and `load`
    are those of `MLPRegressor`.

    The :ref:`user guide <recurrent_networks>` has formulas, forms of X and y, forecasts
    and searches.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997;
    Gers, Schraudolph and Schmidhuber, "Learning precise timing with LSTM recurrent
    networks", JMLR 3, 2002, for `peephole`; Schuster and Paliwal, "Bidirectional
    recurrent neural networks", IEEE Transactions on Signal Processing 45, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import LSTMRegressor
    >>> rng = np.random.default_rng(1)
    >>> X = rng.uniform(size=(200, 10, 2))
    >>> y = X[..., 0].mean(axis=1)
    >>> net = LSTMRegressor((16,), learning_rate="one_cycle", max_iter=40,
    ...                     learning_rate_init=0.02, batch_size=32, random_state=1)
    >>> bool(net.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.8)
    True
    """


@estimator
class GRUClassifier(_GRU, ClassifierParameters, NetworkClassifier):
    """Recurrent network of gated recurrent units that classifies sequences or steps.

    Samples are sequences: rows of single numbers, arrays of shape (n_samples, n_steps,
    n_features), or lists of arrays (n_steps, n_features) of any lengths, which are
    never padded. One target for each sequence or one for every step, as y has them:
    (n_samples,), or (n_samples, n_steps) with ``targets="step"``, or a list of arrays.
    Predictions have the form of the targets.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    GRURegressor : The same network for numbers.
    LSTMClassifier : Units with a memory of their own.
    ConvNetClassifier : Signals of one length.
    SequenceScaler : Scales sequences.
    skmanifold_nn.neural_network.layers.GRU : The layer.

    Notes
    -----
    Scale the features, by `SequenceScaler`. Minibatches of 10 to 50 sequences,
    a learning rate of 0.003 to 0.01 and the schedule "cosine" often train faster than
    the defaults, which are the perceptrons' but for `alpha` and `clip_norm`.
    `predict_step` and `predict_stream` predict while a sequence comes in;
    `to_torch_state_dict` gives the weights to PyTorch. `partial_fit`, `save` and `load`
    are those of `MLPClassifier`.

    The :ref:`user guide <recurrent_networks>` has formulas, forms of X and y, forecasts
    and searches.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation", EMNLP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import GRUClassifier
    >>> rng = np.random.default_rng(1)
    >>> X = rng.integers(2, size=(150, 8, 1)) * 1.0
    >>> y = X[..., 0].cumsum(axis=1) > 2  # a label for every step
    >>> net = GRUClassifier((16,), targets="step", learning_rate="one_cycle",
    ...                     max_iter=40, learning_rate_init=0.02, batch_size=32,
    ...                     random_state=1).fit(X[:100], y[:100])
    >>> net.predict(X[100:]).shape
    (50, 8)
    >>> bool(net.score(X[100:], y[100:]) > 0.9)
    True
    """


@estimator
class GRURegressor(_GRU, RegressorParameters, NetworkRegressor):
    """Recurrent network of gated recurrent units that regresses sequences or steps.

    Samples are sequences: rows of single numbers, arrays of shape (n_samples, n_steps,
    n_features), or lists of arrays (n_steps, n_features) of any lengths, which are
    never padded. One target for each sequence or one for every step, as y has them:
    (n_samples,), or (n_samples, n_steps) with ``targets="step"``, or a list of arrays.
    Predictions have the form of the targets.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    GRUClassifier : The same network for classes.
    LSTMRegressor : Units with a memory of their own.
    ConvNetRegressor : Signals of one length.
    SlidingWindow : Makes samples of a series.
    forecast : Predicts how a series goes on.
    skmanifold_nn.neural_network.layers.GRU : The layer.

    Notes
    -----
    Scale the features, by `SequenceScaler`, and the targets too. Minibatches of 10 to
    50 sequences, a learning rate of 0.003 to 0.01 and the schedule "cosine" often train
    faster than the defaults, which are the perceptrons' but for `alpha` and
    `clip_norm`. `predict_step` and `predict_stream` predict while a sequence comes in;
    `to_torch_state_dict` gives the weights to PyTorch. `partial_fit`, `save` and `load`
    are those of `MLPRegressor`.

    The :ref:`user guide <recurrent_networks>` has formulas, forms of X and y, forecasts
    and searches.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation", EMNLP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import GRURegressor
    >>> rng = np.random.default_rng(1)
    >>> X = [rng.normal(size=(n, 1)) for n in rng.integers(5, 12, size=100)]
    >>> y = [np.maximum.accumulate(x[:, 0]) for x in X]  # a number for every step
    >>> net = GRURegressor((16,), learning_rate="one_cycle", max_iter=40,
    ...                    learning_rate_init=0.02, batch_size=16, random_state=1)
    >>> bool(net.fit(X[:80], y[:80]).score(X[80:], y[80:]) > 0.8)
    True
    >>> expected = net.predict(X[:1])[0]
    >>> all(map(np.isclose, net.predict_stream(X[0]), expected))  # step by step
    True
    """


@estimator
class SimpleRNNClassifier(_SimpleRNN, ClassifierParameters, NetworkClassifier):
    """Recurrent network of Elman's recurrent units that classifies sequences or steps.

    Samples are sequences: rows of single numbers, arrays of shape (n_samples, n_steps,
    n_features), or lists of arrays (n_steps, n_features) of any lengths, which are
    never padded. One target for each sequence or one for every step, as y has them:
    (n_samples,), or (n_samples, n_steps) with ``targets="step"``, or a list of arrays.
    Predictions have the form of the targets.
    Its gradient vanishes or explodes over many steps: `LSTMClassifier` and
    `GRUClassifier` remember longer.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    SimpleRNNRegressor : The same network for numbers.
    LSTMClassifier : Remembers longer.
    GRUClassifier : Remembers longer.
    SequenceScaler : Scales sequences.
    skmanifold_nn.neural_network.layers.SimpleRNN : The layer.

    Notes
    -----
    Scale the features, by `SequenceScaler`. Minibatches of 10 to 50 sequences,
    a learning rate of 0.003 to 0.01 and the schedule "cosine" often train faster than
    the defaults, which are the perceptrons' but for `alpha` and `clip_norm`.
    `predict_step` and `predict_stream` predict while a sequence comes in;
    `to_torch_state_dict` gives the weights to PyTorch. `partial_fit`, `save` and `load`
    are those of `MLPClassifier`.

    The :ref:`user guide <recurrent_networks>` has formulas, forms of X and y, forecasts
    and searches.

    References
    ----------
    Elman, "Finding structure in time", Cognitive Science 14, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SimpleRNNClassifier
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(200, 6))  # rows are sequences of single numbers
    >>> y = X[:, -1] > X[:, -2]
    >>> net = SimpleRNNClassifier((16,), learning_rate="one_cycle", max_iter=40,
    ...                           learning_rate_init=0.02, batch_size=32,
    ...                           random_state=1)
    >>> bool(net.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9)
    True
    """


@estimator
class SimpleRNNRegressor(_SimpleRNN, RegressorParameters, NetworkRegressor):
    """Recurrent network of Elman's recurrent units that regresses sequences or steps.

    Samples are sequences: rows of single numbers, arrays of shape (n_samples, n_steps,
    n_features), or lists of arrays (n_steps, n_features) of any lengths, which are
    never padded. One target for each sequence or one for every step, as y has them:
    (n_samples,), or (n_samples, n_steps) with ``targets="step"``, or a list of arrays.
    Predictions have the form of the targets.
    Its gradient vanishes or explodes over many steps: `LSTMRegressor` and
    `GRURegressor` remember longer.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    SimpleRNNClassifier : The same network for classes.
    LSTMRegressor : Remembers longer.
    GRURegressor : Remembers longer.
    SlidingWindow : Makes samples of a series.
    forecast : Predicts how a series goes on.
    skmanifold_nn.neural_network.layers.SimpleRNN : The layer.

    Notes
    -----
    Scale the features, by `SequenceScaler`, and the targets too. Minibatches of 10 to
    50 sequences, a learning rate of 0.003 to 0.01 and the schedule "cosine" often train
    faster than the defaults, which are the perceptrons' but for `alpha` and
    `clip_norm`. `predict_step` and `predict_stream` predict while a sequence comes in;
    `to_torch_state_dict` gives the weights to PyTorch. `partial_fit`, `save` and `load`
    are those of `MLPRegressor`.

    The :ref:`user guide <recurrent_networks>` has formulas, forms of X and y, forecasts
    and searches.

    References
    ----------
    Elman, "Finding structure in time", Cognitive Science 14, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import (
    ...     SimpleRNNRegressor, SlidingWindow, forecast)
    >>> series = np.sin(0.3 * np.arange(200))
    >>> X, y = SlidingWindow(10).make(series)
    >>> net = SimpleRNNRegressor((8,), learning_rate="one_cycle", max_iter=40,
    ...                          learning_rate_init=0.02, batch_size=16, random_state=1)
    >>> bool(net.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.99)
    True
    >>> forecast(net, series, 5, window=10).shape
    (5,)
    """
