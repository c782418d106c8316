"""Recurrent ops on parts of a minibatch, and naive twins of their cells."""

import ctypes

import numpy as np
from op_cases import OVER_STEPS, Pass, make_op

from skmanifold_nn._kernels._random import fill
from skmanifold_nn._kernels._recurrent import cache_size, count_tasks, shared_size

GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1}
SEED, STEP, INDEX = 5, 7, 3
TANH, RELU = 2, 3  # of enum activation in _activations.h
# lengths of the sequences of each part: one; equal ones; ragged; parts without rows
PARTS = [[[1]], [[6]], [[4, 4, 4]], [[7, 5, 5, 2, 1]], [[], [5, 3], [], [4, 4, 1]]]


def logistic(x):
    return 1 / (1 + np.exp(-x))


class Twin:
    """One sequence at a time, in plain NumPy; complex numbers pass, for derivatives."""

    def __init__(self, kind, H, option, reverse, truncate):
        self.kind, self.H, self.option = kind, H, option
        self.reverse, self.truncate = reverse, truncate

    def split(self, params):
        W, rest = np.split(params, [self.H**2 * GATES[self.kind]])
        return W.reshape(self.H, -1), rest.reshape(-1, self.H)

    def __call__(self, Z, params, mask=1, h=0, c=0):
        """(states of all steps, the last h and c)."""
        W, rest = self.split(params)
        states = np.empty((len(Z), self.H), np.result_type(Z, params))
        h, c = h + np.zeros(self.H), c + np.zeros(self.H)
        steps = range(len(Z))
        for t in reversed(steps) if self.reverse else steps:
            if self.truncate and (t + self.reverse) % self.truncate == 0:
                h, c = h.real, c.real  # held constant
            h, c = getattr(self, self.kind)(Z[t], (h * mask) @ W, rest, h, c)
            states[t] = h
        return states, h, c

    def lstm(self, z, product, rest, h, c):
        p = rest if self.option else np.zeros((3, self.H))
        zi, zf, zg, zo = np.split(z + product, 4)
        c = logistic(zf + p[1] * c) * c + logistic(zi + p[0] * c) * np.tanh(zg)
        return logistic(zo + p[2] * c) * np.tanh(c), c

    def gru(self, z, product, rest, h, c):
        (zr, zz, zn), (wr, wz, wn) = np.split(z, 3), np.split(product, 3)
        gate = logistic(zz + wz)
        new = np.tanh(zn + logistic(zr + wr) * (wn + rest[0]))
        return (1 - gate) * new + gate * h, c

    def simple_rnn(self, z, product, rest, h, c):
        a = z + product
        return (np.tanh(a) if self.option == TANH else a * (a.real > 0)), c


class Recurrent:
    """An op with the parts of a minibatch, and the same by the twin."""

    def __init__(
        self, addresses, kind, parts, H, dtype, *, reverse=0, truncate=0, option=None,
        rate=0.0, training=1,
    ):  # fmt: skip
        if option is None:
            option = TANH if kind == "simple_rnn" else 0
        self.addresses = addresses[kind][np.dtype(dtype).name]
        self.kind, self.parts, self.H, self.dtype = kind, parts, H, np.dtype(dtype)
        self.rate, self.training = rate, training
        self.twin = Twin(kind, H, option, reverse, truncate)
        self.width = GATES[kind] * H
        rng = np.random.default_rng([8, H, len(parts), sum(map(sum, parts))])
        lengths = [length for part in parts for length in part]
        self.Z = [rng.normal(size=(T, self.width)).astype(dtype) for T in lengths]
        self.dh = [rng.normal(size=(T, H)).astype(dtype) for T in lengths]
        extra = {"lstm": 3 * H * bool(option), "gru": H, "simple_rnn": 0}[kind]
        self.params = rng.normal(size=H * self.width + extra) / np.sqrt(H)
        self.params = self.params.astype(dtype)
        self.lay_out(reverse, truncate, option)

    def lay_out(self, reverse, truncate, option):
        most = max(sum(part) for part in self.parts)
        self.input, self.output = 2, 3 + most * self.width
        self.cache = self.output + most * self.H + 1
        self.size = self.cache + 1
        self.size += most * cache_size(self.kind, self.H, self.rate > 0)
        self.op = make_op(
            inputs=self.input, output=self.output, cache=self.cache, n_out=self.H,
            n_in=self.width, params=1, n_params=len(self.params), flags=OVER_STEPS,
            index=INDEX, n_tasks=count_tasks(self.kind, self.H), shared=1,
            ints=[self.H, reverse, 2, truncate, option], reals=self.rate,
        )  # fmt: skip
        self.all_params = np.append(self.dtype.type(np.nan), self.params)
        size = 2 + shared_size(self.kind, self.H)
        self.shared = np.full(size, np.nan, self.dtype)
        self.values = np.full((len(self.parts), self.size), np.nan, self.dtype)
        self.gradients = np.full_like(self.values, np.nan)

    def rows(self, part):
        """Sequence and step of each row, and the number of sequences at each step."""
        n_before = sum(map(len, self.parts[:part]))
        lengths = self.parts[part]
        steps = range(max(lengths, default=0))
        active = [sum(T > t for T in lengths) for t in steps]
        places = [(n_before + j, t) for t in steps for j in range(active[t])]
        return places, np.array(active, np.int64)

    def passes(self, shared=True, carried=None):
        """One Pass for each part; self.alive holds what they point to."""
        self.alive, passes, first_row = [], [], 0
        for part, lengths in enumerate(self.parts):
            places, active = self.rows(part)
            words = {"active": active.ctypes.data, "n_steps": len(active)}
            words |= {"n_rows": len(places), "n_sequences": len(lengths)}
            words |= {"seed": SEED, "step": STEP, "first_row": first_row}
            words |= {"training": self.training, "params": self.all_params.ctypes.data}
            words |= {"values": self.values[part].ctypes.data}
            words |= {"gradients": self.gradients[part].ctypes.data}
            if shared:
                words["shared"] = self.shared.ctypes.data
            if carried is not None:
                words["carried"] = carried[part].ctypes.data
            self.alive.append(active)
            passes.append(Pass(**words))
            first_row += len(places)
        return passes

    def call(self, which, *arguments):
        types = [ctypes.c_void_p] * 2 + [ctypes.c_int64] * (len(arguments) - 1)
        function = ctypes.CFUNCTYPE(None, *types)(self.addresses[which])
        function(self.op.ctypes.data, *arguments)

    def scatter(self, arrays, workspace, offset):
        for part in range(len(self.parts)):
            for row, (j, t) in enumerate(self.rows(part)[0]):
                at = offset + row * arrays[j].shape[1]
                workspace[part, at : at + arrays[j].shape[1]] = arrays[j][t]

    def gather(self, workspace, offset, width):
        arrays = [np.empty((len(Z), width), self.dtype) for Z in self.Z]
        for part in range(len(self.parts)):
            for row, (j, t) in enumerate(self.rows(part)[0]):
                at = offset + row * width
                arrays[j][t] = workspace[part, at : at + width]
        return arrays

    def forward(self, **options):
        self.all_params[1:] = self.params
        self.scatter(self.Z, self.values, self.input)
        passes = self.passes(**options)
        if options.get("shared", True):
            self.call(2, ctypes.byref(passes[0]))
        for run in passes:
            self.call(0, ctypes.byref(run))
        return self.gather(self.values, self.output, self.H)

    def backward(self):
        """(dZ, dparams) of sum(h dh), after forward()."""
        self.scatter(self.dh, self.gradients, self.output)
        passes = self.passes()
        for run in passes:
            self.call(1, ctypes.byref(run))
        d_params = np.full(len(self.params) + 2, 9, self.dtype)
        for run in passes:
            run.param_gradients = d_params.ctypes.data
        array = (Pass * len(passes))(*passes)
        for task in range(count_tasks(self.kind, self.H)):
            self.call(3, ctypes.byref(array), len(passes), task)
        assert d_params[0] == d_params[-1] == 9  # others' gradients are left alone
        return self.gather(self.gradients, self.input, self.width), d_params[1:-1]

    def masks(self):
        """Of recurrent dropout, one for each sequence."""
        masks, first_row = [], 0
        for lengths in self.parts:
            numbers = np.empty(len(lengths) * self.H, np.uint32)
            fill(SEED, STEP, INDEX, first_row * self.H, numbers)
            kept = (numbers >= self.rate * 2**32).reshape(-1, self.H)
            masks += list(kept / (1 - self.rate))
            first_row += sum(lengths)
        return masks if self.training else [1] * len(masks)

    def expected(self, Z=None, params=None, carried=None):
        """(states, last h, last c) of each sequence by the twin."""
        Z = self.Z if Z is None else Z
        params = self.params if params is None else params
        carried = carried or [()] * len(Z)
        if not np.iscomplexobj(params):
            Z, params = [z.astype(float) for z in Z], params.astype(float)
        zipped = zip(Z, self.masks(), carried, strict=True)
        return [self.twin(z, params, mask, *states) for z, mask, states in zipped]

    def slope(self, d_Z, d_params):
        """Derivative of sum(h dh) in a direction, by a complex step."""
        tiny = 1e-30j
        Z = [z + tiny * d for z, d in zip(self.Z, d_Z, strict=True)]
        states = self.expected(Z, self.params + tiny * d_params)
        total = sum((h * dh).sum() for (h, *_), dh in zip(states, self.dh, strict=True))
        return total.imag / 1e-30


def close(actual, expected, dtype, scale=1):
    """Equal up to some roundings of sums, beside the largest value."""
    tolerance = scale * (1e-12 if dtype == np.float64 else 1e-5)
    np.testing.assert_allclose(
        actual, expected, rtol=0, atol=tolerance * max(1, np.abs(expected).max())
    )


def check_forward(recurrent):
    for h, expected in zip(recurrent.forward(), recurrent.expected(), strict=True):
        close(h, expected[0], recurrent.dtype)


def check_every_gradient(recurrent):
    """In float64, each one against its derivative; relative error < 1e-6."""
    recurrent.forward()
    dZ, d_params = recurrent.backward()
    zeros, none = [np.zeros(z.shape) for z in dZ], np.zeros(len(d_params))
    for k in range(len(d_params)):
        none[k] = 1
        expected = recurrent.slope(zeros, none)
        none[k] = 0
        np.testing.assert_allclose(d_params[k], expected, rtol=1e-8, atol=1e-13)
    for gradient, direction in zip(dZ, zeros, strict=True):
        for place in np.ndindex(gradient.shape):
            direction[place] = 1
            expected = recurrent.slope(zeros, none)
            direction[place] = 0
            np.testing.assert_allclose(gradient[place], expected, rtol=1e-8, atol=1e-13)


def check_gradients_in_directions(recurrent):
    """Along random directions of all inputs, and of one block of parameters each."""
    recurrent.forward()
    dZ, d_params = recurrent.backward()
    rng = np.random.default_rng(11)
    H, tolerance = recurrent.H, 1e-9 if recurrent.dtype == np.float64 else 1e-3
    nowhere = [np.zeros(z.shape) for z in dZ], np.zeros(len(d_params))
    directions = [([rng.normal(size=z.shape) for z in dZ], nowhere[1])]
    blocks = np.arange(len(d_params)) // H % GATES[recurrent.kind]
    blocks[H * recurrent.width :] = (
        -1 - np.arange(len(blocks) - H * recurrent.width) // H
    )
    for block in np.unique(blocks):
        direction = rng.normal(size=len(d_params)) * (blocks == block)
        directions.append((nowhere[0], direction))
    for d_Z, direction in directions:
        expected = recurrent.slope(d_Z, direction)
        terms = [(a * b).ravel() for a, b in zip(dZ, d_Z, strict=True)]
        terms = np.concatenate([*terms, d_params * direction]).astype(float)
        error = abs(terms.sum() - expected)
        assert error <= tolerance * (1e-3 + np.sqrt((terms**2).sum()) + abs(expected))


def check_bits(recurrent):
    """A sequence has the same bits alone and whether weights are packed or not."""
    together = recurrent.forward()
    for h, other in zip(together, recurrent.forward(shared=False), strict=True):
        np.testing.assert_array_equal(h, other)
    Z, parts = recurrent.Z, recurrent.parts
    for j, h in enumerate(together):
        recurrent.Z, recurrent.parts = [Z[j]], [[len(Z[j])]]
        np.testing.assert_array_equal(recurrent.forward()[0], h)
    recurrent.Z, recurrent.parts = Z, parts


def check_carried(recurrent):
    """States before and after a call, which lie behind other ops' carried states."""
    rng, H = np.random.default_rng(12), recurrent.H
    n_states = 2 if recurrent.kind == "lstm" else 1
    arrays, before = [], []
    for lengths in recurrent.parts:
        n = len(lengths)
        states = rng.normal(size=(n_states, n, H)).astype(recurrent.dtype)
        ends = np.full((2 * n,), 9, recurrent.dtype), np.full(3, 9, recurrent.dtype)
        arrays.append(np.concatenate([ends[0], states.ravel(), ends[1]]))
        before += [states[:, j].astype(float) for j in range(n)]
    states = recurrent.forward(shared=False, carried=arrays)
    expected = recurrent.expected(carried=before)
    for h, (e, *_) in zip(states, expected, strict=True):
        close(h, e, recurrent.dtype)
    after = []
    for lengths, array in zip(recurrent.parts, arrays, strict=True):
        n = len(lengths)
        assert (array[: 2 * n] == 9).all() and (array[-3:] == 9).all()
        states = array[2 * n : -3].reshape(n_states, n, H)
        after += [states[:, j] for j in range(n)]
    for states, (_, *e) in zip(after, expected, strict=True):
        close(states, np.array(e[:n_states]), recurrent.dtype)


def check_vanishing(recurrent):
    """Gradients that vanish are zero: subnormal numbers would stay, and be slow."""
    tiny = np.finfo(recurrent.dtype).tiny
    given = recurrent.dh
    recurrent.forward()
    for scale, is_zero in ((tiny, True), (tiny * 1e12, False)):
        recurrent.dh = [(dh * scale).astype(recurrent.dtype) for dh in given]
        dZ, d_params = recurrent.backward()
        assert all((d == 0).all() == is_zero for d in [*dZ, d_params])
