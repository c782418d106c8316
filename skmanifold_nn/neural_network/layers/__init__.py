"""Layers of neural networks: specifications, and how they plan themselves.

A layer is one file: a specification (a BaseEstimator) whose ``plan`` declares
parameters and ops to the planner (``_planner``). A network of any kind is such a plan;
the kernels run it (``_engine``), and no loop knows what a layer does.
"""

from ._activations import Activation
from ._augmentation import Augment
from ._base import Layer
from ._blocks import DenseBlock, InceptionBlock, ResidualBlock
from ._containers import Concatenate, Residual
from ._convolution import Conv1D, Conv2D
from ._dense import Dense
from ._dropout import AlphaDropout, Dropout, GaussianNoise
from ._normalization import BatchNorm, LayerNorm
from ._pooling import (
    AveragePool1D,
    AveragePool2D,
    GlobalAveragePool,
    MaxPool1D,
    MaxPool2D,
    UpSample1D,
    UpSample2D,
)
from ._recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from ._shapes import Flatten, Reshape
from ._transposed import ConvTranspose1D, ConvTranspose2D

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "AlphaDropout",
    "Augment",
    "AveragePool1D",
    "AveragePool2D",
    "BatchNorm",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "ConvTranspose1D",
    "ConvTranspose2D",
    "Dense",
    "DenseBlock",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePool",
    "InceptionBlock",
    "Layer",
    "LayerNorm",
    "MaxPool1D",
    "MaxPool2D",
    "Reshape",
    "Residual",
    "ResidualBlock",
    "SimpleRNN",
    "UpSample1D",
    "UpSample2D",
]
