"""Blocks of convolutions by their layers one by one, as twins of `_blocks`.

`forward(layer, x)` runs a layer in NumPy or PyTorch.
"""

import numpy as np

from skmanifold_nn.neural_network.layers import (
    Activation,
    BatchNorm,
    Conv1D,
    Conv2D,
    LayerNorm,
    MaxPool1D,
    MaxPool2D,
)

NORMALIZATIONS = {"batch": BatchNorm(), "layer": LayerNorm()}


def unit(layer, x, forward, n_filters, kernel_size=1, activation=None, **options):
    kind = Conv1D if x.ndim == 3 else Conv2D
    bias = layer.normalization is None
    x = forward(kind(n_filters, kernel_size, padding="same", bias=bias, **options), x)
    if not bias:
        x = forward(NORMALIZATIONS[layer.normalization], x)
    return forward(Activation(activation or layer.activation), x)


def residual_block(layer, x, numbers, forward):
    changed = x
    for k in range(layer.n_convolutions):
        changed = unit(
            *(layer, changed, forward, layer.n_filters, layer.kernel_size),
            "identity" if k == layer.n_convolutions - 1 else None,
            stride=layer.stride if k == 0 else 1,
            dilation=layer.dilation,
        )
    if changed.shape != x.shape:
        x = unit(layer, x, forward, layer.n_filters, 1, "identity", stride=layer.stride)
    return forward(Activation(layer.activation), x + changed)


def inception_block(layer, x, numbers, forward, concatenate=np.concatenate):
    quarter, stride = layer.n_filters // 4, layer.stride
    pool = MaxPool1D if x.ndim == 3 else MaxPool2D
    branches = [unit(layer, x, forward, quarter, stride=stride)]
    for n, more in ((layer.n_filters - 3 * quarter, 0), (quarter, 2)):
        seen = x
        if x.shape[-1] > n:
            seen = unit(layer, x, forward, n)
        kernel = np.add(layer.kernel_size, more).tolist()
        kernel = tuple(kernel) if isinstance(kernel, list) else kernel
        options = {"stride": stride, "dilation": layer.dilation}
        branches.append(unit(layer, seen, forward, n, kernel, **options))
    maxima = forward(pool(3, stride=stride, padding="same"), x)
    branches.append(unit(layer, maxima, forward, quarter))
    return concatenate(branches, -1)


def dense_block(layer, x, numbers, forward, concatenate=np.concatenate):
    for _ in range(layer.n_convolutions):
        new = unit(
            *(layer, x, forward, layer.growth, layer.kernel_size),
            dilation=layer.dilation,
        )
        x = concatenate([x, new], -1)
    return x


def torch_inception_block(layer, x, numbers, forward):
    import torch

    return inception_block(layer, x, numbers, forward, torch.cat)


def torch_dense_block(layer, x, numbers, forward):
    import torch

    return dense_block(layer, x, numbers, forward, torch.cat)
