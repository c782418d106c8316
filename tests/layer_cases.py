"""The table that drives neural_network/test_layers.py: a new layer adds one row.

A row is a specification, the shapes of its input and output, and the layer's twins in
NumPy and in PyTorch. Twins are called as ``twin(layer, x, numbers, forward)``:
``numbers(kind)`` gives the next array of a fitted list, ``forward(layer, x)`` runs a
layer inside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import block_twins as blocks
import convolution_twins as maps
import numpy as np
from dense_twins import (
    ACTIVATIONS,
    activation,
    batch_norm,
    concatenate,
    dense,
    flatten,
    layer_norm,
    reshape,
    residual,
    same,
    torch_activation,
    torch_batch_norm,
    torch_concatenate,
    torch_dense,
    torch_layer_norm,
    torch_residual,
)
from recurrent_twins import (
    bidirectional,
    recurrent,
    torch_bidirectional,
    torch_recurrent,
)

from skmanifold_nn.neural_network import layers
from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    Activation,
    AlphaDropout,
    AveragePool1D,
    AveragePool2D,
    BatchNorm,
    Bidirectional,
    Concatenate,
    Conv1D,
    Conv2D,
    ConvTranspose1D,
    ConvTranspose2D,
    Dense,
    DenseBlock,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePool,
    InceptionBlock,
    LayerNorm,
    MaxPool1D,
    MaxPool2D,
    Reshape,
    Residual,
    ResidualBlock,
    SimpleRNN,
    UpSample1D,
    UpSample2D,
)
from skmanifold_nn.neural_network.layers._base import plan_layers
from skmanifold_nn.neural_network.layers._engine import Samples, Trainer, run
from skmanifold_nn.neural_network.layers._planner import Planner


@dataclass(frozen=True)
class Row:
    """A layer, as a new one is added to the package."""

    layer: layers.Layer
    input_shape: tuple
    output_shape: tuple
    numpy: Callable
    torch: Callable | None
    # Shapes of its parameters.
    parameters: tuple = ()

    def __str__(self):
        return repr(self.layer).replace(" ", "").replace("\n", "")


def named(*members):
    return [(f"{type(m).__name__.lower()}{k}", m) for k, m in enumerate(members)]


def activation_row(name, shape=(5,), **params):
    layer = Activation(name, **params)
    return Row(layer, shape, shape, activation, torch_activation)


def norm_row(layer, shape, numpy, torch):
    parameters = ((shape[-1],),) * 2 if layer.affine else ()
    return Row(layer, shape, shape, numpy, torch, parameters)


def recurrent_row(layer, shape=(5, 3)):
    """Samples of `shape`, (n_steps, n_features)."""
    both = isinstance(layer, Bidirectional)
    cell = layer.layer if both else layer
    n_steps, n_features = shape
    n_units, n_gates = cell.n_units, {LSTM: 4, GRU: 3, SimpleRNN: 1}[type(cell)]
    parameters = (n_features, n_gates * n_units), (n_gates * n_units,)
    parameters += ((n_units, n_gates * n_units),)
    if isinstance(cell, GRU):
        parameters += ((n_units,),)
    if getattr(cell, "peephole", False):
        parameters += ((3, n_units),)
    outputs = (n_units * (2 if both and layer.merge == "concat" else 1),)
    if cell.return_sequences:
        outputs = (n_steps, *outputs)
    twins = (
        (bidirectional, torch_bidirectional) if both else (recurrent, torch_recurrent)
    )
    if getattr(cell, "peephole", False) or cell.truncate_steps:
        twins = twins[0], None  # PyTorch has none
    return Row(layer, shape, outputs, *twins, parameters * (1 + both))


def convolution(layer, x, numbers, forward):
    return maps.convolution(layer, x, numbers, forward, activation)


def torch_convolution(layer, x, numbers, forward):
    return maps.torch_convolution(layer, x, numbers, forward, torch_activation)


def convolution_row(layer, shape, places):
    """Outputs of so many places along each axis."""
    n_axes, n = len(shape) - 1, layer.n_filters
    parameters = (
        (*maps.pair(layer.kernel_size, n_axes), shape[-1] // layer.groups, n),
        *([(n,)] * layer.bias),
    )
    outputs = (*maps.pair(places, n_axes), n)
    return Row(layer, shape, outputs, convolution, torch_convolution, parameters)


def convolution_transpose(layer, x, numbers, forward):
    return maps.convolution_transpose(layer, x, numbers, forward, activation)


def torch_convolution_transpose(layer, x, numbers, forward):
    return maps.torch_convolution_transpose(
        layer, x, numbers, forward, torch_activation
    )


def transpose_row(layer, shape, places):
    """Outputs of so many places along each axis."""
    n_axes, n = len(shape) - 1, layer.n_filters
    parameters = (
        (*maps.pair(layer.kernel_size, n_axes), n, shape[-1]),
        *([(n,)] * layer.bias),
    )
    outputs = (*maps.pair(places, n_axes), n)
    twins = convolution_transpose, torch_convolution_transpose
    return Row(layer, shape, outputs, *twins, parameters)


def pool_row(layer, shape, places):
    kind = "max" if isinstance(layer, MaxPool1D | MaxPool2D) else "average"
    outputs = (*maps.pair(places, len(shape) - 1), shape[-1])
    names = f"{kind}_pool", f"torch_{kind}_pool"
    return Row(layer, shape, outputs, *(getattr(maps, name) for name in names))


def units(layer, *shapes):
    """Shapes of the parameters of convolutions, normalised or not."""
    n_numbers = 1 if layer.normalization is None else 2
    return tuple(n for shape in shapes for n in (shape, *[shape[-1:]] * n_numbers))


def block_row(layer, shape, outputs, *convolutions):
    kind = {
        ResidualBlock: "residual_block",
        InceptionBlock: "inception_block",
        DenseBlock: "dense_block",
    }[type(layer)]
    torch = getattr(blocks, f"torch_{kind}", getattr(blocks, kind))
    parameters = units(layer, *convolutions)
    return Row(layer, shape, outputs, getattr(blocks, kind), torch, parameters)


BRANCHES = Concatenate(named(Dense(3, "tanh"), Dense(2), Activation("logistic")))
ROWS = [
    Row(Dense(3), (5,), (3,), dense, torch_dense, ((5, 3), (3,))),
    Row(Dense(1), (1,), (1,), dense, torch_dense, ((1, 1), (1,))),
    Row(Dense(7, "tanh", bias=False), (3,), (7,), dense, torch_dense, ((3, 7),)),
    Row(Dense(33, "mish"), (17,), (33,), dense, torch_dense, ((17, 33), (33,))),
    *map(activation_row, ACTIVATIONS),
    activation_row("softmax", (2, 3)),
    activation_row("leaky_relu", alpha=0.3),
    activation_row("elu", (3, 1, 2), alpha=0.7),
    Row(Dropout(0.4), (7,), (7,), same, same),
    Row(Dropout(0.4, by_channel=True), (2, 2, 3), (2, 2, 3), same, same),
    Row(AlphaDropout(0.3), (7,), (7,), same, same),
    Row(GaussianNoise(0.2), (7,), (7,), same, same),
    norm_row(BatchNorm(), (5,), batch_norm, torch_batch_norm),
    norm_row(BatchNorm(epsilon=0.1, affine=False), (3,), batch_norm, torch_batch_norm),
    norm_row(BatchNorm(momentum=1.0), (2, 3, 2), batch_norm, torch_batch_norm),
    norm_row(LayerNorm(), (5,), layer_norm, torch_layer_norm),
    norm_row(LayerNorm(epsilon=0.1, affine=False), (3,), layer_norm, torch_layer_norm),
    norm_row(LayerNorm(), (2, 7), layer_norm, torch_layer_norm),
    Row(Flatten(), (2, 3), (6,), flatten, flatten),
    Row(Reshape((2, -1, 1)), (6,), (2, 3, 1), reshape, reshape),
    Row(
        Residual(named(Dense(5, "tanh"), BatchNorm(), Dense(5)), activation="elu"),
        *((5,), (5,), residual, torch_residual),
        parameters=((5, 5), (5,), (5,), (5,), (5, 5), (5,)),
    ),
    Row(Residual(named(Activation("tanh"))), (3,), (3,), residual, torch_residual),
    Row(Residual([]), (3,), (3,), residual, torch_residual),
    Row(
        BRANCHES,
        *((4,), (9,), concatenate, torch_concatenate),
        parameters=((4, 3), (3,), (4, 2), (2,)),
    ),
    Row(
        Concatenate(named(LayerNorm(), Activation("tanh"))),
        *((2, 3), (2, 6), concatenate, torch_concatenate, ((3,), (3,))),
    ),
    Row(Concatenate(named(Flatten())), (4,), (4,), concatenate, torch_concatenate),
    *(
        recurrent_row(cell(4, reverse=reverse, return_sequences=steps))
        for cell in (LSTM, GRU, SimpleRNN)
        for reverse in (False, True)
        for steps in (False, True)
    ),
    recurrent_row(LSTM(3, peephole=True)),
    recurrent_row(LSTM(17, peephole=True, reverse=True, return_sequences=True), (3, 2)),
    recurrent_row(GRU(17), (4, 1)),
    recurrent_row(SimpleRNN(5, nonlinearity="relu", return_sequences=True)),
    recurrent_row(LSTM(1), (1, 1)),
    recurrent_row(Bidirectional(LSTM(4, peephole=True), merge="concat")),
    *(
        recurrent_row(Bidirectional(cell(4, return_sequences=steps), merge))
        for cell in (LSTM, GRU, SimpleRNN)
        for steps, merge in ((False, "sum"), (True, "concat"), (True, "mean"))
    ),
    convolution_row(Conv2D(3, 2), (5, 4, 2), (4, 3)),
    convolution_row(Conv2D(1, 1), (1, 1, 1), 1),
    convolution_row(Conv2D(17, (3, 2), "tanh", bias=False), (4, 3, 1), 2),
    convolution_row(Conv2D(2, 1, "elu"), (3, 2, 5), (3, 2)),
    convolution_row(Conv2D(4, 1, groups=2), (2, 3, 6), (2, 3)),
    convolution_row(Conv2D(2, 1, stride=2), (4, 3, 2), 2),
    convolution_row(Conv2D(2, 3, padding="same"), (4, 5, 3), (4, 5)),
    convolution_row(Conv2D(2, (4, 2), stride=(2, 3), padding="same"), (5, 7, 2), 3),
    convolution_row(Conv2D(2, 3, padding=2, stride=2), (3, 6, 2), (3, 4)),
    convolution_row(Conv2D(2, 2, padding=(0, 1), dilation=(2, 1)), (5, 2, 2), 3),
    convolution_row(Conv2D(2, 3, dilation=2, padding="same"), (3, 4, 1), (3, 4)),
    convolution_row(Conv2D(6, 2, groups=2, padding=1), (3, 2, 4), (4, 3)),
    convolution_row(Conv2D(2, 3, groups=2, dilation=2), (7, 5, 6), (3, 1)),
    convolution_row(Conv2D(5, 3, groups=5, padding="same"), (3, 4, 5), (3, 4)),
    convolution_row(Conv2D(6, 2, groups=3, bias=False), (3, 3, 3), 2),
    convolution_row(
        Conv2D(3, 2, groups=3, stride=2, dilation=2, padding=1, bias=False),
        *((4, 5, 3), (2, 3)),
    ),
    convolution_row(Conv1D(3, 3), (7, 2), 5),
    convolution_row(Conv1D(4, 5, "relu", stride=2, padding="same"), (6, 1), 3),
    convolution_row(Conv1D(4, 2, dilation=3, groups=2), (7, 4), 4),
    convolution_row(Conv1D(3, 3, groups=3, padding=1), (4, 3), 4),
    # unlike numbers of zeros on both sides; many channels next to few
    convolution_row(Conv2D(9, (2, 4), padding="same"), (3, 5, 6), (3, 5)),
    convolution_row(Conv2D(3, (4, 2), padding="same"), (5, 3, 2), (5, 3)),
    convolution_row(Conv2D(4, 3, padding=(1, 2)), (4, 3, 17), (4, 5)),
    convolution_row(
        Conv2D(6, (2, 3), groups=3, stride=(1, 2), dilation=(2, 1), padding="same"),
        *((4, 5, 3), (4, 3)),
    ),
    convolution_row(Conv1D(4, 4, dilation=2, padding="same"), (5, 3), 5),
    convolution_row(Conv1D(6, 2, groups=2, stride=2, padding=1), (5, 2), 3),
    convolution_row(Conv1D(5, 1, stride=3), (7, 4), 3),
    convolution_row(Conv1D(5, 1, stride=7), (5, 4), 1),
    convolution_row(Conv2D(6, 1, stride=2), (1, 1, 2), (1, 1)),
    transpose_row(ConvTranspose2D(3, 2), (3, 2, 2), (4, 3)),
    transpose_row(ConvTranspose2D(1, 1), (1, 1, 1), 1),
    transpose_row(ConvTranspose2D(6, 1, stride=2), (1, 1, 2), 1),
    transpose_row(ConvTranspose2D(3, 1, "tanh", bias=False), (2, 3, 5), (2, 3)),
    transpose_row(ConvTranspose2D(5, 3, "elu", padding=1), (3, 4, 2), (3, 4)),
    transpose_row(
        ConvTranspose2D(4, (4, 3), stride=2, padding="same"), (2, 3, 3), (4, 6)
    ),
    transpose_row(
        ConvTranspose2D(2, (2, 1), stride=(3, 2), padding="same"), (2, 2, 3), (6, 4)
    ),
    transpose_row(
        ConvTranspose2D(2, (3, 2), stride=(1, 3), padding=(2, 0), bias=False),
        *((4, 2, 17), (2, 5)),
    ),
    transpose_row(ConvTranspose1D(3, 5, stride=2), (3, 2), 9),
    transpose_row(ConvTranspose1D(6, 4, "relu", padding="same"), (5, 1), 5),
    transpose_row(ConvTranspose1D(1, 3, stride=4), (3, 2), 11),
    pool_row(MaxPool2D(), (4, 5, 3), 2),
    pool_row(MaxPool2D(3, stride=1, padding="same"), (4, 3, 2), (4, 3)),
    pool_row(MaxPool2D((3, 2), stride=(2, 1), padding=1), (5, 2, 17), (3, 3)),
    pool_row(MaxPool1D(3), (8, 2), 2),
    pool_row(MaxPool1D(2, stride=3, padding="same"), (7, 3), 3),
    pool_row(AveragePool2D(), (4, 5, 3), 2),
    pool_row(AveragePool2D(3, stride=2, padding="same"), (4, 3, 2), 2),
    pool_row(AveragePool2D((1, 2), padding=(0, 1)), (2, 3, 17), (2, 2)),
    pool_row(AveragePool1D(3, stride=1), (5, 2), 3),
    pool_row(AveragePool1D(2, padding="same"), (5, 1), 3),
    *(
        Row(GlobalAveragePool(), shape, shape[-1:], *(maps.global_average,) * 2)
        for shape in ((3, 2, 5), (4, 3))
    ),
    *(
        Row(layer, shape, outputs, maps.upsample, maps.torch_upsample)
        for layer, shape, outputs in (
            (UpSample1D(3), (2, 3), (6, 3)),
            (UpSample2D((2, 3)), (2, 1, 3), (4, 3, 3)),
        )
    ),
    block_row(
        ResidualBlock(2, activation="tanh"),
        *((3, 4, 2), (3, 4, 2), (3, 3, 2, 2), (3, 3, 2, 2)),
    ),
    block_row(
        ResidualBlock(3, (3, 2), "elu", stride=(2, 1), normalization="batch"),
        *((5, 3, 2), (3, 3, 3), (3, 2, 2, 3), (3, 2, 3, 3), (1, 1, 2, 3)),
    ),
    block_row(
        ResidualBlock(3, 5, "tanh", dilation=2, dropout=0.2, n_convolutions=1),
        *((7, 2), (7, 3), (5, 2, 3), (1, 2, 3)),
    ),
    block_row(
        ResidualBlock(2, 2, "softplus", normalization="layer", n_convolutions=3),
        *((4, 2), (4, 2), *[(2, 2, 2)] * 3),
    ),
    block_row(
        InceptionBlock(6, activation="tanh"),
        *((4, 3, 2), (4, 3, 6), (1, 1, 2, 1)),
        *((3, 3, 2, 3), (1, 1, 2, 1), (5, 5, 1, 1), (1, 1, 2, 1)),
    ),
    block_row(
        InceptionBlock(5, (1, 2), "elu", stride=2, normalization="batch"),
        *((3, 4, 1), (2, 2, 5), (1, 1, 1, 1)),
        *((1, 2, 1, 2), (3, 4, 1, 1), (1, 1, 1, 1)),
    ),
    block_row(
        InceptionBlock(4, 3, "gelu", dilation=2, normalization="layer", dropout=0.1),
        *((6, 3), (6, 4), (1, 3, 1)),
        *((1, 3, 1), (3, 1, 1), (1, 3, 1), (5, 1, 1), (1, 3, 1)),
    ),
    block_row(
        DenseBlock(2, activation="tanh"),
        *((3, 3, 1), (3, 3, 7), (3, 3, 1, 2), (3, 3, 3, 2), (3, 3, 5, 2)),
    ),
    block_row(
        DenseBlock(3, 2, (2, 3), "elu", normalization="batch"),
        *((3, 2, 2), (3, 2, 8), (2, 3, 2, 3), (2, 3, 5, 3)),
    ),
    block_row(
        DenseBlock(3, 1, 5, "silu", dilation=2, normalization="layer", dropout=0.3),
        *((6, 2), (6, 5), (5, 2, 3)),
    ),
]
TWINS = {
    library: {
        type(row.layer): getattr(row, library) for row in ROWS if getattr(row, library)
    }
    for library in ("numpy", "torch")
}

# Layers one after the other, for samples of 5 features; several outputs at the end.
COMPOSITIONS = {
    "linear": [Dense(3)],
    "deep": [Dense(7, "gelu"), Dense(1, "tanh"), Dense(6, "selu"), Dense(3)],
    "dropout before activation": [Dense(7), Dropout(0.3), Activation("tanh"), Dense(3)],
    "dropout after activation": [Dense(7, "tanh"), Dropout(0.3), Dense(3)],
    "dropout of the input": [Dropout(0.3), Dense(3)],
    "alpha dropout": [Dense(7, "selu"), AlphaDropout(0.2), Dense(3)],
    "noise": [GaussianNoise(0.5), Dense(6, "silu"), GaussianNoise(0.1), Dense(3)],
    "normalised": [Dense(6), BatchNorm(), Activation("tanh"), LayerNorm(), Dense(3)],
    "normalised input": [BatchNorm(), LayerNorm(), Dense(3)],
    "residual of the input": [Residual(named(Dense(5, "tanh"))), Dense(3)],
    "in place, in place": [
        *(Dense(6), Activation("tanh"), Activation("logistic")),
        *(Dropout(0.2), Activation("elu"), Dense(3)),
    ],
    "branches in place": [
        Dense(6),
        Concatenate(
            named(Activation("tanh"), Activation("elu"), Dropout(0.3), Flatten())
        ),
        *(Activation("tanh"), Dense(3)),
    ],
    "branch is the input": [Concatenate(named(Flatten(), Flatten())), Dense(3)],
    "nested": [
        Dense(4, "tanh"),
        Residual(
            named(
                Concatenate(
                    named(
                        Residual(named(Dense(4), BatchNorm(), Activation("elu"))),
                        Residual(named(Dropout(0.2), Dense(4, "tanh")), "softplus"),
                    )
                ),
                *(LayerNorm(), Dense(4)),
            ),
            activation="tanh",
        ),
        Dense(3),
    ],
    "other shapes": [
        *(Dense(12), Reshape((2, 2, 3)), Activation("softmax"), LayerNorm()),
        *(Reshape((3, -1)), BatchNorm(), Flatten(), Dense(3)),
    ],
    "a recurrent layer": [Reshape((5, 1)), LSTM(4), Dense(3)],
    "recurrent layers": [
        *(Dense(12), Reshape((4, 3)), GRU(5, return_sequences=True), LayerNorm()),
        *(Activation("tanh"), Dense(4), Dropout(0.2), LSTM(3), Dense(3)),
    ],
    "recurrent layers in both directions": [
        *(Dense(8), Reshape((4, 2))),
        Bidirectional(LSTM(3, return_sequences=True, dropout=0.2), merge="concat"),
        Bidirectional(GRU(4, recurrent_dropout=0.2)),
        Dense(3),
    ],
    "normalised steps": [
        *(Dense(8), Reshape((4, 2)), SimpleRNN(4, return_sequences=True), BatchNorm()),
        *(LSTM(3, reverse=True), Dense(3)),
    ],
    "steps and samples": [
        *(Dense(8), Reshape((4, 2)), GRU(3, return_sequences=True), Reshape((2, -1))),
        *(LayerNorm(), Flatten(), Dense(3)),
    ],
    "residual steps": [
        *(Reshape((5, 1)), LSTM(4, return_sequences=True)),
        Residual(named(GRU(4, return_sequences=True), Dense(4)), "tanh"),
        Concatenate(
            named(
                SimpleRNN(2, return_sequences=True),
                *(Activation("elu"), Dense(2, "tanh")),
            )
        ),
        *(LSTM(3), Dense(3)),
    ],
    "residual samples": [
        *(Dense(8), Reshape((4, 2)), Residual(named(GRU(2, return_sequences=True)))),
        *(
            Reshape((4, 2)),
            Concatenate(named(Activation("tanh"), LSTM(2, return_sequences=True))),
        ),
        *(LSTM(3), Dense(3)),
    ],
    "convolutions": [
        *(Dense(12), Reshape((4, 3, 1)), Conv2D(4, 2, "tanh", padding="same")),
        *(MaxPool2D(2, padding="same"), Conv2D(3, 2), Flatten(), Dense(3)),
    ],
    "convolutions of branches": [
        *(Dense(12), Reshape((3, 2, 2))),
        Residual(
            named(Conv2D(2, 3, padding="same", groups=2), BatchNorm(), Conv2D(2, 1)),
            "elu",
        ),
        Concatenate(
            named(
                *(Conv2D(2, 1), Conv2D(3, 3, "tanh", padding="same")),
                *(MaxPool2D(3, stride=1, padding="same"), UpSample2D(1)),
                AveragePool2D(3, stride=1, padding="same"),
            )
        ),
        *(Dropout(0.3, by_channel=True), GlobalAveragePool(), Dense(3)),
    ],
    "convolution before recurrent layer": [
        *(Reshape((5, 1)), Conv1D(4, 2), GRU(3, return_sequences=True)),
        *(Conv1D(2, 2), Flatten(), Dense(3)),
    ],
    "ends at a recurrent layer": [Reshape((5, 1)), GRU(3)],
    "ends in place": [Dense(5, "tanh"), Dense(3), Dropout(0.4)],
    "ends at branches": [Concatenate(named(Dense(1, "tanh"), Dense(2, "elu")))],
}


# The same for sequences of any lengths with 3 features; the outputs are over steps
# where there is "each step" in the name.
SEQUENCES = {
    f"{cell.__name__} {kind}": make(cell)
    for cell in (LSTM, GRU, SimpleRNN)
    for kind, make in {
        "last": lambda cell: [cell(4), Dense(2)],
        "each step": lambda cell: [cell(3, return_sequences=True), Dense(2)],
        "reversed": lambda cell: [cell(3, reverse=True), Dense(2)],
        "reversed each step": lambda cell: [
            cell(3, reverse=True, return_sequences=True),
            Dense(2),
        ],
        "stacked": lambda cell: [
            *(Dense(4, "tanh"), cell(5, return_sequences=True), cell(3), Dense(2)),
        ],
        "stacked each step": lambda cell: [
            *(cell(3, return_sequences=True), LayerNorm()),
            *(cell(4, return_sequences=True, reverse=True), Dense(2, "softplus")),
        ],
        "sum": lambda cell: [Bidirectional(cell(3)), Dense(2)],
        "mean each step": lambda cell: [
            Bidirectional(cell(3, return_sequences=True), "mean"),
            *(Dense(4, "elu"), Dense(2)),
        ],
        "concat stacked": lambda cell: [
            Bidirectional(cell(3, return_sequences=True), "concat"),
            *(Bidirectional(cell(2), "concat"), Dense(2)),
        ],
        "residual each step": lambda cell: [
            *(Residual(named(cell(3, return_sequences=True))), Dense(4, "tanh")),
            Concatenate(named(cell(1, return_sequences=True), Dense(1))),
        ],
        "dropout each step": lambda cell: [
            cell(3, return_sequences=True, dropout=0.3, recurrent_dropout=0.4),
            *(Dropout(0.2), Bidirectional(cell(2, return_sequences=True, dropout=0.1))),
        ],
    }.items()
} | {
    "peephole": [LSTM(3, peephole=True), Dense(2)],
    "peephole both each step": [
        *(Bidirectional(LSTM(3, peephole=True, return_sequences=True)), Dense(2)),
    ],
    "relu": [Bidirectional(SimpleRNN(4, nonlinearity="relu"), "mean"), Dense(2)],
}


class Network:
    """Layers one after the other with random numbers, and their loss."""

    def __init__(
        self,
        members,
        input_shape,
        *,
        dtype=np.float64,
        seed=3,
        sequences=False,
        **options,
    ):
        planner = Planner(input_shape, sequences=sequences, **options)
        self.sequences = sequences
        self.layers = members
        self.plan = planner.finish(plan_layers(planner, planner.input, named(*members)))
        rng = np.random.default_rng([seed, self.plan.n_parameters])
        self.params = rng.normal(scale=0.6, size=self.plan.n_parameters).astype(dtype)
        self.statistics = self.plan.initial_statistics(dtype)

    def numbers(self, vector=None, kinds=None):
        """Parameters of a flat vector, by the kind and in order."""
        vector = self.params if vector is None else vector
        listed = {}
        for parameter in self.plan.parameters:
            values = vector[parameter.start : parameter.stop].reshape(parameter.shape)
            listed.setdefault(parameter.kind, []).append(values)
        return listed

    @property
    def output_shape(self):
        """Of a sample; or of a step, where samples are sequences of any lengths."""
        shape = self.plan.output.shape
        if self.plan.n_steps and self.plan.output.over_steps:
            return (self.plan.n_steps, *shape)
        return shape

    def samples(self, X):
        if not self.sequences:
            return Samples.of(X)
        starts = np.cumsum([0, *map(len, X)])
        return Samples.of_sequences(np.concatenate(X), starts)

    def outputs(self, X, **options):
        """Of samples or steps; a list of those of each sequence, if they are ragged."""
        samples = self.samples(X)
        outputs = run(self.plan, self.params, self.statistics, samples, **options)
        outputs = outputs.reshape(-1, *self.output_shape)
        if self.sequences and self.plan.output.over_steps:
            return np.split(outputs, samples.starts[1:-1])
        return outputs

    def trainer(self, X, targets, weights=None, *, loss="squared_error", **options):
        samples = self.samples(X)
        options = {
            "loss_setting": SETTINGS.get(loss, 0.0),
            "batch_size": samples.n_samples,
            "seed": 5,
            "n_threads": 1,
        } | options
        return Trainer(
            *(self.plan, self.params, self.statistics, samples, targets, weights),
            loss=loss,
            **options,
        )

    def twin(self, library, x, numbers=None):
        """Outputs by the twins of the layers; sequences of any lengths one by one."""
        if isinstance(x, list):
            return [self.twin(library, sequence[None], numbers)[0] for sequence in x]
        listed = self.numbers() if numbers is None else numbers
        counters = {kind: count() for kind in listed}

        def take(kind):
            return listed[kind][next(counters[kind])]

        def forward(layer, x):
            return TWINS[library][type(layer)](layer, x, take, forward)

        for layer in self.layers:
            x = forward(layer, x)
        return x


SETTINGS = {"log_loss": 0.1, "binary_log_loss": 0.2, "huber": 0.5, "quantile": 0.3}
LOSSES = (
    *("log_loss", "binary_log_loss", "squared_error", "absolute_error", "huber"),
    *("quantile", "poisson", "gamma"),
)


def targets_of(loss, n_rows, n_outputs, dtype=np.float64):
    """Random targets such as a loss takes."""
    rng = np.random.default_rng([n_rows, n_outputs])
    if loss == "log_loss":
        return rng.integers(n_outputs, size=(n_rows, 1)).astype(dtype)
    values = rng.normal(size=(n_rows, n_outputs))
    if loss == "binary_log_loss":
        values = values > 0
    elif loss in ("poisson", "gamma"):
        values = np.exp(values)
    return values.astype(dtype)


def assert_gradient(network, X, targets, weights=None, loss="squared_error"):
    """Central differences in every parameter: relative error < 1e-6."""
    trainer = network.trainer(X, targets, weights, loss=loss)
    order = np.random.default_rng(4).permutation(len(X))
    value, gradient, _ = trainer.gradient(order)
    assert np.isfinite(value)
    gradient, h, params = gradient.copy(), 1e-5, network.params
    numeric = np.empty_like(gradient)
    for k, start in enumerate(params.copy()):
        ends = []
        for step in (h, -h):
            params[k] = start + step
            ends.append(trainer.gradient(order)[0])
        params[k] = start
        numeric[k] = (ends[0] - ends[1]) / (2 * h)
    # Differences have lost 1e-16 / h of the loss.
    scale = max(np.abs(numeric).max(), 1e-4 * abs(value), 1e-5)
    assert np.abs(gradient - numeric).max() < 1e-6 * scale
    return gradient
