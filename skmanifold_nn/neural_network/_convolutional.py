"""Convolutional networks: images and signals in, one target for each."""

from ._convolutional_base import ConvolutionalNetwork
from ._declarations import estimator
from ._parameters import ClassifierParameters, RegressorParameters
from ._targets import NetworkClassifier, NetworkRegressor

__all__ = ["ConvNetClassifier", "ConvNetRegressor"]


@estimator
class ConvNetClassifier(ConvolutionalNetwork, ClassifierParameters, NetworkClassifier):
    """Convolutional network that classifies images or signals.

    Samples are images, (n_samples, height, width, n_channels), signals, (n_samples,
    n_steps, n_channels) with ``n_dim=1``, or rows: flattened images of `input_shape`,
    otherwise signals of one channel. Stages of convolutions and pooling make maps of
    them, dense layers make scores of classes of the last maps. Images of uint8 stay
    as they are in memory and are seen as numbers from 0 to 1.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    ConvNetRegressor : The same network for numbers.
    SequentialClassifier : Any layers one after the other.
    GRUClassifier : Sequences of any lengths.
    MLPClassifier : Rows whose columns have no order.

    Notes
    -----
    All samples have one size; channels are last, and :func:`channels_last` turns
    samples of libraries that have them first. Divide values by their largest one, or
    standardise them, unless they are bytes, which the network scales. Minibatches of 32
    to 64 and the schedules "cosine" or "one_cycle" get further than the defaults, which
    are the perceptrons'. `partial_fit`, `transform` (features of the last hidden
    layer), `save` and `load` are those of `MLPClassifier`; `feature_maps` and
    `saliency` show what a network sees, and :mod:`skmanifold_nn.plotting` draws it.

    The :ref:`user guide <convolutional_networks>` has formulas, and says what is
    different from Keras and PyTorch.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998. Blocks are those of `ResidualBlock`,
    `InceptionBlock` and `DenseBlock` in the layers.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import ConvNetClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> net = ConvNetClassifier(
    ...     input_shape=(8, 8, 1), normalization="batch", batch_size=64, max_iter=10,
    ...     learning_rate="one_cycle", learning_rate_init=0.01, random_state=1,
    ... )
    >>> net.fit(X[:1200] / 16, y[:1200]).score(X[1200:] / 16, y[1200:]) > 0.9
    True
    >>> net.layer_names_
    ['conv1', 'pool1', 'conv2', 'pool2', 'hidden1']
    >>> net.feature_maps(X[:3] / 16, "pool1").shape
    (3, 4, 4, 16)
    >>> net.predict(X[:3].reshape(3, 8, 8, 1) / 16)
    array([0, 1, 2])
    """


@estimator
class ConvNetRegressor(ConvolutionalNetwork, RegressorParameters, NetworkRegressor):
    """Convolutional network for numbers that depend on images or signals.

    Samples are images, (n_samples, height, width, n_channels), signals, (n_samples,
    n_steps, n_channels) with ``n_dim=1``, or rows: flattened images of `input_shape`,
    otherwise signals of one channel. Stages of convolutions and pooling make maps of
    them, dense layers make numbers of the last maps. Images of uint8 stay
    as they are in memory and are seen as numbers from 0 to 1.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    ConvNetClassifier : The same network for classes.
    SequentialRegressor : Any layers one after the other.
    GRURegressor : Sequences of any lengths.
    MLPRegressor : Rows whose columns have no order.

    Notes
    -----
    All samples have one size; channels are last, and :func:`channels_last` turns
    samples of libraries that have them first. Divide values by their largest one, or
    standardise them, unless they are bytes, which the network scales. Minibatches of 32
    to 64 and the schedules "cosine" or "one_cycle" get further than the defaults, which
    are the perceptrons'. `partial_fit`, `transform` (features of the last hidden
    layer), `save` and `load` are those of `MLPRegressor`; `feature_maps` and `saliency`
    show what a network sees, and :mod:`skmanifold_nn.plotting` draws it.

    The :ref:`user guide <convolutional_networks>` has formulas, and says what is
    different from Keras and PyTorch.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998. Blocks are those of `ResidualBlock`,
    `InceptionBlock` and `DenseBlock` in the layers.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import ConvNetRegressor
    >>> rng = np.random.default_rng(1)
    >>> frequency, phase = rng.uniform(0.2, [[1], [6]], size=(2, 400))
    >>> X = np.sin(frequency[:, np.newaxis] * np.arange(40) + phase[:, np.newaxis])
    >>> net = ConvNetRegressor(
    ...     (8, 16), 5, global_pool=True, learning_rate="one_cycle", batch_size=32,
    ...     learning_rate_init=0.02, max_iter=30, random_state=1,
    ... )
    >>> net.fit(X[:300], frequency[:300]).score(X[300:], frequency[300:]) > 0.9
    True
    >>> net.input_shape_, net.predict(X[300:]).shape
    ((40, 1), (100,))
    """
