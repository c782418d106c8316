"""Layers of neural networks: specifications, and how they plan themselves.

A layer is one file: a specification (a BaseEstimator) whose ``plan`` declares
parameters and ops to the planner (``_planner``). A network of any kind is such a plan;
the kernels run it (``_engine``), and no loop knows what a layer does.
"""

from ._activations import Activation
from ._base import Layer
from ._containers import Concatenate, Residual
from ._dense import Dense
from ._dropout import AlphaDropout, Dropout, GaussianNoise
from ._normalization import BatchNorm, LayerNorm
from ._recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from ._shapes import Flatten, Reshape

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "AlphaDropout",
    "BatchNorm",
    "Bidirectional",
    "Concatenate",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "Layer",
    "LayerNorm",
    "Reshape",
    "Residual",
    "SimpleRNN",
]
