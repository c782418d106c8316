"""Convolutional networks: images and signals in, one target for each."""

from ._convolutional_base import ConvolutionalNetwork
from ._declarations import estimator
from ._parameters import ClassifierParameters, RegressorParameters
from ._targets import NetworkClassifier, NetworkRegressor

__all__ = ["ConvNetClassifier", "ConvNetRegressor"]


@estimator
class ConvNetClassifier(ConvolutionalNetwork, ClassifierParameters, NetworkClassifier):
    """Convolutional network that classifies images or signals.

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

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import ConvNetClassifier
    >>> ConvNetClassifier((32, 64))
    ConvNetClassifier(n_filters=(32, 64))
    """


@estimator
class ConvNetRegressor(ConvolutionalNetwork, RegressorParameters, NetworkRegressor):
    """Convolutional network for numbers that depend on images or signals.

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

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import ConvNetRegressor
    >>> ConvNetRegressor((32, 64))
    ConvNetRegressor(n_filters=(32, 64))
    """
