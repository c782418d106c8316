"""Convolutions and pooling by loops over places, and by PyTorch, as twins of layers."""

import math

import numpy as np


def pair(value, n_axes):
    return (value,) * n_axes if np.isscalar(value) else tuple(value)


def pads_of(sizes, kernel, stride, dilation, padding):
    """(before, after) along each axis, and the sizes of the output."""
    pads, shape = [], []
    for axis, size in enumerate(sizes):
        k, s, d = kernel[axis], stride[axis], dilation[axis]
        extent = (k - 1) * d + 1
        if padding == "same":
            n = math.ceil(size / s)
            total = max((n - 1) * s + extent - size, 0)
            pad = (total // 2, total - total // 2)
        else:
            pad = (0 if padding == "valid" else pair(padding, len(sizes))[axis],) * 2
            n = (size + sum(pad) - extent) // s + 1
        pads.append(pad)
        shape.append(n)
    return pads, tuple(shape)


def taps(x, kernel, stride=1, dilation=1, padding="valid", fill=0.0):
    """Windows of x, (n_rows, *sizes, channels): (n_rows, *places, *taps, channels)."""
    sizes = x.shape[1:-1]
    n_axes = len(sizes)
    kernel, stride, dilation = (pair(v, n_axes) for v in (kernel, stride, dilation))
    pads, shape = pads_of(sizes, kernel, stride, dilation, padding)
    after = [
        (before, max(after, (n - 1) * s + (k - 1) * d + 1 - size - before))
        for (before, after), n, s, k, d, size in zip(
            pads, shape, stride, kernel, dilation, sizes, strict=True
        )
    ]
    padded = np.pad(x, [(0, 0), *after, (0, 0)], constant_values=fill)
    out = np.empty((len(x), *shape, *kernel, x.shape[-1]), x.dtype)
    for place in np.ndindex(*shape):
        for tap in np.ndindex(*kernel):
            at = [
                p * s + t * d
                for p, s, t, d in zip(place, stride, tap, dilation, strict=True)
            ]
            out[(slice(None), *place, *tap)] = padded[(slice(None), *at)]
    return out


def convolve(x, W, b=None, *, groups=1, **window):
    n_axes = x.ndim - 2
    columns = taps(x, W.shape[:n_axes], **window)
    rows = columns.shape[: 1 + n_axes]
    channels, filters = x.shape[-1] // groups, W.shape[-1] // groups
    outputs = []
    for group in range(groups):
        mine = columns[..., group * channels : (group + 1) * channels]
        weights = W[..., group * filters : (group + 1) * filters]
        outputs.append(mine.reshape(*rows, -1) @ weights.reshape(-1, filters))
    y = np.concatenate(outputs, axis=-1)
    return y if b is None else y + b


def convolution(layer, x, numbers, forward, activation):
    W = numbers("coefs_")
    b = numbers("intercepts_") if layer.bias else None
    window = {name: getattr(layer, name) for name in ("stride", "dilation", "padding")}
    y = convolve(x, W, b, groups=layer.groups, **window)
    return activation(layer, y, numbers, forward)


def convolution_transpose(layer, x, numbers, forward, activation):
    """Windows of products, added up and cut."""
    W, n_axes = numbers("coefs_"), x.ndim - 2
    kernel, sizes, stride = W.shape[:n_axes], x.shape[1:-1], pair(layer.stride, n_axes)
    pads, shape = whole_map(sizes, kernel, stride, layer.padding)
    last = [(n - 1) * s + k for n, s, k in zip(sizes, stride, kernel, strict=True)]
    room = [max(end, n + pad) for end, n, pad in zip(last, shape, pads, strict=True)]
    y = np.zeros((len(x), *room, W.shape[-2]), x.dtype)
    for place in np.ndindex(*sizes):
        for tap in np.ndindex(*kernel):
            at = [p * s + t for p, s, t in zip(place, stride, tap, strict=True)]
            y[(slice(None), *at)] += x[(slice(None), *place)] @ W[tap].T
    for axis, (n, pad) in enumerate(zip(shape, pads, strict=True)):
        y = np.take(y, np.arange(pad, pad + n), axis + 1)
    y = y + numbers("intercepts_") if layer.bias else y
    return activation(layer, y, numbers, forward)


def whole_map(sizes, kernel, stride, padding):
    """What is cut off the output of a transposed convolution, and its sizes then."""
    if padding == "same":
        pads = [max(k - s, 0) // 2 for k, s in zip(kernel, stride, strict=True)]
        return pads, [n * s for n, s in zip(sizes, stride, strict=True)]
    pads = pair(0 if padding == "valid" else padding, len(sizes))
    axes = zip(sizes, kernel, stride, pads, strict=True)
    return pads, [(n - 1) * s + k - 2 * pad for n, k, s, pad in axes]


def max_pool(layer, x, numbers, forward):
    n_axes = x.ndim - 2
    stride = layer.pool_size if layer.stride is None else layer.stride
    windows = taps(x, layer.pool_size, stride, 1, layer.padding, fill=-np.inf)
    return windows.max(axis=tuple(range(1 + n_axes, 1 + 2 * n_axes)))


def average_pool(layer, x, numbers, forward):
    n_axes = x.ndim - 2
    stride = layer.pool_size if layer.stride is None else layer.stride
    windows = taps(x, layer.pool_size, stride, 1, layer.padding, fill=np.nan)
    return np.nanmean(windows, axis=tuple(range(1 + n_axes, 1 + 2 * n_axes)))


def global_average(layer, x, numbers, forward):
    return x.mean(tuple(range(1, x.ndim - 1)))


def upsample(layer, x, numbers, forward):
    for axis, factor in enumerate(pair(layer.factor, x.ndim - 2)):
        x = x.repeat(factor, axis + 1)
    return x


# --- PyTorch ---


def first(x):
    """Channels first."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def torch_padded(x, kernel, stride, dilation, padding, fill=0.0):
    """Of x with channels first."""
    from torch.nn import functional

    n_axes = x.ndim - 2
    values = (pair(v, n_axes) for v in (kernel, stride, dilation))
    pads, _ = pads_of(x.shape[2:], *values, padding)
    return functional.pad(x, [p for pad in reversed(pads) for p in pad], value=fill)


def torch_convolution(layer, x, numbers, forward, activation):
    from torch.nn import functional

    W, n_axes = numbers("coefs_"), x.ndim - 2
    b = numbers("intercepts_") if layer.bias else None
    x = torch_padded(
        first(x), W.shape[:n_axes], layer.stride, layer.dilation, layer.padding
    )
    W = W.movedim((-1, -2), (0, 1))
    convolve = functional.conv1d if n_axes == 1 else functional.conv2d
    options = {"stride": layer.stride, "dilation": layer.dilation}
    y = last(convolve(x, W, b, groups=layer.groups, **options))
    return activation(layer, y, numbers, forward)


def torch_convolution_transpose(layer, x, numbers, forward, activation):
    from torch.nn import functional

    W, n_axes = numbers("coefs_"), x.ndim - 2
    stride = pair(layer.stride, n_axes)
    pads, shape = whole_map(x.shape[1:-1], W.shape[:n_axes], stride, layer.padding)
    convolve = (
        functional.conv_transpose1d if n_axes == 1 else functional.conv_transpose2d
    )
    filters = W.movedim((-1, -2), (0, 1)).contiguous()
    y = last(convolve(first(x), filters, stride=stride))
    for axis, (n, pad) in enumerate(zip(shape, pads, strict=True), start=1):
        y = y.narrow(axis, pad, min(n, y.shape[axis] - pad))
        rest = [*y.shape[:axis], n - y.shape[axis], *y.shape[axis + 1 :]]
        y = torch_joined(y, y.new_zeros(rest), axis)
    y = y + numbers("intercepts_") if layer.bias else y
    return activation(layer, y, numbers, forward)


def torch_joined(a, b, axis):
    import torch

    return torch.cat([a, b], axis)


def torch_max_pool(layer, x, numbers, forward):
    from torch.nn import functional

    size, stride = layer.pool_size, layer.stride
    x = torch_padded(
        first(x), size, size if stride is None else stride, 1, layer.padding, -np.inf
    )
    pool = functional.max_pool1d if x.ndim == 3 else functional.max_pool2d
    return last(pool(x, size, stride))


def torch_average_pool(layer, x, numbers, forward):
    """Sums divided by the number of places that are not padding."""
    import torch
    from torch.nn import functional

    size, stride = layer.pool_size, layer.stride
    pool = functional.avg_pool1d if x.ndim == 3 else functional.avg_pool2d
    x = first(x)
    x, ones = (
        torch_padded(t, size, size if stride is None else stride, 1, layer.padding)
        for t in (x, torch.ones_like(x))
    )
    return last(pool(x, size, stride) / pool(ones, size, stride))


def torch_upsample(layer, x, numbers, forward):
    for axis, factor in enumerate(pair(layer.factor, x.ndim - 2)):
        x = x.repeat_interleave(factor, axis + 1)
    return x
