"""Recurrent layers by the textbook's equations, one sequence at a time, and PyTorch's.

Twins are called as those of layer_cases.py; x is (n_sequences, n_steps, n_features).
"""

import numpy as np

from skmanifold_nn.neural_network.layers import GRU, LSTM, SimpleRNN


def logistic(x):
    """Of complex numbers too."""
    return 1 / (1 + np.exp(-x))


def lstm(layer, numbers):
    W, b = numbers("coefs_"), numbers("intercepts_")
    R = numbers("recurrent_coefs_")
    p = numbers("peephole_coefs_") if layer.peephole else np.zeros((3, layer.n_units))

    def step(x, h, c):
        i, f, g, o = np.split(x @ W + h @ R + b, 4)
        c = logistic(f + p[1] * c) * c + logistic(i + p[0] * c) * np.tanh(g)
        return logistic(o + p[2] * c) * np.tanh(c), c

    return step


def gru(layer, numbers):
    W, b = numbers("coefs_"), numbers("intercepts_")
    R, b_new = numbers("recurrent_coefs_"), numbers("recurrent_intercepts_")

    def step(x, h, c):
        (xr, xz, xn), (hr, hz, hn) = np.split(x @ W + b, 3), np.split(h @ R, 3)
        r, z = logistic(xr + hr), logistic(xz + hz)
        return (1 - z) * np.tanh(xn + r * (hn + b_new)) + z * h, c

    return step


def simple_rnn(layer, numbers):
    W, b = numbers("coefs_"), numbers("intercepts_")
    R = numbers("recurrent_coefs_")

    def step(x, h, c):
        a = x @ W + h @ R + b
        return (np.tanh(a) if layer.nonlinearity == "tanh" else a * (a.real > 0)), c

    return step


CELLS = {LSTM: lstm, GRU: gru, SimpleRNN: simple_rnn}


def states_of(layer, x, numbers, reverse):
    """After every step or the last; complex parts are cut where gradients are."""
    step = CELLS[type(layer)](layer, numbers)
    states, cut = [], layer.truncate_steps
    for sequence in x:
        h = c = np.zeros(layer.n_units)
        after = {}
        steps = range(len(sequence))
        for t in reversed(steps) if reverse else steps:
            if cut and (t + reverse) % cut == 0:
                h, c = h.real, c.real
            after[t] = h, c = step(sequence[t], h, c)
        states.append([after[t][0] for t in steps])
    return chosen(layer, np.array(states), reverse)


def chosen(layer, states, reverse):
    if layer.return_sequences:
        return states
    return states[:, 0 if reverse else -1]


def recurrent(layer, x, numbers, forward):
    return states_of(layer, x, numbers, layer.reverse)


def bidirectional(layer, x, numbers, forward):
    both = [states_of(layer.layer, x, numbers, reverse) for reverse in (False, True)]
    if layer.merge == "concat":
        return np.concatenate(both, axis=-1)
    return sum(both) / (2 if layer.merge == "mean" else 1)


def torch_weights(layer, numbers):
    """One direction's, as PyTorch's modules have them."""
    import torch

    W, b = numbers("coefs_"), numbers("intercepts_")
    R, H = numbers("recurrent_coefs_"), layer.n_units
    more = torch.zeros_like(b)
    if isinstance(layer, GRU):
        more = torch.cat([more[: 2 * H], numbers("recurrent_intercepts_")])
    return [W.T, R.T, b, more]


def torch_module(layer, x, weights):
    """PyTorch's layer, of one or two directions, with these weights."""
    import torch

    options = {"nonlinearity": layer.nonlinearity} if type(layer) is SimpleRNN else {}
    name = {SimpleRNN: "RNN"}.get(type(layer), type(layer).__name__)
    module = getattr(torch.nn, name)(
        x.shape[2], layer.n_units, bidirectional=len(weights) == 8, batch_first=True,
        dtype=x.dtype, **options,
    )  # fmt: skip
    module._flat_weights = [w.contiguous() for w in weights]
    return module


def torch_recurrent(layer, x, numbers, forward):
    x = x.flip(1) if layer.reverse else x
    states, _ = torch_module(layer, x, torch_weights(layer, numbers))(x)
    if not layer.return_sequences:
        return states[:, -1]
    return states.flip(1) if layer.reverse else states


def torch_bidirectional(layer, x, numbers, forward):
    import torch

    inner = layer.layer
    weights = [w for _ in range(2) for w in torch_weights(inner, numbers)]
    states, last = torch_module(inner, x, weights)(x)
    last = last[0] if isinstance(inner, LSTM) else last
    both = states.chunk(2, dim=-1) if inner.return_sequences else last
    if layer.merge == "concat":
        return torch.cat(tuple(both), dim=-1)
    return (both[0] + both[1]) / (2 if layer.merge == "mean" else 1)
