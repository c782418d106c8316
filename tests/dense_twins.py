"""Layers of rows in NumPy and in PyTorch: dense ones, activations, normalisations, and
what is made of other layers. See layer_cases.py for how they are called.
"""

import numpy as np
from scipy import special

ACTIVATIONS = {
    "identity": lambda x: x,
    "logistic": special.expit,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, slope=0.01: np.where(x > 0, x, slope * x),
    "elu": lambda x, alpha=1.0: np.where(x > 0, x, alpha * np.expm1(x)),
    "selu": lambda x: (
        1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))
    ),
    "gelu": lambda x: x * special.ndtr(x),
    "softplus": lambda x: np.logaddexp(0, x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "silu": lambda x: x * special.expit(x),
    "swish": lambda x: x * special.expit(x),
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "softmax": lambda x: special.softmax(x, axis=-1),
}


def activation(layer, x, numbers, forward):
    kind = ACTIVATIONS[layer.activation]
    return kind(x) if getattr(layer, "alpha", None) is None else kind(x, layer.alpha)


def torch_activation(layer, x, numbers, forward):
    from torch.nn import functional

    name = layer.activation
    if name == "softmax":
        return x.softmax(-1)
    if name in ("identity", "logistic"):
        return x.sigmoid() if name == "logistic" else x
    names = {"hard_sigmoid": "hardsigmoid", "hard_tanh": "hardtanh", "swish": "silu"}
    kind = getattr(functional, names.get(name, name))
    return kind(x) if getattr(layer, "alpha", None) is None else kind(x, layer.alpha)


def dense(layer, x, numbers, forward, activation=activation):
    x = x @ numbers("coefs_")
    if layer.bias:
        x = x + numbers("intercepts_")
    return activation(layer, x, numbers, forward)


def torch_dense(layer, x, numbers, forward):
    return dense(layer, x, numbers, forward, torch_activation)


def batch_norm(layer, x, numbers, forward):
    """In training."""
    axes = tuple(range(x.ndim - 1))
    x = (x - x.mean(axes)) / np.sqrt(x.var(axes) + layer.epsilon)
    return x * numbers("scales_") + numbers("offsets_") if layer.affine else x


def torch_batch_norm(layer, x, numbers, forward):
    from torch.nn.functional import batch_norm

    rows = x.reshape(-1, x.shape[-1])
    affine = (numbers("scales_"), numbers("offsets_")) if layer.affine else ()
    options = {"training": True, "eps": layer.epsilon}
    return batch_norm(rows, None, None, *affine, **options).reshape(x.shape)


def layer_norm(layer, x, numbers, forward):
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    x = (x - mean) / np.sqrt(variance + layer.epsilon)
    return x * numbers("scales_") + numbers("offsets_") if layer.affine else x


def torch_layer_norm(layer, x, numbers, forward):
    from torch.nn.functional import layer_norm

    affine = (numbers("scales_"), numbers("offsets_")) if layer.affine else ()
    return layer_norm(x, x.shape[-1:], *affine, eps=layer.epsilon)


def same(layer, x, numbers, forward):
    """Random layers where nothing is random."""
    return x


def flatten(layer, x, numbers, forward):
    return x.reshape(len(x), -1)


def reshape(layer, x, numbers, forward):
    return x.reshape(len(x), *np.atleast_1d(layer.shape))


def residual(layer, x, numbers, forward, activation=activation):
    changed = x
    for _, inner in layer.layers:
        changed = forward(inner, changed)
    return activation(layer, x + changed, numbers, forward)


def torch_residual(layer, x, numbers, forward):
    return residual(layer, x, numbers, forward, torch_activation)


def concatenate(layer, x, numbers, forward):
    return np.concatenate([forward(inner, x) for _, inner in layer.layers], axis=-1)


def torch_concatenate(layer, x, numbers, forward):
    import torch

    return torch.cat([forward(inner, x) for _, inner in layer.layers], dim=-1)
